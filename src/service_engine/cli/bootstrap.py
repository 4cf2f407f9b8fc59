"""``service-engine bootstrap``: found an organisation, so that the API can be used."""

from __future__ import annotations

import argparse
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from service_engine.cli import databases, terminal
from service_engine.domain.ids import OrganizationId
from service_engine.usecases.organizations import Bootstrap, bootstrap_organization

if TYPE_CHECKING:
    from service_engine.ports.unit_of_work import Store

__all__ = ["add_to", "facts", "found", "report", "run"]

_FACTS: Final = ("organization_id", "token", "employee_id")


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's parser."""
    parser = commands.add_parser(
        "bootstrap",
        help="found an organisation: roles, an administrator, an API token",
        description="Make the tables if needed, then found an organisation with the roles Administrator and Client, "
        "an administrator and an API token. The token is shown once; only its hash is stored.",
    )
    databases.add_url_option(parser)
    parser.add_argument("--organization", metavar="NAME", required=True, help="its name, e.g. 'Acme Agency'")
    parser.add_argument("--email", default="admin@example.com", help="the administrator's (default: %(default)s)")
    parser.add_argument("--first-name", metavar="NAME", default="Admin", help="(default: %(default)s)")
    parser.add_argument("--last-name", metavar="NAME", default="User", help="(default: %(default)s)")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print everything as one line of JSON")
    form.add_argument("--only", choices=_FACTS, help="print one thing and nothing else, for scripts")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Make the tables if needed, found the organisation, print what is needed to use it."""
    databases.make_tables(options.database_url)
    with closing(databases.open_store(options.database_url)) as store:
        agency = found(
            store,
            name=options.organization,
            email=options.email,
            first_name=options.first_name,
            last_name=options.last_name,
        )
    if options.only:
        print(facts(agency)[options.only])
    else:
        report(agency, as_json=options.json)
    return 0


def found(store: Store, *, name: str, **administrator: str) -> Bootstrap:
    """Found an organisation under a new id, now.

    Args:
        store: Where.
        name: Its name.
        administrator: The administrator's ``email``, ``first_name`` and ``last_name``, if they matter.
    """
    org_id = OrganizationId(store.entropy.new_id())
    return store.run(org_id, bootstrap_organization, name=name, at=datetime.now(UTC), **administrator)


def facts(agency: Bootstrap) -> dict[str, Any]:
    """Return what is needed to use a new organisation, as JSON has it.

    Source:
        Design section 9.
    """
    return {
        "organization_id": str(agency.organization.id),
        "token": agency.token,
        "employee_id": str(agency.administrator.id),
        "roles": {name: str(role.id) for name, role in agency.roles.items()},
    }


def report(agency: Bootstrap, *, as_json: bool) -> None:
    """Print what is needed to use a new organisation, for a program or for a person."""
    if as_json:
        terminal.print_json(facts(agency))
        return
    print(f"Organisation   {agency.organization.name}, id {agency.organization.id}")
    print(f"Administrator  {agency.administrator.email}, id {agency.administrator.id}")
    for name, role in agency.roles.items():
        print(f"Role           {name}, id {role.id}")
    print(f"API token      {agency.token}  (shown once: keep it)")
