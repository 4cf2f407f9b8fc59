"""Invoices in memory: the counter, stale saves, links, rows that are remembered and forgotten, lists."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import attrs
import pytest

from service_engine import (
    Change,
    ClientId,
    ConflictError,
    EmployeeId,
    InvoiceId,
    NotFoundError,
    OrderId,
    OrganizationId,
    ServiceId,
)
from service_engine.domain import invoices
from service_engine.domain.clients import ZERO, ClientPatch
from service_engine.domain.ids import CouponId, InvoiceItemId, SubscriptionId
from service_engine.domain.invoice_items import InvoiceItemDraft
from service_engine.domain.invoice_terms import BillingPeriod, Tax
from service_engine.domain.invoices import InvoiceRevision, InvoiceStatus, revise_invoice
from service_engine.domain.orders import OrderStatus
from service_engine.domain.subscriptions import start_subscription
from service_engine.ports.invoices import InvoiceFilter, InvoiceSort
from service_engine.ports.lists import Condition, Operator, Page, PageRequest, Sort
from service_engine.testing import build
from service_engine.testing.builders import NOON
from service_engine.usecases.clients import create_client, update_client
from service_engine.usecases.invoices import create_invoice, delete_invoice, get_invoice, list_invoices
from service_engine.usecases.orders import list_orders
from service_engine.usecases.organizations import bootstrap_organization
from service_engine.usecases.payments import mark_paid, record_part_payment

LATER = NOON + timedelta(hours=1)


def _another(store, invoice, **more):
    """Return an invoice like this one under an id and a number of its own, whose items have ids of their own, too."""
    items = tuple(attrs.evolve(item, id=InvoiceItemId(store.entropy.new_id())) for item in invoice.items)
    own = {"id": InvoiceId(store.entropy.new_id()), "number": "INV-A", "items": items}
    return attrs.evolve(invoice, **(own | more))


def _issue(uow, client_id, *, amount="10", at=NOON, **more):
    items = [InvoiceItemDraft(name="Advice", amount=Decimal(amount))]
    return create_invoice(uow, payer=client_id, items=items, at=at, **more)


def _fail(uow, work):
    """Do the work, then fail."""
    work(uow)
    uow.orders.get(build.order().id)


def test_an_invoice_is_kept_whole(store, org_id, invoice):
    """Items in their order; a save is one version later, with those items that it has then."""
    shorter = revise_invoice(invoice, InvoiceRevision(items=invoice.items[1:]), at=LATER)
    with store.begin(org_id) as uow:
        assert uow.invoices.get(invoice.id) is invoice
        assert [item.name for item in invoice.items] == ["Landing page", "Hosting"]
        assert uow.invoices.save(shorter) == attrs.evolve(shorter.state, version=2)
        assert [item.name for item in uow.invoices.get(invoice.id).items] == ["Hosting"]
        assert [type(event).__name__ for event in uow.events] == ["InvoiceRevised"]


def test_saves(store, org_id, invoice):
    """Nothing for no events; a conflict for stale, deleted and unknown."""
    deleted = invoices.delete_invoice(invoice, at=NOON)
    with store.begin(org_id) as uow:
        assert uow.invoices.save(Change(invoice)) is invoice
        assert uow.invoices.save(deleted) == attrs.evolve(deleted.state, version=2)
        for stale in (invoice, attrs.evolve(invoice, version=2), _another(store, invoice)):
            with pytest.raises(ConflictError) as refused:
                uow.invoices.save(Change(stale, deleted.events))
            assert (refused.value.kind, refused.value.key) == ("invoice", stale.id)
        assert len(uow.events) == 1


def test_ids_and_numbers_are_taken_for_ever(store, org_id, invoice):
    """The invoice's own and those of its items, also when the invoice is deleted."""
    store.run(org_id, delete_invoice, invoice.id, at=NOON)
    with store.begin(org_id) as uow:
        for taken in ({"id": invoice.id}, {"number": invoice.number}, {"items": invoice.items[1:]}):
            with pytest.raises(ConflictError):
                uow.invoices.add(Change(_another(store, invoice, **taken)))
        assert uow.invoices.add(Change(_another(store, invoice))).number == "INV-A"


def test_an_item_that_was_taken_off_gives_its_id_back(store, org_id, invoice):
    """One that stays does not, and what a refused save would have claimed is free."""
    first, second = invoice.items
    other = _another(store, invoice)
    with store.begin(org_id) as uow:
        uow.invoices.add(Change(other))
        with pytest.raises(ConflictError):
            uow.invoices.save(revise_invoice(other, InvoiceRevision(items=(*other.items, first)), at=NOON))
        uow.invoices.save(revise_invoice(invoice, InvoiceRevision(items=[second]), at=NOON))
        uow.invoices.save(revise_invoice(other, InvoiceRevision(items=(*other.items, first)), at=NOON))
        with pytest.raises(ConflictError):
            uow.invoices.add(Change(_another(store, invoice, number="INV-B", items=(second,))))


