"""What is installed is whole."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import metadata
from importlib.resources import files

import pytest

import service_engine


def test_the_version_is_the_installed_one() -> None:
    """It is written down once, in pyproject.toml."""
    assert service_engine.__version__ == metadata.version("service-engine")


def test_the_types_are_shipped() -> None:
    """Without ``py.typed`` a type checker of a host would ignore them."""
    assert files("service_engine").joinpath("py.typed").is_file()


def test_the_migrations_are_shipped() -> None:
    """``db upgrade`` needs the scripts and Alembic's environment beside the code."""
    migrations = files("service_engine").joinpath("adapters", "sql", "migrations")
    assert migrations.joinpath("env.py").is_file()
    assert [script.name for script in migrations.joinpath("versions").iterdir() if script.name.endswith(".py")]


def test_the_base_install_is_two_packages() -> None:
    """Everything else is asked for by an extra."""
    required = metadata.requires("service-engine") or []
    base = {re.split(r"[<>=!~ ;\[]", line)[0] for line in required if "extra ==" not in line}
    assert base == {"attrs", "uuid-utils"}


def test_each_extra_that_is_promised_exists() -> None:
    """README and design name them."""
    extras = set(metadata.metadata("service-engine").get_all("Provides-Extra") or [])
    assert extras == {"all", "api", "asyncio", "cli", "postgres", "sql", "testing"}


def test_the_command_and_the_pytest_plugin_are_announced() -> None:
    """Their names and targets are what the documentation says."""
    [command] = metadata.entry_points(group="console_scripts", name="service-engine")
    [plugin] = metadata.entry_points(group="pytest11", name="service_engine.testing.plugin")
    assert command.value == "service_engine.cli:main"
    assert plugin.value == "service_engine.testing.plugin"


@pytest.mark.parametrize("first", ["hypothesis", "service_engine.testing.strategies.nouns"])
def test_hypothesis_finds_the_strategies_whoever_is_imported_first(first: str) -> None:
    """Hypothesis loads them while it is being imported, and that may be by the strategies."""
    code = (
        f"import {first}; from hypothesis import find, strategies; from service_engine.domain.money import Money; "
        "find(strategies.from_type(Money), lambda money: True)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=100)
    assert (done.returncode, done.stderr) == (0, "")
