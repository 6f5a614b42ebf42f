"""Ties: why two documents of different sources are no two witnesses of one happening.

In order of strength: an editor said so; one cites the other; sentences that tell of the happening stand in both; both tell it on the word
of the same authority; both have one publisher. A document that took over a sentence is bound to where it took it from in the entries in
which that sentence stands, and is a witness of its own elsewhere.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product

from services.projection.independence.citing import NameKey, link_of, names_of
from services.projection.independence.rulings import OriginRulings
from services.projection.independence.witnesses import Witness
from services.projection.independence.wordings import FEWEST_COMMON, Wording, likeness_to
from shared.domain.chronology import SharedSentence, Tie, TieKind, TieReason
from shared.domain.provenance import Span
from shared.lexicon.folding import name_key

STRENGTH: Mapping[TieKind, int] = {"editor": 500, "citation": 400, "shared-text": 200, "attribution": 150, "publisher": 100}
"""How near a tie puts two documents to each other; shared text counts by how much is shared, up to 100 more."""

_FEW = 6
"""So few wordings are compared each with each in less time than it takes to list the runs of all."""

ENDS = 6
"""Where more than twice as many wordings of an entry have a run of words, a wording is compared with the first and last so many of them:
that is where such a crowd has it from, and where it had got to."""

_Stands = dict[int, tuple[int, int]]
"""Where a sentence stands: in which witnesses, and its first start and end there; in the order of appearance."""


@dataclass(slots=True)
class _Pair:
    """Two documents by their places in the order of appearance, and what ties them.

    `sentences` are those shared: start and end in the later one, start and end in the earlier one, how much is shared.
    """

    reasons: dict[tuple[TieKind, str | None], TieReason] = field(default_factory=dict)
    sentences: dict[tuple[tuple[int, int], tuple[int, int], int], None] = field(default_factory=dict)
    cites: set[int] = field(default_factory=set)
    strength: int = 0


class Ties:
    """All ties between the witnesses of an entry, given in the order of their appearance."""

    def __init__(self, witnesses: Sequence[Witness], rulings: OriginRulings) -> None:
        self.witnesses = witnesses
        self._rulings = rulings
        self._pairs: dict[tuple[int, int], _Pair] = defaultdict(_Pair)
        sources = {witness.source for witness in witnesses}
        self.barred = any(sources & rulings.bars.get(source, set()) for source in sources)
        if len(sources) > 1:
            self._by_editors(sources)
            self._by_citation()
            self._by_text()
            self._by_attribution()
            self._by_publisher()

    def nearest_first(self) -> list[tuple[int, int]]:
        """Return the tied pairs, earlier and later: those of each document from the nearest to the farthest, of the earliest first."""
        return sorted(self._pairs, key=lambda pair: (not self.by_editor(pair), pair[1], -self._pairs[pair].strength, pair[0]))

    def by_editor(self, pair: tuple[int, int]) -> bool:
        """Whether an editor tied a pair."""
        return any(kind == "editor" for kind, _ in self._pairs[pair].reasons)

    def shown(self, pair: tuple[int, int]) -> Tie:
        """Show the tie of a pair."""
        earlier, later = pair
        found = self._pairs[pair]
        reasons = list(found.reasons.values())
        if found.sentences:
            reasons.append(TieReason(kind="shared-text", sentences=tuple(_shared_sentence(*sentence) for sentence in found.sentences)))
        return Tie(
            later=self.witnesses[later].id,
            earlier=self.witnesses[earlier].id,
            reasons=tuple(sorted(reasons, key=lambda reason: (-STRENGTH[reason.kind], reason.name or ""))),
            cites=tuple(self.witnesses[at].id for at in sorted(found.cites)),
        )

    def citing(self) -> Iterator[tuple[int, int]]:
        """Iterate over who cites whom: the citing document and the cited one."""
        for pair, found in self._pairs.items():
            yield from ((at, pair[0] if at == pair[1] else pair[1]) for at in sorted(found.cites))

    def repeating(self) -> Iterator[tuple[int, int]]:
        """Iterate over the pairs that share sentences, earlier and later."""
        return (pair for pair, found in self._pairs.items() if found.sentences)

    def _tie(self, one: int, other: int, reason: TieReason, cites: int | None = None) -> None:
        if self.witnesses[one].source == self.witnesses[other].source:
            return
        found = self._pairs[min(one, other), max(one, other)]
        found.reasons.setdefault((reason.kind, reason.name), reason)
        found.strength = max(found.strength, STRENGTH[reason.kind])
        if cites is not None:
            found.cites.add(cites)

    def _group(self, members: Iterable[int]) -> Iterator[tuple[int, int]]:
        """Pairs that hold a group together: each with the earliest of another source; all pairs where editors barred some."""
        listed = sorted(set(members))
        if self.barred:
            yield from combinations(listed, 2)
            return
        firsts = {self.witnesses[at].source: at for at in reversed(listed)}
        others = sorted(firsts.values())
        yield from ((others[0], at) for at in others[1:])

    def _by_editors(self, sources: set[str]) -> None:
        first = {witness.source: at for at, witness in reversed(list(enumerate(self.witnesses)))}
        for source, at in first.items():
            for other, correction_id in self._rulings.joined(source).items() if self._rulings.ties else ():
                if other in sources:
                    self._tie(at, first[other], TieReason(kind="editor", name=correction_id))

    def _by_citation(self) -> None:
        named: dict[NameKey, list[tuple[int, str]]] = defaultdict(list)
        linked: dict[str, int] = {}
        first: dict[str, int] = {}
        for at, witness in enumerate(self.witnesses):
            if first.setdefault(witness.source, at) == at:
                for key, name in names_of(witness.facts).items():
                    named[key].append((at, name))
                if link := link_of(witness.facts):
                    linked.setdefault(link, at)
        if not named and not linked:
            return
        for at, witness in enumerate(self.witnesses):
            spans = {**witness.cited.names, **{key: span for key, (_, span) in witness.attributed.items()}}
            for key in spans.keys() & named.keys():
                for cited, name in named[key]:
                    self._cite(at, cited, name, spans[key])
            for link in witness.cited.links.keys() & linked.keys():
                self._cite(at, linked[link], link, witness.cited.links[link])

    def _cite(self, at: int, cited: int, name: str, span: Span) -> None:
        self._tie(at, cited, TieReason(kind="citation", name=name, citing=span), cites=at)

    def _by_text(self) -> None:
        standing: dict[bytes, _Stands] = defaultdict(dict)
        known: dict[bytes, Wording] = {}
        for at, witness in enumerate(self.witnesses):
            for start, end, wording in witness.said:
                standing[wording.mark].setdefault(at, (start, end))
                known[wording.mark] = wording
        for stands in standing.values():
            for one, other in self._group(stands):
                self._share(stands, stands, one, other, 100)
        for mark, near, share in _resembling(known):
            stands, there = standing[mark], standing[near]
            pairs = product(stands, there) if self.barred else [(next(iter(stands)), next(iter(there)))]
            for one, other in pairs:
                self._share(stands, there, one, other, share)

    def _share(self, stands: _Stands, there: _Stands, one: int, other: int, share: int) -> None:
        if self.witnesses[one].source == self.witnesses[other].source:
            return
        later, earlier = (stands[one], there[other]) if one > other else (there[other], stands[one])
        found = self._pairs[min(one, other), max(one, other)]
        found.sentences[later, earlier, share] = None
        found.strength = max(found.strength, STRENGTH["shared-text"] + share)

    def _by_attribution(self) -> None:
        said: dict[Hashable, list[int]] = defaultdict(list)
        names: dict[Hashable, str] = {}
        for at, witness in enumerate(self.witnesses):
            for key, (name, _) in witness.attributed.items():
                said[key].append(at)
                names.setdefault(key, name)
        for by, members in said.items():
            for one, other in self._group(members):
                self._tie(one, other, TieReason(kind="attribution", name=names[by]))

    def _by_publisher(self) -> None:
        published: dict[NameKey, list[int]] = defaultdict(list)
        names: dict[NameKey, str] = {}
        for at, witness in enumerate(self.witnesses):
            if witness.facts.publisher and (key := name_key(witness.facts.publisher, witness.facts.language)):
                published[key].append(at)
                names.setdefault(key, witness.facts.publisher)
        for key, members in published.items():
            for one, other in self._group(members):
                self._tie(one, other, TieReason(kind="publisher", name=names[key]))


def _shared_sentence(later: tuple[int, int], earlier: tuple[int, int], share: int) -> SharedSentence:
    return SharedSentence(later=Span(start=later[0], end=later[1]), earlier=Span(start=earlier[0], end=earlier[1]), share=share)


def _resembling(known: Mapping[bytes, Wording]) -> Iterator[tuple[bytes, bytes, int]]:
    """Yield the pairs of different wordings that resemble each other, with how much of the shorter is common to both.

    `known` is in the order of appearance; of a crowd, each is compared with its ends.
    """
    wordings = list(known.values())
    if len(wordings) <= _FEW and not _any_alike(wordings):
        return
    having: dict[int, list[int]] = defaultdict(list)
    for at, wording in enumerate(wordings):
        common: Counter[int] = Counter()
        crowded = False
        for run in wording.runs:
            earlier = having[run]
            if len(earlier) > 2 * ENDS:
                crowded = True
                common.update(earlier[:ENDS])
                common.update(earlier[-ENDS:])
            else:
                common.update(earlier)
            earlier.append(at)
        runs = set(wording.runs)
        for other, count in common.items():
            if (crowded or count >= FEWEST_COMMON) and (share := likeness_to(runs, wordings[other])):
                yield wording.mark, wordings[other].mark, share


def _any_alike(wordings: Sequence[Wording]) -> bool:
    sets = [set(wording.runs) for wording in wordings]
    return any(likeness_to(sets[at], other) for at in range(len(sets)) for other in wordings[at + 1 :])
