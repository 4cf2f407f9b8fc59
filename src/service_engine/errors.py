"""Every error the library raises on purpose, as one tree.

::

    ServiceEngineError
    ├── NotFoundError            the organisation has no such thing (a foreign id is a missing id)
    ├── RuleViolationError       a business rule refused the input; names the field
    │   ├── InvalidReferenceError    the field refers to something that is not there
    │   ├── NotAssignableError       the person may not be assigned
    │   ├── IllegalMoveError         the lifecycle has no such move
    │   ├── AlreadyTakenError        the value must be unique and is in use
    │   └── PaymentDeclinedError     the payment gateway refused to take the money
    ├── WrongStatusError         it cannot be done with a thing in this status
    ├── DependentsExistError     it cannot be deleted while other things refer to it
    ├── PaymentPendingError      whether the money was taken is not known yet; ask again
    ├── AuthenticationError      the API token is not accepted
    │   └── TokenExpiredError        it was accepted once and has expired
    └── ConflictError            somebody else changed it first; run the use case again

Errors carry facts and a stable ``code``; ``explain()`` tells people every reason and what they can do. They know
nothing of HTTP. Wrong *use* of the library (a naive time, a closed
unit of work) is a ``ValueError``, ``TypeError`` or ``RuntimeError`` instead: it is a bug in the caller, not an answer.

Source: design section 6.
"""

from typing import Any, ClassVar

__all__ = [
    "AlreadyTakenError",
    "AuthenticationError",
    "ConflictError",
    "DependentsExistError",
    "IllegalMoveError",
    "InvalidReferenceError",
    "NotAssignableError",
    "NotFoundError",
    "PaymentDeclinedError",
    "PaymentPendingError",
    "RuleViolationError",
    "ServiceEngineError",
    "TokenExpiredError",
    "WrongStatusError",
]


class ServiceEngineError(Exception):
    """The root of the tree; catch it to catch every refusal of the library.

    Example:
        >>> issubclass(NotFoundError, ServiceEngineError)
        True
    """

    code: ClassVar[str] = "service_engine"
    advice: ClassVar[str] = ""
    """What can be done about it, in one sentence."""

    def explain(self) -> tuple[str, ...]:
        """Return what people need to know: the refusal, every further reason for it, and what can be done.

        Example:
            >>> for sentence in ConflictError("ticket", 7).explain():
            ...     print(sentence)
            ticket 7 was changed by somebody else.
            Load it again and decide anew: Store.run does so by itself.
        """
        refusal = str(self)
        sentence = refusal if refusal.endswith((".", "!", "?")) else f"{refusal}."
        return tuple(filter(None, (sentence, *self._reasons(), self.advice)))

    def _reasons(self) -> tuple[str, ...]:
        return ()


class NotFoundError(ServiceEngineError):
    """The organisation has no live thing of this kind under this key.

    An id of another organisation is answered exactly like an id that does not exist.

    Args:
        kind: The noun, in the singular: ``"ticket"``, ``"client"``.
        key: The key that was looked up, usually an id.

    Example:
        >>> str(NotFoundError("ticket", 7))
        'no ticket 7 in this organisation'
        >>> str(NotFoundError("organization", 7))
        'there is no organization 7'
    """

    code = "not_found"
    advice = "It may have been deleted, or the id is another organisation's: both are answered alike."

    def __init__(self, kind: str, key: object) -> None:
        super().__init__(kind, key)
        self.kind = kind
        self.key = key

    def __str__(self) -> str:
        if self.kind == "organization":
            return f"there is no organization {self.key}"
        return f"no {self.kind} {self.key} in this organisation"


class RuleViolationError(ServiceEngineError):
    """A business rule refused the input.

    Args:
        field: The field to blame, in the library's words; dots lead into nested values.
        message: A sentence for people. The sentences of the contract are literal.

    Example:
        >>> error = RuleViolationError("subject", "The subject must not be blank.")
        >>> error.field, error.code
        ('subject', 'rule_violation')
    """

    code = "rule_violation"
    advice = "Send another value."

    def __init__(self, field: str, message: str) -> None:
        super().__init__(field, message)
        self.field = field
        self.message = message

    def __str__(self) -> str:
        return f"{self.field}: {self.message}"


class InvalidReferenceError(RuleViolationError):
    """The field names something that does not exist in the organisation.

    Example:
        >>> InvalidReferenceError("order_id", "The specified order does not exist.").code
        'invalid_reference'
    """

    code = "invalid_reference"
    advice = "Name one that the organisation has: what was deleted and what is another organisation's cannot be named."


class NotAssignableError(RuleViolationError):
    """The person does not exist in the organisation, or has no dashboard access, and cannot be assigned.

    Example:
        >>> NotAssignableError("employees", "The specified employee does not exist.").code
        'not_assignable'
    """

    code = "not_assignable"
    advice = "Assign employees whose role has dashboard access."


