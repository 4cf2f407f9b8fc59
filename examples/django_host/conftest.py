"""Sets Django up before the tests import its models."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "django_campaigns.settings")
django.setup()
