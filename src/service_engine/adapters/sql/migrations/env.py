"""What Alembic runs to run the revisions; ``migrations.upgrade`` hands it the connection and the options."""

from alembic import context

attributes = context.config.attributes
context.configure(**attributes["options"])
context.run_migrations(prefix=attributes["prefix"], schema=attributes["schema"])
