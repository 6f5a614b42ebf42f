"""What a date does not date: names and days that come round hold it, comparisons and cross-references give it, and "today" follows it."""

import re
from collections.abc import Sequence

from services.ingest.extraction.counts import Found
from services.ingest.extraction.dates.derivation import FROM_PUBLICATION
from services.ingest.extraction.dates.mention import EXPLICIT, DateMention
from services.ingest.extraction.grammar.tables import Grammar
from services.ingest.extraction.named import QuotedNames
from services.ingest.extraction.sentences import Sentence

_BEFORE = 40
"""Characters before a date within which words stand that only compare with it,"""
_SINCE = 100
"""and those that call something the first since then."""
_AHEAD = 160
"""Characters after it within which its sentence says that it is kept."""
_STOP = re.compile(r"[.;!?](?=\s|$)|\n")


class DateScreen:
    """Tells which dates of one text date nothing, and which counts are of another time than the date before them."""

    def __init__(self, lower: str, names: QuotedNames, grammar: Grammar) -> None:
        """Take the text in lower case, the names in it that stand in quotation marks, and the words of its language."""
        self._lower = lower
        self._names = names
        self._grammar = grammar

    def says_no_time(self, mention: DateMention) -> bool:
        """Whether a date is part of a name, a day that something is made of, or one to compare with: "the first win since May"."""
        grammar, lower = self._grammar, self._lower
        if self._names.hold(mention.start, mention.end) or (mention.derivation != EXPLICIT and self._is_kept(mention)):
            return True
        done = grammar.done_to_days if mention.derivation != EXPLICIT else None
        for before, reach in (
            (done, _BEFORE),
            (grammar.compared_before, _BEFORE),
            (grammar.compared_with, _BEFORE),
            (grammar.compared_since, _SINCE),
        ):
            if before and before.search(lower, max(0, mention.start - reach), mention.start):
                return True
        following = (grammar.compared_after, grammar.compared_by)
        return any(after is not None and after.match(lower, mention.end) is not None for after in following)

    def _is_kept(self, mention: DateMention) -> bool:
        """Whether a day without its year is one that comes round: "10 March is celebrated as the Day of the Mill"."""
        kept, lower = self._grammar.days_kept, self._lower
        stop = _STOP.search(lower, mention.end, mention.end + _AHEAD)
        end = stop.start() if stop else mention.end + _AHEAD
        # "Marked today" is once more.
        today = mention.derivation == FROM_PUBLICATION and not any(map(str.isdigit, mention.text))
        return kept is not None and not today and kept.search(lower, mention.end, end) is not None

    def told_then(self, sentence: Sentence, dates: Sequence[DateMention], values: list[Found]) -> list[Found]:
        """Leave out what is counted now, after an earlier date: "founded in 1919 with two faculties, it has sixteen today"."""
        lower, start = self._lower, dates[0].end
        now = self._grammar.nowadays.search(lower, start, sentence.end) if self._grammar.nowadays and values else None
        if now is None or self._names.hold(*now.span()) or any(date.start <= now.start() < date.end for date in dates):
            return values
        begin = now.start() if self._grammar.verb_final else max(lower.rfind(",", start, now.start()), start)
        # A date after "today" dates what follows it.
        until = next((date.start for date in dates if date.start > now.end()), sentence.end)
        return [value for value in values if not begin <= value.start < until]
