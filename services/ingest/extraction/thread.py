"""The thread of a text: which dated happening a sentence without a date of its own talks on about."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from services.ingest.extraction.carry import Happening, Happenings, Reference
from services.ingest.extraction.dates.mention import DateMention
from services.ingest.extraction.grammar.tables import Grammar
from services.ingest.extraction.sentences import Sentence
from services.ingest.extraction.tokens import TokenIndex
from shared.domain.dates import Edtf

_OPENING = 3
_NEXT = 3
"""So many sentences a date reaches that nothing but their place refers to."""
_CONSEQUENCES = 6
"""So many sentences further those who suffered or took part still are those of the happening that was told."""
_FEW = 2
"""So many sentences back a bare "meeting" points, of which a text has many."""
_LONGEST = 3700
"""Days: a date as vague as a decade is carried, one as vague as a century tells too little."""

Meant = tuple[Happening, Reference]


@dataclass(frozen=True, slots=True)
class _Told:
    """A sentence that told of something at its date."""

    sentence: int
    paragraph: int
    happening: Happening


class Thread:
    """What a text has told of, sentence by sentence."""

    def __init__(self, lower: str, tokens: TokenIndex, mentions: Sequence[DateMention], grammar: Grammar) -> None:
        self._lower = lower
        self._index = tokens
        self._grammar = grammar
        self._happenings = Happenings()
        self._named: _Told | None = None
        self._told: _Told | None = None
        self._awaited: _Told | None = None
        # Words of time that no date could be found for: what follows them is told of another time.
        self._unplaced = [mention.start for mention in mentions if mention.edtf is None]

    @property
    def last_named(self) -> Happening | None:
        """The happening that was taken in last."""
        return next(self._happenings.latest(), None)

    def latest(self) -> Iterator[Happening]:
        """Yield the happenings told of lately, the last first."""
        return self._happenings.latest()

    def remember(self, happening: Happening, sentence: Sentence) -> None:
        """Take in a happening that a dated claim names."""
        self._happenings.add(happening)
        if not happening.quoted:
            self._named = _Told(happening.sentence, sentence.paragraph, happening)

    def reach(self, number: int, sentence: Sentence, claim: int, date: Edtf, *, planned: bool) -> None:
        """Go on to a claim that tells of something at its date, or of what is planned for it; others may follow without one."""
        here = Reference("", sentence.start, sentence.end, None, frozenset(), definite=False, locative=False, plural=False)
        happening = Happening(here, claim, number, sentence.paragraph, frozenset(), quoted=False)
        told = _Told(number, sentence.paragraph, happening) if date.days <= _LONGEST else None
        if planned:
            self._awaited = told
        else:
            self._told = told

    def meant(self, number: int, sentence: Sentence, references: Sequence[Reference], *, counts: bool) -> Meant | None:
        """Return what a sentence without a date talks on about; `counts` tells whether it counts anything."""
        if self._grammar.elliptic and self._grammar.elliptic.match(self._lower, sentence.start, sentence.end):
            return None
        if counts and self._counts_now(sentence):
            return None
        found = self._happenings.antecedent(references, number, past=self._tells_of_past(sentence))
        if found and found[1].generic:
            found = self._nearer(number, sentence, found)
        following = self._following(number, sentence, references) if counts else None
        if found and found[0].reference.kind in self._grammar.vague and number - found[0].sentence > 1:
            # "In the match at Tarn" after the next season was told of.
            passed = not counts and self._told is not None and self._told.sentence > found[0].sentence
            found = None if passed or (following and number - found[0].sentence > _FEW) else found
        found = (
            found
            or self._by_pronoun(number, sentence)
            or (self._by_consequence(number, sentence, references) if counts else None)
            or following
        )
        if found:
            self._named = _Told(number, sentence.paragraph, found[0])
        return found

    def _nearer(self, number: int, sentence: Sentence, found: Meant) -> Meant:
        """What a word for any happening means: what was told last in its paragraph, unless such a word named what was told before."""
        told, (happening, reference) = self._told, found
        if told is None or told.paragraph != sentence.paragraph or happening.reference.generic:
            return found
        return (told.happening, reference) if happening.sentence < told.sentence < number else found

    def _by_pronoun(self, number: int, sentence: Sentence) -> Meant | None:
        """The happening of the sentence before, where a pronoun opens this one: "It was attended by 40 people"."""
        if self._named is None or (self._named.sentence, self._named.paragraph) != (number - 1, sentence.paragraph):
            return None
        low, high = self._index.within(sentence.start, sentence.end)
        if self._tells_of_now(sentence) or not any(
            token.text in self._grammar.pronouns for token in self._index.tokens[low : min(low + _OPENING, high)]
        ):
            return None
        happening = self._named.happening
        return happening, replace(happening.reference, locative=False)

    def _by_consequence(self, number: int, sentence: Sentence, references: Sequence[Reference]) -> Meant | None:
        """The last happening of a kind that has such consequences: "26 people were killed" after an earthquake."""
        if not self._tells_of_past(sentence):
            return None
        for row in self._grammar.consequences:
            if row.words is None or not row.words.search(self._lower, sentence.start, sentence.end):
                continue
            near = takewhile(lambda happening: number - happening.sentence <= _CONSEQUENCES, self._happenings.latest())
            fit = [one for one in near if one.reference.kind in row.kinds and one.sentence < number and not one.quoted]
            # What was only mentioned, to say when something else was, has them where nothing else does.
            last = self._told
            if fit and last and last.paragraph == sentence.paragraph and all(one.paragraph < last.paragraph for one in fit):
                # Another paragraph's battle is not the one that this paragraph has told of without its noun.
                return last.happening, last.happening.reference
            if fit:
                happening = min(fit, key=lambda one: (one.denied, one.reference.passing))
                return happening, replace(happening.reference, locative=False)
            if row.named_later and (told := self._called_anew(number, row.kinds, references)) is not None:
                return told, told.reference
        return None

    def _called_anew(self, number: int, kinds: frozenset[str], references: Sequence[Reference]) -> Happening | None:
        """What was told last, where a noun that was not used of anything yet calls it so: "the tragedy", after troops entered the town."""
        told = self._told
        new = [
            one for one in references if one.definite and one.kind in kinds and one.ordinal is None and not self._happenings.knows(one.kind)
        ]
        return told.happening if new and told is not None and number - told.sentence <= _NEXT else None

    def _following(self, number: int, sentence: Sentence, references: Sequence[Reference]) -> Meant | None:
        """What was told just before in the same paragraph, where nothing says that this is of another time or another happening."""
        words = self._grammar.presented["planned"].words
        awaited = words is not None and words.search(self._lower, sentence.start, sentence.end) is not None
        told = self._awaited if awaited else self._told
        if told is None or told.paragraph != sentence.paragraph or not 1 <= number - told.sentence <= _NEXT:
            return None
        named = [reference for reference in references if reference.definite and not reference.plural and reference.kind]
        if any(reference.kind not in self._grammar.vague for reference in named):
            return None
        # "At the ceremony" points back in whatever tense.
        pointing = any(reference.locative or not self._grammar.verb_final for reference in named)
        if self._unplaced_within(told.happening.reference.end, sentence.end) or not (pointing or self._tells_of_past(sentence)):
            return None
        return told.happening, told.happening.reference

    def place(self, start: int, end: int) -> None:
        """Take note that words of time have found their date after all."""
        del self._unplaced[bisect_left(self._unplaced, start) : bisect_left(self._unplaced, end)]

    def _unplaced_within(self, start: int, end: int) -> bool:
        at = bisect_left(self._unplaced, start)
        return at < len(self._unplaced) and self._unplaced[at] < end

    def _counts_now(self, sentence: Sentence) -> bool:
        """Whether a sentence counts what there is now: "the Congress now has six branches"."""
        nowadays = self._grammar.nowadays
        now = nowadays is not None and nowadays.search(self._lower, sentence.start, sentence.end) is not None
        return now and not self._tells_of_past(sentence)

    def _tells_of_now(self, sentence: Sentence) -> bool:
        """Whether a sentence tells of now, of what lasts or of what comes back."""
        start, end, asides = sentence.start, sentence.end, self._grammar.asides
        # "…, which is a record" is said by the way.
        end = aside.start() if asides and (aside := asides.search(self._lower, start, end)) else end
        if self._grammar.durations and self._grammar.durations.match(self._lower, start, end):
            return True
        return any(words and words.search(self._lower, start, end) for words in (self._grammar.present, self._grammar.timeless))

    def _tells_of_past(self, sentence: Sentence) -> bool:
        """Whether a sentence tells of what happened once, in the past."""
        grammar, lower, start, end = self._grammar, self._lower, sentence.start, sentence.end
        if self._tells_of_now(sentence):
            return False
        if grammar.verb_final:
            # "… olduğu göstərilir": who tells of the past may do so in the present.
            telling = grammar.announcing.search(lower, start, end) if grammar.announcing else None
            reported = grammar.reported_past if telling else None
            last = self._last_word(start, telling.start() if telling else end)
            if reported is not None and reported.search(last):
                return True
            return grammar.past_endings is not None and grammar.past_endings.search(self._last_word(start, end)) is not None
        return grammar.has_verb(lower, start, end)

    def _last_word(self, start: int, end: int) -> str:
        low, high = self._index.within(start, end)
        return next((token.text for token in reversed(self._index.tokens[low:high]) if token.word), "")
