"""The revisions, oldest first. Each runs on SQLite and PostgreSQL."""
