"""Years counted from a happening that the text has told of: "two years after the founding congress", "yanğından beş il sonra"."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from services.ingest.extraction.carry import Happening, Reference, ReferenceFinder
from services.ingest.extraction.dates.derivation import relative_to
from services.ingest.extraction.dates.mention import DateMention
from services.ingest.extraction.grammar.tables import Grammar
from services.ingest.extraction.reading import ReadingView
from services.ingest.extraction.tokens import TokenIndex
from shared.domain.claims import ClaimBody
from shared.domain.dates import Edtf, civil

_WORD = re.compile(r"[^\W_]+")
_STEM = 5
_MODIFIERS = 2
"""Words between the count and the noun that it is counted from: "after the great fire"."""
_REACH = 60
"""Code points after a count within which that noun stands."""
_ONE_YEAR = 366
_LAST = 9999


@dataclass(frozen=True, slots=True)
class _Count:
    """So many years after (or, if negative, before) what a noun names; `words` are those before the noun that tell which is meant."""

    years: int
    noun: Reference
    words: frozenset[str]
    span: tuple[int, int]


class YearsCounted:
    """Finds the dates of a text that are counted from its own happenings."""

    def __init__(self, view: ReadingView, index: TokenIndex, references: ReferenceFinder, grammar: Grammar) -> None:
        self._view = view
        self._index = index
        self._references = references
        self._grammar = grammar

    def dates(
        self, mentions: Iterable[DateMention], end: int, told: Sequence[Happening], claims: Sequence[ClaimBody]
    ) -> Iterator[DateMention]:
        """Date those of the words for a time without a date, up to the end of their sentence, that count from a happening told of."""
        for mention in mentions:
            count = self._count(mention, end)
            happening = self._meant(count, told, claims) if count else None
            date = claims[happening.claim].date if happening else None
            if count is None or date is None:
                continue
            counted_from = Edtf.parse(date.edtf)
            if counted_from.days > _ONE_YEAR or civil(int(counted_from.earliest))[0] != civil(int(counted_from.latest))[0]:
                continue
            year = civil(int(counted_from.earliest))[0] + count.years
            if 0 < year <= _LAST:
                yield DateMention(*count.span, self._view.text[slice(*count.span)], f"{year:04}", relative_to(date.quote))

    def _count(self, mention: DateMention, end: int) -> _Count | None:
        """Read "two years after the": how many years it counts, which way, and from what."""
        grammar = self._grammar
        words = _WORD.findall(self._view.lower, mention.start, mention.end)
        numbers = [number for word in words if (number := _number(word, grammar)) is not None]
        way = next((way for word in words if (way := grammar.counted_after.get(word))), 0)
        if len(numbers) != 1 or not way or grammar.years.isdisjoint(words):
            return None
        years, noun = way * numbers[0], self._before(mention) if grammar.verb_final else self._behind(mention, end)
        if noun is None:
            return None
        if grammar.verb_final:
            return _Count(years, noun, frozenset(), (noun.start, mention.end))
        told = _WORD.findall(self._view.lower, mention.end, noun.start)
        if len(told) > _MODIFIERS:
            return None
        return _Count(years, noun, frozenset([word[:_STEM] for word in told[-1:] if len(word) >= _STEM]), (mention.start, noun.end))

    def _behind(self, mention: DateMention, end: int) -> Reference | None:
        low, high = self._index.within(mention.end, min(end, mention.end + _REACH))
        return next((noun for noun in self._references.find(low, high) if noun.kind), None)

    def _before(self, mention: DateMention) -> Reference | None:
        """The noun right before a count, or that the count opens with."""
        low, high = self._index.within(max(0, mention.start - _REACH), mention.end)
        near = [noun for noun in self._references.find(low, high) if noun.kind and noun.end >= mention.start - 1]
        return near[0] if len(near) == 1 else None

    def _meant(self, count: _Count, told: Sequence[Happening], claims: Sequence[ClaimBody]) -> Happening | None:
        """Return the one happening that is meant; None where it may be another one."""
        kind, ordinal = count.noun.kind, count.noun.ordinal
        fit = [one for one in told if one.reference.kind == kind and not (one.planned or one.denied) and claims[one.claim].date]
        if ordinal is not None:
            fit = [one for one in fit if one.reference.ordinal == ordinal]
        elif count.words:
            fit = [one for one in fit if count.words <= one.words]
        dates = {date.edtf for one in fit if (date := claims[one.claim].date)}
        return fit[0] if len(dates) == 1 else None


def _number(word: str, grammar: Grammar) -> int | None:
    if word.isdecimal():
        return int(word)
    return grammar.numbers.words.get(word)
