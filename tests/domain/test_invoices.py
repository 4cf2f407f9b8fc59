"""Invoices: issued under a number, revised while they are open, never below nought, moved by the contract's table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import count
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_engine.domain import invoices
from service_engine.domain.change import UNSET, Change
from service_engine.domain.ids import ClientId, CouponId, EmployeeId, InvoiceId, InvoiceItemId, UserId
from service_engine.domain.invoice_items import InvoiceItem, InvoiceItemDraft, write_items
from service_engine.domain.invoice_payments import pay_in_full, pay_in_part
from service_engine.domain.invoice_status import LOCKED, InvoiceStatus
from service_engine.domain.invoice_terms import NO_TAX, PERCENTAGE, BillingAddress, BillingPeriod, Tax
from service_engine.domain.invoices import (
    NUMBER_PREFIX,
    PAYMENT_TERM,
    Invoice,
    InvoiceDeleted,
    InvoiceIssued,
    InvoiceRevised,
    InvoiceRevision,
    change_invoice_status,
    delete_invoice,
    invoice_number,
    issue_invoice,
    revise_invoice,
)
from service_engine.domain.money import MAX_AMOUNT, Money, decimals, money
from service_engine.errors import IllegalMoveError, RuleViolationError, WrongStatusError
from service_engine.testing import strategies
from service_engine.testing.examples import coupon, invoice, jane, john, later, now
from service_engine.testing.strategies.values import in_units, of_units

ID = InvoiceId(UUID(int=1))
BOB = ClientId(UserId(UUID(int=77)))
DRAFT, UNPAID, PAID, REFUNDED, CANCELLED, PARTIALLY_PAID = InvoiceStatus
MONTHLY = BillingPeriod(length=1, unit="M")
TEN_PER_CENT = Tax(type=2, number=Decimal(10))
ARGUMENTS: dict[str, Any] = {
    "number": "INV-00007",
    "client_id": john.id,
    "items": invoice.items,
    "currency": "USD",
}
Transition = Callable[[Invoice], Change[Invoice]]


def issue(**changes: Any) -> Change[Invoice]:
    """Issue an invoice that differs in the given arguments."""
    return issue_invoice(ID, **(ARGUMENTS | changes), at=now)


def evolved(value: Any, **changes: Any) -> Any:
    """Return a value that differs in the given attributes, whose names are computed."""
    return attrs.evolve(value, **changes)


def line(amount: Decimal | int = 1, number: int = 1, currency: str = "USD") -> InvoiceItem:
    """Return a line of an amount."""
    draft = InvoiceItemDraft(name="Hosting", amount=Decimal(amount))
    return write_items([draft], currency=currency, new_ids=iter([InvoiceItemId(UUID(int=number))]), at=now)[0]


def half_up(exact: Fraction, places: int) -> Fraction:
    """Round half up, with whole numbers only."""
    scaled = exact * 10**places
    return Fraction((2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator), 10**places)


def expected_totals(there: Invoice) -> tuple[Fraction, Fraction, Fraction]:
    """Compute subtotal, tax and total with fractions only, from what the invoice says. Contract section 6."""
    subtotal = Fraction(0)
    for item in there.items:
        second = Fraction(0) if item.discount2 is None else Fraction(item.discount2.amount)
        subtotal += item.quantity * Fraction(item.amount.amount) - Fraction(item.discount.amount) - second
    tax = Fraction(there.tax.number)
    if there.tax.type == PERCENTAGE:
        tax = half_up(subtotal * tax / 100, decimals(there.currency))
    return subtotal, tax, subtotal + tax - Fraction(there.credit.amount)


def revisions() -> st.SearchStrategy[dict[str, Any]]:
    """Make what may be revised besides the items, each field named or not."""
    return st.fixed_dictionaries(
        {
            "client_id": st.sampled_from((UNSET, john.id, BOB)),
            "tax": st.sampled_from((UNSET, NO_TAX, TEN_PER_CENT, Tax(type=1, number=Decimal(5)))),
            "coupon_id": st.sampled_from((UNSET, None, coupon.id)),
            "recurring": st.sampled_from((UNSET, None, MONTHLY)),
            "note": st.sampled_from((UNSET, None, "", "Thanks")),
            "reason": st.sampled_from((UNSET, None, "Late")),
        }
    )


@st.composite
def transitions(draw: st.DrawFn) -> Transition:
    """Any transition of an invoice, with any argument it takes, at any time."""
    at, wanted, fields = draw(strategies.instants()), draw(st.sampled_from(InvoiceStatus)), draw(revisions())
    share, keep = draw(st.integers(1, 99)), draw(st.booleans())

    def revise(there: Invoice) -> Change[Invoice]:
        items = there.items if keep else there.items[:1]
        return revise_invoice(there, InvoiceRevision(items=items, **fields), at=at)

    def pay_a_part(there: Invoice) -> Change[Invoice]:
        return pay_in_part(there, of_units(in_units(there.due) * share // 100, there.currency), at=at)

    every: list[Transition] = [
        lambda there: change_invoice_status(there, wanted, at=at),
        revise,
        pay_a_part,
        lambda there: pay_in_full(there, paysys="Manual", order_ids={}, at=at),
        lambda there: delete_invoice(there, at=at),
    ]
    return draw(st.sampled_from(every))


def attempt(transition: Transition, there: Invoice) -> Change[Invoice] | None:
    """Return the change, or None if the transition was refused."""
    try:
        return transition(there)
    except (RuleViolationError, WrongStatusError):
        return None
    except ValueError as wrong_use:
        assert str(wrong_use) == "an invoice becomes Paid by pay_in_full, which records the payment"  # noqa: PT017
        return None


# ----------------------------------------------------------------------------------------------- all transitions


@given(strategies.invoices(), transitions())
def test_there_are_no_events_exactly_when_nothing_changed(there: Invoice, transition: Transition):
    """A transition that changes something says so once; one that does not returns the very same invoice."""
    change = attempt(transition, there) or Change(there)
    undated = evolved(change.state, updated_at=there.updated_at)
    assert len(change.events) == (undated != there)
    assert change.events or change.state is there
    for event in change.events:
        assert change.state.updated_at == event.at


@given(strategies.invoices(), st.lists(transitions(), max_size=8))
def test_whatever_happens_the_money_is_right(there: Invoice, steps: list[Transition]):
    """Totals are what the items say, never negative (D33), and never less than what was paid."""
    state = there
    for step in steps:
        change = attempt(step, state)
        state = state if change is None else change.state
        amounts = (state.subtotal.amount, state.tax_amount.amount, state.total.amount)
        assert expected_totals(state) == tuple(map(Fraction, amounts))
        assert 0 <= state.paid.amount <= state.total.amount
        assert state.due == state.total - state.paid
        assert {each.currency for each in (state.subtotal, state.tax_amount, state.total, state.paid, state.due)} == {
            there.currency
        }
        assert (state.status is not PAID) or (state.paid == state.total and state.date_paid is not None)


@given(strategies.invoices(), st.lists(transitions(), max_size=6))
def test_what_no_transition_touches(there: Invoice, steps: list[Transition]):
    """Number, currency, address and dates of issue never change; a date of payment is set once (D30)."""
    change = Change(there)
    for step in steps:
        after = attempt(step, change.state)
        change = change if after is None else Change(after.state, change.events + after.events)
    kept = ("id", "number", "number_prefix", "currency", "billing_address", "credit", "date_due", "created_at")
    assert [getattr(change.state, name) for name in kept] == [getattr(there, name) for name in kept]
    assert (change.state.version, change.state.employee_id) == (there.version, there.employee_id)
    if there.date_paid is not None:
        assert change.state.date_paid == there.date_paid
    assert {event.invoice_id for event in change.events} <= {there.id}  # type: ignore[attr-defined]


# --------------------------------------------------------------------------------------------------------- issuing


def test_issuing_with_the_least():
    """Unpaid, due in 14 days, nothing taken off, nothing paid, and one event."""
    issued = issue()
    nought = money(0, "USD")
    assert issued.state == Invoice(
        id=ID,
        number="INV-00007",
        client_id=john.id,
        status=UNPAID,
        currency="USD",
        items=invoice.items,
        tax=NO_TAX,
        credit=nought,
        paid=nought,
        date_due=now + timedelta(days=14),
        created_at=now,
        updated_at=now,
    )
    state = issued.state
    assert (state.number_prefix, state.loc_confirm, state.version, state.due) == ("INV-", False, 1, state.total)
    nothing = ("employee_id", "coupon_id", "billing_address", "date_paid", "reason", "note", "ip_address", "recurring")
    assert [getattr(state, name) for name in (*nothing, "paysys", "transaction_id", "deleted_at")] == [None] * 11
    assert issued.events == (InvoiceIssued(invoice_id=ID, number="INV-00007", at=now),)


def test_issuing_with_everything():
    """Each argument ends up where it belongs."""
    address = BillingAddress.of(john.address)
    state = issue(
        items=[line(600)],
        billing_address=address,
        status=DRAFT,
        tax=Tax(type=2, number=Decimal(12)),
        credit=money(100, "USD"),
        recurring=MONTHLY,
        coupon_id=coupon.id,
        employee_id=jane.id,
        note=" Thanks ",
    ).state
    assert (state.status, state.billing_address, state.recurring, state.note) == (DRAFT, address, MONTHLY, "Thanks")
    assert (state.coupon_id, state.employee_id, state.items) == (coupon.id, jane.id, (line(600),))
    amounts = (state.subtotal, state.tax_amount, state.credit, state.total, state.due)
    assert [str(each) for each in amounts] == ["600.00 USD", "72.00 USD", "100.00 USD", "572.00 USD", "572.00 USD"]


@pytest.mark.parametrize("status", InvoiceStatus)
def test_only_drafts_and_unpaid_invoices_are_issued(status: InvoiceStatus):
    """A new invoice is not Paid without a payment (D30), nor anything else that has a history."""
    if status in {DRAFT, UNPAID}:
        assert issue(status=status).state.status is status
        return
    with pytest.raises(RuleViolationError) as refused:
        issue(status=status)
    assert (refused.value.field, refused.value.message) == ("status", "The selected status is invalid.")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": ""}, "number"),
        ({"number": "x" * 51}, "number"),
        ({"note": "x" * 65_536}, "note"),
        ({"currency": "usd"}, "currency"),
        ({"items": ()}, "items"),
        ({"items": [line(number=number) for number in range(201)]}, "items"),
        ({"items": [line(-1)]}, "items"),
        ({"items": [line(MAX_AMOUNT, 1), line(Decimal("0.01"), 2)]}, "items"),
        ({"items": [line(MAX_AMOUNT)], "tax": Tax(number=Decimal("0.01"))}, "items"),
        ({"items": [line(MAX_AMOUNT)], "tax": Tax(type=2, number=Decimal(200))}, "tax"),
        ({"tax": Tax(number=Decimal("0.001"))}, "tax"),
        ({"credit": money(-1, "USD")}, "credit"),
        ({"credit": money("960.01", "USD")}, "items"),
    ],
    ids=[
        "no number", "long number", "long note", "small letters", "no items", "many items", "debt", "large subtotal",
        "large total", "large tax", "fine tax", "negative credit", "large credit",
    ],
)  # fmt: skip
def test_issuing_refuses_what_is_out_of_bounds(changes: dict[str, Any], field: str):
    """Each argument has its bound, and the refusal names it (D33, D64)."""
    with pytest.raises(RuleViolationError) as refused:
        issue(**changes)
    assert refused.value.field == field


def test_a_total_is_never_negative():
    """Nought is the least; one cent below is refused with a sentence about the total (D33)."""
    assert str(issue(credit=money(960, "USD")).state.total) == "0.00 USD"
    assert str(issue(items=[line(5, 1), line(-5, 2)]).state.total) == "0.00 USD"
    with pytest.raises(RuleViolationError, match=r"items: The total of the invoice must not be negative\."):
        issue(items=[line(5, 1), line(Decimal("-5.01"), 2)])


def test_a_deduction_may_come_first():
    """Only the whole has to be in bounds, in any order."""
    assert str(issue(items=[line(-5, 1), line(8, 2)]).state.total) == "3.00 USD"


@pytest.mark.parametrize("changes", [{"credit": money(1, "EUR")}, {"items": [line(currency="EUR")]}], ids=str)
def test_an_invoice_has_one_currency(changes: dict[str, Any]):
    """Another one is wrong use."""
    with pytest.raises(ValueError, match="are in different currencies"):
        issue(**changes)


def test_what_was_paid_is_in_the_invoices_currency_and_no_debt():
    """By hand, it could be otherwise."""
    with pytest.raises(ValueError, match="the paid is in EUR, the invoice in USD"):
        evolved(invoice, paid=money(0, "EUR"))
    with pytest.raises(RuleViolationError) as refused:
        evolved(invoice, paid=money(-1, "USD"))
    assert (refused.value.field, refused.value.message) == ("paid", "The paid must not be negative.")


def test_a_line_has_an_id_of_its_own():
    """Two with one id are wrong use."""
    with pytest.raises(ValueError, match="items must not have an id twice"):
        issue(items=[line(), line()])


@given(st.integers(1, 10**9))
def test_numbers_are_the_contracts(sequence: int):
    """INV- and at least five digits; beyond them they grow, so no two are alike."""
    number = invoice_number(sequence)
    assert number.startswith(NUMBER_PREFIX)
    assert len(number) == max(9, 4 + len(str(sequence)))
    assert int(number.removeprefix("INV-")) == sequence


def test_known_numbers():
    """The contract's first one, and the ends of five digits. An invoice is due 14 days after it was issued."""
    assert [invoice_number(each) for each in (1, 99_999, 100_000)] == ["INV-00001", "INV-99999", "INV-100000"]
    assert timedelta(days=14) == PAYMENT_TERM


