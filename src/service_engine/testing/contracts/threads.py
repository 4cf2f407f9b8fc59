"""What every store must do when two threads write to one organisation at the same time: lose neither."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from threading import Barrier, BrokenBarrierError, Thread
from typing import Any

from service_engine.domain import tickets
from service_engine.domain.invoice_items import InvoiceItemDraft
from service_engine.ports.unit_of_work import UnitOfWork
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency, Contract
from service_engine.usecases.clients import create_client, list_clients
from service_engine.usecases.invoices import create_invoice

__all__ = ["ThreadsContract"]

LATER = NOON + timedelta(seconds=1)
HOSTING = InvoiceItemDraft(name="Hosting", amount=Decimal(10))
TOGETHER = 0.3
"""How many seconds one writer waits for the other, inside its unit of work."""
PATIENCE = 60.0
"""After how many seconds two writers count as waiting for each other."""


class ThreadsContract(Contract):
    """Two units of work on one organisation.

    Each writer waits inside its unit of work for the other one, for a moment. So both are inside if the store allows
    that, and both have read before either has written; if it lets in one at a time, the first goes on after the moment.

    Example:
        >>> from service_engine import MemoryStore
        >>> acme = Agency(MemoryStore())  # yours instead
        >>> ThreadsContract().test_two_invoices_have_two_numbers(acme)
    """

    def test_neither_of_two_new_things_is_lost(self, acme: Agency) -> None:
        """Both clients are there."""

        def register(uow: UnitOfWork, name: str, meet: Callable[[], None]) -> None:
            meet()
            create_client(uow, email=f"{name}@example.com", first_name=name, last_name="Doe", at=NOON)

        both(acme, register)
        assert sorted(row.client.first_name for row in acme.read(list_clients).rows) == ["jane", "john"]

    def test_neither_of_two_changes_is_lost(self, acme: Agency) -> None:
        """Both have added their name to the subject, the second one to what the first has left."""
        ticket = acme.ticket(subject="With")

        def sign(uow: UnitOfWork, name: str, meet: Callable[[], None]) -> None:
            present = uow.tickets.get(ticket.id)
            meet()
            uow.tickets.save(tickets.revise(present, subject=f"{present.subject} {name}", at=LATER))

        both(acme, sign)
        with acme.begin() as uow:
            assert sorted(uow.tickets.get(ticket.id).subject.split()) == ["With", "jane", "john"]

    def test_two_invoices_have_two_numbers(self, acme: Agency) -> None:
        """One after the other, without a gap."""
        client, numbers = acme.client(), list[str]()

        def bill(uow: UnitOfWork, _: str, meet: Callable[[], None]) -> str:
            meet()
            return create_invoice(uow, payer=client.id, items=[HOSTING], at=NOON).number

        both(acme, bill, numbers.append)
        assert sorted(numbers) == ["INV-00001", "INV-00002"]


def both(
    acme: Agency,
    use_case: Callable[[UnitOfWork, str, Callable[[], None]], Any],
    done: Callable[[Any], object] = lambda _: None,
) -> None:
    """Run a use case in two threads, and hand on what each returned; fail with what one of them raised."""
    barrier, failures = Barrier(2), list[BaseException]()

    def meet() -> None:
        try:
            barrier.wait(TOGETHER)
        except BrokenBarrierError:
            return  # the other one is kept out until this one has ended, or was here before

    def write(name: str) -> None:
        try:
            done(acme.run(use_case, name, meet))
        except BaseException as failure:  # noqa: BLE001  # it is raised below, where pytest sees it
            failures.append(failure)

    writers = [Thread(target=write, args=[name], daemon=True) for name in ("jane", "john")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(PATIENCE)
        assert not writer.is_alive(), "the two writers wait for each other"
    for failure in failures:
        raise failure
