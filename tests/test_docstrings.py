"""Every name says what it is; those that are public show it in an example that runs."""

from __future__ import annotations

import doctest
import inspect
from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages
from types import FunctionType, ModuleType

import pytest
from docs.public import public_modules, public_names
from typing_extensions import is_typeddict

import service_engine

SILENT = {"MetaWire"}
"""What has no place for a docstring: a TypedDict that is made by a call, because a key of it is a word of Python's."""


def modules() -> Iterator[str]:
    """Yield the name of every module of the package; Alembic runs those of the migrations, nobody imports them."""
    for found in walk_packages(service_engine.__path__, "service_engine."):
        if ".migrations." not in found.name and not found.name.endswith("__main__"):
            yield found.name


NAMES = sorted(modules())
SHOWN = public_modules()


def public(module: ModuleType) -> dict[str, type | FunctionType]:
    """Return the classes and functions that a module gives to others and that are its own."""
    named = {name: getattr(module, name) for name in getattr(module, "__all__", ())}
    return {
        name: value
        for name, value in named.items()
        if isinstance(value, type | FunctionType) and value.__module__ == module.__name__
    }


def shown(name: str) -> dict[str, type | FunctionType]:
    """Return the classes and functions that a public module gives, wherever they are written, by their own name.

    A fixture is the function that it was made of. The wire's dictionaries are left out: what makes them shows them.
    """
    module = import_module(name)
    named = {each: inspect.unwrap(getattr(module, each)) for each in public_names(name)}
    return {
        each: value
        for each, value in named.items()
        if isinstance(value, type | FunctionType)
        and value.__module__.startswith(f"{service_engine.__name__}.")
        and not is_typeddict(value)
    }


def unshown(name: str) -> dict[str, type | FunctionType]:
    """Return those names of a public module that no other public module shows: its own, and those of hidden modules."""
    return {
        title: value
        for title, value in shown(name).items()
        if value.__module__ == name or value.__module__ not in SHOWN
    }


def examples(name: str) -> Iterator[doctest.DocTest]:
    """Yield the examples of a public module: its own, those of its names, and those of what these have."""
    module, finder = import_module(name), doctest.DocTestFinder()
    found = {each.name: each for each in finder.find(module)}
    for title, value in unshown(name).items():
        if f"{name}.{title}" not in found:
            home = import_module(value.__module__)
            found |= {each.name: each for each in finder.find(value, f"{name}.{title}", home, vars(home).copy())}
    yield from (each for each in found.values() if each.examples)


def members(owner: type) -> Iterator[tuple[str, FunctionType | property]]:
    """Yield the public methods and properties that a class has of its own."""
    for name, value in vars(owner).items():
        written = inspect.unwrap(value.__func__ if isinstance(value, classmethod | staticmethod) else value)
        if not name.startswith("_") and isinstance(written, FunctionType | property):
            yield f"{owner.__name__}.{name}", written


@pytest.mark.parametrize("name", NAMES)
def test_every_module_says_what_it_is(name: str):
    """A module begins with a docstring."""
    assert import_module(name).__doc__


@pytest.mark.parametrize("name", NAMES)
def test_every_public_name_has_a_docstring(name: str):
    """Classes, functions, methods and properties alike; what a parent says counts for an overridden method."""
    silent = []
    for title, value in public(import_module(name)).items():
        if not value.__doc__ and title not in SILENT:
            silent.append(title)
        if isinstance(value, type):
            silent += [each for each, _ in members(value) if not inspect.getdoc(getattr(value, each.split(".")[1]))]
    assert silent == []


@pytest.mark.parametrize("name", NAMES)
def test_what_a_module_gives_to_others_is_there(name: str):
    """``__all__`` names what exists, each name once."""
    module = import_module(name)
    listed = list(getattr(module, "__all__", ()))
    assert [each for each in listed if not hasattr(module, each)] == []
    assert len(set(listed)) == len(listed)


@pytest.mark.parametrize("name", SHOWN)
def test_every_public_name_has_an_example(name: str):
    """The docstring of each class and function that a public module gives has a prompt in it."""
    missing = [title for title, value in shown(name).items() if ">>> " not in (value.__doc__ or "")]
    assert missing == []


@pytest.mark.parametrize("name", SHOWN)
def test_every_example_runs(name: str):
    """What the docstring shows is what happens."""
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    for example in examples(name):
        runner.run(example)
    assert runner.failures == 0
    assert runner.tries >= len(unshown(name))
