"""Tokens: words, numbers and marks of a reading view."""

import re
from bisect import bisect_left
from typing import NamedTuple

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*|[^\w\s]|_")


class Token(NamedTuple):
    """A token of the lower-cased view with its span; `number` tells digits from words and marks."""

    start: int
    end: int
    text: str
    number: bool
    word: bool


def tokenize(lower: str) -> list[Token]:
    """Split a text in lower case into tokens, in text order."""
    return [
        Token(*match.span(), text, (first := text[0]).isdigit(), first.isalpha()) for match in _TOKEN.finditer(lower) if (text := match[0])
    ]


class TokenIndex:
    """The tokens of a text, found by offset."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self._starts = [token.start for token in tokens]

    def within(self, start: int, end: int) -> tuple[int, int]:
        """Return the range of indices of the tokens that begin within a span."""
        return bisect_left(self._starts, start), bisect_left(self._starts, end)


def adjacent(before: Token, after: Token) -> bool:
    """Whether two tokens stand together without white space."""
    return before.end == after.start
