"""Puts claims together: sentence by sentence, from dates, clauses, values, places and actors."""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, TypeVar

from services.ingest.extraction.actors import Actor, find_actors, plain_name
from services.ingest.extraction.attribution import Source, quotations, sources
from services.ingest.extraction.carry import Happening, Reference, ReferenceFinder
from services.ingest.extraction.clauses import Clause, clauses, segments, trimmed
from services.ingest.extraction.counted import YearsCounted
from services.ingest.extraction.dateline import datelines
from services.ingest.extraction.dates.mention import EXPLICIT, DateMention
from services.ingest.extraction.elliptic import Completed, completed
from services.ingest.extraction.grammar.tables import load_grammar
from services.ingest.extraction.letters import base_language
from services.ingest.extraction.modality import ModalityReader, is_set_for
from services.ingest.extraction.named import QuotedNames
from services.ingest.extraction.periods import join_periods
from services.ingest.extraction.placenames import Named, PlaceFinder
from services.ingest.extraction.reading import ReadingView
from services.ingest.extraction.screening import DateScreen
from services.ingest.extraction.sentences import Sentence, split_sentences
from services.ingest.extraction.subjects import with_subjects
from services.ingest.extraction.thread import Thread
from services.ingest.extraction.tokens import TokenIndex, tokenize
from services.ingest.extraction.values import Found, ValueFinder, bound_of
from shared.domain.claims import ClaimBody, ClaimDate, Confidence, Mention, Modality, Value
from shared.domain.dates import Edtf
from shared.domain.errors import InvalidInput
from shared.domain.ports import ExtractionInput
from shared.domain.provenance import context
from shared.lexicon.inflection import load_inflection
from shared.lexicon.places import load_places
from shared.lexicon.units import load_units

_HEADING = 120
_CLOSE = 6
_SAID = 40
_ASIDE = 12
_SHARED = 8
"""So many stretches are kept with their names: dates that share a clause ask for the same."""
_ROW = re.compile(r"(?:\s[-–—]|:)\s+[^\W_]")
_WORD = re.compile(r"[^\W\d_]{3}")
_Part = TypeVar("_Part", Found, Named)
_COLUMNS = re.compile(r"\s[|•·]\s")


@dataclass(frozen=True, slots=True)
class _Carried:
    """A date that an earlier claim gives to a sentence."""

    happening: Happening
    reference: Reference
    distance: int


