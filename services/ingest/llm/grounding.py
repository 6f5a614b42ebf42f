"""From what a model said to claims: only what the document bears out, part by part.

A claim whose quote, date or number does not hold is refused as a whole: what is left of it would be another claim. A name that does not
stand in the text is left out, and counted. How a claim is meant is taken from the answer, but never more surely than the rules read it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.ingest.extraction.clauses import trimmed
from services.ingest.extraction.modality import modality
from services.ingest.llm.answer import Answer, SaidClaim
from services.ingest.llm.dates import ground_date
from services.ingest.llm.ground import Ground, RuleReading
from services.ingest.llm.names import Names, place_values
from services.ingest.llm.numbers import NumberGround
from services.ingest.llm.reasons import Reason, Ungrounded
from services.ingest.llm.report import SHORT, Refusal
from services.ingest.llm.windows import Window
from shared.domain.claims import ClaimBody, ClaimDate, Confidence, Mention, Modality, Value
from shared.domain.provenance import context

LONGEST = 2_000
"""Code points of a quote: more is no clause and no sentence."""

MOST_PLACES = 20
"""Of words that stand in a part more often than this, no claim is made."""

Span = tuple[int, int]


@dataclass(slots=True)
class Grounded:
    """What of the answers about a document was accepted, in text order, and what was not."""

    claims: list[ClaimBody] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    returned: int = 0
    duplicates: int = 0
    dropped: int = 0
    cautioned: int = 0


@dataclass(frozen=True, slots=True)
class _Accepted:
    """A claim that holds at a span of the view, with what was noted in making it."""

    span: Span
    body: ClaimBody
    dropped: int
    cautioned: bool


class Grounder:
    """Checks answers against one document."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._numbers = NumberGround(ground)

    def accept(self, answers: Sequence[tuple[Window, Answer]]) -> Grounded:
        """Return what holds of answers, each given with the part that it is about."""
        result = Grounded()
        accepted: dict[tuple[object, ...], _Accepted] = {}
        for window, answer in answers:
            result.returned += answer.returned
            result.refused += [_refusal("malformed", detail, quote) for detail, quote in answer.malformed]
            for claim in self._of_window(window, answer, result.refused):
                key = _identity(claim.body)
                if key in accepted:
                    result.duplicates += 1
                else:
                    accepted[key] = claim
        for claim in sorted(accepted.values(), key=lambda claim: (claim.span, claim.body.date.edtf if claim.body.date else "")):
            result.claims.append(claim.body)
            result.dropped += claim.dropped
            result.cautioned += claim.cautioned
        return result

    def _of_window(self, window: Window, answer: Answer, refused: list[Refusal]) -> list[_Accepted]:
        """Accept the claims of one answer: first those that can be in one place only, then those that stand between them."""
        possible: list[list[_Accepted]] = []
        for said in answer.claims:
            try:
                possible.append(self._possible(said, window))
            except Ungrounded as error:
                refused.append(_refusal(error.reason, error.detail, said.quote))
                possible.append([])
        chosen = _in_turn(possible)
        for index, found in enumerate(possible):
            if found and chosen[index] is None:
                chosen[index] = _between(chosen, index, found)
                if chosen[index] is None:
                    detail = f"it stands there {len(found)} times; nothing else in the claim tells them apart"
                    refused.append(_refusal("ambiguous", detail, answer.claims[index].quote))
        return [claim for claim in chosen if claim]

    def _possible(self, said: SaidClaim, window: Window) -> list[_Accepted]:
        """Return the claim at each place of the part where all of it holds; raise `Ungrounded` where there is none."""
        if len(said.quote) > 2 * LONGEST:
            raise Ungrounded("quote", f"it is longer than {LONGEST:,} characters")
        places = [self._trimmed(*place) for place in self._ground.find(said.quote, window.start, window.end)]
        if not places:
            raise Ungrounded("quote", "these words do not stand in the part that was read")
        if not any(char.isalpha() for char in said.quote):
            raise Ungrounded("quote", "there are no words in it")
        if places[0][1] - places[0][0] > LONGEST:
            raise Ungrounded("quote", f"it is longer than {LONGEST:,} characters")
        if len(places) > MOST_PLACES:
            raise Ungrounded("ambiguous", f"it stands there {len(places)} times")
        if said.date is None and not said.numbers:
            raise Ungrounded("empty", "it has neither a date nor a number")
        found, wrong = [], None
        for place in places:
            try:
                found.append(self._at(said, place))
            except Ungrounded as error:
                wrong = wrong or error
        if not found and wrong:
            raise wrong
        return found

    def _trimmed(self, start: int, end: int) -> Span:
        """Leave out what the rules leave out around a clause, so that both quote it alike."""
        view = self._ground.view
        return trimmed(view.text, view.lower, start, end, self._ground.grammar)

    def _at(self, said: SaidClaim, span: Span) -> _Accepted:
        """Make the claim at a place of its quote."""
        ground = self._ground
        sentence = ground.sentence_of(*span)
        if sentence is not None and sentence.question:
            raise Ungrounded("question", "it stands in a question")
        date = None if said.date is None else ground_date(ground, said.date, span)
        values = [self._numbers.ground(number, span) for number in said.numbers]
        names = Names(ground, span)
        places = names.places(said.places)
        rule = self._rule(span, date)
        meant = self._meant(said.modality, span, date, rule)
        attribution = names.attribution(said.attribution) or (rule.claim.attribution if rule else None)
        cited = ground.cite(*span)
        prefix, suffix = context(ground.document.text, cited.start, cited.end)
        body = ClaimBody(
            start=cited.start,
            end=cited.end,
            quote=cited.quote,
            prefix=prefix,
            suffix=suffix,
            statement=ground.view.text[slice(*span)],
            language=ground.document.language,
            date=date,
            values=_in_order([*values, *place_values(places)]),
            actors=names.actors(said.actors),
            places=places,
            modality=meant,
            attribution=attribution,
            confidence=self._confidence(span, date, rule),
        )
        return _Accepted(span, body, names.dropped, meant != said.modality)

    def _rule(self, span: Span, date: ClaimDate | None) -> RuleReading | None:
        """Return the rules' claim about the same words: of the same date where there is one, and of most of the quote."""

        def shared(reading: RuleReading) -> int:
            return min(reading.end, span[1]) - max(reading.start, span[0])

        near = [
            reading
            for reading in self._ground.rules.touching(*span)
            if 2 * shared(reading) >= min(reading.end - reading.start, span[1] - span[0])
            and (date is None or reading.claim.date is None or _overlap(reading.claim.date, date))
        ]
        return max(near, key=shared, default=None)

    def _meant(self, said: Modality, span: Span, date: ClaimDate | None, rule: RuleReading | None) -> Modality:
        """How a claim is meant: as the answer says, unless it says that something happened and our own reading says otherwise.

        The quote may leave out the words that deny it: the whole sentence is read.
        """
        if said != "happened":
            return said
        if rule is not None:
            return rule.claim.modality
        sentence = self._ground.sentence_of(*span)
        start, end = (sentence.start, sentence.end) if sentence else span
        when = None
        if date is not None and (inside := self._ground.find(date.quote, start, end)):
            when = inside[0]
        return modality(self._ground.view.lower, start, end, when, self._ground.grammar, purpose=False)

    def _confidence(self, span: Span, date: ClaimDate | None, rule: RuleReading | None) -> Confidence:
        """How sure a claim is: a date from another sentence, or one of several that the rules read otherwise here, is not."""
        if date is None:
            return "low"
        sentence = self._ground.around(*span)
        first, last = self._ground.view.canonical(*sentence)
        agreed = rule is not None and rule.claim.date is not None
        alone = len(self._ground.dates.touching(*sentence)) < 2
        return "medium" if first <= date.start and date.end <= last and (agreed or alone) else "low"


