"""What two stores answered, and how a difference between them is told."""

from __future__ import annotations

import attrs
import pytest

from service_engine.errors import NotFoundError, RuleViolationError
from service_engine.testing.agreement.outcomes import DisagreementError, Outcome, exact, first_difference, outcome_of
from service_engine.testing.examples import ticket, website


def told(first: Outcome, second: Outcome) -> str:
    """Return the second line of a difference: the first one is the question."""
    assert first != second
    return str(DisagreementError("get_ticket", first, second)).splitlines()[1].strip()


def answer(value: object) -> Outcome:
    """Return the outcome of a call that returns this."""
    return outcome_of(lambda: value)


def refusal(error: Exception) -> Outcome:
    """Return the outcome of a call that raises this."""

    def refuse() -> None:
        raise error

    return outcome_of(refuse)


def test_a_difference_inside_a_value_is_told_by_its_place() -> None:
    """However deep, by the names of attributes, keys and indices."""
    page = {"rows": (website, ticket)}
    other = {"rows": (website, attrs.evolve(ticket, subject="Other"))}
    assert told(answer(page), answer(other)) == "answer['rows'][1].subject: 'Help with order' and 'Other'"


@pytest.mark.parametrize(
    ("first", "second", "line"),
    [
        ((1, 2), (1,), "the length of answer: 2 and 1"),
        ({"a": 1}, {"b": 1}, "answer: {'a': 1} and {'b': 1}"),
        (True, 1, "answer: ('bool', 'True') and 1"),
        (None, ticket.subject, "answer: None and 'Help with order'"),
    ],
)
def test_values_of_another_shape_are_told_whole(first: object, second: object, line: str) -> None:
    """There is no place inside them to name."""
    assert told(answer(first), answer(second)) == line


def test_an_answer_is_no_refusal() -> None:
    """And one refusal is not the other."""
    no, never = refusal(RuleViolationError("subject", "No.")), refusal(RuleViolationError("subject", "Never."))
    assert told(answer(1), no) == "it: 'returned' and 'refused'"
    assert told(no, never) == "refusal[2]: 'subject: No.' and 'subject: Never.'"
    assert told(no, refusal(NotFoundError("ticket", 7))) == "refusal[0]: 'RuleViolationError' and 'NotFoundError'"


def test_what_is_the_same_has_no_difference() -> None:
    """Then the place is the whole."""
    assert first_difference(exact(ticket), exact(ticket)) == ("answer", exact(ticket), exact(ticket))
