"""The search index as a query sees it: the segments that existed at its revision, and which of their versions have what is asked for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import orjson

from services.query.snapshot import Snapshot
from shared.store.segments import Ints, Posting, Versions, decode_versions, find_posting, ordinals_of, token_numbers, undated

Match = tuple[tuple[bytes, ...], ...]
"""Groups of tokens: an entry has one of each group."""

_KEPT = "segment"

_HERE = "FROM segment WHERE chronology_id = ? AND generation = ? AND"
_SEGMENTS = f"SELECT number {_HERE} first_since <= ? ORDER BY number"
_SEGMENT = f"SELECT body {_HERE} number = ?"
_BLOCKS = {
    "sqlite": "SELECT w.value ->> 0, w.value ->> 1, (SELECT p.body FROM posting AS p WHERE p.chronology_id = ? "
    "AND p.generation = ? AND p.segment = w.value ->> 0 AND p.token <= w.value ->> 1 ORDER BY p.token DESC LIMIT 1) "
    "FROM json_each(?) AS w",
    "postgresql": "SELECT (w ->> 0)::bigint, (w ->> 1)::bigint, p.body FROM json_array_elements(CAST(? AS json)) AS w, "
    "LATERAL (SELECT body FROM posting WHERE chronology_id = ? AND generation = ? AND segment = (w ->> 0)::bigint "
    "AND token <= (w ->> 1)::bigint ORDER BY token DESC LIMIT 1) AS p",
}


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """A segment. Its first `dated` versions have a date."""

    number: int
    versions: Versions
    dated: int


@dataclass(frozen=True, slots=True)
class Found:
    """Versions in a segment by their ordinals, rising; `whole` where these are all of them."""

    segment: Segment
    ordinals: Ints
    whole: bool = False


def segments(snapshot: Snapshot) -> list[Segment]:
    """Return the segments in which something may have held at the snapshot's revision."""
    here = (snapshot.id, snapshot.generation)
    numbers = [row[0] for row in snapshot.driver.rows(_SEGMENTS, *here, snapshot.revision)]
    kept, name = snapshot.database.kept, _name(snapshot)
    known = {number: kept.get((name, number)) for number in numbers}
    missing = [number for number, segment in known.items() if segment is None]
    for number in missing:
        ((body,),) = snapshot.driver.rows(_SEGMENT, *here, number)
        versions = decode_versions(body)
        late = int(np.count_nonzero(undated(versions.sort_from, versions.sort_to)))
        known[number] = Segment(number, versions, len(versions) - late)
        kept.put((name, number), known[number], len(body))
    return list(known.values())


def everything(snapshot: Snapshot) -> list[Found]:
    """Return all versions."""
    return [Found(segment, np.arange(len(segment.versions)), whole=True) for segment in segments(snapshot)]


def matching(snapshot: Snapshot, match: Match) -> list[Found]:
    """Return the versions that have all of a match; all there are where it is empty."""
    if not match:
        return everything(snapshot)
    if not all(match):
        return []
    held = segments(snapshot)
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
            ordinals = _all_of(parts, size)
            if len(ordinals):
                yield Found(segment, ordinals)


def _either(postings: Sequence[Posting], size: int) -> Posting:
    mask = np.zeros(size, bool)
    for posting in postings:
        mask[ordinals_of(posting, size)] = True
    return np.packbits(mask)


def _all_of(postings: Sequence[Posting], size: int) -> Ints:
    """The ordinals that are in all of some postings."""
    bits = [posting for posting in postings if posting.dtype == np.uint8]
    lists = sorted((posting for posting in postings if posting.dtype != np.uint8), key=len)
    if not lists:
        both = bits[0]
        for other in bits[1:]:
            both = both & other
        return np.flatnonzero(np.unpackbits(both, count=size))
    found = lists[0].astype(np.int64)
    for other in lists[1:]:
        at = np.searchsorted(other, found)
        at[at == len(other)] = 0
        found = found[other[at] == found]
    for one in bits:
        found = found[(one[found >> 3] >> (7 - (found & 7))) & 1 == 1]
    return found


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
        blocks = {(row[0], row[1]): row[2] for row in snapshot.driver.rows(_BLOCKS[snapshot.database.dialect], *asked)}
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
