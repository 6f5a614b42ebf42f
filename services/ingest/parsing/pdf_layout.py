"""From the words of a page to its lines in reading order: rows, columns, notes at the foot.

Columns are found as white gutters: a stretch of rows that all leave the same strip free, with prose on either side of it. Rows that cross
the strip (a heading over both columns) end the stretch, so what stands above and below is read before and after. What a gutter parts is
searched for gutters again, which finds three columns and columns within columns. Rows of tables stay rows.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from statistics import median, median_low
from typing import NamedTuple

from services.ingest.parsing.pdf_words import Word

_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufefc]")
_STEP = 2.0  # points to a bit of the map of what is free
_SAME_BASE = 0.3
_SMALLER = 0.86
_DROPPED = 1.8
_WIDE_GAP = 2.0
_WORD_GAP = 0.12
_ROWS = 3
_MOST_ROWS, _MOST_BLOCKS = 500, 40  # of a page that a person set; finding gutters takes the square of the rows
_SURE_ROWS = 8
_GUTTER, _NARROW_GUTTER = 1.0, 0.6
_RIVER = 1.5
_FILLED = 0.62
_WORDS_A_LINE = 2.5
_LETTERS = 0.6
_PARAGRAPH_GAP = 1.3
_LOOSE_LEADING = 1.75
_OTHER_SIZE = 1.12
_NOTE_SIZE = 0.93


class Row:
    """Words on one baseline, from left to right."""

    def __init__(self, words: Iterable[Word]) -> None:
        self.words = sorted(words, key=lambda word: (word.x0, word.place))
        self.base = median_low(word.base for word in self.words)

    @cached_property
    def size(self) -> float:
        """The size that most of its letters have."""
        letters: dict[float, int] = {}
        for word in self.words:
            letters[word.size] = letters.get(word.size, 0) + len(word.text)
        return max(letters, key=lambda size: (letters[size], size))

    @cached_property
    def text(self) -> str:
        """Its words as they are read; a tab where a wide gap parts them."""
        words = self.words
        if sum(_RIGHT_TO_LEFT.search(word.text) is not None for word in words) * 2 > len(words):
            words = sorted(words, key=lambda word: (-word.x1, word.place))
        parts = [words[0].text]
        for before, word in pairwise(words):
            gap = max(word.x0 - before.x1, before.x0 - word.x1)
            if gap > _WIDE_GAP * self.size:
                parts.append("\t")
            elif word.spaced if word.place == before.place + 1 else gap > _WORD_GAP * self.size or word.spaced:
                parts.append(" ")
            parts.append(word.text)
        return "".join(parts)

    @property
    def x0(self) -> float:
        return self.words[0].x0

    @property
    def x1(self) -> float:
        return max(word.x1 for word in self.words)


class Line(NamedTuple):
    """One line in reading order; `opens` where a visible gap or another size of letters parts it from the one before."""

    text: str
    size: float
    opens: bool


@dataclass(frozen=True, slots=True)
class _Gutter:
    first: int
    end: int
    x: float
    both: int


def rows_of(words: list[Word]) -> list[Row]:
    """Return the rows of a page, from the top down."""
    rows: list[list[Word]] = []
    for word in sorted(_snapped(words), key=lambda word: (-word.base, word.x0, word.place)):
        if rows and rows[-1][0].base - word.base <= _SAME_BASE * min(rows[-1][0].size, word.size):
            rows[-1].append(word)
        else:
            rows.append([word])
    return [Row(row) for row in rows]


def lines_of(rows: list[Row]) -> list[Line]:
    """Return the lines of a page in reading order, the notes at its foot last."""
    if not rows:
        return []
    sizes = [size for row in rows for size in [row.size] * len(row.text)]
    body = median(sizes)
    blocks, notes = [], []
    for block in _ordered(rows):
        kept, foot = _without_notes(block, body)
        blocks.append(kept)
        notes.append(foot)
    return _lines([block for block in [*blocks, *notes] if block])


def _snapped(words: list[Word]) -> list[Word]:
    """Put raised and lowered marks and initials on the baseline of the word that they belong to."""
    found = list(words)
    for at, word in enumerate(found):
        before = found[at - 1] if at else None
        after = found[at + 1] if at + 1 < len(found) else None
        if before and _marks(word, before) and word.x0 - before.x1 < 0.4 * before.size:
            found[at] = word._replace(base=before.base)
        elif after and _marks(word, after) and -0.5 * after.size < after.x0 - word.x1 < 0.6 * after.size:
            found[at] = word._replace(base=after.base)
        elif after and len(word.text) <= 2 and word.size > _DROPPED * after.size and abs(after.x0 - word.x1) < after.size:
            raised = after.base - word.base
            if 0 < raised < word.size:
                found[at] = word._replace(base=after.base)
    return found


def _marks(mark: Word, word: Word) -> bool:
    """Whether a small word stands a little above or below the baseline of another one."""
    return mark.size < _SMALLER * word.size and 0 < abs(mark.base - word.base) < 0.6 * word.size


def _ordered(rows: list[Row]) -> list[list[Row]]:
    """Return blocks of rows in reading order. Works down a list instead of recursing: hostile pages nest."""
    done: list[list[Row]] = []
    waiting = [rows]
    while waiting:
        part = waiting.pop()
        gutter = _gutter(part) if len(done) < _MOST_BLOCKS and len(part) <= _MOST_ROWS else None
        if gutter is None:
            if part:
                done.append(part)
            continue
        within = part[gutter.first : gutter.end]
        left = [Row(words) for row in within if (words := [word for word in row.words if word.x1 <= gutter.x])]
        right = [Row(words) for row in within if (words := [word for word in row.words if word.x1 > gutter.x])]
        waiting += [part[gutter.end :], right, left, part[: gutter.first]]
    return done


def _gutter(rows: list[Row]) -> _Gutter | None:
    """Find the gutter along which most rows have words on both sides."""
    if len(rows) < _ROWS:
        return None
    origin, end = min(row.x0 for row in rows), max(row.x1 for row in rows)
    size = median_low(row.size for row in rows)
    width = max(1, int(_NARROW_GUTTER * size / _STEP))
    inside = (1 << max(0, int((end - origin) / _STEP))) - 1
    free = [_strips(row, origin, inside, width) for row in rows]
    best: _Gutter | None = None
    for first in range(len(rows) - _ROWS + 1):
        before = free[first - 1] if first else 0
        alive = free[first] & ~before
        for last in range(first + 1, len(rows) + 1):
            left = alive & free[last] if last < len(rows) else 0
            dying = alive & ~left
            alive = left
            if dying and last - first >= max(_ROWS, best.both if best else 0):
                for bit in _centres(dying):
                    found = _judged(rows, first, last, origin + (bit + width / 2) * _STEP, size)
                    if found and (best is None or found.both > best.both):
                        best = found
            if not alive:
                break
    return best


def _strips(row: Row, origin: float, inside: int, width: int) -> int:
    """Return a bit for each place at which a strip of a width in bits begins that the row leaves free."""
    taken = 0
    for word in row.words:
        start = max(0, int((word.x0 - origin) / _STEP))
        taken |= ((1 << max(1, int((word.x1 - origin) / _STEP) + 1 - start)) - 1) << start
    free = ~taken & inside
    strips = free
    for step in range(1, width):
        strips &= free >> step
    return strips


def _centres(bits: int) -> list[int]:
    """Return the middle of each run of bits."""
    centres = []
    while bits:
        start = (bits & -bits).bit_length() - 1
        run = bits >> start
        length = (~run & (run + 1)).bit_length() - 1
        centres.append(start + length // 2)
        bits &= ~(((1 << length) - 1) << start)
    return centres


def _judged(rows: list[Row], first: int, end: int, x: float, size: float) -> _Gutter | None:
    """Return the gutter at `x` if prose stands on both sides of it."""
    if end < len(rows):
        end = _trimmed(rows, first, end, x)
    left = [line for row in rows[first:end] if (line := [word for word in row.words if word.x1 <= x])]
    right = [line for row in rows[first:end] if (line := [word for word in row.words if word.x1 > x])]
    both = min(_beside(left, right), _beside(right, left))
    if both < _ROWS:
        return None
    width = min(line[0].x0 for line in right) - max(max(word.x1 for word in line) for line in left)
    if width < max((_NARROW_GUTTER if both >= _SURE_ROWS else _GUTTER) * size, _RIVER * _word_gap([*left, *right])):
        return None
    if not (_is_prose(left) and _is_prose(right)):
        return None
    return _Gutter(first, end, x, both)


def _word_gap(lines: list[list[Word]]) -> float:
    """Return the usual gap between words: in text that is set loose, gaps of several lines may lie beneath one another by chance."""
    gaps = [after.x0 - before.x1 for line in lines for before, after in pairwise(line)]
    return median(gaps) if gaps else 0.0


def _beside(side: list[list[Word]], other: list[list[Word]]) -> int:
    """Return how many lines of one side stand beside lines of the other."""
    if not other:
        return 0
    top, bottom = other[0][0].base, other[-1][0].base
    return sum(bottom - line[0].size <= line[0].base <= top + line[0].size for line in side)


def _trimmed(rows: list[Row], first: int, end: int, x: float) -> int:
    """Leave out the last rows of a stretch when they stand on the left alone, beneath a gap: they head what follows beneath."""
    steps = [above.base - below.base for above, below in pairwise(rows[first:end])]
    usual = median(steps) if steps else 0.0
    for at in range(end - 1, max(first, end - _ROWS), -1):
        if rows[at].x1 > x:
            break
        if steps[at - 1 - first] > _PARAGRAPH_GAP * usual:
            return at
    return end


def _is_prose(lines: list[list[Word]]) -> bool:
    """Whether lines fill their column with words, which cells of a table, numbers of a list and page numbers do not."""
    x0 = min(line[0].x0 for line in lines)
    width = max(max(word.x1 for word in line) for line in lines) - x0
    filled = median(max(word.x1 for word in line) - line[0].x0 for line in lines)
    text = [word.text for line in lines for word in line]
    length = sum(map(len, text))
    letters = sum(char.isalpha() for word in text for char in word)
    return filled >= _FILLED * width and len(text) >= _WORDS_A_LINE * len(lines) and letters >= _LETTERS * length


def _without_notes(block: list[Row], body: float) -> tuple[list[Row], list[Row]]:
    """Part a block from the notes at its foot: smaller lines down to its end, the first of which begins with a mark."""
    start = len(block)
    while start and block[start - 1].size < _NOTE_SIZE * body:
        start -= 1
    while 0 < start < len(block) and not _begins_note(block[start]):
        start += 1
    return (block[:start], block[start:]) if start else (block, [])


def _begins_note(row: Row) -> bool:
    mark = row.words[0].text.strip("[]().")
    return bool(mark) and len(mark) <= 3 and (mark.isdigit() or all(char in "*†‡§¹²³⁴⁵⁶⁷⁸⁹⁰" for char in mark)) and len(row.words) > 1


def _leading(rows: list[Row]) -> float | None:
    """Return the usual distance of baselines, in sizes of letters; None where there are too few."""
    steps = [(above.base - below.base) / above.size for above, below in pairwise(rows) if above.base > below.base]
    # The usual step is one within a paragraph: gaps between paragraphs are larger.
    return median_low(sorted(steps)[: max(1, len(steps) * 4 // 5)]) if steps else None


def _lines(blocks: list[list[Row]]) -> list[Line]:
    """Return the lines of blocks, each told whether it opens something new."""
    page = _leading([row for block in blocks for row in block]) or _LOOSE_LEADING
    lines: list[Line] = []
    above: Row | None = None
    for block in blocks:
        # A block of many lines has a leading of its own: a letter that is set wide, a table.
        own = _leading(block) if len(block) > 2 * _ROWS else None
        step = min(own or page, max(_LOOSE_LEADING, page))
        for row in block:
            lines.append(Line(row.text, row.size, _opens(above, row, step)))
            above = row
    return lines


def _opens(above: Row | None, row: Row, leading: float) -> bool:
    if above is None:
        return False
    if not row.size / _OTHER_SIZE <= above.size <= row.size * _OTHER_SIZE:
        return True
    return above.base - row.base > _PARAGRAPH_GAP * leading * max(above.size, row.size)
