"""EDTF dates in words: `2001-11-09/2001-11-10` is "9–10 November 2001". The words stand in `dates.toml`."""

import re
import tomllib
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib import resources
from typing import Any

from shared.domain.dates import Edtf, civil

_TABLES: dict[str, dict[str, Any]] = tomllib.loads(resources.files(__package__).joinpath("dates.toml").read_text(encoding="utf-8"))
_POINT = re.compile(
    r"[?~%]?(?P<year>-?[\dX]{4}|Y-?\d{5,9})[?~%]?"
    r"(?:-[?~%]?(?P<month>[\dX]{2})[?~%]?(?:-[?~%]?(?P<day>[\dX]{2})[?~%]?)?)?(?:S(?P<significant>\d+))?"
)


@dataclass(frozen=True, slots=True)
class _Point:
    """One date as written, its qualifiers apart."""

    year: str
    month: str | None
    day: str | None
    significant: str | None
    marks: str
    text: str

    @property
    def only_years(self) -> bool:
        """Whether it is a year or several, with nothing else to say."""
        return self.month is None and not self.marks and not self.significant

    @property
    def plain(self) -> bool:
        """Whether it has a known year of our era, known parts, and nothing else to say."""
        known = (self.year, self.month or "01", self.day or "01")
        season = self.month is not None and self.month.isdigit() and int(self.month) > 12
        return not self.marks and not self.significant and not season and all(part.isdigit() for part in known) and int(self.year) > 0


@lru_cache(maxsize=16384)
def date_words(edtf: str, language: str = "en") -> str:
    """Return a valid EDTF date in words of a language that has a table, else in English."""
    Edtf.parse(edtf)
    words = _TABLES.get(language, _TABLES["en"])
    if edtf[0] in "[{":
        members = [_interval(part.strip(), "..", words) for part in edtf[1:-1].split(",")]
        form, joint = (words["one_of"], words["or"]) if edtf[0] == "[" else (words["all_of"], words["and"])
        return str(form.format(dates=_listed(members, joint))) if len(members) > 1 else members[0]
    return _interval(edtf, "/", words)


def moment_words(moment: datetime, language: str = "en") -> str:
    """Return a point in time in words: day and time of day, UTC."""
    return f"{date_words(moment.date().isoformat(), language)}, {moment:%H:%M} UTC"


def _listed(members: list[str], joint: str) -> str:
    return f"{', '.join(members[:-1])} {joint} {members[-1]}"


def _interval(text: str, separator: str, words: dict[str, Any]) -> str:
    first, found, last = text.partition(separator)
    if not found:
        return _said(_point(text), words)
    if first in ("", ".."):
        return str(words["until" if first == ".." or separator == ".." else "unknown_to"].format(date=_said(_point(last), words)))
    if last in ("", ".."):
        return str(words["from" if last == ".." or separator == ".." else "from_to_unknown"].format(date=_said(_point(first), words)))
    return _between(_point(first), _point(last), words)


def _between(first: _Point, last: _Point, words: dict[str, Any]) -> str:
    if first.text == last.text:
        return _said(first, words)
    if first.only_years and last.only_years:
        return _years(_first_year(first), civil(int(Edtf.parse(last.text).latest))[0], words)
    said = _said(first, words), _said(last, words)
    if first.plain and last.plain and first.year == last.year and first.month and last.month:
        return _within_a_year(first, last, words)
    return f"{said[0]} – {said[1]}"


def _within_a_year(first: _Point, last: _Point, words: dict[str, Any]) -> str:
    whole = _said(last, words)
    if first.day is None and last.day is None:
        return f"{_month(first, words)}–{whole}"
    if first.day is None or last.day is None:
        return f"{_said(first, words)} – {whole}"
    if first.month == last.month:
        return f"{int(first.day)}–{whole}"
    return f"{words['day_of_month'].format(day=int(first.day), month=_month(first, words))} – {whole}"


def _point(text: str) -> _Point:
    match = _POINT.fullmatch(text)
    assert match, text  # Edtf.parse has accepted it
    marks = "".join(mark for mark in "?~%" if mark in text)
    return _Point(match["year"], match["month"], match["day"], match["significant"], marks, text)


def _said(point: _Point, words: dict[str, Any]) -> str:
    said = _bare(point, words)
    if "~" in point.marks or "%" in point.marks:
        said = str(words["approximate"].format(date=said))
    if "?" in point.marks or "%" in point.marks:
        said = str(words["uncertain"].format(date=said))
    return said


def _bare(point: _Point, words: dict[str, Any]) -> str:
    if point.significant or "X" in point.year or (point.month and "X" in point.month) or (point.day and "X" in point.day):
        return _unspecified(point, words)
    year = _year(int(point.year.lstrip("Y")), words)
    if point.month is None:
        return year
    if int(point.month) > 12:
        return str(words["seasons"][point.month].format(year=year))
    if point.day is None:
        return str(words["month"].format(month=_month(point, words), year=year))
    return str(words["day"].format(day=int(point.day), month=_month(point, words), year=year))


def _unspecified(point: _Point, words: dict[str, Any]) -> str:
    bounds = Edtf.parse(point.text)
    first, last = civil(int(bounds.earliest)), civil(int(bounds.latest))
    known_year = "X" not in point.year and not point.significant
    if known_year:
        year = _year(int(point.year.lstrip("Y")), words)
        if point.month == "XX":
            if point.day is None or point.day == "XX":
                return str(words["month_unknown" if point.day is None else "date_unknown"].format(year=year))
        elif point.day == "XX" and (point.month or "").isdigit():
            return str(words["day_unknown"].format(month=_month(point, words), year=year))
    elif point.month is None:
        if point.significant:
            return str(words["rounded"].format(year=_year(int(point.year.lstrip("Y")), words), first=first[0], last=last[0]))
        if re.fullmatch(r"\d{3}X", point.year):
            return _decade(first[0], words)
        return _years(_first_year(point), last[0], words)
    elif point.year == "XXXX" and point.month.isdigit() and point.day and point.day.isdigit():
        return str(words["day_of_any_year"].format(day=int(point.day), month=_month(point, words)))
    return " – ".join(
        words["day"].format(day=day, month=words["months"][month - 1], year=_year(year, words)) for year, month, day in (first, last)
    )


def _month(point: _Point, words: dict[str, Any]) -> str:
    return str(words["months"][int(point.month or 1) - 1])


def _year(year: int, words: dict[str, Any]) -> str:
    """Astronomical year 0 is 1 BCE."""
    return str(year) if year > 0 else str(words["era"].format(year=1 - year))


def _first_year(point: _Point) -> int:
    """The first century of our era is `00XX`, which has a year 0 in it that nobody means: our era begins with 1."""
    year = civil(int(Edtf.parse(point.text).earliest))[0]
    return 1 if year == 0 and "X" in point.year else year


def _years(first: int, last: int, words: dict[str, Any]) -> str:
    """A stretch of years; the era is said once where both ends are before ours."""
    if last <= 0:
        return str(words["era"].format(year=f"{1 - first}–{1 - last}"))
    return f"{_year(first, words)}–{_year(last, words)}"


def _decade(year: int, words: dict[str, Any]) -> str:
    endings: dict[str, str] = words.get("ordinals", {})
    ending = next((endings[digits] for digits in sorted(endings, key=len, reverse=True) if str(year).endswith(digits)), "")
    return str(words["decade"].format(year=year, ending=ending))
