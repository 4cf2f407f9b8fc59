"""Looks at every answer of the API, whoever asked: none is 5xx, refusals have the one shape, successes their schema."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

from pydantic import TypeAdapter, ValidationError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service_engine.api import (
    about,
    clients,
    invoices,
    order_messages,
    order_tasks,
    orders,
    proposals,
    services,
    tickets,
)

__all__ = ["Watched"]

_ENOUGH = 20


def _declared() -> list[tuple[str, re.Pattern[str], int, TypeAdapter[Any] | None]]:
    """Return of every operation its method, its path, the status of its success and what that shows."""
    places = {
        about: "", clients: "/clients", services: "/services", orders: "/orders", order_tasks: "", order_messages: "",
        proposals: "/proposals", invoices: "/invoices", tickets: "/tickets",
    }  # fmt: skip
    return [
        (
            each.method,
            re.compile("/api" + re.sub(r"\{\w+\}", "[^/]+", place + each.path) + r"\Z"),
            each.status,
            None if each.shows is None else TypeAdapter(each.shows),
        )
        for noun, place in places.items()
        for each in noun.OPERATIONS.values()
    ]


class Watched:
    """An ASGI application that counts and judges the answers of another.

    Args:
        app: The application.
        description: How it describes itself.
    """

    def __init__(self, app: ASGIApp, description: dict[str, Any]) -> None:
        self._app = app
        self.description = description
        self._declared = _declared()
        self.looks_away = False
        self.start_again()

    def start_again(self) -> None:
        """Forget everything."""
        self.answers: Counter[int] = Counter()
        self.problems: list[str] = []

    def complain(self, problem: str) -> None:
        """Keep what is wrong, if it is new and among the first."""
        if len(self.problems) < _ENOUGH and problem not in self.problems:
            self.problems.append(problem)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does."""
        sent: list[Message] = []

        async def keep(message: Message) -> None:
            sent.append(message)
            await send(message)

        if scope["type"] != "http" or self.looks_away:
            await self._app(scope, receive, send)
            return
        try:
            await self._app(scope, receive, keep)
        except Exception as error:  # noqa: BLE001  # a server answers 500 and logs this; here it is a problem
            self.complain(f"{scope['method']} {scope['path']}: {error!r}")
        start = next((each for each in sent if each["type"] == "http.response.start"), None)
        if start is None:
            self.complain(f"{scope['method']} {scope['path']}: no answer")
            return
        status: int = start["status"]
        self.answers[status] += 1
        body = b"".join(each.get("body", b"") for each in sent if each["type"] == "http.response.body")
        headers = {name.decode().lower(): value.decode() for name, value in start["headers"]}
        if problem := self._judge(scope, status, headers, body):
            self.complain(f"{scope['method']} {scope['path']} {status}: {problem}: {body[:300]!r}")

    def _judge(self, scope: Scope, status: int, headers: dict[str, str], body: bytes) -> str | None:
        if status >= 500:
            return "a failure"
        if status == 204 or scope["method"] == "HEAD":
            return None if not body else "a body where none belongs"
        if status == 307 and scope["path"].endswith("/"):
            return None if headers.get("location") else "it leads nowhere"  # an empty id: the list has no slash
        if headers.get("content-type") != "application/json":
            return f"it is {headers.get('content-type')}"
        if status >= 400:
            return _misshapen(json.loads(body))
        return self._unlike_declared(scope, status, body)

    def _unlike_declared(self, scope: Scope, status: int, body: bytes) -> str | None:
        for method, path, declared, shows in self._declared:
            if method == scope["method"] and path.match(scope["path"]):
                if status != declared or shows is None:
                    return f"{declared} is declared"
                try:
                    shows.validate_json(body)
                except ValidationError as error:
                    return f"not as declared: {error.errors()[:2]}"
                return None
        return "nothing is declared"


def _misshapen(body: Any) -> str | None:
    """Return what is wrong with a refusal's shape."""
    if not isinstance(body, dict) or list(body) != ["message", "errors"] or not isinstance(body["message"], str):
        return "not the one shape"
    if not all(texts and all(isinstance(text, str) for text in texts) for texts in body["errors"].values()):
        return "complaints that are no texts"
    if (body["message"] == "The given data was invalid.") != (body["errors"] != {}):
        return "the message does not go with the errors"
    return None
