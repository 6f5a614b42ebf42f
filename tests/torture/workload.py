"""What happens to a log under torture: the processes that write to it, disturb it, and follow it.

Everything that is known afterwards is in files: what a writer was told stands in its file and is on the disk before the writer counts it.
Processes are told to stop by a file, too: one that is killed may hold any lock that they could share.
"""

import json
import os
import random
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.domain.errors import Busy, IdempotencyConflict, RevisionConflict, SalnameError
from shared.domain.ids import IdSource
from shared.domain.ports import Append, Appended, StoredDocument
from shared.store.append import DatabaseLog
from shared.store.driver import Driver, DriverError
from shared.store.engine import Database, Limits
from tests.contract.making import captured, claim, command, document, erased, rejected
from tests.support.keys import KEK
from tests.torture.checker import Acknowledged, Follower

LIMITS = Limits(lock=10, statement=30, idle_in_transaction=10)
IDLE = Limits(lock=10, statement=30, idle_in_transaction=0.5)
"""The limits of those who sit idle."""

CUT_OFF = "sat idle and was stopped"
NONSENSE = "wrote nonsense and rolled back"
DISTURBANCES = (CUT_OFF, NONSENSE)


@dataclass(frozen=True)
class Scene:
    """Where it happens: the database, its chronologies, the folder of notes. `largest` is how many events a command has at most."""

    url: str
    chronologies: tuple[str, ...]
    folder: Path
    largest: int

    def file(self, kind: str, name: str) -> Path:
        folder = self.folder / kind
        folder.mkdir(exist_ok=True)
        return folder / name

    @property
    def writers_stop(self) -> Path:
        return self.folder / "writers-stop"

    @property
    def readers_stop(self) -> Path:
        """When it is there, it holds the last position of each chronology."""
        return self.folder / "readers-stop"

    @contextmanager
    def log(self, limits: Limits = LIMITS) -> Iterator[DatabaseLog]:
        with closing(Database(self.url, limits, KEK)) as database:
            yield DatabaseLog(database, IdSource(lambda: datetime.now(UTC), os.urandom))


class Notes:
    """Lines in a file of one process's own; safe in any thread."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def add(self, line: str) -> None:
        os.write(self._file, f"{line}\n".encode())

    def keep(self, line: str) -> None:
        """Add a line that is on the disk when this returns."""
        self.add(line)
        os.fsync(self._file)


def whole_lines(path: Path) -> list[str]:
    """The lines of a file whose writer may have been killed in the middle of one."""
    return path.read_text().split("\n")[:-1]


class Trouble:
    """Stands in for a database's way of committing: some transactions wait, some are rolled back, some lose the answer to their commit."""

    def __init__(self, database: Database, notes: Notes, seed: str) -> None:
        self._drive = database.drive
        self._notes = notes
        self._random = random.Random(seed)
        self._broken = sqlite3.OperationalError if database.dialect == "sqlite" else psycopg.OperationalError

    @contextmanager
    def drive(self, alone: bool = False) -> Iterator[Driver]:
        fate = self._random.random()
        with self._drive(alone) as driver:
            if alone and fate < 0.05:  # its one statement is all of the transaction: what goes wrong before the commit is before that
                self._notes.add("rolled back")
                raise self._broken("the disk is gone")
            yield driver
            if fate < 0.03:
                self._notes.add("slept before its commit")
                time.sleep(self._random.random() / 50)
            elif fate < 0.05:
                self._notes.add("rolled back")
                raise self._broken("the disk is gone")
        if fate > 0.98:
            self._notes.add("lost the answer to its commit")
            raise self._broken("the line is gone")


def count_of(key: str) -> int:
    """How many events the command of a key has: a key says so itself."""
    return int(key.rpartition(":")[2])


