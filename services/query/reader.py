"""Everything else out of the read model: chronologies, sources, documents, claims, corrections, changes, the raw log. SELECT only."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, TypeAdapter
from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import col, select
from sqlmodel.sql.expression import Select, SelectOfScalar

from services.query.entries import count_entries
from services.query.snapshot import Snapshot, being_erased, take_snapshots
from shared.domain.chronology import Erasure
from shared.domain.claims import Claim
from shared.domain.corrections import Change, CorrectionState, claims_named
from shared.domain.errors import NotFound
from shared.domain.events import DocumentCaptured, SourceRecaptured
from shared.domain.model import Frozen
from shared.domain.provenance import SourceDetails
from shared.store.engine import Database
from shared.store.read_model import CapturedRow, ChangeRow, ClaimRow, CorrectionRow, PlacementRow, ScheduleRow, SourceRow
from shared.store.tables import EventRow

BATCH = 500
"""How many ids go into one query at most: SQLite and PostgreSQL both limit the parameters of a statement."""


@dataclass(frozen=True, slots=True)
class Captured:
    """A captured document with the source behind it; `time` is when it was captured, `erasure` that and why it is gone.

    `comparison` is what became of the claims of the capture before, where there was one.
    """

    document: DocumentCaptured
    source: SourceDetails
    time: datetime
    erasure: Erasure | None = None
    comparison: SourceRecaptured | None = None

    @property
    def id(self) -> str:
        """The id of the document."""
        return self.document.document_id


@dataclass(frozen=True, slots=True)
class HeldClaim:
    """A recorded claim and the entry that holds it at the revision asked about."""

    claim: Claim
    entry_id: str


class Correction(Frozen):
    """A proposed change and what became of it. `carried` is the change as it holds for claims of later captures that say the same."""

    id: str
    change: Change
    carried: tuple[Change, ...] = ()
    reason: str
    evidence: tuple[str, ...] = ()
    state: CorrectionState
    proposed_by: str
    proposed_at: AwareDatetime
    decided_by: str | None = None
    decided_at: AwareDatetime | None = None
    decision_reason: str | None = None
    reverted_by: str | None = None
    reverted_at: AwareDatetime | None = None
    reversal_reason: str | None = None


def snapshots(database: Database) -> Iterator[Snapshot]:
    """Iterate over all chronologies, by slug."""
    with database.read() as session:
        yield from take_snapshots(database, session)


class ChronologyCounts(Frozen):
    """What a chronology holds at a revision."""

    revision: int
    documents: int
    claims: int
    entries: int
    disputed: int


def count_chronology(database: Database, chronology_id: str) -> ChronologyCounts:
    """Count what a chronology holds."""
    with database.read() as session:
        snapshot = next(take_snapshots(database, session, id=chronology_id), None)
        if snapshot is None:
            raise NotFound(f"there is no chronology with id {chronology_id}")
        return counts(snapshot)


def counts(snapshot: Snapshot) -> ChronologyCounts:
    """Count what a chronology holds, as a snapshot sees it."""
    if snapshot.moment is not None and not snapshot.erasing:
        return ChronologyCounts(
            revision=snapshot.revision,
            documents=snapshot.moment.documents,
            claims=snapshot.moment.claims,
            entries=snapshot.moment.entries,
            disputed=snapshot.moment.disputed,
        )
    return ChronologyCounts(
        revision=snapshot.revision,
        documents=count_documents(snapshot),
        claims=sum(count_claims(snapshot).values()),
        entries=count_entries(snapshot),
        disputed=count_entries(snapshot, disputed=True),
    )


def count_documents(snapshot: Snapshot) -> int:
    """Count the captured documents."""
    here = (snapshot.rows.of(CapturedRow), col(CapturedRow.position) <= snapshot.revision)
    return snapshot.session.exec(select(func.count()).select_from(CapturedRow).where(*here)).one()


def count_claims(snapshot: Snapshot, document_ids: Collection[str] | None = None) -> dict[str, int]:
    """Count the claims of each of these documents, or of all, by its id."""
    here = (snapshot.rows.of(ClaimRow), col(ClaimRow.position) <= snapshot.revision)
    query = select(ClaimRow.document_id, func.count()).where(*here).group_by(ClaimRow.document_id)
    asked = [query] if document_ids is None else [query.where(col(ClaimRow.document_id).in_(batch)) for batch in batches(document_ids)]
    return {row[0]: row[1] for one in asked for row in snapshot.session.exec(one)}


Listed = dict[str, tuple[SourceDetails, int | None]]
"""Sources by id: what is known of each, and after how many seconds it is captured again."""


def sources(snapshot: Snapshot) -> Listed:
    """Return all sources, in the order in which they became known."""
    return _listed(snapshot, snapshot.session.exec(_sources(snapshot)).all())


def sources_after(snapshot: Snapshot, after: int, limit: int) -> tuple[Listed, int | None]:
    """Return the sources that became known after a position, `limit` at most, and the position after which there are more, if there are."""
    rows = snapshot.session.exec(_sources(snapshot).where(col(SourceRow.position) > after).limit(limit + 1)).all()
    return _listed(snapshot, rows[:limit]), rows[limit - 1].position if len(rows) > limit else None


def _sources(snapshot: Snapshot) -> SelectOfScalar[SourceRow]:
    query = select(SourceRow).where(snapshot.rows.of(SourceRow), col(SourceRow.position) <= snapshot.revision)
    return query.order_by(col(SourceRow.position))


def _listed(snapshot: Snapshot, rows: Sequence[SourceRow]) -> Listed:
    every = {row.id: row.every for row in rows} if not snapshot.past else _schedules(snapshot)
    return {row.id: (SourceDetails.model_validate_json(row.body), every.get(row.id)) for row in rows}


def source_details(snapshot: Snapshot, ids: Collection[str]) -> dict[str, SourceDetails]:
    """Return what is known of the sources of these ids."""
    found: dict[str, SourceDetails] = {}
    for batch in batches(ids):
        query = select(SourceRow.id, SourceRow.body).where(snapshot.rows.of(SourceRow), col(SourceRow.id).in_(batch))
        found |= {source_id: SourceDetails.model_validate_json(body) for source_id, body in snapshot.session.exec(query)}
    return found


def source_names(snapshot: Snapshot, ids: Collection[str]) -> dict[str, str]:
    """How sources are called in a list: by who publishes them, or else by what is known of them, the name of a file if nothing else is."""
    found = {
        source_id: details.publisher or details.author or details.title or details.url
        for source_id, details in source_details(snapshot, ids).items()
    }
    unnamed = [source_id for source_id, name in found.items() if name is None]
    for batch in batches(unnamed):
        query = select(CapturedRow).where(snapshot.rows.of(CapturedRow), col(CapturedRow.source_id).in_(batch))
        for row in snapshot.session.exec(query.order_by(col(CapturedRow.position))):
            found[row.source_id] = found[row.source_id] or DocumentCaptured.model_validate_json(row.body).filename
    return {source_id: name or source_id for source_id, name in found.items()}


def _schedules(snapshot: Snapshot) -> dict[str, int | None]:
    """After how many seconds each source was captured again, at the snapshot's revision."""
    here = (snapshot.rows.of(ScheduleRow), col(ScheduleRow.since) <= snapshot.revision)
    query = select(ScheduleRow.source_id, ScheduleRow.every).where(*here).order_by(col(ScheduleRow.since))
    return {row[0]: row[1] for row in snapshot.session.exec(query)}


