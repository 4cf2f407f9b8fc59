"""Issuing invoices and listing them: send a command, look at the store."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import attrs
import pytest
from tests.usecases.invoicing import MONTHLY, NOBODY, created, foreign_invoice, line, numbers, shown, updated

from service_engine.domain.clients import Client, ClientPatch, ClientRegistered, PostalAddress
from service_engine.domain.ids import ClientId, CouponId, EmployeeId, ServiceId
from service_engine.domain.invoice_terms import BillingAddress, Tax
from service_engine.domain.invoices import Invoice, InvoiceIssued, InvoiceStatus
from service_engine.domain.json_values import freeze
from service_engine.domain.money import money
from service_engine.errors import InvalidReferenceError, NotAssignableError, RuleViolationError
from service_engine.ports.invoices import InvoiceFilter, InvoiceSort
from service_engine.ports.lists import Condition, Operator, PageRequest, Sort
from service_engine.ports.unit_of_work import Store
from service_engine.testing.examples import acme, client_role, coupon, invoice, jane, john, later, now, web_development
from service_engine.usecases.clients import get_client, list_clients, update_client
from service_engine.usecases.coupons import create_coupon
from service_engine.usecases.invoices import NewPayer, create_invoice, delete_invoice, list_invoices
from service_engine.usecases.services import create_service, delete_service

NOTHING = ServiceId(UUID(int=404))
NO_COUPON = CouponId(UUID(int=404))
EVE = NewPayer(email=" Eve@Example.com", first_name="Eve", last_name="Ray")


def offered(store: Store, currency: str = "USD", org_id: Any = acme.id) -> ServiceId:
    """Offer a service."""
    return store.run(org_id, create_service, name="Advice", currency=currency, at=now).id


def client_of(store: Store, issued: Invoice) -> Client:
    """Return who owes an invoice, as they are today."""
    return store.read(acme.id, get_client, issued.client_id).client


# ------------------------------------------------------------------------------------------------------- issuing


@pytest.mark.usefixtures("store")
def test_an_invoice_with_the_least(agency: Store):
    """Unpaid, in dollars, due in 14 days, under the next number; stored as returned; one event."""
    with agency.begin(acme.id) as uow:
        issued = create_invoice(uow, payer=john.id, items=[line(" Advice ")], at=later)
        assert uow.events == (InvoiceIssued(invoice_id=issued.id, number="INV-00002", at=later),)
    assert (issued.number, issued.number_prefix, issued.client_id) == ("INV-00002", "INV-", john.id)
    assert (issued.status, issued.currency, issued.total) == (InvoiceStatus.UNPAID, "USD", money(100, "USD"))
    assert (issued.date_due, issued.date_paid) == (later + timedelta(days=14), None)
    assert (issued.credit, issued.tax_amount, issued.paid) == (money(0, "USD"),) * 3
    assert [(item.name, item.quantity, item.service_id, item.order_id) for item in issued.items] == [
        ("Advice", 1, None, None)
    ]
    row = shown(agency, issued.id)
    assert (row.invoice, row.client, row.role) == (issued, john, client_role)


@pytest.mark.usefixtures("store")
def test_an_invoice_with_everything(agency: Store):
    """A tax of type 2 is per cent of the subtotal, and stays so; the credit is taken off (D33)."""
    items = [
        line("Website", "100", quantity=7, discount=Decimal(50), discount2=Decimal(50), description=" All of it "),
        line("Deduction", "-5", options=freeze({"why": "late"})),
        line("Hosting", "5", service_id=web_development.id),
    ]
    issued = created(
        agency,
        items=items,
        status=InvoiceStatus.DRAFT,
        currency="EUR",
        tax=Tax(type=2, number=Decimal(12)),
        credit=Decimal(10),
        recurring=MONTHLY,
        coupon_id=coupon.id,
        employee_id=jane.id,
        note=" Thanks ",
    )
    assert (issued.subtotal, issued.tax_amount, issued.credit, issued.total) == tuple(
        money(each, "EUR") for each in (600, 72, 10, 662)
    )
    assert (issued.tax, issued.status, issued.recurring) == (
        Tax(type=2, number=Decimal(12)),
        InvoiceStatus.DRAFT,
        MONTHLY,
    )
    assert (issued.coupon_id, issued.employee_id, issued.note) == (coupon.id, jane.id, "Thanks")
    website, deduction, hosting = issued.items
    assert (website.total, website.discount2, website.description) == (
        money(600, "EUR"),
        money(50, "EUR"),
        "All of it",
    )
    assert (deduction.total, deduction.options) == (money(-5, "EUR"), {"why": "late"})
    assert (hosting.service_id, hosting.created_at) == (web_development.id, later)
    assert shown(agency, issued.id).invoice == issued


@pytest.mark.usefixtures("store")
def test_the_billing_address_is_as_it_was(agency: Store):
    """A snapshot of the client's; later changes of the client do not touch it, and who has none has none."""
    issued = created(agency)
    assert john.address is not None
    assert issued.billing_address == BillingAddress.of(john.address)
    agency.run(acme.id, update_client, john.id, ClientPatch(address=PostalAddress(city="Leeds")), at=later)
    assert shown(agency, issued.id).invoice.billing_address == issued.billing_address
    assert created(agency, payer=EVE).billing_address is None


