"""What only counts as true, as a number or as money is refused by its name, in every value of the domain."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import attrs
import pytest
from attrs import Attribute, field, make_class

from service_engine import domain
from service_engine.domain.addresses import PostalAddress
from service_engine.domain.evolution import evolve
from service_engine.domain.invoice_events import InvoicePaid, InvoicePartlyPaid
from service_engine.domain.invoice_payments import pay_in_part
from service_engine.domain.invoice_terms import BillingAddress, BillingPeriod
from service_engine.domain.kinds import is_a_or_none, is_true_or_false
from service_engine.domain.messages import Message
from service_engine.domain.money import money
from service_engine.testing import examples
from service_engine.testing.examples import administrator, invoice, john, later, now, subscription, task

NOT_GIVEN = {"Client.affiliate_id", "Member.dashboard_access", "TokenGrant.dashboard_access", "TokenGrant.status"}
"""Whole numbers that nobody gives, as the versions are: the library draws them, or reads them out of a store."""

SAMPLES = [
    *(thing for thing in vars(examples).values() if attrs.has(type(thing))),
    *(invoice.items[0], examples.proposal.items[0], administrator.levels, administrator.settings),
    BillingPeriod(length=1, unit="M"),
    Message(author_id=john.id, text="Hello", created_at=now),
    InvoicePaid(invoice_id=invoice.id, amount=invoice.due, at=now),
    InvoicePartlyPaid(invoice_id=invoice.id, amount=money(1, "USD"), at=now),
    attrs.evolve(invoice.tax, type=1),
]
THINGS: dict[str, Any] = {type(thing).__name__: thing for thing in SAMPLES}
Parcel: Any = make_class("Parcel", {"place": field(validator=is_a_or_none(PostalAddress))})
PATCHES = ("Patch", "Details", "Revision", "Draft")
"""What they hold is checked in the value that it goes into."""


def attributes(*types: str) -> list[Any]:
    """Return (class, name) of every attribute of such a type that somebody gives, in every value that is no patch."""
    there = [
        (kind.__name__, each.name)
        for kind in values()
        for each in attrs.fields(kind)
        if each.type in types and each.init and each.name != "version" and not kind.__name__.endswith(PATCHES)
    ]
    named = {f"{kind}.{name}": (kind, name) for kind, name in there}
    return [pytest.param(*pair, id=name) for name, pair in named.items() if name not in NOT_GIVEN]


def values() -> Iterator[type[Any]]:
    """Yield every attrs class of the domain."""
    for module in iter_modules(domain.__path__, "service_engine.domain."):
        for value in vars(import_module(module.name)).values():
            if isinstance(value, type) and attrs.has(value) and value.__module__ == module.name:
                yield value


def remade(kind: str, name: str, value: object) -> list[Any]:
    """Return both ways in which a value comes about: made from nothing, and changed."""
    return [lambda: attrs.evolve(THINGS[kind], **{name: value}), lambda: evolve(THINGS[kind], **{name: value})]


@pytest.mark.parametrize("given", [None, "yes", 5, 1, 0, 1.0, ""], ids=repr)
@pytest.mark.parametrize(("kind", "name"), attributes("bool"))
def test_only_true_and_false_are_truth_values(kind: str, name: str, given: object):
    """A store in memory would keep anything, and a database refuse it in words of its own."""
    for act in remade(kind, name, given):
        with pytest.raises(TypeError, match=f"^{name} must be True or False, not {given!r}$"):
            act()


@pytest.mark.parametrize("given", [5.0, Decimal(5), 5, "5"], ids=repr)
@pytest.mark.parametrize(("kind", "name"), attributes("Money", "Money | None"))
def test_a_bare_number_is_no_money(kind: str, name: str, given: object):
    """It says nothing of its currency."""
    for act in remade(kind, name, given):
        with pytest.raises(TypeError, match=rf"^the {name} is Money, not {type(given).__name__}; make it with money"):
            act()


@pytest.mark.parametrize("given", [None, 1.5, True, "1", Decimal(1)], ids=repr)
@pytest.mark.parametrize(("kind", "name"), attributes("int"))
def test_only_whole_numbers_are_numbers(kind: str, name: str, given: object):
    """PostgreSQL would round what SQLite keeps; and where there must be one, None is none."""
    for act in remade(kind, name, given):  # the quantity of an item multiplies before it is looked at
        with pytest.raises(TypeError, match=f"a whole number, not (by a )?{type(given).__name__}$"):
            act()


@pytest.mark.parametrize("given", [1.5, True, "1", Decimal(1)], ids=repr)
@pytest.mark.parametrize(("kind", "name"), attributes("int | None"))
def test_only_whole_numbers_are_numbers_where_there_may_be_none(kind: str, name: str, given: object):
    """None is fine there; what only looks like a number is not."""
    for act in remade(kind, name, given):
        with pytest.raises(TypeError, match=f"{name} must be a whole number, not {type(given).__name__}"):
            act()


PARTS = [
    (john, "address", "Address"),
    (john.address, "place", "PostalAddress"),
    (BillingAddress.of(john.address), "place", "PostalAddress"),
    (invoice, "billing_address", "BillingAddress"),
    (invoice, "recurring", "BillingPeriod"),
    (subscription, "period", "BillingPeriod"),
    (administrator, "levels", "Levels"),
    (administrator, "settings", "Settings"),
]


@pytest.mark.parametrize(("whole", "name", "wanted"), PARTS, ids=[f"{type(a).__name__}.{b}" for a, b, _ in PARTS])
def test_a_dictionary_is_no_part_of_a_value(whole: Any, name: str, wanted: str):
    """A store in memory would keep it as it is, and whoever reads it look for attributes that it does not have."""
    for act in (attrs.evolve, evolve):
        with pytest.raises(TypeError, match=f"^{name} must be of {wanted}, not {{'city': 'York'}}$"):
            act(whole, **{name: {"city": "York"}})


def test_a_part_that_may_be_missing_may_be_none():
    """And nothing else."""
    assert Parcel(None).place is None
    assert Parcel(PostalAddress()).place == PostalAddress()
    with pytest.raises(TypeError, match=r"^place must be of PostalAddress, not False$"):
        Parcel(False)


@pytest.mark.parametrize("given", [True, False])
def test_true_and_false_are_fine(given: bool):
    """Nothing is said of them."""
    attribute: Any = attrs.fields(type(task)).is_public
    assert isinstance(attribute, Attribute)
    is_true_or_false(task, attribute, given)


@pytest.mark.parametrize("given", [5.0, Decimal(5), 5, None], ids=repr)
def test_an_invoice_is_paid_in_money(given: Any):
    """Also in part, where what is paid is an argument."""
    with pytest.raises(TypeError, match=f"^the amount is Money, not {type(given).__name__}; "):
        pay_in_part(invoice, given, at=later)
