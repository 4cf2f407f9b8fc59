"""Lines of an invoice: exact, with discounts in bounds, and rewritten under their id with all that hangs on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_engine.domain.change import UNSET
from service_engine.domain.ids import InvoiceItemId
from service_engine.domain.invoice_items import MAX_ITEMS, InvoiceItem, InvoiceItemDraft, write_items
from service_engine.domain.json_values import freeze, same
from service_engine.domain.money import MAX_AMOUNT, Money, decimals, money
from service_engine.errors import RuleViolationError
from service_engine.testing import strategies
from service_engine.testing.examples import invoice, later, now, web_development, website

CURRENCIES = ("USD", "JPY", "KWD")
ID = InvoiceItemId(UUID(int=1))


def evolved(value: Any, **changes: Any) -> Any:
    """Return a value that differs in the given attributes, whose names are computed."""
    return attrs.evolve(value, **changes)


def line(**changes: Any) -> InvoiceItemDraft:
    """Return a draft that differs in the given fields."""
    wanted: dict[str, Any] = {"name": "Hosting", "amount": Decimal(5)} | changes
    return InvoiceItemDraft(**wanted)


def numbered(first: int = 1) -> Iterator[InvoiceItemId]:
    """Give ids without end."""
    while True:
        yield InvoiceItemId(UUID(int=first))
        first += 1


def write(
    *drafts: InvoiceItemDraft, currency: str = "USD", at: datetime = later, instead_of: Sequence[InvoiceItem] = ()
) -> tuple[InvoiceItem, ...]:
    """Write lines with new ids from 1 on."""
    return write_items(drafts, currency=currency, new_ids=numbered(), at=at, instead_of=instead_of)


def as_draft(item: InvoiceItem, **changes: Any) -> InvoiceItemDraft:
    """Return the draft that asks for a line as it is."""
    plain: dict[str, Any] = {
        "id": item.id,
        "name": item.name,
        "quantity": item.quantity,
        "amount": item.amount.amount,
        "discount": item.discount.amount,
        "discount2": None if item.discount2 is None else item.discount2.amount,
        "description": item.description and item.description.strip(),
        "service_id": item.service_id,
        "options": item.options,
    }
    return InvoiceItemDraft(**(plain | changes))


def several() -> st.SearchStrategy[list[InvoiceItem]]:
    """Make lines in one currency with ids of their own."""
    return st.sampled_from(CURRENCIES).flatmap(
        lambda currency: st.lists(
            strategies.invoice_items(currency=currency), min_size=1, max_size=4, unique_by=lambda item: item.id
        )
    )


# ----------------------------------------------------------------------------------------------- totals and discounts


@given(strategies.invoice_items())
def test_the_total_of_a_line_is_exact(item: InvoiceItem):
    """Quantity times amount, less both discounts, to the last digit (D34) of a currency with none, two or three."""
    second = Fraction(0) if item.discount2 is None else Fraction(item.discount2.amount)
    whole = item.quantity * Fraction(item.amount.amount)
    assert Fraction(item.total.amount) == whole - Fraction(item.discount.amount) - second
    assert item.total.amount.as_tuple().exponent == -decimals(item.total.currency)
    assert min(whole, Fraction(0)) <= Fraction(item.total.amount) <= max(whole, Fraction(0))


def fits(whole: Fraction, discount: Decimal, discount2: Decimal | None) -> bool:
    """Tell whether the contract allows the discounts: neither negative, both together at most the whole line."""
    second = discount2 or Decimal(0)
    return discount >= 0 and second >= 0 and Fraction(discount) + Fraction(second) <= max(whole, Fraction(0))


@pytest.mark.parametrize("currency", CURRENCIES)
@given(data=st.data())
def test_discounts_are_in_bounds_or_refused(currency: str, data: Any):
    """0 to quantity times amount, 0 where the amount is negative; the refusal says how much it may be."""
    small = st.integers(-20, 20).map(Decimal)
    amount, quantity = data.draw(small), data.draw(st.integers(1, 3))
    discount, discount2 = data.draw(small | st.just(Decimal(0))), data.draw(st.none() | small)
    draft = line(amount=amount, quantity=quantity, discount=discount, discount2=discount2)
    whole = quantity * Fraction(amount)
    if fits(whole, discount, discount2):
        [item] = write(draft, currency=currency)
        assert Fraction(item.total.amount) == whole - Fraction(discount) - Fraction(discount2 or 0)
        return
    with pytest.raises(RuleViolationError) as refused:
        write(draft, currency=currency)
    highest = money(max(quantity * amount, Decimal(0)), currency).amount
    assert refused.value.field == "items.0.discount"
    assert refused.value.message == f"The discount must be between 0 and {highest}."


@pytest.mark.parametrize(
    ("amount", "discount", "discount2", "highest"),
    [
        ("10", "-0.01", None, "20.00"),
        ("10", "20.01", None, "20.00"),
        ("10", "0", "-0.01", "20.00"),
        ("10", "0", "20.01", "20.00"),
        ("10", "10", "10.01", "20.00"),
        ("10", "20.01", "-0.01", "20.00"),
        ("0", "0.01", None, "0.00"),
        ("-10", "0.01", None, "0.00"),
        ("-10", "0", "0.01", "0.00"),
        ("4999999999.99", "9999999999.99", "9999999999.99", "9999999999.98"),
        ("-10", "-9999999999.99", None, "0.00"),
    ],
)
def test_the_edges_of_discounts(amount: str, discount: str, discount2: str | None, highest: str):
    """One cent too much or too little, of one discount or of both; the discount is to blame, never the amount."""
    draft = line(
        amount=Decimal(amount),
        quantity=2,
        discount=Decimal(discount),
        discount2=None if discount2 is None else Decimal(discount2),
    )
    with pytest.raises(RuleViolationError) as refused:
        write(draft)
    assert refused.value.field == "items.0.discount"
    assert refused.value.message == f"The discount must be between 0 and {highest}."


def test_the_bounds_of_discounts_themselves_fit():
    """The whole line may be taken off, by one discount or by two, at the largest amount, too."""
    for discounts in ({"discount": MAX_AMOUNT}, {"discount": Decimal(1), "discount2": MAX_AMOUNT - 1}):
        [item] = write(line(amount=MAX_AMOUNT, **discounts))
        assert str(item.total) == "0.00 USD"
    [deduction] = write(line(amount=Decimal(-5), quantity=3, discount2=Decimal(0)))
    assert (str(deduction.total), deduction.discount2) == ("-15.00 USD", money(0, "USD"))


@pytest.mark.parametrize("name", ["discount", "discount2"])
def test_a_line_has_one_currency(name: str):
    """A discount in another one is wrong use."""
    with pytest.raises(ValueError, match="are in different currencies"):
        evolved(invoice.items[0], **{name: money(1, "EUR")})


@pytest.mark.parametrize("quantity", [0, -1, 2**31])
def test_there_is_at_least_one(quantity: int):
    """And not more than the column holds (D64)."""
    with pytest.raises(RuleViolationError) as refused:
        write(line(quantity=quantity, amount=Decimal(0)))
    assert refused.value.field == "items.0.quantity"


# -------------------------------------------------------------------------------------------------------- writing


def test_writing_a_line_with_the_least():
    """One of it, no discount, no service, no order, dated now."""
    [item] = write(line(), at=now)
    assert item == InvoiceItem(
        id=ID,
        name="Hosting",
        quantity=1,
        amount=money(5, "USD"),
        discount=money(0, "USD"),
        created_at=now,
        updated_at=now,
    )
    assert (item.description, item.discount2, item.service_id, item.order_id, dict(item.options)) == (None,) * 4 + ({},)


def test_writing_a_line_with_everything():
    """Texts are stripped, numbers become money of the invoice's currency, options are frozen."""
    draft = line(
        name=" Site ",
        description=" Big ",
        quantity=3,
        amount=Decimal("1.5"),
        discount=Decimal(1),
        discount2=Decimal("0.5"),
        service_id=web_development.id,
        options={"a": [1]},
    )
    [item] = write(draft, currency="KWD")
    assert (item.name, item.description, item.quantity, item.service_id) == ("Site", "Big", 3, web_development.id)
    assert [str(each) for each in (item.amount, item.discount, item.discount2, item.total)] == [
        "1.500 KWD",
        "1.000 KWD",
        "0.500 KWD",
        "3.000 KWD",
    ]
    assert same(item.options, freeze({"a": [1]}))


