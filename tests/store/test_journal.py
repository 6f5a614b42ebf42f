"""SQLite's write-ahead log does not grow for ever, also where some reader always has a snapshot open."""

import sqlite3
from pathlib import Path

import pytest

from shared.domain.ids import IdSource
from shared.store import journal
from shared.store.append import DatabaseLog
from shared.store.engine import Database
from tests.contract.making import captured, command, created, document, erased
from tests.support.keys import KEK


@pytest.fixture
def database(sqlite_database_url: str, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setattr(journal, "LONG", 2_000_000)
    monkeypatch.setattr(journal, "SECONDS_BETWEEN", 0.0)
    return Database(sqlite_database_url, kek=KEK)


def wal(database: Database) -> Path:
    return Path(database.url.removeprefix("sqlite:///") + "-wal")


def write(database: Database, name: str) -> None:
    with database.drive() as driver:
        columns = ("chronology_id", "name", "subject", "position")
        driver.insert("reservation", columns, [("c", f"{name}-{at}-{'x' * 200}", "s", 1) for at in range(1000)])


def test_it_is_begun_anew_once_no_reader_needs_it(database: Database) -> None:
    reader = sqlite3.connect(database.url.removeprefix("sqlite:///"), isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM reservation").fetchone()
    for turn in range(8):
        write(database, f"under the reader {turn}")
    assert wal(database).stat().st_size > 2_000_000, "the reader's snapshot needs it"
    reader.execute("COMMIT")
    write(database, "after the reader")
    assert wal(database).stat().st_size < 2_000_000
    reader.close()
    database.close()


def test_a_destroyed_key_stands_in_no_file(database: Database, new_id: IdSource) -> None:
    log = DatabaseLog(database, new_id)
    log.append(command("c", created("c", "test"), key="create"))
    log.append(command("c", captured("d"), key="capture"), [document("d")])
    with database.drive() as driver:
        ((wrapped,),) = driver.rows("SELECT wrapped FROM document_key")
    files = (wal(database), Path(database.url.removeprefix("sqlite:///")))
    assert any(wrapped in file.read_bytes() for file in files)
    log.append(command("c", erased("d"), key="erase", erases="d"))
    assert not any(wrapped in file.read_bytes() for file in files)
    database.close()
