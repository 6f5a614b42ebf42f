"""On PostgreSQL each service has a role of its own, which can do its part of the work and nothing else."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlmodel import SQLModel

from services.ingest.wiring import build_service
from services.projection.runner import Projector
from services.query.feed import changes_body
from services.query.snapshot import open_snapshot
from shared.crypto.entropy import system_ids
from shared.domain.errors import Gone, InvalidInput
from shared.domain.events import SourceRegistered
from shared.domain.ids import IdSource
from shared.domain.merkle import TILE_WIDTH
from shared.domain.provenance import SourceDetails
from shared.domain.roles import Role
from shared.settings import Settings
from shared.store.append import DatabaseLog
from shared.store.engine import Database
from shared.store.grants import GRANTS, INGEST, PROJECTION, QUERY, SERVICES, granted, wanted
from shared.store.log_rows import CHANNEL as LOG_CHANNEL
from shared.store.migrate import migrate
from shared.store.read import DatabaseReader
from shared.store.read_model import CHANNEL as CHANGES_CHANNEL
from shared.store.read_model import READ_MODEL
from shared.store.tables import IMMUTABLE, CosignatureRow, LogCheckpointRow, SigningKeyRow
from shared.store.tokens import TokenStore
from shared.store.wakeup import PostgresListener, Wakeup
from tests.contract.making import captured, claim, command, created, document, erased
from tests.support.following import consolidate_otherwise
from tests.support.keys import KEK
from tests.support.roles import as_role, make_roles
from tests.support.running import ADMIN
from tests.support.texts import SOURCES

DENIED = "42501"
"""PostgreSQL's state for: you lack the right."""

WAKE_SECONDS = 20.0

READ_TABLES = tuple(str(row.__tablename__) for row in READ_MODEL)
LOG_TABLES = (*IMMUTABLE, "chronology", "document_key", "api_token")


@pytest.fixture
def owner(postgres_url: str) -> Iterator[Database]:
    """The owner of a migrated database on a server that has the roles."""
    make_roles(postgres_url)
    database = Database(postgres_url, kek=KEK)
    migrate(database)
    yield database
    database.close()


@pytest.fixture
def services(owner: Database) -> Iterator[dict[str, Database]]:
    """The database as each service's role sees it, with a row in every table of the log."""
    with ExitStack() as stack:
        opened = {role: stack.enter_context(as_role(owner.url, role)) for role in SERVICES}
        fill(opened[INGEST])
        yield opened


def ids() -> IdSource:
    count = iter(range(1 << 30))
    return IdSource(lambda: datetime(2026, 1, 2, tzinfo=UTC), lambda size: next(count).to_bytes(size, "big"))


def fill(ingest: Database) -> None:
    """Everything that ingest writes."""
    log = DatabaseLog(ingest, ids())
    log.append(command("c", created("c", "test"), SourceRegistered(source_id="source", identity="s", details=SourceDetails()), key="open"))
    for name in ("kept", "erased"):
        log.append(command("c", captured(name), claim(f"{name}-0", name), key=name, reserves=((name, "x"),)), [document(name)])
    log.append(command("c", *(claim(f"kept-{n}", "kept") for n in range(1, TILE_WIDTH)), key="many"))
    with ingest.write() as session:
        session.add(LogCheckpointRow(chronology_id="c", size=1, root=b"r", note="n", time_us=1))
        session.add(CosignatureRow(chronology_id="c", size=1, vkey="v", line="l", time_us=1))
        session.add(SigningKeyRow(public="p", since_us=1))
    TokenStore(ingest).create("t", "Leyla", Role.editor, datetime(2026, 1, 2, tzinfo=UTC), "secret")


def columns(table: str) -> list[str]:
    return ["version_num"] if table == "alembic_version" else [column.name for column in SQLModel.metadata.tables[table].columns]


def denied(database: Database, statement: str) -> None:
    """Run a statement that the role has no right to."""
    with pytest.raises(ProgrammingError) as caught, database.write() as session:
        session.execute(text(statement))
    assert getattr(caught.value.orig, "sqlstate", None) == DENIED, statement


def test_the_grants_name_every_table_and_no_other() -> None:
    assert set(GRANTS) == {*SQLModel.metadata.tables, "alembic_version"}
    assert {role for given in GRANTS.values() for role in given} == set(SERVICES)


def test_the_grants_name_columns_that_there_are() -> None:
    for table, role, verb in wanted(SERVICES):
        name, _, column = verb.rstrip(")").partition("(")
        assert name in ("SELECT", "INSERT", "UPDATE", "DELETE"), (table, role)
        assert not column or column in SQLModel.metadata.tables[table].columns, (table, role)


def test_what_the_roles_have_is_what_is_written_down(owner: Database) -> None:
    with owner.read() as session:
        assert granted(session.connection()) == wanted(SERVICES)


