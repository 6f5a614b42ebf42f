"""The search index as a query sees it: the segments that existed at its revision, and which of their versions have what is asked for."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np
import orjson
from numpy.typing import NDArray

from services.query.snapshot import Snapshot
from services.query.unlisted import not_listed
from shared.store.facet_columns import Facets, decode_facets
from shared.store.segments import Ints, Posting, decode_ends, decode_versions, find_posting, ordinals_of, token_numbers, undated

Match = tuple[tuple[bytes, ...], ...]
"""Groups of tokens: an entry has one of each group."""

_KEPT = "segment"

_HERE = "FROM segment WHERE chronology_id = ? AND generation = ?"
_SEGMENTS = f"SELECT number, first_since, last_since {_HERE} ORDER BY number"
_SEGMENT = f"SELECT body, ends {_HERE} AND number = ?"
_FACETS = f"SELECT facets {_HERE} AND number = ?"
_ENDED = 'SELECT number, "until" FROM listing WHERE chronology_id = ? AND generation = ? AND "until" > ? ORDER BY number'
_BLOCKS = {
    "sqlite": "SELECT w.value ->> 0, w.value ->> 1, (SELECT p.body FROM posting AS p WHERE p.chronology_id = ? "
    "AND p.generation = ? AND p.segment = w.value ->> 0 AND p.token <= w.value ->> 1 ORDER BY p.token DESC LIMIT 1) "
    "FROM json_each(?) AS w",
    "postgresql": "SELECT (w ->> 0)::bigint, (w ->> 1)::bigint, p.body FROM json_array_elements(CAST(? AS json)) AS w, "
    "LATERAL (SELECT body FROM posting WHERE chronology_id = ? AND generation = ? AND segment = (w ->> 0)::bigint "
    "AND token <= (w ->> 1)::bigint ORDER BY token DESC LIMIT 1) AS p",
}


class Segment:
    """A segment. Its first `dated` versions have a date; `told` are the segments whose ends its versions know of.

    An end is a fact: once it is known, every snapshot may know of it, those of earlier revisions included.
    """

    __slots__ = ("_order", "dated", "ends", "number", "told", "versions")

    def __init__(self, number: int, body: bytes, ends: bytes | None) -> None:
        stored = decode_versions(body)
        self.number = number
        self.versions = replace(stored, until=stored.until.copy())
        self.dated = len(stored) - int(np.count_nonzero(undated(stored.sort_from, stored.sort_to)))
        self.ends = decode_ends(ends or b"")
        self.told: frozenset[int] = frozenset((number,))
        self._order = np.argsort(stored.number).astype(np.uint16)

    def end(self, numbers: Ints, until: Ints) -> None:
        """Take note that versions ended, of which some may be of this segment; `numbers` rise."""
        versions = self.versions
        if not len(numbers) or not len(versions):
            return
        low, high = (int(versions.number[self._order[at]]) for at in (0, -1))
        first, last = np.searchsorted(numbers, (low, high + 1))
        numbers, until = numbers[first:last], until[first:last]
        at = np.searchsorted(versions.number, numbers, sorter=self._order)
        ours = self._order[np.minimum(at, len(versions) - 1)].astype(np.int64)
        there = versions.number[ours] == numbers
        versions.until[ours[there]] = until[there]


class Found:
    """Versions in a segment: those that are in all of some postings, or all where there are none."""

    def __init__(self, segment: Segment, postings: Sequence[Posting] = ()) -> None:
        self.segment = segment
        self._bits = [one for one in postings if one.dtype == np.uint8]
        self._lists = sorted((one for one in postings if one.dtype != np.uint8), key=len)

    @cached_property
    def ordinals(self) -> Ints:
        """Which versions these are, rising."""
        if not self._lists:
            return self._spread(0, len(self.segment.versions))
        found = self._lists[0].astype(np.int64)
        for other in self._lists[1:]:
            found = found[_among(other, found)]
        return found[self._set(found)]

    @property
    def dense(self) -> bool:
        """Whether there are so many that they are better taken in parts."""
        return not self._lists

    def between(self, low: int, high: int) -> Ints:
        """Those from one ordinal to before another."""
        if self.dense:
            return self._spread(low, high)
        first, last = np.searchsorted(self.ordinals, (low, high))
        return self.ordinals[first:last]

    def among(self, ordinals: Ints) -> Ints:
        """Those of some ordinals that are among them."""
        return ordinals[self._set(ordinals)] if self.dense else ordinals[_among(self.ordinals, ordinals)]

    def parted(self, others: "Found") -> "tuple[Found, Found]":
        """Part them into those that are among others of the segment, too, and those that are not."""
        here = [*self._bits, *self._lists]
        return Found(self.segment, [*here, *others._bits, *others._lists]), Found(self.segment, [*here, others._outside()])

    def _outside(self) -> Posting:
        """All others of the segment."""
        if self.dense and self._bits:
            together: Posting = np.bitwise_and.reduce(self._bits)
            return ~together
        mask = np.ones(len(self.segment.versions), bool)
        mask[self.ordinals] = False
        return np.packbits(mask)

    def _spread(self, low: int, high: int) -> Ints:
        if not self._bits:
            return np.arange(low, high)
        first, last = low >> 3, (high + 7) >> 3
        both = self._bits[0][first:last]
        for other in self._bits[1:]:
            both = both & other[first:last]
        start = 8 * first
        return low + np.flatnonzero(np.unpackbits(both)[low - start : high - start])

    def _set(self, ordinals: Ints) -> NDArray[np.bool_]:
        mask = np.ones(len(ordinals), bool)
        for one in self._bits:
            mask &= (one[ordinals >> 3] >> (7 - (ordinals & 7))) & 1 == 1
        return mask


def _among(these: Posting, ordinals: Ints) -> NDArray[np.bool_]:
    if not len(these):
        return np.zeros(len(ordinals), bool)
    at = np.searchsorted(these, ordinals)
    found: NDArray[np.bool_] = these[np.minimum(at, len(these) - 1)] == ordinals
    return found


def segments(snapshot: Snapshot) -> list[Segment]:
    """Return the segments in which something may have held at the snapshot's revision, with all ends that the session sees."""
    return _segments(snapshot)[0]


