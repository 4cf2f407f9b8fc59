"""Services and their folders in SQL, one at a time."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Insert, Select, Table, insert, select, type_coerce

from service_engine.adapters.sql.aggregates import Aggregates, AggregateStatements, Links
from service_engine.adapters.sql.people import assigned_ids, employee_ids_of
from service_engine.adapters.sql.scope import KEY, live, own
from service_engine.adapters.sql.tables import Tables
from service_engine.adapters.sql.transaction import AnyRow, Transaction
from service_engine.adapters.sql.types import money_of
from service_engine.domain.change import Change
from service_engine.domain.id_checks import require_id
from service_engine.domain.ids import ServiceFolderId, ServiceId
from service_engine.domain.money import Money
from service_engine.domain.service_folders import ServiceFolder
from service_engine.domain.services import Recurrence, Service

__all__ = [
    "SERVICE_WIDTH",
    "ServiceFolderStatements",
    "ServiceStatements",
    "SqlServiceFolders",
    "SqlServices",
    "optional_money_of",
    "service_columns",
    "service_of",
]

_PLAIN: Final = (
    "id",
    "name",
    "description",
    "image",
    "first_period_length",
    "first_period_unit",
    "recurring_period_length",
    "recurring_period_unit",
    "recurring_action",
    "multi_order",
    "request_orders",
    "max_active_requests",
    "deadline",
    "public",
    "sort_order",
    "group_quantities",
    "folder_id",
    "metadata",
    "braintree_plan_id",
    "hoth_product_key",
    "hoth_package_name",
    "provider_id",
    "provider_service_id",
    "created_at",
    "updated_at",
    "deleted_at",
    "version",
)
_PRICES: Final = ("price", "first_price", "recurring_price")
SERVICE_WIDTH: Final = len(_PLAIN) + 2 + len(_PRICES) + 1
_FOLDER: Final = ("id", "name", "sort_order", "created_at", "updated_at")


def service_columns(tables: Tables) -> list[ColumnElement[Any]]:
    """Return the columns that ``service_of`` reads, in its order."""
    services = tables.services
    return [
        *(services.c[name] for name in (*_PLAIN, "recurring", "currency")),
        *(type_coerce(services.c[name], BigInteger) for name in _PRICES),
        assigned_ids(tables.service_employees, "service_id", services),
    ]


def service_of(row: AnyRow) -> Service:
    """Return the service of a row that begins with these columns."""
    *plain, recurring, currency, price, first_price, recurring_price, employees = row[:SERVICE_WIDTH]
    return Service(
        **dict(zip(_PLAIN, plain, strict=True)),
        recurrence=Recurrence(recurring),
        currency=currency,
        price=optional_money_of(price, currency),
        first_price=optional_money_of(first_price, currency),
        recurring_price=optional_money_of(recurring_price, currency),
        employee_ids=employee_ids_of(employees),
    )


def optional_money_of(stored: int | None, currency: str) -> Money | None:
    """Return the money that is stored as so many thousandths; None when there is no price."""
    return None if stored is None else money_of(stored, currency)


def _row_of(service: Service) -> dict[str, Any]:
    row = {name: getattr(service, name) for name in _PLAIN}
    prices = {name: _amount_of(getattr(service, name)) for name in _PRICES}
    return {**row, **prices, "recurring": service.recurrence.value, "currency": service.currency}


def _amount_of(price: Money | None) -> Decimal | None:
    return None if price is None else price.amount


class ServiceStatements:
    """What is asked of services, built once."""

    def __init__(self, tables: Tables) -> None:
        services, employees = tables.services, tables.service_employees
        self.services: AggregateStatements[Service] = AggregateStatements(
            kind="service",
            table=services,
            get=select(*service_columns(tables)).where(live(services), services.c.id == KEY),
            value=service_of,
            row=_row_of,
            links=(
                Links(
                    table=employees, owner="service_id", other="employee_id", ids=lambda service: service.employee_ids
                ),
            ),
        )


class ServiceFolderStatements:
    """What is asked of folders of services, built once."""

    def __init__(self, tables: Tables) -> None:
        folders = tables.service_folders
        self.table: Table = folders
        self.all: Select[Any] = (
            select(*(folders.c[name] for name in _FOLDER))
            .where(own(folders))
            .order_by(folders.c.sort_order, folders.c.id)
        )
        self.by_id: Select[Any] = select(folders.c.id).where(own(folders), folders.c.id == KEY)
        self.add: Insert = insert(folders)


class SqlServices:
    """The organisation's services."""

    def __init__(self, transaction: Transaction, statements: ServiceStatements) -> None:
        self._services = Aggregates(transaction, statements.services)

    def get(self, service_id: ServiceId) -> Service:
        """Return a live service; see ``ports.services.Services``."""
        return self._services.get(service_id)

    def add(self, change: Change[Service]) -> Service:
        """Store a new service; see ``ports.services.Services``."""
        return self._services.add(change)

    def save(self, change: Change[Service]) -> Service:
        """Store a changed service; see ``ports.services.Services``."""
        return self._services.save(change)


class SqlServiceFolders:
    """The folders of the organisation's services."""

    def __init__(self, transaction: Transaction, statements: ServiceFolderStatements) -> None:
        self._transaction = transaction
        self._statements = statements

    def add(self, change: Change[ServiceFolder]) -> ServiceFolder:
        """Store a new folder; see ``ports.services.ServiceFolders``."""
        folder = change.state
        row = {name: getattr(folder, name) for name in _FOLDER}
        self._transaction.insert(self._statements.table, self._statements.add, "service_folder", row)
        self._transaction.note(change.events)
        return folder

    def all(self) -> tuple[ServiceFolder, ...]:
        """Return every folder; see ``ports.services.ServiceFolders``."""
        rows = self._transaction.read(self._statements.all)
        return tuple(ServiceFolder(**dict(zip(_FOLDER, row, strict=True))) for row in rows)

    def exists(self, folder_id: ServiceFolderId) -> bool:
        """Tell whether the organisation has this folder; see ``ports.services.ServiceFolders``."""
        require_id("service_folder", folder_id)
        return self._transaction.read(self._statements.by_id, key=folder_id).first() is not None
