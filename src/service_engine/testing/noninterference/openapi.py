"""An application's own description, as far as random requests need it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from attrs import field, frozen

__all__ = ["Operation", "Parameter", "ids_in", "is_id", "likely_words", "looks_like_an_id", "operations_of"]

_METHODS: Final = ("get", "post", "put", "patch", "delete")
_ENVELOPES: Final = ("", "data", "items", "results")
_IDS: Final = re.compile(r"(^|_)ids?$|(?<=[a-z])I[dD]s?$")


@frozen(kw_only=True)
class Parameter:
    """A parameter of an operation.

    Args:
        name: Its name.
        place: ``path``, ``query`` or ``header``.
        schema: What it may be.
        required: Whether it must be given.

    Example:
        >>> limit = Parameter(name="limit", place="query", schema={"type": "integer"}, required=False)
        >>> get = Operation(method="GET", path="/api/tickets", parameters=(limit,), body=None, example=None)
        >>> [each.name for each in get.of("query")]
        ['limit']
    """

    name: str
    place: str
    schema: Mapping[str, Any]
    required: bool


@frozen(kw_only=True)
class Operation:
    """Something that an application can be asked to do.

    Args:
        method: The method.
        path: The path, with its parameters in braces.
        parameters: Its parameters.
        body: What its JSON body may be; None without one.
        example: An example of the body, or None.
        hints: Of what the ids in all examples are ids, as far as the examples of answers tell.

    Example:
        >>> post = Operation(method="POST", path="/api/tickets", parameters=(), body={}, example=None)
        >>> post.noun, post.makes_something
        ('tickets', True)
    """

    method: str
    path: str
    parameters: tuple[Parameter, ...] = field(repr=False)
    body: Mapping[str, Any] | None = field(repr=False)
    example: Any = field(repr=False)
    hints: Mapping[str, Sequence[str]] = field(factory=dict, repr=False)

    @property
    def name(self) -> str:
        """Its method and its path.

        Example:
            >>> Operation(method="GET", path="/api/orders/{id}", parameters=(), body=None, example=None).name
            'GET /api/orders/{id}'
        """
        return f"{self.method} {self.path}"

    @property
    def noun(self) -> str:
        """What it is about: the last word of the path that is no parameter.

        Example:
            >>> Operation(method="GET", path="/api/orders/{id}", parameters=(), body=None, example=None).noun
            'orders'
        """
        return next((part for part in reversed(self.path.split("/")) if part and not part.startswith("{")), "")

    @property
    def makes_something(self) -> bool:
        """Whether it makes something new, which refers to nothing in the path."""
        return self.method == "POST" and "{" not in self.path

    def of(self, place: str) -> tuple[Parameter, ...]:
        """Return the parameters of one place."""
        return tuple(each for each in self.parameters if each.place == place)


@lru_cache(maxsize=4)
def operations_of(document: bytes) -> tuple[Operation, ...]:
    """Read an OpenAPI document. References within it are followed where they are needed, so that it may be recursive.

    Example:
        >>> operations_of(b'{"paths": {"/notes": {"get": {}, "parameters": []}}}')[0].method
        'GET'
    """
    root = json.loads(document)
    found = []
    hints: dict[str, list[str]] = {}
    for path, item in root.get("paths", {}).items():
        for method in _METHODS:
            if method in item:
                given = [*item.get("parameters", ()), *item[method].get("parameters", ())]
                found.append(_operation(root, method, path, given, item[method], hints))
                for example in _examples(item[method].get("responses", {})):
                    for word, key in ids_in(example, found[-1].noun):
                        hints.setdefault(str(key), []).append(word)
    return tuple(found)


def _examples(responses: Mapping[str, Any]) -> Iterator[Any]:
    for status, response in responses.items():
        content = response.get("content", {}).get("application/json", {})
        if status.startswith("2") and "example" in content:
            yield content["example"]


def _operation(
    root: Any, method: str, path: str, given: list[Any], item: Mapping[str, Any], hints: Mapping[str, Sequence[str]]
) -> Operation:
    resolved = [_Schemas(root).resolve(each) for each in given]
    content = _Schemas(root).resolve(item.get("requestBody", {})).get("content", {}).get("application/json")
    several: Mapping[str, Any] = next(iter((content or {}).get("examples", {}).values()), {})
    return Operation(
        method=method.upper(),
        path=path,
        parameters=tuple(
            Parameter(
                name=each["name"],
                place=each["in"],
                schema=_Schemas(root).whole(each.get("schema", {})),
                required=each.get("required", False),
            )
            for each in resolved
        ),
        body=None if content is None else _Schemas(root).whole(content.get("schema", {})),
        example=None if content is None else content.get("example", several.get("value")),
        hints=hints,
    )


class _Schemas:
    """Replaces references by what they name, until one comes again within itself."""

    def __init__(self, root: Any) -> None:
        self._root = root
        self._within: list[str] = []

    def resolve(self, value: Any) -> Any:
        while isinstance(value, Mapping) and "$ref" in value:
            value = self._named(value["$ref"])
        return value

    def whole(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self.whole(each) for each in value]
        if not isinstance(value, Mapping):
            return value
        if "$ref" not in value:
            return {name: self.whole(each) for name, each in value.items()}
        name = value["$ref"]
        if name in self._within:
            return {"type": "null"}
        self._within.append(name)
        found = self.whole(self._named(name))
        self._within.pop()
        return found

    def _named(self, reference: str) -> Any:
        found = self._root
        for part in reference.removeprefix("#/").split("/"):
            found = found[part.replace("~1", "/").replace("~0", "~")]
        return found


def looks_like_an_id(value: Any) -> bool:
    """Tell whether a value is a UUID in one of its usual forms.

    Example:
        >>> looks_like_an_id("0190163d-8694-739b-aea5-966c26f8ad91"), looks_like_an_id("urgent")
        (True, False)
    """
    try:
        return isinstance(value, str) and bool(UUID(value))
    except ValueError:
        return False


def is_id(name: str, schema: Mapping[str, Any] | None = None) -> bool:
    """Tell whether a field holds an id: by its name, its format or its examples.

    Example:
        >>> is_id("user_id"), is_id("paid"), is_id("employees", {"format": "uuid"})
        (True, False, True)
    """
    given = schema or {}
    examples = [*given.get("examples", ()), given.get("example")]
    return given.get("format") == "uuid" or bool(_IDS.search(name)) or any(map(looks_like_an_id, examples))


def ids_in(content: Any, noun: str) -> Iterator[tuple[str, str | int]]:
    """Yield the ids in an answer, each with the word that it stands under: its key, or what it is the ``id`` of.

    Example:
        >>> key = "0190163d-8694-739b-aea5-966c26f8ad91"
        >>> list(ids_in({"data": [{"id": 1, "order_id": key, "client": {"id": key}}]}, "tasks"))[0]
        ('tasks', 1)
    """
    yield from _walk(content, "", noun)


def likely_words(name: str, schema: Mapping[str, Any], hints: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return under which words ids may be known that would do for a field: its name, and what its examples are ids of.

    Example:
        >>> likely_words("user_id", {"examples": ["1"]}, {"1": ["clients"]})
        ('user_id', 'clients')
    """
    return (name, *(word for example in schema.get("examples", ()) for word in hints.get(str(example), ())))


def _walk(value: Any, name: str, noun: str) -> Iterator[tuple[str, str | int]]:
    if isinstance(value, list):
        for each in value:
            yield from _walk(each, name, noun)
    elif isinstance(value, dict):
        inner = noun if name in _ENVELOPES else name
        for key, each in value.items():
            yield from _walk(each, inner if key == "id" else key, noun if inner == noun else inner)
    elif looks_like_an_id(value) or (name == noun and isinstance(value, int) and not isinstance(value, bool)):
        yield name, value