# ------------------------------------------------------------------------------------------------------ the payer


@pytest.mark.usefixtures("store")
def test_a_payer_who_is_a_client_already(agency: Store):
    """Found by e-mail in any letters; nobody is made, and what was said of them is not taken over."""
    details = ClientPatch(phone="555", address=PostalAddress(city="Leeds"))
    issued = created(agency, payer=NewPayer(email=" JOHN@example.com ", first_name="Jack", details=details))
    assert (issued.client_id, issued.billing_address) == (john.id, BillingAddress.of(john.address))
    assert client_of(agency, issued) == john
    assert agency.read(acme.id, list_clients).total == 1


@pytest.mark.usefixtures("store")
def test_a_payer_who_is_nobody_yet(agency: Store):
    """Registered in the role for clients, with all that is known of them, and billed at their address (D14)."""
    details = ClientPatch(company="Ray Ltd", address=PostalAddress(city="Leeds"))
    with agency.begin(acme.id) as uow:
        issued = create_invoice(uow, payer=attrs.evolve(EVE, details=details), items=[line()], at=later)
        assert uow.events == (
            ClientRegistered(client_id=issued.client_id, at=later),
            InvoiceIssued(invoice_id=issued.id, number="INV-00002", at=later),
        )
    eve = client_of(agency, issued)
    assert (eve.email, eve.first_name, eve.last_name, eve.company) == ("eve@example.com", "Eve", "Ray", "Ray Ltd")
    assert (eve.role_id, eve.created_at) == (client_role.id, later)
    assert issued.billing_address == BillingAddress.of(eve.address)
    assert issued.billing_address is not None
    assert (issued.billing_address.place.city, issued.billing_address.company_name) == ("Leeds", "Ray Ltd")
    assert created(agency, payer=EVE).client_id == eve.id


def test_a_payer_of_whom_only_the_email_is_known(agency: Store):
    """They are called by its two halves, until somebody knows better."""
    eve = client_of(agency, created(agency, payer=NewPayer(email=" Eve@Example.com ")))
    assert (eve.first_name, eve.last_name) == ("Eve", "Example.com")
    ann = client_of(agency, created(agency, payer=NewPayer(email="ann@example.com", last_name="Lee")))
    assert (ann.first_name, ann.last_name) == ("ann", "Lee")


def test_a_payer_cannot_say_who_they_are_here(agency: Store):
    """Organisation, role, id and status of the account are not among what is said of somebody (D43)."""
    said = {each.name for each in attrs.fields(ClientPatch)}
    assert said.isdisjoint({"id", "org_id", "role_id", "affiliate_id", "balance", "password_hash", "deleted_at"})
    with pytest.raises(TypeError):
        ClientPatch(role_id=jane.role.id)  # type: ignore[call-arg]
    eve = client_of(agency, created(agency, payer=attrs.evolve(EVE, details=ClientPatch(custom_fields=freeze({})))))
    assert eve.role_id == client_role.id


