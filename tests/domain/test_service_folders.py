"""Folders of the catalogue: a name and a place."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given

from service_engine.domain.ids import ServiceFolderId
from service_engine.domain.service_folders import ServiceFolder, ServiceFolderCreated, create_folder
from service_engine.errors import RuleViolationError
from service_engine.testing import strategies
from service_engine.testing.examples import now

ID = ServiceFolderId(UUID(int=1))


@given(strategies.lines())
def test_making_a_folder(name: str):
    """The name is stripped, the folder comes first unless told otherwise, and there is one event."""
    made = create_folder(ID, name=f" {name}\t", at=now)
    assert made.state == ServiceFolder(id=ID, name=name, created_at=now, updated_at=now)
    assert made.state.sort_order == 0
    assert made.events == (ServiceFolderCreated(folder_id=ID, at=now),)


@pytest.mark.parametrize("name", [" ", "x" * 256, "a\x00"], ids=["blank", "long", "nul"])
def test_a_folder_has_a_name(name: str):
    """The refusal names it."""
    with pytest.raises(RuleViolationError) as refused:
        create_folder(ID, name=name, at=now)
    assert refused.value.field == "name"


def test_the_place_of_a_folder_fits_its_column():
    """32 bits, below nought too."""
    for place in (-(2**31) + 1, 2**31 - 1):
        assert create_folder(ID, name="Websites", sort_order=place, at=now).state.sort_order == place
    with pytest.raises(RuleViolationError) as refused:
        create_folder(ID, name="Websites", sort_order=2**31, at=now)
    assert refused.value.field == "sort_order"
