"""Proposals: drafted, sent, signed once or rejected; their total is exact, their items never change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_engine.domain import proposals
from service_engine.domain.change import Change
from service_engine.domain.ids import OrderId, ProposalId, ProposalItemId, ServiceId
from service_engine.domain.money import MAX_AMOUNT, Money, money
from service_engine.domain.proposals import (
    LIFECYCLE,
    MAX_ITEMS,
    MAX_NOTES,
    MOVES,
    ORDER_NOTE,
    Proposal,
    ProposalDeleted,
    ProposalDrafted,
    ProposalItem,
    ProposalRejected,
    ProposalSent,
    ProposalSigned,
    ProposalStatus,
    delete,
    draft_proposal,
    reject,
    send,
    sign,
)
from service_engine.domain.text import NOTE
from service_engine.errors import RuleViolationError, WrongStatusError
from service_engine.testing import strategies
from service_engine.testing.examples import later, now, proposal, web_development, website

ID = ProposalId(UUID(int=1))
DRAFT, SENT, SIGNED, REJECTED = ProposalStatus
TABLE = {DRAFT: {SENT}, SENT: {SIGNED, REJECTED}, SIGNED: set(), REJECTED: set()}
"""Contract section 5.2, and what rejecting needs."""
ARGUMENTS: dict[str, Any] = {
    "client_email": "ann@example.com",
    "client_first_name": "Ann",
    "client_last_name": "Lee",
    "items": proposal.items,
}
Transition = Callable[[Proposal], Change[Proposal]]


def at_any(at: datetime) -> dict[ProposalStatus, Transition]:
    """Return the transition that leads to each status but the first, at a time."""
    return {
        SENT: lambda it: send(it, at=at),
        SIGNED: lambda it: sign(it, order_id=website.id, at=at),
        REJECTED: lambda it: reject(it, at=at),
    }


VERBS = {SENT: "send", SIGNED: "sign", REJECTED: "reject"}


def draft(**changes: Any) -> Change[Proposal]:
    """Draft a proposal that differs in the given arguments."""
    return draft_proposal(ID, **(ARGUMENTS | changes), at=now)


def item(number: int = 1, **changes: Any) -> ProposalItem:
    """Return an item that differs in the given attributes."""
    wanted: dict[str, Any] = {"service_id": web_development.id, "price": money(1, "USD"), "created_at": now} | changes
    return ProposalItem(id=ProposalItemId(UUID(int=number)), **wanted)


def evolved(value: Proposal, **changes: Any) -> Proposal:
    """Return a value that differs in the given attributes, whose names are computed."""
    return attrs.evolve(value, **changes)


# ------------------------------------------------------------------------------------------------------- drafting


def test_drafting_with_the_least():
    """A draft of now, neither sent nor signed, with one event."""
    drafted = draft()
    assert drafted.state == Proposal(id=ID, **ARGUMENTS, created_at=now, updated_at=now)
    assert (drafted.state.status, drafted.state.version, drafted.state.total) == (DRAFT, 1, money(2400, "USD"))
    assert (drafted.state.client_company, drafted.state.notes, drafted.state.converted_order_id) == (None,) * 3
    assert (drafted.state.sent_at, drafted.state.signed_at, drafted.state.deleted_at) == (None,) * 3
    assert drafted.events == (ProposalDrafted(proposal_id=ID, at=now),)


def test_drafting_with_everything():
    """Texts are stripped, the e-mail is normalised, a list of items becomes a tuple."""
    state = draft(
        client_email=" Ann@Example.COM ",
        client_first_name=" Ann ",
        client_last_name=" Lee ",
        client_company=" Acme ",
        items=[item(1), item(2)],
        notes=" Two. ",
    ).state
    assert (state.client_email, state.client_first_name, state.client_last_name) == ("ann@example.com", "Ann", "Lee")
    assert (state.client_company, state.notes, state.items) == ("Acme", "Two.", (item(1), item(2)))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"client_email": "ann"}, "client_email"),
        ({"client_first_name": " "}, "client_first_name"),
        ({"client_first_name": "x" * 101}, "client_first_name"),
        ({"client_last_name": ""}, "client_last_name"),
        ({"client_last_name": "x" * 101}, "client_last_name"),
        ({"client_company": "x" * 256}, "client_company"),
        ({"notes": "x" * (MAX_NOTES + 1)}, "notes"),
        ({"items": ()}, "items"),
        ({"items": [item(number) for number in range(MAX_ITEMS + 1)]}, "items"),
    ],
    ids=[
        "bad email", "blank first", "long first", "blank last", "long last", "long company", "long notes", "no items",
        "many items",
    ],
)  # fmt: skip
def test_drafting_refuses_what_does_not_fit_its_column(changes: dict[str, Any], field: str):
    """Each argument has its bound, also blanks that are stripped away (D64, D65), and the refusal names it."""
    with pytest.raises(RuleViolationError) as refused:
        draft(**changes)
    assert refused.value.field == field


def test_the_bounds_themselves_fit():
    """The longest names and notes, and the most items; the order's note has room for the longest notes."""
    longest = draft(
        client_first_name="x" * 100,
        client_last_name="x" * 100,
        client_company="x" * 255,
        notes="x" * MAX_NOTES,
        items=[item(number) for number in range(MAX_ITEMS)],
    ).state
    assert (len(longest.items), longest.total) == (200, money(200, "USD"))
    assert len(ORDER_NOTE + (longest.notes or "")) == NOTE
    assert ORDER_NOTE == "Created from proposal. "
    assert draft(notes=" ").state.notes == ""


