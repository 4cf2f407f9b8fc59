"""The answers of the API about tickets as pydantic models: what somebody would give FastAPI as ``response_model``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, computed_field

__all__ = ["Links", "Meta", "TicketAnswer", "TicketItem", "TicketPage", "same_body"]


_TICKET_LABELS: Final[Mapping[int, str]] = {1: "Open", 2: "Pending", 3: "Closed"}
_ORDER_LABELS: Final[Mapping[int, str]] = {
    0: "Unpaid",
    1: "In Progress",
    2: "Completed",
    3: "Cancelled",
    4: "On Hold",
}


def _amount(stored: int) -> str:
    return f"{Decimal(stored).scaleb(-3):.2f}"


def _number(stored: int) -> float:
    return stored / 1000


# What is written in another way than it is stored.
TicketLabel = Annotated[str, BeforeValidator(_TICKET_LABELS.__getitem__)]
OrderLabel = Annotated[str, BeforeValidator(_ORDER_LABELS.__getitem__)]
TagName = Annotated[str, BeforeValidator(attrgetter("name"))]
Amount = Annotated[str, BeforeValidator(_amount)]
Number = Annotated[float, BeforeValidator(_number)]


def _from(attribute: str) -> Any:
    return Field(validation_alias=attribute)


class FromRow(BaseModel):
    """A model that is read from the attributes of an ORM object."""

    model_config = ConfigDict(from_attributes=True)


class RoleOut(FromRow):
    """A role, 33 keys."""

    id: UUID
    name: str
    dashboard_access: int
    order_access: int
    order_management: int
    ticket_access: int
    ticket_management: int
    invoice_access: int
    invoice_management: int
    clients: int
    services: int
    coupons: int
    forms: int
    messaging: int
    affiliates: int
    settings_company: bool
    settings_payments: bool
    settings_team: bool
    settings_modules: bool
    settings_integrations: bool
    settings_orders: bool
    settings_tickets: bool
    settings_accounts: bool
    settings_messages: bool
    settings_tags: bool
    settings_sidebar: bool
    settings_dashboard: bool
    settings_templates: bool
    settings_emails: bool
    settings_language: bool
    settings_logs: bool
    created_at: datetime
    updated_at: datetime


class AddressOut(FromRow):
    """An address, 11 keys."""

    line_1: str | None
    line_2: str | None
    city: str | None
    state: str | None
    country: str | None
    postcode: str | None
    name_f: str | None = _from("first_name")
    name_l: str | None = _from("last_name")
    tax_id: str | None
    company_name: str | None
    company_vat: str | None


class ClientOut(FromRow):
    """The client of a ticket."""

    id: UUID
    name_f: str = _from("first_name")
    name_l: str = _from("last_name")
    email: str
    company: str | None
    phone: str | None
    balance: Amount
    address: AddressOut | None
    role: RoleOut

    @computed_field  # type: ignore[prop-decorator]  # as pydantic's documentation has it
    @property
    def name(self) -> str:
        """Both names."""
        return f"{self.name_f} {self.name_l}".strip()


class EmployeeOut(FromRow):
    """An employee who is assigned."""

    id: UUID
    name_f: str = _from("first_name")
    name_l: str = _from("last_name")
    role_id: UUID


class MessageOut(FromRow):
    """A message on a ticket."""

    id: UUID
    user_id: UUID | None = _from("author_id")
    message: str = _from("text")
    staff_only: bool
    files: list[str]
    created_at: datetime


class OrderOut(FromRow):
    """The order that a ticket is about."""

    id: UUID
    status: OrderLabel
    service: str = _from("service_name")
    price: Number
    quantity: int
    created_at: datetime


class TicketItem(FromRow):
    """A ticket as a list shows it, 17 keys."""

    id: UUID
    subject: str
    user_id: UUID = _from("client_id")
    order_id: UUID | None
    status: TicketLabel
    status_id: int = _from("status")
    source: str | None
    note: str | None
    form_data: dict[str, Any]
    metadata: dict[str, Any] = _from("metadata_")
    tags: list[TagName]
    employees: list[EmployeeOut]
    client: ClientOut
    created_at: datetime
    updated_at: datetime
    last_message_at: datetime | None
    date_closed: datetime | None


class TicketAnswer(TicketItem):
    """A ticket alone, 19 keys."""

    order: OrderOut | None
    messages: list[MessageOut]


class Links(BaseModel):
    """Where other pages are."""

    first: str
    last: str
    prev: str | None
    next: str | None


class Meta(BaseModel):
    """Which rows of how many the page shows."""

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)

    current_page: int
    from_: int = Field(alias="from")
    to: int
    last_page: int
    per_page: int
    total: int
    path: str


class TicketPage(FromRow):
    """One page of a list."""

    data: list[TicketItem]
    links: Links
    meta: Meta


_INSTANTS: Final = frozenset(
    ("created_at", "updated_at", "last_message_at", "date_closed"),
)


def same_body(one: bytes, other: bytes) -> bool:
    """Tell whether two bodies say the same.

    ``Z`` and ``+00:00`` are the same zone, and the host and port in an address do not count.
    """
    return bool(_comparable(json.loads(one)) == _comparable(json.loads(other)))


def _comparable(value: Any, key: str = "") -> Any:
    if isinstance(value, Mapping):
        return {name: _comparable(each, name) for name, each in value.items()}
    if isinstance(value, list):
        return [_comparable(each) for each in value]
    if isinstance(value, str) and key in _INSTANTS:
        return datetime.fromisoformat(value)
    if isinstance(value, str) and key in ("first", "last", "prev", "next", "path"):
        return value.partition("/api/")[2]
    return value
