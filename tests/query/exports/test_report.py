"""The report: HTML that holds all it needs, read by lxml; tests/browser/test_exports.py opens and prints it."""

import re
from typing import Any

import pytest
from lxml import html

from services.query.exports.report import POLICY
from tests.query.exports.story import BASE, HOSTILE, LINES, Story


@pytest.fixture(scope="module")
def page(story: Story) -> Any:
    return html.document_fromstring(story.export("report"))


def article(story: Story, page: Any, name: str) -> Any:
    return page.get_element_by_id(f"e-{story.entries()[name].id}")


def test_it_asks_nobody_for_anything(story: Story, page: Any) -> None:
    assert not list(page.iter("script", "img", "iframe", "object", "embed", "form", "base", "audio", "video", "input"))
    assert [link.get("href") for link in page.iter("link")] == ["data:,"]
    assert [meta.get("content") for meta in page.iter("meta") if meta.get("http-equiv")] == [POLICY]
    (style,) = page.iter("style")
    assert "url(" not in style.text
    assert "@import" not in style.text
    assert [name for element in page.iter() for name in element.attrib if name.startswith("on") or name == "style"] == []


def test_every_entry_is_an_article_with_its_notes(story: Story, page: Any) -> None:
    entries = list(story.opened().entries())
    assert [element.get("id") for element in page.iter("article")] == [f"e-{entry.id}" for entry in entries]
    notes = [element.get("id") for element in page.iter("li") if element.get("id")]
    assert notes == [f"n{number}" for number in range(1, len(notes) + 1)]
    assert {link.get("href") for link in page.iter("a") if link.get("href").startswith("#")} == {f"#{note}" for note in notes}
    text = article(story, page, "fewer").text_content()
    assert LINES["fewer"] in text
    assert re.search(r"Disputed", text)


def test_links_lead_to_the_server_or_the_source(page: Any) -> None:
    links = {link.get("href") for link in page.iter("a") if not link.get("href").startswith("#")}
    assert links
    assert all(link.startswith((f"{BASE}/chronologies/test/", "http://127.0.0.1:")) for link in links)


def test_hostile_words_are_words(story: Story, page: Any) -> None:
    shown = article(story, page, "hostile")
    assert HOSTILE in " ".join(shown.text_content().split())
    assert {element.tag for element in shown.iter()} <= {"article", "h2", "span", "p", "ul", "li", "sup", "a", "strong", "ol", "q"}


def test_what_became_of_claims_is_told(story: Story, page: Any) -> None:
    text = " ".join(page.text_content().split())
    for said in (
        "withdrawn; supports nothing",
        "withdrawn: a later capture of the source says it again",
        "corrected; the source's words say 51",
        "One claim was withdrawn. Reason: The register <b>says</b> otherwise.",
        "A document that stood behind this entry was erased",
        "Gone Gazette: erased by Aygün",
        "5 January 1940",
    ):
        assert said in text
    assert "vault" not in text


def test_it_speaks_azerbaijani(story: Story) -> None:
    page = html.document_fromstring(story.export("report", "az"))
    assert page.get("lang") == "az"
    assert "Silinmiş sənədlər" in page.text_content()
    assert "e.ə. 44" in page.text_content()
