"""Steps that go past the use cases to the repositories, where a store alone stands between a mistake and the data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, TypeVar

import attrs

from service_engine.domain.change import Change, Event
from service_engine.domain.ids import ClientId, InvoiceId
from service_engine.domain.tags import Tag
from service_engine.errors import ServiceEngineError
from service_engine.ports.references import FoundReferences
from service_engine.ports.unit_of_work import UnitOfWork
from service_engine.testing.builders import NOON

__all__ = [
    "bill_a_stranger",
    "copy_and_abandon",
    "count_and_abandon",
    "dependents_of",
    "find_tags",
    "look_up",
    "repeat_a_number",
    "repeat_a_payment",
    "repeat_a_subscription",
    "save_twice",
]

T = TypeVar("T")


class _AbandonedError(ServiceEngineError):
    code = "abandoned"

    def __init__(self, seen: Any) -> None:
        super().__init__()
        self.seen = seen


def repeat_a_number(uow: UnitOfWork, invoice_id: InvoiceId) -> None:
    """Add an invoice under a number that is taken.

    Example:
        >>> import pytest
        >>> from service_engine.errors import ConflictError
        >>> from service_engine.testing.examples import acme, agency, invoice
        >>> with agency().begin(acme.id) as uow, pytest.raises(ConflictError):
        ...     repeat_a_number(uow, invoice.id)
    """
    uow.invoices.add(_happened(_anew(uow, uow.invoices.get(invoice_id))))


def bill_a_stranger(uow: UnitOfWork, invoice_id: InvoiceId, client_id: ClientId) -> None:
    """Add an invoice to a client of another organisation.

    Example:
        >>> from uuid import UUID
        >>> import pytest
        >>> from service_engine.errors import ConflictError
        >>> from service_engine.testing.examples import acme, agency, invoice
        >>> with agency().begin(acme.id) as uow, pytest.raises(ConflictError):
        ...     bill_a_stranger(uow, invoice.id, UUID(int=404))
    """
    copy = _anew(uow, uow.invoices.get(invoice_id))
    uow.invoices.add(_happened(attrs.evolve(copy, number=f"COPY-{copy.id.hex}", client_id=client_id)))


def repeat_a_payment(uow: UnitOfWork, invoice_id: InvoiceId) -> None:
    """Add a second payment whose outcome is not known, if there is one.

    Example:
        >>> import pytest
        >>> from service_engine.errors import ConflictError
        >>> from service_engine.testing.examples import acme, agency, invoice, later
        >>> from service_engine.usecases.payments import begin_charge
        >>> with agency().begin(acme.id) as uow, pytest.raises(ConflictError):
        ...     begun = begin_charge(uow, invoice.id, at=later)
        ...     repeat_a_payment(uow, invoice.id)
    """
    pending = uow.payments.pending_of(invoice_id)
    if pending is not None:
        uow.payments.add(_happened(_anew(uow, pending)))


def repeat_a_subscription(uow: UnitOfWork, invoice_id: InvoiceId) -> None:
    """Add a second subscription of an invoice, if it has started one.

    Example:
        >>> import pytest
        >>> from service_engine.errors import ConflictError
        >>> from service_engine.testing.examples import acme, agency, invoice, subscription
        >>> with agency().begin(acme.id) as uow, pytest.raises(ConflictError):
        ...     started = uow.subscriptions.add(_happened(subscription))
        ...     repeat_a_subscription(uow, invoice.id)
    """
    started = uow.subscriptions.of_invoice(invoice_id)
    if started is not None:
        uow.subscriptions.add(_happened(attrs.evolve(_anew(uow, started), number=None)))


def save_twice(uow: UnitOfWork, noun: str, key: Any) -> None:
    """Save something, and then once more as it was before.

    Example:
        >>> import pytest
        >>> from service_engine.errors import ConflictError
        >>> from service_engine.testing.examples import acme, agency, ticket
        >>> with agency().begin(acme.id) as uow, pytest.raises(ConflictError):
        ...     save_twice(uow, "tickets", ticket.id)
    """
    repository = getattr(uow, noun)
    old = repository.get(key)
    repository.save(_happened(old))
    repository.save(_happened(old))


def copy_and_abandon(uow: UnitOfWork, noun: str, key: Any) -> None:
    """Add a copy of something with lines, the later line under the earlier id; read it, and fail with what was read.

    Example:
        >>> from service_engine.testing.examples import acme, agency, proposal
        >>> from service_engine.testing.agreement.outcomes import outcome_of
        >>> outcome_of(lambda: agency().run(acme.id, copy_and_abandon, "proposals", proposal.id)).seen[0]
        'refused'
    """
    repository = getattr(uow, noun)
    copy = _anew(uow, repository.get(key))
    if noun == "invoices":
        copy = attrs.evolve(copy, number=f"COPY-{copy.id.hex}")
    repository.add(_happened(copy))
    raise _AbandonedError(repository.get(copy.id))


def count_and_abandon(uow: UnitOfWork) -> None:
    """Draw two numbers of invoices, and fail with them.

    Example:
        >>> from service_engine.testing.examples import acme, agency
        >>> with agency().begin(acme.id) as uow:
        ...     count_and_abandon(uow)
        Traceback (most recent call last):
            ...
        service_engine.testing.agreement.raw_steps._AbandonedError
    """
    raise _AbandonedError([uow.invoices.next_in_sequence(), uow.invoices.next_in_sequence()])


def look_up(uow: UnitOfWork, *, client: Any, order: Any, coupon: Any, service: Any, employee: Any) -> FoundReferences:
    """Look up one of everything at once.

    Example:
        >>> from service_engine.testing.examples import acme, agency, coupon, jane, john, web_development, website
        >>> ids = {"coupon": coupon.id, "service": web_development.id, "employee": jane.id}
        >>> found = agency().run(acme.id, look_up, client=john.id, order=website.id, **ids)
        >>> found.client, found.order, found.coupon, len(found.services), len(found.members)
        (True, True, True, 1, 1)
    """
    return uow.references.look_up(
        client_id=client, order_id=order, coupon_id=coupon, service_ids=[service], employee_ids=[employee]
    )


def dependents_of(uow: UnitOfWork, client_id: ClientId) -> list[str]:
    """Ask what refers to a client.

    Example:
        >>> from service_engine.testing.examples import acme, agency, john
        >>> agency().run(acme.id, dependents_of, john.id)
        ['invoices', 'orders', 'tickets']
    """
    return sorted(uow.clients.dependents(client_id))


def find_tags(uow: UnitOfWork, names: Sequence[str]) -> list[Tag]:
    """Find those of some tags that exist.

    Example:
        >>> from service_engine.testing.examples import acme, agency
        >>> agency().run(acme.id, find_tags, ["urgent"])  # nobody has made any yet
        []
    """
    return sorted(uow.tags.find(list(names)), key=lambda tag: tag.name)


def _happened(state: T) -> Change[T]:
    return Change(state, (Event(at=NOON + timedelta(seconds=1)),))


def _anew(uow: UnitOfWork, thing: Any) -> Any:
    """Return the same with ids that nothing has; those of its lines fall."""
    new_id = uow.entropy.new_id
    if not hasattr(thing, "items"):
        return attrs.evolve(thing, id=new_id())
    ids = sorted((new_id() for _ in thing.items), reverse=True)
    items = tuple(attrs.evolve(each, id=key) for each, key in zip(thing.items, ids, strict=True))
    return attrs.evolve(thing, id=new_id(), items=items)
