"""Pages that look back: an earlier revision's banner, what changed between two revisions, and the story of one entry."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from services.query import history as stories
from services.query.citations import entry_url
from services.query.diff import PAGE
from services.query.erasures import holder_of
from services.query.pages.rendering import page
from services.query.pages.routes import PageRoute, page_context, suffix_at
from services.query.pages.telling import causes, changes
from services.query.pages.wording import Wording, wording_for
from services.query.parameters import At
from services.query.service import Queries
from services.query.snapshot import open_snapshot
from services.query.time_routes import compared, told
from services.query.time_schemas import ClaimRef, Diff, DiffEntry, RevisionView, Step
from shared.web.auth import READERS

router = APIRouter(route_class=PageRoute, dependencies=READERS, include_in_schema=False)


@dataclass(frozen=True, slots=True)
class CauseLine:
    """A revision that changed an entry, in words."""

    revision: int
    recorded: datetime | None
    said: str


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """An entry that changed, or one step of its story: `said` names the kind of change, `lines` are a sentence each."""

    url: str
    title: str
    change: str
    said: str
    lines: tuple[str, ...]
    claims: tuple[ClaimRef, ...]
    causes: tuple[CauseLine, ...]
    revisions: int


@router.get("/chronologies/{slug}/diff")
def diff(
    request: Request,
    slug: str,
    queries: Queries,
    since: Annotated[str, Query(alias="from", max_length=40)] = "",
    until: Annotated[str, Query(alias="to", max_length=40)] = "",
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    """Compare two revisions; without `from`, ask which."""
    wording = wording_for(request.headers.get("accept-language"))
    with open_snapshot(queries.database, slug) as snapshot:
        asked = since.strip() or cursor
        shown = compared(snapshot, since.strip() or None, until.strip() or None, cursor, PAGE) if asked else None
        context = page_context(snapshot, "changes")
    query = {"from": since.strip(), "to": until.strip()}
    return page(
        request,
        "diff.html",
        f"{snapshot.version}-{shown.from_.revision}-{shown.to.revision}" if shown else snapshot.version,
        **context,
        api=_api(slug, shown, query),
        since=since,
        until=until,
        diff=shown,
        lines=[_changed(one, wording) for one in shown.entries] if shown else [],
        next=f"?{urlencode({**{k: v for k, v in query.items() if v}, 'cursor': shown.next})}" if shown and shown.next else None,
    )


def _api(slug: str, shown: Diff | None, query: dict[str, str]) -> str:
    if shown is None:
        return f"/chronologies/{slug}/changes"
    return f"/chronologies/{slug}/diff?{urlencode({'from': shown.from_.revision, 'to': shown.to.revision})}"


def _changed(entry: DiffEntry, wording: Wording) -> ChangeLine:
    split = entry.split_from is not None
    return ChangeLine(
        url=entry.url,
        title=entry.title,
        change="removed" if entry.change == "merged" else entry.change,
        said="change_split" if split else f"change_{entry.change}",
        lines=tuple(changes(entry.change, entry.what, wording, split=split)),
        claims=entry.what.claims.added if entry.change == "changed" else (),
        causes=tuple(_cause(revision, wording) for revision in entry.caused_by),
        revisions=entry.revisions,
    )


def _cause(revision: RevisionView, wording: Wording) -> CauseLine:
    return CauseLine(revision.revision, revision.recorded, wording("story_and").join(causes(revision, wording)))


@router.get("/chronologies/{slug}/entries/{entry_id}/history")
def history(
    request: Request,
    slug: str,
    entry_id: str,
    queries: Queries,
    at: At = None,
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
) -> Response:
    """Tell the story of an entry."""
    wording = wording_for(request.headers.get("accept-language"))
    with open_snapshot(queries.database, slug, at) as snapshot:
        found = stories.story(snapshot, entry_id, after)
        if found is None:
            holder = holder_of(snapshot, entry_id)
            address = f"{entry_url(slug, holder)}/history{suffix_at(at)}"
            return RedirectResponse(address, 308, headers={"Cache-Control": "no-cache"})
        shown = told(snapshot, entry_id, found, wording)
        context = page_context(snapshot, "chronology", at, f"{entry_url(slug, entry_id)}/history")
    return page(
        request,
        "history.html",
        snapshot.version,
        **context,
        api=f"{shown.url}/history",
        story=shown,
        steps=[(step, _step(slug, step, wording)) for step in shown.steps],
        next=f"{shown.url}/history?after={shown.next}" if shown.next else None,
    )


def _step(slug: str, step: Step, wording: Wording) -> ChangeLine:
    split = step.split_from is not None
    return ChangeLine(
        url=entry_url(slug, step.merged_into) if step.merged_into else "",
        title=step.title,
        change="removed" if step.change == "merged" else step.change,
        said="change_split" if split else f"change_{step.change}",
        lines=tuple(changes(step.change, step.what, wording, split=split)),
        claims=(*step.what.claims.added, *step.what.claims.withdrawn) if step.change != "merged" else (),
        causes=(_cause(step, wording),),
        revisions=1,
    )
