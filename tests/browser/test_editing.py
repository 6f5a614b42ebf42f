"""Editing in a real browser: corrections proposed, refused with reasons, decided on, and seen."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from shared.domain.roles import Role
from shared.store.tokens import TokenStore, new_secret
from tests.browser.conftest import TICKET, Site

FAIR = "/chronologies/fair"


@pytest.fixture
def editor(page: Page, site: Site) -> Page:
    page.goto(f"{site.url}/login?ticket={TICKET}")
    page.get_by_role("button", name="Sign in as admin").click()
    page.goto(site.url + FAIR)
    page.locator(".timeline h3 a").first.click()
    return page


def test_an_editor_signs_in_with_a_token_where_it_is_needed_and_out_again(page: Page, site: Site) -> None:
    token = new_secret()
    tokens: TokenStore = site.app.state.tokens
    tokens.create(token[-8:], f"Aysel {token[-4:]}", Role.editor, datetime.now(UTC), token)
    page.goto(site.url + FAIR)
    page.locator(".timeline h3 a").first.click()
    expect(page.get_by_role("heading", name="Propose a correction")).to_have_count(0)
    entry = page.url
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("API token").fill("not a token")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("not valid")
    page.get_by_label("API token").fill(token)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(entry)
    part = form(page, "Call this entry something else")
    part.get_by_label("Title").fill("The fair of Oakford")
    propose(part, "So it is called in the register.")
    expect(part.get_by_role("status")).to_contain_text("Proposed")
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(entry)
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    expect(page.get_by_role("heading", name="Propose a correction")).to_have_count(0)


def form(page: Page, name: str) -> Locator:
    page.get_by_text(name, exact=True).click()
    return page.locator("details[open]", has_text=name)


def propose(part: Locator, reason: str) -> None:
    part.get_by_label("Reason").fill(reason)
    part.get_by_role("button", name="Propose").click()


def look(page: Page, site: Site) -> None:
    """Go to the newest proposal as a reviewer does."""
    page.goto(f"{site.url}{FAIR}/corrections")
    page.get_by_role("link", name="See what would change, and decide").first.click()
    expect(page.get_by_role("heading", name="What would change")).to_be_visible()


def accept(page: Page, site: Site) -> None:
    look(page, site)
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_role("button", name="Accept")).to_have_count(0)
    expect(page.locator(".state")).to_have_text("Accepted")


def test_without_a_session_there_is_nothing_to_edit_with(page: Page, site: Site) -> None:
    page.goto(site.url + FAIR)
    page.locator(".timeline h3 a").first.click()
    expect(page.locator("form")).to_have_count(0)


def test_a_title_is_proposed_accepted_and_shown_with_who_and_why(editor: Page, site: Site) -> None:
    part = form(editor, "Call this entry something else")
    part.get_by_label("Title").fill("The first Seed Fair")
    propose(part, "Shorter.")
    expect(part.locator(".outcome")).to_contain_text("Proposed.")
    address = editor.url
    accept(editor, site)
    editor.goto(address)
    expect(editor.get_by_role("heading", level=1)).to_have_text("The first Seed Fair")
    corrections = editor.locator("section", has=editor.get_by_role("heading", name="Corrections to this entry"))
    expect(corrections).to_contain_text("Shorter.")
    expect(corrections).to_contain_text("Proposed by admin-")


def test_what_is_refused_is_told_beside_the_form(editor: Page, site: Site) -> None:
    part = form(editor, "Correct a claim's date")
    part.get_by_label("Date").fill("last spring")
    propose(part, "The register says so.")
    expect(part.locator(".outcome")).to_contain_text("It was not sent")
    expect(part.locator(".outcome")).to_contain_text("EDTF")
    part.get_by_label("Date").fill("1998-05-04")
    part.get_by_role("button", name="Propose").click()
    expect(part.locator(".outcome")).to_contain_text("Proposed.")


def test_a_value_is_amended(editor: Page, site: Site) -> None:
    part = form(editor, "Correct a claim's value")
    choice = part.get_by_label("Value")
    option = choice.locator("option", has_text="guests: 212").first
    choice.select_option(str(option.get_attribute("value")))
    part.get_by_label("Should be").fill("215")
    propose(part, "The register says 215.")
    expect(part.locator(".outcome")).to_contain_text("Proposed.")
    address = editor.url
    accept(editor, site)
    editor.goto(address)
    guests = editor.locator(".attribute", has=editor.get_by_role("heading", name="guests"))
    expect(guests.locator(".alternatives > li")).to_have_count(1)
    expect(guests).to_contain_text("The source's words say 212.")


def sides(row: Locator) -> list[set[str]]:
    """The values in dispute as they are, and as they would be."""
    return [set(cell.split(" ≠ ")) for cell in row.get_by_role("cell").all_inner_texts()]


def test_what_would_change_is_seen_before_anybody_decides(editor: Page, site: Site) -> None:
    address = editor.url
    part = form(editor, "Correct a claim's value")
    choice = part.get_by_label("Value")
    choice.select_option(str(choice.locator("option", has_text="guests: 212").first.get_attribute("value")))
    part.get_by_label("Should be").fill("215")
    propose(part, "The register says 215.")
    part.get_by_role("link", name="See what would change").click()
    preview = editor.locator(".preview")
    expect(preview).to_contain_text("If it were accepted now")
    guests = preview.get_by_role("row", name="guests")
    expect(guests).to_be_visible()
    assert sides(guests) == [{"212", "215"}, {"215"}]
    expect(preview).to_contain_text("The dispute over guests would be settled.")
    title = preview.locator(".one a").first
    title.click()
    assert editor.url == address, "the entry is as it was"
    expect(editor.locator(".attribute", has=editor.get_by_role("heading", name="guests")).locator(".alternatives > li")).to_have_count(2)
    site.capture("On 4 May 1998 the first Seed Fair was held in Ganja. 230 guests took part in the fair.", "third.txt")
    editor.goto(f"{site.url}{FAIR}/corrections")
    editor.get_by_role("link", name="See what would change, and decide").click()
    expect(guests).to_contain_text("230")
    assert sides(guests) == [{"212", "215", "230"}, {"215", "230"}]
    editor.get_by_role("button", name="Accept").click()
    expect(editor.get_by_role("heading", name="What it was to change")).to_be_visible()
    assert sides(guests) == [{"212", "215", "230"}, {"215", "230"}]
    foreseen = guests.get_by_role("cell").all_inner_texts()
    editor.get_by_role("link", name="What did change").click()
    expect(editor.locator(".changes .what")).to_contain_text(f"guests: {' became '.join(foreseen)}.")


def test_what_a_split_would_change_is_told_in_azerbaijani(browser: Browser, editor: Page, site: Site) -> None:
    part = form(editor, "Split off claims")
    part.locator("input[type=checkbox]").first.check()
    propose(part, "Two happenings.")
    part.get_by_role("link", name="See what would change").click()
    expect(editor.locator(".preview .change")).to_have_count(2)
    split, left = (editor.locator(".changes > li", has_text=said) for said in ("split off another entry", "Claims that would leave"))
    expect(split.locator(".label")).to_have_text("Claims that would join")
    expect(left.locator(".change")).to_have_text("changed")
    reader = browser.new_context(locale="az-AZ", viewport={"width": 360, "height": 700})
    page = reader.new_page()
    page.goto(editor.url)
    expect(page.get_by_role("heading", name="Nə dəyişəcək")).to_be_visible()
    expect(page.get_by_text("Çıxacaq iddialar")).to_be_visible()
    expect(page.locator(".sides").first.get_by_role("columnheader")).to_have_text(["İndi", "Sonra"])
    expect(page.locator("form")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    reader.close()


def test_a_claim_is_withdrawn_and_stays_listed(editor: Page, site: Site) -> None:
    part = form(editor, "Withdraw a claim")
    option = part.get_by_label("Claim").locator("option", has_text="Yarmarkada 16 ölkədən").first
    part.get_by_label("Claim").select_option(str(option.get_attribute("value")))
    propose(part, "Misread.")
    expect(part.locator(".outcome")).to_contain_text("Proposed.")
    address = editor.url
    accept(editor, site)
    editor.goto(address)
    withdrawn = editor.locator("section", has=editor.get_by_role("heading", name="Withdrawn claims"))
    expect(withdrawn).to_contain_text("Yarmarkada 16 ölkədən 215 qonaq")


def test_entries_are_merged_by_address_and_split_again(editor: Page, site: Site) -> None:
    first = editor.url
    editor.goto(site.url + FAIR)
    editor.locator(".timeline h3 a").last.click()
    other = editor.url
    editor.goto(first)
    part = form(editor, "Merge with another entry")
    part.get_by_label("address or id").fill(f"{other}?from=somewhere")
    propose(part, "One happening.")
    expect(part.locator(".outcome")).to_contain_text("Proposed.")
    accept(editor, site)
    editor.goto(other)
    assert editor.url == first or editor.url == other
    expect(editor.locator(".claims > li")).to_have_count(7)
    part = form(editor, "Split off claims")
    part.get_by_label("signed a decree").check()
    propose(part, "Two after all.")
    expect(part.locator(".outcome")).to_contain_text("Proposed.")
    accept(editor, site)
    editor.goto(site.url + FAIR)
    expect(editor.locator(".timeline li")).to_have_count(2)


def test_a_proposal_can_be_rejected(editor: Page, site: Site) -> None:
    part = form(editor, "Call this entry something else")
    part.get_by_label("Title").fill("Nonsense")
    propose(part, "Because.")
    expect(part.locator(".outcome")).to_contain_text("Proposed.")
    look(editor, site)
    editor.get_by_label("Reason").fill("No.")
    editor.get_by_role("button", name="Reject").click()
    expect(editor.get_by_text("Rejected", exact=True)).to_be_visible()
    expect(editor.get_by_text("On the decision: No.")).to_be_visible()
