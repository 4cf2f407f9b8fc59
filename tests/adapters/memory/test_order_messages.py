"""Messages on orders in memory: hidden with their order, removed for good, oldest first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from service_engine import Change, ConflictError, NotFoundError, OrderMessageId, OrganizationId
from service_engine.domain import order_messages
from service_engine.domain.clients import ClientPatch
from service_engine.ports.lists import FIRST_SLICE, Slice, SliceRequest
from service_engine.ports.order_messages import AuthorRow
from service_engine.testing import build
from service_engine.testing.builders import NOON
from service_engine.usecases.clients import create_client, delete_client, update_client
from service_engine.usecases.order_messages import delete_order_message, list_order_messages, post_order_message
from service_engine.usecases.orders import delete_order
from service_engine.usecases.organizations import bootstrap_organization

LATER = NOON + timedelta(hours=1)


def _message(order_id, author_id, **given):
    message_id = OrderMessageId(build.entropy.new_id())
    usual: dict[str, Any] = {"order_id": order_id, "author_id": author_id, "text": "Done", "at": NOON}
    return order_messages.post_order_message(message_id, **(usual | given)).state


@pytest.fixture
def message(store, org_id, john, order):
    """Write a message on the order."""
    return store.run(org_id, post_order_message, order.id, author_id=john.id, text="Done", files=["a.pdf"], at=LATER)


def test_a_message_is_kept_whole(store, org_id, john, order, message):
    """And shown with its author."""
    with store.begin(org_id) as uow:
        assert uow.order_messages.get(message.id) is message
        row = uow.order_message_queries.get(message.id)
        assert row.message is message
        assert row.author == AuthorRow(id=john.id, first_name="John", last_name="Doe", email="john@example.com")
        assert uow.order_message_queries.of_order(order.id, FIRST_SLICE) == Slice((row,), more=False)
        assert uow.orders.get(order.id).last_message_at == LATER


def test_a_message_belongs_to_the_organisation(store, org_id, john, order, message):
    """Its order and its author are there; an author may be gone; an id is taken once."""
    anonymous = attrs.evolve(_message(order.id, john.id), author_id=None)
    with store.begin(org_id) as uow:
        uow.order_messages.add(Change(anonymous))
        strangers = (_message(order.id, build.employee().id), _message(build.order().id, john.id))
        for refused in (message, *strangers):
            with pytest.raises(ConflictError) as refusal:
                uow.order_messages.add(Change(refused))
            assert (refusal.value.kind, refusal.value.key) == ("order_message", refused.id)
        assert uow.order_message_queries.get(anonymous.id).author is None
        assert uow.events == ()


def test_a_message_is_removed_for_good(store, org_id, john, order, message):
    """Not twice; its id is free again; the order keeps the time of it."""
    removed = order_messages.delete_order_message(message, at=LATER)
    with store.begin(org_id) as uow:
        delete_order_message(uow, message.id, at=LATER)
        with pytest.raises(ConflictError) as refused:
            uow.order_messages.remove(removed)
        assert (refused.value.kind, refused.value.key) == ("order_message", message.id)
        for get in (uow.order_messages.get, uow.order_message_queries.get):
            with pytest.raises(NotFoundError) as missing:
                get(message.id)
            assert (missing.value.kind, missing.value.key) == ("order_message", message.id)
        assert [type(event).__name__ for event in uow.events] == ["OrderTouched", "OrderMessageDeleted"]
        assert uow.orders.get(order.id).last_message_at == LATER
    assert store.read(org_id, list_order_messages, order.id) == Slice((), more=False)
    with store.begin(org_id) as uow:
        assert uow.order_messages.add(Change(message)) is message


def test_a_removal_is_rolled_back(store, org_id, order, message):
    """With whatever else happened."""

    def work(uow):
        delete_order_message(uow, message.id, at=LATER)
        assert list_order_messages(uow, order.id).rows == ()
        uow.order_messages.get(message.id)

    with pytest.raises(NotFoundError):
        store.run(org_id, work)
    assert [row.message for row in store.read(org_id, list_order_messages, order.id).rows] == [message]


def test_messages_are_hidden_with_their_order(store, org_id, john, order, message):
    """They stay stored."""
    store.run(org_id, delete_order, order.id, at=NOON)
    with store.begin(org_id) as uow:
        for get in (uow.order_messages.get, uow.order_message_queries.get):
            with pytest.raises(NotFoundError) as missing:
                get(message.id)
            assert (missing.value.kind, missing.value.key) == ("order_message", message.id)
        with pytest.raises(NotFoundError) as missing:
            uow.order_message_queries.of_order(order.id, FIRST_SLICE)
        assert (missing.value.kind, missing.value.key) == ("order", order.id)
        with pytest.raises(ConflictError):
            uow.order_messages.add(Change(message))
        # A foreign key knows of no deleted orders; the use cases are stricter.
        hidden = _message(order.id, john.id)
        assert uow.order_messages.add(Change(hidden)) is hidden


def test_organisations_do_not_see_each_others_messages(store, org_id, order, message):
    """A foreign id is a missing one, and cannot be removed."""
    other = OrganizationId(store.entropy.new_id())
    store.run(other, bootstrap_organization, name="Other", at=NOON)
    with store.begin(other) as uow:
        for get in (uow.order_messages.get, uow.order_message_queries.get):
            with pytest.raises(NotFoundError):
                get(message.id)
        with pytest.raises(NotFoundError):
            uow.order_message_queries.of_order(order.id, FIRST_SLICE)
        with pytest.raises(ConflictError):
            uow.order_messages.remove(order_messages.delete_order_message(message, at=NOON))
    assert len(store.read(org_id, list_order_messages, order.id).rows) == 1


def test_messages_stand_oldest_first(store, org_id, john, order):
    """Equally old ones by id, whatever order they came in."""
    for text, at in (("c", LATER), ("a", NOON), ("d", LATER), ("b", NOON)):
        store.run(org_id, post_order_message, order.id, author_id=john.id, text=text, at=at)

    def texts(number, size):
        found = store.read(org_id, list_order_messages, order.id, page=SliceRequest(number=number, size=size))
        return "".join(row.message.text for row in found.rows), found.more

    assert texts(1, 100) == ("abcd", False)
    assert [texts(number, 3) for number in (1, 2, 3)] == [("abc", True), ("d", False), ("", False)]


def test_an_author_is_shown_as_they_are_now(store, org_id, order):
    """Also once they are deleted: nothing of what they wrote becomes nobody's."""
    ann = store.run(org_id, create_client, email="ann@example.com", first_name="Ann", last_name="Lee", at=NOON)
    store.run(org_id, post_order_message, order.id, author_id=ann.id, text="Hello", at=NOON)

    def author():
        [row] = store.read(org_id, list_order_messages, order.id).rows
        return row.author.first_name

    assert author() == "Ann"
    store.run(org_id, update_client, ann.id, ClientPatch(first_name="Anna"), at=NOON)
    assert author() == "Anna"
    store.run(org_id, delete_client, ann.id, at=NOON)
    assert author() == "Anna"


def test_rows_are_remembered_as_long_as_they_are_true(store, org_id, order, message):
    """No row is built twice while nothing in it changes, and nothing is remembered of a message that is gone."""
    first, second = (store.read(org_id, list_order_messages, order.id).rows[0] for _ in range(2))
    assert first is second
    assert store.read(org_id, lambda view: view.order_message_queries.get(message.id)) is first
    store.run(org_id, delete_order_message, message.id, at=LATER)
    assert store._published.state(org_id).order_message_rows == {}
