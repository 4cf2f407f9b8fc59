"""What the rules know to exist, or to have existed: ids of either organisation, and ids that nobody has."""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st
from hypothesis.stateful import Bundle

from service_engine.testing.agreement import inputs

__all__ = [
    "any_client",
    "any_employee",
    "any_folder",
    "any_message",
    "any_order",
    "any_service",
    "any_task",
    "any_ticket",
    "at_home",
    "client_ids",
    "clients",
    "employee_ids",
    "employees",
    "folders",
    "grants",
    "memories",
    "messages",
    "order_ids",
    "orders",
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
secrets: Final = Bundle("secrets")
grants: Final = Bundle("grants")

any_client: Final = st.one_of(*[clients] * 9, inputs.unknown())
any_employee: Final = st.one_of(*[employees] * 14, clients, inputs.unknown())
any_folder: Final = st.one_of(*[folders] * 9, inputs.unknown())
any_service: Final = st.one_of(*[services] * 9, inputs.unknown())
any_order: Final = st.one_of(*[orders] * 9, inputs.unknown())
any_task: Final = st.one_of(*[tasks] * 9, inputs.unknown())
any_message: Final = st.one_of(*[messages] * 9, inputs.unknown())
any_ticket: Final = st.one_of(*[tickets] * 9, inputs.unknown())
client_ids: Final = any_client.map(lambda ref: ref.id)
employee_ids: Final = any_employee.map(lambda ref: ref.id)
order_ids: Final = any_order.map(lambda ref: ref.id)
