"""``service-engine db``: the tables."""

from __future__ import annotations

import argparse

from service_engine.cli import databases
from service_engine.cli.failures import CommandError

__all__ = ["add_to", "check", "upgrade"]


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the parsers of both commands."""
    db = commands.add_parser("db", help="make or check the tables")
    verbs = db.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, run, text in (
        ("upgrade", upgrade, "make the tables, or bring them up to date; run as often as you like"),
        ("check", check, "tell whether the tables are there and up to date; exit code 1 when not"),
    ):
        parser = verbs.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
        databases.add_url_option(parser)
        parser.set_defaults(run=run)


def upgrade(options: argparse.Namespace) -> int:
    """Make the tables, or bring them up to date."""
    databases.make_tables(options.database_url)
    print(f"The tables in {databases.without_password(options.database_url)} are up to date.")
    return 0


def check(options: argparse.Namespace) -> int:
    """Tell whether the tables are there and up to date."""
    found = databases.differences(options.database_url)
    if found:
        first, *others = found
        more = f" (and {len(others)} more)" if others else ""
        msg = f"the tables are not up to date: {first}{more}; run: service-engine db upgrade"
        raise CommandError(msg)
    print(f"The tables in {databases.without_password(options.database_url)} are up to date.")
    return 0
