"""``service-engine folder add``: folders from the command line. Source: issue 3."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from contextlib import closing
from typing import Any
from uuid import UUID

import pytest

from service_engine import SqlStore
from service_engine.domain.ids import OrganizationId

Run = Callable[..., subprocess.CompletedProcess[str]]


def add(run: Run, agency: dict[str, Any], *more: str, name: str = "Websites") -> subprocess.CompletedProcess[str]:
    """Make a folder."""
    where = ("--database-url", agency["url"], "--organization", agency["organization_id"])
    return run("folder", "add", *where, "--name", name, *more)


def folders(agency: dict[str, Any]) -> list[tuple[str, str, int]]:
    """Return the folders of the agency, in order."""
    with (
        closing(SqlStore.from_url(agency["url"])) as store,
        store.begin(OrganizationId(UUID(agency["organization_id"]))) as uow,
    ):
        return [(str(each.id), each.name, each.sort_order) for each in uow.service_folders.all()]


def test_it_prints_the_new_id_and_nothing_else(call: Run, agency: dict[str, Any]) -> None:
    """``{"id"}``, and the folder is there, stripped, at its place."""
    done = add(call, agency, "--sort-order", "7", "--json", name=" Websites ")
    assert (done.returncode, done.stderr) == (0, "")
    printed = json.loads(done.stdout)
    assert list(printed) == ["id"]
    assert folders(agency) == [(printed["id"], "Websites", 7)]


def test_folders_are_in_order(call: Run, agency: dict[str, Any]) -> None:
    """Without a place a folder has the place 0; a smaller one, also a negative one, comes first."""
    add(call, agency, "--sort-order", "1", name="C")
    add(call, agency, name="B")
    add(call, agency, "--sort-order", "-1", name="A")
    assert [(name, place) for _, name, place in folders(agency)] == [("A", -1), ("B", 0), ("C", 1)]


def test_people_get_a_sentence(call: Run, agency: dict[str, Any]) -> None:
    """Without ``--json`` it says what there is now."""
    assert add(call, agency).stdout.startswith("the catalogue has a folder Websites, id ")


@pytest.mark.parametrize(
    ("more", "name", "sentence"),
    [
        ((), "  ", "The name must not be blank."),
        ((), "x" * 256, "The name must have at most 255 characters, not 256."),
        (("--sort-order", "2147483648"), "A", "The sort_order must be between -2147483647 and 2147483647."),
    ],
)
def test_what_does_not_fit_is_refused(
    call: Run, agency: dict[str, Any], more: tuple[str, ...], name: str, sentence: str
) -> None:
    """With a sentence, and nothing is made."""
    done = add(call, agency, "--json", *more, name=name)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"service-engine: {sentence}\n")
    assert folders(agency) == []


def test_an_unknown_organisation_is_refused_as_such(call: Run, agency: dict[str, Any]) -> None:
    """A folder belongs to an organisation that is there (D45)."""
    unknown = "00000000-0000-7000-8000-000000000000"
    done = add(call, agency | {"organization_id": unknown})
    assert done.returncode == 1
    assert done.stderr == f"service-engine: there is no organisation {unknown} in this database\n"
    assert folders(agency) == []


@pytest.mark.parametrize("option", ["--organization", "--sort-order"])
def test_what_cannot_be_read_is_wrong_usage(call: Run, agency: dict[str, Any], option: str) -> None:
    """Exit code 2, before the database is looked at."""
    done = add(call, agency, option, "x")
    assert done.returncode == 2
    assert f"argument {option}: invalid" in done.stderr
