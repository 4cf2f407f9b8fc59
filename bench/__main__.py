"""``python -m bench``: measure, keep what was measured, and write the page from everything that was kept.

python -m bench data --size medium --database sqlite postgres
python -m bench growth
python -m bench web
python -m bench domain
python -m bench page --markdown docs/performance.md --plots docs/images
python -m bench all --markdown docs/performance.md --plots docs/images
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import gettempdir
from typing import Final

import attrs
from rich.console import Console
from rich.markdown import Markdown

from bench.comparing.checking import Verdict
from bench.comparing.comparing import Wanted, compare
from bench.comparing.growth import grow
from bench.comparing.lineup import LIBRARY, LINEUP
from bench.comparing.timing import Effort
from bench.contenders import Noun, Task
from bench.data.datasets import SIZES, Kind
from bench.postgres import server
from bench.report import page as reporting
from bench.report.goals import DATABASES, TASKS
from bench.report.measured import Measured, show
from bench.report.results import save

_WIDTH_WITHOUT_TERMINAL: Final = 160


def main() -> int:
    """Do what the command line says; 1 when somebody's answers were not everybody's."""
    options = _parser().parse_args()
    if LIBRARY not in options.contender:
        options.contender = [*options.contender, LIBRARY]
    console = Console()
    if not console.is_terminal:
        console.width = max(console.width, _WIDTH_WITHOUT_TERMINAL)
    verdicts: list[Verdict] = []
    for command in _ALL if options.command == "all" else [options.command]:
        verdicts += _COMMANDS[command](options, console)
    for each in verdicts:
        console.print(f"[bold red]not the same:[/] {each}", highlight=False)
    return 1 if verdicts else 0


def _data(options: argparse.Namespace, console: Console) -> list[Verdict]:
    verdicts: list[Verdict] = []
    for kind in options.database:
        with _place(kind, options) as place:
            comparison, found = compare(kind, place, _wanted(options, console))
        save(options.directory, f"data-{kind}-{options.size}", comparison)
        verdicts += found
        console.print(Markdown(reporting.render_comparison(comparison)))
    return verdicts


def _growth(options: argparse.Namespace, console: Console) -> list[Verdict]:
    sizes = [each for each in SIZES if each in options.sizes]
    for kind in options.database:
        with _place(kind, options) as place:
            growth = grow(kind, place, sizes, _wanted(options, console))
        save(options.directory, f"growth-{kind}", growth)
        console.print(Markdown(reporting.render_growth([growth])))
    return []


def _web(options: argparse.Namespace, console: Console) -> list[Verdict]:
    from bench.web import measuring as web  # noqa: PLC0415  # needs FastAPI, which the data do without

    settings = web.Settings(size=options.size, directory=options.directory)
    rows = web.measure(databases=options.database, settings=settings, postgres_url=options.postgres)
    return _figures("web", f"The API, {options.size}", rows, options, console)


def _domain(options: argparse.Namespace, console: Console) -> list[Verdict]:
    from bench.domain import measuring as domain  # noqa: PLC0415  # needs peers that the data do without

    return _figures("domain", "The domain", domain.measure(postgres_url=options.postgres), options, console)


def _figures(
    name: str, title: str, rows: list[Measured], options: argparse.Namespace, console: Console
) -> list[Verdict]:
    show(title, rows, console)
    save(options.directory, name, [attrs.asdict(each) for each in rows])
    return []


def _page(options: argparse.Namespace, console: Console) -> list[Verdict]:
    found = reporting.found_in(options.directory)
    pictures = {}
    if options.plots is not None:
        from bench.report import plots  # noqa: PLC0415  # needs matplotlib, which the rest does without

        beside = options.markdown.parent if options.markdown is not None else Path()
        draw: dict[str, tuple[Callable[..., None], object]] = {
            "comparison": (plots.draw_comparison, found.comparisons),
            "growth": (plots.draw_growth, found.growths),
        }
        for name, (drawing, what) in draw.items():
            if what:
                path = options.plots / f"performance-{name}.svg"
                drawing(what, path)
                pictures[name] = Path(os.path.relpath(path, beside)).as_posix()
    page = reporting.render(found, pictures)
    if options.markdown is None:
        console.print(Markdown(page))
    else:
        options.markdown.write_text(page)
        console.print(f"written: {options.markdown}")
    return []


_COMMANDS: Final[dict[str, Callable[[argparse.Namespace, Console], list[Verdict]]]] = {
    "data": _data,
    "growth": _growth,
    "web": _web,
    "domain": _domain,
    "page": _page,
}
_ALL: Final = ("data", "growth", "web", "domain", "page")


@contextmanager
def _place(kind: Kind, options: argparse.Namespace) -> Iterator[Path | str]:
    """Give the place where a database's datasets are kept."""
    if kind == "sqlite":
        yield options.directory
    else:
        with server(options.postgres) as url:
            yield url


def _wanted(options: argparse.Namespace, console: Console) -> Wanted:
    return Wanted(
        size=options.size,
        names=[each for each in LINEUP if each in options.contender],
        operations=[each for each in TASKS if each.noun in options.noun and each.task in options.task],
        effort=Effort(rounds=options.repeat, seconds=options.seconds),
        console=console,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", nargs="?", default="all", choices=[*_COMMANDS, "all"])
    add = parser.add_argument
    add("--size", choices=list(SIZES), default="medium", help="of the data that are compared (%(default)s)")
    add("--sizes", nargs="+", choices=list(SIZES), default=["small", "medium", "large"], help="of growth (all)")
    add("--database", nargs="+", choices=DATABASES, default=list(DATABASES), help="which (both)")
    add(
        "--contender",
        nargs="+",
        choices=list(LINEUP),
        default=list(LINEUP),
        metavar="NAME",
        help=f"{', '.join(LINEUP)} (all)",
    )
    add("--noun", nargs="+", choices=[str(each) for each in Noun], default=[str(each) for each in Noun], help="(all)")
    add("--task", nargs="+", choices=[str(each) for each in Task], default=[str(each) for each in Task], help="(all)")
    add("--repeat", type=int, default=200, metavar="N", help="rounds of each operation (%(default)s)")
    add("--seconds", type=float, default=60, metavar="S", help="but not longer than this, for each (%(default)s)")
    add(
        "--directory",
        type=Path,
        default=Path(gettempdir()) / "service_engine_bench",
        metavar="D",
        help="for data and results (%(default)s)",
    )
    add("--postgres", metavar="URL", help="a server to use, of a superuser; by default one is started")
    add("--markdown", type=Path, metavar="FILE", help="where the page goes; by default to the screen")
    add("--plots", type=Path, metavar="DIR", help="where the pictures go; none without it")
    return parser


if __name__ == "__main__":
    sys.exit(main())
