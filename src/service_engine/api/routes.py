"""Routes that answer in the contract's shape wherever they are mounted, and how they describe themselves.

To FastAPI an operation is a coroutine that takes the request and nothing else: then it has nothing to solve for each
request but what a host makes these routes depend on, which it asks first.

Source: contract part A "Errors"; section 1.4.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import Executor
from contextvars import copy_context
from functools import partial
from inspect import getdoc, signature
from typing import Any, Final, TypeVar

from attrs import frozen
from fastapi import APIRouter
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Scope

from service_engine.api.bodies import receive_body
from service_engine.api.errors import answer_to
from service_engine.ports.lists import Slice, SliceRequest
from service_engine.schemas.encoding import encode
from service_engine.schemas.errors import ErrorWire, error_wire
from service_engine.schemas.lists import link_header
from service_engine.schemas.validation import INVALID

__all__ = ["TOKEN", "Operation", "Terms", "answer", "answer_part", "build_resource", "completed", "nothing"]

R = TypeVar("R")

_JSON: Final = "application/json"

TOKEN: Final = "token"  # noqa: S105  # a name
"""The name under which a description says what an API token is."""

_SCHEMES: Final = {
    TOKEN: {
        "type": "http",
        "scheme": "bearer",
        "description": "An API token: `Authorization: Bearer <token>`.",
    }
}
_REFUSALS: Final[Mapping[int, tuple[str, Mapping[str, Any]]]] = {
    400: ("The request is not JSON, does not fit its schema, or breaks a rule.", {}),
    401: ("No token, or one that is not accepted.", error_wire("Unauthorized")),
    404: ("The organisation has no such thing.", error_wire("Not Found")),
    409: ("It cannot be done now.", error_wire("Conflict")),
    422: ("The request refers to something that the organisation does not have.", {}),
}


class _Route(APIRoute):
    """A route that is passed over quickly: most requests are for another one."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Compare with the pattern only what has the text that it begins with."""
        beginning = self.path.partition("{")[0]
        return super().matches(scope) if beginning in scope["path"] else (Match.NONE, {})


@frozen(kw_only=True)
class Operation:
    """One operation as the API's description shows it.

    Args:
        method: Its method.
        path: Its path, within the resource's.
        summary: What it does, in a few words.
        status: The status of a success.
        shows: The type of what it answers; None for nothing.
        example: An answer.
        takes: The model of the body; None for none.
        sends: A body.
        parameters: The parameters of its path and of its query.
        headers: The headers of a success, described.
        refuses: The statuses with which it refuses, each with an example: its complaints, or its message alone.
        public: Whether it needs no token.
    """

    method: str
    path: str = ""
    summary: str
    status: int = 200
    shows: Any = None
    example: Any = None
    takes: type[BaseModel] | None = None
    sends: Mapping[str, Any] | None = None
    parameters: tuple[Mapping[str, Any], ...] = ()
    headers: Mapping[str, Any] = {}
    refuses: Mapping[int, Mapping[str, list[str]] | str] = {}
    public: bool = False

    def described(self, scheme: str | None) -> dict[str, Any]:
        """Return it as the arguments of a FastAPI route.

        Args:
            scheme: The name of the security scheme; None for an API that says nothing about it.
        """
        extra: dict[str, Any] = {"parameters": [dict(each) for each in self.parameters]} if self.parameters else {}
        if self.takes is not None:
            content = {"schema": _inlined(self.takes), "example": self.sends}
            extra["requestBody"] = {"required": True, "content": {_JSON: content}}
        if scheme is not None and not self.public:
            extra["security"] = [{scheme: []}]
        return {
            "summary": self.summary,
            "status_code": self.status,
            "response_class": Response,
            "responses": {self.status: self._success(), **self._refusals()},
            "openapi_extra": extra,
        }

    def _success(self) -> dict[str, Any]:
        if self.shows is None:
            return {"description": "Done; the answer has no body."}
        shown = {"model": self.shows, "content": {_JSON: {"example": self.example}}, "description": "Done."}
        return {**shown, "headers": self.headers} if self.headers else shown

    def _refusals(self) -> dict[int | str, Any]:
        answers: dict[int | str, Any] = {}
        for status, refused in ({} if self.public else {401: {}, **self.refuses}).items():
            text, example = _REFUSALS[status]
            shown = error_wire(refused) if isinstance(refused, str) else example or error_wire(INVALID, refused)
            answers[status] = {
                "model": ErrorWire,
                "description": text,
                "content": {_JSON: {"example": shown}},
            }
        answers["default"] = {"model": ErrorWire, "description": "Any other refusal, in the same shape."}
        return answers


