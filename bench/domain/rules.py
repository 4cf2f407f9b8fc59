"""Transitions: the library beside two state machines.

Each has the same lifecycle with the same data on it, and says what happened, as its documentation would have it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any, Final
from uuid import UUID

import attrs

from bench.domain.desk import NOW
from bench.report.measured import Measured, at_least, race
from service_engine.domain.tickets import Ticket, close, reopen, set_pending
from service_engine.testing import build

__all__ = ["Stage", "sample", "transitions"]

LATER: Final = NOW + timedelta(hours=1)
_Step = Callable[[datetime], Any]


class Stage(IntEnum):
    """A ticket's status, for those who write it themselves."""

    OPEN = 1
    PENDING = 2
    CLOSED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """An event, for those who write it themselves."""

    name: str
    ticket_id: UUID
    at: datetime


@dataclass
class MutableTicket:
    """A ticket that changes in place, with all the data of the library's."""

    id: UUID
    client_id: UUID
    subject: str
    created_at: datetime
    updated_at: datetime
    status: Stage = Stage.OPEN
    order_id: UUID | None = None
    source: str | None = "API"
    note: str | None = None
    form_data: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    employee_ids: tuple[UUID, ...] = ()
    tags: tuple[Any, ...] = ()
    last_message_at: datetime | None = None
    date_closed: datetime | None = None
    deleted_at: datetime | None = None
    version: int = 1
    events: tuple[Happened, ...] = ()

    def note_closed(self, at: datetime) -> None:
        """Keep when it was closed, and that it was."""
        self.date_closed = self.updated_at = at
        self.events = (Happened(name="TicketClosed", ticket_id=self.id, at=at),)

    def note_reopened(self, at: datetime) -> None:
        """Forget when it was closed, and keep that it is open."""
        self.date_closed, self.updated_at = None, at
        self.events = (Happened(name="TicketReopened", ticket_id=self.id, at=at),)

    def note_pending(self, at: datetime) -> None:
        """Forget when it was closed, and keep that it waits."""
        self.date_closed, self.updated_at = None, at
        self.events = (Happened(name="TicketSetPending", ticket_id=self.id, at=at),)


def transitions() -> list[Measured]:
    """Measure transitions per second, of a ticket at hand, and of one that has just been loaded."""
    makers = {"transitions": _with_transitions(), "python-statemachine": _with_statemachine()}
    peers = {name: make for name, make in makers.items() if make is not None}
    for make in peers.values():
        _require_same(make)
    ticket = sample()
    values = attrs.asdict(ticket, recurse=False)
    ready = {name: _there_and_back(make(_mutable())) for name, make in peers.items()}
    at_hand = race({"ours": lambda: reopen(close(ticket, at=LATER).state, at=LATER), **ready})
    loaded = {name: _load_and_close(make) for name, make in peers.items()}
    fresh = race({"ours": lambda: close(Ticket(**values), at=LATER), **loaded})
    return [
        Measured(
            "transition (close, reopen)",
            2 / at_hand["ours"],
            "/s",
            (at_least(150_000), at_least(25, "python-statemachine"), at_least(2, "transitions")),
            {name: 2 / at_hand[name] if name in at_hand else None for name in makers},
            "the peers' machine is there already, and changes its ticket in place",
        ),
        Measured(
            "a ticket made of its values, then closed",
            1 / fresh["ours"],
            "/s",
            (),
            {name: 1 / fresh[name] if name in fresh else None for name in makers},
            "as when it comes from a database: the peers' ticket gets its machine first",
        ),
    ]


_Machine = Mapping[str, _Step]
_Maker = Callable[[MutableTicket], _Machine]


def sample() -> Ticket:
    """Return a ticket with two employees and three tags."""
    staff = [build.employee() for _ in range(2)]
    tags = [build.tag(name) for name in ("urgent", "billing", "website")]
    return build.ticket(subject="Help with order", employee_ids=[each.id for each in staff], tags=tags, at=NOW)


def _mutable() -> MutableTicket:
    values = attrs.asdict(sample(), recurse=False)
    return MutableTicket(**{**values, "status": Stage(values["status"])})


def _there_and_back(machine: _Machine) -> Callable[[], object]:
    close_it, reopen_it = machine["close"], machine["reopen"]

    def run() -> None:
        close_it(LATER)
        reopen_it(LATER)

    return run


def _load_and_close(make: _Maker) -> Callable[[], object]:
    desk = _mutable()
    values = {name: value for name, value in vars(desk).items() if name in MutableTicket.__dataclass_fields__}
    return lambda: make(MutableTicket(**values))["close"](LATER)


def _with_transitions() -> _Maker | None:
    try:
        from transitions import Machine  # noqa: PLC0415  # may be missing
    except ModuleNotFoundError:
        return None
    moves = [
        {"trigger": "close", "source": [Stage.OPEN, Stage.PENDING], "dest": Stage.CLOSED, "after": "note_closed"},
        {"trigger": "reopen", "source": [Stage.CLOSED, Stage.PENDING], "dest": Stage.OPEN, "after": "note_reopened"},
        {"trigger": "wait", "source": [Stage.OPEN, Stage.CLOSED], "dest": Stage.PENDING, "after": "note_pending"},
    ]
    # One machine for all tickets, which is what its documentation recommends where there are many of them.
    machine = Machine(
        model=None,
        states=Stage,
        transitions=moves,
        initial=Stage.OPEN,
        auto_transitions=False,
        model_attribute="status",
    )

    def make(ticket: MutableTicket) -> _Machine:
        machine.add_model(ticket, initial=ticket.status)
        machine.models.clear()  # it would keep every ticket alive
        return {name: getattr(ticket, name) for name in ("close", "reopen", "wait")}

    return make


def _with_statemachine() -> _Maker | None:
    try:
        from statemachine import State, StateMachine  # noqa: PLC0415  # may be missing
    except ModuleNotFoundError:
        return None

    class Lifecycle(StateMachine):
        opened = State(initial=True, value=Stage.OPEN)
        pending = State(value=Stage.PENDING)
        closed = State(value=Stage.CLOSED)
        close = opened.to(closed) | pending.to(closed)
        reopen = closed.to(opened) | pending.to(opened)
        wait = opened.to(pending) | closed.to(pending)

        def on_close(self, at: datetime) -> None:
            self.model.note_closed(at)

        def on_reopen(self, at: datetime) -> None:
            self.model.note_reopened(at)

        def on_wait(self, at: datetime) -> None:
            self.model.note_pending(at)

    def make(ticket: MutableTicket) -> _Machine:
        machine = Lifecycle(model=ticket, state_field="status")
        return {"close": machine.close, "reopen": machine.reopen, "wait": machine.wait}

    return make


def _require_same(make: _Maker) -> None:
    """Take one way through all six moves with ours and with theirs; refuse to measure what does something else."""
    desk, ticket = _mutable(), sample()
    machine = make(desk)
    ours = {"close": close, "reopen": reopen, "wait": set_pending}
    for number, name in enumerate(("close", "reopen", "wait", "close", "wait", "reopen")):
        at = NOW + timedelta(days=number)
        change = ours[name](ticket, at=at)
        ticket = change.state
        machine[name](at)
        mine = (int(ticket.status), ticket.date_closed, ticket.updated_at, type(change.events[0]).__name__)
        theirs = (int(desk.status), desk.date_closed, desk.updated_at, desk.events[0].name)
        assert mine == theirs, f"{name}: {theirs} instead of {mine}"
