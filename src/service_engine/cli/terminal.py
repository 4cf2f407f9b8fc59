"""What the terminal can show: any text on any encoding, and JSON for programs."""

from __future__ import annotations

import codecs
import json
import sys
from collections.abc import Mapping
from typing import Any, Final, TextIO

__all__ = ["accept_any_encoding", "print_json"]

_LOOKALIKES: Final = str.maketrans(
    {
        **dict.fromkeys("─━═", "-"),
        **dict.fromkeys("│┃║▎", "|"),
        **dict.fromkeys("╭╮╰╯┌┐└┘┏┓┗┛┬┴├┤┼┯", "+"),
        **dict(zip("▲▼◀▶←→↑↓●○·…", "^v<><>^v*o-.", strict=True)),
    }
)
_ERRORS: Final = "service_engine.lookalike"


def _lookalike(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end].translate(_LOOKALIKES)
    return text.encode(error.encoding, "backslashreplace").decode(error.encoding), error.end


codecs.register_error(_ERRORS, _lookalike)


def accept_any_encoding(stream: TextIO | None) -> None:
    r"""Make a stream that cannot say everything say something similar, instead of failing.

    Lines and arrows become ASCII of the same width; any other character becomes its escape.

    Args:
        stream: Standard output or error; None, or something that is no file, stays as it is.

    Example:
        >>> "● Open → caf\u00e9".encode("ascii", "service_engine.lookalike").decode()
        '* Open > caf\\xe9'
    """
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors=_ERRORS)


def print_json(value: Mapping[str, Any]) -> None:
    """Print one line of JSON, in ASCII, at once.

    Example:
        >>> print_json({"id": "7"})
        {"id": "7"}
    """
    print(json.dumps(value), file=sys.stdout, flush=True)
