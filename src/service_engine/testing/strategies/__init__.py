"""Hypothesis strategies for every value of the domain, hard cases on purpose.

Every value that they make is valid, and together they cover what the domain allows: text with combining marks, wide
characters and SQL's own signs, times of the years 1 to 9999, amounts at their bounds, JSON of every kind::

    from hypothesis import given
    from service_engine.testing import strategies


    @given(strategies.tickets())
    def test_closing_is_final_once(ticket): ...

A whole store, with organisations that have something of everything, is ``populated_stores()``; of any other kind of
store, ``populated_stores(lambda entropy: MyStore(..., entropy=entropy))``.

The types themselves work, too, because Hypothesis finds ``register`` by itself: ``st.from_type(Ticket)``, and
``@given(...)`` with ``st.builds`` on anything that holds such values. The names are the nouns, in the plural.
"""

from service_engine.testing.strategies.billing import (
    billing_addresses,
    billing_periods,
    coupons,
    invoice_item_drafts,
    invoice_items,
    invoices,
    payments,
    subscriptions,
    taxes,
)
from service_engine.testing.strategies.event_kinds import events
from service_engine.testing.strategies.inputs import (
    client_patches,
    order_details,
    order_patches,
    order_task_patches,
    service_patches,
    ticket_patches,
)
from service_engine.testing.strategies.nouns import (
    api_tokens,
    clients,
    employees,
    messages,
    order_messages,
    order_tasks,
    orders,
    organizations,
    roles,
    service_folders,
    services,
    tags,
    tickets,
)
from service_engine.testing.strategies.offers import proposal_items, proposals
from service_engine.testing.strategies.registry import register
from service_engine.testing.strategies.stores import PopulatedStore, populated_stores
from service_engine.testing.strategies.values import (
    addresses,
    emails,
    ids,
    instants,
    json_objects,
    levels,
    lines,
    monies,
    notes,
    places,
    settings_of_roles,
    slugs,
    zoned_instants,
)

__all__ = [
    "PopulatedStore",
    "addresses",
    "api_tokens",
    "billing_addresses",
    "billing_periods",
    "client_patches",
    "clients",
    "coupons",
    "emails",
    "employees",
    "events",
    "ids",
    "instants",
    "invoice_item_drafts",
    "invoice_items",
    "invoices",
    "json_objects",
    "levels",
    "lines",
    "messages",
    "monies",
    "notes",
    "order_details",
    "order_messages",
    "order_patches",
    "order_task_patches",
    "order_tasks",
    "orders",
    "organizations",
    "payments",
    "places",
    "populated_stores",
    "proposal_items",
    "proposals",
    "register",
    "roles",
    "service_folders",
    "service_patches",
    "services",
    "settings_of_roles",
    "slugs",
    "subscriptions",
    "tags",
    "taxes",
    "ticket_patches",
    "tickets",
    "zoned_instants",
]

register()
