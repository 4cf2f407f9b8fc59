"""Django's settings, as short as they can be; ``DATABASE_URL`` names the database."""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

BASE_DIR = Path(__file__).parent.parent


def database(url: str) -> dict[str, Any]:
    """Return the settings of a database: ``sqlite:///file.db``, or ``postgresql://user@host/name``."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        file = parts.path.removeprefix("/")
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": file,
            # `manage.py test` would else take a database in memory, which no connection but Django's can see.
            "TEST": {"NAME": f"{file}.test.db"},
            "OPTIONS": {
                # A transaction that reads first and writes later would be refused as soon as somebody else has written.
                "transaction_mode": "IMMEDIATE",
                "timeout": 10,
                "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;",
            },
        }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.removeprefix("/"),
        "USER": parts.username or "",
        "PASSWORD": parts.password or "",
        "HOST": parts.hostname or parse_qs(parts.query).get("host", [""])[0],
        "PORT": str(parts.port or ""),
    }


SECRET_KEY = os.environ.get("SECRET_KEY") or secrets.token_urlsafe()
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
INSTALLED_APPS = ["django_campaigns"]
MIDDLEWARE = ["django_campaigns.views.Refusals"]
ROOT_URLCONF = "django_campaigns.views"
DATABASES = {"default": database(os.environ.get("DATABASE_URL") or f"sqlite:///{BASE_DIR / 'campaigns.db'}")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
