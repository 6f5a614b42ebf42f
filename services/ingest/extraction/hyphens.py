"""Words hyphenated across a line break: does the hyphen belong to the word?"""

import re
from collections.abc import Sequence

from services.ingest.extraction.letters import lower

_WORD = re.compile(r"[^\W\d_]+(?:[-‐][^\W\d_]+)*")
_ENDS_HYPHENATED = re.compile(r"\w[-‐\u00ad¬]$")
_LAST = re.compile(r"(?<![^\W_])([^\W_]++)[-‐\u00ad¬]$")
_FIRST = re.compile(r"[^\W_]+")
_STEM = 4


def is_hyphenated(before: str, after: str) -> bool:
    """Whether a line ends in a hyphen that runs on in the next line."""
    return bool(_ENDS_HYPHENATED.search(before)) and bool(_FIRST.match(after))


class Hyphens:
    """Decides on hyphens at line ends from how the same words stand elsewhere in the document."""

    def __init__(self, lines: Sequence[str], language: str) -> None:
        self._language = language
        self._words: set[str] = set()
        self._stems: set[str] = set()
        self._compounds: set[tuple[str, str]] = set()
        broken = False
        for line, lowered in zip(lines, lower("\n".join(lines), language).split("\n"), strict=False):
            words = _WORD.findall(lowered)
            # The two halves of a broken word are no evidence of words.
            whole = words[broken : len(words) - 1 if (broken := is_hyphenated(line, "x")) else len(words)]
            for word in whole:
                first, hyphen, rest = word.partition("-")
                if hyphen:
                    self._compounds.add((first, rest[:_STEM]))
                else:
                    self._words.add(word)
                    self._stems.add(word[: max(_STEM, len(word) - 3)])

    def keep(self, before: str, after: str) -> bool:
        """Whether the hyphen at the end of `before` stays when `after` is joined to it."""
        last, first = _LAST.search(before), _FIRST.match(after)
        if last is None or first is None or before[-1] == "\u00ad":
            return False
        left, right = last.group(1), first.group()
        if left[-1].isdigit() or right[0].isdigit() or right[0].isupper() or _acronym(left):
            return True
        left, right = lower(left, self._language), lower(right, self._language)
        if (left, right[:_STEM]) in self._compounds:
            return True
        if left + right in self._words:
            return False
        return len(left) >= _STEM and len(right) >= _STEM and left in self._words and self._known(right)

    def _known(self, word: str) -> bool:
        return word in self._words or (len(word) > _STEM and word[: max(_STEM, len(word) - 3)] in self._stems)


def _acronym(word: str) -> bool:
    return len(word) >= 2 and word[-2:].isupper()