@given(data=st.data(), currency=st.sampled_from(CURRENCIES))
def test_lines_are_written_in_order_with_new_ids(data: Any, currency: str):
    """What was asked for comes out, line by line; an id that names no line counts as none."""
    drafts = data.draw(st.lists(strategies.invoice_item_drafts(currency=currency), min_size=1, max_size=4))
    items = write(*drafts, currency=currency)
    assert [item.id for item in items] == [InvoiceItemId(UUID(int=number)) for number in range(1, len(drafts) + 1)]
    for draft, item in zip(drafts, items, strict=True):
        assert (item.name, item.quantity, item.service_id) == (draft.name, draft.quantity, draft.service_id)
        assert (item.amount.amount, item.discount.amount) == (draft.amount, draft.discount)
        assert (item.discount2 and item.discount2.amount) == draft.discount2
        assert same(item.options, draft.options)
        assert (item.created_at, item.updated_at, item.order_id) == (later, later, None)


@given(several(), st.randoms())
def test_asking_for_the_lines_as_they_are_changes_none(items: list[InvoiceItem], random: Any):
    """Under their ids, in any order: the very same lines come back, updated_at, options and order included."""
    there = [evolved(item, description=item.description and item.description.strip()) for item in items]
    wanted = random.sample(there, len(there))
    written = write(*map(as_draft, wanted), currency=there[0].amount.currency, instead_of=there)
    assert all(one is other for one, other in zip(written, wanted, strict=True))


