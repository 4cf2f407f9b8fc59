"""Services and their folders in memory: stale saves, links, lists with prices that are not there."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import attrs
import pytest

from service_engine import Change, ConflictError, NotFoundError, OrganizationId, ServiceFolderId, ServiceId
from service_engine.domain import services
from service_engine.domain.money import money
from service_engine.domain.service_folders import create_folder
from service_engine.domain.services import Recurrence, ServicePatch
from service_engine.ports.lists import Condition, Operator, Page, PageRequest, Sort
from service_engine.ports.references import ServiceOffer
from service_engine.ports.services import ServiceFilter, ServiceSort
from service_engine.testing import build
from service_engine.testing.builders import NOON
from service_engine.usecases.clients import delete_client
from service_engine.usecases.organizations import bootstrap_organization
from service_engine.usecases.services import (
    create_service,
    create_service_folder,
    delete_service,
    get_service,
    list_services,
    update_service,
)


def _service(**given):
    usual: dict[str, Any] = {"name": "SEO", "currency": "USD", "recurrence": Recurrence.ONE_TIME, "at": NOON}
    return services.offer_service(ServiceId(build.entropy.new_id()), **(usual | given)).state


def test_a_service_is_kept_whole(store, org_id, hosting):
    """What is added comes back, one at a time and as it is shown; a save is one version later."""
    assert store.read(org_id, get_service, hosting.id) is hosting
    with store.begin(org_id) as uow:
        assert uow.services.get(hosting.id) is hosting
        revised = services.revise_service(hosting, ServicePatch(public=False), at=NOON)
        assert uow.services.save(revised) == attrs.evolve(revised.state, version=2)
        assert uow.services.get(hosting.id).version == 2
        assert [type(event).__name__ for event in uow.events] == ["ServiceRevised"]


def test_saves(store, org_id, hosting):
    """Nothing for no events; a conflict for stale, deleted and unknown."""
    deleted = services.delete_service(hosting, at=NOON)
    with store.begin(org_id) as uow:
        assert uow.services.save(Change(hosting)) is hosting
        assert uow.services.save(deleted) == attrs.evolve(deleted.state, version=2)
        for stale in (hosting, attrs.evolve(hosting, version=2), _service()):
            with pytest.raises(ConflictError) as refused:
                uow.services.save(Change(stale, deleted.events))
            assert (refused.value.kind, refused.value.key) == ("service", stale.id)
        assert len(uow.events) == 1


def test_an_id_is_taken_once(store, org_id, hosting):
    """Deleted things keep theirs."""
    store.run(org_id, delete_service, hosting.id, at=NOON)
    with store.begin(org_id) as uow, pytest.raises(ConflictError):
        uow.services.add(Change(hosting))


@pytest.mark.parametrize(
    "link",
    [{"folder_id": ServiceFolderId(build.entropy.new_id())}, {"employee_ids": (build.employee().id,)}],
    ids=lambda link: next(iter(link)),
)
def test_a_link_out_of_the_organisation_is_refused(store, org_id, hosting, link):
    """On adding and on saving, as the database's foreign keys do."""
    with store.begin(org_id) as uow:
        with pytest.raises(ConflictError):
            uow.services.add(Change(attrs.evolve(_service(), **link)))
        events = services.delete_service(hosting, at=NOON).events
        with pytest.raises(ConflictError):
            uow.services.save(Change(attrs.evolve(hosting, **link), events))
        assert uow.services.get(hosting.id) is hosting
        assert uow.events == ()


def test_the_links_allow_anybody_of_the_organisation(store, org_id, john):
    """As the foreign keys do, deleted people too: the use cases are stricter."""
    store.run(org_id, delete_client, john.id, at=NOON)
    service = _service(employee_ids=[john.id])
    with store.begin(org_id) as uow:
        assert uow.services.add(Change(service)) is service


def test_an_organisation_that_was_never_founded_sells_nothing(store, org_id):
    """As the foreign key to the organisation says."""
    folder = create_folder(ServiceFolderId(build.entropy.new_id()), name="Websites", at=NOON)
    with store.begin(org_id) as uow:
        with pytest.raises(ConflictError):
            uow.services.add(Change(_service()))
        with pytest.raises(ConflictError):
            uow.service_folders.add(folder)
        assert uow.service_folders.all() == ()


