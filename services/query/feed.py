"""The change feed for those who ask: the stored bytes of changes, put together and never parsed."""

from dataclasses import dataclass

from services.query import reader
from services.query.errors import CursorLost
from services.query.snapshot import Snapshot, take_snapshots
from shared.store.engine import Database, ReadSession
from shared.store.read_model import ProgressRow
from shared.store.tables import ChronologyRow

PAGE = 100
MAX_PAGE = 1000


@dataclass(frozen=True, slots=True)
class News:
    """Changes after a cursor: each with its revision and bytes. All changes up to `upto` are in them or were before them.

    In another `generation`, what was told of the same revisions may be told otherwise: a document was erased. Cursors before the revision
    `lost` cannot be served.
    """

    head: int
    changes: list[tuple[int, bytes]]
    upto: int
    generation: int
    lost: int = 0


def news(database: Database, session: ReadSession, chronology_id: str, after: int, limit: int) -> News:
    """Return up to `limit` changes after a revision, and the head at that moment.

    Raises `Busy` while what an erased document said is being removed.
    """
    seen = next(take_snapshots(database, session, id=chronology_id), None)
    if seen is None:
        return News(0, [], after, 0)
    found = reader.changes(seen, after, limit)
    # A full page may have more behind it; any other says all there is to say up to the head.
    upto = found[-1][0] if len(found) == limit else max(seen.head, after)
    return News(seen.head, found, upto, seen.generation, cursor_bounds(session, chronology_id)[1])


def check_cursor(after: int, log_head: int, head: int, lost: int = 0) -> None:
    """Refuse a cursor that no revision of this log can have given out, and one before `lost`: what its holder was told is not known here.

    One ahead of the read model but not of the log is in order: the read model is a moment behind, or being written anew.
    """
    if 0 < after < lost:
        raise CursorLost(
            f"what was told up to revision {after} went with an erasure, and other rules consolidate now; load the chronology again and "
            "go on from its revision",
            revision=head,
        )
    if after < 0 or after > log_head:
        raise CursorLost(
            f"there never was a revision {after} here: the log ends at {log_head}; load the chronology again and go on from its revision",
            revision=head,
        )


def cursor_bounds(session: ReadSession, chronology_id: str) -> tuple[int, int]:
    """Return the last position of a chronology's log, and the revision before which cursors cannot be served."""
    row, progress = session.get(ChronologyRow, chronology_id), session.get(ProgressRow, chronology_id)
    return row.head if row else 0, progress.lost if progress else 0


def changes_body(snapshot: Snapshot, after: int, limit: int) -> bytes:
    """Return the answer to `/changes`: the same bytes for each change as the stream sends."""
    head, lost = cursor_bounds(snapshot.session, snapshot.id)
    check_cursor(after, head, snapshot.head, lost)
    found = news(snapshot.database, snapshot.session, snapshot.id, after, limit)
    listed = b",".join(body for _, body in found.changes)
    return b'{"revision":%d,"changes":[%b],"next":%d}' % (found.head, listed, found.upto)


def events_body(snapshot: Snapshot, after: int, limit: int) -> bytes:
    """Return a stretch of the raw log as one JSON object that holds the events as they are stored; refuse a cursor beyond its end."""
    check_cursor(after, snapshot.chronology.head, snapshot.head)
    found = reader.events(snapshot, after, limit)
    listed = b",".join(body for _, body in found)
    reached = found[-1][0] if found else after
    return b'{"head":%d,"events":[%b],"next":%d}' % (snapshot.chronology.head, listed, reached)


def events_lines(snapshot: Snapshot, after: int, limit: int) -> bytes:
    """Return a stretch of the raw log, one stored event a line; refuse a cursor beyond its end."""
    check_cursor(after, snapshot.chronology.head, snapshot.head)
    return b"".join(body + b"\n" for _, body in reader.events(snapshot, after, limit))
