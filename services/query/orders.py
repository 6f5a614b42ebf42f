"""Orders that entries are listed in, and walks along them: what comes next, whatever is filtered, at any revision.

An order is one key for every entry, of numbers and the id, so that a place in it means the same whatever is added or filtered. Everything
there is now is walked along an index of the listing. What is filtered, and what was there at an earlier revision, is walked along the
search index (`nearest`), which knows what held without a look at the rows of what did not.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
from sqlalchemy import ColumnElement, Select, and_, literal, select, tuple_
from sqlmodel import col

from services.query.nearest import Candidate, Candidates, Key, along_days, by_rank
from services.query.periods import Bound
from services.query.segments import Found, Match, Segment, matching
from services.query.snapshot import Snapshot
from shared.domain.errors import Busy
from shared.store.read_model import NO_END, NO_START, ClaimRow, EntryRow, ListingRow
from shared.store.segments import Ints

Sort = Literal["date", "-date", "changed", "sources", "relevance"]
"""By the days of happening, early or late first; the last changed first; of most sources first; found in the title first."""

_L: Mapping[str, ColumnElement[Any]] = ListingRow.__table__.c  # type: ignore[attr-defined]  # SQLModel sets it on table classes, unseen

UNDATED = and_(_L["sort_from"] == NO_START, _L["sort_to"] == NO_END)
"""What has no date has its place behind all that has one."""

_BOUNDS = (_L["sort_from"], _L["sort_to"], _L["id"])
_RANK_BITS = 40
"""Revisions are smaller than that many bits."""


class Listed(NamedTuple):
    """One version of an entry as the listing has it, with its place in the order that it was found in."""

    number: int
    id: str
    since: int
    sort_from: int
    sort_to: int
    key: Key


_COLUMNS = tuple(_L[name] for name in ("number", "id", "since", "sort_from", "sort_to"))


@dataclass(frozen=True)
class Search:
    """What narrows a walk: what entries have in the search index, and the bounds that their days are within."""

    match: Match = ()
    bounds: tuple[Bound, ...] = ()

    @property
    def any(self) -> bool:
        """Whether it narrows anything down."""
        return bool(self.match or self.bounds)


class Order(Protocol):
    """An order of entries."""

    def current(self, snapshot: Snapshot, place: Key | None, limit: int, *, backwards: bool) -> list[Listed]:
        """Return what follows a place of all that is there now."""

    def found(self, look: "Look", place: Key | None, limit: int, *, backwards: bool) -> list[Listed]:
        """Return what follows a place of what the search index finds."""


class Look:
    """One look into the search index for what is asked for."""

    def __init__(self, snapshot: Snapshot, search: Search) -> None:
        self.snapshot = snapshot
        self.bounds = search.bounds
        self.found = matching(snapshot, search.match)
        without = snapshot.session.execute(bereft(snapshot)).scalars() if snapshot.erasing else ()
        self.candidates = Candidates(snapshot, frozenset(without))

    def parted(self, match: Match) -> tuple[list[Found], list[Found]]:
        """Part what is found into what has a match as well, and what has not."""
        having = {one.segment.number: one.ordinals for one in matching(self.snapshot, match)}
        with_it, without = list[Found](), list[Found]()
        for one in self.found:
            mask = np.zeros(len(one.segment.versions), bool)
            if one.segment.number in having:
                mask[having[one.segment.number]] = True
            here = mask[one.ordinals]
            with_it.append(Found(one.segment, one.ordinals[here]))
            without.append(Found(one.segment, one.ordinals[~here]))
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
            within = ~UNDATED if dated else UNDATED
            query = select(*_COLUMNS, literal(first), *_BOUNDS).where(*_standing(snapshot), within)
            found += _nearest(snapshot, query, _BOUNDS, rest, limit - len(found), falling=falling)
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
        self._key = tuple(_L[name] for name in key)
        self._rank = rank
        self._number = number

    def current(self, snapshot: Snapshot, place: Key | None, limit: int, *, backwards: bool) -> list[Listed]:
        query = select(*_COLUMNS, *self._key).where(*_standing(snapshot))
        return _nearest(snapshot, query, self._key, place, limit, falling=not backwards)

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

    def __init__(self, titled: Match) -> None:
        self._titled = titled

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
    return Listed(row.number, row.id, row.since, row.sort_from, row.sort_to, key)


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
    """Begin a walk along an order."""
    if not snapshot.generation:
        return lambda place, limit, backwards=False: []
    if not search.any and not snapshot.past:
        return partial(_checked, snapshot, partial(order.current, snapshot))
    return partial(_checked, snapshot, partial(order.found, Look(snapshot, search)))


def _checked(snapshot: Snapshot, ahead: Walk, place: Key | None, limit: int, *, backwards: bool = False) -> list[Listed]:
    found = ahead(place, limit, backwards=backwards)
    if not found:
        check_listed(snapshot)
    return found


def check_listed(snapshot: Snapshot) -> None:
    """Refuse to say that there is nothing while the rows of an older release, which had no listing, are being replaced."""
    listed = select(_L["number"]).where(*_here(snapshot)).limit(1)
    entries = select(col(EntryRow.id)).where(snapshot.rows.of(EntryRow)).limit(1)
    if snapshot.session.execute(listed).first() is None and snapshot.session.execute(entries).first() is not None:
        raise Busy("the read model of this chronology is being built anew by a newer release; ask again in a moment")


def _nearest(
    snapshot: Snapshot, query: Any, key: Sequence[ColumnElement[Any]], place: Key | None, limit: int, *, falling: bool
) -> list[Listed]:
    if place is not None:
        query = query.where(tuple_(*key) < tuple_(*place) if falling else tuple_(*key) > tuple_(*place))
    query = query.order_by(*(part.desc() if falling else part for part in key)).limit(limit)
    return [Listed._make((*row[:5], tuple(row[5:]))) for row in snapshot.session.execute(query)]


def listed_of_days(snapshot: Snapshot, days: tuple[int, int], after: str, limit: int) -> list[Listed]:
    """Return up to `limit` entries of the same days, in the order of their ids, after an id."""
    found = walk(snapshot, Search(), (int(days == (NO_START, NO_END)), *days, after), limit)
    return [row for row in found if (row.sort_from, row.sort_to) == days]


def _here(snapshot: Snapshot) -> tuple[ColumnElement[bool], ...]:
    return (snapshot.rows.of(ListingRow),)


def _standing(snapshot: Snapshot) -> list[ColumnElement[bool]]:
    """The conditions under which a row of the listing is of a version that is shown now."""
    here: list[ColumnElement[bool]] = [*_here(snapshot), _L["until"].is_(None)]
    if snapshot.erasing:
        here.append(_L["id"].not_in(bereft(snapshot)))
    return here


def bereft(snapshot: Snapshot) -> Select[Any]:
    """The entries that a document which is being erased has a part in: until the rows are built anew, they are not shown."""
    return select(col(ClaimRow.entry_id)).where(snapshot.rows.of(ClaimRow), col(ClaimRow.document_id).in_(snapshot.erasing))
