"""What the machine asks with: few names, times and addresses, so that they meet, and bad input on purpose."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from attrs import frozen
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from service_engine.domain.clients import ClientPatch
from service_engine.domain.tickets import TicketStatus
from service_engine.ports.clients import ClientFilter, ClientSort
from service_engine.ports.lists import Condition, Field, Operator, PageRequest, Sort
from service_engine.ports.tickets import TicketFilter, TicketSort
from service_engine.testing import strategies
from service_engine.testing.builders import NOON
from service_engine.testing.strategies.inputs import optional
from service_engine.usecases.tickets import TicketPatch

__all__ = [
    "Choice",
    "Ref",
    "bad_or",
    "choices",
    "client_filters",
    "client_patches",
    "client_sorts",
    "emails",
    "filters_of",
    "json_or_bad",
    "mostly",
    "names",
    "notes",
    "pages",
    "sound_times",
    "tag_lists",
    "ticket_filters",
    "ticket_patches",
    "ticket_sorts",
    "times",
    "unknown",
]


@frozen
class Ref:
    """Something of one of the two organisations.

    Args:
        org: Whose it is: 0 or 1.
        id: Its id, or the thing itself.

    Example:
        >>> Ref(0, 7) == Ref(1, 7)  # equal ids of two organisations are two things
        False
    """

    org: int
    id: Any


@frozen
class Choice:
    """Things to refer to, chosen before it is known which organisation will.

    Args:
        refs: Things of both.
        loose: Whether it refers to foreign things, too.

    Example:
        >>> both = (Ref(0, "ours"), Ref(1, "theirs"))
        >>> Choice(both, loose=False).ids(0), Choice(both, loose=True).ids(0)
        (['ours'], ['ours', 'theirs'])
    """

    refs: tuple[Ref, ...]
    loose: bool

    def ids(self, org: int) -> list[Any]:
        """Return the ids that an organisation shall refer to."""
        return [ref.id for ref in self.refs if self.loose or ref.org == org]

    def id(self, org: int) -> Any:
        """Return one such id, or None."""
        return next(iter(self.ids(org)), None)


_BAD_TEXTS: Final = ("", "   ", "x" * 256, "NUL \x00", "lone \ud800", "x" * 65_536)
_BAD_JSON: Final[tuple[Any, ...]] = (
    {"a": float("nan")},
    {"a": float("inf")},
    {"a": "\x00"},
    {"\ud800": 1},
    {"a": 2**63},
    {"a": "x" * 17_000},
    {"a": [[[[[[[[1]]]]]]]]},
    {1: "a"},
    {"a": {1, 2}},
)
_RARE: Final = 39  # the simplest case, 0, is a good one
_USUAL: Final = 9
_OFFSETS: Final = (
    timedelta(0),
    timedelta(microseconds=1),
    timedelta(seconds=1),
    timedelta(days=1),
    -timedelta(hours=1),
)
_TAGS: Final = ("urgent", " urgent ", "Urgent", "billing", "\u00e9", "e\u0301", "日本語", "100%", "a" * 255)


def bad_or(good: SearchStrategy[Any], *bad: Any) -> SearchStrategy[Any]:
    """Make something good, and something bad once in a while.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(max_examples=2_000, phases=[Phase.generate])
        >>> find(bad_or(st.just("good"), "bad", "worse"), lambda text: text == "worse", settings=quick)
        'worse'
    """
    return st.integers(0, _RARE).flatmap(lambda roll: st.sampled_from(bad) if roll == _RARE else good)


def mostly(usual: SearchStrategy[Any], *others: SearchStrategy[Any]) -> SearchStrategy[Any]:
    """Make the usual, and each of the others one time in ten or so.

    Example:
        >>> from hypothesis import find
        >>> find(mostly(st.just("usual"), st.just("rare")), lambda text: text == "rare")
        'rare'
    """
    # No one_of with the usual repeated: Hypothesis leaves out a strategy that it has seen already.
    last = _USUAL + len(others) - 1
    return st.integers(0, last).flatmap(lambda roll: usual if roll < _USUAL else others[roll - _USUAL])


def unknown() -> SearchStrategy[Ref]:
    """Make ids that nobody has.

    Example:
        >>> from hypothesis import find
        >>> find(unknown(), lambda ref: ref.org == 1).id
        UUID('00000000-0000-0000-0000-000000000000')
    """
    return st.builds(Ref, st.integers(0, 1), st.integers(0, 3).map(lambda number: UUID(int=number)))


def times() -> SearchStrategy[datetime]:
    """Make one of a few times, so that there are equal ones; in any zone, and in none once in a while.

    Example:
        >>> from hypothesis import find
        >>> find(times(), lambda at: at.tzinfo is None) == NOON.replace(tzinfo=None)
        True
    """
    zone = timezone(timedelta(hours=9, minutes=30))
    few = [NOON + offset for offset in _OFFSETS] + [(NOON + _OFFSETS[2]).astimezone(zone)]
    return bad_or(st.sampled_from(few), NOON.replace(tzinfo=None))


def names() -> SearchStrategy[str]:
    """Make names and subjects.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(max_examples=2_000, phases=[Phase.generate])
        >>> find(names(), lambda name: name == " padded ", settings=quick).strip()
        'padded'
    """
    return bad_or(
        st.sampled_from(("a", "B", "é", " padded ", "\U0001f600", "\uffff")) | strategies.lines(), *_BAD_TEXTS
    )


def notes() -> SearchStrategy[str | None]:
    """Make notes.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(max_examples=2_000, phases=[Phase.generate])
        >>> find(notes(), lambda note: note == " note ", settings=quick)
        ' note '
    """
    return bad_or(st.none() | st.sampled_from(("", " note ")) | strategies.notes(), *_BAD_TEXTS[3:])


def emails() -> SearchStrategy[str]:
    """Make one of a few e-mail addresses, in several spellings, so that they are taken; and a few that are none.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(max_examples=2_000, phases=[Phase.generate])
        >>> find(emails(), lambda email: email != email.strip() != "", settings=quick).strip().lower()
        'b@example.com'
    """
    few = st.sampled_from(("a@example.com", "B@example.com", " b@EXAMPLE.com ", "c@example.com", "admin@example.com"))
    return bad_or(few | strategies.emails(), "nobody", "a@b@c", "@", "a b@c", *_BAD_TEXTS)


def tag_lists() -> SearchStrategy[list[str]]:
    """Make lists of tags, with repeated ones.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(phases=[Phase.generate])
        >>> find(tag_lists(), lambda tags: True, settings=quick)  # the simplest
        []
    """
    return st.lists(bad_or(st.sampled_from(_TAGS) | strategies.lines(), *_BAD_TEXTS), max_size=4)


def json_or_bad() -> SearchStrategy[Any]:
    """Make JSON objects, and what is none.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(max_examples=2_000, phases=[Phase.generate])
        >>> find(json_or_bad(), lambda value: not value, settings=quick)
        mappingproxy({})
    """
    return bad_or(strategies.json_objects(), *_BAD_JSON)


def choices(refs: SearchStrategy[Ref]) -> SearchStrategy[Choice]:
    """Choose a few; one time in four, those of the other organisation are not left out.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(max_examples=2_000, phases=[Phase.generate])
        >>> find(choices(st.just(Ref(1, "theirs"))), lambda choice: choice.id(0) is not None, settings=quick).loose
        True
    """
    return st.builds(Choice, st.lists(refs, max_size=4).map(tuple), st.sampled_from((False, False, False, True)))


def client_patches() -> SearchStrategy[ClientPatch]:
    """Make patches of clients. What the type itself refuses is not among them: no store ever sees it.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(phases=[Phase.generate])
        >>> find(client_patches(), lambda patch: True, settings=quick) == ClientPatch()  # the simplest changes nothing
        True
    """
    return strategies.client_patches(
        email=optional(emails()),
        first_name=optional(names()),
        note=optional(notes()),
        status=optional(bad_or(st.sampled_from((0, 1, 7, 32_767)), -1, 32_768)),
        created_at=optional(times()),
    )


def ticket_patches(orders: SearchStrategy[Any], employees: SearchStrategy[Any]) -> SearchStrategy[TicketPatch]:
    """Make patches of tickets that refer to orders and employees of either organisation.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(phases=[Phase.generate])
        >>> find(ticket_patches(st.none(), st.none()), lambda patch: True, settings=quick) == TicketPatch()
        True
    """
    return strategies.ticket_patches(
        subject=optional(names()),
        status=optional(st.sampled_from(TicketStatus)),
        order_id=optional(st.none() | orders),
        employee_ids=optional(st.lists(employees, max_size=3)),
        tags=optional(tag_lists()),
        note=optional(notes()),
        metadata=optional(json_or_bad()),
    )


def ticket_filters(clients: SearchStrategy[Any], orders: SearchStrategy[Any]) -> SearchStrategy[list[Any]]:
    """Make filters of tickets, on ids of either organisation.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(max_examples=2_000, phases=[Phase.generate])
        >>> wanted = ticket_filters(clients=st.just(UUID(int=1)), orders=st.just(UUID(int=2)))
        >>> find(wanted, lambda filters: [each.value for each in filters] == [UUID(int=2)], settings=quick)[0].field
        <TicketFilter.ORDER_ID: 'order_id'>
    """
    return filters_of(
        {
            TicketFilter.CLIENT_ID: clients,
            TicketFilter.STATUS: st.integers(0, 4),
            TicketFilter.ORDER_ID: orders,
            TicketFilter.CREATED_AT: sound_times(),
            TicketFilter.LAST_MESSAGE_AT: sound_times(),
        }
    )


def client_filters(clients: SearchStrategy[Any]) -> SearchStrategy[list[Any]]:
    """Make filters of clients, on ids of either organisation.

    Example:
        >>> from hypothesis import find
        >>> find(client_filters(st.just(UUID(int=1))), lambda filters: len(filters) == 1)[0].field in ClientFilter
        True
    """
    return filters_of(
        {
            ClientFilter.ID: clients,
            ClientFilter.EMAIL: st.sampled_from(("a@example.com", "b", "", "z", "%")) | strategies.lines(),
            ClientFilter.STATUS: st.integers(-1, 8),
            ClientFilter.BALANCE: st.sampled_from((Decimal(0), Decimal("0.001"), Decimal(-1))),
            ClientFilter.CREATED_AT: sound_times(),
        }
    )


def ticket_sorts() -> SearchStrategy[Sort[TicketSort]]:
    """Make sorts of tickets.

    Example:
        >>> from hypothesis import find
        >>> find(ticket_sorts(), lambda sort: sort.descending).field in TicketSort
        True
    """
    return st.builds(Sort, st.sampled_from(TicketSort), st.booleans())


def client_sorts() -> SearchStrategy[Sort[ClientSort]]:
    """Make sorts of clients.

    Example:
        >>> from hypothesis import find
        >>> find(client_sorts(), lambda sort: sort.field is ClientSort.EMAIL).descending
        False
    """
    return st.builds(Sort, st.sampled_from(ClientSort), st.booleans())


def pages() -> SearchStrategy[PageRequest]:
    """Make small pages, and some beyond the end.

    Example:
        >>> from hypothesis import find
        >>> find(pages(), lambda page: page.number > 3)  # beyond the end of every list
        PageRequest(number=9007199254740992, size=1)
    """
    return st.builds(PageRequest, number=st.integers(1, 3) | st.just(2**53), size=st.sampled_from((1, 2, 3, 20, 100)))


def sound_times() -> SearchStrategy[datetime]:
    """Make one of the times, each of which has a zone.

    Example:
        >>> from hypothesis import find
        >>> find(sound_times(), lambda at: at < NOON).isoformat()
        '2026-02-07T11:00:00+00:00'
    """
    return st.sampled_from([NOON + offset for offset in _OFFSETS])


def filters_of(values: dict[Any, SearchStrategy[Any]]) -> SearchStrategy[list[Any]]:
    """Make up to two conditions on fields, each compared with such values.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(max_examples=2_000, phases=[Phase.generate])
        >>> by_status = filters_of({TicketFilter.STATUS: st.integers(1, 3)})
        >>> {each.field.value for each in find(by_status, lambda filters: len(filters) == 2, settings=quick)}
        {'status'}
    """
    return st.lists(st.one_of(*(_conditions(field, each) for field, each in values.items())), max_size=2)


def _conditions(field: Field, values: SearchStrategy[Any]) -> SearchStrategy[Any]:
    make: Callable[..., Any] = Condition
    one = st.builds(make, st.just(field), st.sampled_from((Operator.EQ, Operator.LT, Operator.GT)), values)
    several = st.builds(make, st.just(field), st.just(Operator.IN), st.lists(values, max_size=3).map(tuple))
    return st.one_of(one, several, st.just(Condition(field, Operator.EQ, None)))