@pytest.mark.usefixtures("store")
def test_an_invoice_to_nobody(agency: Store, neighbour):
    """An unknown client, a foreign one and an employee are refused alike, by id and by e-mail (D53)."""
    for client_id in (NOBODY, neighbour.client.id, ClientId(jane.id)):
        with pytest.raises(InvalidReferenceError) as refused:
            created(agency, payer=client_id)
        assert (refused.value.field, refused.value.message) == ("client_id", "The specified client does not exist.")
    with pytest.raises(InvalidReferenceError) as refused:
        created(agency, payer=NewPayer(email=jane.email))
    assert (refused.value.field, refused.value.message) == ("email", "The specified client does not exist.")
    theirs = created(agency, payer=NewPayer(email=neighbour.client.email))
    assert theirs.client_id != neighbour.client.id
    assert numbers(agency) == ["INV-00002", "INV-00001"]


# ----------------------------------------------------------------------------------------- what it refers to


@pytest.mark.usefixtures("store")
def test_a_coupon_that_is_not_there(agency: Store, neighbour):
    """Unknown and foreign ones are refused alike, on create and update (D45)."""
    foreign = agency.run(neighbour.org_id, create_coupon, code="THEIRS", at=now).id
    for coupon_id in (NO_COUPON, foreign):
        for act in (lambda key: created(agency, coupon_id=key), lambda key: updated(agency, coupon_id=key)):
            with pytest.raises(InvalidReferenceError) as refused:
                act(coupon_id)
            assert (refused.value.field, refused.value.message) == (
                "coupon_id",
                "The specified coupon does not exist.",
            )
    assert shown(agency).invoice == invoice


@pytest.mark.usefixtures("store")
def test_a_line_of_a_service_that_is_not_there(agency: Store, neighbour):
    """Unknown, foreign and deleted ones are refused alike, by the position of the line, on create and update (D41)."""
    gone = offered(agency)
    agency.run(acme.id, delete_service, gone, at=later)
    for service_id in (NOTHING, offered(agency, org_id=neighbour.org_id), gone):
        items = [line(), line(service_id=web_development.id), line(service_id=service_id)]
        for act in (lambda lines: created(agency, items=lines), lambda lines: updated(agency, items=lines)):
            with pytest.raises(InvalidReferenceError) as refused:
                act(items)
            assert (refused.value.field, refused.value.message) == (
                "items.2.service_id",
                "The specified service does not exist.",
            )
    assert (numbers(agency), shown(agency).invoice) == (["INV-00001"], invoice)


@pytest.mark.usefixtures("store")
def test_somebody_who_cannot_look_after_it(agency: Store, neighbour):
    """An unknown employee, a foreign one and a client are refused alike (D42)."""
    for employee_id in (EmployeeId(NOBODY), neighbour.employee.id, EmployeeId(john.id)):
        with pytest.raises(NotAssignableError) as refused:
            created(agency, employee_id=employee_id)
        assert refused.value.field == "employee_id"
        assert str(employee_id) in refused.value.message


def test_the_currency_is_that_of_the_services(agency: Store):
    """One that is named wins; lines without a service are in dollars; several that nobody decides on are refused."""
    in_euros, in_yen = offered(agency, "EUR"), offered(agency, "JPY")
    assert created(agency, items=[line(), line(service_id=in_euros)]).currency == "EUR"
    assert created(agency, items=[line(service_id=in_yen)]).total == money(100, "JPY")
    mixed = [line(service_id=in_euros), line(service_id=in_yen)]
    with pytest.raises(InvalidReferenceError) as refused:
        created(agency, items=mixed)
    assert (refused.value.field, refused.value.message) == (
        "items",
        "All services of an invoice must share one currency.",
    )
    assert created(agency, items=mixed, currency="GBP").total == money(200, "GBP")
    with pytest.raises(RuleViolationError) as unknown:
        created(agency, currency="dollars")
    assert unknown.value.field == "currency"


# ------------------------------------------------------------------------------------------- numbers and refusals


