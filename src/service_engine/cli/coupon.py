"""``service-engine coupon add``: make a coupon, which invoices can then name."""

from __future__ import annotations

import argparse
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from service_engine.cli import databases, terminal
from service_engine.domain.coupons import Coupon
from service_engine.domain.ids import OrganizationId
from service_engine.usecases.coupons import create_coupon

if TYPE_CHECKING:
    from service_engine.ports.unit_of_work import UnitOfWork

__all__ = ["add_to", "run"]


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's parser."""
    coupon = commands.add_parser("coupon", help="the coupons of an organisation")
    verbs = coupon.add_subparsers(title="commands", metavar="COMMAND", required=True)
    parser = verbs.add_parser("add", help="make a coupon", description="Make a coupon, which invoices can then name.")
    databases.add_url_option(parser)
    parser.add_argument("--organization", metavar="ID", type=UUID, required=True, help="its id; bootstrap printed it")
    parser.add_argument("--code", required=True, help="what a client writes down; nobody else's in the organisation")
    parser.add_argument(
        "--kind", default="Fixed", help="the organisation's own word for what it is (default: %(default)s)"
    )
    parser.add_argument("--description", metavar="TEXT", help="what it is for")
    parser.add_argument("--json", action="store_true", help="print the new id as one line of JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Make a coupon, print its id."""
    with closing(databases.open_store(options.database_url)) as store:
        coupon = store.run(
            OrganizationId(options.organization),
            _add,
            code=options.code,
            kind=options.kind,
            description=options.description,
            at=datetime.now(UTC),
        )
    if options.json:
        terminal.print_json({"id": str(coupon.id)})
    else:
        print(f"there is a coupon {coupon.code}, id {coupon.id}")
    return 0


def _add(uow: UnitOfWork, *, code: str, kind: str, description: str | None, at: datetime) -> Coupon:
    uow.organizations.get()  # an unknown organisation is refused as such
    return create_coupon(uow, code=code, kind=kind, description=description, at=at)
