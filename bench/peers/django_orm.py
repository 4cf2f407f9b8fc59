"""Django's ORM as a contender, written as its documentation recommends.

Models with ``managed = False``, ``select_related`` for what there is one of, ``prefetch_related`` with ``to_attr`` for
what there are several of, ``only`` where a few columns of many are shown, ``transaction.atomic`` for a write, which on
SQLite begins with ``BEGIN IMMEDIATE``. Reads are in no transaction, as they are by default. On PostgreSQL statements
are prepared.

Django is set up once for a process, for one database at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from bench.contenders import Given, Operation, Plain
from bench.peers.answers import plain_answer

__all__ = ["DjangoOrm"]

_ALIAS = "default"


class DjangoOrm:
    """Django's ORM on one database."""

    name: str = "Django ORM"

    def __init__(self, operations: Mapping[Operation, Callable[[Given], Any]]) -> None:
        self._operations = operations

    @classmethod
    def open(cls, url: str) -> DjangoOrm:
        """Connect to a database that has our schema.

        Raises:
            ImportError: Django is not installed.
            RuntimeError: Another one is open, on another database.
        """
        _connect(url)
        from bench.peers import django_reads, django_writes  # noqa: PLC0415  # models can be made only now

        return cls({**django_reads.READS, **django_writes.WRITES})

    def operations(self) -> Mapping[Operation, Callable[[Given], Any]]:
        """Return what it can do: everything."""
        return self._operations

    def plain(self, operation: Operation, answer: Any) -> Plain:
        """Return an answer in comparable form."""
        return plain_answer(operation, answer)

    def close(self) -> None:
        """Give the connection back."""
        from django.db import connections  # noqa: PLC0415

        connections[_ALIAS].close()
        del connections[_ALIAS]
        connections.settings.pop(_ALIAS)


def _connect(url: str) -> None:
    import django  # noqa: PLC0415  # it may not be installed
    from django.conf import settings  # noqa: PLC0415
    from django.db import connections  # noqa: PLC0415

    database = _settings_of(url)
    if not settings.configured:
        settings.configure(DATABASES={_ALIAS: database}, USE_TZ=True, TIME_ZONE="UTC")
        django.setup()
    elif _ALIAS in connections.settings:
        msg = "Django is open on a database already; close that first"
        raise RuntimeError(msg)
    # Asked for anew each time, because the settings fill in defaults.
    connections.settings = connections.configure_settings({_ALIAS: database})
    connections[_ALIAS].ensure_connection()


def _settings_of(url: str) -> dict[str, Any]:
    if url.startswith("sqlite:"):
        name = url.partition(":///")[2]
        # What the documentation recommends for more than one writer.
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": name,
            "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 10},
        }
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.removeprefix("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or parse_qs(parts.query).get("host", [""])[0],
        "PORT": str(parts.port or ""),
        # Prepared statements, as psycopg has them by default and Django does not.
        "OPTIONS": {"server_side_binding": True, "prepare_threshold": 5},
    }
