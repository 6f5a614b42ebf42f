"""Entries out of the read model: pages of them in chronological order, and one by its id.

Versions of entries are found at an earlier revision as fast as at the current one: the index that has them in order also has the
revisions from and until which each held. Near the beginning of a log, where nearly all versions in that order are of later revisions,
the few that there were are found by the revision, and then sorted.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, false, func, or_, tuple_
from sqlmodel import col, select

from services.query.cursors import Cursor, Direction
from services.query.periods import UNDATED, Certainty, InRange, Period
from services.query.snapshot import Snapshot
from shared.domain.chronology import Entry, Status
from shared.lexicon.folding import words
from shared.store.read_model import NO_END, NO_START, ClaimRow, EntryRow, PlacementRow

PAGE = 50
MAX_PAGE = 500
EARLY = 2_000
"""With no more versions than this up to a revision, they are found by it, and then sorted."""


Place = tuple[int, int, str]
"""The sort key of an entry: its day bounds and its id."""

_KEY = (col(EntryRow.sort_from), col(EntryRow.sort_to), col(EntryRow.id))


@dataclass(frozen=True, slots=True)
class Filters:
    """Which entries are asked for.

    `date_from`, `date_to`, `before`, `after` and `certainty` are those of a `Period`. Of each word of `text`, the entry has one that
    begins so; `ReadKey.token` says how exactly.
    """

    text: str | None = None
    date_from: str | None = None
    date_to: str | None = None
    disputed: bool = False
    status: Status | None = None
    before: str | None = None
    after: str | None = None
    certainty: Certainty = "possible"

    @property
    def period(self) -> Period:
        """When the entries are to have happened."""
        return Period(self.date_from, self.date_to, self.before, self.after, self.certainty)

    @property
    def any(self) -> bool:
        """Whether anything is filtered at all."""
        return bool(self.text or self.period.any or self.disputed or self.status)


@dataclass(frozen=True, slots=True)
class EntryPage:
    """One page of entries, with the cursors of the pages before and after it.

    `in_range` says of each entry whether it fits the period for certain or possibly; None where no period is asked for.
    """

    entries: list[Entry]
    in_range: list[InRange | None]
    next: str | None
    previous: str | None


def entry_page(snapshot: Snapshot, filters: Filters, cursor: Cursor | None = None, limit: int = PAGE) -> EntryPage:
    """Return up to `limit` entries from the cursor on, ordered by their day bounds; those without a date come last."""
    backwards = cursor is not None and cursor.direction == "before"
    place = None if cursor is None else (cursor.sort_from, cursor.sort_to, cursor.entry_id)
    found = _matching(snapshot, filters, place, limit + 1, backwards=backwards)
    more = len(found) > limit
    found = found[:limit]
    if backwards:
        found.reverse()
    has_next = more if not backwards else True
    has_previous = more if backwards else cursor is not None

    def turn(at: _Found, direction: Direction) -> str:
        return Cursor(
            revision=snapshot.revision, direction=direction, sort_from=at.row.sort_from, sort_to=at.row.sort_to, entry_id=at.row.id
        ).encode()

    return EntryPage(
        entries=[one.entry for one in found],
        in_range=[one.in_range for one in found],
        next=turn(found[-1], "after") if found and has_next else None,
        previous=turn(found[0], "before") if found and has_previous else None,
    )


@dataclass(frozen=True, slots=True)
class _Found:
    row: EntryRow
    entry: Entry
    in_range: InRange | None


def _matching(snapshot: Snapshot, filters: Filters, place: Place | None, limit: int, *, backwards: bool) -> list[_Found]:
    """Return up to `limit` entries that match, the nearest first. Rows are narrowed by day bounds; dates are asked one by one."""
    conditions, period, found = _conditions(snapshot, filters), filters.period, list[_Found]()
    while True:
        rows = walk(snapshot, conditions, place, limit, backwards=backwards)
        for row in rows:
            entry = opened(snapshot, row)
            in_range = period.fits(entry) if period.any else None
            if in_range or not period.any:
                found.append(_Found(row, entry, in_range))
        if len(rows) < limit or len(found) >= limit:
            return found[:limit]
        place = (rows[-1].sort_from, rows[-1].sort_to, rows[-1].id)


def walk(
    snapshot: Snapshot, conditions: list[ColumnElement[bool]], place: Place | None, limit: int, *, backwards: bool = False
) -> list[EntryRow]:
    """Return up to `limit` entries that follow a place in the chronology, or precede it, the nearest first.

    What has no date sorts first in the index and last for readers, so the walk goes along the index twice: the dated, then the rest.
    """
    if _is_early(snapshot):
        return _walk_early(snapshot, conditions, place, limit, backwards=backwards)
    stretches = [~UNDATED, UNDATED]
    if backwards:
        stretches.reverse()
    if place is not None and (place[:2] == (NO_START, NO_END)) != backwards:
        stretches = stretches[1:]
    rows: list[EntryRow] = []
    for number, stretch in enumerate(stretches):
        query = select(EntryRow).where(*holding(snapshot), *conditions, stretch)
        if place is not None and number == 0:
            query = query.where(tuple_(*_KEY) < tuple_(*place) if backwards else tuple_(*_KEY) > tuple_(*place))
        query = query.order_by(*(part.desc() if backwards else part for part in _KEY)).limit(limit - len(rows))
        rows += snapshot.session.exec(query)
        if len(rows) == limit:
            break
    return rows


def _is_early(snapshot: Snapshot) -> bool:
    """Whether there were so few versions of entries up to the snapshot's revision that to read them all costs no more than a page."""
    if not snapshot.past:
        return False
    some = select(EntryRow.since).where(snapshot.rows.of(EntryRow), col(EntryRow.since) <= snapshot.revision).limit(EARLY + 1)
    return snapshot.session.exec(select(func.count()).select_from(some.subquery())).one() <= EARLY


