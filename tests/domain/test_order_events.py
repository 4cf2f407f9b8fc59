"""Events of services, orders, tasks and messages: each names what and when, in UTC, and cannot be changed."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import Any

import attrs
import pytest

from service_engine.domain import (
    order_events,
    order_messages,
    order_tasks,
    orders,
    service_events,
    service_folders,
    services,
)
from service_engine.domain.change import Event
from service_engine.domain.order_status import OrderStatus
from service_engine.testing.examples import folder, jane, message, now, task, urgent, web_development, website

ORDER, SERVICE = {"order_id": website.id}, {"service_id": web_development.id}
TASK, MESSAGE = {"task_id": task.id}, {"message_id": message.id}
FIELDS: dict[str, Any] = {"fields": ("name",)}
PEOPLE: dict[str, Any] = {"employee_ids": (jane.id,)}
DETAILS: dict[type[Event], dict[str, Any]] = {
    orders.OrderPlaced: ORDER,
    orders.OrderStatusChanged: ORDER | {"origin": OrderStatus.UNPAID, "status": OrderStatus.COMPLETED},
    orders.OrderRevised: ORDER | FIELDS,
    orders.OrderAssigned: ORDER | PEOPLE,
    orders.OrderRetagged: ORDER | {"tags": (urgent,)},
    orders.OrderTouched: ORDER,
    orders.OrderMessageReceived: ORDER | MESSAGE,
    orders.OrderDeleted: ORDER,
    order_tasks.OrderTaskAdded: TASK | ORDER,
    order_tasks.OrderTaskRevised: TASK | FIELDS,
    order_tasks.OrderTaskCompleted: TASK | {"completed_by": jane.id},
    order_tasks.OrderTaskReopened: TASK,
    order_tasks.OrderTaskDeleted: TASK | ORDER,
    order_messages.OrderMessagePosted: MESSAGE | ORDER,
    order_messages.OrderMessageDeleted: MESSAGE | ORDER,
    services.ServiceOffered: SERVICE,
    services.ServiceRevised: SERVICE | FIELDS,
    services.ServiceAssigned: SERVICE | PEOPLE,
    services.ServiceDeleted: SERVICE,
    service_folders.ServiceFolderCreated: {"folder_id": folder.id},
}


@pytest.mark.parametrize(("kind", "details"), DETAILS.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_every_event_says_what_and_when(kind: type[Event], details: dict[str, Any]):
    """The time is kept in UTC; the event is a value, which can be compared, hashed and not changed."""
    event = kind(at=now.astimezone(timezone(timedelta(hours=3))), **details)
    assert event == kind(at=now, **details)
    assert event.at.utcoffset() == timedelta(0)
    assert hash(event) == hash(kind(at=now, **details))
    assert attrs.asdict(event, recurse=False) == {"at": now} | details
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        event.at = now  # type: ignore[misc]


@pytest.mark.parametrize("module", [orders, order_tasks, order_messages, services, service_folders])
def test_no_event_is_left_out(module: Any):
    """Every event that the module knows is tried above."""
    known = {value for value in vars(module).values() if isinstance(value, type) and issubclass(value, Event)}
    assert known - {Event} <= set(DETAILS)


@pytest.mark.parametrize(("events", "noun"), [(order_events, orders), (service_events, services)])
def test_every_event_is_shown_by_its_noun_too(events: Any, noun: Any):
    """Whoever knows orders finds their events there."""
    for name in events.__all__:
        assert getattr(noun, name) is getattr(events, name)
        assert name in noun.__all__
