"""What the rules know to exist, or to have existed: ids of either organisation, and ids that nobody has."""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st
from hypothesis.stateful import Bundle

from service_engine.testing.agreement import inputs

__all__ = [
    "any_client",
    "any_coupon",
    "any_employee",
    "any_folder",
    "any_invoice",
    "any_message",
    "any_order",
    "any_payment",
    "any_proposal",
    "any_service",
    "any_task",
    "any_ticket",
    "at_home",
    "client_ids",
    "clients",
    "coupons",
    "employee_ids",
    "employees",
    "folders",
    "grants",
    "invoice_ids",
    "invoices",
    "memories",
    "messages",
    "order_ids",
    "orders",
    "payments",
    "proposal_ids",
    "proposals",
    "secrets",
    "services",
    "tasks",
    "tickets",
]

_ABROAD: Final = 7

at_home: Final = st.integers(0, _ABROAD).map(lambda roll: roll != _ABROAD)  # the simplest case is a good one
"""One time in eight, whoever asks is the other organisation: then the id is a foreign one."""

clients: Final = Bundle("clients")
employees: Final = Bundle("employees")
folders: Final = Bundle("folders")
services: Final = Bundle("services")
orders: Final = Bundle("orders")
tasks: Final = Bundle("tasks")
messages: Final = Bundle("messages")
tickets: Final = Bundle("tickets")
memories: Final = Bundle("memories")
"""Tickets as they were read at some time: saving one of them is a conflict, if it has changed since."""
proposals: Final = Bundle("proposals")
coupons: Final = Bundle("coupons")
invoices: Final = Bundle("invoices")
payments: Final = Bundle("payments")
secrets: Final = Bundle("secrets")
grants: Final = Bundle("grants")

any_client: Final = inputs.mostly(clients, inputs.unknown())
any_employee: Final = inputs.mostly(employees, clients, inputs.unknown())
any_folder: Final = inputs.mostly(folders, inputs.unknown())
any_service: Final = inputs.mostly(services, inputs.unknown())
any_order: Final = inputs.mostly(orders, inputs.unknown())
any_task: Final = inputs.mostly(tasks, inputs.unknown())
any_message: Final = inputs.mostly(messages, inputs.unknown())
any_ticket: Final = inputs.mostly(tickets, inputs.unknown())
any_proposal: Final = inputs.mostly(proposals, inputs.unknown())
any_coupon: Final = inputs.mostly(coupons, inputs.unknown())
any_invoice: Final = inputs.mostly(invoices, inputs.unknown())
any_payment: Final = inputs.mostly(payments, inputs.unknown())
client_ids: Final = any_client.map(lambda ref: ref.id)
employee_ids: Final = any_employee.map(lambda ref: ref.id)
order_ids: Final = any_order.map(lambda ref: ref.id)
proposal_ids: Final = any_proposal.map(lambda ref: ref.id)
invoice_ids: Final = any_invoice.map(lambda ref: ref.id)
