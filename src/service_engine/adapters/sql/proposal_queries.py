"""Proposals as they are shown, in SQL: one statement for one, two for a page."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import CTE, BigInteger, ScalarSelect, Select, select, type_coerce

from service_engine.adapters.sql.dialects import json_rows
from service_engine.adapters.sql.lists import ListStatements, SqlListed
from service_engine.adapters.sql.proposals import (
    PROPOSAL_WIDTH,
    item_columns,
    item_of,
    items_of,
    proposal_columns,
    proposal_of,
)
from service_engine.adapters.sql.scope import KEY, live, own, refers
from service_engine.adapters.sql.tables import Tables
from service_engine.adapters.sql.transaction import AnyRow, Transaction
from service_engine.adapters.sql.types import money_of
from service_engine.domain.ids import ProposalId
from service_engine.domain.proposals import ProposalStatus
from service_engine.ports.proposals import (
    ProposalFilter,
    ProposalItemRow,
    ProposalRow,
    ProposalSort,
    ProposalSummary,
)

__all__ = ["ProposalQueryStatements", "SqlProposalQueries"]

_SUMMARY: Final = (
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
)
_STATUS: Final = len(_SUMMARY)


class ProposalQueryStatements:
    """What is asked about proposals, built once."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        proposals = tables.proposals
        self.get: Select[Any] = select(*proposal_columns(tables), _named_items(tables)).where(
            live(proposals), proposals.c.id == KEY
        )
        fields = {each.value for each in (*ProposalFilter, *ProposalSort)}
        self.list: ListStatements[ProposalFilter] = ListStatements(
            source=proposals,
            conditions=(live(proposals),),
            columns={name: proposals.c[name] for name in fields},
            details=self._details,
        )

    def _details(self, page: CTE) -> Select[Any]:
        proposals = self._tables.proposals
        total = type_coerce(proposals.c.total, BigInteger)
        return select(*(proposals.c[name] for name in (*_SUMMARY, "status")), total, proposals.c.currency).select_from(
            page.join(proposals, (proposals.c.id == page.c.id) & own(proposals))
        )


def _named_items(tables: Tables) -> ScalarSelect[str]:
    proposals, items, services = tables.proposals, tables.proposal_items, tables.services
    return (
        select(json_rows(*item_columns(tables), services.c.name, services.c.description))
        .select_from(items.join(services, refers(items, services, "service_id")))
        .where(own(items), items.c.proposal_id == proposals.c.id)
        .correlate(proposals)
        .scalar_subquery()
    )


def _row_of(row: AnyRow) -> ProposalRow:
    columns = row[:PROPOSAL_WIDTH]
    items = tuple(
        ProposalItemRow(item=item_of(item, columns[-1]), service_name=name, service_description=description)
        for *item, name, description in items_of(row[PROPOSAL_WIDTH])
    )
    return ProposalRow(proposal=proposal_of(columns, [each.item for each in items]), items=items)


def _summary_of(row: AnyRow) -> ProposalSummary:
    status, total, currency = row[_STATUS : _STATUS + 3]
    return ProposalSummary(
        **dict(zip(_SUMMARY, row, strict=False)), status=ProposalStatus(status), total=money_of(total, currency)
    )


class SqlProposalQueries(SqlListed[ProposalFilter, ProposalSort, ProposalSummary]):
    """The organisation's proposals as they are shown."""

    def __init__(self, transaction: Transaction, statements: ProposalQueryStatements) -> None:
        super().__init__(transaction, statements.list, _summary_of)
        self._statements = statements

    def get(self, proposal_id: ProposalId) -> ProposalRow:
        """Return one live proposal; see ``ports.proposals.ProposalQueries``."""
        row = self._transaction.find(self._statements.get, "proposal", proposal_id)
        return _row_of(row)
