"""What the machine asks with about services, orders, their tasks and their messages; bad input among it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from service_engine.domain.change import UNSET
from service_engine.domain.order_tasks import OrderTaskPatch
from service_engine.domain.orders import OrderDetails, OrderStatus
from service_engine.domain.services import ServicePatch
from service_engine.ports.lists import SliceRequest, Sort
from service_engine.ports.orders import OrderFilter, OrderSort
from service_engine.ports.services import ServiceFilter, ServiceSort
from service_engine.testing import strategies
from service_engine.testing.agreement.inputs import bad_or, filters_of, names, notes, sound_times, tag_lists, times
from service_engine.testing.strategies.inputs import optional
from service_engine.usecases.orders import OrderPatch

__all__ = [
    "currencies",
    "new_order_details",
    "numbers",
    "order_filters",
    "order_patches",
    "order_sorts",
    "places",
    "service_filters",
    "service_patches",
    "service_sorts",
    "slices",
    "task_patches",
]

_PRICES: Final = (Decimal(0), Decimal(5), Decimal("1500.00"), Decimal("0.001"), Decimal(-1), Decimal("NaN"))
_SOUND_PRICES: Final = (Decimal(0), Decimal(5), Decimal(1500), Decimal("0.001"), Decimal(-1))


def currencies() -> SearchStrategy[str]:
    """Make currency codes, and what is none.

    Example:
        >>> from hypothesis import find
        >>> find(currencies(), lambda code: code != code.strip())
        ' eur '
    """
    return bad_or(st.sampled_from(("USD", " eur ", "JPY", "KWD")), "", "EURO", "12", "\ud800")


def numbers() -> SearchStrategy[str | None]:
    """Make one of a few numbers of orders, in several spellings, so that they are taken; or None for a random one.

    Example:
        >>> from hypothesis import find
        >>> find(numbers(), lambda number: number is not None and number.strip() == "A1")
        'A1'
    """
    few = st.sampled_from(("A1", " A1 ", "a1", "日本", "x" * 50))
    return bad_or(st.none() | few | strategies.lines(50), "", "  ", "x" * 51, "NUL \x00", "lone \ud800")


def places() -> SearchStrategy[int]:
    """Make places in an order, few of them.

    Example:
        >>> from hypothesis import find
        >>> find(places(), lambda place: place > 2) == 2**31
        True
    """
    return bad_or(st.integers(-1, 2), 2**31, -(2**31))


def service_patches() -> SearchStrategy[ServicePatch]:
    """Make patches of services; the folder is chosen later.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(phases=[Phase.generate])
        >>> find(service_patches(), lambda patch: True, settings=quick).folder_id
        UNSET
    """
    prices = st.none() | bad_or(st.sampled_from(_PRICES[:3]), *_PRICES[3:])
    return strategies.service_patches(
        name=optional(names()),
        description=optional(notes()),
        currency=st.just(UNSET) | st.just(UNSET) | currencies(),
        price=optional(prices),
        recurring_price=optional(prices),
        first_price=optional(prices),
        deadline=optional(bad_or(st.none() | st.integers(0, 3), -1, 2**31)),
        recurring_period_unit=optional(bad_or(st.sampled_from(("D", "Y", None)), "d", "")),
        sort_order=optional(places()),
        folder_id=st.just(UNSET),
    )


def new_order_details() -> SearchStrategy[OrderDetails]:
    """Make details of new orders. One names the service twice once in a while, which is a mistake of the host's.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(phases=[Phase.generate])
        >>> find(new_order_details(), lambda details: True, settings=quick).service_id
        UNSET
    """
    return _details(service_id=st.just(UNSET), service_name=bad_or(st.just(UNSET), "twice"))


def order_patches() -> SearchStrategy[OrderPatch]:
    """Make patches of orders; the service and the employees are chosen later.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(phases=[Phase.generate])
        >>> find(order_patches(), lambda patch: True, settings=quick).employee_ids
        UNSET
    """
    return strategies.order_patches(
        status=optional(st.sampled_from(OrderStatus)),
        employee_ids=st.just(UNSET),
        tags=optional(tag_lists()),
        details=_details(service_id=optional(st.none()), service_name=optional(names())),
    )


def task_patches() -> SearchStrategy[OrderTaskPatch]:
    """Make patches of tasks, which break the rules about clients and deadlines, too; employees are chosen later.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(phases=[Phase.generate])
        >>> find(task_patches(), lambda patch: True, settings=quick).employee_ids
        UNSET
    """
    ends = {"deadline": optional(bad_or(st.integers(0, 3), -1, 2**31)), "due_at": optional(times())}
    one_end = st.sampled_from(({}, {"deadline": st.none()}, {"due_at": st.none()}))
    return one_end.flatmap(
        lambda end: strategies.order_task_patches(
            name=optional(names()),
            description=optional(notes()),
            sort_order=optional(places()),
            for_client=st.just(UNSET) | optional(st.booleans()),
            employee_ids=st.just(UNSET),
            **(ends | end),
        )
    )


def service_filters(services: SearchStrategy[Any], folders: SearchStrategy[Any]) -> SearchStrategy[list[Any]]:
    """Make filters of services, on ids of either organisation.

    Example:
        >>> from uuid import UUID
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(max_examples=2_000, phases=[Phase.generate])
        >>> service, folder = UUID(int=1), UUID(int=2)
        >>> wanted = service_filters(services=st.just(service), folders=st.just(folder))
        >>> find(wanted, lambda filters: [each.value for each in filters] == [folder], settings=quick)[0].field
        <ServiceFilter.FOLDER_ID: 'folder_id'>
    """
    return filters_of(
        {
            ServiceFilter.ID: services,
            ServiceFilter.NAME: st.sampled_from(("a", "B", "", "%")) | strategies.lines(),
            ServiceFilter.RECURRENCE: st.integers(-1, 3),
            ServiceFilter.PUBLIC: st.booleans(),
            ServiceFilter.PRICE: st.sampled_from(_SOUND_PRICES),
            ServiceFilter.CURRENCY: st.sampled_from(("USD", "EUR", "usd")),
            ServiceFilter.FOLDER_ID: folders,
            ServiceFilter.CREATED_AT: sound_times(),
        }
    )


def order_filters(
    orders: SearchStrategy[Any],
    clients: SearchStrategy[Any],
    services: SearchStrategy[Any],
    invoices: SearchStrategy[Any],
) -> SearchStrategy[list[Any]]:
    """Make filters of orders, on ids of either organisation.

    Example:
        >>> from uuid import UUID
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(max_examples=2_000, phases=[Phase.generate])
        >>> order, client, service, invoice = map(UUID, ("1" * 32, "2" * 32, "3" * 32, "4" * 32))
        >>> wanted = order_filters(st.just(order), st.just(client), st.just(service), st.just(invoice))
        >>> find(wanted, lambda filters: [each.value for each in filters] == [invoice], settings=quick)[0].field
        <OrderFilter.INVOICE_ID: 'invoice_id'>
    """
    return filters_of(
        {
            OrderFilter.ID: orders,
            OrderFilter.NUMBER: st.sampled_from(("A1", "a1", "", "M")) | strategies.lines(),
            OrderFilter.STATUS: st.integers(0, 6),
            OrderFilter.CLIENT_ID: clients,
            OrderFilter.SERVICE_ID: services,
            OrderFilter.PRICE: st.sampled_from(_SOUND_PRICES),
            OrderFilter.INVOICE_ID: invoices,
            OrderFilter.CREATED_AT: sound_times(),
            OrderFilter.DATE_DUE: sound_times(),
        }
    )


def service_sorts() -> SearchStrategy[Sort[ServiceSort]]:
    """Make sorts of services.

    Example:
        >>> from hypothesis import find
        >>> find(service_sorts(), lambda sort: sort.field is ServiceSort.PRICE).descending
        False
    """
    return st.builds(Sort, st.sampled_from(ServiceSort), st.booleans())


def order_sorts() -> SearchStrategy[Sort[OrderSort]]:
    """Make sorts of orders.

    Example:
        >>> from hypothesis import find
        >>> find(order_sorts(), lambda sort: sort.field is OrderSort.DATE_DUE).descending
        False
    """
    return st.builds(Sort, st.sampled_from(OrderSort), st.booleans())


def slices() -> SearchStrategy[SliceRequest]:
    """Make small slices, and some beyond the end.

    Example:
        >>> from hypothesis import find
        >>> find(slices(), lambda part: part.size > 1).size
        2
    """
    return st.builds(SliceRequest, number=st.integers(1, 2) | st.just(2**53), size=st.sampled_from((1, 2, 100, 500)))


def _details(**service: SearchStrategy[Any]) -> SearchStrategy[OrderDetails]:
    return strategies.order_details(
        **service,
        note=optional(notes()),
        **dict.fromkeys(("date_started", "date_completed", "date_due"), optional(st.none() | times())),
        created_at=optional(times()),
    )
