"""Clients in memory: what is unique, who is staff, what keeps a client from being deleted."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal, localcontext

import attrs
import pytest

from service_engine import Change, ClientId, ConflictError, DependentsExistError, NotFoundError
from service_engine.domain import clients
from service_engine.domain.clients import ClientPatch
from service_engine.domain.invoice_items import InvoiceItemDraft
from service_engine.domain.invoice_terms import BillingPeriod
from service_engine.domain.invoices import InvoiceStatus
from service_engine.domain.money import money
from service_engine.ports.clients import ClientFilter, ClientSort
from service_engine.ports.lists import Condition, Operator, Sort
from service_engine.testing import build
from service_engine.testing.builders import NOON
from service_engine.usecases.clients import create_client, delete_client, get_client, list_clients, update_client
from service_engine.usecases.invoices import InvoicePatch, create_invoice, delete_invoice, update_invoice
from service_engine.usecases.orders import create_order, delete_order
from service_engine.usecases.payments import mark_paid, record_part_payment
from service_engine.usecases.tickets import delete_ticket, open_ticket


def _add(store, org_id, client):
    return store.run(org_id, lambda uow: uow.clients.add(Change(client)))


def _bill(uow, client_id, *, amount="10", **more):
    items = [InvoiceItemDraft(name="Advice", amount=Decimal(amount))]
    return create_invoice(uow, payer=client_id, items=items, at=NOON, **more)


def test_staff_are_no_clients_and_clients_no_staff(store, org_id, acme, john):
    """The role tells who is what."""
    with store.begin(org_id) as uow:
        for get, key in (
            (uow.clients.get, acme.administrator.id),
            (uow.client_queries.get, acme.administrator.id),
            (uow.employees.get, john.id),
        ):
            with pytest.raises(NotFoundError):
                get(key)
        assert uow.clients.get(john.id, for_deletion=True) == john
        assert uow.employees.get(acme.administrator.id) == acme.administrator


def test_somebody_stored_as_a_client_in_a_role_of_the_staff_is_staff(store, org_id, acme):
    """The class that they came in does not matter; a list of clients does not show them."""
    role = acme.roles["Administrator"]
    jane = _add(store, org_id, build.client(first_name="Jane", role_id=role.id))
    with store.begin(org_id) as uow:
        with pytest.raises(NotFoundError):
            uow.clients.get(jane.id)
        employee = uow.employees.get(jane.id)
        assert (employee.first_name, employee.email, employee.role) == ("Jane", jane.email, role)
        assert uow.references.look_up(client_id=jane.id, employee_ids=[jane.id]).client is False
    assert store.read(org_id, list_clients).total == 0


def test_an_email_is_one_persons_among_clients_and_employees(store, org_id, acme, john):
    """As long as they are there."""
    role_id = john.role_id
    jane = _add(store, org_id, build.client(email="jane@example.com", role_id=role_id))
    with store.begin(org_id) as uow:
        assert uow.clients.email_owner("john@example.com") == john.id
        assert uow.clients.email_owner("admin@example.com") == acme.administrator.id
        for email in ("john@example.com", "admin@example.com"):
            with pytest.raises(ConflictError):
                uow.clients.add(Change(build.client(email=email, role_id=role_id)))
            with pytest.raises(ConflictError):
                uow.clients.save(
                    clients.revise_client(jane, ClientPatch(email=email), address_id=build.address().id, at=NOON)
                )
            with pytest.raises(ConflictError):
                uow.employees.add(Change(build.employee(email=email, role=acme.roles["Administrator"])))
    store.run(org_id, delete_client, john.id, at=NOON)
    with store.begin(org_id) as uow:
        assert uow.clients.email_owner("john@example.com") is None
        uow.clients.add(Change(build.client(email="john@example.com", role_id=role_id)))


def test_a_changed_email_frees_the_old_one(store, org_id, john):
    """At once, in the same transaction."""
    with store.begin(org_id) as uow:
        update_client(uow, john.id, ClientPatch(email="jack@example.com"), at=NOON)
        create_client(uow, email="john@example.com", first_name="New", last_name="John", at=NOON)
        assert uow.clients.email_owner("jack@example.com") == john.id


def test_an_affiliation_is_taken_for_ever(store, org_id, john):
    """Links to a deleted client must not lead to somebody else."""
    store.run(org_id, delete_client, john.id, at=NOON)
    with store.begin(org_id) as uow:
        assert uow.clients.affiliation_is_taken(john.affiliate_id, "")
        assert uow.clients.affiliation_is_taken(john.affiliate_id + 1, john.affiliate_link)
        assert not uow.clients.affiliation_is_taken(john.affiliate_id + 1, "")
        for taken in ({"affiliate_id": john.affiliate_id}, {"affiliate_link": john.affiliate_link}):
            with pytest.raises(ConflictError):
                uow.clients.add(Change(build.client(**taken, role_id=john.role_id)))
        for _ in range(2):
            nobody = attrs.evolve(build.client(role_id=john.role_id), affiliate_id=None, affiliate_link=None)
            uow.clients.add(Change(nobody))


def test_an_address_is_one_clients(store, org_id, john):
    """It has an id of its own, which is unique in the organisation."""
    address = build.address()
    _add(store, org_id, attrs.evolve(build.client(role_id=john.role_id), address=address))
    with store.begin(org_id) as uow, pytest.raises(ConflictError):
        uow.clients.add(Change(attrs.evolve(build.client(role_id=john.role_id), address=address)))


def test_a_role_must_be_the_organisations(store, org_id, john):
    """On adding and on saving."""
    unknown = build.client_role().id
    with store.begin(org_id) as uow:
        with pytest.raises(ConflictError):
            uow.clients.add(Change(build.client(role_id=unknown)))
        events = clients.delete_client(john, dependents=(), at=NOON).events
        with pytest.raises(ConflictError):
            uow.clients.save(Change(attrs.evolve(john, role_id=unknown), events))


def test_saves(store, org_id, acme, john):
    """One version later; nothing for no events; a conflict for stale, deleted, unknown and staff."""
    revised = clients.revise_client(john, ClientPatch(company="Acme"), address_id=build.address().id, at=NOON)
    employee = attrs.evolve(john, id=ClientId(acme.administrator.id), version=acme.administrator.version)
    with store.begin(org_id) as uow:
        assert uow.clients.save(Change(john)) is john
        assert uow.clients.save(revised) == attrs.evolve(revised.state, version=2)
        for stale in (revised.state, build.client(role_id=john.role_id), employee):
            with pytest.raises(ConflictError):
                uow.clients.save(Change(stale, revised.events))
        delete_client(uow, john.id, at=NOON)
        with pytest.raises(ConflictError):
            uow.clients.save(Change(attrs.evolve(john, version=3), revised.events))
        assert [type(event).__name__ for event in uow.events] == ["ClientRevised", "ClientDeleted"]


def test_an_id_is_taken_once(store, org_id, acme, john):
    """Clients and employees share one space of ids."""
    with store.begin(org_id) as uow:
        for taken in (john.id, ClientId(acme.administrator.id)):
            with pytest.raises(ConflictError):
                uow.clients.add(Change(attrs.evolve(build.client(role_id=john.role_id), id=taken)))


def test_what_refers_to_a_client_keeps_them(store, org_id, john):
    """Orders, invoices, tickets and subscriptions, deleted ones counted, in the port's order."""
    ticket = store.run(org_id, open_ticket, client_id=john.id, subject="Help", at=NOON)
    store.run(org_id, delete_ticket, ticket.id, at=NOON)
    with pytest.raises(DependentsExistError, match="existing tickets"):
        store.run(org_id, delete_client, john.id, at=NOON)
    order = store.run(org_id, create_order, client_id=john.id, service="SEO", price=money(1, "USD"), at=NOON)
    store.run(org_id, delete_order, order.id, at=NOON)
    with store.begin(org_id) as uow:
        assert uow.clients.dependents(john.id) == ("orders", "tickets")
        monthly = _bill(uow, john.id, recurring=BillingPeriod(length=1, unit="M"))
        assert uow.clients.dependents(john.id) == ("orders", "invoices", "tickets")
        mark_paid(uow, monthly.id, at=NOON)
        delete_invoice(uow, monthly.id, at=NOON)
        assert uow.clients.dependents(john.id) == ("orders", "invoices", "tickets", "subscriptions")
        free = create_client(uow, email="free@example.com", first_name="Free", last_name="One", at=NOON)
        assert uow.clients.dependents(free.id) == ()


