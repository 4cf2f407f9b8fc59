"""Browsers of other origins: refused in the one shape, where the framework would answer with plain text."""

from __future__ import annotations

from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response

from service_engine.api.errors import refusal

__all__ = ["Cors"]


class Cors(CORSMiddleware):
    """The framework's middleware, with refusals in the contract's shape."""

    def preflight_response(self, request_headers: Headers) -> Response:
        """Answer a preflight request."""
        response = super().preflight_response(request_headers)
        if response.status_code == HTTPStatus.OK:
            return response
        return refusal(response.status_code, bytes(response.body).decode(), headers={"vary": response.headers["vary"]})
