"""``st.from_type`` knows every value of the domain, with nothing imported; and whole organisations can be drawn."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from service_engine import MemoryStore
from service_engine.domain.change import Event
from service_engine.domain.invoices import InvoiceStatus
from service_engine.testing import strategies
from service_engine.usecases.clients import list_clients
from service_engine.usecases.tickets import list_tickets

# A Lifecycle is a table of the rules, written down once for each noun, and no value that somebody makes.
EVERY_TYPE = """
import importlib, pkgutil
import attrs
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
import service_engine.domain as domain

QUICK = settings(
    max_examples=5, database=None, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)
for room in pkgutil.iter_modules(domain.__path__):
    module = importlib.import_module(f"{domain.__name__}.{room.name}")
    for name in module.__all__:
        kind = getattr(module, name)
        if not (isinstance(kind, type) and attrs.has(kind)) or name == "Lifecycle":
            continue

        @QUICK
        @given(st.from_type(kind))
        def makes(value):
            assert isinstance(value, kind), (kind, value)
            assert attrs.evolve(value) == value, kind

        makes()
        print(name)
"""


def test_every_type_of_the_domain_makes_valid_values():
    """A fresh process imports Hypothesis and the domain, nothing of the test kit."""
    run = subprocess.run([sys.executable, "-c", EVERY_TYPE], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert {"Ticket", "TicketClosed", "Invoice", "Money", "TokenGrant", "Change"} <= set(run.stdout.split())
    assert len(run.stdout.split()) > 90


@pytest.fixture(autouse=True, scope="module")
def registered():
    """Register by hand: the entry point works for an installed package only."""
    strategies.register()


@given(event=strategies.events())
def test_events_are_of_all_kinds(event):
    """None of them is the bare base, and each has a time with a zone."""
    assert type(event) is not Event
    assert event.at.utcoffset() is not None


BRIEF = settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
FIRST = settings(BRIEF, max_examples=200, database=None, phases=[Phase.generate])


@pytest.mark.parametrize("kept_open", [False, True])
@BRIEF
@given(data=st.data())
def test_populated_stores_hold_what_they_say(kept_open, data):
    """A store that is opened for each example, and one that stays open."""
    store = MemoryStore()
    opened = strategies.populated_stores((lambda _: store) if kept_open else None)
    for filled in (data.draw(opened), data.draw(opened)):
        for each in filled.organizations:
            assert filled.store.read(each.org_id, list_tickets).total == len(each.tickets)
            assert filled.store.read(each.org_id, list_clients).total >= len(each.clients)
        assert (filled.store is store) is kept_open
        assert repr(filled).count("-") == 4 * len(filled.organizations)


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@pytest.mark.parametrize("status", [InvoiceStatus.PAID, InvoiceStatus.UNPAID, InvoiceStatus.REFUNDED])
def test_populated_stores_have_invoices_of_all_kinds(status):
    """Some store has two organisations, and one of them such an invoice."""

    def has_it(filled):
        return len(filled.organizations) == 2 and any(each.status is status for each in filled.first.invoices)

    assert has_it(find(strategies.populated_stores(), has_it, settings=FIRST))
