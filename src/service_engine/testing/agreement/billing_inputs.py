"""What the machine asks with about proposals, invoices, payments and coupons; bad input among it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from service_engine.domain.change import UNSET
from service_engine.domain.clients import ClientPatch
from service_engine.domain.ids import InvoiceItemId
from service_engine.domain.invoice_items import InvoiceItemDraft
from service_engine.domain.invoice_terms import BillingPeriod, Tax
from service_engine.domain.invoices import InvoiceStatus
from service_engine.ports.invoices import InvoiceFilter, InvoiceSort
from service_engine.ports.lists import Sort
from service_engine.ports.payments import Approved, ChargeAnswer, Declined
from service_engine.ports.proposals import ProposalFilter, ProposalSort
from service_engine.testing import strategies
from service_engine.testing.agreement.inputs import (
    Choice,
    bad_or,
    client_patches,
    emails,
    filters_of,
    json_or_bad,
    mostly,
    names,
    notes,
    sound_times,
)
from service_engine.testing.strategies.inputs import optional
from service_engine.usecases.invoices import InvoicePatch, NewPayer

__all__ = [
    "DECLINES",
    "FOREIGN",
    "LOSES_ANSWERS",
    "UNREACHABLE",
    "answers",
    "billed",
    "codes",
    "currencies",
    "first_names",
    "invoice_filters",
    "invoice_patches",
    "invoice_sorts",
    "invoice_terms",
    "item_drafts",
    "line_picks",
    "offers",
    "parts",
    "patience",
    "payers",
    "payment_methods",
    "people",
    "proposal_filters",
    "proposal_sorts",
]

DECLINES: Final = "pm_declines"
LOSES_ANSWERS: Final = "pm_loses_answers"
UNREACHABLE: Final = "pm_is_unreachable"
FOREIGN: Final = -1
"""Picks a line of some other invoice."""
_NOBODYS: Final = InvoiceItemId(UUID(int=0))
_AMOUNTS: Final = (Decimal(100), Decimal("1500.00"), Decimal(5))
_NOUGHTS: Final = (Decimal(0),) * 3
_BAD_AMOUNTS: Final = (Decimal("0.001"), Decimal("19.90"), Decimal("NaN"), Decimal("Infinity"), Decimal(10) ** 10)


def people() -> SearchStrategy[str]:
    """Make e-mail addresses of clients, of staff and of nobody yet.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(max_examples=2_000, phases=[Phase.generate])
        >>> find(people(), lambda email: email.startswith("jane@"), settings=quick)  # who is on the staff
        'jane@example.com'
    """
    few = st.sampled_from(("new@example.com", "first@example.com", " First@Example.com", "spare@example.com"))
    return mostly(few, emails(), emails(), st.just("jane@example.com"))


def first_names() -> SearchStrategy[str]:
    """Make names of people to whom something is offered.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(max_examples=2_000, phases=[Phase.generate])
        >>> find(first_names(), lambda name: name == " Lee ", settings=quick).strip()
        'Lee'
    """
    return bad_or(st.sampled_from(("Ann", " Lee ", "é")) | strategies.lines(100), "", "  ", "x" * 101, "NUL \x00")


def codes() -> SearchStrategy[str]:
    """Make one of a few codes of coupons, in several spellings, so that they are taken.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(max_examples=2_000, phases=[Phase.generate])
        >>> find(codes(), lambda code: code == " SPRING ", settings=quick).strip()
        'SPRING'
    """
    few = st.sampled_from(("SPRING", " SPRING ", "spring", "日本", "x" * 100))
    return bad_or(few | strategies.lines(100), "", "  ", "x" * 101, "NUL \x00", "lone \ud800")


def currencies() -> SearchStrategy[str | None]:
    """Make currency codes of every kind, None for that of the services, and what is no code.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(max_examples=2_000, phases=[Phase.generate])
        >>> find(currencies(), lambda code: code == "KWD", settings=quick)
        'KWD'
    """
    return bad_or(st.sampled_from((None, None, "USD", "EUR", "JPY", "KWD")), "usd", "", "EURO", "12", "\ud800")


def offers() -> SearchStrategy[list[tuple[int, Decimal]]]:
    """Make quantities and prices of what a proposal offers; the services are chosen later.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(max_examples=2_000, phases=[Phase.generate])
        >>> find(offers(), lambda offered: offered == [], settings=quick)  # a proposal over nothing is refused
        []
    """
    prices = bad_or(st.sampled_from((Decimal(100), Decimal("1200.00"), Decimal(0))), *_BAD_AMOUNTS, Decimal(-1))
    quantities = bad_or(st.integers(1, 3), 0, -1, 2**31)
    return bad_or(st.lists(st.tuples(quantities, prices), min_size=1, max_size=3), [])


def item_drafts() -> SearchStrategy[list[InvoiceItemDraft]]:
    """Make lines of invoices, deductions among them; ids and services are chosen later.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(phases=[Phase.generate])
        >>> [draft.name for draft in find(item_drafts(), lambda drafts: True, settings=quick)]
        ['SEO']
    """
    amounts = st.sampled_from((*_AMOUNTS, *_AMOUNTS, Decimal(0), Decimal(-2)))
    draft = st.builds(
        InvoiceItemDraft,
        name=mostly(st.sampled_from(("SEO", " Advice ")), names()),
        quantity=bad_or(st.integers(1, 3), 0, -1, 2**31),
        amount=bad_or(amounts, *_BAD_AMOUNTS),
        discount=bad_or(st.sampled_from((*_NOUGHTS, *_NOUGHTS, Decimal(1))), Decimal(-1), Decimal(10) ** 9),
        discount2=bad_or(st.sampled_from((None, *_NOUGHTS, Decimal(1))), Decimal(-1), Decimal(10) ** 9, Decimal("NaN")),
        description=mostly(st.none(), notes()),
        options=mostly(st.just({}), json_or_bad()),
    )
    return bad_or(st.lists(draft, min_size=1, max_size=3), [])


def line_picks() -> SearchStrategy[list[int | None]]:
    """Pick present lines by their places, so that some are picked twice, and lines of other invoices; None for none.

    Example:
        >>> from hypothesis import find
        >>> find(line_picks(), lambda picks: FOREIGN in picks)
        [-1]
    """
    return st.lists(st.sampled_from((0, 0, 1, 2, 7, None, FOREIGN)), max_size=3)


def billed(
    drafts: Sequence[InvoiceItemDraft],
    services: Choice,
    org: int,
    picks: Sequence[int | None] = (),
    lines: Sequence[InvoiceItemId] = (),
    other: InvoiceItemId | None = None,
) -> list[InvoiceItemDraft]:
    """Return the drafts with the chosen services, rewriting the lines that were picked of those that there are.

    Example:
        >>> from service_engine.testing.agreement.inputs import Ref
        >>> drafts = [InvoiceItemDraft(name="SEO", amount=Decimal(5))]
        >>> billed(drafts, Choice((Ref(0, "ours"), Ref(1, "theirs")), loose=False), 1)[0].service_id
        'theirs'
    """
    written = list(drafts)
    for place, service_id in enumerate(services.ids(org)[: len(written)]):
        written[place] = attrs.evolve(written[place], service_id=service_id)
    for place, pick in enumerate(picks[: len(written)]):
        if pick == FOREIGN:
            written[place] = attrs.evolve(written[place], id=other)
        elif pick is not None:
            written[place] = attrs.evolve(written[place], id=lines[pick] if pick < len(lines) else _NOBODYS)
    return written


def invoice_terms() -> SearchStrategy[dict[str, Any]]:
    """Make everything of a new invoice that refers to nothing.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(phases=[Phase.generate])
        >>> sorted(find(invoice_terms(), lambda terms: True, settings=quick))
        ['credit', 'currency', 'note', 'recurring', 'status', 'tax']
    """
    statuses = bad_or(st.sampled_from((InvoiceStatus.UNPAID, InvoiceStatus.DRAFT)), *InvoiceStatus)
    return st.fixed_dictionaries(
        {
            "status": statuses,
            "currency": currencies(),
            "tax": _taxes(),
            "credit": bad_or(st.sampled_from((*_NOUGHTS, Decimal(1))), Decimal(-1), Decimal(10) ** 9),
            "recurring": _periods(),
            "note": mostly(st.none(), notes()),
        }
    )


def payers() -> SearchStrategy[NewPayer]:
    """Make people who become clients with their first invoice, unless they are clients, or staff.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(phases=[Phase.generate])
        >>> find(payers(), lambda payer: True, settings=quick).email
        'new@example.com'
    """
    return st.builds(
        NewPayer,
        email=people(),
        first_name=mostly(st.none(), names()),
        last_name=mostly(st.none(), names()),
        details=mostly(st.just(ClientPatch()), client_patches()),
    )


def invoice_patches() -> SearchStrategy[InvoicePatch]:
    """Make patches of invoices; client, lines and coupon are chosen later.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(phases=[Phase.generate])
        >>> find(invoice_patches(), lambda patch: True, settings=quick).client_id
        UNSET
    """
    return st.builds(
        InvoicePatch,
        status=st.sampled_from((UNSET, UNSET, UNSET, *InvoiceStatus)),
        tax=optional(bad_or(st.sampled_from((Decimal(0), Decimal(12), Decimal("7.5"))), Decimal(-1), *_BAD_AMOUNTS)),
        tax_type=optional(bad_or(st.sampled_from((None, 0, 1, 2)), -1, 2**15)),
        recurring=optional(_periods()),
        note=mostly(st.just(UNSET), notes()),
    )


def parts() -> SearchStrategy[Decimal | None]:
    """Make parts of what is due; None for all of it.

    Example:
        >>> from hypothesis import find
        >>> find(parts(), lambda part: part is None or part == 90) in {None, 90}
        True
    """
    return bad_or(st.sampled_from((Decimal(1), Decimal(2), Decimal(90), None)), Decimal(0), Decimal(-1), *_BAD_AMOUNTS)


def answers() -> SearchStrategy[ChargeAnswer]:
    """Make answers of payment gateways; one reason is longer than what is kept of it.

    Example:
        >>> from hypothesis import find
        >>> len(find(answers(), lambda answer: isinstance(answer, Declined) and len(answer.reason) > 255).reason)
        300
    """
    approved = st.sampled_from((Approved(transaction_id="txn_1"), Approved(transaction_id="x" * 255)))
    declined = st.sampled_from((Declined(reason="The card was declined."), Declined(reason="é" * 300)))
    return mostly(approved, declined, declined)


def payment_methods() -> SearchStrategy[str]:
    """Make payment methods, those among them with which charges fail.

    Example:
        >>> from hypothesis import find
        >>> find(payment_methods(), lambda method: method == LOSES_ANSWERS)
        'pm_loses_answers'
    """
    return st.sampled_from(("pm_1", "pm_1", LOSES_ANSWERS, LOSES_ANSWERS, DECLINES, UNREACHABLE))


def patience() -> SearchStrategy[timedelta]:
    """Make how long a charge may be on its way: mostly not at all, so that there is something to reconcile.

    Example:
        >>> from hypothesis import find
        >>> find(patience(), lambda wait: wait < timedelta(0)).days
        -2
    """
    return st.sampled_from((timedelta(0), timedelta(0), timedelta(hours=1), -timedelta(days=2)))


def proposal_filters(proposals: SearchStrategy[Any]) -> SearchStrategy[list[Any]]:
    """Make filters of proposals, on ids of either organisation.

    Example:
        >>> from hypothesis import find
        >>> find(proposal_filters(st.just(UUID(int=1))), lambda filters: len(filters) == 2)[1].field in ProposalFilter
        True
    """
    return filters_of(
        {
            ProposalFilter.ID: proposals,
            ProposalFilter.STATUS: st.integers(-1, 4),
            ProposalFilter.CLIENT_EMAIL: st.sampled_from(("first@example.com", "N", "", "%")) | strategies.lines(),
            ProposalFilter.CREATED_AT: sound_times(),
        }
    )


def invoice_filters(invoices: SearchStrategy[Any], clients: SearchStrategy[Any]) -> SearchStrategy[list[Any]]:
    """Make filters of invoices, on ids of either organisation.

    Example:
        >>> from hypothesis import Phase, find, settings
        >>> quick = settings(max_examples=2_000, phases=[Phase.generate])
        >>> wanted = invoice_filters(invoices=st.just(UUID(int=1)), clients=st.just(UUID(int=2)))
        >>> find(wanted, lambda filters: [each.value for each in filters] == [UUID(int=1)], settings=quick)[0].field
        <InvoiceFilter.ID: 'id'>
    """
    fortnight = timedelta(days=14)
    return filters_of(
        {
            InvoiceFilter.ID: invoices,
            InvoiceFilter.STATUS: st.integers(-1, 8),
            InvoiceFilter.CLIENT_ID: clients,
            InvoiceFilter.CREATED_AT: sound_times(),
            InvoiceFilter.DATE_DUE: sound_times().map(lambda at: at + fortnight) | sound_times(),
        }
    )


def proposal_sorts() -> SearchStrategy[Sort[ProposalSort]]:
    """Make sorts of proposals.

    Example:
        >>> from hypothesis import find
        >>> find(proposal_sorts(), lambda sort: sort.field is ProposalSort.TOTAL).descending
        False
    """
    return st.builds(Sort, st.sampled_from(ProposalSort), st.booleans())


def invoice_sorts() -> SearchStrategy[Sort[InvoiceSort]]:
    """Make sorts of invoices.

    Example:
        >>> from hypothesis import find
        >>> find(invoice_sorts(), lambda sort: sort.field is InvoiceSort.TOTAL).descending
        False
    """
    return st.builds(Sort, st.sampled_from(InvoiceSort), st.booleans())


def _periods() -> SearchStrategy[BillingPeriod | None]:
    return st.sampled_from((None, BillingPeriod(length=1, unit="M"), BillingPeriod(length=2, unit="W")))


def _taxes() -> SearchStrategy[Tax]:
    few = [Tax(), Tax(number=Decimal(12)), Tax(type=1, number=Decimal(5)), Tax(type=2, number=Decimal("7.125"))]
    return mostly(st.sampled_from(few), strategies.taxes())
