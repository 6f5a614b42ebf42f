"""The listing of a chronology in memory, column by column, to count what entries have by the hundred thousand.

A database would read all rows for every count; here they are read once, and after that only what has been added and what has ended since.
A shelf is made of nothing but rows of the read model, may be let go of at any time, and serves every revision up to the newest it has seen.
It takes about a hundred bytes for each version of an entry (`Shelf.versions`), and as many for each thing that is counted.
"""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text

from services.query.periods import SIGNS, Bound
from services.query.segments import Match, matching
from services.query.snapshot import Snapshot
from shared.domain.chronology import Status
from shared.domain.listing import BITS, FACETS, Facet
from shared.store.read_model import NO_END, NO_START

Ints = NDArray[np.int64]
Codes = NDArray[np.int32]

STATUSES: tuple[Status, ...] = get_args(Status)
NEVER = 2**62
"""When a version ends that holds now."""

MAX_VERSIONS = 4_000_000
"""Versions of entries on all shelves of a process; the shelf that was used longest ago is let go of first."""

FETCHED = 20_000

_COLUMNS = ("number", "since", "until", "sort_from", "sort_to", "disputed", "status")


class _Column:
    """A column that grows at its end."""

    def __init__(self, dtype: type) -> None:
        self._room: NDArray[Any] = np.empty(1024, dtype)
        self._size = 0

    def extend(self, values: NDArray[Any]) -> None:
        size = self._size + len(values)
        if size > len(self._room):
            room = np.empty(max(size, 2 * len(self._room)), self._room.dtype)
            room[: self._size] = self._room[: self._size]
            self._room = room
        self._room[self._size : size] = values
        self._size = size

    @property
    def values(self) -> NDArray[Any]:
        return self._room[: self._size]


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


