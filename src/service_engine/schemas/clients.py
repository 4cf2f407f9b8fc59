"""Clients on the wire: two request bodies, 22 keys out, and what their list can be filtered and sorted by.

Source: contract section 2.2.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import with_config
from typing_extensions import TypedDict

from service_engine.domain.change import UNSET, Unset
from service_engine.domain.clients import ClientPatch, PostalAddress, full_name
from service_engine.domain.json_values import thaw
from service_engine.ports.clients import ClientFilter, ClientRow, ClientSort
from service_engine.schemas import filters
from service_engine.schemas.addresses import AddressWire, PostalAddressInput, address_wire
from service_engine.schemas.errors import EXACT
from service_engine.schemas.fields import (
    Email,
    FreeJson,
    Instant,
    Line,
    Line50,
    Line100,
    Note,
    RequiredLine,
    SmallCount,
    absent,
)
from service_engine.schemas.lists import Listing
from service_engine.schemas.money import amount_text, number_text
from service_engine.schemas.pages import KeysetPageWire, PageWire
from service_engine.schemas.roles import RoleWire, role_wire
from service_engine.schemas.validation import Input

__all__ = ["CLIENT_LIST", "ClientCreate", "ClientPageWire", "ClientUpdate", "ClientWire", "client_wire"]

CLIENT_LIST: Final = Listing(
    filters={
        "id": (ClientFilter.ID, filters.identifier),
        "email": (ClientFilter.EMAIL, filters.email),
        "status": (ClientFilter.STATUS, filters.small_integer),
        "balance": (ClientFilter.BALANCE, filters.amount),
        "created_at": (ClientFilter.CREATED_AT, filters.moment),
    },
    sorts={
        "id": ClientSort.ID,
        "email": ClientSort.EMAIL,
        "name_f": ClientSort.FIRST_NAME,
        "name_l": ClientSort.LAST_NAME,
        "status": ClientSort.STATUS,
        "balance": ClientSort.BALANCE,
        "created_at": ClientSort.CREATED_AT,
    },
    newest=ClientSort.CREATED_AT,
)


class ClientCreate(Input):
    """A new client. Null means the same as leaving the field out.

    Example:
        >>> new = ClientCreate(name_f=" John ", name_l="Doe", email="John@Example.com", company="Acme", status_id=None)
        >>> new.name_f, new.email, new.details().company, new.details().status
        ('John', 'john@example.com', 'Acme', UNSET)
    """

    name_f: RequiredLine
    name_l: RequiredLine
    email: Email
    company: Line | None = None
    phone: Line50 | None = None
    tax_id: Line100 | None = None
    note: Note | None = None
    optin: Line50 | None = None
    stripe_id: Line | None = None
    address: PostalAddressInput | None = None
    custom_fields: FreeJson | None = None
    status_id: SmallCount | None = None
    created_at: Instant | None = None

    def details(self) -> ClientPatch:
        """Return everything but names and e-mail as the use case takes it."""
        return ClientPatch(
            company=self.company,
            phone=self.phone,
            tax_id=self.tax_id,
            note=self.note,
            optin=self.optin,
            stripe_id=self.stripe_id,
            address=_place(self.address),
            custom_fields=UNSET if self.custom_fields is None else self.custom_fields,
            status=UNSET if self.status_id is None else self.status_id,
            created_at=UNSET if self.created_at is None else self.created_at,
        )


class ClientUpdate(Input):
    """What to change of a client. A field left out stays as it is; null clears it where that is possible.

    Example:
        >>> patch = ClientUpdate(phone="+1 555 0100", note=None).patch()
        >>> patch.phone, patch.note, patch.email  # given, cleared, left as it is
        ('+1 555 0100', None, UNSET)
    """

    name_f: RequiredLine = absent()
    name_l: RequiredLine = absent()
    email: Email = absent()
    company: Line | None = absent()
    phone: Line50 | None = absent()
    tax_id: Line100 | None = absent()
    note: Note | None = absent()
    optin: Line50 | None = absent()
    stripe_id: Line | None = absent()
    address: PostalAddressInput | None = absent()
    custom_fields: FreeJson = absent()
    status_id: SmallCount = absent()
    created_at: Instant = absent()

    def patch(self) -> ClientPatch:
        """Return it as the use case takes it."""
        return ClientPatch(
            first_name=self.name_f,
            last_name=self.name_l,
            email=self.email,
            company=self.company,
            phone=self.phone,
            tax_id=self.tax_id,
            note=self.note,
            optin=self.optin,
            stripe_id=self.stripe_id,
            address=_place(self.address),
            custom_fields=self.custom_fields,
            status=self.status_id,
            created_at=self.created_at,
        )


def _place(address: PostalAddressInput | Unset | None) -> PostalAddress | Unset | None:
    return address.value() if isinstance(address, PostalAddressInput) else address


@with_config(EXACT)
class ClientWire(TypedDict):
    """A client, with address, role, balance and what they spent."""

    id: UUID
    name: str
    name_f: str
    name_l: str
    email: str
    company: str | None
    phone: str | None
    tax_id: str | None
    address: AddressWire | None
    note: str | None
    balance: str
    spent: str | None
    optin: str | None
    stripe_id: str | None
    custom_fields: dict[str, Any]
    status: int
    aff_id: int | None
    aff_link: str | None
    role_id: UUID
    role: RoleWire
    ga_cid: str | None
    created_at: datetime


ClientPageWire = PageWire[ClientWire] | KeysetPageWire[ClientWire]


def client_wire(row: ClientRow) -> ClientWire:
    """Return a client as the wire shows them.

    Source:
        Contract section 2.2, "Client object".

    Example:
        >>> from service_engine.schemas.example_rows import CLIENT
        >>> wire = client_wire(CLIENT)
        >>> wire["name"], wire["balance"], wire["spent"], wire["role"]["name"]
        ('John Doe', '0.00', None, 'Client')
    """
    client = row.client
    return {
        "id": client.id,
        "name": full_name(client.first_name, client.last_name),
        "name_f": client.first_name,
        "name_l": client.last_name,
        "email": client.email,
        "company": client.company,
        "phone": client.phone,
        "tax_id": client.tax_id,
        "address": address_wire(client.address),
        "note": client.note,
        "balance": amount_text(client.balance.amount),
        "spent": None if row.spent is None else number_text(row.spent),
        "optin": client.optin,
        "stripe_id": client.stripe_id,
        "custom_fields": thaw(client.custom_fields),
        "status": client.status,
        "aff_id": client.affiliate_id,
        "aff_link": client.affiliate_link,
        "role_id": client.role_id,
        "role": role_wire(row.role),
        "ga_cid": client.google_id,
        "created_at": client.created_at,
    }
