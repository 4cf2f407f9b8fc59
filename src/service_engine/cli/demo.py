"""``service-engine demo``: one client's story, told in the terminal on a real database."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attrs import define

from service_engine.cli import databases, suggestions
from service_engine.domain.ids import OrganizationId, TicketId

if TYPE_CHECKING:
    from rich.console import Console

    from service_engine.cli.story import Step
    from service_engine.ports.unit_of_work import Store

__all__ = ["add_to", "run"]

_WIDEST: Final = 100
_OPENING: Final = "From a proposal to a paid invoice. Each step shows the code that runs, and below it what came of it."


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's parser."""
    parser = commands.add_parser(
        "demo",
        help="see it work: one client's story, told in the terminal",
        description="Tell one client's story: a proposal is signed, a ticket is closed and reopened and hidden from "
        "everybody else, an invoice is paid once.",
    )
    parser.add_argument(
        "--database-url",
        metavar="URL",
        help=f"where the story shall stay: {databases.KINDS} or memory:// (default: a SQLite file, removed afterwards)",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Tell the story, on a database that is removed afterwards unless one was named."""
    if options.database_url is not None:
        _tell_on(options.database_url, named=True)
        return 0
    with tempfile.TemporaryDirectory(prefix="service-engine-demo-") as room:
        _tell_on(f"sqlite:///{Path(room, 'demo.db')}", named=False)
    return 0


def _tell_on(url: str, *, named: bool) -> None:
    from rich.console import Console  # only the demo needs the extra

    from service_engine.cli import story

    start = time.perf_counter()
    console = Console(highlight=False)
    console.width = min(console.width, _WIDEST)
    _print_opening(console, databases.without_password(url) if named else "an embedded SQLite file, removed at the end")
    databases.make_tables(url)
    with closing(databases.open_store(url)) as store, _metered(store) as meter:
        known = {"store": store, **story.TIMES, **_fresh_ids(store)}
        for number, step in enumerate(story.STEPS, 1):
            _tell(console, number, step, known, meter)
    stays = named and url != databases.MEMORY_URL
    _print_closing(console, _cost(meter.statements, start), url if stays else None, known)


def _fresh_ids(store: Store) -> dict[str, Any]:
    new_id = store.entropy.new_id
    return {
        "acme_id": OrganizationId(new_id()),
        "other_id": OrganizationId(new_id()),
        "unknown_id": TicketId(new_id()),
    }


@define
class _Meter:
    """Counts the SQL statements of a database, BEGIN apart; None where there is no SQL."""

    statements: int | None = None

    def count(self, _: object, __: object, statement: str, *___: object) -> None:
        if self.statements is not None and not statement.startswith("BEGIN"):
            self.statements += 1


@contextmanager
def _metered(store: Store) -> Iterator[_Meter]:
    meter = _Meter()
    engine = getattr(store, "engine", None)
    if engine is None:
        yield meter
        return
    from sqlalchemy import event  # it is loaded already if there is an engine

    meter.statements = 0
    event.listen(engine, "before_cursor_execute", meter.count)
    try:
        yield meter
    finally:
        event.remove(engine, "before_cursor_execute", meter.count)


def _tell(console: Console, number: int, step: Step, known: dict[str, Any], meter: _Meter) -> None:
    from rich.padding import Padding
    from rich.rule import Rule

    from service_engine.cli import panels

    before, start = meter.statements or 0, time.perf_counter()
    step.play(known)
    cost = _cost((meter.statements or 0) - before if meter.statements is not None else None, start)
    console.print(Rule(f"[bold]{number}  {step.title}[/]  [dim]{cost}[/]", align="left", style="dim"))
    console.print(Padding(panels.code(step.code()), (0, 0, 1, 2)))
    console.print(Padding(step.picture(known), (0, 0, 1, 2)))


def _cost(statements: int | None, start: float) -> str:
    spent = f"{(time.perf_counter() - start) * 1000:.0f} ms"
    if statements is None:
        return spent
    return f"{statements} statement{'' if statements == 1 else 's'}, {spent}"


def _print_opening(console: Console, where: str) -> None:
    console.print()
    console.print(f"[bold]service_engine[/]  [dim]on {where}[/]")
    console.print(_OPENING)
    console.print()


def _print_closing(console: Console, cost: str, url: str | None, known: dict[str, Any]) -> None:
    from rich.rule import Rule

    console.print(Rule(f"[bold]Your turn[/]  [dim]in all {cost}[/]", align="left", style="dim"))
    if url is None:
        console.print("Nothing of this is left. An agency of your own, in ./service-engine.db, behind the API:\n")
        commands = suggestions.start_an_agency()
    else:
        console.print(f"The story stays in {databases.without_password(url)}. See its ticket through the API:\n")
        commands = suggestions.look_at_the_story(url, token=known["acme"].token, ticket_id=known["ticket"].id)
    for command in commands:
        console.print(f"  {command}", style="bold cyan", markup=False, soft_wrap=True)
    console.print("\nThen open http://127.0.0.1:8000/docs, and read docs/ideas.md. To stop the server: kill %1\n")
