"""Services as they are shown, in SQL: one statement for one, two for a page."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CTE, Select, select

from service_engine.adapters.sql.lists import ListStatements, SqlListed
from service_engine.adapters.sql.scope import KEY, live, own
from service_engine.adapters.sql.services import service_columns, service_of
from service_engine.adapters.sql.tables import Tables
from service_engine.adapters.sql.transaction import Transaction
from service_engine.domain.ids import ServiceId
from service_engine.domain.services import Service
from service_engine.ports.services import ServiceFilter, ServiceSort

__all__ = ["ServiceQueryStatements", "SqlServiceQueries"]


class ServiceQueryStatements:
    """What is asked about services, built once."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        services = tables.services
        self.get: Select[Any] = select(*service_columns(tables)).where(live(services), services.c.id == KEY)
        fields = {each.value for each in (*ServiceFilter, *ServiceSort)} - {ServiceFilter.RECURRENCE.value}
        columns = {name: services.c[name] for name in fields}
        self.list: ListStatements[ServiceFilter] = ListStatements(
            source=services,
            conditions=(live(services),),
            columns={**columns, ServiceFilter.RECURRENCE.value: services.c.recurring},
            details=self._details,
        )

    def _details(self, page: CTE) -> Select[Any]:
        services = self._tables.services
        return select(*service_columns(self._tables)).select_from(
            page.join(services, (services.c.id == page.c.id) & own(services))
        )


class SqlServiceQueries(SqlListed[ServiceFilter, ServiceSort, Service]):
    """The organisation's services as they are shown."""

    def __init__(self, transaction: Transaction, statements: ServiceQueryStatements) -> None:
        super().__init__(transaction, statements.list, service_of)
        self._statements = statements

    def get(self, service_id: ServiceId) -> Service:
        """Return one live service; see ``ports.services.ServiceQueries``."""
        row = self._transaction.find(self._statements.get, "service", service_id)
        return service_of(row)
