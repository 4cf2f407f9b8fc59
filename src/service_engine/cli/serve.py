"""``service-engine serve``: the reference API, until SIGTERM or Ctrl-C."""

from __future__ import annotations

import argparse
import re
import socket
from contextlib import closing
from typing import TYPE_CHECKING, Final

from service_engine.cli import bootstrap, databases, terminal
from service_engine.cli.failures import CommandError

if TYPE_CHECKING:
    from service_engine.api.settings import Settings

__all__ = ["add_to", "run"]

_LAST_PORT: Final = 65_535


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's parser."""
    parser = commands.add_parser(
        "serve",
        help="the reference API",
        description="Serve the reference API until SIGTERM or Ctrl-C; requests in flight are answered first. "
        "With memory:// an organisation is founded at the start and its API token printed; all is gone at the end.",
    )
    databases.add_url_option(parser, memory=True)
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=_port, default=8000, help="0 takes a free one (default: %(default)s)")
    parser.add_argument(
        "--organization", metavar="NAME", default="Acme Agency", help="with memory:// only (default: %(default)s)"
    )
    parser.add_argument(
        "--affiliate-link",
        metavar="URL",
        help="what the recommendation links of new clients begin with (default: https://example.com/r/)",
    )
    parser.add_argument("--json", action="store_true", help="print lines of JSON")
    parser.set_defaults(run=run)


def _port(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) > _LAST_PORT:
        msg = f"{text} is no port: take 1 to {_LAST_PORT}, or 0 for a free one"
        raise argparse.ArgumentTypeError(msg)
    return int(text)


def run(options: argparse.Namespace) -> int:
    """Serve until told to stop; then answer what is in flight."""
    from service_engine.api.server import serve  # only this command needs the extra
    from service_engine.api.settings import DEFAULTS

    settings = DEFAULTS if options.affiliate_link is None else _settings(options.affiliate_link)
    _require_address(options.host, options.port)
    with closing(databases.open_store(options.database_url)) as store:
        store.directory.token_grant("")  # nobody's: without tables it fails here, not at the first request
        if options.database_url == databases.MEMORY_URL:
            bootstrap.report(bootstrap.found(store, name=options.organization), as_json=options.json)
        serve(
            store,
            options.host,
            options.port,
            settings=settings,
            log_level="warning",
            ready=lambda address: _announce(address, as_json=options.json),
        )
    return 0


def _settings(affiliate_link: str) -> Settings:
    from service_engine.api.settings import Settings

    try:
        return Settings(affiliate_link=affiliate_link)
    except ValueError as error:
        raise CommandError(str(error)) from None


def _announce(address: str, *, as_json: bool) -> None:
    if as_json:
        terminal.print_json({"address": address})
    else:
        print(f"Serving on {address} (its pages: {address}/docs); stop with Ctrl-C", flush=True)


def _require_address(host: str, port: int) -> None:
    """Refuse an address that cannot be had in one sentence of ours: the server would end the process with its own."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        msg = f"cannot listen on {host}, port {port}: {(error.strerror or str(error)).lower()}"
        raise CommandError(msg) from None
