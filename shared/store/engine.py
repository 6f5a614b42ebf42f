"""The database: engines for SQLite and PostgreSQL, and two kinds of session, one that reads and one that writes.

Every wait has a limit: connecting, waiting for a lock, running a statement, sitting idle in a transaction.
"""

import math
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, event, make_url
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Session, create_engine

from shared.crypto.sealing import KeyEncryptionKey
from shared.domain.errors import Busy, InvalidInput, Unreachable
from shared.store.driver import Driver, DriverError, OperationalErrors, driver_of, refuse_time_limit
from shared.store.journal import Journal
from shared.store.kept import Kept
from shared.store.keys import Keyring
from shared.store.read_keys import ReadKeys
from shared.store.timed import TimedConnection

POOL_SIZE = 20
SQLITE_PAGE = 8_192
"""Bytes in a page of a new SQLite database.

Of the usual 4,096, two sealed events fill two thirds, and a batch costs half as much again; with larger ones, small commits cost more.
"""
CHECKPOINT_PAGES = 4_000
"""Pages in SQLite's write-ahead log after which a commit carries them over into the file: 32 MB, half of what `Journal` allows.

A page that many commits touch is carried over once, and the syncs that go with it cost less often.
"""
SQLITE_CACHES = 32 * 2**20
"""Bytes that the page caches of all SQLite connections of a process may take together: beyond that, each makes do with the pages it has.

One connection has 64 MB. Without a limit over all, a service that writes and reads a large database grows by that for every connection.
A page that is in none of them comes from the system's own cache: one row of 75 MB at random takes 2 % longer than with four times as much.
"""
INDEX_KEPT = 256 * 2**20
"""Bytes of search indexes that a process keeps at hand: 48 for each version of an entry, and what was looked up."""
WRITE = "salname_write"
PATIENCE = "salname_patience"
IDLE_SINCE = "salname_idle_since"
PING_SECONDS = 1.0
"""A PostgreSQL connection that nobody has used for so long is asked whether it is still there before it is used."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long anything may wait on the database, in seconds."""

    connect: int = 10
    lock: float = 10.0
    statement: float = 60.0
    idle_in_transaction: float = 30.0


class ReadSession(Session):
    """A session that sees one snapshot and cannot write."""


class WriteSession(Session):
    """A session whose work becomes visible at once when its block ends, or not at all."""


