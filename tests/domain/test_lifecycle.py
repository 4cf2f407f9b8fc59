"""Lifecycles: complete tables, refusals that explain themselves, and drawings made from the tables."""

from __future__ import annotations

from itertools import product
from typing import Any

import attrs
import pytest

from service_engine.domain import invoice_status, orders, payments, proposals, tickets
from service_engine.domain.kinds import is_a
from service_engine.domain.lifecycle import Lifecycle, Status
from service_engine.errors import IllegalMoveError

LIFECYCLES: list[Lifecycle[Any]] = [
    tickets.LIFECYCLE,
    orders.LIFECYCLE,
    proposals.LIFECYCLE,
    invoice_status.LIFECYCLE,
    payments.LIFECYCLE,
]


def statuses(lifecycle: Lifecycle[Any]) -> list[Status]:
    """Return every status of the noun, in the table or not."""
    return list(type(lifecycle.initial).__members__.values())


class Light(Status):
    """A lifecycle with a dead end and a forbidden way."""

    OFF = 1
    VERY_BRIGHT = 2
    BROKEN = 5


MOVES = {
    Light.BROKEN: frozenset[Light](),
    Light.OFF: frozenset({Light.BROKEN, Light.VERY_BRIGHT}),
    Light.VERY_BRIGHT: frozenset({Light.OFF}),
}
LIGHT = Lifecycle("light", Light.OFF, MOVES)


def test_a_label_is_the_name_for_people():
    """Underscores become blanks, words begin with a capital."""
    assert [status.label for status in Light] == ["Off", "Very Bright", "Broken"]


@pytest.mark.parametrize("lifecycle", LIFECYCLES, ids=lambda lifecycle: lifecycle.noun)
def test_every_status_of_a_noun_is_in_its_table_and_can_be_reached(lifecycle: Lifecycle[Any]):
    """No status is forgotten, and none is beyond reach of the initial one."""
    assert set(lifecycle.moves) == set(statuses(lifecycle))
    reached = {lifecycle.initial}
    while new := {target for origin in reached for target in lifecycle.allowed(origin)} - reached:
        reached |= new
    assert reached == set(statuses(lifecycle))


@pytest.mark.parametrize("lifecycle", [*LIFECYCLES, LIGHT], ids=lambda lifecycle: lifecycle.noun)
def test_explain_is_empty_exactly_when_the_move_is_allowed(lifecycle: Lifecycle[Any]):
    """A refusal always has a reason, a legal move never; staying is no move. check agrees."""
    for origin, target in product(statuses(lifecycle), repeat=2):
        reasons = lifecycle.explain(origin, target)
        assert (reasons == ()) == (origin == target or target in lifecycle.allowed(origin))
        if reasons:
            with pytest.raises(IllegalMoveError) as refused:
                lifecycle.check(origin, target)
            assert (refused.value.field, refused.value.message) == ("status", reasons[0])
        else:
            lifecycle.check(origin, target)


@pytest.mark.parametrize("lifecycle", [*LIFECYCLES, LIGHT], ids=lambda lifecycle: lifecycle.noun)
def test_the_pairs_are_the_moves_in_order(lifecycle: Lifecycle[Any]):
    """Each move once, sorted by number, and none from a status to itself."""
    pairs = list(lifecycle.pairs())
    assert pairs == sorted((origin, target) for origin in lifecycle.moves for target in lifecycle.allowed(origin))
    assert all(origin != target for origin, target in pairs)


def test_explain_gives_every_reason():
    """The contract's sentence first, then the way out: the choices in order, or that there is none."""
    assert LIGHT.explain(Light.VERY_BRIGHT, Light.BROKEN) == (
        "Cannot transition from Very Bright to Broken.",
        "From Very Bright it can go to: Off.",
    )
    assert LIGHT.explain(Light.BROKEN, Light.OFF) == (
        "Cannot transition from Broken to Off.",
        "Broken is final.",
    )
    three = Lifecycle("light", Light.OFF, MOVES | {Light.BROKEN: frozenset({Light.VERY_BRIGHT, Light.OFF})})
    assert three.explain(Light.VERY_BRIGHT, Light.BROKEN)[1] == "From Very Bright it can go to: Off."
    wide = attrs.evolve(
        LIGHT, moves=MOVES | {Light.OFF: frozenset[Light](), Light.BROKEN: frozenset({Light.VERY_BRIGHT, Light.OFF})}
    )
    assert wide.explain(Light.OFF, Light.BROKEN)[1] == "Off is final."


def test_the_choices_are_listed_by_number():
    """Several choices are separated by commas, lowest number first."""

    class Step(Status):
        A = 1
        B = 2
        C = 3
        D = 4

    nowhere = {step: frozenset[Step]() for step in Step}
    steps = Lifecycle("step", Step.A, nowhere | {Step.A: frozenset({Step.C, Step.B})})
    assert steps.explain(Step.A, Step.D)[1] == "From A it can go to: B, C."


def test_a_table_must_name_every_status():
    """A forgotten status is found when the table is made, not when somebody needs it."""
    with pytest.raises(ValueError, match="the moves of a light must name every Light exactly once"):
        Lifecycle("light", Light.OFF, {Light.OFF: frozenset[Light]()})


def test_a_table_must_not_lead_a_status_to_itself():
    """Staying is always allowed and is no move."""
    with pytest.raises(ValueError, match="the moves of a light must not lead from a status to itself"):
        Lifecycle("light", Light.OFF, MOVES | {Light.VERY_BRIGHT: frozenset({Light.VERY_BRIGHT})})


def test_the_text_drawing():
    """One line a status, aligned, in the order of the numbers; a dead end says so."""
    assert LIGHT.draw().splitlines() == [
        "light (starts as Off)",
        "  Off         -> Very Bright, Broken",
        "  Very Bright -> Off",
        "  Broken      -> (final)",
    ]
    assert LIGHT.draw("text") == LIGHT.draw()


def test_the_mermaid_drawing():
    """Names, labels, the start and every move, as Mermaid wants them."""
    assert LIGHT.draw("mermaid").splitlines() == [
        "stateDiagram-v2",
        '    state "Off" as OFF',
        '    state "Very Bright" as VERY_BRIGHT',
        '    state "Broken" as BROKEN',
        "    [*] --> OFF",
        "    OFF --> VERY_BRIGHT",
        "    OFF --> BROKEN",
        "    VERY_BRIGHT --> OFF",
    ]


def test_there_is_no_other_style():
    """A misspelt style is wrong use, and the message lists the right ones."""
    with pytest.raises(ValueError, match="there is no style 'svg'; take 'text' or 'mermaid'"):
        LIGHT.draw("svg")


def test_a_bare_number_is_no_status():
    """The validator accepts a member of its own enumeration only: 1 compares like a status but has no label."""

    @attrs.frozen
    class Lamp:
        light: Light = attrs.field(validator=is_a(Light))

    assert Lamp(Light.OFF).light is Light.OFF
    for wrong in (1, tickets.TicketStatus.OPEN, "OFF", None):
        with pytest.raises(TypeError, match="light must be of Light, not "):
            Lamp(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("target", [9, "OFF", None, object()])
def test_a_lifecycle_knows_only_its_own_statuses(target: Any):
    """What is no status at all is wrong use, not a move that is refused."""
    for ask in (LIGHT.explain, LIGHT.check):
        with pytest.raises(TypeError, match=r"^status must be of Light, not "):
            ask(Light.OFF, target)
