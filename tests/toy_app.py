"""A small application for two organisations that keeps notes, sound or with one leak; it has nothing of ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any
from uuid import uuid4

from fastapi import Body, Depends, FastAPI, Header, HTTPException

from service_engine.testing.noninterference import TenantApp

__all__ = ["APP_LEAKS", "open_notes"]


def _known(tenant: Annotated[str, Header(alias="x-tenant")]) -> str:
    if tenant not in {"a", "b"}:
        raise HTTPException(401, "unknown")
    return tenant


Tenant = Annotated[str, Depends(_known)]

APP_LEAKS = (
    "a global counter",
    "a foreign note is shown",
    "titles are unique among all",
    "the total counts everybody's",
    "a foreign note can be deleted",
    "a refusal tells what exists elsewhere",
)


class _Notes:
    def __init__(self, leak: str | None) -> None:
        self.all: list[dict[str, Any]] = []
        self._leak = leak

    def seen(self, tenant: str, leak: str | None = None) -> list[dict[str, Any]]:
        """Return those of a tenant; with this leak, those of everybody."""
        return [note for note in self.all if note["tenant"] == tenant or (leak is not None and leak == self._leak)]

    def find(self, tenant: str, note_id: str, leak: str) -> dict[str, Any]:
        """Return one of a tenant; with this leak, anybody's."""
        for note in self.seen(tenant, leak):
            if note["id"] == note_id:
                return note
        elsewhere = self._leak == "a refusal tells what exists elsewhere" and note_id in {
            note["id"] for note in self.all
        }
        raise HTTPException(404, "not yours" if elsewhere else "no such note")


def _shown(note: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in note.items() if name != "tenant"}


def open_notes(
    leak: str | None = None, *, new_id: Callable[[], object] = uuid4, callers: tuple[str, str] = ("a", "b")
) -> TenantApp:
    """Make a fresh application with a leak, or without; it knows the tenants a and b."""
    app = FastAPI()
    notes = _Notes(leak)

    @app.post("/notes", status_code=201)
    def add(tenant: Tenant, title: Annotated[str, Body(embed=True)]) -> Any:
        if any(note["title"] == title for note in notes.seen(tenant, "titles are unique among all")):
            raise HTTPException(409, "taken")
        number = len(notes.seen(tenant, "a global counter")) + 1
        notes.all.append({"tenant": tenant, "id": str(new_id()), "number": number, "title": title})
        return _shown(notes.all[-1])

    @app.get("/notes")
    def every(tenant: Tenant) -> Any:
        total = len(notes.seen(tenant, "the total counts everybody's"))
        return {"data": [_shown(note) for note in notes.seen(tenant)], "total": total}

    @app.get("/notes/{note_id}")
    def one(tenant: Tenant, note_id: str) -> Any:
        return _shown(notes.find(tenant, note_id, "a foreign note is shown"))

    @app.delete("/notes/{note_id}", status_code=204)
    def delete(tenant: Tenant, note_id: str) -> None:
        notes.all.remove(notes.find(tenant, note_id, "a foreign note can be deleted"))

    first, second = callers
    return TenantApp(app=app, callers=({"x-tenant": first}, {"x-tenant": second}))
