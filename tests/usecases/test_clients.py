"""What can be done with clients: send a command, look at the store. Their e-mails have a file of their own."""

from __future__ import annotations

from uuid import UUID

import attrs
import pytest
from tests.usecases.registering import ANN, stored

from service_engine import MemoryStore
from service_engine.domain.access import define_role
from service_engine.domain.clients import ClientPatch, ClientRegistered, ClientRevised, PostalAddress
from service_engine.domain.ids import ClientId, OrganizationId, RoleId, UserId
from service_engine.domain.json_values import freeze
from service_engine.domain.organizations import found_organization
from service_engine.errors import AlreadyTakenError, DependentsExistError, NotFoundError, RuleViolationError
from service_engine.ports.clients import ClientFilter, ClientSort
from service_engine.ports.lists import Condition, Operator, PageRequest, Sort
from service_engine.ports.unit_of_work import Store
from service_engine.testing import SeededEntropy, examples
from service_engine.testing.examples import acme, client_role, jane, john, later, now, ticket, website
from service_engine.usecases.clients import (
    create_client,
    delete_client,
    get_client,
    list_clients,
    require_free_email,
    update_client,
)
from service_engine.usecases.orders import delete_order
from service_engine.usecases.organizations import add_employee
from service_engine.usecases.tickets import delete_ticket

NOBODY = ClientId(UserId(UUID(int=404)))
NOBODYS = OrganizationId(UUID(int=500))


class RepeatingEntropy(SeededEntropy):
    """Draws every whole number as the lowest it may be, so that draws collide."""

    def __init__(self) -> None:
        super().__init__(7)
        self.draws: list[tuple[int, int]] = []

    def integer(self, lowest: int, highest: int) -> int:
        """Return the lowest, and note what was asked."""
        self.draws.append((lowest, highest))
        return lowest


# ------------------------------------------------------------------------------------------------------ creating


def test_creating_with_the_least(agency: Store):
    """In the role for clients, with an affiliate id of six digits and a link of six signs; stored as returned."""
    with agency.begin(acme.id) as uow:
        ann = create_client(uow, **(ANN | {"email": " Ann@Example.com"}))
        assert uow.events == (ClientRegistered(client_id=ann.id, at=now),)
    assert (ann.email, ann.first_name, ann.last_name, ann.role_id) == (
        "ann@example.com",
        "Ann",
        "Lee",
        client_role.id,
    )
    assert ann.affiliate_id is not None
    assert 100_000 <= ann.affiliate_id <= 999_999
    start, code = (ann.affiliate_link or "")[:-6], (ann.affiliate_link or "")[-6:]
    assert start == "https://example.com/r/"
    assert set(code) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
    assert (ann.created_at, ann.updated_at, ann.version) == (now, now, 1)
    assert stored(agency, ann.id) == ann


@pytest.mark.usefixtures("store")
def test_creating_with_everything(agency: Store):
    """All details are stored and shown, with a role and without anything spent."""
    details = ClientPatch(
        company="Lee Ltd",
        phone="555",
        tax_id="T1",
        note="VIP",
        optin="yes",
        stripe_id="cus_1",
        address=PostalAddress(city="Leeds"),
        custom_fields=freeze({"a": [1]}),
        status=0,
        created_at=later,
    )
    ann = agency.run(acme.id, create_client, **ANN, details=details, affiliate_link="https://lee.example/")
    row = agency.read(acme.id, get_client, ann.id)
    assert (row.client, row.role, row.spent) == (ann, client_role, None)
    assert ann.address is not None
    assert isinstance(ann.address.id, UUID)
    assert (ann.address.place, ann.address.first_name, ann.address.company_name) == (
        PostalAddress(city="Leeds"),
        "Ann",
        "Lee Ltd",
    )
    assert (ann.company, ann.phone, ann.tax_id, ann.note, ann.optin, ann.stripe_id, ann.status) == (
        "Lee Ltd",
        "555",
        "T1",
        "VIP",
        "yes",
        "cus_1",
        0,
    )
    assert (ann.created_at, ann.updated_at, ann.custom_fields) == (later, now, {"a": (1,)})
    assert (ann.affiliate_link or "").startswith("https://lee.example/")
    assert len(ann.affiliate_link or "") == len("https://lee.example/") + 6


@pytest.mark.parametrize("email", ["john@example.com", " JOHN@Example.com ", "jane@example.com"])
def test_an_email_belongs_to_one_person_of_an_organisation(agency: Store, email: str):
    """Clients and employees share one space; case and blanks do not matter; nothing is written."""
    with pytest.raises(AlreadyTakenError) as refused:
        agency.run(acme.id, create_client, **(ANN | {"email": email}))
    assert (refused.value.field, refused.value.message) == ("email", "The email has already been taken.")
    assert agency.read(acme.id, list_clients).total == 1


def test_another_organisation_does_not_matter(agency: Store, neighbour):
    """The neighbour's e-mails are free here, and neither side learns of the other."""
    assert agency.run(acme.id, create_client, **(ANN | {"email": neighbour.client.email})).email == (
        neighbour.client.email
    )


