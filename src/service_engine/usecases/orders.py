"""What can be done with orders.

Source: contract section 2.4.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Final

from attrs import frozen

from service_engine.domain import orders
from service_engine.domain.change import UNSET, Change, Unset
from service_engine.domain.employees import require_assignable
from service_engine.domain.ids import ClientId, EmployeeId, OrderId, ServiceId
from service_engine.domain.money import Money, money
from service_engine.domain.orders import Order, OrderDetails, OrderStatus
from service_engine.domain.text import clean
from service_engine.errors import AlreadyTakenError, InvalidReferenceError, RuleViolationError
from service_engine.ports.keysets import FROM_THE_START, KeysetPage, KeysetRequest
from service_engine.ports.lists import FIRST_PAGE, Condition, Page, PageRequest, Sort, bounded
from service_engine.ports.orders import OrderFilter, OrderRow, OrderSort
from service_engine.ports.references import FoundReferences, ServiceOffer
from service_engine.ports.unit_of_work import UnitOfWork, View
from service_engine.usecases.services import UNKNOWN_EMPLOYEE
from service_engine.usecases.tags import find_or_create_tags

__all__ = [
    "OrderPatch",
    "create_order",
    "delete_order",
    "get_order",
    "list_orders",
    "scroll_orders",
    "update_order",
]

NEWEST_FIRST: Final = Sort(OrderSort.CREATED_AT)
DEFAULT_CURRENCY: Final = "USD"
_NO_DETAILS: Final = OrderDetails()


@frozen(kw_only=True)
class OrderPatch:
    """What to change of an order. ``UNSET`` leaves a part as it is.

    Args:
        status: Where it shall stand.
        employee_ids: Everybody who shall deliver it; repeated ones count once.
        tags: The names of all its tags; repeated ones count once.
        details: Everything else.

    Example:
        >>> OrderPatch(tags=[]).tags, OrderPatch().tags
        ([], UNSET)
    """

    status: OrderStatus | Unset = UNSET
    employee_ids: Sequence[EmployeeId] | Unset = UNSET
    tags: Sequence[str] | Unset = UNSET
    details: OrderDetails = _NO_DETAILS


def create_order(
    uow: UnitOfWork,
    *,
    client_id: ClientId,
    at: datetime,
    service_id: ServiceId | None = None,
    service: str | None = None,
    price: Money | None = None,
    quantity: int = 1,
    number: str | None = None,
    status: OrderStatus = OrderStatus.UNPAID,
    employee_ids: Sequence[EmployeeId] = (),
    tags: Sequence[str] = (),
    details: OrderDetails = _NO_DETAILS,
) -> Order:
    """Place an order for a client: of a service of the catalogue, or of anything by name.

    Args:
        uow: The unit of work.
        client_id: Who buys.
        at: Now; ``created_at`` unless the details say otherwise.
        service_id: The service of the catalogue; gives name, price and currency unless they are given.
        service: What is bought, in the order's own words.
        price: What one costs; left out, the service's price, or nothing.
        quantity: How many, at least 1.
        number: 1 to 50 characters, free in the organisation; left out, 8 random letters and digits.
        status: Where it stands.
        employee_ids: Who delivers it; repeated ones count once.
        tags: Names of tags; those that the organisation does not have yet are made.
        details: Everything else.

    Raises:
        InvalidReferenceError: The client (on ``client_id``) or the service (on ``service_id``) is not there.
        NotAssignableError: An employee is not there, or has no dashboard access.
        AlreadyTakenError: An order, deleted ones counted, has the number.
        RuleViolationError: Neither a service nor a name is given, or a text, a tag or a number is out of bounds.

    Source:
        Contract section 2.4, "create", and 4.

    Example:
        >>> from service_engine.testing.examples import acme, agency, john, later, web_development
        >>> order = agency().run(acme.id, create_order, client_id=john.id, service_id=web_development.id, at=later)
        >>> order.service_name, str(order.price), len(order.number)
        ('Web Development', '1500.00 USD', 8)
    """
    wanted = None if number is None else clean_number(number)  # before anything is looked up
    found = uow.references.look_up(client_id=client_id, service_ids=_given(service_id), employee_ids=employee_ids)
    if not found.client:
        raise InvalidReferenceError("client_id", "The specified client does not exist.")
    name = "" if service is None else clean(service, field="service", required=False)
    if service_id is None and not name:
        raise RuleViolationError("service", "Either service_id or service must be provided.")
    offer = _offer(found, service_id)
    placed = partial(
        orders.place_order,
        OrderId(uow.entropy.new_id()),
        client_id=client_id,
        service_id=service_id,
        service_name=name or (offer.name if offer is not None else ""),
        price=_price(offer) if price is None else price,
        quantity=quantity,
        status=status,
        employee_ids=require_assignable(employee_ids, found.members, message=UNKNOWN_EMPLOYEE),
        number=free_number(uow, wanted),
        details=details,
        at=at,
    )
    placed()  # what it refuses, it refuses before a tag is made
    return uow.orders.add(placed(tags=find_or_create_tags(uow, tags, at=at)))


def update_order(uow: UnitOfWork, order_id: OrderId, patch: OrderPatch, *, at: datetime) -> Order:
    """Change what the patch names, all of it or nothing.

    Raises:
        NotFoundError: The organisation has no such order.
        InvalidReferenceError: The service is not there.
        NotAssignableError: An employee is not there, or has no dashboard access.
        RuleViolationError: A text or a tag is out of bounds.

    Source:
        Contract section 2.4, "update"; part A "Rules" (orders).

    Example:
        >>> from service_engine.testing.examples import acme, agency, later, website
        >>> patch = OrderPatch(status=OrderStatus.COMPLETED, tags=["launched"])
        >>> order = agency().run(acme.id, update_order, website.id, patch, at=later)
        >>> order.date_completed == later, [tag.name for tag in order.tags]
        (True, ['launched'])
    """
    order = uow.orders.get(order_id)
    change = Change(order)
    if not isinstance(patch.status, Unset):
        change = change.then(orders.change_order_status, patch.status, at=at)
    change = change.then(orders.revise_order, patch.details, at=at)
    change = _refer(uow, change, patch, at=at)
    if not isinstance(patch.tags, Unset):
        change = change.then(orders.retag_order, find_or_create_tags(uow, patch.tags, at=at), at=at)
    return uow.orders.save(change)


def delete_order(uow: UnitOfWork, order_id: OrderId, *, at: datetime) -> None:
    """Delete an order; it stays stored, and hidden with its tasks and messages.

    Raises:
        NotFoundError: The organisation has no such order, or not any longer.

    Example:
        >>> from service_engine.testing.examples import acme, agency, later, website
        >>> store = agency()
        >>> store.run(acme.id, delete_order, website.id, at=later)
        >>> store.read(acme.id, list_orders).total
        0
    """
    uow.orders.save(orders.delete_order(uow.orders.get(order_id), at=at))


def get_order(view: View, order_id: OrderId) -> OrderRow:
    """Return an order with client, employees and tags, in one statement.

    Raises:
        NotFoundError: The organisation has no such order.

    Example:
        >>> from service_engine.testing.examples import acme, agency, website
        >>> agency().read(acme.id, get_order, website.id).client.email
        'john@example.com'
    """
    return view.order_queries.get(order_id)


def list_orders(
    view: View,
    *,
    filters: Sequence[Condition[OrderFilter]] = (),
    sort: Sort[OrderSort] = NEWEST_FIRST,
    page: PageRequest = FIRST_PAGE,
) -> Page[OrderRow]:
    """Return a page of orders with client, employees and tags, in two statements whatever its size.

    Raises:
        ValueError: A filter that compares with a naive time, or more than 100 filters.

    Example:
        >>> from service_engine.testing.examples import acme, agency
        >>> from service_engine.ports.lists import Operator
        >>> dear = Condition(OrderFilter.PRICE, Operator.GT, 1000)
        >>> [row.order.number for row in agency().read(acme.id, list_orders, filters=[dear]).rows]
        ['A1B2C3D4']
    """
    return view.order_queries.page(bounded(filters), sort, page)


def scroll_orders(
    view: View,
    *,
    filters: Sequence[Condition[OrderFilter]] = (),
    sort: Sort[OrderSort] = NEWEST_FIRST,
    page: KeysetRequest[OrderSort] = FROM_THE_START,
) -> KeysetPage[OrderRow, OrderSort]:
    """Return the orders that come after those of the last page, in one statement at any depth; counting is another.

    Raises:
        ValueError: A cursor of another order, a filter that compares with a naive time, or more than 100 filters.

    Example:
        >>> from service_engine.testing.examples import acme, agency
        >>> from service_engine.ports.keysets import Counting
        >>> page = agency().read(acme.id, scroll_orders, page=KeysetRequest(size=50, counting=Counting.EXACT))
        >>> page.following, page.total  # there is no next page
        (None, ExactTotal(rows=1))
    """
    return view.order_queries.keyset(bounded(filters), sort, page)


def free_number(uow: UnitOfWork, wanted: str | None = None) -> str:
    """Return the wanted number if it is free in the organisation, or else a random one that is.

    Raises:
        AlreadyTakenError: An order, deleted ones counted, has the wanted number.
        RuleViolationError: It is blank or too long.

    Source:
        Contract section 4 (order number).
    """
    if wanted is None:
        [drawn] = free_numbers(uow, 1)
        return drawn
    number = clean_number(wanted)
    if uow.orders.taken_numbers([number]):
        raise AlreadyTakenError("number", "The order number has already been taken.")
    return number


def clean_number(wanted: str) -> str:
    """Return a number that somebody wants, without blanks around it.

    Raises:
        RuleViolationError: It is blank or too long.
    """
    return clean(wanted, field="number", max_length=orders.MAX_NUMBER)


def free_numbers(uow: UnitOfWork, count: int) -> list[str]:
    """Return so many random numbers that are free in the organisation, all different, asked for at once.

    Source:
        Contract section 4 (order number).
    """
    free: list[str] = []
    while len(free) < count:
        drawn = [uow.entropy.characters(orders.NUMBER_ALPHABET, orders.NUMBER_LENGTH) for _ in range(count - len(free))]
        taken = uow.orders.taken_numbers(drawn).union(free)
        free += [number for number in dict.fromkeys(drawn) if number not in taken]
    return free


def _refer(uow: UnitOfWork, change: Change[Order], patch: OrderPatch, *, at: datetime) -> Change[Order]:
    service_id = None if isinstance(patch.details.service_id, Unset) else patch.details.service_id
    employee_ids = () if isinstance(patch.employee_ids, Unset) else tuple(patch.employee_ids)
    if service_id is not None or employee_ids:
        found = uow.references.look_up(service_ids=_given(service_id), employee_ids=employee_ids)
        _offer(found, service_id)
        employee_ids = require_assignable(employee_ids, found.members, message=UNKNOWN_EMPLOYEE)
    if not isinstance(patch.employee_ids, Unset):
        change = change.then(orders.assign_order, employee_ids, at=at)
    return change


def _price(offer: ServiceOffer | None) -> Money:
    return money(0, DEFAULT_CURRENCY) if offer is None else offer.price_or_nothing


def _given(service_id: ServiceId | None) -> tuple[ServiceId, ...]:
    return () if service_id is None else (service_id,)


def _offer(found: FoundReferences, service_id: ServiceId | None) -> ServiceOffer | None:
    if service_id is None:
        return None
    if service_id not in found.services:
        raise InvalidReferenceError("service_id", "The specified service does not exist.")
    return found.services[service_id]
