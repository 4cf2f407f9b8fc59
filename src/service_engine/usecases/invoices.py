"""What can be done with invoices, besides having them paid: that is ``usecases.payments``.

Source: contract sections 2.7 and 5.3.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Final
from uuid import UUID

from attrs import frozen

from service_engine.domain import invoices
from service_engine.domain.change import UNSET, Change, Unset
from service_engine.domain.clients import Client, ClientPatch
from service_engine.domain.employees import require_assignable
from service_engine.domain.ids import ClientId, CouponId, EmployeeId, InvoiceId, InvoiceItemId, UserId
from service_engine.domain.invoice_items import InvoiceItem, InvoiceItemDraft, write_items
from service_engine.domain.invoice_terms import NO_TAX, BillingAddress, BillingPeriod, Tax
from service_engine.domain.invoices import EDITS, Invoice, InvoiceRevision, InvoiceStatus, invoice_number
from service_engine.domain.money import money
from service_engine.errors import InvalidReferenceError
from service_engine.ports.invoices import InvoiceFilter, InvoiceRow, InvoiceSort
from service_engine.ports.keysets import FROM_THE_START, KeysetPage, KeysetRequest
from service_engine.ports.lists import FIRST_PAGE, Condition, Page, PageRequest, Sort, bounded
from service_engine.ports.references import FoundReferences
from service_engine.ports.unit_of_work import UnitOfWork, View
from service_engine.usecases.clients import AFFILIATE_LINK, find_client, register_newcomer
from service_engine.usecases.orders import DEFAULT_CURRENCY
from service_engine.usecases.payments import settle_by_hand
from service_engine.usecases.services import UNKNOWN_EMPLOYEE

__all__ = [
    "InvoicePatch",
    "NewPayer",
    "create_invoice",
    "delete_invoice",
    "get_invoice",
    "list_invoices",
    "scroll_invoices",
    "update_invoice",
]

NEWEST_FIRST: Final = Sort(InvoiceSort.CREATED_AT)
_NO_DETAILS: Final = ClientPatch()
_SOMEBODY: Final = ClientId(UserId(UUID(int=0)))
"""Stands for whoever is not a client yet."""


@frozen(kw_only=True)
class NewPayer:
    """Somebody who becomes a client with their first invoice, unless they are one already.

    Args:
        email: Stripped and lower-cased.
        first_name: 1 to 255 characters; None for the part of the e-mail before the ``@``, until somebody knows better.
        last_name: 1 to 255 characters; None for the part behind it.
        details: Everything else that is known of them.

    Example:
        >>> NewPayer(email="eve@example.com", first_name="Eve").last_name is None
        True
    """

    email: str
    first_name: str | None = None
    last_name: str | None = None
    details: ClientPatch = _NO_DETAILS


@frozen(kw_only=True)
class InvoicePatch:
    """What to change of an invoice. ``UNSET`` leaves a part as it is, None clears it where that is possible.

    Args:
        status: Where it shall stand; from Partially Paid to Paid is what ``mark_paid`` does.
        client_id: Who shall owe it.
        items: All of its lines; one whose id names a present line rewrites that one.
        tax: The number of the tax, at least 0.
        tax_type: Its type; 2 makes the number per cent.
        coupon_id: The coupon that it shall name.
        recurring: How often it shall come again.
        note: Up to 65,535 characters.

    Example:
        >>> InvoicePatch(recurring=None).recurring is None, InvoicePatch().items
        (True, UNSET)
    """

    status: InvoiceStatus | Unset = UNSET
    client_id: ClientId | Unset = UNSET
    items: Sequence[InvoiceItemDraft] | Unset = UNSET
    tax: Decimal | Unset = UNSET
    tax_type: int | Unset | None = UNSET
    coupon_id: CouponId | Unset | None = UNSET
    recurring: BillingPeriod | Unset | None = UNSET
    note: str | Unset | None = UNSET


def create_invoice(
    uow: UnitOfWork,
    *,
    payer: ClientId | NewPayer,
    items: Sequence[InvoiceItemDraft],
    at: datetime,
    status: InvoiceStatus = InvoiceStatus.UNPAID,
    currency: str | None = None,
    tax: Tax = NO_TAX,
    credit: Decimal = Decimal(0),
    recurring: BillingPeriod | None = None,
    coupon_id: CouponId | None = None,
    employee_id: EmployeeId | None = None,
    note: str | None = None,
    affiliate_link: str = AFFILIATE_LINK,
) -> Invoice:
    """Issue an invoice under the organisation's next number, to a client or to somebody who becomes one.

    Args:
        uow: The unit of work.
        payer: Who owes it: a client, or somebody by e-mail, who becomes one unless they are.
        items: What is billed, in order; at least one.
        at: Now; it is due 14 days later.
        status: Draft or Unpaid.
        currency: Of every amount; left out, that of the items' services, or US dollars.
        tax: What is added.
        credit: What is taken off, at least 0.
        recurring: How often it comes again.
        coupon_id: The coupon that it names.
        employee_id: Who of the organisation looks after it.
        note: Up to 65,535 characters.
        affiliate_link: What the recommendation link of a new client begins with.

    Raises:
        InvalidReferenceError: The client, the coupon or a service (on ``items.0.service_id``) is not there, or the
            services are in several currencies and none is named (on ``items``).
        NotAssignableError: The employee is not there, or has no dashboard access.
        NotFoundError: Somebody would become a client in an organisation that has no role without dashboard access, or
            the organisation itself is not there.
        ConflictError: Somebody else has registered them meanwhile: run the use case again, and find them.
        RuleViolationError: Something is out of bounds, or the total would be negative.

    Source:
        Contract section 2.7, "create", and 4; part A "Rules" (invoices); section 9, D24 and D43.

    Example:
        >>> from service_engine.testing.examples import acme, agency, john, later
        >>> line = InvoiceItemDraft(name="Advice", quantity=3, amount=Decimal("19.99"))
        >>> invoice = agency().run(acme.id, create_invoice, payer=john.id, items=[line], at=later)
        >>> invoice.number, str(invoice.total), invoice.billing_address.place.city
        ('INV-00002', '59.97 USD', 'York')
    """
    invoices.require_issuable(status)  # the contract asks this before it asks for the client
    if isinstance(payer, NewPayer):
        client_id, claimed = find_client(uow, payer.email), None
    else:
        client_id = claimed = payer
    found = _look_up(uow, items, client_id=claimed, coupon_id=coupon_id, employee_id=employee_id)
    code = _currency(currency, found)
    issued = partial(
        invoices.issue_invoice,
        InvoiceId(uow.entropy.new_id()),
        items=write_items(items, currency=code, new_ids=_item_ids(uow), at=at),
        currency=code,
        status=status,
        tax=tax,
        credit=money(credit, code, field="credit"),
        recurring=recurring,
        coupon_id=coupon_id,
        employee_id=employee_id,
        note=note,
        at=at,
    )
    # What it refuses, it refuses before anybody becomes a client, and before a number is used.
    issued(number=invoice_number(1), client_id=client_id or _SOMEBODY)
    client = _client_of(uow, payer, client_id, affiliate_link=affiliate_link, at=at)
    number = invoice_number(uow.invoices.next_in_sequence())
    return uow.invoices.add(
        issued(number=number, client_id=client.id, billing_address=BillingAddress.of(client.address))
    )


def update_invoice(uow: UnitOfWork, invoice_id: InvoiceId, patch: InvoicePatch, *, at: datetime) -> Invoice:
    """Change what the patch names, all of it or nothing; the totals follow.

    Raises:
        NotFoundError: The organisation has no such invoice.
        IllegalMoveError: The status cannot follow the present one, or items, tax or client of a Paid, Refunded or
            Cancelled invoice would change.
        InvalidReferenceError: The client, the coupon or a service is not there.
        RuleViolationError: Something is out of bounds, or the total would be negative.

    Source:
        Contract section 2.7, "update"; part A "Rules" (invoices); section 9, D28 and D30.

    Example:
        >>> from service_engine.testing.examples import acme, agency, invoice, later
        >>> taxed = agency().run(
        ...     acme.id, update_invoice, invoice.id, InvoicePatch(tax=Decimal(10), tax_type=2), at=later
        ... )
        >>> str(taxed.tax_amount), str(taxed.total)
        ('96.00 USD', '1056.00 USD')
    """
    invoice = uow.invoices.get(invoice_id)
    if not isinstance(patch.status, Unset):
        EDITS.check(invoice.status, patch.status)
    drafts = () if isinstance(patch.items, Unset) else patch.items
    coupon_id = None if isinstance(patch.coupon_id, Unset) else patch.coupon_id
    client_id = None if isinstance(patch.client_id, Unset) else patch.client_id
    _look_up(uow, drafts, client_id=client_id, coupon_id=coupon_id)
    change = Change(invoice).then(invoices.revise_invoice, _revision(uow, invoice, patch, at=at), at=at)
    if isinstance(patch.status, Unset) or patch.status is invoice.status:
        return uow.invoices.save(change)
    if patch.status is InvoiceStatus.PAID:
        return settle_by_hand(uow, change, at=at)
    return uow.invoices.save(change.then(invoices.change_invoice_status, patch.status, at=at))


def delete_invoice(uow: UnitOfWork, invoice_id: InvoiceId, *, at: datetime) -> None:
    """Delete an invoice; it stays stored, and hidden, and its number stays taken.

    Raises:
        NotFoundError: The organisation has no such invoice, or not any longer.

    Source:
        Contract section 2.7, "delete".

    Example:
        >>> from service_engine.testing.examples import acme, agency, invoice, later
        >>> store = agency()
        >>> store.run(acme.id, delete_invoice, invoice.id, at=later)
        >>> store.read(acme.id, list_invoices).total
        0
    """
    uow.invoices.save(invoices.delete_invoice(uow.invoices.get(invoice_id), at=at))


def get_invoice(view: View, invoice_id: InvoiceId) -> InvoiceRow:
    """Return an invoice with items and client, in one statement.

    Raises:
        NotFoundError: The organisation has no such invoice.

    Example:
        >>> from service_engine.testing.examples import acme, agency, invoice
        >>> agency().read(acme.id, get_invoice, invoice.id).client.email
        'john@example.com'
    """
    return view.invoice_queries.get(invoice_id)


def list_invoices(
    view: View,
    *,
    filters: Sequence[Condition[InvoiceFilter]] = (),
    sort: Sort[InvoiceSort] = NEWEST_FIRST,
    page: PageRequest = FIRST_PAGE,
) -> Page[InvoiceRow]:
    """Return a page of invoices with items and clients, in two statements whatever its size.

    Raises:
        ValueError: A filter that compares with a naive time, or more than 100 filters.

    Example:
        >>> from service_engine.ports.lists import Operator
        >>> from service_engine.testing.examples import acme, agency
        >>> unpaid = Condition(InvoiceFilter.STATUS, Operator.EQ, InvoiceStatus.UNPAID)
        >>> [row.invoice.number for row in agency().read(acme.id, list_invoices, filters=[unpaid]).rows]
        ['INV-00001']
    """
    return view.invoice_queries.page(bounded(filters), sort, page)


def scroll_invoices(
    view: View,
    *,
    filters: Sequence[Condition[InvoiceFilter]] = (),
    sort: Sort[InvoiceSort] = NEWEST_FIRST,
    page: KeysetRequest[InvoiceSort] = FROM_THE_START,
) -> KeysetPage[InvoiceRow, InvoiceSort]:
    """Return the invoices that come after those of the last page, in one statement at any depth; counting is another.

    Raises:
        ValueError: A cursor of another order, a filter that compares with a naive time, or more than 100 filters.

    Example:
        >>> from service_engine.testing.examples import acme, agency
        >>> from service_engine.ports.keysets import Counting
        >>> page = agency().read(acme.id, scroll_invoices, page=KeysetRequest(size=50, counting=Counting.EXACT))
        >>> page.following, page.total  # there is no next page
        (None, ExactTotal(rows=1))
    """
    return view.invoice_queries.keyset(bounded(filters), sort, page)


def _look_up(
    uow: UnitOfWork,
    drafts: Sequence[InvoiceItemDraft],
    *,
    client_id: ClientId | None,
    coupon_id: CouponId | None,
    employee_id: EmployeeId | None = None,
) -> FoundReferences:
    found = uow.references.look_up(
        client_id=client_id,
        coupon_id=coupon_id,
        service_ids=[draft.service_id for draft in drafts if draft.service_id is not None],
        employee_ids=[] if employee_id is None else [employee_id],
    )
    if client_id is not None and not found.client:
        raise InvalidReferenceError("client_id", "The specified client does not exist.")
    if coupon_id is not None and not found.coupon:
        raise InvalidReferenceError("coupon_id", "The specified coupon does not exist.")
    for position, draft in enumerate(drafts):
        if draft.service_id is not None and draft.service_id not in found.services:
            raise InvalidReferenceError(f"items.{position}.service_id", "The specified service does not exist.")
    if employee_id is not None:
        require_assignable([employee_id], found.members, field="employee_id", message=UNKNOWN_EMPLOYEE)
    return found


def _currency(wanted: str | None, found: FoundReferences) -> str:
    if wanted is not None:
        return money(0, wanted).currency
    currencies = {offer.currency for offer in found.services.values()} or {DEFAULT_CURRENCY}
    if len(currencies) > 1:
        raise InvalidReferenceError("items", "All services of an invoice must share one currency.")
    return currencies.pop()


def _revision(uow: UnitOfWork, invoice: Invoice, patch: InvoicePatch, *, at: datetime) -> InvoiceRevision:
    items: Sequence[InvoiceItem] | Unset = UNSET
    if not isinstance(patch.items, Unset):
        items = write_items(
            patch.items, currency=invoice.currency, new_ids=_item_ids(uow), instead_of=invoice.items, at=at
        )
    tax = Tax(
        type=invoice.tax.type if isinstance(patch.tax_type, Unset) else patch.tax_type,
        number=invoice.tax.number if isinstance(patch.tax, Unset) else patch.tax,
    )
    return InvoiceRevision(
        client_id=patch.client_id,
        items=items,
        tax=tax,
        coupon_id=patch.coupon_id,
        recurring=patch.recurring,
        note=patch.note,
    )


def _item_ids(uow: UnitOfWork) -> Iterator[InvoiceItemId]:
    while True:
        yield InvoiceItemId(uow.entropy.new_id())


def _client_of(
    uow: UnitOfWork, payer: ClientId | NewPayer, client_id: ClientId | None, *, affiliate_link: str, at: datetime
) -> Client:
    # Seen, not loaded to be changed: to lock somebody whom others have looked up too would be a deadlock with them.
    if not isinstance(payer, NewPayer):
        return uow.client_queries.get(payer).client
    if client_id is not None:
        return uow.client_queries.get(client_id).client
    local, _, host = payer.email.strip().partition("@")
    return register_newcomer(
        uow,
        email=payer.email,
        first_name=local if payer.first_name is None else payer.first_name,
        last_name=host if payer.last_name is None else payer.last_name,
        details=payer.details,
        affiliate_link=affiliate_link,
        at=at,
    )
