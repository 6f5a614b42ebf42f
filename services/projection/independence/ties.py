"""Ties: why two documents of different sources are no two witnesses of one happening.

In order of strength: an editor said so; one cites the other; sentences that tell of the happening stand in both; both tell it on the word
of the same authority; both have one publisher. A document that took over a sentence is bound to where it took it from in the entries in
which that sentence stands, and is a witness of its own elsewhere.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from services.projection.independence.citing import NameKey, link_of, names_of
from services.projection.independence.rulings import OriginRulings
from services.projection.independence.witnesses import Witness
from services.projection.independence.wordings import FEWEST_COMMON, Wording, likeness, likeness_to
from shared.domain.chronology import SharedSentence, Tie, TieKind, TieReason
from shared.domain.provenance import Span
from shared.lexicon.folding import name_key

STRENGTH: Mapping[TieKind, int] = {"editor": 500, "citation": 400, "shared-text": 200, "attribution": 150, "publisher": 100}
"""How near a tie puts two documents to each other; shared text counts by how much is shared, up to 100 more."""

_FEW = 6
"""So few wordings are compared each with each in less time than it takes to list the runs of all."""

_Stands = tuple[int, int, int]
"""Where a sentence stands: in which witness, its start and its end."""


@dataclass(slots=True)
class _Pair:
    """Two documents by their places in the order of appearance, and what ties them."""

    reasons: dict[tuple[TieKind, str | None], TieReason] = field(default_factory=dict)
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
        return Tie(
            later=self.witnesses[later].id,
            earlier=self.witnesses[earlier].id,
            reasons=tuple(sorted(found.reasons.values(), key=lambda reason: (-STRENGTH[reason.kind], reason.name or ""))),
            cites=tuple(self.witnesses[at].id for at in sorted(found.cites)),
        )

    def citing(self) -> Iterator[tuple[int, int]]:
        """Iterate over who cites whom: the citing document and the cited one."""
        for pair, found in self._pairs.items():
            yield from ((at, pair[0] if at == pair[1] else pair[1]) for at in sorted(found.cites))

    def repeating(self) -> Iterator[tuple[int, int]]:
        """Iterate over the pairs that share sentences, earlier and later."""
        return (pair for pair, found in self._pairs.items() if any(kind == "shared-text" for kind, _ in found.reasons))

    def _tie(self, one: int, other: int, reason: TieReason, strength: int = 0, cites: int | None = None) -> None:
        if self.witnesses[one].source == self.witnesses[other].source:
            return
        found = self._pairs[min(one, other), max(one, other)]
        key = (reason.kind, reason.name if reason.kind != "shared-text" else None)
        known = found.reasons.get(key)
        if known is not None and reason.sentences:
            reason = known.model_copy(update={"sentences": tuple(dict.fromkeys((*known.sentences, *reason.sentences)))})
        elif known is not None:
            reason = known
        found.reasons[key] = reason
        found.strength = max(found.strength, STRENGTH[reason.kind] + strength)
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
        standing: dict[bytes, list[_Stands]] = defaultdict(list)
        known: dict[bytes, Wording] = {}
        for at, witness in enumerate(self.witnesses):
            for start, end, wording in witness.said:
                standing[wording.mark].append((at, start, end))
                known[wording.mark] = wording
        for places in standing.values():
            for one, other in self._group(at for at, _, _ in places):
                self._share(places, places, one, other, 100)
        for mark, near, share in _resembling(known):
            if self.barred:
                pairs = [(one, other) for one, _, _ in standing[mark] for other, _, _ in standing[near]]
            else:
                pairs = [(standing[mark][0][0], standing[near][0][0])]
            for one, other in pairs:
                self._share(standing[mark], standing[near], one, other, share)

    def _share(self, places: Sequence[_Stands], near: Sequence[_Stands], one: int, other: int, share: int) -> None:
        if one == other:
            return
        here = next(Span(start=start, end=end) for at, start, end in places if at == one)
        there = next(Span(start=start, end=end) for at, start, end in near if at == other)
        later, earlier = (here, there) if one > other else (there, here)
        sentences = (SharedSentence(later=later, earlier=earlier, share=share),)
        self._tie(one, other, TieReason(kind="shared-text", sentences=sentences), strength=share)

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


def _resembling(known: Mapping[bytes, Wording]) -> Iterator[tuple[bytes, bytes, int]]:
    """Yield the pairs of different wordings that resemble each other, with how much of the shorter is common to both."""
    if len(known) <= _FEW and not _any_alike(list(known.values())):
        return
    by_run: dict[int, list[bytes]] = defaultdict(list)
    for mark, wording in known.items():
        for run in wording.runs:
            by_run[run].append(mark)
    common: dict[tuple[bytes, bytes], int] = defaultdict(int)
    for marks in by_run.values():
        for pair in combinations(sorted(marks), 2):
            common[pair] += 1
    for (one, other), runs in common.items():
        if runs >= FEWEST_COMMON and (share := likeness(known[one], known[other])):
            yield one, other, share


def _any_alike(wordings: Sequence[Wording]) -> bool:
    sets = [set(wording.runs) for wording in wordings]
    return any(likeness_to(sets[at], other) for at in range(len(sets)) for other in wordings[at + 1 :])
