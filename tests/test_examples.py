"""The examples keep their promises, as whoever copies one would see it: in its own directory, with its own command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"

# Its own command runs all of it; here, what takes a second or more by itself stays out.
SLOW = "every_filter or pages_of or kept_whole or agrees"


# The others are hosts, and need the frameworks that they are written in: `nox -s hosts` runs them.
@pytest.mark.parametrize("example", ["json_store", "plain_script"])
def test_an_example_passes_its_own_tests(example):
    """Nothing but the package is needed."""
    words = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", f"not ({SLOW})"]
    run = subprocess.run(
        [sys.executable, *words], cwd=EXAMPLES / example, capture_output=True, text=True, check=False, timeout=250
    )
    assert run.returncode == 0, run.stdout
    assert " passed" in run.stdout


def test_a_store_is_certified_in_under_30_lines():
    """As the test kit says."""
    assert len((EXAMPLES / "json_store" / "test_json_store.py").read_text(encoding="utf-8").splitlines()) < 30
