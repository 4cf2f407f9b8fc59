"""The seven operations on invoices.

Source: contract section 2.7.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from attrs import frozen
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from service_engine.api.bodies import Body
from service_engine.api.gate import Gate, path_id
from service_engine.api.listing import answer_list
from service_engine.api.queries import id_in_path, list_parameters
from service_engine.api.routes import Operation, answer, build_resource, nothing
from service_engine.domain.ids import InvoiceId
from service_engine.domain.invoices import MAX_IP_ADDRESS
from service_engine.ports.invoices import InvoiceRow
from service_engine.ports.unit_of_work import UnitOfWork
from service_engine.schemas import examples
from service_engine.schemas.invoice_requests import InvoiceCharge, InvoiceCreate, InvoiceUpdate
from service_engine.schemas.invoices import (
    INVOICE_LIST,
    InvoicePageWire,
    InvoiceWire,
    invoice_details_wire,
    invoice_wire,
)
from service_engine.usecases import invoices, payments
from service_engine.usecases.charging import charge_invoice
from service_engine.usecases.invoices import InvoicePatch

__all__ = ["OPERATIONS", "InvoiceOperations", "build_router"]

_IN_PATH: Final = id_in_path("The invoice's id.", examples.INVOICE_ID)


@frozen
class InvoiceOperations:
    """The operations on invoices.

    Args:
        gate: Where requests come in.
    """

    gate: Gate

    def list_invoices(self, request: Request) -> Response:
        """Answer a page of invoices."""
        return answer_list(
            self.gate,
            request,
            INVOICE_LIST,
            by_number=invoices.list_invoices,
            by_keyset=invoices.scroll_invoices,
            show=invoice_wire,
        )

    def create_invoice(self, request: Request, sent: Body) -> Response:
        """Issue an invoice under the next number and answer it; an e-mail that nobody has becomes a client."""
        caller, body = self.gate.receive(request, sent, InvoiceCreate)
        arguments = {**body.arguments(), "affiliate_link": self.gate.settings.affiliate_link}
        row = self.gate.store.run(caller.organization_id, _create, arguments, at=self.gate.now())
        return answer(invoice_wire(row), status=201)

    def retrieve_invoice(self, request: Request, key: str) -> Response:
        """Answer an invoice with items, and with the client's account."""
        caller = self.gate.admit(request)
        row = self.gate.store.read(caller.organization_id, invoices.get_invoice, _id(key))
        return answer(invoice_details_wire(row))

    def update_invoice(self, request: Request, key: str, sent: Body) -> Response:
        """Change an invoice and answer it; its totals follow."""
        caller, body = self.gate.receive(request, sent, InvoiceUpdate)
        row = self.gate.store.run(caller.organization_id, _update, _id(key), body.patch(), at=self.gate.now())
        return answer(invoice_wire(row))

    def delete_invoice(self, request: Request, key: str) -> Response:
        """Delete an invoice, whatever its status; its number stays taken."""
        caller = self.gate.admit(request)
        self.gate.store.run(caller.organization_id, invoices.delete_invoice, _id(key), at=self.gate.now())
        return nothing()

    def charge_invoice(self, request: Request, key: str, sent: Body) -> Response:
        """Take what is due through the payment gateway, once, and answer the invoice."""
        caller, body = self.gate.receive(request, sent, InvoiceCharge)
        invoice_id = _id(key)
        charge_invoice(
            self.gate.store,
            self.gate.gateway,
            caller.organization_id,
            invoice_id,
            payment_method_id=body.payment_method_id,
            at=self.gate.now(),
            ip_address=_peer(request),
        )
        row = self.gate.store.read(caller.organization_id, invoices.get_invoice, invoice_id)
        return answer(invoice_wire(row))

    def mark_invoice_paid(self, request: Request, key: str) -> Response:
        """Record that an invoice was paid by other means, and answer it; a paid one stays as it is."""
        caller = self.gate.admit(request)
        row = self.gate.store.run(caller.organization_id, _mark_paid, _id(key), at=self.gate.now())
        return answer(invoice_wire(row))


