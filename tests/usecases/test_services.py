"""What can be done with services and their folders: send a command, look at the store."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

import attrs
import pytest
from tests.usecases.hiring import bob

from service_engine.domain.ids import EmployeeId, ServiceFolderId, ServiceId, UserId
from service_engine.domain.json_values import freeze
from service_engine.domain.money import money
from service_engine.domain.service_folders import ServiceFolder, ServiceFolderCreated
from service_engine.domain.services import (
    Recurrence,
    Service,
    ServiceAssigned,
    ServiceDeleted,
    ServiceOffered,
    ServicePatch,
    ServiceRevised,
)
from service_engine.errors import InvalidReferenceError, NotAssignableError, NotFoundError, RuleViolationError
from service_engine.ports.lists import Condition, Operator, PageRequest, Sort
from service_engine.ports.services import ServiceFilter, ServiceSort
from service_engine.ports.unit_of_work import Store, UnitOfWork
from service_engine.testing.examples import acme, folder, jane, john, later, now, web_development, website
from service_engine.usecases.orders import get_order
from service_engine.usecases.services import (
    create_service,
    create_service_folder,
    delete_service,
    get_service,
    list_services,
    update_service,
)

NOBODY = EmployeeId(UserId(UUID(int=404)))
NOWHERE = ServiceFolderId(UUID(int=404))


def created(store: Store, **arguments: Any) -> Service:
    """Offer a service that differs in the given arguments."""
    usual: dict[str, Any] = {"name": " SEO ", "currency": "usd", "at": now}
    return store.run(acme.id, create_service, **(usual | arguments))


def updated(store: Store, **fields: Any) -> Service:
    """Update the example's service by a patch of the given fields."""
    return store.run(acme.id, update_service, web_development.id, ServicePatch(**fields), at=later)


def shown(store: Store, service_id: ServiceId = web_development.id) -> Service:
    """Return a service as it is shown."""
    return store.read(acme.id, get_service, service_id)


def names(store: Store, **arguments: Any) -> list[str]:
    """Return the names of the services of a page."""
    return [service.name for service in store.read(acme.id, list_services, **arguments).rows]


def folders(store: Store) -> list[str]:
    """Return the names of all folders, in order."""

    def load(uow: UnitOfWork) -> tuple[ServiceFolder, ...]:
        return uow.service_folders.all()

    return [each.name for each in store.run(acme.id, load)]


# ------------------------------------------------------------------------------------------------------ creating


@pytest.mark.usefixtures("store")
def test_offering_with_the_least(agency: Store):
    """Stored as returned: paid once, without a price; one event."""
    with agency.begin(acme.id) as uow:
        service = create_service(uow, name=" SEO ", currency="usd", at=now)
        assert uow.events == (ServiceOffered(service_id=service.id, at=now),)
    assert (service.name, service.currency, service.recurrence) == ("SEO", "USD", Recurrence.ONE_TIME)
    assert (service.price, service.employee_ids, service.folder_id, service.version) == (None, (), None, 1)
    assert shown(agency, service.id) == service


@pytest.mark.usefixtures("store")
def test_offering_with_everything(agency: Store):
    """Prices, folder and people are stored as returned; repeated people count once, in order."""
    other = bob(agency)
    details = ServicePatch(
        description="Monthly",
        price=Decimal("99.50"),
        first_price=Decimal(0),
        first_period_length=14,
        first_period_unit="D",
        recurring_price=Decimal("49.99"),
        recurring_period_length=1,
        recurring_period_unit="M",
        folder_id=folder.id,
        metadata=freeze({"colour": "blue", "rooms": 3}),
        sort_order=-2,
    )
    service = created(
        agency, recurrence=Recurrence.TRIAL, employee_ids=[other, jane.id, other], details=details, currency="eur"
    )
    assert (service.price, service.first_price) == (money("99.50", "EUR"), money(0, "EUR"))
    assert (service.recurring_price, service.recurrence) == (money("49.99", "EUR"), Recurrence.TRIAL)
    assert (service.employee_ids, service.folder_id) == ((other, jane.id), folder.id)
    assert shown(agency, service.id) == service


