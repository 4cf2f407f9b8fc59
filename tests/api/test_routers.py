"""The operations as a router in an application of the host's: chosen, admitted in its own way, and in the one shape."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import Depends, FastAPI, HTTPException, Request
from starlette.testclient import TestClient

from service_engine import Store
from service_engine.api import (
    RESOURCES,
    Caller,
    Settings,
    build_router,
    create_app,
    describe,
    install_error_handlers,
)
from service_engine.errors import AuthenticationError, NotFoundError, ServiceEngineError
from service_engine.testing.examples import acme, agency, jane, john
from service_engine.usecases.tickets import get_ticket


@pytest.fixture
def store() -> Store:
    """Give a store with one small agency."""
    return agency()


def by_header(request: Request) -> Caller:
    """Tell who calls in the host's own way."""
    if request.headers.get("x-user") != "jane":
        raise AuthenticationError
    return Caller(organization_id=acme.id, employee_id=jane.id)


def hosted(router) -> TestClient:
    """Return an application with a route of its own beside the router."""
    app = FastAPI()

    @app.get("/host")
    def own() -> dict[str, str]:
        return {"whose": "the host's"}

    app.include_router(router)
    describe(app)
    return TestClient(app, headers={"x-user": "jane"})


class TestChosen:
    """All resources, or some."""

    def test_one_resource_beside_the_hosts_own_routes(self, store):
        """Under the host's prefix; nothing else is there."""
        http = hosted(build_router(store, resources=["tickets"], prefix="/desk", authenticate=by_header))
        assert http.get("/desk/tickets").json()["meta"]["total"] == 1
        assert http.get("/host").json() == {"whose": "the host's"}
        assert http.get("/desk/clients").status_code == 404
        links = http.get("/desk/tickets").json()["links"]
        assert links["first"].startswith("http://testserver/desk/tickets?")

    def test_all_of_them_are_the_reference_api(self, store):
        """With ``about``, the router has exactly the operations of the complete application."""
        app = FastAPI()
        app.include_router(build_router(store, resources=["about", *RESOURCES]))
        describe(app)
        complete = create_app(store).openapi()
        assert app.openapi()["paths"] == complete["paths"]
        assert app.openapi()["components"] == complete["components"]

    @pytest.mark.parametrize("name", RESOURCES)
    def test_each_stands_alone(self, store, name):
        """Its description names no schema that is not there."""
        http = hosted(build_router(store, resources=[name], authenticate=by_header))
        described = http.get("/openapi.json")
        assert described.status_code == 200
        for reference in set(described.text.split('"$ref":"#/components/schemas/')[1:]):
            assert reference.partition('"')[0] in described.json()["components"]["schemas"]

    @pytest.mark.parametrize("resources", [["ticket"], "ticket", ["tickets", "payments"]])
    def test_an_unknown_resource(self, store, resources):
        """It is refused with what there is; a name by itself is taken as one."""
        with pytest.raises(ValueError, match=r"there is no resource '(ticket|payments)'; choose from about, clients"):
            build_router(store, resources=resources)
        assert build_router(store, resources="tickets").routes

    @pytest.mark.parametrize("prefix", ["desk", "/desk/", "/"])
    def test_a_prefix_that_is_none(self, store, prefix):
        """It would give paths that nobody can ask for."""
        with pytest.raises(ValueError, match="a prefix begins with a slash and does not end with one"):
            build_router(store, prefix=prefix)

    def test_without_a_prefix(self, store):
        """The resources are at the root."""
        assert hosted(build_router(store, prefix="", authenticate=by_header)).get("/tickets").status_code == 200


