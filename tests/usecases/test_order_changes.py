"""Orders that change: updated and deleted. Send a command, look at the store."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import attrs
import pytest
from tests.usecases.hiring import bob
from tests.usecases.ordering import EARLIER, NOBODY, NOTHING, numbers, offered, shown, tags_in, updated

from service_engine.domain.ids import OrderId
from service_engine.domain.money import money
from service_engine.domain.orders import (
    OrderAssigned,
    OrderDeleted,
    OrderDetails,
    OrderRetagged,
    OrderRevised,
    OrderStatus,
    OrderStatusChanged,
)
from service_engine.domain.tags import TagCreated
from service_engine.errors import InvalidReferenceError, NotFoundError, RuleViolationError
from service_engine.ports.unit_of_work import Store
from service_engine.testing.examples import acme, jane, later, now, ticket, web_development, website
from service_engine.usecases.orders import OrderPatch, delete_order, update_order
from service_engine.usecases.tickets import TicketPatch, get_ticket, update_ticket

# ------------------------------------------------------------------------------------------------------ updating


@pytest.mark.usefixtures("store")
def test_updating_everything_at_once(agency: Store):
    """One save, one version, and the events in the order of what was done; price and number stay."""
    other, advice = bob(agency), offered(agency, price=Decimal(5))
    patch = OrderPatch(
        status=OrderStatus.COMPLETED,
        employee_ids=[other, other],
        tags=["urgent", "urgent "],
        details=OrderDetails(service_id=advice, service_name=" Shop ", note=None, date_due=later),
    )
    with agency.begin(acme.id) as uow:
        order = update_order(uow, website.id, patch, at=later)
        assert uow.events == (
            TagCreated(tag=order.tags[0], at=later),
            OrderStatusChanged(
                order_id=order.id, origin=OrderStatus.IN_PROGRESS, status=OrderStatus.COMPLETED, at=later
            ),
            OrderRevised(order_id=order.id, fields=("date_due", "service_id", "service_name"), at=later),
            OrderAssigned(order_id=order.id, employee_ids=(other,), at=later),
            OrderRetagged(order_id=order.id, tags=order.tags, at=later),
        )
    assert [tag.name for tag in order.tags] == ["urgent"]
    assert order == attrs.evolve(
        website,
        status=OrderStatus.COMPLETED,
        date_completed=later,
        date_due=later,
        service_id=advice,
        service_name="Shop",
        employee_ids=(other,),
        tags=order.tags,
        updated_at=later,
        version=2,
    )
    assert shown(agency).order == order


@pytest.mark.usefixtures("store")
def test_what_is_absent_stays(agency: Store):
    """An empty patch, and one that says what is there already, write nothing."""
    with agency.begin(acme.id) as uow:
        same = OrderPatch(
            status=website.status,
            employee_ids=[jane.id],
            tags=[],
            details=OrderDetails(service_id=web_development.id, service_name=website.service_name, note=None),
        )
        for patch in (OrderPatch(), same):
            assert update_order(uow, website.id, patch, at=later) == website
        assert uow.events == ()


def test_lists_are_replaced_whole(agency: Store):
    """An empty one takes everything off, an absent one keeps it."""
    updated(agency, tags=["a", "b"])
    order = updated(agency, tags=["b", "c"])
    assert ([tag.name for tag in order.tags], order.employee_ids) == (["b", "c"], (jane.id,))
    order = updated(agency, tags=[], employee_ids=[])
    assert (order.tags, order.employee_ids) == ((), ())
    assert tags_in(agency, "a", "b", "c") == ["a", "b", "c"]


def test_an_order_can_leave_its_service(agency: Store):
    """None clears the reference; name and price stay."""
    order = updated(agency, details=OrderDetails(service_id=None))
    assert (order.service_id, order.service_name, order.price) == (None, "Web Development", money(1500, "USD"))


def test_the_dates_follow_the_status_and_explicit_ones_win(agency: Store):
    """Stamped on entering, kept while it stays, cleared on leaving; given in the same request, they are what counts."""
    assert updated(agency, status=OrderStatus.COMPLETED).date_completed == later
    kept = agency.run(
        acme.id, update_order, website.id, OrderPatch(status=OrderStatus.COMPLETED), at=later + timedelta(1)
    )
    assert (kept.date_completed, kept.updated_at) == (later, later)
    assert updated(agency, status=OrderStatus.CANCELLED).date_completed is None
    explicit = OrderDetails(date_completed=EARLIER, date_started=None)
    order = updated(agency, status=OrderStatus.COMPLETED, details=explicit)
    assert (order.date_completed, order.date_started) == (EARLIER, None)
    assert updated(agency, status=OrderStatus.IN_PROGRESS).date_started == later
    assert updated(agency, status=OrderStatus.ON_HOLD, details=explicit).date_completed == EARLIER


def test_rules_without_a_look_up_come_first(agency: Store):
    """A text that does not fit is refused before an employee who is not there."""
    with pytest.raises(RuleViolationError) as refused:
        updated(agency, employee_ids=[NOBODY], details=OrderDetails(service_name=" ", service_id=NOTHING))
    assert refused.value.field == "service"
    with pytest.raises(InvalidReferenceError) as then:
        updated(agency, employee_ids=[NOBODY], details=OrderDetails(service_id=NOTHING))
    assert then.value.field == "service_id"


# ------------------------------------------------------------------------------------------------------ deleting


@pytest.mark.usefixtures("store")
def test_deleting_an_order(agency: Store):
    """It is gone; the ticket that was linked to it keeps its id and shows it no longer."""
    agency.run(acme.id, update_ticket, ticket.id, TicketPatch(order_id=website.id), at=now)
    with agency.begin(acme.id) as uow:
        delete_order(uow, website.id, at=later)
        assert uow.events == (OrderDeleted(order_id=website.id, at=later),)
    assert numbers(agency) == []
    row = agency.read(acme.id, get_ticket, ticket.id)
    assert (row.order_id, row.order) == (website.id, None)


@pytest.mark.usefixtures("store")
def test_an_order_that_is_not_there(agency: Store, neighbour):
    """Unknown, foreign and deleted orders are answered alike, whatever is asked."""
    agency.run(acme.id, delete_order, website.id, at=now)
    for order_id in (OrderId(UUID(int=404)), neighbour.order.id, website.id):
        for act in (
            lambda key: shown(agency, key),
            lambda key: updated(agency, key, status=OrderStatus.ON_HOLD),
            lambda key: agency.run(acme.id, delete_order, key, at=later),
        ):
            with pytest.raises(NotFoundError) as refused:
                act(order_id)
            assert (refused.value.kind, refused.value.key) == ("order", order_id)