@pytest.mark.usefixtures("store")
def test_somebody_who_cannot_be_assigned(agency: Store, neighbour):
    """An unknown employee, a foreign one and a client are refused alike, by id, for a new service and an old one."""
    for employee_id in (NOBODY, neighbour.employee.id, EmployeeId(john.id)):
        for act in (
            lambda who: created(agency, employee_ids=[jane.id, who]),
            lambda who: agency.run(
                acme.id, update_service, web_development.id, ServicePatch(), employee_ids=[who], at=later
            ),
        ):
            with pytest.raises(NotAssignableError) as refused:
                act(employee_id)
            assert (refused.value.field, refused.value.message) == (
                "employees",
                f"Employee with ID {employee_id} does not exist.",
            )
    assert names(agency) == ["Web Development"]
    assert shown(agency).employee_ids == (jane.id,)


@pytest.mark.usefixtures("store")
def test_a_folder_that_is_not_there(agency: Store, neighbour):
    """An unknown folder and a foreign one are refused alike, for a new service and an old one (D45)."""
    foreign = agency.run(neighbour.org_id, create_service_folder, name="Theirs", at=now).id
    for folder_id in (NOWHERE, foreign):
        for act in (
            lambda where: created(agency, details=ServicePatch(folder_id=where)),
            lambda where: updated(agency, folder_id=where, name="New"),
        ):
            with pytest.raises(InvalidReferenceError) as refused:
                act(folder_id)
            assert (refused.value.field, refused.value.message) == (
                "folder_id",
                "The specified folder does not exist.",
            )
    assert names(agency) == ["Web Development"]


def test_the_folder_is_checked_before_the_people(agency: Store):
    """The first refusal wins, in the contract's order."""
    with pytest.raises(InvalidReferenceError) as refused:
        created(agency, details=ServicePatch(folder_id=NOWHERE), employee_ids=[NOBODY])
    assert refused.value.field == "folder_id"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"currency": "dollar"}, "currency"),
        ({"details": ServicePatch(price=Decimal(-1))}, "price"),
        ({"details": ServicePatch(first_price=Decimal("0.001"))}, "first_price"),
        ({"details": ServicePatch(recurring_period_length=0)}, "recurring_period_length"),
    ],
    ids=["name", "currency", "price", "first price", "period"],
)
def test_a_refused_offer_leaves_nothing(agency: Store, changes: dict[str, Any], field: str):
    """The refusal names the field, and the catalogue stays as it was."""
    with pytest.raises(RuleViolationError) as refused:
        created(agency, **changes)
    assert refused.value.field == field
    assert names(agency) == ["Web Development"]


# ------------------------------------------------------------------------------------------------------ updating


@pytest.mark.usefixtures("store")
def test_updating_everything_at_once(agency: Store):
    """One save, one version, and the events in the order of what was done."""
    other = bob(agency)
    patch = ServicePatch(name=" Websites ", price=Decimal(2000), folder_id=None)
    with agency.begin(acme.id) as uow:
        service = update_service(uow, web_development.id, patch, employee_ids=[other, other, jane.id], at=later)
        assert uow.events == (
            ServiceRevised(service_id=service.id, fields=("folder_id", "name", "price"), at=later),
            ServiceAssigned(service_id=service.id, employee_ids=(other, jane.id), at=later),
        )
    assert service == attrs.evolve(
        web_development,
        name="Websites",
        price=money(2000, "USD"),
        folder_id=None,
        employee_ids=(other, jane.id),
        updated_at=later,
        version=2,
    )
    assert shown(agency) == service


@pytest.mark.usefixtures("store")
def test_what_is_absent_stays(agency: Store):
    """An empty patch, and one that says what is there already, write nothing."""
    with agency.begin(acme.id) as uow:
        for patch in (ServicePatch(), ServicePatch(name="Web Development", folder_id=folder.id, currency="usd")):
            assert update_service(uow, web_development.id, patch, employee_ids=[jane.id], at=later) == web_development
        assert uow.events == ()


def test_nobody_is_asked_for_when_nobody_is_wanted(agency: Store):
    """An empty list takes everybody off."""
    service = agency.run(acme.id, update_service, web_development.id, ServicePatch(), employee_ids=[], at=later)
    assert shown(agency).employee_ids == service.employee_ids == ()


