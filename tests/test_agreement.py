"""Memory, SQLite and PostgreSQL say the same, about everything; and a store that does not is found out."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest
from hypothesis import Phase, settings
from sqlalchemy import Engine
from tests.faults import FAULTS, Fault, FaultyStore

from service_engine import MemoryStore, SqlStore, usecases
from service_engine.testing import agreement
from service_engine.testing.agreement import assert_agreement
from service_engine.testing.scope_audit import ScopeAudit

QUICK = settings(
    max_examples=30,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    database=None,
    report_multiple_bugs=False,
    phases=[Phase.generate],
)
# A fault is mostly found at once; the rare ones need some luck, and the search ends with the first.
PATIENT = settings(QUICK, max_examples=2_000)


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_the_sql_store_agrees_with_the_memory_store(request, database):
    """Results, refusals, events, details, totals and pages, in two organisations; every statement is audited."""
    url = request.getfixturevalue(f"{database}_database_url")
    with ScopeAudit(Engine) as audit:
        assert_agreement(
            lambda entropy: MemoryStore(entropy=entropy),
            lambda entropy: SqlStore.from_url(url, entropy=entropy),
            settings=settings(max_examples=settings().max_examples // 2),  # one of them is a whole history
        )
    assert audit.audited > 100


# A few of them, of every kind: docs/faults.md has all, by a run of its own.
@pytest.mark.parametrize(
    "fault",
    ["version not checked", "tag order lost", "employees lost on every save", "rollback keeps", "dependents forgotten"],
)
def test_a_planted_fault_is_found(fault):
    """Each of these stores does one thing wrong."""
    with pytest.raises(AssertionError):
        assert_agreement(MemoryStore, lambda entropy: FaultyStore(FAULTS[fault], entropy), settings=PATIENT)


def test_a_store_without_a_fault_passes():
    """What is found is the fault, not the wrapping."""
    assert_agreement(
        MemoryStore, lambda entropy: FaultyStore(Fault, entropy), settings=settings(QUICK, max_examples=30)
    )


def use_cases() -> Iterator[str]:
    """Yield every public function that takes a store, or a part of one, as ``module.function``.

    Not the awaited ones: each is the steps of a plain one, which runs it.
    """
    for room in iter_modules(usecases.__path__):
        module = import_module(f"{usecases.__name__}.{room.name}")
        for name in module.__all__:
            function = getattr(module, name)
            if not inspect.isfunction(function) or inspect.iscoroutinefunction(function):
                continue
            if next(iter(inspect.signature(function).parameters)) in {"uow", "view", "store", "directory"}:
                yield f"{room.name}.{name}"


def driven() -> Iterator[str]:
    """Yield whatever of the use cases the rules and steps of the machine name, in the same form."""
    for source in Path(agreement.__file__).parent.glob("*.py"):
        rooms: dict[str, str] = {}
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == usecases.__name__:
                rooms |= {each.asname or each.name: each.name for each in node.names}
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{usecases.__name__}."):
                room = str(node.module).rpartition(".")[2]
                yield from (f"{room}.{each.name}" for each in node.names)
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in rooms:
                yield f"{rooms[node.value.id]}.{node.attr}"


def test_every_use_case_is_driven():
    """None is left out, so that no two stores can differ in it unseen."""
    assert set(use_cases()) - set(driven()) == set()
