"""The API for looking back: what changed between two revisions, and the story of one entry."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from services.query import diff as comparing
from services.query import history as stories
from services.query.citations import entry_url
from services.query.erasures import holder_of
from services.query.history import Story
from services.query.pages.telling import tell
from services.query.pages.wording import Wording, wording_for
from services.query.parameters import GONE, At, Slug
from services.query.routes import router as reading
from services.query.service import Queries
from services.query.snapshot import Snapshot, open_snapshot, resolve_at
from services.query.time_schemas import Diff, History, Step
from shared.domain.errors import InvalidInput
from shared.web.auth import Reader
from shared.web.conditional import JSON, conditional

router = APIRouter(prefix=reading.prefix, tags=["looking back"], responses=reading.responses)

Since = Annotated[
    str | None, Query(alias="from", max_length=40, description="an earlier revision, day (its end, UTC) or time of recording")
]
Until = Annotated[str | None, Query(alias="to", max_length=40, description="the later one; without it, the current revision")]
DiffCursor = Annotated[str | None, Query(max_length=500, description="`next` of an earlier answer, which needs no `from` and `to`")]


def compared(snapshot: Snapshot, since: str | None, until: str | None, cursor: str | None, limit: int) -> Diff:
    """Compare two revisions, or go on with a comparison; raise `InvalidInput` when it is not said with what to begin."""
    if cursor:
        place = comparing.decode_diff_cursor(cursor)
        earlier, later = (snapshot.at(resolve_at(snapshot, revision)) for revision in (place.earlier, place.later))
        return comparing.diff(earlier, later, place, limit)
    if since is None:
        raise InvalidInput("say what to compare with: from=42, from=2026-11-24 or from=2026-11-24T09:30:00Z; to is now unless you say when")
    earlier = snapshot.at(resolve_at(snapshot, since))
    later = snapshot if until is None else snapshot.at(resolve_at(snapshot, until))
    return comparing.diff(earlier, later, None, limit)


@router.get("/chronologies/{slug}/diff", response_model=Diff, summary="Compare two revisions, entry by entry, with what caused each change")
def diff(
    request: Request,
    slug: Slug,
    queries: Queries,
    _: Reader,
    since: Since = None,
    until: Until = None,
    cursor: DiffCursor = None,
    limit: Annotated[int, Query(ge=1, le=comparing.MAX_PAGE)] = comparing.PAGE,
) -> Response:
    """Entries that are the same at both revisions are not listed, whatever happened to them in between: a page may be a short one."""
    with open_snapshot(queries.database, slug) as snapshot:
        shown = compared(snapshot, since, until, cursor, limit)
    etag = f'"{snapshot.version}-{shown.from_.revision}-{shown.to.revision}"'
    return conditional(request, etag, shown.model_dump_json(by_alias=True), JSON)


@router.get(
    "/chronologies/{slug}/entries/{entry_id}/history",
    response_model=History,
    summary="Tell the story of an entry: every revision that changed it, and why",
    responses={
        308: {"description": "The id is that of a claim that never headed an entry: Location is the story of the entry that holds it"},
        410: GONE,
    },
)
def history(
    request: Request,
    slug: Slug,
    entry_id: str,
    queries: Queries,
    _: Reader,
    at: At = None,
    after: Annotated[int, Query(ge=0, le=2**53, description="the revision after which to begin: `next` of an earlier answer")] = 0,
    limit: Annotated[int, Query(ge=1, le=stories.MAX_PAGE)] = stories.PAGE,
) -> Response:
    """`text` is in English or Azerbaijani, as Accept-Language asks."""
    wording = wording_for(request.headers.get("accept-language"))
    with open_snapshot(queries.database, slug, at) as snapshot:
        found = stories.story(snapshot, entry_id, after, limit)
        if found is None:
            holder = holder_of(snapshot, entry_id)
            suffix = "" if at is None else f"?at={quote(at)}"
            address = f"/v1/chronologies/{slug}/entries/{quote(holder)}/history{suffix}"
            return RedirectResponse(address, 308, headers={"Cache-Control": "no-cache"})
        shown = told(snapshot, entry_id, found, wording)
    headers = {"Vary": "Accept-Language", "Content-Language": wording.language}
    return conditional(request, f'"{snapshot.version}-{wording.language}"', shown.model_dump_json(), JSON, headers)


def told(snapshot: Snapshot, entry_id: str, story: Story, wording: Wording) -> History:
    """Tell a story in a language."""
    return History(
        revision=snapshot.revision,
        entry_id=entry_id,
        url=entry_url(snapshot.slug, entry_id),
        title=story.title,
        steps=tuple(
            Step(
                **dict(one.revision),
                change=one.kind,
                merged_into=one.merged_into,
                split_from=one.split_from,
                title=one.title,
                what=one.what,
                text=tell(one.revision, one.kind, one.what, wording, split=one.split_from is not None),
            )
            for one in story.episodes
        ),
        next=story.next,
    )
