"""The rules: frozen values and pure functions, one module a noun.

Imports nothing but the standard library, attrs and ``service_engine.errors``. Reads no clock, makes no id, does no I/O.
"""
