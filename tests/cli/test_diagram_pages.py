"""``service-engine diagram --check`` and ``--write``: pages that cannot fall behind the tables."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_engine.cli import main
from service_engine.cli.diagram import LIFECYCLES
from service_engine.cli.drawn_pages import STYLES, table
from service_engine.cli.vector_pictures import svg
from service_engine.domain import tickets
from service_engine.domain.lifecycle import Lifecycle, Status

END = "<!-- end lifecycle -->\n"
Box = tuple[float, float, float, float]


class Stage(Status):
    """Six statuses of nothing in particular, with labels of different lengths."""

    A = 0
    DRAFT = 1
    IN_PROGRESS = 2
    PAID = 4
    HALF_WAY = 7
    WAITING_FOR_SOMEBODY_ELSE = 9


MOVES = st.fixed_dictionaries({origin: st.frozensets(st.sampled_from(list(set(Stage) - {origin}))) for origin in Stage})


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A page that is up to date, with every style in it."""
    path = tmp_path / "page.md"
    blocks = [f"<!-- lifecycle: ticket, {style} -->\n{END}" for style in STYLES]
    path.write_text("# Tickets\n\n" + "\nWords.\n\n".join(blocks) + "\nThe end.\n", encoding="utf-8")
    assert main(["diagram", "--write", str(path)]) == 0
    return path


