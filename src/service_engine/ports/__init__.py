"""The needs: what the use cases ask of a store, as small Protocols, with the rows and filters of the read side.

Imports domain and errors. No method here has an ``org_id`` to forget: a unit of work is bound to one organisation.
"""
