"""What entries have, counted: how many of those that are asked for have which source, place, actor, year and status.

Counted are the versions in the segments of the search index that held at a revision, each segment by itself, from columns that stand
beside it (`shared.store.facet_columns`). A shelf keeps nothing but a numbering of all codes there are, so that the counts of segments can
be added up, and their names: it may be let go of at any time.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.query.nearest import holding
from services.query.periods import Bound
from services.query.segments import Found, Match, Segment, facets_of, matching, segments_to_the_end
from services.query.snapshot import Snapshot
from shared.domain.chronology import Status
from shared.domain.listing import BITS, FACETS, Facet
from shared.store.facet_columns import STATUSES, Facets, first_version
from shared.store.segments import Ints

MAX_CODES = 4_000_000
"""Codes that the shelves of a process know together; the shelf that was used longest ago is let go of first."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which versions are counted: those of a match, and within day bounds, where there are any."""

    match: Match = ()
    bounds: tuple[Bound, ...] = ()


@dataclass(slots=True)
class Counted:
    """How many entries there are, and how many of them have what: by status, in dispute, and by facet code for what most of them have.

    `firsts` are, for these codes, the numbers of the first versions of entries that had them; `names` is what is known of their names, to
    be added to.
    """

    total: int
    statuses: dict[Status, int]
    disputed: int
    codes: dict[Facet, list[tuple[int, int]]]
    firsts: dict[int, int]
    names: dict[int, tuple[str, str]]


class Shelf:
    """A numbering of the codes of one generation of a chronology's rows. Not safe in several threads at once: `Shelves` sees to that."""

    def __init__(self) -> None:
        self._known: Ints = np.empty(0, np.int64)  # codes, rising, and the number that each was given
        self._numbers: Ints = np.empty(0, np.int64)
        self._codes: Ints = np.empty(0, np.int64)  # by their numbers
        self._firsts: Ints = np.empty(0, np.int64)
        self._of_segment: dict[int, NDArray[np.int32]] = {}
        self._names: dict[int, tuple[str, str]] = {}

    @property
    def codes(self) -> int:
        """How many codes it knows, those of each segment counted by themselves."""
        return len(self._codes) + sum(map(len, self._of_segment.values()))

    def count(self, snapshot: Snapshot, asked: Asked, top: int) -> Counted:
        """Count what entries have at the snapshot's revision, and name the `top` of each facet."""
        held = segments_to_the_end(snapshot)
        columns = facets_of(snapshot, held)
        self._take_in(held, columns)
        total, disputed, statuses = 0, 0, np.zeros(len(STATUSES), np.int64)
        counts = np.zeros(len(self._codes), np.int64)
        for found in matching(snapshot, asked.match, held):
            at, facets = _counted(found, snapshot.revision, asked.bounds), columns[found.segment.number]
            total += len(at)
            disputed += int(np.count_nonzero(facets.disputed[at]))
            statuses += np.bincount(facets.status[at], minlength=len(STATUSES))
            had = np.bincount(_places(facets, at), minlength=len(facets.codes))
            counts[self._of_segment[found.segment.number]] += had
        codes = {facet: self._top(facet, counts, top) for facet in FACETS}
        return Counted(
            total=total,
            statuses={status: count for status, count in zip(STATUSES, statuses.tolist(), strict=True) if count},
            disputed=disputed,
            codes={facet: [(int(self._codes[at]), int(counts[at])) for at in numbers] for facet, numbers in codes.items()},
            names=self._names,
            firsts={int(self._codes[at]): first_version(int(self._firsts[at])) for numbers in codes.values() for at in numbers},
        )

    def _take_in(self, held: list[Segment], columns: Mapping[int, Facets]) -> None:
        """Number the codes of segments that are new, and let go of those that were merged."""
        fresh = [one.number for one in held if one.number not in self._of_segment]
        if not fresh:
            return
        self._of_segment = {one.number: self._of_segment[one.number] for one in held if one.number in self._of_segment}
        new = np.setdiff1d(np.concatenate([columns[number].codes for number in fresh]), self._known)
        numbers = np.arange(len(self._codes), len(self._codes) + len(new))
        self._codes = np.concatenate((self._codes, new))
        self._firsts = np.concatenate((self._firsts, np.full(len(new), np.iinfo(np.int64).max)))
        at = np.searchsorted(self._known, new)
        self._known, self._numbers = np.insert(self._known, at, new), np.insert(self._numbers, at, numbers)
        for number in fresh:
            facets = columns[number]
            places = self._numbers[np.searchsorted(self._known, facets.codes)]
            self._of_segment[number] = places.astype(np.int32)
            self._firsts[places] = np.minimum(self._firsts[places], facets.firsts)

    def _top(self, facet: Facet, counts: Ints, top: int) -> list[int]:
        """The numbers of the codes of a facet that were counted most; of those as often, the first that there were."""
        some = np.flatnonzero((counts > 0) & (self._codes >> BITS == FACETS.index(facet)))
        if len(some) > top:
            some = some[counts[some] >= np.partition(counts[some], -top)[-top]]
        most: list[int] = some[np.lexsort((self._firsts[some], -counts[some]))[:top]].tolist()
        return most


def _counted(found: Found, revision: int, bounds: tuple[Bound, ...]) -> Ints:
    """Which versions of a segment are counted, by ordinal; where dates are asked for, they are those with a date."""
    ordinals = found.ordinals
    some = ordinals[: np.searchsorted(ordinals, found.segment.dated)] if bounds else ordinals
    return holding(found.segment, some, revision, bounds)


def _places(facets: Facets, at: Ints) -> NDArray[Any]:
    """The places of all codes of some versions: runs of neighbours, written down one after the other."""
    lengths = facets.starts[at + 1] - facets.starts[at]
    offsets = np.repeat(facets.starts[at] - (np.cumsum(lengths) - lengths), lengths) + np.arange(int(lengths.sum()))
    return facets.places[offsets]


class Shelves:
    """The shelves of a process. Safe in any thread: one chronology is counted by one thread at a time."""

    def __init__(self, max_codes: int = MAX_CODES) -> None:
        self._shelves: OrderedDict[str, tuple[int, Shelf, threading.Lock]] = OrderedDict()
        self._lock = threading.Lock()
        self._max = max_codes

    def count(self, snapshot: Snapshot, asked: Asked, top: int) -> Counted:
        """Count what entries have at the snapshot's revision, and name the `top` of each facet."""
        with self._lock:
            generation, shelf, lock = self._shelves.pop(snapshot.id, (0, Shelf(), threading.Lock()))
            if generation != snapshot.generation:
                shelf, lock = Shelf(), threading.Lock()  # the rows of another generation have other codes
            self._shelves[snapshot.id] = (snapshot.generation, shelf, lock)
        with lock:
            counted = shelf.count(snapshot, asked, top)
        self._let_go()
        return counted

    def _let_go(self) -> None:
        with self._lock:
            while len(self._shelves) > 1 and sum(shelf.codes for _, shelf, _ in self._shelves.values()) > self._max:
                self._shelves.popitem(last=False)
