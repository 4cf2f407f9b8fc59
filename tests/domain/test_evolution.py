"""A value that changes: the same as one that is made from nothing, or the same refusal."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_engine import domain
from service_engine.domain import evolution, invoices, order_tasks, orders, payments, proposals, tickets
from service_engine.domain.change import Change, Event
from service_engine.domain.evolution import across_fields, evolve
from service_engine.domain.invoice_terms import Tax
from service_engine.domain.lifecycle import Lifecycle
from service_engine.domain.money import money
from service_engine.testing import strategies
from service_engine.testing.examples import invoice, jane, later, now, proposal, task, ticket, urgent, web_development

LIFECYCLES = [each.LIFECYCLE for each in (tickets, orders, invoices, payments, proposals)]


def kinds() -> dict[str, type[Any]]:
    """Return every value of the domain that can change; what happened cannot."""
    found = {}
    for room in iter_modules(domain.__path__, "service_engine.domain."):
        module = import_module(room.name)
        for name in module.__all__:
            kind = getattr(module, name)
            if isinstance(kind, type) and attrs.has(kind) and not issubclass(kind, Change | Event):
                found[name] = kind
    return found


KINDS = kinds()


def values(kind: type[Any]) -> st.SearchStrategy[Any]:
    """Make values of a kind; of lifecycles those that there are."""
    return st.sampled_from(LIFECYCLES) if kind is Lifecycle else st.from_type(kind)


WRONG = st.sampled_from(
    [
        *(None, True, -1, 0, 1, 2, 3, 2**31, 2**63, "", " ", "x", " x", "x" * 256, "x" * 65_536, "a@b", "A@b", "\x00"),
        *(
            Decimal(-1),
            Decimal("0.0001"),
            Decimal("1E+30"),
            Decimal("-Infinity"),
            money(-1, "USD"),
            money(10**9, "JPY"),
        ),
        *((), (1, 1), (urgent, urgent), (jane.id, jane.id), ("",), (invoice.items[0],) * 2, {}, []),
        *(now.replace(tzinfo=None), now, later, *tickets.TicketStatus, *invoices.InvoiceStatus),
    ]
)
"""What is not contents of some fields, or of none."""


@pytest.fixture(autouse=True, scope="module")
def registered():
    """Register by hand: the entry point works for an installed package only."""
    strategies.register()


def outcome(change: Callable[..., Any], value: Any, changes: dict[str, Any]) -> object:
    """Return the contents of the changed value and its representation, or what refused it and how."""
    try:
        changed = change(value, **changes)
    except Exception as error:  # noqa: BLE001  # whatever it is, it has to be the same
        return type(error), str(error)
    return changed, attrs.asdict(changed, recurse=False), repr(changed)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@given(data=st.data())
def test_a_change_does_what_making_the_value_anew_does(kind: type[Any], data: st.DataObject):
    """Any fields, from another value of the kind or from nowhere: an equal value, or the same error and words."""
    value, other = data.draw(values(kind)), data.draw(values(kind))
    names = data.draw(st.sets(st.sampled_from([each.name for each in attrs.fields(kind)]), max_size=4))
    changes = {name: data.draw(st.just(getattr(other, name)) | WRONG) for name in sorted(names)}
    before = repr(value)
    assert outcome(attrs.evolve, value, changes) == outcome(evolve, value, changes)
    assert repr(value) == before


CLOSED = tickets.close(ticket, at=later).state
COMPLETE = order_tasks.complete_order_task(task, by=jane.id, at=later).state
DUE = attrs.evolve(task, deadline=None, due_at=later)
ELSEWHERE: list[tuple[Any, dict[str, Any]]] = [
    (ticket, {"status": tickets.TicketStatus.CLOSED}),
    (CLOSED, {"status": tickets.TicketStatus.OPEN, "note": "x"}),
    (attrs.evolve(task, employee_ids=(), for_client=True), {"employee_ids": (jane.id,)}),
    (COMPLETE, {"completed_at": None}),
    (DUE, {"deadline": 1}),
    (web_development, {"currency": "EUR"}),
    (invoice, {"currency": "EUR"}),
    (proposal.items[0], {"quantity": 2**31 - 1}),
    (Tax(number=Decimal(1000)), {"type": 2}),
    (money(1, "USD"), {"currency": "JPY"}),
    (tickets.LIFECYCLE, {"initial": orders.OrderStatus.UNPAID}),
]
"""Values, and changes of one field that are refused by the validator of another, or by what is computed."""


def named(part: object) -> str:
    """Return the name of a test: the kind of value, the fields that change."""
    return "-".join(part) if isinstance(part, dict) else type(part).__name__


@pytest.mark.parametrize(("value", "changes"), ELSEWHERE, ids=named)
def test_a_rule_across_fields_holds_whichever_of_them_changes(value: Any, changes: dict[str, Any]):
    """The rule stands at one field and is broken by another."""
    with pytest.raises(Exception) as refused:  # noqa: PT011  # compared with the one of attrs.evolve
        evolve(value, **changes)
    assert (type(refused.value), str(refused.value)) == outcome(attrs.evolve, value, changes)


def test_only_what_changes_is_checked_again():
    """And what looks at more than its own field; the rest was checked when the value was made."""
    seen: list[str] = []

    def note(_: object, attribute: attrs.Attribute[Any], __: object) -> None:
        seen.append(attribute.name)

    @across_fields
    def note_always(*about: Any) -> None:
        note(*about)

    def positive(number: int) -> int:
        return abs(number)

    @attrs.frozen
    class Box:
        width: int = attrs.field(validator=note)
        height: int = attrs.field(validator=note, converter=positive)
        ratio: float = attrs.field(validator=note_always)
        area: int = attrs.field(init=False, validator=note)

        @area.default
        def _area(self) -> int:
            return self.width * self.height

    box = Box(2, 3, 1.5)
    seen.clear()
    changed = evolve(box, height=-5)
    assert seen == ["height", "ratio", "area"]
    assert (changed, changed.area) == (Box(2, 5, 1.5), 10)


@pytest.mark.parametrize("name", ["total", "nothing"])
def test_what_is_computed_and_what_is_not_there_cannot_be_changed(name: str):
    """As where a value is made."""
    changes: dict[str, Any] = {"status": invoice.status, name: invoice.total}
    with pytest.raises(TypeError) as refused:
        evolve(invoice, **changes)
    assert (TypeError, str(refused.value)) == outcome(attrs.evolve, invoice, changes)


class Blind:
    """Something at which a validator must not look."""

    def __getattribute__(self, name: str) -> Any:
        raise AssertionError(name)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@given(data=st.data())
def test_a_validator_without_the_mark_looks_at_its_own_field_only(kind: type[Any], data: st.DataObject):
    """One that looks at others, and is not marked, would be left out where they change."""
    value = data.draw(values(kind))
    for each in attrs.fields(kind):
        if each.validator is not None and each.validator not in evolution._ACROSS_FIELDS:
            each.validator(Blind(), each, getattr(value, each.name))
