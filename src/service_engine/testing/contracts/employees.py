"""What every store must do with employees."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given

from service_engine.domain.employees import Employee
from service_engine.domain.ids import EmployeeId, UserId
from service_engine.errors import ConflictError
from service_engine.testing import strategies
from service_engine.testing.contracts.agency import Agency, Contract, happened, missing
from service_engine.testing.contracts.organizations import rolled_back

__all__ = ["EmployeeContract"]


class EmployeeContract(Contract):
    """The organisation's employees, one at a time.

    Example:
        >>> from service_engine import MemoryStore
        >>> store = MemoryStore()  # yours instead
        >>> EmployeeContract().test_an_email_is_taken_once_in_an_organization(Agency(store), Agency(store, "Rival"))
    """

    @rolled_back
    @given(employee=strategies.employees())
    def test_an_employee_is_kept_whole(self, acme: Agency, employee: Employee) -> None:
        """Whatever the domain allows comes back as it was, with the role as it is."""
        new = attrs.evolve(employee, id=acme.new_id(), role=acme.admin_role, version=1)
        with acme.undone() as uow:
            assert uow.employees.add(happened(new)) == new
            assert uow.employees.get(new.id) == new

    def test_whoever_is_not_an_employee_is_missing(self, acme: Agency, rival: Agency) -> None:
        """A client, a foreign employee and an unknown one all get the same answer."""
        client = acme.client()
        with acme.begin() as uow:
            for id_ in (EmployeeId(UserId(client.id)), rival.administrator.id, EmployeeId(UserId(acme.new_id()))):
                with missing("employee", id_):
                    uow.employees.get(id_)

    def test_an_email_is_taken_once_in_an_organization(self, acme: Agency, rival: Agency) -> None:
        """Employees and clients share the addresses of one organisation; another organisation has its own."""
        hired = acme.employee(email="jane@example.com")
        for person in (acme.employee, acme.client):
            with pytest.raises(ConflictError):
                person(email=hired.email)
        assert rival.employee(email=hired.email).email == hired.email

    def test_an_employee_id_is_taken_once(self, acme: Agency) -> None:
        """The same id cannot be hired twice."""
        again = attrs.evolve(acme.build.employee(role=acme.admin_role), id=acme.administrator.id)
        with pytest.raises(ConflictError), acme.begin() as uow:
            uow.employees.add(happened(again))

    def test_a_foreign_role_cannot_be_given_to_an_employee(self, acme: Agency, rival: Agency) -> None:
        """A link across organisations cannot be stored."""
        with pytest.raises(ConflictError):
            acme.employee(role=rival.admin_role)