class TestAuthentication:
    """The host's own in place of ours."""

    def test_the_host_tells_who_calls(self, store):
        """Nobody else gets in; a token of ours opens nothing then."""
        http = hosted(build_router(store, authenticate=by_header))
        assert http.get("/api/tickets").status_code == 200
        refused = http.get("/api/tickets", headers={"x-user": "", "authorization": "Bearer secret"})
        assert (refused.status_code, refused.json()) == (401, {"message": "Unauthorized", "errors": {}})

    def test_every_operation_asks(self, store):
        """None of the 41 that need a caller answers without one."""
        http = hosted(build_router(store, resources=["about", *RESOURCES], authenticate=by_header))
        asked = 0
        for path, methods in http.get("/openapi.json").json()["paths"].items():
            if path in ("/host", "/api", "/api/health"):
                continue
            for method in methods:
                address = path.replace("{id}", str(john.id))
                assert http.request(method, address, headers={"x-user": "somebody"}).status_code == 401
                asked += 1
        assert asked == 41

    def test_the_frameworks_refusal_has_the_one_shape(self, store):
        """A host may raise what it raises elsewhere."""

        def closed(request: Request) -> Caller:
            raise HTTPException(403, headers={"x-why": "closed"})

        answer = hosted(build_router(store, authenticate=closed)).get("/api/tickets")
        assert (answer.status_code, answer.json()) == (403, {"message": "Forbidden", "errors": {}})
        assert answer.headers["x-why"] == "closed"

    def test_a_coroutine_is_refused(self, store):
        """It would never be awaited; the message says what to do."""

        async def sign_in(request: Request) -> Caller:
            return by_header(request)

        with pytest.raises(TypeError, match="make it a plain def"):
            build_router(store, authenticate=sign_in)  # type: ignore[arg-type]

    def test_an_object_that_would_be_awaited_is_refused(self, store):
        """Its ``__call__`` is a coroutine function; one whose call is plain is taken."""

        class SignIn:
            async def __call__(self, request: Request) -> Caller:
                return by_header(request)

        class PlainSignIn:
            def __call__(self, request: Request) -> Caller:
                return by_header(request)

        with pytest.raises(TypeError, match="make it a plain def"):
            build_router(store, authenticate=SignIn())  # type: ignore[arg-type]
        http = hosted(build_router(store, resources=["tickets"], authenticate=PlainSignIn()))
        assert http.get("/api/tickets").status_code == 200

    def test_dependencies_are_asked_first(self, store):
        """What they find out can be handed on by the request."""

        async def sign_in(request: Request) -> None:
            request.state.caller = by_header(request)

        app = FastAPI()
        router = build_router(store, authenticate=lambda request: request.state.caller)
        app.include_router(router, dependencies=[Depends(sign_in)])
        install_error_handlers(app)
        http = TestClient(app)
        assert http.get("/api/tickets", headers={"x-user": "jane"}).status_code == 200
        assert http.get("/api/tickets").json() == {"message": "Unauthorized", "errors": {}}

    def test_the_description_says_how(self, store):
        """Our tokens, the host's own scheme by its name, or nothing."""

        def security(**how):
            router = build_router(store, resources=["tickets"], **how)
            return hosted(router).get("/openapi.json").json()["paths"]["/api/tickets"]["get"].get("security")

        assert security() == [{"token": []}]
        assert security(authenticate=by_header) is None
        assert security(authenticate=by_header, scheme="cookie") == [{"cookie": []}]


class TestErrors:
    """What an endpoint of the host's raises."""

    def test_the_librarys_errors_are_answers(self, store):
        """In the one shape, once the handlers are installed; others stay the host's."""
        app = FastAPI()
        install_error_handlers(app)

        @app.get("/own/{key}")
        def own(key: str) -> Any:
            return store.read(acme.id, get_ticket, john.id).subject

        @app.get("/strange")
        def strange() -> None:
            raise ServiceEngineError

        http = TestClient(app, raise_server_exceptions=False)
        assert (http.get("/own/1").status_code, http.get("/own/1").json()["message"]) == (404, "Not Found")
        assert http.get("/strange").status_code == 500
        with pytest.raises(NotFoundError):
            store.read(acme.id, get_ticket, john.id)


def test_an_application_without_models_is_described():
    """Whether the router comes later or never: with routes of the host's that take and give nothing."""
    app = FastAPI()
    describe(app)
    app.add_api_route("/ping", lambda: None, name="ping")
    with TestClient(app) as client:
        response = client.get("/openapi.json")
    assert (response.status_code, list(response.json()["paths"])) == (200, ["/ping"])
    assert list(response.json()["components"]["securitySchemes"]) == ["token"]


def test_the_body_is_limited_without_a_middleware(store):
    """Whether it says so at once or only turns out to be too long."""
    http = hosted(build_router(store, authenticate=by_header, settings=Settings(max_body_bytes=100)))
    for content in (b"x" * 101, iter([b"x" * 60, b"x" * 60])):
        response = http.post("/api/tickets", content=content)
        assert (response.status_code, response.json()) == (413, {"message": "Content Too Large", "errors": {}})
    assert http.post("/api/tickets", content=b" " * 100).status_code == 400