def test_a_deleted_client_is_nowhere(store, org_id, acme, john):
    """Neither alone, nor in a list, nor as a reference, nor, in another role, as an employee."""
    staff = _add(store, org_id, build.client(role_id=acme.roles["Administrator"].id))
    with store.begin(org_id) as uow:
        uow.clients.save(clients.delete_client(staff, dependents=(), at=NOON))
        delete_client(uow, john.id, at=NOON)
        with pytest.raises(NotFoundError):
            uow.clients.get(john.id)
        with pytest.raises(NotFoundError):
            uow.employees.get(staff.id)
        found = uow.references.look_up(client_id=john.id, employee_ids=[john.id, staff.id])
        assert (found.client, found.members) == (False, {})
    with pytest.raises(NotFoundError):
        store.read(org_id, get_client, john.id)
    assert store.read(org_id, list_clients).total == 0


def test_a_row_of_a_client(store, org_id, acme, john):
    """With their role; nobody has spent anything where there are no invoices."""
    row = store.read(org_id, get_client, john.id)
    assert (row.client, row.role, row.spent) == (john, acme.roles["Client"], None)
    assert store.read(org_id, list_clients).rows == (row,)


def _spent(view):
    """Return what each client has spent by first name, alone and in a list the same."""
    rows = list_clients(view).rows
    assert rows == tuple(get_client(view, row.client.id) for row in rows)
    return {row.client.first_name: row.spent for row in rows}


