"""The scope audit: every form of leak is found, and no statement of ours is one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import (
    BindParameter,
    Engine,
    MetaData,
    Select,
    bindparam,
    create_engine,
    delete,
    exists,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
    text,
    tuple_,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.sql.elements import ClauseElement

from service_engine.adapters.sql.tables import build_tables
from service_engine.testing.scope_audit import ScopeAudit, UnscopedStatementError
from service_engine.testing.scope_rules import problems

TABLES = build_tables(MetaData())
TENANTS = {table.name for table in TABLES.all() if "org_id" in table.c}
ORG: BindParameter[UUID] = bindparam("org_id")
KEY: BindParameter[UUID] = bindparam("key")
tickets, messages, users, tags, links = (
    TABLES.tickets,
    TABLES.ticket_messages,
    TABLES.users,
    TABLES.tags,
    TABLES.ticket_tags,
)
t2 = tickets.alias("t2")
ours = select(tickets.c.id).where(tickets.c.org_id == ORG)
joined = tickets.join(messages, messages.c.ticket_id == tickets.c.id)
count_leak = select(func.count()).select_from(messages).where(messages.c.ticket_id == tickets.c.id)
correlated = select(func.count()).select_from(messages).where(messages.c.org_id == tickets.c.org_id)
page = select(tickets.c.id).order_by(tickets.c.id).limit(20)
recursive = select(tickets.c.id).where(tickets.c.org_id == ORG).cte("r", recursive=True)

LEAKS: dict[str, ClauseElement] = {
    "no WHERE": select(tickets),
    "by id alone": select(tickets).where(tickets.c.id == KEY),
    "another column": select(tickets).where(tickets.c.client_id == ORG),
    "another parameter": select(tickets).where(tickets.c.org_id == KEY),
    "a constant": select(tickets).where(tickets.c.org_id == literal(UUID(int=1))),
    "itself": select(tickets).where(tickets.c.org_id == tickets.c.org_id),
    "not equal": select(tickets).where(tickets.c.org_id != ORG),
    "beside an OR": select(tickets).where(or_(tickets.c.org_id == ORG, tickets.c.id == KEY)),
    "inside a NOT": select(tickets).where(~(tickets.c.org_id == ORG)),
    "IN": select(tickets).where(tickets.c.org_id.in_([ORG])),
    "a tuple": select(tickets).where(tuple_(tickets.c.org_id, tickets.c.id) == tuple_(ORG, KEY)),
    "HAVING": select(tickets.c.org_id).group_by(tickets.c.org_id).having(tickets.c.org_id == ORG),
    "a join": select(tickets.c.id).select_from(joined).where(tickets.c.org_id == ORG),
    "a join that is tied only": select(tickets.c.id)
    .join(messages, (messages.c.org_id == tickets.c.org_id) & (messages.c.ticket_id == tickets.c.id))
    .where(tickets.c.org_id == ORG),
    "an outer join's left side": select(tickets.c.id).outerjoin(
        messages, (tickets.c.org_id == ORG) & (messages.c.org_id == ORG)
    ),
    "a full join": select(tickets.c.id).outerjoin(
        messages, (tickets.c.org_id == ORG) & (messages.c.org_id == ORG), full=True
    ),
    "a cartesian product": select(tickets.c.id, users.c.id).where(tickets.c.org_id == ORG),
    "an alias": select(tickets.c.id, t2.c.id).where(tickets.c.org_id == ORG),
    "the alias instead of the table": select(t2.c.id).where(tickets.c.org_id == ORG),
    "a scalar subquery": select(tickets.c.id, count_leak.scalar_subquery()).where(tickets.c.org_id == ORG),
    "a scalar subquery that is correlated only": select(tickets.c.id, correlated.scalar_subquery()).where(
        tickets.c.org_id == ORG
    ),
    "EXISTS": select(tickets.c.id).where(tickets.c.org_id == ORG, exists().where(messages.c.ticket_id == tickets.c.id)),
    "IN (SELECT)": select(tickets.c.id).where(tickets.c.org_id == ORG, tickets.c.client_id.in_(select(users.c.id))),
    "a subquery in FROM": select(page.subquery().c.id),
    "a subquery that is joined": select(tickets.c.id)
    .join(page.subquery("p"), literal_column("p.id") == tickets.c.id)
    .where(tickets.c.org_id == ORG),
    "the outer of a good subquery": select(tickets).join(ours.subquery("p"), literal_column("p.id") == tickets.c.id),
    "a CTE": select(page.cte("p").c.id),
    "a CTE that is only added": select(tickets.c.id).where(tickets.c.org_id == ORG).add_cte(page.cte("p")),
    "a recursive CTE": select(
        recursive.union_all(select(t2.c.id).join(recursive, recursive.c.id == t2.c.client_id)).c.id
    ),
    "half a UNION": union_all(ours, select(users.c.id)),
    "ORDER BY": ours.order_by(select(users.c.id).limit(1).scalar_subquery()),
    "an ON": select(tickets.c.id)
    .select_from(
        tickets.join(messages, (messages.c.org_id == ORG) & exists().where(users.c.id == messages.c.author_id))
    )
    .where(tickets.c.org_id == ORG),
    "LATERAL": select(tickets.c.id, count_leak.lateral("l")).where(tickets.c.org_id == ORG),
    "two levels down": select(tickets.c.id).where(
        tickets.c.org_id == ORG,
        exists().where(messages.c.org_id == ORG, exists().where(users.c.id == messages.c.author_id)),
    ),
    "text": text("SELECT id FROM tickets WHERE org_id = :org_id"),
    "text with columns": text("SELECT id FROM tickets").columns(tickets.c.id),
    "text in a condition": ours.where(text("id IN (SELECT ticket_id FROM ticket_messages)")),
    "text as a column": select(literal_column("(SELECT count(*) FROM users)")),
    "text in FROM": select(text("1")).select_from(text("tickets")),
    "insert without org_id": insert(tags).values(id=UUID(int=1), name="x"),
    "insert of a constant": insert(tags).values(org_id=literal(UUID(int=1)), id=UUID(int=1), name="x"),
    "insert without values": insert(tags),
    "insert of several, one without": insert(tags).values([{"id": UUID(int=1), "name": "x"}]),
    "insert from a leaking select": insert(tags).from_select(["org_id", "id"], select(ORG, tickets.c.id)),
    "insert of others' org_id": insert(tags).from_select(["org_id", "id"], select(tickets.c.org_id, tickets.c.id)),
    "insert from a select without": insert(tags).from_select(["id"], ours),
    "upsert with a leaking subquery": postgresql.insert(tags)
    .values(org_id=ORG)
    .on_conflict_do_update(index_elements=["org_id", "id"], set_={"name": select(users.c.email).scalar_subquery()}),
    "update by id": update(tickets).where(tickets.c.id == KEY).values(subject="x"),
    "update of everything": update(tickets).values(subject="x"),
    "update from another table": update(tickets)
    .where(tickets.c.org_id == ORG, users.c.id == tickets.c.client_id)
    .values(subject="x"),
    "update by a leaking subquery": update(tickets)
    .where(tickets.c.org_id == ORG)
    .values(subject=select(users.c.email).where(users.c.id == tickets.c.client_id).scalar_subquery()),
    "update of the organisation itself": update(tickets).where(tickets.c.org_id == ORG).values(org_id=KEY),
    "delete by id": delete(links).where(links.c.ticket_id == KEY),
    "delete of everything": delete(links),
    "delete by a leaking subquery": delete(links).where(links.c.org_id == ORG, links.c.tag_id.in_(select(tags.c.id))),
    "delete using another table": delete(links).where(links.c.org_id == ORG, tags.c.id == links.c.tag_id),
    "delete returning a leaking subquery": delete(links)
    .where(links.c.org_id == ORG)
    .returning(select(tags.c.name).limit(1).scalar_subquery()),
    "a CTE that deletes": select(delete(links).returning(links.c.tag_id).cte("gone").c.tag_id),
}

own_messages = select(func.count()).where(messages.c.org_id == ORG, messages.c.ticket_id == tickets.c.id)
SOUND: dict[str, ClauseElement] = {
    "a table": ours,
    "turned round": select(tickets).where(ORG == tickets.c.org_id),  # noqa: SIM300
    "grouped": select(tickets).where((tickets.c.org_id == ORG) & ((tickets.c.id == KEY) | (tickets.c.status == 1))),
    "a join": select(tickets.c.id).join(messages, messages.c.org_id == ORG).where(tickets.c.org_id == ORG),
    "all in WHERE": select(tickets.c.id).select_from(joined).where(tickets.c.org_id == ORG, messages.c.org_id == ORG),
    "all in an inner ON": select(tickets.c.id).join(messages, (messages.c.org_id == ORG) & (tickets.c.org_id == ORG)),
    "an outer join": select(tickets.c.id).outerjoin(messages, messages.c.org_id == ORG).where(tickets.c.org_id == ORG),
    "an alias": select(t2.c.id).where(t2.c.org_id == ORG),
    "a correlated scalar subquery": select(tickets.c.id, own_messages.scalar_subquery()).where(tickets.c.org_id == ORG),
    "a correlated subquery that says so": select(tickets.c.id, own_messages.correlate(tickets).scalar_subquery()).where(
        tickets.c.org_id == ORG
    ),
    "EXISTS": ours.where(exists().where(messages.c.org_id == ORG, messages.c.ticket_id == tickets.c.id)),
    "a subquery in FROM": select(tickets)
    .join(ours.subquery("p"), literal_column("p.id") == tickets.c.id)
    .where(tickets.c.org_id == ORG),
    "a CTE": select(ours.cte("p").c.id),
    "a UNION": union_all(ours, select(users.c.id).where(users.c.org_id == ORG)),
    "no tenant table": select(TABLES.organizations).where(TABLES.organizations.c.slug == KEY),
    "nothing": select(literal(1)),
    "text that names none": text("SELECT 1"),
    "a function in FROM": select(func.json_each(KEY).table_valued("value").c.value),
    "insert": insert(tags).values(org_id=ORG, id=KEY, name="x"),
    "insert of several": insert(tags).values([{"org_id": ORG, "id": KEY, "name": "x"}]),
    "insert from a select": insert(tags).from_select(["org_id", "id"], select(ORG, ours.subquery().c.id)),
    "upsert": sqlite.insert(tags).values(org_id=ORG, id=KEY, name="x").on_conflict_do_nothing(),
    "update": update(tickets).where(tickets.c.org_id == bindparam("updated_org_id")).values(subject="x"),
    "update from another table": update(tickets)
    .where(tickets.c.org_id == ORG, users.c.org_id == ORG, users.c.id == tickets.c.client_id)
    .values(subject="x"),
    "delete": delete(links).where(
        links.c.org_id == ORG, links.c.tag_id.in_(select(tags.c.id).where(tags.c.org_id == ORG))
    ),
}

tokens, roles = TABLES.api_tokens, TABLES.roles
grant = select(tokens.c.org_id).where(tokens.c.token_hash == bindparam("token_hash"))
DIRECTORY_LEAKS: dict[str, ClauseElement] = {
    "everybody's tokens": select(tokens.c.org_id),
    "by another key": select(tokens.c.org_id).where(tokens.c.id == KEY),
    "another table": select(tickets),
    "a table that is not tied": grant.join(users, users.c.id == tokens.c.employee_id),
    "a table that is tied to itself": grant.join(users, users.c.org_id == users.c.org_id),
    "a write": update(tokens).where(tokens.c.token_hash == KEY).values(name="x"),
    "a delete": delete(tokens).where(tokens.c.token_hash == KEY),
}


@pytest.mark.parametrize("leak", LEAKS)
def test_every_form_of_leak_is_found(leak):
    """Each of these reads or writes what may be another organisation's."""
    assert problems(LEAKS[leak], TENANTS) != ()


