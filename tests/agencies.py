"""The reference API on a store, and organisations in it as their callers see it: for tests, and for the figures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from attrs import define, field, frozen
from starlette.testclient import TestClient

from service_engine.adapters.simulated_gateway import SimulatedGateway
from service_engine.domain.ids import ClientId, EmployeeId, OrderId, OrganizationId, TicketId, UserId
from service_engine.domain.money import money
from service_engine.ports.unit_of_work import Store
from service_engine.usecases.coupons import create_coupon
from service_engine.usecases.orders import create_order
from service_engine.usecases.organizations import add_employee, bootstrap_organization
from service_engine.usecases.services import create_service_folder
from service_engine.usecases.tickets import post_ticket_message

__all__ = ["NOON", "Agency", "Clock", "Present", "found_agency", "simulated_gateway"]

NOON = datetime(2026, 2, 7, 12, tzinfo=UTC)


@define
class Clock:
    """A clock that stands until it is moved."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.at

    def tick(self, **by: float) -> datetime:
        """Move it on, by a second unless told otherwise, and tell the time."""
        self.at += timedelta(**by or {"seconds": 1})
        return self.at


@frozen(kw_only=True)
class Agency:
    """One organisation, its administrator's token, and what its callers do."""

    http: TestClient
    store: Store
    gateway: SimulatedGateway
    clock: Clock
    org_id: OrganizationId
    token: str
    employee_id: str
    roles: dict[str, str]

    def send(self, method: str, path: str, **arguments: Any) -> Any:
        """Send a request with the token."""
        headers = {"Authorization": f"Bearer {self.token}", **arguments.pop("headers", {})}
        return self.http.request(method, f"/api{path}", headers=headers, **arguments)

    def get(self, path: str, **query: Any) -> Any:
        """Send a GET; the query is the keywords, or ``params``."""
        return self.send("GET", path, params=query.pop("params", query))

    def post(self, path: str, body: Any) -> Any:
        """Send a POST."""
        return self.send("POST", path, json=body)

    def put(self, path: str, body: Any) -> Any:
        """Send a PUT."""
        return self.send("PUT", path, json=body)

    def delete(self, path: str) -> Any:
        """Send a DELETE."""
        return self.send("DELETE", path)

    def new_client(self, email: str = "john@example.com", **fields: Any) -> Any:
        """Create a client and return them as they are shown."""
        response = self.post("/clients", {"name_f": "John", "name_l": "Doe", "email": email, **fields})
        assert response.status_code == 201, response.text
        return response.json()

    def new_ticket(self, client_id: str, **fields: Any) -> Any:
        """Create a ticket and return it as it is shown."""
        response = self.post("/tickets", {"user_id": client_id, "subject": "Help with order", **fields})
        assert response.status_code == 201, response.text
        return response.json()

    def new_service(self, **fields: Any) -> Any:
        """Create a service and return it as it is shown."""
        body = {"name": "Web Development", "recurring": 0, "currency": "USD", "price": 1500, **fields}
        response = self.post("/services", body)
        assert response.status_code == 201, response.text
        return response.json()

    def new_folder(self, name: str = "Websites") -> str:
        """Make a folder and return its id."""
        return str(self.store.run(self.org_id, create_service_folder, name=name, at=self.clock()).id)

    def new_employee(self, email: str = "jane@example.com", first_name: str = "Jane") -> str:
        """Hire somebody and return their id."""
        hired = self.store.run(
            self.org_id, add_employee, email=email, first_name=first_name, last_name="Smith", at=self.clock()
        )
        return str(hired.id)

    def place_order(self, client_id: str, **fields: Any) -> Any:
        """Create an order and return it as it is shown."""
        response = self.post("/orders", {"user_id": client_id, "service": "Web Development", **fields})
        assert response.status_code == 201, response.text
        return response.json()

    def new_task(self, order_id: str, **fields: Any) -> Any:
        """Add a task to an order and return it as it is shown."""
        response = self.post(f"/orders/{order_id}/tasks", {"name": "Draft", **fields})
        assert response.status_code == 201, response.text
        return response.json()

    def write(self, order_id: str, message: str = "The draft is ready.", **fields: Any) -> Any:
        """Write a message on an order and return it as it is shown."""
        response = self.post(f"/orders/{order_id}/messages", {"message": message, **fields})
        assert response.status_code == 201, response.text
        return response.json()

    def new_proposal(self, service_id: str, **fields: Any) -> Any:
        """Write a proposal and return it as it is shown."""
        item = {"service_id": service_id, "price": 1200}
        body = {"client_email": "ann@example.com", "client_name_f": "Ann", "client_name_l": "Lee", "items": [item]}
        response = self.post("/proposals", {**body, **fields})
        assert response.status_code == 201, response.text
        return response.json()

    def new_coupon(self, code: str = "WELCOME") -> str:
        """Make a coupon and return its id."""
        return str(self.store.run(self.org_id, create_coupon, code=code, at=self.clock()).id)

    def new_invoice(self, client_id: str, **fields: Any) -> Any:
        """Issue an invoice and return it as it is shown."""
        items = [{"name": "Advice", "quantity": 1, "amount": 100}]
        response = self.post("/invoices", {"user_id": client_id, "items": items, **fields})
        assert response.status_code == 201, response.text
        return response.json()

    def new_order(self, client_id: str, price: str = "1500") -> str:
        """Place an order and return its id."""
        order = self.store.run(
            self.org_id,
            create_order,
            client_id=ClientId(UserId(UUID(client_id))),
            service="Web Development",
            price=money(price, "USD"),
            at=self.clock(),
        )
        return str(OrderId(order.id))

    def new_message(self, ticket_id: str, author_id: str, text: str, **fields: Any) -> None:
        """Write a message on a ticket, a second later."""
        self.store.run(
            self.org_id,
            post_ticket_message,
            TicketId(UUID(ticket_id)),
            author_id=EmployeeId(UserId(UUID(author_id))),
            text=text,
            at=self.clock.tick(),
            **fields,
        )


@define
class Present:
    """What the one application of the session stands on at present: building one takes longer than most tests."""

    store: Any = None
    clock: Clock = field(factory=Clock)

    def now(self) -> datetime:
        """Tell the time of the test that runs."""
        return self.clock()

    def __getattr__(self, name: str) -> Any:
        """Be the store of the test that runs."""
        return getattr(self.store, name)


def simulated_gateway() -> SimulatedGateway:
    """Return a gateway that fails with some payment methods. It may be shared: it knows payments by their ids."""
    return SimulatedGateway(declines=["pm_empty"], loses_answers=["pm_lost"], is_unreachable=["pm_down"])


def found_agency(http: TestClient, store: Store, gateway: SimulatedGateway, clock: Clock, name: str) -> Agency:
    """Found an organisation whose administrator has a token."""
    org_id = OrganizationId(store.entropy.new_id())
    made = store.run(org_id, bootstrap_organization, name=name, at=clock())
    return Agency(
        http=http,
        store=store,
        gateway=gateway,
        clock=clock,
        org_id=org_id,
        token=made.token,
        employee_id=str(made.administrator.id),
        roles={role: str(value.id) for role, value in made.roles.items()},
    )
