"""What a failed statement means, where no test can bring it about each time."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from service_engine.adapters.retries import Retries
from service_engine.adapters.sql.attempts import Patience
from service_engine.adapters.sql.failures import is_lost_connection, is_retryable
from service_engine.errors import ConflictError


def refusal(message: str) -> OperationalError:
    """Return what comes of a connection that was refused so: libpq gives no code with it."""
    reason = psycopg.OperationalError(f'connection failed: connection to server on socket "/tmp/s" failed: {message}')
    return OperationalError("select 1", {}, reason)


@pytest.mark.parametrize(
    "message",
    [
        "No such file or directory\n\tIs the server running locally and accepting connections on that socket?",
        "FATAL:  the database system is starting up",
        "FATAL:  the database system is shutting down",
        "FATAL:  the database system is in recovery mode",
        "FATAL:  the database system is not yet accepting connections",
        "FATAL:  sorry, too many clients already",
    ],
)
def test_a_refusal_that_passes_is_tried_again(message: str) -> None:
    """A server on its way down or up says so in each of these ways, the last but one while it recovers."""
    assert is_lost_connection(refusal(message))
    assert is_retryable(refusal(message))


@pytest.mark.parametrize(
    "message",
    [
        'FATAL:  password authentication failed for user "eve"',
        'FATAL:  database "agnecy" does not exist',
        'FATAL:  database "agency" is not currently accepting connections',
    ],
)
def test_a_refusal_that_stays_is_reported(message: str) -> None:
    """At once: waiting would not help."""
    assert not is_retryable(refusal(message))


def test_an_outage_and_a_collision_are_counted_apart() -> None:
    """Whoever has waited for the database to come back may still collide as often as anybody else."""
    patience = Patience(Retries(tries=3, first_pause=0, outage_tries=5, outage_pause=0))
    lost, collided = refusal("FATAL:  the database system is starting up"), ConflictError("ticket", 7)
    assert [patience.pause_after(each) for each in (lost, lost, lost, collided, lost, collided)] == [0.0] * 6
    with pytest.raises(OperationalError):
        patience.pause_after(lost)
    with pytest.raises(ConflictError):
        patience.pause_after(collided)


def test_the_usual_patience_outlasts_a_restart() -> None:
    """And ends before the client of a request has given up."""
    usual = Retries()
    assert Retries(tries=5000).longest_before(4999) == usual.longest_pause  # which no float could double so often
    longest = sum(usual.longest_before(retry, outage=True) for retry in range(1, usual.outage_tries))
    assert longest / 2 >= 8
    assert longest <= 17
