"""Which later claims stand in the place of earlier ones that are gone: nearly the same words, or other words at the same place. Pure.

Only claims that share rare words, or stand between the same unchanged claims, are compared with one another.
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from services.ingest.recapturing.places import IndexedText
from shared.domain.claims import Claim

NEAR = 0.7
"""The share of words, in order, from which on two sentences are versions of one."""

SAME_PLACE = 0.3
"""That share where the words before and after are the same, too."""

RARE = 30
"""In how many of the later claims a word may stand to lead from one claim to another, and how many claims of a gap are looked at."""

CANDIDATES = 6

_WORD = re.compile(r"\w+")


class _Edge(NamedTuple):
    score: float
    earlier: int
    later: int


class Nearness:
    """Compares claims of two texts. `anchors` are the starts of claims that are unchanged, in the earlier text and in the later one."""

    def __init__(self, old: IndexedText, new: IndexedText, anchors: Iterable[tuple[int, int]]) -> None:
        self._old = old
        self._new = new
        rising = _rising(sorted(set(anchors)))
        self._old_anchors = [earlier for earlier, _ in rising]
        self._new_anchors = [later for _, later in rising]

    def pairs(self, olds: Sequence[Claim], news: Sequence[Claim]) -> dict[str, str]:
        """Map ids of earlier claims to those of the later ones in their place, one to one; what is equally near to several is left out."""
        words_old, words_new = ([_words(claim) for claim in claims] for claims in (olds, news))
        edges = [
            _Edge(score, at, other)
            for at, others in enumerate(self._candidates(olds, words_old, news, words_new))
            for other in others
            if (score := self._score(olds[at], words_old[at], news[other], words_new[other])) > 0
        ]
        return {olds[edge.earlier].id: news[edge.later].id for edge in _unambiguous(edges)}

    def _candidates(
        self, olds: Sequence[Claim], words_old: Sequence[list[str]], news: Sequence[Claim], words_new: Sequence[list[str]]
    ) -> Iterable[set[int]]:
        """For each earlier claim, the indices of the later ones that it is worth comparing with."""
        holders: dict[str, list[int]] = defaultdict(list)
        for at, words in enumerate(words_new):
            for word in set(words):
                holders[word].append(at)
        in_gap: dict[int, list[int]] = defaultdict(list)
        for at, claim in enumerate(news):
            in_gap[bisect_right(self._new_anchors, claim.start)].append(at)
        for claim, words in zip(olds, words_old, strict=True):
            shared = Counter(at for word in set(words) if len(holders.get(word, ())) <= RARE for at in holders.get(word, ()))
            beside = in_gap.get(bisect_right(self._old_anchors, claim.start), [])
            yield {at for at, _ in shared.most_common(CANDIDATES)} | set(beside if len(beside) <= RARE else ())

    def _score(self, old: Claim, words_old: list[str], new: Claim, words_new: list[str]) -> float:
        """How near two claims are; 0 where neither their words nor their place say that one became the other."""
        here = self._old.around((old.start, old.end)) == self._new.around((new.start, new.end))
        least = SAME_PLACE if here else NEAR
        both = sum((Counter(words_old) & Counter(words_new)).values())
        if 2 * both < least * (len(words_old) + len(words_new)):
            return 0
        ratio = SequenceMatcher(None, words_old, words_new, autojunk=False).ratio()
        if ratio < least:
            return 0
        same_gap = bisect_right(self._old_anchors, old.start) == bisect_right(self._new_anchors, new.start)
        meant = (old.modality == new.modality) + (_edtf(old) == _edtf(new)) + (_attributes(old) == _attributes(new))
        return ratio + 0.5 * here + 0.1 * same_gap + 0.01 * meant


def _words(claim: Claim) -> list[str]:
    return _WORD.findall(claim.quote.casefold())


def _edtf(claim: Claim) -> str | None:
    return claim.date.edtf if claim.date else None


def _attributes(claim: Claim) -> list[str]:
    return sorted(value.attribute for value in claim.values)


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest chain of pairs that rise in both texts: what stands in the same order there."""
    ends: list[int] = []
    at_end: list[int] = []
    before: dict[int, int | None] = {}
    for at, (_, later) in enumerate(pairs):
        length = bisect_left(ends, later)
        before[at] = at_end[length - 1] if length else None
        ends[length : length + 1] = [later]
        at_end[length : length + 1] = [at]
    chain: list[tuple[int, int]] = []
    step = at_end[-1] if at_end else None
    while step is not None:
        chain.append(pairs[step])
        step = before[step]
    return chain[::-1]


def _unambiguous(edges: Iterable[_Edge]) -> Iterable[_Edge]:
    """Choose pairs, the nearest first, each claim once; claims that are equally near to several get none."""
    by_score: Mapping[float, list[_Edge]] = defaultdict(list)
    for edge in edges:
        by_score[round(edge.score, 9)].append(edge)
    done_old: set[int] = set()
    done_new: set[int] = set()
    for score in sorted(by_score, reverse=True):
        free = [edge for edge in by_score[score] if edge.earlier not in done_old and edge.later not in done_new]
        of_old, of_new = Counter(edge.earlier for edge in free), Counter(edge.later for edge in free)
        for edge in free:
            done_old.add(edge.earlier)
            done_new.add(edge.later)
            if of_old[edge.earlier] == of_new[edge.later] == 1:
                yield edge
