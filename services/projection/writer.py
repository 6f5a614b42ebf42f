"""Writing revisions to a generation of the read model."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Table, bindparam
from sqlmodel import SQLModel

from services.projection.rows import Assigned, RevisionRows, Row, together
from shared.store.engine import WriteSession
from shared.store.generations import Rows
from shared.store.read_keys import ReadKey
from shared.store.read_model import (
    CapturedRow,
    ChangeRow,
    ClaimRow,
    CorrectionRow,
    EntryRow,
    ErasedClaimRow,
    ListingRow,
    PlacementRow,
    PreviewRow,
    ResemblanceRow,
    RevisionRow,
    ScheduleRow,
    SentenceRow,
    SourceRow,
)
from shared.store.tables import table_of

_SOURCE, _CLAIM, _ENTRY, _LISTING, _CAPTURED, _CORRECTION, _PREVIEW, _SENTENCE, _RESEMBLANCE, _CHANGE = (
    table_of(row)
    for row in (
        SourceRow,
        ClaimRow,
        EntryRow,
        ListingRow,
        CapturedRow,
        CorrectionRow,
        PreviewRow,
        SentenceRow,
        ResemblanceRow,
        ChangeRow,
    )
)


def write_revisions(session: WriteSession, chronology_id: str, revisions: Sequence[RevisionRows]) -> None:
    """Write what commands changed, in their order."""
    rows = together(revisions)
    here = Rows(chronology_id, rows.generation)
    _insert(session, RevisionRow, rows.revisions)
    _insert(session, SourceRow, rows.sources)
    _insert(session, CapturedRow, rows.captured)
    _set(session, _SOURCE, here, "every", rows.schedules)
    _insert(session, ScheduleRow, rows.scheduled)
    _set(session, _CAPTURED, here, "comparison", rows.comparisons)
    _insert(session, ClaimRow, rows.claims)
    _set(session, _CLAIM, here, "entry_id", rows.moved)
    _insert(session, PlacementRow, rows.placements)
    _set(session, _CAPTURED, here, "erased", rows.erased)
    _set(session, _CAPTURED, here, "erased_position", rows.erased_positions)
    _insert(session, ErasedClaimRow, rows.erased_claims)
    for correction in rows.corrections:
        session.execute(_CORRECTION.delete().where(here.of(_CORRECTION.c), _CORRECTION.c.id == correction["id"]))
    _insert(session, CorrectionRow, rows.corrections)
    _end_entries(session, here, rows)
    _insert(session, EntryRow, rows.entries)
    _note_gone(session, here, rows)
    _insert(session, ListingRow, rows.listings)
    _remove(session, _SENTENCE, here, rows.unshared, {"document_id": "row_document", "start": "row_start"})
    _insert(session, SentenceRow, rows.shared)
    wordings = {"document_id": "row_document", "start": "row_start", "other_document_id": "row_other", "other_start": "row_other_start"}
    _remove(session, _RESEMBLANCE, here, rows.unlike, wordings)
    _insert(session, ResemblanceRow, rows.like)
    _insert(session, ChangeRow, rows.changes)


def _insert(session: WriteSession, row: type[SQLModel], rows: Sequence[Row]) -> None:
    if rows:
        session.execute(table_of(row).insert(), rows)


def _remove(session: WriteSession, table: Table, here: Rows, keys: Sequence[Row], columns: Mapping[str, str]) -> None:
    """Remove the rows with these keys; `columns` says under which name of a key each column's value stands."""
    if keys:
        where = (table.c[column] == bindparam(name) for column, name in columns.items())
        session.execute(table.delete().where(here.of(table.c), *where), keys)


def _set(session: WriteSession, table: Table, here: Rows, column: str, values: Sequence[Assigned]) -> None:
    """Set a column of the rows with these ids."""
    if values:
        statement = table.update().where(here.of(table.c), table.c.id == bindparam("row_id")).values({column: bindparam("value")})
        session.execute(statement, [{"row_id": row_id, "value": value} for row_id, value in values])


def _end_entries(session: WriteSession, here: Rows, rows: RevisionRows) -> None:
    if rows.ended:
        named = [{"entry": entry_id, "revision": until} for entry_id, until in rows.ended]
        for table in (_ENTRY, _LISTING):
            ended = table.update().where(here.of(table.c), table.c.id == bindparam("entry"), table.c.until.is_(None))
            session.execute(ended.values(until=bindparam("revision")), named)


def _note_gone(session: WriteSession, here: Rows, rows: RevisionRows) -> None:
    if rows.gone:
        last = (_ENTRY.c.id == bindparam("entry"), _ENTRY.c.until == bindparam("revision"))
        gone = _ENTRY.update().where(here.of(_ENTRY.c), *last).values(gone=True)
        session.execute(gone, [{"entry": entry_id, "revision": until} for entry_id, until in rows.gone])


def change_row(rows: Rows, revision: int, body: bytes, key: ReadKey) -> Row:
    """Seal what subscribers are told of a revision."""
    sealed = key.seal(body, "change", revision)
    return {"chronology_id": rows.chronology_id, "generation": rows.generation, "revision": revision, "body": sealed}


def write_previews(session: WriteSession, here: Rows, previews: Sequence[Row]) -> None:
    """Write what corrections would change, in place of what was written of them before."""
    _remove(session, _PREVIEW, here, [{"row_correction": row["id"]} for row in previews], {"id": "row_correction"})
    _insert(session, PreviewRow, previews)


def write_changes(session: WriteSession, changes: Sequence[Row]) -> None:
    """Write what subscribers are told of revisions."""
    _insert(session, ChangeRow, changes)


def remove_changes(session: WriteSession, here: Rows, revisions: Sequence[int]) -> None:
    """Remove what subscribers would be told of revisions."""
    _remove(session, _CHANGE, here, [{"row_revision": revision} for revision in revisions], {"revision": "row_revision"})
