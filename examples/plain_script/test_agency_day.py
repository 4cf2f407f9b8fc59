"""The script does what it says, as whoever runs it sees it, and leaves nothing of what it gave up."""

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from agency_day import NINE, day, found, report, sell

from service_engine import MemoryStore

EVENING = [
    "Acme: 1 service(s), 1 client(s), 1 ticket(s), 1 closed; invoices: INV-00001 Paid 1500.00 USD",
    "Rival: 0 service(s), 0 client(s), 0 ticket(s), 0 closed; invoices: none",
    "refused: items.0.price: The price must not be negative.",
]


def test_the_script_prints_the_report():
    """Run as the README says, with nothing installed but the library."""
    words = [sys.executable, "agency_day.py"]
    run = subprocess.run(words, cwd=Path(__file__).parent, capture_output=True, text=True, check=False, timeout=60)
    assert run.stderr == ""
    assert run.stdout.splitlines() == EVENING


def test_a_day_is_the_same_on_any_store():
    """It takes whatever store it is given; every store begins empty and keeps nothing of another one."""
    assert day(MemoryStore()) == day(MemoryStore()) == EVENING


def test_a_sale_is_committed_as_a_whole():
    """The service, the client and the order of it are there together."""
    store = MemoryStore()
    acme = found(store, "Acme")
    store.run(acme.organization.id, sell, email="eve@example.com", price=Decimal(10), at=NINE)
    assert report(store, acme) == "Acme: 1 service(s), 1 client(s), 0 ticket(s), 0 closed; invoices: none"


def test_a_sale_is_rolled_back_as_a_whole():
    """Something of our own fails after the last step, and not even the first one is left."""
    store = MemoryStore()
    acme = found(store, "Acme")
    with pytest.raises(KeyError), store.begin(acme.organization.id) as uow:  # noqa: PT012 - the block is the transaction
        sell(uow, email="eve@example.com", price=Decimal(10), at=NINE)
        raise KeyError
    assert report(store, acme) == "Acme: 0 service(s), 0 client(s), 0 ticket(s), 0 closed; invoices: none"
