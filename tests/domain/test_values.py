"""What all values have in common: frozen, without a dictionary, named arguments, times in UTC, bounded texts."""

from __future__ import annotations

from datetime import UTC, timedelta, timezone
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import attrs
import pytest

from service_engine import domain
from service_engine.domain.change import Event
from service_engine.domain.invoice_payments import pay_in_full
from service_engine.domain.proposals import send, sign
from service_engine.errors import RuleViolationError
from service_engine.testing import build
from service_engine.testing.examples import (
    acme,
    administrator,
    coupon,
    folder,
    grant,
    invoice,
    jane,
    john,
    later,
    message,
    now,
    payment,
    proposal,
    question,
    subscription,
    task,
    ticket,
    web_development,
    website,
)

POSITIONAL = {"Change", "Lifecycle", "Member", "Money", "Tag"}
"""Small values whose arguments need no names."""

NAIVE: Any = now.replace(tzinfo=None)
ELSEWHERE = now.astimezone(timezone(timedelta(hours=5)))
PEOPLE = (acme, administrator, jane, john, grant, build.api_token())
CATALOGUE = (folder, web_development)
WORK = (website, task, message, ticket, question)
BILLING = (coupon, proposal, proposal.items[0], invoice, invoice.items[0], payment, subscription)
THINGS: dict[str, Any] = {type(thing).__name__: thing for thing in (*PEOPLE, *CATALOGUE, *WORK, *BILLING)}
TIMES = [
    (kind, each.name)
    for kind, thing in THINGS.items()
    for each in attrs.fields(type(thing))
    if each.name in {"date_started", "date_completed", "date_due", "current_period_end"}
    or (each.name.endswith("_at") and (kind, each.name) not in {("Proposal", "sent_at"), ("Proposal", "signed_at")})
]
TEXTS = [
    ("Organization", "name", 255),
    ("Role", "name", 255),
    ("Employee", "email", 255),
    ("Employee", "first_name", 255),
    ("Employee", "last_name", 255),
    ("Client", "email", 255),
    ("Client", "first_name", 255),
    ("Client", "last_name", 255),
    ("ServiceFolder", "name", 255),
    ("Service", "name", 255),
    ("Service", "description", 65_535),
    ("Service", "image", 500),
    ("Service", "braintree_plan_id", 255),
    ("Service", "hoth_product_key", 255),
    ("Service", "hoth_package_name", 255),
    ("Order", "number", 50),
    ("Order", "service_name", 255),
    ("Order", "note", 65_535),
    ("Order", "paysys", 50),
    ("OrderTask", "name", 255),
    ("OrderTask", "description", 65_535),
    ("OrderMessage", "text", 65_535),
    ("Ticket", "subject", 255),
    ("Ticket", "source", 50),
    ("Ticket", "note", 65_535),
    ("TicketMessage", "text", 65_535),
    ("ApiToken", "name", 255),
    ("Coupon", "code", 100),
    ("Coupon", "kind", 50),
    ("Coupon", "description", 65_535),
    ("Proposal", "client_email", 255),
    ("Proposal", "client_first_name", 100),
    ("Proposal", "client_last_name", 100),
    ("Proposal", "client_company", 255),
    ("Proposal", "notes", 65_512),
    ("Invoice", "number", 50),
    ("Invoice", "number_prefix", 20),
    ("Invoice", "reason", 255),
    ("Invoice", "note", 65_535),
    ("Invoice", "ip_address", 45),
    ("Invoice", "paysys", 50),
    ("Invoice", "transaction_id", 255),
    ("InvoiceItem", "name", 255),
    ("InvoiceItem", "description", 65_535),
    ("Payment", "paysys", 50),
    ("Payment", "transaction_id", 255),
    ("Payment", "reason", 255),
    ("Subscription", "number", 50),
    ("Subscription", "processor_id", 255),
]


def values() -> dict[str, type[Any]]:
    """Return every attrs class of the domain."""
    found = {}
    for module in iter_modules(domain.__path__, "service_engine.domain."):
        for value in vars(import_module(module.name)).values():
            if isinstance(value, type) and attrs.has(value) and value.__module__ == module.name:
                found[value.__name__] = value
    return found


