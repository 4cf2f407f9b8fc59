"""Events of tickets: each names its ticket and its time, in UTC, and nothing that is not frozen."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import Any

import attrs
import pytest

from service_engine.domain import ticket_events, tickets
from service_engine.domain.change import Event
from service_engine.testing.examples import jane, now, ticket, urgent, website

MORE: dict[str, dict[str, Any]] = {
    "TicketAssigned": {"employee_ids": (jane.id,)},
    "TicketRetagged": {"tags": (urgent,)},
    "TicketLinked": {"order_id": website.id},
    "TicketRevised": {"fields": ("subject",)},
}


@pytest.mark.parametrize("name", ticket_events.__all__)
def test_every_event_says_which_ticket_and_when(name: str):
    """The time is kept in UTC; the event is a value, which can be compared, hashed and not changed."""
    kind = getattr(ticket_events, name)
    assert issubclass(kind, Event)
    make: Any = kind
    details = {"ticket_id": ticket.id} | MORE.get(name, {})
    event = make(at=now.astimezone(timezone(timedelta(hours=3))), **details)
    assert event == make(at=now, **details)
    assert event.at.utcoffset() == timedelta(0)
    assert hash(event) == hash(make(at=now, **details))
    assert attrs.asdict(event, recurse=False) == {"at": now} | details
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        event.ticket_id = None


@pytest.mark.parametrize("name", ticket_events.__all__)
def test_every_event_is_shown_by_tickets_too(name: str):
    """Whoever knows tickets finds their events there."""
    assert getattr(tickets, name) is getattr(ticket_events, name)
    assert name in tickets.__all__
