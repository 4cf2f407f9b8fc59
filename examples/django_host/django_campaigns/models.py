"""The host's own models. The library's tables are none of Django's: no model, no migration of Django's touches them."""

from typing import Any, ClassVar

from django.db import models


class Agency(models.Model):
    """Whose application this is: one row, the organisation's id."""

    id = models.UUIDField(primary_key=True)


class Campaign(models.Model):
    """A campaign for one of the library's clients."""

    org_id = models.UUIDField()
    client_id = models.UUIDField()
    name = models.CharField(max_length=500)

    class Meta:
        """What the database keeps of it; the foreign key to the library's clients is in the migration."""

        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["org_id", "name"], name="one_campaign_of_a_name")
        ]
