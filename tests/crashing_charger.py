"""The child of test_charging_failures.py: charges an invoice, and is killed while it does."""

from __future__ import annotations

from pathlib import Path

from tests.gateways import LedgerGateway

from service_engine import SqlStore
from service_engine.domain.ids import InvoiceId, OrganizationId
from service_engine.testing.examples import later
from service_engine.usecases.charging import charge_invoice
from service_engine.usecases.payments import mark_paid


class Overtaken(LedgerGateway):
    """The client pays in cash while the gateway is at work, so that the money is given back at once."""

    def __init__(self, ledger: Path, store: SqlStore, org_id: OrganizationId, invoice_id: InvoiceId) -> None:
        super().__init__(ledger, dies="given back")
        self._pay = lambda: store.run(org_id, mark_paid, invoice_id, at=later)

    def charge(self, request):
        """Take the money; be late."""
        answer = super().charge(request)
        self._pay()
        return answer


def main(url: str, ledger: str, dies: str, org_id: OrganizationId, invoice_id: InvoiceId) -> None:
    """Charge, and do not come back."""
    store = SqlStore.from_url(url)
    gateway = (
        Overtaken(Path(ledger), store, org_id, invoice_id)
        if dies == "given back"
        else LedgerGateway(Path(ledger), dies=dies)
    )
    charge_invoice(store, gateway, org_id, invoice_id, payment_method_id="pm_1", at=later)
