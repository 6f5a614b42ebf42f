"""The limit: what the drivers can do with bare rows, and with a bare group commit around them."""

import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass, field

import psycopg

from benchmarks.corpus import payload
from benchmarks.race import Work
from shared.domain.claims import ClaimBody

MOST_IN_A_COMMIT = 1000


def sqlite_connection(url: str) -> sqlite3.Connection:
    """A connection as durable as ours: WAL, synchronous FULL."""
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False, timeout=30)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


@dataclass(frozen=True)
class SqliteRows:
    """`executemany` of bare rows: (id, body), or the columns and the key that any log of many streams needs."""

    keyed: bool

    @property
    def name(self) -> str:
        return "raw executemany, rows of a log with key" if self.keyed else "raw executemany, bare rows"

    def create(self, url: str) -> str:
        columns = "stream TEXT, position INTEGER, type TEXT, time INTEGER, body TEXT, PRIMARY KEY (stream, position)"
        with closing(sqlite_connection(url)) as connection:
            connection.execute(f"CREATE TABLE event ({columns if self.keyed else 'id INTEGER PRIMARY KEY, body TEXT'})")
        return ""

    def connect(self, url: str, place: str) -> "SqliteRowsSession":
        return SqliteRowsSession(url, self.keyed)


@dataclass
class SqliteRowsSession:
    """One connection, one writer."""

    url: str
    keyed: bool
    position: int = 0
    connection: sqlite3.Connection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = sqlite_connection(self.url)
        self.position = self.connection.execute("SELECT count(*) FROM event").fetchone()[0]

    def writer(self, number: int) -> "SqliteRowsSession":
        return self

    def prepare(self, bodies: Sequence[ClaimBody]) -> Work:
        first = self.position + 1
        self.position += len(bodies)
        rows: list[tuple[object, ...]] = [
            ("0198c5e3-7b2e-7c11-8f5d-2b8f0a3d9e41", position, "claim.recorded", 1_700_000_000_000_000, payload(body).decode())
            if self.keyed
            else (position, payload(body).decode())
            for position, body in enumerate(bodies, first)
        ]
        statement = f"INSERT INTO event VALUES ({', '.join('?' * len(rows[0]))})"

        def work() -> None:
            self.connection.execute("BEGIN IMMEDIATE")
            self.connection.executemany(statement, rows)
            self.connection.execute("COMMIT")

        return work

    def close(self) -> None:
        self.connection.close()


@dataclass(frozen=True)
class PostgresCopy:
    """Binary COPY of bare rows into a table without any key."""

    name: str = "raw COPY, bare rows"

    def create(self, url: str) -> str:
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE event (id bigint NOT NULL, body text NOT NULL)")
        return ""

    def connect(self, url: str, place: str) -> "PostgresCopySession":
        return PostgresCopySession(url)


@dataclass
class PostgresCopySession:
    """A connection for every writer."""

    url: str

    def writer(self, number: int) -> "PostgresCopyWriter":
        return PostgresCopyWriter(psycopg.connect(self.url))

    def close(self) -> None:
        """Nothing is shared."""


@dataclass
class PostgresCopyWriter:
    """One connection."""

    connection: psycopg.Connection

    def prepare(self, bodies: Sequence[ClaimBody]) -> Work:
        rows = [(number, payload(body).decode()) for number, body in enumerate(bodies)]

        def work() -> None:
            with self.connection.cursor() as cursor, cursor.copy("COPY event FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(["int8", "text"])
                for row in rows:
                    copy.write_row(row)
            self.connection.commit()

        return work

    def close(self) -> None:
        self.connection.close()


Insert = Callable[[list[str]], None]
"""Inserts and commits."""


class GroupCommit:
    """The bare idea: one thread takes everything that waits, commits it, and tells those who wait."""

    def __init__(self, insert: Insert, close: Callable[[], None]) -> None:
        self._insert = insert
        self._close = close
        self._waiting: queue.SimpleQueue[tuple[str, Future[None]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def submit(self, body: str) -> "Future[None]":
        """Hand in a body; the future is done when it is durable."""
        future: Future[None] = Future()
        self._waiting.put((body, future))
        return future

    def close(self) -> None:
        """Commit what waits, and end."""
        self._waiting.put(None)
        self._thread.join()
        self._close()

    def _run(self) -> None:
        while (first := self._waiting.get()) is not None:
            group = [first]
            while len(group) < MOST_IN_A_COMMIT and not self._waiting.empty():
                if (another := self._waiting.get()) is None:
                    self._waiting.put(None)
                    break
                group.append(another)
            self._commit(group)

    def _commit(self, group: list[tuple[str, "Future[None]"]]) -> None:
        try:
            self._insert([body for body, _ in group])
        except (sqlite3.Error, psycopg.Error) as error:
            for _, future in group:
                future.set_exception(error)
        else:
            for _, future in group:
                future.set_result(None)


def sqlite_group_commit(url: str) -> GroupCommit:
    """Group commit into a SQLite table of bare rows, made where there is none."""
    connection = sqlite_connection(url)
    connection.execute("CREATE TABLE IF NOT EXISTS event (id INTEGER PRIMARY KEY, body TEXT)")

    def insert(bodies: list[str]) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO event (body) VALUES (?)", [(body,) for body in bodies])
        connection.execute("COMMIT")

    return GroupCommit(insert, connection.close)


def postgres_group_commit(url: str) -> GroupCommit:
    """Group commit into a PostgreSQL table of bare rows, made where there is none."""
    connection = psycopg.connect(url, autocommit=True)
    connection.execute("CREATE TABLE IF NOT EXISTS event (id bigserial PRIMARY KEY, body text NOT NULL)")

    def insert(bodies: list[str]) -> None:
        # %b: text arrays are slow to parse in PostgreSQL, binary ones are not.
        connection.execute("INSERT INTO event (body) SELECT unnest(%b::text[])", (bodies,), prepare=True)

    return GroupCommit(insert, connection.close)


@dataclass(frozen=True)
class BareGroupCommit:
    """Bare rows, single appends of threads sharing their commits."""

    name: str = "bare group commit"

    def create(self, url: str) -> str:
        self.connect(url, "").close()
        return ""

    def connect(self, url: str, place: str) -> "GroupSession":
        return GroupSession(sqlite_group_commit(url) if url.startswith("sqlite") else postgres_group_commit(url))


@dataclass
class GroupSession:
    """One group for all threads."""

    group: GroupCommit

    def writer(self, number: int) -> "GroupWriter":
        return GroupWriter(self.group)

    def close(self) -> None:
        self.group.close()


@dataclass
class GroupWriter:
    """Waits for each of its appends."""

    group: GroupCommit

    def prepare(self, bodies: Sequence[ClaimBody]) -> Work:
        texts = [payload(body).decode() for body in bodies]

        def work() -> None:
            for future in [self.group.submit(text) for text in texts]:
                future.result()

        return work

    def close(self) -> None:
        """Nothing of its own."""
