"""The kinds of field: what each of them takes, and what it refuses."""

import json
from datetime import UTC, datetime
from decimal import Decimal
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
    MAX_PAIRS,
    NOWHERE,
    Count,
    Email,
    FileAddress,
    FreeJson,
    Instant,
    Integer,
    Length,
    Line50,
    MetadataPairs,
    Note,
    OptionalReference,
    PeriodUnit,
    ProposalNotes,
    Reference,
    RequiredLine,
    RequiredLine100,
    RequiredNote,
    SmallCount,
    Tags,
    absent,
    employee_ids,
    instant,
    uuid_of,
)
from service_engine.schemas.money import Amount, Currency, Price, amount_of
from service_engine.schemas.validation import Number, read_json

ID = "0190163d-8694-739b-aea5-966c26f8ad91"
LONE = "\ud800"


KINDS: dict[str, Any] = {
    "Amount": Amount,
    "Count": Count,
    "Currency": Currency,
    "Email": Email,
    "FileAddress": FileAddress,
    "FreeJson": FreeJson,
    "Instant": Instant,
    "Integer": Integer,
    "Length": Length,
    "Line50": Line50,
    "MetadataPairs": MetadataPairs,
    "Note": Note,
    "PeriodUnit": PeriodUnit,
    "Price": Price,
    "ProposalNotes": ProposalNotes,
    "OptionalReference": OptionalReference,
    "Reference": Reference,
    "RequiredLine": RequiredLine,
    "RequiredLine100": RequiredLine100,
    "RequiredNote": RequiredNote,
    "SmallCount": SmallCount,
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
        ("RequiredLine100", " " + "x" * 100, "x" * 100),
        ("ProposalNotes", "x" * 65_512 + " ", "x" * 65_512),
        ("Note", "x" * 65_535, "x" * 65_535),
        ("Email", " John <John@EXAMPLE.com> ", "john@example.com"),
        ("Email", "jörg@exämple.com", "jörg@exämple.com"),
        ("Instant", "2026-02-07T13:00:00.5+01:00", datetime(2026, 2, 7, 12, 0, 0, 500_000, tzinfo=UTC)),
        ("Instant", " 2026-02-07T12:00Z ", datetime(2026, 2, 7, 12, tzinfo=UTC)),
        ("Instant", "2026-02-07T23:59-2359", datetime(2026, 2, 8, 23, 58, tzinfo=UTC)),
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
        ("Amount", 7, Decimal("7.000")),
        ("Amount", Number("0.10"), Decimal("0.100")),
        ("Amount", Number("-1.5e1"), Decimal("-15.000")),
        ("Amount", " 0.1 ", Decimal("0.100")),
        ("Amount", "-9999999999.99", Decimal("-9999999999.990")),
        ("Amount", ".5", Decimal("0.500")),
        ("Amount", Number("-0.0"), Decimal("0.000")),
        ("Price", 0, Decimal("0.000")),
        ("Price", Number("-0.0"), Decimal("0.000")),
        ("Currency", " usd ", "USD"),
        ("PeriodUnit", "W", "W"),
        ("Integer", -2_147_483_647, -2_147_483_647),
        ("Integer", Number("3.0"), 3),
        ("Count", 0, 0),
        ("Length", "1", 1),
        ("SmallCount", 32_767, 32_767),
        ("RequiredNote", " x" * 2, "x x"),
        ("FileAddress", " " + "x" * 2048, "x" * 2048),
        ("MetadataPairs", [], {}),
        ("MetadataPairs", [{"title": " a "}, {"title": "a", "value": " 1 "}, {"title": " "}], {"a": " 1 "}),
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
        ("RequiredLine100", " "),
        ("RequiredLine100", "x" * 101),
        ("ProposalNotes", "x" * 65_513),
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
        ("Instant", "2026-02-07T12:00:00+01:60"),
        ("Instant", "2026-02-07T12:00:00+01:99"),
        ("Instant", "2026-02-07T12:00:00-0199"),
        ("Instant", "2026-02-07T12:00:00+24:00"),
        ("Instant", "2026-02-07T12:00:00-3000"),
        ("Instant", "2026-02-07T24:00:00Z"),
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
        ("Amount", 0.1),  # a float has been rounded already
        ("Amount", True),
        ("Amount", None),
        ("Amount", ""),
        ("Amount", "1,5"),
        ("Amount", "1_0"),
        ("Amount", "0x1"),
        ("Amount", "NaN"),
        ("Amount", "-Infinity"),
        ("Amount", "１"),  # noqa: RUF001 - a digit of another script, on purpose
        ("Amount", "0.0001"),
        ("Amount", "9999999999.991"),
        ("Amount", "1e400"),
        ("Amount", "1e999999999999"),
        ("Amount", Number("1e-400")),
        ("Amount", 10**399),
        ("Amount", float("inf")),
        ("Amount", [1]),
        ("Price", -1),
        ("Price", "-0.001"),
        ("Currency", "US"),
        ("Currency", "U SD"),
        ("Currency", "uß"),  # what their capitals are would be USS, IDR and SEK
        ("Currency", "\u0131dr"),
        ("Currency", "\u017fek"),
        ("Currency", None),
        ("PeriodUnit", "w"),
        ("PeriodUnit", "DW"),
        ("Integer", 2**31),
        ("Integer", Number("0.5")),
        ("Count", -1),
        ("Length", 0),
        ("SmallCount", 32_768),
        ("RequiredNote", "  "),
        ("RequiredNote", "x" * 65_536),
        ("FileAddress", " "),
        ("FileAddress", "x" * 2049),
        ("MetadataPairs", {}),
        ("MetadataPairs", None),
        ("MetadataPairs", ["a"]),
        ("MetadataPairs", [{"value": "a"}]),
        ("MetadataPairs", [{"title": "a", "value": None}]),
        ("MetadataPairs", [{"title": LONE}]),
        ("MetadataPairs", [{"title": "a"}] * (MAX_PAIRS + 1)),
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


@given(st.decimals(-(10**10) + 1, 10**10 - 1, places=3))
def test_amounts_are_exact(value: Decimal) -> None:
    """As a number of JSON and as a text: what is written is what is read, to the last digit (D34)."""
    for text in (f"{value:f}", f"{value:e}"):
        assert amount_of(text) == value
        assert read("Amount", read_json(json.dumps(text).encode())) == value
        assert read("Amount", read_json(text.encode())) == value


@given(st.text())
def test_amounts_never_fail_otherwise(text: str) -> None:
    """Whatever a text is, it is an amount or refused with a ValueError."""
    try:
        amount = amount_of(text)
    except ValueError:
        return
    assert amount == Decimal(text)


def test_metadata_is_frozen() -> None:
    """What comes of the pairs is a value like any other free JSON."""
    with pytest.raises(TypeError):
        read("MetadataPairs", [{"title": "a"}])["a"] = "b"


def test_a_malformed_reference_keeps_its_text() -> None:
    """It is equal to ``NOWHERE``, which nothing has, but says in messages what was sent, within bounds."""
    [known, malformed, long] = employee_ids(read("Reference", each) for each in (ID.upper(), " no id ", "x" * 300))
    assert (str(known), str(malformed), str(long)) == (ID, "no id", "x" * 255)
    assert malformed == long == NOWHERE
    assert hash(malformed) == hash(NOWHERE)
