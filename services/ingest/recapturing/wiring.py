"""What captures addresses, wired on a database."""

import random
from collections.abc import Callable
from typing import Protocol, TypeVar, TypeVarTuple

from fastapi import FastAPI

from services.ingest.feeds.following import Feeds
from services.ingest.feeds.parsed import Feed, parse_feed
from services.ingest.fetching.charset import believable
from services.ingest.fetching.fetch import Fetcher
from services.ingest.fetching.fetched import Fetched, FetchLimits
from services.ingest.intake import Intake, extract
from services.ingest.readers import keeps_its_own_time
from services.ingest.recapturing.captures import Captures
from services.ingest.recapturing.history import History
from services.ingest.recapturing.reading import read_page
from services.ingest.recapturing.rounds import Rounds, RoundsThread
from services.ingest.service import IngestService
from services.ingest.wiring import parse_limits
from shared.domain.ids import IdSource
from shared.domain.provenance import SourceDetails
from shared.settings import Settings
from shared.store.engine import Database

Args = TypeVarTuple("Args")
R = TypeVar("R")


class Run(Protocol):
    """Calls a function somewhere: in a worker that can be killed, or in this process."""

    def __call__(self, function: Callable[[*Args], R], *args: *Args) -> R:
        """Return what the function returns."""
        ...


def in_this_process(function: Callable[[*Args], R], *args: *Args) -> R:
    """Call a function where it is."""
    return function(*args)


def build_captures(
    database: Database, settings: Settings, service: IngestService, new_id: IdSource, run: Run = in_this_process
) -> Captures:
    """Wire the capturing of addresses. `run` reads what was fetched."""
    limits = parse_limits(settings)

    def read(fetched: Fetched, declared: SourceDetails, fallback: SourceDetails, extractor: str) -> Intake:
        media_type = believable(fetched.media_type, fetched.data)
        reading = run(read_page, fetched.data, fetched.filename, media_type, declared, fallback, limits)
        return extract(reading, extractor) if keeps_its_own_time(extractor) else run(extract, reading, extractor)

    fetcher = Fetcher(
        FetchLimits(
            seconds=settings.fetch_seconds,
            max_bytes=settings.max_document_bytes,
            redirects=settings.fetch_redirects,
            allow_private=frozenset(place.lower() for place in settings.fetch_allow_private),
        ),
        new_id,
    )
    return Captures(service, History(database), fetcher, new_id, read)


def build_feeds(captures: Captures, new_id: IdSource, run: Run = in_this_process) -> Feeds:
    """Wire the following of feeds. `run` reads those that were fetched."""

    def parse(data: bytes, media_type: str | None, url: str) -> Feed:
        return run(parse_feed, data, media_type, url)

    return Feeds(captures, new_id, parse)


def install_fetching(app: FastAPI, database: Database, settings: Settings, run: Run = in_this_process) -> RoundsThread:
    """Put what captures addresses on an app whose state holds `ingest` and `new_id`; return what does rounds, to be started and stopped."""
    new_id: IdSource = app.state.new_id
    app.state.captures = captures = build_captures(database, settings, app.state.ingest, new_id, run)
    app.state.feeds = feeds = build_feeds(captures, new_id, run)
    thread = RoundsThread(Rounds(captures, feeds, new_id.now, random.random))
    feeds.pause_with(thread.wait)
    app.state.rounds = thread.rounds
    return thread
