"""What goes out: exact key sets, money, and the examples, which are made by the same functions."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import TypeAdapter

from service_engine.api import about, clients, tickets
from service_engine.domain.money import money
from service_engine.schemas import examples
from service_engine.schemas.errors import error_wire, wire_field
from service_engine.schemas.money import amount_text
from service_engine.schemas.validation import read_model

CLIENT = (  # noqa: SIM905
    "id name name_f name_l email company phone tax_id address note balance spent optin stripe_id custom_fields status "
    "aff_id aff_link role_id role ga_cid created_at"
).split()
ADDRESS = "line_1 line_2 city state country postcode name_f name_l tax_id company_name company_vat".split()  # noqa: SIM905
ROLE = (  # noqa: SIM905
    "id name dashboard_access order_access order_management ticket_access ticket_management invoice_access "
    "invoice_management clients services coupons forms messaging affiliates settings_company settings_payments "
    "settings_team settings_modules settings_integrations settings_orders settings_tickets settings_accounts "
    "settings_messages settings_tags settings_sidebar settings_dashboard settings_templates settings_emails "
    "settings_language settings_logs created_at updated_at"
).split()
TICKET = (  # noqa: SIM905
    "id subject user_id order_id status status_id source note form_data metadata tags employees client order messages "
    "created_at updated_at last_message_at date_closed"
).split()
TICKET_CLIENT = ["id", "name", "name_f", "name_l", "email", "company", "phone", "balance", "address", "role"]
ORDER = ["id", "status", "service", "price", "quantity", "created_at"]
MESSAGE = ["id", "user_id", "message", "staff_only", "files", "created_at"]
OPERATIONS = {**about.OPERATIONS, **clients.OPERATIONS, **tickets.OPERATIONS}


def test_keys_in_the_order_of_the_contract() -> None:
    """22, 11, 33, 19, 17, 10, 6, 6 and 4 keys, no more and no fewer."""
    client, ticket, item = examples.CLIENT, examples.TICKET, examples.TICKET_PAGE["data"][0]
    assert list(client) == CLIENT
    assert list(client["address"]) == list(ticket["client"]["address"]) == ADDRESS
    assert list(client["role"]) == list(ticket["client"]["role"]) == ROLE
    assert list(ticket) == TICKET
    assert list(item) == [key for key in TICKET if key not in {"order", "messages"}]
    assert (list(ticket["client"]), list(ticket["order"])) == (TICKET_CLIENT, ORDER)
    assert list(ticket["messages"][0]) == MESSAGE
    assert list(ticket["employees"][0]) == ["id", "name_f", "name_l", "role_id"]
    assert (len(CLIENT), len(ADDRESS), len(ROLE), len(TICKET)) == (22, 11, 33, 19)


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
    assert (wire_field("first_name"), wire_field("last_name"), wire_field("email")) == ("name_f", "name_l", "email")
    wire: Any = error_wire("No", {"\ud800": ["\udfff"]})
    assert wire == {"message": "No", "errors": {"?": ["?"]}}
