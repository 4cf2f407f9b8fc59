"""Before anything is timed: do all contenders give the same answers, and write the same?

Answers are compared with the library's, and the place of the first difference is told. Writes are done on copies of a
small dataset, one for each contender, with the same input: then every row that was added, changed or removed, in every
table, has to be the same as the library's, and what the library reads back, too. New ids and random numbers are masked.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from attrs import field, frozen

from bench.comparing.library import plainly
from bench.contenders import Contender, Given, Noun, Operation, Task
from service_engine import SqlStore
from service_engine.domain.ids import InvoiceId, OrderId, OrganizationId, TicketId
from service_engine.testing.snapshots import Snapshot, snapshot
from service_engine.usecases.invoices import get_invoice
from service_engine.usecases.orders import get_order
from service_engine.usecases.tickets import get_ticket

__all__ = ["WRITES", "Verdict", "Written", "answers_differ", "first_difference", "writes_differ", "written_by"]

WRITES: Final = frozenset({Task.CREATE, Task.CHANGE})
_RANDOM: Final = {("orders", "number")}
"""What is drawn at random besides ids, by table and column."""


@frozen
class Verdict:
    """What was found wrong with one contender in one operation."""

    contender: str
    operation: Operation
    difference: str

    def __str__(self) -> str:
        return f"{self.contender}, {self.operation}: {self.difference}"


@frozen
class Written:
    """What one write has done.

    Args:
        rows: By table: how it changed.
        seen: What the library reads back.
    """

    rows: Mapping[str, Sequence[Any]] = field(factory=dict)
    seen: Any = None


def answers_differ(
    contenders: Mapping[str, Contender], reference: str, operation: Operation, given: Sequence[Given]
) -> list[Verdict]:
    """Return whose answers to a read are not the reference's, and where they differ first."""
    verdicts: list[Verdict] = []
    first = contenders[reference]
    for what in given:
        expected = first.plain(operation, first.operations()[operation](what))
        for name, contender in contenders.items():
            call = contender.operations().get(operation)
            if name == reference or call is None or any(each.contender == name for each in verdicts):
                continue
            difference = _difference_of(expected, contender, operation, call, what)
            if difference is not None:
                verdicts.append(Verdict(name, operation, difference))
    return verdicts


def _difference_of(
    expected: Any, contender: Contender, operation: Operation, call: Callable[[Given], Any], given: Given
) -> str | None:
    try:
        return first_difference(expected, contender.plain(operation, call(given)))
    except Exception as error:  # noqa: BLE001  # whatever a contender raises is told of it, and the others go on
        return f"raises {type(error).__name__}: {error}"


def written_by(
    contender: Contender, url: str, given: Callable[[Operation], Given], operations: Collection[Operation]
) -> Iterator[tuple[Operation, Written | str]]:
    """Yield what a contender has written, by operation; a text says what went wrong.

    Args:
        contender: Who writes, on a database of their own.
        url: That database.
        given: What is written.
        operations: The writes to try.
    """
    store = SqlStore.from_url(url)
    tables = store.tables.all()
    before = snapshot(store.engine, tables)
    try:
        for operation in operations:
            call = contender.operations().get(operation)
            if call is None:
                continue
            what = given(operation)
            try:
                key = contender.plain(operation, call(what))
                seen = plainly(_read_back(store, what, operation.noun, key))
            except Exception as error:  # noqa: BLE001  # as above
                yield operation, f"raises {type(error).__name__}: {error}"
                before = snapshot(store.engine, tables)
                continue
            after = snapshot(store.engine, tables)
            known = set(_ids(before))
            yield operation, Written(_changes(before, after, known), _masked(seen, known, operation.noun.value))
            before = after
    finally:
        store.close()


def writes_differ(written: Mapping[str, Mapping[Operation, Written | str]], reference: str) -> list[Verdict]:
    """Return who has not written what the reference has, and where it differs first."""
    verdicts = []
    for name, theirs in written.items():
        for operation, one in theirs.items():
            expected = written[reference].get(operation)
            if isinstance(one, str) or not isinstance(expected, Written):
                difference: str | None = str(one if isinstance(one, str) else expected)
            else:
                difference = first_difference(expected.rows, one.rows) or first_difference(expected.seen, one.seen)
            if difference is not None and (name != reference or isinstance(one, str)):
                verdicts.append(Verdict(name, operation, difference))
    return verdicts


def first_difference(expected: Any, actual: Any, place: str = "") -> str | None:
    """Return where two plain values differ first, and how; None when they are equal.

    Example:
        >>> first_difference({"rows": [{"id": 1}]}, {"rows": [{"id": 2}]})
        'rows[0].id: 1 expected, 2 found'
    """
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        if expected.keys() != actual.keys():
            missing, extra = sorted(expected.keys() - actual.keys()), sorted(actual.keys() - expected.keys())
            return f"{place or 'the answer'}: {missing} missing, {extra} not expected"
        parts = [(f"{place}.{key}" if place else str(key), each, actual[key]) for key, each in expected.items()]
    elif isinstance(expected, list | tuple) and isinstance(actual, list | tuple):
        if len(expected) != len(actual):
            return f"{place or 'the answer'}: {len(expected)} expected, {len(actual)} found: {actual!r:.300}"
        parts = [(f"{place}[{n}]", each, actual[n]) for n, each in enumerate(expected)]
    elif expected == actual and type(expected) is type(actual):  # a flag as 1 is another answer
        return None
    else:
        return f"{place or 'the answer'}: {expected!r:.200} expected, {actual!r:.200} found"
    return next(filter(None, (first_difference(one, other, where) for where, one, other in parts)), None)


def _read_back(store: SqlStore, given: Given, noun: Noun, key: UUID) -> Any:
    org_id = OrganizationId(given.org_id)
    if noun is Noun.TICKETS:
        return store.read(org_id, get_ticket, TicketId(key))
    if noun is Noun.ORDERS:
        return store.read(org_id, get_order, OrderId(key))
    return store.read(org_id, get_invoice, InvoiceId(key))


def _ids(rows: Snapshot) -> Iterator[UUID]:
    for table in rows.values():
        for row in table.values():
            yield from (each for each in row.values() if isinstance(each, UUID))


def _changes(before: Snapshot, after: Snapshot, known: set[UUID]) -> dict[str, list[Any]]:
    changes: dict[str, list[Any]] = {}
    for table, rows in after.items():
        old = before[table]
        found: list[Any] = [{"removed": old[key]} for key in old.keys() - rows.keys()]
        found += [{"added": rows[key]} for key in rows.keys() - old.keys()]
        found += [
            {"changed": list(key), "to": {name: each for name, each in row.items() if each != old[key][name]}}
            for key, row in rows.items()
            if key in old and row != old[key]
        ]
        if found:
            changes[table] = sorted((_masked(each, known, table) for each in found), key=repr)
    return changes


def _masked(value: Any, known: set[UUID], table: str, column: str = "") -> Any:
    """Replace what no two runs have alike: ids that were not there before, and what is drawn at random."""
    if isinstance(value, Mapping):
        inner = {"order": "orders"}
        return {name: _masked(each, known, inner.get(name, table), name) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(each, known, table, column) for each in value]
    if isinstance(value, UUID) and value not in known:
        return "a new id"
    return "a random one" if (table, column) in _RANDOM else value
