"""``service-engine folder add``: make a folder for the catalogue of services."""

from __future__ import annotations

import argparse
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from service_engine.cli import databases, terminal
from service_engine.domain.ids import OrganizationId
from service_engine.domain.service_folders import ServiceFolder
from service_engine.usecases.services import create_service_folder

if TYPE_CHECKING:
    from service_engine.ports.unit_of_work import UnitOfWork

__all__ = ["add_to", "run"]


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's parser."""
    folder = commands.add_parser("folder", help="the folders of an organisation's catalogue")
    verbs = folder.add_subparsers(title="commands", metavar="COMMAND", required=True)
    parser = verbs.add_parser(
        "add", help="make a folder", description="Make a folder, into which services can then be put."
    )
    databases.add_url_option(parser)
    parser.add_argument("--organization", metavar="ID", type=UUID, required=True, help="its id; bootstrap printed it")
    parser.add_argument("--name", required=True)
    parser.add_argument(
        "--sort-order", metavar="N", type=int, default=0, help="its place among the folders (default: %(default)s)"
    )
    parser.add_argument("--json", action="store_true", help="print the new id as one line of JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Make a folder, print its id."""
    with closing(databases.open_store(options.database_url)) as store:
        folder = store.run(
            OrganizationId(options.organization),
            _add,
            name=options.name,
            sort_order=options.sort_order,
            at=datetime.now(UTC),
        )
    if options.json:
        terminal.print_json({"id": str(folder.id)})
    else:
        print(f"the catalogue has a folder {folder.name}, id {folder.id}")
    return 0


def _add(uow: UnitOfWork, *, name: str, sort_order: int, at: datetime) -> ServiceFolder:
    uow.organizations.get()  # an unknown organisation is refused as such
    return create_service_folder(uow, name=name, sort_order=sort_order, at=at)
