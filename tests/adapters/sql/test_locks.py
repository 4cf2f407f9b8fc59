"""Which rows a second try locks, and that nobody waits for each other in a circle: on PostgreSQL, which locks rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import ExceptionContext, Table, bindparam, event, select
from sqlalchemy.exc import OperationalError

from service_engine.adapters.sql import SqlStore, SqlUnitOfWork
from service_engine.domain.order_tasks import OrderTaskPatch
from service_engine.ports.payments import Approved
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency
from service_engine.usecases.order_tasks import add_order_task, update_order_task
from service_engine.usecases.payments import begin_charge, settle_charge
from service_engine.usecases.tickets import retag_ticket

pytestmark = pytest.mark.parametrize("store", ["postgres"], indirect=True)


@pytest.fixture
def acme(store: Any) -> Agency:
    """Give an organisation."""
    return Agency(store)


@pytest.fixture
def second_try(store: Any, acme: Agency) -> Iterator[SqlUnitOfWork]:
    """Give a unit of work of a use case that runs again, because something changed under it."""
    with store.engine.begin() as connection:
        uow = SqlUnitOfWork(connection, acme.org_id, store.tables)
        uow.transaction.contended = True
        yield uow


@pytest.fixture
def deadlocks(store: Any) -> list[str]:
    """Give the list of the deadlocks that the server finds."""
    found: list[str] = []

    def note(context: ExceptionContext) -> None:
        if getattr(context.original_exception, "sqlstate", None) == "40P01":
            found.append(str(context.original_exception))

    event.listen(store.engine, "handle_error", note)
    return found


def is_locked(store: SqlStore, table: Table, acme: Agency, key: UUID) -> bool:
    """Try whether somebody else could change a row now."""
    row = select(table.c.id).where(table.c.org_id == bindparam("org_id"), table.c.id == bindparam("key"))
    with store.engine.connect() as connection:
        try:
            connection.execute(row.with_for_update(nowait=True), {"org_id": acme.org_id, "key": key}).one()
        except OperationalError:
            return True
    return False


def all_at_once(work: Callable[[int], object]) -> None:
    """Do it in six threads, eight times each."""
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda number: [work(8 * number + turn) for turn in range(8)], range(6)))


def test_a_task_is_locked_by_its_order(store: Any, acme: Agency, second_try: SqlUnitOfWork) -> None:
    """Whoever changes a task writes its order first: to lock the task first would be the opposite order."""
    order = acme.order()
    task = acme.run(add_order_task, order.id, name="Draft", at=NOON)
    assert second_try.order_tasks.get(task.id) == task
    assert is_locked(store, store.tables.orders, acme, order.id)
    assert not is_locked(store, store.tables.order_tasks, acme, task.id)


def test_a_payment_is_locked_by_its_invoice(store: Any, acme: Agency, second_try: SqlUnitOfWork) -> None:
    """Whoever settles a charge writes the invoice first."""
    invoice = acme.invoice()
    payment = acme.payment(invoice)
    assert second_try.payments.get(payment.id) == payment
    assert is_locked(store, store.tables.invoices, acme, invoice.id)
    assert not is_locked(store, store.tables.payments, acme, payment.id)


def test_changes_of_one_task_do_not_wait_in_a_circle(acme: Agency, deadlocks: list[str]) -> None:
    """They queue: each waits for the one before."""
    task = acme.run(add_order_task, acme.order().id, name="Draft", at=NOON)

    def rename(turn: int) -> None:
        at = NOON + timedelta(seconds=turn)
        acme.run(update_order_task, task.id, OrderTaskPatch(name=f"Draft {turn}"), at=at)

    all_at_once(rename)
    assert deadlocks == []


def test_the_same_new_tags_on_one_ticket_are_not_waited_for_in_a_circle(acme: Agency, deadlocks: list[str]) -> None:
    """Whoever looks for tags locks what they are for, at the first try as at the second."""
    ticket = acme.ticket()

    def retag(turn: int) -> None:
        names = [f"first {turn % 8}", f"second {turn % 8}", f"own {turn}"]
        acme.run(retag_ticket, ticket.id, names, at=NOON + timedelta(seconds=turn))

    all_at_once(retag)
    assert deadlocks == []


def test_charges_of_one_invoice_do_not_wait_in_a_circle(acme: Agency, deadlocks: list[str]) -> None:
    """Of six that record the same answer of the gateway one has paid the invoice, the others find it paid."""
    payments = [acme.run(begin_charge, acme.invoice().id, at=NOON) for _ in range(8)]

    def settle(turn: int) -> None:
        acme.run(settle_charge, payments[turn % 8].id, Approved(transaction_id=f"txn_{turn}"), at=NOON)

    all_at_once(settle)
    assert deadlocks == []
