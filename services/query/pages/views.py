"""What pages show beyond what the API answers: entries grouped by year, a document's marks, changes in words."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import orjson
from markupsafe import Markup, escape

from services.query.citations import PART, claim_anchor, entry_url, passage_anchor
from services.query.heads import Head, HeadAlternative
from services.query.pages.marking import Marked, mark_up
from services.query.pages.reasons import reason_words
from services.query.pages.wording import Wording
from services.query.schemas import (
    Citation,
    ClaimValueView,
    ClaimView,
    DateAlternativeView,
    DocumentAnswer,
    EntrySummary,
    EntryView,
    ValueAlternativeView,
)
from services.query.search_schemas import MatchView
from shared.domain.chronology import ValueAlternative
from shared.domain.dates import civil
from shared.domain.errors import NotFound
from shared.domain.provenance import Passage

_LONG_NUMBER = re.compile(r"(?<![\d.])\d{5,}")

SHOWN_CHANGES = 12
"""Entries of one change that are listed; the rest is counted."""


LONG = 9
"""A date whose first and last year are this far apart is a decade or more."""


@dataclass(frozen=True, slots=True)
class ValueLine:
    """An attribute on the timeline."""

    attribute: str
    status: str
    shown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FoundLine:
    """A text in which words stand that were searched for, marked; what it is of the entry."""

    field: str
    text: Markup


@dataclass(frozen=True, slots=True)
class EntryLine:
    """An entry on the timeline. `precision` is `day`, or `span` for anything longer. `found` are texts with the words searched for."""

    url: str
    title: Markup
    dates_shown: tuple[str, ...]
    precision: str
    status: str
    disputed: bool
    planned: bool
    values: tuple[ValueLine, ...]
    claims: int
    sources: int
    in_range: str | None
    found: tuple[FoundLine, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Entries that begin in one year."""

    label: str
    entries: tuple[EntryLine, ...]


def shown_dates(date: str | None, alternatives: Iterable[str]) -> tuple[str, ...]:
    """Return the date of an entry, or all of those in dispute."""
    return (date,) if date else tuple(dict.fromkeys(alternatives))


def groups(entries: Sequence[Head], summaries: Sequence[EntrySummary], wording: Wording) -> list[Group]:
    """Group entries by the year in which they can first have begun; what may lie anywhere in many years stands under all of these."""
    lines = [(_label(entry, wording), _line(entry, summary)) for entry, summary in zip(entries, summaries, strict=True)]
    return [Group(label, tuple(line for _, line in grouped)) for label, grouped in groupby(lines, key=lambda pair: pair[0])]


def ungrouped(entries: Sequence[Head], summaries: Sequence[EntrySummary]) -> list[Group]:
    """Leave entries in the order in which they are, in one group without a label."""
    lines = tuple(_line(entry, summary) for entry, summary in zip(entries, summaries, strict=True))
    return [Group("", lines)] if lines else []


def _label(entry: Head, wording: Wording) -> str:
    if entry.earliest is None:
        return wording("before_everything") if entry.shown["dates"] else wording("undated")
    first = civil(entry.earliest)[0]
    if entry.latest is None or civil(entry.latest)[0] - first < LONG:
        return wording.date(edtf_year(first))
    if first == 0 and any(date.startswith("00X") for date in entry.shown["dates"]):
        first = 1  # the first century of our era begins with the year 1, whatever EDTF counts
    return wording.date(f"{edtf_year(first)}/{edtf_year(civil(entry.latest)[0])}")


def edtf_year(year: int) -> str:
    """Return a year in EDTF, which writes years of more than four digits with a `Y`."""
    return f"{'Y' if abs(year) > 9999 else ''}{'-' if year < 0 else ''}{abs(year):04d}"


