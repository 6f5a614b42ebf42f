"""Writing revisions to the read model. The only SQL that changes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Table, bindparam
from sqlmodel import SQLModel

from services.projection.fold import VERSION
from services.projection.rows import Assigned, RevisionRows, Row
from shared.store.engine import WriteSession
from shared.store.read_model import (
    READ_MODEL,
    CapturedRow,
    ChangeRow,
    ClaimRow,
    CorrectionRow,
    EntryRow,
    ErasedClaimRow,
    PlacementRow,
    ProgressRow,
    ReadKeyRow,
    ResemblanceRow,
    RevisionRow,
    ScheduleRow,
    SentenceRow,
    SourceRow,
)


class StaleFoldError(Exception):
    """Another projection has moved the progress: what we folded in memory is no longer where the rows are."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the rows of a chronology are: which generation of them, folded up to which position. Generation 0 is that of no rows at all."""

    generation: int = 0
    position: int = 0


def _table(row: type[SQLModel]) -> Table:
    table = row.__table__  # type: ignore[attr-defined]  # SQLModel sets it on table classes, unseen by the type checker
    assert isinstance(table, Table)
    return table


_PROGRESS, _SOURCE, _CLAIM, _ENTRY, _CAPTURED, _CORRECTION, _SENTENCE, _RESEMBLANCE = (
    _table(row) for row in (ProgressRow, SourceRow, ClaimRow, EntryRow, CapturedRow, CorrectionRow, SentenceRow, ResemblanceRow)
)


def clear(session: WriteSession, chronology_id: str) -> None:
    """Remove everything that was written of a chronology, keys included, and leave only its progress."""
    for row in READ_MODEL:
        if row is not ProgressRow:
            session.execute(_table(row).delete().where(_table(row).c.chronology_id == chronology_id))


def take_progress(session: WriteSession, chronology_id: str, expected: Place, position: int, time: str) -> None:
    """Move the progress from where we left it to `position`; raise `StaleFoldError` when it is not there.

    It comes first in the transaction: its row is the lock between two projections of one chronology.
    """
    _move(session, chronology_id, expected, {"position": position, "fold_version": VERSION, "time": time, "error": None})


def begin_generation(session: WriteSession, expected: Place, progress: ProgressRow, key: ReadKeyRow) -> None:
    """Begin a generation of a chronology's read model in the place of the one before, whose rows and key are destroyed.

    Raises `StaleFoldError` when the rows are not where `expected` says.
    """
    here, values = progress.chronology_id, progress.model_dump()
    if expected.generation == 0:
        _open(session, values)
    else:
        _move(session, here, expected, values)
    clear(session, here)
    session.execute(_table(ReadKeyRow).insert(), key.model_dump())


def note_error(session: WriteSession, chronology_id: str, error: str) -> None:
    """Say why folding stopped. The rows stay what and where they are."""
    session.execute(_PROGRESS.update().where(_PROGRESS.c.chronology_id == chronology_id).values(error=error))


def _open(session: WriteSession, values: Row) -> None:
    if session.connection().dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert
    else:
        from sqlalchemy.dialects.sqlite import insert  # type: ignore[assignment]
    # Where another projection opens the same chronology at the same moment, this waits for it, and then does nothing.
    opened = session.execute(insert(_PROGRESS).values(values).on_conflict_do_nothing().returning(_PROGRESS.c.position)).scalar()
    if opened is None:
        raise StaleFoldError


def _move(session: WriteSession, chronology_id: str, expected: Place, values: Row) -> None:
    there = (
        _PROGRESS.c.chronology_id == chronology_id,
        _PROGRESS.c.generation == expected.generation,
        _PROGRESS.c.position == expected.position,
    )
    if session.execute(_PROGRESS.update().where(*there).values(values).returning(_PROGRESS.c.position)).scalar() is None:
        raise StaleFoldError


def write_revision(session: WriteSession, chronology_id: str, rows: RevisionRows) -> None:
    """Write what one command changed."""
    _insert(session, RevisionRow, rows.revisions)
    _insert(session, SourceRow, rows.sources)
    _insert(session, CapturedRow, rows.captured)
    _set(session, _SOURCE, chronology_id, "every", rows.schedules)
    _insert(session, ScheduleRow, rows.scheduled)
    _set(session, _CAPTURED, chronology_id, "comparison", rows.comparisons)
    _insert(session, ClaimRow, rows.claims)
    _set(session, _CLAIM, chronology_id, "entry_id", rows.moved)
    _insert(session, PlacementRow, rows.placements)
    _set(session, _CAPTURED, chronology_id, "erased", rows.erased)
    _set(session, _CAPTURED, chronology_id, "erased_position", rows.erased_positions)
    _insert(session, ErasedClaimRow, rows.erased_claims)
    for correction in rows.corrections:
        _replace_correction(session, correction)
    _end_entries(session, chronology_id, rows)
    _insert(session, EntryRow, rows.entries)
    _remove(session, _SENTENCE, chronology_id, rows.unshared, {"document_id": "row_document", "start": "row_start"})
    _insert(session, SentenceRow, rows.shared)
    wordings = {"document_id": "row_document", "start": "row_start", "other_document_id": "row_other", "other_start": "row_other_start"}
    _remove(session, _RESEMBLANCE, chronology_id, rows.unlike, wordings)
    _insert(session, ResemblanceRow, rows.like)
    _insert(session, ChangeRow, rows.changes)


def _insert(session: WriteSession, row: type[SQLModel], rows: Sequence[Row]) -> None:
    if rows:
        session.execute(_table(row).insert(), rows)


def _remove(session: WriteSession, table: Table, chronology_id: str, keys: Sequence[Row], columns: Mapping[str, str]) -> None:
    """Remove the rows with these keys; `columns` says under which name of a key each column's value stands."""
    if keys:
        where = (table.c[column] == bindparam(name) for column, name in columns.items())
        session.execute(table.delete().where(table.c.chronology_id == chronology_id, *where), keys)


def _set(session: WriteSession, table: Table, chronology_id: str, column: str, values: Sequence[Assigned]) -> None:
    """Set a column of the rows with these ids."""
    if values:
        here = (table.c.chronology_id == chronology_id, table.c.id == bindparam("row_id"))
        statement = table.update().where(*here).values({column: bindparam("value")})
        session.execute(statement, [{"row_id": row_id, "value": value} for row_id, value in values])


def _replace_correction(session: WriteSession, row: Row) -> None:
    here = (_CORRECTION.c.chronology_id == row["chronology_id"], _CORRECTION.c.id == row["id"])
    session.execute(_CORRECTION.delete().where(*here))
    session.execute(_CORRECTION.insert(), row)


def _end_entries(session: WriteSession, chronology_id: str, rows: RevisionRows) -> None:
    if rows.ended:
        current = (_ENTRY.c.chronology_id == chronology_id, _ENTRY.c.id == bindparam("entry"), _ENTRY.c.until.is_(None))
        ended = _ENTRY.update().where(*current).values(until=rows.position)
        session.execute(ended, [{"entry": entry_id} for entry_id in rows.ended])
