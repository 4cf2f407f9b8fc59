"""A unit of work in a transaction of the host's, by its session or connection: what it decides, what it cannot."""

from __future__ import annotations

from contextlib import suppress
from gc import collect
from typing import Any
from weakref import ref

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, scoped_session, sessionmaker
from tests.adapters.sql.joining.hosting import (
    Campaign,
    SecondThoughtsError,
    campaigns,
    emails,
    opened,
    register,
    tables,
)

from service_engine.adapters.sql import SqlStore, join
from service_engine.adapters.sql.isolation import READS
from service_engine.adapters.sql.types import ID
from service_engine.domain.ids import OrganizationId
from service_engine.testing.builders import NOON
from service_engine.usecases.clients import get_client
from service_engine.usecases.organizations import bootstrap_organization
from service_engine.usecases.tickets import open_ticket


class TestOneTransaction:
    """The host's row and ours are there together, or not at all."""

    def test_committed_together(self, host: Engine, store: SqlStore, acme: OrganizationId) -> None:
        """By the session's commit; what happened can be read afterwards, for an outbox."""
        with Session(host) as session:
            uow = join(session, acme, tables=tables)
            client_id = register(uow)
            session.add(Campaign(name="spring", org_id=acme, client_id=client_id))
            session.commit()
        assert (emails(store, acme), campaigns(host)) == (["john@example.com"], 1)
        assert [type(event).__name__ for event in uow.events] == ["ClientRegistered"]

    def test_rolled_back_together(self, host: Engine, store: SqlStore, acme: OrganizationId) -> None:
        """By the session's rollback; then nothing has happened."""
        with Session(host) as session:
            uow = join(session, acme, tables=tables)
            session.add(Campaign(name="spring", org_id=acme, client_id=register(uow)))
            session.flush()
            session.rollback()
        assert (emails(store, acme), campaigns(host), uow.events) == ([], 0, ())

    def test_by_a_connection(self, host: Engine, store: SqlStore, acme: OrganizationId) -> None:
        """A host that uses no ORM joins its connection."""
        with host.connect() as connection:
            register(join(connection, acme, tables=tables))
            connection.rollback()
            client_id = register(join(connection, acme, tables=tables), "jane")
            connection.execute(Campaign.__table__.insert(), {"name": "spring", "org_id": acme, "client_id": client_id})  # type: ignore[attr-defined]
            connection.commit()
        assert (emails(store, acme), campaigns(host)) == (["jane@example.com"], 1)

    @pytest.mark.parametrize("kind", ["session", "connection"])
    @pytest.mark.parametrize("end", ["commit", "rollback", "close"])
    def test_the_end_decides_what_has_happened(self, host: Engine, acme: OrganizationId, kind: str, end: str) -> None:
        """What is read afterwards are the events of what was stored, whatever the next transaction does."""
        with opened(host, kind) as joined:
            uow = join(joined, acme, tables=tables)
            register(uow)
            getattr(joined, end)()
            assert len(uow.events) == (1 if end == "commit" else 0)
            if end == "commit":
                later = join(joined, acme, tables=tables)
                register(later, "jane")
                joined.rollback()
                assert (len(uow.events), later.events) == (1, ())

    def test_an_exception_is_a_rollback(self, host: Engine, store: SqlStore, acme: OrganizationId) -> None:
        """Of a connection's transaction as of a session's."""
        with suppress(SecondThoughtsError), host.begin() as connection:
            uow = join(connection, acme, tables=tables)
            register(uow)
            raise SecondThoughtsError
        assert (uow.events, emails(store, acme)) == ((), [])

    def test_a_lost_connection_is_a_rollback(self, host: Engine, store: SqlStore, acme: OrganizationId) -> None:
        """As soon as the host lets go of it."""
        with host.connect() as connection:
            uow = join(connection, acme, tables=tables)
            register(uow)
            connection.invalidate()
        assert (uow.events, emails(store, acme)) == ((), [])

    def test_a_transaction_in_two_phases(self, host: Engine, acme: OrganizationId) -> None:
        """It has an end of its own kind. SQLite knows none."""
        if host.dialect.name == "postgresql":
            engine = create_engine(host.url)  # psycopg wants it to begin outside of autocommit, where ours rest
            with engine.connect() as connection:
                for _ in range(2):
                    two_phases = connection.begin_twophase()
                    uow = join(connection, acme, tables=tables)
                    register(uow)
                    two_phases.rollback()
                    assert uow.events == ()
            engine.dispose()

    def test_a_scoped_session_is_a_session(self, host: Engine, store: SqlStore, acme: OrganizationId) -> None:
        """Of this thread."""
        session = scoped_session(sessionmaker(host))
        register(join(session, acme, tables=tables))
        session.commit()
        session.remove()
        assert emails(store, acme) == ["john@example.com"]

    def test_two_organisations(self, host: Engine, store: SqlStore, acme: OrganizationId) -> None:
        """One transaction may serve several units of work, each bound to its organisation."""
        other = OrganizationId(store.entropy.new_id())
        with Session(host) as session, session.begin():
            bootstrap_organization(join(session, other, tables=tables), name="Other", at=NOON)
            register(join(session, acme, tables=tables))
            register(join(session, other, tables=tables))
        assert emails(store, acme) == emails(store, other) == ["john@example.com"]


