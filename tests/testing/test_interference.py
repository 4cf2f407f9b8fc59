"""One organisation's work never shows in what another one observes; and where it does, that is found out.

``SERVICE_ENGINE_PROFILE=deep`` makes it long; ``python -m tests.figures.interference`` prints how much was tried.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import pytest
from fastapi import FastAPI
from hypothesis import Phase, settings
from tests.faults import Fault, FaultyStore
from tests.leaks import LEAKS
from tests.tenants import Databases, our_api
from tests.toy_app import APP_LEAKS, open_notes

from service_engine import MemoryStore
from service_engine.testing.noninterference import (
    AppFailedError,
    InterferenceError,
    TenantApp,
    assert_no_interference,
    assert_no_interference_in_app,
)
from service_engine.testing.noninterference.asgi import Driver, Request
from service_engine.testing.noninterference.openapi import ids_in, operations_of
from service_engine.testing.postgres import new_database

DEEP = os.environ.get("SERVICE_ENGINE_PROFILE") == "deep"
QUICK = settings(
    max_examples=300 if DEEP else 6, stateful_step_count=100 if DEEP else 40, deadline=None, derandomize=not DEEP
)
SEARCH = settings(
    max_examples=200,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    database=None,
    report_multiple_bugs=False,
    phases=[Phase.generate],
)
FEW = settings(QUICK, max_examples=3, stateful_step_count=20)
KEY = "0190163d-8694-739b-aea5-966c26f8ad91"
UUIDS = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@pytest.fixture
def databases(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Databases]:
    """Give empty databases of a kind, each a copy of one that was migrated once."""
    template = request.getfixturevalue(f"_{request.param}_template")
    numbers = count()

    @contextmanager
    def file() -> Iterator[str]:
        path = tmp_path / f"{next(numbers)}.db"
        shutil.copyfile(template, path)
        yield f"sqlite:///{path}"
        path.unlink()

    if request.param == "sqlite":
        opened = Databases(file)
    else:
        server = request.getfixturevalue("postgres_url")
        opened = Databases(lambda: new_database(server, template=template))
    yield opened
    opened.close()


def test_organizations_do_not_interfere_in_the_memory_store():
    """D40 to D45: whatever one of them does, the other one is answered as if it were alone."""
    tally = assert_no_interference(lambda entropy: MemoryStore(entropy=entropy), settings=QUICK)
    assert tally.comparisons > tally.steps > (10_000 if DEEP else 20)  # Hypothesis stops about half of the runs early


@pytest.mark.parametrize("databases", ["sqlite", "postgres"], indirect=True)
def test_organizations_do_not_interfere_in_the_sql_store(databases):
    """D40 to D45, in one database; each organisation alone has a database of its own."""
    tally = assert_no_interference(databases, settings=settings(QUICK, max_examples=50 if DEEP else 2))
    assert tally.comparisons > tally.steps > 0


@pytest.mark.parametrize("leak", sorted(LEAKS))
def test_a_planted_leak_is_found(leak):
    """Through each of these stores, an organisation learns something of the other one."""
    fault, shows = LEAKS[leak]
    with pytest.raises(InterferenceError) as caught:
        assert_no_interference(lambda entropy: FaultyStore(fault, entropy), settings=SEARCH)
    assert re.search(shows, str(caught.value).partition("\n")[0])


def test_a_store_without_a_leak_passes():
    """What is found is the leak, not the wrapping."""
    assert assert_no_interference(lambda entropy: FaultyStore(Fault, entropy), settings=QUICK).steps > 0


def test_an_error_shows_where_the_answers_differ():
    """The question, and the first part of the two answers that is not the same."""
    error = InterferenceError(
        "list", ("returned", {"total": 1, "rows": [("Row", ("id", 7))]}), ("returned", {"total": 2, "rows": []})
    )
    assert str(error) == "list, 1, total\n  alone:    1\n  together: 2"


# ------------------------------------------------------------------------------------------------------ applications


def test_callers_of_the_api_do_not_interfere():
    """D40 to D45, on the wire: all operations, with ids of both; nothing needs to be masked."""
    tally = assert_no_interference_in_app(our_api(), settings=QUICK)
    assert tally.comparisons > tally.steps > (20_000 if DEEP else 100)


def seeded_notes(leak: str | None) -> Any:
    """Make the toy application on ids that can be repeated."""
    return lambda entropy: open_notes(leak, new_id=entropy.new_id)


@pytest.mark.parametrize("leak", APP_LEAKS)
def test_a_leak_of_an_application_is_found(leak):
    """Each of these applications tells its callers something of the other one."""
    with pytest.raises(InterferenceError, match="notes"):
        assert_no_interference_in_app(seeded_notes(leak), settings=SEARCH)


def test_an_application_without_a_leak_passes():
    """A framework of its own, a schema of its own, headers instead of tokens."""
    assert assert_no_interference_in_app(seeded_notes(None), settings=QUICK).steps > 100


def test_what_is_random_can_be_masked():
    """An application that cannot be given its ids passes with a mask, which does not hide a leak."""
    few = settings(QUICK, max_examples=3)

    def mask(answer: bytes) -> bytes:
        return UUIDS.sub(b"ID", answer)

    assert assert_no_interference_in_app(lambda _: open_notes(), mask=mask, settings=few).steps > 20
    with pytest.raises(InterferenceError):
        assert_no_interference_in_app(lambda _: open_notes(), settings=SEARCH)
    with pytest.raises(InterferenceError):
        assert_no_interference_in_app(lambda _: open_notes("a global counter"), mask=mask, settings=SEARCH)


def test_a_description_may_refer_to_itself():
    """References are followed, a recursive one only once; a path's own parameters count for each of its operations."""
    note = {
        "type": "object",
        "properties": {"parent": {"$ref": "#/components/schemas/Note"}, "text": {"type": "string"}},
    }
    key = {"name": "note_id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Note"}}}}
    document = {
        "components": {"schemas": {"Note": note}, "parameters": {"Key": key}},
        "paths": {
            "/notes/{note_id}": {"parameters": [{"$ref": "#/components/parameters/Key"}], "put": {"requestBody": body}}
        },
    }
    [operation] = operations_of(json.dumps(document).encode())
    assert (operation.method, operation.noun, operation.makes_something) == ("PUT", "notes", False)
    assert [("note_id", "path", key["schema"])] == [
        (each.name, each.place, each.schema) for each in operation.parameters
    ]
    assert operation.body == {"type": "object", "properties": {"parent": {"type": "null"}, "text": {"type": "string"}}}


