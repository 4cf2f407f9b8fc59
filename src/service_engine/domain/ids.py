"""Ids as distinct types: a type checker refuses a raw UUID, or a client's id where a ticket's is wanted.

At run time each is a plain ``uuid.UUID`` and costs nothing. New ones come from the store (version 7, ordered by time).
"""

from typing import NewType
from uuid import UUID

__all__ = [
    "AddressId",
    "ApiTokenId",
    "ClientId",
    "CouponId",
    "EmployeeId",
    "InvoiceId",
    "InvoiceItemId",
    "OrderId",
    "OrderMessageId",
    "OrderTaskId",
    "OrganizationId",
    "PaymentId",
    "ProposalId",
    "ProposalItemId",
    "RoleId",
    "ServiceFolderId",
    "ServiceId",
    "SubscriptionId",
    "TagId",
    "TicketId",
    "TicketMessageId",
    "UserId",
]

OrganizationId = NewType("OrganizationId", UUID)
RoleId = NewType("RoleId", UUID)
AddressId = NewType("AddressId", UUID)
UserId = NewType("UserId", UUID)
"""Somebody of the organisation, client or employee: the author of a message."""
ClientId = NewType("ClientId", UserId)
EmployeeId = NewType("EmployeeId", UserId)
ApiTokenId = NewType("ApiTokenId", UUID)
TagId = NewType("TagId", UUID)
TicketId = NewType("TicketId", UUID)
TicketMessageId = NewType("TicketMessageId", UUID)
OrderId = NewType("OrderId", UUID)
OrderTaskId = NewType("OrderTaskId", UUID)
OrderMessageId = NewType("OrderMessageId", UUID)
ServiceId = NewType("ServiceId", UUID)
ServiceFolderId = NewType("ServiceFolderId", UUID)
InvoiceId = NewType("InvoiceId", UUID)
SubscriptionId = NewType("SubscriptionId", UUID)
InvoiceItemId = NewType("InvoiceItemId", UUID)
PaymentId = NewType("PaymentId", UUID)
"""Also the key by which a payment gateway knows a payment, so that asking twice takes the money once."""
CouponId = NewType("CouponId", UUID)
ProposalId = NewType("ProposalId", UUID)
ProposalItemId = NewType("ProposalItemId", UUID)
