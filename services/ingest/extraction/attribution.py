"""Attribution: who says what a text tells, where that is not the text's own voice.

What is said is told in three ways: with a phrase ("according to X", "X-in sözlərinə görə"), with a verb that introduces or closes it
("X said that …", "…, said X", "X bildirib ki …", "… olduğunu X bildirib"), or in quotation marks beside such a verb. Each gives the words
that name the source and the stretch that is told by it.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from services.ingest.extraction.grammar.tables import Grammar
from services.ingest.extraction.speakers import is_head, name_before, phrase_before, words_between

# A full stop after one letter closes no name: "the U.S. Geological Survey".
_NAME_AFTER = re.compile(
    r"\s+((?:the\s+)?(?:[^,;.\d\n“”\"«»()]|(?<=\b[^\W\d_])\.){2,80}?)(?=[,;)“”\"«»]|(?<!\b[^\W\d_])\.|\s+(?:on|in|at|that|between|about|around|nearly|more|up)\s|\s+\d|$)"
)
_NAMED = re.compile(r"\s*[“«\"](?=[^\W\d_a-z])[^“”\"«»,.;:!?\n]{2,40}[”»\"]")
"""What is called so: "the agency “Tarn Press”"."""
_QUOTES = {"“": "”", "«": "»", "„": "“", '"': '"'}
_OPENING = re.compile(r"[“«„\"]")
_LONGEST_QUOTE = 3000
_SHORTEST_QUOTE = 12
_AROUND = 170
"""Characters before or after quoted words within which the verb stands that tells who says them."""
_CLOSING = re.compile(r"[\s,–—-]*")
_BEFORE = re.compile(r"[\s,:–—-]*")
_NAME_WORDS = 8
_TITLE_WORDS = 4
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)")
_TURN = 20
_ONE_WORD = 24


@dataclass(frozen=True, slots=True)
class Source:
    """Who says so: the span of the words in the view that name them, and the stretch that they are said to tell.

    `pronoun`: the words only point back at a source that was named before. `frame`: the stretch of the name and its verb or phrase.
    `inflected`: the phrase puts the name in a case.
    """

    start: int
    end: int
    told: tuple[int, int] = (0, 0)
    pronoun: bool = False
    frame: tuple[int, int] = (0, 0)
    inflected: bool = False


@dataclass(frozen=True, slots=True)
class Quotations:
    """The stretches in quotation marks that a text gives a source for, in text order."""

    spans: tuple[tuple[int, int], ...]
    sources: tuple[Source, ...]

    def around(self, start: int, end: int) -> Source | None:
        """Return the source of the quotation that a stretch stands in, or that most of it is."""
        at = bisect_right(self.spans, (start, 1 << 62)) - 1
        for index in (at, at + 1):
            if 0 <= index < len(self.spans):
                low, high = self.spans[index]
                if 2 * (min(end, high) - max(start, low)) > end - start:
                    return self.sources[index]
        return None


def quotations(text: str, lower: str, paragraphs: Iterable[tuple[int, int]], grammar: Grammar) -> Quotations:
    """Find what stands in quotation marks beside a verb of saying, paragraph by paragraph."""
    found = [quoted for start, end in paragraphs for quoted in _quoted(text, lower, start, end, grammar)]
    return Quotations(tuple(span for span, _ in found), tuple(source for _, source in found))


def source(text: str, lower: str, start: int, end: int, grammar: Grammar) -> Source | None:
    """Find who the words of a sentence are attributed to, where that is not the document's own voice."""
    return next(iter(sources(text, lower, start, end, grammar)), None)


def sources(text: str, lower: str, start: int, end: int, grammar: Grammar) -> list[Source]:
    """Find everybody to whom words of a sentence are attributed, with what each is said to tell."""
    reader = _Reader(text, lower, start, end, grammar)
    found = [*reader.by_phrase(), *reader.by_verb()]
    return found or [*reader.by_closing_verb()]


