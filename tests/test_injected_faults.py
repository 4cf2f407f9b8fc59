"""Whatever the database does, whenever: a use case takes place once or not at all, and says which.

Each write is run on the same database over and over, with the same ids. At each of its statements, BEGIN and COMMIT
included, the database fails, before or after it has done it. Afterwards the whole database is compared with what it
was, and with what it is after an undisturbed run.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from typing import Any, NoReturn

import pytest
from attrs import frozen
from sqlalchemy import PoolProxiedConnection
from sqlalchemy.exc import DBAPIError
from tests.worlds import LATER, WRITES, World

from service_engine import AsyncSqlStore, OrganizationId, SqlStore
from service_engine.adapters.retries import Retries
from service_engine.adapters.simulated_gateway import SimulatedGateway
from service_engine.adapters.sql.attempts import Attempts
from service_engine.adapters.sql.failures import is_retryable
from service_engine.adapters.sql.migrations import upgrade
from service_engine.domain.invoices import Invoice
from service_engine.domain.payments import PaymentStatus
from service_engine.errors import ConflictError, ServiceEngineError
from service_engine.testing.builders import NOON
from service_engine.testing.contracts import Agency
from service_engine.testing.driver_failures import BUSY, DATABASE_FULL, DISK_FULL, IO_ERROR, DriverFailure, failures_of
from service_engine.testing.entropy import SeededEntropy
from service_engine.testing.fault_injection import Fault, Point, PointKind, every_fault, every_point, injecting
from service_engine.testing.postgres import new_database
from service_engine.testing.snapshots import Snapshot
from service_engine.usecases.charging import charge_invoice
from service_engine.usecases.clients import list_clients
from service_engine.usecases.organizations import bootstrap_organization

DEEP = os.environ.get("SERVICE_ENGINE_PROFILE") == "deep"
TRIES = 3
STAYING = {DATABASE_FULL, DISK_FULL, IO_ERROR}
AT_ONCE = Retries(tries=TRIES, outage_tries=TRIES, first_pause=0, longest_pause=0, outage_pause=0)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def shared_world(request, tmp_path_factory) -> Iterator[World]:
    """Give a world on each database, the same one for every test."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path_factory.mktemp('faults') / 'world.db'}"
        else:
            url = stack.enter_context(new_database(request.getfixturevalue("postgres_url")))
        upgrade(url)
        entropy = SeededEntropy("world")
        store = SqlStore.from_url(url, entropy=entropy, retries=AT_ONCE)
        yield World(store, entropy)
        store.close()


@pytest.fixture
def world(shared_world: World) -> Iterator[World]:
    """Give that world, as it was in the beginning."""
    yield shared_world
    shared_world.put_back(shared_world.everything())


@frozen
class Undisturbed:
    """What a write does when nothing fails."""

    points: tuple[Point, ...]
    answer: Any
    stored: Snapshot


def undisturbed(world: World, write: Callable[[World], Any]) -> Undisturbed:
    """Do it once, and put everything back."""
    answers: list[Any] = []
    points = every_point(world.store.engine, lambda: answers.append(world.run(write)))
    stored = world.everything()
    assert stored != world.empty
    world.put_back(stored)
    assert world.everything() == world.empty
    return Undisturbed(points, answers[0], stored)


def chosen(points: Sequence[Point], failures: Sequence[DriverFailure], *, times: int = 1) -> Iterator[Fault]:
    """Yield every fault of COMMIT, and of those before it one in five; in the deep profile every one of them, too."""
    for number, fault in enumerate(every_fault(points, failures, times=times)):
        if DEEP or fault.at == points[-1].number or number % 5 == 0:
            yield fault


def sweep(world: World, write: Callable[[World], Any], faults: Iterable[Fault], known: Undisturbed) -> list[str]:
    """Do it once under each fault; return what was wrong."""
    wrong = []
    for fault in faults:
        answer, error = None, None
        with injecting(world.store.engine, fault) as record:
            try:
                answer = world.run(write)
            except (ServiceEngineError, DBAPIError) as failure:
                error = failure
        stored = world.everything()
        if error is None and (stored, answer) != (known.stored, known.answer):
            wrong.append(f"{fault}: it returned, and {difference(known.stored, stored)}")
        if error is not None and stored != world.empty:
            wrong.append(f"{fault}: it raised {error!r}, and {difference(world.empty, stored)}")
        if error is not None and not isinstance(error, ConflictError | DBAPIError):
            wrong.append(f"{fault}: it refused with {error!r}")
        if len(record.hits) != fault.times:
            wrong.append(f"{fault}: it happened {len(record.hits)} times")
        world.put_back(stored)
    return wrong


