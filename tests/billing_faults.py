"""More memory stores with one planted fault each: in what is offered, billed and paid.

To each belongs the test of the contract that finds it.
"""

from __future__ import annotations

from typing import Any

import attrs
from tests.faults import Fault, Wrapped

from service_engine.domain.ids import InvoiceItemId
from service_engine.domain.invoices import InvoiceStatus
from service_engine.domain.money import money
from service_engine.errors import ConflictError, NotFoundError
from service_engine.ports.lists import Page
from service_engine.ports.references import ServiceOffer

__all__ = ["BILLING_FAULTS"]


def instead_of(name: str, wrapper: type[Wrapped]) -> type[Fault]:
    """Make a fault that wraps one repository, or one of the queries."""
    return type("WithAFault", (Fault,), {name: property(lambda it: wrapper(getattr(it._inner, name), it._store))})


def remembered(store: Any) -> dict[Any, Any]:
    """Return what a faulty store remembers although it should not; no rollback touches it."""
    found: dict[Any, Any] = vars(store).setdefault("remembered", {})
    return found


class _Spoiling(Wrapped):
    """Spoils what is stored."""

    def add(self, change: Any) -> Any:
        return self._inner.add(attrs.evolve(change, state=self.spoil(change.state)))

    def save(self, change: Any) -> Any:
        return self._inner.save(attrs.evolve(change, state=self.spoil(change.state)))

    def spoil(self, state: Any) -> Any:
        return state


class _ItemOrderLost(_Spoiling):
    def spoil(self, state: Any) -> Any:
        return attrs.evolve(state, items=tuple(sorted(state.items, key=lambda item: item.id)))


class _OnlyTheFirstItem(_Spoiling):
    def spoil(self, state: Any) -> Any:
        return attrs.evolve(state, items=state.items[:1])


class _OrderLinksLost(_Spoiling):
    def save(self, change: Any) -> Any:
        items = tuple(attrs.evolve(item, order_id=None) for item in change.state.items)
        return self._inner.save(attrs.evolve(change, state=attrs.evolve(change.state, items=items)))


class _ItemsGetNewIds(_Spoiling):
    def save(self, change: Any) -> Any:
        new_id = self._store.entropy.new_id
        items = tuple(attrs.evolve(item, id=InvoiceItemId(new_id())) for item in change.state.items)
        return self._inner.save(attrs.evolve(change, state=attrs.evolve(change.state, items=items)))


class _PartPaymentsLost(_Spoiling):
    def spoil(self, state: Any) -> Any:
        if state.date_paid is not None:
            return state
        return attrs.evolve(state, paid=money(0, state.currency))


class _NothingCollides(Wrapped):
    """Takes whatever the database would refuse, without a word."""

    def add(self, change: Any) -> Any:
        try:
            return self._inner.add(change)
        except ConflictError:
            return change.state

    def save(self, change: Any) -> Any:
        try:
            return self._inner.save(change)
        except ConflictError:
            return change.state


class _NewOnesCollideOnly(_NothingCollides):
    def add(self, change: Any) -> Any:
        return self._inner.add(change)


class _EventsForgotten(Wrapped):
    def add(self, change: Any) -> Any:
        return self._inner.add(attrs.evolve(change, events=()))


class _CountOutlivesRollback(Wrapped):
    def next_in_sequence(self) -> int:
        counts = remembered(self._store)
        org_id = self._inner._work.org_id
        counts[org_id] = counts.get(org_id, 0) + 1
        number: int = counts[org_id]
        return number


class _OneCountForAll(Wrapped):
    def next_in_sequence(self) -> int:
        counted: int = self._inner.next_in_sequence()
        remembered(self._store).setdefault("first", self._inner._work.org_id)
        is_first = remembered(self._store)["first"] == self._inner._work.org_id
        return counted if is_first else counted + 1


class _CountsWhatIsStored(Wrapped):
    """One more than there are invoices, as the original did (D24)."""

    def next_in_sequence(self) -> int:
        return len(self._inner._work.state.invoices.rows) + 1


class _Pages(Wrapped):
    def page(self, filters: Any, sort: Any, page: Any) -> Any:
        return Page(self._inner.page(filters, sort, page).rows, self._inner.page((), sort, page).total)


class _RowsIgnoreFilters(Wrapped):
    def page(self, filters: Any, sort: Any, page: Any) -> Any:
        return Page(self._inner.page((), sort, page).rows, self._inner.page(filters, sort, page).total)


class _SeesForeignOnes(Wrapped):
    def get(self, key: Any) -> Any:
        try:
            return self._inner.get(key)
        except NotFoundError:
            for org_id in self._store.organizations:
                try:
                    return self._store.inner.read(org_id, self.ask(key))
                except NotFoundError:
                    continue
            raise

    def ask(self, key: Any) -> Any:
        return lambda view: view.proposal_queries.get(key)


