"""The public test kit: what the library's own tests use, for the tests of whoever builds on it.

::

    builders      one valid thing in one line: ``build.ticket(subject="Help")``
    examples      one small agency as ready values: what the examples in the docstrings use
    population    ``populate(store)``: a whole organisation with something of everything
    entropy       ``SeededEntropy``: ids and random values that come out the same each time
    strategies    Hypothesis strategies for every value of the domain
    contracts     classes that certify a store: ``class TestMyStore(StoreContract)``
    agreement     ``assert_agreement``: drive two stores side by side and compare everything they say
    noninterference
                  ``assert_no_interference``: what one organisation does, no other one sees; of a store or an app
    scope_audit   fails on a statement that touches a tenant table without its organisation
    statements    counts what an engine executes
    fault_injection
                  lets the database fail at any statement, COMMIT included, with ``driver_failures`` as in life
    snapshots     everything that is in a database, to compare and to put back

Nothing here is loaded by the library itself. Hypothesis and pytest come with the extra ``testing``.

Example:
    >>> from service_engine.testing import build
    >>> build.ticket(subject="Help with order").subject
    'Help with order'
"""

from service_engine.testing.builders import Build, build
from service_engine.testing.entropy import SeededEntropy
from service_engine.testing.population import populate

__all__ = ["Build", "SeededEntropy", "build", "populate"]
