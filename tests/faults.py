"""Memory stores with one planted fault each, to see that contract and agreement find it.

Each fault is a unit of work (or a view) that does one thing wrong and everything else right.
"""

# ruff: noqa: D102 - each method is the one of its name in ports

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any
from uuid import UUID

import attrs

from service_engine import MemoryStore
from service_engine.domain.change import Change
from service_engine.domain.tickets import Ticket
from service_engine.errors import ConflictError, NotFoundError
from service_engine.ports.keysets import CappedTotal, ExactTotal, KeysetRequest
from service_engine.ports.lists import Operator, Page, PageRequest, Sort
from service_engine.testing.contracts.lists import value_of


class Wrapped:
    """Does what something else does, but for what a subclass does instead."""

    def __init__(self, inner: Any, store: FaultyStore) -> None:
        self._inner = inner
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class FaultyStore:
    """A memory store whose units of work and views have a fault."""

    def __init__(self, fault: type[Fault], entropy: Any = None) -> None:
        self.inner = MemoryStore(entropy=entropy)
        self.fault = fault
        self.organizations: list[Any] = []
        if fault.keeps_nobody_out:
            vars(self.inner)["_lock_of"] = lambda _: nullcontext()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    @contextmanager
    def begin(self, org_id: Any) -> Iterator[Any]:
        self.organizations.append(org_id)
        swallowed: list[Exception] = []
        with self.inner.begin(org_id) as uow:
            try:
                yield self.fault(uow, self)
            except Exception as error:
                if not self.fault.keeps_what_failed:
                    raise
                swallowed.append(error)
        for each in swallowed:
            raise each

    def run(self, org_id: Any, use_case: Any, /, *args: Any, **kwargs: Any) -> Any:
        self.organizations.append(org_id)
        if self.fault.keeps_what_failed:
            with self.begin(org_id) as uow:
                return use_case(uow, *args, **kwargs)
        return self.inner.run(org_id, lambda uow: use_case(self.fault(uow, self), *args, **kwargs))

    def read(self, org_id: Any, query: Any, /, *args: Any, **kwargs: Any) -> Any:
        return self.inner.read(org_id, lambda view: query(self.fault(view, self), *args, **kwargs))


class Fault(Wrapped):
    """No fault at all: shows that wrapping itself breaks nothing."""

    keeps_what_failed = False
    keeps_nobody_out = False


class ForgetsTheOrganizationOnRead(Fault):
    @property
    def ticket_queries(self) -> Any:
        return _EveryonesTickets(self._inner.ticket_queries, self._store)


class _EveryonesTickets(Wrapped):
    def get(self, ticket_id: Any) -> Any:
        try:
            return self._inner.get(ticket_id)
        except NotFoundError:
            for org_id in self._store.organizations:
                try:
                    return self._store.inner.read(org_id, lambda view: view.ticket_queries.get(ticket_id))
                except NotFoundError:
                    continue
            raise


class FindsForeignClients(Fault):
    @property
    def references(self) -> Any:
        return _EveryonesReferences(self._inner.references, self._store)


class _EveryonesReferences(Wrapped):
    def look_up(self, *, client_id: Any = None, **others: Any) -> Any:
        found = self._inner.look_up(client_id=client_id, **others)
        return attrs.evolve(found, client=found.client or client_id is not None)


class _Tickets(Wrapped):
    """Tickets whose changes are spoilt before they are stored."""

    def add(self, change: Change[Ticket]) -> Any:
        return self._inner.add(self.spoil(change))

    def save(self, change: Change[Ticket]) -> Any:
        return self._inner.save(self.spoil(change))

    def spoil(self, change: Change[Ticket]) -> Change[Ticket]:
        return change


def _with(tickets: type[_Tickets]) -> type[Fault]:
    class WithTickets(Fault):
        @property
        def tickets(self) -> Any:
            return tickets(self._inner.tickets, self._store)

    return WithTickets


class _VersionNotChecked(_Tickets):
    def save(self, change: Change[Ticket]) -> Any:
        try:
            return self._inner.save(change)
        except ConflictError:
            present = self._inner.get(change.state.id)
            return self._inner.save(attrs.evolve(change, state=attrs.evolve(change.state, version=present.version)))


class _TagOrderLost(_Tickets):
    def spoil(self, change: Change[Ticket]) -> Change[Ticket]:
        tags = tuple(sorted(change.state.tags, key=lambda tag: tag.name))
        return attrs.evolve(change, state=attrs.evolve(change.state, tags=tags))


class _EmployeeOrderLost(_Tickets):
    def spoil(self, change: Change[Ticket]) -> Change[Ticket]:
        staff = tuple(sorted(change.state.employee_ids))
        return attrs.evolve(change, state=attrs.evolve(change.state, employee_ids=staff))