_NOBODY = {"user_id": ["Either user_id or email is required."]}
_NO_CLIENT = {"user_id": ["The specified client does not exist."]}
_NO_MOVE = {"status": ["Cannot transition from Unpaid to Refunded."]}
OPERATIONS: Final = {
    "list_invoices": Operation(
        method="GET",
        summary="List invoices",
        shows=InvoicePageWire,
        example=examples.INVOICE_PAGE,
        parameters=list_parameters(INVOICE_LIST),
        refuses={400: {"query.filters[user_id][$eq]": ["Input should be a valid UUID"]}},
    ),
    "create_invoice": Operation(
        method="POST",
        summary="Create an invoice",
        status=201,
        shows=InvoiceWire,
        example=examples.INVOICE,
        takes=InvoiceCreate,
        sends=examples.NEW_INVOICE,
        refuses={400: _NOBODY, 422: _NO_CLIENT},
    ),
    "retrieve_invoice": Operation(
        method="GET",
        path="/{id}",
        parameters=(_IN_PATH,),
        summary="Retrieve an invoice",
        shows=InvoiceWire,
        example=examples.INVOICE_DETAILS,
        refuses={404: {}},
    ),
    "update_invoice": Operation(
        method="PUT",
        path="/{id}",
        parameters=(_IN_PATH,),
        summary="Update an invoice",
        shows=InvoiceWire,
        example=examples.INVOICE,
        takes=InvoiceUpdate,
        sends=examples.INVOICE_CHANGE,
        refuses={400: _NO_MOVE, 404: {}, 422: _NO_CLIENT},
    ),
    "delete_invoice": Operation(
        method="DELETE",
        path="/{id}",
        parameters=(_IN_PATH,),
        summary="Delete an invoice",
        status=204,
        refuses={404: {}},
    ),
    "charge_invoice": Operation(
        method="POST",
        path="/{id}/charge",
        parameters=(_IN_PATH,),
        summary="Charge an invoice",
        shows=InvoiceWire,
        example=examples.PAID_INVOICE,
        takes=InvoiceCharge,
        sends=examples.INVOICE_CHARGE,
        refuses={
            400: {"payment_method_id": ["Invoice is already paid."]},
            404: {},
            409: "The outcome of payment 0190163d-8694-739b-aea5-966c26f8ad91 is not known yet; "
            "charge again to learn it",
        },
    ),
    "mark_invoice_paid": Operation(
        method="POST",
        path="/{id}/mark_paid",
        parameters=(_IN_PATH,),
        summary="Mark an invoice as paid",
        shows=InvoiceWire,
        example=examples.PAID_INVOICE,
        refuses={400: "Cannot mark Cancelled invoice as paid.", 404: {}},
    ),
}


def build_router(gate: Gate, *, prefix: str = "") -> APIRouter:
    """Return the router of these operations, which are under the prefix."""
    return build_resource(f"{prefix}/invoices", "Invoices", OPERATIONS, InvoiceOperations(gate), gate.terms)


def _id(text: str) -> InvoiceId:
    return InvoiceId(path_id(text, "invoice"))


def _peer(request: Request) -> str | None:
    """Return where the request comes from; None for what is no address, which must not stand in the way of a payment.

    Behind a proxy that the server trusts it is what the proxy says, and that may be anything.
    """
    host = "" if request.client is None else request.client.host
    return host if 0 < len(host) <= MAX_IP_ADDRESS and host.isprintable() else None


def _create(uow: UnitOfWork, arguments: Mapping[str, Any], *, at: datetime) -> InvoiceRow:
    return invoices.get_invoice(uow, invoices.create_invoice(uow, **arguments, at=at).id)


def _update(uow: UnitOfWork, key: InvoiceId, patch: InvoicePatch, *, at: datetime) -> InvoiceRow:
    invoices.update_invoice(uow, key, patch, at=at)
    return invoices.get_invoice(uow, key)


def _mark_paid(uow: UnitOfWork, key: InvoiceId, *, at: datetime) -> InvoiceRow:
    payments.mark_paid(uow, key, at=at)
    return invoices.get_invoice(uow, key)