def difference(expected: Snapshot, actual: Snapshot) -> str:
    """Say which tables have other rows."""
    other = [name for name, rows in expected.items() if actual[name] != rows]
    return ", ".join(f"{name} has {len(actual[name])} rows for {len(expected[name])}" for name in other) or "is right"


@pytest.mark.parametrize("title", WRITES)
def test_one_failure_is_survived_or_told(world, title):
    """The effect is there once if it returned, and not at all if it raised; never twice, never by half."""
    write = WRITES[title]
    known = undisturbed(world, write)
    assert [known.points[0].kind, known.points[-1].kind] == [PointKind.BEGIN, PointKind.COMMIT]
    assert sweep(world, write, chosen(known.points, failures_of(world.store.engine)), known) == []


@pytest.mark.parametrize("title", ["open a ticket", "mark an invoice as paid"] if DEEP else ["open a ticket"])
def test_a_failure_that_stays_is_told(world, title):
    """Whatever passes is tried so often as it was said; then, or at once, it raises, and nothing is there."""
    write = WRITES[title]
    known = undisturbed(world, write)
    for fault in chosen(known.points[:-1], failures_of(world.store.engine), times=TRIES + 1):
        with injecting(world.store.engine, fault) as record, pytest.raises((ConflictError, DBAPIError)) as told:
            world.run(write)
        assert len(record.hits) == (TRIES if is_retryable(told.value) else 1), fault
        assert world.everything() == world.empty, fault


@pytest.mark.parametrize("title", ["open a ticket", "change nothing but a subject"])
def test_a_commit_that_always_fails_is_told(world, title):
    """Unless it was done and its answer lost: then the next try finds it, and returns."""
    write = WRITES[title]
    known = undisturbed(world, write)
    for fault in every_fault(known.points[-1:], failures_of(world.store.engine), times=TRIES + 1):
        if fault.when == "after":
            with injecting(world.store.engine, fault) as record:
                assert world.run(write) == known.answer, fault
            assert len(record.hits) == 1
        else:
            with injecting(world.store.engine, fault), pytest.raises(DBAPIError):
                world.run(write)
        stored = world.everything()
        assert stored == (known.stored if fault.when == "after" else world.empty), fault
        world.put_back(stored)


@pytest.mark.parametrize("title", ["open a ticket", "change nothing but a subject"])
def test_the_search_for_a_lost_commit_may_fail_as_well(world, title):
    """It is made again; what was committed is found in the end, and not done twice."""
    write = WRITES[title]
    known = undisturbed(world, write)
    passing = [each for each in failures_of(world.store.engine) if each not in STAYING]
    for lost in [each for each in passing if each.hides_commit]:
        first = Fault("commit", lost, "after")
        with injecting(world.store.engine, first) as record:
            world.run(write)
        search = record.points[len(known.points) :]
        world.put_back(world.everything())
        assert [point.kind for point in search] == [PointKind.BEGIN, PointKind.STATEMENT]
        for second in every_fault(search, passing):
            with injecting(world.store.engine, first, second) as record:
                assert world.run(write) == known.answer
            stored = world.everything()
            assert (len(record.hits), stored) == (2, known.stored), f"{first}, {second}"
            world.put_back(stored)


def test_the_rollback_may_fail_as_well(world):
    """Nothing hangs on it: the connection is thrown away, and the next try has another one."""
    write = WRITES["open a ticket"]
    known = undisturbed(world, write)
    passing, *_, lost = (each for each in failures_of(world.store.engine) if each not in STAYING)
    for fault in every_fault(known.points[1:], [passing]):
        with injecting(world.store.engine, fault, Fault("rollback", lost)) as record:
            assert world.run(write) == known.answer, fault
        stored = world.everything()
        assert ([hit.number for hit in record.hits], stored) == ([fault.at, 0], known.stored), fault
        world.put_back(stored)


@frozen(kw_only=True)
class RefusedAndClosed(DriverFailure):
    """The database is busy, and by the time that SQLAlchemy rolls back, the connection is gone."""

    def strike(self, connection: PoolProxiedConnection, *, in_transaction: bool) -> NoReturn:
        """Fail as the driver does, on a connection that is closed behind SQLAlchemy's back."""
        driver: Any = connection.driver_connection
        getattr(driver, "_conn", driver).close()  # aiosqlite's own close would tell SQLAlchemy
        BUSY.strike(connection, in_transaction=in_transaction)


