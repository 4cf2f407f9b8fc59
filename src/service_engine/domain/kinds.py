"""What an attribute has to be where a store would otherwise take anything: true or false, or a value of its own kind.

Numbers, texts, amounts and ids have modules of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from attrs import Attribute

from service_engine.domain.text import Validator

__all__ = ["is_a", "is_a_or_none", "is_true_or_false"]

T = TypeVar("T")


def is_a(kind: type[T]) -> Callable[[Any, Attribute[T], T], None]:
    """Make an attrs validator that wants a value of this kind: a bare number compares like a status, but has no label.

    Example:
        >>> from attrs import field, make_class
        >>> from service_engine.domain.orders import OrderStatus
        >>> Parcel = make_class("Parcel", {"status": field(validator=is_a(OrderStatus))})
        >>> Parcel(4)
        Traceback (most recent call last):
            ...
        TypeError: status must be of OrderStatus, not 4
    """

    def validate(_: Any, attribute: Attribute[T], value: T) -> None:
        if not isinstance(value, kind):
            msg = f"{attribute.name} must be of {kind.__name__}, not {value!r}"
            raise TypeError(msg)

    return validate


def is_a_or_none(kind: type[Any]) -> Validator:
    """Make an attrs validator that wants a value of this kind, or None.

    Example:
        >>> from attrs import field, make_class
        >>> from service_engine.domain.addresses import PostalAddress
        >>> Parcel = make_class("Parcel", {"place": field(default=None, validator=is_a_or_none(PostalAddress))})
        >>> Parcel().place is None
        True
        >>> Parcel({"city": "York"})
        Traceback (most recent call last):
            ...
        TypeError: place must be of PostalAddress, not {'city': 'York'}
    """
    check = is_a(kind)

    def validate(instance: Any, attribute: Attribute[Any], value: Any) -> None:
        if value is not None:
            check(instance, attribute, value)

    return validate


def is_true_or_false(_: Any, attribute: Attribute[Any], value: object) -> None:
    """Validate that an attribute is a truth value, and not what only counts as one.

    Raises:
        TypeError: It is neither True nor False.

    Example:
        >>> from attrs import field, make_class
        >>> Box = make_class("Box", {"is_open": field(validator=is_true_or_false)})
        >>> Box("yes")
        Traceback (most recent call last):
            ...
        TypeError: is_open must be True or False, not 'yes'
    """
    if value is not True and value is not False:
        msg = f"{attribute.name} must be True or False, not {value!r}"
        raise TypeError(msg)
