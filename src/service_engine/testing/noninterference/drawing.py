"""Random requests: values that fit a schema, mostly, and ids that were answered before, of either organisation."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from attrs import define, field, frozen

from service_engine.testing.noninterference.asgi import Request
from service_engine.testing.noninterference.choosers import Chooser
from service_engine.testing.noninterference.openapi import Operation, ids_in, is_id, likely_words, looks_like_an_id

__all__ = ["Draft", "Known", "Memory", "draft_request"]

_UNKNOWN: Final = ("00000000-0000-0000-0000-000000000000", "00000000-0000-7000-8000-000000000001", "no id")
_TEXTS: Final = ("A1", "a", "urgent", "Ann", "\u00e9", " padded ", "")
_EMAILS: Final = ("ann@example.com", "Ann@Example.com", "john@example.com", "nobody")
_TIMES: Final = ("2026-02-07T12:00:00Z", "2026-02-08T12:00:00+02:00", "2026-02-07")
_NUMBERS: Final = (0, 1, 2, 5, 100, -1)
_LENGTHS: Final = 3
_KEPT: Final = 12
_ABSENT: Final = object()


@frozen
class Known:
    """An id that was answered. An application may answer others of the same thing where its organisation is alone.

    Args:
        together: The id where both organisations work.
        alone: The id where its organisation is alone.

    Example:
        >>> Known(together=12, alone=7).alone
        7
    """

    together: str | int
    alone: str | int


@define
class Memory:
    """The ids that were answered, and what each was good for.

    Args:
        ids: Of each organisation, the latest ids by the word that they were answered under.
        good: By the place where an id was used: under which words those were that the application accepted.

    Example:
        >>> memory = Memory()
        >>> memory.learn(0, "tickets", b'{"id": 12}', b'{"id": 7}')
        >>> memory.ids[0]
        {'tickets': [Known(together=12, alone=7)]}
    """

    ids: tuple[dict[str, list[Known]], dict[str, list[Known]]] = field(factory=lambda: ({}, {}))
    good: dict[str, Counter[str]] = field(factory=dict)

    def learn(self, org: int, noun: str, together: bytes, alone: bytes) -> None:
        """Note the ids of an answer, which is the same in both runs but for them."""
        for (word, here), (_, there) in zip(_ids_of(together, noun), _ids_of(alone, noun), strict=False):
            kept = self.ids[org].setdefault(word, [])
            known = Known(here, there)
            if known not in kept:
                kept.append(known)
                del kept[:-_KEPT]

    def accepted(self, used: list[tuple[str, str]]) -> None:
        """Note that ids of these words were good in these places."""
        for place, word in used:
            self.good.setdefault(place, Counter())[word] += 1

    def fitting(self, org: int, place: str, likely: Sequence[str]) -> list[str]:
        """Return the words whose ids are likely to be good in a place, the likeliest first."""
        proven = [word for word, _ in self.good.get(place, Counter()).most_common(2)]
        return [word for word in dict.fromkeys((*proven, *likely)) if self.ids[org].get(word)]


@frozen(kw_only=True)
class Draft:
    """A request in which ids are not filled in yet.

    Args:
        operation: What is asked.
        org: Who asks.
        parts: Its path, in parts.
        query: Its query.
        headers: Its headers.
        body: Its body, or None.
        used: Where ids were used, and under which words they were answered.

    Example:
        >>> from service_engine.testing.noninterference.choosers import Plain
        >>> health = Operation(method="GET", path="/api/health", parameters=(), body=None, example=None)
        >>> draft = draft_request(Plain(), health, 0, Memory())
        >>> str(draft), draft.request({"authorization": "Bearer secret"}, alone=True).headers
        ('GET /api/health of organisation 0', {'authorization': 'Bearer secret'})
    """

    operation: Operation
    org: int
    parts: tuple[Any, ...]
    query: tuple[tuple[str, Any], ...] = ()
    headers: tuple[tuple[str, Any], ...] = ()
    body: Any = None
    used: tuple[tuple[str, str], ...] = ()

    def request(self, caller: Mapping[str, str], *, alone: bool) -> Request:
        """Return the request of one of the runs."""
        headers = {**{name: _text(_filled(value, alone)) for name, value in self.headers}, **caller}
        if self.body is not None:
            headers["content-type"] = "application/json"
        return Request(
            method=self.operation.method,
            path="".join(
                quote(_text(_filled(part.value, alone)), safe="") if isinstance(part, _Slot) else part
                for part in self.parts
            ),
            query=tuple((name, _text(_filled(value, alone))) for name, value in self.query),
            headers=headers,
            body=b"" if self.body is None else json.dumps(_filled(self.body, alone)).encode(),
        )

    def __str__(self) -> str:
        asked = self.request({}, alone=True)
        query = "".join(f" {name}={value}" for name, value in asked.query)
        return f"{asked.method} {asked.path}{query} {asked.body.decode()}".rstrip() + f" of organisation {self.org}"


@frozen
class _Slot:
    value: Any


def draft_request(
    chooser: Chooser, operation: Operation, org: int, memory: Memory, *, key: Known | None = None
) -> Draft:
    """Make up a request of an organisation; an id that is given is the first one in the path.

    Example:
        >>> from service_engine.testing.noninterference.choosers import Plain
        >>> get = Operation(method="GET", path="/api/tickets/{id}", parameters=(), body=None, example=None)
        >>> str(draft_request(Plain(), get, 0, Memory(), key=Known(together=12, alone=7)))
        'GET /api/tickets/7 of organisation 0'
    """
    values = _Values(chooser, org, memory, operation.hints)
    path = operation.path
    parts: list[Any] = []
    schemas = {each.name: each.schema for each in operation.of("path")}
    while "{" in path:
        before, _, rest = path.partition("{")
        name, _, path = rest.partition("}")
        noun = before.strip("/").rpartition("/")[2]
        word = name.partition(":")[0]
        given = key if not parts else None
        filled = given or values.of_path(f"{operation.path} {word}", noun, schemas.get(word, {}))
        parts += [before, _Slot(filled)]
    parts.append(path)
    return Draft(
        operation=operation,
        org=org,
        parts=tuple(parts),
        query=tuple(values.some(operation, "query")),
        headers=tuple(values.some(operation, "header")),
        body=None if operation.body is None else values.body(operation.body, operation.example),
        used=tuple(values.used),
    )


class _Values:
    def __init__(self, chooser: Chooser, org: int, memory: Memory, hints: Mapping[str, Sequence[str]]) -> None:
        self._chooser = chooser
        self._hints = hints
        self._org = org
        self._memory = memory
        self.used: list[tuple[str, str]] = []

    def of_path(self, place: str, noun: str, schema: Mapping[str, Any]) -> Any:
        """Draw what stands in a path: an id, unless it is said to be something else."""
        if schema.get("type", "string") in {"string", "integer"} and "enum" not in schema:
            return self._id(place, likely_words(noun, schema, self._hints), schema)
        return self._value(schema, noun)

    def some(self, operation: Operation, place: str) -> Iterator[tuple[str, Any]]:
        """Draw a few of the parameters of one place."""
        given = operation.of(place)
        wanted = self._chooser.some(given, _LENGTHS) if given else []
        for each in dict.fromkeys((*(each.name for each in given if each.required), *(each.name for each in wanted))):
            [schema] = [other.schema for other in given if other.name == each]
            value = self._value(schema, each)
            yield from ((each, one) for one in (value if isinstance(value, list) else [value]))

    def body(self, schema: Mapping[str, Any], example: Any) -> Any:
        """Draw a body: mostly the example with other ids and a few other fields, if there is one."""
        if not isinstance(example, Mapping) or self._chooser.rarely(10):
            return self._value(schema, "")
        body = self._like(example, "", schema)
        fields = schema.get("properties", {}) if self._chooser.rarely(3) else {}
        for name in self._chooser.some(sorted(fields), _LENGTHS) if fields else ():
            body[name] = self._value(fields[name], name)
        if body and self._chooser.rarely(10):
            del body[self._chooser.pick(sorted(body))]
        return body

    def _like(self, example: Any, name: str, schema: Mapping[str, Any], *, required: bool = False) -> Any:
        if isinstance(example, Mapping):
            must = schema.get("required", ())
            made = {
                key: self._like(each, key, _schema_of(schema, key), required=key in must)
                for key, each in example.items()
            }
            return {key: each for key, each in made.items() if each is not _ABSENT}
        if isinstance(example, list):
            each_like = [self._like(each, name, _schema_of(schema, None)) for each in example]
            return [each for each in each_like if each is not _ABSENT]
        if not looks_like_an_id(example):
            # The same few addresses in both organisations, but more than one in each.
            is_email = isinstance(example, str) and "@" in example
            return f"{self._chooser.number(0, 9)}{example}" if is_email else example
        words = (name, *self._hints.get(example, ()))
        if not (required or self._memory.fitting(self._org, name, words) or self._chooser.rarely(3)):
            return _ABSENT  # nothing is known that would do
        return self._id(name, words, {})

    def _value(self, schema: Mapping[str, Any], name: str) -> Any:
        for several in ("anyOf", "oneOf"):
            if schema.get(several):
                return self._value(self._chooser.pick(schema[several]), name)
        for part in schema.get("allOf", ()):
            schema = {**part, **schema, "properties": {**part.get("properties", {}), **schema.get("properties", {})}}
        if "const" in schema or "enum" in schema:
            return self._chooser.pick(schema.get("enum", [schema.get("const")]))
        kind = schema.get("type", "object" if "properties" in schema else "string")
        if isinstance(kind, list):
            kind = self._chooser.pick(kind)
        if kind == "object":
            return self._object(schema)
        if kind == "array":
            size = self._chooser.number(schema.get("minItems", 0), max(schema.get("minItems", 0), 2))
            return [self._value(schema.get("items", {}), name) for _ in range(size)]
        return self._scalar(kind, schema, name)

    def _object(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        must = schema.get("required", ())
        return {
            name: self._value(each, name)
            for name, each in schema.get("properties", {}).items()
            if name in must or self._chooser.rarely(3)
        }

    def _scalar(self, kind: str, schema: Mapping[str, Any], name: str) -> Any:
        if kind in {"string", "integer"} and is_id(name, schema):
            return self._id(name, likely_words(name, schema, self._hints), schema)
        if kind == "boolean":
            return self._chooser.pick((False, True))
        if kind == "null":
            return None
        if kind in {"integer", "number"}:
            lowest, highest = schema.get("minimum", min(_NUMBERS)), schema.get("maximum", max(_NUMBERS))
            fitting = [number for number in _NUMBERS if lowest <= number <= highest]
            return self._chooser.pick(fitting or [lowest])
        few = {"email": _EMAILS, "date-time": _TIMES, "date": _TIMES[-1:]}.get(schema.get("format", ""), _TEXTS)
        given = [each for each in (schema.get("default"), *schema.get("examples", ())) if isinstance(each, str)]
        # E-mail addresses are known by their names, too: few descriptions say their format.
        return self._chooser.pick((*given, *(_EMAILS if "email" in name.lower() else few)))

    def _id(self, place: str, likely: Sequence[str], schema: Mapping[str, Any]) -> Any:
        owner = 1 - self._org if self._chooser.rarely(8) else self._org
        mine = self._memory.ids[owner]
        words = self._memory.fitting(owner, place, likely)
        if not words or self._chooser.rarely(8):
            words = sorted(word for word, ids in mine.items() if ids)
        if not words or self._chooser.rarely(10):
            return self._chooser.pick(_NUMBERS if schema.get("type") == "integer" else _UNKNOWN)
        word = words[0] if len(words) == 1 else self._chooser.pick(words)
        self.used.append((place, word))
        return self._chooser.pick(mine[word][::-1])


def _schema_of(schema: Mapping[str, Any], key: str | None) -> Mapping[str, Any]:
    found: Mapping[str, Any] = schema.get("items", {}) if key is None else schema.get("properties", {}).get(key, {})
    several = found.get("anyOf", ())
    return next((each for each in several if each.get("type") != "null"), found)


def _filled(value: Any, alone: bool) -> Any:
    if isinstance(value, Known):
        return value.alone if alone else value.together
    if isinstance(value, dict):
        return {name: _filled(each, alone) for name, each in value.items()}
    return [_filled(each, alone) for each in value] if isinstance(value, list) else value


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _ids_of(body: bytes, noun: str) -> Iterator[tuple[str, str | int]]:
    try:
        content = json.loads(body)
    except ValueError:
        return  # no JSON, no ids
    yield from ids_in(content, noun)
