"""The page: goal, reached and peers for each database, as Markdown, from everything that was kept in one directory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from bench.comparing.growth import Growth, growth_from
from bench.comparing.lineup import LIBRARY, RAW
from bench.contenders import Noun
from bench.report.goals import DATABASES, GROWTH, NAMES, TASKS, TIMES, goal_of
from bench.report.measured import Bound, Measured, shown
from bench.report.results import Comparison, Measurement, Spread, comparison_from, load

__all__ = ["Found", "found_in", "render", "render_comparison", "render_growth"]

_PREFERRED: Final = ("medium", "large", "small")
_COMMAND: Final = {"web": "The API", "domain": "Without a database"}


@frozen(kw_only=True)
class Found:
    """Everything that was measured.

    Args:
        comparisons: One for each database.
        growths: One for each database.
        figures: By command, ``web`` or ``domain``.
    """

    comparisons: Sequence[Comparison]
    growths: Sequence[Growth]
    figures: Mapping[str, Sequence[Measured]]


def found_in(directory: Path) -> Found:
    """Return what was kept in a directory; of several sizes of one database the medium one."""
    comparisons = []
    for database in DATABASES:
        stored = (load(directory, f"data-{database}-{size}") for size in _PREFERRED)
        comparisons += [comparison_from(each) for each in list(filter(None, stored))[:1]]
    growths = [load(directory, f"growth-{database}") for database in DATABASES]
    figures = {command: load(directory, command) for command in _COMMAND}
    return Found(
        comparisons=comparisons,
        growths=[growth_from(each) for each in growths if each is not None],
        figures={command: [_measured(each) for each in rows] for command, rows in figures.items() if rows is not None},
    )


def render(found: Found, pictures: Mapping[str, str]) -> str:
    """Return the page.

    Args:
        found: What was measured.
        pictures: The addresses of the pictures, by their names, as seen from the page.
    """
    parts = [_INTRODUCTION, *_goals(found)]
    if "comparison" in pictures:
        parts.append(f"![How many times slower than the raw driver everybody is]({pictures['comparison']})")
    for comparison in found.comparisons:
        parts += _comparison(comparison)
    if found.growths:
        parts += _growth(found.growths, pictures)
    for command, title in _COMMAND.items():
        if command in found.figures:
            parts += [f"## {title}", _table(_FIGURES_HEAD, map(_figure, found.figures[command]))]
    parts += _method(found)
    return "\n\n".join(parts) + "\n"


def render_comparison(comparison: Comparison) -> str:
    """Return what was measured on one database."""
    return "\n\n".join(_comparison(comparison))


def render_growth(growths: Sequence[Growth]) -> str:
    """Return how the times grow."""
    return "\n\n".join(_growth(growths, {}))


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; the first column is text, the others are figures."""
    lines = [head, ["---", *(["---:"] * (len(head) - 1))], *rows]
    return "\n".join(f"| {' | '.join(each)} |" for each in lines)


def _goals(found: Found) -> list[str]:
    """Return how many goals are reached, and which are missed."""
    bounded = list(_bounded(found))
    figures = [each for rows in found.figures.values() for each in rows if each.reached is not None]
    missed = [f"{what}: {ours:g} instead of at most {goal:g}" for what, ours, goal in bounded if ours > goal]
    missed += [
        f"{each.what}: {shown(each.ours, each.unit)} instead of {' and '.join(map(str, each.goal))}"
        for each in figures
        if not each.reached
    ]
    count = len(bounded) + len(figures)
    if not count:
        return []
    parts = [f"**{count - len(missed)} of {count} goals are reached.**{' These are not:' if missed else ''}"]
    return [*parts, "\n".join(f"- {each}" for each in missed)] if missed else parts


def _bounded(found: Found) -> Iterator[tuple[str, float, float]]:
    """Yield what has a goal: what it is, what was reached, and what it may be at most."""
    for comparison in found.comparisons:
        for each in comparison.measurements:
            where = f"{each.operation}, {NAMES[comparison.database]}"
            goal, ratio = goal_of(comparison.database, each.operation), each.ratio(LIBRARY, RAW)
            if goal.ratio is not None and ratio is not None:
                yield f"{where}, {TIMES} {RAW}", round(ratio, 2), goal.ratio
            if goal.statements is not None and LIBRARY in each.statements:
                yield f"{where}, statements", max(each.statements[LIBRARY]), goal.statements
    for growth in found.growths:
        for operation in growth.times:
            ratio = growth.ratio(operation, LIBRARY)
            if ratio is not None:
                yield f"{operation}, {NAMES[growth.database]}, growth", round(ratio, 2), GROWTH[growth.database]


