"""What every store must do with proposals, one at a time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given

from service_engine.domain.change import Change
from service_engine.domain.ids import OrderId, ProposalId, ServiceId
from service_engine.domain.money import money
from service_engine.domain.proposals import Proposal, delete, draft_proposal, send, sign
from service_engine.domain.services import ServicePatch, delete_service, revise_service
from service_engine.errors import ConflictError
from service_engine.ports.proposals import ProposalItemRow, ProposalRow
from service_engine.ports.unit_of_work import UnitOfWork
from service_engine.testing import strategies
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency, Contract, happened, missing
from service_engine.testing.contracts.organizations import rolled_back
from service_engine.usecases.proposals import get_proposal

__all__ = ["ProposalContract"]

LATER = NOON + timedelta(seconds=1)


def settled(proposal: Proposal, agency: Agency, uow: UnitOfWork) -> Proposal:
    """Return the proposal as one that can be stored in the organisation: everything that it refers to is there."""
    ids = sorted((agency.new_id() for _ in proposal.items), reverse=True)  # so that they say nothing of the order
    services = [uow.services.add(happened(agency.build_service())) for _ in proposal.items]
    items = [
        attrs.evolve(item, id=id_, service_id=service.id)
        for item, id_, service in zip(proposal.items, ids, services, strict=True)
    ]
    order_id = None
    if proposal.converted_order_id is not None:
        client = uow.clients.add(happened(agency.build.client(role_id=agency.client_role.id)))
        order_id = uow.orders.add(happened(agency.build.order(client_id=client.id))).id
    return attrs.evolve(
        proposal, id=agency.new_id(), items=tuple(items), converted_order_id=order_id, deleted_at=None, version=1
    )


class ProposalContract(Contract):
    """The organisation's proposals, one at a time.

    Example:
        >>> from service_engine import MemoryStore
        >>> acme = Agency(MemoryStore())  # yours instead
        >>> ProposalContract().test_items_of_a_proposal_keep_their_order(acme)
    """

    @rolled_back
    @given(proposal=strategies.proposals())
    def test_a_proposal_is_kept_whole(self, acme: Agency, proposal: Proposal) -> None:
        """Whatever the domain allows comes back as it was, new or changed, items in order."""
        with acme.undone() as uow:
            new = settled(proposal, acme, uow)
            assert uow.proposals.add(happened(new)) == new
            assert uow.proposals.get(new.id) == uow.proposal_queries.get(new.id).proposal == new
            plain = acme.build.proposal(service_id=new.items[0].service_id)
            uow.proposals.add(happened(plain))
            wanted = attrs.evolve(new, id=plain.id, items=plain.items)
            assert uow.proposals.save(happened(wanted)) == attrs.evolve(wanted, version=2)
            assert uow.proposals.get(plain.id) == attrs.evolve(wanted, version=2)
            assert uow.proposals.get(new.id) == new

    def test_items_of_a_proposal_keep_their_order(self, acme: Agency) -> None:
        """The order in which they were given, whatever their ids, services and prices; one service may come twice."""
        web, seo = acme.service(name="Web"), acme.service(name="SEO")
        items = [
            acme.build.proposal_item(service_id=service.id, price=money(price, "USD"), quantity=quantity)
            for service, price, quantity in ((seo, 7, 1), (web, 3, 9), (seo, 5, 2))
        ]
        first, second = acme.proposal(items=items[::-1]), acme.proposal(service_id=web.id)
        with acme.begin() as uow:
            sent = uow.proposals.save(send(first, at=LATER))
        with acme.begin() as uow:
            assert uow.proposals.get(first.id).items == sent.items == tuple(items[::-1])
            row = uow.proposal_queries.get(first.id)
            assert [each.item for each in row.items] == items[::-1]
            assert [each.service_name for each in row.items] == ["SEO", "Web", "SEO"]
            assert uow.proposals.get(second.id) == second

    def test_a_proposal_is_shown_with_its_services_as_they_are_now(self, acme: Agency) -> None:
        """Names and descriptions are no snapshots; a deleted service still has them."""
        web, seo = acme.service(name="Web"), acme.service(name="SEO")
        items = [acme.build.proposal_item(service_id=each.id) for each in (web, seo)]
        proposal = acme.proposal(items=items)
        with acme.begin() as uow:
            uow.proposal_queries.get(proposal.id)  # so that whoever remembers rows has one
            uow.services.save(revise_service(web, ServicePatch(name="Shop", description="It sells."), at=LATER))
            uow.services.save(delete_service(seo, at=LATER))
            here = uow.proposal_queries.get(proposal.id)
        shown = [("Shop", "It sells."), ("SEO", None)]
        rows = [
            ProposalItemRow(item=item, service_name=name, service_description=text)
            for item, (name, text) in zip(items, shown, strict=True)
        ]
        assert acme.read(get_proposal, proposal.id) == here == ProposalRow(proposal=proposal, items=tuple(rows))

    def test_a_proposal_refers_to_nothing_outside_the_organization(self, acme: Agency, rival: Agency) -> None:
        """Neither to another organisation's services and orders, nor to unknown ones (D40, D41)."""
        for service_id in (rival.service().id, ServiceId(acme.new_id())):
            with pytest.raises(ConflictError):
                acme.proposal(service_id=service_id)
        proposal = acme.sent_proposal()
        for order_id in (rival.order().id, OrderId(acme.new_id())):
            with pytest.raises(ConflictError), acme.begin() as uow:
                uow.proposals.save(sign(proposal, order_id=order_id, at=LATER))
        with acme.begin() as uow:
            assert uow.proposals.get(proposal.id) == proposal

    def test_whatever_is_not_a_live_proposal_is_missing(self, acme: Agency, rival: Agency) -> None:
        """A deleted, a foreign and an unknown one get the same answer, everywhere."""
        deleted = acme.proposal()
        with acme.begin() as uow:
            uow.proposals.save(delete(deleted, at=LATER))
        for id_ in (deleted.id, rival.proposal().id, ProposalId(acme.new_id())):
            with acme.begin() as uow:
                with missing("proposal", id_):
                    uow.proposals.get(id_)
                with missing("proposal", id_):
                    uow.proposal_queries.get(id_)
            with missing("proposal", id_):
                acme.read(get_proposal, id_)

    def test_a_change_of_a_proposal_counts_the_version(self, acme: Agency) -> None:
        """A change that changed nothing is no save; a stale one is a conflict: of two signatures one is lost (D22)."""
        order, stale = acme.order(), acme.sent_proposal()
        with acme.begin() as uow:
            assert uow.proposals.save(Change(stale)) == stale
            signed = uow.proposals.save(sign(stale, order_id=order.id, at=LATER))
        assert signed.version == stale.version + 1
        for change in (sign(stale, order_id=acme.order().id, at=LATER), delete(stale, at=LATER)):
            with pytest.raises(ConflictError) as refusal, acme.begin() as uow:
                uow.proposals.save(change)
            assert (refusal.value.kind, refusal.value.key) == ("proposal", stale.id)
        with acme.begin() as uow:
            assert uow.proposals.get(stale.id) == signed

    def test_a_proposal_that_is_gone_cannot_be_changed(self, acme: Agency, rival: Agency) -> None:
        """Neither a deleted one, nor a foreign one, nor one that never was."""
        deleted, foreign = acme.proposal(), rival.proposal()
        with acme.begin() as uow:
            gone = uow.proposals.save(delete(deleted, at=LATER))
        unknown = acme.build.proposal(service_id=acme.service().id)
        for proposal in (deleted, gone, foreign, unknown):
            with pytest.raises(ConflictError), acme.begin() as uow:
                uow.proposals.save(send(proposal, at=LATER))
        with rival.begin() as uow:
            assert uow.proposals.get(foreign.id) == foreign

    def test_ids_of_proposals_and_items_are_taken_once(self, acme: Agency) -> None:
        """Those of deleted ones stay taken; nothing of what was refused is stored."""
        proposal = acme.proposal()
        with acme.begin() as uow:
            uow.proposals.save(delete(proposal, at=LATER))
        another = acme.build.proposal(service_id=proposal.items[0].service_id)
        same_item = attrs.evolve(another.items[0], id=proposal.items[0].id)
        for taken in ({"id": proposal.id}, {"items": (same_item,)}, {"items": (*another.items, same_item)}):
            with pytest.raises(ConflictError), acme.begin() as uow:
                uow.proposals.add(happened(attrs.evolve(another, **taken)))
        with acme.begin() as uow:
            with missing("proposal", another.id):
                uow.proposals.get(another.id)
            assert uow.proposals.add(happened(another)) == another

    def test_what_happened_to_a_proposal_is_noted(self, acme: Agency) -> None:
        """Oldest first, each once."""
        built = acme.build.proposal(service_id=acme.service().id)
        names = ("client_email", "client_first_name", "client_last_name", "items")
        texts: dict[str, Any] = {name: getattr(built, name) for name in names}
        drafted = draft_proposal(built.id, **texts, at=NOON)
        with acme.begin() as uow:
            sent = send(uow.proposals.add(drafted), at=LATER)
            uow.proposals.save(Change(drafted.state))
            uow.proposals.save(sent)
            assert uow.events == (*drafted.events, *sent.events)
