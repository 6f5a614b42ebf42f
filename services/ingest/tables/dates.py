"""Dates of cells: a cell is a date when all of it is one, and it is told which.

A wrong date is worse than none. What can be read in two ways is refused, with what would do: `09/11/2001` unless the rest of the column
shows which number is the day; `2003-04`, which is a month or two years; `9.11.01`, whose century nobody knows.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from services.ingest.extraction.dates.finder import find_dates
from services.ingest.tables.celldate import (
    EXPLICIT,
    CellDate,
    Read,
    Refused,
    both,
    from_edtf,
    interval,
    one_day,
    one_month,
    opened,
    qualified,
)
from services.ingest.tables.datewords import YEAR_WANTED, by_name, found_in, languages, month_named, only
from services.ingest.tables.lexicon import folded, phrases, without_prefix
from shared.domain.dates import Edtf, civil, day_number

Order = Literal["day-first", "month-first"]
Short = Literal["month", "years"]
"""What `2003-04` is in a column: a month, or the years 2003 and 2004."""

MOST, MOST_WORDS = 100, 12
"""Code points and words that a cell with a date may have."""

_DASH_SIGNS = "-–—−‐‑"
_DASHES = re.escape(_DASH_SIGNS)
_LONG_DASHES = "–—"
_TIME = r"(?:[T,]?\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?\s*(?:Z|[+-]\d{2}:?\d{2}|[ap]\.?m\.?)?)?"
_DAY_FIRST_OR_NOT = re.compile(rf"(\d{{1,2}})\s?([./-])\s?(\d{{1,2}})\s?\2\s?(\d{{4}})\.?{_TIME}", re.IGNORECASE)
_SHORT_YEAR = re.compile(rf"(\d{{1,2}})\s?([./-])\s?(\d{{1,2}})\s?\2\s?['’]?(\d{{2}})\.?{_TIME}", re.IGNORECASE)
_YEAR_FIRST = re.compile(rf"(\d{{4}})\s?([./-])\s?(\d{{1,2}})\s?\2\s?(\d{{1,2}})\.?{_TIME}", re.IGNORECASE)
_MONTH_YEAR = re.compile(r"(\d{1,2})\s?[./-]\s?(\d{4})\.?")
_YEAR_MONTH = re.compile(rf"(\d{{4}})\s?([./{_DASHES}])\s?(\d{{1,2}})")
_YEARS = re.compile(rf"(\d{{3,4}})\s?[/{_DASHES}]\s?(\d{{3,4}})")
_YEAR = re.compile(r"\d{3,4}")
_NUMERAL = re.compile(r"\d|\b[IVX]")
_YEARLIKE = re.compile(r"\d{3}|\b[IVX]")
_FEW_WORDS = 4
_COMPACT = re.compile(r"(1[5-9]\d{2}|2[01]\d{2})(\d{2})(\d{2})")
_SERIAL = re.compile(r"\d{5}")
_DAYS = re.compile(rf"(\d{{1,2}})\.?\s?[{_DASHES}]\s?(\d{{1,2}})\.(\d{{1,2}})\.(\d{{4}})\.?")
_DAYS_OF_MONTHS = re.compile(rf"(\d{{1,2}})\.(\d{{1,2}})\.?\s?[{_DASHES}]\s?(\d{{1,2}})\.(\d{{1,2}})\.(\d{{4}})\.?")
_DAY_OF_YEARLESS = re.compile(r"(\d{1,2})([./-])(\d{1,2})\.?")
_EDTF = re.compile(r"[-\dXY~?%./S\[\]{},]{4,60}")
_PARTED = re.compile(rf"\s+[{_DASHES}]+\s+|\s*[{_LONG_DASHES}]\s*")
_UNCERTAIN = re.compile(r"(.*\S)\s*(?:\?|\(\?\))")
_CLOCK = re.compile(r"(.*\S?)[,;]?\s+\d{1,2}:\d{2}(?::\d{2})?")


@dataclass(frozen=True, slots=True)
class Style:
    """How the dates of a column are written, as far as all of its cells show.

    `order`: which of two numbers is the day; None where no cell tells, or cells contradict each other. `dotted`: the same for numbers with
    full stops between them, where nearly everybody begins with the day. `short`: what `2003-04` means. `serial`: the year that bare day
    numbers count from (1900 or 1904), where they are to be read.
    """

    order: Order | None = None
    dotted: Order | None = "day-first"
    short: Short | None = None
    serial: str | None = None


def style_of(cells: Iterable[str], order: Order | None = None, serial: str | None = None) -> Style:
    """Find out from all cells how the dates of a column are written; what is given is believed."""
    seen: dict[bool, set[Order]] = {False: set(), True: set()}  # by whether full stops part the numbers
    shorts: set[Short] = set()
    for text in cells:
        if match := _DAY_FIRST_OR_NOT.fullmatch(text):
            first, second = int(match[1]), int(match[3])
            if first > 12 >= second:
                seen[match[2] == "."].add("day-first")
            elif second > 12 >= first:
                seen[match[2] == "."].add("month-first")
        elif match := _YEAR_FIRST.fullmatch(text):
            shorts.add("month")  # who writes days so writes months so
        elif (match := _YEAR_MONTH.fullmatch(text)) and match[2] in "-/":
            last, year = int(match[3]), int(match[1]) % 100
            if last > 12 and last > year:
                shorts.add("years")
            elif last <= year and 1 <= last <= 12:
                shorts.add("month")
    shown = {dotted: next(iter(orders)) if len(orders) == 1 else None for dotted, orders in seen.items()}
    dotted = shown[True] or (None if seen[True] else "day-first")
    return Style(order or shown[False], order or dotted, next(iter(shorts)) if len(shorts) == 1 else None, serial)


class DateReader:
    """Reads the cells of date columns that are written in one style."""

    def __init__(self, language: str, style: Style) -> None:
        self.language = language
        self.style = style
        self._known: dict[str, Read] = {}

    def read(self, text: str) -> Read:
        """Return the date that a whole cell says, or why there is none."""
        known = self._known.get(text)
        if known is None:
            known = self._known[text] = self._read(text)
        return known

    def _read(self, text: str) -> Read:
        if len(text) > MOST or text.count(" ") >= MOST_WORDS:
            return Refused("this is too long to be a date", "move the words to the column of statements")
        if _NUMERAL.search(text) is None:
            return _without_year(text, self.language)
        return self._figures(text) or self._marked(text) or self._words(text) or self._period(text) or _unknown(text)

    def _figures(self, text: str) -> Read | None:
        if match := _YEAR_FIRST.fullmatch(text):
            return one_day(int(match[1]), int(match[3]), int(match[4]))
        if match := _DAY_FIRST_OR_NOT.fullmatch(text):
            return self._ordered(int(match[1]), int(match[3]), int(match[4]), match[2])
        if match := _SHORT_YEAR.fullmatch(text):
            return Refused(f"the year {match[4]} has two figures, and nothing says of which century", "write the year in full", form=True)
        if match := _MONTH_YEAR.fullmatch(text):
            return one_month(int(match[2]), int(match[1]))
        if match := _YEAR_MONTH.fullmatch(text):
            return self._short(int(match[1]), match[2], match[3])
        if match := _YEARS.fullmatch(text):
            return interval(f"{int(match[1]):04d}", f"{int(match[2]):04d}")
        if _YEAR.fullmatch(text):
            return CellDate(f"{int(text):04d}") if int(text) else None
        if _SERIAL.fullmatch(text):
            return self._serial(int(text))
        if match := _COMPACT.fullmatch(text):
            return one_day(int(match[1]), int(match[2]), int(match[3]))
        if match := _DAYS.fullmatch(text):
            year, month = int(match[4]), int(match[3])
            return both(one_day(year, month, int(match[1])), one_day(year, month, int(match[2])))
        if match := _DAYS_OF_MONTHS.fullmatch(text):
            year = int(match[5])
            return both(one_day(year, int(match[2]), int(match[1])), one_day(year, int(match[4]), int(match[3])))
        return from_edtf(text) if _EDTF.fullmatch(text) and text[0] != "~" else None

    def _ordered(self, first: int, second: int, year: int, mark: str) -> Read:
        """A day and a month in figures: the order is shown by the numbers themselves, else by the column, else by the full stops."""
        if first == second or (first > 12 >= second):
            return one_day(year, second, first)
        if second > 12 >= first:
            return one_day(year, first, second)
        if first > 12:
            return one_day(year, second, first)
        order = self.style.dotted if mark == "." else self.style.order
        if order is None:
            return Refused(
                "day and month cannot be told apart, and no other row of the column shows their order",
                "say --day-first or --month-first, or write 2001-11-09",
                form=True,
            )
        day, month = (first, second) if order == "day-first" else (second, first)
        read = one_day(year, month, day)
        how = EXPLICIT if mark == "." and order == "day-first" else f"{order.replace('-', ' ')}, as in the rest of the column"
        return CellDate(read.edtf, how) if isinstance(read, CellDate) else read

    def _short(self, year: int, mark: str, last: str) -> Read:
        """`2003-04`: a month, or two years of which the second is cut short."""
        number = int(last)
        as_years = len(last) == 2 and number > year % 100
        if mark in _LONG_DASHES:
            if not as_years:
                return Refused(f"the years {year}–{last} go backwards", "write both years in full", form=True)
            return interval(f"{year:04d}", f"{year // 100:02d}{last}")
        if len(last) == 1 and (mark == "." or self.style.short != "month"):
            return Refused("a month in figures has two of them", f"write {number:02d}/{year:04d} if a month is meant", form=True)
        if mark == "." or not 1 <= number <= 12:
            return interval(f"{year:04d}", f"{year // 100:02d}{last}") if as_years and mark != "." else one_month(year, number)
        if as_years and self.style.short is None:
            return Refused(
                "this is a month, or two years",
                f"write {year}/{year // 100:02d}{last} for the years, or {last}/{year} for the month",
                form=True,
            )
        if as_years and self.style.short == "years":
            return Refused(
                "this is a month, or two years as in other rows of the column",
                f"write {year}/{year // 100:02d}{last} for the years, or {last}/{year} for the month",
                form=True,
            )
        return one_month(year, number)

    def _serial(self, number: int) -> Read:
        if self.style.serial is None:
            return Refused(
                "this is the number of a day in a spreadsheet, and a CSV file does not say from which year it counts",
                "save the table with dates, or say --serial 1900 (or 1904, of old Macs)",
                form=True,
            )
        start = day_number(1899, 12, 30) if self.style.serial == "1900" else day_number(1904, 1, 1)
        year, month, day = civil(start + number)
        read = one_day(year, month, day)
        return (
            CellDate(read.edtf, f"day number of a spreadsheet that counts from {self.style.serial}") if isinstance(read, CellDate) else read
        )

    def _marked(self, text: str) -> Read | None:
        """A date with a mark or word that says that it is not sure, not exact, or open."""
        if match := _UNCERTAIN.fullmatch(text):
            return qualified(self.read(match[1]), "?")
        if (rest := without_prefix(text, "circa")) or (text[0] in "~≈" and (rest := text[1:].strip())):
            return qualified(self.read(rest), "~")
        if (rest := without_prefix(text, "since")) and isinstance(start := self.read(rest), CellDate) and "/" not in start.edtf:
            return opened(start)
        parts = [part.strip() for part in _PARTED.split(text, maxsplit=1)]
        if len(parts) == 2 and parts[0] and (not parts[1] or folded(parts[1]) in phrases("ongoing")):
            return opened(self.read(parts[0]))
        if text[-1] in _DASH_SIGNS and text[:-1].strip():
            return opened(self.read(text[:-1].strip()))
        return None

    def _words(self, text: str) -> Read | None:
        if clock := _CLOCK.fullmatch(text):
            text = clock[1].rstrip(" ,;")
        return (by_name(text, self.language) or found_in(text, self.language)) if text else None

    def _period(self, text: str) -> Read | None:
        """Two dates with a dash between them."""
        for match in _PARTED.finditer(text):
            first, last = text[: match.start()].strip(), text[match.end() :].strip()
            if first and last and _PARTED.search(last) is None:
                return both(self.read(first), self.read(last))
        return None

    def within(self, text: str, year: int) -> Read:
        """Return the date of a cell that says no year, in the year that another column says."""
        if match := _DAY_OF_YEARLESS.fullmatch(text):
            return self._ordered(int(match[1]), int(match[3]), year, match[2])
        if isinstance(named := by_name(f"{text} {year:04d}", self.language), CellDate):
            return named
        for language in languages(self.language):
            mention = only(find_dates(text, language, f"{year:04d}"), text)
            if mention and mention.edtf and mention.edtf.startswith(f"{year:04d}-"):
                return CellDate(mention.edtf)
        whole = self.read(text)
        if isinstance(whole, Refused):
            return whole
        date, stated = Edtf.parse(whole.edtf), Edtf.parse(f"{year:04d}")
        if not date.overlaps(stated):
            return Refused(f"this lies outside of the year {year} of the row", "mend the year or the date")
        return whole

    def month(self, text: str) -> int | None:
        """Return the month that a cell names, in figures or words."""
        if text.isdecimal():
            return int(text) if 1 <= int(text) <= 12 else None
        return month_named(text.rstrip("."), self.language)


def reads_as_date(text: str, reader: DateReader) -> bool:
    """Whether a cell is written as a date, although it may not be clear which; a bare number only where histories have such years."""
    if _YEAR.fullmatch(text):
        return 1000 <= int(text) <= 2199
    if _SERIAL.fullmatch(text) or (_YEARLIKE.search(text) is None and text.count(" ") >= _FEW_WORDS):
        return False
    read = reader.read(text)
    return isinstance(read, CellDate) or read.form


def ongoing(text: str) -> bool:
    """Whether the end of a period says that it goes on."""
    return folded(text) in phrases("ongoing")


def _without_year(text: str, language: str) -> Refused:
    """What to say of a cell without any numeral: it may still name a month."""
    named = text.isalpha() and month_named(text, language, every=False) is not None
    return Refused("which year this is is not said", YEAR_WANTED, form=True) if named else _unknown(text)


def _unknown(text: str) -> Refused:
    return Refused("this is not a date, or more than one", "write 2001-11-09, 9 Nov 2001, 2001, c. 1850, 1914–1918 or 490 BC")
