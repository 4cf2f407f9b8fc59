"""Asking two stores the same question, and comparing what they answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from os import urandom
from typing import Any, Final

from hypothesis.stateful import RuleBasedStateMachine, multiple

from service_engine.domain.ids import OrganizationId
from service_engine.ports.keysets import Counting, KeysetRequest
from service_engine.ports.lists import PageRequest
from service_engine.testing.agreement.inputs import Ref
from service_engine.testing.agreement.outcomes import DisagreementError, Side, observed, outcome_of

__all__ = ["EVERYTHING", "AskingMachine"]

EVERYTHING: Final = PageRequest(size=100)
"""More than one example makes of anything."""

_COUNTINGS: Final = tuple(Counting)
_SCROLLED: Final = len(_COUNTINGS)

_RUN = urandom(6).hex()
_EXAMPLES = count()


class AskingMachine(RuleBasedStateMachine):
    """Asks two stores the same questions. ``sides`` is set by ``assert_agreement``.

    Example:
        >>> from hypothesis.stateful import rule
        >>> from service_engine import MemoryStore
        >>> from service_engine.testing.entropy import SeededEntropy
        >>> class Asking(AskingMachine):
        ...     sides = tuple(Side(MemoryStore(), SeededEntropy()) for _ in range(2))
        ...     a_step = rule()(lambda self: None)
        >>> Asking().ask("what is a store", lambda side: type(side.store).__name__)
        'MemoryStore'
    """

    sides: tuple[Side, ...]

    def __init__(self) -> None:
        super().__init__()
        self.seed: str = self.new_seed()
        for side in self.sides:
            side.entropy.restart(self.seed)
        made = [[OrganizationId(side.entropy.new_id()) for _ in range(2)] for side in self.sides]
        self.organizations: list[OrganizationId] = made[0]
        self.made: tuple[set[Any], set[Any]] = (set(), set())
        self.agreed: bool = True

    def new_seed(self) -> str:
        """Return what tells this example from all others: ids and secrets are unique in a database."""
        return f"{_RUN}-{next(_EXAMPLES)}"

    # ------------------------------------------------------------------------------------------------- asking

    def ask(self, question: str, calls: Callable[[Side], Any], *, org: int | None = None) -> Any:
        """Ask both stores, compare, and return the answer; None for a refusal. They do not care which ``org`` asks."""
        first, second = (outcome_of(lambda side=side: calls(side)) for side in self.sides)  # type: ignore[misc]
        if first != second:
            self.agreed = False
            raise DisagreementError(question, first, second)
        return first.value

    def both(self, org: int, use_case: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Run a use case on both stores; compare the result and the events."""
        org_id = self.organizations[org]
        answer = self.ask(
            f"{use_case.__name__} in organisation {org} with {args} {kwargs}",
            lambda side: side.store.run(org_id, observed, use_case, args, kwargs),
            org=org,
        )
        return None if answer is None else answer[0]

    def read(self, org: int, query: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Run a query on both stores, and inside a unit of work, too; compare what they show."""
        org_id = self.organizations[org]
        question = f"{query.__name__} in organisation {org} with {args} {kwargs}"
        answer = self.ask(question, lambda side: side.store.read(org_id, query, *args, **kwargs), org=org)
        inside = self.both(org, query, *args, **kwargs)
        if inside != answer:
            self.agreed = False
            msg = f"{question} shows {answer} outside and {inside} inside a unit of work"
            raise AssertionError(msg)
        return answer

    def look_through(
        self, org: int, by_number: Callable[..., Any], by_keyset: Callable[..., Any], questions: Sequence[Any]
    ) -> None:
        """List some of a noun, a few times over: a page by its number, and the first pages by keyset."""
        for filters, sort, page in questions:
            self.read(org, by_number, filters=filters, sort=sort, page=page)
            after = None
            for number in range(_SCROLLED):
                wanted: KeysetRequest[Any] = KeysetRequest(
                    size=page.size, after=after, counting=_COUNTINGS[number], cap=page.size
                )
                found = self.read(org, by_keyset, filters=filters, sort=sort, page=wanted)
                if found is None or found.following is None:
                    break
                after = found.following

    def kept(self, org: int, thing: Any) -> Any:
        """Return what goes into a bundle: nothing for a refusal."""
        if thing is None:
            return multiple()
        self.note(org, thing.id)
        return Ref(org, thing.id)

    def note(self, org: int, *ids: Any) -> None:
        """Write down that an organisation has these, which the other one has not."""
        taken = self.made[1 - org].intersection(ids)
        assert not taken, f"organisation {org} was given {taken} of the other one"
        self.made[org].update(ids)

    def shown(self, org: int) -> set[Any]:
        """Compare everything that there is of some nouns, and return the ids; each group of rules adds its own."""
        return set()
