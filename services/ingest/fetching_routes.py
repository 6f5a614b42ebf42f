"""Addresses over HTTP: capture one, capture a source again, give it a schedule, follow a feed."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import AwareDatetime, Field, StringConstraints, field_validator

from services.ingest.calling import PROBLEMS, Calling, Service, answered, receipts
from services.ingest.feeds.following import LIMIT, Feeds
from services.ingest.recapturing.captures import Captures
from services.ingest.recapturing.history import KnownSource
from services.ingest.recapturing.intervals import seconds_of
from services.ingest.recapturing.receipts import CaptureReceipt
from services.ingest.recapturing.rounds import Rounds
from services.ingest.receipts import Receipt
from services.ingest.requests import Asked
from shared.domain.errors import InvalidInput, NotFound
from shared.domain.model import Frozen
from shared.domain.provenance import Retrieval, SourceDetails
from shared.domain.roles import Role
from shared.web.conditional import conditional_on_content

router = APIRouter(responses=PROBLEMS)

Url = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]
Extractor = Annotated[str, StringConstraints(min_length=1, max_length=100)]
UNCHANGED: dict[int | str, dict[str, Any]] = receipts(CaptureReceipt, "Captured: `comparison` says what changed since the capture before")


async def _captures(request: Request) -> Captures:
    captures: Captures = request.app.state.captures
    return captures


async def _feeds(request: Request) -> Feeds:
    feeds: Feeds = request.app.state.feeds
    return feeds


async def _rounds(request: Request) -> Rounds:
    rounds: Rounds = request.app.state.rounds
    return rounds


Capturing = Annotated[Captures, Depends(_captures)]
Following = Annotated[Feeds, Depends(_feeds)]
Scheduled = Annotated[Rounds, Depends(_rounds)]


class NewCapture(Asked):
    """An address to be captured. `source` outranks what the page says of itself; its address is the page's."""

    url: Url
    source: SourceDetails = Field(default_factory=SourceDetails)
    extractor: Extractor | None = Field(default=None, description="`rules`, or that of the capture before, where none is named")

    @field_validator("source")
    @classmethod
    def _one_address(cls, source: SourceDetails) -> SourceDetails:
        if source.url is not None:
            raise ValueError("the source's address is the one that is captured: leave source.url out")
        return source


class NewRecapture(Asked):
    """How a source is captured again."""

    extractor: Extractor | None = Field(default=None, description="that of the capture before, where none is named")


def _interval(every: object) -> object:
    try:
        return seconds_of(every) if isinstance(every, str) else every
    except InvalidInput as error:
        raise ValueError(error.detail) from error


Interval = Annotated[int | None, Field(ge=60, description="seconds, or 15m, 1h, 1d, 2w; null: no longer")]


class NewSchedule(Asked):
    """How often a source is captured again."""

    every: Interval

    _written = field_validator("every", mode="before")(_interval)


class NewFeed(Asked):
    """A feed to be followed: every entry's page is captured once, `limit` new ones at a time at most."""

    url: Url
    every: Annotated[int, Field(ge=60, description="seconds, or 15m, 1h, 1d, 2w")] = 3_600
    extractor: Extractor = "rules"
    limit: Annotated[int, Field(ge=1, le=1_000)] = LIMIT

    _written = field_validator("every", mode="before")(_interval)


class AttemptView(Frozen):
    """How it went the last time this process did it by itself, and when it does it next. `failures`: in a row."""

    last: AwareDatetime | None
    outcome: str | None
    failures: int
    due: AwareDatetime


class CaptureView(Frozen):
    """A capture of a source. `retrieved` is null where it was not fetched."""

    document_id: str
    captured: AwareDatetime
    previous: str | None
    retrieved: Retrieval | None
    erased: bool


class SourceCaptures(Frozen):
    """The captures of a source, the oldest first, and its schedule. `attempt` is null until this process knows of the schedule."""

    source_id: str
    url: str | None
    every: int | None
    captures: tuple[CaptureView, ...]
    attempt: AttemptView | None


class FeedView(Frozen):
    """A feed. `every` is null when it is followed no longer."""

    feed_id: str
    url: str
    every: int | None
    extractor: str
    limit: int
    attempt: AttemptView | None


class FeedList(Frozen):
    """The feeds of a chronology."""

    feeds: tuple[FeedView, ...]