@given(several(), st.data())
def test_a_line_rewritten_under_its_id_keeps_what_hangs_on_it(items: list[InvoiceItem], data: Any):
    """Id, order and first date stay, everything else is the draft's (D28); lines that are not named are gone."""
    currency = items[0].amount.currency
    chosen = data.draw(st.lists(st.sampled_from(items), min_size=1, unique_by=lambda item: item.id))
    drafts = [evolved(data.draw(strategies.invoice_item_drafts(currency=currency)), id=item.id) for item in chosen]
    written = write(*drafts, currency=currency, instead_of=items)
    assert [item.id for item in written] == [item.id for item in chosen]
    for old, draft, new in zip(chosen, drafts, written, strict=True):
        assert (new.created_at, new.order_id) == (old.created_at, old.order_id)
        assert (new.name, new.quantity, new.amount.amount) == (draft.name, draft.quantity, draft.amount)
        assert (new.updated_at == later) or new is old


def test_only_what_changed_is_dated():
    """The first line is rewritten, the second one asked for as it is."""
    one, two = invoice.items
    first, second = write(as_draft(one, amount=Decimal(2000)), as_draft(two), instead_of=invoice.items)
    assert (first.updated_at, first.created_at, str(first.total)) == (later, now, "1900.00 USD")
    assert second is two


def test_true_is_not_one():
    """A change of options from 1 to true is one."""
    [old] = write(line(options={"a": 1}), at=now)
    [new] = write(as_draft(old, options=freeze({"a": True})), instead_of=[old])
    assert new.options["a"] is True
    assert new.updated_at == later


def test_of_two_drafts_with_one_id_the_first_keeps_it():
    """The second becomes a line of its own, without the order (D28: an order never hangs on two lines)."""
    [old, _] = invoice.items
    sold = evolved(old, order_id=website.id)
    first, second = write(as_draft(sold), as_draft(sold), instead_of=[sold])
    assert first is sold
    assert (second.id, second.order_id, second.created_at) == (ID, None, later)


