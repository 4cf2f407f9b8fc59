"""An invoice that has everything an invoice can have."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import attrs

from service_engine.domain.addresses import PostalAddress
from service_engine.domain.clients import ClientPatch
from service_engine.domain.invoice_items import InvoiceItem
from service_engine.domain.invoice_terms import BillingAddress, BillingPeriod, Tax
from service_engine.domain.invoices import Invoice, InvoiceStatus
from service_engine.domain.json_values import freeze
from service_engine.domain.money import money
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency
from service_engine.usecases.clients import create_client
from service_engine.usecases.coupons import create_coupon

LATER = NOON + timedelta(hours=1, microseconds=500_000)
PLACE = PostalAddress(line_1="1 High Street", line_2="Flat 2", city="York", state="N", country="GB", postcode="YO1")


def elaborate(acme: Agency) -> Invoice:
    """Return an invoice with everything in it, not stored."""
    client = acme.run(
        create_client,
        email="bill@example.com",
        first_name="B",
        last_name="C",
        details=ClientPatch(address=PLACE),
        at=NOON,
    )
    service, order = acme.service(currency="KWD"), acme.order(client_id=client.id)
    items = tuple(
        InvoiceItem(
            id=acme.new_id(),
            name=f"Line {number}",
            description="Über\nzwei" if number else None,
            quantity=2 + number,
            amount=money(amount, "KWD"),
            discount=money("0.001", "KWD") if number else money(0, "KWD"),
            discount2=money("0.002", "KWD") if number else None,
            service_id=service.id if number else None,
            order_id=order.id if number else None,
            options=freeze({"n": [1, True, 1.0, None, 1e16, "é"], "more": {"deep": number}}) if number else freeze({}),
            created_at=NOON,
            updated_at=LATER,
        )
        for number, amount in enumerate(["-0.500", "9999999.999", "1.5"])
    )
    return Invoice(
        id=acme.new_id(),
        number="INV-12345",
        number_prefix="INV-",
        client_id=client.id,
        employee_id=acme.administrator.id,
        coupon_id=acme.run(create_coupon, code="WELCOME", at=NOON).id,
        billing_address=attrs.evolve(_address(client.address), company_name="Acme Ltd"),
        status=InvoiceStatus.PARTIALLY_PAID,
        currency="KWD",
        items=items,
        tax=Tax(type=2, number=Decimal("12.345")),
        credit=money("3.456", "KWD"),
        paid=money("7.001", "KWD"),
        date_due=LATER,
        reason="Because",
        note="Thank you",
        ip_address="2001:db8::1",
        loc_confirm=True,
        recurring=BillingPeriod(length=3, unit="W"),
        paysys="Stripe",
        transaction_id="txn_1",
        created_at=NOON,
        updated_at=LATER,
    )


def _address(address: Any) -> BillingAddress:
    found = BillingAddress.of(address)
    assert found is not None
    return found
