"""How the docstrings and the types of this library become entries of the reference."""

from __future__ import annotations

import enum
import inspect
import re
from collections.abc import Iterator
from decimal import Decimal
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, NotRequired, Required, Union, get_args, get_origin
from weakref import WeakKeyDictionary

import attrs
from docs.site.reference import is_protocol, list_table, wire_fields
from docutils import nodes

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = [
    "hide_borrowed_words",
    "hide_colons",
    "mark_sources",
    "share_side_bar",
    "shorten_aliases",
    "show_colons",
    "show_signature",
    "show_wire_fields",
]

_SOURCE: Final = re.compile(r"^(?P<before>.*?)(?:^| )Source: (?P<source>.+)$")
_COLON: Final = "\ue000"
_OF_ATTRS: Final = re.compile(r"attr_dict\['(?P<name>\w+)'\]\.default")
"""What attrs itself writes for a default, in the constructor that it generates."""

REFERENCE: Final = "reference"
_SIDE_BARS: Final[WeakKeyDictionary[Sphinx, dict[str, str]]] = WeakKeyDictionary()
LONGEST_DEFAULT: Final = 40
_WORDS: Final = {
    "min_length": "at least {} long",
    "max_length": "at most {} long",
    "ge": "≥ {}",
    "gt": "> {}",
    "le": "≤ {}",
    "lt": "< {}",
}
_BOUNDED: Final = re.compile(r"alias of Annotated\[(?P<type>\w+(?:\[[^\]]*\])?(?: \| \w+)*)")
_TYPE_VARIABLE: Final = re.compile(r"(?:~typing\.)?~(?P<name>[A-Z]\w*)\b(?!\.)")


def show_signature(
    _app: object, what: str, _name: str, value: object, _options: object, signature: str | None, returned: str | None
) -> tuple[str | None, str | None] | None:
    """Show the defaults of an attrs class as they are, and no arguments where a class is never called as it stands.

    Those are Protocols, enums, wire models and typed dictionaries.
    """
    if signature is None:
        return None
    if what in {"class", "exception"} and isinstance(value, type):
        silent = is_protocol(value) or issubclass(value, enum.Enum) or bool(wire_fields(value))
        if silent or signature in {"(*args, **kwargs)", "()"}:
            return "", returned
        if attrs.has(value):
            defaults = {field.name: _default(field.default) for field in attrs.fields(value)}
            signature = _OF_ATTRS.sub(lambda found: defaults[found["name"]], signature)
    return _TYPE_VARIABLE.sub(r"\g<name>", signature), returned


def hide_borrowed_words(_app: object, what: str, _name: str, value: object, _options: object, lines: list[str]) -> None:
    """Say nothing of a constant that has no words of its own, rather than what its type says of itself."""
    if what in {"data", "attribute"} and not isinstance(value, type):
        kind = inspect.cleandoc(type(value).__doc__ or "").splitlines()
        if kind and [line.rstrip() for line in lines[: len(kind)]] == [line.rstrip() for line in kind]:
            lines.clear()


def hide_colons(_app: object, what: str, _name: str, _value: object, _options: object, lines: list[str]) -> None:
    """Keep the words of a constant together: to napoleon, what stands before a colon there would be its type."""
    if what in {"data", "attribute", "property"}:
        lines[:1] = [line.replace(":", _COLON) for line in lines[:1]]


def show_colons(_app: object, _what: str, _name: str, _value: object, _options: object, lines: list[str]) -> None:
    """Undo ``hide_colons``."""
    lines[:] = [line.replace(_COLON, ":") for line in lines]


def mark_sources(_app: object, _what: str, _name: str, _value: object, _options: object, lines: list[str]) -> None:
    """Give "Source: …", which the code writes as the end of a paragraph, a line of its own in the entry."""
    written: list[str] = []
    for line in lines:
        found = _SOURCE.match(line)
        if found and not line.startswith((" ", ">>>")):
            written += [found["before"].rstrip(), "", ".. rst-class:: source", "", f"Source: {found['source']}"]
            continue
        written.append(line)
    lines[:] = written


def shorten_aliases(_app: object, _domain: str, kind: str, content: nodes.Element) -> None:
    """Say of a bounded type what it bounds; how the bounds are written for pydantic is in the source."""
    if kind == "data":
        for paragraph in list(content.findall(nodes.paragraph)):
            if found := _BOUNDED.match(paragraph.astext()):
                paragraph.children = []
                paragraph += [nodes.Text("Read as "), nodes.literal("", found["type"]), nodes.Text(".")]


def share_side_bar(app: Sphinx, page: str, _template: str, context: dict[str, Any], _tree: object) -> None:
    """Make the side bar of the modules' pages once: it is the same on all of them, for none of them is in it."""
    if page.startswith(f"{REFERENCE}/") and page not in app.env.toctree_includes[f"{REFERENCE}/index"]:
        made = _SIDE_BARS.setdefault(app, {})
        make = context["toctree"]

        def toctree(**options: object) -> str:
            key = repr(sorted(options.items()))
            if key not in made:
                made[key] = make(**options)
            return made[key]

        context["toctree"] = toctree


def show_wire_fields(_app: object, _what: str, _name: str, value: object, _options: object, lines: list[str]) -> None:
    """List the fields of what stands for JSON: the type, the bounds, and whether it must be there."""
    fields = wire_fields(value)
    if not fields:
        return
    columns = {
        "field": [f"``{name}``" for name in fields],
        "type": [f"``{_type(annotation)}``" for annotation, _ in fields.values()],
        "bounds": [", ".join(_bounds(annotation)) for annotation, _ in fields.values()],
        "required": ["yes" if required else "" for _, required in fields.values()],
    }
    shown = [[head, *cells] for head, cells in columns.items() if any(cells)]
    lines += ["", *list_table(zip(*shown, strict=True)), ""]


def _default(value: object) -> str:
    if isinstance(value, enum.Enum):
        return f"{type(value).__name__}.{value.name}"
    shown = "…" if type(value).__name__ == "Factory" else repr(value)
    return shown if len(shown) <= LONGEST_DEFAULT and " at 0x" not in shown else "…"


def _type(annotation: Any) -> str:
    """Write a type without its bounds and without the modules that its parts come from."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin in {Annotated, Required, NotRequired}:
        return _type(parts[0])
    if origin in {Union, UnionType}:
        return " | ".join(dict.fromkeys(map(_type, parts)))
    if origin is Literal:
        return " | ".join(map(repr, parts))
    if parts:
        return (
            f"{getattr(origin, '__name__', origin)}[{', '.join('…' if each is ... else _type(each) for each in parts)}]"
        )
    return "None" if annotation is type(None) else str(getattr(annotation, "__name__", annotation))


def _bounds(annotation: Any) -> Iterator[str]:
    for each in getattr(annotation, "__metadata__", ()):
        for holder in (each, *getattr(each, "metadata", ())):
            yield from (
                words.format(bound)
                for name, words in _WORDS.items()
                if isinstance(bound := getattr(holder, name, None), int | float | Decimal)
            )
    for part in get_args(annotation) if get_origin(annotation) in {Annotated, Union, UnionType} else ():
        yield from _bounds(part)