def test_what_a_client_has_spent(store, org_id, john):
    """The totals of their live Paid invoices: not what is due, paid in part, refunded or deleted (D39)."""

    def spent():
        return store.read(org_id, _spent)["John"]

    first, second, third = (store.run(org_id, _bill, john.id, amount=amount) for amount in ("19.99", "0.02", "100"))
    assert spent() is None
    store.run(org_id, mark_paid, first.id, at=NOON)
    assert spent() == Decimal("19.99")
    store.run(org_id, record_part_payment, third.id, Decimal(60), at=NOON)
    store.run(org_id, mark_paid, second.id, at=NOON)
    assert spent() == Decimal("20.01")
    store.run(org_id, mark_paid, third.id, at=NOON)
    assert spent() == Decimal("120.01")
    store.run(org_id, update_invoice, third.id, InvoicePatch(status=InvoiceStatus.REFUNDED), at=NOON)
    assert spent() == Decimal("20.01")
    store.run(org_id, delete_invoice, first.id, at=NOON)
    assert spent() == Decimal("0.02")
    store.run(org_id, delete_invoice, second.id, at=NOON)
    assert spent() is None


def test_spending_nothing_is_not_the_same_as_no_invoice(store, org_id, john):
    """A paid invoice of nought makes it nought."""
    free = store.run(org_id, _bill, john.id, amount="0")
    store.run(org_id, mark_paid, free.id, at=NOON)
    spent = store.read(org_id, _spent)["John"]
    assert spent is not None
    assert spent == 0


def test_what_was_spent_in_a_transaction_that_failed_is_not_shown(store, org_id, john):
    """Sums are remembered; an old one must never be shown, nor one that was rolled back, nor another client's."""
    invoice = store.run(org_id, _bill, john.id, amount="5")
    bob = store.run(org_id, create_client, email="bob@example.com", first_name="Bob", last_name="Ray", at=NOON)
    before = {"John": None, "Bob": None}

    def work(uow):
        mark_paid(uow, invoice.id, at=NOON)
        assert (_spent(uow), store.read(org_id, _spent)) == ({"John": Decimal(5), "Bob": None}, before)
        uow.clients.get(build.client().id)

    assert store.read(org_id, _spent) == before
    with pytest.raises(NotFoundError):
        store.run(org_id, work)
    assert store.read(org_id, _spent) == before
    handed_on = store.run(org_id, update_invoice, invoice.id, InvoicePatch(client_id=bob.id), at=NOON)
    store.run(org_id, mark_paid, handed_on.id, at=NOON)
    assert store.read(org_id, _spent) == {"John": None, "Bob": Decimal(5)}


def test_what_was_spent_is_exact(store, org_id, john):
    """A plain sum over all currencies, whatever precision the host's thread has."""
    for amount, currency in (("9999999999.99", "USD"), ("0.001", "KWD"), ("7", "JPY")):
        invoice = store.run(org_id, _bill, john.id, amount=amount, currency=currency)
        store.run(org_id, mark_paid, invoice.id, at=NOON)
    with localcontext(prec=3):
        assert store.read(org_id, _spent)["John"] == Decimal("10000000006.991")


def test_lists_of_clients(store, org_id, john):
    """Money is compared by amount, whatever the currency; changes show at once; staff are not listed."""
    amounts = {"a": money("1000.00", "USD"), "b": money(900, "JPY"), "c": money("950.125", "KWD")}
    for name, balance in amounts.items():
        client = build.client(first_name=name, role_id=john.role_id, at=NOON + timedelta(minutes=1))
        _add(store, org_id, attrs.evolve(client, balance=balance))

    by_balance, by_name = Sort(ClientSort.BALANCE), Sort(ClientSort.FIRST_NAME, descending=False)

    def names(*filters, sort=by_balance):
        page = store.read(org_id, list_clients, filters=filters, sort=sort)
        assert page.total == len(page.rows)
        return [row.client.first_name for row in page.rows]

    assert names() == ["a", "c", "b", "John"]
    assert names(Condition(ClientFilter.BALANCE, Operator.GT, 900)) == ["a", "c"]
    assert names(Condition(ClientFilter.BALANCE, Operator.EQ, 900)) == ["b"]
    assert names(Condition(ClientFilter.BALANCE, Operator.LT, 900)) == ["John"]
    assert names(sort=by_name) == ["John", "a", "b", "c"]
    store.run(org_id, update_client, john.id, ClientPatch(first_name="bb"), at=NOON)
    assert names(sort=by_name) == ["a", "b", "bb", "c"]
    store.run(org_id, delete_client, john.id, at=NOON)
    assert names(sort=by_name) == ["a", "b", "c"]
