"""Bring a database to the newest schema, and see to it that its services may do their part and no more."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

import migrations
from shared.domain.errors import InvalidInput
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

    Raises `InvalidInput` where a service's role would have to migrate, `WrongKey` as `check_kek` does.
    """
    config = alembic_config(database.url)
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
    query = """
        SELECT kek_id FROM (SELECT kek_id FROM document_key WHERE wrapped IS NOT NULL LIMIT 1) AS documents
        UNION SELECT kek_id FROM (SELECT kek_id FROM read_key LIMIT 1) AS generations
    """
    with database.read() as session:
        found = {row[0] for row in session.execute(text(query))}
    if other := sorted(found - {database.kek.id}):
        raise wrong_kek(other[0], database.kek)
