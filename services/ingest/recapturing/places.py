"""Which place of a later text is which place of an earlier one, where the same words stand at both. Pure.

Words that stand once in each text are the same place. Where they stand more often, the words around them have to tell, and have to tell
it without doubt: the same words on a side, once among the places of either text, and nothing on the other side that says otherwise.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from shared.domain.provenance import context

MAX_PLACES = 1_000
"""Places that are looked at for the same words: what stands more often than that is told apart by nothing."""

_KEY = 16
"""Code points of a quote that the index knows it by."""

_WORD_START = re.compile(r"(?<!\w)\w")

Place = tuple[int, int]
"""Start and end of words in a text, in code points."""


class IndexedText:
    """A text in which many quotes are looked for: in time that depends on the quotes, not on the text times the quotes."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def _starts(self) -> Mapping[str, list[int]]:
        starts: dict[str, list[int]] = {}
        for found in _WORD_START.finditer(self.text):
            starts.setdefault(self.text[found.start() : found.start() + _KEY], []).append(found.start())
        return starts

    def places(self, quote: str) -> list[Place]:
        """Return where a quote stands, in order, `MAX_PLACES` + 1 places at most; within a word only where it begins with no word."""
        if len(quote) < _KEY or not quote[0].isalnum():
            return self._searched(quote)
        found: list[Place] = []
        for start in self._starts.get(quote[:_KEY], ()):
            if self.text.startswith(quote, start):
                found.append((start, start + len(quote)))
                if len(found) > MAX_PLACES:
                    break
        return found

    def _searched(self, quote: str) -> list[Place]:
        found: list[Place] = []
        start = self.text.find(quote)
        while start >= 0 and len(found) <= MAX_PLACES:
            found.append((start, start + len(quote)))
            start = self.text.find(quote, start + 1)
        return found

    def around(self, place: Place) -> tuple[str, str]:
        """Return the words before and after a place, their white space folded."""
        before, after = context(self.text, *place)
        return " ".join(before.split()), " ".join(after.split())


def same_places(old: IndexedText, olds: Sequence[Place], new: IndexedText, news: Sequence[Place]) -> dict[Place, Place]:
    """Map places of the earlier text to places of the later one, all holding the same words; those in doubt are left out."""
    if len(olds) == len(news) == 1:
        return {olds[0]: news[0]}
    if max(len(olds), len(news)) > MAX_PLACES:
        return {}
    before = {place: old.around(place) for place in olds}
    after = {place: new.around(place) for place in news}
    pairs = _unique_pairs(before, after, lambda words: words)
    left_old = {place: words for place, words in before.items() if place not in pairs}
    left_new = {place: words for place, words in after.items() if place not in pairs.values()}
    by_prefix = _unique_pairs(left_old, left_new, lambda words: words[0])
    by_suffix = _unique_pairs(left_old, left_new, lambda words: words[1])
    one_side = {
        place: found
        for place in left_old
        if (found := by_prefix.get(place) or by_suffix.get(place)) and by_prefix.get(place, found) == by_suffix.get(place, found)
    }
    taken = Counter(one_side.values())
    return pairs | {place: found for place, found in one_side.items() if taken[found] == 1}


def _unique_pairs(
    olds: Mapping[Place, tuple[str, str]], news: Mapping[Place, tuple[str, str]], key: Callable[[tuple[str, str]], object]
) -> dict[Place, Place]:
    """Pair the places whose key stands once among the old ones and once among the new ones."""
    count_old, count_new = (Counter(key(words) for words in places.values()) for places in (olds, news))
    known = {key(words): place for place, words in news.items()}
    return {place: known[key(words)] for place, words in olds.items() if count_old[key(words)] == 1 and count_new[key(words)] == 1}
