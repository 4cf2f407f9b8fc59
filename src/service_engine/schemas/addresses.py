"""Addresses on the wire: six parts in, 11 keys out."""

from __future__ import annotations

from pydantic import with_config
from typing_extensions import TypedDict

from service_engine.domain.clients import Address, PostalAddress
from service_engine.schemas.errors import EXACT
from service_engine.schemas.fields import Line, Line10, Line50
from service_engine.schemas.validation import Input

__all__ = ["AddressWire", "PostalAddressInput", "address_wire"]


class PostalAddressInput(Input):
    """The parts of an address that a request may give. It replaces the old one whole: a part left out is cleared.

    Example:
        >>> PostalAddressInput(line_1=" 1 High Street ", city="York").value()
        PostalAddress(line_1='1 High Street', line_2=None, city='York', state=None, country=None, postcode=None)
    """

    line_1: Line | None = None
    line_2: Line | None = None
    city: Line | None = None
    state: Line | None = None
    country: Line10 | None = None
    postcode: Line50 | None = None

    def value(self) -> PostalAddress:
        """Return it as the library's value."""
        return PostalAddress(**self.model_dump())


@with_config(EXACT)
class AddressWire(TypedDict):
    """A client's address, and in whose name bills go there."""

    line_1: str | None
    line_2: str | None
    city: str | None
    state: str | None
    country: str | None
    postcode: str | None
    name_f: str | None
    name_l: str | None
    tax_id: str | None
    company_name: str | None
    company_vat: str | None


def address_wire(address: Address | None) -> AddressWire | None:
    """Return an address as the wire shows it; None for none.

    Source:
        Contract section 2.2, "address".

    Example:
        >>> from service_engine.testing.examples import john
        >>> wire = address_wire(john.address)
        >>> wire["city"], wire["name_f"], len(wire)
        ('York', 'John', 11)
        >>> address_wire(None) is None
        True
    """
    if address is None:
        return None
    place = address.place
    return {
        "line_1": place.line_1,
        "line_2": place.line_2,
        "city": place.city,
        "state": place.state,
        "country": place.country,
        "postcode": place.postcode,
        "name_f": address.first_name,
        "name_l": address.last_name,
        "tax_id": address.tax_id,
        "company_name": address.company_name,
        "company_vat": address.company_vat,
    }
