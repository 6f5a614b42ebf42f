"""What changed between two revisions, entry by entry, and which events caused it.

Entries come in the order of the revision that changed each last. Both halves of that order are read straight from an index: what stands
at the later revision and changed since the earlier one, and what was removed between them. So a page costs what it shows, however much
changed, and memory is bounded by a page.
"""

import base64
import binascii
import heapq
import json
from collections.abc import Iterable
from itertools import islice
from typing import Annotated, NamedTuple

from pydantic import Field, TypeAdapter, ValidationError
from sqlalchemy import and_, or_, text
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from services.query import reader
from services.query.citations import entry_url
from services.query.diff_entries import compare, described
from services.query.entries import find_entries
from services.query.history import Kind
from services.query.instants import LARGEST
from services.query.revisions import revision_ref, revisions
from services.query.snapshot import Snapshot, being_erased
from services.query.time_schemas import Diff, DiffEntry, EntryChange, ErasedDocument
from shared.domain.chronology import Erasure
from shared.domain.errors import InvalidInput
from shared.store.read_model import CapturedRow, EntryRow

PAGE = 50
MAX_PAGE = 200
CAUSES = 20
"""Revisions that changed one entry which are listed with it."""


# By the primary key: SQLite would otherwise read the ends of all versions out of an index that has them, and the ids lead to few.
_VERSIONS = {
    "sqlite": 'SELECT e.id, e.since, e."until" FROM json_each(:ids) AS w CROSS JOIN entry AS e '
    "INDEXED BY sqlite_autoindex_entry_1 "
    "WHERE e.chronology_id = :here AND e.generation = :generation AND e.id = w.value AND e.since <= :later",
    "postgresql": "SELECT e.id, e.since, e.until FROM json_array_elements_text(CAST(:ids AS json)) AS w JOIN entry AS e "
    "ON e.chronology_id = :here AND e.generation = :generation AND e.id = w AND e.since <= :later",
}


class DiffCursor(NamedTuple):
    """Where a page of a diff ended, and the two revisions that its reader compares."""

    earlier: int
    later: int
    revision: int
    entry_id: str

    def encode(self) -> str:
        """Return the cursor as its holder sees it."""
        return base64.urlsafe_b64encode(json.dumps(list(self), separators=(",", ":")).encode()).decode().rstrip("=")


_Revision = Annotated[int, Field(ge=0, le=LARGEST)]
_fields = TypeAdapter(tuple[_Revision, _Revision, _Revision, Annotated[str, Field(max_length=36, pattern=r"^[\x21-\x7e]*$")]])


def decode_diff_cursor(text: str) -> DiffCursor:
    """Return the cursor that was handed out as `text`."""
    try:
        return DiffCursor(*_fields.validate_json(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))))
    except (binascii.Error, ValueError, ValidationError) as error:
        raise InvalidInput("this cursor was not handed out here; start again without one") from error


class _Place(NamedTuple):
    """An entry that changed, at the revision that changed it last."""

    revision: int
    entry_id: str


def diff(earlier: Snapshot, later: Snapshot, cursor: DiffCursor | None = None, limit: int = PAGE) -> Diff:
    """Return up to `limit` entries that changed from one revision to a later one, from the cursor on.

    Both snapshots are of one session. Raises `InvalidInput` when the later one is the earlier, `Busy` while what an erased document
    said is being removed.
    """
    if later.revision < earlier.revision:
        raise InvalidInput(f"the comparison runs backwards: from revision {earlier.revision} to {later.revision}; swap from and to")
    if later.erasing:
        raise being_erased()
    after = None if cursor is None else _Place(cursor.revision, cursor.entry_id)
    places = list(islice(heapq.merge(_standing(earlier, later, after, limit + 1), _gone(earlier, later, after, limit + 1)), limit + 1))
    shown = places[:limit]
    return Diff.model_validate(
        {
            "from": revision_ref(earlier),
            "to": revision_ref(later),
            "entries": _entries(earlier, later, shown),
            "erased": () if cursor else _erased(earlier, later),
            "next": DiffCursor(earlier.revision, later.revision, *shown[-1]).encode() if len(places) > limit else None,
        }
    )


def _standing(earlier: Snapshot, later: Snapshot, after: _Place | None, limit: int) -> Iterable[_Place]:
    """Entries that stand at the later revision in a version that is newer than the earlier one."""
    since, until = col(EntryRow.since), col(EntryRow.until)
    query = select(since, EntryRow.id).where(
        later.rows.of(EntryRow),
        since > (earlier.revision if after is None else max(earlier.revision, after.revision - 1)),
        since <= later.revision,
        or_(until.is_(None), until > later.revision),
    )
    if after is not None:
        query = query.where(or_(since > after.revision, and_(since == after.revision, col(EntryRow.id) > after.entry_id)))
    query = query.order_by(since, col(EntryRow.id)).limit(limit)
    return [_Place(*row) for row in later.session.exec(query)]