class _LinksLostOnSave(_Tickets):
    def save(self, change: Change[Ticket]) -> Any:
        if not change.events:
            return self._inner.save(change)
        return self._inner.save(attrs.evolve(change, state=attrs.evolve(change.state, employee_ids=())))


class _TagsNeverRemoved(_Tickets):
    def save(self, change: Change[Ticket]) -> Any:
        try:
            kept = self._inner.get(change.state.id).tags
        except NotFoundError:
            kept = ()
        tags = tuple(dict.fromkeys((*change.state.tags, *kept)))
        return self._inner.save(attrs.evolve(change, state=attrs.evolve(change.state, tags=tags)))


class _MicrosecondsLost(_Tickets):
    def spoil(self, change: Change[Ticket]) -> Change[Ticket]:
        at = change.state.created_at.replace(microsecond=0)
        return attrs.evolve(change, state=attrs.evolve(change.state, created_at=at))


class _UnchangedIsWritten(_Tickets):
    def save(self, change: Change[Ticket]) -> Any:
        stored = self._inner.save(change)
        return stored if change.events else attrs.evolve(stored, version=stored.version + 1)


class _EventsForgotten(_Tickets):
    def add(self, change: Change[Ticket]) -> Any:
        return self._inner.add(attrs.evolve(change, events=()))


def _with_pages(spoil: Any) -> type[Fault]:
    class Pages(Wrapped):
        def page(self, filters: Any, sort: Any, page: Any) -> Any:
            return spoil(self._inner.page, filters, sort, page)

    class WithPages(Fault):
        @property
        def ticket_queries(self) -> Any:
            return Pages(self._inner.ticket_queries, self._store)

    return WithPages


def _page_ignores_offset(pages: Any, filters: Any, sort: Any, page: PageRequest) -> Any:
    return pages(filters, sort, PageRequest(number=1, size=page.size))


def _total_ignores_filters(pages: Any, filters: Any, sort: Any, page: PageRequest) -> Any:
    return Page(pages(filters, sort, page).rows, pages((), sort, page).total)


def _rows_ignore_filters(pages: Any, filters: Any, sort: Any, page: PageRequest) -> Any:
    return Page(pages((), sort, page).rows, pages(filters, sort, page).total)


def _direction_ignored(pages: Any, filters: Any, sort: Any, page: PageRequest) -> Any:
    return pages(filters, Sort(sort.field, descending=True), page)


def _less_means_at_most(pages: Any, filters: Any, sort: Any, page: PageRequest) -> Any:
    limits = [each for each in filters if each.operator is Operator.LT]
    if not limits:
        return pages(filters, sort, page)
    rows = pages([each for each in filters if each not in limits], sort, PageRequest(size=100)).rows
    for each in limits:
        rows = tuple(row for row in rows if (value := value_of(row, each.field)) is not None and value <= each.value)
    return Page(rows[page.offset : page.offset + page.size], len(rows))


def _null_is_among(pages: Any, filters: Any, sort: Any, page: PageRequest) -> Any:
    kept = [each for each in filters if not (each.operator is Operator.IN and each.value == ())]
    return pages(kept, sort, page)


def _with_keysets(spoil: Any) -> type[Fault]:
    class Keysets(Wrapped):
        def keyset(self, filters: Any, sort: Any, wanted: KeysetRequest[Any]) -> Any:
            return spoil(self._inner.keyset, filters, sort, wanted)

    class WithKeysets(Fault):
        @property
        def ticket_queries(self) -> Any:
            return Keysets(self._inner.ticket_queries, self._store)

    return WithKeysets


def _keyset_begins_anew(keyset: Any, filters: Any, sort: Any, wanted: KeysetRequest[Any]) -> Any:
    wanted.start(sort)
    return keyset(filters, sort, attrs.evolve(wanted, after=None))


def _equal_ones_are_left_out(keyset: Any, filters: Any, sort: Any, wanted: KeysetRequest[Any]) -> Any:
    page = keyset(filters, sort, wanted)
    if page.following is None:
        return page
    last = attrs.evolve(page.following, id=UUID(int=0 if sort.descending else 2**128 - 1))
    return attrs.evolve(page, following=last)


def _nulls_are_left_out(keyset: Any, filters: Any, sort: Any, wanted: KeysetRequest[Any]) -> Any:
    page = keyset(filters, sort, wanted)
    kept = tuple(row for row in page.rows if wanted.after is None or getattr(row, sort.field.value) is not None)
    return attrs.evolve(page, rows=kept)


def _a_cap_passes_for_a_count(keyset: Any, filters: Any, sort: Any, wanted: KeysetRequest[Any]) -> Any:
    page = keyset(filters, sort, wanted)
    return attrs.evolve(page, total=ExactTotal(wanted.cap)) if isinstance(page.total, CappedTotal) else page


class RollbackKeeps(Fault):
    keeps_what_failed = True


class WritersAtOnce(Fault):
    keeps_nobody_out = True


