"""A reader who looks back: to an earlier revision and to now again, what changed in between, and the story of an entry."""

import re
from itertools import pairwise

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site

FAIR = "/chronologies/fair"


def revisions(site: Site) -> list[int]:
    return [change["revision"] for change in httpx.get(f"{site.url}/v1{FAIR}/changes").json()["changes"]]


def test_a_reader_goes_back_stays_there_and_returns(site: Site, page: Page) -> None:
    first = revisions(site)[0]
    page.goto(f"{site.url}{FAIR}/changes")
    page.get_by_label("Revision, day or time").fill(str(first))
    page.locator(".look-back").get_by_role("button", name="Show").click()
    banner = page.locator(".notice.past")
    expect(banner).to_contain_text(f"As recorded at revision {first},")
    expect(page.locator(".timeline")).not_to_contain_text("215")
    page.locator(".timeline h3 a").first.click()
    expect(banner).to_be_visible()
    expect(page.locator(".compare")).not_to_contain_text("215")
    page.locator("#claims .go-to").first.click()
    expect(page).to_have_url(re.compile(f"at={first}#"))
    expect(banner).to_be_visible()
    page.go_back()
    page.get_by_role("navigation", name="This chronology").get_by_role("link", name="Sources").click()
    expect(banner).to_be_visible()
    expect(page.locator("main")).to_contain_text("The seed fair")
    expect(page.locator("main")).not_to_contain_text("Looking back")
    banner.get_by_role("link", name="Show the current state").click()
    expect(page.locator(".notice.past")).to_have_count(0)
    expect(page.locator("main")).to_contain_text("Looking back")


def test_a_reader_compares_two_revisions_with_the_keyboard(site: Site, page: Page) -> None:
    first, second, _ = revisions(site)
    page.goto(f"{site.url}{FAIR}/changes")
    page.get_by_role("link", name="Compare two revisions").click()
    page.get_by_label("Recorded from").press_sequentially(str(first))
    page.keyboard.press("Tab")
    page.keyboard.type(str(second))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=2)).to_have_text(f"From revision {first} to revision {second}")
    change = page.locator(".changes > li")
    expect(change).to_have_count(1)
    expect(change).to_contain_text("A dispute arose over guests.")
    expect(change.locator(".why")).to_contain_text("the document “Looking back (Hill Post (example))” was captured")
    change.locator(".one a").click()
    expect(page.locator(".notice.past")).to_contain_text(f"As recorded at revision {second},")


def test_an_entry_tells_its_story(site: Site, page: Page) -> None:
    page.goto(site.url + FAIR)
    page.locator(".timeline h3 a").first.click()
    title = page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("link", name="History").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    steps = page.locator(".changes > li")
    expect(steps).to_have_count(3)
    expect(steps.first).to_contain_text("The entry came to be with 2 claims.")
    expect(steps.nth(1).locator(".said q").first).to_contain_text("In May 1998 the first Seed Fair took place in Ganja")
    steps.first.locator(".when a").click()
    expect(page.locator(".notice.past")).to_be_visible()


@pytest.mark.parametrize("width", [360, 1200])
def test_these_pages_fit_the_screen_have_names_and_one_heading(browser: Browser, site: Site, width: int) -> None:
    context = browser.new_context(locale="az-AZ", viewport={"width": width, "height": 740})
    page = context.new_page()
    entry = httpx.get(f"{site.url}/v1{FAIR}/entries").json()["entries"][0]["url"]
    first = revisions(site)[0]
    for path in (f"{FAIR}/diff", f"{FAIR}/diff?from=0", f"{entry}/history", f"{FAIR}?at={first}", f"{FAIR}/changes"):
        page.goto(site.url + path)
        expect(page.locator("html")).to_have_attribute("lang", "az")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        nameless = "fields => fields.filter(field => field.type != 'hidden' && !field.labels.length).map(field => field.outerHTML)"
        assert page.locator("input, select, textarea").evaluate_all(nameless) == []
        levels = page.locator("h1, h2, h3, h4").evaluate_all("all => all.map(one => Number(one.tagName[1]))")
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels)), path
    context.close()
