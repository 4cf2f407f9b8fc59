"""The data that everything is measured on: made once, kept, and given out as fresh copies.

::

    with open_dataset("sqlite", "medium", "/var/tmp/bench") as dataset:
        contender = Raw.open(dataset.url)
        given = dataset.given(Operation(Noun.TICKETS, Task.CHANGE), 0, lane=2)

Whoever opens a dataset gets a copy of their own, which they may write to and which is gone when they close it: what an
earlier run has changed does not change what a later one measures.
"""

from __future__ import annotations

import hashlib
import secrets
import shutil
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import Any, Final, Literal, Self
from urllib.parse import urlsplit
from uuid import UUID

import psycopg
from attrs import define, field
from psycopg import sql

from bench.contenders import Given, Noun, Operation, Task
from bench.data import loading
from bench.data.founding import SECRET
from bench.data.rows import Scale
from service_engine.adapters.sql import migrations

__all__ = ["ITEM_AMOUNT", "ITEM_NAME", "LANES", "OURS", "SIZES", "Dataset", "Kind", "open_dataset", "remove_dataset"]

Kind = Literal["sqlite", "postgres"]

SIZES: Final[Mapping[str, Scale]] = MappingProxyType(
    {
        "small": Scale(tickets=1_000, organizations=10),
        "medium": Scale(tickets=100_000, organizations=100),
        "large": Scale(tickets=1_000_000, organizations=1_000),
    }
)
LANES: Final = 8
"""How many may write side by side, each to rows of their own."""
OURS: Final = "service_engine_bench"
"""How the names of the datasets begin that are kept from one run to the next."""
ITEM_NAME: Final = "Website"
"""The name of every item of an invoice that is written."""
ITEM_AMOUNT: Final = 25_000
"""What one of it costs, in thousandths."""

_PAGE: Final = 20
_FAR_PAGE: Final = 1000
_SAMPLE: Final = 20_000
_LATER: Final = datetime(2026, 2, 7, 12, tzinfo=UTC)
_CHANGEABLE: Final = {
    Noun.TICKETS: "status <> 3",
    Noun.ORDERS: "status <> 2",
    Noun.INVOICES: "status IN (0, 1)",
}
_PEOPLE: Final = (
    "SELECT users.id FROM users JOIN roles ON roles.org_id = %s AND roles.id = users.role_id"
    " WHERE users.org_id = %s AND users.deleted_at IS NULL AND roles.dashboard_access {} 0 ORDER BY users.id"
)


