"""The origins of an entry: groups of documents that count as one witness each."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from services.projection.independence.citogenesis import alarms
from services.projection.independence.rulings import OriginRulings
from services.projection.independence.ties import Ties
from services.projection.independence.witnesses import Witness, appearance, before
from shared.domain.chronology import Alarm, Origin


class Origins:
    """The origins behind the claims of an entry, in the order of their first appearance."""

    def __init__(self, witnesses: Sequence[Witness], rulings: OriginRulings) -> None:
        ordered = sorted(witnesses, key=lambda witness: witness.order)
        standing = [witness for witness in ordered if witness.standing]
        self.all: tuple[Origin, ...] = _origins(Ties(standing, rulings), rulings)
        self.alarms: tuple[Alarm, ...] = alarms(Ties(ordered, rulings)) if _may_circle(ordered) else ()
        self._at = {claim_id: at for at, origin in enumerate(self.all) for claim_id in origin.claims}

    def behind(self, claim_ids: Iterable[str]) -> tuple[int, ...]:
        """Return the places of the origins that stand behind some of the claims."""
        found = {self._at[claim_id] for claim_id in claim_ids if claim_id in self._at}
        return tuple(found) if len(found) < 2 else tuple(sorted(found))

    def count(self, claim_ids: Iterable[str]) -> int:
        """Return the number of independent origins of some of the claims."""
        return len(self.behind(claim_ids))


def _may_circle(witnesses: Sequence[Witness]) -> bool:
    """Whether anybody cites at all: without that, who took from whom is ordered by time, and nothing runs in a circle."""
    return len({witness.source for witness in witnesses}) > 1 and any(
        witness.attributed or witness.cited.names or witness.cited.links for witness in witnesses
    )


def _origins(ties: Ties, rulings: OriginRulings) -> tuple[Origin, ...]:
    """Put together what is tied, the nearest first, but never two sources between which an editor barred the way."""
    group_of = {witness.source: {witness.source} for witness in ties.witnesses}
    held: list[tuple[int, int]] = []
    for pair in ties.nearest_first():
        one, other = (group_of[ties.witnesses[at].source] for at in pair)
        if one is other or (ties.barred and any(rulings.bars.get(source, set()) & other for source in one)):
            continue
        held.append(pair)
        one |= other
        for source in other:
            group_of[source] = one
    found: dict[int, list[int]] = defaultdict(list)
    for at, witness in enumerate(ties.witnesses):
        found[id(group_of[witness.source])].append(at)
    return tuple(_origin(ties, members, held) for members in found.values())


def _origin(ties: Ties, members: Sequence[int], held: Sequence[tuple[int, int]]) -> Origin:
    witnesses = [ties.witnesses[at] for at in members]
    inside = set(members)
    return Origin(
        sources=tuple(dict.fromkeys(witness.source for witness in witnesses)),
        documents=tuple(appearance(witness.facts) for witness in witnesses),
        claims=tuple(claim_id for witness in witnesses for claim_id in witness.claims),
        certain=all(before(witnesses[0].facts, witness.facts) for witness in witnesses[1:]),
        ties=tuple(ties.shown(pair) for pair in sorted(held, key=lambda pair: (pair[1], pair[0])) if pair[0] in inside),
    )
