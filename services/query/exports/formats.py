"""Every format that a chronology can be exported in."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from services.query.exports.atom import atom
from services.query.exports.csv import csv_lines
from services.query.exports.ical import ical
from services.query.exports.jsonl import jsonl
from services.query.exports.jsonld import jsonld
from services.query.exports.markdown import markdown
from services.query.exports.report import report
from services.query.exports.timelinejs import timelinejs
from services.query.exports.walking import Export


@dataclass(frozen=True, slots=True)
class Format:
    """How a chronology is written out: its media type, how file names end, and whether it differs by the reader's language."""

    name: str
    media_type: str
    ending: str
    write: Callable[[Export], Iterator[str]]
    worded: bool = True


FORMATS = (
    Format("jsonl", "application/x-ndjson", "jsonl", jsonl, worded=False),
    Format("csv", "text/csv; charset=utf-8; header=present", "csv", csv_lines, worded=False),
    Format("jsonld", "application/ld+json", "jsonld", jsonld, worded=False),
    Format("timelinejs", "application/json", "json", timelinejs),
    Format("atom", "application/atom+xml; charset=utf-8", "atom", atom),
    Format("ical", "text/calendar; charset=utf-8", "ics", ical),
    Format("markdown", "text/markdown; charset=utf-8; variant=CommonMark", "md", markdown),
    Format("report", "text/html; charset=utf-8", "html", report),
)

BY_NAME = {known.name: known for known in FORMATS}
