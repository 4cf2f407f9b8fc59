"""Random requests to the API: our own, half of them valid by construction, and those of Schemathesis."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from typing import Any, cast
from urllib.parse import quote

import hypothesis
from attrs import define, field
from hypothesis import HealthCheck, Phase, given
from hypothesis import strategies as st
from starlette.testclient import TestClient
from tests.agencies import Agency, Clock, Present, found_agency, simulated_gateway
from tests.figures.watching import Watched
from tests.fuzzing import (
    LISTS,
    UNKNOWN,
    WRITES,
    broken_bodies,
    named,
    plausible,
    populate,
    queries,
    with_pairs,
    with_periods,
)

from service_engine.api import create_app

__all__ = ["Caller", "calling", "send_ours", "send_schemathesis"]

_WORDS = {
    "clients": "CLIENTS", "services": "SERVICES", "orders": "ORDERS", "order-tasks": "TASK",
    "order-messages": "MESSAGE", "proposals": "PROPOSALS", "invoices": "INVOICES", "tickets": "TICKETS",
}  # fmt: skip
"""What stands for an own id, behind each noun of a path."""
_WHOLE = {"type": "string", "pattern": r"^[+-]?\d+(\.0+)?$"}
_NUMERAL = {"type": "string", "pattern": r"^[+-]?\d+(\.\d+)?$"}
_ALSO: dict[str, list[Any]] = {
    "boolean": [{"enum": [0, 1]}],
    "integer": [{"type": "boolean"}, _WHOLE],
    "number": [{"type": "boolean"}, _NUMERAL],
}
"""What the API takes besides, by the type in the description."""
_GATEWAY = simulated_gateway()
_PRESENT = Present()


@cache
def watched() -> Watched:
    """Return the API on the present store, watched; one for the whole process, because it takes long to build."""
    app = create_app(cast("Any", _PRESENT), now=_PRESENT.now, gateway=_GATEWAY)
    return Watched(app, app.openapi())


@define
class Caller:
    """Who sends: the administrator of an organisation that has one of everything, until it was deleted."""

    watch: Watched
    http: TestClient
    store: Any
    names: Any
    agency: Agency = field(init=False)
    ids: dict[str, str] = field(init=False)

    def begin_anew(self) -> None:
        """Found another organisation, unwatched."""
        self.watch.looks_away = True
        self.agency = found_agency(self.http, self.store, _GATEWAY, _PRESENT.clock, next(self.names))
        self.ids = populate(self.agency)
        self.watch.looks_away = False

    def use(self, store: Any) -> None:
        """Let the API stand on another store, with the same in it."""
        _PRESENT.store = store

    @property
    def headers(self) -> dict[str, str]:
        """Who sends, and what."""
        return {"Authorization": f"Bearer {self.agency.token}", "Content-Type": "application/json"}

    def send(self, method: str, path: str, query: list[tuple[str, str]], body: bytes, token: str | None) -> None:
        """Send a request with own ids in the place of the words; found another organisation if something is gone."""
        body, path = named(body, path, self.ids)
        query = [(_utf8(name), _utf8(self.ids.get(value, value))) for name, value in query]
        headers = self.headers if token is None else {**self.headers, "Authorization": token}
        answer = self.http.request(method, f"/api{path}", params=cast("Any", query), content=body, headers=headers)
        if method == "DELETE" and answer.status_code == 204:
            self.begin_anew()


@contextmanager
def calling(store: Any, seed: int) -> Iterator[Caller]:
    """Found an organisation in a store that is the API's from now on, and give who sends."""
    _PRESENT.store, _PRESENT.clock = store, Clock()
    with TestClient(watched(), raise_server_exceptions=False) as http:
        caller = Caller(watched(), http, store, (f"Agency {seed} {number}" for number in count()))
        caller.begin_anew()
        yield caller


