"""Copies of an SQLite database: made while servers work on it, and put in its place when none does.

A database is more than its file: beside it stands the write-ahead log, and a copy that is put before another database's log is read
together with it, as damage or as something that never was.
"""

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from shared.domain.errors import AlreadyExists, Busy, Damaged, InvalidInput, NotFound
from shared.store.migrate import refuse_newer

BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database file, and takes for a part of it."""

TABLES = {"alembic_version", "chronology", "event"}
"""What every release's database has."""

LOCKED = (0x40000002, 510)
"""Where in the file who has it open holds a lock (SQLite's file format, "The Lock-Byte Page"): a database in WAL mode, for as long."""


class Copied(NamedTuple):
    """What a copy holds: how many events each chronology has, by its slug, and the ids of the keys that its keys are wrapped in."""

    chronologies: dict[str, int]
    keks: frozenset[str]


def back_up(database: Path, copy: Path) -> Copied:
    """Copy a database that others may work on into one new file; return what it holds. Raises `AlreadyExists` where the file is there."""
    if copy.exists():
        raise AlreadyExists(f"there is a file {copy}: nothing was copied; choose another name, or remove it")
    made = copy.with_name(f".{copy.name}.begun")
    try:
        _copy(f"{database.absolute().as_uri()}?mode=rw", made)
        held = _held(made)
        _settle(made, copy)
    finally:
        made.unlink(missing_ok=True)
    return held


def restore(copy: Path, database: Path) -> Copied:
    """Put a copy in the place of a database, which need not be there or whole; return what it holds. The copy itself stays as it is.

    Nothing is touched before the copy has proved to be a whole database of Salname's. Raises `Busy` while anybody has the database open,
    `Damaged` or `InvalidInput` for a copy that is none, `NewerDatabase` for one of a newer release.
    """
    if not copy.is_file():
        raise NotFound(f"there is no file {copy}")
    if database.exists() and copy.samefile(database):
        raise InvalidInput(f"{copy} is the database itself, not a copy of it")
    made = database.with_name(f".{database.name}.restored")
    made.unlink(missing_ok=True)
    with _nobody_there(database):
        try:
            _copy(_as_it_stands(copy), made)
            held = _held(made)
            # Before the copy takes its place, not after: broken off here, nothing is read that never was, and the same can be done again.
            for ending in BESIDE:
                database.with_name(database.name + ending).unlink(missing_ok=True)
            _settle(made, database)
        finally:
            made.unlink(missing_ok=True)
    return held


def _as_it_stands(copy: Path) -> str:
    """How to open a copy without leaving anything beside it; one with a write-ahead log of its own is read with that."""
    log = copy.with_name(f"{copy.name}-wal")
    return f"{copy.absolute().as_uri()}?" + ("mode=ro" if log.exists() and log.stat().st_size else "immutable=1")


def _copy(source: str, target: Path) -> None:
    """Copy a database into a file of its own, with nothing beside it."""
    try:
        with closing(sqlite3.connect(source, uri=True)) as read, closing(sqlite3.connect(target)) as written:
            read.execute("BEGIN")
            read.execute("SELECT count(*) FROM sqlite_master").fetchone()  # one state of it, however long the copying takes
            read.backup(written)
            written.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.DatabaseError as error:
        raise Damaged(f"it cannot be copied: {error}") from error


def _held(copy: Path) -> Copied:
    """Look whether a copy is a whole database of Salname's, of a release that is not newer; return what it holds."""
    try:
        with closing(sqlite3.connect(f"{copy.absolute().as_uri()}?immutable=1", uri=True)) as connection:
            wrong = [row[0] for row in connection.execute("PRAGMA integrity_check(1)")]
            if wrong != ["ok"]:
                raise Damaged(f"the copy is not whole: {wrong[0].splitlines()[-1]}; nothing was changed")
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if missing := sorted(TABLES - tables):
                raise InvalidInput(f"the copy is no database of Salname's: it has no table {missing[0]}; nothing was changed")
            refuse_newer(row[0] for row in connection.execute("SELECT version_num FROM alembic_version"))
            keks = [
                row[0]
                for table in ("document_key", "read_key")
                if table in tables
                for row in connection.execute(f"SELECT DISTINCT kek_id FROM {table} WHERE wrapped IS NOT NULL")  # noqa: S608 - our own names
            ]
            return Copied(dict(connection.execute("SELECT slug, head FROM chronology ORDER BY slug").fetchall()), frozenset(keks))
    except sqlite3.DatabaseError as error:
        raise Damaged(f"the copy is not whole: {error}; nothing was changed") from error


def _settle(made: Path, place: Path) -> None:
    """Put a file in its place at once, and durably."""
    _sync(made)
    os.replace(made, place)
    if os.name == "posix":
        _sync(place.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _nobody_there(database: Path) -> Iterator[None]:
    """Keep everybody else away from a database, whole or damaged, for as long as the block lasts. Raises `Busy` where somebody is there.

    Windows does not let an open file be replaced, and needs no lock for that.
    """
    if sys.platform == "win32" or not database.exists():
        yield
        return
    import fcntl

    start, length = LOCKED
    with database.open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, length, start)
        except OSError as error:
            raise Busy(f"a server or a command works on {database}: stop it first; nothing was changed") from error
        yield
