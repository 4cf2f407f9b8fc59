"""PostgreSQL restarts under load: nothing is lost, nothing is there twice, and no writer gets an error.

It is stopped in good order, which ends every connection, and crashed, in turn, and started again on the same data; the
writers have to get over it by the retries of ``SqlStore.run``. In the end they are stopped in good order, so exactly
what they acknowledged must be there.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable

from attrs import define, field
from tests.figures import Figure, arguments, conclude, stopwatch
from tests.figures.audit import Findings, audit
from tests.figures.servers import Writer, found_cast, postgres_database

from service_engine import SqlStore
from service_engine.testing.postgres import PostgresServer

_LONGEST_PAUSE = 0.3


@define
class Tally:
    """What came out of all restarts."""

    restarts: int = 0
    acknowledged: int = 0
    longest: float = 0.0
    errors: list[str] = field(factory=list)
    found: Findings = field(factory=Findings)


def crash_and_start(server: PostgresServer) -> None:
    """Restart it as after a failure of the machine: it recovers from its log."""
    server.crash()
    server.start()


def restart_often(server: PostgresServer, url: str, *, times: int, threads: int, each: int) -> Tally:
    """Restart the server so many times while writers write; look at the end."""
    tally = Tally()
    store = SqlStore.from_url(url)
    cast = found_cast(store)
    store.engine.dispose()  # its connections would not outlive the server
    kinds: list[Callable[[], None]] = [server.restart, lambda: crash_and_start(server)]
    with Writer(url, cast, threads) as writer:
        for number in range(times):
            writer.wait_for(each)
            time.sleep(random.random() * _LONGEST_PAUSE)
            begun = time.monotonic()
            kinds[number % len(kinds)]()
            tally.longest = max(tally.longest, time.monotonic() - begun)
            tally.restarts += 1
        writer.wait_for(each)
        writer.stop()
    tally.acknowledged, tally.errors = writer.said.total, writer.said.errors
    tally.found = audit(store, cast, writer.said, unanswered=0)
    store.close()
    return tally


def main(words: list[str] | None = None) -> int:
    """Measure, and print the figure."""
    parser = arguments(__doc__)
    parser.add_argument("--times", type=int, default=20, help="how many restarts (default: %(default)s)")
    parser.add_argument("--each", type=int, default=100, help="acknowledgements between two restarts")
    parser.add_argument("--threads", type=int, default=8, help="how many write at once (default: %(default)s)")
    options = parser.parse_args(words)
    seconds = stopwatch()
    with postgres_database() as (server, url):
        tally = restart_often(server, url, times=options.times, threads=options.threads, each=options.each)
    found = tally.found
    figure = Figure(
        name="restarts of PostgreSQL under load",
        reached=tally.restarts,
        goal=f"{options.times} restarts, nothing lost or twice, no error",
        holds=tally.restarts >= options.times and not list(found) and not tally.errors,
        seconds=seconds(),
        details={
            "acknowledged": tally.acknowledged,
            "lost": len(found.lost),
            "half": len(found.half),
            "twice": len(found.twice),
            "errors": len(tally.errors),
            "longest outage": f"{tally.longest:.1f} s",
        },
    )
    return conclude(figure, options.json, [*found, *tally.errors][:50])


if __name__ == "__main__":
    sys.exit(main())
