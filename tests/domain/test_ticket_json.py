"""A ticket freezes its free JSON itself, like everything else that has some."""

from __future__ import annotations

from typing import Any

import pytest

from service_engine.domain.json_values import MAX_BYTES
from service_engine.domain.tickets import open_ticket, revise
from service_engine.errors import RuleViolationError
from service_engine.testing.examples import john, later, now, ticket


def test_what_was_given_can_change_without_the_ticket():
    """Mappings and lists, to the last level; whether it is opened with them or revised."""
    given: dict[str, Any] = {"list": [1, {"deep": True}]}
    opened = open_ticket(ticket.id, client_id=john.id, subject="A", metadata=given, form_data=given, at=now).state
    revised = revise(ticket, metadata=given, at=later).state
    given["list"].append(2)
    given["new"] = None
    for json in (opened.metadata, opened.form_data, revised.metadata):
        assert json == {"list": (1, {"deep": True})}
        with pytest.raises(TypeError):
            json["new"] = 1  # type: ignore[index]


@pytest.mark.parametrize("name", ["metadata", "form_data"])
def test_what_is_out_of_bounds_is_refused_by_its_name(name: str):
    """What no store could hold never becomes part of a ticket."""
    too_large: Any = {"a": "x" * MAX_BYTES}
    for wrong in (too_large, {"a": object()}, {"a": "\x00"}):
        given: dict[str, Any] = {name: wrong}
        with pytest.raises(RuleViolationError) as refused:
            open_ticket(ticket.id, client_id=john.id, subject="A", at=now, **given)
        assert refused.value.field == name
    with pytest.raises(RuleViolationError, match="The metadata must"):
        revise(ticket, metadata=too_large, at=later)
