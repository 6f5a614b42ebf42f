"""Alembic's environment: the URL from the caller or from Salname's settings, one transaction a migration, with time limits."""

from alembic import context
from sqlalchemy import Connection, text
from sqlmodel import SQLModel

from shared.settings import read_settings
from shared.store import read_model, tables
from shared.store.engine import WRITE, Database
from shared.store.migrate import MIGRATION_LOCK

assert tables.EventRow.metadata is read_model.EntryRow.metadata  # both modules have told SQLModel of their tables


def declared(name: str | None, kind: str, _parents: object) -> bool:
    """Whether something in the database is what rows are declared with: each database has a search index of its own kind beside that."""
    return not (name or "").startswith(("listing_words", "ix_listing_tokens"))


def run(connection: Connection) -> None:
    """Run the migrations on a connection that is in a transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        include_name=declared,
    )
    with context.begin_transaction():
        context.run_migrations()


def main() -> None:
    """Migrate the caller's database, or the one that the settings name."""
    given: Database | None = context.config.attributes.get("database")
    url: str | None = context.config.attributes.get("url")
    database = given or (Database(url) if url else read_settings().open_database())
    context.config.attributes["kek"] = database.given_kek
    try:
        with database.engine.execution_options(**{WRITE: True}).begin() as connection:
            run(connection)
    finally:
        if given is None:
            database.close()


main()
