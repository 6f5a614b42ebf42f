"""The migrations make the very schema that the rows are declared with, on both databases, and can be run again."""

from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import inspect

from shared.store.engine import Database, normalise_url
from shared.store.migrate import alembic_config, migrate
from tests.support.keys import KEK


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_migrated_schema_is_the_declared_one(kind: str, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue("sqlite_database_url" if kind == "sqlite" else "postgres_url")
    command.check(alembic_config(normalise_url(url)))


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a.db'}", kek=KEK)
    migrate(database)
    before = inspect(database.engine).get_table_names()
    migrate(database)
    assert inspect(database.engine).get_table_names() == before
    assert {"event", "entry", "change", "progress"} <= set(before)
    database.close()


def test_sqlite_is_durable_and_lets_readers_read(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a.db'}", kek=KEK)
    migrate(database)
    with database.write() as session:
        assert session.connection().exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert session.connection().exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        with database.read() as reader:
            assert reader.connection().exec_driver_sql("SELECT count(*) FROM event").scalar() == 0
    database.close()
