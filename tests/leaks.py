"""Memory stores through which one organisation learns something of another: one planted leak each.

To each belongs the question whose answer gives it away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import attrs
from tests.billing_faults import instead_of, remembered
from tests.faults import Fault, ForgetsTheOrganizationOnRead, Wrapped

from service_engine.errors import NotFoundError
from service_engine.ports.lists import Page, PageRequest, Sort

__all__ = ["LEAKS"]


class _Leaking(Wrapped):
    """Looks at the other organisations of the store, which it should not be able to."""

    def elsewhere(self, question: Callable[[Any], Any]) -> Iterator[Any]:
        """Ask in each of the others; what is not there is no answer."""
        here = self._inner._work.org_id
        for org_id in dict.fromkeys(self._store.organizations):
            if org_id != here:
                try:
                    yield self._store.inner.read(org_id, question)
                except NotFoundError:
                    continue


class _OneTagTable(_Leaking):
    def add_missing(self, changes: Any) -> Any:
        ids = remembered(self._store)
        return self._inner.add_missing(
            [
                attrs.evolve(
                    change, state=attrs.evolve(change.state, id=ids.setdefault(change.state.name, change.state.id))
                )
                for change in changes
            ]
        )


class _OneInvoiceCounter(_Leaking):
    def next_in_sequence(self) -> int:
        counted = remembered(self._store)
        counted["invoices"] = counted.get("invoices", 0) + 1
        number: int = counted["invoices"]
        return number


class _EmailsOfAll(_Leaking):
    def email_owner(self, email: str) -> Any:
        owner = self._inner.email_owner(email)
        others = self.elsewhere(lambda view: view._work.state.people.claims.get(("email", email)))
        return owner or next(filter(None, others), None)


class _ClientsOfAll(_Leaking):
    def look_up(self, *, client_id: Any = None, **others: Any) -> Any:
        found = self._inner.look_up(client_id=client_id, **others)
        foreign = client_id is not None and any(self.elsewhere(lambda view: view.client_queries.get(client_id)))
        return attrs.evolve(found, client=found.client or foreign)


class _OrderNumbersOfAll(_Leaking):
    def taken_numbers(self, numbers: Any) -> Any:
        others = self.elsewhere(lambda view: {order.number for order in view._work.state.orders.rows.values()})
        return self._inner.taken_numbers(numbers).union(*others).intersection(numbers)


class _CouponCodesOfAll(_Leaking):
    def code_is_taken(self, code: str) -> bool:
        others = self.elsewhere(
            lambda view: any(coupon.code == code for coupon in view._work.state.coupons.rows.values())
        )
        return self._inner.code_is_taken(code) or any(others)


class _TotalsOfAll(_Leaking):
    def page(self, filters: Any, sort: Any, page: Any) -> Any:
        found = self._inner.page(filters, sort, page)
        others = self.elsewhere(lambda view: view.ticket_queries.page(filters, sort, page).total)
        return Page(found.rows, found.total + sum(others))


class _IsElsewhereError(NotFoundError):
    def __str__(self) -> str:
        return f"{self.kind} {self.key} belongs to another organisation"


class _SaysWhatIsElsewhere(_Leaking):
    def get(self, key: Any) -> Any:
        try:
            return self._inner.get(key)
        except NotFoundError as error:
            if any(self.elsewhere(lambda view: view.order_queries.get(key))):
                raise _IsElsewhereError(error.kind, error.key) from None
            raise


class _SpentByAll(_Leaking):
    def get(self, client_id: Any) -> Any:
        return self.with_others(self._inner.get(client_id))

    def page(self, filters: Any, sort: Any, page: Any) -> Any:
        found = self._inner.page(filters, sort, page)
        return Page(tuple(map(self.with_others, found.rows)), found.total)

    def with_others(self, row: Any) -> Any:
        others = [each.spent or Decimal(0) for rows in self.elsewhere(_everybody) for each in rows]
        return attrs.evolve(row, spent=(row.spent or Decimal(0)) + sum(others)) if any(others) else row


def _everybody(view: Any) -> Any:
    from service_engine.ports.clients import ClientSort

    return view.client_queries.page((), Sort(ClientSort.ID), PageRequest(size=100)).rows


LEAKS: dict[str, tuple[type[Fault], str]] = {
    "one table of tags": (instead_of("tags", _OneTagTable), "ticket|order|tag"),
    "one counter of invoices": (instead_of("invoices", _OneInvoiceCounter), "invoice"),
    "e-mails are unique among all": (instead_of("clients", _EmailsOfAll), "bootstrap_organization"),
    "a foreign client is accepted": (instead_of("references", _ClientsOfAll), "ticket|order|invoice"),
    "order numbers are unique among all": (instead_of("orders", _OrderNumbersOfAll), "order"),
    "coupon codes are unique among all": (instead_of("coupons", _CouponCodesOfAll), "coupon|code"),
    "totals count everybody's rows": (instead_of("ticket_queries", _TotalsOfAll), "list_tickets"),
    "a refusal tells what exists elsewhere": (instead_of("order_queries", _SaysWhatIsElsewhere), "get_order"),
    "a foreign ticket is shown": (ForgetsTheOrganizationOnRead, "get_ticket"),
    "spent sums up everybody's": (instead_of("client_queries", _SpentByAll), "client"),
}
"""By what leaks: the store's fault, and what the question that shows it is about."""
