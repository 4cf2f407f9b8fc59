"""What every store must do with the messages on orders."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given

from service_engine.domain.ids import OrderId, OrderMessageId
from service_engine.domain.order_messages import OrderMessage, delete_order_message, post_order_message
from service_engine.domain.orders import Order, delete_order
from service_engine.errors import ConflictError
from service_engine.ports.lists import SliceRequest
from service_engine.testing import strategies
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency, Contract, happened, missing
from service_engine.testing.contracts.organizations import rolled_back
from service_engine.usecases.order_messages import list_order_messages

__all__ = ["OrderMessageContract"]

LATER = NOON + timedelta(seconds=1)


def posted(agency: Agency, order: Order, **given: Any) -> OrderMessage:
    """Store a new message on an order, by the administrator."""
    usual: dict[str, Any] = {"order_id": order.id, "author_id": agency.administrator.id, "text": "Hi", "at": NOON}
    with agency.begin() as uow:
        return uow.order_messages.add(post_order_message(agency.new_id(), **(usual | given)))


class OrderMessageContract(Contract):
    """The messages on the organisation's orders.

    Example:
        >>> from service_engine import MemoryStore
        >>> store = MemoryStore()  # yours instead
        >>> OrderMessageContract().test_a_foreign_order_message_cannot_be_removed(Agency(store), Agency(store, "Rival"))
    """

    @rolled_back
    @given(message=strategies.order_messages())
    def test_an_order_message_is_kept_whole(self, acme: Agency, message: OrderMessage) -> None:
        """Whatever the domain allows comes back as it was written."""
        with acme.undone() as uow:
            client = uow.clients.add(happened(acme.build.client(role_id=acme.client_role.id)))
            order = uow.orders.add(happened(acme.build.order(client_id=client.id)))
            author = None if message.author_id is None else client.id
            new = attrs.evolve(message, id=acme.new_id(), order_id=order.id, author_id=author)
            assert uow.order_messages.add(happened(new)) == new
            assert uow.order_messages.get(new.id) == new
            row = uow.order_message_queries.get(new.id)
            assert row.message == new
            assert (row.author is None) == (author is None)

    def test_an_order_message_is_removed_for_good(self, acme: Agency) -> None:
        """Once, and no other with it."""
        order = acme.order()
        message, kept = posted(acme, order), posted(acme, order)
        with acme.begin() as uow:
            uow.order_messages.remove(delete_order_message(message, at=LATER))
        with acme.begin() as uow, missing("order_message", message.id):
            uow.order_messages.get(message.id)
        with pytest.raises(ConflictError), acme.begin() as uow:
            uow.order_messages.remove(delete_order_message(message, at=LATER))
        assert [row.message for row in acme.read(list_order_messages, order.id).rows] == [kept]

    def test_a_foreign_order_message_cannot_be_removed(self, acme: Agency, rival: Agency) -> None:
        """It is as unknown as one that never was, and stays."""
        foreign = posted(rival, rival.order())
        with pytest.raises(ConflictError), acme.begin() as uow:
            uow.order_messages.remove(delete_order_message(foreign, at=LATER))
        with rival.begin() as uow:
            assert uow.order_messages.get(foreign.id) == foreign

    def test_whatever_is_not_on_a_live_order_is_missing(self, acme: Agency, rival: Agency) -> None:
        """A deleted order hides its messages; a foreign one is as unknown as any."""
        order, theirs = acme.order(), rival.order()
        hidden, foreign = posted(acme, order), posted(rival, theirs)
        with acme.begin() as uow:
            uow.orders.save(delete_order(order, at=LATER))
        for id_ in (hidden.id, foreign.id, OrderMessageId(acme.new_id())):
            with acme.begin() as uow:
                with missing("order_message", id_):
                    uow.order_messages.get(id_)
                with missing("order_message", id_):
                    uow.order_message_queries.get(id_)
        for order_id in (order.id, theirs.id, OrderId(acme.new_id())):
            with missing("order", order_id):
                acme.read(list_order_messages, order_id)

    def test_an_order_message_stays_in_the_organization(self, acme: Agency, rival: Agency) -> None:
        """A link to another organisation's order or author, or to an unknown one, cannot be stored."""
        message = posted(acme, acme.order())
        for links in (
            {"order_id": rival.order().id},
            {"order_id": OrderId(acme.new_id())},
            {"author_id": rival.administrator.id},
            {"author_id": acme.new_id()},
        ):
            with pytest.raises(ConflictError), acme.begin() as uow:
                uow.order_messages.add(happened(attrs.evolve(message, id=acme.new_id(), **links)))

    def test_order_messages_come_oldest_first_in_slices(self, acme: Agency) -> None:
        """Equally old ones by id; a slice tells whether more come after it."""
        order = acme.order()
        posted(acme, acme.order())
        times = [LATER, NOON, LATER, NOON, NOON - timedelta(days=1)]
        whole = sorted((posted(acme, order, at=at) for at in times), key=lambda each: (each.created_at, each.id))
        for size in (1, 2, 5, 6):
            for number in range(1, 7):
                found = acme.read(list_order_messages, order.id, page=SliceRequest(number=number, size=size))
                start = (number - 1) * size
                assert [row.message for row in found.rows] == whole[start : start + size]
                assert found.more == (len(whole) > start + size)
