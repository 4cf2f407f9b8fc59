"""Cross-organisation probes: every id slot of the API, with each kind of id that is not a live one of one's own.

What is asked of each: the status is the contract's; the answer is byte for byte that for an id that nobody ever had;
no row of any organisation changed. Source: design decision 6; contract 9.3; goals.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any
from uuid import UUID

import attrs
from attrs import frozen
from sqlalchemy import Engine, create_engine
from starlette.testclient import TestClient
from tests.agencies import Agency, Clock, found_agency, simulated_gateway
from tests.slots import MALFORMED_IS_400, Slot

from service_engine import SqlStore
from service_engine.adapters.memory.tables import Table
from service_engine.api import create_app
from service_engine.domain.coupons import create_coupon
from service_engine.domain.ids import CouponId, ProposalId
from service_engine.testing.snapshots import Snapshot, snapshot
from service_engine.usecases.proposals import delete_proposal

__all__ = ["KINDS", "UNKNOWN", "Prober", "Stock", "prober", "probing", "stock"]

UNKNOWN = "0190163d-8694-739b-aea5-966c26f8ad91"
KINDS = ("live foreign", "deleted foreign", "unknown", "own deleted", "malformed")
_MALFORMED = "no id"
_ITEM = {"name": "A", "quantity": 1, "amount": 1}
_BODIES: dict[str, dict[str, Any]] = {
    "POST /tickets": {"user_id": "clients", "subject": "Help", "tags": ["mine"]},
    "PUT /tickets/{id}": {"subject": "Help", "tags": ["mine"]},
    "POST /services": {"name": "A", "recurring": 0, "currency": "USD"},
    "PUT /services/{id}": {"name": "A"},
    "POST /orders": {"user_id": "clients", "service": "A", "tags": ["mine"]},
    "PUT /orders/{id}": {"tags": ["mine"]},
    "POST /orders/{id}/tasks": {"name": "A"},
    "PUT /order-tasks/{id}": {"name": "A"},
    "POST /proposals": {
        "client_email": "eve@example.com", "client_name_f": "Eve", "client_name_l": "Ray", "items": [{"price": 1}],
    },
    "POST /invoices": {"user_id": "clients", "items": [_ITEM]},
    "PUT /invoices/{id}": {"items": [_ITEM]},
}  # fmt: skip
"""A body that would be taken, by operation; ``clients`` stands for a client of one's own."""
_FOR_PATHS = {"name": "A", "message": "A", "payment_method_id": "pm_1"}
"""A body that fits whichever operation."""


@frozen(kw_only=True)
class Stock:
    """The ids of what an organisation has, by noun."""

    live: dict[str, tuple[str, ...]]
    deleted: dict[str, tuple[str, ...]]

    def all(self, noun: str) -> tuple[str, ...]:
        """Return the live ones and the deleted ones."""
        return self.live[noun] + self.deleted[noun]


