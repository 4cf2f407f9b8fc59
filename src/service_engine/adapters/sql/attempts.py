"""One use case on its way to exactly one commit, over as many tries as it takes.

A connection that is lost during COMMIT leaves open whether the transaction was committed. The rule:

1. Every try draws the same ids (``RecordedEntropy``), so what was stored once cannot be stored again beside itself.
2. Every transaction has a witness: a row that it inserted under an id of its own, or else a row that it updated, with
   the version and the time that it gave it. The next try first asks for the witness of the unanswered COMMIT. If it is
   there, the transaction was committed, and the result of that try is the answer.
3. If it is not there, the use case runs again. Should the old COMMIT come through at this moment, its rows make the
   new try wait, and then collide or be refused; so after every failure the witness is asked for once more.

An I/O error of SQLite at COMMIT leaves the same open. It is not tried again, but the witness is asked all the same.

One case stays open: the transaction only updated, and before the next try (milliseconds later) somebody else changed
the same row. Then the use case is applied once more, on top of theirs, as if the request had come a moment later.

Source: design section 5.7; decision 5.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from attrs import define, field, frozen
from sqlalchemy import Connection

from service_engine.adapters.entropy import RecordedEntropy
from service_engine.adapters.retries import Retries
from service_engine.adapters.sql.failures import is_lost_connection, is_retryable, leaves_commit_open
from service_engine.adapters.sql.tables import Tables
from service_engine.adapters.sql.transaction import Witness
from service_engine.adapters.sql.unit_of_work import BeforeCommit, SqlUnitOfWork, announce
from service_engine.domain.ids import OrganizationId

__all__ = ["Attempts", "Patience"]

R = TypeVar("R")


@frozen
class _Unanswered(Generic[R]):
    witness: Witness | None
    result: R


@define(eq=False)
class Attempts(Generic[R]):
    """The tries of one use case.

    Args:
        org_id: The organisation.
        tables: Where it is stored.
        entropy: Draws the same for every try.
        use_case: What to run, its arguments bound.
        before_commit: What the host does in each try that comes to its COMMIT with events.
    """

    org_id: OrganizationId
    tables: Tables
    entropy: RecordedEntropy
    use_case: Callable[[SqlUnitOfWork], R]
    before_commit: BeforeCommit | None = None
    _contended: bool = field(default=False, init=False)
    _unanswered: _Unanswered[R] | None = field(default=None, init=False)

    def attempt(self, connection: Connection) -> R:
        """Try once, on a fresh connection, and commit.

        Returns:
            What the use case returned in the try that was committed, be it this one or one before.
        """
        if self._unanswered is not None and self._was_committed(connection, self._unanswered):
            return self._unanswered.result
        try:
            return self._run(connection)
        except Exception as error:
            # The next try locks what it loads, so that it waits for its rivals instead of colliding again.
            self._contended = True
            if self._unanswered is None or is_lost_connection(error):
                raise
            if self._was_committed(connection, self._unanswered):
                return self._unanswered.result
            raise

    def _run(self, connection: Connection) -> R:
        self.entropy.rewind()
        uow = SqlUnitOfWork(connection, self.org_id, self.tables, self.entropy)
        uow.transaction.contended = self._contended
        try:
            result = self.use_case(uow)
            announce(uow, self.before_commit)
            self._commit(connection, _Unanswered(uow.transaction.witness, result))
        except BaseException:
            uow.transaction.events.clear()
            connection.rollback()
            raise
        finally:
            uow.close()
        return result

    def _commit(self, connection: Connection, unanswered: _Unanswered[R]) -> None:
        try:
            connection.commit()
        except Exception as error:
            if leaves_commit_open(error):
                self._unanswered = unanswered
            raise

    def _was_committed(self, connection: Connection, unanswered: _Unanswered[Any]) -> bool:
        witness = unanswered.witness
        if witness is None:
            return False
        values = {"org_id": self.org_id, **witness.values}
        found = connection.execute(witness.statement, values).first() is not None
        connection.rollback()
        return found


@define(eq=False)
class Patience:
    """How often one call has failed so far: an outage takes longer than a collision, so the two are counted apart.

    Args:
        retries: How often it may.

    Example:
        >>> from service_engine.errors import ConflictError
        >>> patience = Patience(Retries(tries=2, first_pause=0))
        >>> patience.pause_after(ConflictError("ticket", 7))
        0.0
        >>> patience.pause_after(ConflictError("ticket", 7))
        Traceback (most recent call last):
        service_engine.errors.ConflictError: ticket 7 was changed by somebody else
    """

    retries: Retries
    _collisions: int = field(default=0, init=False)
    _outages: int = field(default=0, init=False)

    def pause_after(self, error: Exception) -> float:
        """Return how long to wait before the next try, in seconds.

        Raises:
            Exception: The error itself, when running again would not help, or was tried often enough.
        """
        if not is_retryable(error):
            raise error
        if is_lost_connection(error):
            self._outages += 1
            if self._outages >= self.retries.outage_tries:
                raise error
            return self.retries.pause_before(self._outages, outage=True)
        self._collisions += 1
        if self._collisions >= self.retries.tries:
            raise error
        return self.retries.pause_before(self._collisions)
