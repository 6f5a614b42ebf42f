"""The change feed for those who ask: the stored bytes of changes, put together and never parsed."""

from dataclasses import dataclass

from services.query import reader
from services.query.errors import CursorLost
from services.query.snapshot import Snapshot, take_snapshot
from shared.store.engine import Database, ReadSession
from shared.store.tables import ChronologyRow

PAGE = 100
MAX_PAGE = 1000


@dataclass(frozen=True, slots=True)
class News:
    """Changes after a cursor: each with its revision and bytes. All changes up to `upto` are in them or were before them.

    In another `generation`, what was told of the same revisions may be told otherwise: a document was erased.
    """

    head: int
    changes: list[tuple[int, bytes]]
    upto: int
    generation: int


def news(database: Database, session: ReadSession, chronology_id: str, after: int, limit: int) -> News:
    """Return up to `limit` changes after a revision, and the head at that moment.

    Raises `Busy` while what an erased document said is being removed.
    """
    row = session.get(ChronologyRow, chronology_id)
    if row is None:
        return News(0, [], after, 0)
    seen = take_snapshot(database, session, row)
    found = reader.changes(seen, after, limit)
    # A full page may have more behind it; any other says all there is to say up to the head.
    upto = found[-1][0] if len(found) == limit else max(seen.head, after)
    return News(seen.head, found, upto, seen.generation)


def check_cursor(after: int, log_head: int, head: int) -> None:
    """Refuse a cursor that no revision of this log can have given out.

    One ahead of the read model but not of the log is in order: the read model is a moment behind, or being written anew.
    """
    if after < 0 or after > log_head:
        raise CursorLost(
            f"there never was a revision {after} here: the log ends at {log_head}; load the chronology again and go on from its revision",
            revision=head,
        )


def log_head(session: ReadSession, chronology_id: str) -> int:
    """Return the last position of a chronology's log."""
    row = session.get(ChronologyRow, chronology_id)
    return row.head if row else 0


def changes_body(snapshot: Snapshot, after: int, limit: int) -> bytes:
    """Return the answer to `/changes`: the same bytes for each change as the stream sends."""
    check_cursor(after, snapshot.chronology.head, snapshot.head)
    found = news(snapshot.database, snapshot.session, snapshot.id, after, limit)
    listed = b",".join(body for _, body in found.changes)
    return b'{"revision":%d,"changes":[%b],"next":%d}' % (found.head, listed, found.upto)


def events_body(snapshot: Snapshot, after: int, limit: int) -> bytes:
    """Return a stretch of the raw log as one JSON object that holds the events as they are stored."""
    found = reader.events(snapshot, after, limit)
    listed = b",".join(body for _, body in found)
    reached = found[-1][0] if found else after
    return b'{"head":%d,"events":[%b],"next":%d}' % (snapshot.chronology.head, listed, reached)


def events_lines(snapshot: Snapshot, after: int, limit: int) -> bytes:
    """Return a stretch of the raw log, one stored event a line."""
    return b"".join(body + b"\n" for _, body in reader.events(snapshot, after, limit))
