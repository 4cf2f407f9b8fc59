"""``service-engine coupon add``: coupons from the command line. Source: issue 4."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from service_engine import InvalidReferenceError, SqlStore
from service_engine.domain.ids import CouponId, OrganizationId
from service_engine.domain.invoice_items import InvoiceItemDraft
from service_engine.ports.unit_of_work import UnitOfWork
from service_engine.usecases.invoices import NewPayer, create_invoice

Run = Callable[..., subprocess.CompletedProcess[str]]
AT = datetime(2026, 2, 7, tzinfo=UTC)


def add(run: Run, agency: dict[str, Any], *more: str, code: str = "WELCOME") -> subprocess.CompletedProcess[str]:
    """Make a coupon."""
    where = ("--database-url", agency["url"], "--organization", agency["organization_id"])
    return run("coupon", "add", *where, "--code", code, *more)


def is_taken(agency: dict[str, Any], code: str) -> bool:
    """Tell whether the agency has a coupon with this code."""
    taken: bool = ask(agency, lambda uow: uow.coupons.code_is_taken(code))
    return taken


def name_on_an_invoice(agency: dict[str, Any], coupon_id: str) -> Any:
    """Issue an invoice that names the coupon; return what it names."""
    line = InvoiceItemDraft(name="Advice", amount=Decimal(100))
    coupon = CouponId(UUID(coupon_id))
    payer = NewPayer(email="john@example.com")
    return ask(agency, lambda uow: create_invoice(uow, payer=payer, items=[line], coupon_id=coupon, at=AT).coupon_id)


def ask(agency: dict[str, Any], question: Callable[[UnitOfWork], Any]) -> Any:
    """Ask the agency's database something."""
    with closing(SqlStore.from_url(agency["url"])) as store:
        return store.run(OrganizationId(UUID(agency["organization_id"])), question)


def test_it_prints_the_new_id_and_nothing_else(call: Run, agency: dict[str, Any]) -> None:
    """``{"id"}``, and an invoice can name that coupon."""
    done = add(call, agency, "--kind", "Percentage", "--description", "For new clients", "--json", code=" WELCOME ")
    assert (done.returncode, done.stderr) == (0, "")
    printed = json.loads(done.stdout)
    assert list(printed) == ["id"]
    assert name_on_an_invoice(agency, printed["id"]) == UUID(printed["id"])
    assert is_taken(agency, "WELCOME")


def test_people_get_a_sentence(call: Run, agency: dict[str, Any]) -> None:
    """Without ``--json`` it says what there is now."""
    assert add(call, agency).stdout.startswith("there is a coupon WELCOME, id ")


@pytest.mark.parametrize(
    ("more", "code", "sentence"),
    [
        ((), "  ", "The code must not be blank."),
        ((), "x" * 101, "The code must have at most 100 characters, not 101."),
        (("--kind", ""), "A", "The kind must not be blank."),
        (("--kind", "x" * 51), "A", "The kind must have at most 50 characters, not 51."),
        (("--description", "x" * 65_536), "A", "The description must have at most 65535 characters, not 65536."),
    ],
)
def test_what_does_not_fit_is_refused(
    call: Run, agency: dict[str, Any], more: tuple[str, ...], code: str, sentence: str
) -> None:
    """With a sentence, and nothing is made."""
    done = add(call, agency, "--json", *more, code=code)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"service-engine: {sentence}\n")
    assert not is_taken(agency, code)


def test_a_code_is_taken_once(call: Run, agency: dict[str, Any]) -> None:
    """By whoever comes first in the organisation."""
    assert add(call, agency).returncode == 0
    done = add(call, agency, "--json", code=" WELCOME")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "service-engine: The coupon code has already been taken.\n"


def test_another_organisation_has_its_own(call: Run, agency: dict[str, Any]) -> None:
    """The same code is free there, and the coupon of the first is unknown there (D45)."""
    ours = json.loads(add(call, agency, "--json").stdout)
    founded = call("bootstrap", "--database-url", agency["url"], "--organization", "Other Agency", "--json")
    other = json.loads(founded.stdout) | {"url": agency["url"]}
    with pytest.raises(InvalidReferenceError, match="coupon_id: The specified coupon does not exist"):
        name_on_an_invoice(other, ours["id"])
    assert add(call, other).returncode == 0


def test_an_unknown_organisation_is_refused_as_such(call: Run, agency: dict[str, Any]) -> None:
    """A coupon belongs to an organisation that is there (D45)."""
    unknown = "00000000-0000-7000-8000-000000000000"
    done = add(call, agency | {"organization_id": unknown})
    assert done.returncode == 1
    assert done.stderr == f"service-engine: there is no organisation {unknown} in this database\n"
    assert not is_taken(agency, "WELCOME")


def test_what_cannot_be_read_is_wrong_usage(call: Run, agency: dict[str, Any]) -> None:
    """Exit code 2, before the database is looked at."""
    done = add(call, agency, "--organization", "x")
    assert done.returncode == 2
    assert "argument --organization: invalid" in done.stderr
