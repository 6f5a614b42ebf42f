"""The reading view: a text repaired for reading, with a map back to the canonical text.

Lines are joined into paragraphs, words hyphenated across lines are joined, page furniture, markup and the numbers of notes are left out,
white space is folded, and letters of another script that only look like those of the language are put right.
The canonical text is never changed; every span of the view maps to a span of it.
"""

import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from services.ingest.extraction.grammar.tables import load_grammar
from services.ingest.extraction.hyphens import Hyphens, is_hyphenated
from services.ingest.extraction.letters import base_language, lower
from services.ingest.extraction.lines import BREAKS, INVISIBLE, Line, double_spaced, split_lines, widths_of
from services.ingest.extraction.markdown import marks
from shared.domain.ports import ExtractionInput

PARAGRAPH = "\n\n"
# White space that is more than one plain space, and what is not to be seen at all.
_GAPS = re.compile(rf"[\s{INVISIBLE}]{{2,}}|[^\S ]|[{INVISIBLE}]")
# The number of a note; set onto the words that it belongs to, after the stop of a sentence or at the head of a line, it is one:
# "in 1830.[2] The mill …", "in 1830. [2] The mill …".
_NOTE = re.compile(r"\[\d{1,3}\](?:\[\d{1,3}\])*")
_HEADING = 0.7
_RAGGED = 4
_ITEM = re.compile(r"[-–—•*]\s|\(?\d{1,3}[.)]\s")
# A row of a chronology: "1905 — …", "4 May 1932: …", "1918, 28 may – …".
_ROW = re.compile(r"(?=[^:]{0,28}\d)(?:[^\W_]|[,.'’() ]|(?<=\d)[-–—](?=\w)){1,32}?(?:\s[-–—]|:)\s")
# A date alone in its line, over what happened then: "1924", "4th December 1937 :", "1918-ci il".
_HEAD = re.compile(
    r"(?=.{0,28}$)(?:\d{1,2}\w{0,2}\W\s?)?(?:[^\W\d_]{3,12}\W\s?)?[12]\d{3}(?:-\w{2,3}(?:\s\w{2,3})?|,\s[^\W\d_]{3,12}(?:\s\d{1,2})?)?\s?[:.–—-]?"
)
_ROWS = 3
_ROW_SHARE = 8


@dataclass(frozen=True, slots=True)
class ReadingView:
    """A readable text; `positions[i]` is where its i-th code point stands in the canonical text, never falling.

    `lower` is the text in lower case by the rules of its language, of the same length.
    """

    text: str
    lower: str
    positions: Sequence[int]

    def canonical(self, start: int, end: int) -> tuple[int, int]:
        """Map a non-empty span of the view to the span of the canonical text that it was read from."""
        return self.positions[start], self.positions[end - 1] + 1

    def paragraphs(self) -> list[tuple[int, int]]:
        """Return the spans of the paragraphs."""
        spans = []
        start = 0
        while start < len(self.text):
            end = self.text.find(PARAGRAPH, start)
            end = len(self.text) if end < 0 else end
            if end > start:
                spans.append((start, end))
            start = end + len(PARAGRAPH)
        return spans


