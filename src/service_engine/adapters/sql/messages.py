"""What the messages on tickets and on orders have in common, in SQL."""

from __future__ import annotations

from typing import Any, Final

from service_engine.domain.messages import Message

__all__ = ["MESSAGE_COLUMNS", "message_row"]

MESSAGE_COLUMNS: Final = ("author_id", "text", "staff_only", "files", "created_at")


def message_row(message: Message) -> dict[str, Any]:
    """Return the row of a message, without its id and without what it stands on."""
    return {name: getattr(message, name) for name in MESSAGE_COLUMNS}
