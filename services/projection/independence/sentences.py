"""The sentences of a text, by where they stand, with their words in a form that re-wrapping and hyphenation do not change.

Built for comparing: where a sentence is cut between two abbreviations, it is cut so in every copy.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from shared.domain.provenance import Span
from shared.lexicon.folding import fold

_END = re.compile(r"[.!?…。]+[\"'”’»)\]]*(?=\s)|\n[ \t]*\n\s*|\Z")
"""A sentence ends at its mark, or where a paragraph does."""
_BROKEN = re.compile(r"(?<=\w)[-‐\u00ad][ \t]*\r?\n[ \t]*(?=\w)|\u00ad")
"""A word broken across lines, and the places where one may be."""
_LINE = re.compile(r"\S(?:[^\n]*\S)?")
_ENDED = re.compile(r"[.!?…。:;][\"'”’»)\]]*\Z")
_FEWEST_LINES, _SPACED, _UNENDED, _FULL = 12, 0.8, 0.5, 0.7
"""A text has spaced lines when it has so many lines, so large a part of them with a blank line after, so large a part without a mark at the
end; a line is full when it is so long, measured by the middle one of these."""
_LONGEST = 2000
"""Code points of the longest sentence: where no mark ends one for so long, it is no prose but a table or a list, and each line stands for
itself."""
_WORD = re.compile(r"[^\W_]+(?:[-‐‑'’ʼ][^\W_]+)*")
_JOINTS = re.compile("[-‐‑]")
_LONGEST_ORDINAL = 2
"""A full stop after a lone letter, or after a number of so many figures, ends no sentence: `A. Nevil`, `am 9. Mai`; a year may end one."""
_LAST_WORD = re.compile(r"[^\W_]+\Z")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence: its span, in code points of the canonical text, and its folded words."""

    start: int
    end: int
    words: tuple[str, ...]


def sentences(text: str, skip: Sequence[Span] = ()) -> Iterator[Sentence]:
    """Yield the sentences of a text in order, without those that touch what is no prose of its own."""
    start = 0
    goes_on = _spaced_lines(text)
    for match in _END.finditer(text):
        if match.group().startswith(".") and _is_short(text, start, match.start()):
            continue
        if match.group().startswith("\n") and match.start() in goes_on:
            continue
        for first, last in [(start, match.end())] if match.end() - start <= _LONGEST else _pieces(text, start, match.end()):
            found = sentence(text, first, last)
            if found and not any(span.start < found.end and found.start < span.end for span in skip):
                yield found
        start = match.end()


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut what is too long for a sentence at its line breaks; a line that is too long itself, wherever that comes."""
    while start < end:
        line = text.find("\n", start, end) + 1 or end
        last = min(line, start + _LONGEST)
        yield start, last
        start = last


def _spaced_lines(text: str) -> frozenset[int]:
    """Return the line breaks over which a sentence goes on although a blank line follows.

    Some texts, of PDF files above all, have a blank line after every line. There, a line that is about as long as the others and has no
    mark at its end is no end of a paragraph.
    """
    lines = [(match.start(), match.end()) for match in _LINE.finditer(text)]
    if len(lines) < _FEWEST_LINES:
        return frozenset()
    spaced = sum("\n" in text[end:start].replace("\n", "", 1) for (_, end), (start, _) in pairwise(lines))
    unended = [(start, end) for start, end in lines if not _ENDED.search(text, max(start, end - 3), end)]
    if spaced < _SPACED * (len(lines) - 1) or len(unended) < _UNENDED * len(lines):
        return frozenset()
    usual = sorted(end - start for start, end in unended)[len(unended) // 2]
    return frozenset(text.find("\n", end) for start, end in unended if end - start >= _FULL * usual)


def _is_short(text: str, start: int, end: int) -> bool:
    """Whether what stands before a full stop is an initial or an ordinal number."""
    last = _LAST_WORD.search(text, max(start, end - 12), end)
    return last is not None and (len(last.group()) == 1 or (last.group().isdigit() and len(last.group()) <= _LONGEST_ORDINAL))


def sentence(text: str, start: int, end: int) -> Sentence | None:
    """Return the words that stand in a span as a sentence, without the white space around them; None where there are none."""
    said = text[start:end]
    words = folded(said)
    if not words:
        return None
    return Sentence(start + len(said) - len(said.lstrip()), start + len(said.rstrip()), words)


def folded(said: str) -> tuple[str, ...]:
    """Return the folded words of what is said: `200-dən` and `ya-` / `radıcı` across two lines are one word each."""
    return tuple(_folded(word) for word in _WORD.findall(_BROKEN.sub("", said)))


@lru_cache(maxsize=65536)
def _folded(word: str) -> str:
    return fold(_JOINTS.sub("", word))
