"""Reading bodies: never more than is allowed, and as JSON only where they say that they are.

Source: contract section 1.1 (form bodies are rejected); part A "Errors" (413).
"""

from __future__ import annotations

from typing import Any, Final

from attrs import frozen
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from service_engine.schemas.validation import ABSENT, read_json

__all__ = ["Body", "receive_body"]

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


async def receive_body(request: Request, max_bytes: int) -> Body:
    """Return the body of a request, not yet looked into; never hold more of it than is allowed.

    Args:
        request: The request.
        max_bytes: The longest body that is taken.

    Raises:
        HTTPException: It is longer, or says that it will be (413); or whoever sends it has gone.
    """
    media = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    is_json = media == "application/json" or (media.startswith("application/") and media.endswith("+json"))
    if _announces_too_much(request.headers.get("content-length", ""), max_bytes):
        raise HTTPException(413)
    data = bytearray()
    try:
        async for part in request.stream():
            data += part
            if len(data) > max_bytes:
                raise HTTPException(413)
    except ClientDisconnect:
        raise HTTPException(400) from None  # nobody is there to read it, but it is no bug either
    return Body(bytes(data), is_json)


def _announces_too_much(length: str, max_bytes: int) -> bool:
    return length.isdecimal() and (len(length) > _MANY_DIGITS or int(length) > max_bytes)
