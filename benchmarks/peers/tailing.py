"""Systems that are read while they are written: writers that append small transactions, and a reader that follows from a cursor."""

import sqlite3
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import psycopg
from eventsourcing.persistence import PersistenceError, StoredEvent
from sqlalchemy.exc import DBAPIError

from benchmarks.corpus import document, recorded
from benchmarks.peers.es import Books, environment, stream_id
from benchmarks.peers.message_db import MessageDb, connection
from benchmarks.peers.raw import sqlite_connection
from benchmarks.peers.salname import open_chronology, open_database, request
from shared.crypto.entropy import system_ids
from shared.domain.errors import SalnameError
from shared.store.append import DatabaseLog
from shared.store.migrate import migrate
from shared.store.read import DatabaseReader

Seen = tuple[str, int, str]
"""What a reader saw: the stream, the version in it, and the token by which the writer knows the event."""

REFUSALS: tuple[type[Exception], ...] = (psycopg.Error, sqlite3.Error, PersistenceError, DBAPIError, SalnameError)
"""What an append that was rolled back raises, in any of these systems."""

BATCH = 500
CHRONOLOGIES = 4
LOGS = 2


class Writing(Protocol):
    """One writer."""

    def write(self, tokens: Sequence[str]) -> None:
        """Append an event for each token, in one transaction; raise one of `REFUSALS` when it is rolled back."""
        ...

    def close(self) -> None:
        """Let go."""
        ...


@contextmanager
def each(open_one: Callable[[int], Writing], count: int) -> Iterator[Sequence[Writing]]:
    """Open so many writers that share nothing."""
    with ExitStack() as stack:
        yield [stack.enter_context(closing(open_one(number))) for number in range(count)]


class Following(Protocol):
    """One reader, with its cursor."""

    def more(self) -> list[Seen]:
        """Read on from the cursor."""
        ...

    def close(self) -> None:
        """Let go."""
        ...


class Tailed(Protocol):
    """A system that can be written and followed."""

    @property
    def name(self) -> str:
        """What the table calls it."""
        ...

    @property
    def table(self) -> str:
        """Where it inserts its events."""
        ...

    def create(self, url: str) -> str:
        """Make the log in an empty database; return what writers and readers need to find it."""
        ...

    def writers(self, url: str, place: str, count: int) -> AbstractContextManager[Sequence[Writing]]:
        """Open so many writers."""
        ...

    def following(self, url: str, place: str) -> Following:
        """Open a reader at the beginning."""
        ...


@dataclass(frozen=True)
class BareSequence:
    """A table with a `bigserial`, read by `id > cursor`."""

    name: str = "bare sequence"
    table: str = "event"

    def create(self, url: str) -> str:
        with psycopg.connect(url) as opened:
            opened.execute("CREATE TABLE event (id bigserial PRIMARY KEY, stream text, version int, token text)")
        return ""

    def writers(self, url: str, place: str, count: int) -> AbstractContextManager[Sequence[Writing]]:
        return each(lambda number: BareWriting(psycopg.connect(url), str(number)), count)

    def following(self, url: str, place: str) -> Following:
        query = "SELECT id, stream, version, token FROM event WHERE id > %s ORDER BY id LIMIT %s"
        return SqlFollowing(psycopg.connect(url, autocommit=True), query)


@dataclass
class BareWriting:
    """Inserts row by row, as applications do."""

    connection: psycopg.Connection
    stream: str
    version: int = 0

    def write(self, tokens: Sequence[str]) -> None:
        with self.connection.transaction():
            for version, token in enumerate(tokens, self.version + 1):
                self.connection.execute("INSERT INTO event (stream, version, token) VALUES (%s, %s, %s)", (self.stream, version, token))
        self.version += len(tokens)

    def close(self) -> None:
        self.connection.close()


@dataclass
class SqlFollowing:
    """Follows one ascending number. `query` gives number, stream, version and token above a number, in its order."""

    connection: psycopg.Connection
    query: str
    cursor: int = 0

    def more(self) -> list[Seen]:
        rows = self.connection.execute(self.query, (self.cursor, BATCH), prepare=True).fetchall()
        self.cursor = rows[-1][0] if rows else self.cursor
        return [(stream, version, token) for _, stream, version, token in rows]

    def close(self) -> None:
        self.connection.close()