class Composer:
    """Composes the claims of one document."""

    def __init__(self, document: ExtractionInput, view: ReadingView, mentions: list[DateMention]) -> None:
        language = base_language(document.language)
        self._document = document
        self._view = view
        self._grammar = load_grammar(language)
        self._inflection = load_inflection(language)
        self._gazetteer = load_places(language)
        self._mentions = mentions
        self._index = TokenIndex(tokenize(view.lower))
        tokens = self._index.tokens
        self._dates = bytearray(len(view.text))
        for mention in mentions:
            self._dates[mention.start : mention.end] = b"\x01" * (mention.end - mention.start)
        # Dates are blanked where words are looked for: "May" is no "may".
        self._words = _blanked(view.lower, mentions)
        self._values = ValueFinder(view.text, tokens, self._grammar, load_units(language), self._inflection, self._gazetteer)
        self._places = PlaceFinder(view.text, view.lower, tokens, self._grammar, self._gazetteer)
        self._references = ReferenceFinder(view.text, tokens, self._grammar, self._inflection)
        self._lost = [mention for mention in mentions if mention.edtf is None]
        self._counted = YearsCounted(view, self._index, self._references, self._grammar)
        self._modalities = ModalityReader(self._words, self._grammar)
        self._actors = lru_cache(_SHARED)(self._find_actors)
        self._claims: list[ClaimBody] = []
        self._planned: list[Clause] = []
        self._date_words: dict[int, str] = {}
        self._thread = Thread(view.lower, self._index, mentions, self._grammar)
        self._names = QuotedNames(view, self._grammar)
        self._screen = DateScreen(view, self._names, self._grammar, self._gazetteer)
        self._quoted = quotations(view.text, self._words, view.paragraphs(), self._grammar)
        self._sentence: Sentence | None = None
        self._number = 0
        self._completed: Completed | None = None
        self._speakers: list[Source] | None = None
        self._speaker: str | None = None

    def claims(self) -> tuple[ClaimBody, ...]:
        """Return the claims in text order."""
        lines = datelines(self._view.text, self._mentions)
        aside = {line.mention.start for line in lines}
        opened = sorted(line.end for line in lines)
        usable = [
            mention
            for mention in self._mentions
            if _tells_when(mention) and mention.start not in aside and not self._screen.says_no_time(mention)
        ]
        cursor = 0
        for number, sentence in enumerate(split_sentences(self._view, self._grammar, self._dates)):
            dates = []
            while cursor < len(usable) and usable[cursor].start < sentence.end:
                if usable[cursor].start >= sentence.start and usable[cursor].end <= sentence.end:
                    dates.append(usable[cursor])
                cursor += 1
            dates += self._counted_in(sentence)
            sentence = _without_dateline(sentence, opened)
            if not sentence.question and (self._asserts(sentence) or self._is_row(sentence, dates)):
                self._read(number, sentence, join_periods(self._view.lower, dates, self._grammar))
        return tuple(self._claims)

    def _counted_in(self, sentence: Sentence) -> list[DateMention]:
        """Return the dates of a sentence that are counted from what the text has told of."""
        lost = self._lost[bisect_left(self._lost, sentence.start, key=_start) : bisect_left(self._lost, sentence.end, key=_start)]
        found = list(self._counted.dates(lost, sentence.end, list(self._thread.latest()), self._claims)) if lost else []
        for mention in found:
            self._thread.place(mention.start, mention.end)
        return found

    def _dates_saying(self, date: DateMention) -> bool:
        """Whether a date is only that on which something was said: "the ministry said on Tuesday"."""
        for source in self._telling():
            low, high = source.frame
            if low <= date.start and date.end <= high:
                return True
            between = self._view.lower[high : date.start].strip() if high <= date.start <= high + _SAID else "?"
            if source.told[1] <= date.start and (not between or between in self._grammar.prepositions):
                return True
        return False

    def _asserts(self, sentence: Sentence) -> bool:
        """Whether a sentence is more than a heading, a byline or a caption."""
        if sentence.closed and sentence.end - sentence.start > len("It was so."):
            return True
        grammar, lower = self._grammar, self._view.lower
        if _COLUMNS.search(lower, sentence.start, sentence.end) or (grammar.bylines and grammar.bylines.match(lower, sentence.start)):
            return False
        if sentence.end - sentence.start > _HEADING:
            return True
        return grammar.has_verb(self._words, sentence.start, sentence.end)

    def _is_row(self, sentence: Sentence, dates: list[DateMention]) -> bool:
        """Whether a line that closes as no sentence does is a row of a chronology: "1905 — foundation of the school"."""
        if not dates or dates[0].start != sentence.start or _ROW.match(self._view.text, dates[0].end, sentence.end) is None:
            return False
        return _WORD.search(self._view.text, dates[0].end, sentence.end) is not None

    def _read(self, number: int, sentence: Sentence, dates: list[DateMention]) -> None:
        self._sentence, self._speakers, self._number = sentence, None, number
        if len(dates) > 1:
            dates = [date for date in dates if not self._dates_saying(date)] or dates
        low, high = self._index.within(sentence.start, sentence.end)
        values = self._values.find(low, high, self._dates)
        if dates:
            self._dated(number, sentence, dates, self._screen.told_then(sentence, dates, values))
            return
        whole = Clause(*trimmed(self._view.text, self._view.lower, sentence.start, sentence.end, self._grammar), None)
        parts = [Clause(*span, None) for span in segments(self._view.text, self._view.lower, whole.start, whole.end, self._grammar)]
        counting = [part for part in parts if any(part.start <= value.start < part.end for value in values if value.counts)]
        for part in counting if len(counting) > 1 or self._stands_alone(counting) else [whole]:
            self._undated(number, sentence, part, _within(part, values))

    def _stands_alone(self, parts: list[Clause]) -> bool:
        """Whether the one part that counts something says itself of which happening: "15 came to the congress, but nothing was decided"."""
        return len(parts) == 1 and bool(self._references.find(*self._index.within(parts[0].start, parts[0].end)))

    def _named(self, start: int, end: int, values: list[Found]) -> list[Named]:
        """Return the places named in a stretch; "US dollars" names none."""
        money = [value for value in values if value.kind == "money"]
        found = self._places.find(*self._index.within(start, end), self._dates)
        return [
            place
            for place in found
            if place.end <= end and not self._names.hold(place.start, place.end) and not any(_overlap(place, value) for value in money)
        ]

    def _undated(self, number: int, sentence: Sentence, part: Clause, values: list[Found]) -> None:
        """Add a claim of a stretch that has no date of its own, where it counts something or finds the result of what was told."""
        sentence = replace(sentence, start=part.start, end=part.end)
        counts = any(value.counts for value in values)
        # "A list of 28 earthquakes" is about none that was told of.
        events = self._references.find(*self._index.within(part.start, part.end))
        named = [one for one in events if not _is_counted(one, values)]
        # Nor is what only counts happenings.
        telling = counts and any(value.counts and not any(_is_counted(one, [value]) for one in events) for value in values)
        found = self._thread.meant(number, sentence, named, counts=telling)
        if counts or (found and found[1].locative and self._finds_result(sentence)):
            places = self._named(part.start, part.end, values)
            self._add(part, values, places, _Carried(*found, number - found[0].sentence) if found else None)

    def _leading(self, parts: list[Clause], values: list[Found]) -> list[Clause]:
        """Part what is counted before a date's clause turns to something else: "… 35 a month; in May they had asked for 60"."""
        first = min(parts, key=lambda part: part.start)
        if first.date is None or sum(part.start == first.start for part in parts) > 1:
            return parts
        spans = [
            span
            for span in segments(self._view.text, self._view.lower, first.start, first.end, self._grammar)
            if span[1] < first.date.start
        ]
        if not spans or not any(spans[0][0] <= value.start < spans[-1][1] for value in values if value.counts):
            return parts
        lead = Clause(spans[0][0], spans[-1][1], None)
        start, end = trimmed(self._view.text, self._view.lower, lead.end, first.end, self._grammar)
        return [lead, *(replace(part, start=start, end=end) if part is first else part for part in parts)]

    def _finds_result(self, sentence: Sentence) -> bool:
        result = self._grammar.result
        return result is not None and result.search(self._view.lower, sentence.start, sentence.end) is not None

    def _dated(self, number: int, sentence: Sentence, dates: list[DateMention], values: list[Found]) -> None:
        places = self._named(sentence.start, sentence.end, values)
        # "May" is no verb; where the verb comes last, the endings of a date show how it stands in its clause.
        lower = self._view.lower if self._grammar.verb_final else self._words
        parts = self._leading(clauses(self._view.text, lower, sentence, dates, self._grammar), values)
        parts = with_subjects(self._view.text, self._view.lower, parts, self._grammar)
        if len(parts) == 1 and any(value.counts and not parts[0].start <= value.start < parts[0].end for value in values):
            # What a long sentence counts is quoted with it.
            start, end = trimmed(self._view.text, self._view.lower, sentence.start, sentence.end, self._grammar)
            parts = [replace(parts[0], start=start, end=end)]
        self._planned = [part for part in parts if part.purpose]
        shares: list[tuple[list[Found], list[Named]]] = [([], []) for _ in parts]
        left: list[Found] = []
        for value in values:
            owner = self._owner(value, parts)
            inside = parts[owner].begin <= value.start and value.end <= parts[owner].end
            # What stands outside a row of dated things is not dated by them.
            (shares[owner][0] if inside or len(parts) == 1 else left).append(value)
        for place in places:
            if any(part.start <= place.start and place.end <= part.end for part in parts):
                shares[_owner(place.start, place.end, parts)][1].append(place)
        # What encloses another clause begins before it.
        for index in sorted(range(len(parts)), key=lambda index: (parts[index].start, -parts[index].end)):
            if parts[index].date is None:
                self._undated(number, sentence, parts[index], shares[index][0])
                continue
            self._add(parts[index], *shares[index], None)
            self._remember(number, sentence, parts[index], parts)
            told = self._claims[-1]
            # What a clause says by the way is not what the text goes on with.
            if told.date and told.modality in ("happened", "planned") and parts[index].own is None:
                planned = told.modality == "planned"
                self._thread.reach(number, sentence, len(self._claims) - 1, Edtf.parse(told.date.edtf), planned=planned)
        self._remember_fulfilled(sentence)
        if any(value.counts for value in left):
            start, end = trimmed(self._view.text, self._view.lower, max(part.end for part in parts), sentence.end, self._grammar)
            beyond = [value for value in left if start <= value.start and value.end <= end]
            if any(value.counts for value in beyond):
                self._add(Clause(start, end, None), beyond, [], None)

    def _owner(self, value: Found, parts: list[Clause]) -> int:
        """Return which clause a value belongs to; of several dates that share a clause, to the one it stands beside."""
        owner = _owner(value.start, value.end, parts)
        shared = [
            index for index, part in enumerate(parts) if (part.start, part.end) == (parts[owner].start, parts[owner].end) and part.date
        ]

        def gap(index: int) -> int:
            date = parts[index].date
            if date is None or date.start >= value.end:
                # Dates follow what they date, or come before it where the verb comes last.
                return (date.start - value.end if date else 0) + (_ASIDE if self._grammar.verb_final else 0)
            return value.start - date.end + (0 if self._grammar.verb_final else _ASIDE)

        return min(shared, key=gap) if len(shared) > 1 else owner

    def _remember(self, number: int, sentence: Sentence, part: Clause, parts: list[Clause]) -> None:
        low, high = self._index.within(part.start, part.end)
        words = self._references.words(low, high)
        elided = [replace(self._completed.before.reference, ordinal=self._completed.ordinal)] if self._completed else []
        for reference in elided + self._references.find(low, high):
            if reference not in elided and (reference.plural or parts[_owner(reference.start, reference.end, parts)] is not part):
                continue
            quoted = part.date is not None and self._in_title(part, reference)
            modality = self._claims[-1].modality
            happening = Happening(
                reference,
                len(self._claims) - 1,
                number,
                sentence.paragraph,
                words,
                quoted,
                planned=modality == "planned",
                denied=modality == "denied",
            )
            self._thread.remember(happening, sentence)

    def _remember_fulfilled(self, sentence: Sentence) -> None:
        """What a sentence tells of first as planned is what it tells of then: "planned for 2010, it took place in 2011"."""
        last = len(self._claims) - 1
        plan = self._thread.last_named
        if plan is None or not (plan.planned or plan.denied) or self._claims[last].modality != "happened":
            return
        if plan.claim < last and self._claims[plan.claim].start >= self._view.positions[sentence.start] and self._claims[last].date:
            self._thread.remember(replace(plan, claim=last, planned=False, denied=False), sentence)

    def _in_title(self, part: Clause, reference: Reference) -> bool:
        """Whether a happening is only named in a title in quotation marks, which the date stands outside of."""
        return part.date is not None and self._quoting(part.start, reference.start) and not self._quoting(part.start, part.date.start)

    def _quoting(self, start: int, end: int) -> bool:
        """Whether quotation marks that open in a stretch are still open at its end."""
        text = self._view.text[start:end]
        return any(text.count(left) > text.count(right) for left, right in (("“", "”"), ("«", "»"))) or text.count('"') % 2 == 1

    def _modality(self, part: Clause) -> Modality:
        start, end, when = part.start, part.end, None
        if part.date is not None:
            when = (part.date.start, part.date.end)
            # What was planned within this clause says nothing of how the clause itself is meant.
            for inner in self._planned:
                if part.start <= inner.start and inner.end <= part.end and not part.purpose:
                    start, end = (start, inner.start) if when[1] <= inner.start else (inner.end, end)
        said_by = self._said_by(part)
        low, high = self._index.within(part.start, part.end)
        return self._modalities.read(
            start,
            end,
            when,
            purpose=part.purpose or (when is not None and is_set_for(self._view.lower, when, self._grammar)),
            told=said_by.told if said_by else None,
            happening=any(reference.kind for reference in self._references.find(low, high)),
        )

    def _telling(self) -> list[Source]:
        """Return who tells parts of the sentence that is read; looked for only where a claim needs it."""
        if self._speakers is None and self._sentence is not None:
            self._speakers = sources(self._view.text, self._words, self._sentence.start, self._sentence.end, self._grammar)
        return self._speakers or []

    def _said_by(self, part: Clause) -> Source | None:
        """Return who tells a clause: who is quoted, or else who is said to tell the most of it."""
        quoted = self._quoted.around(part.start, part.end)
        if quoted is not None:
            return quoted
        at = part.date.start if part.date else None

        def share(source: Source) -> tuple[bool, int]:
            low, high = source.told
            return at is not None and low <= at < high, min(part.end, high) - max(part.start, low)

        telling = [source for source in self._telling() if share(source)[1] > 0]
        return max(telling, key=share) if telling else None

    def _add(self, part: Clause, values: list[Found], places: list[Named], carried: _Carried | None) -> None:
        view = self._view
        start, end = view.canonical(part.start, part.end)
        prefix, suffix = context(self._document.text, start, end)
        said_by = self._said_by(part)
        actors = [
            actor
            for actor in (*(self._actors(*part.subject) if part.subject else ()), *self._actors(part.start, part.end))
            if not any(_overlap(actor, value) for value in values if value.kind == "money")
            and not any(low <= actor.start and actor.end <= high for low, high in part.asides)
            and not any(place.start <= actor.start and actor.end <= place.end for place in places)
            # The title of a play names nobody.
            and (actor.organization or not self._names.hold(actor.start, actor.end))
        ]
        located = [place for place in places if place.located]
        cited = [self._value(value) for value in values] + [self._place_value(place) for place in located]
        self._claims.append(
            ClaimBody(
                **self._passage(part.start, part.end),
                prefix=prefix,
                suffix=suffix,
                statement=self._statement(part),
                language=self._document.language,
                date=self._date(part.date, carried),
                values=tuple(sorted(cited, key=lambda value: (value.start, value.end))),
                actors=tuple(Mention(**self._passage(actor.start, actor.end), name=actor.name[:500]) for actor in actors),
                places=tuple(Mention(**self._passage(place.start, place.end), name=place.place.name) for place in places),
                modality=self._modality(part),
                attribution=self._attribution(said_by) if said_by else None,
                confidence=self._confidence(part, carried),
                continues=str(carried.happening.claim) if carried else None,
            )
        )

    def _statement(self, part: Clause) -> str:
        """What a clause tells, with what an ordinal that it begins with leaves out."""
        told = part.statement(self._view.text)
        self._completed = completed(told, self._thread.latest(), self._number, self._view, self._grammar, self._inflection)
        return self._completed.statement if self._completed else told

    def _find_actors(self, start: int, end: int) -> list[Actor]:
        view = self._view
        return find_actors(view.text, view.lower, start, end, self._dates, self._grammar, self._inflection, self._gazetteer)

    def _date(self, mention: DateMention | None, carried: _Carried | None) -> ClaimDate | None:
        if mention is not None and mention.edtf is not None:
            self._date_words[len(self._claims)] = mention.text
            return ClaimDate(**self._passage(mention.start, mention.end), edtf=mention.edtf, derivation=mention.derivation)
        if carried is None:
            return None
        earlier = self._claims[carried.happening.claim].date
        if earlier is None:
            return None
        words = self._date_words[carried.happening.claim]
        return ClaimDate(start=earlier.start, end=earlier.end, quote=earlier.quote, edtf=earlier.edtf, derivation=f'carried from "{words}"')

    def _confidence(self, part: Clause, carried: _Carried | None) -> Confidence:
        asserted = self._grammar.has_verb(self._view.lower, part.start, part.end)
        if part.date is not None:
            return "high" if asserted and part.date.derivation == EXPLICIT else "medium"
        if carried is None:
            return "medium" if asserted else "low"
        return "medium" if carried.distance <= _CLOSE else "low"

    def _value(self, found: Found) -> Value:
        return Value(
            **self._passage(found.start, found.end),
            attribute=found.attribute[:200],
            value=found.value,
            kind=found.kind,
            bound=bound_of(found),
            upper=found.upper,
            unit=found.unit,
        )

    def _place_value(self, named: Named) -> Value:
        return Value(**self._passage(*named.around), attribute="place", value=named.place.name, kind="place")

    def _attribution(self, said_by: Source) -> Mention:
        """Cite who says so, by the base form of the name; a pronoun by the name of who spoke before."""
        view, start, end = self._view, said_by.start, said_by.end
        if said_by.pronoun:
            return Mention(**self._passage(start, end), name=self._speaker or view.text[start:end])
        named = self._actors(start, end)
        written = view.text[start:end]
        plain = (
            plain_name(view.text, view.lower, start, end, self._inflection) if self._grammar.verb_final else self._without_article(written)
        )
        known = len(named) == 1 and not (said_by.inflected and named[0].name == written)
        name = (named[0].name if known else plain)[:500]
        self._speaker = name
        return Mention(**self._passage(start, end), name=name)

    def _without_article(self, name: str) -> str:
        first, space, rest = name.partition(" ")
        return rest if space and first.lower() in self._grammar.attribution.articles else name

    def _passage(self, start: int, end: int) -> dict[str, Any]:
        first, last = self._view.canonical(start, end)
        return {"start": first, "end": last, "quote": self._document.text[first:last]}


