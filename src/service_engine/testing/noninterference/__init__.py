"""Shows that what one organisation observes does not depend on what another one does: non-interference.

The term is Goguen and Meseguer's (1982): a group of users does not interfere with another, if what the others see is
what they would see without them.

Two organisations do random work with the same names, e-mail addresses, numbers, tags and codes, and try each other's
ids. Each of them does the same work once more where it is alone. Everything that it is answered must be the same both
times, to the last byte. Hypothesis then finds the shortest way to a difference.

Of a store, with the random work of ``testing.agreement``::

    from service_engine.testing.noninterference import assert_no_interference


    def test_organisations_do_not_interfere():
        assert_no_interference(lambda entropy: MyStore(..., entropy=entropy))

Of any ASGI application that describes itself (``/openapi.json``), with random requests::

    from service_engine.testing.noninterference import TenantApp, assert_no_interference_in_app


    def test_callers_do_not_interfere():
        assert_no_interference_in_app(lambda entropy: TenantApp(app=my_app(), callers=("token of a", "token of b")))

What it does not show: what a caller learns from how long an answer takes, and what happens while two transactions are
open at the same time. Slugs of organisations are the one thing that all organisations share; their names differ here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

import hypothesis
from hypothesis.stateful import run_state_machine_as_test

from service_engine.testing.agreement import StoreFactory
from service_engine.testing.noninterference.apps import AppFactory, AppMachine, TenantApp
from service_engine.testing.noninterference.outcomes import AppFailedError, InterferenceError, Tally
from service_engine.testing.noninterference.stores import NoninterferenceMachine

__all__ = [
    "AppFactory",
    "AppFailedError",
    "InterferenceError",
    "StoreFactory",
    "Tally",
    "TenantApp",
    "assert_no_interference",
    "assert_no_interference_in_app",
]


def _unmasked(answer: bytes) -> bytes:
    return answer


def assert_no_interference(open_store: StoreFactory, *, settings: hypothesis.settings | None = None) -> Tally:
    """Fail if anything that an organisation observes in a store depends on what another organisation does.

    Compared are results, refusals with everything that they carry, events, rows, details, totals, pages, numbers, and
    in the end everything that there is.

    Args:
        open_store: Opens an empty store that shares nothing with any other: for each run, three are opened, and closed
            when it ends. In one of them both organisations work, in the others one of them does.
        settings: How many runs, and of how many steps; the present Hypothesis profile by default.

    Returns:
        How much was tried.

    Raises:
        InterferenceError: Something does.

    Example:
        >>> from service_engine import MemoryStore
        >>> short = hypothesis.settings(max_examples=2, stateful_step_count=5, deadline=None, database=None)
        >>> assert_no_interference(MemoryStore, settings=short).comparisons > 50
        True
    """
    tally = Tally()
    machine = type(
        "Noninterference", (NoninterferenceMachine,), {"open_store": staticmethod(open_store), "tally": tally}
    )
    run_state_machine_as_test(machine, settings=settings)
    return tally


def assert_no_interference_in_app(
    open_app: AppFactory,
    *,
    openapi: str = "/openapi.json",
    leave_out: Collection[str] = (),
    allow_failures: bool = False,
    mask: Callable[[bytes], bytes] = _unmasked,
    settings: hypothesis.settings | None = None,
) -> Tally:
    """Fail if anything that an organisation is answered by an application depends on what another one does.

    The requests are made up from the application's own description: its paths, parameters, schemas and examples, with
    ids that it has answered before, those of the other organisation and unknown ones among them. Compared are status,
    headers and body of every answer, and what the application raised.

    It shows something only where the application does something. So an answer of 500 or more is a failure of its own,
    and each caller must be answered with less than 400 at least once; what answers callers and strangers alike does not
    count.

    Args:
        open_app: Makes a fresh application, in which both organisations exist. For each run, three are made, which
            share nothing: in one of them both work, in each of the others one of them is idle. An application that
            draws its ids from the entropy and stops its clock needs no mask.
        openapi: Where it describes itself.
        leave_out: Operations that are never asked, each by method and path as described: ``"POST /notes/{note_id}"``.
        allow_failures: Whether 500 and more are answers like any other.
        mask: Replaces in an answer what is random, such as ids and times, by something that is not. It is given status,
            headers and body as they are on the wire.
        settings: How many runs, and of how many steps; the present Hypothesis profile by default.

    Returns:
        How much was tried.

    Raises:
        InterferenceError: Something does.
        AppFailedError: The application answered with 500 or more.
        ValueError: The application does not describe itself there, it has no operation of a name that is left out, or
            one of the callers was never answered.

    Example:
        >>> async def app(scope, receive, send):
        ...     assert scope["type"] == "http"
        ...     body = b'{"paths": {"/notes": {"get": {}}}}'
        ...     await send({"type": "http.response.start", "status": 200, "headers": []})
        ...     await send({"type": "http.response.body", "body": body})
        >>> short = hypothesis.settings(max_examples=2, stateful_step_count=5, deadline=None, database=None)
        >>> done = assert_no_interference_in_app(lambda _: TenantApp(app=app, callers=("a", "b")), settings=short)
        >>> done.comparisons == done.answers.total() > 4
        True
    """
    tally = Tally()
    given = {
        "open_app": staticmethod(open_app),
        "openapi": openapi,
        "leave_out": leave_out,
        "allow_failures": allow_failures,
        "mask": staticmethod(mask),
        "tally": tally,
    }
    run_state_machine_as_test(type("Noninterference", (AppMachine,), given), settings=settings)
    tally.require_answers()
    return tally
