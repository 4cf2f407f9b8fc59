"""The rules of delivery: orders, their tasks and their messages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import attrs
from hypothesis import strategies as st
from hypothesis.stateful import initialize, multiple, rule

from service_engine.domain.order_tasks import OrderTaskPatch
from service_engine.domain.orders import OrderStatus
from service_engine.ports.lists import SliceRequest, Sort
from service_engine.ports.orders import OrderSort
from service_engine.testing import strategies
from service_engine.testing.agreement import inputs, work_inputs
from service_engine.testing.agreement.asking import EVERYTHING
from service_engine.testing.agreement.bundles import (
    any_client,
    any_employee,
    any_message,
    any_order,
    any_service,
    any_task,
    at_home,
    client_ids,
    employee_ids,
    invoice_ids,
    messages,
    order_ids,
    orders,
    tasks,
)
from service_engine.testing.agreement.founding import FoundedMachine
from service_engine.testing.agreement.inputs import Choice, Ref
from service_engine.testing.builders import NOON
from service_engine.usecases import order_messages as message_cases
from service_engine.usecases import order_tasks as task_cases
from service_engine.usecases import orders as order_cases
from service_engine.usecases.orders import OrderPatch

__all__ = ["DeliveryRules"]

_service_ids = any_service.map(lambda ref: ref.id)
_ALL = SliceRequest(size=500)


class DeliveryRules(FoundedMachine):
    """Every use case of orders, their tasks and their messages, as a rule.

    Example:
        >>> [name for name in vars(DeliveryRules) if "message" in name]
        ['first_messages', 'post_order_message', 'delete_order_message']
    """

    # -------------------------------------------------------------------------------------------------- orders

    @rule(
        target=orders,
        client=any_client,
        home=at_home,
        bought=st.none() | inputs.choices(any_service),
        service=st.none() | inputs.names(),
        price=st.none() | strategies.monies(),
        quantity=inputs.bad_or(st.integers(1, 3), 0, -1, 2**31),
        number=work_inputs.numbers(),
        status=st.sampled_from(OrderStatus),
        employees=inputs.choices(any_employee),
        tags=inputs.tag_lists(),
        details=work_inputs.new_order_details(),
        at=inputs.times(),
    )
    def create_order(self, client: Ref, home: bool, bought: Choice | None, employees: Choice, **given: Any) -> Any:
        """Place an order: of a service, also of a foreign or deleted one, or of anything by name, or of nothing."""
        org = client.org if home else 1 - client.org
        service_id = None if bought is None else bought.id(org)
        placed = self.both(
            org,
            order_cases.create_order,
            client_id=client.id,
            service_id=service_id,
            employee_ids=employees.ids(org),
            **given,
        )
        return self.kept(org, placed)

    @rule(
        order=any_order,
        home=at_home,
        patch=work_inputs.order_patches(),
        bought=st.none() | inputs.choices(any_service),
        employees=st.none() | inputs.choices(any_employee),
        at=inputs.times(),
    )
    def update_order(
        self,
        order: Ref,
        home: bool,
        patch: OrderPatch,
        bought: Choice | None,
        employees: Choice | None,
        at: datetime,
    ) -> None:
        """Change an order."""
        org = order.org if home else 1 - order.org
        if bought is not None:
            patch = attrs.evolve(patch, details=attrs.evolve(patch.details, service_id=bought.id(org)))
        if employees is not None:
            patch = attrs.evolve(patch, employee_ids=employees.ids(org))
        self.both(org, order_cases.update_order, order.id, patch, at=at)

    @rule(order=any_order, home=at_home, at=inputs.times())
    def delete_order(self, order: Ref, home: bool, at: datetime) -> None:
        """Delete an order, also one that is deleted already."""
        self.both(order.org if home else 1 - order.org, order_cases.delete_order, order.id, at=at)

    @rule(order=any_order, home=at_home)
    def get_order(self, order: Ref, home: bool) -> None:
        """Show an order."""
        self.read(order.org if home else 1 - order.org, order_cases.get_order, order.id)

    @rule(
        org=st.integers(0, 1),
        questions=st.lists(
            st.tuples(
                work_inputs.order_filters(order_ids, client_ids, _service_ids, invoice_ids),
                work_inputs.order_sorts(),
                inputs.pages(),
            ),
            min_size=1,
            max_size=4,
        ),
    )
    def list_orders(self, org: int, questions: list[Any]) -> None:
        """List some of them, a few times over."""
        self.look_through(org, order_cases.list_orders, order_cases.scroll_orders, questions)

    # --------------------------------------------------------------------------------------------------- tasks

    @initialize(target=tasks)
    def first_tasks(self) -> Any:
        """Give each organisation a task."""
        added = [
            self.both(org, task_cases.add_order_task, order.id, name="Draft", at=NOON)
            for org, order in enumerate(self.first_order)
        ]
        return multiple(*(self.kept(org, task) for org, task in enumerate(added)))

    @rule(
        target=tasks,
        order=any_order,
        home=at_home,
        name=inputs.names(),
        details=work_inputs.task_patches(),
        employees=st.none() | inputs.choices(any_employee),
        at=inputs.times(),
    )
    def add_order_task(
        self, order: Ref, home: bool, details: OrderTaskPatch, employees: Choice | None, **given: Any
    ) -> Any:
        """Add a task to an order."""
        org = order.org if home else 1 - order.org
        details = _done_by(details, employees, org)
        return self.kept(org, self.both(org, task_cases.add_order_task, order.id, details=details, **given))

    @rule(
        task=any_task,
        home=at_home,
        patch=work_inputs.task_patches(),
        employees=st.none() | inputs.choices(any_employee),
        at=inputs.times(),
    )
    def update_order_task(
        self, task: Ref, home: bool, patch: OrderTaskPatch, employees: Choice | None, at: datetime
    ) -> None:
        """Change a task."""
        org = task.org if home else 1 - task.org
        self.both(org, task_cases.update_order_task, task.id, _done_by(patch, employees, org), at=at)

    @rule(task=any_task, home=at_home, by=employee_ids | client_ids, at=inputs.times())
    def complete_order_task(self, task: Ref, home: bool, **given: Any) -> None:
        """Complete a task, again and again."""
        self.both(task.org if home else 1 - task.org, task_cases.complete_order_task, task.id, **given)

    @rule(
        task=any_task,
        home=at_home,
        use_case=st.sampled_from((task_cases.reopen_order_task,) * 2 + (task_cases.delete_order_task,)),
        at=inputs.times(),
    )
    def reopen_or_delete_order_task(self, task: Ref, home: bool, use_case: Callable[..., Any], at: datetime) -> None:
        """Reopen or delete a task, again and again."""
        self.both(task.org if home else 1 - task.org, use_case, task.id, at=at)

    # ------------------------------------------------------------------------------------------------ messages

    @initialize(target=messages)
    def first_messages(self) -> Any:
        """Give each organisation a message."""
        posted = [
            self.both(org, message_cases.post_order_message, order.id, author_id=order.client_id, text="Hi", at=NOON)
            for org, order in enumerate(self.first_order)
        ]
        return multiple(*(self.kept(org, message) for org, message in enumerate(posted)))

    @rule(
        target=messages,
        order=any_order,
        home=at_home,
        author_id=employee_ids | client_ids,
        text=inputs.names(),
        staff_only=st.booleans(),
        files=st.lists(inputs.names(), max_size=2),
        at=inputs.times(),
    )
    def post_order_message(self, order: Ref, home: bool, **given: Any) -> Any:
        """Write on an order."""
        org = order.org if home else 1 - order.org
        return self.kept(org, self.both(org, message_cases.post_order_message, order.id, **given))

    @rule(message=any_message, home=at_home, at=inputs.times())
    def delete_order_message(self, message: Ref, home: bool, at: datetime) -> None:
        """Delete a message, also one that is deleted already."""
        self.both(message.org if home else 1 - message.org, message_cases.delete_order_message, message.id, at=at)

    @rule(
        order=any_order,
        home=at_home,
        query=st.sampled_from((task_cases.list_order_tasks, message_cases.list_order_messages)),
        page=work_inputs.slices(),
    )
    def list_what_an_order_has(self, order: Ref, home: bool, query: Callable[..., Any], page: SliceRequest) -> None:
        """List tasks or messages of an order."""
        self.read(order.org if home else 1 - order.org, query, order.id, page=page)

    def shown(self, org: int) -> set[Any]:
        """Compare all orders, tasks and messages."""
        placed = self.read(org, order_cases.list_orders, sort=Sort(OrderSort.ID), page=EVERYTHING)
        found = super().shown(org) | {row.order.id for row in placed.rows}
        for row in placed.rows:
            self.read(org, order_cases.get_order, row.order.id)
            of_order = self.read(org, task_cases.list_order_tasks, row.order.id, page=_ALL)
            written = self.read(org, message_cases.list_order_messages, row.order.id, page=_ALL)
            found |= {each.task.id for each in of_order.rows} | {each.message.id for each in written.rows}
        return found


def _done_by(patch: OrderTaskPatch, employees: Choice | None, org: int) -> OrderTaskPatch:
    return patch if employees is None else attrs.evolve(patch, employee_ids=employees.ids(org))
