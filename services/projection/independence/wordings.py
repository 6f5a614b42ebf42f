"""Wordings: what sentences say, compared by their runs of three words (w-shingling, Broder 1997).

A run becomes a number of 64 bits by a fixed hash, so that every process, whenever it runs, compares alike. The smallest of these numbers
are a sketch of the whole (Broder's min-wise sampling): two wordings with most runs in common nearly always have one of the smallest
in common, too, and so are found without comparing each with each.
"""

from array import array
from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import blake2b

RUN = 3
FEWEST_COMMON = 10
"""Fewer common runs make no case: short sentences resemble each other anyway, and so do those that name one long title."""
SHARE = 0.5
"""How much of the shorter of two wordings has to stand in the longer one. Texts that know nothing of each other seldom share a tenth
(Lyon, Malcolm and Dickerson 2001); where they share more, it is long names, which the fewest common runs allow for."""
FEWEST_WORDS = RUN + FEWEST_COMMON - 1
SKETCH = 8

_MASK = 2**64 - 1
_ODD = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)


class Wording:
    """The words of a sentence as the set of their runs, sorted. `mark` is the same for the same words only."""

    __slots__ = ("__weakref__", "mark", "runs")

    def __init__(self, mark: bytes, runs: "array[int]") -> None:
        self.mark = mark
        self.runs = runs

    @property
    def sketch(self) -> "array[int]":
        """The smallest of the runs."""
        return self.runs[:SKETCH]


def wording(words: Sequence[str]) -> Wording | None:
    """Return the wording of a sentence; None for one that is too short to be anybody's own."""
    if len(words) < FEWEST_WORDS:
        return None
    return Wording(mark_of(words), array("Q", sorted(runs(words))))


def mark_of(words: Iterable[str]) -> bytes:
    """Return what tells these words from all others."""
    return blake2b("\n".join(words).encode(), digest_size=12).digest()


def runs(words: Sequence[str]) -> set[int]:
    """Return the numbers of all runs of words."""
    numbers = [_number(word) for word in words]
    return {_mixed(numbers[at : at + RUN]) for at in range(len(numbers) - RUN + 1)}


@lru_cache(maxsize=65536)
def _number(word: str) -> int:
    return int.from_bytes(blake2b(word.encode(), digest_size=8).digest())


def _mixed(numbers: Sequence[int]) -> int:
    """Mix the numbers of a run's words, each by its place, into one whose bits all depend on all (the finaliser of SplitMix64)."""
    mixed = 0
    for number, odd in zip(numbers, _ODD, strict=True):
        mixed = ((mixed ^ number) * odd) & _MASK
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
    return mixed ^ (mixed >> 31)


def likeness_to(one: set[int], other: Wording) -> int:
    """Return how much of the shorter of two wordings stands in the other one, in per cent of its runs; 0 where that makes no case.

    `one` are the runs of the one: who compares it with many makes a set of them once.
    """
    shorter = min(len(one), len(other.runs))
    common = len(one.intersection(other.runs))
    return 100 * common // shorter if common >= FEWEST_COMMON and common >= SHARE * shorter else 0