@pytest.mark.parametrize("kind", values().values(), ids=values())
def test_a_value_is_frozen_and_has_no_dictionary(kind: type[Any]):
    """Nothing can be assigned, nothing added: not even on an instance that was never initialised."""
    bare = object.__new__(kind)
    assert not hasattr(bare, "__dict__")
    for name in [*(each.name for each in attrs.fields(kind)), "extra"]:
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            setattr(bare, name, None)


@pytest.mark.parametrize("kind", values().values(), ids=values())
def test_the_arguments_of_a_value_are_named(kind: type[Any]):
    """Only the few small ones take them by position."""
    named = {each.kw_only for each in attrs.fields(kind)}
    assert named <= {kind.__name__ not in POSITIONAL}


@pytest.mark.parametrize("kind", values().values(), ids=values())
def test_a_value_is_known_by_its_contents(kind: type[Any]):
    """Every value compares by what it holds and can be hashed."""
    assert "__eq__" in vars(kind)
    assert kind.__hash__ is not None


@pytest.mark.parametrize(("kind", "name"), TIMES, ids=lambda value: value)
def test_every_time_is_kept_in_utc(kind: str, name: str):
    """The same instant from any zone; a naive one is wrong use."""
    there = attrs.evolve(THINGS[kind], deadline=None) if name == "due_at" else THINGS[kind]  # one end at most
    moved = attrs.evolve(there, **{name: ELSEWHERE})
    assert getattr(moved, name) == now
    assert getattr(moved, name).tzinfo is UTC
    with pytest.raises(ValueError, match="has no zone"):
        attrs.evolve(there, **{name: NAIVE})


def test_times_that_belong_to_a_status_are_kept_in_utc():
    """Those that only a closed ticket, a paid invoice or a signed proposal has."""
    closed = build.ticket(status=type(ticket.status).CLOSED)
    paid = pay_in_full(invoice, paysys="Manual", order_ids={}, at=now).state
    signed = send(proposal, at=now).then(sign, order_id=website.id, at=now).state
    there: list[tuple[Any, str]] = [
        (closed, "date_closed"),
        (paid, "date_paid"),
        (signed, "sent_at"),
        (signed, "signed_at"),
    ]
    for thing, name in there:
        moved = attrs.evolve(thing, **{name: ELSEWHERE})
        assert getattr(moved, name) == now
        assert getattr(moved, name).tzinfo is UTC
        with pytest.raises(ValueError, match="has no zone"):
            attrs.evolve(thing, **{name: NAIVE})


@pytest.mark.parametrize(("kind", "name", "longest"), TEXTS, ids=str)
def test_every_text_is_bounded_however_the_value_came_about(kind: str, name: str, longest: int):
    """A value that was built by hand obeys the same bound as one that a function made; the refusal names the field."""
    with pytest.raises(RuleViolationError) as refused:
        attrs.evolve(THINGS[kind], **{name: "x" * (longest + 1)})
    assert refused.value.field == name
    if not name.endswith("email"):
        assert len(getattr(attrs.evolve(THINGS[kind], **{name: "x" * longest}), name)) == longest


def test_every_event_is_named_after_what_happened():
    """A noun and a past participle, and a time."""
    events = [kind for kind in values().values() if issubclass(kind, Event) and kind is not Event]
    assert len(events) > 15
    for kind in events:
        assert kind.__name__.endswith(("ed", "Pending", "Paid", "Sent", "Aside"))
        assert "at" in {each.name for each in attrs.fields(kind)}


@pytest.mark.parametrize("thing", THINGS.values(), ids=THINGS)
def test_a_copy_is_equal_and_has_the_same_hash(thing: Any):
    """Two values of the same contents are one key of a dictionary."""
    assert attrs.evolve(thing) == thing
    assert len({thing, attrs.evolve(thing)}) == 1
    assert thing != object()


def test_a_deleted_thing_differs_from_a_live_one():
    """Deletion is part of the value."""
    assert attrs.evolve(website, deleted_at=later) != website
