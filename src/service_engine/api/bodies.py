"""Reading bodies: never more than is allowed, and as JSON only where they say that they are.

Source: contract section 1.1 (form bodies are rejected); part A "Errors" (413).
"""

from __future__ import annotations

from typing import Any, Final

from attrs import frozen
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service_engine.api.errors import refusal
from service_engine.schemas.validation import ABSENT, read_json

__all__ = ["Body", "BodyLimit", "receive_body"]

_MANY_DIGITS: Final = 20  # Python refuses to read numbers of thousands of digits


@frozen
class Body:
    """The body of a request as it came.

    Args:
        data: Its bytes.
        is_json: Whether it says that it is JSON, or says nothing.
    """

    data: bytes
    is_json: bool

    def read(self) -> Any:
        """Return what ``read_model`` takes: JSON as Python has it, the bytes where it is something else, or ``ABSENT``.

        Raises:
            InvalidRequestError: It says that it is JSON, and is not.
        """
        if not self.data:
            return ABSENT
        return read_json(self.data) if self.is_json else self.data


async def receive_body(request: Request) -> Body:
    """Return the body of a request, unread.

    Raises:
        HTTPException: It is longer than allowed, or whoever sends it has gone.
    """
    media = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    is_json = media == "application/json" or (media.startswith("application/") and media.endswith("+json"))
    try:
        return Body(await request.body(), is_json)
    except ClientDisconnect:
        raise HTTPException(400) from None  # nobody is there to read it, but it is no bug either


class BodyLimit:
    """ASGI middleware that answers 413 to a body that is, or says that it will be, longer than allowed.

    Args:
        app: The application.
        max_bytes: The longest body that is read.
    """

    def __init__(self, app: ASGIApp, *, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, counting."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif self._announces_too_much(Headers(scope=scope)):
            await refusal(413, "Content Too Large")(scope, receive, send)
        else:
            await self._app(scope, self._counting(receive), send)

    def _announces_too_much(self, headers: Headers) -> bool:
        length = headers.get("content-length", "")
        return length.isdecimal() and (len(length) > _MANY_DIGITS or int(length) > self._max_bytes)

    def _counting(self, receive: Receive) -> Receive:
        count = 0

        async def receive_some() -> Message:
            nonlocal count
            message = await receive()
            count += len(message.get("body", b""))
            if count > self._max_bytes:
                raise HTTPException(413)  # becomes an answer where every other refusal does
            return message

        return receive_some