def test_migrating_again_gives_what_is_missing_and_takes_what_is_too_much(owner: Database) -> None:
    with owner.write() as session:
        for statement in (
            "GRANT DELETE ON event TO salname_query",
            "GRANT UPDATE (text) ON document TO salname_projection",
            "GRANT SELECT ON idempotency TO PUBLIC",
            "GRANT SELECT ON entry TO salname_query WITH GRANT OPTION",
            "REVOKE SELECT ON claim FROM salname_query",
            "GRANT CREATE ON SCHEMA public TO PUBLIC",
        ):
            session.execute(text(statement))
    migrate(owner)
    with owner.read() as session:
        assert granted(session.connection()) == wanted(SERVICES)
        assert not session.scalar(text("SELECT has_schema_privilege('salname_query', 'public', 'CREATE')"))


def test_migrating_again_touches_nothing_that_is_right(owner: Database) -> None:
    written = text("SELECT relname, xmin::text FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1")
    with owner.read() as session:
        before = session.execute(written).all()
    migrate(owner)
    with owner.read() as session:
        assert session.execute(written).all() == before


def test_a_service_owns_nothing(owner: Database) -> None:
    with owner.write() as session:
        session.execute(text("ALTER TABLE event OWNER TO salname_ingest"))
    with pytest.raises(InvalidInput, match="belong to salname_ingest"):
        migrate(owner)


def test_a_service_finds_the_schema_and_cannot_make_it(owner: Database, services: dict[str, Database]) -> None:
    for database in services.values():
        migrate(database)
    with owner.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0002'"))
    for database in services.values():
        with pytest.raises(InvalidInput, match="the role that owns the tables"):
            migrate(database)


@pytest.mark.parametrize("role", SERVICES)
def test_no_service_changes_or_removes_what_the_log_holds(services: dict[str, Database], role: str) -> None:
    for table in IMMUTABLE:
        for column in columns(table):
            denied(services[role], f'UPDATE "{table}" SET "{column}" = "{column}"')
        denied(services[role], f'TRUNCATE "{table}"')
        if (role, table) != (INGEST, "document"):
            denied(services[role], f'DELETE FROM "{table}"')


def test_ingest_removes_no_document_that_is_not_erased(services: dict[str, Database]) -> None:
    with pytest.raises(DBAPIError, match="append-only"), services[INGEST].write() as session:
        session.execute(text("DELETE FROM document"))


def test_ingest_moves_a_chronology_on_and_nothing_else_of_it(services: dict[str, Database]) -> None:
    for column in ("id", "slug", "title", "description"):
        denied(services[INGEST], f"UPDATE chronology SET {column} = {column}")
    for table in ("chronology", "document_key", "api_token"):
        denied(services[INGEST], f"DELETE FROM {table}")
        denied(services[INGEST], f"TRUNCATE {table}")
    for column in ("role", "name", "secret_sha256"):
        denied(services[INGEST], f"UPDATE api_token SET {column} = 'admin'")


def test_ingest_cannot_touch_the_read_model(services: dict[str, Database]) -> None:
    for table in READ_TABLES:
        denied(services[INGEST], f'INSERT INTO "{table}" DEFAULT VALUES')
        denied(services[INGEST], f'UPDATE "{table}" SET chronology_id = chronology_id')
        denied(services[INGEST], f'DELETE FROM "{table}"')
        denied(services[INGEST], f'TRUNCATE "{table}"')


def test_projection_cannot_touch_the_log(services: dict[str, Database]) -> None:
    for table in LOG_TABLES:
        denied(services[PROJECTION], f'INSERT INTO "{table}" DEFAULT VALUES')
        denied(services[PROJECTION], f'DELETE FROM "{table}"')
        denied(services[PROJECTION], f'TRUNCATE "{table}"')
        first = columns(table)[0]
        denied(services[PROJECTION], f'UPDATE "{table}" SET "{first}" = "{first}"')


def test_projection_and_query_know_no_secrets_that_they_do_not_need(services: dict[str, Database]) -> None:
    for table in ("idempotency", "reservation"):
        denied(services[QUERY], f"SELECT * FROM {table}")
    for table in ("idempotency", "reservation", "document", "api_token"):
        denied(services[PROJECTION], f"SELECT * FROM {table}")


def test_query_writes_nowhere(services: dict[str, Database]) -> None:
    for table in GRANTS:
        first = columns(table)[0]
        denied(services[QUERY], f'INSERT INTO "{table}" DEFAULT VALUES')
        denied(services[QUERY], f'UPDATE "{table}" SET "{first}" = "{first}"')
        denied(services[QUERY], f'DELETE FROM "{table}"')
        denied(services[QUERY], f'TRUNCATE "{table}"')


