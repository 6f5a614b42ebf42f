"""A copy of the database, made while others work on it, and put back in its place."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.commands.desk import NOTICE, Desk
from tests.support.servers import clean_environment, free_port, serving

LATER = "The reading room closed in Sheki on 9 March 2004 after 3 storms."

WORKING = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA wal_autocheckpoint = 0")
connection.execute("CREATE TABLE something (word)")
print("there", flush=True)
time.sleep(60)
"""


@contextmanager
def working_on(database: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that has written to a database, and has it open: what it wrote stands in the write-ahead log."""
    started = subprocess.Popen([sys.executable, "-c", WORKING, str(database)], stdout=subprocess.PIPE, text=True)
    assert started.stdout is not None
    try:
        assert started.stdout.readline() == "there\n"
        yield started
    finally:
        started.send_signal(signal.SIGKILL)
        started.wait(20)
        started.stdout.close()


def beside(database: Path) -> list[str]:
    return sorted(path.name for path in database.parent.iterdir() if path.is_file())


def test_a_copy_takes_the_place_of_a_database_that_crashed(desk: Desk) -> None:
    desk("backup", "copy.db")
    desk.ingest("later.txt", LATER)
    with working_on(desk.database):
        pass
    assert "salname.db-wal" in beside(desk.database)  # what a restore by hand forgets, and SQLite then reads together with the copy
    said = desk("restore", "copy.db")
    assert "Replaced" in said
    assert "library with 4 events" in said
    assert "which is at hand" in said
    assert beside(desk.database) == ["salname.db"]
    assert desk.quotes() == [NOTICE[:-1]]
    assert "is whole: 4 events" in desk("verify", "--log", "library")


def test_a_copy_is_whole_though_others_write(desk: Desk) -> None:
    with working_on(desk.database):
        assert "library with 4 events" in desk("backup", "copy.db")
    assert sorted(path.name for path in desk.folder.glob("*.db*")) == ["copy.db"]
    with sqlite3.connect(desk.folder / "copy.db") as copy:
        assert copy.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert copy.execute("SELECT count(*) FROM something").fetchone() == (0,)
    copy.close()


def test_nothing_is_put_under_a_process_that_has_the_database_open(desk: Desk) -> None:
    desk("backup", "copy.db")
    before = desk.database.read_bytes()
    with working_on(desk.database):
        assert "stop it first; nothing was changed" in desk.refused("restore", "copy.db")
        assert "salname.db-wal" in beside(desk.database)
    assert desk.database.read_bytes() == before


def test_nothing_is_put_under_a_server(desk: Desk) -> None:
    desk("backup", "copy.db")
    with serving(["serve"], clean_environment({"SALNAME_DATA": str(desk.database.parent)}), desk.folder / "log", free_port()):
        assert "stop it first; nothing was changed" in desk.refused("restore", "copy.db")
    desk("restore", "copy.db")


def spoilt(copy: bytes) -> bytes:
    """A copy of which a page in the middle is lost."""
    page = 8192
    middle = len(copy) // page // 2 * page
    return copy[:middle] + os.urandom(page) + copy[middle + page :]


def test_what_is_no_whole_copy_changes_nothing(desk: Desk) -> None:
    desk("backup", "copy.db")
    copy = (desk.folder / "copy.db").read_bytes()
    (desk.folder / "short.db").write_bytes(copy[: len(copy) // 2])
    (desk.folder / "spoilt.db").write_bytes(spoilt(copy))
    (desk.folder / "text.db").write_text("no database")
    with sqlite3.connect(desk.folder / "other.db") as other:
        other.execute("CREATE TABLE notes (text)")
    other.close()
    before = desk.database.read_bytes()
    for name in ("short.db", "spoilt.db", "text.db"):
        assert "The record is damaged" in desk.refused("restore", name), name
    assert "it has no table alembic_version" in desk.refused("restore", "other.db")
    assert "there is no file missing.db" in desk.refused("restore", "missing.db")
    assert "is the database itself" in desk.refused("restore", "salname-data/salname.db")
    assert desk.database.read_bytes() == before
    assert beside(desk.database) == ["salname.db"]


def test_a_copy_of_a_newer_release_changes_nothing(desk: Desk) -> None:
    desk("backup", "copy.db")
    with sqlite3.connect(desk.folder / "copy.db") as copy:
        copy.execute("UPDATE alembic_version SET version_num = '9999'")
    copy.close()
    assert "The database is of a newer release: this release does not know its schema, 9999" in desk.refused("restore", "copy.db")
    assert desk.quotes() == [NOTICE[:-1]]


def test_a_copy_is_put_where_nothing_was_and_the_key_has_to_follow(desk: Desk) -> None:
    desk("backup", "copy.db")
    kek = (desk.database.parent / "keys" / "kek").read_bytes()
    said = desk("restore", "copy.db", "--data", "elsewhere")
    assert "Made " in said
    assert "which is not at hand: put its file at elsewhere/keys/kek" in said
    assert not (desk.folder / "elsewhere" / "keys").exists()
    place = desk.folder / "elsewhere" / "keys" / "kek"
    place.parent.mkdir()
    place.write_bytes(kek)
    place.chmod(0o600)
    assert NOTICE[:-1] in desk("export", "library", "--data", "elsewhere")


def test_a_backup_overwrites_nothing(desk: Desk) -> None:
    (desk.folder / "copy.db").write_text("the only one")
    assert "there is a file copy.db" in desk.refused("backup", "copy.db")
    assert (desk.folder / "copy.db").read_text() == "the only one"


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_postgresql_has_tools_of_its_own(tmp_path: Path, command: str) -> None:
    desk = Desk(tmp_path, SALNAME_DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")
    assert "pg_dump" in desk.refused(command, "copy.db")
