"""Reading JSON and models: which field is blamed for what."""

from typing import Any

import pytest

from service_engine.schemas.clients import ClientUpdate
from service_engine.schemas.tickets import TicketCreate, TicketUpdate
from service_engine.schemas.validation import ABSENT, InvalidRequestError, read_json, read_model


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (b"{", "1"),
        (b"", "0"),
        (b'{"a": }', "6"),
        (b"'a'", "0"),
        ('{"ä": x}'.encode(), "6"),
        (b'{"a": "\xff"}', "7"),
        ('{"ä": "'.encode() + b'\xc3"}', "7"),
        (b"\xef\xbb\xbf{}", "0"),
        (b"[" * 100_000, "root"),
    ],
)
def test_what_is_not_json(data: bytes, field: str) -> None:
    """A syntax error is blamed on the offset of the character, bad UTF-8 too; depth on the whole."""
    with pytest.raises(InvalidRequestError) as refused:
        read_json(data)
    assert list(refused.value.errors) == [field]


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "1e400", "-1e400", "9" * 5000, "-" + "9" * 5000])
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ('{"subject": %s}', "subject"),
        ('{"status": %s}', "status"),
        ('{"note": %s}', "note"),
        ('{"tags": ["a", %s]}', "tags.1"),
        ('{"metadata": {"a": [{"b": %s}]}}', "metadata"),
        ('{"metadata": %s}', "metadata"),
        ('{"unknown": [%s]}', "unknown"),
    ],
)
def test_numbers_that_are_not_finite(body: str, field: str, text: str) -> None:
    """NaN, Infinity and what overflows to it are refused on their field, wherever they stand."""
    with pytest.raises(InvalidRequestError) as refused:
        read_model(TicketUpdate, read_json((body % text).encode()))
    assert list(refused.value.errors) == [field]


def test_large_numbers_that_are_finite_are_read() -> None:
    """A number of 399 digits is a number still."""
    assert read_json(b"1" * 399) == int("1" * 399)


def test_numbers_know_how_they_were_written() -> None:
    """A number with a point or an exponent is a float, and still its text; a whole number is an int."""
    whole, *others = read_json(b"[7, 0.10, 1e2, -0.0]")
    assert type(whole) is int
    assert [(float(each), each.text) for each in others] == [(0.1, "0.10"), (100.0, "1e2"), (-0.0, "-0.0")]


def test_no_text_names_a_class() -> None:
    """What is no object is refused in words that mean something to a caller, alone and nested."""
    for model, body in ((TicketCreate, read_json(b"1.5")), (ClientUpdate, {"address": read_json(b"1.5")})):
        with pytest.raises(InvalidRequestError) as refused:
            read_model(model, body)
        [texts] = refused.value.errors.values()
        assert texts == ["Input should be a valid dictionary or object to extract fields from"]


@pytest.mark.parametrize("body", [ABSENT, None])
def test_no_body(body: Any) -> None:
    """A body that is missing, or null, is blamed as a whole."""
    with pytest.raises(InvalidRequestError) as refused:
        read_model(TicketCreate, body)
    assert refused.value.errors == {"root": ["Field required"]}


@pytest.mark.parametrize("body", [[], "text", b"subject=Help", 1, True])
def test_a_body_of_another_kind(body: Any) -> None:
    """A body that is no object is blamed as a whole."""
    with pytest.raises(InvalidRequestError) as refused:
        read_model(TicketCreate, body)
    assert list(refused.value.errors) == ["root"]


def test_every_complaint_at_once() -> None:
    """All fields that are wrong are named, nested ones by their path."""
    body = {"name_f": " ", "email": 1, "status_id": 1.5, "address": {"city": 1, "country": "x" * 11}, "phone": None}
    with pytest.raises(InvalidRequestError) as refused:
        read_model(ClientUpdate, body)
    assert set(refused.value.errors) == {"name_f", "email", "status_id", "address.city", "address.country"}


def test_coercion_is_lax_where_the_contract_says() -> None:
    """Whole numbers are taken as text and as floats without a fraction; unknown keys are ignored."""
    for status in ("2", 2.0, 2):
        assert read_model(TicketUpdate, {"status": status, "id": 7}).status == 2
