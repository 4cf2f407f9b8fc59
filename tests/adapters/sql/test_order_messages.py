"""Messages on orders on both databases: kept whole, listed oldest first, hidden with their order, removed for good."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from service_engine.adapters.sql import SqlStore
from service_engine.domain.ids import OrderId, OrderMessageId
from service_engine.domain.order_messages import OrderMessage, delete_order_message
from service_engine.domain.orders import Order
from service_engine.errors import ConflictError, InvalidReferenceError, NotFoundError
from service_engine.ports.lists import SliceRequest
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency, happened
from service_engine.testing.statements import counting
from service_engine.usecases.order_messages import delete_order_message as delete_it
from service_engine.usecases.order_messages import list_order_messages, post_order_message
from service_engine.usecases.orders import create_order, delete_order, get_order

pytestmark = pytest.mark.parametrize("store", ["sqlite", "postgres"], indirect=True)

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def sql_store(store: Any) -> SqlStore:
    """Give the store as what it is."""
    assert isinstance(store, SqlStore)
    return store


@pytest.fixture
def acme(store: Any) -> Agency:
    """Give an organisation."""
    return Agency(store)


@pytest.fixture
def order(acme: Agency) -> Order:
    """Give an order of it."""
    return ordered(acme)


def ordered(acme: Agency) -> Order:
    """Place an order."""
    return acme.run(create_order, client_id=acme.client().id, service="Website", at=NOON)


def posted(acme: Agency, order: Order, **given: Any) -> OrderMessage:
    """Write a message on an order, as the administrator by default."""
    return acme.run(
        post_order_message, order.id, **{"author_id": acme.administrator.id, "text": "Done", "at": NOON, **given}
    )


def test_a_message_is_kept_whole(acme: Agency, order: Order) -> None:
    """Every field comes back as it went in, with its author; the order takes the message's time."""
    files = ["https://example.com/a.pdf", "https://example.com/b.pdf"]
    message = posted(acme, order, staff_only=True, files=files, at=LATER + timedelta(microseconds=1))
    with acme.begin() as uow:
        assert uow.order_messages.get(message.id) == message
        row = uow.order_message_queries.get(message.id)
    assert (row.message, row.message.files) == (message, tuple(files))
    author = row.author
    assert author is not None
    its = acme.administrator
    assert (author.id, author.first_name, author.last_name, author.email) == (
        its.id,
        its.first_name,
        its.last_name,
        its.email,
    )
    assert acme.read(list_order_messages, order.id).rows == (row,)
    assert acme.read(get_order, order.id).order.last_message_at == message.created_at


def test_a_message_outlives_its_author(acme: Agency, order: Order) -> None:
    """Nobody is shown once they are gone; a client may write, too."""
    message = posted(acme, order, author_id=order.client_id)
    nobody = attrs.evolve(message, id=acme.new_id(), author_id=None)
    with acme.begin() as uow:
        uow.order_messages.add(happened(nobody))
        assert uow.order_message_queries.get(nobody.id).author is None
        author = uow.order_message_queries.get(message.id).author
    assert author is not None
    assert author.id == order.client_id


def test_messages_are_listed_oldest_first(acme: Agency, order: Order) -> None:
    """Equally old ones by id; other orders' messages are not among them."""
    posted(acme, ordered(acme))
    for text, seconds in (("third", 9), ("first", 1), ("second", 5)):
        posted(acme, order, text=text, at=NOON + timedelta(seconds=seconds))
    twins = sorted(posted(acme, order, at=LATER).id for _ in range(3))
    listed = acme.read(list_order_messages, order.id).rows
    assert [row.message.text for row in listed[:3]] == ["first", "second", "third"]
    assert [row.message.id for row in listed[3:]] == twins