@pytest.mark.usefixtures("store")
def test_numbers_are_each_organisations_own_and_have_no_gaps(agency: Store, neighbour):
    """Deleted ones keep theirs; what is rolled back used none (D24)."""
    assert foreign_invoice(agency, neighbour).number == "INV-00001"
    second = created(agency)
    agency.run(acme.id, delete_invoice, second.id, at=later)
    with pytest.raises(ZeroDivisionError), agency.begin(acme.id) as uow:  # noqa: PT012  # the block is the transaction
        assert create_invoice(uow, payer=john.id, items=[line()], at=later).number == "INV-00003"
        raise ZeroDivisionError
    assert (second.number, created(agency).number) == ("INV-00002", "INV-00003")
    assert foreign_invoice(agency, neighbour).number == "INV-00002"


@pytest.mark.parametrize("status", sorted(set(InvoiceStatus) - {InvoiceStatus.DRAFT, InvoiceStatus.UNPAID}))
def test_an_invoice_is_not_born_paid(agency: Store, status: InvoiceStatus):
    """Draft or Unpaid, and nothing that would need a payment (D30)."""
    with pytest.raises(RuleViolationError) as refused:
        created(agency, status=status, payer=NOBODY)
    assert (refused.value.field, refused.value.message) == ("status", "The selected status is invalid.")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"payer": NewPayer(email="eve")}, "email"),
        ({"payer": attrs.evolve(EVE, first_name=" ")}, "first_name"),
        ({"payer": attrs.evolve(EVE, details=ClientPatch(phone="x" * 51))}, "phone"),
        ({"items": []}, "items"),
        ({"items": [line(), line("  ")]}, "items.1.name"),
        ({"items": [line(quantity=0)]}, "items.0.quantity"),
        ({"items": [line(discount=Decimal(101))]}, "items.0.discount"),
        ({"items": [line(amount="-1")]}, "items"),
        ({"items": [line(amount="0.001")]}, "items.0.amount"),
        ({"items": [line(amount="NaN")]}, "items.0.amount"),
        ({"tax": Tax(number=Decimal("0.001"))}, "tax"),
        ({"credit": Decimal(-1)}, "credit"),
        ({"credit": Decimal(101)}, "items"),
        ({"credit": Decimal("Infinity")}, "credit"),
        ({"note": "a\x00"}, "note"),
        ({"coupon_id": NO_COUPON}, "coupon_id"),
    ],
)
def test_a_refused_invoice_leaves_nothing(agency: Store, changes: dict[str, Any], field: str):
    """Neither the invoice nor its payer, and no number is used, even where a host goes on after the refusal (D20)."""
    usual: dict[str, Any] = {"payer": EVE, "items": [line()], "at": later}
    with agency.begin(acme.id) as uow:
        with pytest.raises(RuleViolationError) as refused:
            create_invoice(uow, **(usual | changes))
        assert (refused.value.field, uow.events) == (field, ())
        assert uow.clients.email_owner("eve@example.com") is None
    assert (numbers(agency), agency.read(acme.id, list_clients).total) == (["INV-00001"], 1)
    assert created(agency).number == "INV-00002"


# ------------------------------------------------------------------------------------------------------- listing


@pytest.mark.usefixtures("store")
def test_listing(agency: Store, neighbour):
    """Newest first by default; filters let through what they say and count it (D56); foreign ones are never there."""
    foreign_invoice(agency, neighbour)
    created(agency, items=[line(amount="5")], status=InvoiceStatus.DRAFT)
    assert numbers(agency) == ["INV-00002", "INV-00001"]
    drafts = Condition(InvoiceFilter.STATUS, Operator.EQ, InvoiceStatus.DRAFT)
    page = agency.read(acme.id, list_invoices, filters=[drafts])
    assert ([row.invoice.number for row in page.rows], page.total) == (["INV-00002"], 1)
    dearest = Sort(InvoiceSort.TOTAL)
    assert numbers(agency, sort=dearest) == ["INV-00001", "INV-00002"]
    assert numbers(agency, sort=dearest, page=PageRequest(number=2, size=1)) == ["INV-00002"]
