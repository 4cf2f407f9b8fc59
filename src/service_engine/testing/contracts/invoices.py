"""What every store must do with invoices, one at a time."""

from __future__ import annotations

import decimal
from datetime import timedelta
from decimal import Decimal
from typing import Any

import attrs
import pytest
from hypothesis import given

from service_engine.domain.change import Change
from service_engine.domain.clients import ClientPatch
from service_engine.domain.ids import ClientId, CouponId, EmployeeId, InvoiceId, OrderId, ServiceId, UserId
from service_engine.domain.invoice_items import InvoiceItem, InvoiceItemDraft, write_items
from service_engine.domain.invoice_terms import Tax
from service_engine.domain.invoices import Invoice, InvoiceRevision, delete_invoice, issue_invoice, revise_invoice
from service_engine.domain.orders import delete_order
from service_engine.domain.services import delete_service
from service_engine.errors import ConflictError
from service_engine.ports.clients import ClientFilter
from service_engine.ports.invoices import InvoiceRow
from service_engine.ports.lists import Condition, Operator
from service_engine.ports.unit_of_work import UnitOfWork
from service_engine.testing import strategies
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency, Contract, happened, missing
from service_engine.testing.contracts.organizations import rolled_back
from service_engine.usecases.clients import list_clients, update_client
from service_engine.usecases.invoices import get_invoice

__all__ = ["InvoiceContract", "InvoiceItemContract", "InvoiceNumberContract"]

LATER = NOON + timedelta(seconds=1)
TAX = InvoiceRevision(tax=Tax(type=2, number=Decimal("7.5")))


def settled(invoice: Invoice, agency: Agency, uow: UnitOfWork) -> Invoice:
    """Return the invoice as one that can be stored in the organisation: everything that it refers to is there."""
    build = agency.build
    client = uow.clients.add(happened(build.client(role_id=agency.client_role.id)))
    ids = sorted((agency.new_id() for _ in invoice.items), reverse=True)  # so that they say nothing of the order
    items = []
    for item, id_ in zip(invoice.items, ids, strict=True):
        links: dict[str, Any] = {"id": id_}
        if item.service_id is not None:
            links["service_id"] = uow.services.add(happened(agency.build_service())).id
        if item.order_id is not None:
            links["order_id"] = uow.orders.add(happened(build.order(client_id=client.id))).id
        items.append(attrs.evolve(item, **links))
    employee = None if invoice.employee_id is None else build.employee(role=agency.admin_role)
    return attrs.evolve(
        invoice,
        id=agency.new_id(),
        client_id=client.id,
        employee_id=None if employee is None else uow.employees.add(happened(employee)).id,
        coupon_id=None if invoice.coupon_id is None else uow.coupons.add(happened(build.coupon())).id,
        items=tuple(items),
        deleted_at=None,
        version=1,
    )


def with_new_ids(items: tuple[InvoiceItem, ...], agency: Agency) -> tuple[InvoiceItem, ...]:
    """Return the same lines as others."""
    return tuple(attrs.evolve(item, id=agency.new_id()) for item in items)


