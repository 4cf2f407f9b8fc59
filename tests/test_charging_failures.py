"""What goes wrong between us and a payment gateway: whatever it is, money is taken once, counted once, and never lost.

The gateways are doubles of somebody else's machine (gateways.py); the stores, the processes and the kills are real.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from attrs import frozen
from sqlalchemy.engine import make_url
from tests import crashing_charger
from tests.gateways import BusyGateway, LedgerGateway, StubbornGateway
from tests.processes import KILLED, PROCESSES

from service_engine import SqlStore
from service_engine.adapters.simulated_gateway import SimulatedGateway
from service_engine.domain.invoice_items import InvoiceItemDraft
from service_engine.domain.invoices import Invoice, InvoiceStatus
from service_engine.domain.money import money
from service_engine.domain.payments import Payment, PaymentStatus
from service_engine.errors import (
    IllegalMoveError,
    NotFoundError,
    PaymentDeclinedError,
    PaymentPendingError,
    ServiceEngineError,
)
from service_engine.ports.payments import Approved, ChargeRequest, PaymentGateway
from service_engine.ports.unit_of_work import Store, UnitOfWork
from service_engine.testing import examples
from service_engine.testing.examples import acme, invoice, later
from service_engine.usecases.charging import charge_invoice, reconcile_payments
from service_engine.usecases.invoices import InvoicePatch, delete_invoice, get_invoice, update_invoice
from service_engine.usecases.orders import list_orders
from service_engine.usecases.payments import mark_paid, record_part_payment, settle_charge

TOMORROW = later + timedelta(days=1)
CARD = "4242424242424242"


@pytest.fixture
def agency(store: Store) -> Store:
    """Give a store of each kind with Acme in it."""
    return examples.agency(store)


def charged(store: Store, gateway: PaymentGateway, method: str = "pm_1") -> Invoice:
    """Charge the invoice."""
    return charge_invoice(store, gateway, acme.id, invoice.id, payment_method_id=method, at=later)


def reconciled(store: Store, gateway: PaymentGateway) -> list[PaymentStatus]:
    """Reconcile a day later; return where each payment that was finished stands."""
    return [each.status for each in reconcile_payments(store, gateway, acme.id, at=TOMORROW)]


def stored(store: Store) -> Invoice:
    """Return the invoice as it is stored."""
    return store.read(acme.id, get_invoice, invoice.id).invoice


def recorded(store: Store) -> tuple[Payment, ...]:
    """Return the payments on the invoice."""

    def load(uow: UnitOfWork) -> tuple[Payment, ...]:
        return uow.payments.of_invoice(invoice.id)

    return store.run(acme.id, load)


def statuses(store: Store) -> list[PaymentStatus]:
    """Return where the payments on the invoice stand, sorted."""
    return sorted(payment.status for payment in recorded(store))


def orders_made(store: Store) -> int:
    """Return how many orders the payment of the invoice has made."""
    rows = store.read(acme.id, list_orders).rows
    return len([row for row in rows if row.order.invoice_id == invoice.id])


# ------------------------------------------------------------------------------------------- no, and no answer


def test_declined(agency):
    """Nothing is taken, and the invoice is as before; the next charge goes under a new key, and succeeds."""
    gateway = SimulatedGateway(declines=["pm_empty"])
    with pytest.raises(PaymentDeclinedError):
        charged(agency, gateway, "pm_empty")
    assert (gateway.held, stored(agency), statuses(agency)) == ({}, invoice, [PaymentStatus.DECLINED])
    (declined,) = recorded(agency)
    paid = charged(agency, gateway)
    assert (paid.status, declined.id in gateway.held) == (InvoiceStatus.PAID, False)
    assert list(gateway.held.values()) == [invoice.total]
    assert statuses(agency) == [PaymentStatus.SUCCEEDED, PaymentStatus.DECLINED]


def test_timed_out_though_the_money_was_taken(agency):
    """The invoice waits; the next charge asks under the same key, learns of it, and takes nothing more (D23)."""
    gateway = SimulatedGateway(loses_answers=["pm_slow"])
    with pytest.raises(PaymentPendingError):
        charged(agency, gateway, "pm_slow")
    (pending,) = recorded(agency)
    assert (stored(agency), pending.status) == (invoice, PaymentStatus.PENDING)
    assert gateway.held == {pending.id: invoice.total}
    paid = charged(agency, gateway, "pm_other")
    assert (paid.status, orders_made(agency)) == (InvoiceStatus.PAID, 1)
    assert (gateway.held, [each.id for each in recorded(agency)]) == ({pending.id: invoice.total}, [pending.id])


@pytest.mark.parametrize("is_reconciled", [False, True])
def test_unreachable(agency, is_reconciled):
    """Nothing is taken, however often it is tried; once the gateway is there again, the invoice is charged once."""
    gateway = SimulatedGateway(is_unreachable=["pm_far"])
    for _ in range(3):
        with pytest.raises(PaymentPendingError):
            charged(agency, gateway, "pm_far")
    assert (gateway.held, stored(agency), statuses(agency)) == ({}, invoice, [PaymentStatus.PENDING])
    if is_reconciled:
        assert reconciled(agency, gateway) == [PaymentStatus.DECLINED]
    assert charged(agency, gateway).status is InvoiceStatus.PAID
    assert (list(gateway.held.values()), orders_made(agency)) == ([invoice.total], 1)


def test_answered_twice(agency):
    """The same answer, or another one under the same key, changes nothing the second time (D23)."""
    gateway = SimulatedGateway()
    paid = charged(agency, gateway)
    (payment,) = recorded(agency)
    for number in range(2):
        again = agency.run(acme.id, settle_charge, payment.id, Approved(transaction_id=f"txn_{number}"), at=TOMORROW)
        assert (again.payment, again.invoice) == (payment, None)
    assert (stored(agency), recorded(agency), orders_made(agency)) == (paid, (payment,), 1)


def test_two_callers_with_one_intent(agency):
    """Both ask under the same key; one is told that it is paid, by the other (D23)."""
    firsts: list[Invoice] = []
    gateway = BusyGateway(lambda: firsts.append(charged(agency, gateway)))
    with pytest.raises(IllegalMoveError, match=r"Invoice is already paid\."):
        charged(agency, gateway)
    assert (firsts, statuses(agency)) == ([stored(agency)], [PaymentStatus.SUCCEEDED])
    assert (list(gateway.held.values()), orders_made(agency)) == ([invoice.total], 1)


# -------------------------------------------------------------------------------- the world goes on meanwhile


@frozen(kw_only=True)
class Meanwhile:
    """Something that happens to the invoice while the gateway is at work, and what becomes of the money."""

    act: Callable[[Store], object]
    refusal: type[ServiceEngineError] = IllegalMoveError
    status: InvoiceStatus | None
    counted: int = 0
    orders: int = 0


def patched(**parts: Any) -> Callable[[Store], object]:
    """Return what updates the invoice by a patch of the given parts."""
    return lambda store: store.run(acme.id, update_invoice, invoice.id, InvoicePatch(**parts), at=later)


OVERTAKEN = {
    "marked paid": Meanwhile(
        act=lambda store: store.run(acme.id, mark_paid, invoice.id, at=later),
        status=InvoiceStatus.PAID,
        counted=960,
        orders=1,
    ),
    "paid in part": Meanwhile(
        act=lambda store: store.run(acme.id, record_part_payment, invoice.id, Decimal(1), at=later),
        status=InvoiceStatus.PARTIALLY_PAID,
        counted=1,
    ),
    "cancelled": Meanwhile(act=patched(status=InvoiceStatus.CANCELLED), status=InvoiceStatus.CANCELLED),
    "deleted": Meanwhile(
        act=lambda store: store.run(acme.id, delete_invoice, invoice.id, at=later),
        refusal=NotFoundError,
        status=None,
    ),
    "made cheaper": Meanwhile(
        act=patched(items=[InvoiceItemDraft(name="Hosting", amount=Decimal(5))]), status=InvoiceStatus.UNPAID
    ),
}


@pytest.mark.parametrize("before", [True, False], ids=["before the money", "after the money"])
@pytest.mark.parametrize("what", OVERTAKEN)
def test_the_money_is_not_owed_any_longer(agency, what, before):
    """It is given back at once, and both are on record; the invoice stays as it was left meanwhile."""
    expected = OVERTAKEN[what]
    gateway = BusyGateway(lambda: expected.act(agency), before=before)
    with pytest.raises(expected.refusal):
        charged(agency, gateway)
    assert (gateway.held, orders_made(agency)) == ({}, expected.orders)
    by_hand = [payment for payment in recorded(agency) if payment.status is PaymentStatus.SUCCEEDED]
    assert sum(payment.amount.amount for payment in by_hand) == expected.counted
    assert statuses(agency) == [PaymentStatus.SUCCEEDED] * len(by_hand) + [PaymentStatus.REFUNDED]
    if expected.status is not None:
        left = stored(agency)
        assert (left.status, left.paid) == (expected.status, money(expected.counted, "USD"))
    assert reconciled(agency, gateway) == []


def test_more_is_owed_by_now(agency):
    """What was taken is a part of it, and the next charge takes the rest: all of it counts, nothing twice."""
    gateway = BusyGateway(lambda: patched(tax=Decimal(40))(agency))
    part = charged(agency, gateway)
    assert (part.status, part.due, orders_made(agency)) == (InvoiceStatus.PARTIALLY_PAID, money(40, "USD"), 0)
    paid = charged(agency, gateway)
    assert (paid.status, orders_made(agency)) == (InvoiceStatus.PAID, 1)
    assert sorted(map(str, gateway.held.values())) == ["40.00 USD", "960.00 USD"]
    assert set(gateway.held) == {payment.id for payment in recorded(agency)}


def test_the_money_cannot_be_given_back_yet(agency):
    """It stays on record as a surplus until the gateway answers; reconciling gives it back, once."""
    gateway = StubbornGateway(lambda: agency.run(acme.id, mark_paid, invoice.id, at=later))
    with pytest.raises(PaymentPendingError):
        charged(agency, gateway)
    assert statuses(agency) == [PaymentStatus.SUCCEEDED, PaymentStatus.SURPLUS]
    with pytest.raises(PaymentPendingError):
        reconciled(agency, gateway)
    assert statuses(agency) == [PaymentStatus.SUCCEEDED, PaymentStatus.SURPLUS]
    gateway.gives_back = True
    assert reconciled(agency, gateway) == [PaymentStatus.REFUNDED]
    assert reconciled(agency, gateway) == []
    assert (gateway.held, stored(agency).paysys) == ({}, "Manual")


def test_given_up_as_lost_and_taken_all_the_same(agency):
    """A charge is reconciled away between the intent and the gateway: what it takes then still counts."""
    gateway = BusyGateway(lambda: reconciled(agency, gateway), before=True)
    paid = charged(agency, gateway)
    (payment,) = recorded(agency)
    assert (paid.status, payment.status) == (InvoiceStatus.PAID, PaymentStatus.SUCCEEDED)
    assert (gateway.held, orders_made(agency)) == ({payment.id: invoice.total}, 1)


# ---------------------------------------------------------------------------------------------- killed processes


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> str:
    """Give the address of a database that other processes can reach."""
    url: str = request.getfixturevalue(f"{request.param}_database_url")
    return url


@pytest.fixture
def opened(database: str) -> Iterator[SqlStore]:
    """Give the parent's store on it, with Acme in it."""
    store = SqlStore.from_url(database)
    examples.agency(store)
    yield store
    store.close()


