"""Classes that certify a store: what every store must do, as pytest tests that the store's author inherits.

A host that writes a store of its own gives one fixture, and gets everything that the library's own stores are held to::

    import pytest
    from service_engine.testing.contracts import StoreContract


    class TestMyStore(StoreContract):
        @pytest.fixture
        def store(self):
            store = MyStore(...)
            yield store
            store.close()

The store need not be empty: each test founds organisations of its own. While only a part is written, inherit the class
of that part: ``TagContract``, ``TicketContract``, ….

A payment gateway is certified in the same way, by ``GatewayContract``; an awaited one by ``AsyncGatewayContract``.

Source: design section 8, kind 1.
"""

import pytest

_PARTS = (
    "agency",
    "api_tokens",
    "charging",
    "client_lists",
    "clients",
    "coupons",
    "employees",
    "gateways",
    "invoice_lists",
    "invoices",
    "lists",
    "order_lists",
    "order_messages",
    "order_tasks",
    "orders",
    "organizations",
    "paying",
    "payments",
    "proposal_lists",
    "proposals",
    "references",
    "retries",
    "service_lists",
    "services",
    "signing",
    "subscriptions",
    "tags",
    "threads",
    "ticket_lists",
    "ticket_views",
    "tickets",
    "units_of_work",
)
pytest.register_assert_rewrite(*(f"{__name__}.{part}" for part in _PARTS))

from service_engine.testing.contracts.agency import Agency, Contract, happened  # noqa: E402  # after the line above
from service_engine.testing.contracts.api_tokens import ApiTokenContract  # noqa: E402
from service_engine.testing.contracts.charging import ChargingContract  # noqa: E402
from service_engine.testing.contracts.client_lists import ClientListContract  # noqa: E402
from service_engine.testing.contracts.clients import (  # noqa: E402
    ClientContract,
    ClientEmailContract,
    ClientSpendingContract,
)
from service_engine.testing.contracts.coupons import CouponContract  # noqa: E402
from service_engine.testing.contracts.employees import EmployeeContract  # noqa: E402
from service_engine.testing.contracts.gateways import (  # noqa: E402
    AsyncGatewayContract,
    GatewayContract,
    OtherEnd,
)
from service_engine.testing.contracts.invoice_lists import InvoiceListContract  # noqa: E402
from service_engine.testing.contracts.invoices import (  # noqa: E402
    InvoiceContract,
    InvoiceItemContract,
    InvoiceNumberContract,
)
from service_engine.testing.contracts.keysets import KeysetContract  # noqa: E402
from service_engine.testing.contracts.order_lists import OrderListContract  # noqa: E402
from service_engine.testing.contracts.order_messages import OrderMessageContract  # noqa: E402
from service_engine.testing.contracts.order_tasks import OrderTaskContract  # noqa: E402
from service_engine.testing.contracts.orders import OrderContract  # noqa: E402
from service_engine.testing.contracts.organizations import OrganizationContract, RoleContract  # noqa: E402
from service_engine.testing.contracts.paying import PayingContract  # noqa: E402
from service_engine.testing.contracts.payments import PaymentContract  # noqa: E402
from service_engine.testing.contracts.proposal_lists import ProposalListContract  # noqa: E402
from service_engine.testing.contracts.proposals import ProposalContract  # noqa: E402
from service_engine.testing.contracts.references import ReferenceContract  # noqa: E402
from service_engine.testing.contracts.retries import RetryContract  # noqa: E402
from service_engine.testing.contracts.service_lists import ServiceListContract  # noqa: E402
from service_engine.testing.contracts.services import ServiceContract, ServiceFolderContract  # noqa: E402
from service_engine.testing.contracts.signing import SigningContract  # noqa: E402
from service_engine.testing.contracts.subscriptions import SubscriptionContract  # noqa: E402
from service_engine.testing.contracts.tags import TagContract  # noqa: E402
from service_engine.testing.contracts.threads import ThreadsContract  # noqa: E402
from service_engine.testing.contracts.ticket_lists import TicketListContract  # noqa: E402
from service_engine.testing.contracts.ticket_views import TicketViewContract  # noqa: E402
from service_engine.testing.contracts.tickets import TicketContract, TicketLinkContract  # noqa: E402
from service_engine.testing.contracts.units_of_work import UnitOfWorkContract  # noqa: E402

__all__ = [
    "Agency",
    "ApiTokenContract",
    "AsyncGatewayContract",
    "ChargingContract",
    "ClientContract",
    "ClientEmailContract",
    "ClientListContract",
    "ClientSpendingContract",
    "Contract",
    "CouponContract",
    "EmployeeContract",
    "GatewayContract",
    "InvoiceContract",
    "InvoiceItemContract",
    "InvoiceListContract",
    "InvoiceNumberContract",
    "KeysetContract",
    "OrderContract",
    "OrderListContract",
    "OrderMessageContract",
    "OrderTaskContract",
    "OrganizationContract",
    "OtherEnd",
    "PayingContract",
    "PaymentContract",
    "ProposalContract",
    "ProposalListContract",
    "ReferenceContract",
    "RetryContract",
    "RoleContract",
    "ServiceContract",
    "ServiceFolderContract",
    "ServiceListContract",
    "SigningContract",
    "StoreContract",
    "SubscriptionContract",
    "TagContract",
    "ThreadsContract",
    "TicketContract",
    "TicketLinkContract",
    "TicketListContract",
    "TicketViewContract",
    "UnitOfWorkContract",
    "happened",
]


class StoreContract(
    OrganizationContract,
    RoleContract,
    EmployeeContract,
    ApiTokenContract,
    ClientContract,
    ClientEmailContract,
    ClientSpendingContract,
    ClientListContract,
    ServiceContract,
    ServiceFolderContract,
    ServiceListContract,
    OrderContract,
    OrderListContract,
    OrderTaskContract,
    OrderMessageContract,
    ProposalContract,
    SigningContract,
    ProposalListContract,
    CouponContract,
    InvoiceContract,
    InvoiceItemContract,
    InvoiceNumberContract,
    InvoiceListContract,
    PaymentContract,
    SubscriptionContract,
    PayingContract,
    ChargingContract,
    TagContract,
    TicketContract,
    TicketLinkContract,
    TicketViewContract,
    TicketListContract,
    KeysetContract,
    ReferenceContract,
    UnitOfWorkContract,
    RetryContract,
    ThreadsContract,
):
    """Everything that a store must do. Inherit it and give a fixture ``store``.

    Example:
        >>> from service_engine import MemoryStore
        >>> class TestMyStore(StoreContract):
        ...     @pytest.fixture
        ...     def store(self) -> MemoryStore:
        ...         return MemoryStore()  # yours instead
        >>> sum(name.startswith("test_") for name in dir(TestMyStore)) > 200
        True
    """
