"""What goes out: exact key sets, money, and the examples, which are made by the same functions."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import attrs
import pytest
from pydantic import TypeAdapter

from service_engine.api import (
    about,
    clients,
    invoices,
    order_messages,
    order_tasks,
    orders,
    proposals,
    services,
    tickets,
)
from service_engine.domain.clients import ClientPatch
from service_engine.domain.invoice_terms import NO_TAX, Tax
from service_engine.domain.money import money
from service_engine.domain.order_messages import OrderMessage
from service_engine.ports.invoices import InvoiceRow
from service_engine.ports.order_messages import OrderMessageRow
from service_engine.schemas import example_rows, examples
from service_engine.schemas.clients import client_wire
from service_engine.schemas.errors import complaint, error_wire, library_field, wire_field
from service_engine.schemas.invoice_requests import PayerInput
from service_engine.schemas.invoices import invoice_wire
from service_engine.schemas.money import amount_text
from service_engine.schemas.order_messages import order_message_wire
from service_engine.schemas.roles import role_wire
from service_engine.schemas.validation import read_model
from service_engine.usecases.invoices import NewPayer

NOON = datetime(2026, 2, 7, 12, tzinfo=UTC)
CLIENT = [
    "id",
    "name",
    "name_f",
    "name_l",
    "email",
    "company",
    "phone",
    "tax_id",
    "address",
    "note",
    "balance",
    "spent",
    "optin",
    "stripe_id",
    "custom_fields",
    "status",
    "aff_id",
    "aff_link",
    "role_id",
    "role",
    "ga_cid",
    "created_at",
]
ADDRESS = [
    "line_1", "line_2", "city", "state", "country", "postcode", "name_f", "name_l", "tax_id", "company_name",
    "company_vat",
]  # fmt: skip
ROLE = [
    "id",
    "name",
    "dashboard_access",
    "order_access",
    "order_management",
    "ticket_access",
    "ticket_management",
    "invoice_access",
    "invoice_management",
    "clients",
    "services",
    "coupons",
    "forms",
    "messaging",
    "affiliates",
    "settings_company",
    "settings_payments",
    "settings_team",
    "settings_modules",
    "settings_integrations",
    "settings_orders",
    "settings_tickets",
    "settings_accounts",
    "settings_messages",
    "settings_tags",
    "settings_sidebar",
    "settings_dashboard",
    "settings_templates",
    "settings_emails",
    "settings_language",
    "settings_logs",
    "created_at",
    "updated_at",
]
TICKET = [
    "id",
    "subject",
    "user_id",
    "order_id",
    "status",
    "status_id",
    "source",
    "note",
    "form_data",
    "metadata",
    "tags",
    "employees",
    "client",
    "order",
    "messages",
    "created_at",
    "updated_at",
    "last_message_at",
    "date_closed",
]
SERVICE = [
    "id", "name", "description", "image", "recurring", "price", "pretty_price", "currency", "f_price", "f_period_l",
    "f_period_t", "r_price", "r_period_l", "r_period_t", "recurring_action", "multi_order", "request_orders",
    "max_active_requests", "deadline", "public", "sort_order", "group_quantities", "folder_id", "metadata",
    "braintree_plan_id", "hoth_product_key", "hoth_package_name", "provider_id", "provider_service_id", "created_at",
    "updated_at",
]  # fmt: skip
ORDER = [
    "id", "number", "created_at", "updated_at", "last_message_at", "date_started", "date_completed", "date_due",
    "client", "tags", "status", "status_id", "price", "quantity", "invoice_id", "service", "service_id", "user_id",
    "employees", "note", "form_data", "paysys",
]  # fmt: skip
TASK = [
    "id", "order_id", "name", "description", "sort_order", "is_public", "for_client", "is_complete", "completed_by",
    "completed_at", "deadline", "due_at", "employees",
]  # fmt: skip
MESSAGE = [
    "id", "order_id", "user_id", "message", "is_public", "staff_only", "files", "created_at", "user",
]  # fmt: skip
PROPOSAL = [
    "id", "client_email", "client_name", "client_name_f", "client_name_l", "client_company", "status", "status_id",
    "total", "notes", "created_at", "updated_at", "sent_at", "signed_at", "converted_order_id", "items",
]  # fmt: skip
PROPOSAL_ITEM = [
    "id", "service_id", "service_name", "service_description", "quantity", "price", "created_at",
]  # fmt: skip
SIGNED_ORDER = [
    "id", "number", "user_id", "service_id", "service", "price", "currency", "quantity", "status", "status_id", "note",
    "created_at",
]  # fmt: skip
INVOICE = [
    "id", "number", "number_prefix", "client", "items", "billing_address", "status", "status_id", "created_at",
    "date_due", "date_paid", "credit", "tax", "tax_name", "tax_percent", "currency", "reason", "note", "ip_address",
    "loc_confirm", "recurring", "coupon_id", "transaction_id", "paysys", "subtotal", "total", "employee_id",
    "view_link", "download_link", "thanks_link",
]  # fmt: skip
INVOICE_ITEM = [
    "id", "invoice_id", "name", "description", "quantity", "amount", "discount", "discount2", "total", "service_id",
    "order_id", "options", "created_at", "updated_at",
]  # fmt: skip
INVOICE_CLIENT = [
    "id", "name", "name_f", "name_l", "email", "company", "phone", "tax_id", "aff_id", "stripe_id", "balance",
    "custom_fields", "status", "address", "role",
]  # fmt: skip
BILLING_ADDRESS = [
    "line_1", "line_2", "city", "state", "postcode", "country", "name_f", "name_l", "company_name", "company_vat",
    "tax_id",
]  # fmt: skip
NOUNS = (about, clients, services, orders, order_tasks, order_messages, proposals, invoices, tickets)
OPERATIONS = {name: each for noun in NOUNS for name, each in noun.OPERATIONS.items()}


def test_keys_in_the_order_of_the_contract() -> None:
    """22, 11, 33, 19, 17, 10, 6, 6 and 4 keys, no more and no fewer."""
    client, ticket, item = examples.CLIENT, examples.TICKET, examples.TICKET_PAGE["data"][0]
    assert list(client) == CLIENT
    assert list(client["address"]) == list(ticket["client"]["address"]) == ADDRESS
    assert list(client["role"]) == list(ticket["client"]["role"]) == ROLE
    assert list(ticket) == TICKET
    assert list(item) == [key for key in TICKET if key not in {"order", "messages"}]
    assert list(ticket["client"]) == [
        "id",
        "name",
        "name_f",
        "name_l",
        "email",
        "company",
        "phone",
        "balance",
        "address",
        "role",
    ]
    assert list(ticket["order"]) == ["id", "status", "service", "price", "quantity", "created_at"]
    assert list(ticket["messages"][0]) == ["id", "user_id", "message", "staff_only", "files", "created_at"]
    assert list(ticket["employees"][0]) == ["id", "name_f", "name_l", "role_id"]
    assert (len(CLIENT), len(ADDRESS), len(ROLE), len(TICKET)) == (22, 11, 33, 19)


def test_keys_of_the_delivery_side() -> None:
    """31, 25, 22, 9, 7, 2, 13, 3, 9 and 4 keys, no more and no fewer, in the order of the contract."""
    order, task, message = examples.ORDER, examples.ORDER_TASK, examples.ORDER_MESSAGE
    assert list(examples.SERVICE) == list(examples.SERVICE_PAGE["data"][0]) == SERVICE
    assert list(order) == [*ORDER, "currency", "metadata", "subscription_id"]
    assert list(examples.ORDER_PAGE["data"][0]) == ORDER
    assert list(order["client"]) == ["id", "name", "name_f", "name_l", "email", "company", "phone", "address", "role"]
    assert list(order["client"]["address"]) == ["id", "line_1", "line_2", "city", "state", "postcode", "country"]
    assert list(order["client"]["role"]) == ["id", "name"]
    assert list(order["employees"][0]) == ["id", "name_f", "name_l", "role_id"]
    assert list(task) == list(examples.COMPLETED_ORDER_TASK) == TASK
    assert list(task["employees"][0]) == ["id", "name_f", "name_l"]
    assert list(message) == MESSAGE
    assert list(message["user"]) == ["id", "name_f", "name_l", "email"]
    assert [len(keys) for keys in (SERVICE, ORDER, TASK, MESSAGE)] == [31, 22, 13, 9]


def test_keys_of_the_billing_side() -> None:
    """16, 7, 12, 30, 14, 15 and 11 keys, no more and no fewer, in the order of the contract."""
    assert list(examples.PROPOSAL) == list(examples.SENT_PROPOSAL) == PROPOSAL
    assert list(examples.PROPOSAL_PAGE["data"][0]) == PROPOSAL[:-1]
    assert list(examples.PROPOSAL["items"][0]) == PROPOSAL_ITEM
    assert list(examples.SIGNED_PROPOSAL) == ["proposal", "order"]
    assert list(examples.SIGNED_PROPOSAL["proposal"]) == PROPOSAL
    assert list(examples.SIGNED_PROPOSAL["order"]) == SIGNED_ORDER
    for invoice in (
        examples.INVOICE, examples.INVOICE_DETAILS, examples.PAID_INVOICE, examples.INVOICE_PAGE["data"][0],
    ):  # fmt: skip
        assert list(invoice) == INVOICE
        assert list(invoice["items"][0]) == INVOICE_ITEM
        assert list(invoice["client"]) == INVOICE_CLIENT
        assert list(invoice["client"]["address"]) == ADDRESS
        assert list(invoice["client"]["role"]) == ROLE
        assert list(invoice["billing_address"]) == BILLING_ADDRESS
        assert list(invoice["recurring"]) == ["r_period_l", "r_period_t"]
    parts = (PROPOSAL, PROPOSAL_ITEM, SIGNED_ORDER, INVOICE, INVOICE_ITEM, INVOICE_CLIENT, BILLING_ADDRESS)
    assert [len(keys) for keys in parts] == [16, 7, 12, 30, 14, 15, 11]


def invoice_with(**parts: Any) -> InvoiceRow:
    """Return the invoice of the examples with other parts."""
    return InvoiceRow(
        invoice=attrs.evolve(example_rows.INVOICE.invoice, **parts),
        client=example_rows.INVOICE.client,
        role=example_rows.INVOICE.role,
    )


@pytest.mark.parametrize(("second", "shown"), [(None, None), ("0", None), ("5", "5.00")])
def test_the_second_discount(second: str | None, shown: str | None) -> None:
    """Null when there is none, also when it is nought."""
    invoice = example_rows.INVOICE.invoice
    discount = None if second is None else money(second, "USD")
    wire = invoice_wire(invoice_with(items=(attrs.evolve(invoice.items[0], discount2=discount),)))
    assert wire["items"][0]["discount2"] == shown


@pytest.mark.parametrize(
    ("tax", "shown"),
    [
        (NO_TAX, ("0.00", None, "0.00")),
        (Tax(type=0, number=Decimal(12)), ("12.00", None, "0.00")),
        (Tax(type=1, number=Decimal(12)), ("12.00", "Tax", "0.00")),
        (Tax(type=2, number=Decimal(12)), ("168.00", "Tax", "12.00")),
        (Tax(type=2, number=Decimal("12.50")), ("175.00", "Tax", "12.50")),
        (Tax(type=2, number=Decimal("8.875")), ("124.25", "Tax", "8.875")),
        (Tax(type=2, number=Decimal("1E+1")), ("140.00", "Tax", "10.00")),
    ],
)
def test_the_tax_of_an_invoice(tax: Tax, shown: tuple[str, str | None, str]) -> None:
    """The amount, its name, and per cent with two decimals, three where there are three; never an exponent."""
    wire = invoice_wire(invoice_with(tax=tax))
    assert (wire["tax"], wire["tax_name"], wire["tax_percent"]) == shown


def test_an_invoice_with_nothing() -> None:
    """What is not there is null: the address of the bill, the period."""
    wire = invoice_wire(invoice_with(billing_address=None, recurring=None))
    assert (wire["billing_address"], wire["recurring"]) == (None, None)


def test_who_pays_is_read_field_by_field() -> None:
    """D43: what somebody new is asked about is these ten things; nothing else of the request reaches the use case."""
    assert set(PayerInput.model_fields) == {
        "name_f", "name_l", "company", "phone", "tax_id", "address", "note", "optin", "stripe_id", "custom_fields",
    }  # fmt: skip
    sneaky = {"name_f": "Eve", "role_id": "x", "org_id": "y", "balance": "5", "status_id": 0, "created_at": "z"}
    assert read_model(PayerInput, sneaky).payer("eve@example.com") == NewPayer(
        email="eve@example.com",
        first_name="Eve",
        details=ClientPatch(company=None, phone=None, tax_id=None, address=None, note=None, optin=None, stripe_id=None),
    )


def test_a_message_whose_author_is_gone() -> None:
    """Both the id and the author are null then, and it still is a message (D7)."""
    message = OrderMessage(
        id=examples.ORDER_MESSAGE_ID, order_id=examples.ORDER_ID, author_id=None, text="Hi", created_at=NOON
    )
    wire = order_message_wire(OrderMessageRow(message=message, author=None))
    assert (wire["user_id"], wire["user"]) == (None, None)


@pytest.mark.parametrize("name", OPERATIONS)
def test_examples_fit_what_is_declared(name: str) -> None:
    """Every example of an answer fits its type, and every example of a body its model."""
    operation = OPERATIONS[name]
    if operation.shows is not None:
        TypeAdapter(operation.shows).validate_python(operation.example)
    if operation.takes is not None:
        read_model(operation.takes, operation.sends)


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("0", "USD", "0.00"),
        ("-0", "USD", "0.00"),
        ("1500", "JPY", "1500.00"),
        ("1.5", "KWD", "1.500"),
        ("9999999999.99", "USD", "9999999999.99"),
        ("-0.01", "USD", "-0.01"),
    ],
)
def test_money(amount: str, currency: str, text: str) -> None:
    """Two decimals, three where the currency has three, never an exponent."""
    assert amount_text(money(amount, currency).amount) == text


def test_sums_without_an_exponent() -> None:
    """A sum that a database wrote with an exponent is written out."""
    assert amount_text(Decimal("1E+3")) == "1000.00"


@pytest.mark.parametrize(("spent", "text"), [("209.000", "209.00"), ("0", "0.00"), ("1.234", "1.234"), ("5", "5.00")])
def test_what_a_client_spent(spent: str, text: str) -> None:
    """A sum over currencies has two decimals whatever store has added it up, and three only where it needs them."""
    assert client_wire(attrs.evolve(example_rows.CLIENT, spent=Decimal(spent)))["spent"] == text


def test_whoever_is_given_a_role_may_write_in_it() -> None:
    """It is remembered, and nobody shares it."""
    role = example_rows.INVOICE.role
    expected = role_wire(role)
    role_wire(role)["name"] = "Mine"
    assert expected == role_wire(role)


def test_errors() -> None:
    """The wire's names of fields, and nothing that UTF-8 cannot hold."""
    for field in (
        "first_name", "first_price", "recurring_period_unit", "recurrence", "service_name", "client_id", "x",
        "client_first_name", "client_last_name", "client_email",
    ):  # fmt: skip
        assert library_field(wire_field(field)) == field
    assert complaint("recurring_price", "The recurring_price must be a number.") == {
        "r_price": ["The r_price must be a number."]
    }
    assert complaint("client_id", "The specified client does not exist.") == {
        "user_id": ["The specified client does not exist."]
    }
    assert complaint("client_first_name", "The client_first_name must not be blank.") == {
        "client_name_f": ["The client_name_f must not be blank."]
    }
    assert complaint("items.0.amount", "The amount is wrong.") == {"items.0.amount": ["The amount is wrong."]}
    assert (wire_field("first_name"), wire_field("last_name"), wire_field("email")) == ("name_f", "name_l", "email")
    wire: Any = error_wire("No", {"\ud800": ["\udfff"]})
    assert wire == {"message": "No", "errors": {"?": ["?"]}}
