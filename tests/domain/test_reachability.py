"""Every status of every noun can be reached, and every listed move is made, by the library's own transitions."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, TypeAlias

import attrs
import pytest

from service_engine import domain
from service_engine.domain import invoice_payments, invoices, orders, payments, proposals, tickets
from service_engine.domain.change import Change
from service_engine.domain.invoice_status import InvoiceStatus
from service_engine.domain.lifecycle import Lifecycle, Status
from service_engine.domain.money import money
from service_engine.domain.orders import OrderStatus
from service_engine.domain.payments import PaymentStatus
from service_engine.domain.proposals import ProposalStatus
from service_engine.domain.tickets import TicketStatus
from service_engine.errors import RuleViolationError, WrongStatusError
from service_engine.testing.examples import invoice, later, now, payment, proposal, ticket, website

Step: TypeAlias = Callable[[Any], Change[Any]]
Makers: TypeAlias = Mapping[type[Status], tuple[Sequence[Any], Sequence[Step]]]

A_CENT = money("0.01", "USD")
MAKERS: Makers = {
    TicketStatus: (
        [ticket],
        [
            lambda it: tickets.close(it, at=later),
            lambda it: tickets.reopen(it, at=later),
            lambda it: tickets.set_pending(it, at=later),
        ],
    ),
    OrderStatus: (
        [orders.change_order_status(website, OrderStatus.UNPAID, at=now).state],
        [partial(orders.change_order_status, status=to, at=later) for to in OrderStatus],
    ),
    ProposalStatus: (
        [proposal],
        [
            lambda it: proposals.send(it, at=later),
            lambda it: proposals.sign(it, order_id=website.id, at=later),
            lambda it: proposals.reject(it, at=later),
        ],
    ),
    InvoiceStatus: (
        [invoice],
        [
            lambda it: invoice_payments.pay_in_part(it, A_CENT, at=later),
            lambda it: invoice_payments.pay_in_full(it, paysys="Manual", order_ids={}, at=later),
            *(
                partial(invoices.change_invoice_status, status=to, at=later)
                for to in InvoiceStatus
                if to is not InvoiceStatus.PAID
            ),
        ],
    ),
    PaymentStatus: (
        [payment],
        [
            lambda it: payments.succeed(it, at=later),
            lambda it: payments.decline(it, reason="No.", at=later),
            lambda it: payments.set_aside(it, transaction_id="txn_1", at=later),
            lambda it: payments.refund(it, at=later),
        ],
    ),
}
"""For every kind of status: something in the initial one, and the transitions that may move it on."""


def lifecycles() -> dict[str, Lifecycle[Any]]:
    """Return every lifecycle of the domain by where it is first met."""
    found: dict[str, Lifecycle[Any]] = {}
    for module in iter_modules(domain.__path__, "service_engine.domain."):
        for name, value in vars(import_module(module.name)).items():
            if isinstance(value, Lifecycle) and all(value is not known for known in found.values()):
                found[f"{module.name}.{name}"] = value
    return found


def walk(start: Sequence[Any], steps: Sequence[Step]) -> tuple[set[Status], set[tuple[Status, Status]]]:
    """Return the statuses that the steps lead to, breadth first, and the moves that they made on the way."""
    waiting, met, made = deque(start), {each.status for each in start}, set()
    while waiting:
        there = waiting.popleft()
        for step in steps:
            try:
                after = step(there).state
            except (RuleViolationError, WrongStatusError):
                continue
            if after.status is not there.status:
                made.add((there.status, after.status))
            if after.status not in met:
                met.add(after.status)
                waiting.append(after)
    return met, made


def prove(lifecycle: Lifecycle[Any], makers: Makers) -> set[tuple[Status, Status]]:
    """Check that the lifecycle's statuses and moves are all made, from its initial one; return every move made."""
    start, steps = makers[type(lifecycle.initial)]
    assert {each.status for each in start} == {lifecycle.initial}, "it must begin where the lifecycle begins"
    met, made = walk(start, steps)
    assert set(lifecycle.moves) - met == set(), "these statuses have no producer"
    assert set(lifecycle.pairs()) - made == set(), "these moves are made by no transition"
    return made


