"""Erasure: databases whose files can be looked into, and the world of the query tests."""

import shutil
import sqlite3
import subprocess
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from shared.store.engine import Database
from shared.store.migrate import migrate
from tests.conftest import served_postgres
from tests.query.conftest import empty, world
from tests.support.keys import KEK
from tests.support.postgres import find_binaries

__all__ = ["empty", "world"]


@dataclass(frozen=True)
class Files:
    """A database, the folder that all of it is in, and how to make backups of it into another one."""

    database: Database
    folder: Path
    back_up: Callable[[Path], None]
    settle: Callable[[], None]


def _copy(folder: Path, into: Path) -> None:
    """Copy files as they are, as who backs up a disk does: some may vanish meanwhile."""
    for file in [file for file in folder.rglob("*") if file.is_file()]:
        place = into / "files" / file.relative_to(folder)
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copy(file, place)
        except FileNotFoundError:
            continue


@pytest.fixture
def sqlite_files(tmp_path: Path) -> Iterator[Files]:
    folder = tmp_path / "data"
    folder.mkdir()
    database = Database(f"sqlite:///{folder / 'salname.db'}", kek=KEK)
    migrate(database)

    def back_up(into: Path) -> None:
        with closing(sqlite3.connect(folder / "salname.db")) as connection:
            connection.execute("VACUUM INTO ?", (str(into / "vacuumed.db"),))
        _copy(folder, into)

    yield Files(database, folder, back_up, lambda: None)
    database.close()


@pytest.fixture(scope="module")
def own_server() -> Iterator[str]:
    """A server that nobody else writes to: what is in its files came from here."""
    yield from served_postgres()


@pytest.fixture
def postgres_files(own_server: str) -> Iterator[Files]:
    name = f"erasure_{uuid.uuid4().hex}"
    with psycopg.connect(own_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        (data,) = connection.execute("SHOW data_directory").fetchone() or ("",)
        folder = Path(data)
        url = own_server.rsplit("/", 1)[0] + f"/{name}"
        database = Database(url, kek=KEK)
        migrate(database)

        def back_up(into: Path) -> None:
            dump = [str(find_binaries() / "pg_dump"), "--dbname", url, "--file", str(into / "dump.sql")]
            subprocess.run(dump, check=True, capture_output=True, timeout=120)
            connection.execute("CHECKPOINT")
            _copy(folder, into)

        yield Files(database, folder, back_up, lambda: connection.execute("CHECKPOINT") and None)
        database.close()
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def files(request: pytest.FixtureRequest) -> Files:
    """A database of each kind, with its files."""
    found: Files = request.getfixturevalue("sqlite_files" if request.param == "sqlite" else "postgres_files")
    return found
