"""Rows that this release does not fold are taken past announcements of switches, which change nothing in them.

So one can switch back to a generation of other rules although subscribers were told of the switch away from it; and where such a generation
is live, subscribers hear of that without waiting for the release that made it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import takewhile

from pydantic import ValidationError
from sqlmodel import col, select

from services.projection.generations import last_told, lock_live, move_live, told, untold
from services.projection.telling import change_bytes, told_late
from services.projection.writer import change_row, write_changes
from shared.domain.chronology import Entry
from shared.domain.events import ChronologyReconsolidated, Recorded
from shared.domain.ids import canonical_json
from shared.domain.ports import ChronologyInfo, LogReader
from shared.store.engine import Database, WriteSession
from shared.store.generations import Rows
from shared.store.read_keys import ReadKey
from shared.store.read_model import ClaimRow, EntryRow, GenerationRow, RevisionRow

FEW = 100
"""Events that are looked at in one go."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def announcements(log: LogReader, chronology_id: str, after: int, until: int | None = None) -> list[Recorded]:
    """Return the announcements of switches that come next in a log after a position, up to the first event of another kind."""
    events = takewhile(lambda event: isinstance(event.data, ChronologyReconsolidated), log.read(chronology_id, after, FEW))
    return [event for event in events if until is None or event.position <= until]


def pass_beside(session: WriteSession, log: LogReader, row: GenerationRow, until: int) -> None:
    """Take a generation beside the live one past announcements, up to a position. What was told of them is taken over with the feed."""
    events = announcements(log, row.chronology_id, row.position, until)
    if events and _write_revisions(session, Rows(row.chronology_id, row.number), row.position, events):
        row.position, row.time = events[-1].position, events[-1].time.isoformat()
        session.add(row)
        session.flush()


def pass_live(database: Database, log: LogReader, info: ChronologyInfo) -> int:
    """Take the live rows past announcements, and tell with them what is to be told; return how many there were.

    Nothing happens where the rows are not such as this release can read.
    """
    with database.write() as session:
        seen = lock_live(session, info.id)
        rows = Rows(info.id, seen.place.generation)
        events = announcements(log, info.id, seen.place.position)
        key = database.read_keys.find(session, info.id, rows.generation)
        if key is None or not events or not _write_revisions(session, rows, seen.place.position, events):
            return 0
        for event in events:
            if due := untold(session, info.id):
                try:
                    entries = [one for entry_id, before in due.items() for one in _told_late(session, rows, key, entry_id, before=before)]
                except ValidationError:
                    session.rollback()
                    return 0
                previous = last_told(session, rows, event.position - 1)
                write_changes(session, [change_row(rows, event.position, change_bytes(info.slug, [event], previous, entries), key)])
                told(session, info.id, list(due), event.position)
        move_live(session, seen.place, info.id, events[-1].position, events[-1].time.isoformat())
        return len(events)


def _write_revisions(session: WriteSession, rows: Rows, position: int, events: Sequence[Recorded]) -> bool:
    """Write the revisions of announcements: each holds what the one at `position` held. Return whether that one is there."""
    last = rows.find(session, RevisionRow, position)
    if last is None:
        return False
    kept, reached = last.model_dump(), last.reached_us
    for event in events:
        reached = max(reached, (event.time - _EPOCH) // _MICROSECOND)
        said = {"number": event.position, "time": event.time.isoformat(), "reached_us": reached, "actor": event.actor}
        causes = canonical_json([{"type": event.data.type, "id": event.data.subject}]).decode()
        session.add(RevisionRow(**{**kept, **said, "causes": causes}))
    session.flush()
    return True


def _told_late(session: WriteSession, rows: Rows, key: ReadKey, entry_id: str, *, before: bool) -> list[dict[str, object]]:
    standing = select(EntryRow).where(rows.of(EntryRow), EntryRow.id == entry_id, col(EntryRow.until).is_(None))
    row = session.exec(standing).first()
    entry = None if row is None else Entry.model_validate_json(key.open(row.body, "entry", row.id, row.since))
    claim = rows.find(session, ClaimRow, entry_id)
    return list(told_late(entry_id, entry, None if claim is None else claim.entry_id, before=before))
