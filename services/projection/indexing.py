"""Keeping the search index: what the listing has gained becomes a segment, and segments of about one size are merged now and then.

Each version is written again a few times (`TIERS`), each time among eight times as many: so there are never more than a few dozen segments
beside the full ones, and what is written at once is never more than one full segment.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import LargeBinary, Select, select, text, type_coerce
from sqlalchemy.engine import Row

from shared.store.engine import WriteSession
from shared.store.facet_columns import STATUSES, Facets, decode_facets, encode_facets, merge_facets
from shared.store.generations import Rows
from shared.store.read_model import ListingRow, PostingRow, SegmentRow
from shared.store.search_tokens import TOKEN_BYTES
from shared.store.segments import (
    LARGEST,
    NEVER,
    Ints,
    Versions,
    decode_ends,
    decode_postings,
    decode_versions,
    encode_ends,
    encode_postings,
    in_order,
    token_numbers,
)
from shared.store.tables import table_of

FAN = 8
TIERS = tuple(LARGEST // 2 // FAN**power for power in (3, 2, 1, 0))
"""Versions from which on a segment is of a higher tier; from the last on it is full, and not merged any more."""

_SEGMENT, _POSTING, _LISTING = (table_of(row) for row in (SegmentRow, PostingRow, ListingRow))

_NOW = {
    "sqlite": "SELECT number, id, until FROM listing WHERE number IN (SELECT value FROM json_each(:numbers))",
    "postgresql": "SELECT number, id, until FROM listing WHERE chronology_id = :here AND generation = :generation "
    "AND number = ANY(ARRAY(SELECT json_array_elements_text(CAST(:numbers AS json))::bigint))",
}


def index_new(session: WriteSession, here: Rows) -> None:
    """Take into the index what stands in the listing and is not in it: in the transaction that wrote it."""
    kept = select(_SEGMENT.c.last_since).where(here.of(_SEGMENT.c)).order_by(_SEGMENT.c.last_since.desc()).limit(1)
    last = session.execute(kept).scalar()
    last = -1 if last is None else last
    new = rows_to_index(here).where(_LISTING.c.since > last).order_by(_LISTING.c.since, _LISTING.c.id)
    rows = session.execute(new).all()
    ended = select(_LISTING.c.number, _LISTING.c.until).where(here.of(_LISTING.c), _LISTING.c.until > last, _LISTING.c.since <= last)
    ends = np.array(session.execute(ended).all() if rows else [], np.int64).reshape(-1, 2)
    for first in range(0, len(rows), LARGEST):
        _write(session, here, made_of(rows[first : first + LARGEST]), encode_ends(*ends.T))
        ends = ends[:0]
    if rows:
        _merge_some(session, here)


@dataclass(frozen=True, slots=True)
class Made:
    """What is stored of a segment: its versions, the blocks of its postings by their first tokens, and what is counted."""

    versions: Versions
    postings: tuple[tuple[int, bytes], ...]
    facets: bytes


def rows_to_index(here: Rows) -> Select[Any]:
    """Select what segments are made of."""
    names = ("number", "id", "since", "until", "sort_from", "sort_to", "sources", "status", "disputed", "facets")
    return select(*(_LISTING.c[name] for name in names), type_coerce(_LISTING.c.tokens, LargeBinary())).where(here.of(_LISTING.c))


def made_of(rows: Sequence[Row[Any]]) -> Made:
    """Make a segment of rows of the listing, as `rows_to_index` gives them."""
    number, ids, since, until, sort_from, sort_to, sources, status, disputed, facets, tokens = zip(*rows, strict=True)
    ends = [NEVER if one is None else one for one in until]
    columns = (number, since, ends, sort_from, sort_to, sources)
    versions, ordinals = in_order(Versions(*(np.array(column, np.int64) for column in columns)), ids)
    owners = np.repeat(ordinals, [len(found) // TOKEN_BYTES for found in tokens])
    has = token_numbers(b"".join(tokens))
    order = np.argsort(ordinals)
    counted = encode_facets(
        versions.number,
        np.array([STATUSES.index(one) for one in status])[order],
        np.array(disputed, bool)[order],
        np.array([len(codes) // 8 for codes in facets])[order],
        np.frombuffer(b"".join(facets[at] for at in order.tolist()), "<i8"),
    )
    return Made(versions, tuple(encode_postings(has, owners, len(versions))), counted)


def _write(session: WriteSession, here: Rows, made: Made, ends: bytes) -> None:
    newest = select(_SEGMENT.c.number).where(here.of(_SEGMENT.c)).order_by(_SEGMENT.c.number.desc()).limit(1)
    number = (session.execute(newest).scalar() or 0) + 1
    row = {"chronology_id": here.chronology_id, "generation": here.generation}
    versions = made.versions
    segment = {
        **row,
        "number": number,
        "versions": len(versions),
        "first_since": int(versions.since.min()),
        "last_since": int(versions.since.max()),
        "body": versions.encode(),
        "ends": ends,
        "facets": made.facets,
    }
    session.execute(_SEGMENT.insert(), segment)
    rows = [{**row, "segment": number, "token": token, "body": body} for token, body in made.postings]
    if rows:
        session.execute(_POSTING.insert(), rows)


def _merge_some(session: WriteSession, here: Rows) -> None:
    """Merge segments of one tier while there are enough of them."""
    while True:
        kept = select(_SEGMENT.c.number, _SEGMENT.c.versions).where(here.of(_SEGMENT.c)).order_by(_SEGMENT.c.number)
        segments = [(number, versions) for number, versions in session.execute(kept)]
        together = _together(segments)
        if not together:
            return
        _merge(session, here, together)


def _together(segments: Sequence[tuple[int, int]]) -> list[int]:
    """The segments to be merged next, the oldest first, none where that can wait. `segments` are numbers and versions."""
    for least, below in pairwise((0, *TIERS)):
        small = [one for one in segments if least <= one[1] < below]
        if len(small) >= FAN:
            held = np.cumsum([versions for _, versions in small])
            return [number for (number, _), so_far in zip(small, held.tolist(), strict=True) if so_far <= LARGEST]
    return []


def _merge(session: WriteSession, here: Rows, numbers: Sequence[int]) -> None:
    found = [_read(session, here, number) for number in numbers]
    old = [one.versions for one in found]
    number: Ints = np.concatenate([versions.number for versions in old])
    now = {row[0]: (row[1], row[2]) for row in _rows_of(session, here, number)}
    named = [now[one] for one in number.tolist()]
    since, sort_from, sort_to, sources = (
        np.concatenate([getattr(versions, name) for versions in old]) for name in ("since", "sort_from", "sort_to", "sources")
    )
    until = np.array([NEVER if until is None else until for _, until in named], np.int64)
    versions, ordinals = in_order(Versions(number, since, until, sort_from, sort_to, sources), [name for name, _ in named])
    offsets = np.cumsum([0, *(len(one) for one in old)])
    postings = [(tokens, ordinals[offset + places]) for one, offset in zip(found, offsets, strict=False) for tokens, places in one.postings]
    none = [(np.empty(0, np.int64), np.empty(0, np.int64))]
    tokens, owners = (np.concatenate(parts) for parts in zip(*(postings or none), strict=True))
    blocks = tuple(encode_postings(tokens, owners, len(versions)))
    ended, ends = (np.concatenate(parts) for parts in zip(*(one.ends for one in found), strict=True))
    others = ~np.isin(ended, number)  # of its own versions, the columns say when they ended
    made = Made(versions, blocks, merge_facets([one.facets for one in found], ordinals, versions.number))
    _write(session, here, made, encode_ends(ended[others], ends[others]))
    session.execute(_POSTING.delete().where(here.of(_POSTING.c), _POSTING.c.segment.in_(numbers)))
    session.execute(_SEGMENT.delete().where(here.of(_SEGMENT.c), _SEGMENT.c.number.in_(numbers)))


class _Kept(NamedTuple):
    """A segment as it is stored, decoded."""

    versions: Versions
    postings: list[tuple[Ints, Ints]]
    ends: tuple[Ints, Ints]
    facets: Facets


def _read(session: WriteSession, here: Rows, number: int) -> _Kept:
    columns = select(_SEGMENT.c.body, _SEGMENT.c.ends, _SEGMENT.c.facets).where(here.of(_SEGMENT.c), _SEGMENT.c.number == number)
    body, ends, facets = session.execute(columns).one()
    versions = decode_versions(body)
    blocks = select(_POSTING.c.body).where(here.of(_POSTING.c), _POSTING.c.segment == number).order_by(_POSTING.c.token)
    postings = [decode_postings(block, len(versions)) for block in session.execute(blocks).scalars()]
    return _Kept(versions, postings, decode_ends(ends), decode_facets(facets))


def _rows_of(session: WriteSession, here: Rows, numbers: Ints) -> Iterator[Any]:
    """The ids of versions, and when they end, as it is known by now."""
    asked = {"here": here.chronology_id, "generation": here.generation, "numbers": str(numbers.tolist())}
    dialect = session.connection().dialect.name
    statement = text(_NOW[dialect])
    yield from session.execute(statement, asked if dialect == "postgresql" else {"numbers": asked["numbers"]})