# --------------------------------------------------------------------------------------------------------- totals


@given(strategies.invoices())
def test_the_totals_are_exact(there: Invoice):
    """Subtotal, tax rounded once, and total, as fractions compute them, for every currency (D5, D33, D34)."""
    subtotal, tax, total = expected_totals(there)
    assert [Fraction(each.amount) for each in (there.subtotal, there.tax_amount, there.total)] == [subtotal, tax, total]
    assert total >= 0


@given(strategies.invoices(), st.randoms())
def test_the_order_of_the_items_does_not_matter(there: Invoice, random: Any):
    """The same lines in another order cost the same."""
    shuffled = evolved(there, items=tuple(random.sample(there.items, len(there.items))))
    assert (shuffled.subtotal, shuffled.tax_amount, shuffled.total) == (there.subtotal, there.tax_amount, there.total)


@pytest.mark.parametrize(
    ("currency", "amounts", "percent", "credit", "expected"),
    [
        ("USD", ["0.10"] * 3, "10", "0", "0.33 USD"),
        ("USD", ["0.05"] * 10, "1", "0", "0.51 USD"),
        ("JPY", ["49", "1"], "1", "0", "51 JPY"),
        ("JPY", ["49"], "1", "49", "0 JPY"),
        ("KWD", ["0.025", "0.025"], "1", "0.001", "0.050 KWD"),
        ("USD", ["100", "-40"], "12", "7.20", "60.00 USD"),
    ],
)
def test_known_totals(currency: str, amounts: list[str], percent: str, credit: str, expected: str):
    """The tax is taken of the sum and rounded once, not line by line."""
    items = [line(Decimal(amount), number, currency) for number, amount in enumerate(amounts)]
    tax = Tax(type=2, number=Decimal(percent))
    assert str(issue(items=items, currency=currency, tax=tax, credit=money(credit, currency)).state.total) == expected


