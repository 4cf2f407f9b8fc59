"""What bench/ compares is the same: SQL by hand on the bare driver says and does what the library does.

So it is a second opinion on every statement, too. Nothing is timed here.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import psycopg
import pytest
from bench.comparing.checking import WRITES, answers_differ, writes_differ
from bench.comparing.lineup import LIBRARY, RAW, opened
from bench.comparing.rehearsal import DATASET, rehearse
from bench.contenders import Task
from bench.data.datasets import Kind, open_dataset, remove_dataset
from bench.report.goals import TASKS

STATEMENTS = {Task.LIST: [2, 2, 2], Task.OFFSET: [2], Task.CAPPED: [2], Task.KEYSET: [1], Task.RETRIEVE: [1]}
AT_MOST = {Task.CREATE: 8, Task.CHANGE: 9}


PREFIX = f"service_engine_test_{token_hex(4)}"
"""Not the one of real runs, whose datasets stay where they are."""


@pytest.fixture(params=["sqlite", "postgres"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Kind, str | Path]]:
    """Give a database and a place for datasets, and leave nothing there: the server may be somebody's."""
    if request.param == "sqlite":
        yield "sqlite", tmp_path
        return
    server = request.getfixturevalue("postgres_url")
    yield "postgres", server
    remove_dataset(DATASET, server, prefix=PREFIX)
    with psycopg.connect(server) as connection:
        left = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
        assert left.fetchall() == []


def test_by_hand_and_by_the_library_it_is_the_same(shelf: tuple[Kind, str | Path]):
    """The answer to every read, every row that a write leaves; and the library sends what the goals allow."""
    kind, place = shelf
    rehearsals = {name: rehearse(name, kind, place, TASKS, prefix=PREFIX) for name in (RAW, LIBRARY)}
    assert writes_differ({name: each.written for name, each in rehearsals.items()}, LIBRARY) == []
    assert {each.careless for each in rehearsals.values()} == {None}
    with (
        open_dataset(kind, DATASET, place, quiet=True, prefix=PREFIX) as dataset,
        opened(dataset.url, (RAW, LIBRARY)) as team,
    ):
        for operation in (each for each in TASKS if each.task not in WRITES):
            given = [dataset.given(operation, number) for number in range(2)]
            assert answers_differ(team.contenders, LIBRARY, operation, given) == []
    sent = rehearsals[LIBRARY].statements
    assert set(sent) == set(TASKS)
    for operation, counts in sent.items():
        if operation.task in STATEMENTS:
            assert counts == STATEMENTS[operation.task], operation
        else:
            assert max(counts) <= AT_MOST[operation.task], operation
