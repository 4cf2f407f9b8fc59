"""The state machine behind ``assert_no_interference``: the random work of the agreement, on three stores.

In one store both organisations work. In each of the others only one of them does, and is asked the same: so every step
of either is compared with the same step of a run in which there is no other.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar

from hypothesis.stateful import initialize, invariant, multiple

from service_engine.adapters.simulated_gateway import SimulatedGateway
from service_engine.ports.entropy import Entropy
from service_engine.ports.unit_of_work import Store
from service_engine.testing.agreement import billing_inputs
from service_engine.testing.agreement.bundles import orders
from service_engine.testing.agreement.machine import AgreementMachine
from service_engine.testing.agreement.outcomes import Outcome, Side, outcome_of
from service_engine.testing.builders import NOON
from service_engine.testing.noninterference.outcomes import InterferenceError, SeparateEntropy, Tally
from service_engine.testing.noninterference.trespasses import trespass
from service_engine.usecases.orders import create_order
from service_engine.usecases.organizations import Bootstrap, bootstrap_organization

__all__ = ["NoninterferenceMachine"]


class NoninterferenceMachine(AgreementMachine):
    """Asks a store in which two organisations work what it asks those in which one of them does.

    Example:
        >>> from service_engine import MemoryStore
        >>> parts = {"open_store": lambda entropy: MemoryStore(entropy=entropy), "tally": Tally()}
        >>> machine = type("Mine", (NoninterferenceMachine,), parts)()
        >>> len(machine.sides)  # both at work, and each alone
        3
    """

    open_store: ClassVar[Callable[[Entropy], Store]]
    tally: ClassVar[Tally]

    def __init__(self) -> None:
        self._entropies = [SeparateEntropy() for _ in range(3)]
        opened: list[Side] = []
        self.latest: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
        self.sides: tuple[Side, ...] = ()
        try:
            for entropy in self._entropies:
                opened.append(Side(type(self).open_store(entropy), entropy))  # noqa: PERF401  # the opened are closed
            self.sides = tuple(opened)
            super().__init__()
        except BaseException:
            _close(opened)
            raise
        self._asking = 0
        self._founded = False

    def new_seed(self) -> str:
        """Return always the same: every example has stores of its own, and a replay must repeat everything."""
        return "alone or together"

    @invariant()
    def a_step_was_taken(self) -> None:
        """Count it; the first check is before the first step, and a run that Hypothesis gives up sooner is none."""
        if self._founded:
            self.tally.steps += 1
        else:
            self._founded = True
            self.tally.runs += 1

    def ask(self, question: str, calls: Callable[[Side], Any], *, org: int | None = None) -> Any:
        """Ask where both work and where this one is alone, compare, and return the answer; None for a refusal."""
        together, *alone = self.sides
        seen = self._answer(together, calls, org)
        if org is None:
            # A token belongs to one of the two; where only the other works, it must be refused.
            expected = _the_answer_of([self._answer(side, calls, org) for side in alone])
        else:
            expected = self._answer(alone[org], calls, org)
        self.tally.comparisons += 1
        if seen != expected:
            self.agreed = False
            raise InterferenceError(question, expected.seen, seen.seen)
        return seen.value

    def _answer(self, side: Side, calls: Callable[[Side], Any], org: int | None) -> Outcome:
        self._asking = org or 0
        self._entropies[self.sides.index(side)].turn_to(self._asking)
        return outcome_of(lambda: calls(side))

    @cached_property
    def founded(self) -> list[Bootstrap]:
        """The two organisations, each under a name of its own: slugs are the one thing that all organisations share."""
        founded = [
            self.both(org, bootstrap_organization, name=f"Agency {name}", at=NOON) for org, name in enumerate("AB")
        ]
        for org, each in enumerate(founded):
            self.kept(org, each.administrator)
        return founded

    @cached_property
    def accounts(self) -> dict[tuple[int, int], SimulatedGateway]:
        """Each organisation's account with the payment gateway, in each store."""
        return {
            (place, org): SimulatedGateway(
                declines=[billing_inputs.DECLINES],
                loses_answers=[billing_inputs.LOSES_ANSWERS],
                is_unreachable=[billing_inputs.UNREACHABLE],
            )
            for place, _ in enumerate(self.sides)
            for org in (0, 1)
        }

    def gateway_of(self, side: Side) -> SimulatedGateway:
        """Return the payment gateway of who asks."""
        return self.accounts[self.sides.index(side), self._asking]

    @initialize(target=orders)
    def orders_of_one_number(self) -> Any:
        """Give each organisation an order under a number that the other one uses, too."""
        placed = [
            self.both(org, create_order, client_id=client.id, service="SEO", number="A1", at=NOON)
            for org, client in enumerate(self.first_client)
        ]
        return multiple(*(self.kept(org, order) for org, order in enumerate(placed)))

    def kept(self, org: int, thing: Any) -> Any:
        """Return what goes into a bundle, and remember the latest of each kind."""
        if thing is not None:
            self.latest[org][type(thing).__name__] = thing.id
        return super().kept(org, thing)

    def trespass(self) -> None:
        """Let each organisation try whatever it can with ids of the other one, one of each kind."""
        for org in (0, 1):
            for foreign in list(self.latest[1 - org].values()):
                self.both(org, trespass, foreign, self.first_client[org].id, at=NOON)

    def teardown(self) -> None:
        """Try the foreign ids, compare everything that each has in the end, and close the stores."""
        try:
            if self.agreed and self._founded:
                self.trespass()
            super().teardown()
        finally:
            _close(self.sides)


def _the_answer_of(outcomes: list[Outcome]) -> Outcome:
    return next((each for each in outcomes if each.value is not None), outcomes[0])


def _close(sides: Any) -> None:
    for side in sides:
        side.store.close()
