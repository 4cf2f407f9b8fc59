"""Proposals on both databases: kept whole, few statements, services named whether deleted or not."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import attrs
import pytest

from service_engine import MemoryStore
from service_engine.adapters.sql import SqlStore
from service_engine.domain import proposals
from service_engine.domain.change import Change
from service_engine.domain.ids import ProposalId, ProposalItemId
from service_engine.domain.money import money
from service_engine.domain.proposals import Proposal, ProposalItem, ProposalStatus
from service_engine.domain.services import ServicePatch
from service_engine.errors import ConflictError, NotFoundError
from service_engine.ports.lists import Condition, Operator, PageRequest, Sort
from service_engine.ports.proposals import ProposalFilter, ProposalSort
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency, happened
from service_engine.testing.entropy import SeededEntropy
from service_engine.testing.statements import counting
from service_engine.usecases.proposals import (
    ProposedService,
    delete_proposal,
    draft_proposal,
    get_proposal,
    list_proposals,
    send_proposal,
    sign_proposal,
)
from service_engine.usecases.services import delete_service, update_service

both = pytest.mark.parametrize("store", ["sqlite", "postgres"], indirect=True)

LATER = NOON + timedelta(hours=1, microseconds=500_000)


@pytest.fixture
def sql_store(store: Any) -> SqlStore:
    """Give the store as what it is."""
    assert isinstance(store, SqlStore)
    return store


@pytest.fixture
def acme(store: Any) -> Agency:
    """Give an organisation."""
    return Agency(store)


def drafted(acme: Agency, *items: ProposedService, **given: Any) -> Proposal:
    """Write a proposal, for two of a new service by default."""
    usual: dict[str, Any] = {
        "client_email": "ann@example.com",
        "client_first_name": "Ann",
        "client_last_name": "Lee",
        "items": items or [ProposedService(service_id=acme.service().id, quantity=2, price=Decimal("19.99"))],
        "at": NOON,
    }
    return acme.run(draft_proposal, **(usual | given))


@both
def test_a_proposal_is_kept_whole(acme: Agency) -> None:
    """Every field comes back as it went in, items in their order; a page shows the same without them."""
    services = [acme.service(name=name, details=ServicePatch(description=name * 2)) for name in ("A", "B", "A")]
    items = tuple(
        ProposalItem(
            id=acme.new_id(),
            service_id=service.id,
            quantity=number + 1,
            price=money(f"{number}.00{number}", "KWD"),
            created_at=LATER,
        )
        for number, service in enumerate(services)
    )
    signed = Proposal(
        id=acme.new_id(),
        client_email="ann@example.com",
        client_first_name="Ånn",
        client_last_name="李",
        client_company="Lee Ltd",
        status=ProposalStatus.SIGNED,
        items=items,
        notes="Two\nlines",
        converted_order_id=acme.order().id,
        sent_at=NOON + timedelta(minutes=1),
        signed_at=NOON + timedelta(minutes=2),
        created_at=NOON,
        updated_at=LATER,
    )
    with acme.begin() as uow:
        uow.proposals.add(happened(signed))
    with acme.begin() as uow:
        assert uow.proposals.get(signed.id) == signed
    row = acme.read(get_proposal, signed.id)
    assert (row.proposal, tuple(each.item for each in row.items)) == (signed, items)
    assert [(each.service_name, each.service_description) for each in row.items] == [
        ("A", "AA"),
        ("B", "BB"),
        ("A", "AA"),
    ]
    [summary] = acme.read(list_proposals).rows
    assert attrs.asdict(summary, recurse=False) == {
        field.name: getattr(signed, field.name) for field in attrs.fields(type(summary))
    }
    assert summary.total == money("8.008", "KWD")


@both
def test_an_item_shows_its_service_as_it_is_today(acme: Agency) -> None:
    """Renamed, and even deleted."""
    service = acme.service(name="Old", details=ServicePatch(description="Old one"))
    proposal = drafted(acme, ProposedService(service_id=service.id, price=Decimal(5)))
    acme.run(update_service, service.id, ServicePatch(name="New", description=None), at=LATER)
    acme.run(delete_service, service.id, at=LATER)
    [item] = acme.read(get_proposal, proposal.id).items
    assert (item.service_name, item.service_description) == ("New", None)


@both
def test_a_proposal_moves_on_in_two_statements(acme: Agency, sql_store: SqlStore) -> None:
    """Its items are left alone; sending and signing it are kept."""
    proposal = drafted(acme)
    with counting(sql_store.engine) as counts:
        sent = acme.run(send_proposal, proposal.id, at=LATER)
    assert (counts.statements, counts.begins, counts.commits) == (2, 1, 1)
    assert acme.read(get_proposal, proposal.id).proposal == sent
    signed = acme.run(sign_proposal, proposal.id, at=LATER)
    assert acme.read(get_proposal, proposal.id).proposal == signed.proposal
    assert (signed.proposal.version, signed.proposal.items) == (3, proposal.items)


@both
def test_an_old_or_deleted_proposal_is_not_stored(acme: Agency, sql_store: SqlStore) -> None:
    """A stale save is a conflict, and so is a late one; one without events writes nothing."""
    proposal = drafted(acme)
    sent = acme.run(send_proposal, proposal.id, at=LATER)
    with pytest.raises(ConflictError), acme.begin() as uow:
        uow.proposals.save(proposals.send(proposal, at=LATER))
    with counting(sql_store.engine) as counts, acme.begin() as uow:
        assert uow.proposals.save(Change(sent)) == sent
    assert counts.statements == 0
    acme.run(delete_proposal, proposal.id, at=LATER)
    with pytest.raises(ConflictError), acme.begin() as uow:
        uow.proposals.save(happened(sent))
    with pytest.raises(NotFoundError):
        acme.read(get_proposal, proposal.id)
    with pytest.raises(NotFoundError), acme.begin() as uow:
        uow.proposals.get(proposal.id)
    assert acme.read(list_proposals).total == 0


@both
def test_what_a_proposal_refers_to_has_to_be_there(acme: Agency) -> None:
    """Foreign services and orders are refused by the database."""
    rival, mine = Agency(acme.store, "Rival"), drafted(acme)
    theirs, item = drafted(rival), attrs.evolve(mine.items[0], id=ProposalItemId(acme.new_id()))
    for items in (mine.items, (attrs.evolve(item, service_id=theirs.items[0].service_id),)):
        with pytest.raises(ConflictError), acme.begin() as uow:
            uow.proposals.add(happened(attrs.evolve(mine, id=ProposalId(acme.new_id()), items=items)))
    signed = proposals.send(mine, at=LATER).then(proposals.sign, order_id=rival.order().id, at=LATER)
    with pytest.raises(ConflictError), acme.begin() as uow:
        uow.proposals.save(signed)
    with pytest.raises(NotFoundError):
        acme.read(get_proposal, theirs.id)
    assert [row.id for row in acme.read(list_proposals).rows] == [mine.id]


@both
@pytest.mark.parametrize("size", [1, 20, 100])
def test_a_page_of_proposals_is_two_statements(acme: Agency, size: int, sql_store: SqlStore) -> None:
    """However many there are on it; one, with its items and their services, is one statement."""
    items = [ProposedService(service_id=acme.service().id, price=Decimal(price)) for price in range(3)]
    with acme.begin() as uow:
        for number in range(101):
            draft_proposal(
                uow,
                client_email=f"{number}@example.com",
                client_first_name="Ann",
                client_last_name="Lee",
                items=items,
                at=NOON + timedelta(seconds=number),
            )
    with counting(sql_store.engine) as counts:
        page = acme.read(list_proposals, page=PageRequest(size=size))
    assert (counts.statements, counts.begins, len(page.rows), page.total) == (2, 0, size, 101)
    assert [row.client_email for row in page.rows] == [f"{100 - number}@example.com" for number in range(size)]
    with counting(sql_store.engine) as counts:
        assert len(acme.read(get_proposal, page.rows[0].id).items) == 3
    assert (counts.statements, counts.begins) == (1, 0)


@both
def test_writing_a_proposal_is_three_statements(acme: Agency, sql_store: SqlStore) -> None:
    """All services at once, the proposal, all items at once."""
    items = [ProposedService(service_id=acme.service().id, price=Decimal(price)) for price in range(5)]
    with counting(sql_store.engine) as counts:
        proposal = drafted(acme, *items)
    assert (counts.statements, counts.begins, counts.commits) == (3, 1, 1)
    assert [item.price for item in proposal.items] == [money(price, "USD") for price in range(5)]


FILTERS = [
    Condition(ProposalFilter.STATUS, Operator.EQ, ProposalStatus.SENT),
    Condition(ProposalFilter.STATUS, Operator.LT, 2),
    Condition(ProposalFilter.CLIENT_EMAIL, Operator.IN, ("1@example.com", "2@example.com")),
    Condition(ProposalFilter.CREATED_AT, Operator.GT, NOON + timedelta(seconds=1)),
]


@both
def test_lists_agree_with_the_memory_store(acme: Agency) -> None:
    """Every filter and every sort, both ways."""
    twins = [Agency(acme.store, "Twin"), Agency(MemoryStore(SeededEntropy(5)), "Twin")]
    for twin in twins:
        for number in range(8):
            proposal = drafted(
                twin,
                ProposedService(service_id=twin.service().id, price=Decimal(number * 7 % 5)),
                client_email=f"{number % 4}@example.com",
                notes=str(number),
                at=NOON + timedelta(seconds=number // 2),
            )
            if number % 3:
                twin.run(send_proposal, proposal.id, at=LATER - timedelta(seconds=number))
            if number in (4, 5):
                twin.run(sign_proposal, proposal.id, at=LATER + timedelta(seconds=number))
        last = twin.read(list_proposals).rows[0]
        assert last.notes == "7"
        same = twin.read(list_proposals, filters=[Condition(ProposalFilter.ID, Operator.EQ, last.id)])
        assert (same.rows, same.total) == ((last,), 1)
    for condition in FILTERS:
        pages = [[row.notes for row in twin.read(list_proposals, filters=[condition]).rows] for twin in twins]
        assert pages[0] == pages[1], condition
        assert 0 < len(pages[0]) < 8, condition
    for field in ProposalSort:
        for descending in (True, False):
            listed = [twin.read(list_proposals, sort=Sort(field, descending=descending)).rows for twin in twins]
            assert [row.notes for row in listed[0]] == [row.notes for row in listed[1]], field