def charge_and_be_killed(url: str, ledger: Path, moment: str) -> None:
    """Have another process charge the invoice, and die at the moment."""
    charger = PROCESSES.Process(target=crashing_charger.main, args=(url, str(ledger), moment, acme.id, invoice.id))
    charger.start()
    charger.join()
    assert charger.exitcode == KILLED


@pytest.mark.parametrize("is_reconciled", [False, True], ids=["charged again", "reconciled"])
def test_killed_before_the_gateway_was_asked(database, opened, tmp_path, is_reconciled):
    """The intent alone is on record; whatever comes next, the money is taken once, and the invoice is paid once."""
    charge_and_be_killed(database, tmp_path, "asked")
    gateway = LedgerGateway(tmp_path)
    (pending,) = recorded(opened)
    assert (gateway.taken, stored(opened), pending.status) == ({}, invoice, PaymentStatus.PENDING)
    if is_reconciled:
        assert reconciled(opened, gateway) == [PaymentStatus.DECLINED]
    assert charged(opened, gateway).status is InvoiceStatus.PAID
    assert list(gateway.taken.values()) == [str(invoice.total)]
    assert (str(pending.id) in gateway.taken) == (not is_reconciled)
    assert orders_made(opened) == 1


@pytest.mark.parametrize("is_reconciled", [False, True], ids=["charged again", "reconciled"])
def test_killed_between_the_money_and_the_record(database, opened, tmp_path, is_reconciled):
    """The money was taken and nobody knows; the next charge, or reconciling, learns of it: once, and paid once."""
    charge_and_be_killed(database, tmp_path, "taken")
    gateway = LedgerGateway(tmp_path)
    (pending,) = recorded(opened)
    assert gateway.taken == {str(pending.id): str(invoice.total)}
    assert (stored(opened), pending.status, orders_made(opened)) == (invoice, PaymentStatus.PENDING, 0)
    if is_reconciled:
        assert reconciled(opened, gateway) == [PaymentStatus.SUCCEEDED]
        with pytest.raises(IllegalMoveError, match=r"Invoice is already paid\."):
            charged(opened, gateway)
    else:
        assert charged(opened, gateway).transaction_id == f"txn_{pending.id}"
    assert (stored(opened).status, statuses(opened)) == (InvoiceStatus.PAID, [PaymentStatus.SUCCEEDED])
    assert (gateway.taken, gateway.given_back) == ({str(pending.id): str(invoice.total)}, set())
    assert orders_made(opened) == 1


