"""The parser of the whole command; each command adds its own part."""

from __future__ import annotations

import argparse
from functools import partial
from importlib import metadata
from typing import Any, Final

from service_engine.cli import bootstrap, coupon, databases, db, demo, diagram, employee, folder, serve

__all__ = ["parser"]

_COMMANDS: Final = (demo, bootstrap, employee, folder, coupon, serve, db, diagram)
_EPILOG: Final = f"""\
start here:
  service-engine demo
  service-engine bootstrap --organization "Acme Agency"
  service-engine serve

The database is {databases.DEFAULT_URL} unless --database-url or the variable
{databases.URL_VARIABLE} says otherwise.
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command.

    Example:
        >>> parser().parse_args(["serve", "--port", "0"]).port
        0
    """
    root = argparse.ArgumentParser(
        prog="service-engine",
        description="Run the service business of one or many organisations: clients, services, proposals, orders, "
        "invoices, tickets.",
        epilog=_EPILOG,
        formatter_class=partial(argparse.RawDescriptionHelpFormatter, max_help_position=16),
    )
    root.add_argument("-V", "--version", action=_Version, nargs=0, help="print the installed version")
    commands = root.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in _COMMANDS:
        command.add_to(commands)
    return root


class _Version(argparse.Action):
    """Looks the version up when it is asked for: every other command also works where the package is not installed."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        print(f"service-engine {metadata.version('service-engine')}")
        parser.exit()