class InvoiceContract(Contract):
    """The organisation's invoices, one at a time.

    Example:
        >>> from service_engine import MemoryStore
        >>> acme = Agency(MemoryStore())  # yours instead
        >>> InvoiceContract().test_an_invoice_keeps_what_was_deleted(acme)
    """

    @rolled_back
    @given(invoice=strategies.invoices())
    def test_an_invoice_is_kept_whole(self, acme: Agency, invoice: Invoice) -> None:
        """Whatever the domain allows comes back as it was, new or changed, items in order."""
        with acme.undone() as uow:
            new = settled(invoice, acme, uow)
            assert uow.invoices.add(happened(new)) == new
            assert uow.invoices.get(new.id) == uow.invoice_queries.get(new.id).invoice == new
            plain = uow.invoices.add(happened(acme.build.invoice(client_id=new.client_id)))
            wanted = attrs.evolve(new, id=plain.id, number=plain.number, items=with_new_ids(new.items, acme))
            assert uow.invoices.save(happened(wanted)) == attrs.evolve(wanted, version=2)
            assert uow.invoices.get(plain.id) == attrs.evolve(wanted, version=2)
            assert uow.invoices.get(new.id) == new

    def test_amounts_are_exact_whatever_the_thread_computes_with(self, acme: Agency) -> None:
        """The host's precision, rounding and traps are its own: no amount is stored, read or added up by them."""
        traps = [decimal.Inexact, decimal.Rounded]
        with decimal.localcontext(decimal.Context(prec=3, rounding=decimal.ROUND_UP, traps=traps)):
            items = [acme.build.invoice_item(amount=acme.build.money("12345678.91"))]
            tax, credit = Tax(number=Decimal("1234.56")), acme.build.money("2345.67")
            debt = acme.build.money("-87654321.09")
            client = attrs.evolve(acme.build.client(role_id=acme.client_role.id), balance=debt)
            with acme.begin() as uow:
                uow.clients.add(happened(client))
            invoice = acme.paid_invoice(client_id=client.id, items=items, tax=tax, credit=credit)
            shown = acme.read(get_invoice, invoice.id)
            balance = Condition(ClientFilter.BALANCE, Operator.EQ, debt.amount)
            found = acme.read(list_clients, filters=[balance]).rows
        assert (shown.invoice, shown.invoice.total) == (invoice, acme.build.money("12344567.80"))
        assert [(row.client, row.spent) for row in found] == [(client, Decimal("12344567.80"))]

    def test_an_invoice_is_shown_with_its_client_as_they_are_now(self, acme: Agency) -> None:
        """Name, company and role of today; the address that it goes to is that of the day when it was issued."""
        client = acme.client(details=ClientPatch(company="Then", address=acme.build.place(city="Then")))
        invoice = acme.invoice(client_id=client.id)
        acme.read(get_invoice, invoice.id)  # so that whoever remembers rows has one
        patch = ClientPatch(company="Now", address=acme.build.place(city="Now"))
        changed = acme.run(update_client, client.id, patch, at=LATER)
        assert changed.company == "Now"
        row = InvoiceRow(invoice=invoice, client=changed, role=acme.client_role)
        assert acme.read(get_invoice, invoice.id) == row
        with acme.begin() as uow:
            assert uow.invoice_queries.get(invoice.id) == row

    def test_an_invoice_refers_to_nothing_outside_the_organization(self, acme: Agency, rival: Agency) -> None:
        """Neither to another organisation's things, nor to unknown ones; not on a change, either."""
        invoice, unknown = acme.invoice(), acme.new_id()
        line = invoice.items[0]
        for links in (
            {"client_id": rival.client().id},
            {"client_id": ClientId(UserId(unknown))},
            {"employee_id": rival.administrator.id},
            {"employee_id": EmployeeId(UserId(unknown))},
            {"coupon_id": rival.coupon().id},
            {"coupon_id": CouponId(unknown)},
            {"items": (attrs.evolve(line, service_id=rival.service().id),)},
            {"items": (attrs.evolve(line, service_id=ServiceId(unknown)),)},
            {"items": (attrs.evolve(line, order_id=rival.order().id),)},
            {"items": (attrs.evolve(line, order_id=OrderId(unknown)),)},
        ):
            new = attrs.evolve(acme.build.invoice(client_id=invoice.client_id), **links)
            with pytest.raises(ConflictError), acme.begin() as uow:
                uow.invoices.add(happened(attrs.evolve(new, items=with_new_ids(new.items, acme))))
            with pytest.raises(ConflictError), acme.begin() as uow:
                uow.invoices.save(happened(attrs.evolve(invoice, **links)))
        with acme.begin() as uow:
            assert uow.invoices.get(invoice.id) == invoice

    def test_an_invoice_keeps_what_was_deleted(self, acme: Agency) -> None:
        """Services and orders of its lines, and its coupon: the links stay."""
        service, order, coupon = acme.service(), acme.order(), attrs.evolve(acme.build.coupon(), deleted_at=NOON)
        with acme.begin() as uow:
            uow.coupons.add(happened(coupon))
        line = attrs.evolve(acme.build.invoice_item(service_id=service.id), order_id=order.id)
        invoice = acme.invoice(client_id=order.client_id, items=[line], coupon_id=coupon.id)
        with acme.begin() as uow:
            uow.services.save(delete_service(service, at=LATER))
            uow.orders.save(delete_order(order, at=LATER))
        with acme.begin() as uow:
            assert uow.invoices.get(invoice.id) == invoice
            assert uow.invoices.save(revise_invoice(invoice, TAX, at=LATER)).items == invoice.items

    def test_whatever_is_not_a_live_invoice_is_missing(self, acme: Agency, rival: Agency) -> None:
        """A deleted, a foreign and an unknown one get the same answer, everywhere."""
        deleted = acme.invoice()
        with acme.begin() as uow:
            uow.invoices.save(delete_invoice(deleted, at=LATER))
        for id_ in (deleted.id, rival.invoice().id, InvoiceId(acme.new_id())):
            with acme.begin() as uow:
                with missing("invoice", id_):
                    uow.invoices.get(id_)
                with missing("invoice", id_):
                    uow.invoice_queries.get(id_)
            with missing("invoice", id_):
                acme.read(get_invoice, id_)

    def test_a_change_of_an_invoice_counts_the_version(self, acme: Agency) -> None:
        """A change that changed nothing is no save; a stale one is a conflict, whatever it wants (D27)."""
        stale = acme.invoice()
        with acme.begin() as uow:
            assert uow.invoices.save(Change(stale)) == stale
            fresh = uow.invoices.save(revise_invoice(stale, TAX, at=LATER))
        assert fresh.version == stale.version + 1
        more = InvoiceRevision(items=[acme.build.invoice_item(name="Too late")])
        for change in (revise_invoice(stale, more, at=LATER), delete_invoice(stale, at=LATER)):
            with pytest.raises(ConflictError) as refusal, acme.begin() as uow:
                uow.invoices.save(change)
            assert (refusal.value.kind, refusal.value.key) == ("invoice", stale.id)
        with acme.begin() as uow:
            assert uow.invoices.get(stale.id) == fresh

    def test_an_invoice_that_is_gone_cannot_be_changed(self, acme: Agency, rival: Agency) -> None:
        """Neither a deleted one, nor a foreign one, nor one that never was."""
        deleted, foreign = acme.invoice(), rival.invoice()
        with acme.begin() as uow:
            gone = uow.invoices.save(delete_invoice(deleted, at=LATER))
        unknown = acme.build.invoice(client_id=deleted.client_id)
        for invoice in (deleted, gone, foreign, unknown):
            with pytest.raises(ConflictError), acme.begin() as uow:
                uow.invoices.save(revise_invoice(invoice, TAX, at=LATER))
        with rival.begin() as uow:
            assert uow.invoices.get(foreign.id) == foreign

    def test_an_invoice_id_is_taken_once(self, acme: Agency) -> None:
        """The same id cannot be issued twice."""
        invoice = acme.invoice()
        again = attrs.evolve(acme.build.invoice(client_id=invoice.client_id), id=invoice.id)
        with pytest.raises(ConflictError), acme.begin() as uow:
            uow.invoices.add(happened(again))

    def test_what_happened_to_an_invoice_is_noted(self, acme: Agency) -> None:
        """Oldest first, each once."""
        built = acme.build.invoice(client_id=acme.client().id)
        issued = issue_invoice(
            built.id, number=built.number, client_id=built.client_id, items=built.items, currency="USD", at=NOON
        )
        with acme.begin() as uow:
            taxed = revise_invoice(uow.invoices.add(issued), TAX, at=LATER)
            uow.invoices.save(Change(issued.state))
            uow.invoices.save(taxed)
            assert uow.events == (*issued.events, *taxed.events)


