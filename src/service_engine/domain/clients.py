"""Clients: the people whom the organisation serves, with address and account.

Source: contract section 2.2; part A "Rules" (e-mail, deletion), "Requests" (null clears).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from attrs import field, frozen

from service_engine.domain.addresses import Address, PostalAddress
from service_engine.domain.change import UNSET, Change, Event, Unset, differences
from service_engine.domain.emails import is_an_email, normalise_email
from service_engine.domain.employees import ACTIVE
from service_engine.domain.evolution import evolve
from service_engine.domain.ids import AddressId, ClientId, RoleId
from service_engine.domain.instants import optional_utc, utc
from service_engine.domain.json_values import EMPTY, JsonObject, freeze
from service_engine.domain.kinds import is_a_or_none
from service_engine.domain.money import Money, is_money, money
from service_engine.domain.numbers import SMALL_INTEGER, within
from service_engine.domain.text import LINE, NOTE, bounded, clean, optional_bounded
from service_engine.errors import DependentsExistError

__all__ = [
    "Address",
    "Client",
    "ClientDeleted",
    "ClientPatch",
    "ClientRegistered",
    "ClientRevised",
    "PostalAddress",
    "delete_client",
    "full_name",
    "register_client",
    "revise_client",
]

ZERO: Final = money(0, "USD")


@frozen(kw_only=True)
class Client:
    """Somebody whom the organisation serves.

    Args:
        id: Their id; clients and employees share one space of ids.
        email: Normalised; unique among the organisation's live people.
        first_name: 1 to 255 characters.
        last_name: 1 to 255 characters.
        company: Up to 255 characters.
        phone: Up to 50 characters.
        tax_id: Up to 100 characters.
        address: Their address, or None.
        note: Up to 65,535 characters.
        balance: What the organisation owes them.
        optin: What they agreed to, up to 50 characters.
        stripe_id: Up to 255 characters.
        custom_fields: Free JSON.
        status: 1 active, 0 inactive; other numbers are the organisation's own.
        affiliate_id: A number that others may use to recommend them.
        affiliate_link: Up to 255 characters.
        google_id: Google's client id (``ga_cid``), up to 255 characters.
        role_id: A role without dashboard access.
        created_at: When they became a client, UTC.
        updated_at: When they last changed, UTC.
        deleted_at: When they were deleted, UTC.
        version: How often they were stored.

    Example:
        >>> from service_engine.testing.examples import john
        >>> john.email, john.status, str(john.balance)
        ('john@example.com', 1, '0.00 USD')
    """

    id: ClientId
    email: str = field(validator=is_an_email)
    first_name: str = field(validator=bounded())
    last_name: str = field(validator=bounded())
    company: str | None = field(default=None, validator=optional_bounded())
    phone: str | None = field(default=None, validator=optional_bounded(50))
    tax_id: str | None = field(default=None, validator=optional_bounded(100))
    address: Address | None = field(default=None, validator=is_a_or_none(Address))
    note: str | None = field(default=None, validator=optional_bounded(NOTE))
    balance: Money = field(default=ZERO, validator=is_money)
    optin: str | None = field(default=None, validator=optional_bounded(50))
    stripe_id: str | None = field(default=None, validator=optional_bounded())
    custom_fields: JsonObject = field(default=EMPTY, hash=False)
    status: int = field(default=ACTIVE, validator=within(0, SMALL_INTEGER))
    affiliate_id: int | None = None
    affiliate_link: str | None = field(default=None, validator=optional_bounded())
    google_id: str | None = field(default=None, validator=optional_bounded())
    role_id: RoleId
    created_at: datetime = field(converter=utc)
    updated_at: datetime = field(converter=utc)
    deleted_at: datetime | None = field(default=None, converter=optional_utc)
    version: int = 1


@frozen(kw_only=True)
class ClientPatch:
    """What to change of a client. ``UNSET`` leaves a field as it is, None clears it where that is possible.

    Example:
        >>> ClientPatch(phone=None).note  # the phone number is to be cleared, the note to stay
        UNSET
    """

    email: str | Unset = UNSET
    first_name: str | Unset = UNSET
    last_name: str | Unset = UNSET
    company: str | Unset | None = UNSET
    phone: str | Unset | None = UNSET
    tax_id: str | Unset | None = UNSET
    address: PostalAddress | Unset | None = UNSET
    note: str | Unset | None = UNSET
    optin: str | Unset | None = UNSET
    stripe_id: str | Unset | None = UNSET
    custom_fields: JsonObject | Unset = field(default=UNSET, hash=False)
    status: int | Unset = UNSET
    created_at: datetime | Unset = UNSET


@frozen(kw_only=True)
class ClientRegistered(Event):
    """Somebody became a client.

    Example:
        >>> from service_engine.testing.examples import john, now
        >>> ClientRegistered(client_id=john.id, at=now).client_id == john.id
        True
    """

    client_id: ClientId


@frozen(kw_only=True)
class ClientRevised(Event):
    """Something about a client changed.

    Args:
        client_id: Whose.
        fields: The names of the fields that changed, sorted.

    Example:
        >>> from service_engine.testing.examples import john, later
        >>> revised = revise_client(john, ClientPatch(phone="555", note="VIP"), address_id=john.address.id, at=later)
        >>> revised.events[0].fields
        ('note', 'phone')
    """

    client_id: ClientId
    fields: tuple[str, ...]


@frozen(kw_only=True)
class ClientDeleted(Event):
    """A client was deleted; their e-mail address is free again.

    Example:
        >>> from service_engine.testing.examples import john, later
        >>> delete_client(john, dependents=(), at=later).events == (ClientDeleted(client_id=john.id, at=later),)
        True
    """

    client_id: ClientId


def full_name(first_name: str, last_name: str) -> str:
    """Return both names with one blank between them, and none around them.

    Example:
        >>> full_name("John", "Doe")
        'John Doe'
    """
    return f"{first_name} {last_name}".strip()


def register_client(
    client_id: ClientId,
    *,
    email: str,
    first_name: str,
    last_name: str,
    role_id: RoleId,
    affiliate_id: int,
    affiliate_link: str,
    address_id: AddressId,
    details: ClientPatch,
    at: datetime,
) -> Change[Client]:
    """Register a client.

    Args:
        client_id: Their id.
        email: Stripped and lower-cased here.
        first_name: 1 to 255 characters after stripping.
        last_name: 1 to 255 characters after stripping.
        role_id: A role without dashboard access.
        affiliate_id: Unused in the organisation.
        affiliate_link: Where their recommendations lead.
        address_id: The id of their address, if the details give one.
        details: Everything else that is known of them; e-mail and names have arguments of their own.
        at: Now; ``created_at`` unless the details say otherwise.

    Raises:
        RuleViolationError: A text is blank where it must not be, too long, or no e-mail address.
        ValueError: The details name the e-mail or a name a second time.

    Source:
        Contract section 2.2, "create".

    Example:
        >>> from service_engine.testing.examples import client_role, now
        >>> from uuid import UUID
        >>> registered = register_client(
        ...     ClientId(UUID(int=1)),
        ...     email=" Ann@Example.com",
        ...     first_name="Ann",
        ...     last_name="Lee",
        ...     role_id=client_role.id,
        ...     affiliate_id=100_000,
        ...     affiliate_link="https://example.com/r/ABC123",
        ...     address_id=AddressId(UUID(int=2)),
        ...     details=ClientPatch(company="Lee Ltd"),
        ...     at=now,
        ... )
        >>> registered.state.email, registered.state.company
        ('ann@example.com', 'Lee Ltd')
    """
    if {details.email, details.first_name, details.last_name} != {UNSET}:
        msg = "give email, first_name and last_name as arguments, not among the details"
        raise ValueError(msg)
    client = Client(
        id=client_id,
        email=normalise_email(email),
        first_name=clean(first_name, field="first_name"),
        last_name=clean(last_name, field="last_name"),
        role_id=role_id,
        affiliate_id=affiliate_id,
        affiliate_link=affiliate_link,
        created_at=at,
        updated_at=at,
    )
    detailed = revise_client(client, details, address_id=address_id, at=at).state
    return Change(detailed, (ClientRegistered(client_id=client_id, at=at),))


def revise_client(client: Client, patch: ClientPatch, *, address_id: AddressId, at: datetime) -> Change[Client]:
    """Change what the patch names, and nothing else.

    A new place replaces the old one whole; the names, tax number and VAT number of an address that is there already
    stay.

    Args:
        client: The client as they are.
        patch: What to change.
        address_id: The id of their address, if they get their first one.
        at: Now.

    Raises:
        RuleViolationError: A text is blank where it must not be, too long, or no e-mail address.

    Source:
        Contract section 2.2, "update"; section 9, D37.

    Example:
        >>> from service_engine.testing.examples import john, later
        >>> patch = ClientPatch(address=PostalAddress(city="Leeds"))
        >>> moved = revise_client(john, patch, address_id=john.address.id, at=later)
        >>> moved.state.address.place.city, moved.state.address.last_name
        ('Leeds', 'Doe')
    """
    wanted = _cleaned(patch)
    if not isinstance(patch.address, Unset):
        wanted["address"] = _readdressed(client, wanted, patch.address, address_id)
    changed = differences(client, wanted)
    if not changed:
        return Change(client)
    revised = evolve(client, **changed, updated_at=at)
    return Change(revised, (ClientRevised(client_id=client.id, fields=tuple(sorted(changed)), at=at),))


def delete_client(client: Client, *, dependents: tuple[str, ...], at: datetime) -> Change[Client]:
    """Delete a client whom nothing refers to; their e-mail is free again. Deleting a deleted one changes nothing.

    Args:
        client: The client.
        dependents: What still refers to them, in the plural, deleted things counted: ``("orders", "tickets")``.
        at: Now.

    Raises:
        DependentsExistError: Something still refers to them; names the first.

    Source:
        Contract section 2.2, "delete"; part A "Rules".

    Example:
        >>> from service_engine.testing.examples import john, later
        >>> delete_client(john, dependents=("orders", "tickets"), at=later)
        Traceback (most recent call last):
            ...
        service_engine.errors.DependentsExistError: Cannot delete client with existing orders
    """
    if client.deleted_at is not None:
        return Change(client)
    if dependents:
        raise DependentsExistError("client", client.id, dependents[0])
    deleted = evolve(client, deleted_at=at, updated_at=at)
    return Change(deleted, (ClientDeleted(client_id=client.id, at=at),))


_LINES: Final = {
    "first_name": LINE,
    "last_name": LINE,
    "company": LINE,
    "phone": 50,
    "tax_id": 100,
    "note": NOTE,
    "optin": 50,
    "stripe_id": LINE,
}
_REQUIRED: Final = frozenset({"first_name", "last_name"})


def _cleaned(patch: ClientPatch) -> dict[str, Any]:
    wanted: dict[str, Any] = {"custom_fields": patch.custom_fields, "status": patch.status}
    wanted["created_at"] = patch.created_at if isinstance(patch.created_at, Unset) else utc(patch.created_at)
    wanted["email"] = patch.email if isinstance(patch.email, Unset) else normalise_email(patch.email)
    if not isinstance(patch.custom_fields, Unset):
        wanted["custom_fields"] = freeze(patch.custom_fields, field="custom_fields")
    for name, max_length in _LINES.items():
        value = getattr(patch, name)
        if isinstance(value, str):
            value = clean(value, field=name, max_length=max_length, required=name in _REQUIRED)
        wanted[name] = value
    return wanted


def _readdressed(
    client: Client, wanted: dict[str, Any], place: PostalAddress | None, address_id: AddressId
) -> Address | None:
    if place is None:
        return None
    if client.address is not None:
        return evolve(client.address, place=place)
    now = {name: getattr(client, name) if wanted[name] is UNSET else wanted[name] for name in _LINES}
    return Address(
        id=address_id,
        place=place,
        first_name=now["first_name"],
        last_name=now["last_name"],
        tax_id=now["tax_id"],
        company_name=now["company"],
    )