@dataclass
class Shelf:
    """The listing of one generation of a chronology's rows. Not safe in several threads at once: `Shelves` sees to that."""

    head: int = 0

    def __post_init__(self) -> None:
        self._columns = {name: _Column(np.int64) for name in _COLUMNS}
        self._starts = _Column(np.int64)
        self._codes = _Column(np.int32)
        self._local: dict[int, int] = {}
        self._values = _Column(np.int64)
        self._first: list[int] = []
        self._names: dict[int, tuple[str, str]] = {}

    @property
    def versions(self) -> int:
        """How many versions of entries it has."""
        return len(self._columns["number"].values)

    def catch_up(self, snapshot: Snapshot) -> None:
        """Read what was added and what ended since the newest revision seen. A snapshot of an older one adds nothing."""
        if snapshot.head <= self.head:
            return
        numbers = self._columns["number"].values
        last = int(numbers[-1]) if len(numbers) else 0  # beyond the head where reading broke off the last time
        here = {"here": snapshot.id, "generation": snapshot.generation, "head": self.head, "last": last}
        where = "FROM listing WHERE chronology_id = :here AND generation = :generation AND"
        if last:
            ended = snapshot.session.execute(text(f'SELECT number, "until" {where} "until" > :head'), here).all()
            self._end(ended)
        columns = ", ".join(f'"{name}"' for name in _COLUMNS)
        added = text(f"SELECT {columns}, facets {where} since > :head AND number > :last ORDER BY number")
        for rows in snapshot.session.execute(added, here, execution_options={"yield_per": FETCHED}).partitions(FETCHED):
            self._add(rows)
        self.head = snapshot.head

    def _end(self, ended: Sequence[Any]) -> None:
        numbers = self._columns["number"].values
        for number, until in ended:
            at = int(np.searchsorted(numbers, number))
            if at < len(numbers) and numbers[at] == number:
                self._columns["until"].values[at] = until

    def _add(self, rows: Sequence[Any]) -> None:
        number, since, until, sort_from, sort_to, disputed, status, facets = zip(*rows, strict=True)
        values: dict[str, Any] = {"number": number, "since": since, "sort_from": sort_from, "sort_to": sort_to, "disputed": disputed}
        values["until"] = [NEVER if one is None else one for one in until]
        values["status"] = [STATUSES.index(one) for one in status]
        for name, column in self._columns.items():
            column.extend(np.array(values[name], np.int64))
        lengths = np.array([len(one) // 8 for one in facets], np.int64)
        self._starts.extend(len(self._codes.values) + np.cumsum(lengths) - lengths)
        coded = np.frombuffer(b"".join(facets), "<i8")
        found, first, inverse = np.unique(coded, return_index=True, return_inverse=True)
        local = np.empty(len(found), np.int32)
        owners = np.repeat(np.array(number, np.int64), lengths)
        for at in np.argsort(first).tolist():
            code = int(found[at])
            known = self._local.get(code)
            if known is None:
                known = self._local[code] = len(self._local)
                self._first.append(int(owners[first[at]]))
                self._values.extend(np.array([code], np.int64))
            local[at] = known
        self._codes.extend(local[inverse])

    def count(self, snapshot: Snapshot, asked: Asked, top: int) -> Counted:
        """Count what entries have at the snapshot's revision, and name the `top` of each facet."""
        at = self._standing(snapshot, asked)
        starts, ends = self._starts.values, np.append(self._starts.values[1:], len(self._codes.values))
        lengths = (ends - starts)[at] if self.versions else np.empty(0, np.int64)
        # The places of all codes of the versions that stand: runs of neighbours, written down one after the other.
        offsets = np.repeat(starts[at] - (np.cumsum(lengths) - lengths), lengths) + np.arange(int(lengths.sum()))
        counts = np.bincount(self._codes.values[offsets], minlength=len(self._local))
        codes = {facet: self._top(facet, counts, top) for facet in FACETS}
        statuses = np.bincount(self._columns["status"].values[at], minlength=len(STATUSES)).tolist()
        return Counted(
            total=len(at),
            statuses={status: count for status, count in zip(STATUSES, statuses, strict=True) if count},
            disputed=int(self._columns["disputed"].values[at].sum()),
            codes=codes,
            names=self._names,
            firsts={code: self._first[self._local[code]] for found in codes.values() for code, _ in found},
        )

    def _top(self, facet: Facet, counts: Ints, top: int) -> list[tuple[int, int]]:
        """The codes of a facet that were counted most, with their counts; of those as often, the first that there were."""
        values = self._values.values
        some = np.flatnonzero((counts > 0) & (values >> BITS == FACETS.index(facet)))
        if len(some) > top:
            some = some[counts[some] >= np.partition(counts[some], -top)[-top]]
        most = some[np.lexsort((some, -counts[some]))[:top]]
        return [(int(values[at]), int(counts[at])) for at in most]

    def _standing(self, snapshot: Snapshot, asked: Asked) -> Ints:
        """Where the versions stand that are counted."""
        if asked.match:
            return self._holding(snapshot, asked, self._found(snapshot, asked.match))
        return self._holding(snapshot, asked, None)

    def _holding(self, snapshot: Snapshot, asked: Asked, at: Ints | None) -> Ints:
        def column(name: str) -> Ints:
            values = self._columns[name].values
            return values if at is None else values[at]

        mask: NDArray[np.bool_] = (column("since") <= snapshot.revision) & (column("until") > snapshot.revision)
        if asked.bounds:
            mask &= (column("sort_from") != NO_START) | (column("sort_to") != NO_END)
            for name, sign, bound in asked.bounds:
                mask &= SIGNS[sign](column(name), bound)
        return np.flatnonzero(mask) if at is None else at[mask]

    def _found(self, snapshot: Snapshot, match: Match) -> Ints:
        """Where versions stand that have all of a match."""
        numbers = [one.segment.versions.number[one.ordinals] for one in matching(snapshot, match)]
        return np.searchsorted(self._columns["number"].values, np.sort(np.concatenate([np.empty(0, np.int64), *numbers])))


class Shelves:
    """The shelves of a process. Safe in any thread: one chronology is counted by one thread at a time."""

    def __init__(self, max_versions: int = MAX_VERSIONS) -> None:
        self._shelves: OrderedDict[str, tuple[int, Shelf, threading.Lock]] = OrderedDict()
        self._lock = threading.Lock()
        self._max = max_versions

    def count(self, snapshot: Snapshot, asked: Asked, top: int) -> Counted:
        """Count what entries have at the snapshot's revision, and name the `top` of each facet."""
        with self._lock:
            generation, shelf, lock = self._shelves.pop(snapshot.id, (0, Shelf(), threading.Lock()))
            if generation != snapshot.generation:
                shelf, lock = Shelf(), threading.Lock()  # the rows of another generation have other codes
            self._shelves[snapshot.id] = (snapshot.generation, shelf, lock)
        with lock:
            shelf.catch_up(snapshot)
            counted = shelf.count(snapshot, asked, top)
        self._let_go()
        return counted

    def _let_go(self) -> None:
        with self._lock:
            while len(self._shelves) > 1 and sum(shelf.versions for _, shelf, _ in self._shelves.values()) > self._max:
                self._shelves.popitem(last=False)
