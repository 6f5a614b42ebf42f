"""Fresh databases for every run: a file of SQLite, or a database on a server that the run has for itself."""

import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import psycopg

Fresh = Callable[[], AbstractContextManager[str]]
"""Gives the URL of an empty database, which is gone afterwards."""


@contextmanager
def sqlite_file() -> Iterator[str]:
    """The URL of a SQLite file that is not there yet, in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="salname-bench-") as folder:
        yield f"sqlite:///{folder}/log.db"


def databases_on(server: str) -> Fresh:
    """Empty databases on a PostgreSQL server, given by its URL."""

    @contextmanager
    def fresh() -> Iterator[str]:
        name = f"bench_{uuid.uuid4().hex}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{server.rpartition('/')[0]}/{name}"
        finally:
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
                connection.execute("CHECKPOINT")

    return fresh


def server_version(server: str) -> str:
    """What a PostgreSQL server says of itself."""
    with psycopg.connect(server) as connection:
        settings = [connection.execute(f"SHOW {name}").fetchone() for name in ("server_version", "fsync", "synchronous_commit")]
    values = [row[0] for row in settings if row]
    return f"PostgreSQL {values[0]}, fsync {values[1]}, synchronous_commit {values[2]}"