def _blanked(lower: str, mentions: list[DateMention]) -> str:
    parts = []
    done = 0
    for mention in mentions:
        start = max(done, mention.start)
        parts += [lower[done:start], " " * (mention.end - start)]
        done = max(done, mention.end)
    return "".join([*parts, lower[done:]])


def _start(mention: DateMention) -> int:
    return mention.start


def _without_dateline(sentence: Sentence, opened: list[int]) -> Sentence:
    """Leave out of a sentence the dateline before it, given where what datelines open begins."""
    at = bisect_right(opened, sentence.start)
    return replace(sentence, start=opened[at]) if at < len(opened) and opened[at] < sentence.end else sentence


def _tells_when(mention: DateMention) -> bool:
    """Whether a date says which year, at least in part; "every 31 December" does not."""
    if mention.edtf is None:
        return False
    try:
        date = Edtf.parse(mention.edtf)
    except InvalidInput:
        return False
    return (date.days < float("inf") and date.days < 366 * 1500) or ".." in mention.edtf or mention.edtf.endswith("/")


def _overlap(one: Found | Named | Actor, other: Found) -> bool:
    return one.start < other.end and other.start < one.end


def _is_counted(reference: Reference, values: list[Found]) -> bool:
    return any(value.kind == "count" and value.start <= reference.start < reference.end <= value.end for value in values)


def _within(clause: Clause, parts: list[_Part]) -> list[_Part]:
    return [part for part in parts if clause.start <= part.start and part.end <= clause.end]


def _owner(start: int, end: int, parts: list[Clause]) -> int:
    """Return which clause something belongs to: the tightest around it, or else the nearest."""

    def distance(index: int) -> tuple[int, int]:
        part = parts[index]
        outside = max(0, part.begin - start) + max(0, end - part.end)
        return outside, part.end - part.begin

    return min(range(len(parts)), key=distance)