@dataclass(frozen=True)
class MessageDbTailed:
    """message-db. `by_category`: read as it is meant to be, a cursor for every category; else as one log by its global position."""

    installer: str
    by_category: bool
    table: str = "message_store.messages"

    @property
    def name(self) -> str:
        return "message-db, by category" if self.by_category else "message-db, by global position"

    def create(self, url: str) -> str:
        return MessageDb(self.installer).create(url)

    def writers(self, url: str, place: str, count: int) -> AbstractContextManager[Sequence[Writing]]:
        return each(lambda number: MessageDbWriting(connection(url), f"book{number}-1"), count)

    def following(self, url: str, place: str) -> Following:
        if self.by_category:
            return CategoriesFollowing(connection(url))
        query = "SELECT global_position, stream_name, position, id::text FROM message_store.messages WHERE global_position > %s "
        opened = connection(url)
        opened.autocommit = True
        return SqlFollowing(opened, query + "ORDER BY global_position LIMIT %s")


@dataclass
class MessageDbWriting:
    """Calls `write_message` for each event."""

    connection: psycopg.Connection
    stream: str

    def write(self, tokens: Sequence[str]) -> None:
        with self.connection.transaction():
            for token in tokens:
                self.connection.execute("SELECT message_store.write_message(%s, %s, 'Told', '{}'::jsonb)", (token, self.stream))

    def close(self) -> None:
        self.connection.close()


class CategoriesFollowing:
    """Reads every category by `get_category_messages` from a cursor of its own."""

    def __init__(self, opened: psycopg.Connection) -> None:
        opened.autocommit = True
        self._connection = opened
        self._cursors: dict[str, int] = {}

    def more(self) -> list[Seen]:
        rows = self._connection.execute("SELECT DISTINCT message_store.category(stream_name) FROM message_store.messages").fetchall()
        return [seen for (category,) in rows for seen in self._category(category)]

    def _category(self, category: str) -> Iterable[Seen]:
        query = "SELECT global_position, stream_name, position, id FROM message_store.get_category_messages(%s, %s, %s)"
        rows = self._connection.execute(query, (category, self._cursors.get(category, 0) + 1, BATCH)).fetchall()
        if rows:
            self._cursors[category] = rows[-1][0]
        return [(stream, version, token) for _, stream, version, token in rows]

    def close(self) -> None:
        self._connection.close()


@dataclass(frozen=True)
class EventSourcingTailed:
    """eventsourcing's recorder, followed by its notification log."""

    function: bool
    table: str = "books_events"

    @property
    def name(self) -> str:
        return "eventsourcing, function" if self.function else "eventsourcing, table lock"

    def create(self, url: str) -> str:
        Books(environment(url, self.function)).close()
        return ""

    def writers(self, url: str, place: str, count: int) -> AbstractContextManager[Sequence[Writing]]:
        return each(lambda number: EventSourcingWriting(self._open(url), stream_id(number)), count)

    def following(self, url: str, place: str) -> Following:
        return EventSourcingFollowing(self._open(url))

    def _open(self, url: str) -> Books:
        return Books({**environment(url, self.function), "CREATE_TABLE": "no", "POSTGRES_POOL_SIZE": "1"})


@dataclass
class EventSourcingWriting:
    """Inserts stored events into a stream of its own."""

    application: Books
    stream: UUID
    version: int = 0

    def write(self, tokens: Sequence[str]) -> None:
        self.application.recorder.insert_events(
            [
                StoredEvent(originator_id=self.stream, originator_version=version, topic="told", state=token.encode())
                for version, token in enumerate(tokens, self.version + 1)
            ]
        )
        self.version += len(tokens)

    def close(self) -> None:
        self.application.close()


