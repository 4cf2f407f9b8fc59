"""The child of kills.py and restarts.py: several threads write without end, and say what was committed.

Each line that it prints is an acknowledgement: what was made, its id, and the key that nothing else has. A line that
begins with ``error`` names an operation that failed past its retries. SIGTERM lets it finish what it has begun.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from decimal import Decimal
from itertools import count
from threading import Event, Thread
from typing import Any
from uuid import UUID

from attrs import frozen

from service_engine import SqlStore
from service_engine.domain.ids import ClientId, EmployeeId, InvoiceId, OrganizationId, ServiceId
from service_engine.domain.invoice_items import InvoiceItemDraft
from service_engine.domain.invoice_terms import BillingPeriod
from service_engine.domain.tickets import Ticket
from service_engine.ports.unit_of_work import Store, UnitOfWork
from service_engine.testing.builders import NOON
from service_engine.usecases.invoices import create_invoice
from service_engine.usecases.orders import create_order
from service_engine.usecases.payments import mark_paid
from service_engine.usecases.tickets import open_ticket, post_ticket_message

MONTHLY = BillingPeriod(length=1, unit="M")
BILLED_SERVICES = 2

Say = Callable[[str], None]


@frozen
class Cast:
    """Who and what is written about."""

    org_id: OrganizationId
    client_id: ClientId
    employee_id: EmployeeId
    service_id: ServiceId

    def words(self) -> list[str]:
        """Return the ids as words of a command."""
        return [str(each) for each in (self.org_id, self.client_id, self.employee_id, self.service_id)]


def cast_of(words: list[str]) -> Cast:
    """Return what ``Cast.words`` gave out."""
    ids: Any = map(UUID, words)
    return Cast(*ids)


def open_with_message(uow: UnitOfWork, cast: Cast, key: str) -> Ticket:
    """Two use cases in one transaction: a ticket with its tags and people, and a message on it."""
    ticket = open_ticket(
        uow, client_id=cast.client_id, subject=key, employee_ids=[cast.employee_id], tags=tags(key), at=NOON
    )
    post_ticket_message(uow, ticket.id, author_id=cast.employee_id, text=key, at=NOON)
    return ticket


def tags(key: str) -> list[str]:
    """Return the tags of what has this key: one that all share, and one that a few do."""
    return ["crash", f"tag {key.rpartition('.')[2]}"]


def story(store: Store, cast: Cast, key: str, say: Say) -> None:
    """Write a ticket, an order, an invoice and its payment, and say each that was committed."""
    said = Teller(say)
    said.outcome("ticket", key, lambda: store.run(cast.org_id, open_with_message, cast, key).id)
    said.outcome(
        "order",
        key,
        lambda: (
            store.run(
                cast.org_id,
                create_order,
                client_id=cast.client_id,
                service=key,
                employee_ids=[cast.employee_id],
                tags=tags(key),
                at=NOON,
            ).id
        ),
    )
    lines = [InvoiceItemDraft(name=key, amount=Decimal(10), service_id=cast.service_id)] * BILLED_SERVICES
    lines.append(InvoiceItemDraft(name="Advice", amount=Decimal(5)))
    invoice_id = said.outcome(
        "invoice",
        key,
        lambda: (
            store.run(
                cast.org_id, create_invoice, payer=cast.client_id, items=lines, recurring=MONTHLY, note=key, at=NOON
            ).id
        ),
    )
    if invoice_id is not None:
        said.outcome("paid", key, lambda: store.run(cast.org_id, mark_paid, InvoiceId(invoice_id), at=NOON).id)


@frozen
class Teller:
    """Does things, and says how they came out."""

    say: Say

    def outcome(self, what: str, key: str, do: Callable[[], UUID]) -> Any:
        """Do it, say that it is done, and return its id; or say that it failed."""
        try:
            made = do()
        except Exception as error:  # noqa: BLE001  # whatever it is, it is counted, and shown
            self.say(f"error {what} {key} {error!r}".replace("\n", " ")[:1000])
            return None
        self.say(f"{what} {made} {key}")
        return made


def say_aloud(line: str) -> None:
    """Write a line in one piece, whatever the other threads write."""
    os.write(1, f"{line}\n".encode())


def write(store: Store, cast: Cast, thread: int, stopping: Event) -> None:
    """Write until told to stop."""
    for number in count():
        if stopping.is_set():
            return
        story(store, cast, f"{thread}.{number}", say_aloud)


def main(url: str, threads: str, *ids: str) -> None:
    """Write until killed, or told to stop."""
    stopping = Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    store, cast = SqlStore.from_url(url), cast_of(list(ids))
    writers = [Thread(target=write, args=(store, cast, thread, stopping)) for thread in range(int(threads))]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