class Writer:
    """One of the writers: appends commands of its own to all chronologies, and notes what it was told."""

    def __init__(self, scene: Scene, log: DatabaseLog, notes: Notes, name: str) -> None:
        self._scene = scene
        self._log = log
        self._notes = notes
        self._name = name
        self._told = Notes(scene.file("told", name))
        self._random = random.Random(name)
        self._done: list[tuple[Append, Appended]] = []
        self._documents: list[tuple[str, str]] = []

    def run(self) -> None:
        number = 0
        while not self._scene.writers_stop.exists():
            number += 1
            fate = self._random.random()
            if fate < 0.03 and self._done:
                self._again()
            elif fate < 0.05 and self._done:
                self._refused()
            else:
                self._append(*self._command(number, fate))

    def _command(self, number: int, fate: float) -> tuple[Append, tuple[StoredDocument, ...]]:
        if fate > 0.99 and self._documents:
            here, document_id = self._documents.pop()
            return command(here, erased(document_id, f"claim of {document_id}"), key=f"{self._name}:{number}:1", erases=document_id), ()
        here = self._random.choice(self._scene.chronologies)
        if fate > 0.97:
            document_id = f"{self._name}:{number}"
            self._documents.append((here, document_id))
            events = (captured(document_id), claim(f"claim of {document_id}", document_id))
            return command(here, *events, key=f"{self._name}:{number}:2"), (document(document_id),)
        count = 0 if fate > 0.965 else 1 if fate > 0.5 else self._random.randint(1, self._scene.largest)
        if fate > 0.9:
            return command(here, *(claim(f"{number}-{n}", "shared") for n in range(count)), key=f"{self._name}:{number}:{count}"), ()
        return command(here, *(rejected(number + n) for n in range(count)), key=f"{self._name}:{number}:{count}"), ()

    def _append(self, request: Append, documents: tuple[StoredDocument, ...]) -> None:
        for _ in range(5):
            try:
                done = self._log.append(request, documents)
            except (Busy, *DriverError, DBAPIError) as error:
                self._notes.add(f"failed: {type(error).__name__}")
                continue
            self._told.keep(json.dumps([request.chronology_id, request.key, done.first, done.last]))
            self._done.append((request, done))
            return
        self._notes.add("gave up")

    def _again(self) -> None:
        """Send a command again that was acknowledged."""
        request, done = self._random.choice(self._done[-50:])
        if request.erases is not None or (request.events and request.events[0].type == "document.captured"):
            return  # the documents are not at hand any more; the contract's tests try that
        with suppress(Busy, *DriverError, DBAPIError):
            if self._log.append(request) != replace(done, repeated=True):
                self._notes.add(f"wrong: {request.key} was acknowledged as {done}, and is something else now")
            self._notes.add("sent again")

    def _refused(self) -> None:
        """Send what has to be refused: a key used for something else, a decision on an old revision."""
        request, _ = self._random.choice(self._done[-50:])
        for change in ({"fingerprint": "other"}, {"key": f"{request.key} stale", "expected_revision": 0, "erases": None}):
            try:
                self._log.append(replace(request, **{"events": (rejected(1),), **change}))
                self._notes.add(f"wrong: {request.key} was changed to {change} and not refused")
            except (IdempotencyConflict, RevisionConflict):
                self._notes.add("refused")
            except (Busy, *DriverError, DBAPIError):
                pass


def write(scene: Scene, name: str, threads: int) -> None:
    """Write from so many threads, until told to stop: the main function of a process."""
    notes = Notes(scene.file("notes", name))
    with scene.log() as log:
        log.database.drive = Trouble(log.database, notes, name).drive  # type: ignore[method-assign]
        _in_threads(notes, [Writer(scene, log, notes, f"{name}.{number}").run for number in range(threads)])


