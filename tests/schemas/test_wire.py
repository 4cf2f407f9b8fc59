"""What goes out: exact key sets, money, and the examples, which are made by the same functions."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic import TypeAdapter

from service_engine.api import about, clients, order_messages, order_tasks, orders, services, tickets
from service_engine.domain.money import money
from service_engine.domain.order_messages import OrderMessage
from service_engine.ports.order_messages import OrderMessageRow
from service_engine.schemas import examples
from service_engine.schemas.errors import complaint, error_wire, library_field, wire_field
from service_engine.schemas.money import amount_text
from service_engine.schemas.order_messages import order_message_wire
from service_engine.schemas.validation import read_model

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
NOUNS = (about, clients, services, orders, order_tasks, order_messages, tickets)
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


def test_errors() -> None:
    """The wire's names of fields, and nothing that UTF-8 cannot hold."""
    for field in ("first_name", "first_price", "recurring_period_unit", "recurrence", "service_name", "client_id", "x"):
        assert library_field(wire_field(field)) == field
    assert complaint("recurring_price", "The recurring_price must be a number.") == {
        "r_price": ["The r_price must be a number."]
    }
    assert complaint("client_id", "The specified client does not exist.") == {
        "user_id": ["The specified client does not exist."]
    }
    assert (wire_field("first_name"), wire_field("last_name"), wire_field("email")) == ("name_f", "name_l", "email")
    wire: Any = error_wire("No", {"\ud800": ["\udfff"]})
    assert wire == {"message": "No", "errors": {"?": ["?"]}}
