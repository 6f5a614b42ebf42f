"""iCalendar (RFC 5545): an all-day event for each entry that is dated to a day or to a range of days.

A calendar cannot show what is dated to a year, or lies before the common era: how many entries are left out, and why, stands in the
calendar's description and in `X-SALNAME-LEFT-OUT-…`.
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

from icalendar import Calendar, Event, vText

from services.query.exports.telling import Saying, Telling, tell
from services.query.exports.walking import Batch, Export
from services.query.schemas import EntryView
from shared.domain.chronology import Entry
from shared.domain.dates import Edtf

_DAYS = re.compile(r"-?\d{4}-\d\d-\d\d(/-?\d{4}-\d\d-\d\d)?|Y-?\d+-\d\d-\d\d(/Y?-?\d+-\d\d-\d\d)?", re.ASCII)
_MARKS = str.maketrans("", "", "?~%")
_FIRST = date(1, 1, 1).toordinal()
_LAST = date(9998, 12, 31).toordinal()
"""The end of an event is the day after its last, and a calendar's years have four digits."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
"""What a text in a calendar cannot hold (RFC 5545, 3.1)."""


class _Text(vText):
    """A text as the standard has it (RFC 5545, 3.3.11): icalendar takes a backslash with an N behind it for a line break, and loses it."""

    def to_ical(self) -> bytes:
        escaped = _ESCAPED.sub(r"\\\g<0>", str(self))
        return escaped.replace("\n", "\\n").encode()


_ESCAPED = re.compile(r"[\\;,]")

REASONS = ("undated", "disputed", "vague", "bce", "far")


def ical(export: Export) -> Iterator[str]:
    """Iterate over the pieces of one calendar, its lines ended by CRLF."""
    left_out = Counter(reason for entry in export.entries() if (reason := why_left_out(entry)) is not None)
    end = "END:VCALENDAR\r\n"
    yield _head(export, left_out).to_ical().decode().removesuffix(end)
    yield from export.stream(lambda batch: _events(export, batch))
    yield end


def why_left_out(entry: Entry) -> str | None:
    """Return why a calendar cannot show an entry; None for one that it can."""
    if entry.date.edtf is None:
        return "disputed" if entry.date.alternatives else "undated"
    parsed = Edtf.parse(entry.date.edtf)
    if parsed.earliest < _FIRST and parsed.latest < _FIRST:
        return "bce"
    if not _DAYS.fullmatch(parsed.text.translate(_MARKS)):
        return "vague"
    if parsed.earliest < _FIRST:
        return "bce"
    return "far" if parsed.latest > _LAST else None


def _head(export: Export, left_out: Counter[str]) -> Calendar:
    words = export.words
    erased = sum(1 for _ in export.erased_documents())
    said = [export.chronology.description, words("at_revision", revision=export.revision, moment=words.moment(export.recorded))]
    said += [words(f"left_out_{reason}", count=left_out[reason]) for reason in REASONS if left_out[reason]]
    said += [words("left_out_erased", count=erased)] if erased else []
    described = _plain("\n".join(filter(None, said)))
    calendar = Calendar()
    calendar.add("prodid", "-//Salname//Chronology//EN")
    calendar.add("version", "2.0")
    calendar.add("name", _plain(export.chronology.title))
    calendar.add("description", described)
    calendar.add("x-wr-calname", _plain(export.chronology.title))
    calendar.add("x-wr-caldesc", described)
    calendar.add("x-salname-revision", str(export.revision))
    for reason in REASONS:
        calendar.add(f"x-salname-left-out-{reason}", str(left_out[reason]))
    calendar.add("x-salname-erased-documents", str(erased))
    return calendar


def _events(export: Export, batch: Batch) -> Iterator[str]:
    for entry, view in zip(batch.entries, batch.views(), strict=True):
        if why_left_out(entry) is None:
            yield _event(export, view).to_ical().decode()


def _event(export: Export, view: EntryView) -> Event:
    assert view.date.edtf is not None  # what has no date is left out
    dated, told = Edtf.parse(view.date.edtf), tell(export, view)
    event = Event()
    event.add("uid", view.id)
    event.add("dtstamp", export.recorded.replace(microsecond=0))
    event.add("dtstart", date.fromordinal(int(dated.earliest)))
    event.add("dtend", date.fromordinal(int(dated.latest)) + timedelta(days=1))
    event.add("summary", _plain(told.title))
    event.add("description", _plain("\n".join(_described(export, told))))
    event.add("url", told.link)
    event.add("status", "TENTATIVE" if view.planned or view.disputed or dated.blurred else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    event.add("categories", [told.status])
    return event


def _described(export: Export, told: Telling) -> Iterator[str]:
    words = export.words
    yield f"{told.when}. {words('status')}: {told.status}."
    for fact in told.facts:
        yield f"{fact.attribute}: " + f" {words('or')} ".join(_said(export, said) for said in fact.sayings) + f" ({fact.status})"
    for said, note in zip(told.claims, told.notes, strict=True):
        cited = ", ".join(part for part in (note.source, note.page, note.link, note.url) if part)
        yield f"[{note.number}] {words('quoted', quote=note.quote)} — {cited}" + "".join(f" ({remark})" for remark in said.remarks)
    yield from (*(f"{words('alarms')}: {alarm}" for alarm in told.alarms), *told.corrections, *told.erased)


def _said(export: Export, said: Saying) -> str:
    denied = [f"{export.words('denied_by')} {_marks(said.denials)}"] if said.denials else []
    remarks = "".join(f" ({remark})" for remark in (*said.remarks, *denied))
    return f"{said.text} {_marks(said.notes)}".strip() + remarks


def _marks(numbers: tuple[int, ...]) -> str:
    return "".join(f"[{number}]" for number in numbers)


def _plain(text: str) -> vText:
    return _Text(_CONTROL.sub(" ", text))