def test_a_deleted_service_is_nowhere(store, org_id, hosting):
    """Neither alone, nor in a list, nor as a reference; a foreign one gets the same answer."""
    other = OrganizationId(store.entropy.new_id())
    store.run(other, bootstrap_organization, name="Other", at=NOON)
    foreign = store.run(other, create_service, name="Hosting", currency="USD", at=NOON)
    with store.begin(org_id) as uow:
        assert set(uow.references.look_up(service_ids=[hosting.id]).services) == {hosting.id}
        delete_service(uow, hosting.id, at=NOON)
        for missing in (hosting.id, foreign.id, _service().id):
            for get in (uow.services.get, uow.service_queries.get):
                with pytest.raises(NotFoundError) as refused:
                    get(missing)
                assert (refused.value.kind, refused.value.key) == ("service", missing)
            assert uow.references.look_up(service_ids=[missing]).services == {}
    assert store.read(org_id, list_services) == Page((), 0)


def test_a_reference_is_what_an_order_takes(store, org_id, hosting):
    """Name, currency and price; nothing asked for is nothing found."""
    free = store.run(org_id, create_service, name="Advice", currency="EUR", at=NOON)
    with store.begin(org_id) as uow:
        found = uow.references.look_up(service_ids=[hosting.id, free.id, _service().id, hosting.id]).services
        assert found == {
            hosting.id: ServiceOffer(id=hosting.id, name="Hosting", currency="USD", price=money(5, "USD")),
            free.id: ServiceOffer(id=free.id, name="Advice", currency="EUR", price=None),
        }
        assert uow.references.look_up().services == {}


def test_folders_stand_in_their_order(store, org_id, acme):
    """By sort order, equal ones by id; each organisation has its own, and an id is taken once."""
    other = OrganizationId(store.entropy.new_id())
    store.run(other, bootstrap_organization, name="Other", at=NOON)
    made = [
        store.run(org_id, create_service_folder, name=name, sort_order=place, at=NOON)
        for name, place in (("b", 1), ("a", 1), ("c", -1))
    ]
    with store.begin(org_id) as uow:
        assert [folder.name for folder in uow.service_folders.all()] == ["c", "b", "a"]
        assert all(uow.service_folders.exists(folder.id) for folder in made)
        with pytest.raises(ConflictError) as refused:
            uow.service_folders.add(Change(made[0]))
        assert (refused.value.kind, refused.value.key) == ("service_folder", made[0].id)
    with store.begin(other) as uow:
        assert uow.service_folders.all() == ()
        assert not any(uow.service_folders.exists(folder.id) for folder in made)


@pytest.fixture
def catalogue(store, org_id, acme):
    """Offer services of all kinds; return their ids by name."""
    folder = store.run(org_id, create_service_folder, name="Websites", at=NOON)
    kinds = {
        "dollars": ("USD", Recurrence.ONE_TIME, ServicePatch(price=Decimal(900))),
        "yen": ("JPY", Recurrence.RECURRING, ServicePatch(price=Decimal(900), public=False)),
        "dinars": ("KWD", Recurrence.TRIAL, ServicePatch(price=Decimal("900.001"), folder_id=folder.id)),
        "nothing": ("USD", Recurrence.ONE_TIME, ServicePatch(public=False, sort_order=-1)),
        "gift": ("EUR", Recurrence.ONE_TIME, ServicePatch(price=Decimal(0))),
    }
    made = {
        name: store.run(
            org_id, create_service, name=name, currency=currency, recurrence=recurrence, details=details, at=NOON
        )
        for name, (currency, recurrence, details) in kinds.items()
    }
    gone = store.run(org_id, create_service, name="gone", currency="USD", at=NOON)
    store.run(org_id, delete_service, gone.id, at=NOON)
    return made | {"folder": folder}


