"""Invoices on the wire, inwards: the three request bodies.

Source: contract section 2.7; part A "Requests" and "Rules" (invoices).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from service_engine.domain.change import UNSET, Unset
from service_engine.domain.clients import ClientPatch
from service_engine.domain.ids import ClientId, CouponId, InvoiceItemId, ServiceId, UserId
from service_engine.domain.invoice_items import MAX_ITEMS, InvoiceItemDraft
from service_engine.domain.invoice_terms import BillingPeriod, Tax
from service_engine.domain.invoices import ISSUABLE, InvoiceStatus
from service_engine.domain.json_values import EMPTY
from service_engine.schemas.addresses import PostalAddressInput
from service_engine.schemas.fields import (
    Email,
    FreeJson,
    Length,
    Line,
    Line50,
    Line100,
    Note,
    OptionalReference,
    Reference,
    RequiredLine,
    SmallCount,
    absent,
)
from service_engine.schemas.money import Amount, Currency, Price
from service_engine.schemas.validation import Input, InvalidRequestError
from service_engine.usecases.invoices import InvoicePatch, NewPayer

__all__ = [
    "BillingPeriodInput",
    "InvoiceCharge",
    "InvoiceCreate",
    "InvoiceItemChange",
    "InvoiceItemInput",
    "InvoiceUpdate",
    "PayerInput",
]

NOUGHT: Final = Decimal(0)


def _one_of(statuses: Iterable[InvoiceStatus]) -> Callable[[int], int]:
    numbers = frozenset(int(each) for each in statuses)

    def check(value: int) -> int:
        if value not in numbers:
            raise PydanticCustomError("value_error", "The selected status is invalid.")
        return value

    return check


def _schema(statuses: Iterable[InvoiceStatus]) -> WithJsonSchema:
    return WithJsonSchema({"type": "integer", "enum": sorted(int(each) for each in statuses)})


NewStatusId = Annotated[int, AfterValidator(_one_of(ISSUABLE)), _schema(ISSUABLE)]
"""0 Draft, 1 Unpaid."""
StatusId = Annotated[int, AfterValidator(_one_of(InvoiceStatus)), _schema(InvoiceStatus)]
"""0 Draft, 1 Unpaid, 3 Paid, 4 Refunded, 5 Cancelled, 7 Partially Paid."""
BillingUnit = Annotated[str, Field(pattern="^[MWD]$")]
"""Month, week or day, by its letter."""


class BillingPeriodInput(Input):
    """How often an invoice comes again.

    Example:
        >>> BillingPeriodInput(r_period_l=1, r_period_t="M").value()
        BillingPeriod(length=1, unit='M')
    """

    r_period_l: Length
    r_period_t: BillingUnit

    def value(self) -> BillingPeriod:
        """Return it as the library's value."""
        return BillingPeriod(length=self.r_period_l, unit=self.r_period_t)


class InvoiceItemInput(Input):
    """One line of a new invoice. Null means the same as leaving the field out.

    Example:
        >>> line = InvoiceItemInput(name="Hosting", quantity=12, amount="5.00").draft()
        >>> line.amount, line.discount, line.service_id
        (Decimal('5.000'), Decimal('0'), None)
    """

    name: RequiredLine
    description: Note | None = None
    quantity: Length
    amount: Amount
    discount: Price | None = None
    service_id: OptionalReference = None
    options: FreeJson | None = None

    def draft(self, item_id: UUID | None = None) -> InvoiceItemDraft:
        """Return it as the use case takes it."""
        return InvoiceItemDraft(
            id=None if item_id is None else InvoiceItemId(item_id),
            name=self.name,
            description=self.description,
            quantity=self.quantity,
            amount=self.amount,
            discount=NOUGHT if self.discount is None else self.discount,
            discount2=UNSET,  # no request names it, and none takes it from a line that has it
            service_id=None if self.service_id is None else ServiceId(self.service_id),
            options=EMPTY if self.options is None else self.options,
        )


class InvoiceItemChange(InvoiceItemInput):
    """One line of an invoice that is changed; with the id of a present line it takes that one's place.

    Example:
        >>> from service_engine.schemas.example_rows import INVOICE_ITEM_ID
        >>> line = InvoiceItemChange(id=str(INVOICE_ITEM_ID), name="Hosting", quantity=6, amount=5)
        >>> line.draft(line.id).id == INVOICE_ITEM_ID
        True
    """

    id: OptionalReference = None


