"""The host's application: ``manage.py migrate`` makes the library's tables first, then the host's."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import pre_migrate

from django_campaigns.desk import upgrade


class Campaigns(AppConfig):
    """What Django is told of this application."""

    name = "django_campaigns"

    def ready(self) -> None:
        """Have the library's migrations run before Django's, which may refer to the library's tables."""
        pre_migrate.connect(upgrade_first, sender=self)


def upgrade_first(using: str, **_: Any) -> None:
    """Bring the library's tables up to date; no transaction of Django's is open yet."""
    upgrade(connections[using].settings_dict)
