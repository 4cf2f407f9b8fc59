"""The shape of the code: what is loaded, what may be called where, how long things are.

Ruff and import-linter hold the rest.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles

import pytest

import service_engine

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "service_engine"
MODULES = sorted(PACKAGE.rglob("*.py"))
ROOMS_BESIDE = ("tests", "bench", "examples", "typing_tests")

HEAVY = {"alembic", "fastapi", "hypothesis", "orjson", "pydantic", "rich", "sqlalchemy", "starlette", "uvicorn"}
CLOCK = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns"}
IDS = {"uuid.uuid1", "uuid.uuid4", "uuid.uuid7", "uuid1", "uuid4", "uuid7", "uuid_utils.uuid4", "uuid_utils.uuid7"}
EVOLVE = {"evolve", "evolution.evolve"}
EVOLVE_BY_ATTRS = {"attrs.evolve", "attr.evolve"}
ROOMS_THAT_MAY = {
    "read the clock": (CLOCK, ("api/", "cli/", "testing/")),
    "make ids": (IDS, ("adapters/entropy", "api/", "cli/", "testing/")),
    "evolve a value": (EVOLVE, ("domain/",)),
    "evolve what is no value of the domain's": (EVOLVE_BY_ATTRS, ("testing/",)),
}


def _tree(module: Path) -> ast.Module:
    return ast.parse(module.read_text(), filename=str(module))


def _functions() -> Iterator[tuple[str, int]]:
    for module in MODULES:
        for node in ast.walk(_tree(module)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{module.relative_to(PACKAGE)}:{node.name}", _length(node)


def _length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return its lines, from ``def`` to the last, without the docstring."""
    assert function.end_lineno is not None
    lines = function.end_lineno - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function, clean=False) is not None:
        assert first.end_lineno is not None
        lines -= first.end_lineno - first.lineno + 1
    return lines


def test_importing_the_package_loads_no_database_no_wire_and_no_framework() -> None:
    """A host that wants only the rules pays for only the rules."""
    assert _loaded_by("service_engine") & {*HEAVY, "asyncio", "psycopg", "pytest", "sqlite3"} == set()


def test_the_pytest_plugin_loads_light() -> None:
    """It is loaded in every test session of every project that has the package installed."""
    assert _loaded_by("service_engine.testing.plugin") & {*HEAVY, "psycopg"} == set()


def _loaded_by(module: str) -> set[str]:
    program = f"import sys; before = {{*sys.modules}}; import {module}; print(*{{*sys.modules}} - before)"
    loaded = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)
    return set(loaded.stdout.split())


def test_the_doorway_names_exactly_what_it_has() -> None:
    """``__all__`` is sorted, each of its names is there and is listed, and nothing public is there besides."""
    names = service_engine.__all__
    assert sorted(names, key=_isort_key) == list(names)
    assert set(names) <= set(dir(service_engine))
    for name in names:
        getattr(service_engine, name)
    program = (
        "import types, service_engine\n"
        "there = vars(service_engine).items()\n"
        "print(sorted(n for n, v in there if n[0] != '_' and not isinstance(v, types.ModuleType)\n"
        "             and n not in service_engine.__all__))"
    )
    loaded = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"


def _isort_key(name: str) -> tuple[int, str]:
    """Order as ruff does: CONSTANTS, Classes, functions."""
    kind = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
    return kind, name


def test_functions_are_short() -> None:
    """The 90th percentile is at most 30 lines, the longest at most 60, docstrings not counted."""
    lengths = dict(_functions())
    assert {name: length for name, length in lengths.items() if length > 60} == {}
    assert quantiles(lengths.values(), n=10)[-1] <= 30


def test_modules_are_short() -> None:
    """None has more than 400 lines, in the package or beside it."""
    modules = [*MODULES, *(module for room in ROOMS_BESIDE for module in sorted((ROOT / room).rglob("*.py")))]
    lengths = {str(each.relative_to(ROOT)): len(each.read_text(encoding="utf-8").splitlines()) for each in modules}
    assert {name: length for name, length in lengths.items() if length > 400} == {}


def test_nothing_is_left_for_later() -> None:
    """No note to oneself in the code: what is to be done is an issue."""
    notes = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b|raise NotImplementedError")
    assert [str(module) for module in MODULES if notes.search(module.read_text())] == []


@pytest.mark.parametrize("what", ROOMS_THAT_MAY)
def test_only_some_rooms_may(what: str) -> None:
    """The time and ids are arguments, values change by transitions only. Ruff exempts a room of all bans at once."""
    calls, rooms = ROOMS_THAT_MAY[what]
    found = [
        f"{module.relative_to(PACKAGE)}:{node.lineno}"
        for module in MODULES
        if not module.relative_to(PACKAGE).as_posix().startswith(rooms)
        for node in ast.walk(_tree(module))
        if isinstance(node, ast.Call) and _short_name(node.func) in calls
    ]
    assert found == []


def _short_name(function: ast.expr) -> str:
    return ".".join(ast.unparse(function).split(".")[-2:])