@pytest.mark.parametrize("sound", SOUND)
def test_a_sound_statement_passes(sound):
    """Each of these names the organisation wherever it must."""
    assert problems(SOUND[sound], TENANTS) == ()


@pytest.mark.filterwarnings("ignore:Column .* is marked as a member of the primary key")
@pytest.mark.parametrize("planted", [LEAKS, SOUND, DIRECTORY_LEAKS], ids=["leaks", "sound", "directory"])
def test_the_planted_statements_are_statements(planted):
    """They compile, so none is found for a reason that could not happen."""
    for name, statement in planted.items():
        dialect = sqlite.dialect() if name == "upsert" else postgresql.dialect()
        assert str(statement.compile(dialect=dialect))


@given(st.lists(st.sampled_from(list(SOUND)), min_size=1, max_size=3), st.sampled_from(list(LEAKS)))
def test_a_leak_is_found_wherever_it_stands(around, leak):
    """However deep it is nested in sound levels."""
    statement = LEAKS[leak]
    if not isinstance(statement, Select):
        return
    for name in around:
        outer = SOUND[name]
        if isinstance(outer, Select):
            statement = outer.where(exists(statement.correlate(None)))
    assert problems(statement, TENANTS) != ()


def test_a_directory_look_up_passes_only_when_marked():
    """By a key that is unique among all organisations, everything else tied to it."""
    whole = grant.join(users, (users.c.org_id == tokens.c.org_id) & (users.c.id == tokens.c.employee_id)).join(
        roles, (roles.c.org_id == users.c.org_id) & (roles.c.id == users.c.role_id)
    )
    assert problems(whole, TENANTS, directory=True) == ()
    assert problems(whole, TENANTS) != ()


