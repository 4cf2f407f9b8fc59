"""``manage.py found Acme``: the tables, and in one transaction the host's row and the library's organisation."""

from typing import Any

from django.core.management import BaseCommand, CommandParser, call_command
from django.utils import timezone

from django_campaigns.desk import one_transaction
from django_campaigns.models import Agency
from service_engine import OrganizationId
from service_engine.adapters.entropy import SystemEntropy
from service_engine.usecases.organizations import bootstrap_organization


class Command(BaseCommand):
    """Make the tables, and found the agency unless it is there."""

    help = "makes the tables, and founds the agency unless it is there"

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask for its name."""
        parser.add_argument("name")

    def handle(self, *_: Any, **options: Any) -> None:
        """Do it."""
        call_command("migrate", verbosity=options["verbosity"])
        org_id = OrganizationId(SystemEntropy().new_id())
        with one_transaction(org_id) as uow:
            if Agency.objects.exists():
                return
            Agency.objects.create(id=org_id)
            bootstrap_organization(uow, name=options["name"], at=timezone.now())
        self.stdout.write(f"Founded {options['name']}.")
