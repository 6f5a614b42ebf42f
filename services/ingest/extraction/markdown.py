"""Marks of Markdown, to be left out of the reading view."""

import re
from collections.abc import Iterator

_FENCE = re.compile(r"^(```|~~~).*?(?:^\1[^\n]*$|\Z)", re.MULTILINE | re.DOTALL)
_LINE_MARKS = re.compile(
    r"^[ \t]{0,3}(?:(?:>[ \t]?)+|#{1,6}(?=[ \t])|[-*+](?=[ \t])|(?:[-*_][ \t]*){3,}$|\|?(?:[ \t]*:?-+:?[ \t]*\|)+[^\n]*$)", re.MULTILINE
)
_INLINE = re.compile(r"!\[|\]\(|\[|<!--|\*{1,3}|(?<!\w)_{1,3}(?=\w)|(?<=\w)_{1,3}(?!\w)|`+|~~|\|")
_CLOSING = re.compile(r"[ \t]#+[ \t]*$", re.MULTILINE)


def marks(text: str) -> list[tuple[int, int]]:
    """Return the spans of markup in a Markdown text, sorted; code blocks are markup as a whole."""
    found = [match.span() for match in _FENCE.finditer(text)]
    for pattern in (_LINE_MARKS, _CLOSING):
        found.extend(match.span() for match in pattern.finditer(text))
    found.extend(_inline(text))
    return sorted(span for span in found if span[1] > span[0])


class _Ahead:
    """Finds what closes a mark in its line. Asked in text order, it looks at no stretch of a text twice."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._next: dict[str, int] = {}

    def close(self, sign: str, at: int) -> int:
        """Return where the next `sign` from `at` on begins, or -1 where the line ends before it."""
        found = self._of(sign, at)
        return found if found < self._of("\n", at) else -1

    def _of(self, sign: str, at: int) -> int:
        if self._next.get(sign, -1) < at:
            found = self._text.find(sign, at)
            self._next[sign] = len(self._text) if found < 0 else found
        return self._next[sign]


def _inline(text: str) -> Iterator[tuple[int, int]]:
    """Yield the marks within lines: of links their brackets and addresses, pictures and comments as a whole."""
    ahead = _Ahead(text)
    at = 0
    while match := _INLINE.search(text, at):
        end = _end(text, ahead, match)
        if end > 0:
            yield match.start(), end
        at = max(end, match.start() + 1)


def _end(text: str, ahead: _Ahead, match: re.Match[str]) -> int:
    """Return where a mark ends; -1 where it is none."""
    mark, at = match.group(), match.end()
    if mark == "<!--":
        close = ahead.close("-->", at)
        return close + len("-->") if close >= 0 else -1
    if mark == "](":
        return ahead.close(")", at) + 1 or -1
    if mark in ("[", "!["):
        close = ahead.close("]", at)
        if close < at + (mark == "[") or not text.startswith("](", close):
            return -1
        return match.end() if mark == "[" else ahead.close(")", close + 2) + 1 or -1
    return at
