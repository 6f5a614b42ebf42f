"""Orders that entries are listed in, and walks along them: what comes next, whatever is filtered, at any revision.

An order is one key for every entry, of numbers and the id, so that a place in it means the same whatever is added or filtered. Everything
there is now is walked along an index of the listing. What is filtered, and what was there at an earlier revision, is walked along the
search index (`nearest`), which knows what held without a look at the rows of what did not.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, NamedTuple, Protocol

from sqlalchemy import ColumnElement, Select, and_, case, literal, null, or_, select, tuple_
from sqlmodel import col

from services.query.finding import disputed_match, status_match
from services.query.nearest import Candidate, Candidates, Key, along_days, by_rank
from services.query.periods import SIGNS, Bound
from services.query.segments import Found, Match, Segment, matching
from services.query.snapshot import Snapshot
from services.query.unlisted import not_listed, of_entries
from shared.domain.chronology import Status
from shared.store.driver import Row
from shared.store.read_keys import ReadKey
from shared.store.read_model import NO_END, NO_START, ClaimRow, EntryRow, ListingRow
from shared.store.segments import Ints
from shared.store.tables import table_of

Sort = Literal["date", "-date", "changed", "sources", "relevance"]
"""By the days of happening, early or late first; the last changed first; of most sources first; found in the title first."""

_L = table_of(ListingRow).c

UNDATED = and_(_L["sort_from"] == NO_START, _L["sort_to"] == NO_END)
"""What has no date has its place behind all that has one."""

_DAYS = ("sort_from", "sort_to", "id")
_BOUNDS = tuple(_L[name] for name in _DAYS)
_RANK_BITS = 40
"""Revisions are smaller than that many bits."""


class Listed(NamedTuple):
    """One version of an entry as the listing has it, with its place in the order that it was found in."""

    number: int
    id: str
    since: int
    sort_from: int
    sort_to: int
    shown: bytes | None
    key: Key


_COLUMNS = tuple(_L[name] for name in ("id", "since", "sort_from", "sort_to"))


@dataclass(frozen=True)
class Search:
    """What narrows a walk: what entries have in the search index, the bounds that their days are within, a status, being in dispute."""

    match: Match = ()
    bounds: tuple[Bound, ...] = ()
    status: Status | None = None
    disputed: bool = False

    @property
    def any(self) -> bool:
        """Whether it narrows anything down."""
        return bool(self.match or self.bounds or self.status or self.disputed)

    def whole(self, key: ReadKey) -> Match:
        """All that entries have in the search index."""
        found = self.match + (status_match(key, self.status) if self.status else ())
        return found + (disputed_match(key) if self.disputed else ())

    def conditions(self) -> list[ColumnElement[bool]]:
        """What rows meet where there is no search index; none can be asked there for `match`."""
        found = [~UNDATED] if self.bounds else []
        found += [SIGNS[sign](_L[name], day) for name, sign, day in self.bounds]
        found += [_L["status"] == self.status] if self.status else []
        return found + ([_L["disputed"].is_(True)] if self.disputed else [])


class Order(Protocol):
    """An order of entries, by a key: whose expressions rise, or all fall."""

    key: tuple[ColumnElement[Any], ...]

    def falls(self, *, backwards: bool) -> bool:
        """Whether keys fall along the order, or back along it."""

    def current(self, snapshot: Snapshot, place: Key | None, limit: int, *, backwards: bool) -> list[Listed]:
        """Return what follows a place of all that is there now."""

    def found(self, look: "Look", place: Key | None, limit: int, *, backwards: bool) -> list[Listed]:
        """Return what follows a place of what the search index finds."""


class Look:
    """One look into the search index for what is asked for."""

    def __init__(self, snapshot: Snapshot, search: Search) -> None:
        self.snapshot = snapshot
        self.bounds = search.bounds
        self.found = matching(snapshot, search.whole(snapshot.key))
        without = snapshot.session.execute(bereft(snapshot)).scalars() if snapshot.erasing else ()
        self.candidates = Candidates(snapshot, frozenset(without))

    def parted(self, match: Match) -> tuple[list[Found], list[Found]]:
        """Part what is found into what has a match as well, and what has not."""
        having = {one.segment.number: one for one in matching(self.snapshot, match)}
        with_it, without = list[Found](), list[Found]()
        for one in self.found:
            if one.segment.number in having:
                both, one = one.parted(having[one.segment.number])
                with_it.append(both)
            without.append(one)
        return with_it, without

    def days(
        self, found: Sequence[Found], place: tuple[int, int, str] | None, limit: int, *, dated: bool, falling: bool
    ) -> list[Candidate]:
        """Return what follows a place in the order of the days."""
        if not dated and self.bounds:
            return []
        revision = self.snapshot.revision
        return along_days(self.candidates, found, revision, self.bounds, place, limit, dated=dated, falling=falling)


class ByDate(Order):
    """In the order of the days, or against it; without a date, last either way."""

    def __init__(self, *, descending: bool) -> None:
        self._descending = descending
        self._stretches = (True, False)  # with a date, then without one
        self.key = (case((UNDATED, self._first(dated=False)), else_=self._first(dated=True)), *_BOUNDS)

    def falls(self, *, backwards: bool) -> bool:
        return self._descending != backwards

    def _first(self, *, dated: bool) -> int:
        """What a key begins with: rising where the days do, falling where they fall."""
        return int(dated) if self._descending else int(not dated)

    def _ways(self, place: Key | None, *, backwards: bool) -> Iterator[tuple[int, bool, tuple[int, int, str] | None]]:
        stretches = self._stretches[::-1] if backwards else self._stretches
        passed = place is not None
        for dated in stretches:
            first = self._first(dated=dated)
            if passed and place is not None and place[0] != first:
                continue
            yield first, dated, _rest(place) if passed else None
            passed = False

    def current(self, snapshot: Snapshot, place: Key | None, limit: int, *, backwards: bool) -> list[Listed]:
        found: list[Listed] = []
        falling = self._descending != backwards
        for first, dated, rest in self._ways(place, backwards=backwards):
            within = f"{'NOT ' if dated else ''}(sort_from = {NO_START} AND sort_to = {NO_END})"
            rows = _standing(snapshot, _DAYS, rest, limit - len(found), falling=falling, within=within)
            found += [Listed._make((*row[:6], (first, *row[6:]))) for row in rows]
            if len(found) == limit:
                break
        return found

    def found(self, look: Look, place: Key | None, limit: int, *, backwards: bool) -> list[Listed]:
        found: list[Listed] = []
        falling = self._descending != backwards
        for first, dated, rest in self._ways(place, backwards=backwards):
            rows = look.days(look.found, rest, limit - len(found), dated=dated, falling=falling)
            found += [_listed(row, (first, row.sort_from, row.sort_to, row.id)) for row in rows]
            if len(found) == limit:
                break
        return found


class Ranked(Order):
    """The highest rank first, and of one rank the last id first."""

    def __init__(self, key: Sequence[str], rank: Callable[[Segment, Ints], Ints], number: Callable[[Key], int]) -> None:
        self._names = key
        self.key = tuple(_L[name] for name in key)
        self._rank = rank
        self._number = number

    def falls(self, *, backwards: bool) -> bool:
        return not backwards

    def current(self, snapshot: Snapshot, place: Key | None, limit: int, *, backwards: bool) -> list[Listed]:
        return [Listed._make((*row[:6], row[6:])) for row in _standing(snapshot, self._names, place, limit, falling=not backwards)]

    def found(self, look: Look, place: Key | None, limit: int, *, backwards: bool) -> list[Listed]:
        least = None if place is None else self._number(place)
        asked = (look.candidates, look.found, look.snapshot.revision, look.bounds, self._rank, self._place, place, least, limit)
        return [_listed(row, self._place(row)) for row in by_rank(*asked, falling=not backwards)]

    def _place(self, row: Candidate) -> Key:
        return tuple(getattr(row, name) for name in self._names)


CHANGED = Ranked(("since", "id"), lambda segment, at: segment.versions.since[at], lambda place: int(place[0]))
"""What changed last, first."""

BY_SOURCES = Ranked(
    ("sources", "since", "id"),
    lambda segment, at: segment.versions.sources[at] << _RANK_BITS | segment.versions.since[at],
    lambda place: int(place[0]) << _RANK_BITS | int(place[1]),
)
"""What most sources tell of, first; of these, what changed last."""


class ByRelevance(Order):
    """What has all the words in its title first, then what else was found; either in the order of the days."""

    key = _BOUNDS  # of what is found by words, which no row has: nobody comes to ask

    def __init__(self, titled: Match) -> None:
        self._titled = titled

    def falls(self, *, backwards: bool) -> bool:
        return backwards

    def current(self, snapshot: Snapshot, place: Key | None, limit: int, *, backwards: bool) -> list[Listed]:
        return self.found(Look(snapshot, Search()), place, limit, backwards=backwards)

    def found(self, look: Look, place: Key | None, limit: int, *, backwards: bool) -> list[Listed]:
        parted = look.parted(self._titled)
        classes = range(4) if place is None else range(int(place[0]), 4)
        if backwards:
            classes = range(3, -1, -1) if place is None else range(int(place[0]), -1, -1)
        found: list[Listed] = []
        for number in classes:
            rest = _rest(place) if place is not None and place[0] == number else None
            rows = look.days(parted[number // 2], rest, limit - len(found), dated=number % 2 == 0, falling=backwards)
            found += [_listed(row, (number, row.sort_from, row.sort_to, row.id)) for row in rows]
            if len(found) == limit:
                break
        return found


BY_DATE, BY_DATE_FALLING = ByDate(descending=False), ByDate(descending=True)


def _rest(place: Key | None) -> tuple[int, int, str] | None:
    return None if place is None else (int(place[1]), int(place[2]), str(place[3]))


def _listed(row: Candidate, key: Key) -> Listed:
    return Listed(row.number, row.id, row.since, row.sort_from, row.sort_to, row.shown, key)


def walk(
    snapshot: Snapshot,
    search: Search,
    place: Key | None,
    limit: int,
    *,
    backwards: bool = False,
    order: Order = BY_DATE,
) -> list[Listed]:
    """Return up to `limit` entries that follow a place in an order, or precede it, the nearest first."""
    return begin(snapshot, search, order)(place, limit, backwards=backwards)


class Walk(Protocol):
    """A walk that can be gone on with."""

    def __call__(self, place: Key | None, limit: int, *, backwards: bool = False) -> list[Listed]:
        """Return up to `limit` entries that follow a place, or precede it, the nearest first."""


def begin(snapshot: Snapshot, search: Search, order: Order = BY_DATE) -> Walk:
    """Begin a walk along an order.

    Where a release before there was a listing wrote the rows, the entries themselves are asked: slowly, and not for everything.
    """
    if not snapshot.generation:
        return lambda place, limit, backwards=False: []
    current = not search.any and not snapshot.past
    ahead = partial(order.current, snapshot) if current else partial(order.found, Look(snapshot, search))

    def go_on(place: Key | None, limit: int, *, backwards: bool = False) -> list[Listed]:
        found = ahead(place, limit, backwards=backwards)
        if found or is_listed(snapshot):
            return found
        return _along_entries(snapshot, search, order, place, limit, backwards=backwards)

    return go_on


def _along_entries(snapshot: Snapshot, search: Search, order: Order, place: Key | None, limit: int, *, backwards: bool) -> list[Listed]:
    if search.match:
        raise not_listed()
    then = [_L["since"] <= snapshot.revision, or_(_L["until"].is_(None), _L["until"] > snapshot.revision)]
    if snapshot.erasing:
        then.append(_L["id"].not_in(bereft(snapshot)))
    key, falling = order.key, order.falls(backwards=backwards)
    query = select(literal(0), *_COLUMNS, null(), *key).where(*_here(snapshot), *then, *search.conditions())
    if place is not None:
        query = query.where(tuple_(*key) < tuple_(*place) if falling else tuple_(*key) > tuple_(*place))
    query = query.order_by(*(part.desc() if falling else part for part in key)).limit(limit)
    return [Listed._make((*row[:6], tuple(row[6:]))) for row in snapshot.session.execute(of_entries(query))]


def is_listed(snapshot: Snapshot) -> bool:
    """Whether the rows have a listing, or no entries; else a release before there was one wrote them, and they are being replaced."""
    listed = select(_L["number"]).where(*_here(snapshot)).limit(1)
    entries = select(col(EntryRow.id)).where(snapshot.rows.of(EntryRow)).limit(1)
    return snapshot.session.execute(listed).first() is not None or snapshot.session.execute(entries).first() is None


def check_listed(snapshot: Snapshot) -> None:
    """Refuse to say that there is nothing while rows without a listing are being replaced."""
    if not is_listed(snapshot):
        raise not_listed()


def listed_of_days(snapshot: Snapshot, days: tuple[int, int], after: str, limit: int) -> list[Listed]:
    """Return up to `limit` entries of the same days, in the order of their ids, after an id."""
    found = walk(snapshot, Search(), (int(days == (NO_START, NO_END)), *days, after), limit)
    return [row for row in found if (row.sort_from, row.sort_to) == days]


def _here(snapshot: Snapshot) -> tuple[ColumnElement[bool], ...]:
    return (snapshot.rows.of(ListingRow),)


def _standing(snapshot: Snapshot, key: Sequence[str], place: Key | None, limit: int, *, falling: bool, within: str = "1 = 1") -> list[Row]:
    """What follows a place along an index of the versions that are shown now: their columns, then their keys."""
    names, turn = ", ".join(key), " DESC" if falling else ""
    asked: list[object] = [snapshot.id, snapshot.generation]
    then = ""
    if snapshot.erasing:
        marks = ", ".join("?" * len(snapshot.erasing))
        then += f" AND id NOT IN (SELECT entry_id FROM claim WHERE chronology_id = ? AND generation = ? AND document_id IN ({marks}))"  # noqa: S608 - marks
        asked += [snapshot.id, snapshot.generation, *snapshot.erasing]
    if place is not None:
        then += f" AND ({names}) {'<' if falling else '>'} ({', '.join('?' * len(key))})"
        asked += place
    statement = (
        f"SELECT number, id, since, sort_from, sort_to, shown, {names} FROM listing WHERE chronology_id = ? AND generation = ? "  # noqa: S608 - our own names
        f'AND "until" IS NULL AND {within}{then} ORDER BY {", ".join(name + turn for name in key)} LIMIT ?'
    )
    return snapshot.driver.bodies(statement, *asked, limit)


def bereft(snapshot: Snapshot) -> Select[Any]:
    """The entries that a document which is being erased has a part in: until the rows are built anew, they are not shown."""
    return select(col(ClaimRow.entry_id)).where(snapshot.rows.of(ClaimRow), col(ClaimRow.document_id).in_(snapshot.erasing))
