"""Orders in memory: stale saves, links, numbers, rows that are remembered and forgotten."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest

from service_engine import (
    AlreadyTakenError,
    Change,
    ClientId,
    ConflictError,
    InvoiceId,
    NotFoundError,
    OrganizationId,
    ServiceId,
    SubscriptionId,
)
from service_engine.domain import orders
from service_engine.domain.clients import ZERO, ClientPatch
from service_engine.domain.money import money
from service_engine.domain.orders import OrderDetails, OrderStatus
from service_engine.domain.tags import Tag
from service_engine.ports.lists import Condition, Operator, Page, PageRequest, Sort
from service_engine.ports.orders import OrderFilter, OrderSort
from service_engine.testing import build
from service_engine.testing.builders import NOON
from service_engine.usecases.clients import update_client
from service_engine.usecases.orders import (
    OrderPatch,
    create_order,
    delete_order,
    get_order,
    list_orders,
    update_order,
)
from service_engine.usecases.organizations import bootstrap_organization
from service_engine.usecases.services import delete_service

LATER = NOON + timedelta(hours=1)


def test_an_order_is_kept_whole(store, org_id, order):
    """People and tags in their order; a save is one version later."""
    with store.begin(org_id) as uow:
        assert uow.orders.get(order.id) is order
        assert [tag.name for tag in order.tags] == ["urgent", "billing"]
        revised = orders.revise_order(order, OrderDetails(note="Call first"), at=LATER)
        assert uow.orders.save(revised) == attrs.evolve(revised.state, version=2)
        assert uow.orders.get(order.id).note == "Call first"
        assert [type(event).__name__ for event in uow.events] == ["OrderRevised"]


def test_a_number_is_taken_once(store, org_id, john, order):
    """Deleted orders keep theirs; on adding and on saving."""
    second = store.run(org_id, create_order, client_id=john.id, service="SEO", at=NOON)
    store.run(org_id, delete_order, order.id, at=NOON)
    with store.begin(org_id) as uow:
        assert uow.orders.taken_numbers([order.number, "other"]) == {order.number}
        with pytest.raises(ConflictError) as refused:
            uow.orders.add(Change(build.order(client_id=john.id, number=order.number)))
        assert refused.value.kind == "order"
        events = orders.delete_order(second, at=NOON).events
        with pytest.raises(ConflictError):
            uow.orders.save(Change(attrs.evolve(second, number=order.number), events))
        assert uow.orders.get(second.id) is second


def test_one_number_one_order(store, org_id, john, at_once):
    """32 threads place an order under the same number: one order, 31 refusals with the proper sentence."""
    outcomes = at_once(
        32, lambda _: store.run(org_id, create_order, client_id=john.id, service="SEO", number="N-1", at=NOON)
    )
    refused = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert {type(error) for error in refused} == {AlreadyTakenError}
    assert len(refused) == 31
    assert store.read(org_id, list_orders).total == 1


def test_saves(store, org_id, order):
    """One version later; nothing for no events; a conflict for stale, deleted and unknown."""
    deleted = orders.delete_order(order, at=NOON)
    with store.begin(org_id) as uow:
        assert uow.orders.save(Change(order)) is order
        assert uow.orders.save(deleted) == attrs.evolve(deleted.state, version=2)
        for stale in (order, attrs.evolve(order, version=2), build.order(client_id=order.client_id)):
            with pytest.raises(ConflictError):
                uow.orders.save(Change(stale, deleted.events))
        assert len(uow.events) == 1


def test_an_order_is_there_until_it_is_deleted(store, org_id, order):
    """Then it is neither found, nor listed, nor a valid reference; nor is a foreign one."""
    other = OrganizationId(store.entropy.new_id())
    store.run(other, bootstrap_organization, name="Other", at=NOON)
    with store.begin(other) as uow:
        assert not uow.orders.taken_numbers([order.number])
        for get in (uow.orders.get, uow.order_queries.get):
            with pytest.raises(NotFoundError):
                get(order.id)
    with store.begin(org_id) as uow:
        assert uow.references.look_up(order_id=order.id).order
        delete_order(uow, order.id, at=NOON)
        assert not uow.references.look_up(order_id=order.id).order
        for missing in (order.id, build.order().id):
            for get in (uow.orders.get, uow.order_queries.get):
                with pytest.raises(NotFoundError) as refused:
                    get(missing)
                assert (refused.value.kind, refused.value.key) == ("order", missing)
    assert store.read(org_id, list_orders) == Page((), 0)


@pytest.mark.parametrize(
    "link",
    [
        {"client_id": build.client().id},
        {"service_id": ServiceId(build.entropy.new_id())},
        {"invoice_id": InvoiceId(build.entropy.new_id())},
        {"subscription_id": SubscriptionId(build.entropy.new_id())},
        {"employee_ids": (build.employee().id,)},
        {"tags": (build.tag("unknown"),)},
    ],
    ids=lambda link: next(iter(link)),
)
def test_a_link_out_of_the_organisation_is_refused(store, org_id, order, link):
    """On adding and on saving, as the database's foreign keys do."""
    with store.begin(org_id) as uow:
        with pytest.raises(ConflictError):
            uow.orders.add(Change(attrs.evolve(build.order(client_id=order.client_id), **link)))
        with pytest.raises(ConflictError):
            uow.orders.save(Change(attrs.evolve(order, **link), orders.delete_order(order, at=NOON).events))
        assert uow.orders.get(order.id) is order
        assert uow.events == ()


