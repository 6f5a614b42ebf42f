"""How many independent origins stand behind claims: one source, or near-verbatim text in two sources, is one origin.

Near-verbatim: most runs of five words of the shorter statement stand in the longer one as well (w-shingling, Broder 1997).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache

from services.projection.consolidation.readings import Reading
from shared.lexicon.folding import words

_RUN = 5
_FEWEST = 4
"""Fewer runs than this make no case: short statements resemble each other anyway."""
_SHARE = 0.6


@lru_cache(maxsize=4096)
def _runs(statement: str) -> frozenset[tuple[str, ...]]:
    said = words(statement)
    return frozenset(tuple(said[at : at + _RUN]) for at in range(len(said) - _RUN + 1))


def near_verbatim(one: str, other: str) -> bool:
    """Whether two statements are so much alike that one was copied from the other, or both from a third."""
    shorter, longer = sorted((_runs(one), _runs(other)), key=len)
    return len(shorter) >= _FEWEST and len(shorter & longer) >= _SHARE * len(shorter)


class Origins:
    """The claims of one entry by origin."""

    def __init__(self, readings: Sequence[Reading]) -> None:
        self._source = {reading.id: reading.testimony.document.source_id for reading in readings}
        self._copies: dict[str, set[str]] = defaultdict(set)
        for one, other in _suspects(readings):
            if near_verbatim(one.testimony.claim.statement, other.testimony.claim.statement):
                self._copies[one.id].add(other.id)
                self._copies[other.id].add(one.id)

    def count(self, claim_ids: Iterable[str]) -> int:
        """Return the number of independent origins of some of the claims."""
        left = set(claim_ids)
        if len(left) < 2:
            return len(left)
        by_source: dict[str, set[str]] = defaultdict(set)
        for claim_id in left:
            by_source[self._source[claim_id]].add(claim_id)
        origins = 0
        while left:
            origins += 1
            waiting = [left.pop()]
            while waiting:
                claim_id = waiting.pop()
                same = (by_source[self._source[claim_id]] | self._copies.get(claim_id, set())) & left
                left -= same
                waiting += same
        return origins


def _suspects(readings: Sequence[Reading]) -> list[tuple[Reading, Reading]]:
    """The pairs of claims of different sources that share a run of words."""
    by_run: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for index, reading in enumerate(readings):
        for run in _runs(reading.testimony.claim.statement):
            by_run[run].append(index)
    pairs = {(one, other) for sharing in by_run.values() for at, one in enumerate(sharing) for other in sharing[at + 1 :]}
    return [
        (readings[one], readings[other])
        for one, other in sorted(pairs)
        if readings[one].testimony.document.source_id != readings[other].testimony.document.source_id
    ]