def stock(agency: Agency) -> Stock:
    """Put one of everything into an organisation, live and deleted.

    An employee and a folder cannot be deleted: a deleted client and a deleted service stand in for them.
    """
    client, gone = agency.new_client()["id"], agency.new_client("gone@example.com")["id"]
    service, retired = agency.new_service()["id"], agency.new_service()["id"]
    order, cancelled = (agency.place_order(client, tags=["theirs"], service_id=service)["id"] for _ in range(2))
    task, dropped, hidden = (agency.new_task(each)["id"] for each in (order, order, cancelled))
    message, unsaid, unseen = (agency.write(each)["id"] for each in (order, order, cancelled))
    ticket, closed = agency.new_ticket(client, tags=["theirs"])["id"], agency.new_ticket(client)["id"]
    proposal, withdrawn = (agency.new_proposal(service)["id"] for _ in range(2))
    assert agency.post(f"/proposals/{proposal}/send", None).status_code == 200
    agency.store.run(agency.org_id, delete_proposal, ProposalId(UUID(withdrawn)), at=agency.clock())
    invoice, void = agency.new_invoice(client), agency.new_invoice(client)
    kept = agency.put(f"/invoices/{invoice['id']}", {"items": [_ITEM]}).json()["items"]
    for path in (
        f"/clients/{gone}", f"/services/{retired}", f"/tickets/{closed}", f"/order-tasks/{dropped}",
        f"/order-messages/{unsaid}", f"/orders/{cancelled}", f"/invoices/{void['id']}",
    ):  # fmt: skip
        assert agency.delete(path).status_code == 204
    live = {
        "clients": (client, agency.employee_id), "services": (service,), "orders": (order,), "order-tasks": (task,),
        "order-messages": (message,), "tickets": (ticket,), "proposals": (proposal,), "invoices": (invoice["id"],),
        "items": (kept[0]["id"],), "coupons": (agency.new_coupon(),), "employees": (agency.employee_id, client),
        "folders": (agency.new_folder(),),
    }  # fmt: skip
    deleted = {
        "clients": (gone,), "services": (retired,), "orders": (cancelled,), "order-tasks": (dropped, hidden),
        "order-messages": (unsaid, unseen), "tickets": (closed,), "proposals": (withdrawn,), "invoices": (void["id"],),
        "items": (invoice["items"][0]["id"], void["items"][0]["id"]), "coupons": (_deleted_coupon(agency),),
        "employees": (gone,), "folders": (retired,),
    }  # fmt: skip
    return Stock(live=live, deleted=deleted)


def _deleted_coupon(agency: Agency) -> str:
    coupon_id, at = CouponId(agency.store.entropy.new_id()), agency.clock()
    change = create_coupon(coupon_id, code="PAST", kind="Fixed", description=None, at=at)
    with agency.store.begin(agency.org_id) as uow:
        uow.coupons.add(attrs.evolve(change, state=attrs.evolve(change.state, deleted_at=at)))
    return str(coupon_id)


def _of_memory(store: Any, agency: Agency) -> dict[str, Any]:
    state = store._published.state(agency.org_id)
    values = {name: getattr(state, name) for name in ("organization", "token_uses", "invoice_count")}
    tables = {name: getattr(state, name) for name in state.__slots__}
    return values | {name: dict(table.rows) for name, table in tables.items() if isinstance(table, Table)}


def _of_database(found: Snapshot, agency: Agency) -> dict[str, Any]:
    return {
        name: {key: row for key, row in rows.items() if row.get("org_id", row.get("id")) == agency.org_id}
        for name, rows in found.items()
    }


