"""Ids: plain UUIDs at run time, one type each for the checker."""

from __future__ import annotations

from uuid import UUID

from service_engine.domain import ids


def test_an_id_is_its_uuid_at_run_time():
    """No wrapper: every id type returns the very UUID it is given."""
    value = UUID(int=7)
    assert [getattr(ids, name)(value) is value for name in ids.__all__] == [True] * len(ids.__all__)


def test_clients_and_employees_are_people():
    """An author of a message may be either: both ids are user ids; nothing else is."""
    parents = {name: getattr(ids, name).__supertype__ for name in ids.__all__}
    assert {name for name, parent in parents.items() if parent is ids.UserId} == {"ClientId", "EmployeeId"}
    assert {parent for name, parent in parents.items() if name not in {"ClientId", "EmployeeId"}} == {UUID}


def test_every_id_type_carries_its_own_name():
    """An error of the type checker shows the name under which the type is imported."""
    assert [getattr(ids, name).__name__ for name in ids.__all__] == ids.__all__
