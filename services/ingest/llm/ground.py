"""What the document itself says, as our own readers read it: the ground that an answer has to stand on.

All offsets are those of the reading view.
"""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property

from services.ingest.extraction.analysis import Analysis, analyse
from services.ingest.extraction.dates.finder import single_dates
from services.ingest.extraction.grammar.tables import load_grammar
from services.ingest.extraction.letters import base_language
from services.ingest.extraction.lines import INVISIBLE
from services.ingest.extraction.reading import ReadingView, reading_view
from services.ingest.extraction.sentences import Sentence, split_sentences
from services.ingest.extraction.tokens import TokenIndex, tokenize
from services.ingest.llm.spans import Spans
from shared.domain.claims import ClaimBody
from shared.domain.ports import ExtractionInput
from shared.domain.provenance import Passage, passage

_SPACE = re.compile(r"\s+")
_UNSEEN = re.compile(rf"[{INVISIBLE}]")


@dataclass(frozen=True, slots=True)
class DateReading:
    """A date as our finder reads it at a span. `part`: it is one end of an interval, and no more than its own words say."""

    start: int
    end: int
    edtf: str
    derivation: str
    part: bool = False

    def meets(self, start: int, end: int) -> bool:
        """Whether it is among the words of a span, or they are words of it."""
        return (self.start <= start and end <= self.end) or (not self.part and start <= self.start and self.end <= end)


@dataclass(frozen=True, slots=True)
class RuleReading:
    """A claim that the rules read at a span: a second opinion on how it is meant."""

    start: int
    end: int
    claim: ClaimBody


class Ground:
    """A document as our own readers read it."""

    def __init__(self, document: ExtractionInput) -> None:
        self.document = document
        self.language = base_language(document.language)
        self.view: ReadingView = reading_view(document)
        self.grammar = load_grammar(self.language)
        self.sentences = split_sentences(self.view, self.grammar)
        self._sentence_starts = [sentence.start for sentence in self.sentences]

    @cached_property
    def _analysis(self) -> Analysis:
        return analyse(self.document)

    @cached_property
    def tokens(self) -> TokenIndex:
        """The tokens of the view."""
        return TokenIndex(tokenize(self.view.lower))

    @cached_property
    def _inside(self) -> bytearray:
        """Marks the places between two characters of one token; `k` is the place before character `k`."""
        marks = bytearray(len(self.view.text) + 1)
        for token in self.tokens.tokens:
            marks[token.start + 1 : token.end] = b"\x01" * (token.end - token.start - 1)
        return marks

    @cached_property
    def dates(self) -> Spans[DateReading]:
        """The dates that the finder resolved."""
        return Spans(
            DateReading(*self.in_view(date.start, date.end), date.edtf, date.derivation) for date in self._analysis.dates if date.edtf
        )

    @cached_property
    def date_readings(self) -> Spans[DateReading]:
        """All that words may be read as: the dates, the ends of those that are intervals, and periods that a sentence puts together."""
        whole = {(date.start, date.end, date.edtf): date.derivation for date in self._analysis.dates if date.edtf}
        for claim in self._analysis.claims:
            if claim.date and claim.continues is None:
                whole.setdefault((claim.date.start, claim.date.end, claim.date.edtf), claim.date.derivation)
        ends = {
            (date.start, date.end, date.edtf): date.derivation
            for date in single_dates(self._analysis.dates)
            if date.edtf and (date.start, date.end, date.edtf) not in whole
        }
        return Spans(
            DateReading(*self.in_view(start, end), edtf, how, part)
            for read, part in ((whole, False), (ends, True))
            for (start, end, edtf), how in read.items()
        )

    @cached_property
    def dated(self) -> bytearray:
        """Marks the characters that belong to dates."""
        marks = bytearray(len(self.view.text))
        for date in self._analysis.dates:
            start, end = self.in_view(date.start, date.end)
            marks[start:end] = b"\x01" * (end - start)
        return marks

    @cached_property
    def rules(self) -> Spans[RuleReading]:
        """The claims that the rules read."""
        return Spans(RuleReading(*self.in_view(claim.start, claim.end), claim) for claim in self._analysis.claims)

    def in_view(self, start: int, end: int) -> tuple[int, int]:
        """Map a span of the canonical text that was read from the view back to it."""
        positions = self.view.positions
        first = bisect_left(positions, start)
        return first, max(bisect_right(positions, end - 1), first + 1)

    def cite(self, start: int, end: int) -> Passage:
        """Cite the canonical words that a span of the view was read from."""
        return passage(self.document.text, *self.view.canonical(start, end))

    def find(self, words: str, low: int, high: int) -> list[tuple[int, int]]:
        """Return where words stand in a stretch of the view, letter for letter and at the borders of words and numbers.

        White space is folded as in the view, where a break between paragraphs is none: words stand in one paragraph.
        """
        wanted = _SPACE.sub(" ", _UNSEEN.sub("", words)).strip()
        found = []
        start = self.view.text.find(wanted, low, high) if wanted else -1
        while start >= 0:
            end = start + len(wanted)
            if not (self._inside[start] or self._inside[end]):
                found.append((start, end))
            start = self.view.text.find(wanted, start + 1, high)
        return found

    def around(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the sentences that a span touches."""
        first = max(0, bisect_right(self._sentence_starts, start) - 1)
        last = max(first, bisect_left(self._sentence_starts, end) - 1)
        if not self.sentences:
            return start, end
        return min(start, self.sentences[first].start), max(end, self.sentences[last].end)

    def sentence_of(self, start: int, end: int) -> Sentence | None:
        """Return the sentence that holds a whole span."""
        index = bisect_right(self._sentence_starts, start) - 1
        sentence = self.sentences[index] if index >= 0 else None
        return sentence if sentence and end <= sentence.end else None
