"""Verifying the search index: each segment is made again from those rows of the listing that it is of, and the two are compared.

Segments are cut by transactions, so that two generations that find the same do not have the same ones. But what a segment holds depends on
nothing but which versions it has, all but when these ended, of which it knows as much as was known when it was written.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.engine import Row

from services.projection.indexing import Made, made_of, rows_to_index
from shared.domain.errors import Damaged
from shared.store.engine import ReadSession
from shared.store.generations import Rows
from shared.store.read_model import ListingRow, PostingRow, SegmentRow
from shared.store.segments import NEVER, Ints, Versions, decode_ends, decode_versions
from shared.store.tables import table_of

FETCH = 500

_SEGMENT, _POSTING, _LISTING = (table_of(row) for row in (SegmentRow, PostingRow, ListingRow))


def verify_index(session: ReadSession, here: Rows) -> None:
    """Raise `Damaged` where the index is not what the listing gives, which is taken for granted."""
    columns = (_SEGMENT.c[name] for name in ("number", "versions", "first_since", "last_since", "ends"))
    segments = session.execute(select(*columns).where(here.of(_SEGMENT.c)).order_by(_SEGMENT.c.number)).all()
    last = max((segment.last_since for segment in segments), default=-1)
    ends = [_read(segment.number, "ends", lambda one=segment: decode_ends(one.ends)) for segment in segments]
    ended, until = (np.concatenate([np.empty(0, np.int64), *parts]) for parts in (*zip(*ends, strict=True),) or ((), ()))
    numbers: set[int] = set()
    for segment in segments:
        numbers.update(_verify(session, here, segment, last, ended, until))
    held = session.execute(select(func.count()).select_from(_LISTING).where(here.of(_LISTING.c))).scalar_one()
    if len(numbers) != sum(segment.versions for segment in segments) or len(numbers) != held:
        raise _damaged(f"its segments hold {len(numbers)} versions of {held}, or some of them twice")


def _verify(session: ReadSession, here: Rows, segment: Row[Any], last: int, ended: Ints, until: Ints) -> list[int]:
    """Verify a segment; return the numbers of its versions. `until` are the ends that all segments tell of, of the versions `ended`."""
    there = (here.of(_SEGMENT.c), _SEGMENT.c.number == segment.number)
    body, facets = session.execute(select(_SEGMENT.c.body, _SEGMENT.c.facets).where(*there)).one()
    versions: Versions = _read(segment.number, "body", lambda: decode_versions(body))
    numbers: list[int] = versions.number.tolist()
    rows = [row for at in range(0, len(numbers), FETCH) for row in _rows(session, here, numbers[at : at + FETCH])]
    if not rows or len(rows) != len(numbers) or len(rows) != segment.versions:
        raise _damaged(f"segment {segment.number} has versions that are not in the listing, or not as many as it says")
    made = made_of(rows)
    names = ("number", "since", "sort_from", "sort_to", "sources")
    wrong = [name for name in names if not np.array_equal(getattr(versions, name), getattr(made.versions, name))]
    wrong += ["first_since"] if segment.first_since != made.versions.since.min() else []
    wrong += ["last_since"] if segment.last_since != made.versions.since.max() else []
    wrong += ["facets"] if facets != made.facets else []
    wrong += ["until"] if not wrong and not _ends_agree(versions, made, last, ended, until) else []
    if wrong:
        raise _damaged(f"segment {segment.number} differs in {', '.join(wrong)}")
    blocks = select(_POSTING.c.token, _POSTING.c.body).where(here.of(_POSTING.c), _POSTING.c.segment == segment.number)
    if tuple(map(tuple, session.execute(blocks.order_by(_POSTING.c.token)))) != made.postings:
        raise _damaged(f"the postings of segment {segment.number} are not what its versions have")
    return numbers


def _rows(session: ReadSession, here: Rows, numbers: list[int]) -> Iterator[Row[Any]]:
    yield from session.execute(rows_to_index(here).where(_LISTING.c.number.in_(numbers)))


def _ends_agree(versions: Versions, made: Made, last: int, ended: Ints, until: Ints) -> bool:
    """Whether versions end when they are known to; what ended after the last revision that is indexed, the index need not know of."""
    known = versions.until.copy()
    at = {int(number): ordinal for ordinal, number in enumerate(versions.number)}
    ours = [(at[number], end) for number, end in zip(ended.tolist(), until.tolist(), strict=True) if number in at]
    for ordinal, end in ours:
        known[ordinal] = end
    true = made.versions.until
    return bool(np.all((known == true) | ((known == NEVER) & (true > last))))


def _read(number: int, column: str, decode: Any) -> Any:
    try:
        return decode()
    except (ValueError, TypeError) as error:
        raise _damaged(f"the {column} of segment {number} cannot be read") from error


def _damaged(what: str) -> Damaged:
    return Damaged(f"the search index is not what its listing gives: {what}; `salname rebuild` mends it")
