"""The server: it starts, answers, and stops gracefully. Source: goals, "Reliability" (SIGTERM)."""

import http.client
import json
import re
import signal
import subprocess
import sys
import threading

import pytest

SCRIPT = r"""
import os, time
from datetime import UTC, datetime
from service_engine import MemoryStore
from service_engine.api.server import serve
from service_engine.api.settings import Settings
from service_engine.usecases.organizations import bootstrap_organization

class SlowStore(MemoryStore):
    def read(self, *arguments, **keywords):
        os.write(1, b"reading\n")  # in one piece, whatever the other threads write
        time.sleep(1)
        return super().read(*arguments, **keywords)

store = SlowStore()
org_id = store.entropy.new_id()
made = store.run(org_id, bootstrap_organization, name="Acme", at=datetime.now(UTC))
print(made.token, flush=True)
serve(store, port=0, settings=Settings(threads=30))
print("returned", flush=True)
"""


@pytest.fixture
def served():
    """Give a server in a process of its own, with its port and a token."""
    command = [sys.executable, "-c", SCRIPT]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        token = process.stdout.readline().strip()
        port = None
        while port is None:
            line = process.stderr.readline()
            assert line, "the server ended before it listened"
            found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
            port = int(found[1]) if found else None
        yield process, port, token
        process.kill()


def ask(port, token, answers):
    """Ask for a list, and note what comes."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/api/tickets", headers={"Authorization": f"Bearer {token}"})
    response = connection.getresponse()
    answers.append((response.status, json.loads(response.read())["meta"]["total"]))
    connection.close()


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_drains_the_requests_in_flight(served, sent):
    """Requests that are being worked on when the signal comes are all answered; then the process ends with 0."""
    process, port, token = served
    answers: list[tuple[int, int]] = []
    callers = [threading.Thread(target=ask, args=(port, token, answers)) for _ in range(30)]
    for caller in callers:
        caller.start()
    for _ in callers:
        assert process.stdout.readline() == "reading\n"
    process.send_signal(sent)
    for caller in callers:
        caller.join()
    assert answers == [(200, 0)] * 30
    assert process.wait(timeout=30) == 0
    assert process.stdout.read() == "returned\n"
    assert "Traceback" not in process.stderr.read()


def test_an_offer_of_http_2_is_passed_over(served):
    """A request that offers to go on in HTTP/2, as Java's clients all do, is answered with its body read."""
    _, port, token = served
    body = b'{"email": "jane@example.com", "name_f": "Jane", "name_l": "Doe"}'
    offer = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAEAAEAA"}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", "/api/clients", body, {"Authorization": f"Bearer {token}", **offer})
    response = connection.getresponse()
    assert (response.status, json.loads(response.read())["email"]) == (201, "jane@example.com")
    connection.close()


def test_the_port_is_taken(served):
    """A port that cannot be had ends the start with an error that says so."""
    _, port, _ = served
    lines = [
        "from service_engine import MemoryStore",
        "from service_engine.api.server import serve",
        f"serve(MemoryStore(), port={port})",
    ]
    ended = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=False, timeout=60
    )
    assert ended.returncode != 0
    assert "address already in use" in ended.stderr
