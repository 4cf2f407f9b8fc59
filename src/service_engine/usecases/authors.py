"""People who do something in the organisation, client or employee: authors of messages, who completed a task."""

from __future__ import annotations

from service_engine.domain.id_checks import require_id
from service_engine.domain.ids import EmployeeId, UserId
from service_engine.errors import InvalidReferenceError
from service_engine.ports.unit_of_work import UnitOfWork

__all__ = ["require_author"]


def require_author(uow: UnitOfWork, author_id: UserId, *, field: str = "author_id") -> None:
    """Refuse an author who is nobody of the organisation, client or employee.

    Args:
        uow: The unit of work.
        author_id: Who.
        field: The field to blame.

    Raises:
        TypeError: It is no id.
        InvalidReferenceError: They are not there.

    Example:
        >>> from service_engine.testing.examples import acme, agency, jane, john, ticket
        >>> store = agency()
        >>> store.run(acme.id, require_author, john.id)
        >>> store.run(acme.id, require_author, UserId(ticket.id))
        Traceback (most recent call last):
            ...
        service_engine.errors.InvalidReferenceError: author_id: The specified user does not exist.
    """
    require_id("user", author_id)  # before it is taken for an employee's
    member_id = EmployeeId(author_id)
    if member_id not in uow.references.look_up(employee_ids=[member_id]).members:
        raise InvalidReferenceError(field, "The specified user does not exist.")
