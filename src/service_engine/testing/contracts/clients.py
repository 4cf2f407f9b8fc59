"""What every store must do with clients, one at a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import attrs
import pytest
from hypothesis import given

from service_engine.domain.change import Change
from service_engine.domain.clients import Client, ClientPatch, delete_client, revise_client
from service_engine.domain.ids import AddressId, ClientId, UserId
from service_engine.domain.invoice_payments import pay_in_part
from service_engine.domain.invoice_terms import Tax
from service_engine.domain.invoices import Invoice, InvoiceStatus, change_invoice_status
from service_engine.domain.money import money
from service_engine.errors import ConflictError
from service_engine.ports.clients import ClientRow
from service_engine.testing import strategies
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency, Contract, happened, missing
from service_engine.testing.contracts.organizations import rolled_back
from service_engine.usecases.clients import delete_client as delete_client_of
from service_engine.usecases.clients import get_client, list_clients
from service_engine.usecases.invoices import delete_invoice
from service_engine.usecases.orders import delete_order
from service_engine.usecases.tickets import delete_ticket

__all__ = ["ClientContract", "ClientEmailContract", "ClientSpendingContract"]

LATER = NOON + timedelta(seconds=1)


def revise(client: Client, **changed: object) -> Change[Client]:
    """Return a change of a client; an address would get an id that is always the same."""
    return revise_client(client, ClientPatch(**changed), address_id=AddressId(client.id), at=LATER)  # type: ignore[arg-type]


class ClientContract(Contract):
    """The organisation's clients, one at a time.

    Example:
        >>> from service_engine import MemoryStore
        >>> store = MemoryStore()  # yours instead
        >>> ClientContract().test_whoever_is_not_a_live_client_is_missing(Agency(store), Agency(store, "Rival"))
    """

    @rolled_back
    @given(client=strategies.clients())
    def test_a_client_is_kept_whole(self, acme: Agency, client: Client) -> None:
        """Whatever the domain allows comes back as it was, address and money and JSON included."""
        new = attrs.evolve(client, id=acme.new_id(), role_id=acme.client_role.id, deleted_at=None, version=1)
        with acme.undone() as uow:
            assert uow.clients.add(happened(new)) == new
            assert uow.clients.get(new.id) == new
            assert uow.clients.get(new.id, for_deletion=True) == new
            assert uow.client_queries.get(new.id) == ClientRow(client=new, role=acme.client_role, spent=None)

    @rolled_back
    @given(client=strategies.clients())
    def test_a_change_of_a_client_is_kept_whole(self, acme: Agency, client: Client) -> None:
        """Everything of a client can change but who they are."""
        with acme.undone() as uow:
            old = acme.build.client(role_id=acme.client_role.id, details=ClientPatch(address=acme.build.place()))
            uow.clients.add(happened(old))
            # Somebody who has an address keeps its id for as long as they have one.
            assert old.address is not None
            address = client.address and attrs.evolve(client.address, id=old.address.id)
            wanted = attrs.evolve(client, id=old.id, role_id=old.role_id, address=address, deleted_at=None, version=1)
            saved = uow.clients.save(happened(wanted))
            assert saved == attrs.evolve(wanted, version=2)
            assert uow.clients.get(old.id) == saved

    def test_whoever_is_not_a_live_client_is_missing(self, acme: Agency, rival: Agency) -> None:
        """Staff, a deleted, a foreign and an unknown client all get the same answer, everywhere."""
        deleted = acme.client()
        acme.run(delete_client_of, deleted.id, at=LATER)
        unknown = ClientId(UserId(acme.new_id()))
        for id_ in (ClientId(UserId(acme.administrator.id)), deleted.id, rival.client().id, unknown):
            with acme.begin() as uow:
                with missing("client", id_):
                    uow.clients.get(id_)
                with missing("client", id_):
                    uow.clients.get(id_, for_deletion=True)
                with missing("client", id_):
                    uow.client_queries.get(id_)
            with missing("client", id_):
                acme.read(get_client, id_)

    def test_a_change_of_a_client_counts_the_version(self, acme: Agency) -> None:
        """Each save is one version later; a change that changed nothing is no save."""
        client = acme.client()
        with acme.begin() as uow:
            second = uow.clients.save(revise(client, company="Acme Corp"))
            assert (client.version, second.version) == (1, 2)
            assert uow.clients.save(Change(second)) == second
            third = uow.clients.save(revise(second, company=None))
        with acme.begin() as uow:
            assert uow.clients.get(client.id) == third == attrs.evolve(client, updated_at=LATER, version=3)

    def test_a_stale_change_of_a_client_is_a_conflict(self, acme: Agency) -> None:
        """Whoever read an older version writes nothing."""
        stale = acme.client()
        with acme.begin() as uow:
            fresh = uow.clients.save(revise(stale, company="first"))
        with pytest.raises(ConflictError) as refusal, acme.begin() as uow:
            uow.clients.save(revise(stale, company="second"))
        assert (refusal.value.kind, refusal.value.key) == ("client", stale.id)
        with acme.begin() as uow:
            assert uow.clients.get(stale.id) == fresh

    def test_a_client_who_is_gone_cannot_be_changed(self, acme: Agency, rival: Agency) -> None:
        """Neither a deleted one, nor a foreign one, nor one who never was."""
        deleted, foreign = acme.client(), rival.client()
        with acme.begin() as uow:
            uow.clients.save(delete_client(deleted, dependents=(), at=LATER))
        for client in (deleted, foreign, acme.build.client(role_id=acme.client_role.id)):
            with pytest.raises(ConflictError), acme.begin() as uow:
                uow.clients.save(revise(client, company="late"))
        with rival.begin() as uow:
            assert uow.clients.get(foreign.id) == foreign

    def test_a_client_id_is_taken_once(self, acme: Agency) -> None:
        """Also by an employee: people share one space of ids."""
        for taken in (acme.client().id, acme.administrator.id):
            new = attrs.evolve(acme.build.client(role_id=acme.client_role.id), id=ClientId(UserId(taken)))
            with pytest.raises(ConflictError), acme.begin() as uow:
                uow.clients.add(happened(new))

    def test_an_address_comes_and_goes(self, acme: Agency) -> None:
        """It is stored with the client, replaced with the client, and gone when it is cleared."""
        client = acme.client()
        for place in (acme.build.place(), acme.build.place(line_2="", city=None), None, acme.build.place()):
            with acme.begin() as uow:
                client = uow.clients.save(revise(client, address=place))
            with acme.begin() as uow:
                assert uow.clients.get(client.id) == client
            assert (client.address.place if client.address else None) == place

    def test_dependents_are_counted_even_when_deleted(self, acme: Agency, rival: Agency) -> None:
        """Each keeps its client; they are told in this order, and other people's do not matter."""
        client, other = acme.client(), acme.client()
        acme.ticket(client_id=other.id)
        bystander = acme.invoice(client_id=other.id)
        rival.order()
        rival.invoice()
        subscription = attrs.evolve(acme.build.subscription(bystander), client_id=client.id, invoice_id=None)
        steps: list[tuple[str, Callable[[], object]]] = [
            ("subscriptions", lambda: acme.run(lambda uow: uow.subscriptions.add(happened(subscription)))),
            ("tickets", lambda: acme.run(delete_ticket, acme.ticket(client_id=client.id).id, at=LATER)),
            ("invoices", lambda: acme.run(delete_invoice, acme.invoice(client_id=client.id).id, at=LATER)),
            ("orders", lambda: acme.run(delete_order, acme.order(client_id=client.id).id, at=LATER)),
        ]
        expected: tuple[str, ...] = ()
        for kind, step in steps:
            with acme.begin() as uow:
                assert uow.clients.dependents(client.id) == expected
            step()
            expected = (kind, *expected)
        with acme.begin() as uow:
            assert uow.clients.dependents(client.id) == expected
        with rival.begin() as uow:
            assert uow.clients.dependents(client.id) == ()


