"""A refusal leaves nothing behind, not even in the block of a host that catches it and goes on."""

from collections.abc import Callable
from typing import Any

import pytest

from service_engine.domain.orders import OrderDetails
from service_engine.errors import RuleViolationError
from service_engine.testing.examples import acme, agency, john, later
from service_engine.usecases.orders import create_order
from service_engine.usecases.tickets import open_ticket

NAN = {"share": float("nan")}
REFUSED = [
    (open_ticket, {"subject": "  "}, "subject"),
    (open_ticket, {"subject": "Help", "metadata": NAN}, "metadata"),
    (open_ticket, {"subject": "Help", "note": "\x00"}, "note"),
    (create_order, {"service": "Logo", "quantity": 0}, "quantity"),
    (create_order, {"service": "Logo", "details": OrderDetails(metadata=NAN)}, "metadata"),
    (create_order, {"service": "Logo", "details": OrderDetails(form_data=NAN)}, "form_data"),
]


@pytest.mark.parametrize(("use_case", "given", "field"), REFUSED)
def test_no_tag_is_made_for_what_is_refused(use_case: Callable[..., Any], given: dict[str, Any], field: str) -> None:
    """The tags come last: a host that goes on after the refusal has none that nothing bears."""
    with agency().begin(acme.id) as uow:
        with pytest.raises(RuleViolationError) as refused:
            use_case(uow, client_id=john.id, tags=["rush"], at=later, **given)
        assert (refused.value.field, uow.events, uow.tags.find(["rush"])) == (field, (), ())
