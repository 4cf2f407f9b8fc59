"""The page about a store of one's own says it all, and what it says is so."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from service_engine.ports.unit_of_work import UnitOfWork, View
from service_engine.testing import contracts

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "own-store.md").read_text(encoding="utf-8")
QUICK = "not (every_filter or pages_of or kept_whole or every_way_of_paying)"

HALF_WAY = """
from contextlib import contextmanager

import pytest

from service_engine import MemoryStore
from service_engine.testing import contracts


class PartOfAUnit:
    def __init__(self, inner):
        self._inner = inner

    def __getattr__(self, name):
        if name not in {written}:
            raise AttributeError(f"{{name}} is not written yet")
        return getattr(self._inner, name)


class HalfAStore:
    def __init__(self):
        self._inner = MemoryStore()

    def __getattr__(self, name):
        return getattr(self._inner, name)

    @contextmanager
    def begin(self, org_id):
        with self._inner.begin(org_id) as uow:
            yield PartOfAUnit(uow)

    def run(self, org_id, use_case, /, *args, **kwargs):
        return self._inner.run(org_id, lambda uow: use_case(PartOfAUnit(uow), *args, **kwargs))

    def read(self, org_id, query, /, *args, **kwargs):
        return self._inner.read(org_id, lambda view: query(PartOfAUnit(view), *args, **kwargs))


class TestHalfAStore({parts}):
    @pytest.fixture
    def store(self):
        return HalfAStore()
"""

MY_STORE = """
import sys
from contextlib import nullcontext

sys.path.insert(0, {example!r})

from json_store import JsonStore as MyStore, files
"""

WITHOUT_A_LOCK = """
files._locked = lambda _: nullcontext()
"""


def test_every_part_of_the_contract_has_its_place():
    """None is left out of the table, and neither is a port."""
    rows = "\n".join(re.findall(r"^\| \d \|.*$", PAGE, re.MULTILINE))
    parts = {part.__name__ for part in contracts.StoreContract.__bases__}
    assert parts - set(re.findall(r"`(\w+Contract)`", rows)) == set()
    attributes = {name for each in (View, UnitOfWork) for name in vars(each) if not name.startswith("_")}
    assert attributes - set(re.findall(r"`(\w+)`", rows)) == set()


def test_the_skeleton_is_certified_as_the_page_says(tmp_path):
    """Two files, copied from the page, and one command."""
    skeleton, certificate = block("class ToyStore:"), block("class TestToyStore(")
    (tmp_path / "toy_store.py").write_text(skeleton, encoding="utf-8")
    (tmp_path / "test_toy_store.py").write_text(f"from toy_store import ToyStore\n{certificate}", encoding="utf-8")
    run = pytest_in(tmp_path)
    assert run.returncode == 0, run.stdout
    assert re.search(r"\d{3} passed", run.stdout)


def test_half_a_store_passes_its_half_of_the_contract(tmp_path):
    """In the order of the table, the parts of a row need nothing but that row and those above it."""
    written: set[str] = set()
    for number, row in enumerate(re.findall(r"^\| \d \|(.*)\|(.*)\|$", PAGE, re.MULTILINE)):
        attributes, parts = (re.findall(r"`(\w+)`", cell) for cell in row)
        written.update(attributes)
        inherited = ", ".join(f"contracts.{each}" for each in parts)
        test = HALF_WAY.format(written=sorted(written), parts=inherited)
        (tmp_path / f"test_row_{number}.py").write_text(test, encoding="utf-8")
    run = pytest_in(tmp_path)
    assert run.returncode == 0, run.stdout
    assert re.search(r"\d{3} passed", run.stdout)


@pytest.mark.parametrize(("lock", "lost"), [("", False), (WITHOUT_A_LOCK, True)], ids=["locked", "without a lock"])
def test_two_processes_are_tried_as_the_page_says(tmp_path, lock, lost):
    """The JSON store passes the test of the page; the same store without its lock does not."""
    mine = MY_STORE.format(example=str(ROOT / "examples" / "json_store")) + lock
    (tmp_path / "my_store.py").write_text(mine, encoding="utf-8")
    (tmp_path / "test_two_processes.py").write_text(block("def test_two_processes"), encoding="utf-8")
    run = pytest_in(tmp_path)
    assert run.returncode == int(lost), run.stdout
    assert ("1 failed" if lost else "1 passed") in run.stdout


def block(words: str) -> str:
    """Return the only code block of the page with these words."""
    [found] = (each[1] for each in re.finditer(r"```python\n(.*?)```", PAGE, re.DOTALL) if words in each[1])
    return found


def pytest_in(directory: Path) -> subprocess.CompletedProcess[str]:
    """Run the tests of a directory, but those that take long."""
    words = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-k", QUICK]
    return subprocess.run(words, cwd=directory, capture_output=True, text=True, check=False, timeout=250)
