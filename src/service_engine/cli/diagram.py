"""``service-engine diagram``: draw lifecycles from their tables."""

from __future__ import annotations

import argparse
from typing import Any, Final

from service_engine.cli import pictures
from service_engine.domain import invoices, orders, payments, proposals, tickets
from service_engine.domain.lifecycle import Lifecycle

__all__ = ["LIFECYCLES", "add_to", "run"]

LIFECYCLES: Final[dict[str, Lifecycle[Any]]] = {
    noun.LIFECYCLE.noun: noun.LIFECYCLE for noun in (proposals, orders, invoices, payments, tickets)
}


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's parser."""
    parser = commands.add_parser(
        "diagram",
        help="draw a lifecycle from its table",
        description="Draw which status may follow which, from the table that the rules themselves read.",
    )
    parser.add_argument("noun", nargs="?", choices=sorted(LIFECYCLES), help="all of them when left out")
    parser.add_argument(
        "--format",
        choices=["text", "boxes", "mermaid"],
        default="text",
        help="a list, a drawing for the terminal, or a state diagram for Markdown (default: %(default)s)",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the drawing of one lifecycle, or of all."""
    nouns = [options.noun] if options.noun else list(LIFECYCLES)
    print("\n\n".join(_drawing(LIFECYCLES[noun], options.format) for noun in nouns))
    return 0


def _drawing(lifecycle: Lifecycle[Any], style: str) -> str:
    return pictures.boxes(lifecycle) if style == "boxes" else lifecycle.draw(style)
