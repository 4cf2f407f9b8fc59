"""The state machine behind ``assert_no_interference_in_app``: random requests to three applications.

In one of them both organisations work; in each of the others one of them is idle.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from typing import Any, ClassVar, Final, TypeAlias

from attrs import frozen
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from service_engine.ports.entropy import Entropy
from service_engine.testing.noninterference.asgi import Answer, AsgiApp, Driver, Request
from service_engine.testing.noninterference.choosers import Drawn, Plain
from service_engine.testing.noninterference.drawing import Draft, Known, Memory, draft_request
from service_engine.testing.noninterference.openapi import Operation, likely_words, operations_of
from service_engine.testing.noninterference.outcomes import (
    AppFailedError,
    InterferenceError,
    SeparateEntropy,
    Tally,
)

__all__ = ["AppFactory", "AppMachine", "TenantApp"]

_OK: Final = range(200, 300)
_FAILED: Final = 500
_PROBES: Final = 2


def _nothing() -> None:
    """Close nothing."""


@frozen(kw_only=True)
class TenantApp:
    """An application in which two organisations can work, and nothing has happened yet.

    Args:
        app: The ASGI application.
        callers: How each of the two is known: by a token, which is sent as ``Authorization: Bearer``, or by headers.
        close: What to do when no more requests will come.

    Example:
        >>> async def app(scope, receive, send):
        ...     await send({"type": "http.response.start", "status": 204, "headers": []})
        ...     await send({"type": "http.response.body"})
        >>> TenantApp(app=app, callers=("a token", {"x-tenant": "rival"})).headers_of(1)
        {'x-tenant': 'rival'}
    """

    app: AsgiApp
    callers: tuple[str | Mapping[str, str], str | Mapping[str, str]]
    close: Callable[[], object] = _nothing

    def headers_of(self, org: int) -> Mapping[str, str]:
        """Return the headers by which an organisation is known.

        Example:
            >>> TenantApp(app=print, callers=("secret", {"x-tenant": "b"})).headers_of(0)
            {'authorization': 'Bearer secret'}
        """
        caller = self.callers[org]
        return {"authorization": f"Bearer {caller}"} if isinstance(caller, str) else caller


AppFactory: TypeAlias = Callable[[Entropy], TenantApp]
"""Makes a fresh application whose ids and random values come from the entropy that it is given, if it can."""


class AppMachine(RuleBasedStateMachine):
    """Sends the same random requests to an application in which two organisations work, and where one is idle.

    Example:
        >>> [name for name in vars(AppMachine) if not name.startswith("_")]
        ['send', 'compare', 'look_everywhere', 'teardown']
    """

    open_app: ClassVar[AppFactory]
    openapi: ClassVar[str]
    leave_out: ClassVar[Collection[str]]
    allow_failures: ClassVar[bool]
    mask: ClassVar[Callable[[bytes], bytes]]
    tally: ClassVar[Tally]

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self._opened: list[TenantApp] = []
        self._drivers: list[Driver] = []
        try:
            self._entropies = [SeparateEntropy() for _ in range(3)]
            for entropy in self._entropies:
                self._opened.append(type(self).open_app(entropy))
                driver = Driver(self._opened[-1].app, self._runner)
                driver.start()
                self._drivers.append(driver)
            self.operations: tuple[Operation, ...] = self._described()
            makers = tuple(each for each in self.operations if each.makes_something)
            self.makers: tuple[Operation, ...] = makers or self.operations
        except BaseException:
            self._close()
            raise
        self.memory: Memory = Memory()
        self.agreed: bool = True
        self._accepted: dict[str, Draft] = {}
        self.tally.runs += 1

    def _described(self) -> tuple[Operation, ...]:
        headers = self._opened[0].headers_of(0)
        answer = self._drivers[0].send(Request(method="GET", path=self.openapi, headers=headers))
        if answer.status not in _OK:
            msg = f"{self.openapi} is answered with {answer.status}"
            raise ValueError(msg)
        found = operations_of(answer.body)
        unknown = set(self.leave_out) - {each.name for each in found}
        if unknown:
            msg = f"there is no operation {', '.join(map(repr, sorted(unknown)))}: {[each.name for each in found]}"
            raise ValueError(msg)
        return tuple(each for each in found if each.name not in self.leave_out)

    @rule(org=st.integers(0, 1), data=st.data())
    def send(self, org: int, data: Any) -> None:
        """Send a request of one of the two."""
        self.tally.steps += 1
        chooser = Drawn(data)
        operation = chooser.pick(self.makers if chooser.number(0, 1) == 0 else self.operations)
        self.compare(draft_request(chooser, operation, org, self.memory))

    def compare(self, draft: Draft) -> Answer:
        """Send a request where both work and where its organisation is alone, and compare the answers."""
        together, alone = self._answer(draft, 0), self._answer(draft, 1 + draft.org)
        mask = type(self).mask
        self.tally.comparisons += 1
        if mask(together.wire()) != mask(alone.wire()):
            self.agreed = False
            raise InterferenceError(str(draft), alone.wire(), together.wire())
        if together.status >= _FAILED and not self.allow_failures:
            self.agreed = False
            raise AppFailedError(str(draft), together.wire())
        if draft.operation.path != self.openapi:
            self.tally.answers[draft.org, draft.operation.name, together.status] += 1
        if together.status in _OK:
            self._accepted[draft.operation.name] = draft
            self.memory.learn(draft.org, draft.operation.noun, together.body, alone.body)
            self.memory.accepted(list(draft.used))
        return together

    def _answer(self, draft: Draft, place: int) -> Answer:
        self._entropies[place].turn_to(draft.org)
        headers = self._opened[place].headers_of(draft.org)
        return self._drivers[place].send(draft.request(headers, alone=place > 0))

    def look_everywhere(self) -> None:
        """Let each organisation read what it has, and try the ids of the other one."""
        for org in (0, 1):
            for operation in self.operations:
                if "{" in operation.path:
                    for known in self._likely(1 - org, operation):
                        self.compare(draft_request(Plain(), operation, org, self.memory, key=known))
        for org in (0, 1):
            for operation in self.operations:
                if operation.method == "GET":
                    mine: list[Known | None] = [*self._likely(org, operation)] if "{" in operation.path else [None]
                    for each in mine:
                        self.compare(draft_request(Plain(), operation, org, self.memory, key=each))

    def _find_what_is_public(self) -> None:
        """Ask once more what was answered, as the same caller and as nobody: the same answer is everybody's.

        Nothing is compared any longer, so it does no harm that one application is asked more than the others.
        """
        for name, draft in self._accepted.items():
            if name not in self.tally.public:
                known = self._drivers[0].send(draft.request(self._opened[0].headers_of(draft.org), alone=False))
                unknown = self._drivers[0].send(draft.request({}, alone=False))
                if known.status == unknown.status in _OK:
                    self.tally.public.add(name)

    def _likely(self, org: int, operation: Operation) -> list[Known]:
        before, _, rest = operation.path.partition("{")
        name = rest.partition("}")[0].partition(":")[0]
        [schema] = [each.schema for each in operation.of("path") if each.name == name] or [{}]
        likely = likely_words(before.strip("/").rpartition("/")[2], schema, operation.hints)
        words = self.memory.fitting(org, f"{operation.path} {name}", likely)
        return [known for word in words[:1] for known in self.memory.ids[org][word][-_PROBES:]]

    def teardown(self) -> None:
        """Look everywhere, and shut the applications down."""
        try:
            if self.agreed:
                self.look_everywhere()
                self._find_what_is_public()
        finally:
            self._close()

    def _close(self) -> None:
        try:
            for driver in self._drivers:
                driver.stop()
            for each in self._opened:
                each.close()
        finally:
            self._runner.close()
