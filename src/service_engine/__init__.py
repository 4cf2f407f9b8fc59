"""The business rules of a service business: clients, services, orders, tickets of many organisations, side by side.

This is the doorway. Use cases live in ``service_engine.usecases``, one module per noun::

    from service_engine import MemoryStore
    from service_engine.usecases.tickets import open_ticket

Ids and errors are here at once; everything else is loaded when it is first asked for, so that importing this package
stays cheap and loads neither SQLAlchemy nor pydantic nor FastAPI. The stores for SQL databases, and ``join``,
``join_async`` and ``borrow``, which lead to a unit of work in a transaction of your own, need the extra ``sql``. The
installed version is in ``__version__``.

Source: design sections 2 and 9.
"""

import typing
from importlib import import_module as _import_module

from service_engine.domain.ids import (
    AddressId,
    ApiTokenId,
    ClientId,
    CouponId,
    EmployeeId,
    InvoiceId,
    InvoiceItemId,
    OrderId,
    OrderMessageId,
    OrderTaskId,
    OrganizationId,
    PaymentId,
    ProposalId,
    ProposalItemId,
    RoleId,
    ServiceFolderId,
    ServiceId,
    SubscriptionId,
    TagId,
    TicketId,
    TicketMessageId,
    UserId,
)
from service_engine.errors import (
    AlreadyTakenError,
    AuthenticationError,
    ConflictError,
    DependentsExistError,
    IllegalMoveError,
    InvalidReferenceError,
    NotAssignableError,
    NotFoundError,
    PaymentDeclinedError,
    PaymentPendingError,
    RuleViolationError,
    ServiceEngineError,
    TokenExpiredError,
    WrongStatusError,
)

if typing.TYPE_CHECKING:
    from service_engine.adapters.aio import AsyncSqlStore, join_async
    from service_engine.adapters.memory import MemoryStore
    from service_engine.adapters.sql import SqlStore, borrow, join
    from service_engine.domain.change import UNSET, Change, Event, Unset
    from service_engine.ports.unit_of_work import Store, UnitOfWork, View

    __version__: str

__all__ = [
    "UNSET",
    "AddressId",
    "AlreadyTakenError",
    "ApiTokenId",
    "AsyncSqlStore",
    "AuthenticationError",
    "Change",
    "ClientId",
    "ConflictError",
    "CouponId",
    "DependentsExistError",
    "EmployeeId",
    "Event",
    "IllegalMoveError",
    "InvalidReferenceError",
    "InvoiceId",
    "InvoiceItemId",
    "MemoryStore",
    "NotAssignableError",
    "NotFoundError",
    "OrderId",
    "OrderMessageId",
    "OrderTaskId",
    "OrganizationId",
    "PaymentDeclinedError",
    "PaymentId",
    "PaymentPendingError",
    "ProposalId",
    "ProposalItemId",
    "RoleId",
    "RuleViolationError",
    "ServiceEngineError",
    "ServiceFolderId",
    "ServiceId",
    "SqlStore",
    "Store",
    "SubscriptionId",
    "TagId",
    "TicketId",
    "TicketMessageId",
    "TokenExpiredError",
    "UnitOfWork",
    "Unset",
    "UserId",
    "View",
    "WrongStatusError",
    "borrow",
    "join",
    "join_async",
]

_LAZY: typing.Final = {
    "UNSET": "service_engine.domain.change",
    "AsyncSqlStore": "service_engine.adapters.aio",
    "Change": "service_engine.domain.change",
    "Event": "service_engine.domain.change",
    "MemoryStore": "service_engine.adapters.memory",
    "SqlStore": "service_engine.adapters.sql",
    "Store": "service_engine.ports.unit_of_work",
    "UnitOfWork": "service_engine.ports.unit_of_work",
    "Unset": "service_engine.domain.change",
    "View": "service_engine.ports.unit_of_work",
    "borrow": "service_engine.adapters.sql",
    "join": "service_engine.adapters.sql",
    "join_async": "service_engine.adapters.aio",
}
_EXTRAS: typing.Final = {
    "AsyncSqlStore": "asyncio",
    "SqlStore": "sql",
    "borrow": "sql",
    "join": "sql",
    "join_async": "asyncio",
}
_COME_WITH_EXTRAS: typing.Final = frozenset({"alembic", "greenlet", "orjson", "sqlalchemy"})


def __getattr__(name: str) -> object:
    if name == "__version__":
        found: object = _import_module("importlib.metadata").version("service-engine")
    elif name in _LAZY:
        found = _load(name)
    else:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY, "__version__"})


def _load(name: str) -> object:
    try:
        module = _import_module(_LAZY[name])
    except ModuleNotFoundError as error:
        missing = str(error.name).partition(".")[0]
        if name not in _EXTRAS or missing not in _COME_WITH_EXTRAS:
            raise
        msg = f"{name} needs {missing}, which is not installed; install service-engine[{_EXTRAS[name]}]"
        raise ImportError(msg, name=missing) from error
    return getattr(module, name)
