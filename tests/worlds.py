"""A world that can be put back to what it was, and what the injected faults disturb: writes of every kind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from service_engine import SqlStore
from service_engine.domain.invoice_items import InvoiceItemDraft
from service_engine.domain.invoice_terms import BillingPeriod
from service_engine.testing.builders import NOON
from service_engine.testing.contracts import Agency
from service_engine.testing.entropy import SeededEntropy
from service_engine.testing.snapshots import Snapshot, restore, snapshot
from service_engine.usecases.clients import create_client, delete_client
from service_engine.usecases.invoices import NewPayer, create_invoice
from service_engine.usecases.order_messages import post_order_message
from service_engine.usecases.order_tasks import add_order_task, complete_order_task
from service_engine.usecases.orders import create_order
from service_engine.usecases.payments import mark_paid
from service_engine.usecases.proposals import sign_proposal
from service_engine.usecases.tickets import TicketPatch, open_ticket, post_ticket_message, update_ticket

LATER = NOON + timedelta(seconds=1)


class World:
    """An organisation with something of everything, on a database that can be put back to it."""

    def __init__(self, store: SqlStore, entropy: SeededEntropy) -> None:
        self.store = store
        self.entropy = entropy
        self.acme = Agency(store)
        self.client = self.acme.client()
        self.idle = self.acme.client(email="idle@example.com")
        self.jane = self.acme.employee(email="jane@example.com")
        self.service = self.acme.service()
        self.order = self.acme.order(client_id=self.client.id)
        self.task = self.acme.run(add_order_task, self.order.id, name="Send the texts", at=NOON)
        self.ticket = self.acme.ticket(client_id=self.client.id, tags=self.acme.tags("old", "kept"))
        self.proposal = self.acme.sent_proposal(service_id=self.service.id)
        self.invoice = self.acme.invoice(service_id=self.service.id, recurring=BillingPeriod(length=1, unit="M"))
        self.empty = self.everything()

    def run(self, write: Callable[[World], Any]) -> Any:
        """Do it with the same ids as every time."""
        self.entropy.restart("the same each time")
        return write(self)

    def everything(self) -> Snapshot:
        """Return all that is in the database."""
        return snapshot(self.store.engine, self.store.tables.all())

    def put_back(self, present: Snapshot) -> None:
        """Undo whatever was written since this world was made."""
        if present != self.empty:
            restore(self.store.engine, self.store.tables.all(), self.empty, present)


WRITES: dict[str, Callable[[World], Any]] = {
    "open a ticket": lambda world: world.acme.run(
        open_ticket,
        client_id=world.client.id,
        subject="Help",
        order_id=world.order.id,
        tags=["old", "new"],
        employee_ids=[world.jane.id, world.acme.administrator.id],
        at=LATER,
    ),
    "update a ticket": lambda world: world.acme.run(
        update_ticket,
        world.ticket.id,
        TicketPatch(subject="Solved", tags=["kept", "new"], employee_ids=[world.jane.id]),
        at=LATER,
    ),
    "change nothing but a subject": lambda world: world.acme.run(
        update_ticket, world.ticket.id, TicketPatch(subject="Solved"), at=LATER
    ),
    "post a message on a ticket": lambda world: world.acme.run(
        post_ticket_message, world.ticket.id, author_id=world.jane.id, text="Done.", at=LATER
    ),
    "create a client": lambda world: world.acme.run(
        create_client, email="eve@example.com", first_name="Eve", last_name="Doe", at=LATER
    ),
    "delete a client": lambda world: world.acme.run(delete_client, world.idle.id, at=LATER),
    "create an order": lambda world: world.acme.run(
        create_order,
        client_id=world.client.id,
        service_id=world.service.id,
        employee_ids=[world.jane.id],
        tags=["old", "new"],
        at=LATER,
    ),
    "complete a task": lambda world: world.acme.run(complete_order_task, world.task.id, by=world.jane.id, at=LATER),
    "post a message on an order": lambda world: world.acme.run(
        post_order_message, world.order.id, author_id=world.jane.id, text="Done.", at=LATER
    ),
    "sign a proposal": lambda world: world.acme.run(sign_proposal, world.proposal.id, at=LATER),
    "create an invoice": lambda world: world.acme.run(
        create_invoice,
        payer=NewPayer(email="eve@example.com"),
        items=[InvoiceItemDraft(name="Website", amount=Decimal(600), service_id=world.service.id)],
        at=LATER,
    ),
    "mark an invoice as paid": lambda world: world.acme.run(mark_paid, world.invoice.id, at=LATER),
}
"""By what is done: with insertions only, with updates only, with both, over one aggregate and over several."""
