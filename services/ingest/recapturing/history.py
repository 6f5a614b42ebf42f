"""What is known of sources, their captures and the feeds that are followed, as the read model and the log have it."""

import threading
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from shared.domain.claims import Claim
from shared.domain.codec import decode
from shared.domain.errors import Busy
from shared.domain.events import DocumentCaptured, FeedFollowed
from shared.domain.provenance import Retrieval, SourceDetails
from shared.store import lookups
from shared.store.engine import Database
from shared.store.generations import live_rows
from shared.store.read_model import CapturedRow, ClaimRow, ProgressRow, SourceRow

PROJECTION_SECONDS = 3.0
"""How long a command waits for the read model to know what was recorded just before."""


@dataclass(frozen=True, slots=True)
class Capture:
    """A document as its source's history has it. `retrieved` is None where it was not fetched."""

    document_id: str
    time: datetime
    retrieved: Retrieval | None
    previous: str | None
    erased: bool


@dataclass(frozen=True, slots=True)
class KnownSource:
    """A source with its captures, the oldest first. `every` is after how many seconds it is captured again, where it is."""

    id: str
    details: SourceDetails
    every: int | None
    captures: tuple[Capture, ...]

    @property
    def fetched(self) -> Capture | None:
        """The newest capture that was fetched."""
        return next((capture for capture in reversed(self.captures) if capture.retrieved is not None), None)


class History:
    """What a database knows of sources and feeds."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._feeds: dict[str, tuple[int, dict[str, FeedFollowed]]] = {}

    def catch_up(self, chronology_id: str, position: int) -> None:
        """Wait until the read model shows a position; raise `Busy` when it does not get there."""
        lookups.wait_until(self._database, chronology_id, position, PROJECTION_SECONDS)
        with self._database.read() as session:
            row = session.get(ProgressRow, chronology_id)
        if row is None or row.position < position:
            raise Busy("what was recorded just before is not consolidated yet, and a capture is compared with it: try again in a moment")

    def sources(self, chronology_id: str) -> list[KnownSource]:
        """Return all sources of a chronology, in the order in which they became known."""
        of_source: dict[str, list[Capture]] = {}
        with self._database.read() as session:
            rows = live_rows(session, chronology_id)
            documents = select(CapturedRow).where(rows.of(CapturedRow)).order_by(col(CapturedRow.position))
            for row in session.exec(documents):
                of_source.setdefault(row.source_id, []).append(_capture(row))
            sources = select(SourceRow).where(rows.of(SourceRow)).order_by(col(SourceRow.position))
            return [_source(row, of_source.get(row.id, [])) for row in session.exec(sources)]

    def source(self, chronology_id: str, source_id: str) -> KnownSource | None:
        """Return one source."""
        with self._database.read() as session:
            rows = live_rows(session, chronology_id)
            row = rows.find(session, SourceRow, source_id)
            if row is None:
                return None
            here = (rows.of(CapturedRow), CapturedRow.source_id == source_id)
            documents = select(CapturedRow).where(*here).order_by(col(CapturedRow.position))
            return _source(row, [_capture(document) for document in session.exec(documents)])

    def capture(self, chronology_id: str, document_id: str) -> Capture | None:
        """Return one capture."""
        with self._database.read() as session:
            row = live_rows(session, chronology_id).find(session, CapturedRow, document_id)
            return None if row is None else _capture(row)

    def claims(self, chronology_id: str, document_id: str) -> list[Claim]:
        """Return the claims of a document in the order of the text."""
        with self._database.read() as session:
            rows = live_rows(session, chronology_id)
            key = self._database.read_keys.find(session, chronology_id, rows.generation)
            if key is None:
                return []
            here = select(ClaimRow).where(rows.of(ClaimRow), ClaimRow.document_id == document_id)
            found = session.exec(here.order_by(col(ClaimRow.start), col(ClaimRow.id)))
            return [Claim.model_validate_json(key.open(row.body, "claim", row.id)) for row in found]

    def scheduled(self) -> list[tuple[str, str, int]]:
        """Return the sources of all chronologies that are captured again by themselves: chronology id, source id, interval in seconds."""
        live = (col(ProgressRow.chronology_id) == SourceRow.chronology_id) & (col(ProgressRow.generation) == SourceRow.generation)
        query = select(SourceRow.chronology_id, SourceRow.id, SourceRow.every).join(ProgressRow, live)
        query = query.where(col(SourceRow.every).is_not(None))
        with self._database.read() as session:
            return [(chronology_id, source_id, every) for chronology_id, source_id, every in session.exec(query) if every is not None]

    def feeds(self, chronology_id: str, head: int | None = None) -> list[FeedFollowed]:
        """Return what was said last of each feed, those that are followed no longer included. `head`, where known, spares a look."""
        with self._lock:
            position, last = self._feeds.get(chronology_id, (0, {}))
            if head is None or head > position:
                position, last = self._read_feeds(chronology_id, position, last)
                self._feeds[chronology_id] = (position, last)
            return list(last.values())

    def _read_feeds(self, chronology_id: str, after: int, last: dict[str, FeedFollowed]) -> tuple[int, dict[str, FeedFollowed]]:
        query = "SELECT body FROM event WHERE chronology_id = ? AND position > ? AND type = ? ORDER BY position"
        with self._database.read() as session:
            driver = self._database.driver(session)
            ((head,),) = driver.rows("SELECT coalesce(max(position), 0) FROM event WHERE chronology_id = ?", chronology_id)
            bodies = driver.rows(query, chronology_id, after, FeedFollowed.type) if head > after else []
        events = [decode(body, lambda _document_id: None).data for (body,) in bodies]
        return head, last | {event.feed_id: event for event in events if isinstance(event, FeedFollowed)}


def _capture(row: CapturedRow) -> Capture:
    captured = DocumentCaptured.model_validate_json(row.body)
    return Capture(row.id, datetime.fromisoformat(row.time), captured.retrieved, captured.previous, row.erased is not None)


def _source(row: SourceRow, captures: list[Capture]) -> KnownSource:
    return KnownSource(row.id, SourceDetails.model_validate_json(row.body), row.every, tuple(captures))
