"""The pages of the reference, one for each public module: which names it has, of which kind, and where they come from.

What a name's entry says is read by Sphinx from the docstring and the types; here only the frame is written.
"""

from __future__ import annotations

import ast
import enum
import inspect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any, Final, NotRequired, get_origin, get_type_hints

import attrs
from docs.public import PACKAGE, public_modules, public_names
from typing_extensions import is_typeddict

__all__ = ["fields_of", "is_protocol", "list_table", "wire_fields", "write_reference"]

ROOMS: Final = {
    "service_engine": "The doorway",
    "errors": "Errors",
    "domain": "Rules",
    "usecases": "Actions",
    "ports": "Needs",
    "adapters": "Stores",
    "schemas": "Wire",
    "api": "API",
    "testing": "Test kit",
}
"""The rooms in the order of a reader's needs, and what each is called."""

LONGEST_VALUE: Final = 72


def write_reference(target: Path) -> list[str]:
    """Write all pages of the reference into a directory, and return the modules that have one."""
    target.mkdir(parents=True, exist_ok=True)
    modules = list(public_modules())
    for name in modules:
        (target / f"{name}.rst").write_text(_module_page(name), encoding="utf-8")
    rooms = {room: [name for name in modules if _room(name) == room] for room in ROOMS}
    for room, members in rooms.items():
        if members != [_full(room)]:
            (target / f"{room}.rst").write_text(_room_page(room, members), encoding="utf-8")
    (target / "nouns.rst").write_text(_noun_page(modules), encoding="utf-8")
    (target / "index.rst").write_text(_index_page(rooms), encoding="utf-8")
    return modules


def fields_of(value: object) -> tuple[str, ...]:
    """Return the names of the fields of an attrs class: its signature already has them, with their types."""
    return tuple(each.name for each in attrs.fields(value)) if isinstance(value, type) and attrs.has(value) else ()


def wire_fields(value: object) -> Mapping[str, tuple[Any, bool]]:
    """Return the fields of what stands for JSON, a model or a typed dictionary: the type, and if it is required."""
    if is_typeddict(value):
        hints = get_type_hints(value, include_extras=True)
        # Where annotations are only text, as in this library, the keys that are NotRequired count as required.
        needed = value.__required_keys__  # type: ignore[attr-defined]
        return {name: (hint, name in needed and get_origin(hint) is not NotRequired) for name, hint in hints.items()}
    if isinstance(value, type) and (fields := getattr(value, "__pydantic_fields__", None)):
        return {
            field.alias or name: (Annotated[field.annotation, *field.metadata, None], field.is_required())
            for name, field in fields.items()
        }
    return {}


def is_protocol(value: object) -> bool:
    """Tell whether a class says what is needed, and cannot be called."""
    return isinstance(value, type) and bool(getattr(value, "_is_protocol", False))


