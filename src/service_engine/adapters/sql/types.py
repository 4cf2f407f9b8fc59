"""Column types that hold the same values on every database, with as little Python for each value as possible.

Each type hands SQLAlchemy the finished conversion for a dialect, instead of wrapping one function in another.

Source: design section 4 (money, datetimes), section 5.4 (JSON is opaque).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import JSON, BigInteger, Boolean, DateTime, Dialect, Integer, SmallInteger, String, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine.processors import str_to_datetime
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from service_engine.adapters.sql.dialects import as_text
from service_engine.domain.arithmetic import CONTEXT, shifted
from service_engine.domain.json_values import EMPTY, JsonObject
from service_engine.domain.money import MAX_DECIMALS, Money, decimals

__all__ = [
    "FLAG",
    "ID",
    "INSTANT",
    "JSON_TEXT",
    "MONEY",
    "SMALL",
    "WHOLE",
    "Amount",
    "Id",
    "Json",
    "UtcDateTime",
    "amount_of",
    "dump_json",
    "instant_of",
    "json_of",
    "line",
    "money_of",
    "text",
    "thousandths",
    "uuid_of",
]

_EXPONENT: Final = re.compile(rb"\de[+\d]")
_Conversion = Callable[[Any], Any] | None


uuid_of: Final = lru_cache(maxsize=16_384)(UUID)
"""Returns the UUID of a text: most ids in a list are those of few people, roles and tags, and parsing is dear."""


class Id(Uuid[UUID]):
    """A UUID on PostgreSQL, 32 hexadecimal digits on SQLite; both sort as the UUIDs do."""

    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> _Conversion:
        """Convert on the way out."""
        if dialect.name == "sqlite":
            return _optional_uuid
        return super().result_processor(dialect, coltype)  # type: ignore[no-any-return, no-untyped-call]


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: TIMESTAMP WITH TIME ZONE on PostgreSQL; on SQLite ISO text of fixed width, which sorts.

    Takes aware datetimes only, and gives them back in UTC.
    """

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = DateTime(timezone=True)
    cache_ok: bool | None = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return what the column is in this dialect."""
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else DateTime(timezone=True))

    def bind_processor(self, dialect: Dialect) -> _Conversion:
        """Convert on the way in."""
        return _text_of_instant if dialect.name == "sqlite" else _checked

    def result_processor(self, dialect: Dialect, coltype: object) -> _Conversion:
        """Convert on the way out."""
        return str_to_datetime if dialect.name == "sqlite" else _in_utc


class Amount(TypeDecorator[Decimal]):
    """An exact amount, kept as an integer in thousandths of the currency's unit.

    Thousandths, because a filter or a sort compares amounts of currencies with 0, 2 and 3 decimals.
    """

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = BigInteger()
    cache_ok: bool | None = True

    def bind_processor(self, dialect: Dialect) -> _Conversion:
        """Convert on the way in."""
        return _optional_thousandths

    def result_processor(self, dialect: Dialect, coltype: object) -> _Conversion:
        """Convert on the way out."""
        return _optional_amount


class Json(TypeDecorator[JsonObject]):
    """A free JSON object, opaque to the database: JSONB on PostgreSQL, JSON text elsewhere; frozen on the way out.

    Travels as text both ways, so that no driver parses it first.
    """

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = JSON()
    cache_ok: bool | None = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return what the column is in this dialect."""
        return dialect.type_descriptor(JSONB() if dialect.name == "postgresql" else JSON())

    def bind_processor(self, dialect: Dialect) -> _Conversion:
        """Convert on the way in."""
        return dump_json

    def column_expression(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Ask for the text."""
        return as_text(column, self)

    def result_processor(self, dialect: Dialect, coltype: object) -> _Conversion:
        """Convert on the way out."""
        return json_of


ID: Final = Id()
SMALL: Final = SmallInteger()
WHOLE: Final = Integer()
FLAG: Final = Boolean()
INSTANT: Final = UtcDateTime()
MONEY: Final = Amount()
JSON_TEXT: Final = Json()


def line(length: int = 255) -> TypeEngine[str]:
    """Return the type of a text of bounded length that compares by code points on every database."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def text() -> TypeEngine[str]:
    """Return the type of a long text that compares by code points on every database."""
    return Text().with_variant(Text(collation="C"), "postgresql")


def thousandths(amount: Decimal) -> int:
    """Return an amount of at most three decimals as it is stored.

    Example:
        >>> thousandths(Decimal("299.50"))
        299500
    """
    return int(shifted(amount, MAX_DECIMALS))


def amount_of(stored: int) -> Decimal:
    """Return the amount that is stored as so many thousandths, with three decimals.

    Example:
        >>> amount_of(299500)
        Decimal('299.500')
    """
    return shifted(Decimal(stored), -MAX_DECIMALS)


@lru_cache(maxsize=4096)
def money_of(stored: int, currency: str) -> Money:
    """Return the money that is stored as so many thousandths. Values are immutable, so that rows may share them.

    Example:
        >>> money_of(299500, "USD")
        Money(currency='USD', amount=Decimal('299.50'))
    """
    return Money(currency, amount_of(stored).quantize(Decimal((0, (1,), -decimals(currency))), context=CONTEXT))


def instant_of(stored: str) -> datetime:
    """Return the instant that a database wrote into JSON.

    Example:
        >>> instant_of("2026-02-07T13:00:00.5+01:00").isoformat()
        '2026-02-07T12:00:00.500000+00:00'
    """
    instant = datetime.fromisoformat(stored)
    return instant if instant.tzinfo is UTC else instant.astimezone(UTC)


def dump_json(value: Any) -> str | None:
    """Return a frozen JSON value as text, None for None.

    Example:
        >>> dump_json({"large": 1e16, "small": (1, 1.5, None)})
        '{"large":10000000000000000.0,"small":[1,1.5,null]}'
    """
    if value is None:
        return None
    stored = orjson.dumps(value, default=dict)
    # JSONB writes 1e16 as 10000000000000000, which would come back as another type of number, and not quite as large.
    return (orjson.dumps(_spelt_out(value)) if _EXPONENT.search(stored) else stored).decode()


def json_of(stored: str | None) -> JsonObject | None:
    """Return the frozen JSON object of a stored text.

    It was checked when it came in, so that it is only frozen here.

    Example:
        >>> json_of('{"tags": ["a"]}')["tags"]
        ('a',)
    """
    if stored is None:
        return None
    return EMPTY if stored == "{}" else _frozen(orjson.loads(stored))


def _spelt_out(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _spelt_out(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_spelt_out(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return orjson.Fragment(f"{Decimal(repr(value)):f}".removesuffix(".0") + ".0")
    return value


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return MappingProxyType({key: _frozen(item) for key, item in value.items()})
    if isinstance(value, list):
        return tuple(map(_frozen, value))
    return value


def _optional_uuid(stored: str | None) -> UUID | None:
    return None if stored is None else uuid_of(stored)


def _checked(value: datetime | None) -> datetime | None:
    if value is not None and value.tzinfo is None:
        msg = f"the time {value.isoformat()} has no zone and cannot be stored"
        raise ValueError(msg)
    return value


def _text_of_instant(value: datetime | None) -> str | None:
    checked = _checked(value)
    return None if checked is None else checked.astimezone(UTC).isoformat(timespec="microseconds")


def _in_utc(value: datetime | None) -> datetime | None:
    return value if value is None or value.tzinfo is UTC else value.astimezone(UTC)


def _optional_thousandths(value: Decimal | None) -> int | None:
    return None if value is None else thousandths(value)


def _optional_amount(value: int | Decimal | None) -> Decimal | None:
    return None if value is None else amount_of(int(value))
