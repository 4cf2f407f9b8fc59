"""``service-engine demo``: the story that it promises, in time, on any terminal; and its suggestions work."""

from __future__ import annotations

import ast
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from service_engine import SqlStore
from service_engine.cli import panels, suggestions
from service_engine.cli.story import STEPS
from service_engine.domain.ids import OrganizationId

Run = Callable[..., subprocess.CompletedProcess[str]]
WIDTH = 76  # of code: 80 columns, less the margin


def test_it_tells_the_whole_story_in_under_ten_seconds(run: Run) -> None:
    """From the proposal over the seed's example to the paid invoice, on a SQLite file, with nothing set up before."""
    start = time.perf_counter()
    done = run("demo")
    assert time.perf_counter() - start < 10
    assert (done.returncode, done.stderr) == (0, "")
    story = iter(done.stdout.splitlines())
    for promised in (
        "an embedded SQLite file, removed at the end",
        r"1  Two agencies open, in one database  \d+ statements, \d+ ms",
        r"Acme Agency +Administrator, Client",
        r"Other Agency +Administrator, Client",
        r"│ Draft │───▶┃ ● Sent ┃───▶│ Signed │    │ Rejected │",
        r"Web Development for 1500\.00 USD, to john@example\.com, nobody's client yet",
        r"○ Draft  ○ Sent  ● Signed  ○ Rejected",
        r"order [A-Z0-9]{8}: 1 x Web Development, 1500\.00 USD, In Progress",
        r"Jane Smith +Administrator +3 +yes",
        r"John Doe +Client +0 +no",
        r"┃ ● Open ┃◀──▶│ Pending │◀──▶│ Closed │",
        r"assigned to Jane Smith · tags urgent, billing · date_closed -",
        r"─ NotAssignableError ─",
        r"employees: The specified employee does not exist\.",
        r"2026-02-07 09:00 +John Doe +I need help with my order +everybody",
        r"2026-02-07 12:00 +Jane Smith +The designer is on it +staff only",
        r"opened +● Open  ○ Pending  ○ Closed +- *$",
        r"closed +○ Open  ○ Pending  ● Closed +2026-02-07 12:00 *$",
        r"closed again +○ Open  ○ Pending  ● Closed +2026-02-07 12:00 +nothing to write",
        r"reopened +● Open  ○ Pending  ○ Closed +- *$",
        r"2 x Contact form +49\.95 USD +9\.90 USD +90\.00 USD",
        r"Tax, 20 % +318\.00 USD",
        r"INV-00001, Unpaid, due 2026-02-21 18:00 +1908\.00 USD",
        r"card_1 +PaymentDeclinedError: The payment method was declined\.",
        r"card_2 +PaymentPendingError: the gateway did not answer",
        r"card_2 again +INV-00001 is Paid, 1 order placed",
        r"and again +IllegalMoveError: Invoice is already paid\.",
        r"on record: 1908\.00 USD Declined, 1908\.00 USD Succeeded · taken once: 1908\.00",
        r"John's ticket +no ticket …[0-9a-f]{6} in this organisation",
        r"an id that nobody has +no ticket …[0-9a-f]{6} in this organisation",
        r"a list of all tickets +0 tickets",
        r'"subject": "Help with order",',
        r"Your turn  in all \d+ statements, \d+ ms",
        r"service-engine bootstrap",
        r"service-engine serve",
        r"curl ",
    ):
        assert any(re.search(promised, line) for line in story), f"{promised!r} is missing, or out of order"


def test_the_json_is_the_apis(call: Run) -> None:
    """It is one JSON document with the contract's 19 keys and the seed's values."""
    lines = call("demo").stdout.splitlines()
    start, end = ([line.rstrip() for line in lines].index(f"  {brace}") for brace in "{}")
    ticket = json.loads("\n".join(lines[start : end + 1]))
    assert len(ticket) == 19
    assert (ticket["status"], ticket["status_id"], ticket["date_closed"]) == ("Open", 1, None)
    assert ticket["tags"] == ["urgent", "billing"]
    assert [(each["name_f"], each["name_l"]) for each in ticket["employees"]] == [("Jane", "Smith")]
    assert (ticket["client"]["name"], ticket["client"]["email"]) == ("John Doe", "john@example.com")
    assert (ticket["order"]["service"], ticket["order"]["price"]) == ("Web Development", 1500.0)
    assert [each["staff_only"] for each in ticket["messages"]] == [False, True]


