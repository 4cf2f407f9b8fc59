"""The table of faults is complete, and says what is so; the run that makes it is ``python -m tests.fault_table``."""

from __future__ import annotations

import re

import pytest
from tests.billing_faults import BILLING_FAULTS
from tests.fault_table import NOT_SEEN, PAGE, row_of_statement, statement_faults, store_faults
from tests.faults import FAULTS, Fault
from tests.leaks import LEAKS

TEXT = PAGE.read_text(encoding="utf-8")
ROWS = {
    cells[0]: cells[1:]
    for line in re.findall(r"^\| (.*) \|$", TEXT, re.MULTILINE)
    if len(cells := line.split(" | ")) == 4 and cells[0] != "fault"
}


def test_every_faulty_store_is_in_the_table():
    """And nothing else is."""
    assert set(ROWS) == set(store_faults())
    assert len(ROWS) == len(FAULTS) + len(BILLING_FAULTS) + len(LEAKS)


@pytest.mark.parametrize("fault", sorted({*FAULTS, *BILLING_FAULTS}))
def test_contract_and_agreement_catch_every_fault(fault):
    """Each of the two alone, so that neither rests on the other; but agreement asks one question after the other."""
    contract, agreement, _ = ROWS[fault]
    assert re.fullmatch(r"`test_\w+`", contract)
    assert (agreement == NOT_SEEN) == FAULTS.get(fault, Fault).keeps_nobody_out


@pytest.mark.parametrize("fault", BILLING_FAULTS)
def test_a_fault_is_caught_by_the_test_that_is_there_for_it(fault):
    """As it is written beside the fault."""
    assert ROWS[fault][0] == f"`{BILLING_FAULTS[fault][1]}`"


@pytest.mark.parametrize("leak", LEAKS)
def test_non_interference_catches_every_leak(leak):
    """Whatever the two others see of it."""
    assert ROWS[leak][2] != NOT_SEEN


def test_every_leaking_statement_is_in_the_table():
    """With what the audit says about it now, because that takes no time."""
    said = statement_faults()
    assert all(said.values())
    for name, found in said.items():
        assert row_of_statement(name, found) in TEXT
