"""Listing, searching and counting entries over HTTP. All of them take the same filters."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from services.query import answers
from services.query.conditional import answer, etag_of
from services.query.cursors import decode_cursor
from services.query.entries import MAX_PAGE, PAGE, Filters, entry_page
from services.query.facets import MAX_TOP, TOP, facets
from services.query.orders import Sort
from services.query.parameters import READING, At, Slug
from services.query.periods import Certainty
from services.query.schemas import EntryList
from services.query.search_schemas import FacetsView
from services.query.service import Queries
from services.query.snapshot import open_snapshot
from shared.domain.chronology import Status
from shared.web.auth import Reader
from shared.web.conditional import JSON, conditional

SEARCH = (
    "words, all of which the entry must have; case, diacritics and alphabet do not matter. A word of three letters or more finds words "
    "that begin with it (of a long one, the first twelve letters count), a shorter one only itself. Words in quotation marks are a phrase: "
    "each two neighbours stand side by side"
)
SORT = (
    "`date`: early first, without a date last; `-date`: late first; `changed`: what changed last, first; `sources`: what most sources tell "
    "of, first; `relevance`: what has the words in its title, first, then by date. With a `cursor`, its own"
)
NAME = "in any language and alphabet"

router = APIRouter(prefix="/v1/chronologies/{slug}", tags=["reading"], responses=READING)


def filters(
    q: Annotated[str | None, Query(max_length=200, description=SEARCH)] = None,
    date_from: Annotated[str | None, Query(alias="from", max_length=100, description="EDTF: no entry that ended before it")] = None,
    date_to: Annotated[str | None, Query(alias="to", max_length=100, description="EDTF: no entry that began after it")] = None,
    before: Annotated[str | None, Query(max_length=100, description="EDTF: entries that happened before it")] = None,
    after: Annotated[str | None, Query(max_length=100, description="EDTF: entries that happened after it")] = None,
    certainty: Annotated[
        Certainty,
        Query(description="of `from`, `to`, `before` and `after`: `possible` also lists entries whose date only possibly fits"),
    ] = "possible",
    disputed: Annotated[bool, Query(description="only entries whose claims disagree")] = False,
    status: Annotated[Status | None, Query(description="only entries of this status")] = None,
    source: Annotated[str | None, Query(max_length=36, description="the id of a source that tells of them")] = None,
    place: Annotated[str | None, Query(max_length=200, description=f"the name of a place that is named, {NAME}")] = None,
    actor: Annotated[str | None, Query(max_length=200, description=f"the name of who is named, or one word of it, {NAME}")] = None,
    year: Annotated[int | None, Query(ge=-999_999, le=999_999, description="a year in which they may have happened")] = None,
) -> Filters:
    """Read the filters out of a request."""
    return Filters(
        text=q.strip() or None if q else None,
        date_from=date_from,
        date_to=date_to,
        before=before,
        after=after,
        certainty=certainty,
        disputed=disputed,
        status=status,
        source=source,
        place=place,
        actor=actor,
        year=year,
    )


Filtered = Annotated[Filters, Depends(filters)]


@router.get("/entries", response_model=EntryList, summary="List and search entries")
def entries(
    request: Request,
    slug: Slug,
    queries: Queries,
    _: Reader,
    asked: Filtered,
    sort: Annotated[Sort | None, Query(description=SORT)] = None,
    at: At = None,
    cursor: Annotated[str | None, Query(max_length=500, description="`next` or `previous` of an earlier answer")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = PAGE,
) -> Response:
    """In chronological order unless you say otherwise. `matches` are where the words of `q` stand."""
    place = decode_cursor(cursor) if cursor else None
    with open_snapshot(queries.database, slug, place.revision if place else at) as snapshot:
        found = entry_page(snapshot, asked, place, limit, sort)
        page = answers.entry_list(snapshot, found, asked.asked if asked.text else None)
    return conditional(request, etag_of(snapshot.version), orjson.dumps(page), JSON)


@router.get("/facets", response_model=FacetsView, summary="Count what entries have: sources, places, actors, years, statuses")
def count(
    request: Request,
    slug: Slug,
    queries: Queries,
    _: Reader,
    asked: Filtered,
    at: At = None,
    top: Annotated[int, Query(ge=1, le=MAX_TOP, description="how many of each, the most frequent first")] = TOP,
) -> Response:
    """Of the entries that the same filters list at `/entries`."""
    with open_snapshot(queries.database, slug, at) as snapshot:
        shown = facets(snapshot, queries.shelves, asked, top)
    return answer(request, snapshot.version, shown)
