"""Proposals in SQL, one at a time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, ScalarSelect, select

from service_engine.adapters.sql.aggregates import Aggregates, AggregateStatements, Parts
from service_engine.adapters.sql.dialects import json_rows
from service_engine.adapters.sql.scope import KEY, live, own
from service_engine.adapters.sql.tables import Tables
from service_engine.adapters.sql.transaction import AnyRow, Transaction
from service_engine.adapters.sql.types import instant_of, money_of, uuid_of
from service_engine.domain.change import Change
from service_engine.domain.ids import ProposalId, ProposalItemId, ServiceId
from service_engine.domain.proposals import Proposal, ProposalItem, ProposalStatus

__all__ = [
    "PROPOSAL_WIDTH",
    "ProposalStatements",
    "SqlProposals",
    "item_columns",
    "item_of",
    "items_of",
    "proposal_columns",
    "proposal_of",
]

_PLAIN: Final = (
    "id",
    "client_email",
    "client_first_name",
    "client_last_name",
    "client_company",
    "notes",
    "converted_order_id",
    "sent_at",
    "signed_at",
    "created_at",
    "updated_at",
    "deleted_at",
    "version",
)
PROPOSAL_WIDTH: Final = len(_PLAIN) + 2
_ITEM: Final = ("position", "id", "service_id", "quantity", "price", "created_at")


def proposal_columns(tables: Tables) -> list[ColumnElement[Any]]:
    """Return the columns that ``proposal_of`` reads, in its order; its items stand elsewhere."""
    return [tables.proposals.c[name] for name in (*_PLAIN, "status", "currency")]


def proposal_of(columns: tuple[Any, ...], items: Iterable[ProposalItem]) -> Proposal:
    """Return the proposal of a row's columns. Its total is computed, as ever."""
    *plain, status, _ = columns
    return Proposal(**dict(zip(_PLAIN, plain, strict=True)), status=ProposalStatus(status), items=tuple(items))


def item_columns(tables: Tables) -> list[ColumnElement[Any]]:
    """Return the columns of an item that ``item_of`` reads, in its order, behind the item's position."""
    return [tables.proposal_items.c[name] for name in _ITEM]


def item_of(columns: list[Any], currency: str) -> ProposalItem:
    """Return the item of an array in a JSON text."""
    _, id_, service_id, quantity, price, created_at = columns
    return ProposalItem(
        id=ProposalItemId(uuid_of(id_)),
        service_id=ServiceId(uuid_of(service_id)),
        quantity=quantity,
        price=money_of(price, currency),
        created_at=instant_of(created_at),
    )


def _items(tables: Tables) -> ScalarSelect[str]:
    proposals, items = tables.proposals, tables.proposal_items
    return (
        select(json_rows(*item_columns(tables)))
        .where(own(items), items.c.proposal_id == proposals.c.id)
        .correlate(proposals)
        .scalar_subquery()
    )


def items_of(stored: str) -> list[list[Any]]:
    """Return the arrays of one text, in the order of their positions. A proposal has one item at least."""
    return sorted(orjson.loads(stored))


def _proposal_of(row: AnyRow) -> Proposal:
    columns = row[:PROPOSAL_WIDTH]
    return proposal_of(columns, [item_of(each, columns[-1]) for each in items_of(row[PROPOSAL_WIDTH])])


def _row_of(proposal: Proposal) -> dict[str, Any]:
    row = {name: getattr(proposal, name) for name in _PLAIN}
    total = proposal.total
    return {**row, "status": proposal.status.value, "total": total.amount, "currency": total.currency}


def _row_of_item(item: ProposalItem) -> dict[str, Any]:
    return {
        "id": item.id,
        "service_id": item.service_id,
        "quantity": item.quantity,
        "price": item.price.amount,
        "created_at": item.created_at,
    }


class ProposalStatements:
    """What is asked of proposals, built once."""

    def __init__(self, tables: Tables) -> None:
        proposals = tables.proposals
        self.proposals: AggregateStatements[Proposal] = AggregateStatements(
            kind="proposal",
            table=proposals,
            get=select(*proposal_columns(tables), _items(tables)).where(live(proposals), proposals.c.id == KEY),
            value=_proposal_of,
            row=_row_of,
            links=(
                Parts(
                    table=tables.proposal_items,
                    owner="proposal_id",
                    parts=lambda proposal: proposal.items,
                    row=_row_of_item,
                ),
            ),
        )


class SqlProposals:
    """The organisation's proposals."""

    def __init__(self, transaction: Transaction, statements: ProposalStatements) -> None:
        self._proposals = Aggregates(transaction, statements.proposals)

    def get(self, proposal_id: ProposalId) -> Proposal:
        """Return a live proposal; see ``ports.proposals.Proposals``."""
        return self._proposals.get(proposal_id)

    def add(self, change: Change[Proposal]) -> Proposal:
        """Store a new proposal; see ``ports.proposals.Proposals``."""
        return self._proposals.add(change)

    def save(self, change: Change[Proposal]) -> Proposal:
        """Store a changed proposal; see ``ports.proposals.Proposals``."""
        return self._proposals.save(change)
