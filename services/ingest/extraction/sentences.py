"""Sentences of a reading view."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from services.ingest.extraction.grammar.tables import Grammar
from services.ingest.extraction.reading import ReadingView

_STOP = re.compile(r"(?<![.!?…])([.!?…]++)([\"'”’»)\]]*+)(?=\s|$)")
_WORD_BEFORE = re.compile(r"[\w.№]+$")
_INITIAL = re.compile(r"(?:^|[.\s(\"“„«])[^\W\d_]$")
_OPENING = "\"'“„«‘([–—-•"
_LOOK_BACK = 24
_LOOK_AHEAD = 24
_ORDINAL_DIGITS = 2
LONGEST = 2000
"""Code points. A stretch without a full stop is read in pieces of this length, so that what is read within one sentence stays bounded."""
_PIECE_ENDS = ("; ", ", ", " ")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence: its span, the paragraph it stands in (counted from 0), and whether it closes with a mark as a sentence does."""

    start: int
    end: int
    paragraph: int
    closed: bool
    question: bool


def split_sentences(view: ReadingView, grammar: Grammar, dates: bytearray | None = None) -> list[Sentence]:
    """Return the sentences of a view, in text order; `dates` marks what belongs to dates, which no full stop parts ("5. Mai")."""
    found: list[Sentence] = []
    for number, (start, end) in enumerate(view.paragraphs()):
        begin = start
        for stop in _STOP.finditer(view.text, start, end):
            if stop.end() < end and (_of_date(dates, begin, start, stop) or not _ends(view, grammar, begin, stop, end)):
                continue
            found += _pieces(view.text, begin, stop.end(), number, stop.group(1))
            begin = stop.end()
        found += _pieces(view.text, begin, end, number, "")
    return found


def _of_date(dates: bytearray | None, begin: int, paragraph: int, stop: re.Match[str]) -> bool:
    """Whether a full stop stands between two words of a date, or after one that heads its paragraph: "5 May 1905. It opened."."""
    if dates is None:
        return False
    within = dates[stop.start()] and dates[min(stop.end() + 1, len(dates) - 1)]
    alone = begin == paragraph and stop.start() - begin <= _LOOK_BACK and all(dates[begin : stop.start()])
    return bool(within) or alone


def _pieces(text: str, start: int, end: int, paragraph: int, mark: str) -> Iterator[Sentence]:
    """Yield the sentence between two marks, in pieces where it is too long; the mark closes the last one."""
    while end - start > LONGEST:
        limit = start + LONGEST
        cut = next((at + len(sign) for sign in _PIECE_ENDS if (at := text.rfind(sign, start + LONGEST // 2, limit)) >= 0), limit)
        if text[start:cut].strip():
            yield _sentence(text, start, cut, paragraph, "")
        start = cut
    if text[start:end].strip():
        yield _sentence(text, start, end, paragraph, mark)


def _sentence(text: str, start: int, end: int, paragraph: int, mark: str) -> Sentence:
    start += len(text[start:end]) - len(text[start:end].lstrip())
    end -= len(text[start:end]) - len(text[start:end].rstrip())
    return Sentence(start, end, paragraph, bool(mark), "?" in mark)


def _ends(view: ReadingView, grammar: Grammar, begin: int, stop: re.Match[str], end: int) -> bool:
    """Whether a mark within a paragraph ends a sentence."""
    following = view.text[stop.end() : min(end, stop.end() + _LOOK_AHEAD)].lstrip()
    first = following[:1]
    if first in _OPENING:
        following = following.lstrip(_OPENING + " ")
        first = following[:1]
    if first.islower():
        return False
    if stop.group(1) != "." or stop.group(2):
        return True
    word = _WORD_BEFORE.search(view.lower, max(begin, stop.start() - _LOOK_BACK), stop.start())
    if word is None:
        return True
    before = word.group()
    if before in grammar.abbreviations or before.rsplit(".", 1)[-1] in grammar.abbreviations:
        # An abbreviation may still end a sentence, but then no number follows, nor a name after a title: rather too long than cut.
        # "No." is one before a number only.
        return before in grammar.numbering and not first.isdigit()
    # An initial: "A. Bakıxanov"; and the number of an item: "3. Baku".
    if _INITIAL.search(view.text, max(begin, stop.start() - 2), stop.start()) and view.text[stop.start() - 1].isupper():
        return False
    return not (before.isdigit() and (word.start() == begin or (grammar.ordinal_stops and len(before) <= _ORDINAL_DIGITS)))
