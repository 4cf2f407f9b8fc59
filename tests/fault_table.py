"""Which planted fault is caught by which kind of test: ``python -m tests.fault_table`` writes docs/faults.md.

Every fault is run against every kind that can see it, from a seed that is always the same, until a test fails.
Words after the command choose the faults whose names contain one of them, and print their rows only. With ``--keep``,
the rows that the page has already are not run again: after a fault was added, or a run was interrupted.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from tests.billing_faults import BILLING_FAULTS
from tests.faults import FAULTS, Fault, FaultyStore
from tests.leaks import LEAKS

from service_engine import MemoryStore
from service_engine.testing.agreement import assert_agreement
from service_engine.testing.agreement.outcomes import DisagreementError
from service_engine.testing.noninterference import InterferenceError, assert_no_interference

__all__ = ["NOT_SEEN", "PAGE", "row_of_statement", "statement_faults", "store_faults"]

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "faults.md"
SEARCH = settings(
    max_examples=1_000,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    database=None,
    report_multiple_bugs=False,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
GLANCE = settings(SEARCH, max_examples=10)
NOT_SEEN = "-"
CONTRACT = """
import pytest
from hypothesis import settings
from tests.fault_table import store_faults
from tests.faults import FaultyStore

from service_engine.testing.contracts import StoreContract

settings.register_profile("table", derandomize=True, deadline=None)
settings.load_profile("table")


class TestFaultyStore(StoreContract):
    @pytest.fixture
    def store(self):
        return FaultyStore(store_faults()[{fault!r}])
"""
HEAD = """# Faults, and what catches them

A test that cannot fail proves nothing. So there are stores with one planted fault each, and statements with one leak
each, and this table says which kind of test catches which. `python -m tests.fault_table` wrote it, by a run.

*Contract* names the first test of `StoreContract` that fails. *Agreement* and *non-interference* name the question that
is answered differently. A dash is a fault that this kind did not see: `StoreContract` looks at one organisation at a
time more often than at two; two stores may agree in what only a third organisation would notice, and are asked one
question after the other, never two at once; and a store that mixes up one organisation's own things interferes with
nobody.

"""


def store_faults() -> dict[str, type[Fault]]:
    """Return every faulty store, by what is wrong with it."""
    billing = {name: fault for name, (fault, _) in BILLING_FAULTS.items()}
    return {**FAULTS, **billing, **{name: fault for name, (fault, _) in LEAKS.items()}}


def statement_faults() -> dict[str, tuple[str, ...]]:
    """Return for every leaking statement what the scope audit says about it."""
    from tests.test_scope import DIRECTORY_LEAKS, TENANTS  # the faulty stores need no SQLAlchemy
    from tests.test_scope import LEAKS as STATEMENTS

    from service_engine.testing.scope_rules import problems

    look_ups = {
        f"as a look-up: {name}": problems(each, TENANTS, directory=True) for name, each in DIRECTORY_LEAKS.items()
    }
    return {**{name: problems(each, TENANTS) for name, each in STATEMENTS.items()}, **look_ups}


def contract(name: str) -> str | None:
    """Return the first test of the contract that fails on a faulty store."""
    chosen = f"TestFaultyStore::{BILLING_FAULTS[name][1]}" if name in BILLING_FAULTS else "TestFaultyStore"
    with tempfile.TemporaryDirectory(prefix="service-engine-faults-") as directory:
        (Path(directory) / "test_fault.py").write_text(CONTRACT.format(fault=name), encoding="utf-8")
        words = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-x",
            "--tb=no",
            "-p",
            "no:cacheprovider",
            f"test_fault.py::{chosen}",
        ]
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        run = subprocess.run(words, cwd=directory, env=env, capture_output=True, text=True, check=False)
    # An error is a fault that is in the way already when the test founds its organisations.
    failed = re.search(r"^(?:FAILED|ERROR) \S*::(\w+)", run.stdout, re.MULTILINE)
    if failed is None and run.returncode != 0:
        raise RuntimeError(run.stdout + run.stderr)
    return failed[1] if failed else None


def agreement(name: str) -> str | None:
    """Return the question that a faulty store answers unlike the memory store."""
    fault = store_faults()[name]
    search = GLANCE if name in LEAKS else SEARCH
    return _asked(lambda: assert_agreement(MemoryStore, lambda entropy: FaultyStore(fault, entropy), settings=search))


def interference(name: str) -> str | None:
    """Return the question of one organisation whose answer depends on the other."""
    fault = store_faults()[name]
    search = SEARCH if name in LEAKS else GLANCE
    return _asked(lambda: assert_no_interference(lambda entropy: FaultyStore(fault, entropy), settings=search))


def _asked(run: Callable[[], Any]) -> str | None:
    try:
        run()
    except (DisagreementError, InterferenceError) as difference:
        return str(difference.question).split()[0]
    except AssertionError as broken:
        return next(iter(str(broken).splitlines()), "an invariant")
    return None


def kept_rows() -> dict[str, str]:
    """Return the rows of faulty stores that the page has, by fault."""
    if not PAGE.exists():
        return {}
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    return {line[2:].split(" | ")[0]: line for line in lines if line.count(" | ") == 3}


def rows(wanted: Sequence[str], kept: Mapping[str, str]) -> Iterator[str]:
    """Run every fault, and yield its row."""
    for name in store_faults():
        if name in kept:
            yield kept[name]
            continue
        if wanted and not any(each in name for each in wanted):
            continue
        started = time.monotonic()
        cells = [contract(name), agreement(name), interference(name)]
        shown = [NOT_SEEN if cell is None else f"`{cell}`" for cell in cells]
        sys.stderr.write(f"{time.monotonic() - started:6.1f} s  {name}\n")
        yield f"| {name} | {' | '.join(shown)} |"


def page(store_rows: list[str]) -> str:
    """Return the page."""
    said = statement_faults()
    lines = [
        "## Stores with a fault",
        "",
        "| fault | contract | agreement | non-interference |",
        "|---|---|---|---|",
        *store_rows,
        "",
        "## Statements with a leak",
        "",
        "Each of them touches a tenant table without naming the organisation where it must. The scope audit reads what",
        "is executed, and refuses it; no test of behaviour would see most of them.",
        "",
        "| statement | the scope audit says first |",
        "|---|---|",
        *(row_of_statement(name, found) for name, found in said.items()),
        "",
        f"{len(store_rows)} faulty stores, {len(said)} leaking statements.",
        "",
    ]
    return HEAD + "\n".join(lines)


def row_of_statement(name: str, found: Sequence[str]) -> str:
    """Return the row of a leaking statement."""
    said = " ".join(str(found[0]).split()).replace("|", "\\|") if found else NOT_SEEN
    return f"| {name} | {said} |"


def main() -> None:
    """Write the page, or print the rows that were asked for."""
    wanted = sys.argv[1:]
    if wanted and wanted != ["--keep"]:
        sys.stdout.write("\n".join(rows(wanted, {})) + "\n")
        return
    kept = {name: row for name, row in kept_rows().items() if wanted and name in store_faults()}
    for name, row in zip(store_faults(), rows([], dict(kept)), strict=True):
        kept[name] = row
        # After each, because a run may be interrupted, and gone on with.
        PAGE.write_text(page([kept[each] for each in store_faults() if each in kept]), encoding="utf-8")


if __name__ == "__main__":
    main()