def test_a_tag_of_another_name_is_refused(store, org_id, order):
    """An order shows the names that the organisation's tags have."""
    renamed = Tag(order.tags[0].id, "renamed")
    with store.begin(org_id) as uow, pytest.raises(ConflictError):
        uow.orders.save(orders.retag_order(order, [renamed], at=NOON))


def test_one_stranger_among_people_is_refused(store, org_id, order):
    """All of them have to be there, not only some."""
    people = (*order.employee_ids, build.employee().id)
    with store.begin(org_id) as uow, pytest.raises(ConflictError):
        uow.orders.save(orders.assign_order(order, people, at=NOON))


def test_a_service_may_go_before_its_orders(store, org_id, order, hosting):
    """The link stays, and the order can be changed; only new ones cannot name it."""
    store.run(org_id, delete_service, hosting.id, at=NOON)
    note = OrderPatch(details=OrderDetails(note="Still ours"))
    assert store.run(org_id, update_order, order.id, note, at=NOON).service_id == hosting.id
    with store.begin(org_id) as uow:
        stays = attrs.evolve(build.order(client_id=order.client_id), service_id=hosting.id)
        assert uow.orders.add(Change(stays)) is stays
    assert store.read(org_id, get_order, order.id).order.service_name == "Hosting"


def test_an_order_as_it_is_shown(store, org_id, acme, john, order):
    """With client and role, and with people in the order of assignment."""
    shown = store.read(org_id, get_order, order.id)
    assert shown.order is order
    assert (shown.client.id, shown.client.email, shown.client.role) == (john.id, john.email, acme.roles["Client"])
    [employee] = shown.employees
    assert (employee.id, employee.role_id) == (acme.administrator.id, acme.roles["Administrator"].id)
    assert store.read(org_id, list_orders).rows == (shown,)


def test_an_order_shows_its_client_in_full(store, org_id, john):
    """With everything that a client has and somebody of the staff has not."""
    details = ClientPatch(company="Acme Corp", phone="555 0100", address=build.place(city="York"))
    rich = attrs.evolve(build.client(role_id=john.role_id, details=details), balance=money(7, "EUR"))
    with store.begin(org_id) as uow:
        uow.clients.add(Change(rich))
    placed = store.run(org_id, create_order, client_id=rich.id, service="SEO", at=NOON)
    shown = store.read(org_id, get_order, placed.id).client
    for name in ("id", "first_name", "last_name", "email", "company", "phone", "balance", "address"):
        assert getattr(shown, name) == getattr(rich, name)
    assert (shown.company, shown.balance) == ("Acme Corp", money(7, "EUR"))