def test_new_ids_are_taken_for_new_lines_only():
    """None is asked for when every line is an old one."""
    drafts = [as_draft(item) for item in invoice.items]
    written = write_items(drafts, currency="USD", new_ids=iter(()), at=later, instead_of=invoice.items)
    assert written == invoice.items


# ------------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize("position", [0, 2])
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"description": "x" * 65_536}, "description"),
        ({"quantity": 0}, "quantity"),
        ({"amount": Decimal("NaN")}, "amount"),
        ({"amount": Decimal("0.001")}, "amount"),
        ({"amount": MAX_AMOUNT, "quantity": 2}, "amount"),
        ({"discount": Decimal("Infinity")}, "discount"),
        ({"discount": Decimal(6)}, "discount"),
        ({"discount2": Decimal("0.001")}, "discount2"),
        ({"discount2": Decimal(6)}, "discount"),
        ({"options": {"a": float("nan")}}, "options"),
    ],
    ids=[
        "blank name", "long name", "long description", "none", "NaN", "decimals", "too much", "endless discount",
        "large discount", "decimals of a discount", "large second discount", "NaN in options",
    ],
)  # fmt: skip
def test_a_refusal_names_the_line(position: int, changes: dict[str, Any], field: str):
    """``items.N.field``, whether the line is new or rewritten (D64, D65)."""
    good = [line()] * position
    for draft, instead_of in ((line(**changes), ()), (line(**changes, id=invoice.items[0].id), invoice.items)):
        with pytest.raises(RuleViolationError) as refused:
            write(*good, draft, instead_of=instead_of)
        assert refused.value.field == f"items.{position}.{field}"
        assert not refused.value.message.startswith("items")


@pytest.mark.parametrize("name", ["amount", "discount", "discount2"])
@pytest.mark.parametrize("value", [5.0, True, b"5"], ids=repr)
def test_an_amount_that_is_not_exact_is_refused_where_it_is_written(name: str, value: object):
    """When the draft is made, by the name of the field: nothing later could tell which line it was."""
    with pytest.raises(TypeError, match=f"^the {name} is an amount of money: .*, never a {type(value).__name__}$"):
        line(**{name: value})


@pytest.mark.parametrize("quantity", [1.0, True, "1", None], ids=repr)
def test_a_quantity_that_is_not_whole_is_refused_where_it_is_written(quantity: object):
    """A bool is an int for Python, not for us."""
    with pytest.raises(TypeError, match=f"^quantity must be a whole number, not {type(quantity).__name__}$"):
        line(quantity=quantity)


@pytest.mark.parametrize("count", [0, 201])
def test_there_are_one_to_two_hundred_lines(count: int):
    """None and too many are refused before any of them is looked at (D51)."""
    with pytest.raises(RuleViolationError) as refused:
        write(*[line(name="")] * count)
    assert (refused.value.field, refused.value.message) == ("items", "The items must be 1 to 200.")
    assert len(write(*[line()] * MAX_ITEMS)) == 200


def test_yen_have_no_decimals():
    """An amount that dollars could have is refused in yen, and one that dinars could have in dollars."""
    for amount, currency in ((Decimal("0.5"), "JPY"), (Decimal("0.005"), "USD")):
        with pytest.raises(RuleViolationError) as refused:
            write(line(amount=amount), currency=currency)
        assert refused.value.field == "items.0.amount"
    assert isinstance(write(line(amount=Decimal("0.005")), currency="KWD")[0].amount, Money)


def test_a_draft_that_says_nothing_of_the_second_discount_leaves_it():
    """A line that is replaced keeps its own, None takes it away; a new line has none."""
    [there] = write(line(discount2=Decimal(1)))
    [kept] = write(line(id=there.id, discount2=UNSET), instead_of=[there])
    [taken] = write(line(id=there.id), instead_of=[there])
    [new] = write(line(discount2=UNSET))
    assert kept is there
    assert (taken.discount2, taken.total) == (None, money(5, "USD"))
    assert new.discount2 is None
