"""The kinds of field: what each of them takes, and what it refuses."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from service_engine.domain.text import clean
from service_engine.errors import RuleViolationError
from service_engine.schemas.fields import (
    MAX_ITEMS,
    NOWHERE,
    Email,
    FreeJson,
    Instant,
    Line50,
    Note,
    OptionalReference,
    Reference,
    RequiredLine,
    Tags,
    absent,
    instant,
    uuid_of,
)

ID = "0190163d-8694-739b-aea5-966c26f8ad91"
LONE = "\ud800"


KINDS: dict[str, Any] = {
    "Email": Email,
    "FreeJson": FreeJson,
    "Instant": Instant,
    "Line50": Line50,
    "Note": Note,
    "OptionalReference": OptionalReference,
    "Reference": Reference,
    "RequiredLine": RequiredLine,
    "Tags": Tags,
}


def read(kind: str, value: Any) -> Any:
    """Read one value as one kind of field."""
    return TypeAdapter(KINDS[kind]).validate_python(value)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("RequiredLine", "  Help  ", "Help"),
        ("RequiredLine", " " * 300 + "x" * 255 + " " * 300, "x" * 255),
        ("Line50", "   ", ""),
        ("Note", "x" * 65_535, "x" * 65_535),
        ("Email", " John <John@EXAMPLE.com> ", "john@example.com"),
        ("Email", "jörg@exämple.com", "jörg@exämple.com"),
        ("Instant", "2026-02-07T13:00:00.5+01:00", datetime(2026, 2, 7, 12, 0, 0, 500_000, tzinfo=UTC)),
        ("Instant", " 2026-02-07T12:00Z ", datetime(2026, 2, 7, 12, tzinfo=UTC)),
        ("FreeJson", {"a": [1, {"b": None}]}, {"a": (1, {"b": None})}),
        ("Reference", ID.upper(), UUID(ID)),
        ("Reference", f" {ID} ", UUID(ID)),
        ("Reference", "no id", NOWHERE),
        ("Reference", ID.replace("-", ""), NOWHERE),
        ("Reference", "", NOWHERE),
        ("OptionalReference", "", None),
        ("OptionalReference", " ", None),
        ("OptionalReference", None, None),
        ("OptionalReference", "no id", NOWHERE),
        ("Tags", [" urgent", "billing"], ["urgent", "billing"]),
    ],
)
def test_a_field_takes(kind: str, value: Any, expected: Any) -> None:
    """What fits becomes the library's value: stripped, frozen, in UTC."""
    assert read(kind, value) == expected


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("RequiredLine", "   "),
        ("RequiredLine", "\x1c"),  # a blank for Python, though not for Rust
        ("RequiredLine", "x" * 256),
        ("RequiredLine", "a\x00b"),
        ("RequiredLine", LONE),
        ("RequiredLine", 7),
        ("RequiredLine", None),
        ("Line50", "x" * 51),
        ("Note", "x" * 65_536),
        ("Email", "a@b.test"),
        ("Email", "a@localhost"),
        ("Email", "not an address"),
        ("Email", "a" * 255 + "@example.com"),
        ("Email", None),
        ("Instant", "2026-02-07T12:00:00"),
        ("Instant", "2026-02-07"),
        ("Instant", "2026-02-30T12:00:00Z"),
        ("Instant", "0001-01-01T00:00:00+14:00"),
        ("Instant", "yesterday"),
        ("Instant", "１999-01-01T00:00:00Z"),  # noqa: RUF001 - a digit of another script, on purpose
        ("Instant", 1_700_000_000),
        ("Instant", None),
        ("FreeJson", []),
        ("FreeJson", None),
        ("FreeJson", {"a": float("nan")}),
        ("FreeJson", {"a": "\x00"}),
        ("FreeJson", {LONE: 1}),
        ("FreeJson", {"a": 2**64}),
        ("FreeJson", {"a": "x" * 16_384}),
        ("FreeJson", {"a": [[[[[[[[1]]]]]]]]}),
        ("Reference", 7),
        ("Reference", None),
        ("Reference", "\x00"),
        ("Reference", LONE),
        ("OptionalReference", 7),
        ("Tags", ["  "]),
        ("Tags", ["x" * 256]),
        ("Tags", ["x"] * (MAX_ITEMS + 1)),
        ("Tags", "urgent"),
        ("Tags", None),
    ],
)
def test_a_field_refuses(kind: str, value: Any) -> None:
    """What does not fit is refused with a sentence, whatever it is."""
    with pytest.raises(ValidationError) as refused:
        read(kind, value)
    assert all(each["msg"] for each in refused.value.errors(include_url=False))


@given(st.text())
def test_text_follows_the_domain(value: str) -> None:
    """The wire takes exactly the text that the domain takes, and makes the same of it."""
    try:
        expected = clean(value, field="subject")
    except RuleViolationError:
        with pytest.raises(ValidationError):
            read("RequiredLine", value)
    else:
        assert read("RequiredLine", value) == expected


@given(st.datetimes(timezones=st.timezones()))
def test_a_time_survives_the_wire(value: datetime) -> None:
    """Whatever Python writes as ISO 8601 with minutes of offset is read as the same instant."""
    text = value.isoformat()
    try:
        expected = value.astimezone(UTC)
    except OverflowError:
        with pytest.raises(ValueError, match="outside the years"):
            instant(text)
        return
    if len(text.rpartition("+")[2]) <= len("00:00") or text[-6] == "-":
        assert instant(text) == expected


@given(st.uuids())
def test_a_uuid_has_one_form(value: UUID) -> None:
    """A UUID is read with dashes, in any case; without them, in braces or with a line's end it is none."""
    assert uuid_of(str(value)) == uuid_of(str(value).upper()) == value
    for text in (value.hex, f"{{{value}}}", f"{value}\n", f" {value}", value.urn):
        assert uuid_of(text) is None


def test_absent_is_not_null() -> None:
    """A field that may be left out does not take null by that."""

    class Body(BaseModel):
        name: RequiredLine = absent()

    assert repr(Body().name) == "UNSET"
    with pytest.raises(ValidationError):
        Body.model_validate({"name": None})
