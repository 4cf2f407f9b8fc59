"""Affiliate ids and links of new clients, whoever registers them: drawn until both are free, at the address given."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.usecases.proposing import drafted

from service_engine import MemoryStore
from service_engine.domain.clients import Client
from service_engine.domain.invoice_items import InvoiceItemDraft
from service_engine.ports.unit_of_work import Store
from service_engine.testing import examples
from service_engine.testing.entropy import SeededEntropy
from service_engine.testing.examples import acme, later, now
from service_engine.usecases.clients import create_client, get_client, register_newcomer
from service_engine.usecases.invoices import NewPayer, create_invoice
from service_engine.usecases.proposals import send_proposal, sign_proposal

BASE = "https://agency.example/with/"


class RepeatingEntropy(SeededEntropy):
    """Draws the first letters of the alphabet again and again, so that links collide."""

    def __init__(self) -> None:
        super().__init__(7)
        self.lengths: list[int] = []

    def characters(self, alphabet: str, length: int) -> str:
        """Return the first letter so many times, and note what was asked."""
        self.lengths.append(length)
        return alphabet[0] * length


def registered(store: Store, email: str, base: str = BASE) -> Client:
    """Register somebody."""
    return store.run(
        acme.id, create_client, email=email, first_name="Ann", last_name="Lee", affiliate_link=base, at=now
    )


def test_a_link_that_is_taken_is_drawn_again():
    """Twenty draws of six signs, then of seven; an id that was free is drawn anew with it, and belongs to nobody."""
    entropy = RepeatingEntropy()
    store = examples.agency(MemoryStore(entropy))
    assert registered(store, "a@example.com").affiliate_link == f"{BASE}AAAAAA"
    entropy.lengths.clear()
    second = registered(store, "b@example.com")
    assert (second.affiliate_link, entropy.lengths) == (f"{BASE}AAAAAAA", [6] * 20 + [7])
    assert 1_000_000 <= (second.affiliate_id or 0) <= 9_999_999


def test_the_same_code_at_another_address_is_another_link():
    """What is unique is the whole link."""
    store = examples.agency(MemoryStore(RepeatingEntropy()))
    links = [registered(store, f"{base[8]}@example.com", base).affiliate_link for base in ("https://a/", "https://b/")]
    assert links == ["https://a/AAAAAA", "https://b/AAAAAA"]


@pytest.mark.parametrize("given", [{}, {"affiliate_link": BASE}], ids=["by default", "of one's own"])
def test_whoever_signs_or_pays_gets_a_link_like_any_client(agency: Store, given: dict[str, Any]):
    """The address can be given wherever somebody may become a client."""
    written = drafted(agency, client_email="eve@example.com")
    agency.run(acme.id, send_proposal, written.id, at=now)
    signer = agency.run(acme.id, sign_proposal, written.id, at=later, **given).order.client_id
    line = InvoiceItemDraft(name="Advice", amount=Decimal(5))
    payer = NewPayer(email="bob@example.com")
    owing = agency.run(acme.id, create_invoice, payer=payer, items=[line], at=later, **given).client_id
    dan: dict[str, Any] = {"email": "dan@example.com", "first_name": "Dan", "last_name": "Lee"}
    newcomer = agency.run(acme.id, register_newcomer, **dan, at=later, **given).id
    base = given.get("affiliate_link", "https://example.com/r/")
    for client_id in (signer, owing, newcomer):
        link = agency.read(acme.id, get_client, client_id).client.affiliate_link or ""
        assert (link[:-6], len(link)) == (base, len(base) + 6)
