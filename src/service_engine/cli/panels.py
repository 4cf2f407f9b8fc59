"""What the demo shows of each step: small tables, lifecycles, a refusal, the JSON of the API."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from service_engine.adapters.simulated_gateway import SimulatedGateway
from service_engine.cli import pictures
from service_engine.domain import proposals, tickets
from service_engine.domain.access import Role, is_staff
from service_engine.domain.clients import Client, full_name
from service_engine.domain.employees import Employee
from service_engine.domain.invoices import Invoice
from service_engine.domain.lifecycle import Lifecycle, Status
from service_engine.domain.orders import Order
from service_engine.domain.payments import Payment
from service_engine.domain.proposals import Proposal
from service_engine.domain.services import Service
from service_engine.domain.ticket_messages import TicketMessage
from service_engine.domain.tickets import Ticket
from service_engine.errors import NotAssignableError, NotFoundError, ServiceEngineError
from service_engine.ports.tickets import TicketDetails
from service_engine.usecases.organizations import ADMINISTRATOR, CLIENT, Bootstrap

__all__ = [
    "agencies",
    "billed",
    "code",
    "conversation",
    "json_lines",
    "json_text",
    "lifecycle",
    "moves",
    "offered",
    "opened",
    "outside",
    "paid",
    "people",
    "refused",
]

S = TypeVar("S", bound=Status)

_NOTHING: Final = "-"
_JSON_WIDTH: Final = 76


def code(text: str, language: str = "python") -> Syntax:
    """Show code in the terminal's own colours."""
    return Syntax(text, language, theme="ansi_dark", background_color="default", word_wrap=True)


def agencies(acme: Bootstrap, other: Bootstrap) -> RenderableType:
    """Show two new organisations."""
    table = _table("organisation", "roles", "API token")
    for each in (acme, other):
        secret = each.token[:4] + "…"
        table.add_row(each.organization.name, ", ".join(each.roles), f"{secret} (only its SHA-256 is stored)")
    return table


def offered(proposal: Proposal, web: Service) -> RenderableType:
    """Show a proposal that was sent."""
    facts = f"{web.name} for {proposal.total}, to {proposal.client_email}, nobody's client yet"
    return Group(lifecycle(proposals.LIFECYCLE, proposal.status), Text(facts))


def people(acme: Bootstrap, jane: Employee, john: Client, signed: Proposal, order: Order) -> RenderableType:
    """Show who is who, and what was ordered."""
    table = _table("who", "role", "dashboard_access", "can be assigned")
    jane_and_john = ((jane, acme.roles[ADMINISTRATOR]), (john, acme.roles[CLIENT]))
    for person, role in jane_and_john:
        table.add_row(_name(person), role.name, str(role.levels.dashboard_access), _yes_or_no(role))
    bought = f"order {order.number}: {order.quantity} x {order.service_name}, {order.price}, {order.status.label}"
    return Group(_strip(signed.status), Text(bought), Text(), table)


def opened(ticket: Ticket, jane: Employee) -> RenderableType:
    """Show where a new ticket stands."""
    tags = ", ".join(tag.name for tag in ticket.tags)
    facts = f"assigned to {_name(jane)} · tags {tags} · date_closed {_moment(ticket.date_closed)}"
    return Group(lifecycle(tickets.LIFECYCLE, ticket.status), Text(facts))


def lifecycle(table: Lifecycle[S], current: S) -> Text:
    """Draw a lifecycle, the current status marked."""
    drawing = Text(pictures.boxes(table, current), no_wrap=True)
    drawing.highlight_regex(r"● [\w ]+", "bold green")
    drawing.highlight_regex(r"[┏┓┗┛━┃┯]+", "green")
    return drawing


def refused(refusal: NotAssignableError, unharmed: TicketDetails, acme: Bootstrap, john: Client) -> RenderableType:
    """Show a refusal: what it says, and that nothing was written."""
    staff = ", ".join(full_name(each.first_name, each.last_name) for each in unharmed.employees)
    access = acme.roles[CLIENT].levels.dashboard_access
    facts = Text.assemble(
        (str(refusal), "bold red"),
        (f"\nfield {refusal.field!r}, code {refusal.code!r}", "dim"),
        f"\n{john.first_name}'s role {CLIENT} has dashboard_access {access}, staff has more than 0. His id is "
        f"refused like one that nobody has. Nothing was written: the ticket still has {staff} alone.",
    )
    return Panel(facts, title=type(refusal).__name__, title_align="left", border_style="red", box=box.ROUNDED)


def conversation(question: TicketMessage, remark: TicketMessage, john: Client, jane: Employee) -> RenderableType:
    """Show messages, oldest first."""
    table = _table("at", "who", "message", "seen by")
    for author, message in ((john, question), (jane, remark)):
        seen_by = "staff only" if message.staff_only else "everybody"
        table.add_row(_moment(message.created_at), _name(author), message.text, seen_by)
    return table


