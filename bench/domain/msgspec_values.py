# mypy: ignore-errors
# Its types are msgspec's, without which the types are checked.
"""A ticket as msgspec has it. By itself, because msgspec may be missing."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from bench.domain.rules import Stage

__all__ = ["StructTicket"]

Aware = Annotated[datetime, Meta(tz=True)]


class StructTicket(Struct, frozen=True, kw_only=True):
    """A ticket with the library's bounds. Only ``msgspec.convert`` looks at them; the constructor does not."""

    id: UUID
    client_id: UUID
    order_id: UUID | None = None
    subject: Annotated[str, Meta(min_length=1, max_length=255)]
    status: Stage = Stage.OPEN
    source: Annotated[str, Meta(max_length=50)] | None = "API"
    note: Annotated[str, Meta(max_length=65_535)] | None = None
    form_data: dict[str, Any] = {}
    metadata: dict[str, Any] = {}
    employee_ids: tuple[UUID, ...] = ()
    tags: tuple[str, ...] = ()
    created_at: Aware
    updated_at: Aware
    last_message_at: Aware | None = None
    date_closed: Aware | None = None
    deleted_at: Aware | None = None
    version: int = 1

    def __post_init__(self) -> None:
        if (self.status is Stage.CLOSED) != (self.date_closed is not None):
            msg = "date_closed does not fit the status"
            raise ValueError(msg)
