"""From errors to answers: the one place that knows HTTP's numbers.

Source: contract section 1.4; part A "Errors".
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final, cast

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from service_engine.errors import (
    AuthenticationError,
    ConflictError,
    DependentsExistError,
    InvalidReferenceError,
    NotAssignableError,
    NotFoundError,
    PaymentPendingError,
    RuleViolationError,
    WrongStatusError,
)
from service_engine.schemas.encoding import encode
from service_engine.schemas.errors import complaint, error_wire
from service_engine.schemas.validation import INVALID, InvalidRequestError

__all__ = ["answer_to", "http_answer", "refusal", "unexpected_answer"]

_TOO_LARGE: Final = 413
_TEXTS: Final = {_TOO_LARGE: "Content Too Large"}  # Python's own text for it changes with its version


def refusal(
    status: int,
    message: str,
    errors: Mapping[str, list[str]] | None = None,
    *,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return an answer that is not a success, in the one shape.

    Example:
        >>> refusal(404, "Not Found").body
        b'{"message":"Not Found","errors":{}}'
    """
    body = encode(error_wire(message, errors))
    return Response(body, status_code=status, headers=headers, media_type="application/json")


def answer_to(error: Exception) -> Response | None:
    """Return the answer to an error that is an answer; None for one that is a bug.

    Example:
        >>> from service_engine.errors import NotFoundError
        >>> answer_to(NotFoundError("ticket", 7)).status_code, answer_to(KeyError())
        (404, None)
    """
    match error:
        case InvalidRequestError():
            return refusal(400, INVALID, error.errors)
        case RuleViolationError():
            status = 422 if isinstance(error, InvalidReferenceError | NotAssignableError) else 400
            return refusal(status, INVALID, complaint(error.field, error.message))
        case NotFoundError():
            return refusal(404, "Not Found")
        case AuthenticationError():
            return refusal(401, str(error))
        case WrongStatusError():
            return refusal(400, str(error))
        case DependentsExistError() | PaymentPendingError():
            return refusal(409, str(error))
        case ConflictError():
            return refusal(409, "Conflict")
        case _:
            return _http_refusal(error) if isinstance(error, HTTPException) else None


async def http_answer(request: Request, error: Exception) -> Response:
    """Answer what the framework itself refuses: an unknown route, a method that a route does not have."""
    answer = _http_refusal(cast(HTTPException, error))  # it is registered for nothing else
    if answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        answer.headers["allow"] = ", ".join(_methods(request))
    return answer


async def unexpected_answer(_: Request, __: Exception) -> Response:
    """Answer a bug. The framework raises it again after that, and the server logs it."""
    return refusal(500, "Internal Server Error")


def _http_refusal(error: HTTPException) -> Response:
    text = _TEXTS.get(error.status_code) or HTTPStatus(error.status_code).phrase
    return refusal(error.status_code, text, headers=error.headers)


def _methods(request: Request) -> list[str]:
    """Return every method that the request's path has; the framework knows those of one route only."""
    offered = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    scopes = {method: {**request.scope, "method": method} for method in offered}
    routes = request.app.router.routes
    return [method for method in offered if any(route.matches(scopes[method])[0] is Match.FULL for route in routes)]
