"""The pictures: SVG that is the same for the same figures, and readable on a light and on a dark page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from bench.comparing.growth import Growth
from bench.comparing.lineup import LIBRARY, RAW
from bench.contenders import Noun, Operation, Task
from bench.report.goals import GROWTH, NAMES, TIMES, goal_of
from bench.report.results import Comparison, Measurement

__all__ = ["draw_comparison", "draw_growth"]

_INK: Final = "#7d8590"  # as legible on white as on nearly black
_FAINT: Final = "#7d859040"
_COLOURS: Final = ("#e8590c", "#4c8dd6", "#2f9e77", "#9775d1", "#c2892b")
_MARKERS: Final = ("o", "s", "D", "^", "v")
_STYLE: Final[dict[Any, Any]] = {
    "svg.hashsalt": "service_engine",
    "svg.fonttype": "path",
    "font.size": 10,
    "text.color": _INK,
    "axes.edgecolor": _FAINT,
    "axes.labelcolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def draw_comparison(found: Sequence[Comparison], path: Path) -> None:
    """Draw how many times slower than the raw driver everybody is, a panel for each database."""
    with mpl.rc_context(_STYLE):
        rows = max(len(_drawn(each)) for each in found)
        figure = Figure(figsize=(5.2 * len(found) + 1.4, 0.34 * rows + 1.6), layout="constrained")
        panels = figure.subplots(1, len(found), sharex=True, sharey=True, squeeze=False)[0]
        for panel, comparison in zip(panels, found, strict=True):
            _draw_panel(panel, comparison)
        panels[0].invert_yaxis()
        handles = {str(each.get_label()): each for panel in panels for each in panel.get_legend_handles_labels()[0]}
        figure.legend(
            list(handles.values()), list(handles), loc="outside upper center", ncols=len(handles), frameon=False
        )
        _save(figure, path)


def draw_growth(found: Sequence[Growth], path: Path) -> None:
    """Draw how many times slower than with few tickets each operation on tickets is with many."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(4.6 * len(found) + 1.0, 4.2), layout="constrained")
        panels = figure.subplots(1, len(found), sharey=True, squeeze=False)[0]
        for panel, growth in zip(panels, found, strict=True):
            _draw_lines(panel, growth)
        counts = [count for growth in found for count in growth.sizes.values()]
        panels[0].set_ylabel(f"times as long as at {min(counts):,} tickets")
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=len(labels), frameon=False)
        _save(figure, path)


def _drawn(comparison: Comparison) -> list[Measurement]:
    return [each for each in comparison.measurements if RAW in each.times]


def _draw_panel(panel: Axes, comparison: Comparison) -> None:
    measurements = _drawn(comparison)
    panel.set_title(f"{NAMES[comparison.database]}, {comparison.tickets:,} tickets", color=_INK, fontsize=11)
    panel.axvline(1, color=_INK, linewidth=1)
    for row, measurement in enumerate(measurements):
        panel.axhline(row, color=_FAINT, linewidth=0.6, zorder=0)
        goal = goal_of(comparison.database, measurement.operation).ratio
        if goal is not None:
            panel.plot([1, goal], [row, row], color=_COLOURS[0], alpha=0.3, linewidth=8, solid_capstyle="butt")
    if measurements:
        panel.plot([], [], color=_COLOURS[0], alpha=0.3, linewidth=8, label="goal")
    names = [each for each in comparison.contenders if each != RAW]
    for name, colour, marker in zip(names, _COLOURS, _MARKERS, strict=False):
        ratios = [(each.ratio(name, RAW), row) for row, each in enumerate(measurements)]
        known = [(ratio, row) for ratio, row in ratios if ratio is not None]
        size = 8 if name == LIBRARY else 6
        if known:
            panel.plot(*zip(*known, strict=True), marker, color=colour, markersize=size, label=name)
    panel.set_xscale("log")
    panel.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    panel.xaxis.set_minor_locator(NullLocator())
    panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}{TIMES}"))
    panel.set_xlabel(f"times as long as the {RAW}")
    panel.set_yticks(range(len(measurements)), [str(each.operation) for each in measurements])
    panel.tick_params(length=0)


def _draw_lines(panel: Axes, growth: Growth) -> None:
    counts = list(growth.sizes.values())
    panel.set_title(NAMES[growth.database], color=_INK, fontsize=11)
    tasks = [each for each in Task if str(Operation(Noun.TICKETS, each)) in growth.times]
    for task, colour, marker in zip(tasks, _COLOURS, _MARKERS, strict=False):
        times = growth.times[str(Operation(Noun.TICKETS, task))].get(LIBRARY, {})
        if times:
            first, *_ = times.values()
            slower = [times[size].minimum / first.minimum for size in growth.sizes]
            panel.plot(counts, slower, marker=marker, color=colour, linewidth=2, label=str(task))
    panel.axhline(GROWTH[growth.database], color=_INK, linewidth=1, linestyle=(0, (4, 3)))
    panel.annotate("goal", (counts[0], GROWTH[growth.database]), (0, 4), textcoords="offset points", color=_INK)
    panel.set_xscale("log")
    panel.set_xticks(counts, [f"{each:,}" for each in counts])
    panel.xaxis.set_minor_locator(NullLocator())
    panel.set_yscale("log")
    panel.set_ylim(bottom=min(0.5, panel.get_ylim()[0]), top=max(5, panel.get_ylim()[1]))
    panel.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    panel.yaxis.set_minor_locator(NullLocator())
    panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}{TIMES}"))
    panel.set_xlabel("tickets")
    panel.tick_params(length=0)
    panel.grid(axis="y", color=_FAINT, linewidth=0.6)


def _save(figure: Figure, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    nothing_that_changes: dict[str, Any] = {"Date": None, "Creator": None}
    figure.savefig(path, format="svg", transparent=True, metadata=nothing_that_changes)
