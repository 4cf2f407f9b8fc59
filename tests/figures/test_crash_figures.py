"""The programs that measure crashes: their short forms, and that they see what they look for."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from tests.figures import kills, restarts, shutdown, syscalls
from tests.figures.audit import Acknowledged, audit, read_lines
from tests.figures.races import ROOT
from tests.figures.servers import postgres_database
from tests.figures.writing import Cast, story

from service_engine import MemoryStore
from service_engine.domain.ids import InvoiceId, OrderId, TicketId
from service_engine.testing.builders import NOON
from service_engine.testing.contracts import Agency
from service_engine.usecases.invoices import delete_invoice
from service_engine.usecases.orders import delete_order
from service_engine.usecases.tickets import delete_ticket, post_ticket_message, retag_ticket


class Scene:
    """Two stories, written in memory, and what was said of them."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.acme = Agency(MemoryStore())
        self.cast = Cast(self.acme.org_id, self.acme.client().id, self.acme.administrator.id, self.acme.service().id)
        self.write("0.1")
        self.write("1.1")

    def write(self, key: str) -> None:
        """Write one story."""
        story(self.acme.store, self.cast, key, lambda line: self.lines.append(f"{line}\n"))

    @property
    def said(self) -> Acknowledged:
        """What was acknowledged."""
        return read_lines(self.lines)

    def first(self, what: str) -> UUID:
        """Return the id of the first of its kind."""
        return next(UUID(line.split()[1]) for line in self.lines if line.startswith(f"{what} "))


def lose_a_ticket(scene: Scene) -> None:
    """Remove what was acknowledged."""
    scene.acme.run(delete_ticket, TicketId(scene.first("ticket")), at=NOON)


def lose_an_order(scene: Scene) -> None:
    """Remove what was acknowledged."""
    scene.acme.run(delete_order, OrderId(scene.first("order")), at=NOON)


def lose_an_invoice(scene: Scene) -> None:
    """Remove what was acknowledged, and has a number."""
    scene.acme.run(delete_invoice, InvoiceId(scene.first("invoice")), at=NOON)


def lose_tags(scene: Scene) -> None:
    """Leave a ticket half-written."""
    scene.acme.run(retag_ticket, TicketId(scene.first("ticket")), ["crash"], at=NOON)


def write_a_message_more(scene: Scene) -> None:
    """Leave a ticket with what nobody wrote."""
    ticket_id = TicketId(scene.first("ticket"))
    scene.acme.run(post_ticket_message, ticket_id, author_id=scene.cast.employee_id, text="more", at=NOON)


def lose_a_placed_order(scene: Scene) -> None:
    """Leave a paid invoice without one of its orders."""
    with scene.acme.begin() as uow:
        item = uow.invoices.get(InvoiceId(scene.first("invoice"))).items[0]
    assert item.order_id is not None
    scene.acme.run(delete_order, item.order_id, at=NOON)


def count_once_more(scene: Scene) -> None:
    """Use up a number without an invoice."""
    scene.acme.run(lambda uow: uow.invoices.next_in_sequence())


def write_twice(scene: Scene) -> None:
    """Do once more what was done."""
    scene.write("0.1")


def write_in_silence(scene: Scene) -> None:
    """Store what nobody acknowledged."""
    story(scene.acme.store, scene.cast, "2.1", lambda _: None)


@pytest.mark.parametrize(
    ("damage", "seen"),
    [
        (lose_a_ticket, "ticket"),
        (lose_an_order, "order"),
        (lose_an_invoice, "invoice"),
        (lose_tags, "tags"),
        (write_a_message_more, "messages"),
        (lose_a_placed_order, "orders"),
        (count_once_more, "the counter"),
        (write_twice, "is there 2 times"),
        (write_in_silence, "nobody acknowledged"),
    ],
)
def test_the_audit_sees(damage: Callable[[Scene], None], seen: str) -> None:
    """What was lost, is there twice, or only half; and nothing before that."""
    scene = Scene()
    assert list(audit(scene.acme.store, scene.cast, scene.said, unanswered=0)) == []
    damage(scene)
    found = list(audit(scene.acme.store, scene.cast, scene.said, unanswered=0))
    assert [each for each in found if seen in each]


def test_a_line_that_was_cut_off_acknowledges_nothing() -> None:
    """The writer died while it said it."""
    whole = "ticket 00000000-0000-7000-8000-000000000001 0.1\n"
    said = read_lines([whole, "error paid 0.1 OSError()\n", "order 00000000-0000-7000-8000-00000000"])
    assert (said.total, said.errors) == (1, ["paid 0.1 OSError()"])


def test_kills_on_sqlite() -> None:
    """The short form of the figure."""
    tally = kills.measure("sqlite", times=1, each=10, threads=2)
    assert tally.kills == Counter(writer=1)
    assert tally.acknowledged >= 1
    assert list(tally.found) == []


def test_kills_and_restarts_on_postgres() -> None:
    """The server's main process; and both kinds of restart. test_crashes.py kills the writer."""
    with postgres_database() as (server, url):
        kinds = {"server": kills.kinds_on(server, url)["server"]}
        tally = kills.kill_often(url, kinds, times=1, each=5, threads=2)
        again = restarts.restart_often(server, url, times=2, threads=2, each=5)
    assert tally.kills == Counter(server=1)
    assert (list(tally.found), tally.errors) == ([], [])
    assert (again.restarts, list(again.found), again.errors) == (2, [], [])


def test_the_shutdown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The short form of the figure, as a program."""
    file = tmp_path / "figures.json"
    assert shutdown.main(["--requests", "2", "--json", str(file)]) == 0
    (figure,) = json.loads(file.read_text())
    assert (figure["reached"], figure["details"]["stored"]) == (2, 2)
    assert "(goal 2 of 2: met)" in capsys.readouterr().out


def test_every_call_fails_in_every_way() -> None:
    """That it can; a part of the points is the same part each time."""
    points = syscalls.chosen("wsu", 1000)
    assert len(set(points)) == len(points)
    assert {point.way for point in points if point.kind == "w"} == set(syscalls.WAYS)
    assert {point.way for point in points if point.kind == "s"} == set(syscalls.WAYS) - {
        "ENOSPC",
        "ENOSPC from then on",
        "short",
        "torn, EIO",
        "death, torn",
    }
    assert syscalls.chosen("wsu", 5) == syscalls.chosen("wsu", 5)
    assert set(syscalls.chosen("wsu", 5)) < set(points)


def test_without_a_compiler_it_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    """And is no figure: it fails."""
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SystemExit, match="needs Linux and a C compiler"):
        syscalls.main(["--points", "1"])


RACES = """
def test_somebody_wins():
    pass

def test_naively_nobody_does():
    pass
"""


def test_rounds_of_races(tmp_path: Path) -> None:
    """Each so often as there are rounds, the naive forms counted apart; one failure is enough to miss the goal."""
    file = tmp_path / "test_toy_races.py"
    file.write_text(RACES)
    # A process of its own, because pytest runs in it.
    command = [sys.executable, "-m", "tests.figures.races", "--rounds", "3", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "races, 32 at once: 3 (goal 3 rounds without a failure: met)" in done.stdout
    assert "naive forms broken 3" in done.stdout
    file.write_text(RACES.replace("pass", "assert False", 1))
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 1
    assert "failures 3" in done.stdout
