"""What became of the claims of an earlier capture in a later one. Pure, and close to linear in the number of claims.

Claims of the extractor that read both captures are compared with what it found in the later one. What a person or another extractor
brought is looked for in the later text, and moves there only where its words stand without doubt. Nothing is guessed: claims whose
words stand there, and of which it cannot be told whether they are meant, are in doubt.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, TypeVar

from services.ingest.recapturing.nearness import Nearness
from services.ingest.recapturing.places import IndexedText, Place, same_places
from shared.domain.claims import Claim
from shared.domain.provenance import Passage, context

STRETCH = 1_024
"""Code points of a text that are looked at together for claims that overlap."""

P = TypeVar("P", bound=Passage)


class Pair(NamedTuple):
    """The ids of an earlier claim and of a later one."""

    earlier: str
    later: str


@dataclass(slots=True)
class Comparison:
    """What became of each claim of the earlier capture: every one of them is in one of the first five.

    `carried`: said again in the same words with the same meaning. `moved`: brought by somebody else than the extractor; the claim with the
    spans that it has in the later text, its id and document still those of the earlier one. `changed`: in its place stands another claim.
    `vanished`: no longer there. `doubt`: its words stand there, but not so that it can be told whether they are meant. `new`: the later
    claims that no earlier one became.
    """

    carried: list[Pair] = field(default_factory=list)
    moved: list[Claim] = field(default_factory=list)
    changed: list[Pair] = field(default_factory=list)
    vanished: list[str] = field(default_factory=list)
    doubt: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)


def compare(old_text: str, old_claims: Sequence[Claim], new_text: str, new_claims: Sequence[Claim], extractor: str) -> Comparison:
    """Compare the claims of two captures of a source. `new_claims` are what the extractor of that name found in the later text."""
    return _Comparing(IndexedText(old_text), IndexedText(new_text), new_claims, extractor).run(old_claims)


class _Comparing:
    def __init__(self, old: IndexedText, new: IndexedText, new_claims: Sequence[Claim], extractor: str) -> None:
        self._old = old
        self._new = new
        self._extractor = extractor
        self._new_claims = new_claims
        self._found = Comparison()
        self._known: dict[str, dict[Place, Place]] = {}

    def run(self, old_claims: Sequence[Claim]) -> Comparison:
        own = [claim for claim in old_claims if claim.extractor.name == self._extractor]
        brought = [claim for claim in old_claims if claim.extractor.name != self._extractor]
        lost = self._same_words(own)
        gone = self._brought(brought)
        self._changed(lost, gone, {claim.id: claim.start for claim in old_claims})
        later = {pair.later for pair in (*self._found.carried, *self._found.changed)}
        self._found.new = [claim.id for claim in self._new_claims if claim.id not in later]
        return self._found

    def _same_words(self, own: Sequence[Claim]) -> list[Claim]:
        """Compare the claims of the same extractor whose words stand in both captures; return the others."""
        lost: list[Claim] = []
        by_words = _by_words(self._new_claims)
        for words, olds in _by_words(own).items():
            news = by_words.get(words)
            if news is None:
                lost += self._standing(olds)
                continue
            old_places, new_places = _by_place(olds), _by_place(news)
            places = same_places(self._old, list(old_places), self._new, list(new_places))
            for place, claims in old_places.items():
                if place in places:
                    self._meanings(claims, new_places[places[place]])
                elif len(places) == len(new_places):
                    self._found.vanished += [claim.id for claim in claims]  # each place of the later text is another one's
                else:
                    self._found.doubt += [claim.id for claim in claims]
        return lost

    def _standing(self, claims: Sequence[Claim]) -> Iterator[Claim]:
        """Yield the claims whose words are gone. Where they still stand, another claim there takes their place, or they are in doubt."""
        for claim in claims:
            places = self._new.places(claim.quote)
            if not places:
                yield claim
                continue
            there = self._overlapping(places[0]) if len(places) == 1 else []
            if len(there) == 1:
                self._found.changed.append(Pair(claim.id, there[0].id))
            else:
                self._found.doubt.append(claim.id)

    @cached_property
    def _around(self) -> Mapping[int, list[Claim]]:
        """The later claims by the stretches of text that they stand in."""
        stretches: dict[int, list[Claim]] = defaultdict(list)
        for claim in self._new_claims:
            for stretch in range(claim.start // STRETCH, claim.end // STRETCH + 1):
                stretches[stretch].append(claim)
        return stretches

    def _overlapping(self, place: Place) -> list[Claim]:
        start, end = place
        near = {claim.id: claim for at in range(start // STRETCH, end // STRETCH + 1) for claim in self._around.get(at, ())}
        return [claim for claim in near.values() if claim.start < end and start < claim.end]

    def _meanings(self, olds: Sequence[Claim], news: Sequence[Claim]) -> None:
        """Compare claims in the same words at the same place by what they mean."""
        by_meaning: dict[object, list[Claim]] = defaultdict(list)
        for claim in reversed(news):
            by_meaning[_meaning(claim)].append(claim)
        others = []
        for claim in olds:
            same = by_meaning[_meaning(claim)]
            if same:
                self._found.carried.append(Pair(claim.id, same.pop().id))
            else:
                others.append(claim)
        left = [claim for claims in by_meaning.values() for claim in claims]
        if len(others) == len(left) or len(left) == 1:
            left.sort(key=lambda claim: news.index(claim))
            self._found.changed += [Pair(claim.id, left[min(at, len(left) - 1)].id) for at, claim in enumerate(others)]
        else:
            self._found.doubt += [claim.id for claim in others]

    def _brought(self, brought: Sequence[Claim]) -> list[Claim]:
        """Move what others brought to where its words stand in the later text; return what stands there no more."""
        gone: list[Claim] = []
        for claim in brought:
            places = self._new.places(claim.quote)
            if not places:
                gone.append(claim)
                continue
            there = self._same_place(claim)
            moved = self._moved(claim, there) if there else None
            if moved is None:
                self._found.doubt.append(claim.id)
            else:
                self._found.moved.append(moved)
        return gone

    def _same_place(self, part: Passage) -> Place | None:
        """Where the words of a part stand in the later text; None where that cannot be told."""
        if part.quote not in self._known:
            places = self._old.places(part.quote), self._new.places(part.quote)
            self._known[part.quote] = same_places(self._old, places[0], self._new, places[1])
        return self._known[part.quote].get((part.start, part.end))

    def _moved(self, claim: Claim, there: Place) -> Claim | None:
        """Return a claim with its spans in the later text; None where a part of it outside its quote is in doubt."""
        shift = there[0] - claim.start

        def moved(part: P) -> P:
            return part.model_copy(update=self._span(part, claim, shift))

        try:
            parts = {
                "values": tuple(map(moved, claim.values)),
                "actors": tuple(map(moved, claim.actors)),
                "places": tuple(map(moved, claim.places)),
                "date": claim.date and moved(claim.date),
                "attribution": claim.attribution and moved(claim.attribution),
            }
        except LookupError:
            return None
        prefix, suffix = context(self._new.text, *there)
        return claim.model_copy(update={"start": there[0], "end": there[1], "prefix": prefix, "suffix": suffix, **parts})

    def _span(self, part: Passage, claim: Claim, shift: int) -> dict[str, int]:
        start, end = part.start + shift, part.end + shift
        inside = claim.start <= part.start and part.end <= claim.end
        if not inside:
            there = self._same_place(part)
            if there is None:
                raise LookupError
            start, end = there
        return {"start": start, "end": end}

    def _changed(self, lost: Sequence[Claim], gone: Sequence[Claim], starts: Mapping[str, int]) -> None:
        """Find what stands in the place of claims whose words are gone: first for what the extractor found, each later claim once."""
        carried = {pair.later for pair in self._found.carried}
        taken = carried | {pair.later for pair in self._found.changed}
        nearness = Nearness(self._old, self._new, self._anchors(starts))
        pairs = nearness.pairs(lost, [claim for claim in self._new_claims if claim.id not in taken])
        # What people brought may stand beside what the extractor found: both may have become the same later claim.
        pairs |= nearness.pairs(gone, [claim for claim in self._new_claims if claim.id not in carried])
        for claim in (*lost, *gone):
            if claim.id in pairs:
                self._found.changed.append(Pair(claim.id, pairs[claim.id]))
            else:
                self._found.vanished.append(claim.id)

    def _anchors(self, starts: Mapping[str, int]) -> Iterator[tuple[int, int]]:
        """Where unchanged claims begin, in the earlier text and in the later one."""
        later = {claim.id: claim.start for claim in self._new_claims}
        yield from ((starts[pair.earlier], later[pair.later]) for pair in self._found.carried)
        yield from ((starts[claim.id], claim.start) for claim in self._found.moved)


def _by_words(claims: Iterable[Claim]) -> dict[str, list[Claim]]:
    found: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        found[" ".join(claim.quote.split())].append(claim)
    return found


def _by_place(claims: Iterable[Claim]) -> dict[Place, list[Claim]]:
    found: dict[Place, list[Claim]] = defaultdict(list)
    for claim in claims:
        found[claim.start, claim.end].append(claim)
    return found


def _meaning(claim: Claim) -> object:
    """What a claim says, apart from its words: equal for claims that say the same."""
    values = sorted((value.attribute, value.value, value.kind, value.bound, value.upper or "", value.unit or "") for value in claim.values)
    return (claim.date and claim.date.edtf, tuple(values), claim.modality, claim.attribution and claim.attribution.name)
