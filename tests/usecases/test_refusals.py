"""A refusal leaves nothing behind, not even in the block of a host that catches it and goes on."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from service_engine.domain.clients import ClientPatch
from service_engine.domain.ids import CouponId, ServiceId
from service_engine.domain.invoice_items import InvoiceItemDraft
from service_engine.domain.invoices import InvoiceStatus
from service_engine.domain.orders import OrderDetails
from service_engine.errors import RuleViolationError, ServiceEngineError
from service_engine.testing.examples import acme, agency, invoice, jane, john, later, proposal
from service_engine.usecases.clients import list_clients
from service_engine.usecases.coupons import create_coupon
from service_engine.usecases.invoices import InvoicePatch, NewPayer, create_invoice, update_invoice
from service_engine.usecases.orders import create_order
from service_engine.usecases.payments import begin_charge, mark_paid, record_part_payment
from service_engine.usecases.proposals import ProposedService, draft_proposal, send_proposal, sign_proposal
from service_engine.usecases.tickets import open_ticket

NAN = {"share": float("nan")}
REFUSED = [
    (open_ticket, {"subject": "  "}, "subject"),
    (open_ticket, {"subject": "Help", "metadata": NAN}, "metadata"),
    (open_ticket, {"subject": "Help", "note": "\x00"}, "note"),
    (create_order, {"service": "Logo", "quantity": 0}, "quantity"),
    (create_order, {"service": "Logo", "details": OrderDetails(metadata=NAN)}, "metadata"),
    (create_order, {"service": "Logo", "details": OrderDetails(form_data=NAN)}, "form_data"),
]


@pytest.mark.parametrize(("use_case", "given", "field"), REFUSED)
def test_no_tag_is_made_for_what_is_refused(use_case: Callable[..., Any], given: dict[str, Any], field: str) -> None:
    """The tags come last: a host that goes on after the refusal has none that nothing bears."""
    with agency().begin(acme.id) as uow:
        with pytest.raises(RuleViolationError) as refused:
            use_case(uow, client_id=john.id, tags=["rush"], at=later, **given)
        assert (refused.value.field, uow.events, uow.tags.find(["rush"])) == (field, (), ())


EVE = NewPayer(email="eve@example.com")
LINE = InvoiceItemDraft(name="Advice", amount=Decimal(100))
NO_SERVICE = ServiceId(UUID(int=404))


@pytest.mark.parametrize(
    "given",
    [
        {"status": InvoiceStatus.PAID},
        {"items": []},
        {"items": [InvoiceItemDraft(name=" ", amount=Decimal(1))]},
        {"items": [InvoiceItemDraft(name="Advice", amount=Decimal(1), service_id=NO_SERVICE)]},
        {"items": [InvoiceItemDraft(name="Advice", amount=Decimal(1), options=NAN)]},
        {"credit": Decimal(101)},
        {"coupon_id": CouponId(UUID(int=404))},
        {"note": "\x00"},
        {"currency": "dollars"},
        {"payer": NewPayer(email="eve@example.com", details=ClientPatch(phone="x" * 51))},
        {"payer": NewPayer(email="eve@example.com", last_name="\x00")},
    ],
)
def test_nobody_is_registered_and_no_number_is_used_for_what_is_refused(given: dict[str, Any]) -> None:
    """The payer comes last but one, and the number last: the host's next invoice has no gap before it (D20, D24)."""
    usual: dict[str, Any] = {"payer": EVE, "items": [LINE], "at": later}
    store = agency()
    with store.begin(acme.id) as uow:
        with pytest.raises(RuleViolationError):
            create_invoice(uow, **(usual | given))
        assert (uow.events, uow.clients.email_owner("eve@example.com")) == ((), None)
        assert create_invoice(uow, payer=john.id, items=[LINE], at=later).number == "INV-00002"
    assert store.read(acme.id, list_clients).total == 1


def test_nobody_signs_what_is_refused() -> None:
    """A draft is refused before its client is registered; staff are refused before an order is placed (D20, D22)."""
    offer = ProposedService(service_id=proposal.items[0].service_id, price=Decimal(1))
    with agency().begin(acme.id) as uow:
        theirs = draft_proposal(
            uow, client_email=jane.email, client_first_name="J", client_last_name="S", items=[offer], at=later
        )
        send_proposal(uow, theirs.id, at=later)
        before = uow.events
        for proposal_id in (proposal.id, theirs.id):
            with pytest.raises(ServiceEngineError):
                sign_proposal(uow, proposal_id, at=later)
        assert (uow.events, uow.clients.email_owner(proposal.client_email)) == (before, None)


def test_nothing_is_recorded_of_a_payment_that_is_refused() -> None:
    """Neither orders nor a subscription nor a payment; nor a coupon, nor half of a patch (D20)."""
    with agency().begin(acme.id) as uow:
        with pytest.raises(RuleViolationError):
            record_part_payment(uow, invoice.id, Decimal(961), at=later)
        with pytest.raises(RuleViolationError):
            update_invoice(uow, invoice.id, InvoicePatch(items=[LINE], note="\x00"), at=later)
        with pytest.raises(RuleViolationError):
            create_coupon(uow, code="WELCOME", at=later)
        assert (uow.events, uow.invoices.get(invoice.id)) == ((), invoice)
        update_invoice(uow, invoice.id, InvoicePatch(status=InvoiceStatus.CANCELLED), at=later)
        before = uow.events
        for act in (mark_paid, begin_charge):
            with pytest.raises(ServiceEngineError):
                act(uow, invoice.id, at=later)
        assert (uow.events, uow.payments.of_invoice(invoice.id)) == (before, ())
        assert uow.subscriptions.of_invoice(invoice.id) is None