def test_ids_are_known_by_what_they_are_ids_of():
    """A list's rows are what the path is about; what is within a row has a name of its own."""
    row = {"id": 7, "client_id": KEY, "client": {"id": KEY}, "tags": ["urgent"], "paid": 7}
    assert list(ids_in({"data": [row], "total": 1}, "orders")) == [("orders", 7), ("client_id", KEY), ("client", KEY)]


def test_an_application_must_describe_itself():
    """A wrong address is said, instead of passing with nothing tried."""
    with pytest.raises(ValueError, match=r"/nowhere\.json is answered with 404"):
        assert_no_interference_in_app(seeded_notes(None), openapi="/nowhere.json", settings=SEARCH)


@pytest.mark.parametrize("wrong", [0, 1])
def test_a_caller_who_is_never_answered_shows_nothing(wrong):
    """A wrong key, for instance: each answer is 401, there as well as alone, so they are all the same."""
    callers = ("nobody", "b") if wrong == 0 else ("a", "nobody")
    with pytest.raises(ValueError, match=rf"^caller {wrong} was never answered: (\d+) requests, \1 x 401$"):
        assert_no_interference_in_app(lambda entropy: open_notes(new_id=entropy.new_id, callers=callers), settings=FEW)


@pytest.mark.parametrize("method", ["get", "post"])
def test_what_answers_anybody_is_no_answer_to_a_caller(method):
    """A caller whose key is wrong is answered there, too."""

    def open_app(entropy: Any, **parts: Any) -> Any:
        opened = open_notes(new_id=entropy.new_id, **parts)
        getattr(opened.app, method)("/visits")(lambda: {"welcome": True})
        return opened

    tally = assert_no_interference_in_app(open_app, settings=FEW)
    assert tally.public == {f"{method.upper()} /visits"}
    with pytest.raises(ValueError, match=r"^caller 1 was never answered, but by what answers anybody: \d+ requests, "):
        assert_no_interference_in_app(lambda entropy: open_app(entropy, callers=("a", "nobody")), settings=FEW)


def test_an_application_that_answers_anybody_alike_passes():
    """Who asks need not be known everywhere; where nothing else is described, that is what is compared."""

    def open_app(_: Any) -> Any:
        app = FastAPI()
        app.get("/visits")(lambda: {"welcome": True})
        return TenantApp(app=app, callers=("a", "b"))

    assert assert_no_interference_in_app(open_app, settings=FEW).public == {"GET /visits"}


def test_an_application_that_fails_shows_nothing():
    """What it raised is said, the shortest way there, and at once; or it is an answer like others."""

    def open_app(entropy: Any) -> Any:
        opened = open_notes(new_id=entropy.new_id)
        cast("FastAPI", opened.app).get("/broken")(lambda: int("many"))
        return opened

    with pytest.raises(AppFailedError, match=r"GET /broken of organisation [01]\n") as caught:
        assert_no_interference_in_app(open_app, settings=FEW)
    assert b"raised ValueError: invalid literal" in caught.value.answer
    tally = assert_no_interference_in_app(open_app, allow_failures=True, settings=FEW)
    assert tally.answers[0, "GET /broken", 500] > 0
    assert re.fullmatch(r"\d+ runs, \d+ steps, \d+ comparisons: \d+ x 2xx, \d+ x 4xx, \d+ x 5xx", str(tally))


def test_an_operation_can_be_left_out():
    """It is never asked; a name that nothing has is said, with those that there are."""

    def open_app(entropy: Any) -> Any:
        opened = open_notes(new_id=entropy.new_id)
        cast("FastAPI", opened.app).get("/random")(lambda: {"value": str(uuid4())})
        return opened

    with pytest.raises(InterferenceError, match="GET /random"):
        assert_no_interference_in_app(open_app, settings=FEW)
    tally = assert_no_interference_in_app(open_app, leave_out=["GET /random"], settings=FEW)
    assert {name for _, name, _ in tally.answers} == {
        "GET /notes", "POST /notes", "GET /notes/{note_id}", "DELETE /notes/{note_id}"
    }  # fmt: skip
    with pytest.raises(ValueError, match=r"there is no operation 'GET /radnom': \['GET /notes', "):
        assert_no_interference_in_app(open_app, leave_out=["GET /radnom"], settings=FEW)


def test_an_application_that_cannot_start_is_told():
    """The reason of the failed startup is kept."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed"})
        raise LookupError("no database")

    with asyncio.Runner() as runner, pytest.raises(RuntimeError, match="did not start") as caught:
        Driver(app, runner).start()
    assert isinstance(caught.value.__cause__, LookupError)


def test_an_application_that_fails_has_answered_500():
    """What it raised is compared, too."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise LookupError(scope["type"])

    with asyncio.Runner() as runner:
        driver = Driver(app, runner)
        driver.start()
        answer = driver.send(Request(method="GET", path="/"))
        driver.stop()
    assert answer.wire() == b"500\n\n\nraised LookupError: http"
