"""Tags: names cleaned, repeated ones once, case kept."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_engine.domain.ids import TagId
from service_engine.domain.tags import Tag, TagCreated, create_tag, tag_names
from service_engine.errors import RuleViolationError
from service_engine.testing import strategies
from service_engine.testing.examples import now

ID = TagId(UUID(int=1))


def test_creating_a_tag_cleans_and_says_so_once():
    """The name is stripped and there is one event, which carries the tag."""
    created = create_tag(ID, "  urgent ", at=now)
    assert created.state == Tag(ID, "urgent")
    assert created.events == (TagCreated(tag=Tag(ID, "urgent"), at=now),)


@pytest.mark.parametrize(
    "name", ["", " \t", "x" * 256, "a\x00", "\udfff"], ids=["empty", "blank", "long", "nul", "half"]
)
def test_a_tag_needs_a_name(name: str):
    """Creating, and cleaning a list, blame the field tags."""
    for wrong in (lambda: create_tag(ID, name, at=now), lambda: tag_names(["fine", name])):
        with pytest.raises(RuleViolationError) as refused:
            wrong()
        assert refused.value.field == "tags"


def test_a_tag_value_is_clean_already():
    """A tag with blanks around its name cannot exist."""
    with pytest.raises(RuleViolationError, match="must not begin or end with a blank"):
        Tag(ID, " urgent")


@given(st.lists(strategies.lines(), max_size=6), st.sampled_from(["", " ", "\t\n"]))
def test_names_are_distinct_in_order_and_blind_to_blanks(names: list[str], blanks: str):
    """The first of equal names stays where it is; cleaning again changes nothing."""
    cleaned = tag_names(f"{blanks}{name}{blanks}" for name in names + names)
    assert cleaned == tuple(name for index, name in enumerate(names) if name not in names[:index])
    assert tag_names(cleaned) == cleaned


def test_case_matters():
    """Names are compared exactly."""
    assert tag_names(["Urgent", "urgent"]) == ("Urgent", "urgent")


def test_no_names_are_no_tags():
    """An empty list clears."""
    assert tag_names([]) == ()


def test_one_text_is_not_several_names():
    """The usual slip, tags="urgent", is caught instead of making six tags of one letter."""
    with pytest.raises(TypeError, match="tags are several names; put 'urgent' into a list"):
        tag_names("urgent")
