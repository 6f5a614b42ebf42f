"""A page that follows its chronology, and comes back by itself after the server was away."""

import httpx
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.query.serving import LIMIT
from tests.support.running import ADMIN

NOTE = "A note\n\nOn 3 April 1899 the bridge of Oakford was opened.\n"
OTHER = "Another note\n\nOn 5 June 1907 the mill of Oakford burned down.\n"


def test_a_page_tells_of_a_change_and_shows_it_when_asked(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/chronologies/fair")
    notice = page.locator(".news")
    expect(notice).to_be_hidden()
    site.capture(NOTE)
    expect(notice).to_be_visible()
    expect(notice).to_contain_text("This chronology has changed")
    notice.get_by_role("link").click()
    expect(page.get_by_role("heading", name="1899", exact=True)).to_be_visible()
    expect(page.locator(".news")).to_be_hidden()


def test_a_page_receives_what_happened_while_the_server_was_away(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/chronologies/fair/changes")
    notice = page.locator(".news")
    site.capture(NOTE)
    expect(notice).to_be_visible()
    first = str(notice.get_attribute("data-revision"))
    service = site.app.state.ingest
    site.stop()
    missed = service.capture(service.chronology("fair").id, OTHER.encode(), ADMIN, filename="other.txt")
    assert missed.revision > int(first)
    site.start()
    expect(notice).to_have_attribute("data-revision", str(missed.revision), timeout=LIMIT * 1000)


def test_an_event_source_resumes_where_it_was(page: Page, site: Site) -> None:
    """The browser's own EventSource, cut off between two changes: both arrive, each once, in order."""
    page.goto(f"{site.url}/chronologies/fair/sources")
    page.evaluate(
        """() => {
            const seen = [];
            const source = new EventSource("/v1/chronologies/fair/stream?after=0");
            source.addEventListener("change", event => {
                seen.push(event.lastEventId);
                document.body.dataset.seen = seen.join(" ");
            });
        }"""
    )
    changes = httpx.get(f"{site.url}/v1/chronologies/fair/changes").json()["changes"]
    expected = [change["revision"] for change in changes]
    body = page.locator("body")
    expect(body).to_have_attribute("data-seen", " ".join(map(str, expected)))
    service = site.app.state.ingest
    site.stop()
    missed = service.capture(service.chronology("fair").id, NOTE.encode(), ADMIN, filename="note.txt")
    site.start()
    expected.append(missed.revision)
    expect(body).to_have_attribute("data-seen", " ".join(map(str, expected)), timeout=LIMIT * 1000)
    site.capture(OTHER)
    expected.append(service.chronology("fair").head)
    expect(body).to_have_attribute("data-seen", " ".join(map(str, expected)))


def test_an_event_source_without_a_cursor_misses_nothing_while_it_is_away(page: Page, site: Site) -> None:
    """The browser's own EventSource, cut off before anything came: what happens meanwhile arrives when it is back."""
    page.goto(f"{site.url}/chronologies/fair/sources")
    page.evaluate(
        """() => {
            const source = new EventSource("/v1/chronologies/fair/stream");
            const seen = [];
            source.addEventListener("heartbeat", () => { document.body.dataset.beat = "1"; });
            source.addEventListener("change", event => {
                seen.push(event.lastEventId);
                document.body.dataset.seen = seen.join(" ");
            });
        }"""
    )
    body = page.locator("body")
    expect(body).to_have_attribute("data-beat", "1", timeout=LIMIT * 1000)
    service = site.app.state.ingest
    site.stop()
    missed = service.capture(service.chronology("fair").id, NOTE.encode(), ADMIN, filename="note.txt")
    site.start()
    expect(body).to_have_attribute("data-seen", str(missed.revision), timeout=LIMIT * 1000)
