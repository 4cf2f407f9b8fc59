"""What every store must do with the tasks of orders."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given

from service_engine.domain.change import Change
from service_engine.domain.ids import EmployeeId, OrderId, OrderTaskId, UserId
from service_engine.domain.order_tasks import OrderTask, OrderTaskPatch, add_order_task, delete_order_task
from service_engine.domain.orders import Order, delete_order
from service_engine.errors import ConflictError
from service_engine.ports.lists import SliceRequest
from service_engine.testing import strategies
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency, Contract, happened, missing
from service_engine.testing.contracts.organizations import rolled_back
from service_engine.usecases.order_tasks import list_order_tasks

__all__ = ["OrderTaskContract"]

LATER = NOON + timedelta(seconds=1)


def added(agency: Agency, order: Order, **given: Any) -> OrderTask:
    """Store a new task of an order."""
    at = given.pop("at", NOON)
    change = add_order_task(agency.new_id(), order_id=order.id, name="Draft", at=at, details=OrderTaskPatch(**given))
    with agency.begin() as uow:
        return uow.order_tasks.add(change)


class OrderTaskContract(Contract):
    """The tasks of the organisation's orders.

    Example:
        >>> from service_engine import MemoryStore
        >>> acme = Agency(MemoryStore())  # yours instead
        >>> OrderTaskContract().test_a_stale_change_of_a_task_is_a_conflict(acme)
    """

    @rolled_back
    @given(task=strategies.order_tasks())
    def test_a_task_is_kept_whole(self, acme: Agency, task: OrderTask) -> None:
        """Whatever the domain allows comes back as it was, new or changed."""
        with acme.undone() as uow:
            client = uow.clients.add(happened(acme.build.client(role_id=acme.client_role.id)))
            order = uow.orders.add(happened(acme.build.order(client_id=client.id)))
            staff = [uow.employees.add(happened(acme.build.employee(role=acme.admin_role))) for _ in task.employee_ids]
            new = attrs.evolve(
                task,
                id=acme.new_id(),
                order_id=order.id,
                completed_by=None if task.completed_by is None else client.id,
                employee_ids=tuple(each.id for each in reversed(staff)),
                version=1,
            )
            assert uow.order_tasks.add(happened(new)) == new
            assert uow.order_tasks.get(new.id) == uow.order_task_queries.get(new.id).task == new
            plain = uow.order_tasks.add(add_order_task(acme.new_id(), order_id=order.id, name="Plain", at=NOON))
            wanted = attrs.evolve(new, id=plain.id)
            assert uow.order_tasks.save(happened(wanted)) == attrs.evolve(wanted, version=2)
            assert uow.order_tasks.get(plain.id) == attrs.evolve(wanted, version=2)

    def test_a_stale_change_of_a_task_is_a_conflict(self, acme: Agency) -> None:
        """Neither saved nor taken away; a change that changed nothing is no save."""
        stale = added(acme, acme.order())
        with acme.begin() as uow:
            assert uow.order_tasks.save(Change(stale)) == stale
            fresh = uow.order_tasks.save(happened(attrs.evolve(stale, name="Fresh")))
        with pytest.raises(ConflictError) as refusal, acme.begin() as uow:
            uow.order_tasks.save(happened(attrs.evolve(stale, name="Stale")))
        assert (refusal.value.kind, refusal.value.key) == ("order_task", stale.id)
        with pytest.raises(ConflictError), acme.begin() as uow:
            uow.order_tasks.remove(delete_order_task(stale, at=LATER))
        with acme.begin() as uow:
            assert uow.order_tasks.get(stale.id) == fresh

    def test_a_task_is_removed_for_good(self, acme: Agency) -> None:
        """With its assignments, once, and no other task with it."""
        order = acme.order()
        task, kept = (added(acme, order, employee_ids=[acme.administrator.id]) for _ in range(2))
        with acme.begin() as uow:
            uow.order_tasks.remove(delete_order_task(task, at=LATER))
        with acme.begin() as uow:
            with missing("order_task", task.id):
                uow.order_tasks.get(task.id)
            assert uow.order_tasks.get(kept.id) == kept
        with pytest.raises(ConflictError), acme.begin() as uow:
            uow.order_tasks.remove(delete_order_task(task, at=LATER))
        assert [row.task for row in acme.read(list_order_tasks, order.id).rows] == [kept]

    def test_whatever_is_not_a_task_of_a_live_order_is_missing(self, acme: Agency, rival: Agency) -> None:
        """A deleted order hides its tasks; a foreign one is as unknown as any."""
        order, theirs = acme.order(), rival.order()
        hidden, foreign = added(acme, order), added(rival, theirs)
        with acme.begin() as uow:
            uow.orders.save(delete_order(order, at=LATER))
        for id_ in (hidden.id, foreign.id, OrderTaskId(acme.new_id())):
            with acme.begin() as uow:
                with missing("order_task", id_):
                    uow.order_tasks.get(id_)
                with missing("order_task", id_):
                    uow.order_task_queries.get(id_)
        for order_id in (order.id, theirs.id, OrderId(acme.new_id())):
            with missing("order", order_id):
                acme.read(list_order_tasks, order_id)

    def test_a_task_refers_to_nothing_outside_the_organization(self, acme: Agency, rival: Agency) -> None:
        """Neither to another organisation's order or people, nor to unknown ones."""
        task = added(acme, acme.order())
        nobody = EmployeeId(UserId(acme.new_id()))
        for links in (
            {"order_id": rival.order().id},
            {"order_id": OrderId(acme.new_id())},
            {"employee_ids": (rival.administrator.id,)},
            {"employee_ids": (nobody,)},
            {"completed_by": rival.administrator.id, "completed_at": NOON},
        ):
            with pytest.raises(ConflictError), acme.begin() as uow:
                uow.order_tasks.add(happened(attrs.evolve(task, id=acme.new_id(), **links)))

    def test_tasks_come_by_sort_order_in_slices(self, acme: Agency) -> None:
        """Equal ones by creation and id; a slice tells whether more come after it; employees in their order."""
        order, staff = acme.order(), [acme.employee(), acme.administrator]
        added(acme, acme.order())
        places = [(2, NOON), (1, LATER), (1, NOON), (1, NOON), (-3, LATER)]
        ids = [each.id for each in staff]
        tasks = [added(acme, order, sort_order=place, at=at, employee_ids=ids) for place, at in places]
        whole = sorted(tasks, key=lambda task: (task.sort_order, task.created_at, task.id))
        for size in (1, 2, 5, 6):
            for number in range(1, 7):
                found = acme.read(list_order_tasks, order.id, page=SliceRequest(number=number, size=size))
                start = (number - 1) * size
                assert [row.task for row in found.rows] == whole[start : start + size]
                assert found.more == (len(whole) > start + size)
                assert all([each.id for each in row.employees] == ids for row in found.rows)