@define(kw_only=True, slots=False)
class Dataset:
    """A copy of a dataset that is open.

    Args:
        kind: Which database it is in.
        size: Its name in ``SIZES``.
        url: Its address, ``sqlite:///…`` or ``postgresql://…``.
        org_id: The first organisation, which has 30 % of everything.
        token: An API token of that organisation's administrator.
    """

    kind: Kind
    size: str
    url: str
    org_id: UUID = field(init=False)
    token: str = SECRET
    _forget: Callable[[], None] = field(repr=False)

    def __attrs_post_init__(self) -> None:
        [(first,)] = self._read("SELECT id FROM organizations ORDER BY id LIMIT 1")
        self.org_id = _uuid(first)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Remove the copy; nobody may be connected to it any longer."""
        self._forget()

    def given(self, operation: Operation, n: int, *, lane: int = 0, lanes: int = LANES) -> Given:
        """Return what an operation is done with for the n-th time, n from 0.

        The same for every lane, except the row that is changed, and the name of the tag that is new. No row is given
        out to be changed twice, so there is an end to it: see ``runs``.

        Args:
            operation: What is done.
            n: For which time.
            lane: Who does it: each contender that writes to this copy has a lane of its own.
            lanes: How many lanes there are.

        Raises:
            LookupError: Nothing is left that could be changed.
        """
        match operation.task:
            case Task.LIST | Task.CAPPED:
                return Given(org_id=self.org_id, size=_PAGE)
            case Task.OFFSET:
                last = -(-self._total(operation.noun) // _PAGE)
                return Given(org_id=self.org_id, size=_PAGE, number=min(_FAR_PAGE, last))
            case Task.KEYSET:
                id_, created_at = _nth(self._shown[operation.noun], n)
                return Given(org_id=self.org_id, size=_PAGE, after=(created_at, id_))
            case Task.RETRIEVE:
                return Given(org_id=self.org_id, id=_nth(self._shown[operation.noun], n)[0])
            case _:
                return self._writing(operation, n, lane, lanes)

    def runs(self, operation: Operation, *, lanes: int = LANES) -> int | None:
        """Return how often an operation can be done in each lane; None for any number of times."""
        return len(self._changeable[operation.noun]) // lanes if operation.task is Task.CHANGE else None

    def _writing(self, operation: Operation, n: int, lane: int, lanes: int) -> Given:
        noun, changes = operation.noun, operation.task is Task.CHANGE
        random = Random(f"{operation} {n}")  # repeatable on purpose
        if changes and n >= len(self._changeable[noun]) // lanes:
            msg = f"nothing is left for run {n} of {operation} on {self.size}: open another copy"
            raise LookupError(msg)
        is_invoice = noun is Noun.INVOICES
        # What is stored has them in the order of their ids: the other way round they are always others.
        employees = sorted(random.sample(self._employees, 2), reverse=True)
        tags = [*random.sample(self._tags, 2), f"new {operation} {n} {lane}"]
        random.shuffle(tags)
        return Given(
            org_id=self.org_id,
            id=self._changeable[noun][n * lanes + lane] if changes else None,
            client_id=None if changes else random.choice(self._clients),
            employee_ids=() if is_invoice else tuple(employees),
            tags=() if is_invoice else tuple(tags),
            service_id=random.choice(self._services) if is_invoice or (noun is Noun.ORDERS and not changes) else None,
            at=_LATER + timedelta(seconds=n),
            text="" if changes else f"Written by the bench, number {n}",
            quantities=tuple(random.randint(1, 5) for _ in range(3)) if is_invoice else (),
        )

    @cached_property
    def _shown(self) -> dict[Noun, list[tuple[UUID, datetime]]]:
        """Live rows of every age, shuffled."""
        found = {}
        for noun in Noun:
            live = self._read(_live(noun, "id, created_at"), self.org_id)
            chosen = _shuffled(live)
            found[noun] = [(_uuid(id_), _instant(created_at)) for id_, created_at in chosen]
        return found

    @cached_property
    def _changeable(self) -> dict[Noun, list[UUID]]:
        """Rows that can be closed, completed or billed anew, shuffled."""
        return {
            noun: [_uuid(id_) for (id_,) in _shuffled(self._read(_live(noun, "id", condition), self.org_id))]
            for noun, condition in _CHANGEABLE.items()
        }

    @cached_property
    def _employees(self) -> list[UUID]:
        return [_uuid(id_) for (id_,) in self._read(_PEOPLE.format(">"), self.org_id, self.org_id)]

    @cached_property
    def _clients(self) -> list[UUID]:
        return [_uuid(id_) for (id_,) in self._read(_PEOPLE.format("="), self.org_id, self.org_id)]

    @cached_property
    def _services(self) -> list[UUID]:
        statement = "SELECT id FROM services WHERE org_id = %s AND deleted_at IS NULL ORDER BY id"
        return [_uuid(id_) for (id_,) in self._read(statement, self.org_id)]

    @cached_property
    def _tags(self) -> list[str]:
        statement = "SELECT name FROM tags WHERE org_id = %s AND name NOT LIKE 'new %%' ORDER BY name"
        return [name for (name,) in self._read(statement, self.org_id)]

    def _total(self, noun: Noun) -> int:
        return self._totals[noun]

    @cached_property
    def _totals(self) -> dict[Noun, int]:
        return {noun: self._read(_live(noun, "count(*)", order=""), self.org_id)[0][0] for noun in Noun}

    def _read(self, statement: str, *values: UUID) -> list[tuple[Any, ...]]:
        if self.kind == "sqlite":
            statement = statement.replace("%s", "?").replace("%%", "%")
            with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"))) as connection:
                return connection.execute(statement, [each.hex for each in values]).fetchall()
        with psycopg.connect(self.url, autocommit=True) as server:
            return server.execute(statement.encode(), values or None).fetchall()


def open_dataset(kind: Kind, size: str, place: str | Path, *, quiet: bool = False, prefix: str = OURS) -> Dataset:
    """Open a copy of a dataset; make the dataset first, if nobody has made it there before.

    Args:
        kind: Which database.
        size: A name in ``SIZES``.
        place: For SQLite the directory to keep it in, for PostgreSQL the address of a server's database of a superuser.
        quiet: Show no progress.
        prefix: Begins its name: whoever will remove it takes another one.

    Raises:
        KeyError: There is no such size.
    """
    scale, name = SIZES[size], _name(prefix, size)
    if kind == "sqlite":
        return _open_sqlite(Path(place), name, size, scale, quiet=quiet)
    return _open_postgres(str(place), name, size, scale, quiet=quiet)


def remove_dataset(size: str, server: str, *, prefix: str) -> None:
    """Remove what copies of a dataset are made from, on a PostgreSQL server; its copies are gone when they are closed.

    Args:
        size: A name in ``SIZES``.
        server: The address that it was opened with.
        prefix: Begins its name.
    """
    _execute(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", sql.Identifier(_name(prefix, size)))


def _name(prefix: str, size: str) -> str:
    return f"{prefix}_{size}_{_fingerprint()}"


def _open_sqlite(directory: Path, name: str, size: str, scale: Scale, *, quiet: bool) -> Dataset:
    directory.mkdir(parents=True, exist_ok=True)
    master, copy = directory / f"{name}.db", directory / f"{name}_{secrets.token_hex(4)}.db"
    if not master.exists():
        making = directory / f"{copy.stem}.making"
        try:
            loading.load_sqlite(str(making), scale, quiet=quiet)
            making.replace(master)  # at once: a half-made one is never taken for a whole one
        finally:
            making.unlink(missing_ok=True)

    def forget() -> None:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{copy}{suffix}").unlink(missing_ok=True)

    shutil.copyfile(master, copy)
    return Dataset(kind="sqlite", size=size, url=f"sqlite:///{copy}", forget=forget)


def _open_postgres(server: str, name: str, size: str, scale: Scale, *, quiet: bool) -> Dataset:
    copy = f"{name}_{secrets.token_hex(4)}"
    if not _execute(server, "SELECT 1 FROM pg_database WHERE datname = {}", sql.Literal(name)):
        making = f"{copy}_making"
        _execute(server, "CREATE DATABASE {} TEMPLATE template0", sql.Identifier(making))
        try:
            loading.load_postgres(_address(server, making), scale, quiet=quiet)
            _execute(server, "ALTER DATABASE {} RENAME TO {}", sql.Identifier(making), sql.Identifier(name))
        finally:
            _execute(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", sql.Identifier(making))

    def forget() -> None:
        _execute(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", sql.Identifier(copy))

    create = "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY"
    _execute(server, create, sql.Identifier(copy), sql.Identifier(name))
    return Dataset(kind="postgres", size=size, url=_address(server, copy), forget=forget)


def _execute(server: str, statement: str, *names: sql.Composable) -> bool:
    """Execute a statement outside of transactions, and tell whether it found something."""
    with psycopg.connect(server, autocommit=True) as connection:
        return connection.execute(sql.SQL(statement).format(*names)).rowcount > 0


def _address(server: str, database: str) -> str:
    return urlsplit(server)._replace(path=f"/{database}").geturl()


def _fingerprint() -> str:
    """Return a text that is another one as soon as the rows or the schema would be."""
    here = [Path(__file__).with_name(f"{name}.py") for name in ("founding", "ledger", "loading", "rows")]
    sources = [*here, *sorted(migrations.migrations_path.glob("versions/*.*"))]
    return hashlib.sha256(b"".join(each.read_bytes() for each in sources)).hexdigest()[:8]


def _live(noun: Noun, columns: str, condition: str = "1 = 1", order: str = "ORDER BY id") -> str:
    return f"SELECT {columns} FROM {noun} WHERE org_id = %s AND deleted_at IS NULL AND {condition} {order}"  # noqa: S608


def _shuffled(found: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return Random(0).sample(found, min(_SAMPLE, len(found)))  # repeatable on purpose


def _nth(values: Sequence[tuple[UUID, datetime]], n: int) -> tuple[UUID, datetime]:
    return values[n % len(values)]


def _uuid(stored: str | UUID) -> UUID:
    return stored if isinstance(stored, UUID) else UUID(stored)


def _instant(stored: str | datetime) -> datetime:
    return (datetime.fromisoformat(stored) if isinstance(stored, str) else stored).astimezone(UTC)
