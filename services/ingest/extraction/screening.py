"""What a date does not date: names and days that come round hold it, comparisons and cross-references give it, and "today" follows it."""

import re
from bisect import bisect_left
from collections.abc import Sequence

from services.ingest.extraction.counts import Found
from services.ingest.extraction.dates.derivation import FROM_PUBLICATION
from services.ingest.extraction.dates.mention import EXPLICIT, DateMention
from services.ingest.extraction.grammar.tables import Grammar
from services.ingest.extraction.named import QuotedNames
from services.ingest.extraction.reading import ReadingView
from services.ingest.extraction.sentences import Sentence
from shared.lexicon.places import Gazetteer

_BEFORE = 40
"""Characters before a date within which words stand that only compare with it,"""
_SINCE = 100
"""and those that call something the first since then."""
_AHEAD = 160
"""Characters after it within which its sentence says that it is kept."""
_STOPS = (". ", "! ", "? ", "; ", "\n")
_LIFE = re.compile(r"(\d{4})/(\d{4})")
_LIVED = range(25, 111)
"""Years from a birth to a death."""
_NAME_BEFORE = re.compile(r"([^\W\d_]+)\s*\($")
_STOP = re.compile(r"[.;!?](?=\s|$)|\n")


class DateScreen:
    """Tells which dates of one text date nothing, and which counts are of another time than the date before them."""

    def __init__(self, view: ReadingView, names: QuotedNames, grammar: Grammar, gazetteer: Gazetteer) -> None:
        """Take the text, the names in it that stand in quotation marks, and the words and places of its language."""
        self._view = view
        self._lower = view.lower
        self._names = names
        self._grammar = grammar
        self._gazetteer = gazetteer
        self._compared: list[tuple[int, int]] = []

    def says_no_time(self, mention: DateMention) -> bool:
        """Whether a date is part of a name, a day that something is made of, or one to compare with: "the first win since May"."""
        grammar, lower = self._grammar, self._lower
        if self._names.hold(mention.start, mention.end) or (mention.derivation != EXPLICIT and self._is_kept(mention)):
            return True
        if self._is_life(mention):
            return True
        done = grammar.done_to_days if mention.derivation != EXPLICIT else None
        begin = self._sentence_start(mention.start)
        for before, reach in (
            (done, _BEFORE),
            (grammar.compared_before, _BEFORE),
            (grammar.compared_with, _BEFORE),
            (grammar.compared_since, _SINCE),
        ):
            found = before.search(lower, max(begin, mention.start - reach), mention.start) if before else None
            if found:
                self._compared.append((found.start(), mention.end))
                return True
        following = (grammar.compared_after, grammar.compared_by)
        return any(after is not None and after.match(lower, mention.end) is not None for after in following)

    def _sentence_start(self, index: int) -> int:
        """Return where the sentence of a date begins, at most so far back as any words about it stand."""
        start = max(0, index - _SINCE)
        stops = (self._lower.rfind(mark, start, index) for mark in _STOPS)
        return max((stop + 1 for stop in stops if stop >= 0), default=start)

    def _is_life(self, mention: DateMention) -> bool:
        """Whether a date in brackets says when somebody lived: "Anna Berg (1838–1924) founded the school"."""
        years = _LIFE.fullmatch(mention.edtf or "")
        if years is None or int(years[2]) - int(years[1]) not in _LIVED or self._lower[mention.end : mention.end + 1] != ")":
            return False
        name = _NAME_BEFORE.search(self._view.text, max(0, mention.start - _BEFORE), mention.start)
        if name is None or not name[1][0].isupper():
            return False
        word, grammar = self._lower[slice(*name.span(1))], self._grammar
        return self._gazetteer.find(word) is None and not any(
            stem in grammar.organizations or stem in grammar.happenings for stem, _ in self._gazetteer.inflection.stems(word)
        )

    def _is_kept(self, mention: DateMention) -> bool:
        """Whether a day without its year is one that comes round: "10 March is celebrated as the Day of the Mill"."""
        kept, lower = self._grammar.days_kept, self._lower
        stop = _STOP.search(lower, mention.end, mention.end + _AHEAD)
        end = stop.start() if stop else mention.end + _AHEAD
        # "Marked today" is once more.
        today = mention.derivation == FROM_PUBLICATION and not any(map(str.isdigit, mention.text))
        return kept is not None and not today and kept.search(lower, mention.end, end) is not None

    def told_then(self, sentence: Sentence, dates: Sequence[DateMention], values: list[Found]) -> list[Found]:
        """Leave out what is counted now, or at a time compared with: "founded in 1919 with two faculties, it has sixteen today"."""
        if not values:
            return values
        # They are told in text order.
        spans = self._compared[bisect_left(self._compared, (sentence.start, 0)) : bisect_left(self._compared, (sentence.end, 0))]
        if (now := self._now(sentence, dates)) is not None:
            spans.append(now)
        return [value for value in values if not any(start <= value.start < end for start, end in spans)] if spans else values

    def _now(self, sentence: Sentence, dates: Sequence[DateMention]) -> tuple[int, int] | None:
        """Return the stretch after the first date of a sentence that tells of today."""
        lower, start = self._lower, dates[0].end
        now = self._grammar.nowadays.search(lower, start, sentence.end) if self._grammar.nowadays else None
        if now is None or self._names.hold(*now.span()) or any(date.start <= now.start() < date.end for date in dates):
            return None
        begin = now.start() if self._grammar.verb_final else max(lower.rfind(",", start, now.start()), start)
        # A date after "today" dates what follows it.
        return begin, next((date.start for date in dates if date.start > now.end()), sentence.end)