def _gone(earlier: Snapshot, later: Snapshot, after: _Place | None, limit: int) -> Iterable[_Place]:
    """Entries that stood at the earlier revision, and at the later one do not; by the revision that removed them."""
    again, at_first = aliased(EntryRow), aliased(EntryRow)
    until = col(EntryRow.until)
    came_back = (later.rows.of(again), again.id == EntryRow.id, again.since >= until)
    stood = (later.rows.of(at_first), at_first.id == EntryRow.id, at_first.since <= earlier.revision)
    query = select(until, EntryRow.id).where(
        later.rows.of(EntryRow),
        col(EntryRow.gone).is_(True),
        until > (earlier.revision if after is None else max(earlier.revision, after.revision - 1)),
        until <= later.revision,
        ~select(again.id).where(*came_back, again.since <= later.revision).exists(),
        select(at_first.id).where(*stood, col(at_first.until) > earlier.revision).exists(),
    )
    if after is not None:
        query = query.where(or_(until > after.revision, and_(until == after.revision, col(EntryRow.id) > after.entry_id)))
    query = query.order_by(until, col(EntryRow.id)).limit(limit)
    return [_Place(revision or 0, entry_id) for revision, entry_id in later.session.exec(query)]


def _entries(earlier: Snapshot, later: Snapshot, places: list[_Place]) -> list[DiffEntry]:
    ids = [place.entry_id for place in places]
    old, new, between = find_entries(earlier, ids), find_entries(later, ids), _revisions_of(earlier, later, ids)
    split_from = reader.holders(earlier, [entry_id for entry_id in ids if entry_id not in old])
    merged_into = reader.holders(later, [entry_id for entry_id in ids if entry_id not in new])
    whats = described(later, [compare(old.get(entry_id), new.get(entry_id)) for entry_id in ids])
    causes = revisions(later, {number for numbers in between.values() for number in numbers[-CAUSES:]})
    # What went another way and came back is as it was: that is no change between the two.
    same = EntryChange()
    return [
        DiffEntry(
            id=entry_id,
            url=entry_url(later.slug, merged_into.get(entry_id, entry_id)),
            change=kind_of(before=entry_id in old, after=entry_id in new, elsewhere=entry_id in merged_into),
            title=(new.get(entry_id) or old[entry_id]).title,
            merged_into=merged_into.get(entry_id),
            split_from=split_from.get(entry_id),
            what=what,
            caused_by=tuple(causes[number] for number in between[entry_id][-CAUSES:] if number in causes),
            revisions=len(between[entry_id]),
        )
        for entry_id, what in zip(ids, whats, strict=True)
        if what != same
    ]


def kind_of(*, before: bool, after: bool, elsewhere: bool) -> Kind:
    """Name what happens to an entry that is there or not, before and after; `elsewhere`: another entry holds its first claim."""
    if after:
        return "changed" if before else "created"
    return "merged" if elsewhere else "removed"


def _revisions_of(earlier: Snapshot, later: Snapshot, entry_ids: list[str]) -> dict[str, list[int]]:
    """The revisions between the two that changed each entry, in order."""
    found: dict[str, set[int]] = {entry_id: set() for entry_id in entry_ids}
    asked = {"here": later.id, "generation": later.generation, "later": later.revision, "ids": json.dumps(entry_ids)}
    for entry_id, since, until in later.session.execute(text(_VERSIONS[later.database.dialect]), asked):
        found[entry_id].update(number for number in (since, until) if number and earlier.revision < number <= later.revision)
    return {entry_id: sorted(numbers) for entry_id, numbers in found.items()}


def _erased(earlier: Snapshot, later: Snapshot) -> list[ErasedDocument]:
    """The documents that were erased between the two, in order; at most as many as a page has entries."""
    position = col(CapturedRow.erased_position)
    query = select(position, CapturedRow.erased).where(later.rows.of(CapturedRow), position > earlier.revision, position <= later.revision)
    rows = later.session.exec(query.order_by(position).limit(MAX_PAGE))
    found = [(number, Erasure.model_validate_json(body)) for number, body in rows if body is not None]
    return [
        ErasedDocument(document_id=one.document_id, revision=number or 0, erased_by=one.by, erased_at=one.at, reason=one.reason)
        for number, one in found
    ]
