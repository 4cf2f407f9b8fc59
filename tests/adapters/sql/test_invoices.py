"""Invoices on both databases: kept whole, few statements, items left alone, numbers without a gap."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any

import attrs
import pytest
from sqlalchemy import null, select
from tests.adapters.sql.invoicing import LATER, elaborate

from service_engine import MemoryStore
from service_engine.adapters.sql import SqlStore
from service_engine.domain.change import Change
from service_engine.domain.ids import InvoiceId, InvoiceItemId
from service_engine.domain.invoice_items import InvoiceItemDraft
from service_engine.domain.invoice_terms import Tax
from service_engine.domain.invoices import Invoice, InvoiceStatus
from service_engine.domain.json_values import same
from service_engine.domain.money import money
from service_engine.errors import ConflictError, NotFoundError
from service_engine.ports.invoices import InvoiceFilter, InvoiceSort
from service_engine.ports.lists import Condition, Operator, PageRequest, Sort
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency, happened
from service_engine.testing.entropy import SeededEntropy
from service_engine.testing.statements import counting
from service_engine.usecases.clients import get_client
from service_engine.usecases.coupons import create_coupon
from service_engine.usecases.invoices import (
    InvoicePatch,
    create_invoice,
    delete_invoice,
    get_invoice,
    list_invoices,
    update_invoice,
)
from service_engine.usecases.payments import mark_paid, record_part_payment

both = pytest.mark.parametrize("store", ["sqlite", "postgres"], indirect=True)


@pytest.fixture
def sql_store(store: Any) -> SqlStore:
    """Give the store as what it is."""
    assert isinstance(store, SqlStore)
    return store


@pytest.fixture
def acme(store: Any) -> Agency:
    """Give an organisation."""
    return Agency(store)


def line(name: str = "Advice", amount: object = 10, **more: Any) -> InvoiceItemDraft:
    """Return a line as it is asked for."""
    return InvoiceItemDraft(name=name, amount=Decimal(str(amount)), **more)


def issued(acme: Agency, *drafts: InvoiceItemDraft, **given: Any) -> Invoice:
    """Issue an invoice, to a new client by default."""
    payer = given.pop("payer", None) or acme.client().id
    return acme.run(create_invoice, **{"payer": payer, "items": drafts or [line()], "at": NOON, **given})


@both
def test_an_invoice_is_kept_whole(acme: Agency) -> None:
    """Every field comes back as it went in, from the repository and from both views, in one statement each."""
    invoice = elaborate(acme)
    with acme.begin() as uow:
        uow.invoices.add(happened(invoice))
    with acme.begin() as uow:
        found = uow.invoices.get(invoice.id)
    assert found == invoice
    assert all(same(old.options, new.options) for old, new in zip(invoice.items, found.items, strict=True))
    row = acme.read(get_invoice, invoice.id)
    assert acme.read(list_invoices).rows == (row,)
    assert row.invoice == invoice
    shown = acme.read(get_client, invoice.client_id)
    assert (row.client, row.role) == (shown.client, shown.role)


@both
def test_an_invoice_is_changed_whole(acme: Agency) -> None:
    """Every field takes another value, the empty one too, and what is paid and refunded keeps its dates."""
    invoice = elaborate(acme)
    other = acme.client()
    with acme.begin() as uow:
        stored = uow.invoices.add(happened(invoice))
        bare = uow.invoices.save(
            happened(
                Invoice(
                    id=stored.id,
                    number=stored.number,
                    number_prefix=None,
                    client_id=other.id,
                    status=InvoiceStatus.REFUNDED,
                    currency="USD",
                    items=(attrs.evolve(stored.items[0], amount=money(1, "USD"), discount=money(0, "USD")),),
                    tax=Tax(type=1, number=Decimal("1.25")),
                    credit=money(0, "USD"),
                    paid=money("3.25", "USD"),
                    date_paid=LATER,
                    created_at=NOON,
                    updated_at=LATER,
                )
            )
        )
    row = acme.read(get_invoice, invoice.id)
    assert row.invoice == bare
    assert (bare.version, bare.tax.percent, bare.tax_amount) == (2, Decimal(0), money("1.25", "USD"))


@both
@pytest.mark.parametrize(
    "tax",
    [
        Tax(),
        Tax(number=Decimal("5.5")),
        Tax(type=0, number=Decimal(7)),
        Tax(type=1, number=Decimal("0.01")),
        Tax(type=2, number=Decimal("999.99")),
        Tax(type=2, number=Decimal("0.001")),
        Tax(type=32_767, number=Decimal(1)),
    ],
    ids=str,
)
def test_every_tax_comes_back(acme: Agency, tax: Tax) -> None:
    """As a percentage or an amount, under its type; the amount does not stand for the percentage."""
    invoice = issued(acme, line(amount="0.10", quantity=3), tax=tax)
    shown = acme.read(get_invoice, invoice.id).invoice
    assert (shown.tax, shown.tax_amount, shown.total) == (tax, invoice.tax_amount, invoice.total)


@both
def test_what_is_stored_is_what_is_computed(acme: Agency, sql_store: SqlStore) -> None:
    """Whoever reads the tables finds the totals of the value, and no JSON null where there is nothing."""
    invoice, invoices = elaborate(acme), sql_store.tables.invoices
    bare = issued(acme)
    with acme.begin() as uow:
        uow.invoices.add(happened(invoice))
    columns = [invoices.c[name] for name in ("subtotal", "tax", "total", "tax_name", "tax_percent_thousandths")]
    empty = [invoices.c[name].is_(null()) for name in ("billing_address", "recurring")]
    ours = invoices.c.org_id == acme.org_id
    with sql_store.engine.connect() as connection:
        [row] = connection.execute(select(*columns).where(ours, invoices.c.id == invoice.id))
        [nothing] = connection.execute(select(*empty).where(ours, invoices.c.id == bare.id))
    amounts = (invoice.subtotal.amount, invoice.tax_amount.amount, invoice.total.amount)
    assert tuple(row) == (*amounts, "Tax", 12_345)
    assert [bool(each) for each in nothing] == [True, True]


@both
def test_items_that_stay_are_left_alone(acme: Agency, sql_store: SqlStore) -> None:
    """Load and save are two statements; lines are written anew together, and keep their ids (D28)."""
    service = acme.service()
    invoice = issued(acme, line("First", service_id=service.id), line("Second"))
    with counting(sql_store.engine) as counts:
        noted = acme.run(update_invoice, invoice.id, InvoicePatch(note="Hello"), at=LATER)
    assert (counts.statements, counts.begins, counts.commits) == (2, 1, 1)
    assert (noted.version, noted.items) == (2, invoice.items)
    paid = acme.run(mark_paid, invoice.id, at=LATER)
    assert [item.order_id is not None for item in paid.items] == [True, False]
    assert acme.read(get_invoice, invoice.id).invoice == paid
    other = issued(acme, line("First"), line("Second"), line("Third"))
    drafts = [line("Fourth"), line("Third", id=other.items[2].id), line("1st", id=other.items[0].id)]
    with counting(sql_store.engine) as counts:
        moved = acme.run(update_invoice, other.id, InvoicePatch(items=drafts), at=LATER)
    assert counts.statements == 4
    assert [item.name for item in moved.items] == ["Fourth", "Third", "1st"]
    assert moved.items[1:] == (other.items[2], attrs.evolve(other.items[0], name="1st", updated_at=LATER))
    assert acme.read(get_invoice, other.id).invoice == moved


@both
def test_an_old_or_deleted_invoice_is_not_stored(acme: Agency, sql_store: SqlStore) -> None:
    """A stale save is a conflict and leaves the items as they are; one without events writes nothing."""
    invoice = issued(acme)
    newer = acme.run(update_invoice, invoice.id, InvoicePatch(note="Newer"), at=LATER)
    with pytest.raises(ConflictError), acme.begin() as uow:
        uow.invoices.save(happened(attrs.evolve(invoice, note="stale")))
    with counting(sql_store.engine) as counts, acme.begin() as uow:
        assert uow.invoices.save(Change(newer)) == newer
    assert counts.statements == 0
    acme.run(delete_invoice, invoice.id, at=LATER)
    with pytest.raises(NotFoundError):
        acme.read(get_invoice, invoice.id)
    with pytest.raises(NotFoundError), acme.begin() as uow:
        uow.invoices.get(invoice.id)
    with pytest.raises(ConflictError), acme.begin() as uow:
        uow.invoices.save(happened(attrs.evolve(newer, note="late")))
    assert (acme.read(list_invoices).rows, acme.read(list_invoices).total) == ((), 0)


@both
def test_what_an_invoice_refers_to_has_to_be_there(acme: Agency) -> None:
    """Foreign things are refused by the database, those that its items name too; a number is taken once (D43)."""
    rival, mine = Agency(acme.store, "Rival"), issued(acme)
    theirs, item = issued(rival), mine.items[0]
    fresh = attrs.evolve(item, id=InvoiceItemId(acme.new_id()))
    for change in (
        {"client_id": theirs.client_id},
        {"employee_id": rival.administrator.id},
        {"coupon_id": acme.new_id()},
        {"number": mine.number},
        {"items": (item,)},
        {"items": (attrs.evolve(fresh, service_id=rival.service().id),)},
        {"items": (attrs.evolve(fresh, order_id=rival.order().id),)},
    ):
        own = {"id": InvoiceId(acme.new_id()), "number": "another", "items": (fresh,)}
        with pytest.raises(ConflictError), acme.begin() as uow:
            uow.invoices.add(happened(attrs.evolve(mine, **(own | change))))
    with pytest.raises(NotFoundError):
        acme.read(get_invoice, theirs.id)
    assert acme.read(list_invoices).total == 1


@both
def test_issuing_an_invoice_looks_everything_up_at_once(acme: Agency, sql_store: SqlStore) -> None:
    """References, client, counter, invoice, items: five statements, however many items there are."""
    client, services = acme.client(), [acme.service() for _ in range(3)]
    coupon = acme.run(create_coupon, code="WELCOME", at=NOON)
    drafts = [line(service_id=each.id) for each in services * 5]
    with counting(sql_store.engine) as counts:
        invoice = issued(acme, *drafts, payer=client.id, coupon_id=coupon.id, employee_id=acme.administrator.id)
    assert (counts.statements, counts.begins, counts.commits, counts.rollbacks) == (5, 1, 1, 0)
    assert (len(invoice.items), invoice.number) == (15, "INV-00001")


@both
@pytest.mark.parametrize("size", [1, 20, 100])
def test_a_page_of_invoices_is_two_statements(acme: Agency, size: int, sql_store: SqlStore) -> None:
    """With client, role and items, however many there are on it; one is one statement."""
    client = acme.client()
    with acme.begin() as uow:
        for number in range(101):
            at = NOON + timedelta(seconds=number)
            create_invoice(uow, payer=client.id, items=[line(), line("Hosting", 5, quantity=12)], at=at)
    with counting(sql_store.engine) as counts:
        page = acme.read(list_invoices, page=PageRequest(size=size))
    assert (counts.statements, counts.begins, len(page.rows), page.total) == (2, 0, size, 101)
    assert [row.invoice.number for row in page.rows] == [f"INV-{101 - number:05}" for number in range(size)]
    assert all(len(row.invoice.items) == 2 and row.client == client for row in page.rows)
    with counting(sql_store.engine) as counts:
        assert acme.read(get_invoice, page.rows[0].invoice.id) == page.rows[0]
    assert (counts.statements, counts.begins) == (1, 0)


@both
def test_numbers_go_on_without_a_gap(acme: Agency) -> None:
    """A transaction that is rolled back gives its number back, and every organisation counts for itself."""
    rival = Agency(acme.store, "Rival")
    with acme.begin() as uow:
        assert [uow.invoices.next_in_sequence() for _ in range(3)] == [1, 2, 3]
    with acme.undone() as uow:
        assert [uow.invoices.next_in_sequence() for _ in range(2)] == [4, 5]
    with rival.begin() as uow:
        assert uow.invoices.next_in_sequence() == 1
    with acme.begin() as uow:
        assert uow.invoices.next_in_sequence() == 4


@both
def test_numbers_go_on_without_a_gap_at_once(acme: Agency) -> None:
    """Eight threads at once, of whose transactions every third is rolled back: 1 to n, each once."""
    client, start = acme.client(), Barrier(8)

    def issue(thread: int) -> None:
        start.wait()
        for turn in range(6):
            if (thread + turn) % 3:
                issued(acme, payer=client.id)
            else:
                with acme.undone() as uow:
                    create_invoice(uow, payer=client.id, items=[line()], at=NOON)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(issue, range(8)))
    by_number = Sort(InvoiceSort.NUMBER, descending=False)
    listed = acme.read(list_invoices, sort=by_number, page=PageRequest(size=100))
    assert [row.invoice.number for row in listed.rows] == [f"INV-{n:05}" for n in range(1, 33)]


@both
def test_an_unknown_organization_has_no_numbers(sql_store: SqlStore) -> None:
    """It is refused as everything is whose organisation is not there."""
    with pytest.raises(ConflictError), sql_store.begin(sql_store.entropy.new_id()) as uow:  # type: ignore[arg-type]
        uow.invoices.next_in_sequence()


@both
def test_what_a_client_spent_is_what_they_paid(acme: Agency) -> None:
    """Paid invoices that are not deleted; one that is paid in part does not count yet."""
    client = acme.client()
    first, second, third = (issued(acme, line(amount=amount), payer=client.id) for amount in ("10.25", 20, 40))
    assert acme.read(get_client, client.id).spent is None
    acme.run(mark_paid, first.id, at=LATER)
    acme.run(record_part_payment, second.id, Decimal(5), at=LATER)
    acme.run(mark_paid, third.id, at=LATER)
    acme.run(delete_invoice, third.id, at=LATER)
    assert acme.read(get_client, client.id).spent == Decimal("10.25")
    with acme.begin() as uow:
        assert uow.clients.dependents(client.id) == ("invoices",)


FILTERS = [
    Condition(InvoiceFilter.STATUS, Operator.EQ, InvoiceStatus.PAID),
    Condition(InvoiceFilter.STATUS, Operator.IN, (InvoiceStatus.DRAFT, InvoiceStatus.PARTIALLY_PAID)),
    Condition(InvoiceFilter.CREATED_AT, Operator.GT, NOON + timedelta(seconds=1)),
    Condition(InvoiceFilter.DATE_DUE, Operator.LT, NOON + timedelta(days=14, seconds=2)),
]


@both
def test_lists_agree_with_the_memory_store(acme: Agency) -> None:
    """Every filter and every sort, both ways."""
    twins = [Agency(acme.store, "Twin"), Agency(MemoryStore(SeededEntropy(5)), "Twin")]
    for twin in twins:
        clients = [twin.client() for _ in range(2)]
        for number in range(8):
            invoice = issued(
                twin,
                line(amount=10 - number),
                payer=clients[number % 2].id,
                status=InvoiceStatus(number % 2),
                credit=Decimal(number % 3),
                at=NOON + timedelta(seconds=number // 2),
            )
            if number in (3, 6):
                twin.run(mark_paid, invoice.id, at=LATER - timedelta(seconds=number))
            if number == 5:
                twin.run(record_part_payment, invoice.id, Decimal(1), at=LATER)
        one = twin.read(list_invoices, filters=[Condition(InvoiceFilter.CLIENT_ID, Operator.EQ, clients[1].id)])
        assert [row.invoice.number[-1] for row in one.rows] == ["8", "6", "4", "2"]
        first = Condition(InvoiceFilter.ID, Operator.EQ, one.rows[0].invoice.id)
        assert twin.read(list_invoices, filters=[first]).rows == one.rows[:1]
    for condition in FILTERS:
        pages = [[row.invoice.number for row in twin.read(list_invoices, filters=[condition]).rows] for twin in twins]
        assert pages[0] == pages[1], condition
        assert 0 < len(pages[0]) < 8, condition
    for field in InvoiceSort:
        for descending in (True, False):
            listed = [twin.read(list_invoices, sort=Sort(field, descending=descending)).rows for twin in twins]
            assert [row.invoice.number for row in listed[0]] == [row.invoice.number for row in listed[1]], field
