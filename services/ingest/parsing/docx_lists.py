"""The numbers and bullets of list items, which a Word file does not hold as text (ECMA-376, part 1, 17.9)."""

import re
from typing import Any, NamedTuple

from services.ingest.parsing.docx_names import w

_LEVELS = 9
_BULLET = "•"
_ROMAN = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
)
_PLACE = re.compile(r"%([1-9])")
_MOST_STYLES = 20


class _Level(NamedTuple):
    kind: str
    pattern: str
    start: int


class ListNumbers:
    """Counts the items of a document's lists; ask for its paragraphs in their order.

    `numbering` and `styles` are the roots of the parts of these names, or None.
    """

    def __init__(self, numbering: Any, styles: Any) -> None:
        self._levels: dict[str, dict[int, _Level]] = {}
        self._lists: dict[str, str] = {}
        self._styles: dict[str, tuple[str | None, tuple[str, int] | None]] = {}
        self._counts: dict[str, list[int | None]] = {}
        if numbering is not None:
            self._read_lists(numbering)
        if styles is not None:
            for style in styles.iter(w("style")):
                based = style.find(w("basedOn"))
                self._styles[style.get(w("styleId"), "")] = (None if based is None else based.get(w("val")), _place(style))

    def marker(self, paragraph: Any) -> str:
        """Return what stands before a paragraph that is an item of a list, with a space after it; else nothing."""
        place = self._place(paragraph)
        if place is None or place[0] not in self._lists:
            return ""
        which, depth = self._lists[place[0]], min(max(place[1], 0), _LEVELS - 1)
        levels = self._levels.get(which, {})
        level = levels.get(depth)
        if level is None or level.kind == "none":
            return ""
        if level.kind == "bullet":
            return f"{_BULLET} "
        counts = self._counts.setdefault(which, [None] * _LEVELS)
        counts[depth] = level.start if counts[depth] is None else (counts[depth] or 0) + 1
        counts[depth + 1 :] = [None] * (_LEVELS - depth - 1)

        def number(match: re.Match[str]) -> str:
            at = int(match.group(1)) - 1
            shown = levels.get(at, level)
            count = counts[at]
            return _spelled(shown.start if count is None else count, shown.kind)

        text = _PLACE.sub(number, level.pattern).strip()
        return f"{text} " if text else ""

    def _place(self, paragraph: Any) -> tuple[str, int] | None:
        """Return the list and the level of a paragraph, its own or those of its style."""
        place = _place(paragraph)
        style = paragraph.find(f"{w('pPr')}/{w('pStyle')}")
        name = None if style is None else style.get(w("val"))
        for _ in range(_MOST_STYLES):
            if place is not None or name not in self._styles:
                break
            name, place = self._styles[name]
        return place

    def _read_lists(self, numbering: Any) -> None:
        for abstract in numbering.iter(w("abstractNum")):
            levels = {_integer(level.get(w("ilvl"))): _level(level) for level in abstract.iter(w("lvl"))}
            self._levels[abstract.get(w("abstractNumId"), "")] = levels
        for number in numbering.iter(w("num")):
            which = number.find(w("abstractNumId"))
            if which is None:
                continue
            name, own = number.get(w("numId"), ""), which.get(w("val"), "")
            self._lists[name] = own
            changed = {
                _integer(override.get(w("ilvl"))): _integer(start.get(w("val")), 1)
                for override in number.iter(w("lvlOverride"))
                if (start := override.find(w("startOverride"))) is not None
            }
            if changed:
                # It counts for itself.
                levels = self._levels.get(own, {})
                self._lists[name] = f"{own} as {name}"
                self._levels[self._lists[name]] = {
                    depth: level._replace(start=changed.get(depth, level.start)) for depth, level in levels.items()
                }


def _place(element: Any) -> tuple[str, int] | None:
    properties = element.find(f"{w('pPr')}/{w('numPr')}")
    if properties is None:
        return None
    which, depth = properties.find(w("numId")), properties.find(w("ilvl"))
    return None if which is None else (which.get(w("val"), ""), 0 if depth is None else _integer(depth.get(w("val"))))


def _level(element: Any) -> _Level:
    kind, pattern, start = (element.find(w(name)) for name in ("numFmt", "lvlText", "start"))
    return _Level(
        "decimal" if kind is None else kind.get(w("val"), "decimal"),
        "" if pattern is None else pattern.get(w("val"), ""),
        1 if start is None else _integer(start.get(w("val")), 1),
    )


def _integer(text: str | None, otherwise: int = 0) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 7 else otherwise


def _spelled(number: int, kind: str) -> str:
    if kind in ("lowerLetter", "upperLetter") and number > 0:
        letter = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letter[:10] if kind == "lowerLetter" else letter[:10].upper()
    if kind in ("lowerRoman", "upperRoman") and 0 < number < 4000:
        roman = ""
        for value, letters in _ROMAN:
            roman += letters * (number // value)
            number %= value
        return roman if kind == "lowerRoman" else roman.upper()
    return f"{number:02}" if kind == "decimalZero" else str(number)
