"""Headers, footers and page numbers: rows at the edge of pages that come back from page to page."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

EDGE = 3
"""Rows at either edge of a page that can be a header or a footer."""

_SAME_PLACE = 4.0  # points
_OFTEN = 3
_FEW_PAGES = 5
_MOST_WORDS = 16
_NUMBER = re.compile(r"(?<!\d)\d{1,4}(?!\d)")
_ROMAN = re.compile(r"[ivxlc]{1,7}", re.IGNORECASE | re.ASCII)  # else ı and İ would be i
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_DIGITS = re.compile(r"\d+")
_DENSE, _VERY_DENSE = 0.3, 0.5  # of the pages from the first to the last
_BARE = re.compile(r"[\W\d_]*")


class EdgeRow(NamedTuple):
    """A row near the edge of a page: `place` is its distance from that edge in points, `row` its number among the rows of the page.

    `outermost` tells that no row stands between it and the edge.
    """

    page: int
    row: int
    at_top: bool
    outermost: bool
    place: float
    text: str


def furniture(rows: Sequence[EdgeRow], pages: int) -> dict[tuple[int, int], bool]:
    """Return the rows that come back, as (page, row), with whether they come back at the top.

    A row comes back where the same text stands at the same place of other pages, up to numbers that count with the pages; or a number
    that does so alone, or at the end of an outermost row whose words change.
    """
    often = repeats(pages)
    found: dict[tuple[int, int], bool] = {}
    for groups, least, density in (
        (_groups(rows, _wording), often, 0.0),
        (_groups(rows, _counted_wording), often, 0.0),
        (_groups(rows, _lone_counts), often, _DENSE),
        (_groups((row for row in rows if row.outermost), _counts), _OFTEN + 1, _VERY_DENSE),
    ):
        for group in groups:
            where = sorted({row.page for row in group})
            if len(where) >= max(least, density * (where[-1] - where[0] + 1)):
                found.update(((row.page, row.row), row.at_top) for row in group)
    return found


def repeats(pages: int) -> int:
    """Return on how many of a document's pages something has to stand to be no chance."""
    return 2 if pages <= _FEW_PAGES else _OFTEN


def _groups(rows: Iterable[EdgeRow], keys: Callable[[EdgeRow], Iterable[object]]) -> Iterable[list[EdgeRow]]:
    """Group rows that have a key in common and stand at the same place."""
    by_key: defaultdict[tuple[bool, object], list[EdgeRow]] = defaultdict(list)
    for row in rows:
        for key in keys(row):
            by_key[row.at_top, key].append(row)
    for same in by_key.values():
        same.sort(key=lambda row: (row.place, row.page))
        group = same[:1]
        for row in same[1:]:
            if row.place - group[-1].place > _SAME_PLACE:
                yield group
                group = []
            group.append(row)
        yield group


def _wording(row: EdgeRow) -> list[str]:
    return [] if _BARE.fullmatch(row.text) else [_folded(row.text)]


def _counted_wording(row: EdgeRow) -> list[tuple[str, int]]:
    wording = _DIGITS.sub("#", _folded(row.text))
    return [(wording, int(number) - row.page) for number in _NUMBER.findall(row.text)] if len(row.text.split()) <= _MOST_WORDS else []


def _lone_counts(row: EdgeRow) -> list[tuple[str, int]]:
    return _counts(row) if len(row.text.split()) <= 3 and (_BARE.fullmatch(row.text) or _ROMAN.fullmatch(_stripped(row.text))) else []


def _counts(row: EdgeRow) -> list[tuple[str, int]]:
    """Return how far the numbers at the ends of a row are from the number of its page; roman ones count apart."""
    words = row.text.split()
    if len(words) > _MOST_WORDS:
        return []
    ends = {_stripped(words[0]), _stripped(words[-1])}
    arabic = [("arabic", int(end) - row.page) for end in ends if _NUMBER.fullmatch(end)]
    return arabic + [("roman", _roman(end.lower()) - row.page) for end in ends if _ROMAN.fullmatch(end)]


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _stripped(word: str) -> str:
    return word.strip("-–—[]()|·•. \t")


def _roman(word: str) -> int:
    values = [_ROMAN_VALUES[char] for char in word]
    return sum(-value if value < max(values[at:]) else value for at, value in enumerate(values))