@pytest.mark.parametrize(
    "link",
    [
        {"client_id": build.client().id},
        {"employee_id": build.employee().id},
        {"coupon_id": CouponId(build.entropy.new_id())},
        {"service_id": ServiceId(build.entropy.new_id())},
        {"order_id": OrderId(build.entropy.new_id())},
    ],
    ids=lambda link: next(iter(link)),
)
def test_a_link_out_of_the_organisation_is_refused(store, org_id, invoice, link):
    """On adding and on saving, of the invoice and of its last item, as the database's foreign keys do."""

    def astray(value):
        if link.keys() & {"service_id", "order_id"}:
            return attrs.evolve(value, items=(*value.items[:-1], attrs.evolve(value.items[-1], **link)))
        return attrs.evolve(value, **link)

    with store.begin(org_id) as uow:
        with pytest.raises(ConflictError):
            uow.invoices.add(Change(astray(_another(store, invoice))))
        with pytest.raises(ConflictError):
            uow.invoices.save(Change(astray(invoice), invoices.delete_invoice(invoice, at=NOON).events))
        assert uow.invoices.get(invoice.id) is invoice
        assert uow.events == ()


def test_an_order_may_come_from_an_invoice_and_a_subscription(store, org_id, invoice, order):
    """Deleted invoices count; what is not there is refused (see the orders' own tests)."""
    change = start_subscription(
        SubscriptionId(store.entropy.new_id()),
        client_id=invoice.client_id,
        invoice_id=invoice.id,
        period=BillingPeriod(length=1, unit="M"),
        at=NOON,
    )
    with store.begin(org_id) as uow:
        subscription = uow.subscriptions.add(change)
        delete_invoice(uow, invoice.id, at=NOON)
        paid = attrs.evolve(
            build.order(client_id=order.client_id), invoice_id=invoice.id, subscription_id=subscription.id
        )
        assert uow.orders.add(Change(paid)) is paid


def test_an_invoice_is_there_until_it_is_deleted(store, org_id, invoice):
    """Then it is neither found nor listed; nor is a foreign one."""
    other = OrganizationId(store.entropy.new_id())
    store.run(other, bootstrap_organization, name="Other", at=NOON)
    with store.begin(other) as uow:
        for get in (uow.invoices.get, uow.invoice_queries.get):
            with pytest.raises(NotFoundError):
                get(invoice.id)
    with store.begin(org_id) as uow:
        delete_invoice(uow, invoice.id, at=NOON)
        for get in (uow.invoices.get, uow.invoice_queries.get):
            with pytest.raises(NotFoundError) as refused:
                get(invoice.id)
            assert (refused.value.kind, refused.value.key) == ("invoice", invoice.id)
    assert store.read(org_id, list_invoices) == Page((), 0)


def test_the_counter_never_goes_back(store, org_id, john):
    """Not when the last invoice is deleted; what was counted in a transaction that failed was never counted (D24)."""

    def count(uow):
        return uow.invoices.next_in_sequence()

    first = store.run(org_id, _issue, john.id)
    store.run(org_id, delete_invoice, first.id, at=NOON)
    assert store.run(org_id, _issue, john.id).number == "INV-00002"
    with pytest.raises(NotFoundError):
        store.run(org_id, _fail, lambda uow: [count(uow) for _ in range(5)])
    assert store.run(org_id, _issue, john.id).number == "INV-00003"
    assert store.run(org_id, lambda uow: (count(uow), count(uow))) == (4, 5)


def test_each_organisation_counts_for_itself(store, org_id, john):
    """The other one's volume is nobody's business (D24); one that is not there does not count."""
    other = OrganizationId(store.entropy.new_id())
    with store.begin(other) as uow:
        with pytest.raises(ConflictError) as refused:
            uow.invoices.next_in_sequence()
        assert (refused.value.kind, refused.value.key) == ("organization", other)
    store.run(other, bootstrap_organization, name="Other", at=NOON)
    store.run(org_id, _issue, john.id)
    assert store.run(other, lambda uow: uow.invoices.next_in_sequence()) == 1


def test_no_gap_and_no_number_twice(store, org_id, john, at_once):
    """Of 32 threads every third fails after it has counted: the others have 1 to 22 (D24)."""

    def work(number):
        if number % 3 == 2:
            return store.run(org_id, _fail, lambda uow: _issue(uow, john.id))
        return store.run(org_id, _issue, john.id)

    outcomes = at_once(32, work)
    numbers = sorted(each.number for each in outcomes if not isinstance(each, Exception))
    assert {type(each) for each in outcomes if isinstance(each, Exception)} == {NotFoundError}
    assert numbers == [invoices.invoice_number(each) for each in range(1, 23)]


