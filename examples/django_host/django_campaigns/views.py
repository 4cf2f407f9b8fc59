"""The host's pages, and how they answer what is refused."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from django_campaigns.desk import one_transaction
from django_campaigns.models import Agency, Campaign
from service_engine import OrganizationId, ServiceEngineError, TicketId
from service_engine.usecases.clients import create_client
from service_engine.usecases.tickets import close_ticket, open_ticket

STATUSES = {"not_found": 404, "conflict": 409, "dependents_exist": 409, "payment_pending": 409}


class Refusals:
    """A middleware that answers whatever the library refuses, in the host's own shape."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Do nothing on the way in and on the way out."""
        return self.get_response(request)

    def process_exception(self, _: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer it; the transaction is rolled back by now, because the error has left its block."""
        if isinstance(error, ServiceEngineError):
            answer = {"code": error.code, "reasons": error.explain()}
            return JsonResponse(answer, status=STATUSES.get(error.code, 400))
        if isinstance(error, IntegrityError):  # the only constraint of the host's that a user can break
            return JsonResponse({"code": "already_taken", "reasons": ["There is a campaign of this name."]}, status=400)
        return None


def the_agency() -> OrganizationId:
    """Return whose application this is."""
    return OrganizationId(Agency.objects.get().id)


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Start a campaign for somebody who is no client yet: three things, or none."""
    form, org_id, at = request.POST, the_agency(), timezone.now()
    with one_transaction(org_id) as uow:
        client = create_client(
            uow, email=form["email"], first_name=form["first_name"], last_name=form["last_name"], at=at
        )
        Campaign.objects.create(org_id=org_id, client_id=client.id, name=form["name"])
        ticket = open_ticket(uow, client_id=client.id, subject=f"Plan {form['name']}", at=at)
    return JsonResponse({"client_id": client.id, "ticket_id": ticket.id}, status=201)


@require_GET
def show(_: HttpRequest) -> HttpResponse:
    """Show the names of the campaigns."""
    mine = Campaign.objects.filter(org_id=the_agency()).order_by("name")
    return JsonResponse(list(mine.values_list("name", flat=True)), safe=False)


@require_POST
def close(_: HttpRequest, ticket_id: UUID) -> HttpResponse:
    """Close a ticket: a use case, and nothing else."""
    with one_transaction(the_agency()) as uow:
        ticket = close_ticket(uow, TicketId(ticket_id), at=timezone.now())
    return JsonResponse({"id": ticket.id, "status": ticket.status.label})


urlpatterns = [
    path("campaigns", show),
    path("campaigns/start", start),
    path("tickets/<uuid:ticket_id>/close", close),
]