class _Builder:
    """Collects code points with the places they come from."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._parts: list[str] = []
        self.positions = array("q")

    def take(self, start: int, end: int) -> None:
        """Take over `text[start:end]` as it stands."""
        if end > start:
            self._parts.append(self._text[start:end])
            self.positions.extend(range(start, end))

    def put(self, chars: str, position: int) -> None:
        """Put code points in the place of what stands at `position`."""
        self._parts.append(chars)
        self.positions.extend([position] * len(chars))

    def drop_last(self) -> None:
        """Take back the last code point."""
        self._parts[-1] = self._parts[-1][:-1]
        self.positions.pop()

    def text(self) -> str:
        return "".join(self._parts)


def reading_view(document: ExtractionInput) -> ReadingView:
    """Build the reading view of a text. Linear in its length."""
    text = document.text
    # Blanked, not cut: offsets stay those of the canonical text, and what is left out parts words as white space does.
    shown = _blank(text, [(span.start, span.end) for span in document.skip], " ")
    if document.media_type == "text/markdown":
        shown = _blank(shown, marks(shown), INVISIBLE[0])
    shown = _blank(shown, _notes(shown), INVISIBLE[0])
    grammar = load_grammar(base_language(document.language))
    if grammar.lookalike is not None and grammar.lookalike.search(shown):
        shown = shown.translate(grammar.lookalikes)
    lines = split_lines(shown, marked=document.media_type == "application/pdf")
    kept = [line for line in lines if not line.furniture]
    hyphens = Hyphens([line.text for line in kept], document.language)
    spaced, widths = double_spaced(lines), widths_of(kept)
    rows, heads, ragged = _rows(kept), _dated_heads(kept), _ragged(kept, widths)
    builder = _Builder(shown)
    for index, line in enumerate(kept):
        if index:
            before = kept[index - 1]
            parted = index in rows or index in heads or _parts(before, line, spaced=spaced, width=widths[index - 1], ragged=ragged)
            parted = parted and index - 1 not in heads
            _join(builder, before, line, hyphens, parted=parted)
        _take_line(builder, shown, line)
    view = builder.text()
    return ReadingView(view, lower(view, document.language), builder.positions)


def _rows(lines: list[Line]) -> set[int]:
    """Return which lines begin a row of a chronology: several begin with a date and a dash, or with one and a colon."""
    found = {index for index, line in enumerate(lines) if _ROW.match(line.text) and not is_hyphenated(lines[index - 1].text, line.text)}
    return found if len(found) >= max(_ROWS, len(lines) // _ROW_SHARE) else set()


def _dated_heads(lines: list[Line]) -> set[int]:
    """Return which lines are dates that head what happened then, as rows of a chronology do; several are, each before words."""
    found = {
        index for index, (line, following) in enumerate(pairwise(lines)) if _HEAD.fullmatch(line.text) and following.text[:1].isupper()
    }
    return found if len(found) >= _ROWS else set()


def _notes(text: str) -> list[tuple[int, int]]:
    """Return where the numbers of notes stand."""
    return [
        note.span()
        for note in _NOTE.finditer(text)
        if note.start() == 0 or text[note.start() - 1] not in " \t([" or _heads(text, note) or _after_stop(text, note)
    ]


def _after_stop(text: str, note: re.Match[str]) -> bool:
    """Whether a note stands between two sentences."""
    return text[max(0, note.start() - 2) : note.start()] in (". ", "! ", "? ") and text[note.end() : note.end() + 1] in (" ", "\n", "")


def _heads(text: str, note: re.Match[str]) -> bool:
    """Whether a note stands at the head of a line."""
    begin = max(text.rfind(mark, 0, note.start()) for mark in "\r\n")
    return not text[begin + 1 : note.start()].strip()


def _blank(text: str, spans: list[tuple[int, int]], filler: str) -> str:
    """Overwrite spans, in the same length. Line breaks stay, but for spans of whole lines: what stands around these may be one sentence."""
    parts = []
    done = 0
    for start, end in sorted(spans):
        start, end = max(start, done), min(end, len(text))
        if start < end:
            lines = filler == " " and (start == 0 or text[start - 1] in BREAKS) and text[end - 1] in BREAKS
            blank = filler * (end - start) if lines else "".join(char if char in BREAKS else filler for char in text[start:end])
            parts += [text[done:start], blank]
            done = end
    parts.append(text[done:])
    return "".join(parts)


def _take_line(builder: _Builder, text: str, line: Line) -> None:
    done = line.start
    for gap in _GAPS.finditer(text, line.start, line.end):
        builder.take(done, gap.start())
        if not all(char in INVISIBLE for char in gap.group()):
            builder.put(" ", gap.start())
        done = gap.end()
    builder.take(done, line.end)


def _join(builder: _Builder, before: Line, after: Line, hyphens: Hyphens, *, parted: bool) -> None:
    if parted:
        builder.put(PARAGRAPH, before.end)
    elif not is_hyphenated(before.text, after.text):
        builder.put(" ", before.end)
    elif not hyphens.keep(before.text, after.text):
        builder.drop_last()


def _ragged(lines: list[Line], widths: list[int]) -> bool:
    """Whether lines break anywhere, as in text taken from web pages that were set in narrow columns: short ones are no headings then."""
    short = [
        after
        for before, after, width in zip(lines, lines[1:], widths, strict=False)
        if not before.terminal and not after.blanks and _needed(before, after) <= _HEADING * width
    ]
    return len(short) >= _RAGGED and 2 * sum(line.text[:1].islower() for line in short) > len(short)


def _needed(before: Line, after: Line) -> int:
    """How long a line would be with the first word of the next one."""
    return len(before.text) + 1 + len(after.text.split(None, 1)[0])


def _parts(before: Line, after: Line, *, spaced: bool, width: int, ragged: bool) -> bool:
    """Decide whether a paragraph ends between two lines, of a text set to a width or not, with a blank line after every line or not."""
    runs_on = after.text[:1].islower()
    if is_hyphenated(before.text, after.text) and (runs_on or before.text[-2].isdigit() or not after.blanks):
        return False
    if runs_on and not before.terminal:
        return False
    if after.blanks > 0 and not spaced and not after.interrupted:
        return True
    needed = _needed(before, after)
    if before.terminal:
        # The next word would have stood on this line, had the paragraph gone on.
        return needed <= width or bool(_ITEM.match(after.text))
    return needed <= _HEADING * width and (not ragged or before.text.isupper())
