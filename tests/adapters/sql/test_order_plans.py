"""How the databases answer the lists of services, orders, tasks and messages: by an index, without sorting."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import takewhile
from typing import Any

import attrs
import pytest
from sqlalchemy import event, insert, text

from service_engine.adapters.sql import SqlStore
from service_engine.domain.ids import OrderId
from service_engine.ports.lists import Condition, Operator
from service_engine.ports.orders import OrderFilter
from service_engine.ports.services import ServiceFilter
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency
from service_engine.usecases.order_messages import list_order_messages
from service_engine.usecases.order_tasks import list_order_tasks
from service_engine.usecases.orders import get_order, list_orders
from service_engine.usecases.services import list_services

MANY = 2_000
PARTS = 20


@attrs.frozen
class Catalogue:
    """An organisation with many things, on a database that knows how many."""

    store: SqlStore
    acme: Agency
    order_id: OrderId

    def plans(self, query: Callable[..., Any], *args: Any, **kwargs: Any) -> list[str]:
        """Return how the database answers each statement of a query."""
        sent: list[tuple[str, Any]] = []

        def listen(_: Any, __: Any, sql: str, values: Any, ___: Any, ____: bool) -> None:
            sent.append((sql, values))

        event.listen(self.store.engine, "before_cursor_execute", listen)
        self.acme.read(query, *args, **kwargs)
        event.remove(self.store.engine, "before_cursor_execute", listen)
        explain = "EXPLAIN QUERY PLAN" if self.store.engine.dialect.name == "sqlite" else "EXPLAIN"
        with self.store.engine.connect() as connection:
            return [
                "\n".join(str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {sql}", values))
                for sql, values in sent
            ]


def _fill(store: SqlStore, acme: Agency) -> OrderId:
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
    parts = [(order, number) for order in orders[::10] for number in range(PARTS)]
    links = [{"org_id": org_id, "order_id": order["id"], "employee_id": jane.id, "position": 0} for order in orders]
    filled: dict[str, list[dict[str, Any]]] = {
        "users": people,
        "services": [{**row, "name": "Website", "public": n % 9 == 0} for n, row in enumerate(stamped())],
        "orders": orders,
        "order_employees": links,
        "order_tasks": [
            {"org_id": org_id, "id": acme.new_id(), "order_id": order["id"], "name": "Draft", "sort_order": number}
            | {"created_at": NOON, "updated_at": NOON}
            for order, number in parts
        ],
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
    return OrderId(orders[0]["id"])


@pytest.fixture(params=["sqlite", "postgres"])
def catalogue(request: pytest.FixtureRequest) -> Iterator[Catalogue]:
    """Give one on each database. It is not audited: EXPLAIN is text."""
    store = SqlStore.from_url(request.getfixturevalue(f"{request.param}_database_url"))
    acme = Agency(store)
    yield Catalogue(store, acme, _fill(store, acme))
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
    for query, index in ((list_orders, "orders_newest_idx"), (list_services, "services_newest_idx")):
        rows, _ = catalogue.plans(query)
        assert goes_by(choosing(rows), index)


def test_filtered_lists_go_by_their_indexes(catalogue: Catalogue) -> None:
    """Each with the column of its filter first, and newest first after it."""
    for query, condition, index in (
        (list_orders, Condition(OrderFilter.STATUS, Operator.EQ, 3), "orders_status_idx"),
        (list_services, Condition(ServiceFilter.PUBLIC, Operator.EQ, True), "services_public_idx"),
    ):
        rows, _ = catalogue.plans(query, filters=[condition])
        assert goes_by(choosing(rows), index)


def test_a_retrieve_goes_by_the_key(catalogue: Catalogue) -> None:
    """And never reads a whole table."""
    [plan] = catalogue.plans(get_order, catalogue.order_id)
    assert "orders_pkey" in plan or "sqlite_autoindex_orders_1" in plan
    assert "Seq Scan on orders" not in plan
    assert "SCAN orders" not in plan


def test_slices_go_by_their_indexes(catalogue: Catalogue) -> None:
    """The order of the index is the order of the slice."""
    [tasks] = catalogue.plans(list_order_tasks, catalogue.order_id)
    assert goes_by(choosing(tasks), "order_tasks_order_id_idx")
    [messages] = catalogue.plans(list_order_messages, catalogue.order_id)
    assert goes_by(choosing(messages), "order_messages_oldest_idx")
