"""What a fold keeps in the rows of its generation, so that it goes on after a start where it was, and compares nothing again."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select

from services.projection.fold import Fold, Read, Restored
from services.projection.rows import Row
from shared.store.engine import Database, ReadSession, WriteSession
from shared.store.generations import Rows
from shared.store.read_keys import ReadKey
from shared.store.read_model import EntryRow, KeptClaimRow, RevisionRow
from shared.store.tables import table_of
from shared.store.upsert import insert_into

_FETCH = 2000
_TABLE = "kept_claim"
"""Authenticated with each row, and its position."""


def kept_rows(fold: Fold, key: ReadKey) -> list[Row]:
    """Make the rows of what is to be kept since the last time, sealed."""
    here = {"chronology_id": fold.chronology_id, "generation": key.generation}
    return [{**here, "position": position, "body": key.seal(body, _TABLE, position)} for position, body in fold.kept()]


def write_kept(session: WriteSession, rows: Sequence[Row]) -> None:
    """Write rows; of a claim that was kept before, in place of the one that is there."""
    if not rows:
        return
    keeping = insert_into(session, _KEPT)
    keeping = keeping.on_conflict_do_update(index_elements=list(_KEPT.primary_key), set_={"body": keeping.excluded.body})
    session.execute(keeping, rows)


def count_kept(session: ReadSession, rows: Rows) -> int:
    """Return of how many claims something is kept."""
    return session.exec(select(func.count()).select_from(KeptClaimRow).where(rows.of(KeptClaimRow))).one()


def open_kept(key: ReadKey, position: int, sealed: bytes) -> bytes:
    """Open what is kept of the claim at a position."""
    return key.open(sealed, _TABLE, position)


def restore(database: Database, fold: Fold, key: ReadKey, position: int, last_change: int, read: Read) -> bool:
    """Let a fold go on from what was kept up to a revision; return whether all that it takes was kept.

    Where another projection moves the rows meanwhile, what comes of it is of no use, as with every fold that is not where its rows are.
    Raises `WrongKey` where something does not open: then the fold must not be used.
    """
    rows = Rows(fold.chronology_id, key.generation)
    with database.read() as session:
        revision = rows.find(session, RevisionRow, position)
        if revision is None or revision.claims != count_kept(session, rows):
            return False
    fold.restore(_kept(database, rows, key), _standing(database, rows, key), read, Restored(position, revision.reached_us, last_change))
    return True


def _kept(database: Database, rows: Rows, key: ReadKey) -> Iterator[tuple[int, bytes]]:
    query = select(KeptClaimRow.position, KeptClaimRow.body).where(rows.of(KeptClaimRow)).order_by(col(KeptClaimRow.position))
    for position, body in _all(database, query, KeptClaimRow.position, -1):
        yield position, open_kept(key, position, body)


def _standing(database: Database, rows: Rows, key: ReadKey) -> Iterator[tuple[bytes, bool]]:
    standing = (rows.of(EntryRow), col(EntryRow.until).is_(None))
    query = select(EntryRow.id, EntryRow.since, EntryRow.body, EntryRow.disputed).where(*standing).order_by(EntryRow.id)
    for entry_id, since, body, disputed in _all(database, query, EntryRow.id, ""):
        yield key.open(body, "entry", entry_id, since), disputed


def _all(database: Database, query: Any, column: Any, last: Any) -> Iterator[Any]:
    """Iterate over the rows of a query by its first column, some at a time: what is made of them takes long, and no session is held."""
    found: Sequence[Any] = [(last,)]
    while found:
        with database.read() as session:
            found = session.exec(query.where(column > found[-1][0]).limit(_FETCH)).all()
        yield from found


_KEPT = table_of(KeptClaimRow)