def test_an_invoice_as_it_is_shown(store, org_id, acme, john, invoice):
    """With its client and their role; built once while nothing in it changes."""
    shown = store.read(org_id, get_invoice, invoice.id)
    assert shown.invoice is invoice
    assert shown.client is john
    assert shown.role == acme.roles["Client"]
    assert store.read(org_id, list_invoices).rows[0] is shown


def test_the_links_allow_anybody_of_the_organisation(store, org_id, acme, john, invoice):
    """As the foreign keys do: the use cases are stricter. A list shows what is there."""
    staff = attrs.evolve(build.employee(role=acme.roles["Administrator"]), status=0, version=3, updated_at=LATER)
    odd = _another(store, invoice, client_id=ClientId(staff.id), employee_id=EmployeeId(john.id))
    with store.begin(org_id) as uow:
        uow.employees.add(Change(staff))
        uow.invoices.add(Change(odd))
    row = store.read(org_id, get_invoice, odd.id)
    for name in ("id", "email", "first_name", "last_name", "status", "created_at", "updated_at", "version"):
        assert getattr(row.client, name) == getattr(staff, name)
    assert (row.client.role_id, row.client.balance, row.role) == (staff.role.id, ZERO, staff.role)


def test_a_list_shows_changes_of_the_invoice_at_once(store, org_id, invoice):
    """Rows are remembered; an old one must never be shown, nor one that was rolled back."""

    def status(view):
        [row] = list_invoices(view).rows
        assert row == get_invoice(view, invoice.id)
        return row.invoice.status

    def work(uow):
        mark_paid(uow, invoice.id, at=LATER)
        assert status(uow) is InvoiceStatus.PAID
        assert store.read(org_id, status) is InvoiceStatus.UNPAID

    assert store.read(org_id, status) is InvoiceStatus.UNPAID
    with pytest.raises(NotFoundError):
        store.run(org_id, _fail, work)
    assert store.read(org_id, status) is InvoiceStatus.UNPAID
    assert store.read(org_id, list_orders).total == 0
    store.run(org_id, work)
    assert store.read(org_id, status) is InvoiceStatus.PAID


def test_a_list_shows_changes_of_the_client_at_once(store, org_id, john, invoice):
    """A remembered row holds the client, too; what is rolled back is not shown."""

    def name(view):
        assert get_invoice(view, invoice.id) == list_invoices(view).rows[0]
        return get_invoice(view, invoice.id).client.first_name

    def work(uow):
        update_client(uow, john.id, ClientPatch(first_name="Jack"), at=NOON)
        assert (name(uow), store.read(org_id, name)) == ("Jack", "John")

    assert store.read(org_id, name) == "John"
    with pytest.raises(NotFoundError):
        store.run(org_id, _fail, work)
    assert store.read(org_id, name) == "John"
    store.run(org_id, work)
    assert store.read(org_id, name) == "Jack"


def test_a_list_shows_another_role_of_the_client_at_once(store, org_id, john, invoice):
    """A remembered row holds the role, too."""
    vip = build.client_role(name="VIP")
    assert store.read(org_id, get_invoice, invoice.id).role.name == "Client"
    with store.begin(org_id) as uow:
        uow.roles.add(Change(vip))
        revised = update_client(uow, john.id, ClientPatch(note="Very important"), at=NOON)
        event = uow.events[-1]
        uow.clients.save(Change(attrs.evolve(revised, role_id=vip.id), (event,)))
        assert get_invoice(uow, invoice.id).role == vip
    assert store.read(org_id, list_invoices).rows[0].role == vip


def test_a_list_shows_another_client_at_once(store, org_id, john, invoice):
    """Whom an invoice belongs to can change; it is then the other one's dependent."""
    with store.begin(org_id) as uow:
        eve = create_client(uow, email="eve@example.com", first_name="Eve", last_name="Ray", at=NOON)
        assert get_invoice(uow, invoice.id).client.id == john.id
        uow.invoices.save(revise_invoice(invoice, InvoiceRevision(client_id=eve.id), at=NOON))
        assert get_invoice(uow, invoice.id).client is eve
        assert (uow.clients.dependents(eve.id), uow.clients.dependents(john.id)) == (("invoices",), ())


