"""What a project has that merely has the package installed: fixtures for pytest, strategies for Hypothesis."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select

from service_engine import SqlStore
from service_engine.testing import strategies
from service_engine.testing.builders import NOON
from service_engine.testing.contracts import Agency
from service_engine.testing.driver_failures import failures_of
from service_engine.testing.fault_injection import Fault
from service_engine.testing.scope_audit import UnscopedStatementError
from service_engine.usecases.tickets import list_tickets, open_ticket

FRESH_PROJECT = """
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from service_engine.domain.clients import Client
from service_engine.domain.tickets import Ticket

def test_the_fixtures_are_there(sqlite_database_url, scope_audit, statement_counter, fault_injector):
    assert sqlite_database_url.startswith("sqlite:///")

@settings(max_examples=20, database=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow])
@given(ticket=st.from_type(Ticket), clients=st.lists(st.from_type(Client), max_size=2))
def test_hypothesis_knows_the_values(ticket, clients):
    assert ticket.status.label != "Closed" or ticket.date_closed is not None
"""

WITHOUT_PYTEST = """
import sys
sys.modules.update(dict.fromkeys(["pytest", "sqlalchemy"]))  # as if neither were installed
from hypothesis import strategies as st
from service_engine.domain.tickets import Ticket
print(st.from_type(Ticket))
"""


@pytest.fixture(params=["sqlite", "postgres"])
def acme(request):
    """Give an organisation on a database."""
    store = SqlStore.from_url(request.getfixturevalue(f"{request.param}_database_url"))
    yield Agency(store)
    store.close()


def test_the_audit_ends_with_the_test(acme, scope_audit):
    """What the store does passes; what names no organisation fails where it is executed."""
    audit = scope_audit(acme.store.engine, acme.store.tables.all())
    acme.ticket()
    assert audit.audited > 0
    with acme.store.engine.connect() as connection:
        with audit.paused():
            connection.execute(select(acme.store.tables.tickets))
        with pytest.raises(UnscopedStatementError):
            connection.execute(select(acme.store.tables.tickets))
    audit.broken.clear()  # it would fail this test, too


def test_statements_are_counted(acme, statement_counter):
    """Inside the block."""
    with statement_counter(acme.store.engine) as counts:
        acme.read(list_tickets)
    acme.read(list_tickets)
    assert (counts.statements, counts.begins) == (2, 0)


def test_faults_are_injected(acme, fault_injector):
    """And survived by the store."""
    client = acme.client()
    lost = failures_of(acme.store.engine)[-1]
    with fault_injector(acme.store.engine, Fault("commit", lost, "after")) as record:
        acme.run(open_ticket, client_id=client.id, subject="Help", at=NOON)
    assert [point.sql for point in record.hits] == ["COMMIT"]
    assert acme.read(list_tickets).total == 1


def test_any_engine_will_do(statement_counter, scope_audit, fault_injector):
    """Also one that has nothing of ours."""
    engine = create_engine("sqlite://")
    audit = scope_audit(engine)
    with statement_counter(engine) as counts, fault_injector(engine) as record, engine.begin() as connection:
        connection.exec_driver_sql("SELECT 1")
    assert (audit.audited, counts.statements, len(record.points)) == (1, 1, 3)
    engine.dispose()


def test_a_fresh_project_has_it_all(tmp_path: Path):
    """With no import of ``service_engine.testing`` and no conftest."""
    (tmp_path / "test_fresh.py").write_text(FRESH_PROJECT)
    outcome = run(tmp_path, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_fresh.py")
    assert outcome.returncode == 0, outcome.stdout
    assert "2 passed" in outcome.stdout


def test_hypothesis_needs_no_pytest_and_no_sqlalchemy(tmp_path: Path):
    """Its entry point alone makes ``from_type`` give our strategy; without entry points, it is Hypothesis's guess."""
    ours = f"{strategies.tickets()!r}\n"
    assert run(tmp_path, "-c", WITHOUT_PYTEST).stdout == ours
    assert run(tmp_path, "-c", WITHOUT_PYTEST, HYPOTHESIS_NO_PLUGINS="1").stdout != ours


def run(directory: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python elsewhere, with nothing of this project's settings."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=directory,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