class IllegalMoveError(RuleViolationError):
    """The lifecycle has no move from the present status to the wanted one, or the status forbids the change.

    Args:
        field: The field to blame.
        message: A sentence for people, literal in the contract.
        reasons: What else there is to say, in sentences: usually which moves there are.

    Example:
        >>> from service_engine.domain.invoices import LIFECYCLE, InvoiceStatus
        >>> try:
        ...     LIFECYCLE.check(InvoiceStatus.PAID, InvoiceStatus.DRAFT)
        ... except IllegalMoveError as error:
        ...     print(error.explain()[1])
        From Paid it can go to: Refunded.
    """

    code = "illegal_move"
    advice = ""

    def __init__(self, field: str, message: str, reasons: tuple[str, ...] = ()) -> None:
        super().__init__(field, message)
        self.args: tuple[Any, ...] = (field, message, reasons)  # what a copy is made from
        self.reasons = reasons

    def _reasons(self) -> tuple[str, ...]:
        return self.reasons


class AlreadyTakenError(RuleViolationError):
    """The value must be unique in the organisation and is in use.

    Example:
        >>> AlreadyTakenError("email", "The email has already been taken.").code
        'already_taken'
    """

    code = "already_taken"
    advice = "Choose another one, or change what has it."


class PaymentDeclinedError(RuleViolationError):
    """The payment gateway refused to take the money; nothing was taken.

    Example:
        >>> PaymentDeclinedError("payment_method_id", "The card was declined.").code
        'payment_declined'
    """

    code = "payment_declined"
    advice = "Nothing was taken: use another payment method, or try again later."


class WrongStatusError(ServiceEngineError):
    """The thing's status does not allow what was asked for.

    Args:
        kind: The noun, in the singular.
        key: Its id.
        message: A sentence for people, literal in the contract.
        reasons: What else there is to say, in sentences: usually which moves there are.

    Example:
        >>> str(WrongStatusError("proposal", 7, "Cannot sign proposal with status Draft"))
        'Cannot sign proposal with status Draft'
    """

    code = "wrong_status"

    def __init__(self, kind: str, key: object, message: str, reasons: tuple[str, ...] = ()) -> None:
        super().__init__(kind, key, message, reasons)
        self.kind = kind
        self.key = key
        self.message = message
        self.reasons = reasons

    def _reasons(self) -> tuple[str, ...]:
        return self.reasons

    def __str__(self) -> str:
        return self.message


class PaymentPendingError(ServiceEngineError):
    """The payment gateway did not answer, so nobody knows yet whether the money was taken.

    The intent stays on record: charging again asks the gateway about the same payment, and takes nothing twice.

    Args:
        key: The payment's id.

    Example:
        >>> str(PaymentPendingError(7))
        'The outcome of payment 7 is not known yet; charge again to learn it'
    """

    code = "payment_pending"
    advice = "Nothing is taken twice, however often it is tried."

    def __init__(self, key: object) -> None:
        super().__init__(key)
        self.key = key

    def __str__(self) -> str:
        return f"The outcome of payment {self.key} is not known yet; charge again to learn it"


class DependentsExistError(ServiceEngineError):
    """The thing cannot be deleted while others refer to it.

    Args:
        kind: The noun that was to be deleted, in the singular.
        key: Its id.
        dependents: The first kind of thing that still refers to it, in the plural.

    Example:
        >>> str(DependentsExistError("client", 7, "orders"))
        'Cannot delete client with existing orders'
    """

    code = "dependents_exist"
    advice = "Delete or move what refers to it first."

    def __init__(self, kind: str, key: object, dependents: str) -> None:
        super().__init__(kind, key, dependents)
        self.kind = kind
        self.key = key
        self.dependents = dependents

    def __str__(self) -> str:
        return f"Cannot delete {self.kind} with existing {self.dependents}"


class AuthenticationError(ServiceEngineError):
    """The API token is missing, unknown, or belongs to somebody without dashboard access.

    Example:
        >>> str(AuthenticationError())
        'Unauthorized'
    """

    code = "unauthorized"
    advice = "Send a token of an active employee whose role has dashboard access: Authorization: Bearer <token>."

    def __str__(self) -> str:
        return "Unauthorized"


class TokenExpiredError(AuthenticationError):
    """The API token is known, but its time is over.

    Example:
        >>> str(TokenExpiredError())
        'Token expired'
    """

    code = "token_expired"
    advice = "Issue a new token."

    def __str__(self) -> str:
        return "Token expired"


class ConflictError(ServiceEngineError):
    """Somebody else changed the same thing first; nothing was written.

    ``Store.run`` runs the use case again by itself. Whoever opened the unit of work by hand decides what to do.

    Args:
        kind: What was being written.
        key: Its id, or whatever else collided.

    Example:
        >>> str(ConflictError("ticket", 7))
        'ticket 7 was changed by somebody else'
    """

    code = "conflict"
    advice = "Load it again and decide anew: Store.run does so by itself."

    def __init__(self, kind: str, key: object) -> None:
        super().__init__(kind, key)
        self.kind = kind
        self.key = key

    def __str__(self) -> str:
        return f"{self.kind} {self.key} was changed by somebody else"
