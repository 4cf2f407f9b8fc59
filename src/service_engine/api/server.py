"""Running the reference API: until SIGTERM or SIGINT, then every request in flight is answered.

Source: issue 2 ("graceful stop"); goals, "Reliability" (SIGTERM).
"""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from service_engine.api.app import create_app
from service_engine.api.settings import DEFAULTS, Settings
from service_engine.ports.unit_of_work import Store

__all__ = ["serve"]


def serve(
    store: Store,
    host: str = "127.0.0.1",
    port: int = 8000,
    *,
    settings: Settings = DEFAULTS,
    patience: int = 30,
    log_level: str = "info",
    ready: Callable[[str], None] = lambda _: None,
) -> None:
    """Serve the API until SIGTERM or SIGINT; return when the last request in flight is answered.

    Args:
        store: Where everything is kept; it stays the caller's to close.
        host: The address to listen on.
        port: The port to listen on; 0 takes a free one, which the log names.
        settings: How the API shows itself and what it accepts.
        patience: Seconds after which requests that are still in flight are given up.
        log_level: The server's: ``critical``, ``error``, ``warning``, ``info`` or ``debug``. Requests are not logged.
        ready: Called once when requests are accepted, with the address: ``http://127.0.0.1:8000``.

    Raises:
        SystemExit: The port cannot be had.

    Example:
        >>> from service_engine.adapters.memory import MemoryStore
        >>> def stop(address: str) -> None:
        ...     print(address.rpartition(":")[0])
        ...     signal.raise_signal(signal.SIGTERM)
        >>> serve(MemoryStore(), port=0, log_level="warning", ready=stop)
        http://127.0.0.1
    """
    config = uvicorn.Config(
        create_app(store, settings=settings),
        host=host,
        port=port,
        http="h11",  # httptools is faster, and loses the body of a request that offers h2c, as every Java client does
        access_log=False,
        server_header=False,
        log_level=log_level,
        timeout_graceful_shutdown=patience,
    )
    with _signals_that_only_stop():
        _Server(config, ready).run()


class _Server(uvicorn.Server):
    """A server that says when it accepts requests, and where: with port 0 nobody else knows."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[str], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        self._ready(f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}")


@contextmanager
def _signals_that_only_stop() -> Iterator[None]:
    """Keep the signals from ending the process: the server raises them again after a graceful stop."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    former = {each: signal.signal(each, lambda *_: None) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for each, action in former.items():
            signal.signal(each, action)