class TestFlush:
    """A session holds back what it is given; our statements come after it."""

    def test_the_hosts_pending_rows_come_first(self, host: Engine, store: SqlStore, acme: OrganizationId) -> None:
        """Here a pending row refers to a client, and so holds the client fast."""
        with Session(host) as session:
            uow = join(session, acme, tables=tables)
            client_id = register(uow)
            session.add(Campaign(name="spring", org_id=acme, client_id=client_id))
            open_ticket(uow, client_id=client_id, subject="Help", at=NOON)
            assert not session.new

    def test_the_hosts_own_collision_is_its_own(self, host: Engine, store: SqlStore, acme: OrganizationId) -> None:
        """It is no conflict of ours, though it happens on the way to a statement of ours."""
        client_id = store.run(acme, register)
        with Session(host) as session, session.begin():
            session.add(Campaign(name="spring", org_id=acme, client_id=client_id))
        with Session(host) as session:
            uow = join(session, acme, tables=tables)
            session.add(Campaign(name="spring", org_id=acme, client_id=client_id))
            with pytest.raises(IntegrityError):
                register(uow, "jane")

    def test_not_where_the_host_has_turned_it_off(self, host: Engine, store: SqlStore, acme: OrganizationId) -> None:
        """``autoflush=False`` and ``no_autoflush`` are kept to."""
        client_id = store.run(acme, register)
        with Session(host) as session:
            uow = join(session, acme, tables=tables)
            with session.no_autoflush:
                session.add(Campaign(name="spring", org_id=acme, client_id=client_id))
                get_client(uow, client_id)
                assert len(session.new) == 1
            get_client(uow, client_id)
            assert not session.new


class TestTheEnd:
    """A unit of work ends with its transaction."""

    @pytest.mark.parametrize("end", ["commit", "rollback", "close"])
    @pytest.mark.parametrize("kind", ["session", "connection"])
    def test_nothing_is_done_in_the_next_transaction(
        self, host: Engine, acme: OrganizationId, end: str, kind: str
    ) -> None:
        """Neither read nor written, in whatever way the transaction ended."""
        with opened(host, kind) as joined:
            uow = join(joined, acme, tables=tables)
            client_id = register(uow)
            getattr(joined, end)()
            for work in (lambda: register(uow, "jane"), lambda: get_client(uow, client_id)):
                with pytest.raises(RuntimeError, match="has ended; join again"):
                    work()
            with pytest.raises(RuntimeError, match="has ended; join again"), uow.savepoint():
                pass

    def test_a_failed_session_is_refused(self, host: Engine, acme: OrganizationId) -> None:
        """Its statements would run in a transaction that the session knows nothing of."""
        with Session(host) as session:
            uow = join(session, acme, tables=tables)
            register(uow)
            session.add(Campaign(name="spring", org_id=acme, client_id=ID.python_type(int=1)))
            with pytest.raises(IntegrityError):
                session.flush()
            with pytest.raises(RuntimeError, match="has failed"):
                register(uow, "jane")
            with pytest.raises(RuntimeError, match="has failed"):
                join(session, acme, tables=tables)
            session.rollback()
            assert uow.events == ()

    def test_a_session_goes_on_for_ever(self, host: Engine, acme: OrganizationId) -> None:
        """It keeps nothing of the units of work that it has seen."""
        with Session(host) as session:
            for number in range(3):
                register(join(session, acme, tables=tables), f"client{number}")
                session.commit()
            assert session.info["service_engine_joined"] == []

    def test_a_connection_is_let_go_of(self, host: Engine, acme: OrganizationId) -> None:
        """What follows it keeps neither it nor its units of work alive."""
        connection = host.connect()
        uow = join(connection, acme, tables=tables)
        register(uow)
        connection.close()
        gone = ref(connection), ref(uow)
        del connection, uow
        collect()
        assert [each() for each in gone] == [None, None]


