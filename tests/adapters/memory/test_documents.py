"""An organisation as one JSON document: nothing is lost on the way there and back."""

from __future__ import annotations

import hashlib
import json
import pickle
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, get_args, get_type_hints
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_engine import ConflictError, MemoryStore, ServiceEngineError
from service_engine.adapters.memory.codec import from_json, to_json
from service_engine.adapters.memory.documents import FORMAT, TABLES, dump, load
from service_engine.adapters.memory.state import State
from service_engine.adapters.memory.tables import Table
from service_engine.domain.clients import Client, ClientPatch
from service_engine.domain.employees import Employee
from service_engine.domain.ids import OrganizationId
from service_engine.domain.json_values import thaw
from service_engine.domain.organizations import Organization
from service_engine.domain.tickets import TicketStatus
from service_engine.testing import populate
from service_engine.testing.agreement.outcomes import exact
from service_engine.testing.builders import NOON, build
from service_engine.testing.population import Populated
from service_engine.testing.strategies import instants, json_objects, populated_stores
from service_engine.usecases.clients import create_client, delete_client, list_clients
from service_engine.usecases.order_messages import post_order_message
from service_engine.usecases.order_tasks import add_order_task
from service_engine.usecases.organizations import authenticate, note_token_use
from service_engine.usecases.services import create_service_folder
from service_engine.usecases.tickets import list_tickets

KEPT = {*TABLES, "people", "organization", "invoice_count", "token_uses"}
BUILT_ANEW = {
    "invoice_rows",
    "order_message_rows",
    "order_rows",
    "order_task_rows",
    "proposal_summaries",
    "spent",
    "ticket_rows",
}


def state_of(store: MemoryStore, org_id: OrganizationId) -> State:
    """Return what is committed of an organisation."""
    return store._published.state(org_id)


def content(state: State) -> dict[str, Any]:
    """Return all that a state answers from. It asks the state what there is, and not ``dump``."""
    kept = {name: getattr(state, name) for name in State.__slots__ if name not in BUILT_ANEW}
    return {name: content_of(each) if isinstance(each, Table) else exact(each) for name, each in kept.items()}


def content_of(table: Table[Any]) -> tuple[Any, ...]:
    """Return its values, what they claim, which are in no list, and what belongs to what."""
    return (
        {key: exact(value) for key, value in table.rows.items()},
        table.claims,
        table._unlisted,
        table._groups,
        [each.id for each in table.ordered("id")],
    )