def test_an_item_has_an_id_of_its_own():
    """Two with one id are wrong use."""
    with pytest.raises(ValueError, match="items must not have an id twice"):
        draft(items=[item(1), item(1)])


# ---------------------------------------------------------------------------------------------------------- money


@given(strategies.proposals(), st.randoms())
def test_the_total_is_exact_in_any_order(there: Proposal, random: Any):
    """Quantity times price, added up to the last digit (D34); the order of the items does not matter."""
    expected = sum((item.quantity * Fraction(item.price.amount) for item in there.items), Fraction(0))
    shuffled = random.sample(there.items, len(there.items))
    assert Fraction(there.total.amount) == expected
    assert there.total.currency == there.items[0].price.currency
    assert evolved(there, items=tuple(shuffled)).total == there.total
    assert there.total.amount >= 0


@given(strategies.proposal_items())
def test_the_total_of_an_item_is_exact(there: ProposalItem):
    """Quantity times price, in its currency."""
    assert Fraction(there.total.amount) == there.quantity * Fraction(there.price.amount)
    assert there.total.currency == there.price.currency


def test_tenths_add_up():
    """Ten times 0.10 and one time 0.20 are 1.20, which binary fractions miss (D34)."""
    items = [item(number, price=money("0.10", "USD")) for number in range(10)]
    assert str(draft(items=[*items, item(10, price=money("0.20", "USD"))]).state.total) == "1.20 USD"


def test_currencies_are_not_mixed():
    """Dollars and euros have no sum (D32); which of them is wrong, the caller knows."""
    with pytest.raises(ValueError, match="are in different currencies"):
        draft(items=[item(1), item(2, price=money(1, "EUR"))])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"quantity": 0}, "quantity"),
        ({"quantity": -1}, "quantity"),
        ({"quantity": 2**31}, "quantity"),
        ({"price": money("-0.01", "USD")}, "price"),
        ({"price": money(MAX_AMOUNT, "USD"), "quantity": 2}, "price"),
    ],
    ids=["none", "negative", "too many", "debt", "too much"],
)
def test_the_bounds_of_an_item(changes: dict[str, Any], field: str):
    """At least one, at no negative price, and all of them together within the column (D64)."""
    with pytest.raises(RuleViolationError) as refused:
        item(**changes)
    assert refused.value.field == field
    assert item(quantity=1, price=money(MAX_AMOUNT, "USD")).total == money(MAX_AMOUNT, "USD")
    assert item(quantity=2_147_483_647, price=money(0, "USD")).total == money(0, "USD")


def test_a_total_beyond_the_bound_is_refused():
    """Each item fits, all together do not; the items are to blame."""
    most = money(MAX_AMOUNT, "USD")
    with pytest.raises(RuleViolationError) as refused:
        draft(items=[item(1, price=most), item(2, price=money(Decimal("0.01"), "USD"))])
    assert refused.value.field == "items"


# --------------------------------------------------------------------------------------------------------- status


def test_the_statuses_and_their_labels():
    """The contract's numbers and words; a bare number is no status."""
    assert {each.value: each.label for each in ProposalStatus} == {0: "Draft", 1: "Sent", 2: "Signed", 3: "Rejected"}
    with pytest.raises(TypeError, match="status must be of ProposalStatus, not 1"):
        evolved(proposal, status=1)


def test_the_moves_are_the_contracts():
    """Table 5.2, written out again; a new one is a draft."""
    assert MOVES == TABLE
    assert (LIFECYCLE.initial, LIFECYCLE.noun, LIFECYCLE.moves) == (DRAFT, "proposal", MOVES)


