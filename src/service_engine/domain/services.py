"""Services: the catalogue of what the organisation sells, once or again and again.

Source: contract section 2.3; part A "Requests" (prices), "Responses".
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from enum import IntEnum
from typing import Any, Final

import attrs
from attrs import Attribute, field, frozen

from service_engine.domain.change import UNSET, Change, Unset, differences
from service_engine.domain.evolution import across_fields, evolve
from service_engine.domain.ids import EmployeeId, ServiceFolderId, ServiceId
from service_engine.domain.instants import optional_utc, utc
from service_engine.domain.json_values import EMPTY, JsonObject, freeze
from service_engine.domain.kinds import is_a, is_true_or_false
from service_engine.domain.money import Money, decimals, is_a_currency, is_no_debt, money
from service_engine.domain.numbers import INTEGER, SMALL_INTEGER, optional_within, within
from service_engine.domain.sequences import holds_no_repeats
from service_engine.domain.service_events import ServiceAssigned, ServiceDeleted, ServiceOffered, ServiceRevised
from service_engine.domain.text import LINE, NOTE, bounded, clean, optional_bounded
from service_engine.errors import RuleViolationError

__all__ = [
    "PERIOD_UNITS",
    "Recurrence",
    "Service",
    "ServiceAssigned",
    "ServiceDeleted",
    "ServiceOffered",
    "ServicePatch",
    "ServiceRevised",
    "assign_service",
    "delete_service",
    "offer_service",
    "pretty_price",
    "revise_service",
]

PERIOD_UNITS: Final = ("D", "W", "M", "Y")
"""Day, week, month, year."""
_SYMBOLS: Final = {"USD": "$", "EUR": "€", "GBP": "£", "CAD": "CA$", "AUD": "A$"}


class Recurrence(IntEnum):
    """How a service is paid: once, again and again, or with a first (trial or set-up) price before that.

    Example:
        >>> Recurrence(2).name
        'TRIAL'
    """

    ONE_TIME = 0
    RECURRING = 1
    TRIAL = 2


def _is_a_price(instance: Service, attribute: Attribute[Any], value: Money | None) -> None:
    if value is None:
        return
    is_no_debt(instance, attribute, value)
    if value.currency != instance.currency:
        msg = f"the {attribute.name} is in {value.currency}, the service in {instance.currency}"
        raise ValueError(msg)


def _is_a_unit(_: object, attribute: Attribute[Any], value: str | None) -> None:
    if value is not None and value not in PERIOD_UNITS:
        raise RuleViolationError(attribute.name, "Period type must be D, W, M, or Y")


def _length() -> Any:
    return field(default=None, validator=optional_within(1, INTEGER))


@frozen(kw_only=True)
class Service:
    """Something that the organisation sells.

    Args:
        id: Its id.
        name: 1 to 255 characters.
        description: Up to 65,535 characters.
        image: The address of a picture, up to 500 characters; the API only reads it.
        recurrence: How it is paid.
        currency: Three capital letters, ISO 4217; of every price here.
        price: What one costs, at least 0; None for a price that is agreed on each time.
        first_price: The price of the first (trial or set-up) period.
        first_period_length: How many units the first period has, at least 1.
        first_period_unit: ``D``, ``W``, ``M`` or ``Y``.
        recurring_price: The price of every later period.
        recurring_period_length: How many units a later period has, at least 1.
        recurring_period_unit: ``D``, ``W``, ``M`` or ``Y``.
        recurring_action: What happens on renewal; a number of the organisation's own.
        multi_order: Whether one client may buy several at once.
        request_orders: Whether it can be asked for without paying first.
        max_active_requests: How many such requests may run at once.
        deadline: Days until it is delivered.
        public: Whether clients see it.
        sort_order: Its place in the catalogue.
        group_quantities: Whether quantities make one order.
        folder_id: The folder that it stands in.
        metadata: Free JSON.
        braintree_plan_id: Up to 255 characters.
        hoth_product_key: Up to 255 characters.
        hoth_package_name: Up to 255 characters.
        provider_id: A provider's number.
        provider_service_id: The provider's number for it.
        employee_ids: Who delivers it, nobody twice.
        created_at: When it was offered first, UTC.
        updated_at: When it last changed, UTC.
        deleted_at: When it was deleted, UTC; old orders still show its name and price.
        version: How often it was stored.

    Raises:
        RuleViolationError: A text or a number is out of bounds.
        ValueError: A price is in another currency than the service.

    Example:
        >>> from service_engine.testing.examples import web_development
        >>> web_development.name, str(web_development.price), web_development.recurrence.name
        ('Web Development', '1500.00 USD', 'ONE_TIME')
    """

    id: ServiceId
    name: str = field(validator=bounded())
    description: str | None = field(default=None, validator=optional_bounded(NOTE))
    image: str | None = field(default=None, validator=optional_bounded(500))
    recurrence: Recurrence = field(default=Recurrence.ONE_TIME, validator=is_a(Recurrence))
    currency: str = field(validator=is_a_currency)
    price: Money | None = field(default=None, validator=across_fields(_is_a_price))
    first_price: Money | None = field(default=None, validator=across_fields(_is_a_price))
    first_period_length: int | None = _length()
    first_period_unit: str | None = field(default=None, validator=_is_a_unit)
    recurring_price: Money | None = field(default=None, validator=across_fields(_is_a_price))
    recurring_period_length: int | None = _length()
    recurring_period_unit: str | None = field(default=None, validator=_is_a_unit)
    recurring_action: int | None = field(default=None, validator=optional_within(0, SMALL_INTEGER))
    multi_order: bool = field(default=True, validator=is_true_or_false)
    request_orders: bool = field(default=False, validator=is_true_or_false)
    max_active_requests: int | None = field(default=None, validator=optional_within(0, INTEGER))
    deadline: int | None = field(default=None, validator=optional_within(0, INTEGER))
    public: bool = field(default=True, validator=is_true_or_false)
    sort_order: int = field(default=0, validator=within(-INTEGER, INTEGER))
    group_quantities: bool = field(default=False, validator=is_true_or_false)
    folder_id: ServiceFolderId | None = None
    metadata: JsonObject = field(default=EMPTY, hash=False)
    braintree_plan_id: str | None = field(default=None, validator=optional_bounded())
    hoth_product_key: str | None = field(default=None, validator=optional_bounded())
    hoth_package_name: str | None = field(default=None, validator=optional_bounded())
    provider_id: int | None = field(default=None, validator=optional_within(-INTEGER, INTEGER))
    provider_service_id: int | None = field(default=None, validator=optional_within(-INTEGER, INTEGER))
    employee_ids: tuple[EmployeeId, ...] = field(default=(), validator=holds_no_repeats)
    created_at: datetime = field(converter=utc)
    updated_at: datetime = field(converter=utc)
    deleted_at: datetime | None = field(default=None, converter=optional_utc)
    version: int = 1


@frozen(kw_only=True)
class ServicePatch:
    """What to change of a service. ``UNSET`` leaves a field as it is, None clears it where that is possible.

    Prices are plain decimals here: they are in the currency that the service has afterwards.

    Example:
        >>> ServicePatch(price=Decimal("9.90")).price, ServicePatch().price
        (Decimal('9.90'), UNSET)
    """

    name: str | Unset = UNSET
    description: str | Unset | None = UNSET
    recurrence: Recurrence | Unset = UNSET
    currency: str | Unset = UNSET
    price: Decimal | Unset | None = UNSET
    first_price: Decimal | Unset | None = UNSET
    first_period_length: int | Unset | None = UNSET
    first_period_unit: str | Unset | None = UNSET
    recurring_price: Decimal | Unset | None = UNSET
    recurring_period_length: int | Unset | None = UNSET
    recurring_period_unit: str | Unset | None = UNSET
    recurring_action: int | Unset | None = UNSET
    multi_order: bool | Unset = UNSET
    request_orders: bool | Unset = UNSET
    max_active_requests: int | Unset | None = UNSET
    deadline: int | Unset | None = UNSET
    public: bool | Unset = UNSET
    sort_order: int | Unset = UNSET
    group_quantities: bool | Unset = UNSET
    folder_id: ServiceFolderId | Unset | None = UNSET
    metadata: JsonObject | Unset = field(default=UNSET, hash=False)
    braintree_plan_id: str | Unset | None = UNSET
    hoth_product_key: str | Unset | None = UNSET
    hoth_package_name: str | Unset | None = UNSET
    provider_id: int | Unset | None = UNSET
    provider_service_id: int | Unset | None = UNSET


_NO_DETAILS: Final = ServicePatch()


def offer_service(
    service_id: ServiceId,
    *,
    name: str,
    currency: str,
    recurrence: Recurrence,
    at: datetime,
    employee_ids: Sequence[EmployeeId] = (),
    details: ServicePatch = _NO_DETAILS,
) -> Change[Service]:
    """Offer a new service.

    Args:
        service_id: Its id.
        name: 1 to 255 characters after stripping.
        currency: Three letters, ISO 4217; case and blanks around it do not matter.
        recurrence: How it is paid.
        at: Now.
        employee_ids: Who delivers it; checked by ``employees.require_assignable``.
        details: Everything else.

    Returns:
        The service, with one event: ``ServiceOffered``.

    Raises:
        RuleViolationError: A text or a number is out of bounds.
        ValueError: The details name one of the arguments, too.

    Source:
        Contract section 2.3, "create".

    Example:
        >>> from datetime import UTC, datetime
        >>> from uuid import UUID
        >>> offered = offer_service(
        ...     ServiceId(UUID(int=1)),
        ...     name="Web Development",
        ...     currency="usd",
        ...     recurrence=Recurrence.ONE_TIME,
        ...     details=ServicePatch(price=Decimal("1500")),
        ...     at=datetime(2026, 2, 7, tzinfo=UTC),
        ... )
        >>> pretty_price(offered.state)
        '$1500.00'
    """
    if (details.name, details.currency, details.recurrence) != (UNSET, UNSET, UNSET):
        msg = "name, currency and recurrence of a new service are arguments of their own"
        raise ValueError(msg)
    service = Service(
        id=service_id,
        name=clean(name, field="name"),
        currency=money(0, currency).currency,
        recurrence=recurrence,
        employee_ids=tuple(employee_ids),
        created_at=at,
        updated_at=at,
    )
    detailed = revise_service(service, details, at=at).state
    return Change(detailed, (ServiceOffered(service_id=service_id, at=at),))


def revise_service(service: Service, patch: ServicePatch, *, at: datetime) -> Change[Service]:
    """Change what the patch names, and nothing else. Orders that were placed before keep their snapshot.

    Raises:
        RuleViolationError: A text or a number is out of bounds, or a price does not fit the (new) currency.

    Source:
        Contract section 2.3, "update".

    Example:
        >>> from service_engine.testing.examples import later, web_development
        >>> revised = revise_service(web_development, ServicePatch(currency="eur"), at=later).state
        >>> str(revised.price)
        '1500.00 EUR'
    """
    changed = differences(service, _cleaned(service, patch))
    if not changed:
        return Change(service)
    revised = evolve(service, **changed, updated_at=at)
    return Change(revised, (ServiceRevised(service_id=service.id, fields=tuple(sorted(changed)), at=at),))


def assign_service(service: Service, employee_ids: Sequence[EmployeeId], *, at: datetime) -> Change[Service]:
    """Replace everybody who delivers a service.

    Args:
        service: The service.
        employee_ids: Who delivers it from now on; checked by ``employees.require_assignable``.
        at: Now.

    Example:
        >>> from service_engine.testing.examples import jane, later, web_development
        >>> assign_service(web_development, [jane.id], at=later).events  # she delivers it already
        ()
    """
    wanted = tuple(employee_ids)
    if wanted == service.employee_ids:
        return Change(service)
    assigned = evolve(service, employee_ids=wanted, updated_at=at)
    return Change(assigned, (ServiceAssigned(service_id=service.id, employee_ids=wanted, at=at),))


def delete_service(service: Service, *, at: datetime) -> Change[Service]:
    """Take a service out of the catalogue; orders of it stay as they are. Deleting a deleted one changes nothing.

    Example:
        >>> from service_engine.testing.examples import later, web_development
        >>> delete_service(web_development, at=later).state.deleted_at == later
        True
    """
    if service.deleted_at is not None:
        return Change(service)
    deleted = evolve(service, deleted_at=at, updated_at=at)
    return Change(deleted, (ServiceDeleted(service_id=service.id, at=at),))


def pretty_price(service: Service) -> str:
    """Return the price as people read it: the currency's sign or code, and the amount; 0.00 when there is none.

    Source:
        Contract section 2.3.

    Example:
        >>> from service_engine.testing.examples import web_development
        >>> pretty_price(web_development)
        '$1500.00'
    """
    sign = _SYMBOLS.get(service.currency, f"{service.currency} ")
    amount = Decimal(0) if service.price is None else service.price.amount
    return f"{sign}{amount:.{max(2, decimals(service.currency))}f}"


_LINES: Final = {
    "name": LINE,
    "description": NOTE,
    "braintree_plan_id": LINE,
    "hoth_product_key": LINE,
    "hoth_package_name": LINE,
}
_PRICES: Final = ("price", "first_price", "recurring_price")


def _cleaned(service: Service, patch: ServicePatch) -> dict[str, Any]:
    wanted = attrs.asdict(patch, recurse=False)
    currency = service.currency if isinstance(patch.currency, Unset) else money(0, patch.currency).currency
    wanted["currency"] = currency
    for name, max_length in _LINES.items():
        if isinstance(wanted[name], str):
            wanted[name] = clean(wanted[name], field=name, max_length=max_length, required=name == "name")
    if not isinstance(patch.metadata, Unset):
        wanted["metadata"] = freeze(patch.metadata)
    for name in _PRICES:
        wanted[name] = _priced(name, wanted[name], getattr(service, name), currency)
    return wanted


def _priced(name: str, wanted: Decimal | Unset | None, present: Money | None, currency: str) -> Money | None:
    if isinstance(wanted, Unset):
        wanted = None if present is None else present.amount
    return None if wanted is None else money(wanted, currency, field=name)
