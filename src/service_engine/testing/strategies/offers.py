"""Strategies for what is offered: proposals, each with a total that is in bounds."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from service_engine.domain.ids import OrderId, ProposalId, ProposalItemId, ServiceId
from service_engine.domain.money import Money
from service_engine.domain.numbers import INTEGER
from service_engine.domain.proposals import MAX_NOTES, NAME, Proposal, ProposalItem, ProposalStatus
from service_engine.testing.strategies.values import (
    CURRENCIES,
    QUANTITIES,
    emails,
    ids,
    in_units,
    instants,
    largest,
    lines,
    notes,
    of_units,
    optional_lines,
)

__all__ = ["proposal_items", "proposals"]

_USUAL: Final = 300_000
"""Units of what most things cost at most; the others cost whatever fits."""


@st.composite
def proposal_items(draw: DrawFn, *, currency: str | None = None) -> ProposalItem:
    """Make what a proposal offers.

    Args:
        draw: Given by Hypothesis.
        currency: Of its price; any by default.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(phases=[Phase.generate])
        >>> find(proposal_items(currency="JPY"), lambda item: True, settings=quick).price.currency
        'JPY'
    """
    chosen = draw(st.sampled_from(CURRENCIES)) if currency is None else currency
    return _offer(draw, draw(ids().map(ProposalItemId)), largest(chosen))


@st.composite
def proposals(draw: DrawFn, status: ProposalStatus | None = None) -> Proposal:
    """Make proposals, deleted ones among them.

    Args:
        draw: Given by Hypothesis.
        status: Where they stand; anywhere by default.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(phases=[Phase.generate])
        >>> signed = find(proposals(status=ProposalStatus.SIGNED), lambda proposal: True, settings=quick)
        >>> signed.converted_order_id is None
        False
    """
    chosen = draw(st.sampled_from(ProposalStatus)) if status is None else status
    was_sent, is_signed = chosen is not ProposalStatus.DRAFT, chosen is ProposalStatus.SIGNED
    left, items = largest(draw(st.sampled_from(CURRENCIES))), []
    for item_id in draw(st.lists(ids().map(ProposalItemId), min_size=1, max_size=4, unique=True)):
        items.append(_offer(draw, item_id, left))
        left -= items[-1].total
    return Proposal(
        **draw(_proposal_details()),
        status=chosen,
        items=tuple(items),
        converted_order_id=draw(ids().map(OrderId)) if is_signed else None,
        sent_at=draw(instants()) if was_sent else None,
        signed_at=draw(instants()) if is_signed else None,
    )


def _offer(draw: DrawFn, item_id: ProposalItemId, left: Money) -> ProposalItem:
    quantity = draw(QUANTITIES)
    most = in_units(left) // quantity
    units = draw(st.integers(0, min(most, _USUAL)) | st.integers(0, most))
    return ProposalItem(
        id=item_id,
        service_id=draw(ids().map(ServiceId)),
        quantity=quantity,
        price=of_units(units, left.currency),
        created_at=draw(instants()),
    )


@cache
def _proposal_details() -> SearchStrategy[dict[str, Any]]:
    return st.builds(
        dict,
        id=ids().map(ProposalId),
        client_email=emails(),
        client_first_name=lines(NAME),
        client_last_name=lines(NAME),
        client_company=optional_lines(),
        notes=notes().map(lambda note: note and note[:MAX_NOTES]),
        deleted_at=st.none() | instants(),
        created_at=instants(),
        updated_at=instants(),
        version=st.integers(1, INTEGER),
    )
