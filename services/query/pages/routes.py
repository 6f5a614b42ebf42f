"""The pages. Each takes one snapshot, puts the API's own answers into a template, and carries the same revision."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any
from urllib.parse import urlencode
from zlib import crc32

from fastapi import APIRouter, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from fastapi.routing import APIRoute

from services.query import answers, origins, reader
from services.query.citations import entry_url
from services.query.citing.citations import source_citations
from services.query.citing.rendering import LANGUAGES, Style
from services.query.entries import find_entry
from services.query.erasures import holder_of
from services.query.exports.words import preferred
from services.query.pages import views
from services.query.pages.rendering import error_page, page
from services.query.pages.wording import wording_for
from services.query.parameters import After, At
from services.query.problems import status_of
from services.query.schemas import ChronologyView
from services.query.service import Queries
from services.query.snapshot import Snapshot, open_snapshot
from shared.domain.errors import SalnameError
from shared.domain.roles import Principal, Role
from shared.settings import Settings
from shared.web.auth import READERS, Reader

CHANGES = 20
SOURCES = 100


class PageRoute(APIRoute):
    """A route whose errors are pages, too."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await handler(request)
            except SalnameError as error:
                return error_page(request, status_of(error), error.title, error.detail, error.extra if "erased_by" in error.extra else None)
            except RequestValidationError as error:
                first = error.errors()[0]
                return error_page(request, 422, "The request is not valid", f"{first['loc'][-1]}: {first['msg']}")

        return handle


router = APIRouter(route_class=PageRoute, dependencies=READERS, include_in_schema=False)


def page_context(snapshot: Snapshot, section: str, at: str | None = None, now: str | None = None) -> dict[str, object]:
    """Return what every page of a chronology shows.

    `at` is what the reader asked to look back at, which the page says; `now` the address of the page as it is now, the chronology's
    unless it is given.
    """
    chronology: ChronologyView = answers.chronology(snapshot)
    as_of = None if at is None else {"revision": snapshot.revision, "recorded": snapshot.recorded, "now": now or chronology.url}
    return {"chronology": chronology, "base": chronology.url, "section": section, "as_of": as_of}


def suffix_at(at: str | None) -> str:
    """Return what an address ends with so that it looks back at the same revision."""
    return "" if at is None else f"?{urlencode({'at': at})}"


def may(request: Request, caller: Principal, role: Role) -> bool:
    """Whether pages offer to somebody what takes a role."""
    settings: Settings = request.app.state.settings
    return settings.one_address and caller.role >= role


@router.get("/")
def chronologies(request: Request, queries: Queries) -> Response:
    listed = [answers.chronology(snapshot) for snapshot in reader.snapshots(queries.database)]
    state = "-".join(f"{item.slug}.{item.revision}" for item in listed)
    return page(request, "chronologies.html", str(crc32(state.encode())), chronologies=listed)


@router.get("/chronologies/{slug}/entries/{entry_id}")
def entry(
    request: Request, slug: str, entry_id: str, queries: Queries, caller: Reader, at: At = None, cite: Style | None = None
) -> Response:
    """Show an entry. Its sources are cited in a style where the reader asks for one: that takes long for many, and few want it."""
    spoken = preferred(request.headers.get("accept-language"), LANGUAGES)
    with open_snapshot(queries.database, slug, at) as snapshot:
        found = find_entry(snapshot, entry_id)
        if found is None:
            holder = holder_of(snapshot, entry_id)
            return RedirectResponse(f"{entry_url(slug, holder)}{suffix_at(at)}", 308, headers={"Cache-Control": "no-cache"})
        shown = answers.entry(snapshot, queries.texts, found)
        behind = origins.origins(snapshot, queries.texts, found)
        cited = source_citations(snapshot, found, cite, spoken) if cite else None
        context = page_context(snapshot, "chronology", at, shown.url)
    return page(
        request,
        "entry.html",
        f"{snapshot.version}-{cite}-{spoken}" if cite else snapshot.version,
        **context,
        api=shown.url,
        entry=shown,
        origins=behind,
        attributes=views.attributes(shown),
        links=views.links(shown, wording_for(request.headers.get("accept-language"))),
        dates_shown=views.shown_dates(shown.date.edtf, [alternative.edtf for alternative in shown.date.alternatives]),
        may_propose=at is None and may(request, caller, Role.editor),
        claim_values=views.claim_values(shown),
        styles=tuple(Style),
        cited=cited,
    )


@router.get("/chronologies/{slug}/documents/{document_id}")
def document(
    request: Request,
    slug: str,
    document_id: str,
    queries: Queries,
    part: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    at: At = None,
) -> Response:
    with open_snapshot(queries.database, slug, at) as snapshot:
        shown = answers.document(snapshot, queries.texts, document_id)
        context = page_context(snapshot, "sources", at, shown.url)
    return page(
        request,
        "document.html",
        snapshot.version,
        **context,
        api=shown.url,
        document=shown,
        part=views.part_of(shown, part),
    )


@router.get("/chronologies/{slug}/sources")
def sources(request: Request, slug: str, queries: Queries, after: After = 0, at: At = None) -> Response:
    with open_snapshot(queries.database, slug, at) as snapshot:
        listed, captured = answers.sources(snapshot, after, SOURCES)
        documents = {shown.id: shown for shown in answers.document_views(snapshot, captured)}
        context = page_context(snapshot, "sources", at, f"/chronologies/{slug}/sources")
    paired = [(source, [documents[document_id] for document_id in source.documents]) for source in listed.sources]
    return page(
        request,
        "sources.html",
        snapshot.version,
        **context,
        api=f"/chronologies/{slug}/sources",
        sources=paired,
        first=after == 0,
        next=listed.next,
    )


@router.get("/chronologies/{slug}/changes")
def changes(
    request: Request,
    slug: str,
    queries: Queries,
    before: Annotated[int | None, Query(ge=1, le=2**53)] = None,
    at: At = None,
) -> Response:
    with open_snapshot(queries.database, slug, at) as snapshot:
        bodies = reader.latest_changes(snapshot, CHANGES + 1, before)
        context = page_context(snapshot, "changes", at, f"/chronologies/{slug}/changes")
    listed = [views.change_view(slug, body) for body in bodies[:CHANGES]]
    return page(
        request,
        "changes.html",
        snapshot.version,
        **context,
        api=f"/chronologies/{slug}/changes",
        changes=listed,
        older=f"?before={listed[-1]['revision']}" if len(bodies) > CHANGES else None,
        origin=str(request.base_url).rstrip("/"),
    )
