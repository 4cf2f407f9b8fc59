"""The commands that the demo suggests at its end: they can be pasted into a shell as they stand."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import Final

__all__ = ["look_at_the_story", "start_an_agency"]

_ADDRESS: Final = "http://127.0.0.1:8000"
_CURL: Final = "curl -s --retry 9 --retry-connrefused"  # the server may need a second


def start_an_agency() -> list[str]:
    """Return the commands that found an agency in ``./service-engine.db``, serve it, and register a client."""
    return [
        *_path(),
        'TOKEN=$(service-engine bootstrap --organization "Acme Agency" --only token)',
        "service-engine serve --port 8000 &",
        f'{_CURL} -H "Authorization: Bearer $TOKEN" \\',
        '  -H "Content-Type: application/json" \\',
        '  -d \'{"email": "john@example.com", "name_f": "John", "name_l": "Doe"}\' \\',
        f"  {_ADDRESS}/api/clients",
    ]


def look_at_the_story(url: str, *, token: str, ticket_id: object) -> list[str]:
    """Return the commands that serve the database in which the story was told, and fetch its ticket."""
    return [
        *_path(),
        f"service-engine serve --database-url {shlex.quote(url)} --port 8000 &",
        f'{_CURL} -H "Authorization: Bearer {token}" \\',
        f"  {_ADDRESS}/api/tickets/{ticket_id}",
    ]


def _path() -> list[str]:
    """Return what makes ``service-engine`` known to the reader's shell, if it is not known there.

    A nox session has its own PATH, which ends with it: there the command is found by us, and not by the reader.
    """
    scripts = Path(sys.executable).parent
    outer = os.environ.get("PATH", "").split(os.pathsep)
    if "NOX_CURRENT_SESSION" not in os.environ and str(scripts) in outer:
        return []
    return [f"PATH={shlex.quote(str(scripts))}:$PATH"]
