"""Bring a database to the newest schema, and see to it that its services may do their part and no more."""

from collections.abc import Iterable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

import migrations
from shared.domain.errors import InvalidInput, NewerDatabase, WrongKey
from shared.store.engine import WRITE, Database
from shared.store.grants import GRANTS, give_grants, is_service
from shared.store.keys import wrong_kek

MIGRATION_LOCK = 0x5A1A4A3E
"""Advisory lock key: two processes that start at once migrate one after the other."""


def alembic_config(url: str) -> Config:
    """The Alembic configuration of the bundled migrations for a database URL."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.attributes["url"] = url
    return config


def migrate(database: Database) -> None:
    """Upgrade the schema to the newest revision, and give the services' roles their grants; does nothing when all is done already.

    Raises `InvalidInput` where a service's role would have to migrate, `NewerDatabase`, and `WrongKey` as `check_kek` does.
    """
    config = alembic_config(database.url)
    with database.engine.connect() as connection:
        refuse_newer(MigrationContext.configure(connection).get_current_heads())
    if database.dialect == "postgresql" and _left_to_the_owner(database, config):
        check_kek(database)
        return
    config.attributes["database"] = database
    command.upgrade(config, "head")
    if database.dialect == "postgresql":
        with database.engine.execution_options(**{WRITE: True}).begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
            if _owns_the_tables(connection):
                give_grants(connection)
    check_kek(database)


def refuse_newer(found: Iterable[str]) -> None:
    """Refuse a database at schema revisions that this release does not know; raise `NewerDatabase`."""
    known = {script.revision for script in ScriptDirectory.from_config(alembic_config("")).walk_revisions()}
    if strangers := sorted(set(found) - known):
        raise NewerDatabase(f"this release does not know its schema, {strangers[0]}: use the release that migrated it, or a later one")


def _left_to_the_owner(database: Database, config: Config) -> bool:
    """Whether a service's role asks, which finds the newest schema or has to wait for its owner."""
    with database.engine.connect() as connection:
        if not is_service(connection):
            return False
        context = MigrationContext.configure(connection)
        if context.get_current_heads() != tuple(ScriptDirectory.from_config(config).get_heads()):
            raise InvalidInput(
                "the database does not have this release's schema, and a service's role may not change it: run `salname migrate` "
                "with the URL of the role that owns the tables"
            )
        return True


def _owns_the_tables(connection: Connection) -> bool:
    query = """
        SELECT bool_and(pg_has_role(relowner, 'USAGE')) FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relname = ANY(:tables)
    """
    return bool(connection.scalar(text(query), {"tables": list(GRANTS)}))


def check_kek(database: Database) -> None:
    """Refuse a key-encryption key that is not the one that a database's keys are wrapped in. Without a key given, nothing is checked.

    Raises `WrongKey` that names both keys, `InvalidInput` where the database is not migrated.
    """
    if database.given_kek is None:
        return
    if not inspect(database.engine).has_table("read_key"):
        raise InvalidInput("the database does not have this release's schema: run `salname migrate` first")
    if other := sorted(_sealed_in(database) - {database.kek.id}):
        raise wrong_kek(other[0], database.kek)


def refuse_lost_kek(database: Database, place: Path) -> None:
    """Refuse to have a key-encryption key made in `place` for a database that is sealed in another one already; raise `WrongKey`."""
    if sealed := sorted(_sealed_in(database)):
        raise WrongKey(
            f"this database's keys are wrapped in the key-encryption key {sealed[0]}, and there is no {place}: put that key's file back "
            "there, or set SALNAME_KEY_ENCRYPTION_KEY to it; no other key opens what is sealed, and none was made"
        )


def _sealed_in(database: Database) -> set[str]:
    """The ids of key-encryption keys that keys of a database are wrapped in, whichever release made its tables."""
    queries = {
        "document_key": "SELECT kek_id FROM document_key WHERE wrapped IS NOT NULL LIMIT 1",
        "read_key": "SELECT kek_id FROM read_key LIMIT 1",
    }
    tables = inspect(database.engine).get_table_names()
    with database.read() as session:
        return {row[0] for table, query in queries.items() if table in tables for row in session.execute(text(query))}