@pytest.mark.usefixtures("store")
def test_a_deleted_clients_email_is_free_again(agency: Store):
    """The next one may have it."""
    ann = agency.run(acme.id, create_client, **ANN)
    agency.run(acme.id, delete_client, ann.id, at=later)
    assert agency.run(acme.id, create_client, **ANN).id != ann.id


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"email": "ann"}, "email"), ({"first_name": " "}, "first_name"), ({"last_name": "x" * 256}, "last_name")],
)
def test_creating_refuses_bad_text(agency: Store, changes: dict[str, str], field: str):
    """The refusal names the field, and nothing is written."""
    with pytest.raises(RuleViolationError) as refused:
        agency.run(acme.id, create_client, **(ANN | changes))
    assert refused.value.field == field
    assert agency.read(acme.id, list_clients).total == 1


def test_an_organisation_without_a_role_for_clients(agency: Store):
    """There is nothing to register them in."""
    with agency.begin(NOBODYS) as uow:
        uow.organizations.add(found_organization(NOBODYS, name="Bare", slug="bare", at=now))
    with pytest.raises(NotFoundError) as refused:
        agency.run(NOBODYS, create_client, **ANN)
    assert (refused.value.kind, refused.value.key) == ("role", "without dashboard access")


@pytest.mark.usefixtures("store")
def test_an_organisation_that_is_not_there(agency: Store):
    """The refusal names the organisation: an id that nobody has is the mistake, not a role."""
    with pytest.raises(NotFoundError) as refused:
        agency.run(NOBODYS, create_client, **ANN)
    assert (refused.value.kind, refused.value.key) == ("organization", NOBODYS)


def test_the_oldest_role_without_access_is_the_clients(agency: Store):
    """A second role for clients does not take over."""
    with agency.begin(acme.id) as uow:
        uow.roles.add(define_role(RoleId(UUID(int=1)), name="Guest", at=later))
    assert agency.run(acme.id, create_client, **ANN).role_id == client_role.id


def test_an_affiliate_id_that_is_taken_is_drawn_again():
    """Twenty draws of six digits, then of seven: a nearly full range never blocks."""
    entropy = RepeatingEntropy()
    store = examples.agency(MemoryStore(entropy))
    assert store.run(acme.id, create_client, **ANN).affiliate_id == 100_000
    entropy.draws.clear()
    second = store.run(acme.id, create_client, **(ANN | {"email": "second@example.com"}))
    assert second.affiliate_id == 1_000_000
    assert entropy.draws == [(100_000, 999_999)] * 20 + [(1_000_000, 9_999_999)]
    entropy.draws.clear()
    third = store.run(acme.id, create_client, **(ANN | {"email": "third@example.com"}))
    assert third.affiliate_id == 10_000_000
    assert entropy.draws[-1] == (10_000_000, 99_999_999)


# ------------------------------------------------------------------------------------------------------ updating


def test_updating_names_what_changed(agency: Store):
    """One save, one version, one event; stored as returned."""
    with agency.begin(acme.id) as uow:
        revised = update_client(uow, john.id, ClientPatch(phone="555", note=None, company="Doe Ltd"), at=later)
        assert uow.events == (ClientRevised(client_id=john.id, fields=("company", "phone"), at=later),)
    assert revised == attrs.evolve(john, phone="555", company="Doe Ltd", updated_at=later, version=2)
    assert stored(agency, john.id) == revised


def test_a_patch_that_changes_nothing_writes_nothing(agency: Store):
    """No event, no new version; the own e-mail in other letters is no change and not taken."""
    patch = ClientPatch(email=" JOHN@example.com", first_name=" John ", address=PostalAddress(**_place()))
    with agency.begin(acme.id) as uow:
        assert update_client(uow, john.id, patch, at=later) == john
        assert uow.events == ()


def _place() -> dict[str, str | None]:
    assert john.address is not None
    return attrs.asdict(john.address.place)


@pytest.mark.usefixtures("store")
def test_the_address_comes_moves_and_goes(agency: Store):
    """A first address has an id of its own, a new place keeps it, and None removes it."""
    ann = agency.run(acme.id, create_client, **ANN)
    first = agency.run(acme.id, update_client, ann.id, ClientPatch(address=PostalAddress(city="York")), at=now).address
    moved = agency.run(acme.id, update_client, ann.id, ClientPatch(address=PostalAddress(city="Leeds")), at=now).address
    assert first is not None
    assert moved == attrs.evolve(first, place=PostalAddress(city="Leeds"))
    assert stored(agency, ann.id).address == moved
    assert agency.run(acme.id, update_client, ann.id, ClientPatch(address=None), at=later).address is None
    assert stored(agency, ann.id).address is None
    assert john.address is not None
    assert isinstance(first.id, UUID)
    assert first.id != john.address.id


