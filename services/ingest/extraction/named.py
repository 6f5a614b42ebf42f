"""Names in quotation marks: of decrees, books and programmes. A date in one is part of a name, and dates nothing that is told."""

import re
from collections.abc import Sequence

from services.ingest.extraction.dates.mention import DateMention
from services.ingest.extraction.grammar.tables import Grammar
from services.ingest.extraction.reading import ReadingView

_QUOTED = re.compile(r"“([^“”]*)[”“]|„([^“”„]*)[“”]|«([^«»]*)»|\"([^\"]*)\"")
_LONGEST = 90
_WORDS = 10
"""A longer quotation is somebody's words."""
_SPOKEN = re.compile(r"[.!?…,;:]\s|[.!?…,]$")


def in_names(view: ReadingView, mentions: Sequence[DateMention], grammar: Grammar) -> set[int]:
    """Return where the dates start that stand in a name: in "the programme “Youth in 2011–2015”", but not in what somebody says."""
    quotations = (quoted for start, end in view.paragraphs() for quoted in _QUOTED.finditer(view.text, start, end))
    names = [quoted.span() for quoted in quotations if _is_name(quoted, view.lower, grammar)]
    return {mention.start for mention in mentions for start, end in names if start < mention.start and mention.end < end}


def _is_name(quoted: re.Match[str], lower: str, grammar: Grammar) -> bool:
    words = quoted.group()[1:-1]
    if len(words) > _LONGEST or len(words.split()) > _WORDS or _SPOKEN.search(words):
        return False
    return grammar.finite is None or grammar.finite.search(lower, *quoted.span()) is None
