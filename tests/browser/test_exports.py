"""Exports in a real browser: the report as it is opened and printed, the timeline in TimelineJS itself where there is a copy of it."""

import json
import os
from pathlib import Path

import httpx
import pypdfium2
from playwright.sync_api import Page

from tests.browser.conftest import Site
from tests.conftest import missing

EXPORT = "/v1/chronologies/fair/export"
TIMELINEJS = Path(os.environ.get("SALNAME_TIMELINEJS") or Path(__file__).resolve().parents[2] / ".cache" / "timelinejs" / "dist")
"""The folder `dist` of the npm package @knight-lab/timelinejs, which `make browser` fetches: it is under the MPL, no part of Salname."""

HOSTILE = "On 5 May 1998 the <img src=http://evil.example/x onerror=alert(1)> fair of Ganja closed after 3 days.\n"


def asked(page: Page) -> list[str]:
    """The addresses that a page asks for from now on."""
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    return addresses


def test_the_report_opens_and_prints_without_asking_anybody(site: Site, page: Page, tmp_path: Path) -> None:
    site.capture(HOSTILE)
    addresses = asked(page)
    page.goto(f"{site.url}{EXPORT}?format=report")
    assert page.locator("article").count() >= 3
    assert "212 guests" in page.inner_text("main")
    assert "<img src=http://evil.example/x onerror=alert(1)>" in page.inner_text("main")
    assert page.evaluate("getComputedStyle(document.body).maxWidth") != "none"  # its style is let through by its policy
    assert addresses == [f"{site.url}{EXPORT}?format=report"]
    saved = tmp_path / "report.pdf"
    page.pdf(path=saved, prefer_css_page_size=True)
    printed = pypdfium2.PdfDocument(saved)
    text = "".join(sheet.get_textpage().get_text_bounded() for sheet in printed)
    printed.close()
    assert "212 guests" in text
    assert f"{site.url}/chronologies/fair" in text.replace("\r\n", "")  # links are spelled out on paper


def test_the_report_is_whole_as_a_file(site: Site, page: Page, tmp_path: Path) -> None:
    saved = tmp_path / "report.html"
    saved.write_bytes(httpx.get(f"{site.url}{EXPORT}?format=report&language=az").content)
    addresses = asked(page)
    page.goto(saved.as_uri())
    assert page.get_attribute("html", "lang") == "az"
    assert page.evaluate("getComputedStyle(document.body).maxWidth") != "none"
    page.locator("sup a").first.click()
    assert page.evaluate("location.hash") == "#n1"
    assert [address for address in addresses if not address.startswith("file:")] == []


def test_timelinejs_draws_the_timeline(site: Site, page: Page) -> None:
    if not TIMELINEJS.is_dir():
        missing(f"there is no TimelineJS at {TIMELINEJS}: make browser fetches it where npm is")
    site.capture(HOSTILE)
    timeline = httpx.get(f"{site.url}{EXPORT}?format=timelinejs").json()
    # The oldest date is one that no document here has: what TimelineJS makes of a year before the common era.
    timeline["events"].append({**timeline["events"][0], "unique_id": "bce", "start_date": {"year": -44, "month": 3, "day": 15}})
    script, style = ((TIMELINEJS / kind / f"timeline.{kind}").read_text("utf-8") for kind in ("js", "css"))
    page.set_content(f"<!doctype html><style>{style}</style><div id=timeline style='height:600px'></div>")
    page.add_script_tag(content=script)
    page.evaluate(f"window.timeline = new TL.Timeline('timeline', {json.dumps(timeline)}, {{font: null, script_path: ''}})")
    page.wait_for_function("document.querySelectorAll('.tl-timemarker').length > 0")
    assert page.locator(".tl-timemarker").count() == len(timeline["events"])
    assert page.evaluate("window.timeline.config.getErrors()") == []
    assert page.evaluate("window.timeline.config.events[0].unique_id") == "bce"
    assert "4–5 May 1998" in page.inner_text(".tl-storyslider")
    assert page.locator(".tl-storyslider img[src*='evil']").count() == 0
    assert "212 guests" in page.inner_text(".tl-storyslider")