def moves(ticket: Ticket, closed: Ticket, again: Ticket, reopened: Ticket) -> RenderableType:
    """Show how the status moved, and ``date_closed`` with it."""
    table = _table("", "status", "date_closed", "")
    written = ticket.version
    for what, state in (("opened", ticket), ("closed", closed), ("closed again", again), ("reopened", reopened)):
        remark = "nothing to write" if what != "opened" and state.version == written else ""
        table.add_row(what, _strip(state.status), _moment(state.date_closed), remark)
        written = state.version
    return table


def billed(invoice: Invoice) -> RenderableType:
    """Show what is to be paid, and how it adds up."""
    table = _table("", "each", "discount", "")
    for item in invoice.items:
        table.add_row(f"{item.quantity} x {item.name}", str(item.amount), str(item.discount), str(item.total))
    table.add_section()
    table.add_row(f"Tax, {invoice.tax.percent.normalize():f} %", "", "", str(invoice.tax_amount))
    table.add_row(
        f"{invoice.number}, {invoice.status.label}, due {_moment(invoice.date_due)}", "", "", str(invoice.total)
    )
    for column in table.columns[1:]:
        column.justify = "right"
    return table


def paid(
    results: Sequence[Invoice | ServiceEngineError], gateway: SimulatedGateway, payments: Sequence[Payment]
) -> RenderableType:
    """Show what every charge came to, what is on record of it, and what the gateway holds."""
    table = _table("charged with", "what came of it")
    for what, result in zip(("card_1", "card_2", "card_2 again", "and again"), results, strict=True):
        table.add_row(what, _result(result))
    record = ", ".join(f"{payment.amount} {payment.status.label}" for payment in payments)
    [held] = gateway.held.values()
    return Group(table, Text(f"on record: {record} · taken once: {held}"))


def _result(result: Invoice | ServiceEngineError) -> str:
    if isinstance(result, Invoice):
        orders = sum(item.order_id is not None for item in result.items)
        return f"{result.number} is {result.status.label}, {orders} order placed"
    return f"{type(result).__name__}: {getattr(result, 'message', 'the gateway did not answer')}"


def outside(answers: Sequence[NotFoundError], total: int) -> RenderableType:
    """Show that a foreign id is answered like an unknown one. Ids made together differ at their ends only."""
    table = _table("asked for", "answer")
    for what, error in zip(("John's ticket", "an id that nobody has"), answers, strict=True):
        table.add_row(what, str(type(error)(error.kind, f"…{str(error.key)[-6:]}")))
    table.add_row("a list of all tickets", f"{total} tickets")
    return table


def json_text(body: bytes) -> RenderableType:
    """Show the API's JSON, laid out for reading; not a character of its values is changed."""
    return code("\n".join(json_lines(json.loads(body), _JSON_WIDTH)), "json")


def json_lines(value: Any, width: int, *, indent: int = 0, name: str = "") -> list[str]:
    r"""Lay JSON out: what fits stands on one line; an object of plain values only is filled like a paragraph.

    Args:
        value: What ``json.loads`` returned.
        width: Columns that a line may have; a long text may have more.
        indent: How far the first line stands to the right, and the last one.
        name: What stands before it, on its first line.

    Example:
        >>> print("\n".join(json_lines({"id": 7, "role": {"name": "Client", "level": 0, "team": False}}, 30)))
        {
          "id": 7,
          "role": {
            "name": "Client",
            "level": 0, "team": false
          }
        }
    """
    margin = " " * indent
    short = f"{margin}{name}{json.dumps(value, ensure_ascii=False)}"
    if len(short) < width or not value or not isinstance(value, dict | list):
        return [short]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    entries = [json_lines(each, width, indent=indent + 2, name=key) for key, each in _named(value)]
    for entry in entries[:-1]:
        entry[-1] += ","
    if all(len(entry) == 1 for entry in entries):
        entries = [_filled([entry[0].strip() for entry in entries], width, margin + "  ")]
    return [f"{margin}{name}{opening}", *(line for entry in entries for line in entry), f"{margin}{closing}"]


def _named(value: dict[str, Any] | list[Any]) -> list[tuple[str, Any]]:
    if isinstance(value, list):
        return [("", each) for each in value]
    return [(f"{json.dumps(name, ensure_ascii=False)}: ", each) for name, each in value.items()]


def _filled(words: list[str], width: int, margin: str) -> list[str]:
    lines = [margin + words[0]]
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(margin + word)
    return lines


def _table(*headings: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold", padding=(0, 1, 0, 0))
    for heading in headings:
        table.add_column(heading)
    return table


def _name(person: Client | Employee) -> str:
    return full_name(person.first_name, person.last_name)


def _yes_or_no(role: Role) -> str:
    return "yes" if is_staff(role.levels) else "no"


def _moment(at: datetime | None) -> str:
    return _NOTHING if at is None else f"{at:%Y-%m-%d %H:%M}"


def _strip(current: Status) -> Text:
    parts = [
        Text(f"● {status.label}", "bold green") if status is current else Text(f"○ {status.label}", "dim")
        for status in type(current)
    ]
    return Text("  ").join(parts)