def test_killed_between_giving_back_and_the_record(database, opened, tmp_path):
    """It is on record as a surplus; reconciling asks to give it back again, and the gateway does it once."""
    charge_and_be_killed(database, tmp_path, "given back")
    gateway = LedgerGateway(tmp_path)
    assert statuses(opened) == [PaymentStatus.SUCCEEDED, PaymentStatus.SURPLUS]
    assert gateway.given_back == set(gateway.taken)
    assert reconciled(opened, gateway) == [PaymentStatus.REFUNDED]
    assert (reconciled(opened, gateway), len(gateway.taken), gateway.given_back) == ([], 1, set(gateway.taken))
    assert (stored(opened).paysys, orders_made(opened)) == ("Manual", 1)


# --------------------------------------------------------------------------------------------------- no card data


class Listening:
    """A store that keeps what happened in it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.events: list[object] = []
        self.read = store.read

    def run(self, org_id: Any, use_case: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Run a use case, and keep what it says happened."""

        def listened(uow: UnitOfWork) -> Any:
            result = use_case(uow, *args, **kwargs)
            self.events += [*uow.events, result]
            return result

        return self._store.run(org_id, listened)


def charge_in_every_way(store: Store) -> str:
    """Charge with a card number as the payment method: refused, unanswered, taken; return all that was said of it."""
    listening: Any = Listening(store)
    said: list[object] = []
    gateways = (SimulatedGateway(declines=[CARD]), SimulatedGateway(loses_answers=[CARD]), SimulatedGateway())
    for gateway in gateways:
        try:
            said.append(charged(listening, gateway, CARD))
        except ServiceEngineError as error:
            said += [error, str(error), error.args, vars(error)]
    key = recorded(store)[0].id
    said.append(ChargeRequest(key=key, amount=invoice.total, payment_method_id=CARD, at=later))
    return repr([*said, *listening.events, *recorded(store), stored(store)])


def test_no_card_is_in_what_is_said(agency):
    """Neither in errors nor in events, results or requests; the transactions are."""
    said = charge_in_every_way(agency)
    assert str(stored(agency).transaction_id) in said
    assert "PaymentDeclined" in said
    assert CARD not in said


def test_no_card_is_in_the_database(database, opened):
    """Not in a byte of SQLite's files, nor in a row of any table in PostgreSQL; the transactions are."""
    charge_in_every_way(opened)
    transaction = stored(opened).transaction_id
    assert transaction is not None
    kept = everything_in(database, opened)
    assert transaction in kept
    assert CARD not in kept


def everything_in(url: str, store: SqlStore) -> str:
    """Return all that a database keeps, as a text."""
    parts = make_url(url)
    if parts.get_backend_name() == "sqlite":
        file = Path(parts.database or "")
        return "".join(each.read_bytes().decode("latin-1") for each in file.parent.glob(f"{file.name}*"))
    with psycopg.connect(url) as connection:
        rows = [connection.execute(f"SELECT t::text FROM {table.name} t").fetchall() for table in store.tables.all()]
    assert len(rows[0]) == 1
    return repr(rows)
