"""``service-engine employee add``: hire somebody."""

from __future__ import annotations

import argparse
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from service_engine.cli import databases, terminal
from service_engine.domain.employees import Employee
from service_engine.domain.ids import OrganizationId
from service_engine.usecases.organizations import ADMINISTRATOR, add_employee

if TYPE_CHECKING:
    from service_engine.ports.unit_of_work import UnitOfWork

__all__ = ["add_to", "run"]


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's parser."""
    employee = commands.add_parser("employee", help="the people who work for an organisation")
    verbs = employee.add_subparsers(title="commands", metavar="COMMAND", required=True)
    parser = verbs.add_parser(
        "add", help="hire somebody", description="Hire somebody, who can then be assigned to tickets."
    )
    databases.add_url_option(parser)
    parser.add_argument("--organization", metavar="ID", type=UUID, required=True, help="its id; bootstrap printed it")
    parser.add_argument("--email", required=True, help="must be free in the organisation")
    parser.add_argument("--first-name", metavar="NAME", required=True)
    parser.add_argument("--last-name", metavar="NAME", required=True)
    parser.add_argument("--role", metavar="NAME", default=ADMINISTRATOR, help="(default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print the new id as one line of JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Hire somebody, print their id."""
    with closing(databases.open_store(options.database_url)) as store:
        employee = store.run(
            OrganizationId(options.organization),
            _hire,
            email=options.email,
            first_name=options.first_name,
            last_name=options.last_name,
            role=options.role,
            at=datetime.now(UTC),
        )
    if options.json:
        terminal.print_json({"id": str(employee.id)})
    else:
        print(f"{employee.first_name} {employee.last_name} works here as {employee.role.name}, id {employee.id}")
    return 0


def _hire(uow: UnitOfWork, *, email: str, first_name: str, last_name: str, role: str, at: datetime) -> Employee:
    uow.organizations.get()  # an unknown organisation is refused as such, not as one without roles
    return add_employee(uow, email=email, first_name=first_name, last_name=last_name, role=role, at=at)
