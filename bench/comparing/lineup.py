"""Who takes part. A contender whose tool is not installed is missing, and the report says why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib import import_module
from types import MappingProxyType
from typing import Final

from attrs import frozen

from bench.contenders import Contender

__all__ = ["LIBRARY", "LINEUP", "RAW", "Team", "open_contender", "opened"]

RAW: Final = "raw driver"
LIBRARY: Final = "service_engine"
LINEUP: Final[Mapping[str, str]] = MappingProxyType(
    {
        RAW: "bench.raw.contender:Raw",
        LIBRARY: "bench.comparing.library:Library",
        "SQLAlchemy ORM": "bench.peers.sqlalchemy_orm:SqlAlchemyOrm",
        "Django ORM": "bench.peers.django_orm:DjangoOrm",
        "original's shape": "bench.peers.original:Original",
    }
)
"""By the name in the report: where the class is that opens the contender."""


@frozen
class Team:
    """Those who are there, and those who are not.

    Args:
        contenders: By name, in the order of the report.
        missing: By name: why not.
    """

    contenders: Mapping[str, Contender]
    missing: Mapping[str, str]


def open_contender(name: str, url: str) -> Contender | str:
    """Open a contender on a database; a text says what is not installed."""
    module, _, attribute = LINEUP[name].partition(":")
    try:
        contender: Contender = getattr(import_module(module), attribute).open(url)
    except ImportError as error:
        if error.name is not None and error.name.startswith("bench"):
            raise  # nobody can install that
        return f"not installed ({error})"
    return contender


@contextmanager
def opened(url: str, names: Iterable[str]) -> Iterator[Team]:
    """Open those of the contenders that are installed, and close them at the end."""
    contenders: dict[str, Contender] = {}
    missing: dict[str, str] = {}
    with ExitStack() as stack:
        for name in names:
            contender = open_contender(name, url)
            if isinstance(contender, str):
                missing[name] = contender
                continue
            stack.callback(contender.close)
            contenders[name] = contender
        yield Team(contenders, missing)