@frozen
class Prober:
    """Tries one organisation's ids, and worse ones, as the caller of another.

    Args:
        mine: Who asks.
        theirs: The other.
        own: What the one has.
        foreign: What the other has.
        reader: Another engine of the database, if there is one: the store's is audited, and the audit refuses to let
            everybody's rows be read.
    """

    mine: Agency
    theirs: Agency
    own: Stock
    foreign: Stock
    reader: Engine | None

    def rows(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return everything that is stored of either: of each table, the rows by their ids."""
        store = self.mine.store
        if self.reader is None or not isinstance(store, SqlStore):
            return _of_memory(store, self.mine), _of_memory(store, self.theirs)
        found = snapshot(self.reader, store.tables.all())
        return _of_database(found, self.mine), _of_database(found, self.theirs)

    def probe(self, slots: Iterable[Slot], kinds: Iterable[str] = KINDS) -> Iterator[list[str]]:
        """Try each kind of ids in each slot; yield what is wrong with the answers, or with the rows afterwards."""
        before = self.rows()
        for slot, kind in product(slots, kinds):
            wrong = [each for key in self._keys(slot, kind) for each in self._differences(slot, key)]
            after = self.rows()
            if after[1] != before[1]:
                wrong.append("rows of the other organisation changed")
            if after[0] != before[0] and not _is_taken(slot):
                wrong.append("rows changed")
            before = after
            yield [f"{slot}, {kind}: {each}" for each in wrong]

    def _keys(self, slot: Slot, kind: str) -> tuple[str, ...]:
        return {
            "live foreign": self.foreign.live[slot.noun],
            "deleted foreign": self.foreign.deleted[slot.noun],
            "unknown": (str(self.mine.store.entropy.new_id()),),
            "own deleted": self.own.deleted[slot.noun],
            "malformed": (_MALFORMED,),
        }[kind]

    def _differences(self, slot: Slot, key: str) -> Iterator[str]:
        is_told_apart = key == _MALFORMED and (
            slot.place == "query" or (slot.method, slot.path, slot.field) in MALFORMED_IS_400
        )
        wanted = _status(slot, is_malformed=is_told_apart)
        twin = _neighbour(key) if key != _MALFORMED or is_told_apart else UNKNOWN
        for answer, expected in zip(self._ask(slot, key), self._ask(slot, twin), strict=True):
            if answer.status_code != wanted:
                yield f"{key} is answered {answer.status_code}, not {wanted}: {answer.text[:200]}"
            elif _masked(answer.content, key) != _masked(expected.content, twin):
                yield f"{key} is answered otherwise than an unknown id: {answer.text[:200]}"
            elif answer.headers.items() != expected.headers.items() and len(key) == len(twin):
                yield f"{key} has other headers than an unknown id: {answer.headers}"
            elif slot.place == "query" and wanted == 200 and _is_equality(answer) and answer.json()["meta"]["total"]:
                yield f"{key} is found: {answer.text[:200]}"

    def _ask(self, slot: Slot, key: str) -> list[Any]:
        if slot.place == "query":
            return [self.mine.get(slot.path, params={name: key}) for name in slot.parameters]
        if slot.place == "path":
            return [self.mine.send(slot.method, slot.path.replace("{id}", key), json=_FOR_PATHS)]
        noun = slot.path.strip("/").partition("/")[0]
        path = slot.path.replace("{id}", self.own.live[noun][0])
        return [self.mine.send(slot.method, path, json=self._body(slot, key))]

    def _body(self, slot: Slot, key: str) -> dict[str, Any]:
        body = dict(_BODIES[f"{slot.method} {slot.path}"])
        if "user_id" in body:
            body["user_id"] = self.own.live["clients"][0]
        if slot.field.startswith("items.*."):
            [item] = body["items"]
            return body | {"items": [item | {slot.field.removeprefix("items.*."): key}]}
        return body | {slot.field: [self.mine.employee_id, key] if slot.many else key}


def _is_taken(slot: Slot) -> bool:
    """Tell whether an id that names nothing is no mistake: an invoice's line with such an id is a new line."""
    return slot.noun == "items"


def _status(slot: Slot, *, is_malformed: bool) -> int:
    if is_malformed:
        return 400
    return 200 if _is_taken(slot) else {"path": 404, "body": 422, "query": 200}[slot.place]


def _neighbour(key: str) -> str:
    """Return an id that nobody has, next to this one, so that both are smaller and greater than the same ids."""
    return key[:-1] + ("e" if key[-1] == "d" else "d")


def _masked(content: bytes, key: str) -> bytes:
    """Return an answer without the id that was asked for, and without ids and times of what was made just now."""
    made = re.sub(rb'"items":\[\{"id":"[0-9a-f-]{36}"', b'"items":[{"id":""', content)
    return made.replace(f"ID {key} ".encode(), b"ID  ").replace(key.encode(), b"")


def _is_equality(answer: Any) -> bool:
    return "$eq" in answer.request.url.query.decode() or "$in" in answer.request.url.query.decode()


@contextmanager
def prober(mine: Agency, theirs: Agency) -> Iterator[Prober]:
    """Put one of everything into two organisations of a store, and let the one try the other's ids."""
    store = mine.store
    reader = create_engine(store.engine.url) if isinstance(store, SqlStore) else None
    try:
        yield Prober(mine, theirs, stock(mine), stock(theirs), reader)
    finally:
        if reader is not None:
            reader.dispose()


@contextmanager
def probing(store: Any) -> Iterator[Prober]:
    """Found two organisations in a store, and give what probes them through an API on it."""
    gateway, clock = simulated_gateway(), Clock()
    app = create_app(store, now=clock, gateway=gateway)
    with TestClient(app, raise_server_exceptions=False) as http:
        mine, theirs = (found_agency(http, store, gateway, clock, name) for name in ("Mine", "Theirs"))
        with prober(mine, theirs) as made:
            yield made
