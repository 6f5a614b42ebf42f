"""The API for reading. Nothing is computed here: a request becomes a question to the read model, and its answer JSON."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import RedirectResponse, Response

from services.query import answers, feed, reader
from services.query.conditional import answer, etag_of
from services.query.entries import find_entry
from services.query.erasures import holder_of
from services.query.foreseeing import foresee
from services.query.parameters import GONE, LISTED, READING, After, At, PerPage, Slug, problem
from services.query.preview_schemas import CorrectionPreview
from services.query.schemas import (
    Changes,
    ChronologyList,
    ChronologyView,
    ClaimAnswer,
    CorrectionAnswer,
    CorrectionList,
    DocumentAnswer,
    DocumentList,
    EntryView,
    Events,
    SourceList,
)
from services.query.service import Queries, QueryService
from services.query.snapshot import open_snapshot
from services.query.streams import EventStream
from shared.domain.corrections import CorrectionState
from shared.domain.errors import NotFound
from shared.domain.ids import sha256
from shared.web.auth import Reader
from shared.web.conditional import JSON, conditional, conditional_on_content

NDJSON = "application/x-ndjson"

DOWNLOAD = {"Content-Security-Policy": "sandbox; default-src 'none'", "X-Content-Type-Options": "nosniff"}
"""Somebody else's HTML must not run as a page of ours: it is always a download, in a sandbox, of no guessed type."""

router = APIRouter(
    prefix="/v1",
    tags=["reading"],
    responses=READING,
)


@router.get("/chronologies", response_model=ChronologyList, summary="List all chronologies")
def chronologies(request: Request, queries: Queries, _: Reader) -> Response:
    listed = ChronologyList(chronologies=tuple(answers.chronology(snapshot) for snapshot in reader.snapshots(queries.database)))
    return conditional_on_content(request, listed.model_dump_json().encode())


@router.get("/chronologies/{slug}", response_model=ChronologyView, summary="Show a chronology and what it holds")
def chronology(request: Request, slug: Slug, queries: Queries, _: Reader, at: At = None) -> Response:
    with open_snapshot(queries.database, slug, at) as snapshot:
        shown = answers.chronology(snapshot)
    # The head of the log is told, too, and moves before the revision does.
    return conditional(request, f'"{snapshot.version}-{shown.log_head}"', shown.model_dump_json(), JSON)


@router.get(
    "/chronologies/{slug}/entries/{entry_id}",
    response_model=EntryView,
    summary="Show an entry with every value, every claim and every citation",
    responses={
        308: {"description": "The id is that of a claim, or of an entry that was merged: Location is the entry that holds it"},
        410: GONE,
    },
)
def entry(request: Request, slug: Slug, entry_id: str, queries: Queries, _: Reader, at: At = None) -> Response:
    with open_snapshot(queries.database, slug, at) as snapshot:
        found = find_entry(snapshot, entry_id)
        if found is not None:
            shown = answers.entry(snapshot, queries.texts, found)
            return answer(request, snapshot.version, shown)
        holder = holder_of(snapshot, entry_id)
    suffix = "" if at is None else f"?at={quote(at)}"
    address = f"/v1/chronologies/{slug}/entries/{quote(holder)}{suffix}"
    return RedirectResponse(address, 308, headers={"Cache-Control": "no-cache"})


@router.get(
    "/chronologies/{slug}/claims/{claim_id}",
    response_model=ClaimAnswer,
    summary="Show a claim with all its parts",
    responses={410: GONE},
)
def claim(request: Request, slug: Slug, claim_id: str, queries: Queries, _: Reader, at: At = None) -> Response:
    with open_snapshot(queries.database, slug, at) as snapshot:
        shown = answers.claim(snapshot, queries.texts, claim_id)
    return answer(request, snapshot.version, shown)


@router.get("/chronologies/{slug}/documents", response_model=DocumentList, summary="List the documents")
def documents(
    request: Request, slug: Slug, queries: Queries, _: Reader, after: After = 0, limit: PerPage = LISTED, at: At = None
) -> Response:
    with open_snapshot(queries.database, slug, at) as snapshot:
        shown = answers.documents(snapshot, after, limit)
    return answer(request, snapshot.version, shown)