@pytest.mark.usefixtures("store")
def test_a_service_that_changes_or_goes_changes_no_order(agency: Store):
    """Name, price and currency of an order are a snapshot; it still names the service that is gone."""
    before = agency.read(acme.id, get_order, website.id)
    updated(agency, name="Dearer", price=Decimal(2000), currency="EUR")
    assert agency.read(acme.id, get_order, website.id) == before
    agency.run(acme.id, delete_service, web_development.id, at=later)
    after = agency.read(acme.id, get_order, website.id)
    assert after == before
    assert (after.order.service_id, after.order.service_name) == (web_development.id, "Web Development")
    assert after.order.price == money(1500, "USD")


def test_a_currency_that_cannot_hold_the_price(agency: Store):
    """Refused on the price, and nothing changes; whole amounts take the new currency as they are."""
    updated(agency, price=Decimal("9.99"))
    with pytest.raises(RuleViolationError) as refused:
        updated(agency, currency="JPY", name="New")
    assert (refused.value.field, refused.value.message) == ("price", "The price must have at most 0 decimals.")
    assert (str(shown(agency).price), shown(agency).name) == ("9.99 USD", "Web Development")
    assert str(updated(agency, currency="JPY", price=Decimal(1500)).price) == "1500 JPY"
    assert str(updated(agency, currency="EUR").price) == "1500.00 EUR"


# ------------------------------------------------------------------------------------------------------ deleting


@pytest.mark.usefixtures("store")
def test_deleting_takes_a_service_out_of_the_catalogue(agency: Store):
    """It is neither listed nor shown, and cannot be deleted again."""
    with agency.begin(acme.id) as uow:
        delete_service(uow, web_development.id, at=later)
        assert uow.events == (ServiceDeleted(service_id=web_development.id, at=later),)
    assert names(agency) == []


@pytest.mark.usefixtures("store")
def test_a_service_that_is_not_there(agency: Store, neighbour):
    """Unknown, foreign and deleted services are answered alike, whatever is asked."""
    foreign = agency.run(neighbour.org_id, create_service, name="Theirs", currency="USD", at=now).id
    agency.run(acme.id, delete_service, web_development.id, at=now)
    for service_id in (ServiceId(UUID(int=404)), foreign, web_development.id):
        for act in (
            lambda key: shown(agency, key),
            lambda key: agency.run(acme.id, update_service, key, ServicePatch(name="New"), at=later),
            lambda key: agency.run(acme.id, delete_service, key, at=later),
        ):
            with pytest.raises(NotFoundError) as refused:
                act(service_id)
            assert (refused.value.kind, refused.value.key) == ("service", service_id)


# ------------------------------------------------------------------------------------------------------- listing


@pytest.mark.usefixtures("store")
def test_listing(agency: Store, neighbour):
    """Newest first by default; filters let through what they say and count it; foreign services are never there."""
    agency.run(neighbour.org_id, create_service, name="Theirs", currency="USD", at=now)
    created(agency, name="Audit", details=ServicePatch(price=Decimal(10), public=False), at=later)
    assert names(agency) == ["Audit", "Web Development"]
    cheap = Condition(ServiceFilter.PRICE, Operator.LT, Decimal(100))
    page = agency.read(acme.id, list_services, filters=[cheap])
    assert ([service.name for service in page.rows], page.total) == (["Audit"], 1)
    by_price = Sort(ServiceSort.PRICE, descending=True)
    assert names(agency, sort=by_price, page=PageRequest(number=2, size=1)) == ["Audit"]


# ------------------------------------------------------------------------------------------------------- folders


@pytest.mark.usefixtures("store")
def test_making_a_folder(agency: Store, neighbour):
    """It stands in its place among the organisation's own, and a service can be put into it."""
    with agency.begin(acme.id) as uow:
        there = create_service_folder(uow, name=" Hosting ", sort_order=-1, at=later)
        assert uow.events == (ServiceFolderCreated(folder_id=there.id, at=later),)
    assert there == ServiceFolder(id=there.id, name="Hosting", sort_order=-1, created_at=later, updated_at=later)
    agency.run(neighbour.org_id, create_service_folder, name="Theirs", at=now)
    assert folders(agency) == ["Hosting", "Websites"]
    assert updated(agency, folder_id=there.id).folder_id == there.id


def test_a_folder_without_a_name(agency: Store):
    """Refused; nothing is made."""
    with pytest.raises(RuleViolationError) as refused:
        agency.run(acme.id, create_service_folder, name=" ", at=now)
    assert refused.value.field == "name"
    assert folders(agency) == ["Websites"]
