"""iCalendar, read by icalendar at its strictest; that lines are as the standard has them is looked at here."""

import re
from collections import Counter
from datetime import date
from typing import Any

import icalendar
import pytest

from services.query.exports.ical import REASONS, why_left_out
from shared.domain.chronology import Entry, EntryDate
from tests.query.exports.story import BASE, HOSTILE, LINES, Story


@pytest.fixture(scope="module")
def calendar(story: Story) -> Any:
    (read,) = icalendar.Calendar.from_ical(story.export("ical"), multiple=True)
    assert [error for component in read.walk() for error in component.errors] == []
    return read


def events(calendar: Any) -> dict[str, Any]:
    return {str(event["uid"]): event for event in calendar.walk("VEVENT")}


def event(story: Story, calendar: Any, name: str) -> Any:
    return events(calendar)[story.entries()[name].id]


def test_lines_are_folded_and_ended_as_the_standard_has_it(story: Story) -> None:
    text = story.export("ical")
    assert "\n" not in text.replace("\r\n", "")
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
    assert text.count("BEGIN:VCALENDAR") == text.count("END:VCALENDAR") == 1


def test_days_and_ranges_of_days_are_events(story: Story, calendar: Any) -> None:
    names = {"hostile", "about", "fewer", "counted", "dropped", "planned", "later"}
    ours = {story.entries()[name].id for name in story.claims if name in story.entries()}
    assert set(events(calendar)) & ours == {story.entries()[name].id for name in names}
    lock = event(story, calendar, "planned")
    assert (lock.decoded("dtstart"), lock.decoded("dtend")) == (date(2030, 1, 1), date(2030, 1, 4))
    assert lock["dtstart"].params["VALUE"] == "DATE"
    boats = event(story, calendar, "fewer")
    assert (boats.decoded("dtstart"), boats.decoded("dtend")) == (date(1922, 7, 2), date(1922, 7, 3))


def test_what_is_left_out_is_counted_with_its_reason(story: Story, calendar: Any) -> None:
    entries = list(story.opened().entries())
    counted = Counter(why_left_out(entry) for entry in entries)
    assert {reason: int(calendar[f"x-salname-left-out-{reason}"]) for reason in REASONS} == {r: counted[r] for r in REASONS}
    assert {reason: counted[reason] for reason in ("undated", "disputed", "bce", "far")} == {
        "undated": 1,
        "disputed": 1,
        "bce": 1,
        "far": 1,
    }
    assert len(events(calendar)) + sum(counted[reason] for reason in REASONS) == len(entries)
    assert int(calendar["x-salname-erased-documents"]) == 1
    said = str(calendar["description"])
    assert "Entries left out because they lie before the common era, which a calendar cannot show: 1." in said
    assert str(calendar["x-wr-caldesc"]).replace("\\n", "\n").replace("\\,", ",") == said  # no reader knows of what type it is


@pytest.mark.parametrize(
    ("edtf", "reason"),
    [
        ("2001-11-09", None),
        ("2001-11-09/2001-11-10", None),
        ("2001-11-09?", None),
        ("2001-11-09/2002-03-01~", None),
        ("2001-11", "vague"),
        ("2001", "vague"),
        ("2001-11/2001-12-01", "vague"),
        ("2001-11-09/..", "vague"),
        ("[2001-11-09,2001-11-10]", "vague"),
        ("2001-11-XX", "vague"),
        ("2001-21", "vague"),
        ("198X", "vague"),
        ("0000-12-31", "bce"),
        ("-0044-03-15", "bce"),
        ("-0044", "bce"),
        ("-0001-12-30/0001-01-02", "bce"),
        ("0001-01-01", None),
        ("9998-12-31", None),
        ("9999-01-01", "far"),
        ("Y17000-01-01", "far"),
    ],
)
def test_what_a_calendar_can_show(edtf: str, reason: str | None) -> None:
    dated = EntryDate(edtf=edtf, status="single-source", alternatives=())
    entry = Entry(
        id="e",
        title="t",
        title_claim=None,
        date=dated,
        earliest=None,
        latest=None,
        values=(),
        claims=(),
        sources=(),
        status="single-source",
    )
    assert why_left_out(entry) == reason


def test_an_event_says_what_the_sources_say(story: Story, calendar: Any) -> None:
    boats = event(story, calendar, "fewer")
    said = str(boats["description"])
    assert re.search(r"boats: (70 \[(\d)\] or 90 \[(\d)\]|90 \[(\d)\] or 70 \[(\d)\]) \(Disputed\)", said)
    assert f"] “{LINES['fewer']}” — Jane Mary Smith, “The harbour <book>”, Quay Press, 5 March 1988" in said
    assert str(boats["url"]) == f"{BASE}/chronologies/test/entries/{story.entries()['fewer'].id}"
    assert "withdrawn; supports nothing" in str(event(story, calendar, "dropped")["description"])
    assert "was erased" in str(event(story, calendar, "about")["description"])


def test_what_is_not_certain_is_tentative(story: Story, calendar: Any) -> None:
    shown = {name: str(event(story, calendar, name)["status"]) for name in ("planned", "about", "fewer", "hostile")}
    assert shown == {"planned": "TENTATIVE", "about": "TENTATIVE", "fewer": "TENTATIVE", "hostile": "CONFIRMED"}


def test_hostile_words_stay_in_their_field(story: Story, calendar: Any) -> None:
    assert HOSTILE in str(event(story, calendar, "hostile")["description"])
    assert "{{ 7*7 }} \\\\N\\;" in story.export("ical").replace("\r\n ", "")
    assert len(events(calendar)) == story.export("ical").count("BEGIN:VEVENT")
