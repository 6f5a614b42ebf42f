"""A real browser before the whole service: ingest, projection and query in one process on SQLite."""

import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from services.embedded import create_app
from services.query.snapshot import open_snapshot
from shared.settings import Settings
from tests.conftest import missing
from tests.query.serving import LIMIT, Running
from tests.support.running import ADMIN
from tests.support.texts import FAIR_AZ, FAIR_EN, FAIR_EN_OTHER, SOURCES

TICKET = "a-ticket-for-tests"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Site:
    """The embedded service on a port that it keeps when it is started again."""

    def __init__(self, data: Path) -> None:
        self._settings = Settings(data=data, poll_seconds=0.2, heartbeat_seconds=0.5, database_url=None)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start, or start again on the same data."""
        self.app = create_app(self._settings, TICKET)
        self.server = Running(self.app, port=self.port)

    def stop(self) -> None:
        """Stop in order."""
        self.server.stop()

    def capture(self, text: str, filename: str = "text.txt") -> str:
        """Capture a document and wait until it is shown; return its id."""
        service = self.app.state.ingest
        info = service.ensure_chronology("fair", ADMIN)
        receipt = service.capture(info.id, text.encode(), ADMIN, filename=filename, declared=SOURCES.get(text))
        self.wait_for(receipt.revision)
        return str(receipt.id)

    def wait_for(self, revision: int) -> None:
        """Wait until the read model shows a revision."""
        query = self.app.state.query
        for _ in range(int(LIMIT / 0.02)):
            with open_snapshot(query.database, "fair") as snapshot:
                if snapshot.head >= revision:
                    return
            self.server.thread.join(0.02)
        raise TimeoutError(f"revision {revision} was not shown")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, found on the path or where SALNAME_CHROMIUM says."""
    executable = os.environ.get("SALNAME_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not executable:
        missing("there is no Chromium: install it, or say where it is in SALNAME_CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """The service with three documents on one fair."""
    site = Site(tmp_path)
    for text in (FAIR_EN, FAIR_EN_OTHER, FAIR_AZ):
        site.capture(text)
    yield site
    if site.server.thread.is_alive():
        site.stop()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser of an English reader."""
    context = browser.new_context(locale="en-GB", viewport={"width": 1200, "height": 800})
    context.set_default_timeout(LIMIT * 1000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A tab in which nothing may go wrong unseen: errors of scripts and of the content policy fail the test."""
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    yield page
    # A connection that the test itself cuts, and an error page that it asks for, are told of, too, and are no fault of the page.
    expected = ("ERR_CONNECTION", "ERR_INCOMPLETE", "status of 401", "status of 404", "status of 422")
    assert [text for text in wrong if not any(part in text for part in expected)] == []