def test_a_refused_begin_whose_rollback_fails_is_tried_again(tmp_path):
    """SQLAlchemy raises the rollback's error only, and marks no lost connection; nothing was written by then."""
    url = f"sqlite:///{tmp_path / 'busy.db'}"
    upgrade(url)
    fault = Fault("begin", RefusedAndClosed(name="busy, then closed"))
    store = SqlStore.from_url(url, retries=AT_ONCE)
    with injecting(store.engine, fault) as record:
        founded = Agency(store)
    assert (len(record.hits), founded.read(list_clients).total) == (1, 0)
    store.close()

    async def awaited() -> int:
        store = AsyncSqlStore.from_url(url, retries=AT_ONCE)
        with injecting(store.engine, fault) as record:
            await store.run(OrganizationId(store.entropy.new_id()), bootstrap_organization, name="Other", at=NOON)
        await store.close()
        return len(record.hits)

    assert asyncio.run(awaited()) == 1


def test_a_begin_that_is_always_refused_is_told(tmp_path):
    """After as many tries as any lost connection."""
    url = f"sqlite:///{tmp_path / 'busy.db'}"
    upgrade(url)
    store = SqlStore.from_url(url, retries=AT_ONCE)
    fault = Fault("begin", RefusedAndClosed(name="busy, then closed"), times=TRIES + 1)
    with injecting(store.engine, fault) as record, pytest.raises(DBAPIError, match="closed database"):
        Agency(store)
    assert len(record.hits) == TRIES
    store.close()


class BlindStore(SqlStore):
    """Runs again whatever failed, as one writes it the first time."""

    def run(self, org_id: Any, use_case: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Run it, up to three times."""
        for left in reversed(range(TRIES)):
            try:
                with self.begin(org_id) as uow:
                    return use_case(uow, *args, **kwargs)
            except (ConflictError, DBAPIError) as error:
                if not left or not is_retryable(error):
                    raise
        return None


def test_running_again_blindly_is_found(world, monkeypatch):
    """Its second try draws new ids: after a COMMIT that was done there are two tickets."""
    blind = BlindStore(world.store.engine, tables=world.store.tables, entropy=world.entropy)
    monkeypatch.setattr(world.acme, "store", blind)
    write = WRITES["open a ticket"]
    known = undisturbed(world, write)
    wrong = sweep(world, write, lost_answers(world, known), known)
    assert len(wrong) >= 1
    assert "tickets has 3 rows for 2" in wrong[-1]


@pytest.mark.parametrize("title", ["open a ticket", "delete a client"])
def test_a_store_that_does_not_look_for_its_witness_is_found(world, title, monkeypatch):
    """It reports a conflict with itself, or that what it has deleted is not there."""
    monkeypatch.setattr(Attempts, "_was_committed", lambda *_: False)
    write = WRITES[title]
    known = undisturbed(world, write)
    faults = list(lost_answers(world, known))
    assert len(sweep(world, write, faults, known)) >= len(faults) >= 2


def lost_answers(world: World, known: Undisturbed) -> Iterator[Fault]:
    """Yield each way to lose the answer to a COMMIT that was done."""
    for fault in every_fault(known.points[-1:], failures_of(world.store.engine)):
        if fault.when == "after":
            yield fault


def test_a_charge_can_be_asked_for_again_after_any_failure(world):
    """Two transactions with the gateway between them: the money is taken once, the invoice is paid once."""
    known = undisturbed(world, lambda world: charge(world, SimulatedGateway()))
    expected = {name: len(rows) for name, rows in known.stored.items()}
    for fault in chosen(known.points, failures_of(world.store.engine)):
        gateway = SimulatedGateway()
        charged = partial(charge, gateway=gateway)
        with injecting(world.store.engine, fault) as record:
            try:
                paid = world.run(charged)
            except DBAPIError:
                paid = charged(world)
        assert len(record.hits) == 1
        assert (list(gateway.held.values()), paid.paid) == ([world.invoice.total], world.invoice.total), fault
        stored = world.everything()
        assert [row["status"] for row in stored["payments"].values()] == [PaymentStatus.SUCCEEDED], fault
        assert {name: len(rows) for name, rows in stored.items()} == expected, fault
        world.put_back(stored)


def charge(world: World, gateway: SimulatedGateway) -> Invoice:
    """Charge the invoice."""
    return charge_invoice(world.store, gateway, world.acme.org_id, world.invoice.id, payment_method_id="pm_1", at=LATER)