# ------------------------------------------------------------------------------------------------- what cannot be


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"status": PAID, "paid": invoice.total}, "an invoice that is Paid must have a date_paid"),
        ({"status": PAID, "date_paid": now}, "paid to the end cannot have paid=0.00 USD of 960.00 USD"),
        ({"status": REFUNDED, "date_paid": now}, "paid to the end cannot have paid=0.00 USD of 960.00 USD"),
        ({"date_paid": now}, "an invoice that is Unpaid cannot have date_paid="),
        ({"status": DRAFT, "date_paid": now}, "an invoice that is Draft cannot have date_paid="),
        ({"status": CANCELLED, "date_paid": now}, "an invoice that is Cancelled cannot have date_paid="),
        ({"status": PARTIALLY_PAID, "date_paid": now}, "an invoice that is Partially Paid cannot have date_paid="),
    ],
    ids=range(7),
)
def test_an_impossible_invoice_cannot_be_built(changes: dict[str, Any], sentence: str):
    """Paid without a date or without the money is wrong use (D30), and so is a date without Paid."""
    with pytest.raises(ValueError, match=sentence):
        evolved(invoice, **changes)


def test_a_bare_number_is_no_status():
    """It would have no label."""
    with pytest.raises(TypeError, match="status must be of InvoiceStatus, not 1"):
        evolved(invoice, status=1)


