"""SIGTERM while ``service-engine serve`` works on requests: every one of them is answered.

Half of the requests wait inside the application for the database, which somebody else has locked; of the other half
only a part has arrived. Then the signal comes, the server lets nobody new in, the lock is lifted, and the rest is sent.
"""

from __future__ import annotations

import json
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import ExitStack, closing
from typing import NamedTuple
from urllib.parse import urlsplit

from tests.figures import Figure, arguments, conclude, stopwatch
from tests.figures.servers import PATIENCE, ROOT, sqlite_database

from service_engine import SqlStore
from service_engine.testing.contracts import Agency
from service_engine.usecases.clients import list_clients

_AFTER_THE_SIGNAL = 0.6  # the requests that wait for the lock wait at least so long


class Answer(NamedTuple):
    """What came of one request."""

    status: int
    id: str


class Request:
    """A client that registers on a real socket, in two steps.

    Args:
        address: The server's.
        token: Whose organisation.
        number: Tells one from another.
    """

    def __init__(self, address: str, token: str, number: int) -> None:
        person = {"email": f"john{number}@example.com", "name_f": "John", "name_l": "Doe"}
        self._body = json.dumps(person).encode()
        self._sent = 0
        target = urlsplit(address)
        self.connection = socket.create_connection((target.hostname or "", target.port or 0), timeout=PATIENCE)
        head = (
            f"POST /api/clients HTTP/1.1\r\nHost: {target.netloc}\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(self._body)}\r\nExpect: 100-continue\r\n\r\n"
        )
        self.connection.sendall(head.encode())
        # The server says "go on" when the application asks for the body: from here on it is in flight.
        if not self.connection.recv(1000).startswith(b"HTTP/1.1 100 "):
            msg = "the server did not ask for the body"
            raise RuntimeError(msg)
        self.send(len(self._body) // 2)

    def send(self, up_to: int | None = None) -> None:
        """Send more of the body; all of it by default."""
        self.connection.sendall(self._body[self._sent : up_to])
        self._sent = len(self._body) if up_to is None else up_to

    def answer(self) -> Answer | None:
        """Return the answer; None if the connection ended without a whole one."""
        received = b""
        while piece := self._receive():
            received += piece
            head, separator, rest = received.partition(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head.lower())
            if separator and length and len(rest) >= int(length[1]):
                return Answer(int(head.split()[1]), str(json.loads(rest).get("id")))
        return None

    def _receive(self) -> bytes:
        try:
            return self.connection.recv(65_536)
        except OSError:
            return b""


def start(url: str) -> tuple[subprocess.Popen[str], str]:
    """Serve a database; return the process and its address."""
    words = ["serve", "--database-url", url, "--port", "0", "--json"]
    process = subprocess.Popen(
        [sys.executable, "-m", "service_engine", *words], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdout is not None
    return process, json.loads(process.stdout.readline())["address"]


def wait_until_closed(address: str) -> None:
    """Wait until the server lets nobody new in: from then on it is stopping."""
    target = urlsplit(address)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            socket.create_connection((target.hostname or "", target.port or 0), timeout=1).close()
        except OSError:
            return
        time.sleep(0.02)
    msg = "the server still accepts connections"
    raise RuntimeError(msg)


def measure(requests: int) -> tuple[list[Answer], int, int]:
    """Stop a server that works on so many requests; return the answers, its exit code, and how many were stored."""
    with ExitStack() as stack:
        url = stack.enter_context(sqlite_database())
        store = stack.enter_context(closing(SqlStore.from_url(url)))
        acme = Agency(store)
        process, address = start(url)
        stack.enter_context(process)
        stack.callback(process.kill)
        asked = [Request(address, acme.secret, number) for number in range(requests)]
        for each in asked:
            stack.enter_context(each.connection)
        rival = stack.enter_context(closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)))
        rival.execute("BEGIN IMMEDIATE")
        for each in asked[::2]:
            each.send()
        time.sleep(_AFTER_THE_SIGNAL / 2)  # until they wait for the lock
        process.send_signal(signal.SIGTERM)
        wait_until_closed(address)
        time.sleep(_AFTER_THE_SIGNAL)
        rival.execute("ROLLBACK")
        for each in asked[1::2]:
            each.send()
        answers = [answer for each in asked if (answer := each.answer()) is not None]
        code = process.wait(PATIENCE)
        stored = acme.read(list_clients).total
    return answers, code, stored


def main(words: list[str] | None = None) -> int:
    """Measure, and print the figure."""
    parser = arguments(__doc__)
    parser.add_argument("--requests", type=int, default=30, help="how many are in flight (default: %(default)s)")
    options = parser.parse_args(words)
    seconds = stopwatch()
    answers, code, stored = measure(options.requests)
    done = [answer for answer in answers if answer.status == 201]
    figure = Figure(
        name="requests in flight answered after SIGTERM",
        reached=len(done),
        goal=f"{options.requests} of {options.requests}",
        holds=len({answer.id for answer in done}) == stored == options.requests and code == 0,
        seconds=seconds(),
        details={"stored": stored, "other answers": len(answers) - len(done), "exit code": code},
    )
    return conclude(figure, options.json)


if __name__ == "__main__":
    sys.exit(main())