@pytest.mark.parametrize("leak", DIRECTORY_LEAKS)
def test_the_mark_is_no_way_round_the_rule(leak):
    """A statement that is marked as a look-up and is none is refused."""
    assert problems(DIRECTORY_LEAKS[leak], TENANTS, directory=True) != ()


@pytest.fixture
def engine() -> Iterator[Engine]:
    """Give an engine with our schema."""
    engine = create_engine("sqlite://")
    TABLES.metadata.create_all(engine)
    yield engine
    engine.dispose()


def test_the_audit_hears_what_an_engine_executes(engine):
    """At the place where it happens, on views of the engine, too, and on the second, cached execution."""
    view = engine.execution_options(isolation_level="AUTOCOMMIT")
    audit = ScopeAudit(engine)
    for each in (engine, view, engine):
        with (
            pytest.raises(UnscopedStatementError, match=r"tickets is read.*\n.*\nSELECT"),
            audit,
            each.connect() as connection,
        ):
            connection.execute(select(tickets))
        audit.broken.clear()
    with audit, engine.connect() as connection:
        for _ in range(2):
            connection.execute(ours, {"org_id": uuid4()})
        connection.exec_driver_sql("PRAGMA table_info(tickets)")
    assert audit.audited == 6
    with engine.connect() as connection:
        connection.execute(select(tickets))


