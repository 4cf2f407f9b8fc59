"""The wire: pydantic in, wire dictionaries out. One module per noun; the wire's own names live here and nowhere else.

A request is read by a model whose fields turn into the library's values; what goes out is a plain dictionary, typed by
a ``TypedDict`` that also is its published schema, and encoded once. Nothing that goes out is validated again.

Imports use cases, ports, domain, errors, pydantic and orjson; nothing of HTTP.
"""
