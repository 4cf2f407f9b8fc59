"""Kill -9 at random moments: nothing acknowledged is lost, nothing is half-written, nothing is there twice.

On SQLite the process that writes is killed. On PostgreSQL it is killed in turn with one of the server's processes that
works for it, and with the server's main process; the writer has to get over these two by its own retries, and is then
stopped in good order, so that not one thing may be there that it did not acknowledge.

Each life of the writer has an organisation of its own, which is looked at after the kill, and once more at the end.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
from attrs import define, field
from tests.figures import Figure, arguments, conclude, stopwatch
from tests.figures.audit import Acknowledged, Findings, audit
from tests.figures.servers import PATIENCE, Writer, audit_file, found_cast, postgres_database, sqlite_database
from tests.figures.writing import Cast

from service_engine import SqlStore
from service_engine.testing.postgres import PostgresServer

Kill = Callable[[Writer], None]

OTHERS = "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
"""Which of the server's processes work for somebody else on the same database."""

_LONGEST_PAUSE = 0.05
_TRIES_TO_START = 100
_AFTERWARDS = 10


@define
class Tally:
    """What came out of all kills."""

    kills: Counter[str] = field(factory=Counter)
    acknowledged: int = 0
    creates: int = 0
    errors: list[str] = field(factory=list)
    found: Findings = field(factory=Findings)

    def add(self, found: Findings) -> None:
        """Add what was found after one of them."""
        self.found.lost += found.lost
        self.found.twice += found.twice
        self.found.half += found.half


def kill_writer(writer: Writer) -> None:
    """Kill who writes."""
    writer.kill()


def kill_client(writer: Writer, url: str) -> None:
    """Kill who writes, and wait until the server has ended, or finished, what it did for them."""
    writer.kill()
    deadline = time.monotonic() + PATIENCE
    with psycopg.connect(url, autocommit=True) as connection:
        while connection.execute(OTHERS).fetchall():
            if time.monotonic() > deadline:
                msg = "the server still works for a client that is gone"
                raise RuntimeError(msg)
            time.sleep(0.01)


def kill_backend(writer: Writer, url: str) -> None:
    """Kill one of the server's processes that work for the writer: the server restarts all of them."""
    with psycopg.connect(url, autocommit=True) as connection:
        pids = [row[0] for row in connection.execute(OTHERS)]
    os.kill(random.choice(pids), signal.SIGKILL)
    writer.wait_for(writer.threads * _AFTERWARDS)
    writer.stop()


def kill_server(writer: Writer, server: PostgresServer) -> None:
    """Kill the server's main process; its others notice that and end. Start it again on the same data."""
    home = Path(parse_qs(urlsplit(server.url).query)["host"][0])
    os.kill(int((home / "data" / "postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)
    server.crash()
    start_again(server)
    writer.wait_for(writer.threads * _AFTERWARDS)
    writer.stop()


def start_again(server: PostgresServer) -> None:
    """Start a server whose last processes may still be there, which it refuses to start beside."""
    for _ in range(_TRIES_TO_START - 1):
        try:
            server.start()
        except RuntimeError:
            time.sleep(0.1)
        else:
            return
    server.start()


def one_life(store: SqlStore, url: str, threads: int, acknowledgements: int, kill: Kill) -> tuple[Cast, Acknowledged]:
    """Let a writer live until it has said so much and a little longer, then kill."""
    cast = found_cast(store)
    store.engine.dispose()  # its connections would not outlive the server
    with Writer(url, cast, threads) as writer:
        writer.wait_for(acknowledgements)
        time.sleep(random.random() * _LONGEST_PAUSE)
        kill(writer)
    return cast, writer.said


def measure(database: str, *, times: int, each: int, threads: int) -> Tally:
    """Kill so many times on a database of our own."""
    if database == "sqlite":
        with sqlite_database() as url:
            return kill_often(url, {"writer": kill_writer}, times=times, each=each, threads=threads)
    with postgres_database() as (server, url):
        return kill_often(url, kinds_on(server, url), times=times, each=each, threads=threads)


def kinds_on(server: PostgresServer, url: str) -> dict[str, Kill]:
    """Return whom to kill in turn on PostgreSQL."""
    return {
        "writer": lambda writer: kill_client(writer, url),
        "backend": lambda writer: kill_backend(writer, url),
        "server": lambda writer: kill_server(writer, server),
    }


def kill_often(url: str, kills: dict[str, Kill], *, times: int, each: int, threads: int) -> Tally:
    """Kill so many times, and look each time; at the end, look at everything again."""
    tally = Tally()
    lives: list[tuple[Cast, Acknowledged, int]] = []
    store = SqlStore.from_url(url)
    for number in range(times):
        name = list(kills)[number % len(kills)]
        cast, said = one_life(store, url, threads, random.randint(1, 2 * each), kills[name])
        tally.kills[name] += 1
        tally.acknowledged += said.total
        tally.creates += said.total - len(said.ids["paid"])
        tally.errors += said.errors
        unanswered = len(said.errors) + (threads if name == "writer" else 0)
        lives.append((cast, said, unanswered))
        tally.add(audit(store, cast, said, unanswered=unanswered))
        if url.startswith("sqlite"):
            tally.found.half += audit_file(url)
    for cast, said, unanswered in lives:
        tally.add(audit(store, cast, said, unanswered=unanswered))
    store.close()
    return tally


def main(words: list[str] | None = None) -> int:
    """Measure, and print the figure."""
    parser = arguments(__doc__)
    parser.add_argument("--times", type=int, default=20, help="how many kills (default: %(default)s)")
    parser.add_argument("--each", type=int, default=400, help="acknowledgements before a kill, on average")
    parser.add_argument("--threads", type=int, default=4, help="how many write at once (default: %(default)s)")
    parser.add_argument("--database", choices=["sqlite", "postgres"], required=True)
    options = parser.parse_args(words)
    seconds = stopwatch()
    tally = measure(options.database, times=options.times, each=options.each, threads=options.threads)
    found = tally.found
    figure = Figure(
        name=f"kill -9 on {options.database}",
        reached=tally.kills.total(),
        goal=f"{options.times} kills, nothing lost, half-written or twice",
        holds=tally.kills.total() >= options.times and not list(found),
        seconds=seconds(),
        details={
            "killed": dict(tally.kills),
            "acknowledged": tally.acknowledged,
            "of them creates": tally.creates,
            "lost": len(found.lost),
            "half": len(found.half),
            "twice": len(found.twice),
            "errors": len(tally.errors),
        },
    )
    return conclude(figure, options.json, [*found, *tally.errors][:50])


if __name__ == "__main__":
    sys.exit(main())
