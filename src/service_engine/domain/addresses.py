"""Addresses: where a client lives, and in whose name bills go there.

Source: contract section 2.2 (address); section 3 (addresses).
"""

from __future__ import annotations

from attrs import field, frozen

from service_engine.domain.ids import AddressId
from service_engine.domain.kinds import is_a
from service_engine.domain.text import optional_bounded

__all__ = ["Address", "PostalAddress"]


def _stripped(value: str | None) -> str | None:
    return value.strip() if isinstance(value, str) else value


@frozen(kw_only=True)
class PostalAddress:
    """Where somebody lives: the parts of an address that a request may give, each stripped. Each may be None.

    Args:
        line_1: Up to 255 characters.
        line_2: Up to 255 characters.
        city: Up to 255 characters.
        state: Up to 255 characters.
        country: Up to 10 characters, usually an ISO 3166 code.
        postcode: Up to 50 characters.

    Example:
        >>> PostalAddress(city=" York ", country="GB").city
        'York'
    """

    line_1: str | None = field(default=None, converter=_stripped, validator=optional_bounded())
    line_2: str | None = field(default=None, converter=_stripped, validator=optional_bounded())
    city: str | None = field(default=None, converter=_stripped, validator=optional_bounded())
    state: str | None = field(default=None, converter=_stripped, validator=optional_bounded())
    country: str | None = field(default=None, converter=_stripped, validator=optional_bounded(10))
    postcode: str | None = field(default=None, converter=_stripped, validator=optional_bounded(50))


@frozen(kw_only=True)
class Address:
    """A client's address: where they live, and in whose name bills go there.

    Args:
        id: Its id.
        place: Where it is.
        first_name: Up to 255 characters.
        last_name: Up to 255 characters.
        tax_id: Up to 100 characters.
        company_name: Up to 255 characters.
        company_vat: Up to 100 characters; kept when the place changes.

    Example:
        >>> from service_engine.testing.examples import john
        >>> john.address.place.city, john.address.last_name
        ('York', 'Doe')
    """

    id: AddressId
    place: PostalAddress = field(factory=PostalAddress, validator=is_a(PostalAddress))
    first_name: str | None = field(default=None, validator=optional_bounded())
    last_name: str | None = field(default=None, validator=optional_bounded())
    tax_id: str | None = field(default=None, validator=optional_bounded(100))
    company_name: str | None = field(default=None, validator=optional_bounded())
    company_vat: str | None = field(default=None, validator=optional_bounded(100))
