"""Datelines and bylines: "SHEKI, July 5, 2014 — …", "Published: 3 September 2019". They date a document and tell of no happening."""

import re
from collections.abc import Sequence

from services.ingest.extraction.dates.mention import EXPLICIT, DateMention
from services.ingest.extraction.grammar.tables import Grammar
from services.ingest.extraction.reading import PARAGRAPH

_HEAD = 1500
"""Characters at the beginning of a text within which it says when it was published."""
_LINE = 90
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_PLACE = re.compile(r"(?:[^\W\d_][\w.'’-]*(?:\s[^\W\d_a-z][\w.'’-]*){0,2},?\s){1,3}")
_CLOSE = re.compile(r"\.?,?\s*(?:[-–—/(|]|(?P<agency>[^\W\d_]{3,})\b)")
_NAME = re.compile(r"[^\W\d_]+")


def datelines(text: str, mentions: Sequence[DateMention]) -> list[DateMention]:
    """Return the dates that stand in a dateline: after a place in capitals at the head of a paragraph, before a dash or an agency."""
    return [mention for mention in mentions if _in_dateline(text, mention)]


def published(text: str, lower: str, mentions: Sequence[DateMention], grammar: Grammar) -> str | None:
    """Return the day that a text itself gives as that of its publication, in EDTF, or None."""
    for mention in mentions:
        if mention.start > _HEAD:
            break
        if mention.derivation != EXPLICIT or not _DAY.fullmatch(mention.edtf or ""):
            continue
        if _in_dateline(text, mention) or _in_byline(text, lower, mention, grammar):
            return mention.edtf
    return None


def _in_dateline(text: str, mention: DateMention) -> bool:
    begin = _line_start(text, mention.start)
    if begin is None:
        return False
    place = _PLACE.fullmatch(text, begin, mention.start)
    if place is None or "," not in place.group() or not all(word[0].isupper() for word in place.group().split()):
        return False
    close = _CLOSE.match(text, mention.end)
    return close is not None and (close["agency"] is None or close["agency"].isupper())


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
    if end - begin > _LINE or (grammar.finite and grammar.finite.search(lower, begin, mention.start)):
        return False
    around = text[begin : mention.start] + text[mention.end : end]
    if grammar.bylines and grammar.bylines.match(lower, begin):
        return True
    parted = not around.strip(" .,|:") or any(mark in around for mark in ",|")
    return parted and all(word[:1].isupper() for word in _NAME.findall(around))
