"""What can be done with the messages on an order: send a command, look at the store."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import attrs
import pytest

from service_engine.domain.ids import OrderId, OrderMessageId, UserId
from service_engine.domain.order_messages import OrderMessage, OrderMessageDeleted, OrderMessagePosted
from service_engine.domain.orders import Order, OrderMessageReceived, OrderTouched
from service_engine.errors import InvalidReferenceError, NotFoundError, RuleViolationError
from service_engine.ports.lists import SliceRequest
from service_engine.ports.unit_of_work import Store, UnitOfWork
from service_engine.testing.examples import acme, jane, john, later, now, website
from service_engine.usecases.order_messages import delete_order_message, list_order_messages, post_order_message
from service_engine.usecases.orders import delete_order

LATEST = later + timedelta(hours=1)


def posted(store: Store, **arguments: Any) -> OrderMessage:
    """Write a message on the example's order that differs in the given arguments."""
    usual: dict[str, Any] = {"author_id": jane.id, "text": "Done", "at": later}
    return store.run(acme.id, post_order_message, website.id, **(usual | arguments))


def stored(store: Store) -> Order:
    """Return the example's order as it is stored."""

    def load(uow: UnitOfWork) -> Order:
        return uow.orders.get(website.id)

    return store.run(acme.id, load)


def texts(store: Store, **arguments: Any) -> list[str]:
    """Return the texts of the messages on the example's order."""
    return [row.message.text for row in store.read(acme.id, list_order_messages, website.id, **arguments).rows]


@pytest.mark.usefixtures("store")
def test_posting_a_message(agency: Store):
    """Stored as returned, shown with its author; the order notes the message's own time (D35)."""
    with agency.begin(acme.id) as uow:
        message = post_order_message(
            uow,
            website.id,
            author_id=jane.id,
            text=" Done ",
            staff_only=True,
            files=[" https://example.com/a.pdf "],
            at=later,
        )
        assert set(uow.events) == {
            OrderMessagePosted(message_id=message.id, order_id=website.id, at=later),
            OrderMessageReceived(message_id=message.id, order_id=website.id, at=later),
        }
    assert (message.text, message.staff_only, message.files) == ("Done", True, ("https://example.com/a.pdf",))
    [row] = agency.read(acme.id, list_order_messages, website.id).rows
    assert row.message == message
    assert row.author is not None
    assert (row.author.id, row.author.first_name, row.author.email) == (jane.id, "Jane", "jane@example.com")
    assert stored(agency) == attrs.evolve(
        website, last_message_at=message.created_at, updated_at=message.created_at, version=2
    )


def test_a_client_may_write_too(agency: Store):
    """Anybody of the organisation; without more, everybody sees it and no file hangs on it."""
    message = posted(agency, author_id=john.id)
    assert (message.author_id, message.staff_only, message.files) == (john.id, False, ())


def test_a_message_that_comes_late_does_not_set_the_clock_back(agency: Store):
    """The newest message's time counts."""
    posted(agency, at=LATEST)
    posted(agency, at=now)
    assert stored(agency).last_message_at == LATEST


@pytest.mark.usefixtures("store")
def test_an_author_who_is_not_there(agency: Store, neighbour):
    """An unknown person and foreign ones, staff or client, are refused alike; nothing is written."""
    for author_id in (UserId(UUID(int=404)), neighbour.employee.id, neighbour.client.id):
        with pytest.raises(InvalidReferenceError) as refused:
            posted(agency, author_id=author_id)
        assert (refused.value.field, refused.value.message) == ("author_id", "The specified user does not exist.")
    assert (texts(agency), stored(agency)) == ([], website)


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"text": " "}, "message"), ({"files": ["a.pdf", " "]}, "files"), ({"files": ["a.pdf"] * 101}, "files")],
    ids=["text", "file", "files"],
)
def test_a_refused_message_leaves_nothing(agency: Store, changes: dict[str, Any], field: str):
    """The refusal names the field; the order is not touched."""
    with pytest.raises(RuleViolationError) as refused:
        posted(agency, **changes)
    assert refused.value.field == field
    assert (texts(agency), stored(agency)) == ([], website)


@pytest.mark.usefixtures("store")
def test_an_order_that_is_not_there(agency: Store, neighbour):
    """Unknown, foreign and deleted orders have no messages, and get none."""
    agency.run(acme.id, delete_order, website.id, at=now)
    for order_id in (OrderId(UUID(int=404)), neighbour.order.id, website.id):
        for act in (
            lambda key: agency.run(acme.id, post_order_message, key, author_id=jane.id, text="Hello", at=later),
            lambda key: agency.read(acme.id, list_order_messages, key),
        ):
            with pytest.raises(NotFoundError) as refused:
                act(order_id)
            assert (refused.value.kind, refused.value.key) == ("order", order_id)


@pytest.mark.usefixtures("store")
def test_deleting_a_message(agency: Store):
    """It is gone for good; the order is touched, and keeps the time of the message that was the last."""
    message = posted(agency)
    with agency.begin(acme.id) as uow:
        delete_order_message(uow, message.id, at=LATEST)
        assert uow.events == (
            OrderTouched(order_id=website.id, at=LATEST),
            OrderMessageDeleted(message_id=message.id, order_id=website.id, at=LATEST),
        )
    assert texts(agency) == []
    assert (stored(agency).last_message_at, stored(agency).updated_at) == (later, LATEST)


@pytest.mark.usefixtures("store")
def test_a_message_that_is_not_there(agency: Store, neighbour):
    """Unknown, foreign and deleted messages and those on a deleted order are answered alike."""
    foreign = agency.run(
        neighbour.org_id, post_order_message, neighbour.order.id, author_id=neighbour.client.id, text="Hi", at=now
    ).id
    gone, hidden = posted(agency).id, posted(agency).id
    agency.run(acme.id, delete_order_message, gone, at=later)
    agency.run(acme.id, delete_order, website.id, at=later)
    for message_id in (OrderMessageId(UUID(int=404)), foreign, gone, hidden):
        with pytest.raises(NotFoundError) as refused:
            agency.run(acme.id, delete_order_message, message_id, at=LATEST)
        assert (refused.value.kind, refused.value.key) == ("order_message", message_id)


@pytest.mark.usefixtures("store")
def test_listing(agency: Store):
    """Oldest first, whenever they were stored, those of the staff too; in slices that say whether there is more."""
    for text, at in (("third", LATEST), ("first", now), ("second", later)):
        posted(agency, text=text, at=at, staff_only=text == "second")
    assert texts(agency) == ["first", "second", "third"]
    for number, expected, more in ((1, ["first", "second"], True), (2, ["third"], False), (3, [], False)):
        page = SliceRequest(number=number, size=2)
        part = agency.read(acme.id, list_order_messages, website.id, page=page)
        assert ([row.message.text for row in part.rows], part.more) == (expected, more)
