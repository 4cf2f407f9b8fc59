"""Free JSON: bounded, frozen to the last level, and thawed to what went in."""

from __future__ import annotations

import json
import math
from collections import OrderedDict
from collections.abc import Callable
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_engine.domain.json_values import EMPTY, MAX_BYTES, MAX_DEPTH, freeze, same, thaw
from service_engine.errors import RuleViolationError
from service_engine.testing.examples import now

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=8
)
OBJECTS = st.dictionaries(TEXT, VALUES, max_size=4)


def nested(levels: int) -> dict[str, Any]:
    """Return an object of so many levels, the outermost counted."""
    value: dict[str, Any] = {}
    for _ in range(levels - 1):
        value = {"a": value}
    return value


def refusal(value: Any, field: str = "metadata") -> RuleViolationError:
    """Return the refusal of a value."""
    with pytest.raises(RuleViolationError) as refused:
        freeze(value, field=field)
    assert refused.value.field == field
    assert refused.value.message.startswith(f"The {field} must ")
    return refused.value


def depth(value: Any) -> int:
    """Count the levels of a value."""
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth, value), default=0)
    return 0


@given(OBJECTS)
def test_thawing_gives_back_what_was_frozen(value: dict[str, Any]):
    """Within the bounds nothing is lost; beyond them the refusal names depth or size."""
    if depth(value) > MAX_DEPTH:
        assert "levels deep" in refusal(value).message
    else:
        assert json.dumps(thaw(freeze(value))) == json.dumps(value)
        assert json.dumps(thaw(freeze(freeze(value)))) == json.dumps(value)


@given(OBJECTS)
def test_a_frozen_value_shares_nothing_with_its_source(value: dict[str, Any]):
    """Changing the source afterwards, or the thawed copy, does not reach the frozen value."""
    frozen = freeze(value)
    before = json.dumps(thaw(frozen))
    value["added"] = 1
    copy = thaw(frozen)
    copy["added"] = 1
    assert json.dumps(thaw(frozen)) == before


def test_frozen_to_the_last_level():
    """Objects refuse assignment, lists are tuples, at every depth."""
    frozen = freeze({"a": {"b": [{"c": 1}]}})
    assert isinstance(frozen, MappingProxyType)
    assert isinstance(frozen["a"], MappingProxyType)
    assert frozen["a"]["b"] == ({"c": 1},)
    with pytest.raises(TypeError):
        frozen["a"]["b"][0]["c"] = 2


def test_an_empty_object_is_the_empty_object():
    """There is one, so that it costs nothing."""
    assert freeze({}) is EMPTY
    assert dict(EMPTY) == {}
    assert thaw(EMPTY) == {}


@pytest.mark.parametrize("value", [[], [1], "", "text", None, 7], ids=repr)
def test_only_an_object_can_be_frozen(value: Any):
    """A list, a text or a number at the top is refused, also an empty one."""
    assert refusal(value).message == f"The metadata must be a JSON object, not {type(value).__name__}."


def test_eight_levels_and_no_more():
    """The outermost object counts; lists count like objects; text and numbers do not."""
    assert MAX_DEPTH == 8
    assert thaw(freeze(nested(8))) == nested(8)
    assert refusal(nested(9)).message == "The metadata must be at most 8 levels deep."
    assert freeze({"a": [[[[[[["deep"]]]]]]]})
    assert "levels deep" in refusal({"a": [[[[[[[["deep"]]]]]]]]}).message


def test_a_very_deep_value_is_refused_not_a_stack_overflow():
    """Depth is checked on the way down."""
    assert "levels deep" in refusal(nested(10_000)).message


