"""A test in Django's own way, for ``manage.py test``: each is a transaction that is rolled back at its end."""

from django.test import TestCase
from django.utils import timezone

from django_campaigns.desk import one_transaction
from django_campaigns.models import Agency, Campaign
from service_engine import OrganizationId
from service_engine.adapters.entropy import SystemEntropy
from service_engine.usecases.clients import list_clients
from service_engine.usecases.organizations import bootstrap_organization

SPRING = {"name": "spring", "email": "ann@example.com", "first_name": "Ann", "last_name": "Lee"}


class StartingCampaigns(TestCase):
    """What a view writes of both, inside of the test's transaction."""

    def setUp(self) -> None:
        """Found the agency, in the test's transaction."""
        self.org_id = OrganizationId(SystemEntropy().new_id())
        with one_transaction(self.org_id) as uow:
            Agency.objects.create(id=self.org_id)
            bootstrap_organization(uow, name="Acme", at=timezone.now())

    def test_a_refusal_takes_back_both(self) -> None:
        """The view's block is a savepoint here: what was there before it stays."""
        assert self.client.post("/campaigns/start", SPRING).status_code == 201
        assert self.client.post("/campaigns/start", SPRING | {"email": "new@example.com"}).status_code == 400
        assert Campaign.objects.count() == 1
        with one_transaction(self.org_id) as uow:
            assert list_clients(uow).total == 1
