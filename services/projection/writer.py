"""Writing revisions to the read model. The only SQL that changes it."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Table, delete, insert, update
from sqlmodel import SQLModel, col, select

from services.projection.fold import VERSION, Correction, Revision
from shared.domain.chronology import Entry
from shared.domain.claims import Claim
from shared.domain.ids import canonical_json
from shared.lexicon.folding import fold
from shared.store.engine import WriteSession
from shared.store.read_model import (
    NO_END,
    NO_START,
    READ_MODEL,
    CapturedRow,
    ChangeRow,
    ProgressRow,
    ClaimRow,
    CorrectionRow,
    EntryRow,
    SourceRow,
)


class StaleFoldError(Exception):
    """Another projection has moved the checkpoint: what we folded in memory is no longer where the rows are."""


def clear(session: WriteSession, chronology_id: str) -> None:
    """Remove everything that was written of a chronology."""
    for row in READ_MODEL:
        session.execute(delete(_table(row)).where(_table(row).c.chronology_id == chronology_id))


def take_checkpoint(session: WriteSession, chronology_id: str, expected: int, position: int, time: str, error: str | None = None) -> None:
    """Move the checkpoint from `expected` to `position`; raise `StaleFoldError` when it is not where we left it.

    It comes first in the transaction: its row is the lock between two projections of one chronology.
    """
    values = {"position": position, "fold_version": VERSION, "time": time, "error": error}
    moved = session.execute(
        update(ProgressRow)
        .where(col(ProgressRow.chronology_id) == chronology_id, col(ProgressRow.position) == expected)
        .values(**values)
        .returning(col(ProgressRow.position))
    ).scalar()
    if moved is not None:
        return
    if expected or session.exec(select(ProgressRow.position).where(ProgressRow.chronology_id == chronology_id)).first() is not None:
        raise StaleFoldError
    session.execute(insert(ProgressRow).values(chronology_id=chronology_id, **values))


def write_revision(session: WriteSession, chronology_id: str, revision: Revision, claims: Mapping[str, Claim]) -> None:
    """Write what one command changed. `claims` are all claims of the chronology by id."""
    _insert(
        session,
        SourceRow,
        [
            {"chronology_id": chronology_id, "id": s.source_id, "position": position, "body": s.details.model_dump_json()}
            for position, s in revision.sources
        ],
    )
    _insert(
        session,
        CapturedRow,
        [
            {
                "chronology_id": chronology_id,
                "id": document.document_id,
                "source_id": document.source_id,
                "position": event.position,
                "time": event.time.isoformat(),
                "body": document.model_dump_json(),
            }
            for event, document in revision.documents
        ],
    )
    _insert(
        session,
        ClaimRow,
        [
            {
                "chronology_id": chronology_id,
                "id": claim.id,
                "document_id": claim.document_id,
                "entry_id": revision.moved.get(claim.id, claim.id),
                "start": claim.start,
                "position": position,
                "body": claim.model_dump_json(),
            }
            for position, claim in revision.claims
        ],
    )
    _move_claims(session, chronology_id, revision)
    for position, correction in revision.corrections:
        _write_correction(session, chronology_id, position, correction)
    _write_entries(session, chronology_id, revision, claims)
    if revision.change is not None:
        _insert(session, ChangeRow, [{"chronology_id": chronology_id, "revision": revision.position, "body": revision.change.decode()}])


def _move_claims(session: WriteSession, chronology_id: str, revision: Revision) -> None:
    new = {claim.id for _, claim in revision.claims}
    for claim_id, entry_id in revision.moved.items():
        if claim_id not in new:
            here = (col(ClaimRow.chronology_id) == chronology_id, col(ClaimRow.id) == claim_id)
            session.execute(update(ClaimRow).where(*here).values(entry_id=entry_id))


def _write_correction(session: WriteSession, chronology_id: str, position: int, correction: Correction) -> None:
    correction_id = correction.proposal.correction_id
    row = session.get(CorrectionRow, (chronology_id, correction_id))
    row = row or CorrectionRow(chronology_id=chronology_id, id=correction_id, state="", position=position, body="")
    row.state = correction.state
    row.body = canonical_json(correction.body()).decode()
    session.add(row)
    session.flush()


def _write_entries(session: WriteSession, chronology_id: str, revision: Revision, claims: Mapping[str, Claim]) -> None:
    gone = [entry.id for entry in revision.changed] + [entry_id for entry_id, _ in revision.removed]
    for entry_id in gone:
        ended = update(EntryRow).where(
            col(EntryRow.chronology_id) == chronology_id, col(EntryRow.id) == entry_id, col(EntryRow.until).is_(None)
        )
        session.execute(ended.values(until=revision.position))
    _insert(session, EntryRow, [_entry_row(chronology_id, revision.position, entry, claims) for entry in revision.changed])


def _entry_row(chronology_id: str, since: int, entry: Entry, claims: Mapping[str, Claim]) -> dict[str, object]:
    return {
        "chronology_id": chronology_id,
        "id": entry.id,
        "since": since,
        "until": None,
        "sort_from": NO_START if entry.earliest is None else entry.earliest,
        "sort_to": NO_END if entry.latest is None else entry.latest,
        "disputed": entry.disputed,
        "status": entry.status,
        "search": searchable(entry, claims),
        "body": entry.model_dump_json(),
    }


def searchable(entry: Entry, claims: Mapping[str, Claim]) -> str:
    """The folded words by which an entry can be found: its title, what its claims say, its names and values."""
    words = [entry.title]
    for claim_id in entry.claims:
        claim = claims[claim_id]
        words += [claim.statement, *(mention.name for mention in (*claim.actors, *claim.places))]
        words += [f"{value.attribute} {value.value}" for value in claim.values]
    return " ".join(dict.fromkeys(fold(" ".join(words)).split()))


def _table(row: type[SQLModel]) -> Table:
    table = row.__table__  # type: ignore[attr-defined]  # SQLModel sets it on table classes, unseen by the type checker
    assert isinstance(table, Table)
    return table


def _insert(session: WriteSession, row: type[SQLModel], rows: Sequence[Mapping[str, object]]) -> None:
    if rows:
        session.execute(insert(row), rows)
