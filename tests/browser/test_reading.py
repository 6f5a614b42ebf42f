"""Reading in a real browser: the timeline, an entry, and citations that land on their very words."""

import json
from itertools import pairwise

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site
from tests.support.running import ADMIN

FAIR = "/chronologies/fair"


def test_the_timeline_shows_entries_in_order_and_says_what_is_disputed(page: Page, site: Site) -> None:
    page.goto(site.url)
    page.get_by_role("link", name="Fair", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Fair")
    entries = page.locator(".timeline li")
    expect(entries).to_have_count(2)
    expect(page.get_by_role("heading", level=2)).to_have_text(["1998", "1999"])
    fair = entries.first
    expect(fair).to_contain_text("4–5 May 1998")
    expect(fair.get_by_text("Disputed")).to_be_visible()
    expect(fair.locator("dd", has_text="215")).to_contain_text("212")
    expect(fair.locator("dd", has_text="215")).to_contain_text("sources disagree")
    expect(entries.last.get_by_text("One source")).to_be_visible()


def test_the_filter_works_from_the_keyboard(page: Page, site: Site) -> None:
    page.goto(site.url + FAIR)
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the content")).to_be_focused()
    page.get_by_label("Words").fill("yarmarkası")
    page.keyboard.press("Enter")
    expect(page.locator(".timeline ol > li")).to_have_count(1)
    page.get_by_label("From").fill("2005")
    page.keyboard.press("Enter")
    expect(page.get_by_text("No entry fits.")).to_be_visible()
    page.get_by_role("link", name="Clear").click()
    expect(page.locator(".timeline ol > li")).to_have_count(2)
    page.get_by_label("Only where sources disagree").check()
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".timeline ol > li")).to_have_count(1)


def test_values_stand_side_by_side(page: Page, site: Site) -> None:
    page.goto(site.url + FAIR)
    page.locator(".timeline h3 a").first.click()
    guests = page.locator(".attribute", has=page.get_by_role("heading", name="guests"))
    values = guests.locator(".alternatives > li")
    expect(values).to_have_count(2)
    boxes = [values.nth(index).bounding_box() for index in range(2)]
    assert boxes[0]
    assert boxes[1]
    assert boxes[0]["y"] == boxes[1]["y"]
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]
    expect(guests).to_contain_text("These cannot all be true.")
    expect(guests.locator("li", has_text="212").locator("q")).to_have_text(["212 guests"])
    expect(guests.locator("li", has_text="Vadi qəzeti").locator("q")).to_have_text(["215 guests", "215 qonaq"])
    expect(page.get_by_role("heading", name="Why these stand together")).to_be_visible()


def landed(page: Page) -> str:
    """The words that the address's fragment lands on, as they can be seen: in view, and marked otherwise than the rest."""
    target = page.locator(":target")
    expect(target).to_be_in_viewport()
    plain = page.locator("mark:not(:target):not(.lit)").first.evaluate("mark => getComputedStyle(mark).backgroundColor")
    assert target.evaluate("mark => getComputedStyle(mark).backgroundColor") != plain
    return str(page.locator("mark.lit").evaluate_all("marks => marks.map(mark => mark.innerText).join('')"))


def test_every_citation_s_link_lands_on_its_very_words(page: Page, site: Site) -> None:
    filler = "\n\n".join(f"Paragraph {'abcdefghijklmnopqrstuvwxyz'[n % 26] * 3} of the report says nothing at all." for n in range(120))
    site.capture(f"A long report\n\n{filler}\n\nThe first Seed Fair was held in Ganja on 4 May 1998. 230 guests took part in the fair.\n")
    page.goto(site.url + FAIR)
    page.locator(".timeline h3 a").first.click()
    links = page.locator(".alternatives blockquote a, .claims blockquote a")
    quotes = [(links.nth(index).get_attribute("href"), links.nth(index).locator("q").inner_text()) for index in range(links.count())]
    assert len(quotes) > 12
    for address, quote in quotes:
        page.goto(f"{site.url}{address}")
        assert landed(page) == quote


