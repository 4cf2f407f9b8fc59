"""A host's engine on a database of each kind, a store on the same tables, and an organisation on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine
from tests.adapters.sql.joining.hosting import Base, Campaign, tables

from service_engine.adapters.sql import SqlStore, configure_sqlite
from service_engine.adapters.sql.engines import open_engine
from service_engine.adapters.sql.migrations import upgrade
from service_engine.domain.ids import OrganizationId
from service_engine.testing.builders import NOON
from service_engine.usecases.organizations import bootstrap_organization


@pytest.fixture(params=["sqlite", "postgres"], scope="module")
def migrated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Give a host's engine on a database of the host's, with its table beside ours."""
    if request.param == "sqlite":
        engine = configure_sqlite(create_engine(f"sqlite:///{tmp_path_factory.mktemp('host') / 'host.db'}"))
        yield from _with_tables(engine)
        return
    from service_engine.testing.postgres import new_database

    with new_database(request.getfixturevalue("postgres_url")) as url:
        yield from _with_tables(open_engine(url))


def _with_tables(engine: Engine) -> Iterator[Engine]:
    upgrade(engine, prefix="desk_")
    Campaign.__table__.create(engine)  # type: ignore[attr-defined]
    yield engine
    engine.dispose()


@pytest.fixture
def host(migrated: Engine) -> Iterator[Engine]:
    """Give the engine, and leave nothing behind."""
    yield migrated
    with migrated.begin() as connection:
        for table in reversed(Base.metadata.sorted_tables):
            connection.execute(table.delete())


@pytest.fixture
def store(host: Engine) -> SqlStore:
    """Give a store on the same tables, to look at what was committed."""
    return SqlStore(host, tables=tables)


@pytest.fixture
def acme(store: SqlStore) -> OrganizationId:
    """Give an organisation."""
    org_id = OrganizationId(store.entropy.new_id())
    store.run(org_id, bootstrap_organization, name="Acme", at=NOON)
    return org_id
