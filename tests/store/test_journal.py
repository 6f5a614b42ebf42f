"""SQLite's write-ahead log does not grow for ever, also where some reader always has a snapshot open."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest

from shared.domain.errors import Busy
from shared.domain.ids import IdSource
from shared.store import journal
from shared.store.append import DatabaseLog
from shared.store.engine import CHECKPOINT_PAGES, SQLITE_PAGE, Database
from shared.store.journal import STEP, Journal
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


class TestCarryingOver:
    """By a thread beside the writers. What is carried over stands in the file itself: a copy of that alone shows it."""

    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return tmp_path / "log.db"

    @pytest.fixture
    def writer(self, path: Path) -> Iterator[sqlite3.Connection]:
        with closing(connect(path)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("CREATE TABLE line (text TEXT)")
            yield connection

    def test_it_happens_after_so_many_bytes(self, path: Path, writer: sqlite3.Connection) -> None:
        journal = Journal(str(path), lambda: borrowed(path))
        written(writer, 100)
        journal.wrote(STEP - 1)
        journal.close()
        assert lines_in(path) is None
        journal.wrote(1)
        journal.close()
        assert lines_in(path) == 100
        written(writer, 50)
        journal.wrote(STEP - 1)
        journal.close()
        assert lines_in(path) == 100, "it counts from the beginning again"

    def test_what_a_reader_holds_back_is_left_for_another_time(self, path: Path, writer: sqlite3.Connection) -> None:
        journal = Journal(str(path), lambda: borrowed(path))
        written(writer, 100)
        with closing(connect(path)) as reader:
            reader.execute("BEGIN")
            assert reader.execute("SELECT count(*) FROM line").fetchone() == (100,)
            written(writer, 100)
            journal.wrote(STEP)
            journal.close()
            assert lines_in(path) != 200
        journal.wrote(STEP)
        journal.close()
        assert lines_in(path) == 200

    @pytest.mark.parametrize("error", [Busy("all connections are in use"), sqlite3.OperationalError("disk I/O error")], ids=type)
    def test_no_writer_hears_of_it_when_it_fails(self, path: Path, writer: sqlite3.Connection, error: Exception) -> None:
        @contextmanager
        def none() -> Iterator[sqlite3.Connection]:
            raise error
            yield writer

        journal = Journal(str(path), none)
        written(writer, 100)
        journal.wrote(STEP)
        journal.close()
        assert lines_in(path) is None

    def test_the_log_of_a_database_has_it_done(self, sqlite_database_url: str, new_id: IdSource, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(journal, "STEP", 1)
        database = Database(sqlite_database_url, kek=KEK)
        log = DatabaseLog(database, new_id)
        log.append(command("c", created("c", "test"), key="create"))
        log.append(command("c", captured("d"), key="capture"), [document("d")])
        database.settle()
        assert alone(Path(database.url.removeprefix("sqlite:///")), "SELECT max(position) FROM event") == log.head("c")
        database.close()


def test_the_thread_comes_before_the_writers_would_do_it_themselves() -> None:
    assert STEP * 2 < CHECKPOINT_PAGES * SQLITE_PAGE


def connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    return connection


def borrowed(path: Path) -> AbstractContextManager[sqlite3.Connection]:
    return closing(connect(path))


def written(writer: sqlite3.Connection, count: int) -> None:
    writer.executemany("INSERT INTO line VALUES (?)", [("x" * 100,)] * count)


def lines_in(path: Path) -> int | None:
    """How many lines stand in the file without its write-ahead log; None where not even the table does."""
    if not alone(path, "SELECT count(*) FROM sqlite_schema"):
        return None
    return alone(path, "SELECT count(*) FROM line")


def alone(path: Path, question: str) -> int:
    copy = path.with_suffix(".copy")
    shutil.copy(path, copy)
    with closing(sqlite3.connect(copy)) as connection:
        answer: int = connection.execute(question).fetchone()[0]
    copy.unlink()
    return answer
