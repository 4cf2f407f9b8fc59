"""Change: a state, what happened, and how transitions are chained and compared."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_engine.domain.change import UNSET, Change, Event, Unset, differences, next_version
from service_engine.domain.json_values import freeze
from service_engine.testing.examples import later, now, ticket


@attrs.frozen(kw_only=True)
class Counted(Event):
    """A number went up."""

    by: int


def count(number: int, by: int, *, at: datetime) -> Change[int]:
    """Add a number; adding 0 changes nothing."""
    return Change(number + by, (Counted(by=by, at=at),)) if by else Change(number)


@given(st.lists(st.integers(-5, 5)))
def test_a_chain_keeps_every_event_in_order(steps: list[int]):
    """The state is what the transitions make one after the other; the events are all of theirs, oldest first."""
    change = Change(0)
    for step in steps:
        change = change.then(count, step, at=now)
    assert change == Change(sum(steps), tuple(Counted(by=step, at=now) for step in steps if step))


def test_then_hands_on_what_it_is_given():
    """Positional and named arguments both reach the transition."""
    assert Change(1).then(count, by=2, at=now) == Change(1).then(count, 2, at=now)


def test_a_change_without_events_is_none():
    """The default says that nothing happened."""
    assert Change("state").events == ()


def test_an_event_keeps_its_time_in_utc():
    """An aware time of any zone becomes the same instant in UTC; a naive one is wrong use."""
    event = Event(at=now.astimezone(timezone(timedelta(hours=9))))
    assert (event.at, event.at.utcoffset()) == (now, timedelta(0))
    with pytest.raises(ValueError, match="has no zone"):
        Event(at=datetime(2026, 2, 7))  # noqa: DTZ001


def test_unset_is_itself_and_nothing_else():
    """There is one UNSET; it is not None, and prints its name."""
    assert list(Unset) == [UNSET]
    assert repr(UNSET) == "UNSET"
    assert UNSET is not None


@attrs.frozen
class Thing:
    """Something with two fields."""

    a: object
    b: object


@given(st.integers(0, 2), st.integers(0, 2), st.sampled_from([UNSET, 0, 1, 2]), st.sampled_from([UNSET, 0, 1, 2]))
def test_differences_are_what_is_given_and_new(a: int, b: int, new_a: object, new_b: object):
    """UNSET is no wish, and the value that is there already is no change."""
    expected = {}
    if new_a is not UNSET and new_a != a:
        expected["a"] = new_a
    if new_b is not UNSET and new_b != b:
        expected["b"] = new_b
    assert differences(Thing(a, b), {"a": new_a, "b": new_b}) == expected


def test_clearing_a_field_is_a_difference():
    """None is a value: it differs from a text, and not from None."""
    assert differences(Thing("x", None), {"a": None, "b": None}) == {"a": None}


@pytest.mark.parametrize(
    ("old", "new"),
    [({"a": 1}, {"a": True}), ({"a": {"b": 0}}, {"a": {"b": False}}), ({"a": [True]}, {"a": [1]})],
    ids=["top", "nested", "list"],
)
def test_json_true_is_not_one(old: dict[str, object], new: dict[str, object]):
    """Python calls True and 1 equal; JSON does not, so storing one over the other is a change."""
    assert freeze(old) == freeze(new)
    assert differences(Thing(freeze(old), None), {"a": freeze(new)}) == {"a": freeze(new)}


def test_the_same_json_is_no_difference():
    """A JSON object that is equal to the last value is no change, whatever the order of its keys."""
    old = freeze({"a": [1, {"b": True}], "c": None})
    assert differences(Thing(old, None), {"a": freeze({"c": None, "a": [1, {"b": True}]})}) == {}


def test_the_next_version_is_one_later_and_otherwise_the_same():
    """Only the version moves."""
    assert next_version(ticket) == attrs.evolve(ticket, version=ticket.version + 1)
    assert next_version(next_version(ticket)).version == 3


def test_a_change_is_frozen():
    """Nobody can slip in an event afterwards."""
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        Change(ticket).events = (Event(at=later),)  # type: ignore[misc]