def segments_to_the_end(snapshot: Snapshot) -> list[Segment]:
    """Return the same, and know also of what ended with no version after it that the index could have told of."""
    held, last = _segments(snapshot)
    if snapshot.revision > last:
        ends = np.array(snapshot.driver.bodies(_ENDED, snapshot.id, snapshot.generation, last), np.int64).reshape(-1, 2).T
        for segment in held:
            segment.end(*ends)
    return held


def _segments(snapshot: Snapshot) -> tuple[list[Segment], int]:
    here = (snapshot.id, snapshot.generation)
    rows = snapshot.driver.bodies(_SEGMENTS, *here)
    kept, name = snapshot.database.kept, _name(snapshot)
    known: dict[int, Segment] = {row[0]: kept.get((name, row[0])) for row in rows}
    fresh = [number for number, segment in known.items() if segment is None]
    sizes: dict[int, int] = {}
    for number in fresh:
        ((body, ends),) = snapshot.driver.bodies(_SEGMENT, *here, number)
        known[number] = Segment(number, body, ends)
        sizes[number] = len(body) * 5 // 4 + len(ends or b"")
    for segment in known.values():
        if not segment.told.issuperset(known):
            for number in known.keys() - segment.told:
                segment.end(*known[number].ends)
            segment.told |= known.keys()
    for number in fresh:
        kept.put((name, number), known[number], sizes[number])
    return [known[number] for number, first, _ in rows if first <= snapshot.revision], max((row[2] for row in rows), default=-1)


def facets_of(snapshot: Snapshot, held: Sequence[Segment]) -> dict[int, Facets]:
    """Return what is counted of segments, by their numbers; raise `Busy` where a release that did not keep it wrote them."""
    kept, name = snapshot.database.kept, _name(snapshot)
    found: dict[int, Facets] = {}
    for segment in held:
        known = kept.get((name, segment.number, _FACETS))
        if known is None:
            ((body,),) = snapshot.driver.bodies(_FACETS, snapshot.id, snapshot.generation, segment.number)
            if body is None:
                raise not_listed()
            known = decode_facets(body)
            kept.put((name, segment.number, _FACETS), known, 3 * len(body))
        found[segment.number] = known
    return found


def matching(snapshot: Snapshot, match: Match, held: Sequence[Segment] | None = None) -> list[Found]:
    """Return the versions that have all of a match, all there are where it is empty; of the segments that are `held`, or of all."""
    if not all(match):
        return []
    held = segments(snapshot) if held is None else held
    groups = [token_numbers(b"".join(group)).tolist() for group in match]
    postings = _postings(snapshot, held, dict.fromkeys(token for group in groups for token in group))
    return list(_met(held, groups, postings))


def _met(held: Sequence[Segment], groups: Sequence[Sequence[int]], postings: dict[tuple[int, int], Posting]) -> Iterator[Found]:
    for segment in held:
        size = len(segment.versions)
        parts = []
        for group in groups:
            had = [posting for token in group if len(posting := postings[segment.number, token])]
            if not had:
                break
            parts.append(had[0] if len(had) == 1 else _either(had, size))
        else:
            yield Found(segment, parts)


def _either(postings: Sequence[Posting], size: int) -> Posting:
    mask = np.zeros(size, bool)
    for posting in postings:
        mask[ordinals_of(posting, size)] = True
    return np.packbits(mask)


def _postings(snapshot: Snapshot, held: Sequence[Segment], tokens: dict[int, None]) -> dict[tuple[int, int], Posting]:
    """Who has each of some tokens, by segment and token."""
    kept, name = snapshot.database.kept, _name(snapshot)
    found: dict[tuple[int, int], Posting] = {}
    wanted: list[tuple[int, int]] = []
    for segment in held:
        for token in tokens:
            posting = kept.get((name, segment.number, token))
            if posting is None:
                wanted.append((segment.number, token))
            else:
                found[segment.number, token] = posting
    if wanted:
        here, named = (snapshot.id, snapshot.generation), orjson.dumps(wanted).decode()
        asked = (*here, named) if snapshot.database.dialect == "sqlite" else (named, *here)
        blocks = {(row[0], row[1]): row[2] for row in snapshot.driver.bodies(_BLOCKS[snapshot.database.dialect], *asked)}
        for at in wanted:
            block = blocks.get(at)
            posting = _NOBODY if block is None else find_posting(block, at[1]).copy()
            found[at] = posting
            kept.put((name, *at), posting, posting.nbytes)
    return found


def _name(snapshot: Snapshot) -> bytes:
    """What tells the segments of a generation from all others, those of a database that was set back to a backup among them."""
    return snapshot.key.token(_KEPT)


_NOBODY: Posting = np.empty(0, "<u2")
