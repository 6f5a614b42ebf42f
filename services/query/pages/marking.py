"""A text as HTML with its cited passages marked, so that a citation's link lands on its very words.

Passages that nest are nested elements. One that begins in another and ends outside it is cut there: its first piece carries the id,
all its pieces carry its name in `data-of`, by which the script lights up all of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup, escape


@dataclass(frozen=True, slots=True)
class Marked:
    """A passage to mark: the element's tag, class and id."""

    start: int
    end: int
    anchor: str
    tag: str = "mark"
    css: str = ""


def mark_up(text: str, passages: Iterable[Marked]) -> Markup:
    """Return the text, escaped, with its passages marked. The text of the result is the text given, letter by letter."""
    waiting = sorted(passages, key=lambda passage: (passage.start, -passage.end, passage.anchor), reverse=True)
    open_now: list[Marked] = []
    pieces: list[Markup] = []
    at = 0
    while waiting or open_now:
        next_start = waiting[-1].start if waiting else len(text)
        next_end = min((passage.end for passage in open_now), default=len(text))
        if open_now and next_end <= next_start:
            pieces.append(_letters(text[at:next_end]))
            at = next_end
            _close(open_now, next_end, pieces)
        else:
            pieces.append(_letters(text[at:next_start]))
            at = next_start
            passage = waiting.pop()
            pieces.append(_opening(passage, first=True))
            open_now.append(passage)
    pieces.append(_letters(text[at:]))
    return Markup("").join(pieces)


def _close(open_now: list[Marked], at: int, pieces: list[Markup]) -> None:
    """Close all passages that end here; those opened inside them which go on are closed too and opened again."""
    outermost = next(index for index, passage in enumerate(open_now) if passage.end == at)
    inside = open_now[outermost:]
    del open_now[outermost:]
    pieces += [Markup("</{}>").format(passage.tag) for passage in reversed(inside)]
    for passage in inside:
        if passage.end > at:
            pieces.append(_opening(passage, first=False))
            open_now.append(passage)


def _opening(passage: Marked, *, first: bool) -> Markup:
    anchor = Markup(' id="{}"').format(passage.anchor) if first and passage.anchor else Markup("")
    of = Markup(' data-of="{}"').format(passage.anchor) if passage.anchor else Markup("")
    css = Markup(' class="{}"').format(passage.css) if passage.css else Markup("")
    return Markup("<{}{}{}{}>").format(passage.tag, anchor, of, css)


def _letters(text: str) -> Markup:
    # A bare carriage return would be read as a line feed.
    return escape(text).replace("\r", Markup("&#13;"))
