"""The host's tables, and on PostgreSQL their foreign key to the library's clients."""

from typing import Any, ClassVar

from django.db import migrations, models


def refer_to_clients(_: Any, schema_editor: Any) -> None:
    """Add a foreign key of two columns: Django has no field for one, and SQLite cannot add one to a table."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "ALTER TABLE django_campaigns_campaign ADD CONSTRAINT campaign_of_client "
            "FOREIGN KEY (org_id, client_id) REFERENCES desk_users (org_id, id)"
        )


class Migration(migrations.Migration):
    """The first one."""

    initial = True
    dependencies: ClassVar[list[Any]] = []
    operations: ClassVar[list[Any]] = [
        migrations.CreateModel("Agency", [("id", models.UUIDField(primary_key=True, serialize=False))]),
        migrations.CreateModel(
            "Campaign",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("org_id", models.UUIDField()),
                ("client_id", models.UUIDField()),
                ("name", models.CharField(max_length=500)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("org_id", "name"), name="one_campaign_of_a_name"),
                ],
            },
        ),
        migrations.RunPython(refer_to_clients, migrations.RunPython.noop),
    ]
