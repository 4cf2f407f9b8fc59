"""What can be done with clients.

Source: contract section 2.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from service_engine.domain import access, clients
from service_engine.domain.change import Unset
from service_engine.domain.clients import Client, ClientPatch
from service_engine.domain.emails import normalise_email
from service_engine.domain.ids import AddressId, ClientId, RoleId, UserId
from service_engine.errors import AlreadyTakenError, ConflictError, InvalidReferenceError, NotFoundError
from service_engine.ports.clients import ClientFilter, ClientRow, ClientSort
from service_engine.ports.keysets import FROM_THE_START, KeysetPage, KeysetRequest
from service_engine.ports.lists import FIRST_PAGE, Condition, Page, PageRequest, Sort, bounded
from service_engine.ports.unit_of_work import UnitOfWork, View

__all__ = [
    "create_client",
    "delete_client",
    "find_client",
    "get_client",
    "list_clients",
    "register_newcomer",
    "require_free_email",
    "scroll_clients",
    "update_client",
]

NEWEST_FIRST = Sort(ClientSort.CREATED_AT)
AFFILIATE_LINK: Final = "https://example.com/r/"
_LINK_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_LOWEST_AFFILIATE: Final = 100_000
_HIGHEST_AFFILIATE: Final = 999_999
_SHORTEST_CODE: Final = 6
_TRIES_PER_RANGE: Final = 20
_NO_DETAILS: Final = ClientPatch()


def create_client(
    uow: UnitOfWork,
    *,
    email: str,
    first_name: str,
    last_name: str,
    at: datetime,
    details: ClientPatch = _NO_DETAILS,
    affiliate_link: str = AFFILIATE_LINK,
) -> Client:
    """Register a client in the organisation's role for clients.

    Args:
        uow: The unit of work.
        email: Stripped and lower-cased; must be free among the organisation's live people.
        first_name: 1 to 255 characters after stripping.
        last_name: 1 to 255 characters after stripping.
        at: Now.
        details: Everything else that is known of them; ``created_at`` in it wins over ``at``.
        affiliate_link: What their recommendation link begins with; a code follows that no other link in the
            organisation has.

    Raises:
        AlreadyTakenError: Somebody has the e-mail.
        NotFoundError: The organisation has no role without dashboard access, or is not there itself.
        RuleViolationError: A text is out of bounds.

    Source:
        Contract section 2.2, "create", and 4.

    Example:
        >>> from service_engine.testing.examples import acme, agency, now
        >>> ann = {"email": "ann@example.com", "first_name": "Ann", "last_name": "Lee"}
        >>> agency().run(acme.id, create_client, **ann, at=now).affiliate_link.startswith("https://example.com/r/")
        True
    """
    require_free_email(uow, email)
    client_id, role_id = ClientId(UserId(uow.entropy.new_id())), _client_role(uow)
    free_id, free_link = _free_affiliation(uow, affiliate_link)
    change = clients.register_client(
        client_id,
        email=email,
        first_name=first_name,
        last_name=last_name,
        role_id=role_id,
        affiliate_id=free_id,
        affiliate_link=free_link,
        address_id=AddressId(uow.entropy.new_id()),
        details=details,
        at=at,
    )
    return uow.clients.add(change)


def update_client(uow: UnitOfWork, client_id: ClientId, patch: ClientPatch, *, at: datetime) -> Client:
    """Change what the patch names, all of it or nothing.

    Raises:
        NotFoundError: The organisation has no such client.
        AlreadyTakenError: Somebody else has the e-mail.
        RuleViolationError: A text is out of bounds.

    Source:
        Contract section 2.2, "update".

    Example:
        >>> from service_engine.testing.examples import acme, agency, john, later
        >>> agency().run(acme.id, update_client, john.id, ClientPatch(phone="555 0100"), at=later).phone
        '555 0100'
    """
    client = uow.clients.get(client_id)
    if not isinstance(patch.email, Unset) and normalise_email(patch.email) != client.email:
        require_free_email(uow, patch.email)
    change = clients.revise_client(client, patch, address_id=AddressId(uow.entropy.new_id()), at=at)
    return uow.clients.save(change)


def delete_client(uow: UnitOfWork, client_id: ClientId, *, at: datetime) -> None:
    """Delete a client whom nothing refers to; their e-mail is free again.

    Raises:
        NotFoundError: The organisation has no such client, or not any longer.
        DependentsExistError: Orders, invoices, tickets or subscriptions, deleted ones counted, refer to them.

    Source:
        Contract section 2.2, "delete"; part A "Rules".

    Example:
        >>> from service_engine.testing.examples import acme, agency, john, later
        >>> agency().run(acme.id, delete_client, john.id, at=later)
        Traceback (most recent call last):
            ...
        service_engine.errors.DependentsExistError: Cannot delete client with existing orders
    """
    client = uow.clients.get(client_id, for_deletion=True)
    uow.clients.save(clients.delete_client(client, dependents=uow.clients.dependents(client_id), at=at))


def get_client(view: View, client_id: ClientId) -> ClientRow:
    """Return a client with role and what they spent, in one statement.

    Raises:
        NotFoundError: The organisation has no such client.

    Example:
        >>> from service_engine.testing.examples import acme, agency, john
        >>> agency().read(acme.id, get_client, john.id).role.name
        'Client'
    """
    return view.client_queries.get(client_id)


def list_clients(
    view: View,
    *,
    filters: Sequence[Condition[ClientFilter]] = (),
    sort: Sort[ClientSort] = NEWEST_FIRST,
    page: PageRequest = FIRST_PAGE,
) -> Page[ClientRow]:
    """Return a page of clients with role and what they spent, in two statements whatever its size.

    Raises:
        ValueError: A filter that compares with a naive time, or more than 100 filters.

    Example:
        >>> from service_engine.testing.examples import acme, agency
        >>> [row.client.email for row in agency().read(acme.id, list_clients).rows]
        ['john@example.com']
    """
    return view.client_queries.page(bounded(filters), sort, page)


def scroll_clients(
    view: View,
    *,
    filters: Sequence[Condition[ClientFilter]] = (),
    sort: Sort[ClientSort] = NEWEST_FIRST,
    page: KeysetRequest[ClientSort] = FROM_THE_START,
) -> KeysetPage[ClientRow, ClientSort]:
    """Return the clients that come after those of the last page, in one statement at any depth; counting is another.

    Raises:
        ValueError: A cursor of another order, a filter that compares with a naive time, or more than 100 filters.

    Example:
        >>> from service_engine.testing.examples import acme, agency
        >>> from service_engine.ports.keysets import Counting
        >>> page = agency().read(acme.id, scroll_clients, page=KeysetRequest(size=50, counting=Counting.EXACT))
        >>> page.following, page.total  # there is no next page
        (None, ExactTotal(rows=1))
    """
    return view.client_queries.keyset(bounded(filters), sort, page)


def find_client(uow: UnitOfWork, email: str, *, field: str = "email") -> ClientId | None:
    """Return the live client who has an e-mail; None when nobody has it.

    Args:
        uow: The unit of work.
        email: Stripped and lower-cased here.
        field: The field to blame.

    Raises:
        InvalidReferenceError: Somebody of the staff has it: they are not a client, and nobody else can become one
            under it.
        RuleViolationError: It is not an e-mail address.

    Source:
        Contract part A "Rules" (staff counts as unknown); section 9, D32 and D53.

    Example:
        >>> from service_engine.testing.examples import acme, agency, john
        >>> agency().run(acme.id, find_client, " John@Example.com ") == john.id
        True
    """
    owner = uow.clients.email_owner(normalise_email(email, field=field))
    if owner is None:
        return None
    client_id = ClientId(owner)
    if not uow.references.look_up(client_id=client_id).client:
        raise InvalidReferenceError(field, "The specified client does not exist.")
    return client_id


def register_newcomer(
    uow: UnitOfWork,
    *,
    email: str,
    first_name: str,
    last_name: str,
    at: datetime,
    details: ClientPatch = _NO_DETAILS,
    affiliate_link: str = AFFILIATE_LINK,
) -> Client:
    """Register somebody whom ``find_client`` has not found in the same transaction; see ``create_client``.

    Raises:
        ConflictError: Somebody else has registered them since then: run the use case again, and find them.
        NotFoundError: The organisation has no role without dashboard access, or is not there itself.
        RuleViolationError: A text is out of bounds.

    Source:
        Contract section 9, D26.

    Example:
        >>> from service_engine.testing.examples import acme, agency, now
        >>> ann = {"email": "ann@example.com", "first_name": "Ann", "last_name": "Lee"}
        >>> agency().run(acme.id, register_newcomer, **ann, at=now).first_name
        'Ann'
    """
    try:
        return create_client(
            uow,
            email=email,
            first_name=first_name,
            last_name=last_name,
            details=details,
            affiliate_link=affiliate_link,
            at=at,
        )
    except AlreadyTakenError:
        raise ConflictError("client", email) from None


def require_free_email(uow: UnitOfWork, email: str) -> None:
    """Refuse an e-mail that somebody of the organisation has, clients and employees alike.

    Raises:
        AlreadyTakenError: Somebody has it.
        RuleViolationError: It is not an e-mail address.

    Example:
        >>> from service_engine.testing.examples import acme, agency
        >>> agency().run(acme.id, require_free_email, " Jane@Example.com ")
        Traceback (most recent call last):
            ...
        service_engine.errors.AlreadyTakenError: email: The email has already been taken.
    """
    if uow.clients.email_owner(normalise_email(email)) is not None:
        raise AlreadyTakenError("email", "The email has already been taken.")


def _client_role(uow: UnitOfWork) -> RoleId:
    for role in uow.roles.all():
        if not access.is_staff(role.levels):
            return role.id
    uow.organizations.get()  # which tells, first of all, if the organisation itself is not there
    raise NotFoundError("role", "without dashboard access")


def _free_affiliation(uow: UnitOfWork, base: str) -> tuple[int, str]:
    lowest, highest, length = _LOWEST_AFFILIATE, _HIGHEST_AFFILIATE, _SHORTEST_CODE
    while True:
        for _ in range(_TRIES_PER_RANGE):
            drawn = uow.entropy.integer(lowest, highest), base + uow.entropy.characters(_LINK_ALPHABET, length)
            if not uow.clients.affiliation_is_taken(*drawn):
                return drawn
        # Six digits are nearly used up in this organisation: take one digit more, and one sign more.
        lowest, highest, length = highest + 1, highest * 10 + 9, length + 1