def _utf8(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _with_ids(description: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return each operation with an id in its path: method, path, and the word for an own id."""
    return [
        (method.upper(), path.removeprefix("/api"), _WORDS[path.split("/")[2]])
        for path, methods in description["paths"].items()
        for method in methods
        if "{id}" in path
    ]


_orders = st.sampled_from(["created_at:asc", "created_at:desc", "id:asc", "id:desc"])
_pages = {"limit": st.integers(1, 100).map(str), "page": st.integers(1, 3).map(str), "sort": _orders}
_filters = {
    "filters[id][$eq]": st.just("CLIENTS"),
    "filters[created_at][$lt]": st.datetimes().map(lambda at: f"{at.replace(microsecond=0).isoformat()}Z"),
}
_scrolls = {"cursor": st.just(""), "total": st.sampled_from(["none", "capped", "exact"])}
_good_queries = st.fixed_dictionaries({}, optional=_pages | _filters | _scrolls).map(lambda query: list(query.items()))
_texts = st.sampled_from([UNKNOWN, "x", UNKNOWN.replace("-", "")]) | st.text().map(lambda text: quote(_utf8(text), ""))
_tokens = st.sampled_from([None] * 9 + ["", "Bearer", "Bearer x", "Basic x"])
_nothing = st.just(b"")
_scraps = st.sampled_from([b"", b"{", b"[]", b"null", b"{}", b'{"name": "A", "message": "A"}', b'{"name": "\\ud800"}'])


def _bodies(description: dict[str, Any]) -> dict[str, st.SearchStrategy[bytes]]:
    """Return for each operation with a body one that it should take, of the fields that it has."""
    made = {}
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            if "requestBody" not in operation:
                continue
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            known = with_pairs if path.startswith("/api/services") else plausible
            known = with_periods if path.startswith("/api/invoices") else known
            fields = {name: known[name] for name in schema["properties"] if name in known}
            must = {name: fields.pop(name) for name in schema.get("required", ())}
            bodies = st.fixed_dictionaries(must, optional=fields)
            made[f"{method.upper()} {path.removeprefix('/api')}"] = bodies.map(json.dumps).map(str.encode)
    return made


def _requests(description: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Return requests: half of them should be taken, as far as that can be said beforehand."""
    operations, bodies = _with_ids(description), _bodies(description)
    reads = [each for each in operations if each[0] == "GET"]
    changes = [each for each in operations if each[0] != "GET"]
    lists = st.sampled_from(LISTS).map(lambda noun: ("GET", f"/{noun}"))
    writes = st.sampled_from(WRITES)
    takes: list[st.SearchStrategy[Any]] = [
        st.tuples(st.just((name.split()[0], _filled(name.split()[1]))), st.just([]), body, st.none())
        for name, body in bodies.items()
    ]
    taken = st.one_of(takes)
    fitting: st.SearchStrategy[Any] = st.one_of(
        taken,
        taken,
        taken,
        st.tuples(lists, _good_queries, _nothing, st.none()),
        st.tuples(_own(reads), st.just([]), _nothing, st.none()),
        st.tuples(_own(changes), st.just([]), _nothing, st.none()),
    )
    broken: st.SearchStrategy[Any] = st.one_of(
        st.tuples(writes, st.just([]), broken_bodies, _tokens),
        st.tuples(writes, st.just([]), broken_bodies, _tokens),
        st.tuples(lists, queries, _nothing, _tokens),
        st.tuples(st.tuples(st.sampled_from(operations), _texts).map(_at), queries, _scraps, _tokens),
        st.tuples(_own([each for each in changes if each[0] != "DELETE"]), queries, broken_bodies, _tokens),
    )
    return fitting | broken


def _filled(path: str) -> str:
    """Return a path with the word for an own id."""
    return path.replace("{id}", _WORDS[path.split("/")[1]])


def _own(operations: list[tuple[str, str, str]]) -> st.SearchStrategy[tuple[str, str]]:
    return st.sampled_from(operations).map(lambda each: _at((each, each[2])))


def _at(drawn: tuple[tuple[str, str, str], str]) -> tuple[str, str]:
    (method, path, _), key = drawn
    return method, path.replace("{id}", key)


def _settings(number: int) -> hypothesis.settings:
    return hypothesis.settings(
        max_examples=number,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def _repeat(strategy: st.SearchStrategy[Any], send: Callable[[Any], None], number: int, seed: int) -> None:
    @hypothesis.seed(seed)
    @_settings(number)
    @given(strategy)
    def drawn(request: Any) -> None:
        send(request)

    drawn()


def send_ours(caller: Caller, number: int, seed: int) -> None:
    """Send so many requests of our own making."""

    def send(request: Any) -> None:
        (method, path), query, body, token = request
        caller.send(method, path, query, body, token)

    _repeat(_requests(caller.watch.description), send, number, seed)


@cache
def _schema() -> Any:
    import schemathesis  # of the group ``figures``

    # What is valid by the schema may be refused all the same: 422 for an id that names nothing, 400 for a rule that no
    # schema can state (a text of spaces only, an amount of too many digits).
    accepted = ["2xx", "400", "401", "404", "409", "422"]
    refused = ["400", "401", "404", "405", "409", "413", "415", "422"]
    checks = {
        "positive_data_acceptance": {"expected-statuses": accepted},
        "negative_data_rejection": {"expected-statuses": refused},
    }
    config = schemathesis.Config.from_dict({"checks": checks})
    schema = schemathesis.openapi.from_dict(watched().description, config=config)
    schema.app = watched()
    return schema


def _is_fit_after_all(failure: Any, case: Any) -> bool:
    """Tell whether something that was meant to be invalid, and was taken, is valid by the description.

    With a cursor a list is answered "whatever the page", so that any page fits.

    Schemathesis breaks one of two alternatives and does not see that what it made is the other one (a number for an
    amount that may also be text). A text that is too long by spaces only fits, because they are stripped first. And the
    API takes 0 for false and "1" for 1, which the description does not say (contract section 1.5).
    """
    import jsonschema_rs  # comes with Schemathesis
    from schemathesis.core.failures import AcceptedNegativeData

    if not isinstance(failure, AcceptedNegativeData):
        return False
    if "Invalid component: parameter `page` in query" in failure.message:
        return "cursor" in (case.query or {})
    if "Invalid component: in body" not in failure.message:
        return False
    description = watched().description
    operation = description["paths"][case.operation.path][case.operation.method.lower()]
    declared = operation["requestBody"]["content"]["application/json"]["schema"]
    validator = jsonschema_rs.validator_for(_lax({**declared, "components": description["components"]}))
    return bool(validator.is_valid(_stripped(case.body)))


def _lax(schema: Any) -> Any:
    """Return a schema that takes what the API takes for a boolean or a number."""
    if isinstance(schema, list):
        return [_lax(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: _lax(each) for key, each in schema.items()}
    return {"anyOf": [inner, *_ALSO[schema["type"]]]} if schema.get("type") in _ALSO else inner


def _stripped(value: Any) -> Any:
    """Return the same with every text as the API sees it."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, dict):
        return {key: _stripped(each) for key, each in value.items()}
    return [_stripped(each) for each in value] if isinstance(value, list) else value


def send_schemathesis(caller: Caller, number: int, seed: int) -> None:
    """Send so many requests of Schemathesis' making, half of them valid by the description; run all its checks."""
    from schemathesis import GenerationMode
    from schemathesis.core.failures import FailureGroup
    from schemathesis.python import asgi

    token = {"Authorization": caller.headers["Authorization"]}
    strategies = []
    for result in _schema().get_all_operations():
        operation = result.ok()
        noun = operation.path.split("/")[2] if operation.path.count("/") > 1 else ""
        own = [{"path_parameters": {"id": caller.ids[_WORDS[noun]]}}] if "{id}" in operation.path else []
        strategies += [
            operation.as_strategy(generation_mode=mode, headers=token, **at)
            for mode in GenerationMode
            for at in [{}, *own]
        ]

    def send(case: Any) -> None:
        try:
            case.call_and_validate(session=session)
        except FailureGroup as failures:
            wrong = [each for each in failures.exceptions if not _is_fit_after_all(each, case)]
            if wrong:
                told = "; ".join(f"{each.title}: {each.message}" for each in wrong)
                caller.watch.complain(f"schemathesis: {case.method} {case.path} {case.query}: {told}")

    with asgi.get_client(caller.watch) as session:
        _repeat(st.one_of(strategies), send, number, seed)
