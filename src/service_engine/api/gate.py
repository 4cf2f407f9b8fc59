"""Where requests come in: who calls, and what they ask for, in the contract's order of checks.

1. a body that is not JSON: 400, even without a token
2. the token: 401
3. the schema of body and query: 400, every complaint at once
4. the shape of an id in the path: 404
5. and 6. belong to the use case: what is not there is 404, then the rules 400, 422 or 409

Source: contract sections 1.2 and 1.3.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

from attrs import Factory, field, frozen
from pydantic import BaseModel
from starlette.requests import Request

from service_engine.adapters.simulated_gateway import SimulatedGateway
from service_engine.api.bodies import Body
from service_engine.api.routes import TOKEN, Terms
from service_engine.api.settings import Settings
from service_engine.domain import api_tokens
from service_engine.domain.api_tokens import Caller
from service_engine.errors import AuthenticationError, NotFoundError
from service_engine.ports.lists import Field, SliceRequest, SortField
from service_engine.ports.payments import PaymentGateway
from service_engine.ports.unit_of_work import Store
from service_engine.schemas.fields import uuid_of
from service_engine.schemas.lists import read_slice
from service_engine.schemas.validation import read_model
from service_engine.usecases.organizations import authenticate, note_token_use

__all__ = ["Gate", "path_id"]

M = TypeVar("M", bound=BaseModel)
F = TypeVar("F", bound=Field)
S = TypeVar("S", bound=SortField)

_SCHEME: Final = "Bearer"


@frozen(kw_only=True)
class Gate:
    """What every operation needs: the store, the clock and the like; and the checks that come before it.

    Args:
        store: Where everything is kept.
        now: The clock; returns aware times.
        settings: The API's settings.
        gateway: Who takes the money when an invoice is charged.
        authenticate: Tells who calls, in a host's own way; None for the API tokens of the store.
        scheme: The name of the security scheme with which the description says how to be admitted; None says nothing.
        workers: Where the operations run; by default threads of their own, as many as the settings say. They end with
            the gate.
    """

    store: Store
    now: Callable[[], datetime]
    settings: Settings
    gateway: PaymentGateway = field(factory=SimulatedGateway)
    authenticate: Callable[[Request], Caller] | None = None
    scheme: str | None = TOKEN
    workers: Executor = field(default=Factory(lambda self: _threads(self.settings.threads), takes_self=True))

    @property
    def terms(self) -> Terms:
        """What holds for every operation behind it."""
        return Terms(workers=self.workers, max_body_bytes=self.settings.max_body_bytes, scheme=self.scheme)

    def admit(self, request: Request) -> Caller:
        """Tell who calls: no read without a well-formed header, one with it. Notes the use once a minute.

        Raises:
            AuthenticationError: The header is missing or malformed, or the token is not accepted.
        """
        if self.authenticate is not None:
            return self.authenticate(request)
        at = self.now()
        caller, grant = authenticate(self.store.directory, _secret(request.headers.get("authorization", "")), at=at)
        if api_tokens.use_is_due(grant, at=at):
            self.store.run(caller.organization_id, note_token_use, grant.token_id, at=at)
        return caller

    def receive(self, request: Request, body: Body, model: type[M]) -> tuple[Caller, M]:
        """Read the body as JSON, tell who calls, then read the JSON as a model: in this order.

        Raises:
            InvalidRequestError: The body is not JSON, or does not fit the model.
            AuthenticationError: As for ``admit``.
        """
        content = body.read()
        caller = self.admit(request)
        return caller, read_model(model, content)

    def slice_request(self, request: Request) -> tuple[Caller, SliceRequest]:
        """Tell who calls, then read the query of a bare array.

        Raises:
            AuthenticationError: As for ``admit``.
            InvalidRequestError: As for ``read_slice``.
        """
        caller = self.admit(request)
        return caller, read_slice(request.query_params.multi_items())

    def address(self, request: Request) -> str:
        """Return the address that the request came to, without its query."""
        origin = self.settings.base_url or str(request.base_url.replace(path="")).rstrip("/")
        path: str = request.scope["path"]
        return origin + path


def path_id(text: str, kind: str) -> UUID:
    """Return the id in a path.

    Raises:
        NotFoundError: It has not the shape of a UUID.

    Example:
        >>> path_id("0190163d-8694-739b-aea5-966c26f8ad91", "ticket").version
        7
    """
    value = uuid_of(text)
    if value is None:
        raise NotFoundError(kind, text)
    return value


def _threads(number: int) -> Executor:
    return ThreadPoolExecutor(number, thread_name_prefix="service-engine-api")


def _secret(header: str) -> str:
    scheme, _, secret = header.partition(" ")
    if scheme != _SCHEME or not secret or " " in secret:
        raise AuthenticationError
    return secret