def list_table(rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a table, its first row the head."""
    lines = [".. list-table::", "   :header-rows: 1", ""]
    for row in rows:
        lines += [f"   {'* -' if place == 0 else '  -'} {cell}".rstrip() for place, cell in enumerate(row)]
    return [*lines, ""]


def _module_page(name: str) -> str:
    own, borrowed = _names_of(name)
    # A page in the side bar costs every other page: those of the modules are reached from their room, and lead back.
    lines = [":orphan:", "", *_way_back(name), *_title(_short(name)), f".. automodule:: {name}", ""]
    lines += [f".. currentmodule:: {name}", ""]
    for heading, entries in groupby(sorted(own, key=_order), key=lambda entry: _order(entry)[1]):
        lines += [*_title(heading, "-"), *(line for entry in entries for line in _entry(*entry))]
    if borrowed:
        heading = "From other modules" if own else "Names"
        lines += [*_title(heading, "-"), *list_table([("name", "what it is"), *_borrowed_rows(borrowed)])]
    return "\n".join(lines)


def _names_of(module: str) -> tuple[list[tuple[str, Any]], dict[str, str]]:
    """Return what a module defines, and what it takes from another public one, with that one's name."""
    found = import_module(module)
    own: list[tuple[str, Any]] = []
    borrowed: dict[str, str] = {}
    for name in public_names(module):
        value = getattr(found, name)
        home = _home(name, value, module)
        if home == module:
            own.append((name, value))
        else:
            borrowed[name] = home
    return own, borrowed


def _home(name: str, value: object, module: str) -> str:
    """Return the public module that documents a name: the one that defines it, if that is public."""
    said = getattr(value, "__module__", None)
    if isinstance(value, type) or inspect.isfunction(value) or type(value).__name__ == "NewType":
        homes = [each for each in public_modules() if name in public_names(each) and f"{said}.".startswith(f"{each}.")]
        return max(homes, key=len, default=module)  # of a private module's, the doorway that is nearest to it
    homes = [each for each in public_modules() if name in public_names(each) and name in _assigned(each)]
    return homes[0] if homes and module not in homes else module


@cache
def _assigned(module: str) -> frozenset[str]:
    """Return the names that a module assigns itself, rather than importing them."""
    tree = ast.parse(Path(str(import_module(module).__file__)).read_text(encoding="utf-8"))
    targets = [
        target
        for each in tree.body
        if isinstance(each, ast.Assign | ast.AnnAssign)
        for target in (each.targets if isinstance(each, ast.Assign) else [each.target])
    ]
    return frozenset(target.id for target in targets if isinstance(target, ast.Name))


def _order(entry: tuple[str, Any]) -> tuple[int, str, str]:
    name, value = entry
    if isinstance(value, type):
        return (0, "Classes", name)
    if callable(value) and (inspect.isfunction(value) or inspect.ismethod(value)):
        return (1, "Functions", name)
    return (2, "Constants and types", name)


def _entry(name: str, value: object) -> Iterator[str]:
    yield f".. {_directive(value)}:: {name}"
    for option in _options(value):
        yield f"   {option}"
    yield ""


def _directive(value: object) -> str:
    if isinstance(value, type):
        return "autoexception" if issubclass(value, BaseException) else "autoclass"
    return "autofunction" if inspect.isfunction(value) else "autodata"


def _options(value: object) -> Iterator[str]:
    if isinstance(value, type):
        yield ":members:"
        if issubclass(value, enum.Enum) or is_protocol(value):
            yield ":undoc-members:"
        if hidden := (*fields_of(value), *_of_pydantic(value)):
            yield f":exclude-members: {', '.join(hidden)}"
        if any(base.__module__.startswith(PACKAGE) for base in value.__bases__):
            yield ":show-inheritance:"
    elif not inspect.isfunction(value) and (len(repr(value)) > LONGEST_VALUE or " at 0x" in repr(value)):
        yield ":no-value:"


def _of_pydantic(value: type) -> tuple[str, ...]:
    fields = getattr(value, "__pydantic_fields__", None)
    return () if fields is None else (*fields, "model_config")


def _room_page(room: str, modules: Sequence[str]) -> str:
    package = import_module(_full(room))
    said = inspect.cleandoc(package.__doc__ or "")
    lines = [*_title(f"{ROOMS[room]}: {room}"), *([] if _full(room) in modules else [said, ""])]
    lines += list_table(
        [("module", "what it is"), *((_page_link(name), _summary(import_module(name))) for name in modules)]
    )
    return "\n".join(lines)


def _noun_page(modules: Sequence[str]) -> str:
    rooms = [room for room in ROOMS if room not in {"service_engine", "errors", "api", "adapters"}]
    stems = {
        room: {name.rpartition(".")[2]: name for name in reversed(modules) if _room(name) == room} for room in rooms
    }
    nouns = sorted(stem for stem in stems["domain"] if sum(stem in stems[room] for room in rooms) > 1)
    rows = (
        (
            noun.replace("_", " "),
            *(f":doc:`{noun.replace('_', ' ')} <{found[noun]}>`" if noun in found else "" for found in stems.values()),
        )
        for noun in nouns
    )
    said = "One noun, one file name, every room: to learn all about tickets, read ``tickets`` in each."
    return "\n".join([*_title("By noun"), said, "", *list_table([("noun", *(ROOMS[room] for room in rooms)), *rows])])


def _index_page(rooms: Mapping[str, Sequence[str]]) -> str:
    count = sum(len(_names_of(name)[0]) for members in rooms.values() for name in members)
    total = sum(map(len, rooms.values()))
    lines = [
        *_title("Reference"),
        f"{count} names in {total} modules, made from their docstrings. A name is public when it stands here.",
        ":doc:`By noun <nouns>` has the same pages side by side, as the library is laid out.",
        "",
    ]
    pages = {room: _full(room) if list(members) == [_full(room)] else room for room, members in rooms.items()}
    rows = ((f":doc:`{ROOMS[room]} <{page}>`", _summary(import_module(_full(room)))) for room, page in pages.items())
    entries = ["By noun <nouns>", *(f"{ROOMS[room]} <{page}>" for room, page in pages.items())]
    return "\n".join([*lines, *list_table([("room", "what it is"), *rows]), *_contents(entries)])


def _borrowed_rows(borrowed: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, home in borrowed.items():
        value = getattr(import_module(home), name)
        yield f":py:obj:`{name} <{home}.{name}>`", _gist(value)


def _way_back(name: str) -> list[str]:
    room = _room(name)
    if name == _full(room):
        return []
    return [".. container:: way-back", "", f"   :doc:`Reference <index>` / :doc:`{ROOMS[room]} <{room}>`", ""]


def _gist(value: object) -> str:
    if isinstance(value, type) or inspect.isfunction(value):
        return _summary(value)
    kind = getattr(value, "__supertype__", None)
    return f"A distinct ``{kind.__name__}``." if kind else ""


def _page_link(name: str) -> str:
    return f":doc:`{_short(name)} <{name}>`"


def _summary(value: object) -> str:
    return inspect.cleandoc(value.__doc__ or "").partition("\n\n")[0].replace("\n", " ")


def _title(text: str, line: str = "=") -> list[str]:
    return [text, line * len(text), ""]


def _contents(entries: Iterable[str]) -> list[str]:
    return [".. toctree::", "   :hidden:", "", *(f"   {entry}" for entry in entries), ""]


def _short(name: str) -> str:
    return name.removeprefix(f"{PACKAGE}.")


def _full(room: str) -> str:
    return room if room == PACKAGE else f"{PACKAGE}.{room}"


def _room(name: str) -> str:
    return _short(name).partition(".")[0]
