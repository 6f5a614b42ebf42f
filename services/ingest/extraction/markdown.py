"""Marks of Markdown, to be left out of the reading view."""

import re

_FENCE = re.compile(r"^(```|~~~).*?(?:^\1[^\n]*$|\Z)", re.MULTILINE | re.DOTALL)
_LINE_MARKS = re.compile(
    r"^[ \t]{0,3}(?:(?:>[ \t]?)+|#{1,6}(?=[ \t])|[-*+](?=[ \t])|(?:[-*_][ \t]*){3,}$|\|?(?:[ \t]*:?-+:?[ \t]*\|)+[^\n]*$)", re.MULTILINE
)
_INLINE = re.compile(
    r"!\[[^\]\n]*\]\([^)\n]*\)|\]\([^)\n]*\)|\[(?=[^\]\n]+\]\()|\*{1,3}|(?<!\w)_{1,3}(?=\w)|(?<=\w)_{1,3}(?!\w)|`+|~~|<!--.*?-->|\|"
)
_CLOSING = re.compile(r"[ \t]#+[ \t]*$", re.MULTILINE)


def marks(text: str) -> list[tuple[int, int]]:
    """Return the spans of markup in a Markdown text, sorted; code blocks are markup as a whole."""
    found = [match.span() for match in _FENCE.finditer(text)]
    for pattern in (_LINE_MARKS, _INLINE, _CLOSING):
        found.extend(match.span() for match in pattern.finditer(text))
    return sorted(span for span in found if span[1] > span[0])
