"""What every contender can do: the same operations, with the same answers, on the same tables.

A contender is one way to write them: by hand on the raw driver, with this library, with an ORM. It holds one open
connection, does what is asked as somebody who knows their tool would, and gives back what that tool gives: rows,
entities, dictionaries. Only for the comparison of the answers these are made ``plain``, outside of what is timed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Protocol
from uuid import UUID

from attrs import frozen

__all__ = ["CAP", "Contender", "Given", "Noun", "Operation", "Plain", "Task"]

CAP: Final = 1_000
"""How far CAPPED counts."""

Plain = Any
"""An answer in the form in which all contenders' answers are equal: what ``attrs`` would make of the library's row
(``TicketRow``, ``TicketDetails``, ``OrderRow``, ``InvoiceRow`` and what is in them) as dictionaries and lists, with ids
as ``UUID``, times as aware ``datetime`` in UTC, statuses as ``int``, amounts as ``[thousandths, currency]``. A list
is ``{"total": int or None, "rows": [...]}``. A write's answer is the id of what was written."""


class Noun(StrEnum):
    """What is listed, shown and written."""

    TICKETS = "tickets"
    ORDERS = "orders"
    INVOICES = "invoices"


class Task(StrEnum):
    """What is done with it.

    LIST: the newest ``size`` live ones of the organisation, with everything that the library's row has, and the exact
    number of all live ones. OFFSET: the same, page 1000. CAPPED: the newest, counted up to ``CAP``: one more stands for
    whatever is more. KEYSET: the ``size`` that come after the one that is given,
    newest first, equally old ones by descending id; no number. RETRIEVE: one with everything. CREATE and CHANGE: in one
    transaction, with the checks and the effects that the library's use case has (references looked up in the
    organisation, tags found or made, the order's last message untouched, ``version`` raised).
    """

    LIST = "list"
    OFFSET = "offset"
    CAPPED = "capped"
    KEYSET = "keyset"
    RETRIEVE = "retrieve"
    CREATE = "create"
    CHANGE = "change"


@frozen
class Operation:
    """One thing that is measured."""

    noun: Noun
    task: Task

    def __str__(self) -> str:
        return f"{self.task} {self.noun}"


@frozen(kw_only=True)
class Given:
    """What an operation is done with. Every contender is given the same, except what it writes to.

    Args:
        org_id: The organisation.
        size: Rows on a page.
        number: Which page, for LIST (1) and OFFSET (1000, or the last that there is).
        after: For KEYSET: created_at and id of the row that the page comes after.
        id: For RETRIEVE and CHANGE: which one.
        client_id: For CREATE: whose.
        employee_ids: For CREATE and CHANGE: who is assigned from now on, in this order (tickets and orders).
        tags: For CREATE and CHANGE: the names of the tags from now on (tickets and orders); some are new.
        service_id: For CREATE of an order, and of an invoice's items.
        at: The time of writing.
        text: For CREATE: the subject of a ticket, the note of an order, the note of an invoice.
        quantities: For an invoice: one item of the service for each, with this quantity. CHANGE replaces them all.
    """

    org_id: UUID
    size: int = 20
    number: int = 1
    after: tuple[datetime, UUID] | None = None
    id: UUID | None = None
    client_id: UUID | None = None
    employee_ids: tuple[UUID, ...] = ()
    tags: tuple[str, ...] = ()
    service_id: UUID | None = None
    at: datetime | None = None
    text: str = ""
    quantities: tuple[int, ...] = ()


class Contender(Protocol):
    """One way to write the operations."""

    name: str
    """As the report says it."""

    def operations(self) -> Mapping[Operation, Callable[[Given], Any]]:
        """Return what it can do. What is missing here is missing in the report, and said so."""
        ...

    def plain(self, operation: Operation, answer: Any) -> Plain:
        """Return an answer in comparable form."""
        ...

    def close(self) -> None:
        """Give the connection back."""
        ...
