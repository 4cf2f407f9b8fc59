"""Tags: found, or made on first use; one set per organisation."""

from __future__ import annotations

import pytest

from service_engine.domain.tags import TagCreated
from service_engine.errors import RuleViolationError
from service_engine.ports.unit_of_work import Store
from service_engine.testing.examples import acme, later, now
from service_engine.usecases.tags import find_or_create_tags


def test_new_names_become_tags_in_the_order_of_the_request(agency: Store):
    """Cleaned, repeated ones once; each new one is one event."""
    with agency.begin(acme.id) as uow:
        tags = find_or_create_tags(uow, [" urgent", "billing", "urgent "], at=now)
        events = uow.events
    assert [tag.name for tag in tags] == ["urgent", "billing"]
    assert {event.tag for event in events if isinstance(event, TagCreated)} == set(tags)
    assert len(events) == 2


@pytest.mark.usefixtures("store")
def test_known_names_are_found(agency: Store):
    """The same tag again, no event, and only the unknown one is made."""
    [urgent] = agency.run(acme.id, find_or_create_tags, ["urgent"], at=now)
    with agency.begin(acme.id) as uow:
        again, billing = find_or_create_tags(uow, ["urgent", "billing"], at=later)
        assert uow.events == (TagCreated(tag=billing, at=later),)
    assert again == urgent
    assert agency.run(acme.id, find_or_create_tags, ["billing", "urgent"], at=later) == (billing, urgent)


@pytest.mark.usefixtures("store")
def test_names_are_compared_exactly(agency: Store):
    """Case makes another tag."""
    one, other = agency.run(acme.id, find_or_create_tags, ["Urgent", "urgent"], at=now)
    assert one.id != other.id


def test_tags_are_made_in_the_order_of_their_names(agency: Store):
    """Two transactions that make the same tags in opposite orders must not wait for each other in a circle."""
    first, second = agency.run(acme.id, find_or_create_tags, ["b", "a"], at=now)
    assert (first.name, second.name) == ("b", "a")
    assert second.id < first.id


def test_no_names_are_no_work(agency: Store):
    """An empty list asks nothing and makes nothing."""
    with agency.begin(acme.id) as uow:
        assert find_or_create_tags(uow, [], at=now) == ()
        assert uow.events == ()


@pytest.mark.parametrize("name", [" ", "x" * 256, "a\x00"], ids=["blank", "long", "nul"])
def test_one_bad_name_refuses_all(agency: Store, name: str):
    """Nothing is made, not even the good ones."""
    with agency.begin(acme.id) as uow:
        with pytest.raises(RuleViolationError) as refused:
            find_or_create_tags(uow, ["fine", name], at=now)
        assert uow.events == ()
        assert uow.tags.find(["fine"]) == ()
    assert refused.value.field == "tags"


def test_each_organisation_has_its_own(agency: Store, neighbour):
    """A name that the neighbour uses is a new tag here."""
    [ours] = agency.run(acme.id, find_or_create_tags, ["urgent"], at=now)
    assert neighbour.ticket.tags[0].name == "urgent"
    assert neighbour.ticket.tags[0].id != ours.id