class _Reader:
    """Reads one sentence for those who tell it."""

    def __init__(self, text: str, lower: str, start: int, end: int, grammar: Grammar) -> None:
        self.text, self.lower, self.start, self.end, self.grammar = text, lower, start, end, grammar
        turns = grammar.turns.finditer(lower, start, end) if grammar.turns else ()
        # Where one speaker's words may end and another's begin.
        self._turns = [turn.start() for turn in turns if turn.start() - start >= _TURN]

    def by_phrase(self) -> Iterator[Source]:
        """Phrases: the name follows ("according to X"), or comes before ("X-in sözlərinə görə")."""
        for opening in _all(self.grammar.attribution.before, self.lower, self.start, self.end):
            name = _NAME_AFTER.match(self.text, opening.end(), self.end)
            if name and name[1].lower() not in self.grammar.attribution.articles and not self._no_source(name.start(1), name.end(1)):
                yield self._source((name.start(1), self._named_end(name.end(1))), self._told(opening.start()), opening.span())
        for closing in _all(self.grammar.attribution.after, self.lower, self.start, self.end):
            named = self._named_before(closing.start())
            if named and not self._no_source(*named):
                named = named[0], self._owner_end(*named, closing.start())
                yield replace(self._source(named, self._told(closing.start()), closing.span()), inflected=True)

    def by_verb(self) -> Iterator[Source]:
        """Verbs that introduce what is told: "X said that …"."""
        for verb in _all(self.grammar.attribution.saying, self.lower, self.start, self.end):
            named = None if self._is_passive(verb.start()) else self._named_before(verb.start())
            if named and self._is_one(verb.end()):
                yield self._source(named, (verb.end(), self._turn_after(verb.end())), verb.span())

    def by_closing_verb(self) -> Iterator[Source]:
        """Verbs that close what is told: "…, X said", "…, said X", "X … olduğunu bildirib"."""
        for verb in _all(self.grammar.attribution.closing, self.lower, self.start, self.end):
            if not self.grammar.verb_final:
                named = self._beside(verb.start(), verb.end())
                if named:
                    yield self._source(named, (self._turn_before(named[0]), min(named[0], verb.start())), verb.span())
                    return
            elif not self.text[verb.end() : self.end].strip(' .!?…"”»') and (subject := self._subject(verb.start())):
                yield self._source(*subject, verb.span())

    def _source(self, named: tuple[int, int], told: tuple[int, int], verb: tuple[int, int]) -> Source:
        start, end = named
        pronoun = self.lower[start:end] in self.grammar.attribution.pronouns
        # A subject far from its verb encloses what is told.
        frame = verb if told[0] >= end and told[1] <= verb[0] else (min(start, verb[0]), max(end, verb[1]))
        return Source(start, end, told, pronoun, frame)

    def _told(self, at: int) -> tuple[int, int]:
        return self._turn_before(at), self._turn_after(at)

    def _turn_before(self, at: int) -> int:
        return max((turn for turn in self._turns if turn < at), default=self.start)

    def _turn_after(self, at: int) -> int:
        return min((turn for turn in self._turns if turn > at), default=self.end)

    def _no_source(self, start: int, end: int) -> bool:
        return (
            self.grammar.attribution.not_sources is not None
            and self.grammar.attribution.not_sources.search(self.lower, start, end) is not None
        )

    def _named_end(self, end: int) -> int:
        """Where a name ends that may go on in quotation marks."""
        called = _NAMED.match(self.text, end, self.end)
        return called.end() if called and self.text[called.start() :].lstrip(' “«"')[:1].isupper() else len(self.text[:end].rstrip())

    def _owner_end(self, start: int, end: int, phrase: int) -> int:
        """Where the words end that begin with a name and say whose words they are: "Köhnə salnamələrin verdiyi məlumata görə"."""
        endings = self.grammar.owner_endings
        return max((word.end for word in words_between(self.lower, end, phrase) if endings and word.text.endswith(endings)), default=end)

    def _is_passive(self, verb: int) -> bool:
        """Whether somebody is only said to have done something: "they are said to have lost"."""
        words = words_between(self.lower, max(self.start, verb - _ONE_WORD), verb)
        return bool(words) and words[-1].text in self.grammar.attribution.passives

    def _is_one(self, verb_end: int) -> bool:
        """Whether a verb introduces a clause, and does not only close one: "…, Halas told reporters"."""
        if self.grammar.verb_final:
            return self.text[verb_end : self.end].strip(" .,;:") != ""
        return self.grammar.has_verb(self.lower, verb_end, self.end)

    def _named_before(self, verb: int) -> tuple[int, int] | None:
        """Return the words before a verb or phrase that name who says so."""
        return name_before(self.text, self.lower, self.start, verb, self.grammar) or (
            None if self.grammar.verb_final else phrase_before(self.text, self.lower, self.start, verb, self.grammar)
        )

    def _subject(self, verb: int) -> tuple[tuple[int, int], tuple[int, int]] | None:
        """Return the subject of a sentence whose verb comes last, and what it tells: quoted words, or a clause ("… olduğunu")."""
        words = words_between(self.lower, self.start, verb)
        endings = self.grammar.attribution.reported
        for index in range(len(words) - 1, max(-1, len(words) - 1 - _NAME_WORDS), -1):
            word = words[index]
            if endings and endings.search(word.text):
                # Who speaks stands right before the verb, or else at the head of the sentence.
                named = self._named_before(verb) if index + 1 < len(words) else None
                if named and named[0] >= word.end:
                    return named, (self._turn_before(word.end), word.end)
                leading = self._leading([word.span for word in words[:index]])
                return (leading, (leading[1], word.end)) if leading else None
            if word.text in self.grammar.attribution.quoting:
                named = self._named_before(verb)
                return (named, (self.start, word.start)) if named and named[0] >= word.end else None
        return None

    def _leading(self, words: list[tuple[int, int]]) -> tuple[int, int] | None:
        """Return who a sentence begins with: up to a small word that follows subjects, or else the last name before any number."""
        runs: list[tuple[int, int]] = []
        for index, (start, end) in enumerate(words[:_NAME_WORDS]):
            word = self.lower[start:end]
            if index and word in self.grammar.attribution.topics:
                # "Some say so, others that": who speaks last begins behind the comma.
                comma = self.text.rfind(",", words[0][0], words[index - 1][1]) + 1
                first = next(at for at, _ in words if at >= comma)
                return first, words[index - 1][1]
            if any(char.isdigit() for char in word):
                break
            if runs and start - runs[-1][1] == 1 and is_head(word, self.grammar):
                runs[-1] = (runs[-1][0], end)
                continue
            if not self.text[start].isupper() or word in self.grammar.not_names:
                continue
            if runs and start - runs[-1][1] == 1:
                runs[-1] = (runs[-1][0], end)
            elif not word.endswith(self.grammar.phrases.closing_endings or ("\0",)):
                runs.append((start, end))
        full = [run for run in runs if " " in self.text[slice(*run)]]
        named = full or runs
        return named[-1] if named else None

    def _beside(self, verb: int, verb_end: int) -> tuple[int, int] | None:
        """Return who speaks where the verb stands after what is told: "…, the ministry said", "…, said X"."""
        if not self._closes(verb_end):
            after = _NAME_AFTER.match(self.text, verb_end, self.end)
            opened = self.text[self.start : verb].rstrip()[-1:]
            if after and opened and opened in ",”\"»'" and self._names_somebody(after.start(1), after.end(1)):
                return after.start(1), after.end(1)
            return None
        named = phrase_before(self.text, self.lower, self.start, verb, self.grammar)
        if named is None or self.text[self.start : named[0]].rstrip()[-1:] not in (",", "”", '"', "»"):
            return None
        return named

    def _closes(self, verb_end: int) -> bool:
        """Whether nothing but the end of the sentence, or a word about when and where it was said, follows a verb."""
        rest = self.lower[verb_end : self.end].lstrip()
        return (
            not rest
            or rest[0] in ".,;!?…"
            or (self.grammar.attribution.afterwards is not None and self.grammar.attribution.afterwards.match(rest) is not None)
        )

    def _names_somebody(self, start: int, end: int) -> bool:
        words = self.text[start:end].split()
        return any(word[:1].isupper() for word in words) or words[0].lower() in self.grammar.attribution.articles or len(words) == 1


