"""Dates of cells in words, whatever language they are in: a month by its name, or what the date finder makes of the whole cell."""

import re
from functools import lru_cache

from services.ingest.extraction.dates import tables
from services.ingest.extraction.dates.finder import DateMention, find_dates
from services.ingest.tables.celldate import EXPLICIT, CellDate, Read, Refused, one_day, one_month

YEAR_WANTED = "write the year in the cell, or give it a column called Year"

_HARMLESS = " ()[]\"'“”„«».,;:"
_PIECE = re.compile(r"\d+|[^\W\d_]+|[^\s]")
_BETWEEN = frozenset(".,-/–")


@lru_cache
def languages(first: str) -> tuple[str, ...]:
    """The languages with tables of dates: that of the table first, then English, then the others."""
    available = sorted(tables.available())
    return tuple(dict.fromkeys(code for code in (first, "en", *available) if code in available))


@lru_cache(maxsize=4096)
def month_named(word: str, first: str, *, every: bool = True) -> int | None:
    """Return the month that a word names in a language or, if `every`, in any; None where languages disagree."""
    found: set[int] = set()
    for language in languages(first)[: None if every else 1]:
        lexicon = tables.language(language).lexicon
        value = lexicon.worth.get("MONTH", {}).get(lexicon.fold(word))
        if isinstance(value, int):
            if language == first:
                return value
            found.add(value)
    return found.pop() if len(found) == 1 else None


def by_name(text: str, language: str) -> Read | None:
    """A month by its name with a year, and perhaps a day, in whatever order: `Nov 2001`, `9-Nov-2001`, `1918, 28 may`."""
    pieces = [piece for piece in _PIECE.findall(text) if piece not in _BETWEEN]
    months = [piece for piece in pieces if piece.isalpha()]
    numbers = [piece for piece in pieces if piece.isdecimal()]
    if not text[0].isalnum() or len(months) != 1 or not 1 <= len(numbers) <= 2 or len(months) + len(numbers) != len(pieces):
        return None
    month = month_named(months[0], language)
    years = [number for number in numbers if len(number) == 4]
    days = [number for number in numbers if len(number) <= 2]
    if month is None or len(years) + len(days) != len(numbers):
        return None
    if len(years) != 1:
        return Refused("which year this is is not said in full", "write the year with four figures", form=True) if not years else None
    return one_day(int(years[0]), month, int(days[0])) if days else one_month(int(years[0]), month)


def found_in(text: str, first: str) -> Read | None:
    """A date that the finder of a language makes of the whole cell."""
    for language in languages(first):
        mention = only(find_dates(text, language), text)
        if mention is None:
            continue
        if mention.edtf is not None and mention.derivation == EXPLICIT:
            return CellDate(mention.edtf)
        if mention.edtf is None:
            return Refused("which year this is is not said", YEAR_WANTED, form=True)
    return None


def only(found: list[DateMention], text: str) -> DateMention | None:
    """Return the mention that is all of a text; None where anything that may matter is left over."""
    if len(found) != 1:
        return None
    before, after = text[: found[0].start], text[found[0].end :]
    left = before + after
    return None if left.strip(_HARMLESS) or ".." in left else found[0]
