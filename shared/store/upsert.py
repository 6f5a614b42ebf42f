"""Inserts that say what happens where a row is there already: each database has its own."""

from typing import TYPE_CHECKING

from sqlalchemy import Table

from shared.store.engine import WriteSession

if TYPE_CHECKING:
    from sqlalchemy.dialects.postgresql import Insert


def insert_into(session: WriteSession, table: Table) -> "Insert":
    """Return an INSERT in the dialect of a session's database, which knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    if session.connection().dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert
    else:
        from sqlalchemy.dialects.sqlite import insert  # type: ignore[assignment]
    return insert(table)