class _SeesForeignInvoices(_SeesForeignOnes):
    def ask(self, key: Any) -> Any:
        return lambda view: view.invoice_queries.get(key)


class _RowsAreRemembered(Wrapped):
    """Shows a row as it was when it was first asked for."""

    def get(self, key: Any) -> Any:
        return remembered(self._store).setdefault(key, self._inner.get(key))


class _SpendingOf(Fault):
    """Counts, besides what is paid, what was saved in a way that does not count."""

    @property
    def invoices(self) -> Any:
        return _Watched(self._inner.invoices, self._store, self)

    @property
    def client_queries(self) -> Any:
        return _Spendthrifts(self._inner.client_queries, self._store)

    def counts(self, invoice: Any) -> bool:
        return invoice.status is not InvoiceStatus.PAID


class _Watched(Wrapped):
    def __init__(self, inner: Any, store: Any, fault: _SpendingOf) -> None:
        super().__init__(inner, store)
        self._fault = fault

    def save(self, change: Any) -> Any:
        saved = self._inner.save(change)
        if self._fault.counts(saved):
            more = remembered(self._store)
            more[saved.client_id] = more.get(saved.client_id, 0) + saved.total.amount
        return saved


class _Spendthrifts(Wrapped):
    def get(self, client_id: Any) -> Any:
        return self.spoil(self._inner.get(client_id))

    def page(self, filters: Any, sort: Any, page: Any) -> Any:
        found = self._inner.page(filters, sort, page)
        return Page(tuple(map(self.spoil, found.rows)), found.total)

    def spoil(self, row: Any) -> Any:
        more = remembered(self._store).get(row.client.id)
        return row if more is None else attrs.evolve(row, spent=(row.spent or 0) + more)


class _DeletedCounts(_SpendingOf):
    def counts(self, invoice: Any) -> bool:
        return invoice.deleted_at is not None and invoice.date_paid is not None


class _RefundedCounts(_SpendingOf):
    def counts(self, invoice: Any) -> bool:
        return invoice.status is InvoiceStatus.REFUNDED


class _PartsCount(_SpendingOf):
    def counts(self, invoice: Any) -> bool:
        return invoice.status is InvoiceStatus.PARTIALLY_PAID


class _BillsAreNoDependents(Wrapped):
    def dependents(self, client_id: Any) -> Any:
        return tuple(each for each in self._inner.dependents(client_id) if each != "invoices")


class _SubscriptionsAreNoDependents(Wrapped):
    def dependents(self, client_id: Any) -> Any:
        return tuple(each for each in self._inner.dependents(client_id) if each != "subscriptions")


class _FindsEveryCoupon(Wrapped):
    def look_up(self, *, coupon_id: Any = None, **others: Any) -> Any:
        return attrs.evolve(self._inner.look_up(**others), coupon=coupon_id is not None)


class _FindsForeignServices(Wrapped):
    def look_up(self, *, service_ids: Any = (), **others: Any) -> Any:
        found = self._inner.look_up(service_ids=service_ids, **others)
        services = dict(found.services)
        for each in set(service_ids) - set(services):
            services[each] = ServiceOffer(id=each, name="Somebody's", currency="USD", price=None)
        return attrs.evolve(found, services=services)


class _CodesAreNeverTaken(Wrapped):
    def code_is_taken(self, _: str) -> bool:
        return False


class _NewestPaymentFirst(Wrapped):
    def of_invoice(self, invoice_id: Any) -> Any:
        return self._inner.of_invoice(invoice_id)[::-1]


class _AgeIgnored(Wrapped):
    def pending(self, until: Any) -> Any:
        return self._inner.pending(until.replace(year=until.year + 1))


class _ThatVeryMomentIsLater(Wrapped):
    def pending(self, until: Any) -> Any:
        return tuple(each for each in self._inner.pending(until) if each.created_at < until)


class _SurplusForgotten(Wrapped):
    def surplus(self) -> Any:
        return ()