@given(strategies.proposals(), st.sampled_from(list(VERBS)), strategies.instants())
def test_a_move_is_made_or_refused_as_the_table_says(there: Proposal, target: ProposalStatus, at: datetime):
    """Whatever it moves; the refusal is the contract's sentence and blames no field (D22: the second sign fails)."""
    origin, move = there.status, at_any(at)[target]
    if target not in TABLE[origin]:
        with pytest.raises(WrongStatusError) as refused:
            move(there)
        assert str(refused.value) == f"Cannot {VERBS[target]} proposal with status {origin.label}"
        assert (refused.value.kind, refused.value.key) == ("proposal", there.id)
        return
    changes: dict[ProposalStatus, dict[str, Any]] = {
        SENT: {"sent_at": at},
        SIGNED: {"signed_at": at, "converted_order_id": website.id},
        REJECTED: {},
    }
    events = {
        SENT: ProposalSent(proposal_id=there.id, at=at),
        SIGNED: ProposalSigned(proposal_id=there.id, order_id=website.id, at=at),
        REJECTED: ProposalRejected(proposal_id=there.id, at=at),
    }
    moved = move(there)
    assert moved.state == evolved(there, status=target, updated_at=at, **changes[target])
    assert moved.events == (events[target],)


@pytest.mark.parametrize(
    ("verb", "status", "sentence"),
    [
        ("send", SENT, "Cannot send proposal with status Sent"),
        ("send", SIGNED, "Cannot send proposal with status Signed"),
        ("send", REJECTED, "Cannot send proposal with status Rejected"),
        ("sign", DRAFT, "Cannot sign proposal with status Draft"),
        ("sign", SIGNED, "Cannot sign proposal with status Signed"),
        ("sign", REJECTED, "Cannot sign proposal with status Rejected"),
        ("reject", DRAFT, "Cannot reject proposal with status Draft"),
    ],
)
def test_the_contracts_sentences(verb: str, status: ProposalStatus, sentence: str):
    """Literally."""
    dates = {
        "sent_at": None if status is DRAFT else now,
        "signed_at": now if status is SIGNED else None,
        "converted_order_id": website.id if status is SIGNED else None,
    }
    arguments: dict[str, Any] = {"order_id": OrderId(ID)} if verb == "sign" else {}
    with pytest.raises(WrongStatusError) as refused:
        getattr(proposals, verb)(evolved(proposal, status=status, **dates), **arguments, at=later)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("name", "value", "statuses"),
    [
        ("sent_at", now, {SENT, SIGNED, REJECTED}),
        ("signed_at", now, {SIGNED}),
        ("converted_order_id", website.id, {SIGNED}),
    ],
    ids=["sent_at", "signed_at", "converted_order_id"],
)
@given(there=strategies.proposals())
def test_an_impossible_proposal_cannot_be_built(name: str, value: Any, statuses: set[ProposalStatus], there: Proposal):
    """A date or an order that does not fit the status is wrong use, missing or too much."""
    assert (getattr(there, name) is not None) == (there.status in statuses)
    wrong = None if there.status in statuses else value
    with pytest.raises(ValueError, match=f"a proposal that is {there.status.label} cannot have {name}=") as raised:
        evolved(there, **{name: wrong})
    assert str(wrong) in str(raised.value)


@given(strategies.proposals(), st.lists(st.sampled_from((*VERBS, None)), max_size=6))
def test_what_no_transition_touches(there: Proposal, wanted: list[ProposalStatus | None]):
    """Items, total, client and notes stay, whatever happens; what is signed stays signed, with its order (D22)."""
    change = Change(there)
    for each in wanted:
        try:
            change = change.then(delete, at=later) if each is None else change.then(at_any(later)[each])
        except WrongStatusError:
            continue
    kept = ("id", "client_email", "client_first_name", "client_last_name", "client_company", "items", "total", "notes")
    assert [getattr(change.state, name) for name in kept] == [getattr(there, name) for name in kept]
    assert (change.state.created_at, change.state.version) == (there.created_at, there.version)
    assert (change.state is there) == (change.events == ())
    assert sum(isinstance(event, ProposalSigned) for event in change.events) <= 1
    if there.status is SIGNED:
        assert change.state.converted_order_id == there.converted_order_id


# -------------------------------------------------------------------------------------------------------- deletion


@given(strategies.proposals(), strategies.instants(), strategies.instants())
def test_deleting(there: Proposal, first: datetime, second: datetime):
    """Deleting hides it, once; the status and the order stay."""
    live = evolved(there, deleted_at=None)
    deleted = delete(live, at=first)
    assert deleted.state == evolved(live, deleted_at=first, updated_at=first)
    assert deleted.events == (ProposalDeleted(proposal_id=there.id, at=first),)
    again = delete(deleted.state, at=second)
    assert (again.state, again.events) == (deleted.state, ())
    assert again.state is deleted.state


def test_an_item_names_a_service_of_its_own():
    """The same service twice is two items."""
    twice = draft(items=[item(1), item(2)]).state
    assert [each.service_id for each in twice.items] == [web_development.id] * 2
    assert item(service_id=ServiceId(ID)) != item()
    assert isinstance(item().total, Money)
