"""Datelines and bylines: "SHEKI, July 5, 2014 — …", "Published: 3 September 2019". They date a document and tell of no happening."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from services.ingest.extraction.dates.mention import EXPLICIT, DateMention
from services.ingest.extraction.grammar.tables import Grammar
from services.ingest.extraction.reading import PARAGRAPH

_HEAD = 1500
"""Characters at the beginning of a text within which it says when it was published."""
_LINE = 90
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_PLACE = re.compile(r"(?:[^\W\d_][\w.'’-]*(?:\s[^\W\d_a-z][\w.'’-]*){0,2},?\s){1,3}")
_CLOSE = re.compile(r"\.?,?\s*(?:\([^()]{2,40}\)\s*[-–—/|]*|[-–—/(|]+|(?P<agency>[^\W\d_]{3,})\b)\s*")
_STOP = re.compile(r"\.\s+(?=[\"“«„]?[^\W\d_])")
_CLOCK = re.compile(r"(?<!\d)[0-2]?\d:[0-5]\d(?!\d)")
_NAME = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Dateline:
    """A date that dates a document, and where what it reports begins."""

    mention: DateMention
    end: int


def datelines(text: str, mentions: Sequence[DateMention]) -> list[Dateline]:
    """Return the dates that stand in a dateline: at the head of a paragraph, after a place in capitals, or alone before a full stop."""
    found = [Dateline(mention, end) for mention in mentions if (end := _after_dateline(text, mention)) is not None]
    known = {line.mention.start for line in found}
    lone = (mention for mention in mentions if mention.start not in known)
    alone = [Dateline(mention, end) for mention in lone if (end := _after_lone_date(text, mention)) is not None]
    # Many dates that stand so are the rows of a chronology.
    return [*found, *alone] if len(alone) == 1 and alone[0].mention.start <= _HEAD else found


def published(text: str, lower: str, mentions: Sequence[DateMention], grammar: Grammar) -> str | None:
    """Return the day that a text itself gives as that of its publication, in EDTF, or None."""
    reported = {line.mention.start for line in datelines(text, mentions)}
    days = [
        mention for mention in mentions if mention.start <= _HEAD and mention.derivation == EXPLICIT and _DAY.fullmatch(mention.edtf or "")
    ]
    for mention in days:
        if mention.start in reported or _in_byline(text, lower, mention, grammar):
            # Where another day heads a paragraph before it, it dates its own paragraph only.
            digest = mention is not days[0] and _line_start(text, days[0].start) == days[0].start
            return None if digest and _line_start(text, mention.start) == mention.start else mention.edtf
    return None


def _after_dateline(text: str, mention: DateMention) -> int | None:
    """Return where a report begins whose dateline names a place in capitals before a date: "SHEKI, July 5, 2014 — …"."""
    begin = _line_start(text, mention.start)
    if begin is None:
        return None
    place = text[begin : mention.start]
    if not _is_place(place):
        return None
    stop = _STOP.match(text, mention.end) if place.isupper() else None
    close = stop or _CLOSE.match(text, mention.end)
    if close is None or (close.re is _CLOSE and close["agency"] is not None and not close["agency"].isupper()):
        return None
    return close.end()


def _after_lone_date(text: str, mention: DateMention) -> int | None:
    """Return where a report begins that a day and a full stop open, with or without a place: "Sheki, 15 September 2013. The mill …"."""
    begin = _line_start(text, mention.start)
    if begin is None or mention.derivation != EXPLICIT or not _DAY.fullmatch(mention.edtf or ""):
        return None
    place = text[begin : mention.start]
    if place and not _is_place(place):
        return None
    stop = _STOP.match(text, mention.end)
    return stop.end() if stop else None


def _is_place(words: str) -> bool:
    """Whether what stands before a date is a place, every word of it in capitals, and a comma."""
    return _PLACE.fullmatch(words) is not None and "," in words and all(word[0].isupper() for word in words.split())


def _line_start(text: str, offset: int) -> int | None:
    """Return where the paragraph begins that an offset stands in, where that is no further back than a line is long."""
    earliest = max(0, offset - _LINE - len(PARAGRAPH))
    begin = text.rfind(PARAGRAPH, earliest, offset)
    if begin >= 0:
        return begin + len(PARAGRAPH)
    return 0 if offset <= _LINE else None


def _in_byline(text: str, lower: str, mention: DateMention, grammar: Grammar) -> bool:
    """Whether a date stands alone in a line, or with a place, a name or a word for publishing."""
    begin = _line_start(text, mention.start)
    if begin is None:
        return False
    end = text.find(PARAGRAPH, mention.end, begin + _LINE + len(PARAGRAPH))
    end = len(text) if end < 0 else end
    if end - begin > _LINE or grammar.has_verb(lower, begin, mention.start):
        return False
    around = text[begin : mention.start] + text[mention.end : end]
    if grammar.bylines and grammar.bylines.match(lower, begin):
        return True
    # A clock is no part of a sentence's date: "25.12.2018 20:04".
    parted = not around.strip(" .,|:•-–—") or any(mark in around for mark in ",|") or _CLOCK.search(around) is not None
    return parted and all(word[:1].isupper() for word in _NAME.findall(around))