def test_a_click_on_a_citation_in_the_entry_opens_the_document_at_its_words(page: Page, site: Site) -> None:
    page.goto(site.url + FAIR)
    page.locator(".timeline h3 a").first.click()
    page.locator("q", has_text="215 qonaq").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Yarmarka")
    assert landed(page) == "215 qonaq"
    page.locator("aside a").first.click()
    assert landed(page).startswith("1998-ci il mayın 4–5-də")


def test_passages_that_overlap_are_lit_as_a_whole(page: Page, site: Site) -> None:
    text = "Alder rose early. Birch followed late. Cedar slept."
    document = site.capture(text, "trees.txt")
    service = site.app.state.ingest
    info = service.chronology("fair")
    claims = [
        {"document_id": document, "quote": "Alder rose early. Birch followed", "date": {"edtf": "1801", "quote": "early"}},
        {"document_id": document, "quote": "Birch followed late. Cedar slept", "date": {"edtf": "1802", "quote": "late"}},
    ]
    receipt = service.record_claims(info.id, [(number, json.dumps(claim).encode()) for number, claim in enumerate(claims, start=1)], ADMIN)
    assert not receipt.refused
    site.wait_for(receipt.revision)
    for claim_id, claim in zip(receipt.recorded, claims, strict=True):
        page.goto(f"{site.url}{FAIR}/documents/{document}#c-{claim_id}")
        assert landed(page) == claim["quote"]
    assert page.locator(".text").inner_text() == text


def test_sources_are_cited_without_scripts_and_a_click_selects_a_citation(browser: Browser, site: Site) -> None:
    plain = browser.new_context(locale="en-GB", java_script_enabled=False)
    page = plain.new_page()
    page.goto(site.url + FAIR)
    page.locator(".timeline h3 a").first.click()
    page.get_by_text("Cite these sources").click()
    expect(page.locator(".cited")).to_have_count(0)
    page.get_by_role("link", name="MLA (9th edition)").click()
    cited = page.locator(".cited > li")
    expect(cited).to_have_count(3)
    expect(cited.filter(has_text="The Seed Fair")).to_contain_text("Valley Gazette (example)")
    page.get_by_role("link", name="All of them as plain text").click()
    expect(page.locator("body")).to_contain_text("Valley Gazette (example)")
    plain.close()
    scripted = browser.new_context(locale="az-AZ", viewport={"width": 360, "height": 700})
    page = scripted.new_page()
    entry = httpx.get(f"{site.url}/v1{FAIR}/entries").json()["entries"][0]["url"]
    page.goto(f"{site.url}{entry}?cite=apa#cite")
    expect(page.get_by_text("Bu mənbələrə istinad et")).to_be_in_viewport()
    whole = page.locator(".cited > li > .whole").first
    whole.click(position={"x": 60, "y": 8})
    assert page.evaluate("getSelection().toString()").strip() == whole.inner_text().strip()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    scripted.close()


@pytest.mark.parametrize("width", [360, 1200])
def test_no_page_is_wider_than_the_screen_and_every_field_has_a_name(page: Page, site: Site, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    entry = httpx.get(f"{site.url}/v1{FAIR}/entries").json()["entries"][0]["url"]
    document = httpx.get(f"{site.url}/v1{FAIR}/documents").json()["documents"][0]["url"]
    for path in ("/", FAIR, entry, document, f"{FAIR}/sources", f"{FAIR}/corrections", f"{FAIR}/changes", "/chronologies/none"):
        answer = page.goto(site.url + path)
        assert answer
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        nameless = "fields => fields.filter(field => !field.labels.length && !field.ariaLabel).map(field => field.outerHTML)"
        assert page.locator("input, select, textarea").evaluate_all(nameless) == []
        levels = page.locator("h1, h2, h3, h4").evaluate_all("all => all.map(one => Number(one.tagName[1]))")
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels)), path


def test_an_azerbaijani_reader_is_answered_in_azerbaijani(browser: Browser, site: Site) -> None:
    context = browser.new_context(locale="az-AZ")
    page = context.new_page()
    page.goto(site.url + FAIR)
    expect(page.locator("html")).to_have_attribute("lang", "az")
    expect(page.get_by_text("Mübahisəli").first).to_be_visible()
    expect(page.get_by_text("4–5 may 1998")).to_be_visible()
    context.close()
