"""Columns of numbers: what is counted, as the header says, and how many, as the cells say."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from services.ingest.extraction.letters import base_language, lower
from services.ingest.extraction.numbers import shown
from services.ingest.tables.lexicon import decimal_mark, folded, phrases, without_prefix
from shared.domain.claims import Bound, ValueKind
from shared.lexicon.units import load_units

MOST, MOST_DIGITS = 100, 18
"""Characters of a cell that holds a number, and digits of the number."""

_BOUNDS: dict[str, Bound] = {
    ">": "more_than",
    "<": "less_than",
    "≥": "at_least",
    "≤": "at_most",
    "~": "about",
    "≈": "about",
    ">=": "at_least",
    "<=": "at_most",
}
_SIGN = re.compile(r"(>=|<=|[><≥≤~≈])\s*")
_NUMBER = r"-?\d[\d.,'’\s\u00a0\u202f]*"
_WHOLE = re.compile(rf"({_NUMBER}?)(?:\s*[-–—]\s*({_NUMBER}))?\s*([+?]?)")
_SPACES = re.compile(r"[\s\u00a0\u202f'’]")
_GROUPED = re.compile(r"\d{1,3}(?:([.,])\d{3})+")
_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
_PERCENT = "%"


@dataclass(frozen=True, slots=True)
class Attribute:
    """What a column of numbers gives values of. `bound` is what the header says of all its numbers: "Visitors (approx.)"."""

    name: str
    kind: ValueKind = "count"
    unit: str | None = None
    bound: Bound = "exact"


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a cell."""

    value: str
    bound: Bound = "exact"
    upper: str | None = None
    unit: str | None = None


def attribute_of(header: str, language: str) -> Attribute:
    """Return what a header counts: the normalised attribute where the unit tables know the noun, else the header as it is written."""
    kind, unit, bare = _unit_of(header, language)
    name = " ".join(bare.split()) or header.strip()
    bound: Bound = "exact"
    bracketed = _BRACKETS.search(name)
    if bracketed and folded(bracketed.group()) in phrases("circa"):
        bound = "about"
        name = " ".join(name.replace(bracketed.group(), " ").split()) or name
    known = next((found for code in dict.fromkeys((base_language(language), "en")) if (found := _counted(name, code))), None)
    return Attribute((known or name)[:200], kind, unit, bound)


def _unit_of(header: str, language: str) -> tuple[ValueKind, str | None, str]:
    """Find a currency or a percentage in a header: "Cost (EUR)", "Turnout, %". Also returns the header without it."""
    bracketed = _BRACKETS.search(header)
    inside = next((part for part in bracketed.groups() if part is not None), "") if bracketed else ""
    bare = header[: bracketed.start()] + header[bracketed.end() :] if bracketed else header
    for words in filter(None, (inside.strip(), *header.split()[-1:])):
        without = bare if words == inside.strip() else header[: header.rindex(words)].rstrip(" ,;:–-")
        code = _currency(words, language)
        if code:
            return "money", code, without
        if words.strip() == _PERCENT or (
            words == inside.strip() and load_units(base_language(language)).percent.find(lower(words, language))
        ):
            return "percent", _PERCENT, without
    return "count", None, header


def _currency(words: str, language: str) -> str | None:
    units = load_units(base_language(language))
    if words in units.symbols:
        return units.symbols[words]
    noun = units.money.find(lower(words, language)) or load_units("en").money.find(words.lower())
    if noun:
        return noun.name
    return words if words.isupper() and words in set(units.symbols.values()) else None


def _counted(header: str, language: str) -> str | None:
    units = load_units(language)
    written = lower(header, language)
    candidates = [written]
    folds, pieces = folded(written), written.split()
    candidates += [" ".join(pieces[len(phrase.split()) :]) for phrase in phrases("count_of") if folds.startswith(f"{phrase} ")]
    candidates += [" ".join(pieces[: -len(phrase.split())]) for phrase in phrases("counted") if folds.endswith(f" {phrase}")]
    for candidate in candidates:
        if noun := units.counted.find(candidate):
            return noun.name
    return None


class NumberReader:
    """Reads the cells of one column of numbers."""

    def __init__(self, cells: Iterable[str], language: str) -> None:
        self._decimal = _decimal_of(cells) or decimal_mark(base_language(language))
        self._units = load_units(base_language(language))

    def read(self, text: str) -> Number | None:
        """Return the number that a whole cell says; None where it says none."""
        if len(text) > MOST:
            return None
        rest, bound = text, None
        if sign := _SIGN.match(rest):
            bound, rest = _BOUNDS[sign[1]], rest[sign.end() :]
        elif about := without_prefix(rest, "circa"):
            bound, rest = "about", about
        rest, unit = self._stripped(rest)
        match = _WHOLE.fullmatch(rest)
        if match is None:
            return None
        value, upper = self._number(match[1]), self._number(match[2]) if match[2] else None
        if value is None or (match[2] and upper is None) or (upper is not None and upper <= value):
            return None
        after: Bound | None = {"+": "at_least", "?": "about"}.get(match[3])  # type: ignore[assignment]
        return Number(shown(value), bound or after or "exact", None if upper is None else shown(upper), unit)

    def _stripped(self, text: str) -> tuple[str, str | None]:
        """Take a sign of money or a percent sign off a number."""
        for symbol, code in (*self._units.symbols.items(), (_PERCENT, _PERCENT)):
            if text.startswith(symbol) and symbol != _PERCENT:
                return text[len(symbol) :].strip(), code
            if text.endswith(symbol):
                return text[: -len(symbol)].strip(), code
        return text, None

    def _number(self, text: str) -> Decimal | None:
        digits = _SPACES.sub("", text)
        group = "," if self._decimal == "." else "."
        whole, _, fraction = digits.partition(self._decimal)
        sign, whole = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
        if group in whole:
            if not _GROUPED.fullmatch(whole):
                return None
            whole = whole.replace(group, "")
        if not whole.isascii() or not whole.isdigit() or len(whole) > MOST_DIGITS or (self._decimal in digits and not fraction.isdigit()):
            return None
        return Decimal(f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}")


def looks_numeric(text: str) -> bool:
    """Whether a cell holds a number, whatever its separators."""
    return NumberReader((text,), "en").read(text) is not None


def _decimal_of(cells: Iterable[str]) -> str | None:
    """Return the mark before fractions, as far as the cells of a column show it; None where they do not or contradict each other."""
    shown_by: set[str] = set()
    for text in cells:
        for number in re.findall(r"\d[\d.,]*\d", text):
            marks = [mark for mark in number if mark in ".,"]
            if not marks:
                continue
            last = marks[-1]
            other = "," if last == "." else "."
            fraction = number.rpartition(last)[2]
            if len(set(marks)) == 2:
                shown_by.add(last)
            elif len(marks) > 1:
                shown_by.add(other)
            elif len(fraction) != 3:
                shown_by.add(last)
    return shown_by.pop() if len(shown_by) == 1 else None