def test_an_email_of_somebody_else_is_taken(agency: Store):
    """Of a client or an employee, in any letters; the client stays as they are."""
    ann = agency.run(acme.id, create_client, **ANN)
    for email in ("john@example.com", " Jane@example.com"):
        with pytest.raises(AlreadyTakenError) as refused:
            agency.run(acme.id, update_client, ann.id, ClientPatch(email=email), at=later)
        assert refused.value.field == "email"
    assert stored(agency, ann.id) == ann


def test_a_free_email_is_taken_over(agency: Store):
    """Normalised, and the old one is free."""
    assert agency.run(acme.id, update_client, john.id, ClientPatch(email=" J@Doe.example"), at=later).email == (
        "j@doe.example"
    )
    agency.run(acme.id, require_free_email, "john@example.com")


@pytest.mark.parametrize(
    ("patch", "field"),
    [(ClientPatch(email="j", phone="5"), "email"), (ClientPatch(phone="x" * 51, note="x"), "phone")],
    ids=["email", "phone"],
)
def test_a_refused_patch_changes_nothing(agency: Store, patch: ClientPatch, field: str):
    """All of it or nothing."""
    with pytest.raises(RuleViolationError) as refused:
        agency.run(acme.id, update_client, john.id, patch, at=later)
    assert refused.value.field == field
    assert stored(agency, john.id) == john


# ------------------------------------------------------------------------------------------------------ deleting


def test_a_client_whom_nothing_refers_to_is_deleted(agency: Store):
    """Gone from every view; a second deletion finds nothing."""
    ann = agency.run(acme.id, create_client, **ANN)
    agency.run(acme.id, delete_client, ann.id, at=later)
    assert [row.client.id for row in agency.read(acme.id, list_clients).rows] == [john.id]
    with pytest.raises(NotFoundError):
        agency.run(acme.id, delete_client, ann.id, at=later)


@pytest.mark.usefixtures("store")
def test_a_client_with_dependents_stays(agency: Store):
    """Orders are named before tickets; deleted ones count."""
    ann = agency.run(acme.id, create_client, **ANN)
    agency.run(acme.id, delete_order, website.id, at=later)
    agency.run(acme.id, delete_ticket, ticket.id, at=later)
    with pytest.raises(DependentsExistError) as refused:
        agency.run(acme.id, delete_client, john.id, at=later)
    assert (refused.value.key, str(refused.value)) == (john.id, "Cannot delete client with existing orders")
    assert stored(agency, john.id) == john
    assert {row.client.id for row in agency.read(acme.id, list_clients).rows} == {john.id, ann.id}


def test_tickets_alone_keep_a_client_too(agency: Store):
    """Somebody without orders but with a ticket stays."""
    from service_engine.usecases.tickets import open_ticket

    ann = agency.run(acme.id, create_client, **ANN)
    agency.run(acme.id, open_ticket, client_id=ann.id, subject="Help", at=now)
    with pytest.raises(DependentsExistError, match="Cannot delete client with existing tickets"):
        agency.run(acme.id, delete_client, ann.id, at=later)


# ----------------------------------------------------------------------------------------------------- not there


@pytest.mark.usefixtures("store")
def test_a_client_who_is_not_there(agency: Store, neighbour):
    """Unknown and foreign clients, and employees, are answered alike; the foreign one is untouched."""
    for client_id in (NOBODY, neighbour.client.id, ClientId(jane.id)):
        acts = (
            lambda uow, id_=client_id: update_client(uow, id_, ClientPatch(phone="5"), at=later),
            lambda uow, id_=client_id: delete_client(uow, id_, at=later),
            lambda uow, id_=client_id: get_client(uow, id_),
        )
        for act in acts:
            with pytest.raises(NotFoundError) as refused, agency.begin(acme.id) as uow:
                act(uow)
            assert (refused.value.kind, refused.value.key) == ("client", client_id)
    assert agency.read(neighbour.org_id, get_client, neighbour.client.id).client == neighbour.client


# --------------------------------------------------------------------------------------------------------- lists


def test_the_newest_come_first_unless_told_otherwise(agency: Store):
    """Sort, page and filters are handed on; employees are in no list of clients."""
    ann = agency.run(acme.id, create_client, **(ANN | {"at": later}))
    agency.run(acme.id, add_employee, email="bob@example.com", first_name="Bob", last_name="Ray", at=now)
    page = agency.read(acme.id, list_clients)
    assert ([row.client.id for row in page.rows], page.total) == ([ann.id, john.id], 2)
    second = agency.read(acme.id, list_clients, page=PageRequest(number=2, size=1))
    assert ([row.client.id for row in second.rows], second.total) == ([john.id], 2)
    by_name = agency.read(acme.id, list_clients, sort=Sort(ClientSort.LAST_NAME, descending=False))
    assert [row.client.last_name for row in by_name.rows] == ["Doe", "Lee"]
    only = agency.read(acme.id, list_clients, filters=[Condition(ClientFilter.EMAIL, Operator.EQ, "ann@example.com")])
    assert ([row.client.id for row in only.rows], only.total) == ([ann.id], 1)
