"""What every store must do with tags."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from service_engine.domain.change import Change
from service_engine.domain.tags import Tag, TagCreated
from service_engine.testing import strategies
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency, Contract
from service_engine.testing.contracts.organizations import rolled_back

__all__ = ["TagContract"]

ALIKE = ("urgent", "Urgent", "URGENT", "urgent!", "\u00e9", "e\u0301", "ß", "ss", "%", "_", "日本語")


def created(tag: Tag) -> Change[Tag]:
    """Return the creation of a tag."""
    return Change(tag, (TagCreated(tag=tag, at=NOON),))


class TagContract(Contract):
    """The organisation's tags.

    Example:
        >>> from service_engine import MemoryStore
        >>> store = MemoryStore()  # yours instead
        >>> TagContract().test_every_organization_has_its_own_tags(Agency(store), Agency(store, "Rival"))
    """

    @rolled_back
    @given(names=st.lists(strategies.lines(), max_size=4, unique=True).map(sorted))
    def test_a_tag_is_kept_whole(self, acme: Agency, names: list[str]) -> None:
        """Whatever name the domain allows is found again."""
        tags = tuple(acme.build.tag(name) for name in names)
        with acme.undone() as uow:
            assert uow.tags.add_missing([created(tag) for tag in tags]) == tags
            assert sorted(uow.tags.find(names), key=lambda tag: tag.id) == list(tags)

    def test_names_are_compared_exactly(self, acme: Agency) -> None:
        """Names that look alike are different tags."""
        tags = acme.tags(*ALIKE)
        with acme.begin() as uow:
            for tag in tags:
                assert uow.tags.find([tag.name]) == (tag,)
            assert uow.tags.find(["urgen", "uRGENT", "E\u0301", "urgent ", ""]) == ()

    def test_only_what_is_asked_for_is_found(self, acme: Agency) -> None:
        """Nothing is found when nothing is asked for, or nothing is there."""
        urgent, _ = acme.tags("urgent", "billing")
        with acme.begin() as uow:
            assert uow.tags.find([]) == ()
            assert uow.tags.find(["new"]) == ()
            assert uow.tags.find(["new", "urgent"]) == (urgent,)

    def test_a_tag_of_the_same_name_wins_over_a_new_one(self, acme: Agency) -> None:
        """The tags come back as they are stored, in the order of the changes, and only new ones are an event."""
        (urgent,) = acme.tags("urgent")
        first, again, last = (acme.build.tag(name) for name in ("billing", "urgent", "zebra"))
        with acme.begin() as uow:
            stored = uow.tags.add_missing([created(tag) for tag in (first, again, last)])
            assert stored == (first, urgent, last)
            assert uow.events == (TagCreated(tag=first, at=NOON), TagCreated(tag=last, at=NOON))
        with acme.begin() as uow:
            assert uow.tags.find(["urgent"]) == (urgent,)

    def test_adding_nothing_is_nothing(self, acme: Agency) -> None:
        """No tags, no events."""
        with acme.begin() as uow:
            assert uow.tags.add_missing([]) == ()
            assert uow.events == ()

    def test_every_organization_has_its_own_tags(self, acme: Agency, rival: Agency) -> None:
        """The same name is another tag, and neither sees the other's."""
        (ours,) = acme.tags("urgent")
        with rival.begin() as uow:
            assert uow.tags.find(["urgent"]) == ()
        (theirs,) = rival.tags("urgent")
        assert ours.id != theirs.id
        with acme.begin() as uow:
            assert uow.tags.find(["urgent"]) == (ours,)
