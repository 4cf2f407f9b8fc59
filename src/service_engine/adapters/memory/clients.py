"""An organisation's clients, one at a time and as they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from service_engine.adapters.memory.invoices import spent_by
from service_engine.adapters.memory.listed import MemoryListed
from service_engine.adapters.memory.state import State, Work
from service_engine.adapters.memory.tables import missing, require_current
from service_engine.domain.change import Change, next_version
from service_engine.domain.clients import Client
from service_engine.domain.ids import ClientId, UserId
from service_engine.errors import ConflictError
from service_engine.ports.clients import ClientFilter, ClientRow, ClientSort

__all__ = ["MemoryClientQueries", "MemoryClients"]


class MemoryClients:
    """``ports.clients.Clients`` in memory."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def get(self, client_id: ClientId, *, for_deletion: bool = False) -> Client:
        """Return a live client. The organisation's lock is held, so nobody else can refer to them meanwhile."""
        client = self._work.state.live_client(client_id)
        if client is None:
            raise missing("client", client_id)
        return client

    def add(self, change: Change[Client]) -> Client:
        """Store a new client, address included."""
        state, client = self._work.state, change.state
        self._work.require_links("client", client.id, client.role_id in state.roles.rows)
        state.put_person("client", client, new=True)
        self._work.events.extend(change.events)
        return client

    def save(self, change: Change[Client]) -> Client:
        """Store a changed client; a change without events writes nothing."""
        state, client = self._work.state, change.state
        if not change.events:
            return client
        stored = state.people.rows.get(client.id)
        if not isinstance(stored, Client):
            raise ConflictError("client", client.id)
        require_current("client", stored, client)
        self._work.require_links("client", client.id, client.role_id in state.roles.rows)
        saved = next_version(client)
        state.put_person("client", saved)
        self._work.events.extend(change.events)
        return saved

    def email_owner(self, email: str) -> UserId | None:
        """Return who of the organisation's live people, staff included, has this normalised e-mail."""
        owner = self._work.state.people.claims.get(("email", email))
        return None if owner is None else UserId(owner)

    def affiliation_is_taken(self, affiliate_id: int, affiliate_link: str) -> bool:
        """Tell whether somebody, deleted people counted, has this affiliate id or this affiliate link."""
        claims = self._work.state.people.claims
        return ("affiliate_id", affiliate_id) in claims or ("affiliate_link", affiliate_link) in claims

    def dependents(self, client_id: ClientId) -> tuple[str, ...]:
        """Return what refers to the client, deleted things counted."""
        state = self._work.state
        referring = {
            "orders": any(order.client_id == client_id for order in state.orders.rows.values()),
            "invoices": bool(state.invoices.group(client_id)),
            "tickets": any(ticket.client_id == client_id for ticket in state.tickets.rows.values()),
            "subscriptions": bool(state.subscriptions.group(client_id)),
        }
        return tuple(noun for noun, exist in referring.items() if exist)


class MemoryClientQueries(MemoryListed[ClientFilter, ClientSort, Client, ClientRow]):
    """``ports.clients.ClientQueries`` in memory."""

    def __init__(self, work: Work) -> None:
        super().__init__(work, _ordered, _row)

    def get(self, client_id: ClientId) -> ClientRow:
        """Return one live client."""
        client = self._work.state.live_client(client_id)
        if client is None:
            raise missing("client", client_id)
        return _row(self._work.state, client)


def _ordered(state: State, field: str) -> Sequence[Client]:
    return cast("Sequence[Client]", state.people.ordered(field))  # only live clients are listed there


def _row(state: State, client: Client) -> ClientRow:
    return ClientRow(client=client, role=state.role_of(client), spent=spent_by(state, client.id))
