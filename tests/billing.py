"""What the races over money need: proposals that were sent, invoices, and what is on record of one."""

from __future__ import annotations

from decimal import Decimal

from attrs import frozen

from service_engine.adapters.simulated_gateway import SimulatedGateway
from service_engine.domain.ids import InvoiceId, ProposalId
from service_engine.domain.invoice_items import InvoiceItemDraft
from service_engine.domain.invoice_terms import BillingPeriod
from service_engine.domain.invoices import Invoice
from service_engine.domain.orders import Order
from service_engine.domain.payments import Payment
from service_engine.domain.subscriptions import Subscription
from service_engine.ports.lists import PageRequest
from service_engine.ports.unit_of_work import UnitOfWork
from service_engine.testing.builders import NOON
from service_engine.testing.contracts import Agency
from service_engine.usecases.charging import charge_invoice
from service_engine.usecases.invoices import create_invoice
from service_engine.usecases.orders import list_orders
from service_engine.usecases.proposals import ProposedService, draft_proposal, send_proposal

MONTHLY = BillingPeriod(length=1, unit="M")
EVERYTHING = PageRequest(size=100)
LINE = InvoiceItemDraft(name="Advice", amount=Decimal(100))


@frozen(kw_only=True)
class Books:
    """What is on record of an invoice."""

    invoice: Invoice
    orders: tuple[Order, ...]
    payments: tuple[Payment, ...]
    subscription: Subscription | None


def sent_to(acme: Agency, email: str) -> ProposalId:
    """Send a proposal to somebody."""
    offer = ProposedService(service_id=acme.service().id, price=Decimal(100))

    def send(uow: UnitOfWork) -> ProposalId:
        drafted = draft_proposal(
            uow, client_email=email, client_first_name="Eve", client_last_name="Ray", items=[offer], at=NOON
        )
        return send_proposal(uow, drafted.id, at=NOON).id

    return acme.run(send)


def issued(acme: Agency) -> InvoiceId:
    """Issue a recurring invoice over two services and something else."""
    service_id = acme.service().id
    lines = [
        InvoiceItemDraft(name="Logo", amount=Decimal(100), service_id=service_id),
        InvoiceItemDraft(name="Hosting", amount=Decimal(5), quantity=12, service_id=service_id),
        LINE,
    ]
    return acme.run(create_invoice, payer=acme.client().id, items=lines, recurring=MONTHLY, at=NOON).id


def books(acme: Agency, invoice_id: InvoiceId) -> Books:
    """Return what is on record of an invoice."""
    orders = [row.order for row in acme.read(list_orders, page=EVERYTHING).rows]
    with acme.begin() as uow:
        return Books(
            invoice=uow.invoices.get(invoice_id),
            orders=tuple(order for order in orders if order.invoice_id == invoice_id),
            payments=uow.payments.of_invoice(invoice_id),
            subscription=uow.subscriptions.of_invoice(invoice_id),
        )


def charge(acme: Agency, gateway: SimulatedGateway, invoice_id: InvoiceId) -> Invoice:
    """Charge an invoice."""
    return charge_invoice(acme.store, gateway, acme.org_id, invoice_id, payment_method_id="pm_1", at=NOON)
