"""Points in time. The library keeps every one of them in UTC and accepts none without a zone."""

from datetime import UTC, datetime

__all__ = ["optional_utc", "utc"]


def utc(value: datetime) -> datetime:
    """Return the same instant in UTC.

    Args:
        value: An aware time in any zone.

    Raises:
        TypeError: It is no ``datetime``: a text, or a date.
        ValueError: The time is naive, or leaves the years 1 to 9999 on its way to UTC.

    Example:
        >>> from datetime import timedelta, timezone
        >>> utc(datetime(2026, 2, 7, 13, tzinfo=timezone(timedelta(hours=1)))).isoformat()
        '2026-02-07T12:00:00+00:00'
    """
    try:
        zone = value.tzinfo
    except AttributeError:
        msg = f"a time is a datetime, e.g. datetime.now(UTC), not {value!r}"
        raise TypeError(msg) from None
    if zone is UTC:
        return value
    if value.utcoffset() is None:
        msg = f"the time {value.isoformat()} has no zone; give an aware datetime, e.g. datetime.now(UTC)"
        raise ValueError(msg)
    try:
        return value.astimezone(UTC)
    except OverflowError:
        msg = f"the time {value.isoformat()} is outside the years 1 to 9999 in UTC"
        raise ValueError(msg) from None


def optional_utc(value: datetime | None) -> datetime | None:
    """Return the same instant in UTC, or None for None.

    Raises:
        ValueError: As for ``utc``.

    Example:
        >>> optional_utc(None) is None
        True
    """
    return None if value is None else utc(value)
