"""The library without a database."""
