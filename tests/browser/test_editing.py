"""Editing in a real browser: corrections proposed, refused with reasons, decided on, and seen."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import TICKET, Site

FAIR = "/chronologies/fair"


@pytest.fixture
def editor(page: Page, site: Site) -> Page:
    page.goto(f"{site.url}/login?ticket={TICKET}")
    page.get_by_role("button", name="Sign in as admin").click()
    page.goto(site.url + FAIR)
    page.locator(".timeline h3 a").first.click()
    return page


def form(page: Page, name: str) -> Locator:
    page.get_by_text(name, exact=True).click()
    return page.locator("details[open]", has_text=name)


def propose(part: Locator, reason: str) -> None:
    part.get_by_label("Reason").fill(reason)
    part.get_by_role("button", name="Propose").click()


def accept(page: Page, site: Site) -> None:
    page.goto(f"{site.url}{FAIR}/corrections")
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_role("button", name="Accept")).to_have_count(0)
    expect(page.locator(".corrections > li").first).to_contain_text("Accepted")


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
    editor.goto(f"{site.url}{FAIR}/corrections")
    editor.get_by_label("Reason").fill("No.")
    editor.get_by_role("button", name="Reject").click()
    expect(editor.get_by_text("Rejected", exact=True)).to_be_visible()
    expect(editor.get_by_text("On the decision: No.")).to_be_visible()
