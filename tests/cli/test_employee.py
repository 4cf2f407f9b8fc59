"""``service-engine employee add``: hiring from the command line."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from contextlib import closing
from typing import Any
from uuid import UUID

import pytest

from service_engine import SqlStore
from service_engine.domain.ids import EmployeeId, OrganizationId, UserId

Run = Callable[..., subprocess.CompletedProcess[str]]


def hire(
    run: Run, agency: dict[str, Any], *more: str, email: str = "jane@example.com"
) -> subprocess.CompletedProcess[str]:
    """Hire Jane Smith."""
    where = ("--database-url", agency["url"], "--organization", agency["organization_id"])
    return run("employee", "add", *where, "--email", email, "--first-name", "Jane", "--last-name", "Smith", *more)


def test_it_prints_the_new_id_and_nothing_else(call: Run, agency: dict[str, Any]) -> None:
    """``{"id"}``, and the person is there, in the role Administrator unless another is named."""
    done = hire(call, agency, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    printed = json.loads(done.stdout)
    assert list(printed) == ["id"]
    with (
        closing(SqlStore.from_url(agency["url"])) as store,
        store.begin(OrganizationId(UUID(agency["organization_id"]))) as uow,
    ):
        jane = uow.employees.get(EmployeeId(UserId(UUID(printed["id"]))))
    assert (jane.email, jane.first_name, jane.last_name) == ("jane@example.com", "Jane", "Smith")
    assert str(jane.role.id) == agency["roles"]["Administrator"]


def test_people_get_a_sentence(call: Run, agency: dict[str, Any]) -> None:
    """Without ``--json`` it says who works here now."""
    assert hire(call, agency).stdout.startswith("Jane Smith works here as Administrator, id ")


def test_a_taken_email_is_refused(call: Run, agency: dict[str, Any]) -> None:
    """Also in other letters; the first to have it keeps it."""
    hire(call, agency)
    done = hire(call, agency, "--json", email="JANE@example.com")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "service-engine: The email has already been taken.\n"


@pytest.mark.parametrize(
    ("role", "sentence"),
    [
        ("Sales", "this organisation has no role Sales"),
        ("Client", "The role Client has no dashboard access; an employee needs it."),
    ],
)
def test_a_role_that_does_not_fit_is_refused(call: Run, agency: dict[str, Any], role: str, sentence: str) -> None:
    """It must exist, and have dashboard access."""
    done = hire(call, agency, "--role", role)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"service-engine: {sentence}\n")


def test_an_unknown_organisation_is_refused_as_such(call: Run, agency: dict[str, Any]) -> None:
    """Not as one that lacks the role."""
    unknown = "00000000-0000-7000-8000-000000000000"
    done = hire(call, agency | {"organization_id": unknown})
    assert done.returncode == 1
    assert done.stderr == f"service-engine: there is no organisation {unknown} in this database\n"


def test_a_malformed_id_is_wrong_usage(call: Run, sqlite_database_url: str) -> None:
    """Exit code 2, before the database is looked at."""
    done = hire(call, {"url": sqlite_database_url, "organization_id": "acme"})
    assert done.returncode == 2
    assert "argument --organization: invalid UUID value: 'acme'" in done.stderr
