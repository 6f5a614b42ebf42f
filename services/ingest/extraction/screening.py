"""What a date does not date: names and days that come round hold it, comparisons and cross-references give it, and "today" follows it."""

import re
from bisect import bisect_left
from collections.abc import Sequence

from services.ingest.extraction.dates.derivation import FROM_PUBLICATION
from services.ingest.extraction.dates.mention import EXPLICIT, DateMention
from services.ingest.extraction.found import Found
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
# "The Region of Tarn (RT, 1923-1991)".
_ABBREVIATED = re.compile(r"\([A-ZƏÖÜÇŞĞİ]{2,10},\s*$")
_STOP = re.compile(r"[.;!?](?=\s|$)|\n")
_NEXT_WORD = re.compile(r"\s*([^\W\d_]+)")
# The words before a bracket, with no mark among them.
_PHRASE = re.compile(r"[\w' -]+$")


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
        if self._is_nowadays(mention):
            return True
        if self._is_life(mention) or self._is_of_the_noun(mention) or self._lasts_from(mention):
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
        if grammar.compared_after is not None and grammar.compared_after.match(lower, mention.end) is not None:
            return True
        # "In May 0.8 percent more was made" compares with nothing that it names; "than in May" is said with a case.
        than = self._lower.endswith(grammar.periods.start_endings, mention.start, mention.end)
        return than and grammar.compared_by is not None and grammar.compared_by.match(lower, mention.end) is not None

    def _sentence_start(self, index: int) -> int:
        """Return where the sentence of a date begins, at most so far back as any words about it stand."""
        start = max(0, index - _SINCE)
        stops = (self._lower.rfind(mark, start, index) for mark in _STOPS)
        return max((stop + 1 for stop in stops if stop >= 0), default=start)

    def _is_life(self, mention: DateMention) -> bool:
        """Whether a date in brackets says when somebody lived: "Anna Berg (1838–1924) founded the school", or when something was."""
        years = _LIFE.fullmatch(mention.edtf or "")
        if years is not None and _ABBREVIATED.search(self._view.text, max(0, mention.start - _BEFORE), mention.start):
            return True
        if years is None or int(years[2]) - int(years[1]) not in _LIVED or self._lower[mention.end : mention.end + 1] != ")":
            return False
        name = _NAME_BEFORE.search(self._view.text, max(0, mention.start - _BEFORE), mention.start)
        if name is None or not name[1][0].isupper():
            return False
        word, grammar = self._lower[slice(*name.span(1))], self._grammar
        return self._gazetteer.find(word) is None and not any(
            stem in grammar.organizations or stem in grammar.happenings for stem, _ in self._gazetteer.inflection.stems(word)
        )

    def _is_nowadays(self, mention: DateMention) -> bool:
        """Whether a word for the day of publication only says how things are: "bu gün 70 ölkədə 500 təşkilat fəaliyyət göstərir"."""
        grammar, lower = self._grammar, self._lower
        if mention.derivation != FROM_PUBLICATION or grammar.nowadays is None or grammar.lasting_now is None:
            return False
        if grammar.nowadays.fullmatch(lower, mention.start, mention.end) is None:
            return False
        stop = _STOP.search(lower, mention.end, mention.end + _AHEAD)
        end = stop.start() if stop else min(mention.end + _AHEAD, len(lower))
        if grammar.verb_final:
            return any(verb.end() == end for verb in grammar.lasting_now.finditer(lower, max(mention.end, end - _BEFORE), end))
        lasting = grammar.lasting_now.search(lower, mention.end, end)
        following = _NEXT_WORD.match(lower, lasting.end(), end) if lasting else None
        if lasting is None or grammar.has_verb(lower, mention.end, lasting.start()):
            return False
        # "It has opened", "it has been opened": today.
        return not (following and (following[1] in grammar.verb_links or grammar.opens(lower, following.start(1), end)))

    def _is_of_the_noun(self, mention: DateMention) -> bool:
        """Whether a date in brackets is that of the noun before them, and not of what is told.

        It is where something else only came after the noun ("after his death (11 March 1801) they went on"), and where the noun says what
        somebody was ("Its governor (1992–1993), Anna Berg, has died").
        """
        lower, periods = self._lower, self._grammar.periods
        if self._view.text[mention.end : mention.end + 1] != ")" or self._view.text[mention.start - 1 : mention.start] != "(":
            return False
        if self._says_what_was(mention):
            return True
        if self._grammar.verb_final:
            after = _NEXT_WORD.match(lower, mention.end + 1)
            return bool(after and periods.after_after and periods.after_after.fullmatch(after[1]))
        words = _PHRASE.search(lower, max(self._sentence_start(mention.start), mention.start - _BEFORE), mention.start - 1)
        before = words.group().split() if words else []
        at = next((at for at, word in enumerate(before) if periods.after_before and periods.after_before.fullmatch(word)), None)
        told = " ".join(before[at:])
        return at is not None and not self._grammar.has_verb(told, 0, len(told))

    def _says_what_was(self, mention: DateMention) -> bool:
        """Whether a bracket follows what somebody or something was, before anything is told of them."""
        lower, grammar, begin = self._lower, self._grammar, self._sentence_start(mention.start)
        if not lower.startswith(", ", mention.end + 1) or mention.start - begin >= _SINCE or grammar.has_verb(lower, begin, mention.start):
            return False
        words = lower[begin : mention.start].split()
        return any(word in grammar.titles or word in grammar.attribution.heads for word in words)

    def _lasts_from(self, mention: DateMention) -> bool:
        """Whether a date only tells since when somebody has done or been something: "1758-ci ildən hökm sürən xan"."""
        grammar, lower = self._grammar, self._lower
        if grammar.lasting_from is None or "/" in (mention.edtf or "/"):
            return False
        if not lower.endswith(grammar.periods.start_endings, mention.start, mention.end):
            return False
        found = grammar.lasting_from.match(lower, mention.end)
        return found is not None and not grammar.has_verb(lower, mention.end, found.end())

    def _is_kept(self, mention: DateMention) -> bool:
        """Whether a day without its year is one that comes round: "10 March is celebrated as the Day of the Mill"."""
        kept, lower = self._grammar.days_kept, self._lower
        stop = _STOP.search(lower, mention.end, mention.end + _AHEAD)
        end = stop.start() if stop else mention.end + _AHEAD
        if self._comes_round(mention, end):
            return True
        # "Marked today" is once more.
        today = mention.derivation == FROM_PUBLICATION and not any(map(str.isdigit, mention.text))
        return kept is not None and not today and kept.search(lower, mention.end, end) is not None

    def _comes_round(self, mention: DateMention, end: int) -> bool:
        """Whether a sentence tells of what is done every year: "the prize is given at an annual ceremony on 10 December"."""
        grammar = self._grammar
        # Without the date itself: "May" is no "may".
        around = self._lower[self._sentence_start(mention.start) : mention.start] + " " + self._lower[mention.end : end]
        if grammar.yearly is None or not grammar.yearly.search(around):
            return False
        return grammar.verb_final or (grammar.present is not None and grammar.present.search(around) is not None)

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
