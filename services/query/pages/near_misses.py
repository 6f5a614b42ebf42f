"""The page of an entry's near misses: what was nearly grouped with it, and what keeps it apart."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.query.citations import entry_url
from services.query.entries import find_entry
from services.query.erasures import holder_of
from services.query.near_misses import near_misses
from services.query.pages.reasons import reason_words
from services.query.pages.rendering import page
from services.query.pages.routes import PageRoute, page_context, suffix_at
from services.query.pages.views import shown_dates
from services.query.pages.wording import wording_for
from services.query.parameters import At
from services.query.schemas import NearMiss
from services.query.service import Queries
from services.query.snapshot import open_snapshot
from shared.web.auth import READERS

router = APIRouter(route_class=PageRoute, dependencies=READERS, include_in_schema=False)


@dataclass(frozen=True, slots=True)
class NearLine:
    """A near miss with its reasons in the reader's language."""

    miss: NearMiss
    dates_shown: tuple[str, ...]
    agrees: tuple[str, ...]
    differs: tuple[str, ...]


@router.get("/chronologies/{slug}/entries/{entry_id}/near-misses")
def near(request: Request, slug: str, entry_id: str, queries: Queries, at: At = None) -> Response:
    """Show the entries that come nearest to one without standing in it."""
    wording = wording_for(request.headers.get("accept-language"))
    with open_snapshot(queries.database, slug, at) as snapshot:
        found = find_entry(snapshot, entry_id)
        if found is None:
            address = f"{entry_url(slug, holder_of(snapshot, entry_id))}/near-misses{suffix_at(at)}"
            return RedirectResponse(address, 308, headers={"Cache-Control": "no-cache"})
        shown = near_misses(snapshot, queries.texts, found)
        context = page_context(snapshot, "chronology", at, shown.url)
    lines = [
        NearLine(
            miss=miss,
            dates_shown=shown_dates(miss.entry.date, miss.entry.dates),
            agrees=tuple(reason_words(reason, wording) for reason in miss.evidence),
            differs=tuple(reason_words(reason, wording) for reason in miss.objections),
        )
        for miss in shown.near_misses
    ]
    return page(
        request,
        "near_misses.html",
        snapshot.version,
        **context,
        api=shown.url,
        title=shown.title,
        entry_url=entry_url(slug, found.id),
        lines=lines,
    )
