"""What every store must do when a use case collides: run it again, a bounded number of times, with the same ids."""

# ruff: noqa: PLR2004 - the numbers are what is expected

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from service_engine.domain import tickets
from service_engine.domain.tickets import Ticket
from service_engine.errors import ConflictError, RuleViolationError
from service_engine.ports.unit_of_work import UnitOfWork
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency, Contract, happened
from service_engine.usecases.tickets import close_ticket, list_tickets

__all__ = ["RetryContract"]

LATER = NOON + timedelta(seconds=1)


class RetryContract(Contract):
    """``Store.run``.

    Example:
        >>> from service_engine import MemoryStore
        >>> acme = Agency(MemoryStore())  # yours instead
        >>> RetryContract().test_every_try_draws_the_same_ids(acme)
    """

    def test_a_use_case_is_committed_and_answers(self, acme: Agency) -> None:
        """Arguments go in, the result comes out."""
        ticket = acme.ticket()
        closed = acme.run(close_ticket, ticket.id, at=LATER)
        with acme.begin() as uow:
            assert uow.tickets.get(ticket.id) == closed

    def test_a_conflict_runs_it_again(self, acme: Agency) -> None:
        """Nothing of the tries that failed is left."""
        client = acme.client()
        tries = 0

        def collide_twice(uow: UnitOfWork) -> Ticket:
            nonlocal tries
            tries += 1
            ticket = uow.tickets.add(happened(acme.build.ticket(client_id=client.id, subject=f"Try {tries}")))
            if tries < 3:
                raise ConflictError("ticket", ticket.id)
            return ticket

        kept = acme.run(collide_twice)
        assert (tries, kept.subject) == (3, "Try 3")
        assert [row.id for row in acme.read(list_tickets).rows] == [kept.id]

    def test_a_conflict_that_stays_is_reported(self, acme: Agency) -> None:
        """After a bounded number of tries, and nothing is written."""
        client = acme.client()
        tries = 0

        def collide(uow: UnitOfWork) -> None:
            nonlocal tries
            tries += 1
            uow.tickets.add(happened(acme.build.ticket(client_id=client.id)))
            raise ConflictError("ticket", 7)

        with pytest.raises(ConflictError):
            acme.run(collide)
        assert 2 <= tries <= 20
        assert acme.read(list_tickets).total == 0

    def test_a_stale_state_from_outside_stays_a_conflict(self, acme: Agency) -> None:
        """Running again does not help whoever brings an old state along."""
        stale = acme.ticket()
        acme.run(close_ticket, stale.id, at=LATER)
        with pytest.raises(ConflictError):
            acme.run(lambda uow: uow.tickets.save(tickets.set_pending(stale, at=LATER)))

    def test_every_try_draws_the_same_ids(self, acme: Agency) -> None:
        """So that a try whose answer was lost is not stored twice."""
        drawn: list[tuple[UUID, str, int]] = []

        def draw(uow: UnitOfWork) -> None:
            entropy = uow.entropy
            drawn.append((entropy.new_id(), entropy.characters("AB", 20), entropy.integer(1, 10**9)))
            if len(drawn) < 3:
                raise ConflictError("ticket", 7)

        acme.run(draw)
        acme.run(draw)
        assert len(drawn) == 4
        assert drawn[0] == drawn[1] == drawn[2] != drawn[3]

    @pytest.mark.parametrize("error", [RuleViolationError("subject", "No."), ValueError("wrong"), KeyError(1)])
    def test_any_other_error_ends_it_at_once(self, acme: Agency, error: Exception) -> None:
        """A refusal is an answer; running again would not change it."""
        tries = 0

        def refuse(_: UnitOfWork) -> None:
            nonlocal tries
            tries += 1
            raise error

        with pytest.raises(type(error)) as raised:
            acme.run(refuse)
        assert raised.value is error
        assert tries == 1
