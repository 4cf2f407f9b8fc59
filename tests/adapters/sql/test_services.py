"""Services on both databases: kept whole, listed in two statements by an index, held while somebody orders them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from threading import Thread
from typing import Any

import attrs
import pytest

from service_engine import MemoryStore
from service_engine.adapters.sql import SqlStore
from service_engine.domain.ids import EmployeeId, ServiceFolderId, ServiceId
from service_engine.domain.json_values import freeze
from service_engine.domain.money import money
from service_engine.domain.services import Recurrence, Service, ServicePatch
from service_engine.errors import ConflictError, InvalidReferenceError, NotAssignableError, NotFoundError
from service_engine.ports.lists import Condition, Operator, PageRequest, Sort
from service_engine.ports.services import ServiceFilter, ServiceSort
from service_engine.ports.unit_of_work import UnitOfWork
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency, happened
from service_engine.testing.entropy import SeededEntropy
from service_engine.testing.statements import counting
from service_engine.usecases.orders import create_order
from service_engine.usecases.services import (
    create_service,
    create_service_folder,
    delete_service,
    get_service,
    list_services,
    update_service,
)

pytestmark = pytest.mark.parametrize("store", ["sqlite", "postgres"], indirect=True)

LATER = NOON + timedelta(hours=1)
EVERYTHING = ServicePatch(
    description="Twelve months of care",
    price=Decimal("1.999"),
    first_price=Decimal("0.001"),
    first_period_length=14,
    first_period_unit="D",
    recurring_price=Decimal("9999999.999"),
    recurring_period_length=12,
    recurring_period_unit="M",
    recurring_action=3,
    multi_order=False,
    request_orders=True,
    max_active_requests=2,
    deadline=30,
    public=False,
    sort_order=-7,
    group_quantities=True,
    metadata=freeze({"hosting": {"region": "eu", "cores": [1, 2.5]}}),
    braintree_plan_id="care-12",
    hoth_product_key="key",
    hoth_package_name="package",
    provider_id=5,
    provider_service_id=-6,
)


@pytest.fixture
def sql_store(store: Any) -> SqlStore:
    """Give the store as what it is."""
    assert isinstance(store, SqlStore)
    return store


@pytest.fixture
def acme(store: Any) -> Agency:
    """Give an organisation."""
    return Agency(store)


def offered(acme: Agency, number: int, **details: Any) -> Service:
    """Offer one service, a second later than the one before."""
    return acme.run(
        create_service,
        name=f"Service {number}",
        currency="USD",
        details=ServicePatch(price=Decimal(number), **details),
        employee_ids=[acme.administrator.id],
        at=NOON + timedelta(seconds=number),
    )


def test_a_service_is_kept_whole(acme: Agency) -> None:
    """Every field comes back as it went in, prices to the thousandth, from the repository and from the view."""
    people = [acme.employee().id, acme.administrator.id, acme.employee().id]
    folder = acme.run(create_service_folder, name="Care", at=NOON)
    created = acme.run(
        create_service,
        name="Care",
        currency="BHD",
        recurrence=Recurrence.TRIAL,
        employee_ids=people,
        details=attrs.evolve(EVERYTHING, folder_id=folder.id),
        at=NOON,
    )
    with acme.begin() as uow:
        pictured = uow.services.save(happened(attrs.evolve(created, image="https://example.com/care.png")))
    assert pictured.employee_ids == tuple(people)
    with acme.begin() as uow:
        assert uow.services.get(created.id) == pictured
    assert acme.read(get_service, created.id) == pictured
    assert acme.read(list_services).rows == (pictured,)


def test_prices_that_are_not_there_stay_away(acme: Agency) -> None:
    """No price is not the price 0, neither kept nor filtered."""
    free, agreed = offered(acme, 0), acme.run(create_service, name="Advice", currency="JPY", at=LATER)
    assert acme.read(get_service, free.id).price == money(0, "USD")
    assert acme.read(get_service, agreed.id).price is None
    none = Condition(ServiceFilter.PRICE, Operator.EQ, None)
    assert acme.read(list_services, filters=[none]).rows == (agreed,)


def test_a_service_is_updated_in_place(acme: Agency, sql_store: SqlStore) -> None:
    """People who stay are left alone; others are replaced; a stale change is refused."""
    service = offered(acme, 1)
    jane = acme.employee().id
    with counting(sql_store.engine) as counts:
        renamed = acme.run(update_service, service.id, ServicePatch(name="Audit"), at=LATER)
    assert (renamed.version, renamed.employee_ids) == (2, service.employee_ids)
    assert (counts.statements, counts.begins, counts.commits) == (2, 1, 1)
    assigned = acme.run(update_service, service.id, ServicePatch(), employee_ids=[jane], at=LATER)
    assert acme.read(get_service, service.id) == assigned
    assert assigned.employee_ids == (jane,)
    with pytest.raises(ConflictError), acme.begin() as uow:
        uow.services.save(happened(attrs.evolve(service, name="Stale")))


def test_what_a_service_refers_to_is_checked(acme: Agency) -> None:
    """Folder and people have to be the organisation's own; clients cannot deliver anything."""
    rival = Agency(acme.store, "Rival")
    foreign = rival.run(create_service_folder, name="Theirs", at=NOON)
    for folder_id in (foreign.id, ServiceFolderId(acme.new_id())):
        with pytest.raises(InvalidReferenceError):
            offered(acme, 1, folder_id=folder_id)
    for person in (rival.administrator.id, EmployeeId(acme.client().id)):
        with pytest.raises(NotAssignableError):
            acme.run(create_service, name="Audit", currency="USD", employee_ids=[person], at=NOON)
    theirs = offered(rival, 1)
    for service_id in (theirs.id, ServiceId(acme.new_id())):
        with pytest.raises(NotFoundError):
            acme.read(get_service, service_id)
        with pytest.raises(NotFoundError):
            acme.run(delete_service, service_id, at=LATER)
    with pytest.raises(ConflictError), acme.begin() as uow:
        uow.services.add(happened(attrs.evolve(theirs, id=acme.new_id())))