class CaseOfTagsIgnored(Fault):
    @property
    def tags(self) -> Any:
        return _LooseTags(self._inner.tags, self._store)


class _LooseTags(Wrapped):
    def find(self, names: Any) -> Any:
        return tuple(tag for tag in self._inner.find([*names, *(name.capitalize() for name in names)]))


class DeletedClientsAreShown(Fault):
    @property
    def clients(self) -> Any:
        return _ClientsForEver(self._inner.clients, self._store)


class _ClientsForEver(Wrapped):
    def save(self, change: Any) -> Any:
        return self._inner.save(attrs.evolve(change, state=attrs.evolve(change.state, deleted_at=None)))


class EmailsAreTakenByNobody(Fault):
    @property
    def clients(self) -> Any:
        return _FreeEmails(self._inner.clients, self._store)


class _FreeEmails(Wrapped):
    def email_owner(self, _: str) -> None:
        return None


class DependentsForgotten(Fault):
    @property
    def clients(self) -> Any:
        return _NoDependents(self._inner.clients, self._store)


class _NoDependents(Wrapped):
    def dependents(self, _: Any) -> tuple[str, ...]:
        return ()


FAULTS: dict[str, type[Fault]] = {
    "forgets the organisation on read": ForgetsTheOrganizationOnRead,
    "finds foreign clients": FindsForeignClients,
    "version not checked": _with(_VersionNotChecked),
    "tag order lost": _with(_TagOrderLost),
    "employee order lost": _with(_EmployeeOrderLost),
    "employees lost on every save": _with(_LinksLostOnSave),
    "tags never removed": _with(_TagsNeverRemoved),
    "microseconds lost": _with(_MicrosecondsLost),
    "unchanged counts as saved": _with(_UnchangedIsWritten),
    "events of new tickets forgotten": _with(_EventsForgotten),
    "page ignores offset": _with_pages(_page_ignores_offset),
    "total ignores filters": _with_pages(_total_ignores_filters),
    "rows ignore filters": _with_pages(_rows_ignore_filters),
    "direction ignored": _with_pages(_direction_ignored),
    "less means at most": _with_pages(_less_means_at_most),
    "among nothing is everything": _with_pages(_null_is_among),
    "keyset begins anew": _with_keysets(_keyset_begins_anew),
    "equal ones are left out": _with_keysets(_equal_ones_are_left_out),
    "nulls are left out": _with_keysets(_nulls_are_left_out),
    "a cap passes for a count": _with_keysets(_a_cap_passes_for_a_count),
    "rollback keeps": RollbackKeeps,
    "writers at once": WritersAtOnce,
    "case of tags ignored": CaseOfTagsIgnored,
    "deleted clients are shown": DeletedClientsAreShown,
    "e-mails are taken by nobody": EmailsAreTakenByNobody,
    "dependents forgotten": DependentsForgotten,
}
"""By what is wrong."""
FOUND_BY = {
    "forgets the organisation on read": "test_a_read_sees_one_organization",
    "finds foreign clients": "test_whatever_is_gone_is_not_found",
    "version not checked": "test_a_stale_state_from_outside_stays_a_conflict",
    "tag order lost": "test_assignments_and_tags_are_replaced_whole",
    "employee order lost": "test_assignments_and_tags_are_replaced_whole",
    "employees lost on every save": "test_assignments_and_tags_are_replaced_whole",
    "tags never removed": "test_assignments_and_tags_are_replaced_whole",
    "microseconds lost": "test_tickets_come_newest_first",
    "unchanged counts as saved": "test_a_change_of_a_ticket_counts_the_version",
    "events of new tickets forgotten": "test_whatever_is_added_is_an_event",
    "page ignores offset": "test_pages_of_tickets_together_are_the_whole",
    "total ignores filters": "test_tickets_by_every_filter",
    "rows ignore filters": "test_tickets_by_every_filter",
    "direction ignored": "test_tickets_by_every_sort",
    "less means at most": "test_tickets_by_every_filter",
    "among nothing is everything": "test_tickets_by_every_filter",
    "keyset begins anew": "test_keyset_pages_together_are_the_list",
    "equal ones are left out": "test_keyset_pages_together_are_the_list",
    "nulls are left out": "test_keyset_pages_together_are_the_list",
    "a cap passes for a count": "test_a_count_stops_at_its_cap",
    "rollback keeps": "test_a_conflict_runs_it_again",
    "writers at once": "test_neither_of_two_changes_is_lost",
    "case of tags ignored": "test_names_are_compared_exactly",
    "deleted clients are shown": "test_whatever_is_gone_is_not_found",
    "e-mails are taken by nobody": "test_an_email_has_one_owner_in_an_organization",
    "dependents forgotten": "test_dependents_are_counted_even_when_deleted",
}
"""The test of the contract that finds each of them."""
