"""E-mail addresses as keys: one normal form, and nothing that is not one gets in."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_engine.domain.emails import is_an_email, normalise_email
from service_engine.errors import RuleViolationError


@attrs.frozen
class Contact:
    """Something with an e-mail address under a name of its own."""

    mail: str = attrs.field(validator=is_an_email)


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ("john@example.com", "john@example.com"),
        ("  John@Example.COM\t", "john@example.com"),
        ("jürgen@BÜCHER.example", "jürgen@bücher.example"),
        ("İ@example.com", "i̇@example.com"),
        ("a+b@c", "a+b@c"),
    ],
    ids=["plain", "blanks and capitals", "accents", "grows", "short"],
)
def test_the_normal_form(given: str, normal: str):
    """Stripped and lower-cased, nothing else."""
    assert normal == normalise_email(given)


@pytest.mark.parametrize(
    "email",
    ["", "   ", "john", "@example.com", "john@", "a b@example.com", "a@b c", "a@b@c", "a@b\nc", "a@b\x00", "a@b\ud800"],
    ids=["empty", "blank", "no at", "no name", "no place", "blank left", "blank right", "two", "line", "nul", "half"],
)
def test_what_is_no_address_is_refused_on_its_field(email: str):
    """Blank, incomplete, doubled, broken and unstorable addresses all blame the field."""
    with pytest.raises(RuleViolationError) as refused:
        normalise_email(email, field="contact")
    assert refused.value.field == "contact"
    assert refused.value.message.startswith("The contact must ")


def test_an_address_without_shape_says_so():
    """The sentence tells what is expected, and the field is email unless told otherwise."""
    with pytest.raises(RuleViolationError) as refused:
        normalise_email("john")
    assert (refused.value.field, refused.value.message) == ("email", "The email must be an e-mail address.")


def test_the_bound_holds_after_lower_casing():
    """255 characters are enough; 255 capitals that grow when lower-cased are too many."""
    assert len(normalise_email("a" * 243 + "@example.com")) == 255
    for too_long in ("a" * 244 + "@example.com", "İ" * 243 + "@example.com"):
        with pytest.raises(RuleViolationError, match="at most 255 characters"):
            normalise_email(too_long)


@given(st.text(max_size=20), st.text(max_size=20), st.sampled_from(["", " ", "\t\n"]))
def test_normalising_is_idempotent_and_blind_to_case_and_blanks(name: str, place: str, blanks: str):
    """What comes out goes in unchanged; blanks around an address never matter."""
    try:
        normal = normalise_email(f"{name}@{place}")
    except RuleViolationError:
        return
    assert normal == normalise_email(normal) == normalise_email(f"{blanks}{name}@{place}{blanks}")
    assert normal == normal.strip().lower()
    assert Contact(normal).mail == normal


@given(st.emails())
def test_real_addresses_are_accepted_in_any_case(email: str):
    """Every address of the standard has a normal form, the same for its capitals where those are ASCII."""
    assert normalise_email(email) == normalise_email(email.upper()) == email.lower()


def test_a_field_takes_the_normal_form_only():
    """A value object never normalises silently: it refuses what was not normalised, and names the function."""
    assert Contact("john@example.com").mail == "john@example.com"
    with pytest.raises(ValueError, match="mail must be normalised; use normalise_email"):
        Contact("John@example.com")
    with pytest.raises(RuleViolationError) as blank:
        Contact(" john@example.com")
    assert blank.value.message == "The mail must not begin or end with a blank."
    with pytest.raises(RuleViolationError) as shapeless:
        Contact("john")
    assert shapeless.value.message == "The mail must be an e-mail address."
    with pytest.raises(TypeError, match="mail must be text, not int"):
        Contact(7)  # type: ignore[arg-type]
