"""What the tests of orders share: orders with and without each part, people and dates."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import attrs
from hypothesis import strategies as st

from service_engine.domain.ids import EmployeeId, InvoiceId, OrderId, SubscriptionId, UserId
from service_engine.domain.orders import Order
from service_engine.testing import strategies
from service_engine.testing.examples import jane, now, urgent, web_development

ID = OrderId(UUID(int=1))
BOB = EmployeeId(UserId(UUID(int=77)))
EARLIER = now - timedelta(days=1)


def evolved(value: Order, **changes: Any) -> Order:
    """Return a value that differs in the given attributes, whose names are computed."""
    return attrs.evolve(value, **changes)


def people() -> st.SearchStrategy[tuple[EmployeeId, ...]]:
    """Choose a few people, nobody twice."""
    return st.lists(st.sampled_from([jane.id, BOB]), unique=True).map(tuple)


def dates() -> st.SearchStrategy[datetime | None]:
    """Make times, or none."""
    return st.none() | strategies.instants()


def any_order() -> st.SearchStrategy[Order]:
    """Make orders with and without each part."""
    return st.builds(
        evolved,
        strategies.orders(),
        service_id=st.sampled_from((None, web_development.id)),
        form_data=strategies.json_objects(),
        metadata=strategies.json_objects(),
        paysys=st.sampled_from((None, "Stripe")),
        invoice_id=st.none() | strategies.ids().map(InvoiceId),
        subscription_id=st.none() | strategies.ids().map(SubscriptionId),
        employee_ids=people(),
        tags=st.sampled_from(((), (urgent,))),
        date_started=dates(),
        date_completed=dates(),
        date_due=dates(),
        last_message_at=dates(),
    )
