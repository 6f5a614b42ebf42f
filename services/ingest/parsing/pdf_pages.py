"""From the words of all pages to one text: headers and footers known by their coming back, pages with their offsets."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from services.ingest.parsing.pdf_furniture import EDGE, EdgeRow, furniture, repeats
from services.ingest.parsing.pdf_layout import Line, Row, lines_of, rows_of
from services.ingest.parsing.pdf_words import PageWords, Word
from shared.domain.provenance import Span

_SAME_SIZE = 0.06


class _Page(NamedTuple):
    """What a page says: `above` and `beneath` are the lines of its header and its footer, `aside` lines that stand turned."""

    above: list[str]
    lines: list[Line]
    aside: list[str]
    beneath: list[str]


def assembled(pages: Sequence[PageWords]) -> tuple[str, tuple[int, ...], tuple[Span, ...]]:
    """Return the text of pages, the offset of each, and the spans of what repeats on them.

    Text that runs on from page to page has one line break between its halves, the header and the footer apart.
    """
    text = _Text()
    laid_out = _laid_out(pages)
    repeated = _repeated(laid_out)
    size = 0.0
    for page in laid_out:
        opens = bool(page.lines and size and abs(page.lines[0].size - size) > _SAME_SIZE * size)
        text.begin_page(opens=opens)
        for header in page.above:
            text.line(header, skip=True)
        for number, line in enumerate(page.lines):
            text.line(line.text, opens=line.opens and number > 0)
        size = page.lines[-1].size if page.lines else size
        for number, aside in enumerate(page.aside):
            text.line(aside, opens=number == 0 and bool(page.lines), skip=aside in repeated)
        for footer in page.beneath:
            text.line(footer, skip=True)
    return text.text(), tuple(text.pages), tuple(text.skip)


class _Text:
    """Collects lines and tells where they stand."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self.pages: list[int] = []
        self.skip: list[Span] = []

    def begin_page(self, *, opens: bool) -> None:
        """Begin a page; `opens` where it visibly begins something new, which is a blank line at the end of the page before."""
        if opens:
            self._put("\n")
        self.pages.append(self._length)

    def line(self, line: str, *, opens: bool = False, skip: bool = False) -> None:
        """Add a line with its break, after a blank one where it opens something new."""
        if opens:
            self._put("\n")
        start = self._length
        self._put(line + "\n")
        if not skip:
            return
        if self.skip and self.skip[-1].end == start:
            start = self.skip.pop().start
        self.skip.append(Span(start=start, end=self._length))

    def text(self) -> str:
        return "".join(self._parts)

    def _put(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)


def _laid_out(pages: Sequence[PageWords]) -> list[_Page]:
    rows = [rows_of(page.words[0][1]) if page.words else [] for page in pages]
    edges = [edge for number, page in enumerate(pages) for edge in _edges(number, page, rows[number])]
    repeated = furniture(edges, len(pages))
    if len(repeated) == sum(map(len, rows)):
        repeated = {}  # where nothing else stands on any page, that is what they say
    found = []
    for number, page in enumerate(pages):
        places = [repeated.get((number, at)) for at in range(len(rows[number]))]
        by_place: dict[bool | None, list[Row]] = {True: [], False: [], None: []}
        for row, place in zip(rows[number], places, strict=True):
            by_place[place].append(row)
        found.append(
            _Page(
                [row.text for row in by_place[True]],
                lines_of(by_place[None]),
                [line for angle, words in page.words[1:] for line in _turned(angle, words)],
                [row.text for row in by_place[False]],
            )
        )
    return found


def _edges(number: int, page: PageWords, rows: list[Row]) -> list[EdgeRow]:
    last = len(rows) - 1
    top = [EdgeRow(number, at, True, at == 0, page.top - row.base, row.text) for at, row in enumerate(rows[:EDGE])]
    foot = range(max(0, len(rows) - EDGE), len(rows))
    return top + [EdgeRow(number, at, False, at == last, rows[at].base - page.bottom, rows[at].text) for at in foot]


def _turned(angle: int, words: list[Word]) -> list[str]:
    """Return the lines of text that stands turned; text at a slant is one line, in the order of the file."""
    if angle % 90 == 0:
        return [line.text for line in lines_of(rows_of(words))]
    return ["".join(f" {word.text}" if word.spaced and number else word.text for number, word in enumerate(words))]


def _repeated(pages: list[_Page]) -> set[str]:
    """Return the turned lines that stand on several pages, as a stamp does."""
    counts = Counter(line for page in pages for line in set(page.aside))
    return {line for line, count in counts.items() if count >= repeats(len(pages))}
