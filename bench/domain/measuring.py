"""The library without a database, beside what else could be used: ``python -m bench.domain``.

Transitions, the making of a value, a row's way to bytes, the repositories in memory, the import; and asyncio through
the bridge, which needs a database only to have something to wait for.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from typing import Final

from rich.progress import Progress

from bench.domain.bridge import bridge
from bench.domain.memory import imports, memory
from bench.domain.rules import transitions
from bench.domain.values import construction, to_bytes
from bench.report.measured import Measured, show

__all__ = ["main", "measure"]

_Part = Callable[[], list[Measured]]
_PURE: Final[dict[str, _Part]] = {
    "transitions": transitions,
    "construction": construction,
    "bytes": to_bytes,
    "memory": memory,
    "imports": imports,
}


def measure(*, postgres_url: str | None = None, parts: tuple[str, ...] = ()) -> list[Measured]:
    """Measure all parts, or some, and return one row for each figure.

    Args:
        postgres_url: A server to use for the bridge; by default one of our own is started.
        parts: Which: ``transitions``, ``construction``, ``bytes``, ``memory``, ``imports``, ``bridge``.
    """
    all_parts: dict[str, _Part] = {**_PURE, "bridge": partial(bridge, postgres_url=postgres_url)}
    rows: list[Measured] = []
    with Progress(transient=True) as progress:
        task = progress.add_task("the domain", total=len(parts or all_parts))
        for name in parts or all_parts:
            progress.update(task, description=name)
            rows += all_parts[name]()
            progress.advance(task)
    return rows


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.domain", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(_PURE)}, bridge; all by default")
    parser.add_argument("--postgres-url", metavar="URL", help="a server to use; by default one is started")
    options = parser.parse_args()
    unknown = set(options.parts) - {*_PURE, "bridge"}
    if unknown:
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    show("The domain", measure(postgres_url=options.postgres_url, parts=tuple(options.parts)))


if __name__ == "__main__":
    main()