class ClientSpendingContract(Contract):
    """What a client has spent, as it is shown: alone and in the list.

    Example:
        >>> from service_engine import MemoryStore
        >>> store = MemoryStore()  # yours instead
        >>> ClientSpendingContract().test_only_paid_invoices_count(Agency(store), Agency(store, "Rival"))
    """

    def test_who_paid_nothing_has_spent_nothing_known(self, acme: Agency) -> None:
        """No sum, rather than nought, while no invoice is Paid; nought once one over nothing is."""
        client = acme.client()
        acme.invoice(client_id=client.id)
        assert self.spent(acme) == {client.id: None}
        acme.paid_invoice(client_id=client.id, credit=acme.build.money())
        assert self.spent(acme) == {client.id: 0}

    def test_only_paid_invoices_count(self, acme: Agency, rival: Agency) -> None:
        """Neither refunded nor deleted ones (D39), nor what is paid in part, nor another client's or organisation's."""
        client, other = acme.client(), acme.client()
        rival.paid_invoice()
        acme.paid_invoice(client_id=other.id, items=[acme.build.invoice_item(amount=acme.build.money("0.01"))])
        paid = [self.paid(acme, client, amount) for amount in ("100.10", "0.20", "7.05")]
        self.move(acme, pay_in_part(acme.invoice(client_id=client.id), acme.build.money(5), at=LATER))
        assert self.spent(acme) == {client.id: Decimal("107.35"), other.id: Decimal("0.01")}
        self.move(acme, change_invoice_status(paid[0], InvoiceStatus.REFUNDED, at=LATER))
        assert self.spent(acme) == {client.id: Decimal("7.25"), other.id: Decimal("0.01")}
        acme.run(delete_invoice, paid[1].id, at=LATER)
        assert self.spent(acme) == {client.id: Decimal("7.05"), other.id: Decimal("0.01")}
        acme.run(delete_invoice, paid[2].id, at=LATER)
        assert self.spent(acme) == {client.id: None, other.id: Decimal("0.01")}

    def test_what_is_spent_is_the_sum_of_totals(self, acme: Agency) -> None:
        """Taxes and credits counted, exact, amounts of every currency; seen at once by whoever changes it (D34)."""
        client = acme.client()
        terms: dict[str, Any] = {"tax": Tax(type=2, number=Decimal(10)), "credit": acme.build.money("0.03")}
        acme.paid_invoice(client_id=client.id, **terms)
        for currency in ("KWD", "JPY"):
            acme.paid_invoice(client_id=client.id, currency=currency)
        assert self.spent(acme) == {client.id: Decimal("4649.97")}
        last = acme.build.paid_invoice(
            client_id=client.id, items=[acme.build.invoice_item(amount=money("0.001", "KWD"))], currency="KWD"
        )
        with acme.begin() as uow:
            uow.invoices.add(happened(last))
            assert uow.client_queries.get(client.id).spent == Decimal("4649.971")

    @staticmethod
    def spent(agency: Agency) -> dict[ClientId, Decimal | None]:
        """Return what each client is shown to have spent; the list and a client alone must say the same."""
        page = agency.read(list_clients)
        for row in page.rows:
            assert agency.read(get_client, row.client.id) == row
        return {row.client.id: row.spent for row in page.rows}

    @staticmethod
    def paid(agency: Agency, client: Client, amount: str) -> Invoice:
        """Store an invoice over an amount as paid."""
        item = agency.build.invoice_item(amount=agency.build.money(amount))
        return agency.paid_invoice(client_id=client.id, items=[item])

    @staticmethod
    def move(agency: Agency, change: Change[Invoice]) -> None:
        """Store a change of an invoice."""
        with agency.begin() as uow:
            uow.invoices.save(change)


