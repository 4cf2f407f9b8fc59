"""``service-engine bootstrap``: one command from nothing to an API token."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from service_engine import SqlStore
from service_engine.domain.ids import OrganizationId
from service_engine.usecases.organizations import authenticate

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_it_makes_everything_and_prints_exactly_the_promised_keys(call: Run, empty_database_url: str) -> None:
    """On an empty database: tables, organisation, two roles, an administrator, a token that works."""
    done = call("bootstrap", "--database-url", empty_database_url, "--organization", "Acme Agency", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 1
    facts = json.loads(done.stdout)
    assert list(facts) == ["organization_id", "token", "employee_id", "roles"]
    assert list(facts["roles"]) == ["Administrator", "Client"]
    with closing(SqlStore.from_url(empty_database_url)) as store:
        caller, _ = authenticate(store.directory, facts["token"], at=datetime.now(UTC))
        with store.begin(OrganizationId(UUID(facts["organization_id"]))) as uow:
            organization = uow.organizations.get()
            roles = {role.name: str(role.id) for role in uow.roles.all()}
    assert str(caller.organization_id) == facts["organization_id"]
    assert str(caller.employee_id) == facts["employee_id"]
    assert organization.name == "Acme Agency"
    assert roles == facts["roles"]


def test_a_second_organisation_joins_the_first(call: Run, empty_database_url: str) -> None:
    """The same command, even with the same name, founds another organisation beside it."""
    words = ("bootstrap", "--database-url", empty_database_url, "--organization", "Acme Agency", "--json")
    first, second = (json.loads(call(*words).stdout) for _ in range(2))
    assert first["organization_id"] != second["organization_id"]
    assert first["token"] != second["token"]


def test_the_default_database_is_a_file_in_the_folder(run: Run, tmp_path: Path) -> None:
    """Without ``--database-url`` it is ``service-engine.db``."""
    assert run("bootstrap", "--organization", "Acme Agency").returncode == 0
    assert (tmp_path / "service-engine.db").exists()


def test_the_variable_names_the_database(call: Run, tmp_path: Path) -> None:
    """``SERVICE_ENGINE_DATABASE_URL`` stands in for the option."""
    done = call("bootstrap", "--organization", "Acme", SERVICE_ENGINE_DATABASE_URL=f"sqlite:///{tmp_path / 'mine.db'}")
    assert done.returncode == 0
    assert [path.name for path in tmp_path.glob("*.db")] == ["mine.db"]


def test_people_get_readable_lines(call: Run) -> None:
    """Without ``--json`` every fact has a line of its own, and the administrator is who was named."""
    done = call("bootstrap", "--organization", "Acme Agency", "--email", "Jane@Example.com")
    assert re.search(r"^Organisation +Acme Agency, id [0-9a-f-]{36}$", done.stdout, re.MULTILINE)
    assert re.search(r"^Administrator +jane@example.com, id [0-9a-f-]{36}$", done.stdout, re.MULTILINE)
    assert re.search(r"^API token +[A-Za-z0-9]{43} +\(shown once: keep it\)$", done.stdout, re.MULTILINE)


def test_scripts_get_one_thing(call: Run) -> None:
    """``--only token`` prints the token and nothing else."""
    done = call("bootstrap", "--organization", "Acme Agency", "--only", "token")
    assert re.fullmatch(r"[A-Za-z0-9]{43}\n", done.stdout)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--organization", "  "), "The name must not be blank."),
        (("--organization", "x" * 256), "The name must have at most 255 characters, not 256."),
        (("--organization", "Acme", "--email", "nobody"), "The email must be an e-mail address."),
    ],
)
def test_a_refusal_is_one_line(call: Run, words: tuple[str, ...], sentence: str) -> None:
    """What the rules refuse is said in their sentence, on stderr, with exit code 1."""
    done = call("bootstrap", "--json", *words)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"service-engine: {sentence}\n")


def test_memory_is_refused_because_it_would_be_gone(call: Run) -> None:
    """``memory://`` ends with the process, so it is wrong usage here."""
    done = call("bootstrap", "--database-url", "memory://", "--organization", "Acme")
    assert done.returncode == 2
    assert "memory:// ends with the process: take it with serve or demo" in done.stderr