class TestRefused:
    """What could not be rolled back, or would lose updates, or wait for itself."""

    def test_what_is_no_session_and_no_connection(self, host: Engine, acme: OrganizationId) -> None:
        """It says what to take instead."""
        asynchronous = AsyncSession()
        for wrong, hint in ((host, "open one, and join that"), (asynchronous, "take join_async for it")):
            with pytest.raises(TypeError, match=f"not {type(wrong).__name__}: {hint}"):
                join(wrong, acme, tables=tables)  # type: ignore[arg-type]

    def test_a_transaction_of_our_own_beside_it(self, host: Engine, store: SqlStore, acme: OrganizationId) -> None:
        """On SQLite it would wait for the host's, which waits for it; elsewhere it is another transaction."""
        with Session(host) as session:
            register(join(session, acme, tables=tables), "john")  # whose unit of work is gone by now
            if host.dialect.name == "sqlite":
                for open_another in (lambda: store.run(acme, register, "jane"), lambda: store.begin(acme).__enter__()):
                    with pytest.raises(RuntimeError, match="give its unit of work to the use case"):
                        open_another()
            else:
                store.run(acme, register, "jane")
            session.commit()
            store.run(acme, register, "jim")  # the session is open, its transaction is not
        assert set(emails(store, acme)) >= {"jim@example.com", "john@example.com"}

    def test_beside_a_connection_in_a_savepoint_of_its_own(
        self, host: Engine, store: SqlStore, acme: OrganizationId
    ) -> None:
        """The transaction is open all the same."""
        with host.connect() as connection:
            join(connection, acme, tables=tables)
            with connection.begin_nested():
                if host.dialect.name == "sqlite":
                    with pytest.raises(RuntimeError, match="give its unit of work to the use case"):
                        store.run(acme, register)
            connection.rollback()
            store.run(acme, register)
        assert emails(store, acme) == ["john@example.com"]

    def test_autocommit(self, host: Engine, acme: OrganizationId) -> None:
        """Each statement would be committed by itself."""
        careless = host.execution_options(isolation_level="AUTOCOMMIT")
        with careless.connect() as connection, pytest.raises(ValueError, match="autocommit"):
            join(connection, acme, tables=tables)

    def test_a_connection_that_only_reads(self, host: Engine, acme: OrganizationId) -> None:
        """As our own stores open them."""
        with host.connect() as connection:
            connection.info[READS] = True
            with pytest.raises(ValueError, match="autocommit"):
                join(connection, acme, tables=tables)
            del connection.info[READS]

    def test_an_sqlite_engine_as_it_comes(self, tmp_path: Any, acme: OrganizationId) -> None:
        """It begins its transactions too late."""
        engine = create_engine(f"sqlite:///{tmp_path / 'plain.db'}")
        with Session(engine) as session, pytest.raises(ValueError, match="call configure_sqlite"):
            join(session, acme, tables=tables)
        engine.dispose()

    def test_an_sqlite_engine_that_was_found_safe(self, tmp_path: Any) -> None:
        """A host may have prepared it in its own way; ``SqlStore`` finds out."""
        from sqlalchemy import event

        from service_engine.adapters.sql.engines import _prepare

        engine = create_engine(f"sqlite:///{tmp_path / 'own.db'}")
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
        with Session(engine) as session, pytest.raises(ValueError, match="call configure_sqlite"):
            join(session, OrganizationId(ID.python_type(int=1)))
        SqlStore(engine).close()
        with Session(engine) as session:
            assert join(session, OrganizationId(ID.python_type(int=1))).events == ()
        engine.dispose()
