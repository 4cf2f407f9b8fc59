"""What can be set of the reference API."""

from __future__ import annotations

from typing import Any, Final

from attrs import Attribute, field, frozen

from service_engine.usecases.clients import AFFILIATE_LINK

__all__ = ["DEFAULTS", "Settings"]

_LONGEST_BASE: Final = 200
"""A link is stored with up to 255 characters, and its code needs some of them."""


def _is_an_origin(_: Any, __: Attribute[str | None], value: str | None) -> None:
    if value is not None and value.endswith("/"):
        msg = f"the base URL {value} must not end with a slash"
        raise ValueError(msg)


def _begins_links(_: Any, __: Attribute[str], value: str) -> None:
    if not value.startswith(("https://", "http://")) or not value.isprintable() or " " in value:
        msg = f"affiliate links begin with http:// or https:// and have no blanks, unlike {value!r}"
        raise ValueError(msg)
    if len(value) > _LONGEST_BASE:
        msg = f"what affiliate links begin with has at most {_LONGEST_BASE} characters, not {len(value)}"
        raise ValueError(msg)


def _is_positive(_: Any, attribute: Attribute[int], value: int) -> None:
    if value < 1:
        msg = f"{attribute.name} must be at least 1, not {value}"
        raise ValueError(msg)


@frozen(kw_only=True)
class Settings:
    """How the reference API shows itself and what it accepts.

    Args:
        name: Its name, shown by the index and the pages.
        version: Its version, that of the contract, not of the package.
        base_url: What links begin with, e.g. ``https://api.example.com``; None takes what the request came to.
        affiliate_link: What the recommendation link of a new client begins with; a code of theirs follows.
        cors_origins: The origins whose pages may call it from a browser; none by default.
        max_body_bytes: A longer body is answered with 413.
        threads: How many requests are worked on at a time. With SQL it should not exceed the connections that the
            store's pool keeps (20 by default): then requests wait for a thread, in order and without a time limit, and
            never for a connection, which would be given up with an error.
        docs: Whether ``/docs`` and ``/openapi.json`` are served.

    Raises:
        ValueError: A number below 1, a base URL that ends with a slash, or an affiliate link that cannot be one.

    Example:
        >>> Settings(name="Shop API", cors_origins=("https://shop.example.com",)).max_body_bytes
        1048576
        >>> Settings(base_url="https://api.example.com/")
        Traceback (most recent call last):
            ...
        ValueError: the base URL https://api.example.com/ must not end with a slash
    """

    name: str = "Service Engine X API"
    version: str = "1.0.0"
    base_url: str | None = field(default=None, validator=_is_an_origin)
    affiliate_link: str = field(default=AFFILIATE_LINK, validator=_begins_links)
    cors_origins: tuple[str, ...] = ()
    max_body_bytes: int = field(default=1024 * 1024, validator=_is_positive)
    threads: int = field(default=20, validator=_is_positive)
    docs: bool = True


DEFAULTS: Final = Settings()
