"""The rules of what no use case does, but a store must answer: adding twice, saving what is old, looking elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.stateful import initialize, multiple, rule

from service_engine.domain.invoice_items import InvoiceItemDraft
from service_engine.domain.invoice_terms import BillingPeriod
from service_engine.domain.invoices import InvoiceStatus
from service_engine.ports.payments import Approved
from service_engine.testing.agreement.books import BooksMachine
from service_engine.testing.agreement.bundles import (
    any_client,
    any_coupon,
    any_employee,
    any_invoice,
    any_order,
    any_payment,
    any_proposal,
    any_service,
    any_ticket,
    clients,
    invoices,
)
from service_engine.testing.agreement.inputs import Ref
from service_engine.testing.agreement.outcomes import Side, observed
from service_engine.testing.agreement.raw_steps import (
    bill_a_stranger,
    copy_and_abandon,
    count_and_abandon,
    dependents_of,
    find_tags,
    look_up,
    repeat_a_number,
    repeat_a_payment,
    repeat_a_subscription,
    save_twice,
)
from service_engine.testing.builders import NOON
from service_engine.usecases import invoices as invoice_cases
from service_engine.usecases import orders as order_cases
from service_engine.usecases import payments as payment_cases
from service_engine.usecases import proposals as proposal_cases
from service_engine.usecases import services as service_cases
from service_engine.usecases import tags as tag_cases
from service_engine.usecases import tickets as ticket_cases
from service_engine.usecases.invoices import InvoicePatch

__all__ = ["CollisionRules"]

_ENDS: Final = st.sampled_from(("paid", "refunded", "deleted"))
_ALIKE: Final = ("urgent", "Urgent", "urgent!")


class CollisionRules(BooksMachine):
    """What a host might do wrong, or two hosts at once; and every look at what belongs to somebody else.

    Example:
        >>> [name for name in vars(CollisionRules) if not name.startswith("_")]
        ['first_history', 'add_what_is_there', 'save_what_is_old', 'look_everything_up', 'look_at_everything', 'once']
    """

    @initialize(target=invoices, ends=st.tuples(_ENDS, _ENDS))
    def first_history(self, ends: tuple[str, str]) -> Any:
        """Give each organisation an invoice that was paid twice, which is refunded or deleted once in a while."""
        return multiple(*(self._history(org, end) for org, end in enumerate(ends)))

    def _history(self, org: int, end: str) -> Ref:
        lines = [
            InvoiceItemDraft(name=name, amount=Decimal(40), service_id=self.first_service[org].id)
            for name in ("A", "B")
        ]
        terms = {"recurring": BillingPeriod(length=1, unit="M"), "at": NOON}
        issued = self.issue(org, payer=self.first_client[org].id, items=lines, **terms)
        begun = self.both(org, payment_cases.begin_charge, issued.id, at=NOON)
        self.kept(org, begun)
        self.billed(org, self.both(org, payment_cases.mark_paid, issued.id, at=NOON))
        self.both(org, payment_cases.settle_charge, begun.id, Approved(transaction_id="txn_4"), at=NOON)
        if end == "refunded":
            patch = InvoicePatch(status=InvoiceStatus.REFUNDED)
            self.billed(org, self.both(org, invoice_cases.update_invoice, issued.id, patch, at=NOON))
        elif end == "deleted":
            self.both(org, invoice_cases.delete_invoice, issued.id, at=NOON)
        return Ref(org, issued.id)

    # --------------------------------------------------------------------------------------------- one after another

    @rule(invoice=any_invoice, proposal=any_proposal, stranger=clients)
    def add_what_is_there(self, invoice: Ref, proposal: Ref, stranger: Ref) -> None:
        """Add a number that is taken, a second open payment, a second subscription; bill somebody else's client."""
        org = invoice.org
        for step in (repeat_a_number, repeat_a_payment, repeat_a_subscription):
            self.once(org, step, invoice.id)
        if stranger.org != org:
            self.once(org, bill_a_stranger, invoice.id, stranger.id)
        self.once(org, copy_and_abandon, "invoices", invoice.id)
        self.once(proposal.org, copy_and_abandon, "proposals", proposal.id)
        self.once(org, count_and_abandon)

    @rule(proposal=any_proposal, invoice=any_invoice, payment=any_payment, order=any_order, ticket=any_ticket)
    def save_what_is_old(self, **old: Ref) -> None:
        """Save each of them as it was before it was saved."""
        for noun, ref in old.items():
            self.once(ref.org, save_twice, f"{noun}s", ref.id)

    # ------------------------------------------------------------------------------------------------- looking around

    @rule(
        client=any_client,
        coupon=any_coupon,
        service=any_service,
        order=any_order,
        employee=any_employee,
        tag=st.sampled_from(_ALIKE),
    )
    def look_everything_up(self, tag: str, **refs: Ref) -> None:
        """Ask both organisations for things of either, the way a use case does before it refuses."""
        for org in (0, 1):
            self.both(org, look_up, **{name: ref.id for name, ref in refs.items()})
            self.both(org, dependents_of, refs["client"].id)
            self.both(org, tag_cases.find_or_create_tags, _ALIKE, at=NOON)
            self.both(org, find_tags, [tag])

    @rule(ticket=any_ticket, order=any_order, service=any_service, proposal=any_proposal, invoice=any_invoice)
    def look_at_everything(self, ticket: Ref, order: Ref, service: Ref, proposal: Ref, invoice: Ref) -> None:
        """Ask both organisations to show things of either."""
        for org in (0, 1):
            self.read(org, ticket_cases.get_ticket, ticket.id)
            self.read(org, order_cases.get_order, order.id)
            self.read(org, service_cases.get_service, service.id)
            self.read(org, proposal_cases.get_proposal, proposal.id)
            self.read(org, invoice_cases.get_invoice, invoice.id)

    def once(self, org: int, step: Callable[..., Any], /, *args: Any) -> Any:
        """Do something in a transaction of its own that is not tried again: what collides would do so each time."""
        org_id = self.organizations[org]

        def go(side: Side) -> Any:
            with side.store.begin(org_id) as uow:
                return observed(uow, step, args, {})

        return self.ask(f"{step.__name__} in organisation {org} with {args}", go, org=org)
