"""Services on the wire: two request bodies, 31 keys out, and what their list can be filtered and sorted by.

Source: contract section 2.3.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import Field, with_config
from typing_extensions import TypedDict

from service_engine.domain.change import Unset
from service_engine.domain.ids import EmployeeId, ServiceFolderId
from service_engine.domain.json_values import thaw
from service_engine.domain.money import Money
from service_engine.domain.services import Recurrence, Service, ServicePatch, pretty_price
from service_engine.ports.services import ServiceFilter, ServiceSort
from service_engine.schemas import filters
from service_engine.schemas.errors import EXACT, library_field
from service_engine.schemas.fields import (
    Count,
    Integer,
    Length,
    Line,
    MetadataPairs,
    Note,
    OptionalReference,
    PeriodUnit,
    References,
    RequiredLine,
    SmallCount,
    absent,
    employee_ids,
)
from service_engine.schemas.lists import Listing
from service_engine.schemas.money import Currency, Price, amount_text
from service_engine.schemas.pages import KeysetPageWire, PageWire
from service_engine.schemas.validation import Input

__all__ = ["SERVICE_LIST", "ServiceCreate", "ServicePageWire", "ServiceUpdate", "ServiceWire", "service_wire"]

RecurrenceId = Annotated[int, Field(ge=int(min(Recurrence)), le=int(max(Recurrence)))]
"""0 one-time, 1 recurring, 2 trial or set-up price first."""
SERVICE_LIST: Final = Listing(
    filters={
        "id": (ServiceFilter.ID, filters.identifier),
        "name": (ServiceFilter.NAME, filters.text),
        "recurring": (ServiceFilter.RECURRENCE, filters.small_integer),
        "public": (ServiceFilter.PUBLIC, filters.truth),
        "price": (ServiceFilter.PRICE, filters.amount),
        "currency": (ServiceFilter.CURRENCY, filters.currency),
        "folder_id": (ServiceFilter.FOLDER_ID, filters.identifier),
        "created_at": (ServiceFilter.CREATED_AT, filters.moment),
    },
    sorts={
        "id": ServiceSort.ID,
        "name": ServiceSort.NAME,
        "price": ServiceSort.PRICE,
        "recurring": ServiceSort.RECURRENCE,
        "public": ServiceSort.PUBLIC,
        "sort_order": ServiceSort.SORT_ORDER,
        "created_at": ServiceSort.CREATED_AT,
    },
    newest=ServiceSort.CREATED_AT,
)


_NAMED: Final = frozenset({"name", "currency", "recurring"})
"""What is an argument of its own when a service is created."""


class ServiceCreate(Input):
    """A new service. Null means the same as leaving the field out.

    Example:
        >>> new = ServiceCreate(name="Care", recurring=1, currency="usd", r_price="20.00", r_period_l=1, r_period_t="M")
        >>> arguments = new.arguments()
        >>> arguments["recurrence"], arguments["currency"], arguments["details"].recurring_price
        (<Recurrence.RECURRING: 1>, 'USD', Decimal('20.000'))
    """

    name: RequiredLine
    recurring: RecurrenceId
    currency: Currency
    description: Note | None = None
    price: Price | None = None
    f_price: Price | None = None
    f_period_l: Length | None = None
    f_period_t: PeriodUnit | None = None
    r_price: Price | None = None
    r_period_l: Length | None = None
    r_period_t: PeriodUnit | None = None
    recurring_action: SmallCount | None = None
    multi_order: bool | None = None
    request_orders: bool | None = None
    max_active_requests: Count | None = None
    deadline: Count | None = None
    public: bool | None = None
    group_quantities: bool | None = None
    employees: References | None = None
    folder_id: OptionalReference = None
    metadata: MetadataPairs | None = None
    braintree_plan_id: Line | None = None
    hoth_product_key: Line | None = None
    hoth_package_name: Line | None = None
    provider_id: Integer | None = None
    provider_service_id: Integer | None = None

    def arguments(self) -> dict[str, Any]:
        """Return it as the arguments of the use case."""
        return {
            "name": self.name,
            "currency": self.currency,
            "recurrence": Recurrence(self.recurring),
            "employee_ids": employee_ids(self.employees or []),
            "details": _patch(
                self, {name for name in self.model_fields_set - _NAMED if getattr(self, name) is not None}
            ),
        }


class ServiceUpdate(Input):
    """What to change of a service. A field left out stays as it is; null clears it where that is possible.

    Example:
        >>> change = ServiceUpdate(price="1750.00", description=None)
        >>> change.patch().price, change.patch().description, change.patch().name, change.staff()
        (Decimal('1750.000'), None, UNSET, UNSET)
    """

    name: RequiredLine = absent()
    recurring: RecurrenceId = absent()
    currency: Currency = absent()
    description: Note | None = absent()
    price: Price | None = absent()
    f_price: Price | None = absent()
    f_period_l: Length | None = absent()
    f_period_t: PeriodUnit | None = absent()
    r_price: Price | None = absent()
    r_period_l: Length | None = absent()
    r_period_t: PeriodUnit | None = absent()
    recurring_action: SmallCount | None = absent()
    multi_order: bool = absent()
    request_orders: bool = absent()
    max_active_requests: Count | None = absent()
    deadline: Count | None = absent()
    public: bool = absent()
    sort_order: Integer = absent()
    group_quantities: bool = absent()
    employees: References = absent()
    folder_id: OptionalReference = absent()
    metadata: MetadataPairs = absent()
    braintree_plan_id: Line | None = absent()
    hoth_product_key: Line | None = absent()
    hoth_package_name: Line | None = absent()
    provider_id: Integer | None = absent()
    provider_service_id: Integer | None = absent()

    def patch(self) -> ServicePatch:
        """Return everything but the employees as the use case takes it."""
        return _patch(self, self.model_fields_set)

    def staff(self) -> list[EmployeeId] | Unset:
        """Return the employees as the use case takes them."""
        employees: list[UUID] | Unset = self.employees
        return employees if isinstance(employees, Unset) else employee_ids(employees)


def _patch(body: ServiceCreate | ServiceUpdate, given: set[str]) -> ServicePatch:
    values: dict[str, Any] = {library_field(name): getattr(body, name) for name in given - {"employees"}}
    if "recurrence" in values:
        values["recurrence"] = Recurrence(values["recurrence"])
    if values.get("folder_id") is not None:
        values["folder_id"] = ServiceFolderId(values["folder_id"])
    return ServicePatch(**values)


@with_config(EXACT)
class ServiceWire(TypedDict):
    """A service of the catalogue."""

    id: UUID
    name: str
    description: str | None
    image: str | None
    recurring: int
    price: str | None
    pretty_price: str
    currency: str
    f_price: str | None
    f_period_l: int | None
    f_period_t: str | None
    r_price: str | None
    r_period_l: int | None
    r_period_t: str | None
    recurring_action: int | None
    multi_order: bool
    request_orders: bool
    max_active_requests: int | None
    deadline: int | None
    public: bool
    sort_order: int
    group_quantities: bool
    folder_id: UUID | None
    metadata: dict[str, Any]
    braintree_plan_id: str | None
    hoth_product_key: str | None
    hoth_package_name: str | None
    provider_id: int | None
    provider_service_id: int | None
    created_at: datetime
    updated_at: datetime


ServicePageWire = PageWire[ServiceWire] | KeysetPageWire[ServiceWire]


def service_wire(service: Service) -> ServiceWire:
    """Return a service as the wire shows it.

    Source:
        Contract section 2.3, "Service object" (31 keys).

    Example:
        >>> from service_engine.testing.examples import web_development
        >>> wire = service_wire(web_development)
        >>> wire["name"], wire["price"], wire["pretty_price"], wire["r_price"]
        ('Web Development', '1500.00', '$1500.00', None)
    """
    return {
        "id": service.id,
        "name": service.name,
        "description": service.description,
        "image": service.image,
        "recurring": service.recurrence,
        "price": _price(service.price),
        "pretty_price": pretty_price(service),
        "currency": service.currency,
        "f_price": _price(service.first_price),
        "f_period_l": service.first_period_length,
        "f_period_t": service.first_period_unit,
        "r_price": _price(service.recurring_price),
        "r_period_l": service.recurring_period_length,
        "r_period_t": service.recurring_period_unit,
        "recurring_action": service.recurring_action,
        "multi_order": service.multi_order,
        "request_orders": service.request_orders,
        "max_active_requests": service.max_active_requests,
        "deadline": service.deadline,
        "public": service.public,
        "sort_order": service.sort_order,
        "group_quantities": service.group_quantities,
        "folder_id": service.folder_id,
        "metadata": thaw(service.metadata),
        "braintree_plan_id": service.braintree_plan_id,
        "hoth_product_key": service.hoth_product_key,
        "hoth_package_name": service.hoth_package_name,
        "provider_id": service.provider_id,
        "provider_service_id": service.provider_service_id,
        "created_at": service.created_at,
        "updated_at": service.updated_at,
    }


def _price(price: Money | None) -> str | None:
    return None if price is None else amount_text(price.amount)
