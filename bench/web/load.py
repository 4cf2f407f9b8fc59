"""The client: so many connections that stay open, each with one request on its way, over plain sockets.

It does as little as can be done for a request, so that it is never what is measured; ``Load.busy`` says how much of the
time it was at work, and ``python -m bench.web.load`` serves one body that is there already, at the rate of which the
client itself is the limit.
"""

from __future__ import annotations

import asyncio
import json
import selectors
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle
from time import perf_counter, process_time
from typing import Final
from urllib.parse import urlsplit

from attrs import define, field, frozen

__all__ = ["Load", "Target", "fetch", "load", "request_to"]

_RECEIVE: Final = 1 << 20
_PATIENCE: Final = 30.0
_OK: Final = b"HTTP/1.1 200 "
_LENGTH: Final = b"content-length:"


@frozen
class Target:
    """Who is asked, and what.

    Args:
        address: The server's: ``http://127.0.0.1:8000``.
        requests: Whole requests, one after the other, and from the beginning again.
    """

    address: str
    requests: Sequence[bytes]


@frozen
class Load:
    """What came of it.

    Args:
        answers: How many answers came in time.
        late: How many came after it, because they were on their way when it was over.
        seconds: In how much time.
        busy: The part of that time in which the client itself was at work, 0 to 1.
    """

    answers: int
    late: int
    seconds: float
    busy: float

    @property
    def rate(self) -> float:
        """Answers per second."""
        return self.answers / self.seconds


def request_to(address: str, path: str, token: str) -> bytes:
    """Return a whole request."""
    host = urlsplit(address).netloc
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\r\n".encode()


def fetch(address: str, request: bytes) -> bytes:
    """Return the body of one answer.

    Raises:
        ConnectionError: It is no 200.
    """
    with _connected(address, 1) as [connection]:
        connection.send(request)
        return connection.wait()


def load(target: Target, *, connections: int, seconds: float) -> Load:
    """Ask for so many seconds, and count.

    Raises:
        ConnectionError: An answer is no 200.
        TimeoutError: No answer comes at all.
    """
    requests = cycle(target.requests)
    with _connected(target.address, connections) as opened, selectors.DefaultSelector() as selector:
        for each in opened:
            selector.register(each.socket, selectors.EVENT_READ, each)
        answers, start, worked = 0, perf_counter(), process_time()
        for each in opened:
            each.send(next(requests))
        while (passed := perf_counter() - start) < seconds:
            ready = selector.select(_PATIENCE)
            if not ready:
                msg = f"no answer from {target.address} for {_PATIENCE} seconds"
                raise TimeoutError(msg)
            for key, _ in ready:
                connection: _Connection = key.data
                if connection.receive():
                    answers += 1
                    connection.send(next(requests))
        busy = (process_time() - worked) / passed
        # The server must not be left with work that whoever is asked next would wait for.
        for each in opened:
            each.wait()
        return Load(answers, len(opened), passed, busy)


@define
class _Connection:
    socket: socket.socket
    _received: bytearray = field(factory=bytearray)
    _needed: int | None = None

    def send(self, request: bytes) -> None:
        self._received.clear()
        self.socket.sendall(request)

    def receive(self) -> bool:
        """Take what has come; tell whether the answer is whole."""
        came = self.socket.recv(_RECEIVE)
        if not came:
            msg = "the server has closed the connection"
            raise ConnectionError(msg)
        self._received += came
        if self._needed is None and not self._read_head():
            return False
        if len(self._received) < (self._needed or 0):
            return False
        self._needed = None
        return True

    def wait(self) -> bytes:
        """Wait for the rest of the answer, and return its body."""
        while not self.receive():
            pass
        return bytes(self._received)

    def _read_head(self) -> bool:
        head, end, _ = self._received.partition(b"\r\n\r\n")
        if not end:
            return False
        if not head.startswith(_OK):
            msg = f"the server answered {bytes(self._received[:500])!r}"
            raise ConnectionError(msg)
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(_LENGTH))
        del self._received[: len(head) + len(end)]
        self._needed = int(length[len(_LENGTH) :])
        return True


@contextmanager
def _connected(address: str, number: int) -> Iterator[list[_Connection]]:
    parts = urlsplit(address)
    opened: list[_Connection] = []
    try:
        for _ in range(number):
            connection = socket.create_connection((parts.hostname or "", parts.port or 80), timeout=_PATIENCE)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            opened.append(_Connection(connection))
        yield opened
    finally:
        for each in opened:
            each.socket.close()


class _Fixed(asyncio.Protocol):
    """Answers every request with the same bytes."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        for _ in range(data.count(b"\r\n\r\n")):
            self._transport.write(self._answer)


async def _serve_fixed(length: int) -> None:
    body = b"x" * length
    answer = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % length + body
    server = await asyncio.get_running_loop().create_server(lambda: _Fixed(answer), "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()[:2]
    print(json.dumps({"address": f"http://{host}:{port}"}), flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve_fixed(int(sys.argv[1])))
