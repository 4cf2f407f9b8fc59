"""How the databases answer lists and retrieves: by an index, without sorting."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import takewhile
from typing import Any

import attrs
import pytest
from sqlalchemy import event, insert, text

from service_engine.adapters.sql import SqlStore
from service_engine.domain.ids import InvoiceId, OrderId, ProposalId
from service_engine.ports.invoices import InvoiceFilter, InvoiceSort
from service_engine.ports.keysets import Cursor, KeysetRequest
from service_engine.ports.lists import Condition, Operator, Sort
from service_engine.ports.orders import OrderFilter, OrderSort
from service_engine.ports.proposals import ProposalFilter, ProposalSort
from service_engine.ports.services import ServiceFilter, ServiceSort
from service_engine.ports.unit_of_work import UnitOfWork
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency
from service_engine.testing.postgres import new_database
from service_engine.usecases.invoices import get_invoice, list_invoices, scroll_invoices
from service_engine.usecases.order_messages import list_order_messages
from service_engine.usecases.order_tasks import list_order_tasks
from service_engine.usecases.orders import get_order, list_orders, scroll_orders
from service_engine.usecases.proposals import get_proposal, list_proposals, scroll_proposals
from service_engine.usecases.services import list_services, scroll_services

MANY = 2_000
PARTS = 20


@attrs.frozen
class Catalogue:
    """An organisation with many things, on a database that knows how many."""

    store: SqlStore
    acme: Agency
    order_id: OrderId
    proposal_id: ProposalId
    invoice_id: InvoiceId

    def plans(self, query: Callable[..., Any], *args: Any, **kwargs: Any) -> list[str]:
        """Return how the database answers each statement of a query."""
        return self._plans(lambda: self.acme.read(query, *args, **kwargs))

    def plan_of(self, question: Callable[[UnitOfWork], Any]) -> str:
        """Return how the database answers the one question that is asked in a transaction."""
        [plan] = self._plans(lambda: self.acme.run(question))
        return plan

    def _plans(self, ask: Callable[[], Any]) -> list[str]:
        sent: list[tuple[str, Any]] = []

        def listen(_: Any, __: Any, sql: str, values: Any, ___: Any, ____: bool) -> None:
            if sql.startswith(("SELECT", "WITH")):
                sent.append((sql, values))

        event.listen(self.store.engine, "before_cursor_execute", listen)
        ask()
        event.remove(self.store.engine, "before_cursor_execute", listen)
        explain = "EXPLAIN QUERY PLAN" if self.store.engine.dialect.name == "sqlite" else "EXPLAIN"
        with self.store.engine.connect() as connection:
            return [
                "\n".join(str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {sql}", values))
                for sql, values in sent
            ]


def _fill(store: SqlStore, acme: Agency) -> Catalogue:
    org_id, jane = acme.org_id, acme.administrator

    def stamped() -> list[dict[str, Any]]:
        at = [NOON + timedelta(seconds=number) for number in range(MANY)]
        return [{"org_id": org_id, "id": acme.new_id(), "created_at": each, "updated_at": each} for each in at]

    people = [
        {**row, "email": f"{number}@example.com", "first_name": "John", "last_name": "Doe"}
        | {"role_id": acme.client_role.id}
        for number, row in enumerate(stamped())
    ]
    orders = [
        {**row, "client_id": people[number]["id"], "number": str(number), "service_name": "Website"}
        | {"status": number % 5}
        for number, row in enumerate(stamped())
    ]
    services = [{**row, "name": "Website", "public": n % 9 == 0} for n, row in enumerate(stamped())]
    proposals = [
        {**row, "client_email": "ann@example.com", "client_first_name": "Ann", "client_last_name": "Lee"}
        | {"status": number % 3 and 3, "sent_at": NOON if number % 3 else None}
        for number, row in enumerate(stamped())
    ]
    invoices = [
        {**row, "client_id": people[number]["id"], "number": str(number), "status": number % 5 and 5}
        for number, row in enumerate(stamped())
    ]
    payments = [
        {**row, "invoice_id": invoice["id"], "paysys": "Stripe", "status": 1 if number % 50 else number // 50 % 2 * 3}
        for number, (row, invoice) in enumerate(zip(stamped(), invoices, strict=True))
    ]
    parts = [(order, number) for order in orders[::10] for number in range(PARTS)]
    links = [{"org_id": org_id, "order_id": order["id"], "employee_id": jane.id, "position": 0} for order in orders]
    filled: dict[str, list[dict[str, Any]]] = {
        "users": people,
        "services": services,
        "orders": orders,
        "order_employees": links,
        "order_tasks": [
            {"org_id": org_id, "id": acme.new_id(), "order_id": order["id"], "name": "Draft", "sort_order": number}
            | {"created_at": NOON, "updated_at": NOON}
            for order, number in parts
        ],
        "proposals": proposals,
        "proposal_items": [
            {"org_id": org_id, "id": acme.new_id(), "proposal_id": each["id"], "service_id": services[0]["id"]}
            | {"created_at": NOON}
            for each in proposals
        ],
        "invoices": invoices,
        "invoice_items": [{**row, "invoice_id": invoices[n]["id"], "name": "A"} for n, row in enumerate(stamped())],
        "payments": payments,
        "order_messages": [
            {"org_id": org_id, "id": acme.new_id(), "order_id": order["id"], "author_id": jane.id, "text": "Done"}
            | {"created_at": NOON + timedelta(seconds=number)}
            for order, number in parts
        ],
    }
    with store.engine.begin() as connection:
        for name, rows in filled.items():
            connection.execute(insert(getattr(store.tables, name)), rows)
        connection.execute(text("ANALYZE"))
    return Catalogue(store, acme, *(rows[0]["id"] for rows in (orders, proposals, invoices)))


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def catalogue(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    """Give one on each database, only to be read. It is not audited: EXPLAIN is text."""
    if request.param == "sqlite":
        yield from _catalogue(f"sqlite:///{tmp_path_factory.mktemp('plans')}/plans.db")
        return
    with new_database(request.getfixturevalue("postgres_url")) as url:
        yield from _catalogue(url)


def _catalogue(url: str) -> Iterator[Catalogue]:
    store = SqlStore.from_url(url)
    store.tables.metadata.create_all(store.engine)
    yield _fill(store, Agency(store))
    store.close()


def choosing(plan: str) -> str:
    """Return the part of a plan in which the rows of a page are chosen; what follows is done to those rows only."""
    lines = plan.splitlines()
    assert "TEMP B-TREE" not in plan, plan
    if lines[0].startswith("MATERIALIZE"):
        end = next(n for n, each in enumerate(lines) if each in ("SCAN page", "SCAN slice"))
        return "\n".join(lines[1:end])
    start, limit = next((n, each) for n, each in enumerate(lines) if each.lstrip(" ->").startswith("Limit"))
    depth = limit.index("Limit")
    inside = takewhile(lambda each: len(each) - len(each.lstrip()) > depth, lines[start + 1 :])
    return "\n".join(inside)


def goes_by(plan: str, index: str) -> bool:
    """Tell whether a plan goes by an index, in its order, and reads no whole table."""
    return index in plan and not any(each in plan for each in ("Sort", "TEMP B-TREE", "Seq Scan", "SCAN "))


def test_the_default_lists_go_by_their_indexes(catalogue: Catalogue) -> None:
    """Newest first is how the indexes stand."""
    for query, index in (
        (list_orders, "orders_newest_idx"),
        (list_services, "services_newest_idx"),
        (list_proposals, "proposals_newest_idx"),
        (list_invoices, "invoices_newest_idx"),
    ):
        rows, _ = catalogue.plans(query)
        assert goes_by(choosing(rows), index)


def test_filtered_lists_go_by_their_indexes(catalogue: Catalogue) -> None:
    """Each with the column of its filter first, and newest first after it."""
    for query, condition, index in (
        (list_orders, Condition(OrderFilter.STATUS, Operator.EQ, 3), "orders_status_idx"),
        (list_services, Condition(ServiceFilter.PUBLIC, Operator.EQ, True), "services_public_idx"),
        (list_proposals, Condition(ProposalFilter.STATUS, Operator.EQ, 0), "proposals_status_idx"),
        (list_invoices, Condition(InvoiceFilter.STATUS, Operator.EQ, 0), "invoices_status_idx"),
    ):
        rows, _ = catalogue.plans(query, filters=[condition])
        assert goes_by(choosing(rows), index)


def test_keyset_pages_begin_in_the_index(catalogue: Catalogue) -> None:
    """Both the time and the id of the row before are looked up, nothing before them is read."""
    sqlite = catalogue.store.engine.dialect.name == "sqlite"
    for query, sort, index in (
        (scroll_orders, Sort(OrderSort.CREATED_AT), "orders_newest_idx"),
        (scroll_services, Sort(ServiceSort.CREATED_AT), "services_newest_idx"),
        (scroll_proposals, Sort(ProposalSort.CREATED_AT), "proposals_newest_idx"),
        (scroll_invoices, Sort(InvoiceSort.CREATED_AT), "invoices_newest_idx"),
    ):
        after = Cursor[Any](sort, NOON + timedelta(seconds=MANY // 2), catalogue.order_id)
        [plan] = catalogue.plans(query, sort=sort, page=KeysetRequest[Any](after=after))
        assert goes_by(choosing(plan), index)
        assert ("(created_at,id)<(?,?)" if sqlite else "Index Cond: ((org_id = ") in choosing(plan)
        assert sqlite or "ROW(created_at, id) < ROW(" in choosing(plan)


def test_a_retrieve_goes_by_the_key(catalogue: Catalogue) -> None:
    """And never reads a whole table."""
    for query, key, name in (
        (get_order, catalogue.order_id, "orders"),
        (get_proposal, catalogue.proposal_id, "proposals"),
        (get_invoice, catalogue.invoice_id, "invoices"),
    ):
        [plan] = catalogue.plans(query, key)
        assert f"{name}_pkey" in plan or f"sqlite_autoindex_{name}_1" in plan
        for each in (name, "proposal_items", "invoice_items", "services"):
            assert f"Seq Scan on {each}" not in plan
            assert f"SCAN {each}" not in plan


def test_items_go_by_their_indexes(catalogue: Catalogue) -> None:
    """Of an invoice that is retrieved and of a whole page of them, and those of a proposal."""
    [proposal] = catalogue.plans(get_proposal, catalogue.proposal_id)
    assert "proposal_items_proposal_id_idx" in proposal
    [invoice] = catalogue.plans(get_invoice, catalogue.invoice_id)
    [page, _] = catalogue.plans(list_invoices)
    assert all("invoice_items_invoice_id_idx" in each for each in (invoice, page))


def test_payments_go_by_their_indexes(catalogue: Catalogue) -> None:
    """Those of an invoice, the one that is pending, and all that are pending or to be given back."""
    for question, index in (
        (lambda uow: uow.payments.of_invoice(catalogue.invoice_id), "payments_invoice_id_idx"),
        (lambda uow: uow.payments.pending_of(catalogue.invoice_id), "payments_pending_idx"),
        (lambda uow: uow.payments.pending(NOON), "payments_pending_idx"),
        (lambda uow: uow.payments.surplus(), "payments_surplus_idx"),
    ):
        plan = catalogue.plan_of(question)
        assert index in plan, plan
        assert "Seq Scan" not in plan
        assert "SCAN" not in plan


def test_an_affiliation_is_looked_up_by_both_of_its_indexes(catalogue: Catalogue) -> None:
    """However many clients an organisation has, none is read for the sake of a new one."""
    plan = catalogue.plan_of(lambda uow: uow.clients.affiliation_is_taken(1, "https://a.example/AAAAAA"))
    if catalogue.store.engine.dialect.name == "sqlite":  # it names no constraint
        for column in ("affiliate_id", "affiliate_link"):
            assert re.search(rf"SEARCH users USING .*INDEX .* \(org_id=\? AND {column}=\?\)", plan), plan
    else:
        for column in ("affiliate_id", "affiliate_link"):
            assert f"users_{column}_key" in plan, plan


def test_slices_go_by_their_indexes(catalogue: Catalogue) -> None:
    """The order of the index is the order of the slice."""
    [tasks] = catalogue.plans(list_order_tasks, catalogue.order_id)
    assert goes_by(choosing(tasks), "order_tasks_order_id_idx")
    [messages] = catalogue.plans(list_order_messages, catalogue.order_id)
    assert goes_by(choosing(messages), "order_messages_oldest_idx")
