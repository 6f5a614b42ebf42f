"""Entries out of the read model: pages of them in chronological order, and one by its id."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, tuple_
from sqlmodel import col, select

from services.query.cursors import Cursor, Direction
from services.query.snapshot import Snapshot
from shared.domain.chronology import Entry, Status
from shared.domain.dates import Edtf
from shared.domain.errors import InvalidInput
from shared.lexicon.folding import words
from shared.store.read_model import NO_END, NO_START, ClaimRow, EntryRow, PlacementRow

PAGE = 50
MAX_PAGE = 500


Place = tuple[int, int, str]
"""The sort key of an entry: its day bounds and its id."""

_KEY = (col(EntryRow.sort_from), col(EntryRow.sort_to), col(EntryRow.id))
_UNDATED = and_(col(EntryRow.sort_from) == NO_START, col(EntryRow.sort_to) == NO_END)


@dataclass(frozen=True, slots=True)
class Filters:
    """Which entries are asked for. `date_from` and `date_to` are EDTF dates.

    Of each word of `text`, the entry has one that begins so; `ReadKey.token` says how exactly.
    """

    text: str | None = None
    date_from: str | None = None
    date_to: str | None = None
    disputed: bool = False
    status: Status | None = None

    @property
    def any(self) -> bool:
        """Whether anything is filtered at all."""
        return bool(self.text or self.date_from or self.date_to or self.disputed or self.status)


@dataclass(frozen=True, slots=True)
class EntryPage:
    """One page of entries, with the cursors of the pages before and after it."""

    entries: list[Entry]
    next: str | None
    previous: str | None


def entry_page(snapshot: Snapshot, filters: Filters, cursor: Cursor | None = None, limit: int = PAGE) -> EntryPage:
    """Return up to `limit` entries from the cursor on, ordered by their day bounds; those without a date come last."""
    backwards = cursor is not None and cursor.direction == "before"
    place = None if cursor is None else (cursor.sort_from, cursor.sort_to, cursor.entry_id)
    rows = walk(snapshot, _conditions(snapshot, filters), place, limit + 1, backwards=backwards)
    more = len(rows) > limit
    rows = rows[:limit]
    if backwards:
        rows.reverse()
    has_next = more if not backwards else True
    has_previous = more if backwards else cursor is not None

    def turn(row: EntryRow, direction: Direction) -> str:
        return Cursor(
            revision=snapshot.revision, direction=direction, sort_from=row.sort_from, sort_to=row.sort_to, entry_id=row.id
        ).encode()

    return EntryPage(
        entries=[opened(snapshot, row) for row in rows],
        next=turn(rows[-1], "after") if rows and has_next else None,
        previous=turn(rows[0], "before") if rows and has_previous else None,
    )


def walk(
    snapshot: Snapshot, conditions: list[ColumnElement[bool]], place: Place | None, limit: int, *, backwards: bool = False
) -> list[EntryRow]:
    """Return up to `limit` entries that follow a place in the chronology, or precede it, the nearest first.

    What has no date sorts first in the index and last for readers, so the walk goes along the index twice: the dated, then the rest.
    """
    stretches = [~_UNDATED, _UNDATED]
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


def opened(snapshot: Snapshot, row: EntryRow) -> Entry:
    """Return what a row says of its entry."""
    return Entry.model_validate_json(snapshot.open(row.body, "entry", row.id, row.since))


def holding(snapshot: Snapshot) -> list[ColumnElement[bool]]:
    """The conditions under which an entry's version is the one shown at the snapshot's revision."""
    here: list[Any] = [col(EntryRow.chronology_id) == snapshot.id]
    if snapshot.erasing:
        # Until the rows are built anew, what an erased document had a part in is not shown.
        bereft = select(ClaimRow.entry_id).where(ClaimRow.chronology_id == snapshot.id, col(ClaimRow.document_id).in_(snapshot.erasing))
        here.append(col(EntryRow.id).not_in(bereft))
    if not snapshot.past:
        return [*here, col(EntryRow.until).is_(None)]
    until = or_(col(EntryRow.until).is_(None), col(EntryRow.until) > snapshot.revision)
    return [*here, col(EntryRow.since) <= snapshot.revision, until]


def _conditions(snapshot: Snapshot, filters: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.text:
        wanted = dict.fromkeys(words(filters.text))
        # Without a letter or digit there is nothing to look for, and so nothing to be found.
        conditions += [col(EntryRow.search).contains(snapshot.token(word), autoescape=True) for word in wanted] or [false()]
    conditions += _overlap(filters)
    if filters.disputed:
        conditions.append(col(EntryRow.disputed).is_(True))
    if filters.status:
        conditions.append(col(EntryRow.status) == filters.status)
    return conditions


def _overlap(filters: Filters) -> list[ColumnElement[bool]]:
    if not (filters.date_from or filters.date_to):
        return []
    first = Edtf.parse(filters.date_from).earliest if filters.date_from else float("-inf")
    last = Edtf.parse(filters.date_to).latest if filters.date_to else float("inf")
    if last < first:
        raise InvalidInput(f"the range ends before it starts: from {filters.date_from} to {filters.date_to}")
    return [
        col(EntryRow.sort_from) <= int(min(last, NO_END)),
        col(EntryRow.sort_to) >= int(max(first, NO_START)),
        ~_UNDATED,
    ]


def find_entry(snapshot: Snapshot, entry_id: str) -> Entry | None:
    """Return the entry with this very id at the snapshot's revision."""
    row = snapshot.session.exec(select(EntryRow).where(*holding(snapshot), EntryRow.id == entry_id)).first()
    return None if row is None else opened(snapshot, row)


def entry_of_claim(snapshot: Snapshot, claim_id: str) -> str | None:
    """Return the id of the entry that holds a claim; an entry that was merged into another is known by its claim's id."""
    claim = snapshot.session.get(ClaimRow, (snapshot.id, claim_id))
    if claim is None or claim.position > snapshot.revision:
        return None
    if not snapshot.past:
        return claim.entry_id
    before = (
        PlacementRow.chronology_id == snapshot.id,
        PlacementRow.claim_id == claim_id,
        col(PlacementRow.until) > snapshot.revision,
    )
    held_by = snapshot.session.exec(select(PlacementRow.entry_id).where(*before).order_by(col(PlacementRow.until)).limit(1)).first()
    return held_by or claim.entry_id


def count_entries(snapshot: Snapshot, *, disputed: bool = False) -> int:
    """Count the entries, or only those whose claims disagree."""
    query = select(func.count()).select_from(EntryRow).where(*holding(snapshot))
    return snapshot.session.exec(query.where(col(EntryRow.disputed).is_(True)) if disputed else query).one()
