"""What a correction would change if it were accepted: tried out in layers over a consolidation, which stays as it is.

A trial does what an acceptance does, with the same code, at the cost of the same neighbourhood. What it puts, changes or takes out stands
in the layers alone. It also says what it leans on (`Watch`): as long as nothing of that moves, another trial comes to the same.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from services.projection.consolidation.blocking import Blocks, Key, Place
from services.projection.consolidation.consolidate import Consolidator, Told
from services.projection.consolidation.recent import Recent
from services.projection.layers import Layer
from shared.domain.chronology import Decision, Entry
from shared.domain.corrections import claims_named, documents_named
from shared.matching.features import Features

MOST = 5_000
"""Claims that are put together again for one trial at most: more than that is not tried, only counted."""

_ALL = 2**62
"""A trial keeps at hand what it looked at."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What a trial leans on: the claims that it put together again, the keys under which it compared, and the sources it is about.

    Claims stand for what links them, too: two that come to be linked, or no longer are, are put together again.
    """

    claims: AbstractSet[str]
    keys: AbstractSet[Key]
    sources: AbstractSet[str]

    def moved(self, moved: "Watch") -> bool:
        """Whether anything of that is among what was moved."""
        mine, theirs = (self.claims, self.keys, self.sources), (moved.claims, moved.keys, moved.sources)
        return any(not one.isdisjoint(other) for one, other in zip(mine, theirs, strict=True))


@dataclass(frozen=True, slots=True)
class Tried:
    """What would come of a correction.

    `changed` are entries that would be new or different, in chronological order; `removed` those that would head no entry any more.
    `moved` maps claims to the entry that would hold them instead of the one that does. `claims` is how many would be put together again;
    where that is more than `MOST`, nothing else is known (`whole` is false).
    """

    claims: int
    watch: Watch
    whole: bool = True
    changed: tuple[Entry, ...] = ()
    removed: tuple[str, ...] = ()
    moved: tuple[tuple[str, str], ...] = ()


def try_out(consolidator: Consolidator, decision: Decision) -> Tried:
    """Try a decision out on a consolidation as of its last flush."""
    return _Trial(consolidator).outcome(decision)


class _Trial(Consolidator):
    """A consolidation in layers over another one. It is used for one decision."""

    def __init__(self, below: Consolidator) -> None:
        self._below = below
        self._told = Recent[Told](self._tell, _ALL)
        self._blocks = self._comparing = _Blocks(below._blocks)
        self._outlines = Layer(below._outlines)
        self._linked = Layer(below._linked, list)
        self._continues, self._continued = below._continues, below._continued
        self._rulings = below._rulings.layered()
        self._independence = below._independence.layered()
        self._told_by = below._told_by
        self._superseded = below._superseded
        self._dirty: set[str] = set()
        self._unkept: dict[str, None] = {}
        self._restoring = False
        self._entries = Layer(below._entries)
        self._entry_of = Layer(below._entry_of)

    def outcome(self, decision: Decision) -> Tried:
        documents = documents_named(decision.change)
        sources = self._independence.together(documents)
        self.decide(decision)
        sources |= self._independence.together(documents)
        touched = self._connected(self._dirty)
        tied = (self._rulings.tied(claim_id) for claim_id in claims_named(decision.change))  # by way of erased claims, too
        watch = Watch(touched.union(*tied), self._comparing.met, sources)
        if len(touched) > MOST:
            return Tried(len(touched), watch, whole=False)
        renewal = self._lift()
        renewed = [entry for entry, _ in self._renewed(renewal)]
        changed = self.in_order(
            entry for entry in renewed if entry.id not in renewal.old or renewal.old[entry.id].digest != self._entries[entry.id].digest
        )
        return Tried(
            claims=len(touched),
            watch=watch,
            changed=changed,
            removed=tuple(sorted(entry_id for entry_id in renewal.old if entry_id not in self._entries)),
            moved=tuple(sorted(self._moved(changed))),
        )

    def _moved(self, changed: Iterable[Entry]) -> Iterator[tuple[str, str]]:
        for entry in changed:
            yield from ((claim_id, entry.id) for claim_id in entry.claims if self._below.holder(claim_id) != entry.id)

    def _tell(self, claim_ids: Sequence[str]) -> Iterator[Told]:
        """What the consolidation below knows of claims, with links of the trial's own."""
        below = self._below._told.bring(claim_ids)
        for told in (below[claim_id] for claim_id in claim_ids):
            yield Told(told.reading, told.features, dict(told.links))


class _Blocks(Blocks):
    """Blocks in layers over others. `met` are the keys on which it depends who is comparable to whom here."""

    def __init__(self, below: Blocks) -> None:
        self._members = Layer(below._members, lambda found: found if isinstance(found, Place) else list(found))
        self._keys: dict[str, array[int]] = Layer(below._keys)
        self._places = Layer(below._places)
        self.met: set[Key] = set()

    def add(self, claim: Features) -> tuple[set[str], list[tuple[Place, Place]]]:
        found = super().add(claim)
        self.met.update(self._keys[claim.id])
        return found

    def remove(self, claim_id: str) -> set[tuple[str, str]]:
        self.met.update(self._keys[claim_id])
        return super().remove(claim_id)

    def comparable(self, one: str, other: str) -> bool:
        self.met.update(set(self._keys[one]).intersection(self._keys[other]))
        return super().comparable(one, other)