def _quoted(text: str, lower: str, start: int, end: int, grammar: Grammar) -> Iterator[tuple[tuple[int, int], Source]]:
    index = start
    while opening := _OPENING.search(text, index, end):
        close = text.find(_QUOTES[opening.group()], opening.end(), min(end, opening.end() + _LONGEST_QUOTE))
        if close < 0:
            index = opening.end()
            continue
        index = close + 1
        if close - opening.end() < _SHORTEST_QUOTE:
            continue
        named = _after_quote(text, lower, close + 1, end, grammar) or _before_quote(text, lower, start, opening.start(), grammar)
        if named:
            pronoun = lower[named[0] : named[1]] in grammar.attribution.pronouns
            yield (opening.end(), close), Source(*named, (opening.end(), close), pronoun)


def _after_quote(text: str, lower: str, start: int, end: int, grammar: Grammar) -> tuple[int, int] | None:
    """Return who speaks by the words after a quotation: '"…," said X', '"…", – deyə X bildirib'."""
    end = min(end, start + _AROUND)
    begin = _CLOSING.match(text, start, end)
    at = begin.end() if begin else start
    if at == start:
        return None
    stop = _SENTENCE_END.search(text, at, end)
    end = stop.start() if stop else end
    for pattern in (grammar.attribution.closing, grammar.attribution.saying):
        verb = pattern.search(lower, at, end) if pattern else None
        if verb is None:
            continue
        if verb.start() == at and not grammar.verb_final:
            after = _NAME_AFTER.match(text, verb.end(), end)
            return (after.start(1), after.end(1)) if after else None
        if grammar.verb_final:
            return name_before(text, lower, at, verb.start(), grammar) or _topic(lower, at, verb.start(), grammar)
        named = phrase_before(text, lower, at, verb.start(), grammar)
        return named if named and named[0] == at else None
    return None