def documents(snapshot: Snapshot, ids: Collection[str] | None = None) -> dict[str, Captured]:
    """Return the documents of these ids, or all, in the order in which they were captured."""
    query = _documents(snapshot)
    asked = [query] if ids is None else [query.where(col(CapturedRow.id).in_(batch)) for batch in batches(ids)]
    return {row.id: _captured(row, source) for one in asked for row, source in snapshot.session.exec(one)}


def documents_after(snapshot: Snapshot, after: int, limit: int) -> tuple[list[Captured], int | None]:
    """Return documents captured after a position, `limit` at most, and the position after which there are more, if there are."""
    query = _documents(snapshot).where(col(CapturedRow.position) > after).limit(limit + 1)
    rows = snapshot.session.exec(query).all()
    shown = [_captured(row, source) for row, source in rows[:limit]]
    return shown, rows[limit - 1][0].position if len(rows) > limit else None


def documents_of(snapshot: Snapshot, source_ids: Collection[str]) -> dict[str, Captured]:
    """Return the documents of these sources, in the order in which they were captured."""
    asked = [_documents(snapshot).where(col(CapturedRow.source_id).in_(batch)) for batch in batches(source_ids)]
    return {row.id: _captured(row, source) for one in asked for row, source in snapshot.session.exec(one)}


def _documents(snapshot: Snapshot) -> Select[CapturedRow, str]:
    return (
        select(CapturedRow, SourceRow.body)
        .join(SourceRow, snapshot.rows.of(SourceRow) & (col(SourceRow.id) == CapturedRow.source_id))
        .where(snapshot.rows.of(CapturedRow), col(CapturedRow.position) <= snapshot.revision)
        .order_by(col(CapturedRow.position))
    )


