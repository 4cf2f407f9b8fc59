"""Order messages on the wire: one request body, 9 keys out.

Whether the client may see a message is one fact with two names: ``is_public`` is the opposite of ``staff_only``.

Source: contract section 2.4; part A "Responses".
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator, with_config
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from service_engine.domain.messages import MAX_FILES
from service_engine.ports.order_messages import AuthorRow, OrderMessageRow
from service_engine.schemas.errors import EXACT
from service_engine.schemas.fields import FileAddress, RequiredNote
from service_engine.schemas.validation import Input

__all__ = ["OrderMessageCreate", "OrderMessageWire", "order_message_wire"]


class OrderMessageCreate(Input):
    """A new message. Null means the same as leaving the field out.

    Example:
        >>> OrderMessageCreate(message="For us alone", is_public=False).arguments()
        {'text': 'For us alone', 'staff_only': True, 'files': []}
    """

    message: RequiredNote
    is_public: bool | None = None
    staff_only: bool | None = None
    files: Annotated[list[FileAddress], Field(max_length=MAX_FILES)] | None = None

    @field_validator("staff_only")
    @classmethod
    def _says_what_is_public_says(cls, staff_only: bool | None, info: ValidationInfo) -> bool | None:
        if staff_only is not None and staff_only == info.data.get("is_public"):
            raise PydanticCustomError("contradiction", "is_public and staff_only contradict each other")
        return staff_only

    def arguments(self) -> dict[str, Any]:
        """Return it as the arguments of the use case."""
        hidden = self.staff_only if self.staff_only is not None else self.is_public is False
        return {"text": self.message, "staff_only": hidden, "files": self.files or []}


@with_config(EXACT)
class AuthorWire(TypedDict):
    """Who wrote a message."""

    id: UUID
    name_f: str
    name_l: str
    email: str


@with_config(EXACT)
class OrderMessageWire(TypedDict):
    """A message on an order; ``user`` is null once its author is gone."""

    id: UUID
    order_id: UUID
    user_id: UUID | None
    message: str
    is_public: bool
    staff_only: bool
    files: list[str]
    created_at: datetime
    user: AuthorWire | None


def order_message_wire(row: OrderMessageRow) -> OrderMessageWire:
    """Return a message as the wire shows it.

    Source:
        Contract section 2.4, "Message object" (7 keys), with part A's ``staff_only`` and ``files``.

    Example:
        >>> from service_engine.schemas.example_rows import MESSAGE
        >>> wire = order_message_wire(MESSAGE)
        >>> wire["message"], wire["is_public"], wire["user"]["name_f"]
        ('The first draft is ready.', True, 'Jane')
    """
    message = row.message
    return {
        "id": message.id,
        "order_id": message.order_id,
        "user_id": message.author_id,
        "message": message.text,
        "is_public": not message.staff_only,
        "staff_only": message.staff_only,
        "files": list(message.files),
        "created_at": message.created_at,
        "user": None if row.author is None else _author_wire(row.author),
    }


def _author_wire(author: AuthorRow) -> AuthorWire:
    return {"id": author.id, "name_f": author.first_name, "name_l": author.last_name, "email": author.email}
