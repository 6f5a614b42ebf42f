"""Searching in a real browser: what was found is marked, and what it may be narrowed down to is a link, by keyboard as well."""

from playwright.sync_api import Page

from tests.browser.conftest import Site

THEATRE = (
    "On 6 June 1907 the mayor of Tbilisi opened a theatre with 900 seats, at which <b>nobody</b> laughed, and of which the papers wrote "
    "for many years afterwards that no larger one had been opened on that side of the mountains, with a bridge to the garden.\n\n"
    "In 1903 a library was opened in Baku with 300 books.\n"
)


def marked(page: Page) -> set[str]:
    return {text.lower() for text in page.locator(".timeline mark").all_inner_texts()}


def test_what_was_found_is_marked_and_narrowed_down_by_keyboard(site: Site, page: Page) -> None:
    site.capture(THEATRE, "theatre.txt")
    page.goto(f"{site.url}/chronologies/fair")
    page.focus("#q")
    page.keyboard.type("OPENED")
    page.keyboard.press("Enter")
    page.wait_for_selector(".timeline mark")
    assert marked(page) == {"opened"}
    assert page.locator(".timeline h3").count() == 2
    assert page.locator(".timeline b").count() == 0, "what documents say is text"
    assert page.locator(".facets").count() == 0, "nothing is counted that nobody asked for"
    page.locator(".narrow a").focus()
    page.keyboard.press("Enter")
    choice = page.locator(".facets a", has_text="Baku")
    choice.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".chosen")
    assert page.locator(".timeline h3").count() == 1
    assert page.input_value("#q") == "OPENED"
    page.locator(".chosen a").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelectorAll('.timeline h3').length === 2")
    assert page.locator(".facets a", has_text="Baku").count() == 1, "it stays open"
    page.locator(".narrow a").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelectorAll('.facets').length === 0")
    assert "narrow" not in page.url, "nothing is counted for what is shut"
    assert page.locator(".timeline h3").count() == 2


def test_a_long_text_is_cut_around_what_was_found_and_an_order_holds(site: Site, page: Page) -> None:
    site.capture(THEATRE, "theatre.txt")
    page.goto(f"{site.url}/chronologies/fair?q=garden")
    found = page.locator(".found").inner_text()
    assert found.startswith("…")
    assert "garden" in found
    page.goto(f"{site.url}/chronologies/fair")
    page.select_option("#sort", "sources")
    page.click("form.filter button")
    page.wait_for_url("**sort=sources**")
    assert page.locator(".timeline h2").count() == 0, "there are no years where the order is another"
    counts = [
        int(text.split()[0])
        for text in page.locator(".timeline .facts span:has-text('source')").all_inner_texts()
        if "source" in text and text[0].isdigit()
    ]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1]


def test_nothing_is_wider_than_a_small_screen(site: Site, page: Page) -> None:
    site.capture(THEATRE, "theatre.txt")
    page.set_viewport_size({"width": 360, "height": 700})
    for address in ("", "?q=opened", "?q=opened&place=Baku&sort=changed"):
        page.goto(f"{site.url}/chronologies/fair{address}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
