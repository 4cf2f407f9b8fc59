"""How the tests of clients register and revise one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import attrs

from service_engine.domain.change import Change
from service_engine.domain.clients import Client, ClientPatch, PostalAddress, register_client, revise_client
from service_engine.domain.ids import AddressId, ClientId, RoleId, UserId
from service_engine.domain.json_values import freeze
from service_engine.testing.examples import later, now

ID = ClientId(UserId(UUID(int=1)))
ADDRESS_ID = AddressId(UUID(int=2))
LINES = {"company": 255, "phone": 50, "tax_id": 100, "note": 65_535, "optin": 50, "stripe_id": 255}
FULL = ClientPatch(
    company="Doe Ltd",
    phone="555",
    tax_id="T1",
    address=PostalAddress(line_1="1 High Street", city="York"),
    note="VIP",
    optin="yes",
    stripe_id="cus_1",
    custom_fields=freeze({"a": 1}),
    status=2,
)


def register(details: ClientPatch = FULL, **changes: Any) -> Change[Client]:
    """Register a client who differs in the given arguments."""
    arguments: dict[str, Any] = {
        "email": " John@Example.com",
        "first_name": " John ",
        "last_name": " Doe ",
        "role_id": RoleId(UUID(int=3)),
        "affiliate_id": 100_001,
        "affiliate_link": "https://example.com/r/A1B2C3",
        "address_id": ADDRESS_ID,
        "at": now,
    }
    return register_client(ID, details=details, **(arguments | changes))


def revise(client: Client, **fields: Any) -> Change[Client]:
    """Revise a client later."""
    return revise_client(client, ClientPatch(**fields), address_id=ADDRESS_ID, at=later)


def evolved(value: Client, **changes: Any) -> Client:
    """Return a value that differs in the given attributes, whose names are computed."""
    return attrs.evolve(value, **changes)
