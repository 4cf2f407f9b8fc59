"""The kinds of field that requests are made of.

Each of them ends as a value that the library takes: text stripped and bounded, free JSON frozen, times in UTC,
references as UUIDs. The rules are the domain's own functions; here they only get the wire's messages.

Source: contract section 1.5; part A "Requests".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import (
    AfterValidator,
    EmailStr,
    Field,
    GetCoreSchemaHandler,
    GetPydanticSchema,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError, PydanticKnownError, core_schema

from service_engine.domain.change import UNSET
from service_engine.domain.emails import normalise_email
from service_engine.domain.ids import EmployeeId, UserId
from service_engine.domain.instants import utc
from service_engine.domain.json_values import JsonObject, freeze
from service_engine.domain.messages import MAX_FILE_ADDRESS
from service_engine.domain.numbers import INTEGER, SMALL_INTEGER
from service_engine.domain.proposals import MAX_NOTES
from service_engine.domain.services import PERIOD_UNITS
from service_engine.domain.text import LINE, NOTE, clean
from service_engine.errors import RuleViolationError
from service_engine.schemas.validation import Input

__all__ = [
    "MAX_ITEMS",
    "MAX_PAIRS",
    "NOWHERE",
    "Count",
    "Email",
    "FileAddress",
    "FreeJson",
    "Instant",
    "Integer",
    "Length",
    "Line",
    "Line10",
    "Line50",
    "Line100",
    "MetadataPair",
    "MetadataPairs",
    "Note",
    "OptionalReference",
    "PeriodUnit",
    "ProposalNotes",
    "Reference",
    "References",
    "RequiredLine",
    "RequiredLine100",
    "RequiredNote",
    "SmallCount",
    "Tags",
    "absent",
    "employee_ids",
    "instant",
    "uuid_of",
]

MAX_ITEMS: Final = 100
"""How many employees, or tags, one request may name: what a request sets off must be bounded."""
MAX_PAIRS: Final = 1000
"""How many pairs of title and value one request may give; the object that they make has bounds of its own."""
NOWHERE: Final = UUID("ffffffff-ffff-ffff-ffff-ffffffffffff")
"""What a malformed reference is equal to, though it keeps its text for messages. RFC 9562 reserves it: nothing ever has
it, so it is looked up, like any other unknown id, when its turn in the order of checks comes, and answered in the same
words."""

_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-9]{2}(?:[.,][0-9]{1,9})?)?"
    r"(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9])",  # Python would take 99 minutes, and add them up
    re.ASCII,
)


def absent() -> Any:
    """Declare a field that may be left out, which means "unchanged", without allowing null by that.

    Example:
        >>> class Change(Input):
        ...     subject: RequiredLine = absent()
        >>> Change().subject, Change(subject=" Help ").subject
        (UNSET, 'Help')
    """
    return Field(default_factory=lambda: UNSET)


def uuid_of(text: str) -> UUID | None:
    """Return the UUID that the text is, in its one form with dashes; None when it is none.

    Example:
        >>> uuid_of("0190163D-8694-739B-AEA5-966C26F8AD91")
        UUID('0190163d-8694-739b-aea5-966c26f8ad91')
        >>> uuid_of("0190163d8694739baea5966c26f8ad91") is None
        True
    """
    return UUID(text) if _UUID.fullmatch(text) else None


def instant(text: str) -> datetime:
    """Return the time that the text is, in UTC: ISO 8601 with an offset or ``Z``.

    Raises:
        ValueError: It is not one, or has no offset.

    Example:
        >>> instant("2026-02-07T13:00:00+01:00").isoformat()
        '2026-02-07T12:00:00+00:00'
    """
    if not _INSTANT.fullmatch(text):
        msg = "Input should be an ISO 8601 time with an offset or Z"
        raise ValueError(msg)
    return utc(datetime.fromisoformat(text.upper().replace(",", ".")))


def employee_ids(ids: Iterable[UUID]) -> list[EmployeeId]:
    """Return references as the ids of employees, which the use cases take.

    Example:
        >>> employee_ids([NOWHERE]) == [NOWHERE]
        True
    """
    return [EmployeeId(UserId(each)) for each in ids]


def _blank() -> PydanticKnownError:
    return PydanticKnownError("string_too_short", {"min_length": 1})


def _too_long(max_length: int) -> PydanticKnownError:
    return PydanticKnownError("string_too_long", {"max_length": max_length})


def _no_text() -> PydanticKnownError:
    return PydanticKnownError("string_type")


def _no_object() -> PydanticKnownError:
    return PydanticKnownError("dict_type")


def _refused(reason: str) -> PydanticCustomError:
    return PydanticCustomError("value_error", "{reason}", {"reason": reason})


def _text(max_length: int, *, required: bool = False) -> Callable[[str], str]:
    def check(value: str) -> str:
        value = value.strip()
        if required and not value:
            raise _blank()
        if len(value) > max_length:
            raise _too_long(max_length)
        return _storable(value)

    return check


def _storable(value: str) -> str:
    try:
        return clean(value, field="text", max_length=len(value), required=False)
    except RuleViolationError as error:
        raise _refused(error.message) from None


def _schema(max_length: int, *, min_length: int = 0) -> WithJsonSchema:
    lowest = {"minLength": min_length} if min_length else {}
    return WithJsonSchema({"type": "string", **lowest, "maxLength": max_length})


RequiredLine = Annotated[str, AfterValidator(_text(LINE, required=True)), _schema(LINE, min_length=1)]
"""1 to 255 characters after stripping."""
RequiredLine100 = Annotated[str, AfterValidator(_text(100, required=True)), _schema(100, min_length=1)]
"""1 to 100 characters after stripping."""
Line = Annotated[str, AfterValidator(_text(LINE)), _schema(LINE)]
"""Up to 255 characters after stripping."""
Line100 = Annotated[str, AfterValidator(_text(100)), _schema(100)]
"""Up to 100 characters after stripping."""
Line50 = Annotated[str, AfterValidator(_text(50)), _schema(50)]
"""Up to 50 characters after stripping."""
Line10 = Annotated[str, AfterValidator(_text(10)), _schema(10)]
"""Up to 10 characters after stripping."""
Note = Annotated[str, AfterValidator(_text(NOTE)), _schema(NOTE)]
"""Up to 65,535 characters after stripping."""
ProposalNotes = Annotated[str, AfterValidator(_text(MAX_NOTES)), _schema(MAX_NOTES)]
"""As many characters after stripping as fit into the note of the order that a proposal becomes."""
RequiredNote = Annotated[str, AfterValidator(_text(NOTE, required=True)), _schema(NOTE, min_length=1)]
"""1 to 65,535 characters after stripping."""
FileAddress = Annotated[
    str, AfterValidator(_text(MAX_FILE_ADDRESS, required=True)), _schema(MAX_FILE_ADDRESS, min_length=1)
]
"""1 to 2,048 characters after stripping."""

Integer = Annotated[int, Field(ge=-INTEGER, le=INTEGER)]
"""A whole number of 32 bits."""
Count = Annotated[int, Field(ge=0, le=INTEGER)]
"""A whole number of 32 bits, at least 0."""
Length = Annotated[int, Field(ge=1, le=INTEGER)]
"""A whole number of 32 bits, at least 1."""
SmallCount = Annotated[int, Field(ge=0, le=SMALL_INTEGER)]
"""A whole number of 16 bits, at least 0."""


def _is_a_unit(value: str) -> str:
    if value not in PERIOD_UNITS:
        raise _refused("Period type must be D, W, M, or Y")
    return value


PeriodUnit = Annotated[str, AfterValidator(_is_a_unit), WithJsonSchema({"type": "string", "enum": list(PERIOD_UNITS)})]
"""Day, week, month or year, by its letter."""


Email = Annotated[EmailStr, AfterValidator(normalise_email)]
"""An e-mail address in its normal form; ``Name <a@b.c>`` is reduced to the address."""


def _frozen(value: Any, info: ValidationInfo) -> JsonObject:
    if not isinstance(value, dict):
        raise _no_object()
    try:
        return freeze(value, field=info.field_name or "value")
    except RuleViolationError as error:
        raise _refused(error.message) from None


FreeJson = Annotated[JsonObject, PlainValidator(_frozen), WithJsonSchema({"type": "object"})]
"""A JSON object of any content, at most 8 levels deep and 16 KiB, frozen."""


class MetadataPair(Input):
    """One thing to remember, under a title.

    Example:
        >>> from service_engine.schemas.services import ServiceUpdate
        >>> dict(ServiceUpdate(metadata=[{"title": "category", "value": "websites"}]).patch().metadata)
        {'category': 'websites'}
    """

    title: str
    value: str = ""


def _from_pairs(pairs: list[MetadataPair], info: core_schema.ValidationInfo) -> JsonObject:
    titled = {pair.title.strip(): pair.value for pair in pairs}
    return _frozen({title: value for title, value in titled.items() if title}, info)


def _pairs_schema(_: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
    pairs = handler.generate_schema(Annotated[list[MetadataPair], Field(max_length=MAX_PAIRS)])
    return core_schema.with_info_after_validator_function(_from_pairs, pairs)


MetadataPairs = Annotated[JsonObject, GetPydanticSchema(_pairs_schema)]
"""Pairs of title and value as one frozen object: of a title that is given twice the last value counts, and what has no
title is left out."""


def _instant(value: Any) -> datetime:
    if not isinstance(value, str):
        raise _no_text()
    try:
        return instant(value.strip())
    except ValueError as error:
        raise _refused(str(error)) from None


Instant = Annotated[datetime, PlainValidator(_instant), WithJsonSchema({"type": "string", "format": "date-time"})]
"""A time in UTC, from ISO 8601 with an offset or ``Z``."""


class _Malformed(UUID):
    """``NOWHERE``, named by the text that was sent instead of an id."""

    __slots__ = ("text",)

    text: str

    def __init__(self, text: str) -> None:
        super().__init__(int=NOWHERE.int)
        object.__setattr__(self, "text", text)  # UUIDs refuse a plain assignment

    def __str__(self) -> str:
        return self.text


def _reference(value: Any) -> UUID:
    if not isinstance(value, str):
        raise _no_text()
    text = _storable(value)
    return uuid_of(text) or _Malformed(text[:LINE])


def _optional_reference(value: Any) -> UUID | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    return _reference(value)


_REFERENCE_SCHEMA: Final = {"type": "string", "examples": ["0190163d-8694-739b-aea5-966c26f8ad91"]}

Reference = Annotated[UUID, PlainValidator(_reference), WithJsonSchema(_REFERENCE_SCHEMA)]
"""The id of something else; ``NOWHERE`` when it is not even a UUID."""
OptionalReference = Annotated[
    UUID | None,
    PlainValidator(_optional_reference),
    WithJsonSchema({"anyOf": [_REFERENCE_SCHEMA, {"type": "null"}]}),
]
"""The id of something else; null and the empty text mean none."""
References = Annotated[list[Reference], Field(max_length=MAX_ITEMS)]
"""Ids of other things, at most 100."""
Tags = Annotated[list[RequiredLine], Field(max_length=MAX_ITEMS)]
"""Names of tags, at most 100."""