@pytest.fixture
def issued(store, org_id, john):
    """Issue invoices of all kinds; return them by the letter that is their note."""
    ann = build.client(first_name="Ann", role_id=john.role_id)
    with store.begin(org_id) as uow:
        uow.clients.add(Change(ann))
    kinds: dict[str, dict[str, Any]] = {
        "a": {"amount": "900", "tax": Tax(type=2, number=Decimal(10))},
        "b": {"amount": "950", "currency": "JPY", "client_id": ann.id, "status": InvoiceStatus.DRAFT},
        "c": {"amount": "900.001", "currency": "KWD"},
        "d": {"amount": "1"},
        "e": {"amount": "1"},
    }
    made = {}
    for letter, kind in kinds.items():
        at = NOON + timedelta(minutes=ord("z") - ord(letter))
        made[letter] = store.run(org_id, _issue, **({"client_id": john.id} | kind), note=letter, at=at)
    store.run(org_id, record_part_payment, made["a"].id, Decimal(1), at=LATER)
    store.run(org_id, mark_paid, made["c"].id, at=LATER)
    store.run(org_id, mark_paid, made["d"].id, at=NOON)
    store.run(org_id, delete_invoice, made["e"].id, at=LATER)
    with store.begin(org_id) as uow:
        revised = revise_invoice(made["b"], InvoiceRevision(reason="No date."), at=LATER)
        uow.invoices.save(Change(attrs.evolve(revised.state, date_due=None), revised.events))
    return made


def _letters(rows):
    return "".join(row.invoice.note for row in rows)


@pytest.mark.parametrize(
    ("given", "letters"),
    [
        ((InvoiceFilter.ID, Operator.EQ, lambda made: made["b"].id), "b"),
        ((InvoiceFilter.ID, Operator.IN, lambda made: (made["a"].id, made["e"].id)), "a"),
        ((InvoiceFilter.STATUS, Operator.EQ, 7), "a"),
        ((InvoiceFilter.STATUS, Operator.LT, 3), "b"),
        ((InvoiceFilter.CLIENT_ID, Operator.EQ, lambda made: made["b"].client_id), "b"),
        ((InvoiceFilter.CREATED_AT, Operator.LT, NOON + timedelta(minutes=ord("z") - ord("b"))), "cd"),
        ((InvoiceFilter.DATE_DUE, Operator.EQ, None), "b"),
        ((InvoiceFilter.DATE_DUE, Operator.GT, NOON + timedelta(days=14, minutes=ord("z") - ord("c"))), "a"),
        ((InvoiceFilter.DATE_DUE, Operator.LT, NOON + timedelta(days=14, minutes=ord("z") - ord("c"))), "d"),
    ],
)
def test_filters(store, org_id, issued, given, letters):
    """Each documented field counts for the rows and for the total; null passes nothing but a filter for null."""
    field, operator, value = given
    value = value(issued) if callable(value) else value
    sort = Sort(InvoiceSort.NUMBER, descending=False)
    page = store.read(org_id, list_invoices, filters=[Condition(field, operator, value)], sort=sort)
    assert (_letters(page.rows), page.total) == (letters, len(letters))


@pytest.mark.parametrize(
    ("field", "letters"),
    [
        (InvoiceSort.ID, "abcd"),
        (InvoiceSort.NUMBER, "abcd"),
        (InvoiceSort.STATUS, "bcda"),
        (InvoiceSort.TOTAL, "dcba"),
        (InvoiceSort.SUBTOTAL, "dacb"),
        (InvoiceSort.CREATED_AT, "dcba"),
        (InvoiceSort.DATE_DUE, "dcab"),
        (InvoiceSort.DATE_PAID, "dcab"),
    ],
)
def test_sorts(store, org_id, issued, field, letters):
    """Ascending with null at the end and equal ones by id; descending is the same read backwards, page by page."""

    def listed(*, descending):
        sort = Sort(field, descending=descending)
        pages = [
            store.read(org_id, list_invoices, sort=sort, page=PageRequest(number=number, size=3)) for number in (1, 2)
        ]
        assert {page.total for page in pages} == {4}
        return "".join(_letters(page.rows) for page in pages)

    assert listed(descending=False) == letters
    assert listed(descending=True) == letters[::-1]


def test_a_sort_by_client_keeps_each_ones_together(store, org_id, issued):
    """Whatever their ids are."""
    rows = store.read(org_id, list_invoices, sort=Sort(InvoiceSort.CLIENT_ID)).rows
    clients = [row.invoice.client_id for row in rows]
    assert clients == sorted(clients, reverse=True)
    assert len(set(clients)) == 2


def test_what_is_paid_makes_orders_in_the_same_transaction(store, org_id, hosting, invoice):
    """The order refers to the invoice and the item to the order, whichever is stored first."""
    paid = store.run(org_id, mark_paid, invoice.id, at=LATER)
    [row] = store.read(org_id, list_orders).rows
    assert (row.order.invoice_id, row.order.service_id, row.order.status) == (
        invoice.id,
        hosting.id,
        OrderStatus.IN_PROGRESS,
    )
    assert [item.order_id for item in paid.items] == [None, row.order.id]