class InvoiceItemContract(Contract):
    """The lines of an invoice: stored, replaced and shown with it.

    Example:
        >>> from service_engine import MemoryStore
        >>> acme = Agency(MemoryStore())  # yours instead
        >>> InvoiceItemContract().test_items_of_an_invoice_are_replaced(acme)
    """

    def test_items_of_an_invoice_are_replaced(self, acme: Agency) -> None:
        """Lines come, go, change their places and are rewritten; those of other invoices stay (D20)."""
        a, b, c = (acme.build.invoice_item(name=name) for name in "abc")
        rewritten = attrs.evolve(b, name="B", quantity=3, discount=acme.build.money("0.50"), updated_at=LATER)
        invoice, other = acme.invoice(items=[b, a]), acme.invoice()
        for items in ((a, b), (c, rewritten, a), (rewritten,), (c, rewritten), (b, c, a), (c,)):
            with acme.begin() as uow:
                invoice = uow.invoices.save(revise_invoice(invoice, InvoiceRevision(items=items), at=LATER))
                assert uow.invoice_queries.get(invoice.id).invoice == invoice
            assert invoice.items == items
            with acme.begin() as uow:
                assert uow.invoices.get(invoice.id) == invoice
        with acme.begin() as uow:
            assert uow.invoices.get(other.id) == other

    def test_a_rewritten_item_keeps_its_order(self, acme: Agency) -> None:
        """Under its id it is the same line, whatever is written into it; so no second order is made of it (D28)."""
        order, service = acme.order(), acme.service()
        line = attrs.evolve(acme.build.invoice_item(service_id=service.id), order_id=order.id)
        invoice = acme.invoice(client_id=order.client_id, items=[acme.build.invoice_item(), line])
        drafts = [
            InvoiceItemDraft(id=line.id, name="Rewritten", amount=Decimal(7), service_id=service.id),
            InvoiceItemDraft(name="New", amount=Decimal(1)),
        ]
        items = write_items(drafts, currency="USD", new_ids=iter([acme.new_id()]), instead_of=invoice.items, at=LATER)
        with acme.begin() as uow:
            uow.invoices.save(revise_invoice(invoice, InvoiceRevision(items=items), at=LATER))
        with acme.begin() as uow:
            stored = uow.invoices.get(invoice.id).items
        assert stored == items
        assert [(item.name, item.order_id) for item in stored] == [("Rewritten", order.id), ("New", None)]

    def test_items_do_not_change_with_the_rest_of_the_invoice(self, acme: Agency) -> None:
        """A change that says nothing of them leaves them, their orders and their places."""
        order = acme.order()
        lines = [attrs.evolve(acme.build.invoice_item(name=name), order_id=order.id) for name in "ab"][::-1]
        invoice = acme.invoice(client_id=order.client_id, items=lines)
        with acme.begin() as uow:
            uow.invoices.save(revise_invoice(invoice, TAX, at=LATER))
        with acme.begin() as uow:
            assert list(uow.invoices.get(invoice.id).items) == lines

    def test_an_item_is_on_one_invoice(self, acme: Agency) -> None:
        """Its id is taken as long as it is there, also on a deleted invoice; neither a new nor an old one gets it."""
        invoice, deleted = acme.invoice(), acme.invoice()
        with acme.begin() as uow:
            uow.invoices.save(delete_invoice(deleted, at=LATER))
        for taken in (invoice.items, deleted.items):
            new = acme.build.invoice(client_id=invoice.client_id, items=[acme.build.invoice_item(), *taken])
            with pytest.raises(ConflictError), acme.begin() as uow:
                uow.invoices.add(happened(new))
            with acme.begin() as uow, missing("invoice", new.id):
                uow.invoices.get(new.id)
        for old, taken in ((acme.invoice(), invoice.items), (invoice, deleted.items)):
            with pytest.raises(ConflictError), acme.begin() as uow:
                uow.invoices.save(revise_invoice(old, InvoiceRevision(items=[*old.items, *taken]), at=LATER))
            with acme.begin() as uow:
                assert uow.invoices.get(old.id) == old


