"""Fixtures for capturing from a local site."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from services.ingest.feeds.following import Feeds
from services.ingest.recapturing.captures import Captures
from services.ingest.recapturing.receipts import CaptureReceipt
from services.ingest.recapturing.wiring import build_captures, build_feeds
from shared.crypto.entropy import system_ids
from shared.domain.provenance import SourceDetails
from shared.settings import Settings
from shared.store.engine import Database
from tests.ingest.fetching.serving import Site, serving
from tests.support.running import ADMIN, Running, run


@dataclass
class World:
    """A chronology with everything that captures pages, and a site to capture them from."""

    running: Running
    captures: Captures
    feeds: Feeds
    site: Site

    @property
    def here(self) -> str:
        """The chronology's id."""
        return self.running.info.id

    def capture(self, path: str, details: SourceDetails | None = None) -> CaptureReceipt:
        """Capture a page of the site, and project it."""
        receipt = self.captures.capture(self.here, self.site.url + path, ADMIN, details)
        self.project()
        return receipt

    def recapture(self, source_id: str) -> CaptureReceipt:
        """Capture a source again, and project it."""
        receipt = self.captures.recapture(self.here, source_id, ADMIN)
        self.project()
        return receipt

    def project(self) -> None:
        """Bring the read model up to date."""
        self.running.projector.project(self.running.info)


def world_on(database: Database, site: Site) -> World:
    running = run(database)
    settings = Settings(database_url=database.url, fetch_allow_private=frozenset({site.place}), fetch_seconds=10)
    new_id = system_ids()
    captures = build_captures(database, settings, running.service, new_id)
    feeds = build_feeds(captures, new_id)
    feeds.pause_with(lambda seconds: False)
    return World(running, captures, feeds, site)


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    with serving() as site:
        yield world_on(database, site)