# ---------------------------------------------------------------------------------------------------- the library's


@pytest.mark.parametrize("lifecycle", lifecycles().values(), ids=lifecycles())
def test_every_status_and_every_move_has_a_transition_that_makes_it(lifecycle: Lifecycle[Any]):
    """No table promises what no function does: contract 5.2 and 5.3 had two such statuses, Rejected and 7."""
    prove(lifecycle, MAKERS)


@pytest.mark.parametrize("kind", MAKERS, ids=lambda kind: kind.__name__)
def test_no_transition_makes_a_move_that_no_table_has(kind: type[Status]):
    """What the functions do, all tables of the noun together allow."""
    listed = {pair for each in lifecycles().values() if isinstance(each.initial, kind) for pair in each.pairs()}
    _, made = walk(*MAKERS[kind])
    assert made == listed


def test_the_lifecycles_are_found_by_themselves():
    """All five nouns, invoices with both of their tables: a sixth one would be tried, too, and fail without makers."""
    found = lifecycles()
    assert {type(each.initial) for each in found.values()} == set(MAKERS)
    assert sorted(each.noun for each in found.values()) == [
        "invoice", "invoice", "order", "payment", "proposal", "ticket",
    ]  # fmt: skip


# --------------------------------------------------------------------------------------------------------- planted


class Light(Status):
    """Three statuses, of which the last has no producer unless somebody breaks the lamp."""

    OFF = 0
    ON = 1
    BROKEN = 2


@attrs.frozen
class Lamp:
    """Something with a status."""

    status: Light = Light.OFF


LIGHT = Lifecycle(
    "light",
    Light.OFF,
    {
        Light.OFF: frozenset({Light.ON}),
        Light.ON: frozenset({Light.OFF, Light.BROKEN}),
        Light.BROKEN: frozenset[Light](),
    },
)


def switched(origin: Light, target: Light) -> Step:
    """Make a transition between two statuses that refuses every other one."""

    def move(lamp: Lamp) -> Change[Lamp]:
        if lamp.status is not origin:
            raise WrongStatusError("lamp", None, f"It is not {origin.label}.")
        return Change(attrs.evolve(lamp, status=target))

    return move


ON, OFF = switched(Light.OFF, Light.ON), switched(Light.ON, Light.OFF)
BREAK, REPAIR = switched(Light.ON, Light.BROKEN), switched(Light.BROKEN, Light.OFF)


def test_a_complete_lifecycle_is_proved():
    """Every planted status is reached and every move made."""
    assert prove(LIGHT, {Light: ([Lamp()], [ON, OFF, BREAK])}) == set(LIGHT.pairs())


def test_a_status_without_a_producer_is_found():
    """Nothing breaks the lamp, although the table says that it can break."""
    with pytest.raises(AssertionError, match="these statuses have no producer"):
        prove(LIGHT, {Light: ([Lamp()], [ON, OFF])})


def test_a_status_that_only_an_unreachable_one_leads_to_is_found():
    """Having a producer is not enough: somebody must be able to get there from the beginning."""
    with pytest.raises(AssertionError, match="these statuses have no producer"):
        prove(LIGHT, {Light: ([Lamp()], [OFF, BREAK])})


def test_a_move_that_no_transition_makes_is_found():
    """Every status is reached, and yet nobody can switch the light off."""
    with pytest.raises(AssertionError, match="these moves are made by no transition"):
        prove(LIGHT, {Light: ([Lamp()], [ON, BREAK])})


def test_a_move_that_no_table_has_is_seen():
    """The walk tells what was made, listed or not."""
    assert walk([Lamp()], [ON, OFF, BREAK, REPAIR])[1] - set(LIGHT.pairs()) == {(Light.BROKEN, Light.OFF)}


def test_a_walk_that_begins_elsewhere_proves_nothing():
    """The beginning is the lifecycle's own."""
    with pytest.raises(AssertionError, match="it must begin where the lifecycle begins"):
        prove(LIGHT, {Light: ([Lamp(Light.ON)], [ON, OFF, BREAK])})