@pytest.mark.parametrize("kind", [*TABLES.values(), Client, Employee, Organization], ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_every_value_comes_back_as_it_was(kind, data):
    """To the last digit and the last microsecond, by way of text."""
    value = data.draw(st.from_type(kind))
    text = json.dumps(to_json(value), allow_nan=False)
    again = from_json(kind, json.loads(text))
    assert exact(again) == exact(value)
    assert json.dumps(to_json(again), allow_nan=False) == text


@pytest.mark.parametrize(
    ("hint", "value"),
    [
        (Decimal, Decimal("0.10")),
        (Decimal, Decimal("12345678901234567890.123")),
        (datetime, datetime(2026, 2, 7, 12, 0, 0, 1, tzinfo=UTC)),
        (datetime, datetime.max.replace(tzinfo=UTC)),
        (datetime | None, None),
        (str | None, ""),
        (str, "e\u0301 \U0001f600 \u2028 \"'\\"),
        (tuple[str, ...], ("b", "a", "b")),
    ],
    ids=repr,
)
def test_the_hard_cases_come_back_as_they_were(hint, value):
    """Compared as text, because Python calls 0.1 and 0.10 equal."""
    assert repr(from_json(hint, json.loads(json.dumps(to_json(value))))) == repr(value)


@pytest.mark.parametrize(
    ("hint", "value"),
    [
        (int, 3.7),
        (int, 3.0),
        (int, "3"),
        (int, True),
        (int, None),
        (bool, "false"),
        (bool, 0),
        (str, 7),
        (str, None),
        (TicketStatus, True),
        (TicketStatus, 1.0),
        (TicketStatus, "1"),
        (Decimal, 1),
        (Decimal, 0.1),
        (Decimal, ["0", [1], 0]),
        (UUID, 7),
        (datetime, 0),
        (tuple[str, ...], "abc"),
        (tuple[str, ...], {"a": 1}),
        (tuple[str, ...], ["a", 1]),
        (Mapping[str, Any], []),
        (Organization, []),
        (Organization, "name"),
        (int | None, ""),
    ],
    ids=repr,
)
def test_what_would_have_been_written_in_another_way_is_refused(hint, value):
    """Whatever Python could make of it: neither is text a number, nor true one."""
    with pytest.raises(TypeError, match=r"^'\w+' is wanted, '\w+' was given$"):
        from_json(hint, json.loads(json.dumps(value)))


@given(json_objects(), instants())
def test_what_a_host_keeps_comes_back_as_it_was(custom_fields, at):
    """Free JSON, frozen again, where ``true`` is not 1 and 1 is not 1.0; and any time."""
    client = build.client(details=ClientPatch(custom_fields=custom_fields), at=at)
    again = from_json(Client, json.loads(json.dumps(to_json(client))))
    assert repr(thaw(again.custom_fields)) == repr(thaw(client.custom_fields))
    assert type(again.custom_fields) is type(client.custom_fields)
    assert again.created_at.isoformat() == client.created_at.isoformat()


@given(populated_stores())
def test_whole_organizations_come_back(filled):
    """Every table with every value, deleted ones included: what is unique, what is listed, what belongs to what."""
    for each in filled.organizations:
        state = state_of(filled.store, each.org_id)
        again = load(dump(state))
        assert content(again) == content(state)
        assert dump(again) == dump(state)


def test_nothing_of_an_organization_with_everything_is_lost():
    """No table is empty on the way, so none can be forgotten without a difference."""
    store = MemoryStore()
    acme = with_everything(store)
    state = state_of(store, acme.org_id)
    kept = {name: getattr(state, name) for name in State.__slots__ if name not in BUILT_ANEW}
    assert [name for name, each in kept.items() if not (each.rows if isinstance(each, Table) else each)] == []
    assert content(load(dump(state))) == content(state)


def test_nothing_of_a_state_is_left_out():
    """A new table, or whatever else a state gets, must be named by ``dump``, or be one of what is built anew."""
    assert set(State.__slots__) == KEPT | BUILT_ANEW
    tables = {name for name in State.__slots__ if isinstance(getattr(State(), name), Table)}
    assert tables == {*TABLES, "people"}
    assert set(json.loads(dump(State()))) == KEPT - {"people"} | {"clients", "employees", "format"}


def test_what_was_deleted_is_in_no_list():
    """It is there for whoever has its id, and nowhere else."""
    store = MemoryStore()
    acme = populate(store)
    gone = store.run(acme.org_id, create_client, email="eve@example.com", first_name="Eve", last_name="Doe", at=NOON)
    store.run(acme.org_id, delete_client, gone.id, at=acme.until)
    again = MemoryStore()
    again._published._states[acme.org_id] = load(dump(state_of(store, acme.org_id)))
    assert again.read(acme.org_id, list_clients).total == store.read(acme.org_id, list_clients).total
    assert again.read(acme.org_id, list_tickets).total == len(acme.tickets)
    assert gone.id in state_of(again, acme.org_id).people.rows


def test_what_was_loaded_can_be_written_to():
    """It belongs to nobody else: the state that was dumped does not change."""
    store = MemoryStore()
    acme = populate(store, tickets=1)
    state = state_of(store, acme.org_id)
    before = dump(state)
    loaded = load(before)
    loaded.tickets.remove("ticket", acme.tickets[0].id)
    assert dump(loaded) != before == dump(state)


def test_there_is_no_json_for_what_is_unknown():
    """It is refused before anything is written."""
    with pytest.raises(TypeError, match="there is no JSON for object"):
        to_json({"key": (object(),)})


def test_what_is_no_json_is_refused():
    """Half a file, for one."""
    with pytest.raises(ValueError, match="Expecting"):
        load(dump(State())[:-5])


@pytest.mark.parametrize(
    ("damage", "error"),
    [
        (lambda document: document.pop("roles"), KeyError),
        (lambda document: document["tickets"][0].pop("subject"), KeyError),
        (lambda document: document["tickets"][0].update(status=99), ValueError),
        (
            lambda document: document["invoices"][0]["items"][0].update(amount={"amount": "x", "currency": "USD"}),
            ArithmeticError,
        ),
        (lambda document: document["organization"].update(slug=""), ServiceEngineError),
        (lambda document: document.update(invoice_count="7"), TypeError),
        (lambda document: document.update(token_uses=[]), TypeError),
        (lambda document: document.update(roles={}), TypeError),
        (lambda document: document.update(tags=""), TypeError),
        (lambda document: document.update(clients={}), TypeError),
        (lambda document: document["tickets"][0].update(subject=7), TypeError),
        (lambda document: document["tickets"].append(document["tickets"][0]), ConflictError),
    ],
    ids=[
        "a table is missing",
        "a field is missing",
        "no such status",
        "no number",
        "a rule is broken",
        "the count is text",
        "the uses are a list",
        "a table is an object",
        "a table is text",
        "the clients are an object",
        "a text is a number",
        "twice",
    ],
)
def test_a_damaged_document_is_refused(damage, error):
    """By the values themselves, and by what must be unique among them."""
    store = MemoryStore()
    document = json.loads(dump(state_of(store, populate(store).org_id)))
    damage(document)
    with pytest.raises(error):
        load(json.dumps(document))


@pytest.mark.parametrize(
    "found", [FORMAT - 1, FORMAT + 1, float(FORMAT), True, str(FORMAT), None, [FORMAT]], ids=json.dumps
)
def test_another_format_is_refused(found):
    """By both numbers, before anything else is looked at; what only equals the number in Python is another, too."""
    with pytest.raises(ValueError, match="format") as refused:
        load(json.dumps({"format": found}))
    assert str(refused.value) == f"the document has format {json.dumps(found)}; this version reads format {FORMAT}"


@pytest.mark.parametrize("document", ["{}", "[]", '{"organization": null}'])
def test_a_document_without_a_format_is_refused(document):
    """Nothing is guessed from the tables that it has."""
    with pytest.raises(ValueError, match=f"has no format number; this version reads format {FORMAT}$"):
        load(document)


def test_another_shape_is_another_format():
    """Once a version has been released, the number goes up with every change here; until then only this changes."""
    digest = hashlib.sha256(json.dumps(shape(), sort_keys=True).encode()).hexdigest()[:16]
    assert (FORMAT, digest) == (1, "621ada098bee776b")


def shape() -> dict[str, list[str]]:
    """Return what a document has by name: its tables, and the fields of every class that is somewhere in them."""
    found = {"": sorted(json.loads(dump(State())))}
    waiting: list[Any] = [Organization, Client, Employee, *TABLES.values()]
    while waiting:
        each = waiting.pop()
        if not attrs.has(each):
            waiting.extend(get_args(each))
        elif each.__name__ not in found:
            kept = {field.name for field in attrs.fields(each) if field.init}
            found[each.__name__] = sorted(kept)
            waiting.extend(hint for name, hint in get_type_hints(each).items() if name in kept)
    return found


def test_a_state_cannot_be_pickled():
    """As the page about a store of one's own says; ``dump`` and ``load`` are the way."""
    with pytest.raises((AttributeError, TypeError, pickle.PicklingError)):
        pickle.dumps(State())


def with_everything(store: MemoryStore) -> Populated:
    """Fill a store with an organisation that has something in every table."""
    acme = populate(store)
    founder, [order, *_] = acme.bootstrap.administrator.id, acme.orders
    store.run(acme.org_id, create_service_folder, name="Websites", at=acme.until)
    store.run(acme.org_id, add_order_task, order.id, name="Draft", at=acme.until)
    store.run(acme.org_id, post_order_message, order.id, author_id=founder, text="Hello", at=acme.until)
    _, grant = authenticate(store.directory, acme.bootstrap.token, at=acme.until)
    store.run(acme.org_id, note_token_use, grant.token_id, at=acme.until)
    return acme
