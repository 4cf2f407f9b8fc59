"""Clients in SQL, one at a time."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Delete,
    FromClause,
    Insert,
    Select,
    Table,
    Update,
    bindparam,
    delete,
    insert,
    literal,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy import exists as sql_exists

from service_engine.adapters.sql.scope import KEY, UPDATED_ORG_ID, live, lock, own, refers, save
from service_engine.adapters.sql.tables import Tables
from service_engine.adapters.sql.transaction import Transaction
from service_engine.adapters.sql.types import money_of
from service_engine.domain.change import Change, next_version
from service_engine.domain.clients import Address, Client, PostalAddress
from service_engine.domain.id_checks import require_id
from service_engine.domain.ids import ClientId, UserId
from service_engine.errors import ConflictError, NotFoundError

__all__ = [
    "ADDRESS_WIDTH",
    "CLIENT_WIDTH",
    "ClientStatements",
    "SqlClients",
    "address_columns",
    "address_of",
    "client_columns",
    "client_of",
]

_COLUMNS: Final = (
    "id",
    "email",
    "first_name",
    "last_name",
    "company",
    "phone",
    "tax_id",
    "note",
    "balance_currency",
    "optin",
    "stripe_id",
    "custom_fields",
    "status",
    "affiliate_id",
    "affiliate_link",
    "google_id",
    "role_id",
    "created_at",
    "updated_at",
    "deleted_at",
    "version",
)
_PLACE: Final = ("line_1", "line_2", "city", "state", "country", "postcode")
_BILLED: Final = ("first_name", "last_name", "tax_id", "company_name", "company_vat")
_DEPENDENTS: Final = ("orders", "invoices", "tickets", "subscriptions")
CLIENT_WIDTH: Final = len(_COLUMNS) + 1
ADDRESS_WIDTH: Final = 1 + len(_PLACE) + len(_BILLED)


def client_columns(users: FromClause) -> list[ColumnElement[Any]]:
    """Return the columns that ``client_of`` reads, in its order."""
    return [*(users.c[name] for name in _COLUMNS), type_coerce(users.c.balance, BigInteger)]


def client_of(columns: Any, address: Any) -> Client:
    """Return the client of a row's columns and of their address's."""
    values = dict(zip(_COLUMNS, columns, strict=False))
    balance = money_of(columns[-1], values.pop("balance_currency"))
    return Client(**values, balance=balance, address=address_of(address))


def address_columns(addresses: FromClause) -> list[ColumnElement[Any]]:
    """Return the columns that ``address_of`` reads, in its order."""
    return [addresses.c[name] for name in ("id", *_PLACE, *_BILLED)]


def address_of(columns: Any) -> Address | None:
    """Return the address of a row's columns; None when there is none."""
    id_, line_1, line_2, city, state, country, postcode, first_name, last_name, tax_id, company_name, vat = columns
    if id_ is None:
        return None
    place = PostalAddress(line_1=line_1, line_2=line_2, city=city, state=state, country=country, postcode=postcode)
    return Address(
        id=id_,
        place=place,
        first_name=first_name,
        last_name=last_name,
        tax_id=tax_id,
        company_name=company_name,
        company_vat=vat,
    )


def _row_of(client: Client) -> dict[str, Any]:
    row = {name: getattr(client, name) for name in _COLUMNS if name != "balance_currency"}
    row["balance"] = client.balance.amount
    row["balance_currency"] = client.balance.currency
    row["address_id"] = None if client.address is None else client.address.id
    return row


def _row_of_address(address: Address, client: Client) -> dict[str, Any]:
    place = {name: getattr(address.place, name) for name in _PLACE}
    billed = {name: getattr(address, name) for name in _BILLED}
    return {"id": address.id, **place, **billed, "updated_at": client.updated_at}