def _line(entry: Head, summary: EntrySummary) -> EntryLine:
    return EntryLine(
        url=summary.url,
        title=next((highlighted(match) for match in summary.matches if match.field == "title"), escape(summary.title)),
        dates_shown=shown_dates(summary.date, summary.dates),
        precision="day" if entry.earliest is not None and entry.earliest == entry.latest else "span",
        status=summary.status,
        disputed=summary.disputed,
        planned=summary.planned,
        values=tuple(
            ValueLine(value.attribute, value.status, tuple(figure(alternative) for alternative in value.alternatives))
            for value in entry.values
        ),
        claims=summary.claims,
        sources=summary.sources,
        in_range=summary.in_range,
        found=tuple(
            FoundLine(match.field, excerpt(match)) for match in summary.matches if match.text.rstrip(".") != summary.title.rstrip(".")
        ),
    )


BEFORE, EXCERPT = 60, 200
"""Letters that are shown before the first word found, and in all."""


def highlighted(match: MatchView, start: int = 0, end: int | None = None) -> Markup:
    """Return a text, or a part of it, with the words marked that were found."""
    end = len(match.text) if end is None else end
    pieces: list[Markup] = []
    at = start
    for first, last in match.spans:
        if at <= first and last <= end:
            pieces += [escape(match.text[at:first]), Markup("<mark>{}</mark>").format(match.text[first:last])]
            at = last
    return Markup("").join([*pieces, escape(match.text[at:end])])


def excerpt(match: MatchView) -> Markup:
    """Return what stands around the words found: a long text is cut at words, with an ellipsis."""
    text, first = match.text, match.spans[0]
    if len(text) <= EXCERPT:
        return highlighted(match)
    start = 0 if first[0] <= BEFORE else text.rfind(" ", 0, first[0] - BEFORE) + 1
    end = len(text) if len(text) - start <= EXCERPT else max(text.rfind(" ", start, start + EXCERPT), first[1])
    return Markup("{}{}{}").format("… " if start else "", highlighted(match, start, end), " …" if end < len(text) else "")


def figure(alternative: ValueAlternative | HeadAlternative | ValueAlternativeView) -> str:
    """Return a value as pages show it: large numbers in groups of three digits, which identifiers and names are not."""
    if alternative.kind not in ("count", "money", "percent"):
        return alternative.shown
    return _LONG_NUMBER.sub(lambda digits: _grouped(digits.group()), alternative.shown)


def _grouped(digits: str) -> str:
    """Group digits by threes from the right. They stay a string: Python converts no more than 4,300 digits to a number."""
    first = len(digits) % 3
    groups = [digits[:first], *(digits[start : start + 3] for start in range(first, len(digits), 3))]
    return "\N{NARROW NO-BREAK SPACE}".join(group for group in groups if group)


@dataclass(frozen=True, slots=True)
class PartView:
    """One page of a document: its text with the passages marked, and the claims that begin on it. Parts count from 1."""

    number: int
    parts: int
    marked: Markup
    claims: tuple[ClaimView, ...]


