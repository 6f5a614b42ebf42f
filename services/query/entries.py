"""Entries out of the read model: pages of them as they are filtered and ordered, and one by its id.

Which versions of entries are shown, and in what order, is read from the listing (`orders`, `finding`); the entries themselves are opened
only for what a page shows.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import ColumnElement, func, or_
from sqlmodel import col, select

from services.query.cursors import Cursor, Direction
from services.query.finding import (
    actor_match,
    place_match,
    source_match,
    title_match,
    words_match,
    year_match,
)
from services.query.heads import Head
from services.query.nearest import FURTHER, Key
from services.query.orders import BY_DATE, BY_DATE_FALLING, BY_SOURCES, CHANGED, ByRelevance, Listed, Order, Search, Sort, begin, bereft
from services.query.periods import Certainty, InRange, Period
from services.query.segments import Match
from services.query.snapshot import Snapshot
from shared.domain.chronology import Entry, Status
from shared.domain.errors import InvalidInput
from shared.lexicon.searching import Wanted, wanted
from shared.store.read_keys import ReadKey
from shared.store.read_model import LISTED, ClaimRow, EntryRow, PlacementRow, day_bounds

PAGE = 50
MAX_PAGE = 500
SPARE = 4
"""How many more rows are read than are wanted, where some may not fit: `FURTHER` times as many each time that they were too few."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which entries are asked for.

    `date_from`, `date_to`, `before`, `after` and `certainty` are those of a `Period`. `text` is what `wanted` reads: of each word, the
    entry has one that begins so. `source` is an id, `place` and `actor` are names in any language; `year` is one in which it may have
    happened.
    """

    text: str | None = None
    date_from: str | None = None
    date_to: str | None = None
    disputed: bool = False
    status: Status | None = None
    before: str | None = None
    after: str | None = None
    certainty: Certainty = "possible"
    source: str | None = None
    place: str | None = None
    actor: str | None = None
    year: int | None = None

    @property
    def period(self) -> Period:
        """When the entries are to have happened."""
        return Period(self.date_from, self.date_to, self.before, self.after, self.certainty)

    @property
    def any(self) -> bool:
        """Whether anything is filtered at all."""
        named = (self.source, self.place, self.actor, self.year)
        return bool(self.text or self.period.any or self.disputed or self.status) or any(one is not None for one in named)

    @property
    def asked(self) -> Wanted:
        """The words and phrases that are asked for."""
        return wanted(self.text or "")

    def match(self, key: ReadKey) -> Match:
        """What entries have in the search index that are asked for."""
        found: Match = words_match(key, self.asked) if self.text else ()
        found += source_match(key, self.source) if self.source is not None else ()
        found += place_match(key, self.place) if self.place is not None else ()
        found += actor_match(key, self.actor) if self.actor is not None else ()
        return found + (year_match(key, self.year) if self.year is not None else ())

    def search(self, key: ReadKey) -> Search:
        """Return what narrows a walk down to them."""
        return Search(self.match(key), self.period.bounds() if self.period.any else (), self.status, self.disputed)


@dataclass(frozen=True, slots=True)
class EntryPage:
    """One page of entries, with the cursors of the pages before and after it.

    `in_range` says of each entry whether it fits the period for certain or possibly; None where no period is asked for.
    """

    entries: list[Head]
    in_range: list[InRange | None]
    next: str | None
    previous: str | None


def entry_page(
    snapshot: Snapshot, filters: Filters, cursor: Cursor | None = None, limit: int = PAGE, sort: Sort | None = None
) -> EntryPage:
    """Return up to `limit` entries from the cursor on, in the order of the cursor, or else in the one named, or by date.

    Raises `InvalidInput` when the two are not the same, or when an order by relevance is asked for without words.
    """
    if cursor is not None and sort not in (None, cursor.sort):
        raise InvalidInput(f"this cursor goes on in the order {cursor.sort!r}, not in {sort!r}; start again without one")
    sort = (cursor.sort if cursor else sort) or "date"
    backwards = cursor is not None and cursor.direction == "before"
    found = _matching(snapshot, filters, sort, cursor.key if cursor else None, limit + 1, backwards=backwards)
    more = len(found) > limit
    found = found[:limit]
    if backwards:
        found.reverse()
    has_next = more if not backwards else True
    has_previous = more if backwards else cursor is not None

    def turn(at: _Found, direction: Direction) -> str:
        return Cursor(revision=snapshot.revision, direction=direction, sort=sort, key=at.listed.key).encode()

    return EntryPage(
        entries=[one.entry for one in found],
        in_range=[one.in_range for one in found],
        next=turn(found[-1], "after") if found and has_next else None,
        previous=turn(found[0], "before") if found and has_previous else None,
    )


@dataclass(frozen=True, slots=True)
class _Found:
    listed: Listed
    entry: Head
    in_range: InRange | None


def _matching(snapshot: Snapshot, filters: Filters, sort: Sort, place: Key | None, limit: int, *, backwards: bool) -> list[_Found]:
    """Return up to `limit` entries that match, the nearest first.

    Rows are narrowed by day bounds, and dates are asked one by one: a dispute over two far days has bounds around all between them.
    """
    order = order_of(snapshot, filters, sort)
    ahead = begin(snapshot, filters.search(snapshot.key) if filters.any and snapshot.generation else Search(), order)
    period, found = filters.period, list[_Found]()
    spare = SPARE if period.any else 0
    while True:
        asked = limit - len(found) + spare
        rows = ahead(place, asked, backwards=backwards)
        for row, entry in zip(rows, heads_of(snapshot, rows), strict=True):
            in_range = period.fits(entry.dates) if period.any else None
            if in_range or not period.any:
                found.append(_Found(row, entry, in_range))
        if len(rows) < asked or len(found) >= limit:
            return found[:limit]
        place, spare = rows[-1].key, FURTHER * spare


def order_of(snapshot: Snapshot, filters: Filters, sort: Sort) -> Order:
    """Return the order of a name."""
    if sort == "relevance":
        if not filters.text:
            raise InvalidInput("an order by relevance needs words that are searched for: say which in q, or sort by something else")
        return ByRelevance(title_match(snapshot.key, filters.asked) if snapshot.generation else ((),))
    return {"changed": CHANGED, "sources": BY_SOURCES, "date": BY_DATE, "-date": BY_DATE_FALLING}[sort]


_BODIES = {
    "sqlite": "SELECT e.id, e.since, e.body FROM json_each(?) AS w CROSS JOIN entry AS e "
    "WHERE e.chronology_id = ? AND e.generation = ? AND e.id = w.value ->> 0 AND e.since = w.value ->> 1",
    "postgresql": "SELECT e.id, e.since, e.body FROM json_array_elements(CAST(? AS json)) AS w JOIN entry AS e "
    "ON e.chronology_id = ? AND e.generation = ? AND e.id = w ->> 0 AND e.since = (w ->> 1)::bigint",
}


def heads_of(snapshot: Snapshot, listed: Sequence[Listed]) -> list[Head]:
    """Return what lists show of rows of the listing, in their order."""
    kept = [(row.id, row.since, row.shown) for row in listed if row.shown is not None]
    if len(kept) < len(listed):  # rows of an older release, which kept this with nothing but the entry
        return [Head.of(entry) for entry in entries_of(snapshot, listed)]
    return [Head.read(entry_id, snapshot.open(shown, LISTED, entry_id, since)) for entry_id, since, shown in kept]


def entries_of(snapshot: Snapshot, listed: Sequence[Listed]) -> list[Entry]:
    """Read the entries of rows of the listing, in their order."""
    return find_versions(snapshot, [(row.id, row.since) for row in listed])


def find_versions(snapshot: Snapshot, versions: Sequence[tuple[str, int]]) -> list[Entry]:
    """Read versions of entries by their ids and the revisions from which they held, in this order."""
    return [Entry.model_validate_json(body) for body in _bodies(snapshot, versions)]


def _bodies(snapshot: Snapshot, versions: Sequence[tuple[str, int]]) -> list[bytes]:
    if not versions:
        return []
    named = orjson.dumps(versions).decode()
    rows = snapshot.driver.bodies(_BODIES[snapshot.database.dialect], named, snapshot.id, snapshot.generation)
    bodies = {(entry_id, since): body for entry_id, since, body in rows}
    key = snapshot.key
    return [key.open(bodies[one], "entry", *one) for one in versions]


def opened(snapshot: Snapshot, row: EntryRow) -> Entry:
    """Return what a row says of its entry."""
    return Entry.model_validate_json(snapshot.open(row.body, "entry", row.id, row.since))


def holding(snapshot: Snapshot) -> list[ColumnElement[bool]]:
    """The conditions under which an entry's version is the one shown at the snapshot's revision."""
    here: list[Any] = [snapshot.rows.of(EntryRow)]
    if snapshot.erasing:
        here.append(col(EntryRow.id).not_in(bereft(snapshot)))
    if not snapshot.past:
        return [*here, col(EntryRow.until).is_(None)]
    until = or_(col(EntryRow.until).is_(None), col(EntryRow.until) > snapshot.revision)
    return [*here, col(EntryRow.since) <= snapshot.revision, until]


def place_of(entry: Entry) -> Key:
    """Return the place of an entry in the order of the days."""
    undated = entry.earliest is None and entry.latest is None
    return int(undated), *day_bounds(entry.earliest, entry.latest), entry.id


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
