"""Consolidation: claims and editors' decisions in, the entries of a chronology out.

The result depends on the set of claims and on the order of the decisions, never on the order in which claims arrived; only the ids of
entries do, as an entry is named after its earliest claim. `Consolidator` keeps what it needs to take in one claim at the cost of that
claim's neighbourhood; `consolidate` is the same from scratch.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from services.projection.consolidation.assembly import Group, assemble, chronological
from services.projection.consolidation.blocking import Blocks
from services.projection.consolidation.clusters import Clustering, Pair, cluster
from services.projection.consolidation.origins import Independence
from services.projection.consolidation.rulings import Rulings
from services.projection.independence.documents import ReadText
from services.projection.independence.shared import SharedDelta
from shared.domain.chronology import Decision, DocumentFacts, Entry, SupersededClaim, Testimony
from shared.matching.compatibility import Judgement, link
from shared.matching.features import Features, features
from shared.matching.readings import Reading, read

VERSION = 4
"""Raised whenever the same claims and decisions give other entries: read models are rebuilt then."""


@dataclass(frozen=True, slots=True)
class Delta:
    """What changed since the last flush.

    `changed`: entries new or different. `removed`: ids that no longer head an entry, each with the entry that now holds that claim.
    `shared`: what became known of sentences that documents share.
    """

    changed: tuple[Entry, ...]
    removed: tuple[tuple[str, str | None], ...]
    shared: SharedDelta = field(default_factory=SharedDelta)
    bodies: Mapping[str, bytes] = field(default_factory=dict)
    """The JSON of each changed entry"""


def consolidate(
    testimonies: Iterable[Testimony], decisions: Sequence[Decision] = (), texts: Iterable[tuple[DocumentFacts, ReadText]] = ()
) -> tuple[Entry, ...]:
    """Consolidate from scratch; entries in chronological order. `texts` are the documents that can be read."""
    consolidator = Consolidator()
    for document, text in texts:
        consolidator.read(document, text)
    for testimony in testimonies:
        consolidator.add(testimony)
    for decision in decisions:
        consolidator.decide(decision)
    return consolidator.entries()


class _Standing(NamedTuple):
    """An entry as it stands: its claims, and the entry as JSON, which takes a third of the memory and tells two versions apart as well."""

    claims: tuple[str, ...]
    body: bytes

    def opened(self) -> Entry:
        return Entry.model_validate_json(self.body)


class Consolidator:
    """The consolidation of one chronology, claim by claim and decision by decision."""

    def __init__(self) -> None:
        self._testimonies: dict[str, Testimony] = {}
        self._readings: dict[str, Reading] = {}
        self._features: dict[str, Features] = {}
        self._blocks = Blocks()
        self._links: dict[str, dict[str, Judgement]] = defaultdict(dict)
        self._continued: dict[str, set[str]] = defaultdict(set)
        self._rulings = Rulings()
        self._independence = Independence()
        self._told_by: dict[str, list[str]] = defaultdict(list)
        """source -> its claims"""
        self._superseded: dict[str, SupersededClaim] = {}
        self._dirty: set[str] = set()
        self._entries: dict[str, _Standing] = {}
        self._entry_of: dict[str, str] = {}

    def read(self, document: DocumentFacts, text: ReadText | None) -> None:
        """Take in a document, and its text where it can be read, before its claims."""
        self._independence.know(document, text)

    def add(self, testimony: Testimony) -> None:
        """Take in a recorded claim. Adding a claim twice is harmless."""
        if testimony.claim.id in self._testimonies:
            return
        self._independence.know(testimony.document)
        self._told_by[testimony.document.source_id].append(testimony.claim.id)
        self._testimonies[testimony.claim.id] = testimony
        if testimony.claim.continues:
            self._continued[testimony.claim.continues].add(testimony.claim.id)
        self._enter(testimony.claim.id)
        self._dirty.update(self._tied(testimony.claim.id))

    def decide(self, decision: Decision) -> None:
        """Take in an accepted correction, after those accepted before it."""
        for source_id in self._independence.decide(decision):
            self._dirty.update(self._told_by.get(source_id, ()))
        for claim_id in self._rulings.add(decision):
            if claim_id in self._testimonies:
                self._dirty.update(self._tied(claim_id))
                self._reread(claim_id)

    def supersede(self, found: SupersededClaim) -> list[Decision]:
        """Take in that the source of a claim was captured again, and no longer makes it in these words.

        Returns the decisions about it that hold for the claim it was carried to.
        """
        self._superseded[found.claim_id] = found
        earlier, later = self._testimonies.get(found.claim_id), self._testimonies.get(found.later or "")
        carried = self._rulings.carry(earlier.claim, later.claim) if found.how == "carried" and earlier and later else []
        for testimony in (earlier, later):
            if testimony is not None:
                self._dirty.update(self._tied(testimony.claim.id))
                self._reread(testimony.claim.id)
        return carried

    def flush(self) -> Delta:
        """Bring the entries up to date and return what changed."""
        touched = self._connected(self._dirty)
        old = {self._entry_of[claim_id]: self._entries[self._entry_of[claim_id]] for claim_id in touched if claim_id in self._entry_of}
        for entry_id in old:
            del self._entries[entry_id]
        fresh = [entry for claims in self._components(touched) for entry in self._consolidated(claims)]
        changed: list[Entry] = []
        bodies: dict[str, bytes] = {}
        for entry in fresh:
            body = entry.__pydantic_serializer__.to_json(entry)
            before = old.get(entry.id)
            if before is None or before.body != body:
                changed.append(entry)
                bodies[entry.id] = body
            self._entries[entry.id] = _Standing(entry.claims, body)
            self._entry_of.update(dict.fromkeys(entry.claims, entry.id))
        self._dirty.clear()
        removed = sorted((entry_id, self._entry_of.get(entry_id)) for entry_id in old if entry_id not in self._entries)
        return Delta(tuple(sorted(changed, key=self._order)), tuple(removed), self._independence.shared(), bodies)

    def entries(self) -> tuple[Entry, ...]:
        """Return all entries in chronological order."""
        self.flush()
        return self.in_order(standing.opened() for standing in self._entries.values())

    def entry(self, entry_id: str) -> Entry | None:
        """Return, as of the last flush, the entry of this very id."""
        standing = self._entries.get(entry_id)
        return None if standing is None else standing.opened()

    def around(self, claim_ids: Iterable[str]) -> tuple[Entry, ...]:
        """Return, as of the last flush, the entries of these claims and of all claims connected with them, in chronological order."""
        found = {self._entry_of[claim_id] for claim_id in self._connected(claim_ids)}
        return self.in_order(self._entries[entry_id].opened() for entry_id in found)

    def in_order(self, entries: Iterable[Entry]) -> tuple[Entry, ...]:
        """Put entries into chronological order."""
        return tuple(sorted(entries, key=self._order))

    def _order(self, entry: Entry) -> tuple[object, ...]:
        return chronological(entry, self._features[entry.claims[0]].key)

    def _enter(self, claim_id: str) -> None:
        """Compute what a claim tells of and link it to what it may be compared with."""
        reading = self._reading(claim_id)
        told = features(reading)
        self._readings[claim_id], self._features[claim_id] = reading, told
        near, parted = self._blocks.add(told)
        for one, other in parted:
            if other in self._links.get(one, ()) and not self._explicit(one, other) and not self._blocks.comparable(one, other):
                self._unlink(one, other)
        for other in near | self._named_by(told):
            self._compare(claim_id, other)
        self._dirty.add(claim_id)

    def _reread(self, claim_id: str) -> None:
        """Take a claim out and enter it again as the decisions now let it be read."""
        if self._reading(claim_id) == self._readings[claim_id]:
            return
        for other in list(self._links.get(claim_id, {})):
            self._unlink(claim_id, other)
        for pair in self._blocks.remove(claim_id):
            self._compare(*pair)
        self._enter(claim_id)

    def _reading(self, claim_id: str) -> Reading:
        return read(self._testimonies[claim_id], self._rulings.naming.get(claim_id, ()), self._superseded.get(claim_id))

    def _named_by(self, told: Features) -> set[str]:
        """The claims that a claim continues, or that continue it: compared whatever keys they share."""
        named = self._continued.get(told.id, set()) | ({told.continues} if told.continues else set())
        return {claim_id for claim_id in named if claim_id in self._features and claim_id != told.id}

    def _explicit(self, one: str, other: str) -> bool:
        return self._features[one].continues == other or self._features[other].continues == one

    def _compare(self, one: str, other: str) -> None:
        if other in self._links[one]:
            return
        judgement = link(self._features[one], self._features[other])
        if judgement:
            self._links[one][other] = self._links[other][one] = judgement
            self._dirty.update((one, other))

    def _unlink(self, one: str, other: str) -> None:
        if self._links[one].pop(other, None):
            del self._links[other][one]
            self._dirty.update((one, other))

    def _tied(self, claim_id: str) -> set[str]:
        return {tied for tied in self._rulings.tied(claim_id) if tied in self._features}

    def _beside(self, claim_id: str) -> Iterator[str]:
        yield from self._links.get(claim_id, ())
        yield from self._rulings.tied_within(claim_id, self._features)

    def _connected(self, claim_ids: Iterable[str]) -> set[str]:
        """All claims connected to these, by links or by editors' ties, and those that stood in an entry with them."""
        seen: set[str] = set()
        waiting = [claim_id for claim_id in claim_ids if claim_id in self._features]
        while waiting:
            claim_id = waiting.pop()
            if claim_id in seen:
                continue
            seen.add(claim_id)
            waiting += [other for other in self._beside(claim_id) if other not in seen]
            if claim_id in self._entry_of:
                waiting += [other for other in self._entries[self._entry_of[claim_id]].claims if other not in seen]
        return seen

    def _components(self, claim_ids: set[str]) -> Iterator[list[str]]:
        left = set(claim_ids)
        for start in claim_ids:
            if start not in left:
                continue
            left.discard(start)
            component, waiting = [start], [start]
            while waiting:
                fresh = {other for other in self._beside(waiting.pop()) if other in left}
                left -= fresh
                component += fresh
                waiting += fresh
            yield sorted(component, key=self._place)

    def _place(self, claim_id: str) -> tuple[object, ...]:
        return (*self._features[claim_id].key, claim_id)

    def _consolidated(self, claim_ids: list[str]) -> list[Entry]:
        order = {claim_id: index for index, claim_id in enumerate(claim_ids)}
        links: dict[Pair, Judgement] = {
            (one, other): judgement
            for one in claim_ids
            for other, judgement in self._links.get(one, {}).items()
            if order[one] < order[other]
        }
        tied = [claim_id for claim_id in claim_ids if self._rulings.ties.get(claim_id)]
        ties = sorted(
            ((one, other) for one in tied for other in self._rulings.tied_within(one, order) if order[one] < order[other]),
            key=lambda pair: (order[pair[0]], order[pair[1]]),
        )
        clustering = cluster([self._features[claim_id] for claim_id in claim_ids], links, ties, self._rulings.bars)
        return [self._entry(group, clustering, links) for group in clustering.groups]

    def _entry(self, claim_ids: list[str], clustering: Clustering, links: dict[Pair, Judgement]) -> Entry:
        told = {claim_id: self._features[claim_id] for claim_id in claim_ids}
        readings = tuple(self._readings[claim_id] for claim_id in claim_ids)
        return assemble(Group(readings, told, clustering.held_by.get(claim_ids[0], ()), links), self._rulings, self._independence)