@pytest.mark.parametrize("size", [1, 20, 100])
def test_a_slice_of_messages_is_one_statement(acme: Agency, order: Order, size: int, sql_store: SqlStore) -> None:
    """However many there are in it; it knows whether others come after it."""
    with acme.begin() as uow:
        for number in range(100):
            at = NOON + timedelta(seconds=number)
            post_order_message(uow, order.id, author_id=acme.administrator.id, text=str(number), at=at)
    with counting(sql_store.engine) as counts:
        part = acme.read(list_order_messages, order.id, page=SliceRequest(size=size))
    assert (counts.statements, counts.begins) == (1, 0)
    assert [row.message.text for row in part.rows] == [str(number) for number in range(size)]
    assert all(row.author is not None for row in part.rows)
    assert part.more == (size < 100)
    last = acme.read(list_order_messages, order.id, page=SliceRequest(number=100 // size, size=size))
    assert (last.rows[-1].message.text, last.more) == ("99", False)


def test_posting_and_removing_are_few_statements(acme: Agency, order: Order, sql_store: SqlStore) -> None:
    """The order is read and written, the author looked up, the message written, in one transaction."""
    with counting(sql_store.engine) as counts:
        message = posted(acme, order)
    assert (counts.statements, counts.begins, counts.commits) == (4, 1, 1)
    with counting(sql_store.engine) as counts:
        acme.run(delete_it, message.id, at=LATER)
    assert (counts.statements, counts.begins, counts.commits) == (4, 1, 1)


def test_a_removed_message_is_gone(acme: Agency, order: Order) -> None:
    """Once; the order keeps the time of its newest message, and notes the change."""
    message, kept = posted(acme, order, at=LATER), posted(acme, order)
    acme.run(delete_it, message.id, at=LATER + timedelta(hours=1))
    assert [row.message for row in acme.read(list_order_messages, order.id).rows] == [kept]
    with pytest.raises(NotFoundError):
        acme.run(delete_it, message.id, at=LATER)
    with pytest.raises(ConflictError), acme.begin() as uow:
        uow.order_messages.remove(delete_order_message(message, at=LATER))
    after = acme.read(get_order, order.id).order
    assert (after.last_message_at, after.updated_at) == (LATER, LATER + timedelta(hours=1))


def test_a_deleted_order_hides_its_messages(acme: Agency, order: Order) -> None:
    """Whichever way they are asked for."""
    message = posted(acme, order)
    acme.run(delete_order, order.id, at=LATER)
    with pytest.raises(NotFoundError):
        acme.read(list_order_messages, order.id)
    for ask in (
        lambda uow: uow.order_messages.get(message.id),
        lambda uow: uow.order_message_queries.get(message.id),
        lambda uow: delete_it(uow, message.id, at=LATER),
    ):
        with pytest.raises(NotFoundError) as refusal:
            acme.run(ask)
        assert (refusal.value.kind, refusal.value.key) == ("order_message", message.id)


def test_a_foreign_message_is_missing(acme: Agency, order: Order) -> None:
    """Just as an unknown one is; and nobody else's people can write here."""
    rival = Agency(acme.store, "Rival")
    elsewhere = ordered(rival)
    theirs = posted(rival, elsewhere)
    for message_id in (theirs.id, OrderMessageId(acme.new_id())):
        with pytest.raises(NotFoundError):
            acme.run(delete_it, message_id, at=LATER)
    with pytest.raises(ConflictError), acme.begin() as uow:
        uow.order_messages.remove(delete_order_message(theirs, at=LATER))
    for order_id in (elsewhere.id, OrderId(acme.new_id())):
        with pytest.raises(NotFoundError):
            acme.read(list_order_messages, order_id)
        with pytest.raises(NotFoundError):
            acme.run(post_order_message, order_id, author_id=acme.administrator.id, text="Hi", at=NOON)
    with pytest.raises(InvalidReferenceError):
        posted(acme, order, author_id=rival.administrator.id)
    strange = attrs.evolve(posted(acme, order), id=acme.new_id(), author_id=rival.administrator.id)
    with pytest.raises(ConflictError), acme.begin() as uow:
        uow.order_messages.add(happened(strange))
    assert [row.message for row in rival.read(list_order_messages, elsewhere.id).rows] == [theirs]
