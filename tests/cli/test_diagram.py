"""``service-engine diagram``: drawings that cannot say anything but what the tables say."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_engine import domain
from service_engine.cli import main
from service_engine.cli.diagram import LIFECYCLES
from service_engine.cli.pictures import boxes
from service_engine.domain import invoices, orders, payments, proposals, tickets
from service_engine.domain.lifecycle import Lifecycle, Status


class Stage(Status):
    """Six statuses of nothing in particular, with labels of different lengths."""

    A = 0
    DRAFT = 1
    IN_PROGRESS = 2
    PAID = 4
    HALF_WAY = 7
    ON_HOLD = 9


MOVES = st.fixed_dictionaries({origin: st.frozensets(st.sampled_from(list(set(Stage) - {origin}))) for origin in Stage})


def test_every_lifecycle_of_the_domain_can_be_drawn() -> None:
    """A new noun's table cannot be forgotten."""
    names = [each.name for each in pkgutil.iter_modules(domain.__path__)]
    modules = [importlib.import_module(f"{domain.__name__}.{name}") for name in names]
    tables = {module.LIFECYCLE.noun: module.LIFECYCLE for module in modules if hasattr(module, "LIFECYCLE")}
    assert tables == {each.noun: each for each in LIFECYCLES.values()}


def test_all_of_them_are_drawn_when_none_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """One after the other, an empty line between."""
    assert main(["diagram"]) == 0
    lifecycles = [noun.LIFECYCLE for noun in (proposals, orders, invoices, payments, tickets)]
    assert capsys.readouterr().out == "\n\n".join(each.draw() for each in lifecycles) + "\n"


@pytest.mark.parametrize("style", ["text", "mermaid"])
def test_the_lifecycle_draws_itself(style: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What is printed is the domain's own drawing."""
    assert main(["diagram", "ticket", "--format", style]) == 0
    assert capsys.readouterr().out == tickets.LIFECYCLE.draw(style) + "\n"


def test_boxes_are_for_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Neighbours are joined by arrows, others by arcs below; the order's fits 80 columns."""
    assert main(["diagram", "ticket", "--format", "boxes"]) == 0
    assert capsys.readouterr().out == (
        "╭──────╮    ╭─────────╮    ╭────────╮\n"
        "│ Open │◀──▶│ Pending │◀──▶│ Closed │\n"
        "╰───▲──╯    ╰─────────╯    ╰────▲───╯\n"
        "    ╰───────────────────────────╯\n"
    )
    assert max(map(len, boxes(orders.LIFECYCLE).splitlines())) <= 80


def test_an_unknown_noun_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    """The message names those that there are."""
    assert main(["diagram", "horse"]) == 2
    assert "invalid choice: 'horse' (choose from" in capsys.readouterr().err


@given(moves=MOVES, current=st.none() | st.sampled_from(Stage))
def test_every_move_has_exactly_one_arrowhead(moves: Mapping[Stage, frozenset[Stage]], current: Stage | None) -> None:
    """As many heads as moves, every status once, and the current one alone is marked."""
    drawing = boxes(Lifecycle("thing", Stage.A, moves), current)
    assert sum(map(drawing.count, "▲◀▶")) == sum(map(len, moves.values()))
    names = drawing.splitlines()[1]
    assert [names.count(f" {stage.label} ") for stage in Stage] == [1] * len(Stage)
    assert drawing.count("●") == (current is not None)
    assert current is None or re.search(f"┃ +● {current.label} +┃", drawing)


@given(moves=MOVES)
def test_every_arc_leads_from_one_status_to_another(moves: Mapping[Stage, frozenset[Stage]]) -> None:
    """Following an arc down, across and up again connects exactly the pairs that the table connects."""
    drawing = boxes(Lifecycle("thing", Stage.A, moves)).splitlines()
    stages = list(Stage)
    wanted = {
        (left, right)
        for left in range(len(stages))
        for right in range(left + 2, len(stages))
        if stages[right] in moves[stages[left]] or stages[left] in moves[stages[right]]
    }
    found = [tuple(_box_above(drawing, column) for column in arc) for line in drawing[3:] for arc in _arcs(line)]
    assert sorted(found) == sorted(wanted)


def _arcs(line: str) -> list[tuple[int, int]]:
    starts = [place for place, letter in enumerate(line) if letter == "╰"]
    return [(start, line.index("╯", start)) for start in starts]


def _box_above(drawing: list[str], column: int) -> int:
    return drawing[0][: column + 1].count("╭") - 1
