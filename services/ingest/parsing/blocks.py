"""Text out of a tree of HTML, or of what trafilatura makes of it: paragraphs, items, table rows, a blank line between them."""

import re
from typing import Any, NamedTuple

from lxml import etree

_BLOCK_NAMES = """
    address article aside body caption center dd details dialog div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 head
    header hgroup hr item legend li list main menu nav ol option p pre quote blockquote row search section summary table tbody td tfoot th
    thead tr ul
"""
_UNSEEN_NAMES = """
    script style noscript template title meta link svg math iframe object embed canvas audio video select textarea button input
"""
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_UNSEEN = frozenset(_UNSEEN_NAMES.split())
_BREAKS = frozenset(("br", "lb"))
_ITEMS, _ORDERED = frozenset(("li", "item")), frozenset(("ol",))
_LISTS = frozenset(("ul", "ol", "menu", "list"))
_CELLS, _ROWS = frozenset(("td", "th", "cell")), frozenset(("tr", "row"))
_QUOTES = frozenset(("blockquote", "quote"))
_KEPT_SPACE = frozenset(("pre", "code"))
_SPACE = re.compile(r"[ \t\r\n\f]+")


class Blocks(NamedTuple):
    """A text, and where its block quotations stand in it, as (start, end), in order and apart."""

    text: str
    quotations: tuple[tuple[int, int], ...]


def blocks(root: Any) -> Blocks:
    """Return the text of a tree. Works along the tree, not down into it: a deep one is no harm."""
    builder = _Builder()
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        name = element.tag.lower() if isinstance(element.tag, str) else ""
        # trafilatura calls headings "head": a page's own head is not to be seen.
        unseen = name in _UNSEEN or (name == "head" and element.getparent() is not None and element.getparent().tag == "html")
        if event == "start":
            if unseen:
                walk.skip_subtree()
                continue
            builder.begin(name, str(element.get("rend") or ""))
            builder.add(element.text)
        else:
            if not unseen:
                builder.end(name)
            if element is not root:
                builder.add(element.tail)
    builder.flush()
    return Blocks("".join(builder.parts), tuple(builder.quotations))


class _Builder:
    """Collects the words of the block at hand, and the blocks before it."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.quotations: list[tuple[int, int]] = []
        self._length = 0
        self._words: list[str] = []
        self._lists: list[int | None] = []
        self._marker = ""
        self._cells = 0
        self._cells_of_row = 0
        self._kept_space = 0
        self._quotes: list[int] = []

    def begin(self, name: str, rend: str) -> None:
        """Enter an element."""
        if name in _BREAKS:
            self._words.append(" " if self._cells else "\n")
        elif name in _CELLS:
            if self._cells == 0 and self._cells_of_row:
                self._words.append("\t")
            self._cells_of_row += self._cells == 0
            self._cells += 1
        elif name in _BLOCKS:
            self._part()
        if name in _ROWS and not self._cells:
            self._cells_of_row = 0
        elif name in _LISTS:
            self._lists.append(0 if name in _ORDERED or rend == "ol" else None)
        elif name in _ITEMS and not self._cells:
            self._marker = self._next_marker()
        elif name in _KEPT_SPACE:
            self._kept_space += 1
        if name in _QUOTES and not self._cells:
            self._quotes.append(self._length)

    def end(self, name: str) -> None:
        """Leave an element."""
        if name in _CELLS:
            self._cells -= 1
        elif name in _BLOCKS:
            self._part()
        if name in _LISTS and self._lists:
            self._lists.pop()
        elif name in _ITEMS:
            self._marker = ""
        elif name in _KEPT_SPACE:
            self._kept_space -= 1
        if name in _QUOTES and self._quotes and not self._cells:
            start = self._quotes.pop()
            if not self._quotes and self._length > start:
                self.quotations.append((start + (2 if start else 0), self._length))

    def add(self, text: str | None) -> None:
        """Add words to the block at hand."""
        if text:
            self._words.append(text if self._kept_space and not self._cells else _SPACE.sub(" ", text))

    def flush(self) -> None:
        """End the block at hand."""
        lines = "".join(self._words).split("\n")
        self._words = []
        text = "\n".join(line.strip(" ") if not self._kept_space else line.rstrip() for line in lines).strip(" \n")
        if not self._kept_space:
            text = re.sub(" {2,}", " ", re.sub(" ?\t ?", "\t", text)).rstrip("\t")
        if not text.strip():
            return
        for part in ("\n\n" if self.parts else "", self._marker, text):
            if part:
                self.parts.append(part)
                self._length += len(part)
        self._marker = ""

    def _part(self) -> None:
        if self._cells:
            self._words.append(" ")
        else:
            self.flush()

    def _next_marker(self) -> str:
        if not self._lists or self._lists[-1] is None:
            return "- "
        self._lists[-1] += 1
        return f"{self._lists[-1]}. "