def test_nothing_is_paid_twice():
    """More than the total cannot have been paid."""
    assert evolved(invoice, paid=invoice.total).due == money(0, "USD")
    with pytest.raises(RuleViolationError, match="must not be less than what has been paid"):
        evolved(invoice, paid=invoice.total + money("0.01", "USD"))


# ------------------------------------------------------------------------------------------------------- revising


def test_revising_everything_at_once():
    """One event that names every changed field, sorted; texts are stripped; the totals follow (D33)."""
    revision = InvoiceRevision(
        client_id=BOB,
        items=[line(50)],
        tax=TEN_PER_CENT,
        coupon_id=coupon.id,
        recurring=MONTHLY,
        note=" Thanks ",
        reason=" Late ",
    )
    change = revise_invoice(invoice, revision, at=later)
    fields = tuple(sorted(each.name for each in attrs.fields(InvoiceRevision)))
    assert change.events == (InvoiceRevised(invoice_id=invoice.id, fields=fields, at=later),)
    assert change.state == evolved(
        invoice,
        client_id=BOB,
        items=(line(50),),
        tax=TEN_PER_CENT,
        coupon_id=coupon.id,
        recurring=MONTHLY,
        note="Thanks",
        reason="Late",
        updated_at=later,
    )
    assert str(change.state.total) == "55.00 USD"