class Database:
    """One database with its two kinds of session.

    `url` is an SQLAlchemy URL or a plain `postgresql://` one. `kek` is the key-encryption key of what is sealed in it; without one, nothing
    sealed can be read or written.
    """

    def __init__(self, url: str, limits: Limits | None = None, kek: KeyEncryptionKey | None = None) -> None:
        self.url = normalise_url(url)
        self.given_kek = kek
        self.keyring = Keyring(lambda: self.kek)
        self.read_keys = ReadKeys(lambda: self.kek)
        self.kept = Kept(INDEX_KEPT)
        self.limits = limits or Limits()
        self.dialect = make_url(self.url).get_backend_name()
        self.engine = _sqlite(self.url, self.limits) if self.dialect == "sqlite" else _postgresql(self.url, self.limits)
        self._write = self.engine.execution_options(**{WRITE: True})
        # SQLite's own lock is not fair: writers of one process take turns here and meet its busy handler only across processes.
        self._turn = threading.Lock() if self.dialect == "sqlite" else None
        self._journal = Journal(make_url(self.url).database, self._borrowed) if self.dialect == "sqlite" else None

    @property
    def kek(self) -> KeyEncryptionKey:
        """The key-encryption key; raises `InvalidInput` where none was given."""
        if self.given_kek is None:
            raise InvalidInput("documents are sealed, and no key was given: set SALNAME_KEY_ENCRYPTION_KEY (openssl rand -base64 32)")
        return self.given_kek

    @contextmanager
    def read(self) -> Iterator[ReadSession]:
        """Open a snapshot for reading."""
        options: dict[str, Any] = {}
        if self.dialect == "postgresql":
            options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with _waits(), ReadSession(self.engine.execution_options(**options)) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[WriteSession]:
        """Open a transaction that is committed when the block ends and rolled back when it raises."""
        with (
            self._taking_turns() as patience,
            _waits(),
            WriteSession(self._write.execution_options(**{PATIENCE: patience})) as session,
            session.begin(),
        ):
            yield session

    @contextmanager
    def drive(self, alone: bool = False) -> Iterator[Driver]:
        """Open a transaction for writing like `write`, on the driver itself.

        `alone`: each statement is a transaction of its own, and durable when it returns (PostgreSQL).
        """
        with self._taking_turns() as patience, _waits():
            pooled = self.engine.raw_connection()
            raw: Any = pooled.driver_connection
            try:
                if self.dialect == "sqlite":
                    raw.allow(True)
                    _begin_immediate(raw, patience, self.limits.lock)
                elif alone:
                    raw.autocommit = True
                yield Driver(self.dialect, raw)
                if not alone:
                    pooled.commit()
                if self._journal is not None:
                    self._journal.shorten(raw)
            finally:
                if getattr(raw, "closed", False):
                    pooled.invalidate()  # the server ended the session: there is nothing to roll back, and nothing to use again
                elif alone:
                    raw.autocommit = False
                pooled.close()  # what is not committed by now is rolled back

    def forget(self) -> None:
        """Let go of what was overwritten just now: on SQLite it stands in the write-ahead log until that is begun anew."""
        if self._journal is None:
            return
        with self._taking_turns(), self._borrowed() as raw:
            self._journal.cut(raw)

    def settle(self) -> None:
        """Wait until nothing is done any more in the background."""
        if self._journal is not None:
            self._journal.close()

    def wrote(self, size: int) -> None:
        """Take note that about so many bytes were written by `drive`."""
        if self._journal is not None:
            self._journal.wrote(size)

    @contextmanager
    def _borrowed(self) -> Iterator[Any]:
        """A connection for what stands beside all transactions (SQLite)."""
        with _waits():
            pooled = self.engine.raw_connection()
            raw: Any = pooled.driver_connection
            try:
                raw.allow(True)
                yield raw
            finally:
                pooled.close()

    @contextmanager
    def _taking_turns(self) -> Iterator[float]:
        """Wait for this process's turn to write; give the seconds that are left to wait for other processes'."""
        if self._turn is None:
            yield self.limits.lock
            return
        began = time.monotonic()
        if not self._turn.acquire(timeout=self.limits.lock):
            raise Busy(f"another writer held the database for more than {self.limits.lock:g} s; nothing was changed, try again")
        try:
            yield max(0.0, began + self.limits.lock - time.monotonic())
        finally:
            self._turn.release()

    @staticmethod
    def driver(session: Session) -> Driver:
        """The driver below a session, in the session's transaction."""
        return driver_of(session)

    def close(self) -> None:
        """Close all connections."""
        self.settle()
        self.engine.dispose()


def normalise_url(url: str) -> str:
    """Return the SQLAlchemy URL of a database URL, with the drivers that Salname uses."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        raise InvalidInput(f"{url!r} is not a database URL: write postgresql://user@host/name or sqlite:///path/to/file.db")
    if scheme in ("postgresql", "postgres"):
        return f"postgresql+psycopg://{rest}"
    if scheme in ("sqlite", "postgresql+psycopg"):
        return url
    raise InvalidInput(f"{scheme!r} databases are not supported: use postgresql:// or sqlite:///")


def sqlite_url(data: Path) -> str:
    """The URL of the embedded database in a data directory."""
    return f"sqlite:///{(data / 'salname.db').absolute()}"


def sqlite_file(url: str) -> Path | None:
    """The file of an SQLite database; None where the URL is of another database, or of one in memory."""
    made = make_url(normalise_url(url))
    if made.get_backend_name() != "sqlite" or made.database in (None, "", ":memory:"):
        return None
    return Path(made.database or "")


@contextmanager
def _waits() -> Iterator[None]:
    """Turn the databases' words for "a time limit ran out" into `Busy`."""
    try:
        yield
    except PoolTimeout as error:
        raise Busy("all database connections are in use; nothing was changed, try again") from error
    except DBAPIError as error:
        refuse_time_limit(error.orig or error)
        raise
    except DriverError as error:
        refuse_time_limit(error)
        raise


