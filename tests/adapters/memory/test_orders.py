"""Orders in memory."""

from __future__ import annotations

import attrs
import pytest

from service_engine import Change, ConflictError, NotFoundError
from service_engine.domain import orders
from service_engine.domain.money import money
from service_engine.testing import build
from service_engine.testing.builders import NOON
from service_engine.usecases.orders import delete_order, place_order


@pytest.fixture
def order(store, org_id, john):
    """Place an order."""
    return store.run(org_id, place_order, client_id=john.id, service="SEO", price=money(1, "USD"), at=NOON)


def test_a_number_is_taken_once(store, org_id, john, order):
    """Deleted orders keep theirs."""
    store.run(org_id, delete_order, order.id, at=NOON)
    with store.begin(org_id) as uow:
        assert uow.orders.number_is_taken(order.number)
        assert not uow.orders.number_is_taken("other")
        with pytest.raises(ConflictError):
            uow.orders.add(Change(build.order(client_id=john.id, number=order.number)))


def test_saves(store, org_id, order):
    """One version later; nothing for no events; a conflict for stale, deleted and unknown."""
    deleted = orders.delete_order(order, at=NOON)
    with store.begin(org_id) as uow:
        assert uow.orders.save(Change(order)) is order
        assert uow.orders.save(deleted) == attrs.evolve(deleted.state, version=2)
        for stale in (order, attrs.evolve(order, version=2), build.order(client_id=order.client_id)):
            with pytest.raises(ConflictError):
                uow.orders.save(Change(stale, deleted.events))
        assert len(uow.events) == 1


def test_an_order_is_there_until_it_is_deleted(store, org_id, order):
    """Then it is neither found nor a valid reference."""
    with store.begin(org_id) as uow:
        assert uow.orders.get(order.id) == order
        assert uow.references.look_up(order_id=order.id).order
        delete_order(uow, order.id, at=NOON)
        assert not uow.references.look_up(order_id=order.id).order
        for missing in (order.id, build.order().id):
            with pytest.raises(NotFoundError):
                uow.orders.get(missing)


def test_the_client_must_be_the_organisations(store, org_id, order):
    """On adding and on saving."""
    stranger = build.client().id
    with store.begin(org_id) as uow:
        with pytest.raises(ConflictError):
            uow.orders.add(Change(build.order(client_id=stranger)))
        events = orders.delete_order(order, at=NOON).events
        with pytest.raises(ConflictError):
            uow.orders.save(Change(attrs.evolve(order, client_id=stranger), events))
