"""Messages on orders: cleaned and bounded as those on tickets are; never changed, only taken off."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given

from service_engine.domain.ids import OrderMessageId
from service_engine.domain.messages import MAX_FILES, Message
from service_engine.domain.order_messages import (
    OrderMessage,
    OrderMessageDeleted,
    OrderMessagePosted,
    delete_order_message,
    post_order_message,
)
from service_engine.errors import RuleViolationError
from service_engine.testing import strategies
from service_engine.testing.examples import jane, later, message, now, website

ID = OrderMessageId(UUID(int=1))


def post(**changes: Any) -> OrderMessage:
    """Post a message that differs in the given arguments."""
    arguments: dict[str, Any] = {"order_id": website.id, "author_id": jane.id, "text": "Done", "at": now}
    return post_order_message(ID, **(arguments | changes)).state


def test_posting_cleans_and_says_so_once():
    """Text and files are stripped; order, author and time are kept; there is one event."""
    posted = post_order_message(
        ID, order_id=website.id, author_id=jane.id, text=" Done ", files=[" a.pdf", "b.pdf "], staff_only=True, at=now
    )
    assert posted.state == OrderMessage(
        id=ID,
        order_id=website.id,
        author_id=jane.id,
        text="Done",
        staff_only=True,
        files=("a.pdf", "b.pdf"),
        created_at=now,
    )
    assert posted.events == (OrderMessagePosted(message_id=ID, order_id=website.id, at=now),)


def test_a_message_is_for_everybody_and_without_files_unless_told_otherwise():
    """The defaults of the contract; a value that is built has them, too."""
    assert (post().staff_only, post().files) == (False, ())
    assert post() == OrderMessage(id=ID, order_id=website.id, author_id=jane.id, text="Done", created_at=now)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": " "}, "message"),
        ({"text": "x" * 65_536}, "message"),
        ({"text": "a\x00"}, "message"),
        ({"files": [" "]}, "files"),
        ({"files": ["ok", "x" * 2049]}, "files"),
        ({"files": ["x"] * 101}, "files"),
    ],
    ids=["blank", "long", "nul", "blank file", "long file", "many files"],
)
def test_posting_refuses_what_does_not_fit(changes: dict[str, Any], field: str):
    """Each part has its bound, and the refusal names it."""
    with pytest.raises(RuleViolationError) as refused:
        post(**changes)
    assert refused.value.field == field


def test_the_bounds_themselves_fit():
    """The longest text, the longest file, and a hundred of them."""
    there = post(text="x" * 65_535, files=["x" * 2048] * MAX_FILES)
    assert (len(there.text), len(there.files)) == (65_535, 100)


def test_a_message_of_an_order_is_a_message():
    """What messages have in common is said once; one on an order has no more than its id and the order's."""
    assert isinstance(message, Message)
    own = {each.name for each in attrs.fields(OrderMessage)} - {each.name for each in attrs.fields(Message)}
    assert own == {"id", "order_id"}
    assert attrs.evolve(message, author_id=None).author_id is None


@given(strategies.instants())
def test_deleting_is_for_good(at: datetime):
    """The event says so, the state is what was deleted."""
    deleted = delete_order_message(message, at=at)
    assert deleted.state is message
    assert deleted.events == (OrderMessageDeleted(message_id=message.id, order_id=message.order_id, at=at),)


def test_a_time_without_a_zone_is_wrong_use():
    """It could be any."""
    with pytest.raises(ValueError, match="has no zone"):
        post(at=later.replace(tzinfo=None))
