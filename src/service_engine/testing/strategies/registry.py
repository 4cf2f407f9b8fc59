"""Tells Hypothesis which strategy makes which type, so that ``st.from_type(Ticket)`` works.

Done when the strategies are loaded, which Hypothesis does by itself: ``testing.hypothesis_plugin``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from service_engine.domain.access import Levels, Role, Settings
from service_engine.domain.api_tokens import ApiToken, TokenGrant
from service_engine.domain.change import Change, Event
from service_engine.domain.clients import Address, Client, ClientPatch, PostalAddress
from service_engine.domain.coupons import Coupon
from service_engine.domain.employees import Employee
from service_engine.domain.invoice_items import InvoiceItem, InvoiceItemDraft
from service_engine.domain.invoice_terms import BillingAddress, BillingPeriod, Tax
from service_engine.domain.invoices import Invoice
from service_engine.domain.money import Money
from service_engine.domain.order_messages import OrderMessage
from service_engine.domain.order_tasks import OrderTask, OrderTaskPatch
from service_engine.domain.orders import Order, OrderDetails
from service_engine.domain.organizations import Organization
from service_engine.domain.payments import Payment
from service_engine.domain.proposals import Proposal, ProposalItem
from service_engine.domain.service_folders import ServiceFolder
from service_engine.domain.services import Service, ServicePatch
from service_engine.domain.subscriptions import Subscription
from service_engine.domain.tags import Tag
from service_engine.domain.ticket_messages import TicketMessage
from service_engine.domain.tickets import Ticket
from service_engine.testing.strategies import billing, event_kinds, inputs, nouns, offers, values
from service_engine.usecases.orders import OrderPatch
from service_engine.usecases.tickets import TicketPatch

__all__ = ["register"]


def register() -> None:
    """Register every strategy with Hypothesis. Registering twice does no harm.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> register()
        >>> quick = settings(phases=[Phase.generate])
        >>> type(find(st.from_type(Tag), lambda tag: True, settings=quick)) is Tag
        True
    """
    makers: dict[type[Any], Callable[[], SearchStrategy[Any]]] = {
        Address: values.addresses,
        ApiToken: nouns.api_tokens,
        BillingAddress: billing.billing_addresses,
        BillingPeriod: billing.billing_periods,
        Client: nouns.clients,
        ClientPatch: inputs.client_patches,
        Coupon: billing.coupons,
        Employee: nouns.employees,
        Invoice: billing.invoices,
        InvoiceItem: billing.invoice_items,
        InvoiceItemDraft: billing.invoice_item_drafts,
        Levels: values.levels,
        Money: values.monies,
        Order: nouns.orders,
        OrderDetails: inputs.order_details,
        OrderMessage: nouns.order_messages,
        OrderPatch: inputs.order_patches,
        OrderTask: nouns.order_tasks,
        OrderTaskPatch: inputs.order_task_patches,
        Organization: nouns.organizations,
        Payment: billing.payments,
        PostalAddress: values.places,
        Proposal: offers.proposals,
        ProposalItem: offers.proposal_items,
        Role: nouns.roles,
        Service: nouns.services,
        ServiceFolder: nouns.service_folders,
        ServicePatch: inputs.service_patches,
        Settings: values.settings_of_roles,
        Subscription: billing.subscriptions,
        Tag: nouns.tags,
        Tax: billing.taxes,
        Ticket: nouns.tickets,
        TicketMessage: nouns.messages,
        TicketPatch: inputs.ticket_patches,
    }
    # What has no rules among its fields, the events above all, is made of them.
    for plain in (Change, TokenGrant, *event_kinds.kinds_of_events()):
        makers.setdefault(plain, partial(event_kinds.made_of_fields, plain))
    makers[Event] = event_kinds.events
    for domain_type, make in makers.items():
        # Made when they are asked for: Hypothesis calls this while it is being imported, when it must do little.
        st.register_type_strategy(domain_type, partial(_made, make))


def _made(make: Callable[[], SearchStrategy[Any]], _: type[Any]) -> SearchStrategy[Any]:
    return make()
