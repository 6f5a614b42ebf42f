"""message-db: its `write_message` function. Its SQL is no part of this project: it is read from a folder, or fetched with `npm pack`."""

import functools
import shutil
import subprocess
import tarfile
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from benchmarks.corpus import payload
from benchmarks.measure import Unavailable
from benchmarks.race import Work
from shared.domain.claims import ClaimBody

PACKAGE = "@eventide/message-db"
FETCH_SECONDS = 120
ORDER = ("schema/message-store", "types/message", "tables/messages")
FUNCTIONS = (
    "message-store-version", "hash-64", "acquire-lock", "category", "is-category", "id", "cardinal-id", "stream-version", "write-message",
    "get-stream-messages", "get-category-messages", "get-last-stream-message",
)  # fmt: skip
INDEXES = ("messages-id", "messages-stream", "messages-category")
WRITE = "SELECT message_store.write_message(%s, %s, %s, %s::jsonb)"


@contextmanager
def installation(folder: Path | None) -> Iterator[str]:
    """Give all SQL of message-db's own installer, in its order: from an unpacked package, or from npm."""
    if folder is not None:
        yield _statements(folder)
        return
    with tempfile.TemporaryDirectory(prefix="salname-message-db-") as place:
        yield _statements(_fetch(Path(place)))


def _fetch(place: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        raise Unavailable("npm is not here to fetch message-db; give --message-db FOLDER")
    try:
        subprocess.run([npm, "pack", PACKAGE], cwd=place, check=True, capture_output=True, timeout=FETCH_SECONDS)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"npm cannot fetch {PACKAGE}: {error}; give --message-db FOLDER") from error
    with tarfile.open(next(place.glob("*.tgz"))) as archive:
        archive.extractall(place, filter="data")
    return place / "package"


def _statements(folder: Path) -> str:
    database = folder / "database"
    if not (database / "tables" / "messages.sql").is_file():
        raise Unavailable(f"{folder} does not hold message-db: there is no database/tables/messages.sql in it")
    names = [*ORDER, *(f"functions/{name}" for name in FUNCTIONS), *(f"indexes/{name}" for name in INDEXES)]
    return "\n".join((database / f"{name}.sql").read_text() for name in names)


def connection(url: str) -> psycopg.Connection:
    """A connection that finds message-db's functions."""
    return psycopg.connect(url, options="-c search_path=message_store,public")


@dataclass(frozen=True)
class MessageDb:
    """`write_message`, one call an event, as many calls a transaction as there are events. `installer` is its SQL."""

    installer: str
    name: str = "message-db write_message"

    def create(self, url: str) -> str:
        with connection(url) as opened:
            opened.execute(sql.SQL(self.installer))
        return ""

    def connect(self, url: str, place: str) -> "MessageDbSession":
        return MessageDbSession(url)


@dataclass
class MessageDbSession:
    """A connection for every writer."""

    url: str

    def writer(self, number: int) -> "MessageDbWriter":
        return MessageDbWriter(connection(self.url), f"book{number}-{uuid.uuid4()}")

    def close(self) -> None:
        """Nothing is shared."""


@dataclass
class MessageDbWriter:
    """Has a stream of its own, in a category of its own: message-db locks by category."""

    connection: psycopg.Connection
    stream: str

    def prepare(self, bodies: Sequence[ClaimBody]) -> Work:
        rows = [(str(uuid.uuid4()), self.stream, "ClaimRecorded", payload(body).decode()) for body in bodies]
        return functools.partial(self._write, rows)

    def _write(self, rows: Sequence[tuple[str, ...]]) -> None:
        with self.connection.cursor() as cursor:
            cursor.executemany(WRITE, rows)
        self.connection.commit()

    def close(self) -> None:
        self.connection.close()