def test_folders_stand_in_their_order(acme: Agency) -> None:
    """By sort order, equal ones by id, only the organisation's own."""
    rival = Agency(acme.store, "Rival")
    rival.run(create_service_folder, name="Theirs", at=NOON)
    names = {"Last": 2, "First": -1, "Second": 0, "Third": 0}
    folders = [acme.run(create_service_folder, name=name, sort_order=place, at=NOON) for name, place in names.items()]
    with acme.begin() as uow:
        assert [folder.name for folder in uow.service_folders.all()] == ["First", "Second", "Third", "Last"]
        assert set(uow.service_folders.all()) == set(folders)
        assert uow.service_folders.exists(folders[0].id)
    with rival.begin() as uow:
        assert not uow.service_folders.exists(folders[0].id)


@pytest.mark.parametrize("size", [1, 20, 100])
def test_a_page_of_services_is_two_statements(acme: Agency, size: int, sql_store: SqlStore) -> None:
    """However many there are on it; one is one statement."""
    _offer_many(acme, 101)
    with counting(sql_store.engine) as counts:
        page = acme.read(list_services, page=PageRequest(size=size))
    assert (counts.statements, counts.begins, len(page.rows), page.total) == (2, 0, size, 101)
    assert all(service.employee_ids == (acme.administrator.id,) for service in page.rows)
    with counting(sql_store.engine) as counts:
        assert acme.read(get_service, page.rows[0].id) == page.rows[0]
    assert (counts.statements, counts.begins) == (1, 0)


FILTERS = [
    Condition(ServiceFilter.NAME, Operator.GT, "Service 2"),
    Condition(ServiceFilter.RECURRENCE, Operator.IN, (1, 2)),
    Condition(ServiceFilter.RECURRENCE, Operator.LT, 10**30),
    Condition(ServiceFilter.PUBLIC, Operator.EQ, True),
    Condition(ServiceFilter.PUBLIC, Operator.LT, True),
    Condition(ServiceFilter.PUBLIC, Operator.IN, (False,)),
    Condition(ServiceFilter.PRICE, Operator.GT, Decimal("2.9995")),
    Condition(ServiceFilter.CURRENCY, Operator.EQ, "EUR"),
    Condition(ServiceFilter.FOLDER_ID, Operator.EQ, None),
    Condition(ServiceFilter.CREATED_AT, Operator.LT, NOON + timedelta(seconds=4)),
]


def test_lists_agree_with_the_memory_store(acme: Agency) -> None:
    """Every filter and every sort, both ways."""
    twins = [Agency(acme.store, "Twin"), Agency(MemoryStore(SeededEntropy(5)), "Twin")]
    for twin in twins:
        folder = twin.run(create_service_folder, name="Care", at=NOON)
        for number in range(9):
            twin.run(
                create_service,
                name=f"Service {9 - number}",
                currency=("USD", "EUR", "JPY")[number % 3],
                recurrence=Recurrence(number % 3),
                details=ServicePatch(
                    price=None if number == 4 else Decimal(number),
                    public=bool(number % 2),
                    sort_order=number % 4,
                    folder_id=folder.id if number > 6 else None,
                ),
                at=NOON + timedelta(seconds=number // 2),
            )
    for condition in FILTERS:
        pages = [{each.name for each in twin.read(list_services, filters=[condition]).rows} for twin in twins]
        assert pages[0] == pages[1], condition
        assert 0 < len(pages[0]) <= 9, condition
    for field in ServiceSort:
        for descending in (True, False):
            listed = [twin.read(list_services, sort=Sort(field, descending=descending)).rows for twin in twins]
            assert [each.name for each in listed[0]] == [each.name for each in listed[1]], (field, descending)


def test_whoever_orders_a_service_holds_it(acme: Agency) -> None:
    """It cannot be deleted between the look at it and the commit; afterwards it can, and the order keeps its name."""
    service, client = offered(acme, 1), acme.client()
    deletion = Thread(target=acme.store.run, args=(acme.org_id, delete_service, service.id), kwargs={"at": LATER})

    def order(uow: UnitOfWork) -> Any:
        placed = create_order(uow, client_id=client.id, service_id=service.id, at=NOON)
        deletion.start()
        deletion.join(0.3)
        assert deletion.is_alive()
        return placed

    placed = acme.run(order)
    deletion.join()
    with pytest.raises(NotFoundError):
        acme.read(get_service, service.id)
    with acme.begin() as uow:
        assert uow.orders.get(placed.id).service_name == service.name
    with pytest.raises(InvalidReferenceError) as refusal:
        acme.run(create_order, client_id=client.id, service_id=service.id, at=LATER)
    assert refusal.value.field == "service_id"


def _offer_many(acme: Agency, number: int) -> None:
    with acme.begin() as uow:
        for each in range(number):
            create_service(
                uow,
                name=f"Service {each}",
                currency="USD",
                employee_ids=[acme.administrator.id],
                at=NOON + timedelta(seconds=each),
            )
