"""Text: stripped, bounded, storable; the same rule for input and for values."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_engine.domain.text import LINE, NOTE, bounded, clean, optional_bounded
from service_engine.errors import RuleViolationError


@attrs.frozen(kw_only=True)
class Card:
    """Something with a title, a body that may be empty, and a footer that may be missing."""

    title: str = attrs.field(default="t", validator=bounded(5))
    body: str = attrs.field(default="", validator=bounded(5, required=False))
    footer: str | None = attrs.field(default=None, validator=optional_bounded(5))


def refusal(value: str, **options: Any) -> str:
    """Return the sentence with which a text is refused."""
    with pytest.raises(RuleViolationError) as refused:
        clean(value, field="subject", **options)
    assert refused.value.field == "subject"
    return refused.value.message


def test_the_two_lengths():
    """A line is 255 characters, a note 65,535."""
    assert (LINE, NOTE) == (255, 65_535)


def test_the_sentences():
    """What people read when a text is refused."""
    assert refusal("  ") == "The subject must not be blank."
    assert refusal("x" * 256) == "The subject must have at most 255 characters, not 256."
    assert refusal("xxx", max_length=2) == "The subject must have at most 2 characters, not 3."
    assert refusal("a\x00b") == "The subject must not contain the NUL character."
    assert refusal("a\ud800b") == "The subject must not contain a lone surrogate."


def test_the_length_is_counted_after_stripping():
    """Blanks around a text that just fits do not matter."""
    assert clean("  " + "x" * 255 + "  ", field="subject") == "x" * 255
    assert clean("x" * 10, field="subject", max_length=10) == "x" * 10


def test_an_optional_text_may_be_blank():
    """Blank becomes empty."""
    assert clean(" \t\n", field="note", required=False) == ""


@given(st.text(), st.integers(0, 10), st.booleans())
def test_cleaning_is_exactly_the_rule(value: str, max_length: int, required: bool):
    """Accepted exactly when, stripped, it is there if required, short enough and storable; idempotent."""
    stripped = value.strip()
    fine = (
        (bool(stripped) or not required)
        and len(stripped) <= max_length
        and "\x00" not in stripped
        and not any(0xD800 <= ord(character) <= 0xDFFF for character in stripped)
    )
    if fine:
        cleaned = clean(value, field="subject", max_length=max_length, required=required)
        assert cleaned == stripped == clean(cleaned, field="subject", max_length=max_length, required=required)
    else:
        refusal(value, max_length=max_length, required=required)


def test_every_surrogate_is_refused():
    """First and last, high and low, in input and in values."""
    for edge in ("\ud800", "\udbff", "\udc00", "\udfff"):
        assert "surrogate" in refusal(edge)
        with pytest.raises(RuleViolationError, match="surrogate"):
            Card(footer=edge)


@pytest.mark.parametrize("character", ["\ud7ff", "\ue000", "\U0001f600", "é", "\x01", "\x7f"], ids=ascii)
def test_every_other_character_is_kept(character: str):
    """The neighbours of the surrogates and what lies beyond the first plane are text like any other."""
    assert clean(f"a{character}b", field="subject") == f"a{character}b"
    assert Card(title=f"a{character}b").title == f"a{character}b"


@given(st.text(max_size=6))
def test_a_value_holds_exactly_what_cleaning_gives(value: str):
    """A required field accepts a text exactly when cleaning it changes nothing; the refusal names the attribute."""
    try:
        fits = clean(value, field="title", max_length=5) == value
    except RuleViolationError:
        fits = False
    if fits:
        assert Card(title=value).title == value
    else:
        with pytest.raises(RuleViolationError) as refused:
            Card(title=value)
        assert refused.value.field == "title"
        assert refused.value.message.startswith("The title must ")


@pytest.mark.parametrize("value", [" a", "a ", "\ta", "a\n", "a\u2003"], ids=ascii)
def test_a_required_value_has_no_blanks_around_it(value: str):
    """At either end, of any kind."""
    with pytest.raises(RuleViolationError) as refused:
        Card(title=value)
    assert refused.value.message == "The title must not begin or end with a blank."


def test_a_value_that_may_be_empty_may_also_be_blank():
    """Only required fields insist on being stripped."""
    card = Card(body=" ", footer=" ")
    assert (card.body, card.footer) == (" ", " ")
    assert Card(footer="").footer == ""
    assert Card().footer is None


@pytest.mark.parametrize("field", ["title", "body", "footer"])
def test_every_value_is_bounded(field: str):
    """Five fit, six do not; NUL never does."""
    assert getattr(Card(**{field: "x" * 5}), field) == "x" * 5
    for wrong in ("x" * 6, "a\x00b"):
        with pytest.raises(RuleViolationError) as refused:
            Card(**{field: wrong})
        assert refused.value.field == field


@pytest.mark.parametrize("value", [None, 7, b"x", ["x"]], ids=repr)
def test_a_value_is_text(value: Any):
    """Other types are wrong use, named by attribute and type."""
    with pytest.raises(TypeError, match=f"title must be text, not {type(value).__name__}"):
        Card(title=value)
    with pytest.raises(TypeError, match=f"body must be text, not {type(value).__name__}"):
        Card(body=value)


def test_an_optional_value_is_text_or_none():
    """None is the only thing besides text."""
    with pytest.raises(TypeError, match="footer must be text, not int"):
        Card(footer=7)  # type: ignore[arg-type]


def test_the_default_bounds_are_a_lines():
    """Without a number, values hold 255 characters."""

    @attrs.frozen(kw_only=True)
    class Plain:
        title: str = attrs.field(default="t", validator=bounded())
        footer: str | None = attrs.field(default=None, validator=optional_bounded())

    assert (Plain(title="x" * 255).title, Plain(footer="x" * 255).footer) == ("x" * 255, "x" * 255)
    for wrong in ({"title": "x" * 256}, {"footer": "x" * 256}):
        with pytest.raises(RuleViolationError):
            Plain(**wrong)


@pytest.mark.parametrize("value", [None, 7, b"x", ["x"]], ids=repr)
def test_only_text_can_be_cleaned(value: Any):
    """The field is named, as in a value."""
    with pytest.raises(TypeError, match=f"^subject must be text, not {type(value).__name__}$"):
        clean(value, field="subject")
