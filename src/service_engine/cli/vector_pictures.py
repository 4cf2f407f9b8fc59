"""Drawings for pages, made from the lifecycle tables: SVG that reads well on a light and on a dark background.

A lifecycle without a way back is drawn from left to right, any other in a circle, where a straight line between two
statuses never runs over a third.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from itertools import combinations
from math import cos, hypot, pi, sin
from typing import Any, Final

from attrs import frozen

from service_engine.domain.lifecycle import Lifecycle, Status

__all__ = ["svg"]

_HEIGHT: Final = 40  # of a box
_LETTER: Final = 8.5  # the width to allow for one, at 15 pixels
_PADDING: Final = 32  # beside a label, both sides together
_MARGIN: Final = 12  # around the whole drawing
_GAP: Final = 5  # between a box and the tip of an arrow
_COLUMN: Final = 84  # between two columns
_ROW: Final = 72  # from one box to the next below it
_START: Final = 34  # how far before its box the dot stands that marks the initial status

# Filled boxes with dark letters, and lines of a middle grey: nothing depends on what is behind them.
_STYLE: Final = (
    "rect{fill:#e7edfb;stroke:#4a6bc4;stroke-width:1.5}"
    "rect.initial{fill:#cfdcf8;stroke-width:2.5}"
    "rect.final{fill:#e9e9ec;stroke:#75798a}"
    "text{fill:#1b2540;font:500 15px system-ui,sans-serif;text-anchor:middle}"
    "path.move{fill:none;stroke:#7f8aa3;stroke-width:1.8}"
    ".head{fill:#7f8aa3}"
)


@frozen(kw_only=True)
class _Box:
    """A status and the middle of its box."""

    status: Status
    x: float
    y: float

    @property
    def width(self) -> float:
        return len(self.status.label) * _LETTER + _PADDING

    def edge(self, towards: tuple[float, float]) -> tuple[float, float]:
        """Return where a line from the middle towards a point leaves the box, a little outside."""
        across, down = towards[0] - self.x, towards[1] - self.y
        scale = min(
            (self.width / 2 + _GAP) / abs(across) if across else float("inf"),
            (_HEIGHT / 2 + _GAP) / abs(down) if down else float("inf"),
        )
        return self.x + across * scale, self.y + down * scale


def svg(lifecycle: Lifecycle[Any]) -> str:
    """Draw a lifecycle as a picture: an arrow for each move, with two heads where it goes both ways.

    Args:
        lifecycle: Whose table to draw.

    Returns:
        A whole SVG document. The initial status has a dot before it, a final one is grey.

    Example:
        >>> from service_engine.domain.tickets import LIFECYCLE
        >>> svg(LIFECYCLE).count("<rect"), svg(LIFECYCLE).count('class="move"')
        (3, 4)
    """
    columns = _columns(lifecycle)
    boxes = _in_columns(columns) if columns else _in_a_circle(sorted(lifecycle.moves), lifecycle.initial)
    start = _start(boxes[lifecycle.initial], sideways=bool(columns))
    body = [_line(start, boxes[lifecycle.initial].edge(start), ends="e")]
    body.append(f'<circle class="head" cx="{_n(start[0])}" cy="{_n(start[1])}" r="6"/>')
    for one, other in combinations(boxes.values(), 2):
        there, back = (other.status in lifecycle.moves[one.status]), (one.status in lifecycle.moves[other.status])
        if there or back:
            tips = one.edge((other.x, other.y)), other.edge((one.x, one.y))
            body.append(_line(*tips, ends="se" if there and back else "e" if there else "s"))
    body += [_drawn(box, lifecycle) for box in boxes.values()]
    return _document(lifecycle, boxes, start, body)


def _columns(lifecycle: Lifecycle[Any]) -> list[list[Any]]:
    """Return the statuses by how many moves they are away from the initial one; nothing when there is a way back."""
    columns = [[lifecycle.initial]]
    placed = {lifecycle.initial}
    while following := sorted({target for origin in columns[-1] for target in lifecycle.moves[origin]}):
        if placed & set(following):
            return []
        columns.append(following)
        placed |= set(following)
    # Only neighbours may be joined, or a line could run over a box.
    depth = {status: place for place, column in enumerate(columns) for status in column}
    straight = placed == set(lifecycle.moves) and all(depth[b] == depth[a] + 1 for a, b in lifecycle.pairs())
    return columns if straight else []


def _in_columns(columns: list[list[Any]]) -> dict[Any, _Box]:
    boxes: dict[Any, _Box] = {}
    left = 0.0
    for column in columns:
        width = max(_Box(status=status, x=0, y=0).width for status in column)
        for row, status in enumerate(column):
            boxes[status] = _Box(status=status, x=left + width / 2, y=(row - (len(column) - 1) / 2) * _ROW)
        left += width + _COLUMN
    return boxes


def _in_a_circle(statuses: list[Any], initial: Any) -> dict[Any, _Box]:
    """Place the statuses clockwise, the initial one at the top; wider than high, as the boxes are."""
    first = statuses.index(initial)
    order = statuses[first:] + statuses[:first]
    high = 64.0 + 22 * len(order)
    wide = high * 1.5
    angles = {status: 2 * pi * place / len(order) for place, status in enumerate(order)}
    return {status: _Box(status=status, x=wide * sin(angle), y=-high * cos(angle)) for status, angle in angles.items()}


def _start(box: _Box, *, sideways: bool) -> tuple[float, float]:
    return (box.x - box.width / 2 - _START, box.y) if sideways else (box.x, box.y - _HEIGHT / 2 - _START)


def _line(start: tuple[float, float], end: tuple[float, float], *, ends: str) -> str:
    """Draw a line with a head at its start, its end, or both; the line stops where the head begins."""
    length = hypot(end[0] - start[0], end[1] - start[1])
    across, down = (end[0] - start[0]) / length, (end[1] - start[1]) / length
    drawn = [_head(start, (-across, -down))] if "s" in ends else []
    drawn += [_head(end, (across, down))] if "e" in ends else []
    near, far = (7 if "s" in ends else 0), (7 if "e" in ends else 0)
    path = (
        f"M{_n(start[0] + across * near)} {_n(start[1] + down * near)}"
        f"L{_n(end[0] - across * far)} {_n(end[1] - down * far)}"
    )
    return "".join([f'<path class="move" d="{path}"/>', *drawn])


def _head(tip: tuple[float, float], along: tuple[float, float]) -> str:
    points = [tip] + [
        (tip[0] - 10 * along[0] - side * along[1], tip[1] - 10 * along[1] + side * along[0]) for side in (-5, 5)
    ]
    return f'<path class="head" d="M{"L".join(f"{_n(x)} {_n(y)}" for x, y in points)}Z"/>'


def _drawn(box: _Box, lifecycle: Lifecycle[Any]) -> str:
    kind = "initial" if box.status is lifecycle.initial else "" if lifecycle.moves[box.status] else "final"
    return (
        f'<rect class="{kind}" x="{_n(box.x - box.width / 2)}" y="{_n(box.y - _HEIGHT / 2)}"'
        f' width="{_n(box.width)}" height="{_HEIGHT}" rx="9"/>'
        f'<text x="{_n(box.x)}" y="{_n(box.y + 5)}">{escape(box.status.label)}</text>'
    )


def _document(lifecycle: Lifecycle[Any], boxes: Mapping[Any, _Box], start: tuple[float, float], body: list[str]) -> str:
    left = min(start[0] - 6, *(box.x - box.width / 2 for box in boxes.values())) - _MARGIN
    right = max(box.x + box.width / 2 for box in boxes.values()) + _MARGIN
    top = min(start[1] - 6, *(box.y - _HEIGHT / 2 for box in boxes.values())) - _MARGIN
    bottom = max(box.y + _HEIGHT / 2 for box in boxes.values()) + _MARGIN
    size = f'width="{_n(right - left)}" height="{_n(bottom - top)}"'
    view = f'viewBox="{_n(left)} {_n(top)} {_n(right - left)} {_n(bottom - top)}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" {size} {view}>',
        f"<title>{escape(lifecycle.noun)}</title>",
        f"<desc>{escape(lifecycle.draw())}</desc>",
        f"<style>{_STYLE}</style>",
        *body,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _n(value: float) -> str:
    """Write a number with at most one decimal, so that the same table gives the same bytes everywhere."""
    return f"{round(value, 1) + 0.0:g}"
