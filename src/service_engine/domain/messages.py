"""What every message is, on a ticket or on an order: text, files, and whether only the staff may see it.

Source: contract sections 2.4 and 2.8; part A "Responses" (files, staff_only).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from attrs import Attribute, field, frozen

from service_engine.domain.ids import UserId
from service_engine.domain.instants import utc
from service_engine.domain.kinds import is_true_or_false
from service_engine.domain.text import NOTE, bounded, clean
from service_engine.errors import RuleViolationError

__all__ = ["MAX_FILES", "MAX_FILE_ADDRESS", "Message", "clean_files", "clean_text"]

MAX_FILES: Final = 100
MAX_FILE_ADDRESS: Final = 2048
_check_file = bounded(MAX_FILE_ADDRESS)


def _are_files(instance: Any, attribute: Attribute[Any], value: Any) -> None:
    if isinstance(value, str):
        msg = f"{attribute.name} must be a tuple of texts, not {value!r}"
        raise TypeError(msg)
    if value:
        _require_few(value)
    for each in value:
        _check_file(instance, attribute, each)


@frozen(kw_only=True)
class Message:
    """Something that somebody wrote; never changes.

    Args:
        author_id: Who wrote it; None once they are gone.
        text: 1 to 65,535 characters.
        staff_only: Whether the client may not see it.
        files: Up to 100 addresses of files, of up to 2,048 characters each.
        created_at: When it was written, UTC.

    Example:
        >>> from service_engine.testing.examples import message, question
        >>> isinstance(message, Message), isinstance(question, Message)
        (True, True)
    """

    author_id: UserId | None
    text: str = field(validator=bounded(NOTE))
    staff_only: bool = field(default=False, validator=is_true_or_false)
    files: tuple[str, ...] = field(default=(), validator=_are_files)
    created_at: datetime = field(converter=utc)


def clean_text(text: str) -> str:
    """Return a message's text stripped.

    Raises:
        RuleViolationError: It is blank or too long, on the field ``message``.

    Example:
        >>> clean_text("  Done. ")
        'Done.'
    """
    return clean(text, field="message", max_length=NOTE)


def clean_files(files: Sequence[str]) -> tuple[str, ...]:
    """Return the addresses of files stripped.

    Raises:
        RuleViolationError: One is blank or too long, or there are too many, on the field ``files``.
        TypeError: They are one text, which Python would take letter by letter.

    Example:
        >>> clean_files([" https://example.com/draft.pdf "])
        ('https://example.com/draft.pdf',)
    """
    if isinstance(files, str):
        msg = f"files are several addresses; put {files!r} into a list"
        raise TypeError(msg)
    cleaned = tuple(clean(each, field="files", max_length=MAX_FILE_ADDRESS) for each in files)
    _require_few(cleaned)
    return cleaned


def _require_few(files: tuple[str, ...]) -> None:
    if len(files) > MAX_FILES:
        raise RuleViolationError("files", f"The files must be at most {MAX_FILES}.")
