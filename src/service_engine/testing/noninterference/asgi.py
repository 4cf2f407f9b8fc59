"""Sends requests to an ASGI application, without a server, a port or a client library."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from typing import Any, Final, TypeAlias
from urllib.parse import quote, unquote, urlencode

from attrs import field, frozen

__all__ = ["Answer", "AsgiApp", "Driver", "Request"]

Message: TypeAlias = MutableMapping[str, Any]
AsgiApp: TypeAlias = Callable[
    [MutableMapping[str, Any], Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
]
"""An ASGI application, version 3 of the protocol."""

_ASGI: Final = {"version": "3.0", "spec_version": "2.3"}
_HOST: Final = "testserver"
_SERVERS_OWN: Final = {b"content-length", b"date"}
"""Headers that say nothing of their own: the body is compared itself, and a server tells the time."""


@frozen(kw_only=True)
class Request:
    """A request.

    Args:
        method: The method.
        path: The path, quoted.
        query: Names and values of the query.
        headers: Names and values of the headers.
        body: The body.

    Example:
        >>> request = Request(method="GET", path="/api/tickets", query=[("limit", "2")])
        >>> scope = request.scope({})
        >>> scope["path"], scope["query_string"]
        ('/api/tickets', b'limit=2')
    """

    method: str
    path: str
    query: Sequence[tuple[str, str]] = ()
    headers: Mapping[str, str] = field(factory=dict)
    body: bytes = b""

    def scope(self, state: Mapping[str, Any]) -> MutableMapping[str, Any]:
        """Return it as an application is given it."""
        headers = {"host": _HOST, **self.headers}
        if self.body:
            headers["content-length"] = str(len(self.body))
        return {
            "type": "http",
            "asgi": dict(_ASGI),
            "http_version": "1.1",
            "method": self.method,
            "scheme": "http",
            "path": unquote(self.path),
            "raw_path": self.path.encode(),
            "query_string": urlencode(self.query, quote_via=quote).encode(),
            "root_path": "",
            "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()],
            "client": ("127.0.0.1", 50_000),
            "server": (_HOST, 80),
            "state": dict(state),
        }


@frozen(kw_only=True)
class Answer:
    r"""What an application answered.

    Args:
        status: The status; 500 when it raised before it had answered.
        headers: The headers.
        body: The body.
        failure: What it raised, if it did.

    Example:
        >>> Answer(status=404, headers=(), body=b"{}", failure=None).wire()
        b'404\n\n{}'
    """

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    failure: str | None

    def wire(self) -> bytes:
        r"""Return everything that a caller sees of it, and what was raised.

        Example:
            >>> Answer(status=204, headers=((b"X-A", b"1"),), body=b"", failure=None).wire()
            b'204\nx-a: 1\n\n'
        """
        told = [(name.lower(), value) for name, value in self.headers]
        lines = [b"%b: %b\n" % each for each in sorted(told) if each[0] not in _SERVERS_OWN]
        failed = b"" if self.failure is None else f"\nraised {self.failure}".encode()
        return b"%d\n" % self.status + b"".join(lines) + b"\n" + self.body + failed


class Driver:
    """Runs one application, from its startup to its shutdown, in an event loop of the caller's.

    Args:
        app: The application.
        runner: The event loop; it may be shared, and is the caller's to close.

    Example:
        >>> async def app(scope, receive, send):
        ...     assert scope["type"] == "http"
        ...     await send({"type": "http.response.start", "status": 200, "headers": []})
        ...     await send({"type": "http.response.body", "body": b"Hello"})
        >>> with asyncio.Runner() as runner:
        ...     driver = Driver(app, runner)
        ...     driver.start()
        ...     answer = driver.send(Request(method="GET", path="/"))
        ...     driver.stop()
        >>> answer.body
        b'Hello'
    """

    def __init__(self, app: AsgiApp, runner: asyncio.Runner) -> None:
        self._app = app
        self._runner = runner
        self._state: dict[str, Any] = {}
        self._to_app: asyncio.Queue[Message] = asyncio.Queue()
        self._from_app: asyncio.Queue[Message] = asyncio.Queue()
        self._lifespan: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start the application up; one that knows no startup needs none.

        Raises:
            RuntimeError: It says that it cannot start.
        """
        self._runner.run(self._start())

    def send(self, request: Request) -> Answer:
        """Send a request and return the answer."""
        return self._runner.run(self._send(request))

    def stop(self) -> None:
        """Shut the application down."""
        self._runner.run(self._stop())

    async def _start(self) -> None:
        scope = {"type": "lifespan", "asgi": dict(_ASGI), "state": self._state}
        coroutine = self._app(scope, self._to_app.get, self._from_app.put)
        self._lifespan = asyncio.ensure_future(coroutine)
        if await self._lifespan_answer("startup") == "lifespan.startup.failed":
            await asyncio.wait([self._lifespan])
            msg = "the application did not start"
            raise RuntimeError(msg) from self._lifespan.exception()

    async def _stop(self) -> None:
        if self._lifespan is not None and not self._lifespan.done():
            await self._lifespan_answer("shutdown")
            await asyncio.wait([self._lifespan])

    async def _lifespan_answer(self, event: str) -> str | None:
        assert self._lifespan is not None
        await self._to_app.put({"type": f"lifespan.{event}"})
        said = asyncio.ensure_future(self._from_app.get())
        await asyncio.wait([said, self._lifespan], return_when=asyncio.FIRST_COMPLETED)
        if said.done():
            return str(said.result()["type"])
        said.cancel()
        # The protocol allows an application to raise when it does not know of a lifespan: then it has none.
        self._lifespan.exception()
        return None

    async def _send(self, request: Request) -> Answer:
        started: Message = {"status": 500, "headers": ()}
        parts: list[bytes] = []
        incoming: list[Message] = [{"type": "http.request", "body": request.body, "more_body": False}]
        answered = asyncio.Event()
        failure: str | None = None

        async def receive() -> Message:
            if incoming:
                return incoming.pop()
            await answered.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                started.update(message)
            elif message["type"] == "http.response.body":
                parts.append(bytes(message.get("body", b"")))
                if not message.get("more_body", False):
                    answered.set()

        try:
            await self._app(request.scope(self._state), receive, send)
        except Exception as error:  # noqa: BLE001  # a server would write it down and go on; here it is compared
            failure = f"{type(error).__name__}: {error}"
        headers = tuple((bytes(name), bytes(value)) for name, value in started["headers"])
        return Answer(status=started["status"], headers=headers, body=b"".join(parts), failure=failure)
