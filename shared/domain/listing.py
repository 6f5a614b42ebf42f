"""What entries are listed, filtered and counted by, as one number for each thing: a facet code.

A code is a kind and 40 bits that tell things of one kind apart: for a year the year itself, for all else the token of its name, which
says nothing of the name.
"""

from collections.abc import Iterable
from typing import Literal, get_args

from shared.domain.chronology import Entry
from shared.domain.dates import Edtf, civil

Facet = Literal["source", "place", "actor", "year"]
FACETS: tuple[Facet, ...] = get_args(Facet)

BITS = 40
YEAR_ZERO = 1 << (BITS - 1)
"""What is added to a year in its code, so that years before the common era are no negative numbers."""

LONG = 9
"""Years from the first to the last that an entry may lie in, from which on it is of no year: it is of a decade, or of an age."""


def facet_code(facet: Facet, of: bytes | int) -> int:
    """Return the code of a token or, for `year`, of a year."""
    return FACETS.index(facet) << BITS | (YEAR_ZERO + of if isinstance(of, int) else int.from_bytes(of, "big"))


def year_of(code: int) -> int:
    """Return the year of a code that is one of a year."""
    return (code & ((1 << BITS) - 1)) - YEAR_ZERO


def years(entry: Entry) -> set[int]:
    """Return the years in which an entry may have begun or gone on, those of all dates in dispute; none where these are too many."""
    if entry.date.edtf is not None:
        return _years([(entry.earliest, entry.latest)])
    dates = (Edtf.parse(alternative.edtf) for alternative in entry.date.alternatives)
    return _years((_day(date.earliest), _day(date.latest)) for date in dates)


def _day(bound: float) -> int | None:
    return int(bound) if abs(bound) != float("inf") else None


def _years(bounds: Iterable[tuple[int | None, int | None]]) -> set[int]:
    found: set[int] = set()
    for earliest, latest in bounds:
        if earliest is None or latest is None:
            continue
        first, last = civil(earliest)[0], civil(latest)[0]
        if last - first < LONG:
            found.update(range(first, last + 1))
    return found