def _overlap(one: ClaimDate | Mention, other: ClaimDate | Mention) -> bool:
    return one.start < other.end and other.start < one.end


def _in_order(values: list[Value]) -> tuple[Value, ...]:
    """Return values in text order, each once."""
    once = {(value.start, value.end, value.attribute): value for value in values}
    return tuple(once[key] for key in sorted(once))


def _identity(body: ClaimBody) -> tuple[object, ...]:
    """By which a claim is recognised that two overlapping parts both gave."""
    return body.start, body.end, body.date and (body.date.start, body.date.edtf), body.modality


def _in_turn(possible: list[list[_Accepted]]) -> list[_Accepted | None]:
    """Place the claims that can be in one place only, and those that are given as often as their words stand there: in order."""
    chosen: list[_Accepted | None] = [None] * len(possible)
    alike: dict[tuple[Span, ...], list[int]] = {}
    for index, found in enumerate(possible):
        alike.setdefault(tuple(claim.span for claim in found), []).append(index)
    for places, indices in alike.items():
        if len(places) == len(indices):
            for turn, index in enumerate(indices):
                chosen[index] = possible[index][turn]
        elif len(places) == 1:
            for index in indices:
                chosen[index] = possible[index][0]
    return chosen


def _between(chosen: list[_Accepted | None], index: int, found: list[_Accepted]) -> _Accepted | None:
    """Return the one place of a quote that the order of the answer leaves: after the claims before it, and before those after it."""
    before = max((claim.span for claim in chosen[:index] if claim), default=(-1, -1))
    after = min((claim.span for claim in chosen[index + 1 :] if claim), default=None)
    left = [claim for claim in found if claim.span > before and (after is None or claim.span < after)]
    return left[0] if len(left) == 1 else None


def _refusal(reason: Reason, detail: str, quote: str) -> Refusal:
    return Refusal(reason=reason, detail=detail[:SHORT], quote=" ".join(quote.split())[:SHORT])
