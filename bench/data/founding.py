"""An organisation of the dataset before its first ticket: its people, services and tags."""

from __future__ import annotations

from typing import Final

from attrs import define, field, frozen

from bench.data.ledger import DAY, Ledger
from service_engine.domain.api_tokens import hash_token

__all__ = ["SECRET", "Organization", "found"]

SECRET: Final = "the-secret-of-the-first-administrator-of-the-bench"  # noqa: S105  # of nobody but the dataset's
"""The API token of the first organisation's administrator."""

_FIRST_NAMES: Final = ("John", "Zoë", "Omar", "Ånd", "李", "Maria", "Jane", "Kofi", "Yui", "Lea")
_LAST_NAMES: Final = ("Doe", "de Vries", "小龍", "Smith", "Nowak", "Okafor", "Müller", "Silva", "Kaya")
_SERVICES: Final = ("Web Development", "SEO Audit", "Logo Design", "Hosting", "Copywriting", "Support Plan")
_TAGS: Final = ("urgent", "billing", "Urgent", "日本語", "follow-up", "refund", "design", "bug")
_CURRENCIES: Final = ("USD", "USD", "USD", "EUR")
_LIVING: Final = 50
"""Of so many people or services the last one is deleted."""
_WITHOUT_ADDRESS: Final = frozenset({2, 5, 8})
"""The last digits of the clients who have none."""


@frozen
class Service:
    """A service of the catalogue, as what refers to it repeats it."""

    id: str
    name: str
    price: int


@define
class Organization:
    """An organisation, as far as its later rows need it.

    Args:
        id: Its id.
        currency: Of all its amounts.
        staff: Its employees, the longest-serving one first.
        clients: Its clients.
        services: Its catalogue.
        tags: Its tags.
        invoices: How many it has issued.
        orders: Its latest orders.
    """

    id: str
    currency: str
    staff: list[str]
    clients: list[str]
    services: list[Service]
    tags: list[str]
    invoices: int = 0
    orders: list[str] = field(factory=list)


def found(ledger: Ledger, number: int, tickets: int) -> Organization:
    """Found an organisation that will have about so many tickets; the first one gets an API token."""
    at = number - 30 * DAY
    org_id, when = ledger.new_id(at), ledger.when(at)
    administrator, support, client = (ledger.new_id(at) for _ in range(3))
    ledger.rows["organizations"].append((org_id, f"Agency {number}", f"agency-{number}", when, when))
    ledger.rows["roles"] += [
        (org_id, administrator, "Administrator", 3, 3, 3, 1, when, when),
        (org_id, support, "Support", 1, 2, 1, 0, when, when),
        (org_id, client, "Client", 0, 1, 0, 0, when, when),
    ]
    ledger.rows["coupons"].append((org_id, ledger.new_id(at), "WELCOME", "Percentage", when, when))
    currency = _CURRENCIES[number % len(_CURRENCIES)]
    made = Organization(
        id=org_id,
        currency=currency,
        staff=[
            _employee(ledger, org_id, at, support if each % 5 else administrator, each)
            for each in range(_between(4, tickets // 1000, 200))
        ],
        clients=[_client(ledger, org_id, at, client, each) for each in range(max(5, tickets // 10))],
        services=[_service(ledger, org_id, at, currency, each) for each in range(_between(5, tickets // 100, 100))],
        tags=[_tag(ledger, org_id, at, each) for each in range(_between(12, tickets // 100, 200))],
    )
    if not number:
        token = (org_id, ledger.new_id(at), made.staff[0], hash_token(SECRET), "bench", when)
        ledger.rows["api_tokens"].append(token)
    return made


def _between(lowest: int, number: int, highest: int) -> int:
    return min(highest, max(lowest, number))


def _employee(ledger: Ledger, org_id: str, at: int, role_id: str, number: int) -> str:
    name = (ledger.random.choice(_FIRST_NAMES), ledger.random.choice(_LAST_NAMES))
    end = (None, None, None, role_id, 0, "{}", *_stamps(ledger, at, number))
    id_ = ledger.new_id(at)
    ledger.rows["users"].append((org_id, id_, f"employee{number}@example.com", *name, *end))
    return id_


def _client(ledger: Ledger, org_id: str, at: int, role_id: str, number: int) -> str:
    id_, address_id, when = ledger.new_id(at), None, ledger.when(at)
    name = (ledger.random.choice(_FIRST_NAMES), ledger.random.choice(_LAST_NAMES))
    company = f"Company {number}" if number % 3 else None
    phone = f"+44 20 {number:07d}" if number % 2 else None
    if number % 10 not in _WITHOUT_ADDRESS:
        address_id = ledger.new_id(at)
        place = (f"{number} High Street", f"City {number % 500}", "GB", f"YO{number % 100} 1AA")
        ledger.rows["addresses"].append((org_id, address_id, *place, *name, company, when, when))
    custom_fields = f'{{"size": {number % 9}, "vip": true}}' if number % 2 else "{}"
    end = (company, phone, address_id, role_id, number % 7 * 1000, custom_fields, *_stamps(ledger, at, number))
    ledger.rows["users"].append((org_id, id_, f"client{number}@example.com", *name, *end))
    return id_


def _service(ledger: Ledger, org_id: str, at: int, currency: str, number: int) -> Service:
    name, price = f"{_SERVICES[number % len(_SERVICES)]} {number}", ledger.random.randint(5, 2000) * 1000
    made = Service(ledger.new_id(at), name, price)
    end = (made.price, currency, *_stamps(ledger, at, number))
    ledger.rows["services"].append((org_id, made.id, made.name, "As agreed.", *end))
    return made


def _tag(ledger: Ledger, org_id: str, at: int, number: int) -> str:
    id_, when = ledger.new_id(at), ledger.when(at)
    ledger.rows["tags"].append((org_id, id_, _TAGS[number] if number < len(_TAGS) else f"tag {number}", when, when))
    return id_


def _stamps(ledger: Ledger, at: int, number: int) -> tuple[str, str, str | None]:
    when = ledger.when(at)
    return when, when, when if number % _LIVING == _LIVING - 1 else None
