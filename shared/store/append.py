"""Appending to the log of a database, under a dense counter.

The counter is the chronology's `head`, raised inside the append transaction: its row lock (PostgreSQL) or BEGIN IMMEDIATE (SQLite)
orders the writers of one chronology, so positions have no gaps, become visible in order, and a rollback leaves nothing.
"""

from collections.abc import Callable, Sequence

from sqlalchemy import text, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, insert

from shared.domain.codec import encode
from shared.domain.errors import AlreadyExists, IdempotencyConflict, NotFound, RevisionConflict
from shared.domain.events import ChronologyCreated, Recorded
from shared.domain.ids import IdSource
from shared.domain.ports import Append, Appended, StoredDocument
from shared.store.engine import Database, WriteSession
from shared.store.read import CHANNEL, DatabaseReader
from shared.store.tables import ChronologyRow, DocumentRow, EventRow, IdempotencyRow, ReservationRow


class DatabaseLog(DatabaseReader):
    """`shared.domain.ports.Log` on SQLite or PostgreSQL. `new_id` makes the event ids; `on_append` is called after every append."""

    def __init__(self, database: Database, new_id: IdSource, on_append: Callable[[], None] = lambda: None) -> None:
        super().__init__(database)
        self._new_id = new_id
        self._on_append = on_append

    def append(self, request: Append, documents: Sequence[StoredDocument] = ()) -> Appended:
        if earlier := self._earlier(request):
            return earlier
        try:
            with self.database.write() as session:
                appended = self._append(session, request, documents)
        except IntegrityError as error:
            # Somebody took the key or the name between our look and our lock; the transaction is rolled back whole.
            if earlier := self._earlier(request):
                return earlier
            raise AlreadyExists(self._taken(request)) from error
        self._on_append()
        return appended

    def _earlier(self, request: Append) -> Appended | None:
        known = self.recall(request.chronology_id, request.key)
        if known is None:
            return None
        fingerprint, outcome = known
        if fingerprint != request.fingerprint:
            raise IdempotencyConflict
        return outcome.model_copy(update={"repeated": True})

    def _append(self, session: WriteSession, request: Append, documents: Sequence[StoredDocument]) -> Appended:
        last = self._raise_head(session, request)
        first = last - len(request.events) + 1
        recorded = number(request, first, self._new_id)
        here = request.chronology_id
        if recorded:
            session.execute(insert(EventRow), [_row(event) for event in recorded])
        session.execute(
            insert(IdempotencyRow).values(
                chronology_id=here, key=request.key, fingerprint=request.fingerprint, first=first, last=last, result=request.result
            )
        )
        if request.reserves:
            session.execute(
                insert(ReservationRow),
                [{"chronology_id": here, "name": name, "subject": subject, "position": first} for name, subject in request.reserves],
            )
        if documents:
            session.execute(
                insert(DocumentRow),
                [{"chronology_id": here, "id": doc.id, "original": doc.original, "text": doc.text} for doc in documents],
            )
        if self.database.dialect == "postgresql":
            session.execute(text("SELECT pg_notify(:channel, :chronology)"), {"channel": CHANNEL, "chronology": here})
        return Appended(first=first, last=last, result=request.result, repeated=False)

    def _raise_head(self, session: WriteSession, request: Append) -> int:
        """Take the lock of the chronology and return the last position of this append."""
        count = len(request.events)
        if created := creation(request):
            session.execute(
                insert(ChronologyRow).values(
                    id=created.chronology_id, slug=created.slug, title=created.title, description=created.description, head=count
                )
            )
            return count
        raised = update(ChronologyRow).where(col(ChronologyRow.id) == request.chronology_id)
        last: int | None = session.execute(raised.values(head=ChronologyRow.head + count).returning(col(ChronologyRow.head))).scalar()
        if last is None:
            raise NotFound(f"there is no chronology with id {request.chronology_id}")
        check_revision(request, last - count)
        return last

    def _taken(self, request: Append) -> str:
        if created := creation(request):
            return f"there is already a chronology called {created.slug!r}; use it, or choose another slug"
        taken = [name for name, _ in request.reserves if self.reserved(request.chronology_id, name)]
        return f"{', '.join(taken) or 'an id'} is taken already in this chronology"


def number(request: Append, first: int, new_id: IdSource) -> list[Recorded]:
    """Give the events of an append their positions from `first` on, their ids and their envelope."""
    last = first + len(request.events) - 1
    command = request.command
    return [
        Recorded(
            id=new_id(),
            chronology=request.chronology_id,
            position=position,
            commit=last,
            time=command.time,
            actor=command.actor,
            correlationid=command.correlation_id,
            causationid=command.causation_id,
            data=data,
        )
        for position, data in enumerate(request.events, start=first)
    ]


def creation(request: Append) -> ChronologyCreated | None:
    """The event that opens the chronology, where this append does that."""
    return first if request.events and isinstance(first := request.events[0], ChronologyCreated) else None


def check_revision(request: Append, head: int) -> None:
    """Refuse an append that was decided on another revision than `head`."""
    if request.expected_revision is not None and request.expected_revision != head:
        raise RevisionConflict(
            f"you decided on revision {request.expected_revision}, but the chronology is at {head}; look at what changed and decide again",
            expected=request.expected_revision,
            current=head,
        )


def _row(event: Recorded) -> dict[str, object]:
    return {
        "chronology_id": event.chronology,
        "position": event.position,
        "commit": event.commit,
        "type": event.data.type,
        "time_us": int(event.time.timestamp() * 1_000_000),
        "body": encode(event).decode(),
    }