@router.get(
    "/chronologies/{slug}/documents/{document_id}",
    response_model=DocumentAnswer,
    summary="Show a document with its text and the claims in it",
    responses={410: GONE},
)
def document(request: Request, slug: Slug, document_id: str, queries: Queries, _: Reader, at: At = None) -> Response:
    with open_snapshot(queries.database, slug, at) as snapshot:
        shown = answers.document(snapshot, queries.texts, document_id)
    return answer(request, snapshot.version, shown)


@router.get(
    "/chronologies/{slug}/documents/{document_id}/text",
    response_class=Response,
    summary="Get a document's canonical text: what all offsets count in",
    responses={200: {"content": {"text/plain": {}}, "description": "The text, UTF-8"}, 410: GONE},
)
def document_text(request: Request, slug: Slug, document_id: str, queries: Queries, _: Reader, at: At = None) -> Response:
    with open_snapshot(queries.database, slug, at) as snapshot:
        captured = reader.document(snapshot, document_id)
        text = queries.texts.get(snapshot, document_id)
    return conditional(request, f'"{captured.document.text_sha256}"', text.encode(), "text/plain; charset=utf-8")


@router.get(
    "/chronologies/{slug}/documents/{document_id}/original",
    response_class=Response,
    summary="Get a document's bytes as they were captured",
    responses={
        200: {"content": {"application/octet-stream": {}}, "description": "The very bytes; their SHA-256 is the document's"},
        410: GONE,
    },
)
def document_original(request: Request, slug: Slug, document_id: str, queries: Queries, _: Reader, at: At = None) -> Response:
    with open_snapshot(queries.database, slug, at) as snapshot:
        captured = reader.document(snapshot, document_id).document
        data = queries.texts.original(snapshot, document_id)
    headers = {**DOWNLOAD, "Content-Disposition": f"attachment; filename*=UTF-8''{quote(captured.filename or document_id, safe='')}"}
    return conditional(request, f'"{captured.sha256}"', data, captured.media_type, headers)


@router.get(
    "/chronologies/{slug}/documents/{document_id}/warc",
    response_class=Response,
    summary="Get the response that a document was fetched with, as the server sent it (WARC)",
    responses={
        200: {
            "content": {"application/gzip": {}},
            "description": "A WARC file: all requests and responses, redirects included",
        },
        410: GONE,
    },
)
def document_warc(request: Request, slug: Slug, document_id: str, queries: Queries, _: Reader, at: At = None) -> Response:
    with open_snapshot(queries.database, slug, at) as snapshot:
        reader.document(snapshot, document_id)
        data = queries.texts.warc(snapshot, document_id)
    headers = {**DOWNLOAD, "Content-Disposition": f'attachment; filename="{quote(document_id, safe="")}.warc.gz"'}
    return conditional(request, f'"{sha256(data)}"', data, "application/gzip", headers)


@router.get("/chronologies/{slug}/sources", response_model=SourceList, summary="List the sources with their documents")
def sources(
    request: Request, slug: Slug, queries: Queries, _: Reader, after: After = 0, limit: PerPage = LISTED, at: At = None
) -> Response:
    with open_snapshot(queries.database, slug, at) as snapshot:
        shown, _documents = answers.sources(snapshot, after, limit)
    return answer(request, snapshot.version, shown)


@router.get("/chronologies/{slug}/corrections", response_model=CorrectionList, summary="List corrections, the newest first")
def corrections(
    request: Request,
    slug: Slug,
    queries: Queries,
    _: Reader,
    state: Annotated[CorrectionState | None, Query(description="only those in this state")] = None,
    at: At = None,
) -> Response:
    with open_snapshot(queries.database, slug, at) as snapshot:
        found = list(reader.corrections(snapshot, state=state).values())
        shown = CorrectionList(revision=snapshot.revision, corrections=tuple(answers.correction_views(snapshot, found)))
    return answer(request, snapshot.version, shown)


@router.get("/chronologies/{slug}/corrections/{correction_id}", response_model=CorrectionAnswer, summary="Show a correction")
def correction(request: Request, slug: Slug, correction_id: str, queries: Queries, _: Reader, at: At = None) -> Response:
    with open_snapshot(queries.database, slug, at) as snapshot:
        found = reader.corrections(snapshot, [correction_id])
        if correction_id not in found:
            raise NotFound(f"there is no correction {correction_id} in the chronology {slug!r}")
        shown = CorrectionAnswer(revision=snapshot.revision, **dict(answers.correction_views(snapshot, list(found.values()))[0]))
    return answer(request, snapshot.version, shown)