def test_the_links_allow_anybody_of_the_organisation(store, org_id, acme, john):
    """As the foreign keys do: the use cases are stricter. A list shows what is there."""
    odd = build.order(client_id=ClientId(acme.administrator.id), employee_ids=[john.id, acme.administrator.id])
    with store.begin(org_id) as uow:
        uow.orders.add(Change(odd))
    [row] = store.read(org_id, list_orders).rows
    assert (row.client.email, row.client.company, row.client.balance) == ("admin@example.com", None, ZERO)
    assert [each.id for each in row.employees] == [john.id, acme.administrator.id]
    with store.begin(org_id) as uow:
        uow.orders.save(orders.assign_order(odd, odd.employee_ids[::-1], at=NOON))
    assert [each.id for each in store.read(org_id, get_order, odd.id).employees] == [acme.administrator.id, john.id]


def test_a_list_shows_changes_of_the_order_at_once(store, org_id, order):
    """Rows are remembered; an old one must never be shown, inside the transaction or after it."""

    def employees(view):
        [row] = list_orders(view).rows
        assert row == get_order(view, order.id)
        return row.employees

    assert store.read(org_id, employees) != ()
    with store.begin(org_id) as uow:
        update_order(uow, order.id, OrderPatch(employee_ids=[]), at=NOON)
        assert employees(uow) == ()
        assert store.read(org_id, employees) != ()
    assert store.read(org_id, employees) == ()


def test_a_list_shows_changes_of_the_client_at_once(store, org_id, john, order):
    """A remembered row holds the client, too; what is rolled back is not shown."""

    def names():
        return [row.client.first_name for row in store.read(org_id, list_orders).rows]

    assert names() == ["John"]

    def work(uow):
        update_client(uow, john.id, ClientPatch(first_name="Jack"), at=NOON)
        assert get_order(uow, order.id).client.first_name == "Jack"
        assert names() == ["John"]
        uow.orders.get(build.order().id)

    with pytest.raises(NotFoundError):
        store.run(org_id, work)
    assert names() == ["John"]
    store.run(org_id, update_client, john.id, ClientPatch(first_name="Jack"), at=NOON)
    assert names() == ["Jack"]


def test_rolled_back_rows_are_not_shown(store, org_id, order):
    """A row that was built in a transaction that failed is not taken for the one that is committed."""

    def work(uow):
        update_order(uow, order.id, OrderPatch(details=OrderDetails(service_name="Changed")), at=NOON)
        assert list_orders(uow).rows[0].order.service_name == "Changed"
        uow.orders.get(build.order().id)

    with pytest.raises(NotFoundError):
        store.run(org_id, work)
    assert store.read(org_id, list_orders).rows[0].order.service_name == "Hosting"


def test_a_remembered_row_is_the_same_object(store, org_id, order):
    """That is what makes a list cheap: no row is built twice while nothing in it changes."""
    first, second = (store.read(org_id, list_orders).rows[0] for _ in range(2))
    assert first is second


@pytest.fixture
def placed(store, org_id, acme, john, hosting):
    """Place orders of all kinds; return them by number."""
    ann = build.client(first_name="Ann", role_id=john.role_id)
    with store.begin(org_id) as uow:
        uow.clients.add(Change(ann))
    kinds = {
        "a": {"price": money(900, "USD"), "quantity": 3, "details": OrderDetails(date_due=LATER)},
        "b": {"price": money(900, "JPY"), "client_id": ann.id, "status": OrderStatus.ON_HOLD},
        "c": {"price": money("900.001", "KWD"), "service_id": hosting.id, "details": OrderDetails(date_due=NOON)},
    }
    usual = {"client_id": john.id, "service": "SEO"}
    made = {
        number: store.run(
            org_id, create_order, **(usual | kind), number=number, at=NOON + timedelta(minutes=ord(number))
        )
        for number, kind in kinds.items()
    }
    gone = store.run(org_id, create_order, **usual, number="d", at=NOON)
    store.run(org_id, delete_order, gone.id, at=NOON)
    return made


