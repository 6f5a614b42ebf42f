"""Which claims of one connected neighbourhood stand together.

Links are taken in order of their strength; a link joins two groups unless something in the one contradicts something in the other. Ties by
content, never by arrival. Editors' ties join whole groups whatever the machine thinks of it, and their bars keep groups apart.

There are two levels. A *strand* is what the machine joins; only claims of one strand must agree with each other. A *group* is what stands
in one entry: strands that editors tied together stay strands, so that a merge of two happenings the machine finds contradictory
does not stop later claims from joining either.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shared.domain.dates import Edtf
from shared.matching.compatibility import Judgement, ordinals_conflict
from shared.matching.features import Features, Kind
from shared.matching.spans import agree, contradict, named_days

Pair = tuple[str, str]


@dataclass
class _Strand:
    """What a group of claims says together: its ordinals and its dates, against which a newcomer is checked."""

    claims: list[str]
    heads: dict[str, Kind]
    dates: dict[tuple[str, str], Edtf]
    """By document and text"""
    live: bool

    @staticmethod
    def of(claim: Features) -> "_Strand":
        dates = {(claim.document, claim.date.text): claim.date} if claim.date and not claim.planned and not claim.withdrawn else {}
        return _Strand([claim.id], dict(claim.heads), dates, not claim.withdrawn)

    def contradicts(self, other: "_Strand") -> bool:
        return ordinals_conflict(self.heads, other.heads)

    def dates_apart(self, other: "_Strand") -> bool:
        ours, theirs = set(self.dates.values()), set(other.dates.values())
        lasted = [date for date in ours | theirs if named_days(date)]
        return any(contradict(one, there, lasted) for one in ours for there in theirs)

    def tell_twice(self, other: "_Strand") -> bool:
        """Whether a document gives dates that contradict each other in both: it tells of two happenings, for only two documents dispute."""
        return any(
            document == source and not agree(one, there)
            for (document, _), one in self.dates.items()
            for (source, _), there in other.dates.items()
        )

    def take(self, other: "_Strand") -> None:
        self.claims += other.claims
        for name, kind in other.heads.items():
            known = self.heads.get(name)
            self.heads[name] = kind if known is None or not known.ordinals else known
        self.dates |= other.dates
        self.live = self.live or other.live


@dataclass
class Clustering:
    """Groups of claims, in content order of their first claim, and the pairs whose links hold each group together."""

    groups: list[list[str]] = field(default_factory=list)
    held_by: dict[str, list[Pair]] = field(default_factory=dict)


class _Joining:
    """Strands and groups while they grow."""

    def __init__(self, claims: Sequence[Features], bars: Mapping[str, set[str]]) -> None:
        self.strands = {claim.id: _Strand.of(claim) for claim in claims}
        self.groups = {claim.id: [claim.id] for claim in claims}
        self.spanning: list[Pair] = []
        self._bars = {claim.id: bars[claim.id] for claim in claims if bars.get(claim.id)}

    def barred(self, one: str, other: str) -> bool:
        first, second = self.groups[one], self.groups[other]
        if first is second or not self._bars:
            return False
        there = set(second)
        return any(not there.isdisjoint(self._bars.get(claim, ())) for claim in first)

    def join_groups(self, one: str, other: str) -> None:
        first, second = self.groups[one], self.groups[other]
        if first is second:
            return
        larger, smaller = (first, second) if len(first) >= len(second) else (second, first)
        larger += smaller
        for claim in smaller:
            self.groups[claim] = larger
        self.spanning.append((one, other))

    def join_strands(self, one: str, other: str) -> None:
        first, second = self.strands[one], self.strands[other]
        larger, smaller = (first, second) if len(first.claims) >= len(second.claims) else (second, first)
        larger.take(smaller)
        for claim in smaller.claims:
            self.strands[claim] = larger
        self.join_groups(one, other)


def cluster(
    claims: Sequence[Features],
    links: Mapping[Pair, Judgement],
    ties: Sequence[Pair],
    bars: Mapping[str, set[str]],
) -> Clustering:
    """Group claims of one neighbourhood.

    Args:
        claims: the claims, in content order.
        links: judgements that reach the threshold, by pairs in content order.
        ties: pairs that editors put together, in content order.
        bars: claim -> claims that editors keep apart from it.
    """
    joining = _Joining(claims, bars)
    by_id = {claim.id: claim for claim in claims}
    for one, other in ties:
        joining.join_groups(one, other)
    for one, other in sorted(links, key=lambda pair: (_late(pair, by_id), -links[pair].score, by_id[pair[0]].key, by_id[pair[1]].key)):
        if _may_join(joining, one, other, links[one, other], late=_late((one, other), by_id)):
            joining.join_strands(one, other)
    return _collected(claims, joining)


def _late(pair: Pair, by_id: Mapping[str, Features]) -> bool:
    """Links of withdrawn claims come last: such a claim stays with its entry but holds nothing together."""
    return by_id[pair[0]].withdrawn or by_id[pair[1]].withdrawn


def _may_join(joining: _Joining, one: str, other: str, link: Judgement, *, late: bool) -> bool:
    first, second = joining.strands[one], joining.strands[other]
    if first is second or first.contradicts(second) or joining.barred(one, other):
        return False
    if first.live and second.live and late:
        return False
    return not first.tell_twice(second) if link.dates_apart else not first.dates_apart(second)


def _collected(claims: Sequence[Features], joining: _Joining) -> Clustering:
    clustering = Clustering()
    number: dict[int, int] = {}
    for claim in claims:
        group = joining.groups[claim.id]
        if id(group) not in number:
            number[id(group)] = len(clustering.groups)
            clustering.groups.append([])
        clustering.groups[number[id(group)]].append(claim.id)
    for pair in joining.spanning:
        clustering.held_by.setdefault(clustering.groups[number[id(joining.groups[pair[0]])]][0], []).append(pair)
    return clustering