def document(snapshot: Snapshot, document_id: str) -> Captured:
    """Return one document."""
    found = documents(snapshot, [document_id])
    if document_id not in found:
        raise NotFound(f"there is no document {document_id} in the chronology {snapshot.slug!r}{snapshot.then}")
    return found[document_id]


def claims(snapshot: Snapshot, ids: Collection[str]) -> dict[str, HeldClaim]:
    """Return the claims of these ids, in the order of the ids."""
    found: dict[str, HeldClaim] = {}
    for batch in batches(ids):
        here = (snapshot.rows.of(ClaimRow), col(ClaimRow.position) <= snapshot.revision)
        rows = snapshot.session.exec(select(ClaimRow).where(*here, col(ClaimRow.id).in_(batch))).all()
        found |= _held(snapshot, rows)
    return {claim_id: found[claim_id] for claim_id in ids if claim_id in found}


def holders(snapshot: Snapshot, claim_ids: Collection[str]) -> dict[str, str]:
    """Return the entries that hold claims at the snapshot's revision, of those claims that were recorded by then."""
    found: dict[str, str] = {}
    for batch in batches(claim_ids):
        here = (snapshot.rows.of(ClaimRow), col(ClaimRow.position) <= snapshot.revision, col(ClaimRow.id).in_(batch))
        found |= {row[0]: row[1] for row in snapshot.session.exec(select(ClaimRow.id, ClaimRow.entry_id).where(*here))}
    return found | _placements(snapshot, list(found)) if snapshot.past else found


def claims_in(snapshot: Snapshot, document_id: str) -> list[HeldClaim]:
    """Return the claims of a document in text order."""
    query = (
        select(ClaimRow)
        .where(snapshot.rows.of(ClaimRow), ClaimRow.document_id == document_id, col(ClaimRow.position) <= snapshot.revision)
        .order_by(col(ClaimRow.start), col(ClaimRow.id))
    )
    return list(_held(snapshot, snapshot.session.exec(query).all()).values())


def _held(snapshot: Snapshot, rows: Sequence[ClaimRow]) -> dict[str, HeldClaim]:
    before = _placements(snapshot, [row.id for row in rows]) if snapshot.past else {}
    return {
        row.id: HeldClaim(Claim.model_validate_json(snapshot.open(row.body, "claim", row.id)), before.get(row.id, row.entry_id))
        for row in rows
    }


def _placements(snapshot: Snapshot, claim_ids: Collection[str]) -> dict[str, str]:
    """The entries that held claims at the snapshot's revision, of those claims that have moved since."""
    found: dict[str, str] = {}
    for batch in batches(claim_ids):
        query = select(PlacementRow.claim_id, PlacementRow.entry_id).where(
            snapshot.rows.of(PlacementRow), col(PlacementRow.claim_id).in_(batch), col(PlacementRow.until) > snapshot.revision
        )
        for claim_id, entry_id in snapshot.session.exec(query.order_by(col(PlacementRow.until))):
            found.setdefault(claim_id, entry_id)
    return found


def corrections(snapshot: Snapshot, ids: Collection[str] | None = None, state: CorrectionState | None = None) -> dict[str, Correction]:
    """Return the corrections of these ids, or all, the newest first."""
    here = (snapshot.rows.of(CorrectionRow), col(CorrectionRow.position) <= snapshot.revision)
    query = select(CorrectionRow).where(*here).order_by(col(CorrectionRow.position).desc())
    if state is not None:
        query = query.where(_was(snapshot, state))
    queries = [query] if ids is None else [query.where(col(CorrectionRow.id).in_(batch)) for batch in batches(ids)]
    rows = [row for one in queries for row in snapshot.session.exec(one)]
    found = [Correction.model_validate_json(row.body) for row in rows]
    if snapshot.past:
        found = _as_they_stood(snapshot, [(found, _state_of(snapshot, row)) for found, row in zip(found, rows, strict=True)])
    return {correction.id: correction for correction in found}


def _was(snapshot: Snapshot, state: CorrectionState) -> ColumnElement[bool]:
    """Whether a correction was in this state at the snapshot's revision."""
    shown, decided, reverted = (col(column) for column in (CorrectionRow.state, CorrectionRow.decided, CorrectionRow.reverted))
    match state:
        case "proposed":
            return or_(decided.is_(None), decided > snapshot.revision)
        case "accepted":
            stands = or_(reverted.is_(None), reverted > snapshot.revision)
            return and_(shown.in_(("accepted", "reverted")), decided <= snapshot.revision, stands)
        case "reverted":
            return reverted <= snapshot.revision
    return and_(shown == state, decided <= snapshot.revision)


