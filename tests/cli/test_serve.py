"""``service-engine serve``: until it is told to stop, and then nobody is left without an answer."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from service_engine import SqlStore
from service_engine.domain.ids import OrganizationId
from service_engine.usecases.clients import list_clients

Run = Callable[..., subprocess.CompletedProcess[str]]
Serve = Callable[..., Any]

IN_FLIGHT = 30


def begin_request(address: str, token: str, body: bytes) -> socket.socket:
    """Send the head of a POST and half of its body, once the application has begun to read it.

    ``Expect: 100-continue`` makes that visible: the server answers it when the application asks for the body.
    """
    target = urlsplit(address)
    connection = socket.create_connection((target.hostname or "", target.port or 0), timeout=30)
    head = (
        f"POST /api/clients HTTP/1.1\r\nHost: {target.netloc}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n"
    )
    connection.sendall(head.encode())
    assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")
    connection.sendall(body[: len(body) // 2])
    return connection


def finish_request(connection: socket.socket, body: bytes) -> tuple[int, Any]:
    """Send the rest; return status and body of the answer."""
    connection.sendall(body[len(body) // 2 :])
    received = b""
    while piece := connection.recv(65_536):
        received += piece
        head, separator, rest = received.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head.lower())
        if separator and length and len(rest) >= int(length.group(1)):
            break
    head, _, rest = received.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(rest)


def bodies(count: int) -> list[bytes]:
    """Return requests for so many clients."""
    return [
        json.dumps({"email": f"john{number}@example.com", "name_f": "John", "name_l": "Doe"}).encode()
        for number in range(count)
    ]


def test_every_request_in_flight_is_answered_after_sigterm(agency: dict[str, Any], serve: Serve) -> None:
    """30 of 30, each stored; then exit code 0. Nobody new is let in meanwhile."""
    server = serve("--database-url", agency["url"])
    server.address = server.said()["address"]
    requests = bodies(IN_FLIGHT)
    with ExitStack() as stack:
        connections = [stack.enter_context(begin_request(server.address, agency["token"], body)) for body in requests]
        server.process.send_signal(signal.SIGTERM)
        wait_until_closed(server.address)
        answers = [finish_request(*each) for each in zip(connections, requests, strict=True)]
    assert server.process.wait(timeout=30) == 0
    assert [status for status, _ in answers] == [201] * IN_FLIGHT
    assert len({answer["id"] for _, answer in answers}) == IN_FLIGHT

    with closing(SqlStore.from_url(agency["url"])) as store:
        assert store.read(OrganizationId(UUID(agency["organization_id"])), list_clients).total == IN_FLIGHT


def wait_until_closed(address: str) -> None:
    """Wait until the server lets nobody new in: from then on it is stopping."""
    target = urlsplit(address)
    for _ in range(200):
        try:
            socket.create_connection((target.hostname or "", target.port or 0), timeout=1).close()
        except OSError:
            return
        time.sleep(0.05)
    pytest.fail("the server still accepts connections")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_with_code_0(serve: Serve, number: int) -> None:
    """Whether a supervisor stops it or Ctrl-C; and it says nothing on stderr."""
    server = serve("--database-url", "memory://")
    server.said()
    server.said()
    assert server.stop(number) == 0
    assert server.process.stderr.read() == ""


def test_in_memory_it_founds_an_organisation_and_prints_its_token(serve: Serve) -> None:
    """First exactly what bootstrap prints, then the address: the API can be used at once."""
    server = serve("--database-url", "memory://", "--organization", "Acme Agency")
    facts, ready = server.said(), server.said()
    assert list(facts) == ["organization_id", "token", "employee_id", "roles"]
    assert list(ready) == ["address"]
    server.address = ready["address"]
    status, page = server.get("/api/tickets", facts["token"])
    assert (status, page["data"]) == (200, [])


def test_the_links_of_new_clients_begin_as_it_was_told(serve: Serve) -> None:
    """Those of the API that it serves."""
    server = serve("--database-url", "memory://", "--affiliate-link", "https://agency.example/with/")
    facts, ready = server.said(), server.said()
    server.address = ready["address"]
    body = bodies(1)[0]
    with closing(begin_request(server.address, facts["token"], body)) as connection:
        status, client = finish_request(connection, body)
    assert (status, client["aff_link"][:-6]) == (201, "https://agency.example/with/")


def test_a_link_that_is_none_is_said(call: Run) -> None:
    """In one line, with exit code 1, before anything is opened."""
    done = call("serve", "--database-url", "memory://", "--affiliate-link", "agency.example")
    assert done.returncode == 1
    assert done.stderr.startswith("service-engine: affiliate links begin with http:// or https:// and have no blanks")


def test_people_get_one_line_when_it_is_ready(serve: Serve, sqlite_database_url: str) -> None:
    """With the address, the port that was free, and where its pages are."""
    server = serve("--database-url", sqlite_database_url, json=False)
    line = server.lines.get(timeout=30)
    assert re.fullmatch(r"Serving on (http://127\.0\.0\.1:[1-9]\d*) \(its pages: \1/docs\); stop with Ctrl-C\n", line)
    assert server.stop() == 0
    assert server.lines.get(timeout=30) == ""


def test_a_port_that_is_taken_is_said(call: Run) -> None:
    """In one line, with exit code 1."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = call("serve", "--database-url", "memory://", "--port", str(port))
    assert done.returncode == 1
    assert done.stderr == f"service-engine: cannot listen on 127.0.0.1, port {port}: address already in use\n"


@pytest.mark.parametrize("port", ["-1", "65536", "http", "٣"])
def test_a_port_that_is_none_is_wrong_usage(call: Run, port: str) -> None:
    """Before anything is opened."""
    done = call("serve", f"--port={port}")
    assert done.returncode == 2
    assert f"{port} is no port" in done.stderr


def test_a_database_that_is_not_there_is_not_made(call: Run, tmp_path: Any) -> None:
    """A typing error in its name must not make an empty file; the sentence says how to make one."""
    done = call("serve", "--database-url", "sqlite:///agnecy.db")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "service-engine: there is no database at agnecy.db; make one with: service-engine bootstrap\n"
    assert list(tmp_path.iterdir()) == []