def _walk_early(
    snapshot: Snapshot, conditions: list[ColumnElement[bool]], place: Place | None, limit: int, *, backwards: bool
) -> list[EntryRow]:
    # No index has this order: what is found by its revision is sorted, rather than found along the order.
    order = (case((UNDATED, 1), else_=0), *_KEY)
    query = select(EntryRow).where(*holding(snapshot), *conditions).with_hint(EntryRow, "INDEXED BY ix_entry_since", "sqlite")
    if place is not None:
        here = tuple_(int(place[:2] == (NO_START, NO_END)), *place)
        query = query.where(tuple_(*order) < here if backwards else tuple_(*order) > here)
    query = query.order_by(*(part.desc() if backwards else part for part in order)).limit(limit)
    return list(snapshot.session.exec(query))


def opened(snapshot: Snapshot, row: EntryRow) -> Entry:
    """Return what a row says of its entry."""
    return Entry.model_validate_json(snapshot.open(row.body, "entry", row.id, row.since))


def holding(snapshot: Snapshot) -> list[ColumnElement[bool]]:
    """The conditions under which an entry's version is the one shown at the snapshot's revision."""
    here: list[Any] = [snapshot.rows.of(EntryRow)]
    if snapshot.erasing:
        # Until the rows are built anew, what an erased document had a part in is not shown.
        bereft = select(ClaimRow.entry_id).where(snapshot.rows.of(ClaimRow), col(ClaimRow.document_id).in_(snapshot.erasing))
        here.append(col(EntryRow.id).not_in(bereft))
    if not snapshot.past:
        return [*here, col(EntryRow.until).is_(None)]
    until = or_(col(EntryRow.until).is_(None), col(EntryRow.until) > snapshot.revision)
    return [*here, col(EntryRow.since) <= snapshot.revision, until]


def says(snapshot: Snapshot, word: str) -> ColumnElement[bool]:
    """The condition that an entry has a word that begins with a folded one; `ReadKey.token` says how exactly."""
    return col(EntryRow.search).contains(snapshot.token(word), autoescape=True)


def sort_key(entry: Entry) -> Place:
    """Return the place of an entry in the chronology."""
    return NO_START if entry.earliest is None else entry.earliest, NO_END if entry.latest is None else entry.latest, entry.id


def _conditions(snapshot: Snapshot, filters: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.text:
        wanted = dict.fromkeys(words(filters.text))
        # Without a letter or digit there is nothing to look for, and so nothing to be found.
        conditions += [says(snapshot, word) for word in wanted] or [false()]
    conditions += filters.period.conditions()
    if filters.disputed:
        conditions.append(col(EntryRow.disputed).is_(True))
    if filters.status:
        conditions.append(col(EntryRow.status) == filters.status)
    return conditions


def find_entry(snapshot: Snapshot, entry_id: str) -> Entry | None:
    """Return the entry with this very id at the snapshot's revision."""
    newest = select(EntryRow).where(*holding(snapshot), EntryRow.id == entry_id).order_by(col(EntryRow.since).desc()).limit(1)
    row = snapshot.session.exec(newest).first()
    return None if row is None else opened(snapshot, row)


def find_entries(snapshot: Snapshot, entry_ids: Collection[str]) -> dict[str, Entry]:
    """Return the entries with these very ids at the snapshot's revision, by their ids."""
    query = select(EntryRow).where(*holding(snapshot), col(EntryRow.id).in_(list(entry_ids)))
    return {row.id: opened(snapshot, row) for row in snapshot.session.exec(query)}


def entry_of_claim(snapshot: Snapshot, claim_id: str) -> str | None:
    """Return the id of the entry that holds a claim; an entry that was merged into another is known by its claim's id."""
    claim = snapshot.find(ClaimRow, claim_id)
    if claim is None or claim.position > snapshot.revision:
        return None
    if not snapshot.past:
        return claim.entry_id
    before = (
        snapshot.rows.of(PlacementRow),
        PlacementRow.claim_id == claim_id,
        col(PlacementRow.until) > snapshot.revision,
    )
    held_by = snapshot.session.exec(select(PlacementRow.entry_id).where(*before).order_by(col(PlacementRow.until)).limit(1)).first()
    return held_by or claim.entry_id


def count_entries(snapshot: Snapshot, *, disputed: bool = False) -> int:
    """Count the entries, or only those whose claims disagree."""
    query = select(func.count()).select_from(EntryRow).where(*holding(snapshot))
    return snapshot.session.exec(query.where(col(EntryRow.disputed).is_(True)) if disputed else query).one()
