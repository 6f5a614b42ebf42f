"""Consolidation: claims and editors' decisions in, the entries of a chronology out.

The result depends on the set of claims and on the order of the decisions, never on the order in which claims arrived; only the ids of
entries do, as an entry is named after its earliest claim. `Consolidator` keeps what it needs to take in one claim at the cost of that
claim's neighbourhood; `consolidate` is the same from scratch.

What claims say takes most room, and is written down already: of `HELD` claims it is at hand, of the others it is read again when it is
needed. What stays for every claim are its keys, its links and its entry.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import NamedTuple

from services.projection.consolidation.assembly import Group, assemble, chronological
from services.projection.consolidation.blocking import Blocks, Key
from services.projection.consolidation.clusters import Pair, cluster
from services.projection.consolidation.kept import KeptClaim
from services.projection.consolidation.origins import Independence
from services.projection.consolidation.recent import Recent
from services.projection.consolidation.rulings import Rulings
from services.projection.independence.documents import ReadText
from services.projection.independence.shared import SharedDelta
from shared.domain.chronology import Decision, DocumentFacts, Entry, SupersededClaim, Testimony
from shared.domain.corrections import claims_named
from shared.matching.compatibility import Judgement, link
from shared.matching.features import Features, features
from shared.matching.outlines import Outline, Screen
from shared.matching.readings import Reading, read

VERSION = 10
"""Raised whenever the same claims and decisions give other entries: read models are rebuilt then."""

HELD = 20_000
"""Of how many claims at least what they say is at hand, at some 20 kB each; of twice as many at most."""

_AT_ONCE = 1000
"""Claims that are read again at once where all of them are needed."""

Recall = Callable[[Sequence[str]], Iterable[Testimony]]
"""Returns recorded claims by their ids, in the same order."""


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
    touched: AbstractSet[str] = frozenset()
    """Claims that were put together again, whether they changed or not"""


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
    """An entry as it stands: its claims, and a hash of its JSON that tells two versions apart."""

    claims: tuple[str, ...]
    digest: bytes

    @staticmethod
    def of(claims: tuple[str, ...], body: bytes) -> "_Standing":
        return _Standing(claims, blake2b(body, digest_size=16).digest())


class _Renewal(NamedTuple):
    """What is put together again: claims, those of them that are new or told otherwise than before, and the entries as they stood."""

    touched: set[str]
    fresh: set[str]
    old: dict[str, _Standing]


@dataclass(slots=True)
class Told:
    """A claim as it stands, what it tells of, and what links it to others, as far as that is at hand."""

    reading: Reading
    features: Features
    links: dict[str, Judgement] = field(default_factory=dict)


class Consolidator:
    """The consolidation of one chronology, claim by claim and decision by decision.

    `recall` reads again what was taken in; without it, all testimonies are kept.
    """

    def __init__(self, recall: Recall | None = None, held: int = HELD) -> None:
        self._kept: dict[str, Testimony] = {}
        self._recall = recall or (lambda claim_ids: [self._kept[claim_id] for claim_id in claim_ids])
        self._keeps = recall is None
        self._told = Recent[Told](self._tell, held)
        self._blocks = Blocks()
        self._outlines: dict[str, Outline] = {}
        self._linked: dict[str, list[str]] = {}
        self._continues: dict[str, str] = {}
        self._continued: dict[str, set[str]] = defaultdict(set)
        self._rulings = Rulings()
        self._independence = Independence()
        self._told_by: dict[str, list[str]] = defaultdict(list)
        """source -> its claims"""
        self._superseded: dict[str, SupersededClaim] = {}
        self._dirty: set[str] = set()
        self._unkept: dict[str, None] = {}
        """Claims that became known, or are linked otherwise, since `kept`"""
        self._restoring = False
        self._entries: dict[str, _Standing] = {}
        self._entry_of: dict[str, str] = {}

    def read(self, document: DocumentFacts, text: ReadText | None) -> None:
        """Take in a document, and its text where it can be read, before its claims."""
        self._independence.know(document, text)

    def add(self, testimony: Testimony) -> None:
        """Take in a recorded claim. Adding a claim twice is harmless."""
        claim = testimony.claim
        if claim.id in self._blocks:
            return
        self._independence.know(testimony.document)
        self._told_by[testimony.document.source_id].append(claim.id)
        if self._keeps:
            self._kept[claim.id] = testimony
        if claim.continues:
            self._continues[claim.id] = claim.continues
            self._continued[claim.continues].add(claim.id)
        self._enter(claim.id, self._read(testimony))
        self._dirty.update(self._tied(claim.id))

    def decide(self, decision: Decision) -> None:
        """Take in an accepted correction, after those accepted before it."""
        before = {} if self._restoring else self._readings(claims_named(decision.change))
        sources, touched = self._independence.decide(decision), self._rulings.add(decision)
        if not self._restoring:
            self._ruled(sources, touched, before)

    def revert(self, correction_id: str) -> None:
        """Undo a correction that was accepted, as if it never had been."""
        named = self._rulings.named_by(correction_id)
        before = {} if self._restoring else self._readings(named)
        touched = named.union(*(self._rulings.tied(claim_id) for claim_id in named))
        sources, self._rulings = self._independence.revert(correction_id), self._rulings.without(correction_id)
        if not self._restoring:
            self._ruled(sources, touched.union(*(self._rulings.tied(claim_id) for claim_id in named)), before)

    def _ruled(self, sources: Iterable[str], touched: Iterable[str], before: Mapping[str, Reading]) -> None:
        for source_id in sources:
            self._dirty.update(self._told_by.get(source_id, ()))
        for claim_id in touched:
            if claim_id in self._blocks:
                self._dirty.update(self._tied(claim_id))
        self._reread(before)

    def supersede(self, found: SupersededClaim) -> list[Decision]:
        """Take in that the source of a claim was captured again, and no longer makes it in these words.

        Returns the decisions about it that hold for the claim it was carried to.
        """
        known = [claim_id for claim_id in (found.claim_id, found.later) if claim_id is not None and claim_id in self._blocks]
        before = {} if self._restoring else self._readings(known)
        self._superseded[found.claim_id] = found
        carried: list[Decision] = []
        if found.how == "carried" and len(known) == 2 and self._rulings.concern(found.claim_id):
            earlier, later = (self.testimony(claim_id).claim for claim_id in known)
            carried = self._rulings.carry(earlier, later)
        for claim_id in before:
            self._dirty.update(self._tied(claim_id))
        self._reread(before)
        return carried

    def flush(self) -> Delta:
        """Bring the entries up to date and return what changed."""
        renewal = self._lift()
        changed: list[Entry] = []
        bodies: dict[str, bytes] = {}
        for entry, body in self._renewed(renewal):
            before = renewal.old.get(entry.id)
            if before is None or before.digest != self._entries[entry.id].digest:
                changed.append(entry)
                bodies[entry.id] = body
        removed = sorted((entry_id, self._entry_of.get(entry_id)) for entry_id in renewal.old if entry_id not in self._entries)
        return Delta(self.in_order(changed), tuple(removed), self._independence.shared(), bodies, renewal.touched)

    def settle(self) -> Iterator[Entry]:
        """Bring the entries up to date and iterate over them, in no order: however many there are, few are at hand at a time."""
        for entry, _ in self._renewed(self._lift()):
            yield entry
        self._independence.shared()

    def _lift(self) -> _Renewal:
        """Take the entries apart that may change."""
        fresh, self._dirty = self._dirty, set()
        touched = self._connected(fresh)
        lifted = {self._entry_of[claim_id] for claim_id in touched if claim_id in self._entry_of}
        return _Renewal(touched, fresh, {entry_id: self._entries.pop(entry_id) for entry_id in lifted})

    def _renewed(self, renewal: _Renewal) -> Iterator[tuple[Entry, bytes]]:
        """Put the entries together again; iterate over those that may be other than they were."""
        for group in self._groups(renewal.touched):
            before = self._entry_of.get(group.readings[0].id, "")
            claims = tuple([reading.id for reading in group.readings])
            if before in renewal.old and renewal.old[before].claims == claims and renewal.fresh.isdisjoint(claims):
                # An entry follows from its claims, their links and what editors said of them; what changes those makes claims fresh.
                self._entries[before] = renewal.old[before]
                continue
            entry = self._assembled(group)
            body = entry.__pydantic_serializer__.to_json(entry)
            self._entries[entry.id] = _Standing.of(entry.claims, body)
            self._entry_of.update(dict.fromkeys(entry.claims, entry.id))
            yield entry, body

    def entries(self) -> tuple[Entry, ...]:
        """Return all entries in chronological order."""
        self.flush()
        return self.in_order(self._consolidated(set(self._entry_of)))

    def entry(self, entry_id: str) -> Entry | None:
        """Return, as of the last flush, the entry of this very id."""
        if entry_id not in self._entries:
            return None
        return next(entry for entry in self._consolidated(self._connected([entry_id])) if entry.id == entry_id)

    def around(self, claim_ids: Iterable[str]) -> tuple[Entry, ...]:
        """Return, as of the last flush, the entries of these claims and of all claims connected with them, in chronological order."""
        return self.in_order(self._consolidated(self._connected(claim_ids)))

    def in_order(self, entries: Iterable[Entry]) -> tuple[Entry, ...]:
        """Put entries into chronological order."""
        return tuple(sorted(entries, key=self._order))

    def kept(self) -> Iterator[KeptClaim]:
        """Iterate over what is to be kept of the claims that became known, or are linked otherwise, since the last time."""
        claim_ids, self._unkept = list(self._unkept), {}
        for first in range(0, len(claim_ids), _AT_ONCE):
            some = claim_ids[first : first + _AT_ONCE]
            for claim_id, told in self._told.bring(some).items():
                document_id, links = told.reading.testimony.claim.document_id, tuple(self._linked.get(claim_id, ()))
                where, found = self._blocks.kept(claim_id)
                yield KeptClaim(document_id, self._continues.get(claim_id), where, found, self._outlines[claim_id], links)

    @contextmanager
    def restoring(self, claims: Iterable[KeptClaim]) -> Iterator[None]:
        """Go on from what was kept of all claims. Within, documents and decisions are taken in; `stand` has to follow.

        What decisions did to claims is known from what was kept of these.
        """
        self._restoring = True
        by_document: dict[str, list[str]] = defaultdict(list)
        links: list[tuple[str, tuple[str, ...]]] = []
        shas: dict[str, str] = {}
        for claim in claims:
            self._blocks.restore(claim.place, claim.keys)
            self._outlines[claim.id] = claim.outline._replace(document=shas.setdefault(claim.document_id, claim.outline.document))
            by_document[claim.document_id].append(claim.id)
            links.append((claim.id, claim.links))
            if claim.continues:
                self._continues[claim.id] = claim.continues
                self._continued[claim.continues].add(claim.id)
        self._blocks.restored()
        self._restore_links(links)
        yield
        for document_id, claim_ids in by_document.items():
            self._told_by[self._independence.source_of(document_id)] += claim_ids
        self._independence.shared()  # readers know of it
        self._told.clear()  # what was read before all decisions were known may have been read otherwise
        self._restoring = False

    def _restore_links(self, links: Sequence[tuple[str, tuple[str, ...]]]) -> None:
        names = {claim_id: claim_id for claim_id, _ in links}  # one text for every id, not one for each mention
        for one, others in links:
            for other in others:
                for here, there in ((one, names[other]), (names[other], one)):
                    if there not in (linked := self._linked.setdefault(here, [])):
                        linked.append(there)

    def stand(self, entry_id: str, claim_ids: Iterable[str], body: bytes) -> None:
        """Take note of an entry as it stands, `body` its JSON, where it was consolidated before."""
        claims = tuple([self._blocks.kept(claim_id)[0].id for claim_id in claim_ids])
        self._entries[entry_id] = _Standing.of(claims, body)
        self._entry_of.update(dict.fromkeys(claims, entry_id))

    def holder(self, claim_id: str) -> str | None:
        """Return, as of the last flush, the entry that holds a claim."""
        return self._entry_of.get(claim_id)

    def meets(self, claim_id: str) -> tuple[Iterable[Key], set[str]]:
        """Return the keys under which a claim is compared, and the claims that it is compared with whatever keys they share."""
        keys = self._blocks.kept(claim_id)[1] if claim_id in self._blocks else ()
        return keys, self._named_by(claim_id)

    def testimony(self, claim_id: str) -> Testimony:
        """Return a claim that was taken in."""
        return self._told[claim_id].reading.testimony

    def _order(self, entry: Entry) -> tuple[object, ...]:
        return chronological(entry, self._told[entry.claims[0]].features.key)

    def _tell(self, claim_ids: Sequence[str]) -> Iterator[Told]:
        """Read claims again that were not needed for a while."""
        for testimony in self._recall(claim_ids):
            reading = self._read(testimony)
            yield Told(reading, features(reading))

    def _read(self, testimony: Testimony) -> Reading:
        claim_id = testimony.claim.id
        return read(testimony, self._rulings.naming.get(claim_id, ()), self._superseded.get(claim_id))

    def _readings(self, claim_ids: Iterable[str]) -> dict[str, Reading]:
        known = dict.fromkeys(claim_id for claim_id in claim_ids if claim_id in self._blocks)
        return {claim_id: told.reading for claim_id, told in self._told.bring(known).items()}

    def _enter(self, claim_id: str, reading: Reading) -> None:
        """Compute what a claim tells of and link it to what it may be compared with."""
        told = features(reading)
        self._told[claim_id] = Told(reading, told)
        near, parted = self._blocks.add(told)
        screen = Screen(told)
        self._outlines[claim_id] = screen.outline
        for one, other in ((before.id, after.id) for before, after in parted):
            if other in self._linked.get(one, ()) and not self._explicit(one, other) and not self._blocks.comparable(one, other):
                self._unlink(one, other)
        near = {other for other in near if screen.lets_through(self._outlines[other])} | self._named_by(claim_id)
        self._told.bring(near)
        for other in near:
            self._compare(claim_id, other)
        self._dirty.add(claim_id)
        self._unkept[claim_id] = None

    def _reread(self, before: Mapping[str, Reading]) -> None:
        """Take claims out and enter them again where decisions now let them be read otherwise than before."""
        for claim_id, reading in before.items():
            now = self._read(reading.testimony)
            if now == reading:
                continue
            for other in list(self._linked.get(claim_id, ())):
                self._unlink(claim_id, other)
            for pair in self._blocks.remove(claim_id):
                self._compare(*pair)
            self._enter(claim_id, now)

    def _named_by(self, claim_id: str) -> set[str]:
        """The claims that a claim continues, or that continue it: compared whatever keys they share."""
        named = self._continued.get(claim_id, set()) | {self._continues.get(claim_id, claim_id)}
        return {other for other in named if other in self._blocks and other != claim_id}

    def _explicit(self, one: str, other: str) -> bool:
        return self._continues.get(one) == other or self._continues.get(other) == one

    def _compare(self, one: str, other: str) -> None:
        if other in self._linked.get(one, ()):
            return
        here, there = self._told[one], self._told[other]
        judgement = link(here.features, there.features)
        if judgement:
            here.links[other] = there.links[one] = judgement
            self._linked.setdefault(one, []).append(other)
            self._linked.setdefault(other, []).append(one)
            self._dirty.update((one, other))
            self._unkept[one] = None

    def _unlink(self, one: str, other: str) -> None:
        for claim_id, linked in ((one, other), (other, one)):
            self._linked[claim_id].remove(linked)
            if (at_hand := self._told.peek(claim_id)) is not None:
                at_hand.links.pop(linked, None)
        self._dirty.update((one, other))
        self._unkept |= {one: None, other: None}

    def _tied(self, claim_id: str) -> set[str]:
        return {tied for tied in self._rulings.tied(claim_id) if tied in self._blocks}

    def _beside(self, claim_id: str) -> Iterator[str]:
        yield from self._linked.get(claim_id, ())
        yield from self._rulings.tied_within(claim_id, self._blocks)

    def _connected(self, claim_ids: Iterable[str]) -> set[str]:
        """All claims connected to these, by links or by editors' ties, and those that stood in an entry with them."""
        seen: set[str] = set()
        waiting = [claim_id for claim_id in claim_ids if claim_id in self._blocks]
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
            yield component

    def _consolidated(self, claim_ids: set[str]) -> Iterator[Entry]:
        """Iterate over the entries of claims, given with all that is connected to them."""
        return map(self._assembled, self._groups(claim_ids))

    def _assembled(self, group: Group) -> Entry:
        return assemble(group, self._rulings, self._independence)

    def _groups(self, claim_ids: set[str]) -> Iterator[Group]:
        for component in self._components(claim_ids):
            yield from self._clustered(self._told.bring(component))

    def _clustered(self, told: Mapping[str, Told]) -> Iterator[Group]:
        claim_ids = sorted(told, key=lambda claim_id: (*told[claim_id].features.key, claim_id))
        order = {claim_id: index for index, claim_id in enumerate(claim_ids)}
        links: dict[Pair, Judgement] = {
            (one, other): judgement
            for one in claim_ids
            for other in self._linked.get(one, ())
            if order[one] < order[other] and (judgement := _linking(told, one, other))
        }
        tied = [claim_id for claim_id in claim_ids if self._rulings.ties.get(claim_id)]
        ties = sorted(
            ((one, other) for one in tied for other in self._rulings.tied_within(one, order) if order[one] < order[other]),
            key=lambda pair: (order[pair[0]], order[pair[1]]),
        )
        clustering = cluster([told[claim_id].features for claim_id in claim_ids], links, ties, self._rulings.bars)
        for group in clustering.groups:
            readings = tuple(told[claim_id].reading for claim_id in group)
            say = {claim_id: told[claim_id].features for claim_id in group}
            yield Group(readings, say, clustering.held_by.get(group[0], ()), links)


def _linking(told: Mapping[str, Told], one: str, other: str) -> Judgement | None:
    """What links two claims: judged again where it is not at hand."""
    here, there = told[one], told[other]
    judgement = here.links.get(other) or there.links.get(one) or link(here.features, there.features)
    if judgement:
        here.links[other] = there.links[one] = judgement
    return judgement