EVERY = {"dollars", "yen", "dinars", "nothing", "gift"}


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        (Condition(ServiceFilter.PRICE, Operator.EQ, None), {"nothing"}),
        (Condition(ServiceFilter.PRICE, Operator.EQ, Decimal("900.00")), {"dollars", "yen"}),
        (Condition(ServiceFilter.PRICE, Operator.EQ, 0), {"gift"}),
        (Condition(ServiceFilter.PRICE, Operator.GT, Decimal(900)), {"dinars"}),
        (Condition(ServiceFilter.PRICE, Operator.LT, Decimal("900.001")), {"dollars", "yen", "gift"}),
        (Condition(ServiceFilter.PRICE, Operator.IN, (Decimal("900.001"), 0)), {"dinars", "gift"}),
        (Condition(ServiceFilter.PUBLIC, Operator.EQ, True), {"dollars", "dinars", "gift"}),
        (Condition(ServiceFilter.PUBLIC, Operator.EQ, False), {"yen", "nothing"}),
        (Condition(ServiceFilter.PUBLIC, Operator.EQ, None), set()),
        (Condition(ServiceFilter.PUBLIC, Operator.IN, (False,)), {"yen", "nothing"}),
        (Condition(ServiceFilter.PUBLIC, Operator.IN, (True, False)), EVERY),
        (Condition(ServiceFilter.PUBLIC, Operator.LT, True), {"yen", "nothing"}),
        (Condition(ServiceFilter.PUBLIC, Operator.GT, False), {"dollars", "dinars", "gift"}),
        (Condition(ServiceFilter.RECURRENCE, Operator.EQ, 2), {"dinars"}),
        (Condition(ServiceFilter.RECURRENCE, Operator.IN, (Recurrence.RECURRING, 2)), {"yen", "dinars"}),
        (Condition(ServiceFilter.RECURRENCE, Operator.GT, 0), {"yen", "dinars"}),
        (Condition(ServiceFilter.CURRENCY, Operator.EQ, "USD"), {"dollars", "nothing"}),
        (Condition(ServiceFilter.CURRENCY, Operator.EQ, "usd"), set()),
        (Condition(ServiceFilter.CURRENCY, Operator.LT, "JPY"), {"gift"}),
        (Condition(ServiceFilter.NAME, Operator.GT, "gift"), {"yen", "nothing"}),
        (Condition(ServiceFilter.FOLDER_ID, Operator.EQ, None), EVERY - {"dinars"}),
        (Condition(ServiceFilter.CREATED_AT, Operator.EQ, NOON), EVERY),
        (Condition(ServiceFilter.CREATED_AT, Operator.GT, NOON), set()),
    ],
)
def test_filters(store, org_id, catalogue, condition, names):
    """Prices as amounts across currencies, yes and no as such, null as nothing but null; rows and total alike."""
    page = store.read(org_id, list_services, filters=[condition])
    assert ({service.name for service in page.rows}, page.total) == (names, len(names))


def test_filters_by_id(store, org_id, catalogue):
    """A folder's services, and services by their own id."""
    for field, value, name in (
        (ServiceFilter.FOLDER_ID, catalogue["folder"].id, "dinars"),
        (ServiceFilter.ID, catalogue["yen"].id, "yen"),
    ):
        page = store.read(org_id, list_services, filters=[Condition(field, Operator.EQ, value)])
        assert [service.name for service in page.rows] == [name]


@pytest.mark.parametrize(
    ("field", "names"),
    [
        (ServiceSort.PRICE, ["gift", "dollars", "yen", "dinars", "nothing"]),
        (ServiceSort.PUBLIC, ["yen", "nothing", "dollars", "dinars", "gift"]),
        (ServiceSort.RECURRENCE, ["dollars", "nothing", "gift", "yen", "dinars"]),
        (ServiceSort.SORT_ORDER, ["nothing", "dollars", "yen", "dinars", "gift"]),
        (ServiceSort.NAME, ["dinars", "dollars", "gift", "nothing", "yen"]),
        (ServiceSort.ID, ["dollars", "yen", "dinars", "nothing", "gift"]),
        (ServiceSort.CREATED_AT, ["dollars", "yen", "dinars", "nothing", "gift"]),
    ],
)
def test_sorts(store, org_id, catalogue, field, names):
    """Ascending with null at the end and equal ones by id; descending is the same read backwards."""

    def listed(*, descending):
        pages = [
            store.read(
                org_id,
                list_services,
                sort=Sort(field, descending=descending),
                page=PageRequest(number=number, size=2),
            )
            for number in (1, 2, 3)
        ]
        assert {page.total for page in pages} == {5}
        return [service.name for page in pages for service in page.rows]

    assert listed(descending=False) == names
    assert listed(descending=True) == names[::-1]


def test_a_list_shows_changes_at_once(store, org_id, catalogue):
    """A price that is given, taken away or changed finds its place; a rolled back one does not."""

    def names():
        sort = Sort(ServiceSort.PRICE, descending=False)
        return [service.name for service in store.read(org_id, list_services, sort=sort).rows]

    assert names() == ["gift", "dollars", "yen", "dinars", "nothing"]
    store.run(org_id, update_service, catalogue["nothing"].id, ServicePatch(price=Decimal(1)), at=NOON)
    store.run(org_id, update_service, catalogue["yen"].id, ServicePatch(price=None), at=NOON)

    def work(uow):
        update_service(uow, catalogue["gift"].id, ServicePatch(price=Decimal(9999)), at=NOON)
        uow.services.get(_service().id)

    with pytest.raises(NotFoundError):
        store.run(org_id, work)
    assert names() == ["gift", "nothing", "dollars", "dinars", "yen"]
