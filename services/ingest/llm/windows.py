"""Parts of a text that a model is shown: cut between paragraphs where that does, else between sentences, each overlapping the next."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from services.ingest.extraction.sentences import Sentence


@dataclass(frozen=True, slots=True)
class Window:
    """A part of the reading view."""

    start: int
    end: int

    @property
    def length(self) -> int:
        """How many code points it has."""
        return self.end - self.start


def cut(text: str, sentences: Sequence[Sentence], size: int, overlap: int, within: Window | None = None) -> list[Window]:
    """Cut a text, or a part of it, into windows of at most `size` code points; neighbours share at most `overlap`.

    All of the text but white space is in some window, and every sentence of at most `size` code points is whole in one.
    """
    begin, stop = (within.start, within.end) if within else (0, len(text))
    starts = [sentence.start for sentence in sentences]
    ends = [sentence.end for sentence in sentences]
    closing = [before.paragraph != after.paragraph for before, after in pairwise(sentences)]
    windows: list[Window] = []
    stop -= len(text[begin:stop]) - len(text[begin:stop].rstrip())
    begin += len(text[begin:stop]) - len(text[begin:stop].lstrip())
    while begin < stop:
        end = stop if stop - begin <= size else _end(text, ends, closing, begin, begin + size, windows[-1].end if windows else begin)
        windows.append(Window(begin, end))
        if end >= stop:
            break
        begin = _next(starts, ends, begin, end, size, overlap)
    return windows


def _end(text: str, ends: list[int], closing: list[bool], begin: int, limit: int, done: int) -> int:
    """Where a window ends: after the last paragraph in its second half, the last sentence, the last word, or at the limit.

    `done` is where the window before it ended: it goes beyond.
    """
    first, last = bisect_right(ends, done), bisect_right(ends, limit)
    for index in range(last - 1, first - 1, -1):
        if ends[index] - begin < (limit - begin) // 2:
            break
        if index < len(closing) and closing[index]:
            return ends[index]
    if last > first:
        return ends[last - 1]
    space = text.rfind(" ", begin + 1, limit)
    return space if space - begin > (limit - begin) // 2 else limit


def _next(starts: list[int], ends: list[int], begin: int, end: int, size: int, overlap: int) -> int:
    """Where the next window begins: with the first sentence of the last `overlap` code points that leaves room for another one.

    What was cut within a sentence is repeated as far as the overlap goes: a clause may stand across the cut.
    """
    if ends[bisect_left(ends, end)] != end:
        return max(end - overlap, begin + 1)
    following = bisect_left(starts, end)
    for index in range(bisect_left(starts, max(end - overlap, begin + 1)), following):
        if ends[following] - starts[index] <= size:
            return starts[index]
    return starts[following]
