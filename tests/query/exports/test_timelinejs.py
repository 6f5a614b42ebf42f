"""TimelineJS JSON, held against what its documentation says of each field; tests/browser/test_exports.py gives it to TimelineJS itself."""

import json
import re
from typing import Any

import pytest
from lxml import html

from tests.query.exports.story import BASE, HOSTILE, LINES, Story

SLIDE = {"start_date", "end_date", "text", "display_date", "unique_id", "autolink"}


@pytest.fixture(scope="module")
def timeline(story: Story) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(story.export("timelinejs"))
    return found


def slide(story: Story, timeline: dict[str, Any], name: str) -> Any:
    (found,) = (slide for slide in timeline["events"] if slide["unique_id"] == f"e-{story.entries()[name].id}")
    return found


def test_it_has_the_fields_that_are_documented(timeline: dict[str, Any]) -> None:
    assert set(timeline) == {"events", "title"}
    assert set(timeline["title"]["text"]) == {"headline", "text"}
    for event in timeline["events"]:
        assert set(event) <= SLIDE
        assert set(event["text"]) == {"headline", "text"}
        for day in (event["start_date"], event.get("end_date")):
            assert day is None or (set(day) == {"year", "month", "day"} and all(isinstance(part, int) for part in day.values()))
    ids = [event["unique_id"] for event in timeline["events"]]
    assert len(ids) == len(set(ids))


def test_every_entry_with_a_day_is_a_slide_and_the_others_are_counted(story: Story, timeline: dict[str, Any]) -> None:
    entries = list(story.opened().entries())
    assert {event["unique_id"] for event in timeline["events"]} == {f"e-{entry.id}" for entry in entries if entry.date.alternatives}
    said = timeline["title"]["text"]["text"]
    assert "Entries without a date that are left out: 1." in said
    assert "Documents that were erased: 1." in said


def test_years_before_the_common_era_are_counted_without_a_zero(story: Story, timeline: dict[str, Any]) -> None:
    shown = slide(story, timeline, "bce")
    assert (shown["start_date"]["year"], shown["end_date"]["year"], shown["display_date"]) == (-44, -44, "44 BCE")


def test_what_is_not_certain_is_a_range(story: Story, timeline: dict[str, Any]) -> None:
    year = slide(story, timeline, "year")
    assert (year["start_date"], year["end_date"]) == ({"year": 1899, "month": 1, "day": 1}, {"year": 1899, "month": 12, "day": 31})
    well = slide(story, timeline, "well")
    assert (well["start_date"], well["end_date"]) == ({"year": 1940, "month": 1, "day": 5}, {"year": 1940, "month": 3, "day": 6})
    assert well["display_date"] == "disputed: 5 January 1940 or 6 March 1940"
    assert "end_date" not in slide(story, timeline, "fewer")
    assert "end_date" not in slide(story, timeline, "open")
    assert slide(story, timeline, "open")["display_date"] == "from 1 April 1860 on"


def test_each_slide_has_its_citations(story: Story, timeline: dict[str, Any]) -> None:
    text = html.fromstring(slide(story, timeline, "fewer")["text"]["text"])
    assert {quote.text_content().strip("“”") for quote in text.iter("q")} == {LINES["fewer"], "The regatta saw ninety boats."}
    links = [link.get("href") for link in text.iter("a")]
    assert all(link.startswith(f"{BASE}/chronologies/test/") for link in links)
    assert re.search(r"(70\[\d\] or 90|90\[\d\] or 70)\[\d\] Disputed", " ".join(text.text_content().split()))


def test_hostile_words_are_words(story: Story, timeline: dict[str, Any]) -> None:
    shown = slide(story, timeline, "hostile")
    for part in (shown["text"]["headline"], shown["text"]["text"]):
        assert not list(html.fragment_fromstring(part, create_parent="div").iter("script", "img", "b", "strong", "h1"))[1:]
        assert "<script" not in part
    assert " ".join(HOSTILE.split()) in html.fromstring(shown["text"]["text"]).text_content()
    assert "</script" not in story.export("timelinejs")


def test_it_speaks_azerbaijani(story: Story) -> None:
    shown = json.loads(story.export("timelinejs", "az"))
    assert "e.ə. 44" in {event["display_date"] for event in shown["events"]}
    assert "Tarixi olmadığı üçün buraxılan qeydlər: 1." in shown["title"]["text"]["text"]
