"""What is counted of the versions in a segment, as it is stored beside them: their status, whether they are in dispute, their facet codes.

A segment has each code once; versions name those they have by their places among them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from shared.domain.chronology import Status
from shared.store.segments import Ints

STATUSES: tuple[Status, ...] = get_args(Status)

_DISPUTED = 0x80
_POSITION_BITS = 16
_LAST = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True, eq=False)
class Facets:
    """What is counted, by ordinal: version `i` has `codes[places[starts[i]:starts[i + 1]]]`.

    `status` are places in `STATUSES`. `firsts` grow with the first version that had a code, and with the code's place in it.
    """

    status: Ints
    disputed: NDArray[np.bool_]
    starts: Ints
    places: Ints
    codes: Ints
    firsts: Ints


def first_version(first: int) -> int:
    """Return the number of the version that one of `firsts` is of."""
    return first >> _POSITION_BITS


def encode_facets(number: Ints, status: Ints, disputed: NDArray[np.bool_], lengths: Ints, codes: Ints) -> bytes:
    """Return what is stored of versions by ordinal, of which the first has the first `lengths[0]` of the codes, and so on."""
    distinct, places = np.unique(codes, return_inverse=True)
    starts = np.cumsum(lengths) - lengths
    position = np.minimum(np.arange(len(codes)) - np.repeat(starts, lengths), (1 << _POSITION_BITS) - 1)
    firsts = np.full(len(distinct), _LAST)
    np.minimum.at(firsts, places, np.repeat(number, lengths) << _POSITION_BITS | position)
    columns: tuple[NDArray[Any], ...] = (
        np.array([len(number), len(distinct)], "<i8"),
        distinct.astype("<i8"),
        firsts.astype("<i8"),
        lengths.astype("<u4"),
        (status | disputed * _DISPUTED).astype("u1"),
        places.astype("<u4"),
    )
    return b"".join(column.tobytes() for column in columns)


def decode_facets(body: bytes) -> Facets:
    """Return what `encode_facets` was given."""
    size, distinct = np.frombuffer(body, "<i8", 2).tolist()
    at, found = 16, list[NDArray[Any]]()
    for kind, count in (("<i8", distinct), ("<i8", distinct), ("<u4", size), ("u1", size), ("<u4", -1)):
        found.append(np.frombuffer(body, kind, count, at) if at < len(body) else np.empty(0, kind))
        at += found[-1].nbytes
    codes, firsts, lengths, status, places = found
    starts = np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64)))
    return Facets(status.astype(np.int64) & ~_DISPUTED, status & _DISPUTED > 0, starts, places, codes, firsts)


def merge_facets(parts: Sequence[Facets], ordinals: Ints, number: Ints) -> bytes:
    """Return what is stored of the versions of several segments together, whose ordinals are now these, one part after the other."""
    status = np.empty(len(ordinals), np.int64)
    disputed, lengths = np.empty(len(ordinals), bool), np.empty(len(ordinals), np.int64)
    status[ordinals] = np.concatenate([part.status for part in parts])
    disputed[ordinals] = np.concatenate([part.disputed for part in parts])
    had = np.concatenate([np.diff(part.starts) for part in parts])
    lengths[ordinals] = had
    codes = np.concatenate([part.codes[part.places] for part in parts])
    order = np.argsort(np.repeat(ordinals, had), kind="stable")
    return encode_facets(number, status, disputed, lengths, codes[order])