@given(strategies.invoices(), revisions())
def test_revising_changes_what_is_named_and_nothing_else(there: Invoice, fields: dict[str, Any]):
    """Everything that was given is in the result, everything else as before; doing it again changes nothing."""
    change = attempt(lambda it: revise_invoice(it, InvoiceRevision(**fields), at=later), there)
    if change is None:
        return
    wanted = {name: value for name, value in fields.items() if value is not UNSET}
    assert change.state == evolved(there, **wanted, updated_at=change.state.updated_at)
    again = revise_invoice(change.state, InvoiceRevision(**fields), at=now)
    assert (again.events, again.state is change.state) == ((), True)


@given(strategies.invoices())
def test_revising_with_what_is_there_changes_nothing(there: Invoice):
    """In any status, also a locked one: the same items, tax and client are no change."""
    named = ("client_id", "items", "tax", "coupon_id", "recurring")
    same = InvoiceRevision(**{name: getattr(there, name) for name in named})
    for revision in (same, InvoiceRevision()):
        change = revise_invoice(there, revision, at=later)
        assert (change.events, change.state is there) == ((), True)


@given(st.sampled_from(sorted(LOCKED)).flatmap(lambda status: strategies.invoices(status=status)))
def test_a_locked_invoice_keeps_items_tax_and_client(there: Invoice):
    """The contract's sentence, on ``items``, whichever of them it is; note, reason, coupon and period may change."""
    other_tax = Tax(type=99, number=there.tax.number)
    for change in ({"items": (*there.items[1:], line(1, 5, there.currency))}, {"tax": other_tax}, {"client_id": BOB}):
        with pytest.raises(IllegalMoveError) as refused:
            revise_invoice(there, InvoiceRevision(note="Paid", **change), at=later)
        sentence = f"A {there.status.label} invoice cannot be edited."
        assert (refused.value.field, refused.value.message) == ("items", sentence)
    free: dict[str, Any] = {"coupon_id": CouponId(ID), "recurring": BillingPeriod(length=7, unit="D")}
    revised = revise_invoice(there, InvoiceRevision(note="Thanks!", reason="Because", **free), at=later)
    assert revised.state == evolved(there, note="Thanks!", reason="Because", **free, updated_at=later)


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (PAID, "A Paid invoice cannot be edited."),
        (REFUNDED, "A Refunded invoice cannot be edited."),
        (CANCELLED, "A Cancelled invoice cannot be edited."),
    ],
)
def test_the_contracts_sentences_about_locked_invoices(status: InvoiceStatus, sentence: str):
    """Literally."""
    paid = {} if status is CANCELLED else {"paid": invoice.total, "date_paid": now}
    with pytest.raises(IllegalMoveError) as refused:
        revise_invoice(evolved(invoice, status=status, **paid), InvoiceRevision(client_id=BOB), at=later)
    assert refused.value.message == sentence