def test_a_page_that_was_written_is_up_to_date(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The check finds nothing, and writing again changes nothing."""
    capsys.readouterr()
    assert main(["diagram", "--check", str(page)]) == 0
    assert main(["diagram", "--write", str(page)]) == 0
    assert capsys.readouterr() == ("", "")


def test_what_stands_around_the_drawings_is_kept(page: Path) -> None:
    """Words before, between and after them stay as they are."""
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# Tickets\n\n<!-- lifecycle: ticket, text -->\n```text\nticket (starts as Open)\n")
    assert text.endswith(f"{END}\nThe end.\n")
    assert text.count("Words.") == len(STYLES) - 1


def test_the_picture_is_a_file_beside_the_page(page: Path) -> None:
    """The page shows it, and says in words what it shows."""
    picture = page.parent / "images" / "lifecycle-ticket.svg"
    assert picture.read_text(encoding="utf-8") == svg(tickets.LIFECYCLE)
    said = (
        "Lifecycle, ticket: starts as Open; Open to Pending, Closed; Pending to Open, Closed; Closed to Open, Pending"
    )
    assert f"![{said}](images/lifecycle-ticket.svg)\n" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("style", list(STYLES))
def test_a_drawing_that_differs_is_found_and_mended(page: Path, style: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The page, the format and the lifecycle are named, and the command that mends it."""
    wanted = page.read_text(encoding="utf-8")
    opening = f"<!-- lifecycle: ticket, {style} -->\n"
    page.write_text(wanted.replace(opening, f"{opening}By hand.\n"), encoding="utf-8")
    capsys.readouterr()
    assert main(["diagram", "--check", str(page)]) == 1
    assert capsys.readouterr().err.splitlines() == [
        f"{page}: the {style} of ticket differs from its table",
        f"To mend them: service-engine diagram --write {page}",
    ]
    assert main(["diagram", "--write", str(page)]) == 0
    assert capsys.readouterr().out == f"{page}\n"
    assert page.read_text(encoding="utf-8") == wanted


@pytest.mark.parametrize("spoil", [Path.unlink, lambda path: path.write_text("<svg/>", encoding="utf-8")])
def test_a_picture_that_is_gone_or_differs_is_found(page: Path, spoil, capsys: pytest.CaptureFixture[str]) -> None:
    """The file of the picture is held to the table as the page is."""
    picture = page.parent / "images" / "lifecycle-ticket.svg"
    spoil(picture)
    capsys.readouterr()
    assert main(["diagram", "--check", str(page)]) == 1
    assert f"{picture}: the picture of ticket differs from its table" in capsys.readouterr().err
    assert main(["diagram", "--write", str(page)]) == 0
    assert capsys.readouterr().out == f"{picture}\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("# Nothing\n", "draws no lifecycle; a block begins with <!-- lifecycle: NOUN, FORMAT -->"),
        (
            f"<!-- lifecycle: horse, table -->\n{END}",
            "draws 'horse', which is none of: invoice, invoice by hand, order,",
        ),
        (f"<!-- lifecycle: ticket, oil -->\n{END}", "draws 'oil', which is none of: boxes, mermaid, svg, table, text"),
        ("<!-- lifecycle: ticket, text -->\n", "the text of ticket has no end; close it with <!-- end lifecycle -->"),
        (
            f"<!-- lifecycle: ticket, text -->\n<!-- lifecycle: order, text -->\n{END}",
            "the text of ticket has no end; close it with <!-- end lifecycle -->",
        ),
    ],
)
@pytest.mark.parametrize("option", ["--check", "--write"])
def test_a_page_that_cannot_be_drawn_into_is_refused(
    tmp_path: Path, text: str, reason: str, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A check that would check nothing fails, and nothing is written."""
    path = tmp_path / "page.md"
    path.write_text(text, encoding="utf-8")
    assert main(["diagram", option, str(path)]) == 1
    assert reason in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == text


def test_a_page_that_is_not_there_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No traceback."""
    assert main(["diagram", "--check", str(tmp_path / "none.md")]) == 1
    assert capsys.readouterr().err == f"service-engine: No such file or directory: {tmp_path / 'none.md'}\n"


def test_checking_and_writing_at_once_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    """They say opposite things."""
    assert main(["diagram", "--check", "a.md", "--write", "a.md"]) == 2
    assert "not allowed with argument" in capsys.readouterr().err


@given(moves=MOVES)
def test_the_table_has_a_yes_for_each_move(moves: Mapping[Stage, frozenset[Stage]]) -> None:
    """In the row of where it comes from and the column of where it goes."""
    head, _, *rows = (line.strip("|").split("|") for line in table(Lifecycle("thing", Stage.A, moves)).splitlines())
    columns = [label.strip() for label in head[1:]]
    found = {
        (row[0].strip().split("**")[1], columns[place])
        for row in rows
        for place, cell in enumerate(row[1:])
        if cell.strip() == "yes"
    }
    assert found == {(origin.label, target.label) for origin, targets in moves.items() for target in targets}


@given(moves=MOVES)
def test_the_picture_has_an_arrow_head_for_each_move(moves: Mapping[Stage, frozenset[Stage]]) -> None:
    """One line for each two statuses that a move joins, one more from the dot; every label once."""
    picture = _parsed(Lifecycle("thing", Stage.A, moves))
    paths = [each.get("class") for each in picture.iter("path")]
    joined = [pair for pair in combinations(Stage, 2) if pair[1] in moves[pair[0]] or pair[0] in moves[pair[1]]]
    assert paths.count("move") == len(joined) + 1
    assert paths.count("head") == sum(map(len, moves.values())) + 1
    assert sorted(str(each.text) for each in picture.iter("text")) == sorted(stage.label for stage in Stage)


@given(moves=MOVES, initial=st.sampled_from(Stage))
def test_no_box_lies_over_another_or_outside(moves: Mapping[Stage, frozenset[Stage]], initial: Stage) -> None:
    """Whatever the table, every status can be read."""
    picture = _parsed(Lifecycle("thing", initial, moves))
    left, top, width, height = map(float, picture.attrib["viewBox"].split())
    boxes = [_box(each) for each in picture.iter("rect")]
    assert [pair for pair in combinations(boxes, 2) if _overlap(*pair)] == []
    for box in boxes:
        assert left <= box[0]
        assert top <= box[1]
        assert box[2] <= left + width
        assert box[3] <= top + height


@pytest.mark.parametrize("noun", list(LIFECYCLES))
def test_no_line_runs_through_a_box(noun: str) -> None:
    """Of the five pictures that the pages show: a line begins and ends outside every box, and crosses none between."""
    picture = _parsed(LIFECYCLES[noun])
    boxes = [_box(each) for each in picture.iter("rect")]
    assert len(boxes) == len(LIFECYCLES[noun].moves)
    for path in picture.iter("path"):
        if path.get("class") == "move":
            x1, y1, x2, y2 = map(float, re.findall(r"-?\d+(?:\.\d+)?", path.attrib["d"]))
            points = [(x1 + (x2 - x1) * step / 200, y1 + (y2 - y1) * step / 200) for step in range(201)]
            assert [box for box in boxes for x, y in points if box[0] < x < box[2] and box[1] < y < box[3]] == []


def test_a_picture_refers_to_nothing() -> None:
    """No font, no script, no style from elsewhere: it looks the same on a machine without a network."""
    for lifecycle in LIFECYCLES.values():
        assert re.findall(r"(?:href|src|url\()[^>]*", svg(lifecycle)) == []


def _parsed(lifecycle: Lifecycle[Any]) -> ET.Element:
    document = svg(lifecycle).replace(' xmlns="http://www.w3.org/2000/svg"', "")
    return ET.fromstring(document)  # noqa: S314


def _box(rect: ET.Element) -> Box:
    x, y, width, height = (float(rect.attrib[name]) for name in ("x", "y", "width", "height"))
    return (x, y, x + width, y + height)


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
