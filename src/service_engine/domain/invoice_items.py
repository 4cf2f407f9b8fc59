"""The items of an invoice: what is billed, line by line, and how lines are replaced.

Source: contract sections 2.7 and 6; part A "Requests" (discounts), "Rules" (items keep their id and order).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from attrs import Attribute, Factory, field, frozen

from service_engine.domain.change import UNSET, Unset, differences
from service_engine.domain.evolution import evolve
from service_engine.domain.id_checks import require_id
from service_engine.domain.ids import InvoiceItemId, OrderId, ServiceId
from service_engine.domain.instants import utc
from service_engine.domain.json_values import EMPTY, JsonObject, freeze
from service_engine.domain.money import Money, is_an_amount, money, nought, require_money
from service_engine.domain.numbers import INTEGER, is_whole, within
from service_engine.domain.text import NOTE, bounded, clean, optional_bounded
from service_engine.errors import RuleViolationError

__all__ = ["MAX_ITEMS", "InvoiceItem", "InvoiceItemDraft", "write_items"]

MAX_ITEMS: Final = 200


def _total(item: InvoiceItem) -> Money:
    # Here, because what is computed is computed before validators run.
    require_money(item.amount, field="amount")
    require_money(item.discount, field="discount")
    whole, nothing = item.amount * item.quantity, nought(item.amount.currency)
    if item.discount2 is None and item.discount == nothing:
        return whole  # as it mostly is
    second = nothing if item.discount2 is None else item.discount2
    require_money(second, field="discount2")
    highest = whole if whole.amount > 0 else nothing
    # Compared with what the first one leaves, because the sum of both may be out of bounds.
    if item.discount.amount < 0 or not 0 <= second.amount <= (highest - item.discount).amount:
        raise RuleViolationError("discount", f"The discount must be between 0 and {highest.amount}.")
    return whole - item.discount - second


@frozen(kw_only=True)
class InvoiceItem:
    """One line of an invoice.

    Args:
        id: Its id; kept when the line is rewritten under it.
        name: 1 to 255 characters.
        description: Up to 65,535 characters.
        quantity: How many, at least 1.
        amount: What one of them costs; negative for a deduction.
        discount: What is taken off the whole line; 0 to quantity times amount, and 0 where the amount is negative.
        discount2: A second one, of which the same is true together with the first; None for none.
        total: Quantity times amount, less the discounts, computed.
        service_id: The service of the catalogue; paying the invoice makes an order of such a line.
        order_id: That order.
        options: Free JSON.
        created_at: When it was written first, UTC.
        updated_at: When it last changed, UTC.

    Raises:
        RuleViolationError: A text, the quantity, a discount or the total is out of bounds.
        ValueError: A discount is in another currency than the amount.

    Example:
        >>> from service_engine.testing.examples import invoice
        >>> [(item.name, str(item.total)) for item in invoice.items]
        [('Landing page', '900.00 USD'), ('Hosting', '60.00 USD')]
    """

    id: InvoiceItemId
    name: str = field(validator=bounded())
    description: str | None = field(default=None, validator=optional_bounded(NOTE))
    quantity: int = field(validator=within(1, INTEGER))
    amount: Money
    discount: Money
    discount2: Money | None = None
    total: Money = field(init=False, default=Factory(_total, takes_self=True))
    service_id: ServiceId | None = None
    order_id: OrderId | None = None
    options: JsonObject = field(default=EMPTY, hash=False)
    created_at: datetime = field(converter=utc)
    updated_at: datetime = field(converter=utc)


def _is_a_line(_: object, __: object, item_id: InvoiceItemId | None) -> None:
    if item_id is not None:  # a text would be the id of no line, and so make a new one
        require_id("invoice_item", item_id)


def _is_an_amount_or_unset(draft: object, attribute: Attribute[Any], value: object) -> None:
    if value is not UNSET:
        is_an_amount(draft, attribute, value)


@frozen(kw_only=True)
class InvoiceItemDraft:
    """A line as it is asked for: plain decimals, in the currency of the invoice that it comes to.

    Args:
        id: The line of the invoice that it replaces; an id that names none counts as none.
        name: 1 to 255 characters after stripping.
        quantity: How many, at least 1.
        amount: What one of them costs; negative for a deduction.
        discount: What is taken off the whole line.
        discount2: What is taken off it besides; UNSET leaves a line that is replaced its own, and gives a new one none.
        description: Up to 65,535 characters.
        service_id: The service of the catalogue.
        options: Free JSON.

    Raises:
        TypeError: An amount is a float, the quantity is no whole number, or its id is a text. What else is wrong,
            ``write_items`` refuses.

    Example:
        >>> InvoiceItemDraft(name="Hosting", quantity=12, amount=Decimal(5)).discount
        Decimal('0')
    """

    id: InvoiceItemId | None = field(default=None, validator=_is_a_line)
    name: str
    quantity: int = field(default=1, validator=is_whole)
    amount: Decimal = field(validator=is_an_amount)
    discount: Decimal = field(default=Decimal(0), validator=is_an_amount)
    discount2: Decimal | Unset | None = field(default=None, validator=_is_an_amount_or_unset)
    description: str | None = None
    service_id: ServiceId | None = None
    options: JsonObject = field(default=EMPTY, hash=False)


def write_items(
    drafts: Sequence[InvoiceItemDraft],
    *,
    currency: str,
    new_ids: Iterator[InvoiceItemId],
    at: datetime,
    instead_of: Sequence[InvoiceItem] = (),
) -> tuple[InvoiceItem, ...]:
    """Write the lines of an invoice.

    A draft whose id names one of the lines that are replaced keeps that id, its order and its first date; of two
    drafts with one id, the first does.

    Args:
        drafts: The lines, in order; at least one.
        currency: The invoice's.
        new_ids: Where ids of new lines come from.
        at: Now.
        instead_of: The lines that are replaced.

    Raises:
        RuleViolationError: Something is out of bounds, on a field like ``items.0.discount``.

    Source:
        Part A "Rules" (``items`` on PUT); section 9, D28.

    Example:
        >>> from service_engine.testing.examples import invoice, later
        >>> first = invoice.items[0]
        >>> draft = InvoiceItemDraft(id=first.id, name="Landing page", quantity=1, amount=Decimal(1000))
        >>> [item] = write_items([draft], currency="USD", new_ids=iter(()), at=later, instead_of=invoice.items)
        >>> item.id == first.id, item.created_at == first.created_at, str(item.total)
        (True, True, '1000.00 USD')
    """
    if not 1 <= len(drafts) <= MAX_ITEMS:
        raise RuleViolationError("items", f"The items must be 1 to {MAX_ITEMS}.")
    old = {item.id: item for item in instead_of}
    items = []
    for position, draft in enumerate(drafts):
        replaced = None if draft.id is None else old.pop(draft.id, None)
        try:
            items.append(
                _rewritten(replaced, draft, currency, at) if replaced else _new(next(new_ids), draft, currency, at)
            )
        except RuleViolationError as error:
            raise RuleViolationError(f"items.{position}.{error.field}", error.message) from None
    return tuple(items)


def _new(item_id: InvoiceItemId, draft: InvoiceItemDraft, currency: str, at: datetime) -> InvoiceItem:
    given = {name: value for name, value in _fields(draft, currency).items() if value is not UNSET}
    return InvoiceItem(id=item_id, **given, created_at=at, updated_at=at)


def _rewritten(item: InvoiceItem, draft: InvoiceItemDraft, currency: str, at: datetime) -> InvoiceItem:
    changed = differences(item, _fields(draft, currency))
    return evolve(item, **changed, updated_at=at) if changed else item


def _fields(draft: InvoiceItemDraft, currency: str) -> dict[str, Any]:
    description, second = draft.description, draft.discount2
    if description is not None:
        description = clean(description, field="description", max_length=NOTE, required=False)
    return {
        "name": clean(draft.name, field="name"),
        "description": description,
        "quantity": draft.quantity,
        "amount": money(draft.amount, currency, field="amount"),
        "discount": money(draft.discount, currency, field="discount"),
        "discount2": money(second, currency, field="discount2") if second not in (None, UNSET) else second,
        "service_id": draft.service_id,
        "options": freeze(draft.options, field="options"),
    }