@router.get(
    "/chronologies/{slug}/corrections/{correction_id}/preview",
    response_model=CorrectionPreview,
    summary="Show what a correction would change, entry by entry, before it is decided on",
)
def correction_preview(request: Request, slug: Slug, correction_id: str, queries: Queries, _: Reader) -> Response:
    """It is as of the newest revision that readers see, and keeps up with what is recorded while the proposal waits."""
    with open_snapshot(queries.database, slug) as snapshot:
        shown = foresee(snapshot, correction_id)
    return answer(request, snapshot.version, shown)


SinceRevision = Annotated[int, Query(ge=0, le=2**53, description="the revision after which to begin; 0 is the very beginning")]


@router.get(
    "/chronologies/{slug}/changes",
    response_model=Changes,
    tags=["following"],
    summary="Get the changes after a revision",
    responses={410: problem("There never was such a revision: load the chronology again and go on from its `revision`")},
)
def changes(
    request: Request,
    slug: Slug,
    queries: Queries,
    _: Reader,
    after: SinceRevision = 0,
    limit: Annotated[int, Query(ge=1, le=feed.MAX_PAGE)] = feed.PAGE,
) -> Response:
    with open_snapshot(queries.database, slug) as snapshot:
        body = feed.changes_body(snapshot, after, limit)
    return conditional(request, etag_of(snapshot.version), body, JSON)


@router.get(
    "/chronologies/{slug}/stream",
    response_class=Response,
    tags=["following"],
    summary="Listen to changes as they come (server-sent events)",
    responses={
        200: {"content": {"text/event-stream": {}}, "description": "Events `change`, `heartbeat` and `reset`, for as long as you listen"}
    },
)
async def stream(
    slug: Slug,
    queries: Queries,
    _: Reader,
    after: Annotated[
        int | None, Query(ge=0, le=2**53, description="begin after this revision; 0 replays all; without it: from now on")
    ] = None,
    last_event_id: Annotated[str | None, Header(description="the last revision received, which browsers send when they come back")] = None,
) -> Response:
    """Every change once and in order, as `id: <revision>`, `event: change` and the CloudEvents JSON that `/changes` has, byte for byte.

    `heartbeat` carries the newest revision when nothing happens. `reset` says that your cursor cannot be served: load the chronology
    again and go on from the revision it carries. A client that takes too long to read is disconnected; when it comes back with
    `Last-Event-ID`, nothing is lost.
    """
    asked = last_event_id or (None if after is None else str(after))
    chronology_id = await queries.streams.in_thread(lambda: _chronology_id(queries, slug))
    return EventStream(queries.streams, chronology_id, await queries.streams.start(chronology_id, asked))


def _chronology_id(queries: QueryService, slug: str) -> str:
    with open_snapshot(queries.database, slug) as snapshot:
        return snapshot.id


@router.get(
    "/chronologies/{slug}/events",
    response_model=Events,
    tags=["following"],
    summary="Get the raw log after a position, as stored",
    responses={
        200: {"content": {NDJSON: {}}, "description": "JSON, or one event a line for `Accept: application/x-ndjson`"},
        410: problem("There never was such a position: the log was restored from an older copy"),
    },
)
def events(
    request: Request,
    slug: Slug,
    queries: Queries,
    _: Reader,
    after: SinceRevision = 0,
    limit: Annotated[int, Query(ge=1, le=feed.MAX_PAGE)] = feed.PAGE,
) -> Response:
    lines = NDJSON in request.headers.get("accept", "")
    with open_snapshot(queries.database, slug) as snapshot:
        body = (feed.events_lines if lines else feed.events_body)(snapshot, after, limit)
        head = snapshot.chronology.head
    # Of what it says, not of the head alone: a log that was restored from a copy may come to the same head with other events.
    return conditional(request, f'"{head}-{sha256(body)[:16]}"', body, NDJSON if lines else JSON, {"Vary": "Accept"})
