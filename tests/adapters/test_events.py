"""Events as plain JSON."""

from __future__ import annotations

import json

import attrs
from hypothesis import given

from service_engine import Event
from service_engine.adapters.events import KINDS, dump_event
from service_engine.adapters.memory.codec import from_json
from service_engine.testing import strategies
from service_engine.testing.strategies.event_kinds import kinds_of_events


@given(strategies.events())
def test_nothing_of_an_event_is_lost(event: Event) -> None:
    """Its kind and its fields make it anew, after a way through JSON text."""
    dumped = json.loads(json.dumps(dump_event(event), allow_nan=False))
    kind = KINDS[dumped.pop("kind")]
    assert from_json(kind, dumped) == event


def test_every_kind_is_known_by_its_name() -> None:
    """A new one is missed here until it is in the list."""
    assert set(KINDS) == {kind.__name__ for kind in kinds_of_events()}


def test_no_field_has_the_name_of_the_kind() -> None:
    """Else one of the two would be lost."""
    assert [kind for kind in KINDS.values() if "kind" in {each.name for each in attrs.fields(kind)}] == []
