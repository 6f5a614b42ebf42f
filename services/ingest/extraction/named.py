"""Names in quotation marks: of decrees, books, programmes. A date in one dates nothing, and a place is not where it happened."""

import re
from bisect import bisect_left

from services.ingest.extraction.grammar.tables import Grammar
from services.ingest.extraction.reading import ReadingView

_QUOTED = re.compile(r"“([^“”]*)[”“]|„([^“”„]*)[“”]|«([^«»]*)»|\"([^\"]*)\"")
_LONGEST = 90
_WORDS = 10
"""A longer quotation is somebody's words."""
_LONGEST_TITLE = 240
_SENTENCES = re.compile(r"[.!?…;:]\s|[.!?…,;:]$")
_SPOKEN = re.compile(r"[.!?…,;:]\s|[.!?…,]$")


class QuotedNames:
    """The names of one text that stand in quotation marks: "the programme “Youth in 2011–2015”", but not what somebody says."""

    def __init__(self, view: ReadingView, grammar: Grammar) -> None:
        quotations = (quoted for start, end in view.paragraphs() for quoted in _QUOTED.finditer(view.text, start, end))
        self._spans = [quoted.span() for quoted in quotations if _is_name(quoted, view.lower, grammar)]

    def hold(self, start: int, end: int) -> bool:
        """Whether a stretch stands in such a name."""
        index = bisect_left(self._spans, (start, start)) - 1
        return index >= 0 and end < self._spans[index][1]


def _is_name(quoted: re.Match[str], lower: str, grammar: Grammar) -> bool:
    words = quoted.group()[1:-1]
    # Where the verb closes the clause, one within it is a participle: "“1905-ci ildə tikilmiş körpü haqqında”".
    start = max(lower.rfind(" ", quoted.start(), quoted.end()), quoted.start()) if grammar.verb_final else quoted.start()
    if len(words) > _LONGEST or len(words.split()) > _WORDS or _SPOKEN.search(words):
        return _is_long_title(quoted, lower, start, grammar)
    return not grammar.has_verb(lower, start, quoted.end())


def _is_long_title(quoted: re.Match[str], lower: str, start: int, grammar: Grammar) -> bool:
    """Whether a long quotation is still no more than the name of a paper: "Appeal of the Congress to all nations on …"."""
    words = quoted.group()[1:-1]
    if len(words) > _LONGEST_TITLE or not words[:1].isupper() or _SENTENCES.search(words):
        return False
    verbs = grammar.finite.finditer(lower, start, quoted.end()) if grammar.finite else ()
    # "United" in a name is no verb.
    return all(quoted.string[lower.rfind(" ", 0, verb.start()) + 1].isupper() for verb in verbs)
