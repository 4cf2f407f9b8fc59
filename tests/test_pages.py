"""What the pages draw is what the tables say."""

from pathlib import Path
from typing import Any

import pytest

from service_engine.domain import invoices, orders, payments, proposals, tickets
from service_engine.domain.lifecycle import Lifecycle

PAGES = Path(__file__).parent.parent / "docs"


@pytest.mark.parametrize(
    ("page", "lifecycle"),
    [
        ("tickets.md", tickets.LIFECYCLE),
        ("orders.md", orders.LIFECYCLE),
        ("billing.md", proposals.LIFECYCLE),
        ("billing.md", invoices.LIFECYCLE),
        ("billing.md", invoices.EDITS),
        ("billing.md", payments.LIFECYCLE),
    ],
)
def test_a_page_draws_the_lifecycle_of_the_table(page: str, lifecycle: Lifecycle[Any]) -> None:
    """A move that is added or taken away has to be drawn anew: service-engine diagram prints it."""
    assert f"```mermaid\n{lifecycle.draw('mermaid')}\n```" in (PAGES / page).read_text(encoding="utf-8")
