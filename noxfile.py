"""Everything that this project does with itself. ``nox --list`` shows the sessions, CONTRIBUTING.md when to use which.

Each session makes its own environment from ``constraints.txt`` and needs no step before it. They run on the Python that
runs nox; ``nox -s tests --force-python 3.13`` takes another one that is installed. Nothing is downloaded but packages.
"""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
import zipfile
from pathlib import Path

import nox

nox.needs_version = ">=2025.5.1"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.download_python = "never"
nox.options.sessions = ["lint", "typing", "tests", "docs", "build", "hosts", "minimal", "lowest"]
os.environ.setdefault("UV_PYTHON_DOWNLOADS", "never")

ROOT = Path(__file__).parent
PYPROJECT = nox.project.load_toml(ROOT / "pyproject.toml")
CONSTRAINTS = ROOT / "constraints.txt"
WITHOUT_DATABASE = ["tests/domain", "tests/usecases"]
COMPARING = "tests/domain/test_evolution.py::test_a_"
# They hold every value against attrs' own way to change it, and reach nothing that the rules' own tests do not reach.
UNMEASURED = [
    f"--deselect={COMPARING}change_does_what_making_the_value_anew_does",
    f"--deselect={COMPARING}validator_without_the_mark_looks_at_its_own_field_only",
]
PAGES = ["README.md", "CONTRIBUTING.md", "docs"]
DRAWN = ["docs/lifecycles.md", "docs/tickets.md", "docs/orders.md", "docs/billing.md"]
HOSTS = {
    "plain_script": [],
    "flask_host": [],
    "fastapi_host": [],
    "starlette_host": [],
    "django_host": [],
    # Its own command runs all of it; here, what takes a second or more by itself stays out.
    "json_store": ["-k", "not (every_filter or pages_of or kept_whole or agrees)"],
}
GATED = "*/service_engine/domain/*,*/service_engine/usecases/*"
FIGURES = [
    ["probes"],
    ["inputs"],
    ["agreement"],
    ["interference"],
    ["races", "--rounds", "20"],
    ["kills", "--database", "sqlite", "--times", "20", "--each", "100"],
    ["kills", "--database", "postgres", "--times", "20", "--each", "100"],
    ["syscalls", "--points", "800"],
    ["restarts", "--times", "20"],
    ["shutdown"],
    ["mutants"],
]
ENVIRONMENT = {"SERVICE_ENGINE_PROFILE": os.environ.get("SERVICE_ENGINE_PROFILE", "ci")}


def group(*names: str) -> list[str]:
    """Return the requirements of dependency groups."""
    return [*nox.project.dependency_groups(PYPROJECT, *names)]


def install(session: nox.Session, *requirements: str) -> None:
    """Install into the session's environment, in the versions of ``constraints.txt``."""
    session.install("--constraint", str(CONSTRAINTS), *requirements)