def _comparison(found: Comparison) -> list[str]:
    """Return the section of one database."""
    name = NAMES[found.database]
    parts = [
        f"## {name}, {found.tickets:,} tickets",
        _EXPLAINED,
    ]
    peers = [each for each in found.contenders if each not in {RAW, LIBRARY}]
    head = ["", RAW, LIBRARY, TIMES, "goal", *peers]
    for noun in Noun:
        rows = [_times(each, found, peers) for each in found.measurements if each.operation.noun is noun]
        if rows:
            parts.append(_table([str(noun), *head[1:]], rows))
    parts.append(_STATEMENTS)
    rows = [_statements(each, found.contenders) for each in found.measurements]
    parts.append(_table(["", *found.contenders, "goal", "the library's plan"], rows))
    if notes := _not_timed(found):
        parts += ["Not timed:", "\n".join(f"- {each}" for each in notes)]
    return parts


def _not_timed(found: Comparison) -> list[str]:
    reasons: dict[tuple[str, str], list[str]] = {}
    for measurement in found.measurements:
        for who, why in measurement.left_out.items():
            reasons.setdefault((who, why), []).append(str(measurement.operation))
    return [
        *(f"{who}: {why}" for who, why in found.missing.items()),
        *(f"{who}, {', '.join(operations)}: {why}" for (who, why), operations in reasons.items()),
    ]


def _times(measurement: Measurement, found: Comparison, peers: Iterable[str]) -> list[str]:
    goal = goal_of(found.database, measurement.operation).ratio
    ratio = measurement.ratio(LIBRARY, RAW)
    medians = measurement.ratio_of_medians(LIBRARY, RAW)
    return [
        TASKS[measurement.operation],
        _time(measurement.times.get(RAW)),
        _time(measurement.times.get(LIBRARY)),
        "" if ratio is None or medians is None else f"**{ratio:.2f}** ({medians:.2f})",
        _goal(goal, ratio),
        *(_times_as_long(measurement.ratio(peer, RAW)) for peer in peers),
    ]


def _statements(measurement: Measurement, names: Iterable[str]) -> list[str]:
    goal = goal_of("sqlite", measurement.operation).statements
    ours = max(measurement.statements.get(LIBRARY, ()), default=None)
    return [
        str(measurement.operation),
        *(_count(measurement, name) for name in names),
        _goal(goal, ours),
        measurement.plan or "",
    ]


def _count(measurement: Measurement, name: str) -> str:
    counts = measurement.statements.get(name, ())
    return " / ".join(map(str, counts if len(set(counts)) > 1 else counts[:1]))


def _growth(growths: Sequence[Growth], pictures: Mapping[str, str]) -> list[str]:
    counts = [count for growth in growths for count in growth.sizes.values()]
    parts = [f"## From {min(counts):,} tickets to {max(counts):,}"]
    if "growth" in pictures:
        parts.append(f"![How many times slower it gets]({pictures['growth']})")
    for growth in growths:
        sizes = list(growth.sizes)
        rows = []
        for operation, times in growth.times.items():
            ratio = growth.ratio(operation, LIBRARY)
            goal = GROWTH[growth.database]
            ours = times.get(LIBRARY, {})
            raw = _times_as_long(growth.ratio(operation, RAW))
            rows.append([operation, *(_time(ours.get(size)) for size in sizes), _bold(ratio), _goal(goal, ratio), raw])
        head = [
            NAMES[growth.database],
            *(f"{count:,}" for count in growth.sizes.values()),
            TIMES,
            "goal",
            f"{RAW} {TIMES}",
        ]
        parts.append(_table(head, rows))
    return [*parts, _COUNTING]