class ClientStatements:
    """What is asked of clients, built once."""

    def __init__(self, tables: Tables) -> None:
        users, roles, addresses = tables.users, tables.roles, tables.addresses
        self.table: Table = users
        self.addresses: Table = addresses
        self.get: Select[Any] = (
            select(*client_columns(users), *address_columns(addresses))
            .select_from(
                users.join(roles, refers(users, roles, "role_id")).outerjoin(
                    addresses, refers(users, addresses, "address_id")
                )
            )
            .where(live(users), users.c.id == KEY, own(roles), roles.c.dashboard_access == 0)
        )
        # FOR UPDATE proper: it also holds off the foreign keys of new rows that would refer to them.
        self.lock: Select[Any] = lock(users)
        self.hold: Select[Any] = select(users.c.id).where(live(users), users.c.id == KEY).with_for_update()
        self.add: Insert = insert(users)
        self.save: Update = save(users)
        self.add_address: Insert = insert(addresses)
        self.save_address: Update = update(addresses).where(addresses.c.org_id == UPDATED_ORG_ID, addresses.c.id == KEY)
        self.remove_address: Delete = delete(addresses).where(own(addresses), addresses.c.id == KEY)
        self.by_email: Select[Any] = select(users.c.id).where(live(users), users.c.email == bindparam("email"))
        # Two questions in one statement: with OR between the two columns SQLite may read every client there is.
        taken = (
            sql_exists(literal(1)).where(own(users), users.c[name] == bindparam(name))
            for name in ("affiliate_id", "affiliate_link")
        )
        self.affiliation_is_taken: Select[tuple[bool]] = select(or_(*taken))
        dependents = [getattr(tables, name) for name in _DEPENDENTS]
        self.dependents: Select[*tuple[Any, ...]] = select(
            *(sql_exists(literal(1)).where(own(each), each.c.client_id == KEY) for each in dependents)
        )


class SqlClients:
    """The organisation's clients.

    Remembers the addresses that it loaded, to write only what changed.
    """

    def __init__(self, transaction: Transaction, statements: ClientStatements) -> None:
        self._transaction = transaction
        self._statements = statements
        self._known: dict[ClientId, Client] = {}

    def get(self, client_id: ClientId, *, for_deletion: bool = False) -> Client:
        """Return a live client; see ``ports.clients.Clients``."""
        if for_deletion:
            require_id("client", client_id)  # which what finds it below does, too, but this comes before it
            self._transaction.read(self._statements.hold, key=client_id)
        elif self._transaction.contended:
            self._transaction.read(self._statements.lock, key=client_id)
        row = self._transaction.find(self._statements.get, "client", client_id)
        client = client_of(row[:CLIENT_WIDTH], row[CLIENT_WIDTH:])
        self._transaction.saw("client", client_id, client.version)
        return self._remember(client)

    def add(self, change: Change[Client]) -> Client:
        """Store a new client; see ``ports.clients.Clients``."""
        client = change.state
        if client.address is not None:
            self._add_address(client.address, client)
        self._transaction.insert(self._statements.table, self._statements.add, "client", _row_of(client))
        self._transaction.note(change.events)
        return self._remember(client)

    def save(self, change: Change[Client]) -> Client:
        """Store a changed client; see ``ports.clients.Clients``."""
        client = change.state
        if not change.events:
            return client
        known = self._stored_address(client)
        if client.address is not None and (known is None or known.id != client.address.id):
            self._add_address(client.address, client)
        row = _row_of(client)
        del row["id"]
        self._transaction.update(
            self._statements.table, self._statements.save, "client", client.id, client.version, row
        )
        self._settle_address(known, client)
        self._transaction.note(change.events)
        return self._remember(next_version(client))

    def email_owner(self, email: str) -> UserId | None:
        """Return who has this e-mail; see ``ports.clients.Clients``."""
        return self._transaction.read(self._statements.by_email, email=email).scalar_one_or_none()

    def affiliation_is_taken(self, affiliate_id: int, affiliate_link: str) -> bool:
        """Tell whether somebody has this affiliate id or link; see ``ports.clients.Clients``."""
        drawn = {"affiliate_id": affiliate_id, "affiliate_link": affiliate_link}
        return bool(self._transaction.read(self._statements.affiliation_is_taken, **drawn).scalar_one())

    def dependents(self, client_id: ClientId) -> tuple[str, ...]:
        """Return what refers to the client; see ``ports.clients.Clients``."""
        row = self._transaction.read(self._statements.dependents, key=client_id).one()
        return tuple(name for name, is_there in zip(_DEPENDENTS, row, strict=True) if is_there)

    def _remember(self, client: Client) -> Client:
        self._known[client.id] = client
        return client

    def _add_address(self, address: Address, client: Client) -> None:
        row = {**_row_of_address(address, client), "created_at": client.updated_at}
        self._transaction.insert(self._statements.addresses, self._statements.add_address, "address", row)

    def _stored_address(self, client: Client) -> Address | None:
        known = self._known.get(client.id)
        if known is None or known.version != client.version:
            try:
                known = self.get(client.id)
            except NotFoundError as error:
                raise ConflictError("client", client.id) from error
        return known.address

    def _settle_address(self, known: Address | None, client: Client) -> None:
        """Bring the old address in line, once the client's row is locked and refers to the right one."""
        if known is None or known == client.address:
            return
        if client.address is None or client.address.id != known.id:
            self._transaction.write(self._statements.remove_address, key=known.id)
            return
        row = _row_of_address(client.address, client)
        del row["id"]
        self._transaction.write(self._statements.save_address, key=known.id, **row)
