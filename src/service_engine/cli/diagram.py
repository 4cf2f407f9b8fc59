"""``service-engine diagram``: draw lifecycles from their tables, and hold the pages that show them to the tables."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path
from typing import Any, Final

from service_engine.cli import drawn_pages
from service_engine.domain import invoices, orders, payments, proposals, tickets
from service_engine.domain.lifecycle import Lifecycle

__all__ = ["DRAWN_IN_PAGES", "LIFECYCLES", "add_to", "run"]

LIFECYCLES: Final[dict[str, Lifecycle[Any]]] = {
    noun.LIFECYCLE.noun: noun.LIFECYCLE for noun in (proposals, orders, invoices, payments, tickets)
}
DRAWN_IN_PAGES: Final[dict[str, Lifecycle[Any]]] = {**LIFECYCLES, "invoice by hand": invoices.EDITS}
"""What a page can draw: every lifecycle, and the part of the invoice's that needs no payment."""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's parser."""
    parser = commands.add_parser(
        "diagram",
        help="draw a lifecycle from its table",
        description="Draw which status may follow which, from the table that the rules themselves read.",
        epilog="In a page, a drawing stands between <!-- lifecycle: NOUN, FORMAT --> and <!-- end lifecycle -->.",
    )
    parser.add_argument("noun", nargs="?", choices=sorted(LIFECYCLES), help="all of them when left out")
    parser.add_argument(
        "--format",
        choices=list(drawn_pages.STYLES),
        default="text",
        help="a list, a drawing for the terminal, a state diagram or a table for Markdown, a picture"
        " (default: %(default)s)",
    )
    pages = parser.add_mutually_exclusive_group()
    pages.add_argument(
        "--check", nargs="+", type=Path, metavar="PAGE", help="fail when a drawing in a Markdown page is out of date"
    )
    pages.add_argument("--write", nargs="+", type=Path, metavar="PAGE", help="bring the drawings in pages up to date")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the drawing of one lifecycle, or of all; or check or mend the drawings in pages."""
    if options.check or options.write:
        return _check(options.check) if options.check else _write(options.write)
    nouns = [options.noun] if options.noun else list(LIFECYCLES)
    draw = drawn_pages.STYLES[options.format]
    print("\n\n".join(draw(LIFECYCLES[noun]).rstrip("\n") for noun in nouns))
    return 0


def _check(pages: list[Path]) -> int:
    """Say which drawings differ, and how to mend them."""
    found = [(page, each) for page in pages for each in drawn_pages.differences(page, DRAWN_IN_PAGES)]
    for _, each in found:
        print(each, file=sys.stderr)
    if not found:
        return 0
    old = shlex.join(dict.fromkeys(str(page) for page, _ in found))
    print(f"To mend them: service-engine diagram --write {old}", file=sys.stderr)
    return 1


def _write(pages: list[Path]) -> int:
    """Draw anew what differs, and name the files that changed."""
    for page in pages:
        for path in drawn_pages.mend(page, DRAWN_IN_PAGES):
            print(path)
    return 0