def part_of(document: DocumentAnswer, number: int, length: int = PART) -> PartView:
    """Return one page of a document; it ends where the passages that begin on it have ended."""
    parts = max(1, -(-len(document.text) // length))
    if number > parts:
        raise NotFound(f"the document has {parts} pages, and this would be page {number}")
    first = (number - 1) * length
    claims = tuple(claim for claim in document.citations if first <= claim.start < first + length)
    marks = [mark for mark in _marks(document) if first <= mark.start < first + length]
    last = max((mark.end for mark in marks), default=0)
    text = document.text[first : max(first + length, last)]
    moved = (replace(mark, start=mark.start - first, end=mark.end - first) for mark in marks)
    return PartView(number, parts, mark_up(text, moved), claims)


def _marks(document: DocumentAnswer) -> Iterable[Marked]:
    """The passages of a document, each once: its claims, the words of their parts, and what is no prose of its own."""
    marks: dict[str, Marked] = {}
    for start, end in document.skip:
        marks[f"skip-{start}"] = Marked(start, end, "", tag="span", css="skipped")
    for claim in document.citations:
        css = "withdrawn" if claim.reading.withdrawn_by else ""
        marks[claim_anchor(claim.claim_id)] = Marked(claim.start, claim.end, claim_anchor(claim.claim_id), css=css)
        for part in (*claim.values, *((claim.date,) if claim.date else ())):
            anchor = passage_anchor(Passage(start=part.start, end=part.end, quote=part.quote))
            marks[anchor] = Marked(part.start, part.end, anchor, css="words")
    return marks.values()


@dataclass(frozen=True, slots=True)
class AttributeView:
    """An attribute of an entry with its alternatives; the date is one without a name."""

    name: str | None
    status: str
    alternatives: tuple[DateAlternativeView, ...] | tuple[ValueAlternativeView, ...]


def attributes(entry: EntryView) -> list[AttributeView]:
    """Return the date and the values of an entry, what is in dispute first."""
    date = [AttributeView(None, entry.date.status, entry.date.alternatives)] if entry.date.alternatives else []
    values = [AttributeView(value.attribute, value.status, value.alternatives) for value in entry.values]
    return sorted((*date, *values), key=lambda attribute: attribute.status != "disputed")


def by_document(citations: Sequence[Citation]) -> list[list[Citation]]:
    """Group citations by document, each passage once: several claims may lean on the same words."""
    found: dict[str, dict[tuple[int, int], Citation]] = {}
    for citation in citations:
        found.setdefault(citation.document.id, {}).setdefault((citation.start, citation.end), citation)
    return [list(passages.values()) for passages in found.values()]


@dataclass(frozen=True, slots=True)
class LinkView:
    """Two claims and why they stand together."""

    claims: tuple[ClaimView, ClaimView]
    reasons: tuple[str, ...]


def links(entry: EntryView, wording: Wording) -> list[LinkView]:
    """Return why an entry's claims stand together, in the reader's language and with the claims instead of their ids."""
    by_id = {claim.claim_id: claim for claim in (*entry.claims, *entry.withdrawn)}
    return [
        LinkView((by_id[link.claims[0]], by_id[link.claims[1]]), tuple(reason_words(reason, wording) for reason in link.evidence))
        for link in entry.links
        if link.claims[0] in by_id and link.claims[1] in by_id
    ]


def claim_values(entry: EntryView) -> list[tuple[ClaimView, ClaimValueView]]:
    """Return every value of every claim of an entry, for editors to choose from."""
    return [(claim, value) for claim in entry.claims for value in claim.values]


def change_view(slug: str, body: bytes) -> dict[str, Any]:
    """Return what a page tells of one stored change."""
    change = orjson.loads(body)
    # An erasure also tells programs, which may know an older feed, of claims that head no entry: no news to people.
    erasing = any(cause["type"] == "document.erased" for cause in change["data"]["causes"])
    shown = [entry for entry in change["data"]["entries"] if not erasing or entry["change"] != "removed" or entry.get("erased")]
    return {
        "revision": change["revision"],
        "time": change["time"],
        "causes": [f"cause_{cause['type'].replace('.', '_')}" for cause in change["data"]["causes"] if cause["type"] in _TOLD],
        "entries": [_changed(slug, entry) for entry in shown[:SHOWN_CHANGES]],
        "more": max(0, len(shown) - SHOWN_CHANGES),
    }


_TOLD = (
    "document.captured",
    "claim.recorded",
    "correction.accepted",
    "correction.reverted",
    "document.erased",
    "chronology.reconsolidated",
)


def _changed(slug: str, entry: dict[str, Any]) -> dict[str, Any]:
    merged = entry.get("merged_into")
    kept = merged if entry["change"] == "removed" else entry["id"]
    return {
        "change": entry["change"],
        "said": "change_erased" if entry.get("erased") else "change_merged" if merged else f"change_{entry['change']}",
        "url": entry_url(slug, kept) if kept else None,
        "title": entry.get("title"),
        "date": entry.get("date"),
        "disputed": bool(entry.get("disputed")),
    }
