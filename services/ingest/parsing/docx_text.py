"""The text of WordprocessingML: paragraphs, tables, text boxes and notes, with tracked changes accepted (ECMA-376, part 1, chapter 17)."""

from collections.abc import Iterator
from typing import Any

from services.ingest.parsing.docx_lists import ListNumbers
from services.ingest.parsing.docx_names import ALTERNATIVES, MATH_TEXT, w

_REMOVED_NAMES = "del moveFrom delText instrText delInstrText pPr rPr tblPr trPr tcPr sectPr rt"
_REMOVED = frozenset(map(w, _REMOVED_NAMES.split()))
_CHANGES = frozenset(map(w, ("ins", "del", "moveFrom", "moveTo")))
_CHARACTERS = {
    w("tab"): "\t",
    w("ptab"): "\t",
    w("br"): "\n",
    w("cr"): "\n",
    w("noBreakHyphen"): "\u2011",
    w("softHyphen"): "\u00ad",
}
_NOTE_MARKS = frozenset((w("footnoteReference"), w("endnoteReference")))
_NO_NOTES = frozenset(("separator", "continuationSeparator", "continuationNotice"))


class DocxText:
    """Reads paragraphs, and numbers lists and notes as it goes: use one for one document, in its order.

    `changed` tells whether tracked changes were met.
    """

    def __init__(self, numbers: ListNumbers) -> None:
        self._numbers = numbers
        self._notes: dict[tuple[str, str], int] = {}
        self.changed = False

    def paragraphs(self, parent: Any) -> Iterator[str]:
        """Yield the paragraphs and the table rows in an element, without empty ones."""
        carried = ""
        for block in _blocks_in(parent):
            if block.tag == w("tbl"):
                yield from self._rows(block)
                continue
            boxes: list[Any] = []
            text = carried + self._inline(block, boxes)
            if _is_joined(block):
                self.changed = True
                carried = text  # the mark of its end was deleted: it goes on in the next paragraph
                continue
            carried = ""
            if text.strip():
                yield self._numbers.marker(block) + text.strip(" \n")
            for box in boxes:
                yield from self.paragraphs(box)
        if carried.strip():
            yield carried.strip(" \n")

    def note(self, note: Any) -> list[str]:
        """Return the paragraphs of a footnote or an endnote that the text refers to, its mark before the first."""
        if note.get(w("type")) in _NO_NOTES:
            return []
        number = self._notes.get((note.tag, note.get(w("id"))))
        found = list(self.paragraphs(note)) if number is not None else []
        return [f"[{number}] {found[0].lstrip()}", *found[1:]] if found else []

    def _rows(self, table: Any) -> Iterator[str]:
        for row in _within(table, w("tr")):
            if row.find(f"{w('trPr')}/{w('del')}") is not None:
                self.changed = True
                continue
            cells = [" ".join(" ".join(self.paragraphs(cell)).split()) for cell in _within(row, w("tc"))]
            if any(cells):
                yield "\t".join(cells).rstrip("\t")

    def _inline(self, element: Any, boxes: list[Any]) -> str:
        """Return the text of a paragraph; text boxes that are anchored in it are put into `boxes`."""
        parts: list[str] = []
        waiting = [element]
        while waiting:
            here = waiting.pop()
            if not isinstance(here.tag, str):
                continue
            self.changed |= here.tag in _CHANGES
            if here.tag in _REMOVED:
                continue
            if here.tag in (w("t"), MATH_TEXT):
                parts.append(here.text or "")
            elif here.tag in _CHARACTERS:
                parts.append(_CHARACTERS[here.tag])
            elif here.tag == w("sym"):
                parts.append(_symbol(here))
            elif here.tag in _NOTE_MARKS:
                parts.append(self._mark(here))
            elif here.tag == w("txbxContent"):
                boxes.append(here)
            elif here.tag == ALTERNATIVES:
                waiting += here[:1]  # the rest says the same for older programs
            else:
                waiting += reversed(here)
        return "".join(parts)

    def _mark(self, reference: Any) -> str:
        kind = w("footnote") if reference.tag == w("footnoteReference") else w("endnote")
        number = self._notes.setdefault((kind, reference.get(w("id"))), len(self._notes) + 1)
        return f"[{number}]"


def _blocks_in(parent: Any) -> Iterator[Any]:
    """Yield the paragraphs and tables that stand in an element, those in content controls and tracked changes too."""
    waiting = list(reversed(parent))
    while waiting:
        here = waiting.pop()
        if here.tag in (w("p"), w("tbl")):
            yield here
        elif isinstance(here.tag, str) and here.tag not in _REMOVED:
            waiting += reversed(here[:1] if here.tag == ALTERNATIVES else here)


def _within(parent: Any, tag: str) -> Iterator[Any]:
    """Yield the rows of a table, or the cells of a row, those in content controls too, but not those of tables within."""
    waiting = list(reversed(parent))
    while waiting:
        here = waiting.pop()
        if here.tag == tag:
            yield here
        elif isinstance(here.tag, str) and here.tag not in _REMOVED and here.tag not in (w("tbl"), w("p"), w("tc")):
            waiting += reversed(here)


def _is_joined(paragraph: Any) -> bool:
    return paragraph.find(f"{w('pPr')}/{w('rPr')}/{w('del')}") is not None


def _symbol(element: Any) -> str:
    try:
        return chr(int(element.get(w("char")) or "", 16))
    except (ValueError, OverflowError):
        return ""
