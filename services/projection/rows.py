"""From what a revision changes to the rows that say so, sealed: made before anything is locked."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.projection.fold import Moment, Revision
from services.projection.independence.shared import Place, SharedSentence
from services.projection.listing import listing_row
from shared.domain.chronology import Entry, Erasure
from shared.domain.claims import Claim
from shared.domain.events import DocumentErased, Recorded
from shared.domain.ids import canonical_json
from shared.domain.previews import Preview
from shared.store.read_keys import ReadKey
from shared.store.read_model import day_bounds

Row = dict[str, Any]
"""A row by the names of its columns."""

Assigned = tuple[str, str | int | None]
"""The id of a row, and what one of its columns is set to."""


@dataclass(slots=True)
class RevisionRows:
    """The rows of one revision.

    `moved` are pairs of claim and the entry that holds it now, for claims that stood in another one. `ended` are pairs of entry and the
    revision with which its version ends, `gone` those among them that are no entries any more. `schedules` are pairs of source and
    interval, `comparisons` of document and what its comparison with the capture before showed, `erased` of document and what is shown of
    its erasure. Corrections replace what was written of them before. `unshared` and `unlike` are the keys of rows that go: sentences that
    are shared no longer, wordings no longer found alike.
    """

    position: int
    generation: int
    revisions: list[Row] = field(default_factory=list)
    sources: list[Row] = field(default_factory=list)
    captured: list[Row] = field(default_factory=list)
    schedules: list[Assigned] = field(default_factory=list)
    scheduled: list[Row] = field(default_factory=list)
    comparisons: list[Assigned] = field(default_factory=list)
    claims: list[Row] = field(default_factory=list)
    moved: list[Assigned] = field(default_factory=list)
    placements: list[Row] = field(default_factory=list)
    erased: list[Assigned] = field(default_factory=list)
    erased_positions: list[Assigned] = field(default_factory=list)
    erased_claims: list[Row] = field(default_factory=list)
    corrections: list[Row] = field(default_factory=list)
    ended: list[Assigned] = field(default_factory=list)
    gone: list[Assigned] = field(default_factory=list)
    entries: list[Row] = field(default_factory=list)
    listings: list[Row] = field(default_factory=list)
    changes: list[Row] = field(default_factory=list)
    unshared: list[Row] = field(default_factory=list)
    shared: list[Row] = field(default_factory=list)
    unlike: list[Row] = field(default_factory=list)
    like: list[Row] = field(default_factory=list)


def rows_of(chronology_id: str, revision: Revision, claim_of: Callable[[str], Claim], key: ReadKey) -> RevisionRows:
    """Make the rows of a revision, sealed with the key of their generation. `claim_of` gives every claim of the chronology by id."""
    here = {"chronology_id": chronology_id, "generation": key.generation}
    new = {claim.id for _, claim in revision.claims}
    rows = RevisionRows(revision.position, key.generation)
    rows.revisions = [] if revision.moment is None else [_revision_row(here, revision.position, revision.moment)]
    rows.sources = [
        {**here, "id": source.source_id, "position": position, "body": source.details.model_dump_json(), "every": None}
        for position, source in revision.sources
    ]
    rows.captured = [
        {
            **here,
            "id": document.document_id,
            "source_id": document.source_id,
            "position": event.position,
            "time": event.time.isoformat(),
            "body": document.model_dump_json(),
            "erased": None,
            "erased_position": None,
            "comparison": None,
        }
        for event, document in revision.documents
    ]
    rows.schedules = [(data.source_id, data.every) for _, data in revision.schedules]
    rows.scheduled = [
        {**here, "source_id": data.source_id, "since": position, "every": data.every} for position, data in revision.schedules
    ]
    rows.comparisons = [(data.document_id, data.model_dump_json()) for data in revision.recaptures]
    rows.claims = [
        {
            **here,
            "id": claim.id,
            "document_id": claim.document_id,
            "entry_id": revision.moved.get(claim.id, claim.id),
            "start": claim.start,
            "position": position,
            "body": key.seal(claim.__pydantic_serializer__.to_json(claim), "claim", claim.id),
        }
        for position, claim in revision.claims
    ]
    rows.moved = [(claim_id, entry_id) for claim_id, entry_id in revision.moved.items() if claim_id not in new]
    rows.placements = [
        {**here, "claim_id": claim_id, "until": revision.position, "entry_id": entry_id} for claim_id, entry_id in revision.left.items()
    ]
    rows.erased = [(data.document_id, _erasure(event, data).model_dump_json()) for event, data, _ in revision.erasures]
    rows.erased_positions = [(data.document_id, event.position) for event, data, _ in revision.erasures]
    rows.erased_claims = [
        {**here, "id": claim.claim_id, "document_id": data.document_id, "beside": claim.beside}
        for _, data, erased in revision.erasures
        for claim in erased
    ]
    rows.corrections = [
        {
            **here,
            "id": correction.proposal.correction_id,
            "state": correction.state,
            "position": position,
            "decided": correction.decided.position if correction.decided else None,
            "reverted": correction.reverted.position if correction.reverted else None,
            "body": canonical_json(correction.body()).decode(),
        }
        for position, correction in revision.corrections
    ]
    rows.ended = [(entry_id, revision.position) for entry_id in revision.ended]
    rows.gone = [(entry_id, revision.position) for entry_id, _ in revision.removed]
    rows.entries = [_entry_row(here, revision, entry, key) for entry in revision.changed]
    rows.listings = [listing_row(here, revision.position, entry, claim_of, key) for entry in revision.changed]
    rows.unshared = [{"row_document": place.document_id, "row_start": place.start} for place in revision.shared.unshared]
    rows.shared = [_sentence_row(here, sentence) for sentence in revision.shared.shared]
    rows.unlike = [
        {"row_document": one.document_id, "row_start": one.start, "row_other": other.document_id, "row_other_start": other.start}
        for one, other in revision.shared.unlike
    ]
    rows.like = [_resemblance_row(here, one, other) for one, other in revision.shared.like]
    if revision.change is not None:
        body = key.seal(revision.change, "change", revision.position)
        rows.changes = [{**here, "revision": revision.position, "body": body}]
    return rows


def preview_rows(chronology_id: str, previews: Iterable[tuple[str, Preview]], key: ReadKey) -> list[Row]:
    """Make the rows of what corrections would change, given by their ids."""
    here = {"chronology_id": chronology_id, "generation": key.generation}
    return [
        {**here, "id": name, "body": key.seal(preview.__pydantic_serializer__.to_json(preview), "preview", name)}
        for name, preview in previews
    ]


def together(revisions: Sequence[RevisionRows]) -> RevisionRows:
    """The rows of revisions in a row as if all of it had been done at once: what a later one ends or takes back of an earlier is settled.

    So it takes few statements to write them, however many commands they come from.
    """
    last = revisions[-1]
    rows = RevisionRows(last.position, last.generation)
    for simple in _SIMPLE:
        setattr(rows, simple, [row for revision in revisions for row in getattr(revision, simple)])
    rows.corrections = list({row["id"]: row for revision in revisions for row in revision.corrections}.values())
    moved = dict(move for revision in revisions for move in revision.moved)
    for claim in rows.claims:
        claim["entry_id"] = moved.pop(claim["id"], claim["entry_id"])
    rows.moved = list(moved.items())
    standing: dict[str, list[Row]] = {}
    for revision in revisions:
        for entry_id, until in revision.ended:
            for row in (begun := standing.pop(entry_id, [])):
                row["until"] = until
            if not begun:
                rows.ended.append((entry_id, until))
        for row in (*revision.entries, *revision.listings):
            standing.setdefault(row["id"], []).append(row)
    rows.unshared, rows.shared = _net((revision.unshared, revision.shared) for revision in revisions)
    rows.unlike, rows.like = _net((revision.unlike, revision.like) for revision in revisions)
    return rows


_SIMPLE = (
    "revisions", "sources", "captured", "schedules", "scheduled", "comparisons", "claims", "placements", "erased", "erased_positions",
    "erased_claims", "entries", "listings", "gone", "changes",
)  # fmt: skip
"""Rows that are written one after the other, whatever comes later."""


def _net(changes: Iterable[tuple[list[Row], list[Row]]]) -> tuple[list[Row], list[Row]]:
    """What is left to remove and to add, of removals and additions that take turns: what was added here and removed again never was."""
    removed: dict[tuple[Any, ...], Row] = {}
    added: dict[tuple[Any, ...], Row] = {}
    for gone, come in changes:
        for key in gone:
            named = tuple(key.values())
            if added.pop(named, None) is None:
                removed[named] = key
        for row in come:
            added[_key_of(row)] = row
    return list(removed.values()), list(added.values())


def _key_of(row: Row) -> tuple[Any, ...]:
    columns = ("document_id", "start", "other_document_id", "other_start")
    return tuple(row[column] for column in columns if column in row)


def _revision_row(here: Row, number: int, moment: Moment) -> Row:
    return {
        **here,
        "number": number,
        "time": moment.time.isoformat(),
        "reached_us": moment.reached,
        "actor": moment.actor,
        "causes": canonical_json(list(moment.causes)).decode(),
        "documents": moment.documents,
        "claims": moment.claims,
        "entries": moment.entries,
        "disputed": moment.disputed,
    }


def _erasure(event: Recorded, data: DocumentErased) -> Erasure:
    return Erasure(document_id=data.document_id, by=event.actor, at=event.time, reason=data.reason)


def _sentence_row(here: Row, sentence: SharedSentence) -> Row:
    return {
        **here,
        "document_id": sentence.at.document_id,
        "start": sentence.at.start,
        "end": sentence.end,
        "first_document_id": sentence.wording.document_id,
        "first_start": sentence.wording.start,
    }


def _resemblance_row(here: Row, one: Place, other: Place) -> Row:
    return {
        **here,
        "document_id": one.document_id,
        "start": one.start,
        "other_document_id": other.document_id,
        "other_start": other.start,
    }


def _entry_row(here: Row, revision: Revision, entry: Entry, key: ReadKey) -> Row:
    since = revision.position
    first, last = day_bounds(entry.earliest, entry.latest)
    body = revision.bodies.get(entry.id) or entry.__pydantic_serializer__.to_json(entry)
    return {
        **here,
        "id": entry.id,
        "since": since,
        "until": None,
        "sort_from": first,
        "sort_to": last,
        "disputed": entry.disputed,
        "alarms": len(entry.alarms),
        "gone": False,
        "status": entry.status,
        "body": key.seal(body, "entry", entry.id, since),
    }
