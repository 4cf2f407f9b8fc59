"""The error tree: every error says what it knows, has its own code, and knows nothing of HTTP."""

from __future__ import annotations

import copy
import inspect
import pickle

import pytest

from service_engine import errors

CASES = [
    (errors.NotFoundError("ticket", 7), "not_found", "no ticket 7 in this organisation"),
    (errors.RuleViolationError("subject", "No."), "rule_violation", "subject: No."),
    (errors.InvalidReferenceError("order_id", "No."), "invalid_reference", "order_id: No."),
    (errors.NotAssignableError("employees", "No."), "not_assignable", "employees: No."),
    (errors.IllegalMoveError("status", "No."), "illegal_move", "status: No."),
    (errors.AlreadyTakenError("email", "No."), "already_taken", "email: No."),
    (errors.PaymentDeclinedError("payment_method_id", "No."), "payment_declined", "payment_method_id: No."),
    (errors.WrongStatusError("proposal", 7, "No."), "wrong_status", "No."),
    (
        errors.PaymentPendingError(7),
        "payment_pending",
        "The outcome of payment 7 is not known yet; charge again to learn it",
    ),
    (
        errors.DependentsExistError("client", 7, "orders"),
        "dependents_exist",
        "Cannot delete client with existing orders",
    ),
    (errors.AuthenticationError(), "unauthorized", "Unauthorized"),
    (errors.TokenExpiredError(), "token_expired", "Token expired"),
    (errors.ConflictError("ticket", 7), "conflict", "ticket 7 was changed by somebody else"),
]


@pytest.mark.parametrize(("error", "code", "text"), CASES, ids=[case[1] for case in CASES])
def test_every_error_has_a_code_and_a_sentence(error: errors.ServiceEngineError, code: str, text: str):
    """The code is stable, the sentence is what people read."""
    assert (code, text) == (error.code, str(error))


def test_a_missing_organisation_is_not_missing_in_itself():
    """It is the only thing that is not looked for in an organisation."""
    assert str(errors.NotFoundError("organization", 7)) == "there is no organization 7"


@pytest.mark.parametrize("error", [case[0] for case in CASES], ids=[case[1] for case in CASES])
def test_an_error_survives_a_copy_and_a_trip_to_another_process(error: errors.ServiceEngineError):
    """Pickle and copy keep the kind, the facts and the sentence."""
    for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):  # noqa: S301  # our own bytes
        assert (type(error), error.__dict__, str(error)) == (type(twin), twin.__dict__, str(twin))


EXPLAINED = {
    "illegal_move": ("status: No.", "From Paid it can go to: Refunded."),
    "wrong_status": ("No.", "Draft is final."),
}


@pytest.mark.parametrize("error", [case[0] for case in CASES], ids=[case[1] for case in CASES])
def test_every_refusal_explains_itself(error: errors.ServiceEngineError):
    """First what was refused, then why else, then what can be done: whole sentences, none of them twice."""
    refusal, *further = error.explain()
    assert refusal.rstrip(".") == str(error).rstrip(".")
    assert further or error.code in EXPLAINED  # those whose reasons whoever refuses has to give
    assert all(each[0].isupper() and each.endswith(".") for each in further)
    assert len(set(error.explain())) == len(error.explain())


def test_the_reasons_of_a_status_are_told():
    """They come from the lifecycle's table, and survive a copy."""
    moved = errors.IllegalMoveError("status", "No.", ("From Paid it can go to: Refunded.",))
    stuck = errors.WrongStatusError("proposal", 7, "No.", ("Draft is final.",))
    assert (moved.explain(), stuck.explain()) == tuple(EXPLAINED.values())
    for error in (moved, stuck):
        assert pickle.loads(pickle.dumps(error)).explain() == error.explain()  # noqa: S301  # our own bytes


def test_the_root_has_nothing_to_add():
    """A host's own error below it explains what it says."""

    class OutOfStockError(errors.ServiceEngineError):
        def __str__(self) -> str:
            return "No chairs are left"

    assert OutOfStockError().explain() == ("No chairs are left.",)


def test_the_cases_are_all_errors_there_are():
    """No error of the module escapes the tests above; the root is never raised itself."""
    public = {getattr(errors, name) for name in errors.__all__}
    assert public - {errors.ServiceEngineError} == {type(case[0]) for case in CASES}


def test_every_code_is_its_own():
    """Two errors never share a code, so that a client can tell them apart."""
    codes = [getattr(errors, name).code for name in errors.__all__]
    assert len(codes) == len(set(codes))


def test_the_tree_in_the_docstring_is_the_tree():
    """Each class hangs where the docstring's drawing shows it: depth by depth, parent by parent."""
    assert errors.__doc__ is not None
    drawn: list[tuple[int, str]] = []
    for line in errors.__doc__.splitlines():
        words = line.replace("│", " ").replace("├──", "   ").replace("└──", "   ")
        name = words.split()[0] if words.split() else ""
        if name in errors.__all__:
            drawn.append(((len(words) - len(words.lstrip()) - 4) // 4, name))
    parents: dict[str, str] = {}
    path: list[str] = []
    for depth, name in drawn:
        path = [*path[:depth], name]
        if depth:
            parents[name] = path[depth - 1]
    actual = {
        name: getattr(errors, name).__bases__[0].__name__ for name in errors.__all__ if name != "ServiceEngineError"
    }
    assert actual == parents


def test_errors_know_nothing_of_http():
    """No error carries an HTTP status: that is the API's business."""
    for name in errors.__all__:
        members = dict(inspect.getmembers(getattr(errors, name)))
        assert not {"status", "status_code", "http_status"} & members.keys()


def test_facts_are_kept_as_they_were_given():
    """Handlers read kind, key, field, message and dependents as attributes."""
    missing = errors.NotFoundError("ticket", 7)
    broken = errors.RuleViolationError("subject", "No.")
    guarded = errors.DependentsExistError("client", 7, "orders")
    raced = errors.ConflictError("tag", "urgent")
    stuck = errors.WrongStatusError("invoice", 7, "Cannot mark Refunded invoice as paid.")
    unknown = errors.PaymentPendingError(7)
    assert (missing.kind, missing.key) == ("ticket", 7)
    assert (broken.field, broken.message) == ("subject", "No.")
    assert (guarded.kind, guarded.key, guarded.dependents) == ("client", 7, "orders")
    assert (raced.kind, raced.key) == ("tag", "urgent")
    assert (stuck.kind, stuck.key, stuck.message) == ("invoice", 7, "Cannot mark Refunded invoice as paid.")
    assert unknown.key == 7
