"""What the pages draw is what the tables say."""

from pathlib import Path

import pytest

from service_engine.cli import main
from service_engine.cli.diagram import DRAWN_IN_PAGES, LIFECYCLES

PAGES = Path(__file__).parent.parent / "docs"
DRAWN = sorted(page for page in PAGES.rglob("*.md") if "\n<!-- lifecycle: " in page.read_text(encoding="utf-8"))


def test_the_pages_draw_the_lifecycles_of_the_tables(capsys: pytest.CaptureFixture[str]) -> None:
    """A move that is added or taken away has to be drawn anew: service-engine diagram --write does it."""
    code = main(["diagram", "--check", *map(str, DRAWN)])
    assert (code, capsys.readouterr().err) == (0, "")


def test_the_pages_of_the_nouns_have_drawings() -> None:
    """A drawing that is taken out of its page with its comments is missed."""
    assert {"lifecycles.md", "tickets.md", "orders.md", "billing.md"} <= {page.name for page in DRAWN}


def test_the_page_of_lifecycles_has_all_of_them_as_picture_and_table() -> None:
    """A new noun's table comes into the page, too."""
    text = (PAGES / "lifecycles.md").read_text(encoding="utf-8")
    wanted = [f"<!-- lifecycle: {noun}, {style} -->" for noun in LIFECYCLES for style in ("svg", "table")]
    assert [each for each in wanted if each not in text] == []


def test_no_picture_is_left_over() -> None:
    """A drawing of a lifecycle that no page shows any longer would never be checked again."""
    found = {path.stem.removeprefix("lifecycle-") for path in (PAGES / "images").glob("lifecycle-*.svg")}
    assert found == {name.replace(" ", "-") for name in DRAWN_IN_PAGES}