@pytest.mark.parametrize("role", SERVICES)
def test_no_service_makes_tables_or_takes_triggers_away(services: dict[str, Database], role: str) -> None:
    for statement in (
        "CREATE TABLE mine (id int)",
        "CREATE TEMPORARY TABLE mine (id int)",
        "ALTER TABLE event DISABLE TRIGGER ALL",
        "DROP TRIGGER event_refuses_change ON event",
        "CREATE OR REPLACE FUNCTION salname_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'",
        "DROP TABLE event",
        "SET session_replication_role = replica",
        "SET ROLE salname",
    ):
        denied(services[role], statement)


def test_a_table_that_only_looks_like_the_keys_does_not_open_the_way(owner: Database, services: dict[str, Database]) -> None:
    with owner.write() as session:
        session.execute(text(f'GRANT TEMPORARY ON DATABASE "{owner.engine.url.database}" TO salname_ingest'))
    pretended = "CREATE TEMPORARY TABLE document_key AS SELECT 'c' chronology_id, 'kept' document_id, NULL::bytea wrapped"
    with services[INGEST].engine.begin() as connection:
        connection.execute(text(pretended))
        with pytest.raises(DBAPIError, match="append-only"):
            connection.execute(text("DELETE FROM document WHERE id = 'kept'"))


def test_each_role_is_enough_for_its_service(services: dict[str, Database]) -> None:
    ingest, projection, query = services[INGEST], services[PROJECTION], services[QUERY]
    log = DatabaseLog(ingest, ids())
    reader = DatabaseReader(query)
    info = reader.chronology("test")
    assert info is not None
    assert Projector(projection, DatabaseReader(projection)).project(info) == info.head
    assert reader.document("c", "erased") == document("erased")
    log.append(command("c", erased("erased", "erased-0"), key="erase", erases="erased"))
    assert reader.document("c", "erased") is None
    assert reader.document("c", "kept") == document("kept")
    with pytest.raises(Gone):
        log.append(command("c", claim("late", "erased"), key="late"))
    Projector(projection, DatabaseReader(projection)).project(info)
    with query.read() as session:
        assert session.scalar(text("SELECT position FROM progress")) == info.head + 1
    assert TokenStore(query).verify("secret") is not None
    TokenStore(ingest).revoke("t", datetime(2026, 1, 3, tzinfo=UTC))
    assert TokenStore(query).verify("secret") is None


def test_a_switch_is_told_by_services_of_which_each_has_its_own_role(
    services: dict[str, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest = build_service(services[INGEST], Settings(), system_ids())

    def projector() -> Projector:
        return Projector(services[PROJECTION], DatabaseReader(services[PROJECTION]))

    for text_, source in SOURCES.items():
        ingest.capture("c", text_.encode(), ADMIN, declared=source)
    projector().catch_up()
    head = ingest.log.head("c")
    consolidate_otherwise(monkeypatch)
    released = projector()
    released.catch_up()
    assert ingest.announce_switches() == 1
    released.catch_up()
    with open_snapshot(services[QUERY], "test") as snapshot:
        (change,) = json.loads(changes_body(snapshot, head, 10))["changes"]
    assert {entry["change"] for entry in change["data"]["entries"]} == {"changed"}
    released.switch_back(ingest.chronology("test"))
    assert ingest.announce_switches() == 1
    released.catch_up()
    with open_snapshot(services[QUERY], "test") as snapshot:
        assert len(json.loads(changes_body(snapshot, head, 10))["changes"]) == 2


def test_the_services_wake_each_other(services: dict[str, Database]) -> None:
    log, projector = DatabaseLog(services[INGEST], ids()), Projector(services[PROJECTION], DatabaseReader(services[PROJECTION]))
    info = DatabaseReader(services[PROJECTION]).chronology("test")
    assert info is not None
    with (
        listening(services[PROJECTION], LOG_CHANNEL) as appended,
        listening(services[QUERY], CHANGES_CHANNEL) as changed,
        listening(services[INGEST], CHANGES_CHANNEL) as changed_for_ingest,
    ):
        log.append(command("c", claim("news", "kept"), key="news"))
        assert appended.wait(1, WAKE_SECONDS) > 1
        projector.project(info)
        assert changed.wait(1, WAKE_SECONDS) > 1
        assert changed_for_ingest.wait(1, WAKE_SECONDS) > 1


@contextmanager
def listening(database: Database, channel: str) -> Iterator[Wakeup]:
    """Listen with a role; the wake-up has counted to one when it does."""
    wakeup = Wakeup()
    listener = PostgresListener(database.url, channel, wakeup)
    listener.start()
    try:
        assert wakeup.wait(0, WAKE_SECONDS) == 1
        yield wakeup
    finally:
        listener.stop()