class InvoiceNumberContract(Contract):
    """Under which number an invoice is issued.

    Example:
        >>> from service_engine import MemoryStore
        >>> acme = Agency(MemoryStore())  # yours instead
        >>> InvoiceNumberContract().test_what_is_rolled_back_was_never_counted(acme)
    """

    def test_an_invoice_number_is_taken_for_ever_in_an_organization(self, acme: Agency, rival: Agency) -> None:
        """Deleted invoices keep theirs; other organisations have their own."""
        deleted, invoice = acme.invoice(number="INV-00001"), acme.invoice(number="INV-00002")
        with acme.begin() as uow:
            uow.invoices.save(delete_invoice(deleted, at=LATER))
        for number in ("INV-00001", "INV-00002"):
            with pytest.raises(ConflictError):
                acme.invoice(number=number)
        assert acme.invoice(number="inv-00001").number == "inv-00001"
        assert rival.invoice(number=invoice.number).number == invoice.number

    def test_each_organization_counts_its_invoices(self, acme: Agency, rival: Agency) -> None:
        """From 1 on, within a transaction and from one to the next (D24)."""
        for expected in ([1, 2], [3], [4, 5, 6]):
            with acme.begin() as uow:
                assert [uow.invoices.next_in_sequence() for _ in expected] == expected
        with rival.begin() as uow:
            assert uow.invoices.next_in_sequence() == 1

    def test_what_is_rolled_back_was_never_counted(self, acme: Agency) -> None:
        """So that there is no gap, and no number twice (D24)."""
        with acme.undone() as uow:
            assert uow.invoices.next_in_sequence() == 1
        with acme.begin() as uow:
            assert uow.invoices.next_in_sequence() == 1
        with acme.undone() as uow:
            counted = [uow.invoices.next_in_sequence() for _ in range(3)]
        with acme.begin() as uow:
            assert uow.invoices.next_in_sequence() == counted[0]