class PayerInput(Input):
    """What is known of somebody who becomes a client with the invoice. Whatever else is given of them is ignored.

    Example:
        >>> payer = PayerInput(name_f="Ann", company="Lee Ltd").payer("ann@example.com")
        >>> payer.email, payer.first_name, payer.last_name, payer.details.company
        ('ann@example.com', 'Ann', None, 'Lee Ltd')
    """

    name_f: RequiredLine | None = None
    name_l: RequiredLine | None = None
    company: Line | None = None
    phone: Line50 | None = None
    tax_id: Line100 | None = None
    address: PostalAddressInput | None = None
    note: Note | None = None
    optin: Line50 | None = None
    stripe_id: Line | None = None
    custom_fields: FreeJson | None = None

    def payer(self, email: str) -> NewPayer:
        """Return it as the use case takes it."""
        return NewPayer(
            email=email,
            first_name=self.name_f,
            last_name=self.name_l,
            details=ClientPatch(
                company=self.company,
                phone=self.phone,
                tax_id=self.tax_id,
                address=None if self.address is None else self.address.value(),
                note=self.note,
                optin=self.optin,
                stripe_id=self.stripe_id,
                custom_fields=UNSET if self.custom_fields is None else self.custom_fields,
            ),
        )


class InvoiceCreate(Input):
    """A new invoice. Null means the same as leaving the field out.

    Example:
        >>> new = InvoiceCreate(email="ann@example.com", items=[{"name": "Logo", "quantity": 1, "amount": 90}], tax=12)
        >>> new.arguments()["status"], new.arguments()["tax"]
        (<InvoiceStatus.UNPAID: 1>, Tax(type=None, number=Decimal('12.000')))
        >>> InvoiceCreate(items=new.items).arguments()
        Traceback (most recent call last):
            ...
        service_engine.schemas.validation.InvalidRequestError: {'user_id': ['Either user_id or email is required.']}
    """

    user_id: OptionalReference = None
    email: Email | None = None
    user_data: PayerInput | None = None
    items: Annotated[list[InvoiceItemInput], Field(min_length=1, max_length=MAX_ITEMS)]
    status: NewStatusId | None = None
    tax: Price | None = None
    tax_type: SmallCount | None = None
    recurring: BillingPeriodInput | None = None
    coupon_id: OptionalReference = None
    note: Note | None = None
    currency: Currency | None = None

    def arguments(self) -> dict[str, Any]:
        """Return it as the arguments of the use case.

        Raises:
            InvalidRequestError: It names nobody who could owe it.
            RuleViolationError: The tax is out of bounds.
        """
        return {
            "payer": self._payer(),
            "items": [item.draft() for item in self.items],
            "status": InvoiceStatus.UNPAID if self.status is None else InvoiceStatus(self.status),
            "tax": Tax(type=self.tax_type, number=NOUGHT if self.tax is None else self.tax),
            "recurring": None if self.recurring is None else self.recurring.value(),
            "coupon_id": None if self.coupon_id is None else CouponId(self.coupon_id),
            "note": self.note,
            "currency": self.currency,
        }

    def _payer(self) -> ClientId | NewPayer:
        if self.user_id is not None:
            return ClientId(UserId(self.user_id))
        if self.email is None:
            raise InvalidRequestError({"user_id": ["Either user_id or email is required."]})
        return (self.user_data or PayerInput()).payer(self.email)


class InvoiceUpdate(Input):
    """What to change of an invoice. A field left out stays as it is; null clears it where that is possible.

    Example:
        >>> patch = InvoiceUpdate(status=5, note=None).patch()
        >>> patch.status, patch.note, patch.items
        (<InvoiceStatus.CANCELLED: 5>, None, UNSET)
    """

    user_id: Reference = absent()
    items: Annotated[list[InvoiceItemChange], Field(min_length=1, max_length=MAX_ITEMS)] = absent()
    status: StatusId = absent()
    tax: Price = absent()
    tax_type: SmallCount | None = absent()
    recurring: BillingPeriodInput | None = absent()
    coupon_id: OptionalReference = absent()
    note: Note | None = absent()

    def patch(self) -> InvoicePatch:
        """Return it as the use case takes it."""
        user_id: UUID | Unset = self.user_id
        items: list[InvoiceItemChange] | Unset = self.items
        status: int | Unset = self.status
        recurring: BillingPeriodInput | Unset | None = self.recurring
        coupon_id: UUID | Unset | None = self.coupon_id
        return InvoicePatch(
            client_id=user_id if isinstance(user_id, Unset) else ClientId(UserId(user_id)),
            items=items if isinstance(items, Unset) else [item.draft(item.id) for item in items],
            status=status if isinstance(status, Unset) else InvoiceStatus(status),
            tax=self.tax,
            tax_type=self.tax_type,
            recurring=recurring.value() if isinstance(recurring, BillingPeriodInput) else recurring,
            coupon_id=CouponId(coupon_id) if isinstance(coupon_id, UUID) else coupon_id,
            note=self.note,
        )


class InvoiceCharge(Input):
    """With what to charge an invoice.

    Example:
        >>> from service_engine.schemas.validation import read_model
        >>> read_model(InvoiceCharge, {"payment_method_id": " pm_1 "}).payment_method_id
        'pm_1'
        >>> read_model(InvoiceCharge, {})
        Traceback (most recent call last):
            ...
        service_engine.schemas.validation.InvalidRequestError: {'payment_method_id': ['Field required']}
    """

    payment_method_id: RequiredLine