@frozen(kw_only=True)
class Terms:
    """What holds for every operation of an API.

    Args:
        workers: Where the functions run.
        max_body_bytes: The longest body that is taken.
        scheme: The name of the security scheme with which the description says how to be admitted; None says nothing.
    """

    workers: Executor
    max_body_bytes: int
    scheme: str | None


def build_resource(
    path: str, tag: str, operations: Mapping[str, Operation], functions: object, terms: Terms
) -> APIRouter:
    """Return a router of operations.

    Args:
        path: Where it is: ``/tickets``.
        tag: The heading under which it is described.
        operations: By name.
        functions: What has, under each of the names, the function that answers. It names what it takes: ``request``,
            ``key`` for the id in the path, ``sent`` for the body.
        terms: What holds for all of them.
    """
    router = APIRouter(prefix=path, tags=[tag], route_class=_Route)
    for name, each in operations.items():
        function = getattr(functions, name)
        router.add_api_route(
            each.path,
            _endpoint(function, terms),
            methods=[each.method],
            name=name,
            operation_id=name,
            description=getdoc(function),
            **each.described(terms.scheme),
        )
    return router


def completed(description: dict[str, Any], operations: Mapping[str, Operation]) -> dict[str, Any]:
    """Put into an OpenAPI description what FastAPI leaves out: what is null in the examples, and what a token is."""
    components = description.setdefault("components", {})  # FastAPI leaves out what would be empty
    components.setdefault("securitySchemes", {}).update(_SCHEMES)
    for methods in description["paths"].values():
        for each in methods.values():
            operation = operations.get(each.get("operationId"))
            if operation is None:  # a host's own
                continue
            if operation.shows is not None:
                each["responses"][str(operation.status)]["content"][_JSON]["example"] = operation.example
            if operation.takes is not None:
                each["requestBody"]["content"][_JSON]["example"] = operation.sends
    return description


def answer(
    wire: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a success with a body."""
    return Response(encode(wire), status_code=status, headers=headers, media_type=_JSON)


def answer_part(part: Slice[R], wanted: SliceRequest, show: Callable[[R], Mapping[str, Any]], *, path: str) -> Response:
    """Return a bare array, and in its ``Link`` header where the parts before and after it are."""
    link = link_header(wanted, more=part.more, path=path)
    return answer([show(row) for row in part.rows], headers=None if link is None else {"Link": link})


def nothing() -> Response:
    """Return a success without a body."""
    return Response(status_code=204)


def _endpoint(function: Callable[..., Response], terms: Terms) -> Callable[[Request], Coroutine[Any, Any, Response]]:
    """Return what FastAPI calls: it turns the library's errors into answers, so that it works in any application."""
    named = signature(function).parameters
    takes_request, takes_key, takes_body = (each in named for each in ("request", "key", "sent"))

    async def answered(request: Request) -> Response:
        given: dict[str, Any] = {"request": request} if takes_request else {}
        try:
            if takes_key:
                given["key"] = request.path_params["id"]
            if takes_body:
                given["sent"] = await receive_body(request, terms.max_body_bytes)
            call = partial(copy_context().run, function, **given)
            return await asyncio.get_running_loop().run_in_executor(terms.workers, call)
        except Exception as error:
            response = answer_to(error)
            if response is None:
                raise
            return response

    return answered


def _inlined(model: type[BaseModel]) -> Any:
    """Return a model's schema without references: they would point into another document than the API's."""
    schema = model.model_json_schema()
    definitions = schema.pop("$defs", {})

    def resolved(value: Any) -> Any:
        if isinstance(value, dict) and "$ref" in value:
            return resolved(definitions[value["$ref"].rpartition("/")[2]])
        if isinstance(value, dict):
            return {key: resolved(each) for key, each in value.items()}
        return [resolved(each) for each in value] if isinstance(value, list) else value

    return resolved(schema)
