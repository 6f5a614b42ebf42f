"""How the search index is stored: segments of versions of entries, each with what is asked of them and who has which token.

A segment is a run of versions, in the order of the days that entries are listed in. What is compared and counted of a version stands in
columns of numbers. Who has a token stands in blocks, by *ordinal*, the place of a version in its segment: so what a token gives comes in
the order of the list, and what several tokens give is intersected without looking at any row. A segment never changes; a few are merged
into one now and then.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.store.read_model import NO_END, NO_START
from shared.store.search_tokens import TOKEN_BYTES

Ints = NDArray[np.int64]
Posting = NDArray[Any]
"""The ordinals that have a token: as they are (`uint16`, rising), or, where they are many, a bit for each ordinal there is (`uint8`)."""

_ORDINAL_BITS = 16

LARGEST = 1 << _ORDINAL_BITS
"""Versions in one segment at most: an ordinal takes two bytes."""

MANY = LARGEST // 16
"""Ordinals from which on bits take less room than numbers."""

PER_BLOCK = 3_000
"""Ordinals in one block, beyond which the next begins: some ten kilobytes with their tokens."""

NEVER = 2**62
"""When a version ends of which no end was known as its segment was written."""

_COLUMNS = 6


@dataclass(frozen=True, slots=True, eq=False)
class Versions:
    """The columns of a segment. `until` is a revision by which a version had ended that the segment knows of; it may have ended since."""

    number: Ints
    since: Ints
    until: Ints
    sort_from: Ints
    sort_to: Ints
    sources: Ints

    def __len__(self) -> int:
        return len(self.number)

    def encode(self) -> bytes:
        """Return the columns as they are stored."""
        return np.stack((self.number, self.since, self.until, self.sort_from, self.sort_to, self.sources)).astype("<i8").tobytes()


def decode_versions(body: bytes) -> Versions:
    """Return the columns of a segment that is stored."""
    return Versions(*np.frombuffer(body, "<i8").reshape(_COLUMNS, -1))


def encode_ends(number: Ints, until: Ints) -> bytes:
    """Return the ends of versions as a segment has them that was written as they ended: the numbers of these, rising, and when."""
    order = np.argsort(number, kind="stable")
    return np.stack((number[order], until[order])).astype("<i8").tobytes()


def decode_ends(ends: bytes) -> tuple[Ints, Ints]:
    """Return what `encode_ends` was given, in the order of the numbers."""
    number, until = (np.frombuffer(ends, "<i8") if ends else np.empty(0, np.int64)).reshape(2, -1)
    return number, until


def undated(sort_from: Ints, sort_to: Ints) -> NDArray[np.bool_]:
    """Which versions have no date at all."""
    late: NDArray[np.bool_] = (sort_from == NO_START) & (sort_to == NO_END)
    return late


def in_order(versions: Versions, ids: Sequence[str]) -> tuple[Versions, Ints]:
    """Return versions in the order of their days, and of their ids within; and the ordinal that each has been given."""
    names = np.array([name.encode() for name in ids])
    late = undated(versions.sort_from, versions.sort_to)
    order = np.lexsort((versions.since, names, versions.sort_to, versions.sort_from, late))
    ordinals = np.empty(len(order), np.int64)
    ordinals[order] = np.arange(len(order))
    columns = (versions.number, versions.since, versions.until, versions.sort_from, versions.sort_to, versions.sources)
    return Versions(*(column[order] for column in columns)), ordinals


def token_numbers(tokens: bytes) -> Ints:
    """Return tokens, one after the other, as numbers."""
    letters = np.frombuffer(tokens, np.uint8).reshape(-1, TOKEN_BYTES).astype(np.int64)
    return letters @ (1 << np.arange(8 * (TOKEN_BYTES - 1), -1, -8))


def encode_postings(tokens: Ints, ordinals: Ints, size: int) -> Iterator[tuple[int, bytes]]:
    """Yield the blocks of a segment of so many versions, each with its first token; `tokens[i]` is had by `ordinals[i]`, in any order."""
    keys = np.sort(tokens << _ORDINAL_BITS | ordinals)
    tokens, places = keys >> _ORDINAL_BITS, (keys & ((1 << _ORDINAL_BITS) - 1)).astype("<u2")
    starts = np.flatnonzero(np.concatenate((np.ones(min(1, len(tokens)), bool), tokens[1:] != tokens[:-1])))
    distinct, ends = tokens[starts], np.append(starts[1:], len(tokens))
    many = np.flatnonzero(ends - starts > MANY).tolist()
    at = 0
    for stop in (*many, len(distinct)):
        while at < stop:
            last = min(stop, max(at + 1, int(np.searchsorted(ends, starts[at] + PER_BLOCK, "right"))))
            found = (np.array([last - at], "<i8"), distinct[at:last].astype("<i8"), (ends[at:last] - starts[at]).astype("<u2"))
            yield int(distinct[at]), b"".join(part.tobytes() for part in (*found, places[starts[at] : ends[last - 1]]))
            at = last
        if stop < len(distinct):
            bits = np.zeros(size, bool)
            bits[places[starts[stop] : ends[stop]]] = True
            yield int(distinct[stop]), b"".join((np.array([0, distinct[stop]], "<i8").tobytes(), np.packbits(bits).tobytes()))
            at = stop + 1


def find_posting(block: bytes, token: int) -> Posting:
    """Return who has a token, out of the last block that begins with it or before it."""
    tokens, ends, places = _parts(block)
    if ends is None:
        return places if tokens[0] == token else _NOBODY
    at = int(np.searchsorted(tokens, token))
    if at == len(tokens) or tokens[at] != token:
        return _NOBODY
    return places[int(ends[at - 1]) if at else 0 : int(ends[at])]


def decode_postings(block: bytes, size: int) -> tuple[Ints, Ints]:
    """Return the tokens and the ordinals of a block, as `encode_postings` took them."""
    tokens, ends, places = _parts(block)
    if ends is None:
        found = ordinals_of(places, size)
        return np.full(len(found), tokens[0], np.int64), found
    counts = np.concatenate((ends[:1], ends[1:] - ends[:-1])).astype(np.int64)
    return np.repeat(tokens, counts), places.astype(np.int64)


def ordinals_of(posting: Posting, size: int) -> Ints:
    """Return who has a token by their ordinals, rising, in a segment of so many versions."""
    if posting.dtype == np.uint8:
        return np.flatnonzero(np.unpackbits(posting, count=size))
    return posting.astype(np.int64)


def _parts(block: bytes) -> tuple[Ints, NDArray[np.uint16] | None, Posting]:
    """The tokens of a block, where the ordinals of each end, and these; for one that many have, its bits and no ends."""
    held = int(np.frombuffer(block, "<i8", 1)[0])
    if held == 0:
        return np.frombuffer(block, "<i8", 1, 8), None, np.frombuffer(block, np.uint8, -1, 16)
    ends = np.frombuffer(block, "<u2", held, 8 + 8 * held)
    return np.frombuffer(block, "<i8", held, 8), ends, np.frombuffer(block, "<u2", -1, 8 + 10 * held)


_NOBODY: Posting = np.empty(0, "<u2")