def _sqlite(url: str, limits: Limits) -> Engine:
    engine = create_engine(
        url,
        pool_size=POOL_SIZE,
        max_overflow=POOL_SIZE,
        pool_timeout=limits.lock,
        pool_use_lifo=True,  # a connection that just wrote is set to write already
        connect_args={"check_same_thread": False, "factory": TimedConnection, "cached_statements": 512},
        hide_parameters=True,
    )

    _tell_what_cannot_be_opened(engine)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        connection.limit = limits.statement
        pragmas = (
            f"page_size = {SQLITE_PAGE}",
            "journal_mode = WAL",
            "secure_delete = ON",
            "synchronous = FULL",
            "foreign_keys = ON",
            "recursive_triggers = ON",  # without it, INSERT OR REPLACE removes rows past the triggers that refuse to
            f"busy_timeout = {int(limits.lock * 1000)}",
            f"wal_autocheckpoint = {CHECKPOINT_PAGES}",
            "cache_size = -65536",
            f"soft_heap_limit = {SQLITE_CACHES}",
            "temp_store = MEMORY",
        )
        try:
            for pragma in pragmas:
                connection.execute(f"PRAGMA {pragma}")
        except sqlite3.DatabaseError as error:
            raise type(error)(f"{make_url(url).database}: {error}") from error

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that starts reading and then writes can fail halfway with SQLITE_BUSY; one that says so at once cannot.
        options = connection.get_execution_options()
        writes = bool(options.get(WRITE))
        connection.connection.driver_connection.allow(writes)  # type: ignore[union-attr]  # checked out, so there is one
        if writes:
            _begin_immediate(connection.connection.driver_connection, options.get(PATIENCE, limits.lock), limits.lock)
        else:
            connection.exec_driver_sql("BEGIN")

    return engine


def _begin_immediate(raw: Any, patience: float, usual: float) -> None:
    """Begin to write, waiting for other processes no longer than `patience` seconds; `usual` is how long any other statement may wait."""
    if patience > usual * 0.9:
        raw.execute("BEGIN IMMEDIATE")
        return
    raw.execute(f"PRAGMA busy_timeout = {int(patience * 1000)}")
    try:
        raw.execute("BEGIN IMMEDIATE")
    finally:
        raw.execute(f"PRAGMA busy_timeout = {int(usual * 1000)}")


def _postgresql(url: str, limits: Limits) -> Engine:
    options = {
        "statement_timeout": limits.statement,
        "lock_timeout": limits.lock,
        "idle_in_transaction_session_timeout": limits.idle_in_transaction,
    }
    settings = " ".join(f"-c {name}={int(seconds * 1000)}" for name, seconds in options.items())
    engine = create_engine(
        url,
        pool_size=POOL_SIZE,
        max_overflow=POOL_SIZE,
        pool_timeout=limits.lock,
        pool_use_lifo=True,  # so that of the connections some are always warm
        hide_parameters=True,  # errors name statements, never what documents say
        connect_args={"connect_timeout": limits.connect, "options": settings, "application_name": "salname"},
    )

    _tell_what_cannot_be_opened(engine)

    @event.listens_for(engine, "checkin")
    def put_back(_: object, record: Any) -> None:
        record.info[IDLE_SINCE] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def look_after(connection: Any, record: Any, _: object) -> None:
        # A server that was started anew, or a firewall, ends connections that nobody uses. To ask before each use would cost a round trip.
        if time.monotonic() - record.info.get(IDLE_SINCE, math.inf) > PING_SECONDS and not _answers(connection):
            raise InvalidatePoolError

    return engine


def _tell_what_cannot_be_opened(engine: Engine) -> None:
    """Have connecting fail with `Unreachable`, whose one line names the database: the driver's own words name no file."""
    url = engine.url
    here = f"{url.host or 'the local server'}, database {url.database}"

    @event.listens_for(engine, "do_connect")
    def connect(dialect: Dialect, _record: object, given: tuple[Any, ...], named: dict[str, Any]) -> Any:
        try:
            return dialect.connect(*given, **named)
        except OperationalErrors as error:
            said = str(error).strip().partition("\n")[0]
            if url.get_backend_name() == "sqlite":
                raise Unreachable(f"{url.database}: {said}") from error
            raise Unreachable(f"{here}: {said}; nothing was changed, try again in a moment") from None


def _answers(connection: Any) -> bool:
    try:
        connection.autocommit = True
        connection.execute("SELECT 1")
        connection.autocommit = False
    except DriverError:
        return False
    return True
