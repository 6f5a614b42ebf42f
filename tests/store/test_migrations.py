"""The migrations make the very schema that the rows are declared with, on both databases, and can be run again."""

from collections.abc import Callable
from pathlib import Path

import alembic.command
import pytest
from sqlalchemy import inspect

from services.projection.runner import Projector
from shared.crypto.sealing import KeyEncryptionKey
from shared.domain.errors import InvalidInput, WrongKey
from shared.domain.ids import IdSource
from shared.store.append import DatabaseLog
from shared.store.engine import Database, normalise_url
from shared.store.migrate import alembic_config, check_kek, migrate
from shared.store.read import DatabaseReader
from shared.store.read_model import ReadKeyRow
from tests.contract.making import captured, command, created, document, erased
from tests.support.keys import KEK
from tests.support.read_model import read_model
from tests.support.running import run
from tests.support.texts import SOURCES


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_migrated_schema_is_the_declared_one(kind: str, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue("sqlite_database_url" if kind == "sqlite" else "postgres_url")
    alembic.command.check(alembic_config(normalise_url(url)))


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


@pytest.fixture
def sealed(database: Database, new_id: IdSource) -> Database:
    """A database in which a document is sealed, and another was erased."""
    log = DatabaseLog(database, new_id)
    log.append(command("c", created("c", "test"), key="open"))
    for name in ("kept", "gone"):
        log.append(command("c", captured(name), key=name), [document(name)])
    log.append(command("c", erased("gone"), key="erase", erases="gone"))
    return database


@pytest.mark.parametrize("check", [check_kek, migrate])
def test_another_key_is_refused_before_anything_is_done_with_it(sealed: Database, check: Callable[[Database], None]) -> None:
    check(sealed)
    other = Database(sealed.url, kek=KeyEncryptionKey(bytes(32)))
    with pytest.raises(WrongKey, match=f"wrapped in the key-encryption key {KEK.id}, and the one given is {other.kek.id}: set SALNAME_KEY"):
        check(other)
    other.close()


def test_the_key_of_a_read_model_is_looked_at_as_well(database: Database) -> None:
    with database.write() as session:
        session.add(ReadKeyRow(chronology_id="c", generation=1, kek_id="another", wrapped=b""))
    with pytest.raises(WrongKey, match="wrapped in the key-encryption key another"):
        check_kek(database)


def test_any_key_fits_where_nothing_is_sealed(database: Database) -> None:
    other = Database(database.url, kek=KeyEncryptionKey(bytes(32)))
    check_kek(other)
    other.close()


def test_a_database_without_the_schema_is_told_apart_from_another_key(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a.db'}", kek=KEK)
    with pytest.raises(InvalidInput, match="run `salname migrate` first"):
        check_kek(database)
    database.close()


def test_rows_of_the_release_before_generations_are_those_of_the_live_one(tmp_path: Path) -> None:
    """What was folded stays as it is, opens with its key, and need not be folded again."""
    database = Database(f"sqlite:///{tmp_path / 'a.db'}", kek=KEK)
    migrate(database)
    running = run(database)
    for text, source in SOURCES.items():
        running.capture(text, source)
    running.projector.rebuild(running.info)
    before = read_model(database)
    assert len(before["entry"]) > len(SOURCES) / 2
    config = alembic_config(database.url)
    alembic.command.downgrade(config, "0006")
    assert "generation" not in inspect(database.engine).get_table_names()
    migrate(database)
    # The listing, of a later release yet, is written when the rows are built anew.
    assert read_model(database) == before | {"listing": []}
    assert Projector(database, DatabaseReader(database)).catch_up() == 0
    alembic.command.check(config)
    database.close()
