"""Lifecycles drawn inside Markdown pages, each between two comments that no reader sees.

::

    <!-- lifecycle: ticket, table -->
    …
    <!-- end lifecycle -->

What stands between them is the tool's. A picture (``svg``) is a file in ``images`` beside its page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

from attrs import frozen

from service_engine.cli import pictures, vector_pictures
from service_engine.cli.failures import CommandError
from service_engine.domain.lifecycle import Lifecycle

__all__ = ["STYLES", "differences", "mend", "table"]

Lifecycles: TypeAlias = Mapping[str, Lifecycle[Any]]

_FENCES: Final = {"text": "text", "boxes": "text", "mermaid": "mermaid"}
_OPENING: Final = re.compile(r"^<!-- lifecycle: (?P<noun>.+), (?P<style>\w+) -->\n", re.MULTILINE)
_CLOSING: Final = "<!-- end lifecycle -->"


def table(lifecycle: Lifecycle[Any]) -> str:
    """Draw a lifecycle as a Markdown table: a row for each status, a column for each one that may follow.

    Example:
        >>> from service_engine.domain.tickets import LIFECYCLE
        >>> print(table(LIFECYCLE))
        | from ↓ to → | Open | Pending | Closed |
        |---|:-:|:-:|:-:|
        | **Open** (initial) | | yes | yes |
        | **Pending** | yes | | yes |
        | **Closed** | yes | yes | |
    """
    statuses = sorted(lifecycle.moves)
    rows = [["from ↓ to →", *(status.label for status in statuses)]]
    for origin in statuses:
        kind = " (initial)" if origin is lifecycle.initial else "" if lifecycle.moves[origin] else " (final)"
        rows.append(
            [f"**{origin.label}**{kind}", *("yes" if target in lifecycle.moves[origin] else "" for target in statuses)]
        )
    head, *body = (re.sub(" {2,}", " ", f"| {' | '.join(row)} |") for row in rows)
    return "\n".join([head, f"|---|{':-:|' * len(statuses)}", *body])


STYLES: Final[dict[str, Callable[[Lifecycle[Any]], str]]] = {
    "text": lambda lifecycle: lifecycle.draw("text"),
    "boxes": pictures.boxes,
    "mermaid": lambda lifecycle: lifecycle.draw("mermaid"),
    "table": table,
    "svg": vector_pictures.svg,
}
"""How a lifecycle can be drawn, by the names of ``--format``."""


@frozen(kw_only=True)
class _Block:
    """A lifecycle in a page: where it stands, what is there, and what the table says."""

    noun: str
    style: str
    start: int
    end: int
    found: str
    wanted: str


def differences(page: Path, lifecycles: Lifecycles) -> list[str]:
    """Compare what a page draws with the tables.

    Args:
        page: A Markdown file.
        lifecycles: The tables, by the names that pages have for them.

    Returns:
        A sentence for each drawing that differs, with the file and the lifecycle in it; none when all are up to date.

    Raises:
        CommandError: The page has no drawing, or a block that is not understood.
    """
    blocks = list(_blocks(page, lifecycles))
    found = [f"{page}: the {each.style} of {each.noun} differs from its table" for each in blocks if _is_old(each)]
    for path, (noun, picture) in _pictures(page, blocks, lifecycles).items():
        if not path.is_file() or path.read_text(encoding="utf-8") != picture:
            found.append(f"{path}: the picture of {noun} differs from its table")
    return found


def mend(page: Path, lifecycles: Lifecycles) -> list[Path]:
    """Draw anew what differs, and return the files that were written.

    Args:
        page: A Markdown file.
        lifecycles: The tables, by the names that pages have for them.

    Raises:
        CommandError: The page has no drawing, or a block that is not understood.
    """
    blocks = list(_blocks(page, lifecycles))
    text = page.read_text(encoding="utf-8")
    for each in reversed(blocks):
        text = text[: each.start] + each.wanted + text[each.end :]
    wanted = {page: text, **{path: picture for path, (_, picture) in _pictures(page, blocks, lifecycles).items()}}
    written = [path for path, text in wanted.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    for path in written:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path], encoding="utf-8")
    return written


def _blocks(page: Path, lifecycles: Lifecycles) -> Iterator[_Block]:
    text = page.read_text(encoding="utf-8")
    openings = list(_OPENING.finditer(text))
    if not openings:
        msg = f"{page} draws no lifecycle; a block begins with <!-- lifecycle: NOUN, FORMAT -->"
        raise CommandError(msg)
    for opening in openings:
        noun, style = opening["noun"], opening["style"]
        for word, known in ((noun, lifecycles), (style, STYLES)):
            if word not in known:
                msg = f"{page} draws {word!r}, which is none of: {', '.join(sorted(known))}"
                raise CommandError(msg)
        start = opening.end()
        end = text.find(_CLOSING, start)
        if end < 0 or _OPENING.search(text, start, end):
            msg = f"{page}: the {style} of {noun} has no end; close it with {_CLOSING}"
            raise CommandError(msg)
        wanted = _as_markdown(lifecycles[noun], noun, style)
        yield _Block(noun=noun, style=style, start=start, end=end, found=text[start:end], wanted=wanted)


def _as_markdown(lifecycle: Lifecycle[Any], noun: str, style: str) -> str:
    if style == "svg":
        return f"![{_said(lifecycle, noun)}]({_picture(noun)})\n"
    drawn = STYLES[style](lifecycle)
    return f"```{_FENCES[style]}\n{drawn}\n```\n" if style in _FENCES else f"\n{drawn}\n\n"


def _said(lifecycle: Lifecycle[Any], noun: str) -> str:
    """Say a picture in words, for whoever does not see it."""
    moves = [
        f"{origin.label} to {', '.join(target.label for target in sorted(targets))}"
        for origin, targets in sorted(lifecycle.moves.items())
        if targets
    ]
    final = ", ".join(status.label for status in sorted(lifecycle.moves) if not lifecycle.moves[status])
    words = [f"starts as {lifecycle.initial.label}", *moves, *([f"final: {final}"] if final else [])]
    return f"Lifecycle, {noun}: {'; '.join(words)}"


def _pictures(page: Path, blocks: list[_Block], lifecycles: Lifecycles) -> dict[Path, tuple[str, str]]:
    return {
        page.parent / _picture(each.noun): (each.noun, vector_pictures.svg(lifecycles[each.noun]))
        for each in blocks
        if each.style == "svg"
    }


def _picture(noun: str) -> str:
    return f"images/lifecycle-{noun.replace(' ', '-')}.svg"


def _is_old(block: _Block) -> bool:
    return block.found != block.wanted
