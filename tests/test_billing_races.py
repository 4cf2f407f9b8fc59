"""Many threads at once sign, charge, pay, number and edit; beside each race, the naive form, which breaks.

The rules are those of test_races.py: a barrier starts every race, nothing depends on who wins, and the naive forms are
made to meet in the worst order, so that they break each time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import attrs
import pytest
from sqlalchemy import bindparam, update
from tests.billing import LINE, MONTHLY, books, charge, issued, sent_to
from tests.racing import THREADS, at_once, errors, open_agency

from service_engine.adapters.simulated_gateway import SimulatedGateway
from service_engine.domain.ids import InvoiceId, PaymentId
from service_engine.domain.invoice_items import InvoiceItemDraft
from service_engine.domain.invoices import Invoice, InvoiceRevision, InvoiceStatus, invoice_number, revise_invoice
from service_engine.domain.orders import place_order
from service_engine.domain.payments import Payment, PaymentStatus
from service_engine.domain.subscriptions import start_subscription
from service_engine.errors import AlreadyTakenError, ConflictError, IllegalMoveError, WrongStatusError
from service_engine.ports.payments import ChargeRequest
from service_engine.ports.unit_of_work import UnitOfWork
from service_engine.testing.builders import NOON
from service_engine.testing.contracts import Agency, happened
from service_engine.usecases.charging import reconcile_payments
from service_engine.usecases.clients import create_client, find_client, list_clients
from service_engine.usecases.invoices import (
    InvoicePatch,
    NewPayer,
    create_invoice,
    get_invoice,
    list_invoices,
    update_invoice,
)
from service_engine.usecases.orders import create_order, free_number, list_orders
from service_engine.usecases.payments import mark_paid
from service_engine.usecases.proposals import SignedProposal, get_proposal, sign_proposal

ROUNDS = 3


@pytest.fixture(params=["sqlite", "postgres"])
def acme(request: pytest.FixtureRequest) -> Iterator[Agency]:
    """Give an organisation on a database, with enough connections for everybody."""
    with open_agency(request.getfixturevalue(f"{request.param}_database_url")) as agency:
        yield agency


def paid_once(acme: Agency, invoice_id: InvoiceId) -> Payment:
    """Check that an invoice was paid once, with everything that follows from it; return the payment that counts."""
    found = books(acme, invoice_id)
    invoice = found.invoice
    assert (invoice.status, invoice.paid, invoice.version) == (InvoiceStatus.PAID, invoice.total, 2)
    ordered = [item.order_id for item in invoice.items if item.service_id is not None]
    assert sorted(ordered, key=str) == sorted((order.id for order in found.orders), key=str)
    assert len(ordered) == 2
    assert found.subscription is not None
    assert {order.subscription_id for order in found.orders} == {found.subscription.id}
    (payment,) = [each for each in found.payments if each.status is PaymentStatus.SUCCEEDED]
    assert payment.amount == invoice.total
    assert {each.status for each in found.payments} <= {PaymentStatus.SUCCEEDED, PaymentStatus.REFUNDED}
    return payment


def require_paid_or_told_so(results: list[Any]) -> int:
    """Check that everybody got the paid invoice, or was told that it is; return how many got it."""
    for each in results:
        if isinstance(each, Exception):
            assert isinstance(each, IllegalMoveError), repr(each)
            assert each.message == "Invoice is already paid."
        else:
            assert each.status is InvoiceStatus.PAID
    return len(results) - len(errors(results))


# ------------------------------------------------------------------------------------------------------- signing


def test_one_proposal_is_one_order(acme):
    """Of all who sign it at once, one gets the order; there is one client, and everybody else is told (D22)."""
    for round_ in range(ROUNDS):
        proposal_id = sent_to(acme, f"eve{round_}@example.com")
        results = at_once(*[lambda key=proposal_id: acme.run(sign_proposal, key, at=NOON)] * THREADS)
        refused = errors(results)
        assert [type(error) for error in refused] == [WrongStatusError] * (THREADS - 1)
        assert {str(error) for error in refused} == {"Cannot sign proposal with status Signed"}
        (signed,) = [each for each in results if isinstance(each, SignedProposal)]
        assert acme.read(get_proposal, proposal_id).proposal == signed.proposal
        assert acme.read(list_orders).total == round_ + 1
        assert acme.read(list_clients).total == round_ + 1


def test_one_proposal_naively_is_several_orders(acme):
    """Whoever looks at the status first, and writes by id alone, signs it however often it was looked at (D22)."""
    proposal_id, client_id = sent_to(acme, "eve@example.com"), acme.client().id
    seen = [acme.read(get_proposal, proposal_id).proposal for _ in range(4)]
    proposals = acme.store.tables.proposals
    own = (proposals.c.org_id == bindparam("the_org_id"), proposals.c.id == proposal_id)
    for proposal in seen:
        assert proposal.status.label == "Sent"
        order = acme.run(create_order, client_id=client_id, service="Proposal", price=proposal.total, at=NOON)
        signed = update(proposals).where(*own).values(status=2, signed_at=NOON, converted_order_id=order.id)
        with acme.store.engine.begin() as connection:
            connection.execute(signed, {"the_org_id": acme.org_id})
    assert acme.read(list_orders).total == 4


def test_several_proposals_for_one_new_email_are_one_client(acme):
    """Each becomes an order of the same client, and nobody fails (D26, D32)."""
    for round_ in range(ROUNDS):
        proposals = [sent_to(acme, f"eve{round_}@example.com") for _ in range(8)]
        results = at_once(*[partial(acme.run, sign_proposal, each, at=NOON) for each in proposals])
        assert errors(results) == []
        assert len({signed.order.id for signed in results}) == len(proposals)
        assert len({signed.order.client_id for signed in results}) == 1
        assert acme.read(list_clients).total == round_ + 1
        assert acme.read(list_orders).total == (round_ + 1) * len(proposals)


def test_several_proposals_for_one_new_email_naively_collide(acme):
    """Whoever found nobody, and registers them without looking again, is stopped by the database only (D26)."""
    first = sent_to(acme, "eve@example.com")
    with acme.begin() as uow:
        assert find_client(uow, "eve@example.com") is None
    acme.run(sign_proposal, first, at=NOON)
    with pytest.raises(ConflictError):
        acme.client(email="eve@example.com")
    assert acme.read(list_clients).total == 1


def test_a_proposal_that_is_signed_while_its_client_registers(acme):
    """Half of them register themselves with the e-mail, half sign: one client, one order, whoever came first."""
    named = {"email": "eve@example.com", "first_name": "Eve", "last_name": "Ray", "at": NOON}
    proposal_id = sent_to(acme, "eve@example.com")
    jobs: list[Callable[[], Any]] = [lambda: acme.run(create_client, **named)] * (THREADS // 2)
    jobs += [lambda: acme.run(sign_proposal, proposal_id, at=NOON)] * (THREADS // 2)
    results = at_once(*jobs)
    registering, signing = results[: THREADS // 2], results[THREADS // 2 :]
    assert {type(error) for error in errors(registering)} <= {AlreadyTakenError}
    assert [type(error) for error in errors(signing)] == [WrongStatusError] * (THREADS // 2 - 1)
    assert (acme.read(list_clients).total, acme.read(list_orders).total) == (1, 1)


# -------------------------------------------------------------------------------------------------------- paying


def test_an_invoice_that_everybody_pays_is_paid_once(acme):
    """Half of them mark it, half charge it: its orders once, one subscription, no money kept that is not owed (D23)."""
    for _ in range(ROUNDS):
        invoice_id, gateway = issued(acme), SimulatedGateway()
        jobs: list[Callable[[], Any]] = [
            partial(acme.run, mark_paid, invoice_id, at=NOON),
            partial(charge, acme, gateway, invoice_id),
        ] * (THREADS // 2)
        results = at_once(*jobs)
        assert require_paid_or_told_so(results) >= THREADS // 2
        later = NOON + timedelta(days=1)
        assert reconcile_payments(acme.store, gateway, acme.org_id, at=later) == ()
        payment = paid_once(acme, invoice_id)
        assert gateway.held == ({payment.id: payment.amount} if payment.paysys == "Stripe" else {})
        assert books(acme, invoice_id).invoice.paysys == payment.paysys


def test_an_invoice_that_everybody_charges_is_charged_once(acme):
    """One gets the paid invoice, the others are told that it is paid; the money is held once (D23)."""
    for _ in range(ROUNDS):
        invoice_id, gateway = issued(acme), SimulatedGateway()
        results = at_once(*[partial(charge, acme, gateway, invoice_id)] * THREADS)
        assert require_paid_or_told_so(results) == 1
        payment = paid_once(acme, invoice_id)
        assert gateway.held == {payment.id: payment.amount}


def test_an_invoice_that_everybody_marks_is_paid_once(acme):
    """Everybody gets the same paid invoice (D10, D23)."""
    for _ in range(ROUNDS):
        invoice_id = issued(acme)
        results = at_once(*[partial(acme.run, mark_paid, invoice_id, at=NOON)] * THREADS)
        assert errors(results) == []
        assert {result.id for result in results} == {invoice_id}
        paid_once(acme, invoice_id)
        assert results == [books(acme, invoice_id).invoice] * THREADS


def test_an_invoice_naively_has_its_orders_twice(acme):
    """Whoever looks at the status first, and stores the invoice by id alone, places them again (D23)."""
    invoice_id = issued(acme)
    invoices = acme.store.tables.invoices
    own = (invoices.c.org_id == bindparam("the_org_id"), invoices.c.id == invoice_id)
    seen = [acme.read(get_invoice, invoice_id).invoice for _ in range(2)]
    for invoice in seen:
        assert invoice.status is InvoiceStatus.UNPAID
        with acme.begin() as uow:
            for item in invoice.items[:2]:
                uow.orders.add(
                    place_order(
                        acme.new_id(),
                        number=free_number(uow),
                        client_id=invoice.client_id,
                        service_name=item.name,
                        price=item.amount,
                        at=NOON,
                    )
                )
        with acme.store.engine.begin() as connection:
            connection.execute(update(invoices).where(*own).values(status=3), {"the_org_id": acme.org_id})
    assert acme.read(list_orders).total == 4


def test_a_second_subscription_is_stopped_by_the_database(acme):
    """The backstop: even who does it naively starts one for an invoice at most."""
    invoice = acme.read(get_invoice, issued(acme)).invoice

    def start(uow: UnitOfWork) -> None:
        uow.subscriptions.add(
            start_subscription(
                acme.new_id(), client_id=invoice.client_id, invoice_id=invoice.id, period=MONTHLY, at=NOON
            )
        )

    with acme.begin() as uow:
        start(uow)
    with pytest.raises(ConflictError), acme.begin() as uow:
        start(uow)


def test_a_charge_naively_takes_the_money_twice(acme):
    """Whoever asks the gateway under a key of their own each time has it act each time (D23)."""
    invoice_id, gateway = issued(acme), SimulatedGateway()
    seen = [acme.read(get_invoice, invoice_id).invoice for _ in range(2)]
    for invoice in seen:
        assert invoice.status is InvoiceStatus.UNPAID
        key = PaymentId(acme.new_id())
        gateway.charge(ChargeRequest(key=key, amount=invoice.due, payment_method_id="pm_1", at=NOON))
    assert len(gateway.held) == 2


# ----------------------------------------------------------------------------------------------------- numbering


class _Undone(Exception):  # noqa: N818  # not an error: the way to roll back on purpose
    pass


def test_invoice_numbers_have_no_gap_and_no_repeat(acme):
    """Though three of ten are rolled back after they had a number (D24)."""
    client_id = acme.client().id

    def issue(number: int) -> str | None:
        try:
            with acme.begin() as uow:
                invoice = create_invoice(uow, payer=client_id, items=[LINE], at=NOON)
                if number % 10 in {0, 3, 6}:
                    raise _Undone  # noqa: TRY301  # it has to come from inside the block
                return invoice.number
        except _Undone:
            return None

    numbers: list[str] = []
    for _ in range(ROUNDS):
        results = at_once(*[partial(issue, number) for number in range(THREADS)])
        assert errors(results) == []
        numbers += [number for number in results if number is not None]
    assert len(numbers) < ROUNDS * THREADS
    assert sorted(numbers) == [invoice_number(number + 1) for number in range(len(numbers))]
    assert acme.read(list_invoices).total == len(numbers)


def test_invoices_to_new_payers_leave_no_gap_either(acme):
    """Everybody bills the same new e-mail: one client, and every number once, over all that is tried again."""
    results = at_once(
        *[partial(acme.run, create_invoice, payer=NewPayer(email="eve@example.com"), items=[LINE], at=NOON)] * THREADS
    )
    assert errors(results) == []
    assert sorted(invoice.number for invoice in results) == [invoice_number(each + 1) for each in range(THREADS)]
    assert len({invoice.client_id for invoice in results}) == 1
    assert acme.read(list_clients).total == 1


def test_numbers_naively_counted_repeat(acme):
    """Two who count the invoices at the same time come to the same number; the second is refused it (D24)."""
    client_id = acme.client().id
    invoice = acme.run(create_invoice, payer=client_id, items=[LINE], at=NOON)
    counted = [acme.read(list_invoices).total + 1 for _ in range(2)]
    assert counted == [2, 2]
    for number in counted[:1]:
        store_copy(acme, invoice, number)
    with pytest.raises(ConflictError):
        store_copy(acme, invoice, counted[1])


def test_numbers_naively_drawn_beforehand_leave_gaps(acme):
    """A number that is drawn in a transaction of its own is used up by what is rolled back afterwards (D24)."""
    client_id = acme.client().id
    assert acme.run(lambda uow: uow.invoices.next_in_sequence()) == 1  # and then its invoice is refused
    assert acme.run(create_invoice, payer=client_id, items=[LINE], at=NOON).number == "INV-00002"


def store_copy(acme: Agency, invoice: Invoice, number: int) -> None:
    """Store the same invoice once more, under another id and a number that somebody counted."""
    item = attrs.evolve(invoice.items[0], id=acme.new_id())
    with acme.begin() as uow:
        uow.invoices.add(
            happened(attrs.evolve(invoice, id=acme.new_id(), number=invoice_number(number), items=(item,)))
        )


# ------------------------------------------------------------------------------------------------------- editing


def tally(uow: UnitOfWork, invoice_id: InvoiceId) -> None:
    """Add one to the number in the note."""
    note = uow.invoices.get(invoice_id).note
    update_invoice(uow, invoice_id, InvoicePatch(note=str(int(note or 0) + 1)), at=NOON)


def test_no_edit_is_lost_while_an_invoice_is_paid(acme):
    """Thirty-one editors each add one, and it is marked as paid in the midst of them: all of it is there (D27)."""
    for round_ in range(ROUNDS):
        invoice_id = issued(acme)
        jobs: list[Callable[[], Any]] = [partial(acme.run, tally, invoice_id)] * (THREADS - 1)
        jobs.insert(round_ * 10, partial(acme.run, mark_paid, invoice_id, at=NOON))
        assert errors(at_once(*jobs)) == []
        found = books(acme, invoice_id)
        assert (found.invoice.note, found.invoice.status) == (str(THREADS - 1), InvoiceStatus.PAID)
        assert (len(found.orders), len(found.payments)) == (2, 1)


def test_what_is_paid_is_what_the_lines_said_then(acme):
    """Lines are edited while it is paid: an edit comes before the payment, or is refused; the sums always fit (D27)."""
    for round_ in range(ROUNDS):
        invoice_id = issued(acme)
        service_id = books(acme, invoice_id).invoice.items[0].service_id

        def edit(number: int, key: InvoiceId = invoice_id, service: Any = service_id) -> Any:
            line = InvoiceItemDraft(name="Logo", amount=Decimal(number + 1), service_id=service)
            return acme.run(update_invoice, key, InvoicePatch(items=[line]), at=NOON)

        jobs: list[Callable[[], Any]] = [partial(edit, number) for number in range(THREADS - 1)]
        jobs.insert(round_ * 10, partial(acme.run, mark_paid, invoice_id, at=NOON))
        refused = errors(at_once(*jobs))
        assert {type(error) for error in refused} <= {IllegalMoveError}
        assert {str(error) for error in refused} <= {"items: A Paid invoice cannot be edited."}
        found = books(acme, invoice_id)
        assert (found.invoice.status, found.invoice.paid) == (InvoiceStatus.PAID, found.invoice.total)
        assert [payment.amount for payment in found.payments] == [found.invoice.total]
        ordered = {item.order_id: item.amount for item in found.invoice.items if item.service_id is not None}
        assert {order.id: order.price for order in found.orders} == ordered


def test_an_edit_naively_is_lost(acme):
    """Two editors read the same note and write by id alone: the first one's work is gone (D27)."""
    invoice_id, invoices = issued(acme), acme.store.tables.invoices
    own = (invoices.c.org_id == bindparam("the_org_id"), invoices.c.id == invoice_id)
    seen = [acme.read(get_invoice, invoice_id).invoice.note for _ in range(2)]
    for note in seen:
        edited = update(invoices).where(*own).values(note=str(int(note or 0) + 1))
        with acme.store.engine.begin() as connection:
            connection.execute(edited, {"the_org_id": acme.org_id})
    assert acme.read(get_invoice, invoice_id).invoice.note == "1"


def test_an_edit_from_an_old_state_is_a_conflict(acme):
    """Whoever read the invoice before somebody paid it, and saves it afterwards, is told so and writes nothing."""
    invoice_id = issued(acme)
    old = acme.read(get_invoice, invoice_id).invoice
    paid = acme.run(mark_paid, invoice_id, at=NOON)
    with pytest.raises(ConflictError), acme.begin() as uow:
        uow.invoices.save(revise_invoice(old, InvoiceRevision(note="late"), at=NOON))
    assert acme.read(get_invoice, invoice_id).invoice == paid