@pytest.mark.parametrize(
    ("given", "numbers"),
    [
        ((OrderFilter.ID, Operator.EQ, lambda made: made["b"].id), "b"),
        ((OrderFilter.NUMBER, Operator.IN, ("a", "c", "d")), "ac"),
        ((OrderFilter.NUMBER, Operator.EQ, "A"), ""),
        ((OrderFilter.STATUS, Operator.EQ, 4), "b"),
        ((OrderFilter.STATUS, Operator.LT, 4), "ac"),
        ((OrderFilter.CLIENT_ID, Operator.EQ, lambda made: made["b"].client_id), "b"),
        ((OrderFilter.SERVICE_ID, Operator.EQ, None), "ab"),
        ((OrderFilter.SERVICE_ID, Operator.IN, lambda made: (made["c"].service_id,)), "c"),
        ((OrderFilter.PRICE, Operator.EQ, 900), "ab"),
        ((OrderFilter.PRICE, Operator.GT, 900), "c"),
        ((OrderFilter.INVOICE_ID, Operator.EQ, None), "abc"),
        ((OrderFilter.INVOICE_ID, Operator.EQ, lambda made: InvoiceId(made["a"].id)), ""),
        ((OrderFilter.CREATED_AT, Operator.LT, NOON + timedelta(minutes=ord("c"))), "ab"),
        ((OrderFilter.DATE_DUE, Operator.EQ, None), "b"),
        ((OrderFilter.DATE_DUE, Operator.GT, NOON), "a"),
        ((OrderFilter.DATE_DUE, Operator.LT, LATER), "c"),
    ],
)
def test_filters(store, org_id, placed, given, numbers):
    """Each of the nine documented fields counts for the rows and for the total."""
    field, operator, value = given
    value = value(placed) if callable(value) else value
    sort = Sort(OrderSort.NUMBER, descending=False)
    page = store.read(org_id, list_orders, filters=[Condition(field, operator, value)], sort=sort)
    assert ("".join(row.order.number for row in page.rows), page.total) == (numbers, len(numbers))


@pytest.mark.parametrize(
    ("field", "numbers"),
    [
        (OrderSort.ID, "abc"),
        (OrderSort.NUMBER, "abc"),
        (OrderSort.STATUS, "acb"),
        (OrderSort.PRICE, "abc"),
        (OrderSort.QUANTITY, "bca"),
        (OrderSort.SERVICE_ID, "cab"),
        (OrderSort.CREATED_AT, "abc"),
        (OrderSort.DATE_DUE, "cab"),
    ],
)
def test_sorts(store, org_id, placed, field, numbers):
    """Ascending with null at the end and equal ones by id; descending is the same read backwards, page by page."""

    def listed(*, descending):
        sort = Sort(field, descending=descending)
        pages = [
            store.read(org_id, list_orders, sort=sort, page=PageRequest(number=number, size=2)) for number in (1, 2, 3)
        ]
        assert {page.total for page in pages} == {3}
        return "".join(row.order.number for page in pages for row in page.rows)

    assert listed(descending=False) == numbers
    assert listed(descending=True) == numbers[::-1]


def test_a_sort_by_client_puts_each_ones_orders_together(store, org_id, placed):
    """Ids compare as ids."""
    sort = Sort(OrderSort.CLIENT_ID, descending=False)
    rows = store.read(org_id, list_orders, sort=sort).rows
    keys = [(row.order.client_id, row.order.id) for row in rows]
    assert keys == sorted(keys)
