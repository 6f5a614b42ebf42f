"""Walks over what the search index finds: what comes next in an order, of the entries that have what is asked for, at any revision.

The index says who has which tokens, when each version began, and of most when it ended. It gives candidates in order, and the listing has
the last word on each: so many of them are looked at as it takes to fill a page, however many there are.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from services.query.periods import SIGNS, Bound, Sign
from services.query.segments import Found, Segment
from services.query.snapshot import Snapshot
from shared.store.segments import Ints

Key = tuple[int | str, ...]
"""A place in an order: numbers, and the id of the entry that stands there."""

AHEAD = 8
"""How many more candidates are looked at than are wanted, to begin with: some of the same days may stand before the place."""
FURTHER = 4
"""How many times as many the next time, where too few of them held."""
CHUNK = 256
LEAST = 16
"""How many are taken out of each segment at least, where all that are wanted lie in many of them."""

_ROWS = {
    "sqlite": "SELECT number, id, since, until, sort_from, sort_to, sources, shown FROM listing "
    "WHERE number IN (SELECT value FROM json_each(?))",
    "postgresql": "SELECT number, id, since, until, sort_from, sort_to, sources, shown FROM listing "
    "WHERE chronology_id = ? AND generation = ? AND number = ANY(ARRAY(SELECT json_array_elements_text(CAST(? AS json))::bigint))",
}


class Candidate(NamedTuple):
    """A row of the listing that may have held."""

    number: int
    id: str
    since: int
    until: int | None
    sort_from: int
    sort_to: int
    sources: int
    shown: bytes | None


class Candidates:
    """Looks rows of the listing up by their numbers, each once, and says which held at the snapshot's revision."""

    def __init__(self, snapshot: Snapshot, without: frozenset[str]) -> None:
        self._snapshot = snapshot
        self._without = without
        self._known: dict[int, Candidate] = {}

    def look_up(self, numbers: Iterable[int]) -> list[Candidate]:
        wanted = list(numbers)
        missing = [number for number in wanted if number not in self._known]
        if missing:
            snapshot, asked = self._snapshot, orjson.dumps(missing).decode()
            here = (snapshot.id, snapshot.generation) if snapshot.database.dialect == "postgresql" else ()
            rows = snapshot.driver.bodies(_ROWS[snapshot.database.dialect], *here, asked)
            self._known |= {row[0]: Candidate._make(row) for row in rows}
        return [self._known[number] for number in wanted if number in self._known]

    def held(self, candidate: Candidate) -> bool:
        revision = self._snapshot.revision
        ended = candidate.until is not None and candidate.until <= revision
        return candidate.since <= revision and not ended and candidate.id not in self._without


def holding(segment: Segment, ordinals: Ints, revision: int, bounds: Sequence[Bound]) -> Ints:
    """Those that may have held at a revision and meet the bounds."""
    versions = segment.versions
    mask: NDArray[np.bool_] = (versions.since[ordinals] <= revision) & (versions.until[ordinals] > revision)
    for name, sign, day in bounds:
        mask &= SIGNS[sign](getattr(versions, name)[ordinals], day)
    return ordinals[mask]


Stretch = Ints | tuple[int, int]
"""Ordinals, or the first of some and the one behind the last, rising."""


class _Stream:
    """What was found in one segment and holds, in order, as far as it is asked for. `stretches` are where it lies, along the walk."""

    def __init__(self, found: Found, stretches: Sequence[Stretch], revision: int, bounds: Sequence[Bound], *, falling: bool) -> None:
        self.segment = found.segment
        self._among = found
        self._left = deque(stretches)
        self._falling = falling
        self._chunk = CHUNK
        self._asked = (revision, bounds)
        self._found = np.empty(0, np.int64)

    def first(self, count: int) -> tuple[Ints, bool]:
        """Return so many ordinals, and whether there may be more."""
        while len(self._found) < count and self._left:
            part = self._next(self._left.popleft())
            self._chunk *= FURTHER
            self._found = np.concatenate((self._found, holding(self.segment, part, *self._asked)))
        return self._found[:count], len(self._found) > count or len(self._left) > 0

    def _next(self, stretch: Stretch) -> Ints:
        """The next of a stretch, whose rest is put back."""
        if not isinstance(stretch, tuple):
            part, rest = stretch[: self._chunk], stretch[self._chunk :]
            if len(rest):
                self._left.appendleft(rest)
            return part
        low, high = stretch
        if self._falling:
            cut = max(low, high - self._chunk)
            part, left = self._among.between(cut, high)[::-1], (low, cut)
        else:
            cut = min(high, low + self._chunk)
            part, left = self._among.between(low, cut), (cut, high)
        if left[0] < left[1]:
            self._left.appendleft(left)
        return part


def along_days(
    candidates: Candidates,
    found: Sequence[Found],
    revision: int,
    bounds: Sequence[Bound],
    place: tuple[int, int, str] | None,
    limit: int,
    *,
    dated: bool,
    falling: bool,
) -> list[Candidate]:
    """Return up to `limit` versions in the order of the days, or against it: those with a date, or those without."""
    streams = [
        _Stream(one, stretches, revision, bounds, falling=falling)
        for one in found
        if (stretches := _within(one, bounds, place and place[:2], dated=dated, falling=falling))
    ]
    take = AHEAD + limit
    while True:
        numbers, ends, more = _heads(streams, take, falling=falling)
        rows = candidates.look_up(numbers)
        # Beyond the last candidate of a segment that has more, others may come first.
        lasts = [_days(row) for row in candidates.look_up(ends)]
        edge = None if not lasts else max(lasts) if falling else min(lasts)
        keyed = sorted(((_days(row), row) for row in rows if candidates.held(row)), reverse=falling)
        safe = [
            row for key, row in keyed if _ahead(key, place, falling=falling) and (edge is None or not _ahead(key, edge, falling=falling))
        ]
        if len(safe) >= limit or not more:
            return safe[:limit]
        take *= FURTHER