def _topic(lower: str, start: int, end: int, grammar: Grammar) -> tuple[int, int] | None:
    """Return the words between a quotation and its verb: "deyə nazir bildirib"."""
    words = [word for word in words_between(lower, start, end) if word.text not in grammar.attribution.quoting and word.text[0].isalpha()]
    return (words[0].start, words[-1].end) if 0 < len(words) <= _TITLE_WORDS else None


def _before_quote(text: str, lower: str, start: int, end: int, grammar: Grammar) -> tuple[int, int] | None:
    """Return who speaks by the words before a quotation: 'X said: "…"'."""
    begin = max(start, end - _AROUND)
    stops = [stop.end() for stop in _SENTENCE_END.finditer(text, begin, end)]
    begin = stops[-1] if stops else begin
    for pattern in (grammar.attribution.closing, grammar.attribution.saying):
        for verb in _all(pattern, lower, begin, end):
            gap = _BEFORE.match(text, verb.end(), end)
            if gap and gap.end() == end:
                return name_before(text, lower, begin, verb.start(), grammar) or (
                    None if grammar.verb_final else phrase_before(text, lower, begin, verb.start(), grammar)
                )
    return None


def _all(pattern: re.Pattern[str] | None, lower: str, start: int, end: int) -> Iterator[re.Match[str]]:
    return pattern.finditer(lower, start, end) if pattern else iter(())