@dataclass
class EventSourcingFollowing:
    """Reads notifications after the last one seen."""

    application: Books
    cursor: int = 0

    def more(self) -> list[Seen]:
        found = self.application.notification_log.select(self.cursor, BATCH, inclusive_of_start=False)
        self.cursor = found[-1].id if found else self.cursor
        return [(str(item.originator_id), item.originator_version, item.state.decode()) for item in found]

    def close(self) -> None:
        self.application.close()


@dataclass(frozen=True)
class SalnameTailed:
    """Salname: several chronologies, every writer writes to all of them; the writers share two logs, as those of two services would."""

    name: str = "Salname"
    table: str = "event"

    def create(self, url: str) -> str:
        database = open_database(url)
        migrate(database)
        new_id = system_ids()
        log = DatabaseLog(database, new_id)
        place = "\n".join(open_chronology(log, new_id) for _ in range(CHRONOLOGIES))
        database.close()
        return place

    @contextmanager
    def writers(self, url: str, place: str, count: int) -> Iterator[Sequence[Writing]]:
        with ExitStack() as stack:
            databases = [stack.enter_context(closing(open_database(url))) for _ in range(LOGS)]
            logs = [DatabaseLog(database, system_ids()) for database in databases]
            yield [SalnameWriting(logs[number % LOGS], place, number) for number in range(count)]

    def following(self, url: str, place: str) -> Following:
        return SalnameFollowing(url)


class SalnameWriting:
    """Appends claims to each chronology in turn."""

    def __init__(self, log: DatabaseLog, place: str, number: int) -> None:
        self._log = log
        self._new_id = system_ids()
        self._places = place.splitlines()
        self._turn = number
        self._bodies = document(50, seed=number).bodies

    def write(self, tokens: Sequence[str]) -> None:
        self._turn += 1
        chronology_id, document_id = self._places[self._turn % len(self._places)].split()
        events = tuple(recorded(self._bodies[at % len(self._bodies)], token, document_id) for at, token in enumerate(tokens))
        self._log.append(request(chronology_id, events, f"claims:{uuid.uuid4()}", self._new_id))

    def close(self) -> None:
        """The log is shared."""


class SalnameFollowing:
    """Reads every chronology from a cursor of its own."""

    def __init__(self, url: str) -> None:
        self._database = open_database(url)
        self._reader = DatabaseReader(self._database)
        self._cursors: dict[str, int] = {}

    def more(self) -> list[Seen]:
        return [seen for info in self._reader.chronologies() for seen in self._chronology(info.id)]

    def _chronology(self, chronology_id: str) -> list[Seen]:
        events = self._reader.read(chronology_id, self._cursors.get(chronology_id, 0), BATCH)
        if events:
            self._cursors[chronology_id] = events[-1].position
        return [(chronology_id, event.position, event.data.subject) for event in events]

    def close(self) -> None:
        self._database.close()


def hinder_postgres(url: str, table: str, delay: float, refusal: float, seconds: float) -> None:
    """Delay or roll back transactions at random, just before they commit, by a deferred trigger: the same for every system."""
    function = f"""
        CREATE FUNCTION bench_hinder() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE dice float := random();
        BEGIN
            IF dice < {delay} THEN PERFORM pg_sleep(random() * {seconds});
            ELSIF dice > 1 - {refusal} THEN RAISE EXCEPTION 'rolled back by the benchmark';
            END IF;
            RETURN NULL;
        END $$
    """
    trigger = f"CREATE CONSTRAINT TRIGGER bench_hinder AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED FOR EACH ROW "
    with psycopg.connect(url) as opened:
        opened.execute(function.encode())
        opened.execute((trigger + "EXECUTE FUNCTION bench_hinder()").encode())


def hinder_sqlite(url: str, table: str, refusal: float) -> None:
    """Roll back transactions at random. SQLite has one writer at a time, which nothing in SQL can delay."""
    trigger = f"CREATE TRIGGER bench_hinder AFTER INSERT ON {table} WHEN abs(random() % 100000) < {int(refusal * 100000)} "
    with closing(sqlite_connection(url)) as opened:
        opened.execute(trigger + "BEGIN SELECT RAISE(ABORT, 'rolled back by the benchmark'); END")