def _figure(row: Measured) -> list[str]:
    peers = []
    for name, value in row.peers.items():
        ratio = row.ratio(name)
        peers.append(f"{name} {shown(value, row.unit)}" + ("" if ratio is None else f" ({ratio:.2f}{TIMES})"))
    mark = {True: " ✓", False: " **missed**", None: ""}[row.reached]
    what = row.what + (f"<br><sub>{row.note}</sub>" if row.note else "")
    return [what, f"**{shown(row.ours, row.unit)}**", "<br>".join(map(str, row.goal)) + mark, "<br>".join(peers)]


def _method(found: Found) -> list[str]:
    parts = ["## How it is measured", _METHOD]
    measured: list[Comparison | Growth] = [*found.comparisons, *found.growths]
    for day, where in {each.on: each.machine for each in measured}.items():
        versions = ", ".join(f"{name} {version}" for name, version in where.versions.items())
        parts.append(f"Measured on {day}: {where.system}, {where.cores} cores, Python {where.python}; {versions}.")
    return parts


def _time(spread: Spread | None) -> str:
    if spread is None:
        return ""
    milliseconds = spread.minimum * 1e3
    return f"{milliseconds:.2f} ms" if milliseconds < 10 else f"{milliseconds:.1f} ms"  # noqa: PLR2004


def _times_as_long(ratio: float | None) -> str:
    if ratio is None:
        return ""
    return f"{ratio:.1f}" if ratio < 20 else f"{ratio:.0f}"  # noqa: PLR2004


def _bold(ratio: float | None) -> str:
    return "" if ratio is None else f"**{ratio:.2f}**"


def _goal(goal: float | None, reached: float | None) -> str:
    if goal is None:
        return ""
    mark = "" if reached is None else " ✓" if round(reached, 2) <= goal else " **missed**"
    return f"≤ {goal:g}{mark}"


def _measured(stored: Mapping[str, Any]) -> Measured:
    return Measured(**{**stored, "goal": tuple(Bound(**each) for each in stored["goal"])})


_FIGURES_HEAD: Final = ("", LIBRARY, "goal", "others, and how many times better the library is")
_EXPLAINED: Final = f"""\
Times are the shortest of all rounds. `{TIMES}` is how many times the raw driver's time that is, in brackets by the
medians; the peers' columns are the same number."""
_STATEMENTS: Final = """\
Statements, BEGIN and COMMIT not counted; of a list for 1, 20 and 100 rows, once if they are as many. The plan is
the database's own, by EXPLAIN on the dataset that is timed."""
_INTRODUCTION: Final = """\
# Performance, as figures

How fast the library is, beside what somebody would write otherwise. `nox -s bench` measures it and writes this page;
nothing here is written by hand.

- **raw driver**: SQL by hand with JSON aggregation, on sqlite3 or psycopg, one open connection, rows as dictionaries.
  The practical limit.
- **service_engine**: the use cases on `SqlStore`, entities and rows built, as the README shows it.
- **SQLAlchemy ORM**, **Django ORM**: as their documentations recommend, with eager loading.
- **original's shape**: one query for the page, then several for each row, as the system did that this replaces."""
_COUNTING: Final = """\
A list comes with the exact total, as the contract has it: every live ticket of the organisation is counted, some 300 of
1,000 and 300,000 of 1,000,000, whoever writes the query. That is what grows, for the raw driver still more. Whoever
lists in bulk has the same list counted up to a cap, or not at all (`KeysetRequest`): it is flat. Decision 27 says why
there is no counter beside the rows instead."""
_METHOD: Final = """\
- Before anything is timed, every contender's answers are compared with the library's, and what each one writes, row by
  row in every table. Who differs in an operation is not timed in it. On SQLite all wait for the disk at COMMIT
  (`synchronous = FULL`) and check foreign keys; PostgreSQL does not wait for the disk here, which makes the ratios of
  writes larger, not smaller.
- Round by round everybody does the same once, in an order that is rotated: a machine that slows down slows all of them.
  Compared are the shortest times; the garbage collector is left as it is.
- All work for the organisation that holds 30 % of everything. A ticket has 2 employees, 3 tags and 5 messages, an order
  the like, an invoice 3 items. Writers change rows of their own, in a copy of the dataset that is thrown away.
- Statements are calls of the driver's cursor, counted in one way for everybody.

`nox -s bench -- data --size small --repeat 20` takes a few minutes, `nox -s bench -- all` more than an
hour, with `--seconds 14` twenty minutes."""