class ClientEmailContract(Contract):
    """What is unique about a client.

    Example:
        >>> from service_engine import MemoryStore
        >>> acme = Agency(MemoryStore())  # yours instead
        >>> ClientEmailContract().test_the_email_of_a_deleted_client_is_free(acme)
    """

    def test_an_email_has_one_owner_in_an_organization(self, acme: Agency, rival: Agency) -> None:
        """Clients and employees are both owners; another organisation's people are not."""
        client = acme.client(email="john@example.com")
        with acme.begin() as uow:
            assert uow.clients.email_owner("john@example.com") == client.id
            assert uow.clients.email_owner(acme.administrator.email) == acme.administrator.id
            for other in ("john@example.co", "_ohn@example.com", "%", "john@example.com "):
                assert uow.clients.email_owner(other) is None
        with rival.begin() as uow:
            assert uow.clients.email_owner("john@example.com") is None
        assert rival.client(email=client.email).email == client.email

    def test_a_taken_email_is_a_conflict(self, acme: Agency) -> None:
        """The store is the last to notice two people with one address, new or changed."""
        acme.client(email="john@example.com")
        with pytest.raises(ConflictError):
            acme.client(email="john@example.com")
        client = acme.client(email="other@example.com")
        with pytest.raises(ConflictError), acme.begin() as uow:
            uow.clients.save(revise(client, email="john@example.com"))
        with acme.begin() as uow:
            assert uow.clients.get(client.id) == client

    def test_the_email_of_a_deleted_client_is_free(self, acme: Agency) -> None:
        """So is one that somebody gave up."""
        deleted, changed = acme.client(email="a@example.com"), acme.client(email="b@example.com")
        with acme.begin() as uow:
            uow.clients.save(delete_client(deleted, dependents=(), at=LATER))
            uow.clients.save(revise(changed, email="c@example.com"))
            assert uow.clients.email_owner("a@example.com") is None
            assert uow.clients.email_owner("b@example.com") is None
        for email in ("a@example.com", "b@example.com"):
            assert acme.client(email=email).email == email

    def test_an_affiliation_is_taken_for_ever_in_an_organization(self, acme: Agency, rival: Agency) -> None:
        """The id and the link, each by itself; deleted clients keep theirs."""
        taken, free = (123_456, "https://a.example/AAAAAA"), (123_457, "https://a.example/AAAAAa")
        client = acme.client(affiliate_id=taken[0], affiliate_link=taken[1])
        questions = [taken, (taken[0], free[1]), (free[0], taken[1]), free]
        with acme.begin() as uow:
            assert [uow.clients.affiliation_is_taken(*each) for each in questions] == [True, True, True, False]
            uow.clients.save(delete_client(client, dependents=(), at=LATER))
            assert [uow.clients.affiliation_is_taken(*each) for each in questions] == [True, True, True, False]
        for collision in ({"affiliate_id": taken[0]}, {"affiliate_link": taken[1]}):
            with pytest.raises(ConflictError):
                acme.client(**collision)
        with rival.begin() as uow:
            assert not uow.clients.affiliation_is_taken(*taken)
        again = rival.client(affiliate_id=taken[0], affiliate_link=taken[1])
        assert (again.affiliate_id, again.affiliate_link) == taken

    def test_many_clients_may_have_no_affiliation(self, acme: Agency) -> None:
        """Nothing is not unique."""
        for _ in range(2):
            nobody = acme.build.client(role_id=acme.client_role.id)
            with acme.begin() as uow:
                uow.clients.add(happened(attrs.evolve(nobody, affiliate_id=None, affiliate_link=None)))
        assert {row.client.affiliate_link for row in acme.read(list_clients).rows} == {None}

    def test_a_foreign_role_cannot_be_given_to_a_client(self, acme: Agency, rival: Agency) -> None:
        """A link across organisations cannot be stored."""
        with pytest.raises(ConflictError):
            acme.client(role_id=rival.client_role.id)
