"""One look-up for everything that a request refers to, whatever it refers to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from attrs import frozen

from service_engine.domain.employees import Member
from service_engine.domain.id_checks import require_id
from service_engine.domain.ids import ClientId, CouponId, EmployeeId, OrderId, ServiceId
from service_engine.domain.money import Money, money

__all__ = ["FoundReferences", "References", "ServiceOffer", "require_reference_ids"]


@frozen(kw_only=True)
class ServiceOffer:
    """What orders, proposals and invoices take from a service of the catalogue.

    Args:
        id: The service's id.
        name: What it is called.
        currency: Its currency.
        price: What one costs; None for a price that is agreed on each time.

    Example:
        >>> from uuid import UUID
        >>> offer = ServiceOffer(id=ServiceId(UUID(int=1)), name="Advice", currency="EUR", price=None)
        >>> str(offer.price_or_nothing)
        '0.00 EUR'
    """

    id: ServiceId
    name: str
    currency: str
    price: Money | None

    @property
    def price_or_nothing(self) -> Money:
        """What one costs, nought in the service's currency when there is no price."""
        return money(0, self.currency) if self.price is None else self.price


@frozen(kw_only=True)
class FoundReferences:
    """What of the things asked for is there, alive, in the organisation.

    Args:
        client: Whether the client is, and is a client, not staff.
        order: Whether the order is.
        coupon: Whether the coupon is.
        services: The services asked for that are.
        members: The people asked for as employees who are there, with the access that their role gives.

    Example:
        >>> from service_engine.testing.examples import jane
        >>> members = {jane.id: Member(jane.id, 3)}
        >>> found = FoundReferences(client=False, order=False, coupon=False, services={}, members=members)
        >>> jane.id in found.members
        True
    """

    client: bool
    order: bool
    coupon: bool
    services: Mapping[ServiceId, ServiceOffer]
    members: Mapping[EmployeeId, Member]


class References(Protocol):
    """Validation by set: one statement, whatever the number of things.

    Example:
        >>> from service_engine.testing.examples import acme, agency, jane, john
        >>> with agency().begin(acme.id) as uow:
        ...     found = uow.references.look_up(client_id=john.id, employee_ids=[jane.id])
        >>> found.client, found.members[jane.id].dashboard_access
        (True, 3)
    """

    def look_up(
        self,
        *,
        client_id: ClientId | None = None,
        order_id: OrderId | None = None,
        coupon_id: CouponId | None = None,
        service_ids: Sequence[ServiceId] = (),
        employee_ids: Sequence[EmployeeId] = (),
    ) -> FoundReferences:
        """Look all of them up at once.

        The people who are found, and their roles, stay as they are until the transaction ends: nobody can delete them
        or take their access away between the check and the commit.

        Raises:
            TypeError: What is given as an id is none.
        """
        ...


def require_reference_ids(
    *,
    client: object = None,
    order: object = None,
    coupon: object = None,
    services: Iterable[object] = (),
    employees: Iterable[object] = (),
) -> None:
    """Refuse a look-up that asks for something by what is no id; every store begins with it.

    Args:
        client: The client's id, or None.
        order: The order's, or None.
        coupon: The coupon's, or None.
        services: The services' ids.
        employees: The employees'.

    Raises:
        TypeError: One of them is no UUID.

    Example:
        >>> require_reference_ids(employees=["jane"])
        Traceback (most recent call last):
            ...
        TypeError: an EmployeeId is wanted, 'str' was given: EmployeeId(UserId(UUID('jane')))
    """
    for kind, given in (("client", client), ("order", order), ("coupon", coupon)):
        if given is not None:
            require_id(kind, given)
    for kind, several in (("service", services), ("employee", employees)):
        for each in several:
            require_id(kind, each)
