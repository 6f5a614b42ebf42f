"""The `eventsourcing` library: its recorder alone, and `Application.save`; on PostgreSQL with its table lock and with its function.

The claims come as dictionaries of plain JSON types, which its default transcoder likes best, and are made into its events before the
clock starts; its recorder is given stored events whose state is the claim's JSON as bytes. "save from claims" is timed as Salname is: it
makes the dictionaries and triggers the events, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate
from eventsourcing.persistence import ApplicationRecorder, StoredEvent

from benchmarks.corpus import CLAIM_ID, DOCUMENT_ID, payload, recorded
from benchmarks.race import Work
from shared.domain.claims import Claim, ClaimBody

Way = Literal["recorder", "save", "save from claims"]
POOL = 15
"""Connections that its pool may have: a little more than the eight writers of the races."""


class Book(Aggregate):
    """A stream of claims."""

    class Recorded(Aggregate.Event):
        """A claim was recorded."""

        claim: dict[str, Any]


class Books(Application[UUID]):
    """The application whose `save` is measured."""

    name = "books"
    log_section_size = 1000


def environment(url: str, function: bool) -> dict[str, str]:
    """How the library is told where its database is. `function`: the mode that inserts by a database function and takes no table lock."""
    if url.startswith("sqlite"):
        return {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": url.removeprefix("sqlite:///"), "SQLITE_LOCK_TIMEOUT": "60"}
    parts = urlsplit(url)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": parts.path[1:],
        "POSTGRES_HOST": parts.hostname or "",
        "POSTGRES_PORT": str(parts.port),
        "POSTGRES_USER": parts.username or "",
        "POSTGRES_PASSWORD": "unused",
        "POSTGRES_POOL_SIZE": str(POOL),
        "POSTGRES_CONNECT_TIMEOUT": "120",  # its wait for a connection of the pool, too
        "POSTGRES_ENABLE_DB_FUNCTIONS": "yes" if function else "no",
    }


@dataclass(frozen=True)
class EventSourcing:
    """The library in one of its ways."""

    way: Way
    function: bool = False

    @property
    def name(self) -> str:
        return f"eventsourcing {self.way}{', function' if self.function else ''}"

    def create(self, url: str) -> str:
        Books(environment(url, self.function)).close()
        return ""

    def connect(self, url: str, place: str) -> "EventSourcingSession":
        # Processes that would create its types at the same time fail.
        return EventSourcingSession(Books({**environment(url, self.function), "CREATE_TABLE": "no"}), self.way)


@dataclass
class EventSourcingSession:
    """One application for all threads of a process."""

    application: Books
    way: Way

    def writer(self, number: int) -> "SavingWriter | RecordingWriter":
        if self.way == "recorder":
            return RecordingWriter(self.application.recorder)
        return SavingWriter(self.application, from_claims=self.way == "save from claims")

    def close(self) -> None:
        self.application.close()


class SavingWriter:
    """Has an aggregate of its own, and saves its new events."""

    def __init__(self, application: Books, from_claims: bool) -> None:
        self._application = application
        self._from_claims = from_claims
        self._book = Book()
        self._application.save(self._book)

    def prepare(self, bodies: Sequence[ClaimBody]) -> Work:
        claims = [recorded(body, CLAIM_ID, DOCUMENT_ID).claim for body in bodies]
        if self._from_claims:
            return lambda: self._application.save(*self._events(claims))
        events = self._events(claims)
        return lambda: self._application.save(*events)

    def _events(self, claims: Sequence[Claim]) -> Sequence[Any]:
        for claim in claims:
            self._book.trigger_event(Book.Recorded, claim=claim.model_dump(mode="json"))
        return self._book.collect_events()

    def close(self) -> None:
        """Nothing of its own."""


class RecordingWriter:
    """Has a stream of its own, and inserts stored events."""

    def __init__(self, recorder: ApplicationRecorder) -> None:
        self._recorder = recorder
        self._stream = uuid4()
        self._version = 0

    def prepare(self, bodies: Sequence[ClaimBody]) -> Work:
        events = [
            StoredEvent(originator_id=self._stream, originator_version=version, topic="books:Book.Recorded", state=payload(body))
            for version, body in enumerate(bodies, self._version + 1)
        ]
        self._version += len(events)
        return lambda: self._recorder.insert_events(events)

    def close(self) -> None:
        """Nothing of its own."""


def stream_id(number: int) -> UUID:
    """The id of a numbered stream."""
    return uuid5(NAMESPACE_URL, f"/books/{number}")
