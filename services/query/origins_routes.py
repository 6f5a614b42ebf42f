"""The API about what stands behind an entry and beside it: who is a witness of his own, circles, and what was nearly grouped."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from services.query import near_misses as nearness
from services.query import origins as answers
from services.query.conditional import answer
from services.query.entries import find_entry
from services.query.erasures import holder_of
from services.query.origins_schemas import AlarmList, Genealogy, OriginsAnswer, SharedList, SourceRelations
from services.query.parameters import GONE, At, Slug
from services.query.routes import router as reading
from services.query.schemas import NearMisses
from services.query.service import Queries
from services.query.snapshot import Snapshot, open_snapshot
from shared.web.auth import Reader

router = APIRouter(prefix=reading.prefix, tags=["origins"], responses=reading.responses)

MOVED: dict[int | str, dict[str, Any]] = {
    308: {"description": "The id is that of a claim, or of an entry that was merged: Location is the entry that holds it"}
}


@router.get(
    "/chronologies/{slug}/entries/{entry_id}/origins",
    response_model=OriginsAnswer,
    summary="Show which documents behind an entry are one witness, and why",
    responses={**MOVED, 410: GONE},
)
def origins(request: Request, slug: Slug, entry_id: str, queries: Queries, _: Reader, at: At = None) -> Response:
    """Each reason for which documents are one origin comes with the words that say so, in both documents."""
    with open_snapshot(queries.database, slug, at) as snapshot:
        found = find_entry(snapshot, entry_id)
        if found is None:
            return _moved(snapshot, entry_id, "/origins", at)
        shown = answers.origins(snapshot, queries.texts, found)
    return answer(request, snapshot.version, shown)


@router.get(
    "/chronologies/{slug}/entries/{entry_id}/near-misses",
    response_model=NearMisses,
    summary="Show what was nearly grouped with an entry, and why it stands apart",
    responses={**MOVED, 410: GONE},
)
def near_misses(request: Request, slug: Slug, entry_id: str, queries: Queries, _: Reader, at: At = None) -> Response:
    """What agrees and what differs, in words, for the two claims that come nearest; the nearest entry first."""
    with open_snapshot(queries.database, slug, at) as snapshot:
        found = find_entry(snapshot, entry_id)
        if found is None:
            return _moved(snapshot, entry_id, "/near-misses", at)
        shown = nearness.near_misses(snapshot, queries.texts, found)
    return answer(request, snapshot.version, shown)


@router.get(
    "/chronologies/{slug}/entries/{entry_id}/values/{attribute}/genealogy",
    response_model=Genealogy,
    summary="Show who gave a value first, who repeated it, and where it changed",
    responses={**MOVED, 410: GONE},
)
def genealogy(
    request: Request,
    slug: Slug,
    entry_id: str,
    attribute: Annotated[str, Path(max_length=200, description="the attribute, as the entry names it")],
    queries: Queries,
    _: Reader,
    at: At = None,
) -> Response:
    """In the order of appearance: by publication, else by the first capture, and which of the two it is."""
    with open_snapshot(queries.database, slug, at) as snapshot:
        found = find_entry(snapshot, entry_id)
        if found is None:
            return _moved(snapshot, entry_id, f"/values/{quote(attribute, safe='')}/genealogy", at)
        shown = answers.genealogy(snapshot, queries.texts, found, attribute)
    return answer(request, snapshot.version, shown)


def _moved(snapshot: Snapshot, entry_id: str, rest: str, at: str | None) -> Response:
    suffix = "" if at is None else f"?at={quote(at)}"
    address = f"/v1/chronologies/{snapshot.slug}/entries/{quote(holder_of(snapshot, entry_id))}{rest}{suffix}"
    return RedirectResponse(address, 308, headers={"Cache-Control": "no-cache"})


@router.get("/chronologies/{slug}/alarms", response_model=AlarmList, summary="List the entries whose support runs in a circle")
def alarms(
    request: Request,
    slug: Slug,
    queries: Queries,
    _: Reader,
    at: At = None,
    after: Annotated[str | None, Query(max_length=36, description="`next` of an earlier answer")] = None,
    limit: Annotated[int, Query(ge=1, le=answers.ALARMS)] = answers.ALARMS,
) -> Response:
    """A source that cites what itself came from it, at once or by way of others, supports nothing by that."""
    with open_snapshot(queries.database, slug, at) as snapshot:
        shown = answers.alarms(snapshot, queries.texts, after, limit)
    return answer(request, snapshot.version, shown)


@router.get(
    "/chronologies/{slug}/documents/{document_id}/shared",
    response_model=SharedList,
    summary="Show which sentences of a document stand in documents of other sources",
    responses={410: GONE},
)
def shared(request: Request, slug: Slug, document_id: str, queries: Queries, _: Reader, at: At = None) -> Response:
    """Verbatim or nearly so, across line breaks and small edits; also sentences in which nothing was claimed."""
    with open_snapshot(queries.database, slug, at) as snapshot:
        shown = answers.shared(snapshot, queries.texts, document_id)
    return answer(request, snapshot.version, shown)


@router.get(
    "/chronologies/{slug}/sources/{source_id}/relations",
    response_model=SourceRelations,
    summary="Show who tells of what a source tells of, and whether they agree",
)
def relations(request: Request, slug: Slug, source_id: str, queries: Queries, _: Reader, at: At = None) -> Response:
    """Counted over the entries in which both are heard."""
    with open_snapshot(queries.database, slug, at) as snapshot:
        shown = answers.relations(snapshot, source_id)
    return answer(request, snapshot.version, shown)
