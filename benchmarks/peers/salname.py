"""Salname's own append path: `DatabaseLog.append` with recorded claims of a captured document."""

import base64
import hashlib
import os
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from benchmarks.corpus import EXTRACTOR, document
from benchmarks.race import Work
from services.ingest.decide import capture_document
from services.ingest.requests import NewDocument
from services.projection.runner import Projector
from shared.crypto.entropy import system_ids
from shared.crypto.sealing import KeyEncryptionKey
from shared.domain.claims import Claim, ClaimBody
from shared.domain.events import AnyEvent, ChronologyCreated, ClaimRecorded, Command
from shared.domain.ids import IdSource
from shared.domain.ports import Append, StoredDocument
from shared.domain.provenance import SourceDetails
from shared.store.append import DatabaseLog
from shared.store.desk import AppendDesk
from shared.store.engine import Database
from shared.store.migrate import migrate
from shared.store.read import DatabaseReader

NewKey = Callable[[], str]
KEK = KeyEncryptionKey(hashlib.sha256(b"a key that is no secret").digest())


def open_database(url: str) -> Database:
    """A database as the services open it. Everything here that makes one makes it by this function."""
    return Database(url, kek=KEK)


def server_environment(url: str) -> dict[str, str]:
    """What a service has to be told to work on the same database."""
    return {"SALNAME_DATABASE_URL": url, "SALNAME_KEY_ENCRYPTION_KEY": base64.b64encode(KEK.key).decode()}


def know_documents(url: str) -> None:
    """Project what is in the log, as a deployment does all the time: ingest looks up the language of a document there."""
    database = open_database(url)
    reader = DatabaseReader(database)
    projector = Projector(database, reader)
    for info in reader.chronologies():
        projector.project(info)
    database.close()


@dataclass(frozen=True)
class Salname:
    """The public append path.

    `random_keys`: callers bring idempotency keys that are random by nature (version 4 UUIDs). `tasks`: the producers are tasks on an
    event loop, as in the service, and append by `AppendDesk`. `each`: each event of a transaction is a command with a key of its own; so
    a log is filled with the keys of single appends.
    """

    random_keys: bool = False
    tasks: bool = False
    each: bool = False

    @property
    def name(self) -> str:
        return "Salname append" + ", random keys" * self.random_keys + ", tasks" * self.tasks + ", a key each" * self.each

    def create(self, url: str) -> str:
        database = open_database(url)
        migrate(database)
        new_id = system_ids()
        log = DatabaseLog(database, new_id)
        place = open_chronology(log, new_id)
        database.close()
        return place

    def connect(self, url: str, place: str) -> "SalnameSession":
        chronology_id, document_id = place.split()
        return SalnameSession(open_database(url), chronology_id, document_id, self)


def open_chronology(log: DatabaseLog, new_id: IdSource) -> str:
    """Open a chronology with one captured document; return both ids, with a space between."""
    chronology_id = new_id()
    created = ChronologyCreated(chronology_id=chronology_id, slug=f"bench-{chronology_id}", title="Benchmark")
    log.append(request(chronology_id, (created,), f"chronology:{chronology_id}", new_id))
    made = document()
    captured = capture_document(new_document(made.text), None, new_id)
    document_id = captured[-1].subject
    stored = StoredDocument(id=document_id, original=made.text.encode(), text=made.text)
    log.append(request(chronology_id, captured, f"document:{document_id}", new_id), (stored,))
    return f"{chronology_id} {document_id}"


def new_document(text: str) -> NewDocument:
    """A plain text as it comes out of parsing; its claims are brought later."""
    return NewDocument(
        original=text.encode(),
        text=text,
        filename="generated.txt",
        media_type="text/plain",
        encoding="utf-8",
        parser="text/1",
        skip=(),
        source=SourceDetails(title="Generated sentences", language="en"),
        language="en",
        language_detected=False,
        claims=(),
        extractor=EXTRACTOR,
    )


def request(chronology_id: str, events: tuple[AnyEvent, ...], key: str, new_id: IdSource) -> Append:
    """What one command appends, as ingest asks for it."""
    return Append(
        chronology_id=chronology_id,
        command=Command(actor="benchmark", time=datetime.now(UTC), correlation_id=new_id()),
        events=events,
        key=key,
        fingerprint=hashlib.sha256(key.encode()).hexdigest(),
        result='{"status":"recorded"}',
    )


class SalnameSession:
    """One log for all threads of a process, as a service has it."""

    def __init__(self, database: Database, chronology_id: str, document_id: str, peer: Salname) -> None:
        self.database = database
        self.each = peer.each
        self.chronology_id = chronology_id
        self.document_id = document_id
        self.new_id = system_ids()
        self.log = DatabaseLog(database, self.new_id)
        self.append = AppendDesk(self.log).append if peer.tasks else self.log.append
        self.new_key: NewKey = self._random_key if peer.random_keys else self._ordered_key

    def writer(self, number: int) -> "SalnameWriter":
        return SalnameWriter(self)

    def close(self) -> None:
        self.database.close()

    def _ordered_key(self) -> str:
        return f"claims:{self.new_id()}"

    def _random_key(self) -> str:
        return f"key:{uuid.UUID(bytes=os.urandom(16), version=4)}"


class SalnameWriter:
    """Appends claims. Timed is everything from the validated claims on: the events, the request, the append."""

    def __init__(self, session: SalnameSession) -> None:
        self._session = session

    def prepare(self, bodies: Sequence[ClaimBody]) -> Work:
        session = self._session
        claims = [Claim(id=session.new_id(), document_id=session.document_id, extractor=EXTRACTOR, **_fields(body)) for body in bodies]
        if session.each:
            return lambda: session.log.append_together([self._alone(claim) for claim in claims])
        key = session.new_key()

        def work() -> object:
            events = tuple(ClaimRecorded(claim=claim) for claim in claims)
            return session.append(request(session.chronology_id, events, key, session.new_id))

        return work

    def _alone(self, claim: Claim) -> Append:
        session = self._session
        return request(session.chronology_id, (ClaimRecorded(claim=claim),), session.new_key(), session.new_id)

    def close(self) -> None:
        """Nothing of its own."""


def _fields(body: ClaimBody) -> dict[str, object]:
    return {name: getattr(body, name) for name in ClaimBody.model_fields}