def test_sixteen_kibibytes_and_no_more():
    """The bound is on the compact UTF-8 text, to the byte; letters outside ASCII count as what they are."""
    assert MAX_BYTES == 16_384
    room = MAX_BYTES - len('{"a":""}')
    assert freeze({"a": "x" * room})
    assert refusal({"a": "x" * (room + 1)}).message == "The metadata must have at most 16384 bytes as JSON, not 16385."
    assert freeze({"a": "é" * (room // 2)})
    assert "at most 16384 bytes" in refusal({"a": "é" * (room // 2 + 1)}).message
    assert freeze({"a": [1] * ((room - 0) // 2)})


def test_what_the_library_writes_itself_may_be_larger():
    """Without a bound on its size all of it is kept, and everything else is still checked; any other bound holds."""
    large = {"a": "x" * (4 * MAX_BYTES)}
    assert thaw(freeze(large, max_bytes=None)) == large
    assert freeze({}, max_bytes=None) is EMPTY
    for broken in (nested(9), {"a": math.nan}, {"a": "\x00"}, {"a": 2**63}):
        with pytest.raises(RuleViolationError):
            freeze(broken, max_bytes=None)
    assert freeze({"a": 1}, max_bytes=7)
    with pytest.raises(RuleViolationError, match="must have at most 6 bytes as JSON, not 7"):
        freeze({"a": 1}, max_bytes=6)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("wrap", [lambda x: {"a": x}, lambda x: {"a": [{"b": x}]}], ids=["top", "nested"])
def test_numbers_are_finite(number: float, wrap: Callable[[float], dict[str, Any]]):
    """NaN and the infinities are refused wherever they hide."""
    assert refusal(wrap(number)).message == "The metadata must hold finite numbers only."


def test_integers_have_64_bits():
    """The largest that every database keeps is accepted, the next one is not, on both sides."""
    limit = 2**63 - 1
    assert dict(freeze({"a": limit, "b": -limit})) == {"a": limit, "b": -limit}
    for number in (limit + 1, -limit - 1, 10**400):
        assert refusal({"a": number}).message == "The metadata must not hold integers of more than 64 bits."


@pytest.mark.parametrize(
    ("text", "problem"),
    [("a\x00", "must not contain the NUL character."), ("\ud800", "must not contain a lone surrogate.")],
    ids=["nul", "surrogate"],
)
def test_text_is_storable_in_keys_and_values(text: str, problem: str):
    """NUL and lone surrogates are refused in keys, in values, and in lists."""
    for value in ({text: 1}, {"a": text}, {"a": [text]}, {"a": {text: 1}}):
        assert refusal(value).message == f"The metadata {problem}"


@pytest.mark.parametrize("text", ["\ud7ff", "\ue000", "\U0001f600", "\x01", "\x7f", "é"], ids=ascii)
def test_every_other_character_is_storable(text: str):
    """The neighbours of the surrogates, characters outside the first plane and control characters are kept."""
    assert dict(freeze({text: text})) == {text: text}


def test_both_ends_of_the_surrogates_are_refused():
    """High and low ones, first and last."""
    for edge in ("\ud800", "\udbff", "\udc00", "\udfff"):
        assert "surrogate" in refusal({"a": edge}).message


def test_keys_are_text():
    """A number as a key would come back as text; it is refused."""
    assert refusal({1: "a"}).message == "The metadata must have text keys only."
    assert refusal({"a": {None: 1}}).message == "The metadata must have text keys only."


@pytest.mark.parametrize("value", [now, Decimal(1), {1}, b"x", object()], ids=lambda value: type(value).__name__)
def test_only_json_may_be_held(value: object):
    """Anything that JSON does not have is refused by its type."""
    assert refusal({"a": value}).message == f"The metadata must hold JSON values only, not {type(value).__name__}."


def test_the_refusal_names_the_field():
    """The field may be told; each kind of refusal uses it."""
    texts: list[Any] = [{"a": "\x00"}, {"a": "\ud800"}, {1: 1}, {"a": "x" * MAX_BYTES}]
    others: list[Any] = [{"a": math.nan}, {"a": 2**64}, {"a": b""}, [], nested(9)]
    for value in texts + others:
        refusal(value, field="custom_fields")


def test_any_mapping_and_any_list_like_may_come_in():
    """Ordered dictionaries, proxies and tuples are JSON too."""
    frozen = freeze(OrderedDict(a=(1, MappingProxyType({"b": [2]}))))
    assert thaw(frozen) == {"a": [1, {"b": [2]}]}


@given(OBJECTS, OBJECTS)
def test_same_is_equality_of_json(one: dict[str, Any], other: dict[str, Any]):
    """Two values are the same exactly when JSON says so: order of keys aside, and true apart from 1."""

    def text(value: Any) -> str:
        return json.dumps(plain(value), sort_keys=True)

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: plain(item) for key, item in value.items()}
        if isinstance(value, list):
            return [plain(item) for item in value]
        if isinstance(value, float) and value.is_integer():
            return int(value)  # 1.0 and 1 are one number in JSON
        return value

    if max(depth(one), depth(other)) <= MAX_DEPTH:
        assert same(freeze(one), freeze(other)) == (text(one) == text(other))
        assert same(freeze(one), freeze(one))


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ({"a": 1}, {"a": True}, False),
        ({"a": False}, {"a": 0}, False),
        ({"a": True}, {"a": True}, True),
        ({"a": 1}, {"a": 1.0}, True),
        ({"a": [1, 2]}, {"a": [1]}, False),
        ({"a": [1, 2]}, {"a": [2, 1]}, False),
        ({"a": [1, [True]]}, {"a": [1, [1]]}, False),
        ({"a": 1}, {"b": 1}, False),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ({"a": {}}, {"a": []}, False),
        ({"a": None}, {"a": 0}, False),
        ({"a": "1"}, {"a": 1}, False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
    ],
)
def test_same_by_example(one: dict[str, Any], other: dict[str, Any], equal: bool):
    """The cases that Python's own equality gets wrong, and those that it gets right."""
    assert same(freeze(one), freeze(other)) is equal
    assert same(freeze(other), freeze(one)) is equal
