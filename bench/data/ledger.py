"""The tables' rows while they are made, with their columns, and what every row needs: an id, a time, some chance.

Ids and times are texts that both databases take: 32 hexadecimal digits, and ISO 8601 in UTC.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final, TypeVar

__all__ = ["COLUMNS", "DAY", "HOUR", "Ledger", "Row"]

Row = tuple[Any, ...]
T = TypeVar("T")

HOUR: Final = 3_600_000
"""In milliseconds, as every time here, counted from the first day."""
DAY: Final = 24 * HOUR

_FIRST: Final = datetime(2023, 1, 1, tzinfo=UTC)
_EPOCH: Final = int(_FIRST.timestamp() * 1000)

COLUMNS: Final[Mapping[str, str]] = {
    "organizations": "id name slug created_at updated_at",
    "roles": "org_id id name dashboard_access ticket_access ticket_management settings_team created_at updated_at",
    "addresses": "org_id id line_1 city country postcode first_name last_name company_name created_at updated_at",
    "users": "org_id id email first_name last_name company phone address_id role_id balance custom_fields "
    "created_at updated_at deleted_at",
    "api_tokens": "org_id id employee_id token_hash name created_at",
    "tags": "org_id id name created_at updated_at",
    "counters": "org_id name value",
    "services": "org_id id name description price currency created_at updated_at deleted_at",
    "coupons": "org_id id code type created_at updated_at",
    "invoices": "org_id id number number_prefix client_id billing_address status currency subtotal tax total paid "
    "tax_name tax_type tax_percent_thousandths date_due date_paid note paysys created_at updated_at deleted_at version",
    "invoice_items": "org_id id invoice_id service_id position name amount discount total quantity options "
    "created_at updated_at",
    "payments": "org_id id invoice_id status amount currency paysys created_at updated_at",
    "orders": "org_id id number client_id service_id invoice_id service_name status price quantity currency note "
    "form_data metadata date_started date_completed date_due last_message_at created_at updated_at deleted_at version",
    "order_employees": "org_id order_id employee_id position",
    "order_tags": "org_id order_id tag_id position",
    "order_tasks": "org_id id order_id name sort_order is_complete completed_by completed_at created_at updated_at",
    "order_messages": "org_id id order_id author_id text staff_only created_at",
    "tickets": "org_id id subject client_id order_id status source note form_data metadata created_at updated_at "
    "last_message_at date_closed deleted_at version",
    "ticket_employees": "org_id ticket_id employee_id position",
    "ticket_tags": "org_id ticket_id tag_id position",
    "ticket_messages": "org_id id ticket_id author_id text staff_only created_at",
}
"""The columns of each table's rows, in their order; a column that is not here has its default."""


class Ledger:
    """Takes rows down, by table.

    Args:
        seed: The same seed gives the same ids and choices.
    """

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.rows: dict[str, list[Row]] = defaultdict(list)
        self._draw = self.random.random
        self._ids = 0

    def choice(self, values: Sequence[T]) -> T:
        """Return one of the values, in a third of the time that ``Random.choice`` takes."""
        return values[int(self._draw() * len(values))]

    def new_id(self, at: int) -> str:
        """Return an id of version 7: the time, a number that goes up, and 62 random bits."""
        self._ids += 1
        random = self.random.getrandbits(62)
        return f"{_EPOCH + at:012x}{0x7000 | self._ids & 0xFFF:04x}{1 << 63 | random:016x}"

    def when(self, at: int) -> str:
        """Return a time as it is stored."""
        return (_FIRST + timedelta(milliseconds=at)).isoformat(timespec="microseconds")

    def take_rows(self) -> dict[str, list[Row]]:
        """Return what was taken down since the last time."""
        rows, self.rows = self.rows, defaultdict(list)
        return rows
