"""Lines of a canonical text, and which of them are page furniture: running headers, footers and page numbers."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

BREAKS = "\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029"
INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"

_LINE = re.compile(f"[^{BREAKS}]+")
# Stripped, not searched for: a search tries to end the line from every blank of a long run.
_SPACES = "".join(char for char in map(chr, range(0x3001)) if char.isspace())
_BEFORE = _SPACES + INVISIBLE
_AFTER = _BEFORE.replace("\u00ad", "")  # a line may end in a soft hyphen
_PAGE_NUMBER = re.compile(r"[-–—\[(|\s]*(?:(?:page|p\.|səh\.?|səhifə)\s*)?\d{1,4}(?:\s*(?:/|of|из)\s*\d{1,4})?[-–—\])|\s]*", re.IGNORECASE)
_TERMINAL = re.compile(r"[.!?…:;][\"'”’»)\]]*$")
_DIGITS = re.compile(r"\d+")
_BREAK = re.compile(f"\r\n|[{BREAKS}]")
_SHORT = 80
_NEIGHBOURS = 6
_PAGE = 8
_FULL = 0.85
_LINES = 3
"""Lines that show how long a full one is."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its line break and without white space around it.

    `blanks` counts the blank lines before it. `furniture` marks a line that is no part of the running text, `interrupted` one that such
    lines stand before.
    """

    start: int
    end: int
    text: str
    blanks: int
    furniture: bool = False
    interrupted: bool = False

    @property
    def terminal(self) -> bool:
        """Whether the line ends as a sentence does."""
        return bool(_TERMINAL.search(self.text))


def split_lines(text: str, *, marked: bool = False) -> list[Line]:
    """Return the lines of a text that hold more than white space, with page furniture marked.

    `marked` tells that headers and footers were known by their places and are left out already: lines that come back are text then.
    """
    found: list[Line] = []
    last_end = 0
    for match in _LINE.finditer(text):
        shown = match.group().lstrip(_BEFORE)
        body = shown.rstrip(_AFTER)
        if not body:
            continue
        start = match.end() - len(shown)
        breaks = len(_BREAK.findall(text, last_end, start))
        found.append(Line(start, start + len(body), body, max(0, breaks - 1)))
        last_end = start + len(body)
    furniture = _furniture(found, marked=marked)
    for index in furniture:
        found[index] = replace(found[index], furniture=True)
        if index + 1 < len(found):
            found[index + 1] = replace(found[index + 1], interrupted=True)
    return found


def double_spaced(lines: list[Line]) -> bool:
    """Whether nearly every line is followed by a blank one, as in text taken from some PDFs: blank lines then part no paragraphs."""
    gaps = [line.blanks for line in lines[1:]]
    if len(gaps) < 8:
        return False
    wrapped = sum(1 for before, after in pairwise(lines) if not before.terminal and after.text[:1].islower())
    return sum(gap >= 1 for gap in gaps) >= 0.85 * len(gaps) and wrapped >= 0.3 * len(gaps)


def widths_of(lines: list[Line]) -> list[int]:
    """Return for every line the width to which the text around it is wrapped: the longest of its neighbours, outliers left out."""
    lengths = [len(line.text) for line in lines]
    usual = sorted(lengths)[min(len(lengths) - 1, len(lengths) * 9 // 10)] if lengths else 0
    return [
        min(max(lengths[max(0, index - _NEIGHBOURS) : index + _NEIGHBOURS + 1]), max(usual, length)) for index, length in enumerate(lengths)
    ]


def _furniture(lines: list[Line], *, marked: bool) -> set[int]:
    """Find page furniture: letter-spaced lines, short lines that come back page after page, and the lone page numbers beside them."""
    certain = {index for index, line in enumerate(lines) if _letter_spaced(line.text)}
    if marked:
        return _without_long_runs(certain)
    wordings = [_DIGITS.sub("#", line.text) for line in lines]
    certain |= _beside_numbers(lines, wordings)
    places: defaultdict[str, list[int]] = defaultdict(list)
    for index, line in enumerate(lines):
        if len(line.text) <= _SHORT and not line.terminal:
            places[wordings[index]].append(index)
    spaced = sorted(certain)
    recurring: list[list[int]] = []
    for key, where in places.items():
        if key == "#" or _PAGE_NUMBER.fullmatch(lines[where[0]].text):
            continue
        if len(where) >= 3 and _interrupts_any(lines, where) and not any(_runs_on(lines, index) for index in where):
            recurring.append(where)
        elif len(where) >= 2 and spaced:
            near = [index for index in where if _near(index, certain)]
            if len(near) >= 2:
                certain.update(near)
    candidates = certain.union(*recurring)
    certain.update(index for where in recurring if not _told_again(wordings, where, candidates) for index in where)
    numbers = {
        index
        for index, line in enumerate(lines)
        if _PAGE_NUMBER.fullmatch(line.text) and (index - 1 in certain or index + 1 in certain or _interrupts(lines, index))
    }
    return _without_long_runs(certain | numbers)


def _beside_numbers(lines: list[Line], wordings: list[str]) -> set[int]:
    """Find headers, and footers, by the page number beside them, where the two interrupt a sentence; and where they come back.

    A short text has its header but once or twice.
    """
    beside = {
        index: number
        for number, line in enumerate(lines)
        if _PAGE_NUMBER.fullmatch(line.text)
        for index in (number - 1, number + 1)
        if 0 <= index < len(lines) and _may_head(lines[index])
    }
    known = {wordings[index] for index, number in beside.items() if _pair_interrupts(lines, min(index, number))}
    return {index for index in beside if wordings[index] in known}


def _may_head(line: Line) -> bool:
    return len(line.text) <= _SHORT and not line.terminal and line.text[:1].isupper() and not _PAGE_NUMBER.fullmatch(line.text)


def _pair_interrupts(lines: list[Line], first: int) -> bool:
    """Whether two lines stand, with blank ones, between the two halves of a sentence."""
    if not 0 < first < len(lines) - 2:
        return False
    before, after = lines[first - 1], lines[first + 2]
    if before.terminal or not lines[first].blanks or not after.blanks:
        return False
    width = max(len(line.text) for line in lines[max(0, first - _NEIGHBOURS) : first])
    # A line that is full and closes no sentence is followed by the rest of it, however that begins.
    return after.text[:1].islower() or (first >= _LINES and len(before.text) >= _FULL * width)


def _without_long_runs(found: set[int]) -> set[int]:
    """Many lines in a row that come back are a text given twice, not a header."""
    kept: set[int] = set()
    run: list[int] = []
    for index in [*sorted(found), -1]:
        if run and index != run[-1] + 1:
            kept.update(run if len(run) <= _NEIGHBOURS else ())
            run = []
        run.append(index)
    return kept


def _near(index: int, certain: set[int]) -> bool:
    return any(index + step in certain for step in range(-_NEIGHBOURS, _NEIGHBOURS + 1))


def _letter_spaced(text: str) -> bool:
    tokens = text.split()
    letters = sum(len(token) == 1 and token.isalpha() for token in tokens)
    return letters >= 5 and letters >= 0.8 * len(tokens)


def _interrupts(lines: list[Line], index: int) -> bool:
    """Whether a line stands between the two halves of a sentence."""
    if not 0 < index < len(lines) - 1:
        return False
    return not lines[index - 1].terminal and lines[index + 1].text[:1].islower()


def _told_again(wordings: list[str], where: list[int], candidates: set[int]) -> bool:
    """Whether a line comes back because its text does, as in annals that say the same of many years: what stands around it does, too.

    Around a header stands whatever a page happens to begin and to end with.
    """
    return all(_mostly_one(_neighbour(wordings, index, step, candidates) for index in where) for step in (-1, 1))


def _neighbour(wordings: list[str], index: int, step: int, candidates: set[int]) -> str:
    """Return the wording of the nearest line, before or after, that is no header itself."""
    near = next((index + step * far for far in range(1, _NEIGHBOURS + 1) if index + step * far not in candidates), -1)
    return wordings[near] if 0 <= near < len(wordings) else ""


def _mostly_one(wordings: Iterable[str]) -> bool:
    counts = Counter(wordings)
    return 2 * max(counts.values()) > counts.total()


def _runs_on(lines: list[Line], index: int) -> bool:
    """Whether a line goes on with a sentence that the line before it began."""
    return index > 0 and lines[index].text[:1].islower() and not lines[index - 1].terminal


def _interrupts_any(lines: list[Line], where: list[int]) -> bool:
    gaps = [after - before for before, after in pairwise(where)]
    return any(_interrupts(lines, index) for index in where) or min(gaps) >= _PAGE