def _days(row: Candidate) -> tuple[int, int, str]:
    return row.sort_from, row.sort_to, row.id


def _ahead(key: tuple[Any, ...], place: tuple[Any, ...] | None, *, falling: bool) -> bool:
    return place is None or (key < place if falling else key > place)


def _within(one: Found, bounds: Sequence[Bound], days: tuple[int, int] | None, *, dated: bool, falling: bool) -> list[Stretch]:
    """Where those with a date, or without one, stand on the way from a place, in the order of the walk."""
    segment, versions = one.segment, one.segment.versions
    low, high = (0, segment.dated) if dated else (segment.dated, len(versions))
    starts = versions.sort_from[: segment.dated]
    if dated:
        for name, sign, day in bounds:
            if name == "sort_from":
                at = int(np.searchsorted(starts, day, "left" if sign in ("<", ">=") else "right"))
                low, high = (low, min(high, at)) if sign in ("<", "<=") else (max(low, at), high)
        if days is not None:
            left, right = (int(np.searchsorted(starts, days[0], side)) for side in ("left", "right"))
            at = left + int(np.searchsorted(versions.sort_to[left:right], days[1], "right" if falling else "left"))
            low, high = (low, min(high, at)) if falling else (max(low, at), high)
    early: list[Stretch] = []
    for name, sign, day in bounds:
        if name == "sort_to" and sign in (">", ">="):
            # What begins that late ends that late, too: only what begins before has to be asked when it ends.
            late = min(max(low, int(np.searchsorted(starts, day, "left" if sign == ">=" else "right"))), high)
            early += [_ending(one, low, late, sign, day)] if low < late else []
            low = max(low, late)
    rest: list[Stretch] = [] if low >= high else [(low, high)] if one.dense else [one.between(low, high)]
    found = [stretch[::-1] if falling and not isinstance(stretch, tuple) else stretch for stretch in (*early, *rest) if len(stretch)]
    return found[::-1] if falling else found


def _ending(one: Found, low: int, high: int, sign: Sign, day: int) -> Ints:
    """Those of a range that end on a day or after it."""
    ends = one.segment.versions.sort_to
    if not one.dense:
        some = one.between(low, high)
        ending: Ints = some[SIGNS[sign](ends[some], day)]
        return ending
    return one.among(low + np.flatnonzero(SIGNS[sign](ends[low:high], day)))


def _heads(streams: Sequence[_Stream], take: int, *, falling: bool) -> tuple[list[int], list[int], bool]:
    """The numbers of the next candidates; of those that were the last to be had of a segment which has more; whether there are more."""
    if not streams:
        return [], [], False
    # Where there are many segments, few of the next are in one of them.
    share = min(take, max(LEAST, FURTHER * take // len(streams)))
    taken = [stream.first(share) for stream in streams]
    columns = [
        np.concatenate([getattr(stream.segment.versions, name)[part] for stream, (part, _) in zip(streams, taken, strict=True)])
        for name in ("number", "sort_from", "sort_to")
    ]
    last = np.zeros(len(columns[0]), bool)
    ends = np.cumsum([len(part) for part, _ in taken])
    last[[end - 1 for end, (part, more) in zip(ends.tolist(), taken, strict=True) if more and len(part)]] = True
    more = any(more for _, more in taken)
    number, sort_from, sort_to = columns
    if len(number) > take:
        sign = -1 if falling else 1
        order = np.lexsort((sign * sort_to, sign * sort_from))
        edge = order[take - 1]
        before = sign * sort_from < sign * sort_from[edge]
        chosen = before | ((sort_from == sort_from[edge]) & (sign * sort_to <= sign * sort_to[edge]))
        more = more or not bool(chosen.all())
        number, last = number[chosen], last[chosen]
    return number.tolist(), number[last].tolist(), more


def by_rank(
    candidates: Candidates,
    found: Sequence[Found],
    revision: int,
    bounds: Sequence[Bound],
    rank: Callable[[Segment, Ints], Ints],
    key: Callable[[Candidate], Key],
    place: Key | None,
    least: int | None,
    limit: int,
    *,
    falling: bool,
) -> list[Candidate]:
    """Return up to `limit` versions in the order of a rank, and of ids within it. `least` is the rank of the place."""
    parts = [(one.segment, _dated_only(one, bounds)) for one in found]
    held = [(segment, holding(segment, ordinals, revision, bounds)) for segment, ordinals in parts]
    number = _joined(segment.versions.number[ordinals] for segment, ordinals in held)
    ranks = _joined(rank(segment, ordinals) for segment, ordinals in held)
    ranks = -ranks if falling else ranks
    if least is not None:
        ahead = ranks >= (-least if falling else least)
        number, ranks = number[ahead], ranks[ahead]
    take = AHEAD + limit
    while True:
        chosen = number if len(number) <= take else number[ranks <= np.partition(ranks, take - 1)[take - 1]]
        rows = (row for row in candidates.look_up(chosen.tolist()) if candidates.held(row))
        keyed = sorted(((key(row), row) for row in rows), reverse=falling)
        safe = [row for at, row in keyed if _ahead(at, place, falling=falling)]
        if len(safe) >= limit or len(chosen) == len(number):
            return safe[:limit]
        take *= FURTHER


def _dated_only(one: Found, bounds: Sequence[Bound]) -> Ints:
    return one.ordinals[: np.searchsorted(one.ordinals, one.segment.dated)] if bounds else one.ordinals


def _joined(parts: Iterator[Ints]) -> Ints:
    return np.concatenate([np.empty(0, np.int64), *parts])
