"""Reading the log of a database: in order, in whole commits, opened as far as its keys are still there."""

from collections.abc import Collection, Sequence

from sqlmodel import col, select

from shared.domain.codec import Decoder
from shared.domain.errors import UnknownEvent
from shared.domain.events import Recorded
from shared.domain.ports import Appended, ChronologyInfo, Reservation, StoredDocument
from shared.store.engine import Database, ReadSession
from shared.store.keys import ORIGINAL, TEXT, WARC, count_erasures, unseal_form
from shared.store.tables import ChronologyRow, DocumentRow, EventRow, IdempotencyRow, ReservationRow

TEXTS_AT_A_TIME = POSITIONS_AT_A_TIME = 500
"""How many documents or events one query asks for: SQLite and PostgreSQL both limit the parameters of a statement."""


class DatabaseReader:
    """`shared.domain.ports.LogReader` on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.keyring = database.keyring

    def read(self, chronology_id: str, after: int = 0, limit: int = 1000) -> list[Recorded]:
        with self.database.read() as session:
            decode, events = Decoder(self.keyring.unsealer(session, chronology_id)).decode, list[Recorded]()
            try:
                for body in self._bodies(session, chronology_id, after, limit):
                    events.append(decode(body))
                if events and (last := events[-1]).position != last.commit:  # the limit cut a commit in two: fetch the rest of it
                    for body in self._bodies(session, chronology_id, last.position, last.commit - last.position):
                        events.append(decode(body))
            except UnknownEvent:
                while events and events[-1].position != events[-1].commit:
                    events.pop()
                if not events:
                    raise
            return events

    def pick(self, chronology_id: str, positions: Sequence[int]) -> list[Recorded]:
        found: dict[int, Recorded] = {}
        with self.database.read() as session:
            decoder = Decoder(self.keyring.unsealer(session, chronology_id))
            for first in range(0, len(positions), POSITIONS_AT_A_TIME):
                there = col(EventRow.position).in_(positions[first : first + POSITIONS_AT_A_TIME])
                rows = session.exec(select(EventRow.position, EventRow.body).where(EventRow.chronology_id == chronology_id, there))
                found |= {position: decoder.decode(body) for position, body in rows}
        return [found[position] for position in positions]

    def read_raw(self, chronology_id: str, after: int = 0, limit: int = 1000) -> list[bytes]:
        with self.database.read() as session:
            return [body.encode() for body in self._bodies(session, chronology_id, after, limit)]

    def _bodies(self, session: ReadSession, chronology_id: str, after: int, limit: int) -> list[str]:
        # Positions are dense, so a limit is a range. With LIMIT, PostgreSQL may sort all the rest of the log to give the first of it.
        query = "SELECT body FROM event WHERE chronology_id = ? AND position > ? AND position <= ? ORDER BY position"
        return [body for (body,) in self.database.driver(session).rows(query, chronology_id, after, after + limit)]

    def head(self, chronology_id: str) -> int:
        with self.database.read() as session:
            return session.exec(select(ChronologyRow.head).where(ChronologyRow.id == chronology_id)).first() or 0

    def chronologies(self) -> list[ChronologyInfo]:
        with self.database.read() as session:
            return [_info(row) for row in session.exec(select(ChronologyRow).order_by(ChronologyRow.slug))]

    def chronology(self, slug: str) -> ChronologyInfo | None:
        with self.database.read() as session:
            row = session.exec(select(ChronologyRow).where(ChronologyRow.slug == slug)).first()
            return None if row is None else _info(row)

    def reserved(self, chronology_id: str, name: str) -> Reservation | None:
        with self.database.read() as session:
            row = session.get(ReservationRow, (chronology_id, name))
            return None if row is None else Reservation(name=row.name, subject=row.subject, position=row.position)

    def recall(self, chronology_id: str, key: str) -> tuple[str, Appended] | None:
        with self.database.read() as session:
            row = session.get(IdempotencyRow, (chronology_id, key))
            return None if row is None else (row.fingerprint, _outcome(row))

    def document(self, chronology_id: str, document_id: str) -> StoredDocument | None:
        with self.database.read() as session:
            row = session.get(DocumentRow, (chronology_id, document_id))
            keys = self.keyring.keys(session, chronology_id, count_erasures(session, chronology_id), [document_id])
            key = keys.get(document_id)
            if row is None or key is None:
                return None
            original = unseal_form(key, chronology_id, document_id, ORIGINAL, row.original)
            text = unseal_form(key, chronology_id, document_id, TEXT, row.text)
            warc = None if row.warc is None else unseal_form(key, chronology_id, document_id, WARC, row.warc)
            return StoredDocument(id=row.id, original=original, text=text.decode(), warc=warc)

    def texts(self, chronology_id: str, document_ids: Collection[str]) -> dict[str, str]:
        wanted, found = sorted(document_ids), dict[str, str]()
        with self.database.read() as session:
            keys = self.keyring.keys(session, chronology_id, count_erasures(session, chronology_id), wanted)
            for first in range(0, len(wanted), TEXTS_AT_A_TIME):
                here = (DocumentRow.chronology_id == chronology_id, col(DocumentRow.id).in_(wanted[first : first + TEXTS_AT_A_TIME]))
                for document_id, sealed in session.exec(select(DocumentRow.id, DocumentRow.text).where(*here)):
                    if (key := keys.get(document_id)) is not None:
                        found[document_id] = unseal_form(key, chronology_id, document_id, TEXT, sealed).decode()
        return found


def _info(row: ChronologyRow) -> ChronologyInfo:
    return ChronologyInfo(id=row.id, slug=row.slug, title=row.title, description=row.description, head=row.head)


def _outcome(row: IdempotencyRow) -> Appended:
    return Appended(first=row.first, last=row.last, result=row.result, repeated=True)
