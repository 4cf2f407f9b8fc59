"""The making of a value, and a row's way to the bytes of an answer, beside classes that check themselves."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Final, Self, TypeVar
from uuid import UUID

import attrs
from fastapi.encoders import jsonable_encoder
from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints, TypeAdapter, model_validator

from bench.domain.desk import fill
from bench.domain.rules import Stage, sample
from bench.report.measured import Bound, Measured, at_most, race
from bench.web.models import same_body
from service_engine.adapters.memory import MemoryStore
from service_engine.domain.tickets import Ticket
from service_engine.ports.tickets import TicketDetails, TicketRow
from service_engine.schemas.encoding import encode
from service_engine.schemas.tickets import TicketItemWire, TicketWire, ticket_item_wire, ticket_wire
from service_engine.usecases.tickets import get_ticket, list_tickets

__all__ = ["construction", "to_bytes"]

_MICRO: Final = 1e6
R = TypeVar("R")
Runs = dict[str, Callable[[], object]]

Subject = Annotated[str, StringConstraints(min_length=1, max_length=255)]
Source = Annotated[str, StringConstraints(max_length=50)]
Note = Annotated[str, StringConstraints(max_length=65_535)]


class CheckedTicket(BaseModel):
    """A ticket as pydantic checks it: the bounds, the zones, and that ``date_closed`` fits the status."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    client_id: UUID
    order_id: UUID | None = None
    subject: Subject
    status: Stage = Stage.OPEN
    source: Source | None = "API"
    note: Note | None = None
    form_data: Mapping[str, Any] = {}
    metadata: Mapping[str, Any] = {}
    employee_ids: tuple[UUID, ...] = ()
    tags: tuple[str, ...] = ()
    created_at: AwareDatetime
    updated_at: AwareDatetime
    last_message_at: AwareDatetime | None = None
    date_closed: AwareDatetime | None = None
    deleted_at: AwareDatetime | None = None
    version: int = 1

    @model_validator(mode="after")
    def fits_the_status(self) -> Self:
        """Refuse a time of closing on what is not closed, and the opposite."""
        if (self.status is Stage.CLOSED) != (self.date_closed is not None):
            msg = "date_closed does not fit the status"
            raise ValueError(msg)
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainTicket:
    """A ticket that nobody checks."""

    id: UUID
    client_id: UUID
    order_id: UUID | None = None
    subject: str
    status: Stage = Stage.OPEN
    source: str | None = "API"
    note: str | None = None
    form_data: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    employee_ids: tuple[UUID, ...] = ()
    tags: tuple[str, ...] = ()
    created_at: datetime
    updated_at: datetime
    last_message_at: datetime | None = None
    date_closed: datetime | None = None
    deleted_at: datetime | None = None
    version: int = 1


def construction() -> list[Measured]:
    """Measure the making of a ticket of 17 values."""
    ticket = sample()
    values = attrs.asdict(ticket, recurse=False)
    named = {"status": Stage(ticket.status), "tags": tuple(tag.name for tag in ticket.tags)}
    plain = {**values, **named, "form_data": {}, "metadata": {}}
    runs: Runs = {
        "ours": lambda: Ticket(**values),
        "pydantic": lambda: CheckedTicket(**plain),
        "dataclass": lambda: PlainTicket(**plain),
        **_with_msgspec(plain),
    }
    best = race(runs)
    names = ("pydantic", "msgspec.convert", "msgspec", "dataclass")
    peers = {name: best[name] * _MICRO if name in best else None for name in names}
    note = "msgspec and dataclass check nothing; pydantic and msgspec.convert check what ours does"
    return [Measured("a ticket made of its 17 values", best["ours"] * _MICRO, "µs", (), peers, note)]


def _with_msgspec(values: dict[str, Any]) -> Runs:
    try:
        import msgspec  # noqa: PLC0415  # may be missing

        from bench.domain.msgspec_values import StructTicket  # noqa: PLC0415
    except ModuleNotFoundError:
        return {}
    return {"msgspec": lambda: StructTicket(**values), "msgspec.convert": lambda: msgspec.convert(values, StructTicket)}


def to_bytes() -> list[Measured]:
    """Measure the way of a ticket's row to the bytes of an answer: as a list shows it, and alone with everything."""
    store = MemoryStore()
    desk = fill(store, tickets=1)
    item: TicketRow = store.read(desk.org_id, list_tickets).rows[0]
    alone: TicketDetails = store.read(desk.org_id, get_ticket, desk.ticket_ids[0])
    return [
        _to_bytes("a ticket's row to bytes", item, ticket_item_wire, TypeAdapter(TicketItemWire), (at_most(12),)),
        _to_bytes("the same alone, with order and 5 messages", alone, ticket_wire, TypeAdapter(TicketWire), ()),
    ]


def _to_bytes(
    what: str, row: R, show: Callable[[R], Mapping[str, Any]], model: TypeAdapter[Any], goal: tuple[Bound, ...]
) -> Measured:
    # The peers begin with what costs them least: the dictionary is there already.
    wire = model.validate_python(show(row))
    runs: dict[str, Callable[[], bytes]] = {
        "ours": lambda: encode(show(row)),
        "pydantic validate + dump": lambda: model.dump_json(model.validate_python(wire)),
        "jsonable_encoder + json.dumps": lambda: json.dumps(jsonable_encoder(wire), ensure_ascii=False).encode(),
    }
    for name, run in runs.items():
        assert same_body(run(), runs["ours"]()), f"{name} writes {run()!r}"
    best = race(runs)
    peers = {name: best[name] * _MICRO for name in runs if name != "ours"}
    return Measured(what, best["ours"] * _MICRO, "µs", goal, peers, "the peers are given the dictionary ready-made")
