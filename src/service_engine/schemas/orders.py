"""Orders on the wire: two request bodies, 22 keys out in a list and 25 alone, and the summary that a ticket shows.

Source: contract section 2.4; part A "Responses" (currency, metadata, subscription_id).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import Field, WithJsonSchema, with_config
from typing_extensions import TypedDict

from service_engine.domain.addresses import Address
from service_engine.domain.change import UNSET, Unset
from service_engine.domain.clients import full_name
from service_engine.domain.ids import ClientId, ServiceId, UserId
from service_engine.domain.json_values import thaw
from service_engine.domain.orders import OrderDetails, OrderStatus
from service_engine.ports.clients import ClientSummary
from service_engine.ports.orders import OrderFilter, OrderRow, OrderSort, OrderSummary
from service_engine.schemas import filters
from service_engine.schemas.errors import EXACT
from service_engine.schemas.fields import (
    FreeJson,
    Instant,
    Line,
    Line50,
    MetadataPairs,
    Note,
    OptionalReference,
    References,
    RequiredLine,
    Tags,
    absent,
    employee_ids,
    uuid_of,
)
from service_engine.schemas.lists import Listing
from service_engine.schemas.money import amount_text
from service_engine.schemas.pages import KeysetPageWire, PageWire
from service_engine.schemas.people import EmployeeWire, employee_wire
from service_engine.schemas.validation import Input, InvalidRequestError
from service_engine.usecases.orders import OrderPatch

__all__ = [
    "ORDER_LIST",
    "OrderCreate",
    "OrderDetailsWire",
    "OrderPageWire",
    "OrderSummaryWire",
    "OrderUpdate",
    "OrderWire",
    "order_details_wire",
    "order_summary_wire",
    "order_wire",
]

StatusId = Annotated[int, Field(ge=int(min(OrderStatus)), le=int(max(OrderStatus)))]
"""0 Unpaid, 1 In Progress, 2 Completed, 3 Cancelled, 4 On Hold."""

ORDER_LIST: Final = Listing(
    filters={
        "id": (OrderFilter.ID, filters.identifier),
        "number": (OrderFilter.NUMBER, filters.text),
        "status": (OrderFilter.STATUS, filters.small_integer),
        "user_id": (OrderFilter.CLIENT_ID, filters.identifier),
        "service_id": (OrderFilter.SERVICE_ID, filters.identifier),
        "price": (OrderFilter.PRICE, filters.amount),
        "invoice_id": (OrderFilter.INVOICE_ID, filters.identifier),
        "created_at": (OrderFilter.CREATED_AT, filters.moment),
        "date_due": (OrderFilter.DATE_DUE, filters.moment),
    },
    sorts={
        "id": OrderSort.ID,
        "number": OrderSort.NUMBER,
        "status": OrderSort.STATUS,
        "price": OrderSort.PRICE,
        "quantity": OrderSort.QUANTITY,
        "user_id": OrderSort.CLIENT_ID,
        "service_id": OrderSort.SERVICE_ID,
        "created_at": OrderSort.CREATED_AT,
        "date_due": OrderSort.DATE_DUE,
    },
    newest=OrderSort.CREATED_AT,
)


class OrderCreate(Input):
    """A new order. Null means the same as leaving the field out.

    Example:
        >>> from service_engine.schemas.example_rows import CLIENT_ID
        >>> new = OrderCreate(user_id=str(CLIENT_ID), service="Web Development", tags=["urgent"])
        >>> new.arguments()["status"], new.arguments()["tags"], new.arguments()["details"].note
        (<OrderStatus.UNPAID: 0>, ['urgent'], UNSET)
        >>> OrderCreate(user_id="17").arguments()
        Traceback (most recent call last):
            ...
        service_engine.schemas.validation.InvalidRequestError: {'user_id': ['The user_id must be a valid UUID.']}
    """

    user_id: Annotated[str, WithJsonSchema({"type": "string", "format": "uuid"})]
    service_id: OptionalReference = None
    service: Line | None = None
    status: StatusId | None = None
    employees: References | None = None
    tags: Tags | None = None
    note: Note | None = None
    number: Line50 | None = None
    metadata: MetadataPairs | None = None
    created_at: Instant | None = None
    date_started: Instant | None = None
    date_completed: Instant | None = None
    date_due: Instant | None = None

    def arguments(self) -> dict[str, Any]:
        """Return it as the arguments of the use case.

        Raises:
            InvalidRequestError: The client's id is no UUID: the first of the checks, and the one reference of which
                that is said.
        """
        client_id = uuid_of(self.user_id.strip())
        if client_id is None:
            raise InvalidRequestError({"user_id": ["The user_id must be a valid UUID."]})
        given = {
            name: value
            for name in ("note", "metadata", "created_at", "date_started", "date_completed", "date_due")
            if (value := getattr(self, name)) is not None
        }
        return {
            "client_id": ClientId(UserId(client_id)),
            "service_id": None if self.service_id is None else ServiceId(self.service_id),
            "service": self.service,
            "number": self.number,
            "status": OrderStatus(self.status or OrderStatus.UNPAID),
            "employee_ids": employee_ids(self.employees or []),
            "tags": self.tags or [],
            "details": OrderDetails(**given),
        }


class OrderUpdate(Input):
    """What to change of an order. A field left out stays as it is; null clears it where that is possible.

    Example:
        >>> patch = OrderUpdate(status=4, note=None).patch()
        >>> patch.status, patch.details.note, patch.details.service_name
        (<OrderStatus.ON_HOLD: 4>, None, UNSET)
    """

    service_id: OptionalReference = absent()
    service: RequiredLine = absent()
    status: StatusId = absent()
    employees: References = absent()
    tags: Tags = absent()
    note: Note | None = absent()
    metadata: MetadataPairs = absent()
    form_data: FreeJson = absent()
    created_at: Instant = absent()
    date_started: Instant | None = absent()
    date_completed: Instant | None = absent()
    date_due: Instant | None = absent()

    def patch(self) -> OrderPatch:
        """Return it as the use case takes it."""
        status: int | Unset = self.status
        employees: list[UUID] | Unset = self.employees
        service_id: UUID | Unset | None = self.service_id
        return OrderPatch(
            status=UNSET if isinstance(status, Unset) else OrderStatus(status),
            employee_ids=employees if isinstance(employees, Unset) else employee_ids(employees),
            tags=self.tags,
            details=OrderDetails(
                service_id=ServiceId(service_id) if isinstance(service_id, UUID) else service_id,
                service_name=self.service,
                note=self.note,
                metadata=self.metadata,
                form_data=self.form_data,
                created_at=self.created_at,
                date_started=self.date_started,
                date_completed=self.date_completed,
                date_due=self.date_due,
            ),
        )


@with_config(EXACT)
class OrderAddressWire(TypedDict):
    """Where the client of an order lives."""

    id: UUID
    line_1: str | None
    line_2: str | None
    city: str | None
    state: str | None
    postcode: str | None
    country: str | None


@with_config(EXACT)
class OrderRoleWire(TypedDict):
    """The role of the client of an order."""

    id: UUID
    name: str


@with_config(EXACT)
class OrderClientWire(TypedDict):
    """The client of an order."""

    id: UUID
    name: str
    name_f: str
    name_l: str
    email: str
    company: str | None
    phone: str | None
    address: OrderAddressWire | None
    role: OrderRoleWire


@with_config(EXACT)
class OrderWire(TypedDict):
    """An order, with client, employees and tags."""

    id: UUID
    number: str
    created_at: datetime
    updated_at: datetime
    last_message_at: datetime | None
    date_started: datetime | None
    date_completed: datetime | None
    date_due: datetime | None
    client: OrderClientWire
    tags: list[str]
    status: str
    status_id: int
    price: str
    quantity: int
    invoice_id: UUID | None
    service: str
    service_id: UUID | None
    user_id: UUID
    employees: list[EmployeeWire]
    note: str | None
    form_data: dict[str, Any]
    paysys: str | None


@with_config(EXACT)
class OrderDetailsWire(OrderWire):
    """An order alone: with what a list leaves out."""

    currency: str
    metadata: dict[str, Any]
    subscription_id: UUID | None


@with_config(EXACT)
class OrderSummaryWire(TypedDict):
    """The order that a ticket is about. The price is a number here, exact to the cent."""

    id: UUID
    status: str
    service: str
    price: float
    quantity: int
    created_at: datetime


OrderPageWire = PageWire[OrderWire] | KeysetPageWire[OrderWire]


def order_wire(row: OrderRow) -> OrderWire:
    """Return an order as a list shows it.

    Source:
        Contract section 2.4, "Order object" (22 keys).

    Example:
        >>> from service_engine.schemas.example_rows import ORDER
        >>> wire = order_wire(ORDER)
        >>> wire["service"], wire["status"], wire["price"], wire["tags"]
        ('Web Development', 'In Progress', '1500.00', ['urgent'])
        >>> "currency" in wire
        False
    """
    order = row.order
    return {
        "id": order.id,
        "number": order.number,
        "created_at": order.created_at,
        "updated_at": order.updated_at,
        "last_message_at": order.last_message_at,
        "date_started": order.date_started,
        "date_completed": order.date_completed,
        "date_due": order.date_due,
        "client": _client_wire(row.client),
        "tags": [tag.name for tag in order.tags],
        "status": order.status.label,
        "status_id": order.status,
        "price": amount_text(order.price.amount),
        "quantity": order.quantity,
        "invoice_id": order.invoice_id,
        "service": order.service_name,
        "service_id": order.service_id,
        "user_id": order.client_id,
        "employees": [employee_wire(each) for each in row.employees],
        "note": order.note,
        "form_data": thaw(order.form_data),
        "paysys": order.paysys,
    }


def order_details_wire(row: OrderRow) -> OrderDetailsWire:
    """Return an order alone.

    Source:
        Part A, "Responses" (retrieve adds ``currency``, ``metadata``, ``subscription_id``).

    Example:
        >>> from service_engine.schemas.example_rows import ORDER
        >>> wire = order_details_wire(ORDER)
        >>> wire["price"], wire["currency"], wire["metadata"]
        ('1500.00', 'USD', {'campaign': 'spring'})
    """
    order = row.order
    return {
        **order_wire(row),
        "currency": order.price.currency,
        "metadata": thaw(order.metadata),
        "subscription_id": order.subscription_id,
    }


def order_summary_wire(order: OrderSummary) -> OrderSummaryWire:
    """Return an order as a ticket shows it.

    Source:
        Contract section 2.8, "order"; section 7 (the price is a JSON number).

    Example:
        >>> from service_engine.schemas.example_rows import TICKET
        >>> wire = order_summary_wire(TICKET.order)
        >>> wire["service"], wire["price"], wire["quantity"]
        ('Web Development', 1500.0, 1)
    """
    return {
        "id": order.id,
        "status": order.status.label,
        "service": order.service_name,
        "price": float(order.price.amount),  # at most 13 digits: a float holds up to 15 exactly
        "quantity": order.quantity,
        "created_at": order.created_at,
    }


def _client_wire(client: ClientSummary) -> OrderClientWire:
    return {
        "id": client.id,
        "name": full_name(client.first_name, client.last_name),
        "name_f": client.first_name,
        "name_l": client.last_name,
        "email": client.email,
        "company": client.company,
        "phone": client.phone,
        "address": _address_wire(client.address),
        "role": {"id": client.role.id, "name": client.role.name},
    }


def _address_wire(address: Address | None) -> OrderAddressWire | None:
    if address is None:
        return None
    place = address.place
    return {
        "id": address.id,
        "line_1": place.line_1,
        "line_2": place.line_2,
        "city": place.city,
        "state": place.state,
        "postcode": place.postcode,
        "country": place.country,
    }