BILLING_FAULTS: dict[str, tuple[type[Fault], str]] = {
    "order of a proposal's items lost": (instead_of("proposals", _ItemOrderLost), "test_a_proposal_is_kept_whole"),
    "a proposal has its first item only": (
        instead_of("proposals", _OnlyTheFirstItem),
        "test_a_signed_proposal_becomes_one_order",
    ),
    "a foreign proposal is visible": (
        instead_of("proposal_queries", _SeesForeignOnes),
        "test_whatever_is_not_a_live_proposal_is_missing",
    ),
    "a late signature is taken": (instead_of("proposals", _NewOnesCollideOnly), "test_a_proposal_is_signed_once"),
    "names of services are snapshots": (
        instead_of("proposal_queries", _RowsAreRemembered),
        "test_a_proposal_is_shown_with_its_services_as_they_are_now",
    ),
    "total of proposals ignores filters": (instead_of("proposal_queries", _Pages), "test_proposals_by_every_filter"),
    "rows of proposals ignore filters": (
        instead_of("proposal_queries", _RowsIgnoreFilters),
        "test_proposals_by_every_filter",
    ),
    "events of proposals forgotten": (
        instead_of("proposals", _EventsForgotten),
        "test_what_happened_to_a_proposal_is_noted",
    ),
    "order of an invoice's items lost": (
        instead_of("invoices", _ItemOrderLost),
        "test_items_of_an_invoice_are_replaced",
    ),
    "order links of items dropped on save": (
        instead_of("invoices", _OrderLinksLost),
        "test_items_do_not_change_with_the_rest_of_the_invoice",
    ),
    "orders of a paid invoice not linked": (
        instead_of("invoices", _OrderLinksLost),
        "test_paying_an_invoice_makes_its_orders",
    ),
    "items get new ids on save": (instead_of("invoices", _ItemsGetNewIds), "test_a_rewritten_item_keeps_its_order"),
    "part payments lost": (instead_of("invoices", _PartPaymentsLost), "test_an_invoice_is_paid_in_parts"),
    "an invoice may refer to anything": (
        instead_of("invoices", _NothingCollides),
        "test_an_invoice_refers_to_nothing_outside_the_organization",
    ),
    "an invoice's number is taken twice": (
        instead_of("invoices", _NothingCollides),
        "test_an_invoice_number_is_taken_for_ever_in_an_organization",
    ),
    "a number is lost with a rollback": (
        instead_of("invoices", _CountOutlivesRollback),
        "test_what_is_rolled_back_was_never_counted",
    ),
    "a refused invoice leaves a gap": (
        instead_of("invoices", _CountOutlivesRollback),
        "test_numbers_of_invoices_have_no_gaps",
    ),
    "a number is repeated": (instead_of("invoices", _CountsWhatIsStored), "test_each_organization_counts_its_invoices"),
    "organisations share a count": (
        instead_of("invoices", _OneCountForAll),
        "test_each_organization_counts_its_invoices",
    ),
    "a foreign invoice is visible": (
        instead_of("invoice_queries", _SeesForeignInvoices),
        "test_whatever_is_not_a_live_invoice_is_missing",
    ),
    "an invoice shows its client as they were": (
        instead_of("invoice_queries", _RowsAreRemembered),
        "test_an_invoice_is_shown_with_its_client_as_they_are_now",
    ),
    "total of invoices ignores filters": (instead_of("invoice_queries", _Pages), "test_invoices_by_every_filter"),
    "a second pending payment is taken": (
        instead_of("payments", _NothingCollides),
        "test_an_invoice_has_one_pending_payment",
    ),
    "a late answer is taken": (
        instead_of("payments", _NewOnesCollideOnly),
        "test_a_change_of_a_payment_counts_the_version",
    ),
    "newest payment first": (
        instead_of("payments", _NewestPaymentFirst),
        "test_an_invoice_has_any_number_of_payments_that_are_done",
    ),
    "age of pending payments ignored": (
        instead_of("payments", _AgeIgnored),
        "test_pending_payments_are_found_by_their_age",
    ),
    "pending until excludes that moment": (
        instead_of("payments", _ThatVeryMomentIsLater),
        "test_pending_payments_are_found_by_their_age",
    ),
    "surplus is kept": (instead_of("payments", _SurplusForgotten), "test_what_was_interrupted_is_finished"),
    "an invoice starts two subscriptions": (
        instead_of("subscriptions", _NothingCollides),
        "test_an_invoice_starts_one_subscription",
    ),
    "codes of coupons are never taken": (
        instead_of("coupons", _CodesAreNeverTaken),
        "test_a_code_is_taken_for_ever_in_an_organization",
    ),
    "every coupon is found": (instead_of("references", _FindsEveryCoupon), "test_a_coupon_is_found"),
    "every service is found": (
        instead_of("references", _FindsForeignServices),
        "test_services_are_found_with_what_they_offer",
    ),
    "spent counts deleted invoices": (_DeletedCounts, "test_only_paid_invoices_count"),
    "spent counts refunded invoices": (_RefundedCounts, "test_only_paid_invoices_count"),
    "spent counts invoices paid in part": (_PartsCount, "test_only_paid_invoices_count"),
    "invoices are no dependents": (
        instead_of("clients", _BillsAreNoDependents),
        "test_dependents_are_counted_even_when_deleted",
    ),
    "subscriptions are no dependents": (
        instead_of("clients", _SubscriptionsAreNoDependents),
        "test_dependents_are_counted_even_when_deleted",
    ),
}
"""By what is wrong: the fault, and the test that finds it."""