def swallow_a_leak(engine: Engine) -> None:
    """Leak, and say nothing."""
    with engine.connect() as connection, suppress(UnscopedStatementError):
        connection.execute(delete(links))


def test_a_swallowed_leak_is_reported_at_the_end(engine):
    """Whoever catches the error does not make it good."""
    with pytest.raises(UnscopedStatementError), ScopeAudit(engine):
        swallow_a_leak(engine)


@pytest.mark.parametrize("sql", ["SELECT * FROM tickets", "DELETE FROM ticket_tags", "EXPLAIN SELECT 1 FROM users"])
def test_text_for_the_driver_is_refused(engine, sql):
    """There is no tree to look at."""
    with (
        pytest.raises(UnscopedStatementError, match="cannot be checked"),
        ScopeAudit(engine),
        engine.connect() as connection,
    ):
        connection.exec_driver_sql(sql)


def test_a_statement_names_one_organization(engine):
    """Rows of two organisations in one statement are refused, and so is no organisation at all."""
    rows = [{"org_id": uuid4(), "id": uuid4(), "name": "x"} for _ in range(2)]
    for values in (rows, [{**rows[0], "org_id": None}]):
        audit = ScopeAudit(engine)
        with pytest.raises(UnscopedStatementError, match="organisations"), audit, engine.begin() as connection:
            connection.execute(insert(tags), values)


def test_an_update_may_not_be_executed_with_an_org_id(engine):
    """It would move the row to another organisation."""
    statement = update(tags).where(tags.c.org_id == bindparam("updated_org_id"))
    with (
        pytest.raises(UnscopedStatementError, match="another organisation"),
        ScopeAudit(engine),
        engine.begin() as connection,
    ):
        connection.execute(statement, {"updated_org_id": uuid4(), "org_id": uuid4()})


def test_a_paused_audit_looks_away(engine):
    """For tests that do on purpose what must not be done."""
    with ScopeAudit(engine) as audit, engine.connect() as connection:
        with audit.paused():
            connection.execute(select(tickets))
        with pytest.raises(UnscopedStatementError):
            connection.execute(select(tickets))
        audit.broken.clear()


def test_an_audit_of_all_engines_hears_a_new_one():
    """It listens to the class."""
    with pytest.raises(UnscopedStatementError), ScopeAudit(Engine):
        swallow_a_leak(create_engine("sqlite://"))


def test_the_audit_hears_an_asyncio_engine():
    """By the engine that it drives."""

    async def leak() -> None:
        engine = create_async_engine("sqlite+aiosqlite://")
        try:
            async with engine.connect() as connection:
                await connection.run_sync(TABLES.metadata.create_all)
                with ScopeAudit(engine):
                    await connection.execute(select(tickets))
        finally:
            await engine.dispose()

    with pytest.raises(UnscopedStatementError):
        asyncio.run(leak())