def test_it_leaves_nothing_behind(run: Run, tmp_path: Path) -> None:
    """Neither in the folder nor among the temporary files."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    assert run("demo", TMPDIR=str(temporary)).returncode == 0
    assert list(tmp_path.iterdir()) == [temporary]
    assert list(temporary.iterdir()) == []


def test_a_named_database_keeps_the_story(call: Run, empty_database_url: str) -> None:
    """Both organisations stay in it, and a second time adds two more."""
    for _ in range(2):
        done = call("demo", "--database-url", empty_database_url)
        assert (done.returncode, done.stderr) == (0, "")
    assert "The story stays in" in done.stdout
    assert re.search(r"/api/tickets/[0-9a-f-]{36}$", done.stdout, re.MULTILINE)
    with (
        closing(SqlStore.from_url(empty_database_url)) as store,
        store.begin(OrganizationId(store.entropy.new_id())) as uow,
    ):
        assert uow.organizations.slug_is_taken("acme-agency")
        assert uow.organizations.slug_is_taken("other-agency")


def test_in_memory_there_are_no_statements_to_count(call: Run) -> None:
    """The same story, without SQL."""
    done = call("demo", "--database-url", "memory://")
    assert (done.returncode, done.stderr) == (0, "")
    assert "statements" not in done.stdout
    assert "a list of all tickets" in done.stdout


@pytest.mark.parametrize("columns", [20, 40, 80, 120, 400])
def test_it_fits_the_terminal(call: Run, columns: int) -> None:
    """No line but the commands that are there to be copied is wider than the terminal, or than is good to read."""
    done = call("demo", "--database-url", "memory://", COLUMNS=str(columns))
    assert (done.returncode, done.stderr) == (0, "")
    story = done.stdout[: done.stdout.index("Your turn")]
    assert max(map(len, story.splitlines())) <= min(columns, 100)


@pytest.mark.parametrize(
    "variables",
    [
        {"PYTHONIOENCODING": "ascii"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "latin-1"},
    ],
)
def test_a_terminal_without_unicode_gets_ascii(run: Run, variables: dict[str, str]) -> None:
    """Frames and arrows become their ASCII likes; nothing fails."""
    done = run("demo", "--database-url", "memory://", **variables)
    assert (done.returncode, done.stderr) == (0, "")
    assert "| * Open |<-->| Pending |<-->| Closed |" in done.stdout
    assert "\\u" not in done.stdout


def test_colours_only_where_they_are_wanted(call: Run) -> None:
    """None in a pipe, none with ``NO_COLOR``; some on a terminal."""
    words = ("demo", "--database-url", "memory://")
    assert "\x1b[" not in call(*words).stdout
    assert "\x1b[" in call(*words, FORCE_COLOR="1").stdout
    assert "\x1b[3" not in call(*words, FORCE_COLOR="1", NO_COLOR="1").stdout


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.title)
def test_the_code_of_a_step_is_python_that_fits(step: Any) -> None:
    """It is the source of what runs, without its frame, narrow enough for 80 columns."""
    code = step.code()
    ast.parse(code)
    assert "return" not in code
    assert max(map(len, code.splitlines())) <= WIDTH
    assert len(code.splitlines()) <= 10


def test_long_json_is_laid_out_and_stays_the_same() -> None:
    """Whatever the width, what is read back is what was put in."""
    value = {"id": 1, "empty": {}, "none": None, "many": list(range(60)), "deep": [{"text": "é" * 30, "list": [[]]}]}
    for width in (1, 20, 40, 76, 1000):
        lines = panels.json_lines(value, width)
        assert json.loads("\n".join(lines)) == value
    assert max(map(len, panels.json_lines(value, 60))) <= 60


def suggested(output: str) -> str:
    """Return the commands that the demo suggests, as a script."""
    block = output[output.index("Your turn") :].split("\n\n")[1]
    return textwrap.dedent(block)


def play(script: str, folder: Path) -> Any:
    """Run a script with a port that is free, stop the server that it starts, return what curl received."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    script = script.replace("8000", port) + "\nkill $!\nwait $!\n"
    paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    done = subprocess.run(
        ["bash", "-eu", "-c", script],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(str(Path(path).resolve()) for path in paths if path)},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make ``service-engine`` known to the shell, as an installation does."""
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    script = scripts / "service-engine"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m service_engine "$@"\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(scripts), prepend=os.pathsep)


@pytest.mark.usefixtures("command")
def test_the_suggested_commands_found_an_agency(call: Run, tmp_path: Path) -> None:
    """Pasted as they stand, they end with John as the API shows him."""
    client = play(suggested(call("demo").stdout), tmp_path)
    assert (client["name"], client["email"]) == ("John Doe", "john@example.com")
    assert (tmp_path / "service-engine.db").exists()


@pytest.mark.usefixtures("command")
def test_the_suggested_commands_show_the_ticket_of_a_story_that_stays(
    call: Run, empty_postgres_database_url: str, tmp_path: Path
) -> None:
    """Pasted as they stand, they end with the story's ticket as the API shows it."""
    ticket = play(suggested(call("demo", "--database-url", empty_postgres_database_url).stdout), tmp_path)
    assert (ticket["subject"], ticket["tags"]) == ("Help with order", ["urgent", "billing"])


def test_the_command_is_put_on_the_path_where_the_reader_lacks_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """In an environment that is not activated, and in nox, whose PATH is not the reader's."""
    scripts = str(Path(sys.executable).parent)
    monkeypatch.delenv("NOX_CURRENT_SESSION", raising=False)
    monkeypatch.setenv("PATH", scripts)
    assert suggestions.start_an_agency()[0].startswith("TOKEN=")
    monkeypatch.setenv("NOX_CURRENT_SESSION", "demo")
    assert suggestions.start_an_agency()[0] == f"PATH={scripts}:$PATH"
    monkeypatch.delenv("NOX_CURRENT_SESSION")
    monkeypatch.setenv("PATH", tempfile.gettempdir())
    assert suggestions.start_an_agency()[0] == f"PATH={scripts}:$PATH"