@router.post(
    "/chronologies/{slug}/captures",
    status_code=201,
    response_model=CaptureReceipt,
    responses=UNCHANGED,
    tags=["documents"],
    summary="Capture an address",
    description="Fetches a page and records it as a document, with the response as it came. Only public addresses are fetched. An address "
    "that was captured before is captured again: `unchanged` when it says what it said, else a new document, compared with the one before.",
)
def capture_address(slug: str, body: NewCapture, service: Service, captures: Capturing, caller: Calling) -> Response:
    """Capture an address."""
    receipt = captures.capture(service.chronology_id(slug), body.url, caller, body.source, body.extractor)
    return answered(receipt, f"/v1/chronologies/{slug}/documents/{receipt.id}")


@router.post(
    "/chronologies/{slug}/sources/{source_id}/captures",
    status_code=201,
    response_model=CaptureReceipt,
    responses=UNCHANGED,
    tags=["documents"],
    summary="Capture a source again",
)
def recapture_source(
    slug: str, source_id: str, service: Service, captures: Capturing, caller: Calling, body: NewRecapture | None = None
) -> Response:
    """Capture a source again."""
    receipt = captures.recapture(service.chronology_id(slug), source_id, caller, (body or NewRecapture()).extractor)
    return answered(receipt, f"/v1/chronologies/{slug}/documents/{receipt.id}")


@router.get(
    "/chronologies/{slug}/sources/{source_id}/captures",
    response_model=SourceCaptures,
    tags=["documents"],
    summary="Show the captures of a source and its schedule",
)
def source_captures(
    request: Request, slug: str, source_id: str, service: Service, captures: Capturing, rounds: Scheduled, caller: Calling
) -> Response:
    """Show the captures of a source and its schedule."""
    caller.principal.require(Role.contributor)
    chronology_id = service.chronology_id(slug)
    source = captures.history.source(chronology_id, source_id)
    if source is None:
        raise NotFound(f"there is no source {source_id} in the chronology {slug!r}")
    shown = SourceCaptures(
        source_id=source.id,
        url=source.details.url,
        every=source.every,
        captures=_shown(source),
        attempt=_attempt(rounds, chronology_id, source.id),
    )
    return conditional_on_content(request, shown.model_dump_json().encode())


@router.put(
    "/chronologies/{slug}/sources/{source_id}/schedule",
    status_code=201,
    response_model=Receipt,
    responses=receipts(Receipt, "Recorded"),
    tags=["documents"],
    summary="Have a source captured again by itself",
)
def schedule_source(slug: str, source_id: str, body: NewSchedule, service: Service, captures: Capturing, caller: Calling) -> Response:
    """Have a source captured again by itself."""
    return answered(captures.schedule(service.chronology_id(slug), source_id, body.every, caller))


@router.post(
    "/chronologies/{slug}/feeds",
    status_code=201,
    response_model=Receipt,
    responses=receipts(Receipt, "Recorded: the feed is looked at soon"),
    tags=["documents"],
    summary="Follow an RSS or Atom feed",
)
def follow_feed(slug: str, body: NewFeed, service: Service, feeds: Following, caller: Calling) -> Response:
    """Follow a feed."""
    return answered(feeds.follow(service.chronology_id(slug), body.url, body.every, caller, body.extractor, body.limit))


@router.get(
    "/chronologies/{slug}/feeds", response_model=FeedList, tags=["documents"], summary="List the feeds that are followed, and how it goes"
)
def list_feeds(request: Request, slug: str, service: Service, captures: Capturing, rounds: Scheduled, caller: Calling) -> Response:
    """List the feeds that are followed."""
    caller.principal.require(Role.contributor)
    chronology_id = service.chronology_id(slug)
    listed = FeedList(
        feeds=tuple(
            FeedView(**feed.model_dump(), attempt=_attempt(rounds, chronology_id, feed.feed_id))
            for feed in captures.history.feeds(chronology_id)
            if feed.every is not None
        )
    )
    return conditional_on_content(request, listed.model_dump_json().encode())


@router.delete("/chronologies/{slug}/feeds/{feed_id}", response_model=Receipt, tags=["documents"], summary="Follow a feed no longer")
def unfollow_feed(slug: str, feed_id: str, service: Service, feeds: Following, caller: Calling) -> Response:
    """Follow a feed no longer."""
    return answered(feeds.unfollow(service.chronology_id(slug), feed_id, caller), status=200)


def _shown(source: KnownSource) -> tuple[CaptureView, ...]:
    return tuple(
        CaptureView(
            document_id=capture.document_id,
            captured=capture.time,
            previous=capture.previous,
            retrieved=capture.retrieved,
            erased=capture.erased,
        )
        for capture in source.captures
    )


def _attempt(rounds: Rounds, chronology_id: str, task_id: str) -> AttemptView | None:
    found = rounds.attempt(chronology_id, task_id)
    return None if found is None else AttemptView(last=found.last, outcome=found.outcome, failures=found.failures, due=found.due)
