"""Subscriptions in memory: what is unique, and what they refer to."""

from __future__ import annotations

import attrs
import pytest

from service_engine import Change, ConflictError, InvoiceId, OrganizationId, SubscriptionId
from service_engine.domain.invoice_terms import BillingPeriod
from service_engine.domain.subscriptions import start_subscription
from service_engine.testing import build
from service_engine.testing.builders import NOON
from service_engine.usecases.clients import create_client
from service_engine.usecases.organizations import bootstrap_organization


def _start(store, invoice, **more):
    """Start a subscription, for the invoice unless another link is given."""
    change = start_subscription(
        SubscriptionId(store.entropy.new_id()),
        client_id=invoice.client_id,
        invoice_id=invoice.id,
        period=BillingPeriod(length=1, unit="M"),
        at=NOON,
    )
    return Change(attrs.evolve(change.state, **more), change.events)


def test_an_invoice_starts_one_subscription(store, org_id, invoice):
    """The second is refused, and leaves no event; those without an invoice are as many as you like."""
    first = _start(store, invoice)
    with store.begin(org_id) as uow:
        assert uow.subscriptions.of_invoice(invoice.id) is None
        assert uow.subscriptions.add(first) is first.state
        assert uow.subscriptions.of_invoice(invoice.id) is first.state
        with pytest.raises(ConflictError) as refused:
            uow.subscriptions.add(_start(store, invoice))
        assert refused.value.kind == "subscription"
        for _ in range(2):
            uow.subscriptions.add(_start(store, invoice, invoice_id=None))
        assert uow.subscriptions.of_invoice(invoice.id) is first.state
        assert [type(event).__name__ for event in uow.events] == ["SubscriptionStarted"] * 3


def test_an_id_and_a_number_are_one_subscriptions(store, org_id, invoice):
    """Those without a number are as many as you like."""
    first = _start(store, invoice, number="S-1")
    with store.begin(org_id) as uow:
        uow.subscriptions.add(first)
        for taken in ({"number": "S-1"}, {"id": first.state.id}):
            with pytest.raises(ConflictError):
                uow.subscriptions.add(_start(store, invoice, invoice_id=None, **taken))
        uow.subscriptions.add(_start(store, invoice, invoice_id=None, number="S-2"))


@pytest.mark.parametrize(
    "link",
    [{"client_id": build.client().id}, {"invoice_id": InvoiceId(build.entropy.new_id())}],
    ids=lambda link: next(iter(link)),
)
def test_a_link_out_of_the_organisation_is_refused(store, org_id, invoice, link):
    """As the database's foreign keys do; and one organisation does not see the other's."""
    other = OrganizationId(store.entropy.new_id())
    store.run(other, bootstrap_organization, name="Other", at=NOON)
    with store.begin(org_id) as uow:
        with pytest.raises(ConflictError):
            uow.subscriptions.add(_start(store, invoice, **link))
        uow.subscriptions.add(_start(store, invoice))
    with store.begin(other) as uow:
        assert uow.subscriptions.of_invoice(invoice.id) is None
        with pytest.raises(ConflictError):
            uow.subscriptions.add(_start(store, invoice))


def test_a_subscription_keeps_its_client_from_being_deleted(store, org_id, invoice):
    """Also one without an invoice, and one that is another client's does not."""
    with store.begin(org_id) as uow:
        eve, bob = (
            create_client(uow, email=f"{name}@example.com", first_name=name, last_name="X", at=NOON)
            for name in ("eve", "bob")
        )
        uow.subscriptions.add(_start(store, invoice, client_id=eve.id, invoice_id=None))
        assert uow.clients.dependents(eve.id) == ("subscriptions",)
        assert uow.clients.dependents(bob.id) == ()