def disturb(scene: Scene, name: str) -> None:
    """Do what a writer must not do, and be stopped: hold a lock and write nonsense, sit idle in a transaction."""
    notes = Notes(scene.file("notes", name))
    chance = random.Random(name)
    with scene.log(IDLE) as log:
        while not scene.writers_stop.exists():
            here = chance.choice(scene.chronologies)
            try:
                with log.database.write() as session:
                    _write_nonsense(log, session.connection(), here)
                    if chance.random() < 0.1:
                        time.sleep(IDLE.idle_in_transaction * 2)
                        session.execute(text("SELECT 1"))
                        notes.add(CUT_OFF if log.database.dialect == "sqlite" else "wrong: sat idle and was not cut off")
                    else:
                        time.sleep(chance.random() / 50)
                    raise KeyError(here)
            except KeyError:
                notes.add(NONSENSE)
            except Busy:
                notes.add(CUT_OFF)
            except DBAPIError as error:
                notes.add(f"wrong: {error.orig}")
            time.sleep(chance.random() / 2)


def _write_nonsense(log: DatabaseLog, connection: object, here: str) -> None:
    tail = "" if log.database.dialect == "sqlite" else " FOR UPDATE"
    execute = connection.execute  # type: ignore[attr-defined]
    head = execute(text(f"SELECT head FROM chronology WHERE id = :c{tail}"), {"c": here}).scalar()
    insert = text("INSERT INTO event (chronology_id, position, \"commit\", type, time_us, body) VALUES (:c, :p, :p, 'nonsense', 0, '{}')")
    execute(insert, {"c": here, "p": head + 1})
    execute(text("UPDATE chronology SET head = head + 1 WHERE id = :c"), {"c": here})


def _in_threads(notes: Notes, targets: list[object]) -> None:
    def guarded(target: object) -> None:
        try:
            target()  # type: ignore[operator]
        except (SalnameError, Exception) as error:  # noqa: BLE001 - whatever it is, it is a finding
            notes.add(f"wrong: {type(error).__name__}: {error}")

    threads = [threading.Thread(target=guarded, args=(target,)) for target in targets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def decoded(position: int, event_id: str, commit: int, key: str) -> tuple[int, bytes]:
    """What a reader of decoded events keeps of one: what stays the same when its document is erased meanwhile."""
    return position, f"{event_id} {commit} {key}".encode()


class Reader:
    """A tailing reader over all chronologies: of stored bytes, or of events."""

    def __init__(self, scene: Scene, log: DatabaseLog, name: str, raw: bool) -> None:
        self._scene = scene
        self._log = log
        self._name = name
        self._raw = raw
        self._random = random.Random(name)
        self._followed = {here: Follower(name) for here in scene.chronologies}

    def run(self) -> None:
        ends: dict[str, int] | None = None
        while ends is None or any(self._followed[here].position < end for here, end in ends.items()):
            if ends is None and self._scene.readers_stop.exists():
                ends = json.loads(self._scene.readers_stop.read_text())
            read = sum(self._read(here) for here in self._scene.chronologies)
            if not read:
                time.sleep(self._random.random() / 10)
        seen = {here: [self._raw, follower.seen()] for here, follower in self._followed.items()}
        self._scene.file("seen", self._name).write_text(json.dumps(seen))

    def _read(self, here: str) -> int:
        follower = self._followed[here]
        limit = self._random.randint(1, 700)
        try:
            if self._raw:
                found = [(json.loads(body)["position"], body) for body in self._log.read_raw(here, follower.position, limit)]
            else:
                events = self._log.read(here, follower.position, limit)
                found = [decoded(each.position, each.id, each.commit, each.correlationid) for each in events]
        except (Busy, DBAPIError, *DriverError):
            return 0
        for position, content in found:
            follower.see(position, content)
        return len(found)


def follow(scene: Scene, name: str, threads: int) -> None:
    """Follow all chronologies from so many threads: the main function of a process."""
    notes = Notes(scene.file("notes", name))
    with scene.log() as log:
        _in_threads(notes, [Reader(scene, log, f"{name}.{number}", raw=number % 2 == 0).run for number in range(threads)])


def told(scene: Scene, chronology: str) -> Iterator[Acknowledged]:
    """Everything that writers were told about one chronology."""
    for path in sorted((scene.folder / "told").iterdir()):
        for line in whole_lines(path):
            here, key, first, last = json.loads(line)
            if here == chronology:
                yield Acknowledged(key, first, last)
