"""The table of defects in docs/defects.md is complete and true, and those that fit nowhere else are ruled out here.

Source: contract section 9.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from service_engine import RoleId, api
from service_engine.domain.access import define_role
from service_engine.domain.change import Change
from service_engine.ports.unit_of_work import Store
from service_engine.testing import build
from service_engine.testing.examples import acme, agency, john, later
from service_engine.usecases.clients import get_client, list_clients

ROOT = Path(__file__).parent.parent
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs" / "defects.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| D")
]


@cache
def names_of_tests(path: str) -> frozenset[str]:
    """Return the names of the tests in a file, those in classes, too."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(
        node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


def found(dotted: str) -> Any:
    """Return the public object that a dotted name names."""
    module, _, name = dotted.rpartition(".")
    assert name in importlib.import_module(module).__all__
    return getattr(importlib.import_module(module), name)


def test_the_table_has_every_defect_once_and_in_order() -> None:
    """Sixty-five, as the contract counts them, and nothing about one of them is left open."""
    assert [f"D{number}" for number in range(1, 66)] == [number for number, *_ in ROWS]
    assert [number for number, *cells in ROWS if len(cells) != 3 or not all(cells)] == []


@pytest.mark.parametrize(("number", "held_by"), [(row[0], row[3]) for row in ROWS])
def test_what_holds_a_defect_off_is_there(number: str, held_by: str) -> None:
    """A test that is named is in its file, a part of the library can be imported, and nothing else is claimed."""
    names = re.findall(r"`([^`]+)`", held_by)
    assert held_by == ", ".join(f"`{name}`" for name in names), number
    for name in names:
        path, is_test, test = name.partition("::")
        assert test in names_of_tests(path) if is_test else callable(found(name)), f"{number}: there is no {name}"


def test_every_defect_has_a_test() -> None:
    """What leaves no room for a defect is tested as well."""
    assert [number for number, _, _, held_by in ROWS if "::test_" not in held_by] == []


def test_no_operation_runs_in_the_event_loop() -> None:
    """D3: each of the 43 is a plain function, which runs in a thread of the gate's: none can block another."""
    resources = [importlib.import_module(f"{api.__name__}.{each.name}") for each in pkgutil.iter_modules(api.__path__)]
    functions = [
        getattr(getattr(resource, kind), name)
        for resource in resources
        for kind in getattr(resource, "__all__", ())
        if kind.endswith("Operations")
        for name in resource.OPERATIONS
    ]
    assert len(functions) == 43
    assert [function for function in functions if inspect.iscoroutinefunction(function)] == []


def test_clients_of_every_role_for_clients_are_there(store: Store) -> None:
    """D16: what makes somebody a client is that their role opens no dashboard, not which of such roles it is."""
    agency(store)
    guest = define_role(RoleId(UUID(int=1)), name="Guest", at=later)
    eve = build.client(email="eve@example.com", role_id=guest.state.id)
    with store.begin(acme.id) as uow:
        uow.roles.add(guest)
        uow.clients.add(Change(eve))
    assert store.read(acme.id, get_client, eve.id).role.name == "Guest"
    assert {row.client.id for row in store.read(acme.id, list_clients).rows} == {eve.id, john.id}
