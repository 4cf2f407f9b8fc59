"""What Alembic runs to run the revisions; ``migrations.upgrade`` hands it the connection and the options."""

from alembic import context


def run() -> None:
    """Run what is missing."""
    attributes = context.config.attributes
    context.configure(**attributes["options"])
    context.run_migrations(prefix=attributes["prefix"], schema=attributes["schema"])


if __name__ == "env_py":  # so Alembic calls it; whoever else imports it wants nothing run
    run()
