"""Drawings for the terminal, made from the lifecycle tables: no drawing can say what the rules do not."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import Final, TypeAlias, TypeVar

from attrs import field, frozen

from service_engine.domain.lifecycle import Lifecycle, Status

__all__ = ["boxes"]

S = TypeVar("S", bound=Status)
Canvas: TypeAlias = list[list[str]]
Arc: TypeAlias = tuple[int, int]
"""Two statuses that are not neighbours, by their places in the row, the left one first."""

_GAP: Final = 4  # columns between two boxes
_BOX: Final = 3  # rows that a box takes
_LIGHT: Final = "╭─╮│╰╯┬"
_HEAVY: Final = "┏━┓┃┗┛┯"


@frozen(kw_only=True)
class _Box:
    """Where a status stands, and for each of its arcs the column at which it leaves downwards."""

    label: str
    frame: str
    left: int
    width: int
    ports: dict[Arc, int] = field(hash=False)

    @property
    def right(self) -> int:
        return self.left + self.width - 1


def boxes(lifecycle: Lifecycle[S], current: S | None = None) -> str:
    """Draw a lifecycle as boxes in a row: neighbours are joined by an arrow, others by an arc below.

    Args:
        lifecycle: Whose table to draw.
        current: The status to mark, by a heavy frame and a dot.

    Returns:
        Its lines, without blanks or a line break at their ends.

    Example:
        >>> from service_engine.domain.tickets import LIFECYCLE, TicketStatus
        >>> print(boxes(LIFECYCLE, TicketStatus.OPEN))
        ┏━━━━━━━━┓    ╭─────────╮    ╭────────╮
        ┃ ● Open ┃◀──▶│ Pending │◀──▶│ Closed │
        ┗━━━━▲━━━┛    ╰─────────╯    ╰────▲───╯
             ╰────────────────────────────╯
    """
    statuses = sorted(lifecycle.moves)
    moves = {(statuses.index(origin), statuses.index(target)) for origin, target in lifecycle.pairs()}
    arcs = [
        (left, right)
        for left, right in combinations(range(len(statuses)), 2)
        if right > left + 1 and not moves.isdisjoint({(left, right), (right, left)})
    ]
    depths = _depths(arcs)
    placed = _place(statuses, arcs, current)
    canvas = [[" "] * (placed[-1].right + 1) for _ in range(_BOX + max(depths.values(), default=-1) + 1)]
    for box in placed:
        _draw_box(canvas, box)
    for left, right in pairwise(range(len(placed))):
        _draw_arrow(canvas, placed[left], placed[right], there=(left, right) in moves, back=(right, left) in moves)
    for (left, right), depth in depths.items():
        _draw_arc(canvas, (left, right), placed, _BOX + depth)
        _draw_end(canvas, placed[left], (left, right), enters=(right, left) in moves)
        _draw_end(canvas, placed[right], (left, right), enters=(left, right) in moves)
    return "\n".join("".join(line).rstrip() for line in canvas)


def _depths(arcs: list[Arc]) -> dict[Arc, int]:
    """Give every arc the highest row in which it runs over no other, short ones first: so they nest."""
    depths: dict[Arc, int] = {}
    for left, right in sorted(arcs, key=lambda arc: (arc[1] - arc[0], arc)):
        taken = {depth for (start, end), depth in depths.items() if start < right and left < end}
        depths[left, right] = min(set(range(len(arcs))) - taken)
    return depths


def _place(statuses: list[S], arcs: list[Arc], current: S | None) -> list[_Box]:
    placed: list[_Box] = []
    left = 0
    for index, status in enumerate(statuses):
        # Arcs to the left come first, the nearest outermost; then those to the right, the farthest first. No arc of a
        # box crosses another of the same box that way.
        ends = sorted((arc for arc in arcs if arc[1] == index), reverse=True)
        starts = sorted((arc for arc in arcs if arc[0] == index), reverse=True)
        label = f"● {status.label}" if status is current else status.label
        width = max(len(label) + 4, 2 * len(ends + starts) + 3)
        ports = {arc: left + (place * width) // (len(ends + starts) + 1) for place, arc in enumerate(ends + starts, 1)}
        frame = _HEAVY if status is current else _LIGHT
        placed.append(_Box(label=label, frame=frame, left=left, width=width, ports=ports))
        left += width + _GAP
    return placed


def _draw_box(canvas: Canvas, box: _Box) -> None:
    top_left, line, top_right, side, bottom_left, bottom_right, _ = tuple(box.frame)
    rows = (
        top_left + line * (box.width - 2) + top_right,
        side + box.label.center(box.width - 2) + side,
        bottom_left + line * (box.width - 2) + bottom_right,
    )
    for row, text in enumerate(rows):
        canvas[row][box.left : box.right + 1] = text


def _draw_arrow(canvas: Canvas, left: _Box, right: _Box, *, there: bool, back: bool) -> None:
    if there or back:
        canvas[1][left.right + 1 : right.left] = ("◀" if back else "─") + "─" * (_GAP - 2) + ("▶" if there else "─")


def _draw_arc(canvas: Canvas, arc: Arc, placed: list[_Box], row: int) -> None:
    start, end = placed[arc[0]].ports[arc], placed[arc[1]].ports[arc]
    for column in range(start + 1, end):
        canvas[row][column] = "┼" if canvas[row][column] == "│" else "─"
    for column, corner in ((start, "╰"), (end, "╯")):
        for above in range(_BOX, row):
            canvas[above][column] = "┼" if canvas[above][column] == "─" else "│"
        canvas[row][column] = corner


def _draw_end(canvas: Canvas, box: _Box, arc: Arc, *, enters: bool) -> None:
    canvas[_BOX - 1][box.ports[arc]] = "▲" if enters else box.frame[-1]