def _state_of(snapshot: Snapshot, row: CorrectionRow) -> str:
    """The state of a correction at the snapshot's revision."""
    if row.decided is None or row.decided > snapshot.revision:
        return "proposed"
    return "accepted" if row.reverted is not None and row.reverted > snapshot.revision else row.state


_NOT_REVERTED: dict[str, object] = {"state": "accepted", "reverted_by": None, "reverted_at": None, "reversal_reason": ""}
_NOT_DECIDED = {**_NOT_REVERTED, "state": "proposed", "decided_by": None, "decided_at": None, "decision_reason": ""}


def _as_they_stood(snapshot: Snapshot, corrections: Sequence[tuple[Correction, str]]) -> list[Correction]:
    """Take back what became of corrections after the snapshot's revision, when they were in these states."""
    carried = {claim_id for correction, _ in corrections for change in correction.carried for claim_id in claims_named(change)}
    known: set[str] = set()
    for batch in batches(carried):
        here = (snapshot.rows.of(ClaimRow), col(ClaimRow.position) <= snapshot.revision, col(ClaimRow.id).in_(batch))
        known.update(snapshot.session.exec(select(ClaimRow.id).where(*here)))

    def as_it_stood(correction: Correction, state: str) -> Correction:
        # A change is carried on to claims of a later capture in the revision that records these.
        carried = () if state == "proposed" else tuple(c for c in correction.carried if known.issuperset(claims_named(c)))
        undone = _NOT_DECIDED if state == "proposed" else _NOT_REVERTED if state == "accepted" else {}
        return correction.model_copy(update={**undone, "carried": carried})

    return [as_it_stood(correction, state) for correction, state in corrections]


def changes(snapshot: Snapshot, after: int, limit: int) -> list[tuple[int, bytes]]:
    """Return revisions after `after` that changed entries, each with the bytes that subscribers get, in order.

    Raises `Busy` while what an erased document said is being removed.
    """
    if snapshot.erasing:
        raise being_erased()
    query = (
        select(ChangeRow.revision, ChangeRow.body)
        .where(snapshot.rows.of(ChangeRow), col(ChangeRow.revision) > after)
        .order_by(col(ChangeRow.revision))
        .limit(limit)
    )
    return [(revision, snapshot.open(body, "change", revision)) for revision, body in snapshot.session.exec(query)]


def latest_changes(snapshot: Snapshot, limit: int, before: int | None = None) -> list[bytes]:
    """Return the newest changes, the newest first; `before` leaves out those from that revision on."""
    if snapshot.erasing:
        raise being_erased()
    here = (snapshot.rows.of(ChangeRow), col(ChangeRow.revision) <= snapshot.revision)
    query = select(ChangeRow.revision, ChangeRow.body).where(*here)
    if before is not None:
        query = query.where(col(ChangeRow.revision) < before)
    rows = snapshot.session.exec(query.order_by(col(ChangeRow.revision).desc()).limit(limit))
    return [snapshot.open(body, "change", revision) for revision, body in rows]


def events(snapshot: Snapshot, after: int, limit: int) -> list[tuple[int, bytes]]:
    """Return the stored bytes of log events after a position, with their positions."""
    query = (
        select(EventRow.position, EventRow.body)
        .where(EventRow.chronology_id == snapshot.id, col(EventRow.position) > after)
        .order_by(col(EventRow.position))
        .limit(limit)
    )
    return [(position, body.encode()) for position, body in snapshot.session.exec(query)]


_instant: TypeAdapter[datetime] = TypeAdapter(AwareDatetime)


def _captured(row: CapturedRow, source: str) -> Captured:
    return Captured(
        document=DocumentCaptured.model_validate_json(row.body),
        source=SourceDetails.model_validate_json(source),
        time=_instant.validate_python(row.time),
        erasure=None if row.erased is None else Erasure.model_validate_json(row.erased),
        comparison=None if row.comparison is None else SourceRecaptured.model_validate_json(row.comparison),
    )


def batches(ids: Collection[Any]) -> Iterator[list[Any]]:
    """Cut ids into as many as go into one query."""
    listed = list(dict.fromkeys(ids))
    for first in range(0, len(listed), BATCH):
        yield listed[first : first + BATCH]
