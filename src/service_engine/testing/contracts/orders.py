"""What every store must do with orders, one at a time."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest
from hypothesis import given

from service_engine.domain.change import Change
from service_engine.domain.ids import ClientId, OrderId, UserId
from service_engine.domain.orders import Order, assign_order, delete_order, retag_order
from service_engine.domain.services import delete_service
from service_engine.errors import ConflictError
from service_engine.ports.unit_of_work import UnitOfWork
from service_engine.testing import strategies
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency, Contract, happened, missing
from service_engine.testing.contracts.organizations import rolled_back

__all__ = ["OrderContract"]

LATER = NOON + timedelta(seconds=1)


def settled(order: Order, agency: Agency, uow: UnitOfWork) -> Order:
    """Return the order as one that can be stored in the organisation: everything that it refers to is there."""
    client = uow.clients.add(happened(agency.build.client(role_id=agency.client_role.id)))
    staff = [uow.employees.add(happened(agency.build.employee(role=agency.admin_role))) for _ in order.employee_ids]
    by_name = {tag.name: tag for tag in (agency.build.tag(tag.name) for tag in order.tags)}
    uow.tags.add_missing([happened(by_name[name]) for name in sorted(by_name)])
    service = None if order.service_id is None else uow.services.add(happened(agency.build_service()))
    invoice = uow.invoices.add(happened(agency.build.invoice(client_id=client.id)))
    subscription = uow.subscriptions.add(happened(agency.build.subscription(invoice)))
    return attrs.evolve(
        order,
        id=agency.new_id(),
        client_id=client.id,
        service_id=None if service is None else service.id,
        invoice_id=None if order.invoice_id is None else invoice.id,
        subscription_id=None if order.subscription_id is None else subscription.id,
        employee_ids=tuple(each.id for each in reversed(staff)),
        tags=tuple(by_name[tag.name] for tag in order.tags),
        deleted_at=None,
        version=1,
    )


class OrderContract(Contract):
    """The organisation's orders, one at a time.

    Example:
        >>> from service_engine import MemoryStore
        >>> acme = Agency(MemoryStore())  # yours instead
        >>> OrderContract().test_an_order_keeps_a_deleted_service(acme)
    """

    @rolled_back
    @given(order=strategies.orders())
    def test_an_order_is_kept_whole(self, acme: Agency, order: Order) -> None:
        """Whatever the domain allows comes back as it was, new or changed."""
        with acme.undone() as uow:
            new = settled(order, acme, uow)
            assert uow.orders.add(happened(new)) == new
            assert uow.orders.get(new.id) == uow.order_queries.get(new.id).order == new
            plain = acme.build.order(client_id=new.client_id)
            uow.orders.add(happened(plain))
            wanted = attrs.evolve(new, id=plain.id, number=plain.number)
            assert uow.orders.save(happened(wanted)) == attrs.evolve(wanted, version=2)
            assert uow.orders.get(plain.id) == attrs.evolve(wanted, version=2)

    def test_tags_and_people_of_an_order_keep_their_order(self, acme: Agency) -> None:
        """Replaced one by one and all at once, they come back as they were given."""
        a, b, c = acme.tags("a", "b", "c")
        ann, bob = acme.employee(), acme.employee()
        order, other = (acme.order(tags=[b, a], employee_ids=[bob.id, ann.id]) for _ in range(2))
        for tags, staff in (((c, a, b), (ann, bob)), ((a, c), (bob,)), ((), ()), ((b,), (bob, ann))):
            ids = [each.id for each in staff]
            with acme.begin() as uow:
                order = uow.orders.save(retag_order(order, tags, at=LATER).then(assign_order, ids, at=LATER))
            with acme.begin() as uow:
                assert uow.orders.get(order.id) == order
                assert [each.id for each in uow.order_queries.get(order.id).employees] == ids
            assert order.tags == tags
        with acme.begin() as uow:
            assert uow.orders.get(other.id) == other

    def test_an_order_keeps_a_deleted_service(self, acme: Agency) -> None:
        """The link stays, and so does everything that was copied."""
        service = acme.service()
        order = acme.order(service_id=service.id, service_name="As it was")
        with acme.begin() as uow:
            uow.services.save(delete_service(service, at=LATER))
        with acme.begin() as uow:
            assert uow.orders.get(order.id) == order

    def test_an_order_refers_to_nothing_outside_the_organization(self, acme: Agency, rival: Agency) -> None:
        """Neither to another organisation's things, nor to unknown ones; not on a change, either."""
        order = acme.order()
        unknown, bill = acme.new_id(), rival.invoice()
        for links in (
            {"service_id": rival.service().id},
            {"service_id": unknown},
            {"employee_ids": (rival.administrator.id,)},
            {"employee_ids": (unknown,)},
            {"tags": rival.tags("theirs")},
            {"tags": (acme.build.tag("nobody's"),)},
            {"invoice_id": bill.id},
            {"invoice_id": unknown},
            {"subscription_id": rival.subscription(bill).id},
            {"subscription_id": unknown},
        ):
            new = attrs.evolve(acme.build.order(client_id=order.client_id), **links)
            with pytest.raises(ConflictError), acme.begin() as uow:
                uow.orders.add(happened(new))
            with pytest.raises(ConflictError), acme.begin() as uow:
                uow.orders.save(happened(attrs.evolve(order, **links)))
        with acme.begin() as uow:
            assert uow.orders.get(order.id) == order

    def test_whatever_is_not_a_live_order_is_missing(self, acme: Agency, rival: Agency) -> None:
        """A deleted, a foreign and an unknown one get the same answer."""
        deleted = acme.order()
        with acme.begin() as uow:
            uow.orders.save(delete_order(deleted, at=LATER))
        for id_ in (deleted.id, rival.order().id, OrderId(acme.new_id())):
            with acme.begin() as uow:
                with missing("order", id_):
                    uow.orders.get(id_)
                with missing("order", id_):
                    uow.order_queries.get(id_)

    def test_a_change_of_an_order_counts_the_version(self, acme: Agency) -> None:
        """A change that changed nothing is no save; a stale one is a conflict."""
        order = acme.order()
        with acme.begin() as uow:
            assert uow.orders.save(Change(order)) == order
            fresh = uow.orders.save(happened(attrs.evolve(order, quantity=2)))
            assert fresh == attrs.evolve(order, quantity=2, version=2)
        with pytest.raises(ConflictError) as refusal, acme.begin() as uow:
            uow.orders.save(happened(attrs.evolve(order, quantity=3)))
        assert (refusal.value.kind, refusal.value.key) == ("order", order.id)
        with acme.begin() as uow:
            assert uow.orders.get(order.id) == fresh

    def test_an_order_that_is_gone_cannot_be_changed(self, acme: Agency, rival: Agency) -> None:
        """Neither a deleted one, nor a foreign one, nor one that never was."""
        deleted, foreign = acme.order(), rival.order()
        with acme.begin() as uow:
            uow.orders.save(delete_order(deleted, at=LATER))
        for order in (deleted, foreign, acme.build.order()):
            with pytest.raises(ConflictError), acme.begin() as uow:
                uow.orders.save(happened(attrs.evolve(order, quantity=9)))
        with rival.begin() as uow:
            assert uow.orders.get(foreign.id) == foreign

    def test_a_number_is_taken_for_ever_in_an_organization(self, acme: Agency, rival: Agency) -> None:
        """Deleted orders keep theirs, and it is compared exactly."""
        order = acme.order(number="A1B2C3D4")
        with acme.begin() as uow:
            uow.orders.save(delete_order(order, at=LATER))
        with acme.begin() as uow:
            others = ("a1b2c3d4", "A1B2C3D_", "A1B2C3D4 ", "%")
            assert uow.orders.taken_numbers([*others, "A1B2C3D4", "A1B2C3D4"]) == {"A1B2C3D4"}
            assert uow.orders.taken_numbers(others) == uow.orders.taken_numbers([]) == frozenset()
        with pytest.raises(ConflictError):
            acme.order(number="A1B2C3D4")
        with rival.begin() as uow:
            assert uow.orders.taken_numbers(["A1B2C3D4"]) == frozenset()
        assert rival.order(number="A1B2C3D4").number == "A1B2C3D4"

    def test_an_order_id_is_taken_once(self, acme: Agency) -> None:
        """The same id cannot be placed twice."""
        order = acme.order()
        again = attrs.evolve(acme.build.order(client_id=order.client_id), id=order.id)
        with pytest.raises(ConflictError), acme.begin() as uow:
            uow.orders.add(happened(again))

    def test_an_order_needs_a_client_of_the_organization(self, acme: Agency, rival: Agency) -> None:
        """A link across organisations, or to nobody, cannot be stored."""
        for client_id in (rival.client().id, ClientId(UserId(acme.new_id()))):
            with pytest.raises(ConflictError):
                acme.order(client_id=client_id)