@nox.session
def demo(session: nox.Session) -> None:
    """Tell one client's story in the terminal, on a real database."""
    install(session, ".[all]")
    session.chdir(session.create_tmp())
    session.run("service-engine", "demo", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """Run all tests, as installed, on memory, SQLite and a PostgreSQL of their own; hold the rules to full coverage."""
    install(session, ".[all]", *group("test"))
    if session.posargs:
        session.run("python", "-m", "pytest", *session.posargs, env=ENVIRONMENT)
        return
    # Two processes wait for other processes, servers and disks a seventh of their time: a third one fills two cores.
    session.run("python", "-m", "pytest", "--numprocesses=3", env=ENVIRONMENT)
    session.log("The rules and the actions, every branch:")
    session.run("coverage", "erase")
    only_memory = {"SERVICE_ENGINE_PROFILE": "brief", "SERVICE_ENGINE_STORES": "memory"}
    measured = ["--numprocesses=2", "--quiet", *WITHOUT_DATABASE, "tests/ports", *UNMEASURED]
    session.run("coverage", "run", "-m", "pytest", *measured, env=only_memory)
    session.run("coverage", "combine", "--quiet")
    session.run("coverage", "report", f"--include={GATED}", "--fail-under=100")


@nox.session
def figures(session: nox.Session) -> None:
    """Print the figures of reliability, which takes hours; ``nox -s figures -- kills --times 250`` takes one of them.

    Every figure says what it needs, its goal, and what it reached; docs/reliability.md has them side by side.
    """
    install(session, ".[all]", *group("figures"))
    for name, *options in [session.posargs] if session.posargs else FIGURES:
        session.run("python", "-m", f"tests.figures.{name}", *options, env=ENVIRONMENT)


@nox.session
def bench(session: nox.Session) -> None:
    """Measure the library beside its peers and write docs/performance.md: an hour; ``-- --help`` tells of parts."""
    install(session, ".[all]", *group("bench"))
    written = ["all", "--markdown", "docs/performance.md", "--plots", "docs/images"]
    session.run("python", "-m", "bench", *(session.posargs or written))


@nox.session
def minimal(session: nox.Session) -> None:
    """Run the rules and the actions on the memory store, with the base install only."""
    install(session, ".", *PYPROJECT["project"]["optional-dependencies"]["testing"], "pytest-xdist")
    absent = ["alembic", "fastapi", "orjson", "psycopg", "pydantic", "rich", "sqlalchemy", "starlette", "uvicorn"]
    session.run(
        "python",
        "-c",
        "import importlib.util, service_engine\n"
        "service_engine.MemoryStore().close()\n"
        f"found = [name for name in {absent} if importlib.util.find_spec(name)]\n"
        "assert not found, f'the base install brought {found}'\n",
    )
    env = {"SERVICE_ENGINE_PROFILE": "brief", "SERVICE_ENGINE_STORES": "memory"}
    session.run("python", "-m", "pytest", "--numprocesses=2", *(session.posargs or WITHOUT_DATABASE), env=env)


@nox.session(venv_backend="uv")
def lowest(session: nox.Session) -> None:
    """Run what touches other libraries with the lowest versions that are declared."""
    session.install("--resolution", "lowest-direct", ".[all]", *group("test"))
    session.run("uv", "pip", "list", external=True)
    chosen = session.posargs or ["tests/adapters", "tests/schemas", "tests/api", "tests/test_scope.py"]
    session.run("python", "-m", "pytest", *chosen, env={"SERVICE_ENGINE_STORES": "memory,sqlite", **ENVIRONMENT})


@nox.session
def lint(session: nox.Session) -> None:
    """Check the style, the format and the rooms."""
    install(session, "-e", ".[all]", *group("lint"))
    session.run("ruff", "check", *session.posargs)
    session.run("ruff", "format", "--check")
    session.run("lint-imports", "--no-cache")


@nox.session
def typing(session: nox.Session) -> None:
    """Check the types with mypy, and that it refuses every line that should be refused."""
    install(session, "-e", ".[all]", *group("typing"))
    session.run("mypy", *session.posargs)
    session.run("python", "typing_tests/check_misuse.py", "mypy")


@nox.session
def pyright(session: nox.Session) -> None:
    """Check the same with pyright, and that the public names are typed to the last; needs the npm registry."""
    install(session, "-e", ".[all]", *group("pyright"))
    session.run("pyright")
    session.run("python", "typing_tests/check_misuse.py", "pyright")
    session.run("pyright", "--verifytypes", "service_engine", "--ignoreexternal")


@nox.session
def docs(session: nox.Session) -> None:
    """Run every code block of the pages, test what renders the site, check the drawings, and build it into docs/_build.

    The examples in the docstrings are run by tests/test_docstrings.py.
    """
    install(session, ".[all]", *group("docs"))
    session.run("python", "-m", "pytest", "-p", "docs.run_examples", *PAGES, *session.posargs)
    session.run("service-engine", "diagram", "--check", *DRAWN)
    session.run("python", "-m", "docs.site.build", "docs/_build")


@nox.session
def build(session: nox.Session) -> None:
    """Build both distributions, check what is in them, and use the wheel: every action, on memory and on SQLite."""
    install(session, *group("build"))
    target = Path(session.create_tmp()) / "dist"
    session.run("python", "-m", "build", "--outdir", str(target), silent=True)
    [wheel], [sdist] = target.glob("*.whl"), target.glob("*.tar.gz")
    session.run("check-wheel-contents", "--ignore=W004", str(wheel))  # W004: Alembic's versions are no module names
    check_contents(session, wheel, sdist)
    install(session, f"{wheel}[all]", *group("test"))
    session.run("service-engine", "--help", silent=True)
    chosen = session.posargs or ["tests/test_packaging.py", "tests/usecases"]
    env = {"SERVICE_ENGINE_PROFILE": "brief", "SERVICE_ENGINE_STORES": "memory,sqlite"}
    session.run("python", "-m", "pytest", "--numprocesses=2", *chosen, env=env)


@nox.session
def hosts(session: nox.Session) -> None:
    """Run the tests of the examples as whoever copied one would: with the built wheel, nothing else of this."""
    install(session, *group("build"))
    target = Path(session.create_tmp()) / "dist"
    session.run("python", "-m", "build", "--wheel", "--outdir", str(target), silent=True)
    [wheel] = target.glob("*.whl")
    install(session, f"{wheel}[all]", *group("hosts"))
    with tempfile.TemporaryDirectory() as room:  # not below this directory, whose settings pytest would find
        for name in session.posargs or HOSTS:
            shutil.copytree(ROOT / "examples" / name, Path(room, name), ignore=shutil.ignore_patterns(".*", "*.db*"))
            session.chdir(Path(room, name))
            session.run("python", "-m", "pytest", "--quiet", "-p", "no:cacheprovider", *HOSTS[name])
        session.chdir(ROOT)


def check_contents(session: nox.Session, wheel: Path, sdist: Path) -> None:
    """Fail unless the wheel holds each file of the package, and the sdist what is needed to test it."""
    tracked = {
        path.relative_to(ROOT / "src").as_posix()
        for path in (ROOT / "src" / "service_engine").rglob("*")
        if path.is_file() and not any(part.startswith(".") or part == "__pycache__" for part in path.parts)
    }
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    if packed != tracked:
        session.error(f"the wheel differs from src: {sorted(packed ^ tracked)}")
    with tarfile.open(sdist) as archive:
        there = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {"LICENSE", "README.md", "CHANGELOG.md", "constraints.txt", "noxfile.py", "tests/conftest.py"}
    if missing := wanted - there:
        session.error(f"the sdist lacks {sorted(missing)}")


@nox.session(venv_backend="uv")
def lock(session: nox.Session) -> None:
    """Write constraints.txt anew: the newest versions that fit, for every Python and system, without a host's name."""
    session.run(
        "uv",
        "pip",
        "compile",
        "pyproject.toml",
        "--all-extras",
        "--group=dev",
        "--group=pyright",
        "--group=figures",
        "--group=bench",
        "--universal",
        "--python-version=3.11",
        "--no-header",
        "--no-annotate",
        "--upgrade",
        "--quiet",
        "--output-file=constraints.txt",
        external=True,
    )
    text = CONSTRAINTS.read_text()
    if "://" in text or "file:" in text:
        session.error("constraints.txt names a place")
