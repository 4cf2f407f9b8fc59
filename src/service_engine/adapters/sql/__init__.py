"""The store in SQL: SQLAlchemy Core on SQLite and PostgreSQL, with one schema and the same statements on both.

Every statement is built once, binds ``org_id`` for each of its tables, and runs on whatever connection the unit of work
was given. Two small functions per aggregate turn rows into values and values into rows. The schema comes from
``build_tables``; ``migrations`` makes it in a database.

Source: design sections 3 to 5.
"""

from service_engine.adapters.sql.borrowing import borrow
from service_engine.adapters.sql.engines import configure_postgres, configure_sqlite
from service_engine.adapters.sql.joining import JoinedUnitOfWork, join
from service_engine.adapters.sql.store import SqlStore
from service_engine.adapters.sql.tables import Tables, build_tables
from service_engine.adapters.sql.unit_of_work import SqlUnitOfWork, SqlView

__all__ = [
    "JoinedUnitOfWork",
    "SqlStore",
    "SqlUnitOfWork",
    "SqlView",
    "Tables",
    "borrow",
    "build_tables",
    "configure_postgres",
    "configure_sqlite",
    "join",
]