@given(strategies.invoices(status=UNPAID).filter(lambda each: each.paid.amount == 0), st.data())
def test_an_open_invoice_takes_other_items(there: Invoice, data: Any):
    """Rewritten under their ids they keep order and first date (D28); the totals are those of the new items."""
    kept = data.draw(st.lists(st.sampled_from(there.items), min_size=1, unique_by=lambda item: item.id))
    drafts = [
        InvoiceItemDraft(id=item.id, name="New", quantity=2, amount=money(number + 1, there.currency).amount)
        for number, item in enumerate(kept)
    ]
    new_ids = (InvoiceItemId(UUID(int=number)) for number in count(1))
    items = write_items(drafts, currency=there.currency, new_ids=new_ids, at=later, instead_of=there.items)
    open_again = evolved(there, tax=NO_TAX, credit=money(0, there.currency))
    revised = revise_invoice(open_again, InvoiceRevision(items=items), at=later).state
    assert [(item.id, item.order_id, item.created_at) for item in revised.items] == [
        (item.id, item.order_id, item.created_at) for item in kept
    ]
    assert revised.total == money(len(kept) * (len(kept) + 1), there.currency)


def test_a_revision_cannot_make_an_invoice_cheaper_than_what_was_paid():
    """What was taken is not owed back silently."""
    partly = pay_in_part(invoice, money(900, "USD"), at=now).state
    exactly = revise_invoice(partly, InvoiceRevision(items=[invoice.items[0]]), at=later).state
    assert (str(exactly.due), exactly.status) == ("0.00 USD", PARTIALLY_PAID)
    with pytest.raises(RuleViolationError) as refused:
        revise_invoice(partly, InvoiceRevision(items=[invoice.items[1]]), at=later)
    assert refused.value.field == "items"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"note": "x" * 65_536}, "note"),
        ({"note": "a\x00"}, "note"),
        ({"reason": "x" * 256}, "reason"),
        ({"items": []}, "items"),
        ({"items": [line(-1)]}, "items"),
        ({"tax": Tax(number=Decimal("0.001"))}, "tax"),
    ],
    ids=["long note", "nul", "long reason", "no items", "debt", "fine tax"],
)
def test_revising_refuses_what_is_out_of_bounds(changes: dict[str, Any], field: str):
    """Each field has its bound, and the refusal names it (D64)."""
    with pytest.raises(RuleViolationError) as refused:
        revise_invoice(invoice, InvoiceRevision(**changes), at=later)
    assert refused.value.field == field
    assert len(revise_invoice(invoice, InvoiceRevision(reason="x" * 255), at=later).state.reason or "") == 255


# ----------------------------------------------------------------------------------------------- status and deletion


@pytest.mark.parametrize("origin", [DRAFT, UNPAID, REFUNDED, CANCELLED])
def test_nobody_becomes_paid_by_hand(origin: InvoiceStatus):
    """The contract's sentence (D30)."""
    with pytest.raises(IllegalMoveError) as refused:
        change_invoice_status(evolved(invoice, status=origin), PAID, at=later)
    assert refused.value.message == f"Cannot transition from {origin.label} to Paid."


@given(strategies.invoices(status=PAID))
def test_a_refund_keeps_when_it_was_paid(there: Invoice):
    """Date, amount and items stay with it; it is final."""
    refunded = change_invoice_status(there, REFUNDED, at=later).state
    assert refunded == evolved(there, status=REFUNDED, updated_at=later)
    assert refunded.date_paid == there.date_paid
    assert change_invoice_status(refunded, REFUNDED, at=now).state is refunded


@given(strategies.invoices(), strategies.instants(), strategies.instants())
def test_deleting(there: Invoice, first: datetime, second: datetime):
    """Deleting hides it in any status, dated (D35), once; everything else stays."""
    live = evolved(there, deleted_at=None)
    deleted = delete_invoice(live, at=first)
    assert deleted.state == evolved(live, deleted_at=first, updated_at=first)
    assert deleted.events == (InvoiceDeleted(invoice_id=there.id, at=first),)
    again = delete_invoice(deleted.state, at=second)
    assert (again.events, again.state is deleted.state) == ((), True)


def test_the_noun_shows_what_belongs_to_it():
    """Statuses and moves are found where the invoice is."""
    assert {"EDITS", "LIFECYCLE", "MOVES", "InvoiceStatus"} <= set(invoices.__all__)
    assert isinstance(invoice.total, Money)
    assert evolved(invoice, employee_id=EmployeeId(UserId(UUID(int=3)))) != invoice
