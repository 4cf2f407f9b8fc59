"""Strategies for what the nouns are made of: texts, times, money, JSON, ids, addresses, permissions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from service_engine.domain.access import Levels, Settings
from service_engine.domain.clients import Address, PostalAddress
from service_engine.domain.emails import normalise_email
from service_engine.domain.ids import AddressId
from service_engine.domain.json_values import JsonObject, freeze
from service_engine.domain.money import MAX_AMOUNT, Money, decimals, money
from service_engine.domain.numbers import INTEGER
from service_engine.domain.text import LINE, NOTE
from service_engine.errors import RuleViolationError

__all__ = [
    "CURRENCIES",
    "QUANTITIES",
    "addresses",
    "emails",
    "ids",
    "in_units",
    "instants",
    "json_objects",
    "largest",
    "levels",
    "lines",
    "monies",
    "notes",
    "of_units",
    "optional_lines",
    "places",
    "settings_of_roles",
    "slugs",
    "zoned_instants",
]

CURRENCIES: Final = ("USD", "EUR", "JPY", "KWD")
"""With two decimals, none, and three."""
QUANTITIES: Final = st.integers(1, 10) | st.sampled_from((1, 144, INTEGER))
_STORABLE: Final = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
_NASTY: Final = (
    "'; DROP TABLE tickets; --",
    "100% _done_ \\",
    ":org_id",
    "%(org_id)s",
    '{0} ${x} "quoted"',
    "e\u0301",  # é in two characters
    "\u00e9",  # é in one
    "İstanbul",  # longer in lower case
    "ß ﬁ ǅ",
    "日本語のチケット",
    "👩\u200d👩\u200d👧 👍🏽",
    "\U0010ffff\ufffe",  # the last code point, and one that is not a character
    "\u202eright to left",
    "a\u00a0b\u2028c\u200b",
    "line one\r\nline two\ttabbed",
    "\x01\x1b[31m\x7f",
    "null",
    "Z",
    "a",
    "É",
)
_SMALLEST_ZONE: Final = -14 * 60
_LARGEST_ZONE: Final = 14 * 60


def lines(max_length: int = LINE) -> SearchStrategy[str]:
    """Make texts of one to so many characters without blanks at their ends: a name, a subject.

    Example:
        >>> from hypothesis import find
        >>> find(lines(), lambda line: len(line) == 3)
        '000'
    """
    any_text = st.text(_STORABLE, min_size=1, max_size=min(max_length, 20))
    longest = st.builds(str.__mul__, st.sampled_from(("x", "é", "語", "\U0001f600")), st.just(max_length))
    nasty = st.sampled_from(_NASTY).map(lambda text: text[:max_length])
    return st.one_of(any_text, nasty, longest).map(str.strip).filter(bool)


def optional_lines(max_length: int = LINE) -> SearchStrategy[str | None]:
    """Make such texts, or the empty one, or None.

    Example:
        >>> from hypothesis import find
        >>> find(optional_lines(50), lambda line: line == "")
        ''
    """
    return st.none() | st.just("") | lines(max_length)


def notes() -> SearchStrategy[str | None]:
    """Make notes: up to 65,535 characters, or None.

    Example:
        >>> from hypothesis import find
        >>> find(notes(), lambda note: note is not None)
        ''
    """
    return st.none() | st.just("") | lines() | st.sampled_from(("x", "é", "😀")).map(lambda one: one * NOTE)


def emails() -> SearchStrategy[str]:
    """Make e-mail addresses in their normal form, usual ones and strange ones.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(phases=[Phase.generate])
        >>> "@" in find(emails(), lambda email: True, settings=quick)
        True
    """
    plain = st.from_regex(r"[a-z][a-z0-9.+-]{0,20}@[a-z]{1,10}\.(com|de|jp)", fullmatch=True)
    part = st.text(st.characters(exclude_categories=["Cs", "Z", "Cc"], exclude_characters="@"), min_size=1, max_size=20)
    strange = st.builds("{}@{}".format, part, part)
    return st.one_of(plain, strange).filter(_is_an_email).map(normalise_email)


def slugs() -> SearchStrategy[str]:
    """Make slugs of organisations.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(max_examples=2_000, phases=[Phase.generate])
        >>> find(slugs(), lambda slug: slug.count("-") == 1, settings=quick).isascii()
        True
    """
    return st.from_regex(r"[a-z0-9]{1,20}(-[a-z0-9]{1,20}){0,3}", fullmatch=True)


def ids() -> SearchStrategy[UUID]:
    """Make ids; at run time an id of any kind is a plain UUID.

    Example:
        >>> from hypothesis import find
        >>> find(ids(), lambda each: True).version
        7
    """
    return st.builds(
        lambda millisecond, a, b: UUID(int=millisecond << 80 | 7 << 76 | a << 64 | 0b10 << 62 | b),
        st.integers(1_700_000_000_000, 2_000_000_000_000),
        st.integers(0, 2**12 - 1),
        st.integers(0, 2**62 - 1),
    )


def instants() -> SearchStrategy[datetime]:
    """Make points in time in UTC, mostly of this century, and of all years that there are.

    Example:
        >>> from hypothesis import find
        >>> find(instants(), lambda at: True).isoformat()
        '2000-01-01T00:00:00+00:00'
    """
    usual = st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
    return usual | st.datetimes(timezones=st.just(UTC))


def zoned_instants() -> SearchStrategy[datetime]:
    """Make points in time in any zone, as they come in from outside; the library keeps them in UTC.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(phases=[Phase.generate])
        >>> find(zoned_instants(), lambda at: True, settings=quick).utcoffset() is None
        False
    """
    offsets = st.integers(_SMALLEST_ZONE, _LARGEST_ZONE).map(lambda minutes: timezone(timedelta(minutes=minutes)))
    return st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=offsets)  # noqa: DTZ001


def monies(*, negative: bool = True, currency: str | None = None) -> SearchStrategy[Money]:
    """Make amounts of money in currencies with no, two and three decimals, their bounds included.

    Args:
        negative: Whether amounts below zero are wanted, too.
        currency: The only currency that is wanted.

    Example:
        >>> from hypothesis import find
        >>> str(find(monies(), lambda amount: amount.currency == "JPY"))
        '0 JPY'
    """
    wanted = CURRENCIES if currency is None else (currency,)
    return st.sampled_from(wanted).flatmap(lambda each: _amounts(each, negative))


def in_units(amount: Money) -> int:
    """Return an amount as a whole number of the smallest unit of its currency: cents, yen.

    Example:
        >>> in_units(money("1.50", "USD")), in_units(money(150, "JPY"))
        (150, 150)
    """
    return int(amount.amount.scaleb(decimals(amount.currency)))


def of_units(units: int, currency: str) -> Money:
    """Return so many of the smallest unit of a currency as money.

    Example:
        >>> str(of_units(150, "KWD"))
        '0.150 KWD'
    """
    return money(Decimal(units).scaleb(-decimals(currency)), currency)


def largest(currency: str) -> Money:
    """Return the largest amount of a currency.

    Example:
        >>> str(largest("JPY"))
        '9999999999 JPY'
    """
    return of_units(int(MAX_AMOUNT.scaleb(decimals(currency))), currency)


def json_objects(field: str = "metadata") -> SearchStrategy[JsonObject]:
    """Make frozen JSON objects of every kind, the deepest that is allowed included.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(max_examples=2_000, phases=[Phase.generate])
        >>> len(find(json_objects(), lambda value: len(value) == 2, settings=quick))
        2
    """
    text = lines(40) | st.just("")
    leaves = (
        st.none()
        | st.booleans()
        | st.integers(-(2**63) + 1, 2**63 - 1)
        | st.floats(allow_nan=False, allow_infinity=False)
        | text
    )
    nested = st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
        max_leaves=6,
    )
    deepest: SearchStrategy[dict[str, Any]] = leaves.map(_eight_levels)
    return (st.dictionaries(text, nested, max_size=4).filter(_fits) | deepest).map(
        lambda value: freeze(value, field=field)
    )


def places() -> SearchStrategy[PostalAddress]:
    """Make the places of addresses.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(phases=[Phase.generate])
        >>> len(find(places(), lambda place: place.country is not None, settings=quick).country) <= 10
        True
    """
    return st.builds(
        PostalAddress,
        line_1=optional_lines(),
        line_2=optional_lines(),
        city=optional_lines(),
        state=optional_lines(),
        country=optional_lines(10),
        postcode=optional_lines(50),
    )


def addresses() -> SearchStrategy[Address]:
    """Make addresses.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(phases=[Phase.generate])
        >>> isinstance(find(addresses(), lambda address: True, settings=quick).place, PostalAddress)
        True
    """
    return st.builds(
        Address,
        id=ids().map(AddressId),
        place=places(),
        first_name=optional_lines(),
        last_name=optional_lines(),
        tax_id=optional_lines(100),
        company_name=optional_lines(),
        company_vat=optional_lines(100),
    )


def levels(*, dashboard_access: SearchStrategy[int] | None = None) -> SearchStrategy[Levels]:
    """Make the 13 levels of a role.

    Args:
        dashboard_access: Where that level comes from; any by default.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(phases=[Phase.generate])
        >>> find(levels(dashboard_access=st.just(3)), lambda levels: True, settings=quick).dashboard_access
        3
    """
    each = {level.name: st.integers(0, 3) for level in attrs.fields(Levels)}
    if dashboard_access is not None:
        each["dashboard_access"] = dashboard_access
    return st.builds(Levels, **each)


def settings_of_roles() -> SearchStrategy[Settings]:
    """Make the 16 settings of a role.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(phases=[Phase.generate])
        >>> find(settings_of_roles(), lambda each: each.team, settings=quick).team
        True
    """
    return st.builds(Settings, **{setting.name: st.booleans() for setting in attrs.fields(Settings)})


def _amounts(currency: str, negative: bool) -> SearchStrategy[Money]:
    scale = Decimal(1).scaleb(-decimals(currency))
    most = int(MAX_AMOUNT / scale)
    least = -most if negative else 0
    return (st.integers(0, 300_000) | st.integers(least, most) | st.sampled_from((least, most))).map(
        lambda units: money(units * scale, currency)
    )


def _is_an_email(text: str) -> bool:
    try:
        return normalise_email(normalise_email(text)) == normalise_email(text)
    except RuleViolationError:
        return False


def _fits(value: dict[str, Any]) -> bool:
    try:
        freeze(value)
    except RuleViolationError:
        return False
    return True


def _eight_levels(leaf: Any) -> dict[str, Any]:
    for _ in range(7):
        leaf = [leaf]
    return {"deepest": leaf}
