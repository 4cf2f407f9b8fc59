"""What every store must do with subscriptions."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given

from service_engine.domain.ids import ClientId, InvoiceId, UserId
from service_engine.domain.invoice_terms import BillingPeriod
from service_engine.domain.subscriptions import Subscription, start_subscription
from service_engine.errors import ConflictError
from service_engine.testing import strategies
from service_engine.testing.builders import NOON
from service_engine.testing.contracts.agency import Agency, Contract, happened
from service_engine.testing.contracts.organizations import rolled_back

__all__ = ["SubscriptionContract"]


class SubscriptionContract(Contract):
    """The subscriptions of the organisation's clients.

    Example:
        >>> from service_engine import MemoryStore
        >>> acme = Agency(MemoryStore())  # yours instead
        >>> SubscriptionContract().test_an_invoice_starts_one_subscription(acme)
    """

    @rolled_back
    @given(subscription=strategies.subscriptions())
    def test_a_subscription_is_kept_whole(self, acme: Agency, subscription: Subscription) -> None:
        """Whatever the domain allows comes back as it was."""
        with acme.undone() as uow:
            client = uow.clients.add(happened(acme.build.client(role_id=acme.client_role.id)))
            invoice = uow.invoices.add(happened(acme.build.invoice(client_id=client.id)))
            new = attrs.evolve(subscription, id=acme.new_id(), client_id=client.id, invoice_id=invoice.id, version=1)
            assert uow.subscriptions.of_invoice(invoice.id) is None
            assert uow.subscriptions.add(happened(new)) == new
            assert uow.subscriptions.of_invoice(invoice.id) == new

    def test_an_invoice_starts_one_subscription(self, acme: Agency) -> None:
        """A second one is a conflict, whatever its id; other invoices have theirs (D23)."""
        first, second = acme.invoice(), acme.invoice()
        started = acme.subscription(first)
        with pytest.raises(ConflictError):
            acme.subscription(first)
        other = acme.subscription(second)
        with acme.begin() as uow:
            assert uow.subscriptions.of_invoice(first.id) == started
            assert uow.subscriptions.of_invoice(second.id) == other

    def test_many_subscriptions_have_neither_number_nor_invoice(self, acme: Agency) -> None:
        """Only what is there must be unique."""
        bare = [attrs.evolve(acme.build.subscription(acme.invoice()), invoice_id=None) for _ in range(2)]
        with acme.begin() as uow:
            for each in bare:
                assert uow.subscriptions.add(happened(each)) == each

    def test_the_number_of_a_subscription_is_taken_in_an_organization(self, acme: Agency, rival: Agency) -> None:
        """So is its id; other organisations have their own."""
        numbered = [attrs.evolve(each.build.subscription(each.invoice()), number="S-1") for each in (acme, rival)]
        for each, agency in zip(numbered, (acme, rival), strict=True):
            with agency.begin() as uow:
                assert uow.subscriptions.add(happened(each)) == each
        for taken in ({"number": "S-1"}, {"id": numbered[0].id}):
            again = attrs.evolve(acme.build.subscription(acme.invoice()), **taken)
            with pytest.raises(ConflictError), acme.begin() as uow:
                uow.subscriptions.add(happened(again))

    def test_a_subscription_refers_to_nothing_outside_the_organization(self, acme: Agency, rival: Agency) -> None:
        """Neither to another organisation's clients and invoices, nor to unknown ones."""
        invoice, foreign = acme.invoice(), rival.invoice()
        for links in (
            {"client_id": foreign.client_id},
            {"client_id": ClientId(UserId(acme.new_id()))},
            {"invoice_id": foreign.id},
            {"invoice_id": InvoiceId(acme.new_id())},
        ):
            new = attrs.evolve(acme.build.subscription(invoice), **links)
            with pytest.raises(ConflictError), acme.begin() as uow:
                uow.subscriptions.add(happened(new))
        rival.subscription(foreign)
        with acme.begin() as uow:
            assert uow.subscriptions.of_invoice(foreign.id) is None
            assert uow.subscriptions.of_invoice(invoice.id) is None

    def test_what_happened_to_a_subscription_is_noted(self, acme: Agency) -> None:
        """As soon as it is stored."""
        invoice, monthly = acme.invoice(), BillingPeriod(length=1, unit="M")
        started = start_subscription(
            acme.new_id(), client_id=invoice.client_id, invoice_id=invoice.id, period=monthly, at=NOON
        )
        with acme.begin() as uow:
            uow.subscriptions.add(started)
            assert uow.events == started.events
