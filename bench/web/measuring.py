"""Requests per second: the reference API beside FastAPI with SQLAlchemy's ORM and ``response_model``.

Each is a server process of its own with one worker, on the same database; this process is the client. They are asked in
turns, for a moment each, after their bodies have been found to say the same. ``python -m bench.web``.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import product
from math import nan
from pathlib import Path
from statistics import median
from typing import Final

from attrs import define, field, frozen
from rich.progress import Progress

from bench.contenders import Noun, Operation, Task
from bench.data.datasets import Dataset, Kind, open_dataset
from bench.postgres import server as postgres_server
from bench.report.goals import NAMES
from bench.report.measured import Measured, at_least, show
from bench.web.load import Load, Target, fetch, load, request_to
from bench.web.models import same_body

__all__ = ["main", "measure"]

PEER: Final = "FastAPI + SQLAlchemy ORM"
_OURS: Final = "ours"
_NOTHING: Final = "nothing"
"""The server that answers without looking: what the client can do at most."""
_LIST_PATHS: Final = [f"/api/tickets?page={number}" for number in range(1, 11)]
_TICKETS: Final = 200
_COMPARED: Final = 20
_DIRECTORY: Final = Path("/var/tmp/service-engine-bench")  # noqa: S108  # data that may be lost


@frozen(kw_only=True)
class Settings:
    """How it is measured.

    Args:
        size: The dataset's.
        directory: Where the SQLite dataset is kept.
        connections: How many requests are on their way at a time.
        rounds: How many turns each server has with each kind of request.
        seconds: How long a turn is.
    """

    size: str = "medium"
    directory: Path = _DIRECTORY
    connections: int = 8
    rounds: int = 16
    seconds: float = 1.0


@frozen
class _Server:
    """A server process."""

    address: str
    pid: int

    def cpu_seconds(self) -> float | None:
        """Return the processor time that it has used so far; None where nobody says so."""
        try:
            times = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        return (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK")


@define
class _Turns:
    """What came of all turns of one server with one kind of request."""

    server: _Server
    loads: list[Load] = field(factory=list)
    cpu: float = 0.0

    def take(self, target: Target, settings: Settings) -> None:
        """Take one more turn."""
        before = self.server.cpu_seconds()
        self.loads.append(load(target, connections=settings.connections, seconds=settings.seconds))
        after = self.server.cpu_seconds()
        self.cpu += after - before if before is not None and after is not None else nan

    @property
    def cpu_milliseconds(self) -> float:
        """The processor time of the server for one answer."""
        return self.cpu * 1000 / sum(each.answers + each.late for each in self.loads)

    @property
    def rate(self) -> float:
        return max(each.rate for each in self.loads)

    @property
    def middle(self) -> float:
        return median(each.rate for each in self.loads)

    @property
    def busy(self) -> float:
        return max(each.busy for each in self.loads)


def measure(
    *,
    databases: Sequence[Kind] = ("sqlite", "postgres"),
    settings: Settings | None = None,
    postgres_url: str | None = None,
) -> list[Measured]:
    """Measure on each database, and return a row for each kind of request.

    Args:
        databases: Which.
        settings: How.
        postgres_url: A server's database of a superuser; by default a server of our own is started.
    """
    chosen = settings or Settings()
    rows: list[Measured] = []
    for kind in databases:
        with ExitStack() as stack:
            place = chosen.directory if kind == "sqlite" else stack.enter_context(postgres_server(postgres_url))
            dataset = stack.enter_context(open_dataset(kind, chosen.size, place))
            rows += _measure(dataset, chosen)
    return rows


def _measure(dataset: Dataset, settings: Settings) -> list[Measured]:
    kinds = {"list of 20 tickets": _LIST_PATHS, "retrieve of a ticket": _retrieve_paths(dataset)}
    with ExitStack() as stack:
        ours = stack.enter_context(_served(["service_engine", "serve", "--json", "--port", "0"], dataset.url))
        peer = stack.enter_context(_served(["bench.web.peer"], dataset.url))
        lengths = [_verify(ours, peer, paths, dataset.token) for paths in kinds.values()]
        nothing = stack.enter_context(_served(["bench.web.load", str(max(lengths))]))
        servers = {_OURS: ours, PEER: peer, _NOTHING: nothing}
        targets = {
            what: {name: _target(server, paths, dataset.token) for name, server in servers.items()}
            for what, paths in kinds.items()
        }
        turns = _in_turns(servers, targets, settings, f"the web on {NAMES[dataset.kind]}")
    return [_row(f"{what}, {NAMES[dataset.kind]}", each, settings) for what, each in turns.items()]


def _target(server: _Server, paths: Sequence[str], token: str) -> Target:
    return Target(server.address, [request_to(server.address, path, token) for path in paths])


def _retrieve_paths(dataset: Dataset) -> list[str]:
    operation = Operation(Noun.TICKETS, Task.RETRIEVE)
    return [f"/api/tickets/{dataset.given(operation, n).id}" for n in range(_TICKETS)]


def _verify(ours: _Server, peer: _Server, paths: Sequence[str], token: str) -> int:
    """Compare the bodies of both for some of the paths, and return the length of the last one."""
    body = b""
    for path in paths[:_COMPARED]:
        body, theirs = (fetch(each.address, request_to(each.address, path, token)) for each in (ours, peer))
        assert same_body(body, theirs), f"{path}: {theirs!r} instead of {body!r}"
    return len(body)


def _in_turns(
    servers: Mapping[str, _Server], targets: Mapping[str, Mapping[str, Target]], settings: Settings, title: str
) -> dict[str, dict[str, _Turns]]:
    turns = {what: {name: _Turns(servers[name]) for name in servers} for what in targets}
    names = list(servers)
    with Progress(transient=True) as progress:
        task = progress.add_task(title, total=settings.rounds * len(targets) * len(servers))
        for turn in range(-1, settings.rounds):
            first = turn % len(names)
            for what, name in product(targets, names[first:] + names[:first]):
                # The first turn only warms up.
                taken = turns[what][name] if turn >= 0 else _Turns(servers[name])
                taken.take(targets[what][name], settings)
                progress.advance(task, turn >= 0)
    return turns


def _row(what: str, turns: Mapping[str, _Turns], settings: Settings) -> Measured:
    ours, peer, nothing = turns[_OURS], turns[PEER], turns[_NOTHING]
    note = (
        f"{settings.connections} connections; medians {ours.middle:,.0f} and {peer.middle:,.0f}; processor time of the "
        f"server {ours.cpu_milliseconds:.2f} and {peer.cpu_milliseconds:.2f} ms an answer; the client was busy for "
        f"{ours.busy:.0%} of the time, and can do {nothing.rate:,.0f} /s"
    )
    return Measured(what, ours.rate, "/s", (at_least(4, PEER),), {PEER: peer.rate}, note)


@contextmanager
def _served(arguments: Sequence[str], database_url: str | None = None) -> Iterator[_Server]:
    """Start a server process, and give it with its address, which it prints as a line of JSON when it serves."""
    command = [sys.executable, "-m", *arguments, *(["--database-url", database_url] if database_url else [])]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603
    try:
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            msg = f"{' '.join(command)} ended with {process.wait()}"
            raise RuntimeError(msg)
        yield _Server(str(json.loads(line)["address"]), process.pid)
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    """Measure and print."""
    default = Settings()
    parser = argparse.ArgumentParser(prog="python -m bench.web", description=__doc__)
    parser.add_argument("--size", default=default.size, choices=["small", "medium", "large"])
    parser.add_argument("--database", nargs="+", default=["sqlite", "postgres"], choices=["sqlite", "postgres"])
    parser.add_argument("--directory", type=Path, default=default.directory, help="where the SQLite dataset is kept")
    parser.add_argument("--postgres-url", metavar="URL", help="a server to use; by default one is started")
    parser.add_argument("--connections", type=int, default=default.connections)
    parser.add_argument("--rounds", type=int, default=default.rounds)
    parser.add_argument("--seconds", type=float, default=default.seconds, help="of one turn")
    options = parser.parse_args()
    settings = Settings(
        size=options.size,
        directory=options.directory,
        connections=options.connections,
        rounds=options.rounds,
        seconds=options.seconds,
    )
    rows = measure(databases=options.database, settings=settings, postgres_url=options.postgres_url)
    show(f"The web, {options.size}", rows)


if __name__ == "__main__":
    main()
