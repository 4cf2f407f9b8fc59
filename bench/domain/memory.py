"""The repositories in memory, and what it costs to import the package."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from functools import partial
from itertools import count
from math import inf
from resource import RUSAGE_CHILDREN, getrusage
from time import perf_counter
from typing import Final

from attrs import frozen

from bench.domain.desk import NOW, Desk, fill
from bench.report.measured import Measured, at_most, race
from service_engine.adapters.memory import MemoryStore
from service_engine.ports.lists import FIRST_PAGE, Sort
from service_engine.ports.tickets import TicketSort
from service_engine.usecases.tickets import TicketPatch, get_ticket, list_tickets, update_ticket

__all__ = ["imports", "memory"]

_MICRO: Final = 1e6
_MILLI: Final = 1e3
_TICKETS: Final = 1000
_NEWEST: Final = Sort(TicketSort.CREATED_AT)


def memory() -> list[Measured]:
    """Measure a get and a list of 20 in memory, in an organisation of 1,000 tickets."""
    store = MemoryStore()
    desk = fill(store, tickets=_TICKETS)
    inside, alone = _inside(store, desk), _alone(store, desk)
    within, whole = "inside a unit of work", "a whole call of store.read"
    return [
        Measured("get a ticket in memory", inside["get"] * _MICRO, "µs", (at_most(5),), note=within),
        Measured("list of 20 in memory", inside["list"] * _MICRO, "µs", (at_most(50),), note=within),
        Measured("show a ticket with everything in memory", alone["get"] * _MICRO, "µs", note=whole),
        Measured("show a list of 20 in memory", alone["list"] * _MICRO, "µs", note=whole),
        Measured("change one of them, and show the list", alone["write"] * _MICRO, "µs", note="run, then read"),
    ]


def _inside(store: MemoryStore, desk: Desk) -> dict[str, float]:
    with store.begin(desk.org_id) as uow:
        return race(
            {
                "get": partial(uow.tickets.get, desk.ticket_ids[_TICKETS // 2]),
                "list": partial(uow.ticket_queries.page, [], _NEWEST, FIRST_PAGE),
            }
        )


def _alone(store: MemoryStore, desk: Desk) -> dict[str, float]:
    fresh = count()

    def after_a_write() -> object:
        patch = TicketPatch(subject=f"Changed {next(fresh)} times")
        store.run(desk.org_id, update_ticket, desk.ticket_ids[-1], patch, at=NOW)
        return store.read(desk.org_id, list_tickets)

    return race(
        {
            "get": partial(store.read, desk.org_id, get_ticket, desk.ticket_ids[_TICKETS // 2]),
            "list": partial(store.read, desk.org_id, list_tickets),
            "write": after_a_write,
        }
    )


_HEAVY: Final = ("sqlalchemy", "pydantic", "fastapi")
_EVERY_TURN: Final = ("", "service_engine", "attrs")
_PEERS: Final = ("attrs", "pydantic", "sqlalchemy", "fastapi", "transitions", "statemachine")
_COUNT: Final = (
    "import sys; before = set(sys.modules); import service_engine; "
    f"print(len(set(sys.modules) - before), *[name for name in {_HEAVY!r} if name in sys.modules])"
)


def imports(*, rounds: int = 18) -> list[Measured]:
    """Measure ``import service_engine`` over bare Python, in processes of their own, and count what it loads."""
    best = _start_in_turns(("", "service_engine", *_PEERS), rounds)
    bare = best.pop("")
    cost = {name: (each.seconds - bare.seconds) * _MILLI for name, each in best.items()}
    cpu = {name: (best[name].cpu - bare.cpu) * _MILLI for name in ("service_engine", "attrs") if name in best}
    number, *heavy = _python(_COUNT).split()
    said = ", ".join(f"{name} {taken:.0f} ms" for name, taken in cpu.items())
    peers = {name: cost.get(name) for name in _PEERS}
    note = f"attrs is a part of it; processor time: {said}"
    return [
        Measured("import service_engine, over bare Python", cost["service_engine"], "ms", (at_most(60),), peers, note),
        Measured("modules that it loads", int(number), "", note="besides those of bare Python"),
        Measured(f"of {', '.join(_HEAVY)} it loads", len(heavy), "", (at_most(0),), note=", ".join(heavy)),
    ]


@frozen
class _Start:
    """What the start of a process took: by the clock, and of the processor."""

    seconds: float = inf
    cpu: float = inf


def _start_in_turns(names: tuple[str, ...], rounds: int) -> dict[str, _Start]:
    """Return the least that a new process took to import each; those that are not installed are not there."""
    runs: dict[str, Callable[[], str]] = {name: partial(_python, f"import {name}" if name else "") for name in names}
    for name in names:
        try:
            runs[name]()  # compiles it
        except subprocess.CalledProcessError:
            del runs[name]
    best = dict.fromkeys(runs, _Start())
    for turn in range(rounds):
        for name, run in runs.items():
            if turn % 3 and name not in _EVERY_TURN:
                continue  # these take long
            start, used = perf_counter(), _children()
            run()
            best[name] = _Start(
                min(best[name].seconds, perf_counter() - start), min(best[name].cpu, _children() - used)
            )
    return best


def _children() -> float:
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)  # noqa: S603
    return done.stdout
