"""What ``import service_engine`` gives, and what it does not load."""

from __future__ import annotations

import subprocess
import sys

import pytest

import service_engine
from service_engine.adapters.memory import MemoryStore

HEAVY = {"alembic", "asyncio", "fastapi", "orjson", "psycopg", "pydantic", "rich", "sqlalchemy", "sqlite3", "starlette"}

WITHOUT = """
import sys

class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name == {missing!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Nothing())
import service_engine
try:
    service_engine.{name}
except ImportError as error:
    print(type(error).__name__, error)
"""


def _run(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()


def test_the_memory_store_loads_no_database_no_wire_and_no_framework():
    """Not even when it is used."""
    loaded = _run(
        "import sys, datetime\n"
        "before = set(sys.modules)\n"
        "import service_engine as se\n"
        "from service_engine.usecases.organizations import bootstrap_organization as found\n"
        "store = se.MemoryStore()\n"
        "org_id = se.OrganizationId(store.entropy.new_id())\n"
        "store.run(org_id, found, name='Acme', at=datetime.datetime.now(datetime.timezone.utc))\n"
        "print(*(set(sys.modules) - before))"
    )
    assert "service_engine.adapters.memory" in loaded.split()
    assert HEAVY & set(loaded.split()) == set()


def test_the_stores_are_loaded_when_they_are_asked_for():
    """Importing the package loads none of them, nor the metadata of the installation."""
    loaded = _run("import sys; before = set(sys.modules); import service_engine; print(*(set(sys.modules) - before))")
    assert "service_engine.domain.ids" in loaded.split()
    assert {"service_engine.adapters", "attrs", "importlib.metadata"} & set(loaded.split()) == set()


@pytest.mark.parametrize(
    ("name", "missing", "extra"),
    [
        ("SqlStore", "sqlalchemy", "sql"),
        ("SqlStore", "orjson", "sql"),
        ("AsyncSqlStore", "sqlalchemy", "asyncio"),
        ("borrow", "sqlalchemy", "sql"),
    ],
)
def test_without_its_libraries_a_store_names_the_extra(name, missing, extra):
    """Whoever has the base install only is told what to do."""
    said = _run(WITHOUT.format(missing=missing, name=name))
    assert said == f"ImportError {name} needs {missing}, which is not installed; install service-engine[{extra}]"


@pytest.mark.parametrize(
    ("name", "missing"), [("SqlStore", "service_engine.adapters.sql"), ("MemoryStore", "uuid_utils")]
)
def test_another_missing_module_is_not_explained_away(name, missing):
    """A broken installation is not reported as a missing extra."""
    said = _run(WITHOUT.format(missing=missing, name=name))
    assert said == f"ModuleNotFoundError No module named {missing!r}"


@pytest.mark.parametrize("name", service_engine.__all__)
def test_every_name_is_there_and_stays(name):
    """Loaded late or early, it is the same object each time."""
    assert getattr(service_engine, name) is getattr(service_engine, name)
    assert name in vars(service_engine)


def test_the_late_names_are_the_real_ones():
    """No copy, no wrapper."""
    assert service_engine.MemoryStore is MemoryStore


def test_a_name_that_is_not_there_is_an_attribute_error():
    """With the usual words."""
    with pytest.raises(AttributeError, match="module 'service_engine' has no attribute 'MongoStore'"):
        _ = service_engine.MongoStore
    with pytest.raises(ImportError, match="MongoStore"):
        from service_engine import MongoStore  # noqa: F401


def test_dir_lists_what_is_loaded_late():
    """So that completion in a shell finds the stores."""
    assert {"MemoryStore", "SqlStore", "AsyncSqlStore", "__version__", "Change"} <= set(dir(service_engine))
