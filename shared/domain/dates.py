"""EDTF dates (ISO 8601-2:2019, level 2): what they say, their outer bounds, and what can be known about their order.

Every date has an earliest and a latest possible day, counted in proleptic Gregorian day numbers (day 1 is 0001-01-01, as in
`datetime.date.toordinal`; years before it count down through the astronomical year 0). Questions of order and overlap answer
yes, no, or "cannot tell".
"""

import math
import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from shared.domain.errors import InvalidInput

DAY_MIN = -math.inf
DAY_MAX = math.inf

_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

# Level 2 groupings of a year: (first month, number of months). 21-24 and 25-28 begin with the northern spring, 29-32 are the
# southern seasons, 33-36 quarters, 37-39 quadrimesters, 40-41 halves.
_GROUPINGS: dict[int, tuple[int, int]] = {
    **{code: (first, 3) for code, first in zip((21, 22, 23, 24), (3, 6, 9, 12), strict=True)},
    **{code: (first, 3) for code, first in zip((25, 26, 27, 28), (3, 6, 9, 12), strict=True)},
    **{code: (first, 3) for code, first in zip((29, 30, 31, 32), (9, 12, 3, 6), strict=True)},
    **{code: (first, 3) for code, first in zip((33, 34, 35, 36), (1, 4, 7, 10), strict=True)},
    **{code: (first, 4) for code, first in zip((37, 38, 39), (1, 5, 9), strict=True)},
    **{code: (first, 6) for code, first in zip((40, 41), (1, 7), strict=True)},
}

_POINT = re.compile(
    r"(?P<qy>[?~%])?(?P<year>-?[\dX]{4}|Y-?\d{5,9})(?P<qy2>[?~%])?"
    r"(?:-(?P<qm>[?~%])?(?P<month>[\dX]{2})(?P<qm2>[?~%])?"
    r"(?:-(?P<qd>[?~%])?(?P<day>[\dX]{2})(?P<qd2>[?~%])?)?)?"
    r"(?:S(?P<significant>\d{1,9}))?",
    re.ASCII,
)


class Answer(Enum):
    """What can be known about a question on uncertain dates."""

    YES = "yes"
    NO = "no"
    POSSIBLE = "possible"


def is_leap(year: int) -> bool:
    """Tell whether an astronomical year is a leap year of the proleptic Gregorian calendar."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def days_in_month(year: int, month: int) -> int:
    """Return the number of days of a month, 1 to 12."""
    return 29 if month == 2 and is_leap(year) else _MONTH_DAYS[month - 1]


def day_number(year: int, month: int, day: int) -> int:
    """Return the proleptic Gregorian day number; equals `datetime.date.toordinal` where that is defined."""
    # Days from civil, Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
    year -= month <= 2
    era = year // 400
    year_of_era = year - era * 400
    day_of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146097 + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year - 305


def civil(number: int) -> tuple[int, int, int]:
    """Return year, month and day of a proleptic Gregorian day number."""
    shifted = number + 305
    era = shifted // 146097
    day_of_era = shifted - era * 146097
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36524 - day_of_era // 146096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted_month = (5 * day_of_year + 2) // 153
    month = shifted_month + (3 if shifted_month < 10 else -9)
    return year_of_era + era * 400 + (month <= 2), month, day_of_year - (153 * shifted_month + 2) // 5 + 1


@dataclass(frozen=True, slots=True)
class Edtf:
    """One EDTF date with its outer bounds as day numbers (`-inf` and `inf` for open or unknown ends)."""

    text: str
    earliest: float
    latest: float
    approximate: bool
    uncertain: bool

    def __str__(self) -> str:
        return self.text

    @staticmethod
    def parse(text: str) -> "Edtf":
        """Parse an EDTF string; raise `InvalidInput` that names what is wrong with it."""
        return _parse(text)

    @property
    def days(self) -> float:
        """The number of days between the bounds, both included: 1 for a day, infinite for an open end."""
        return self.latest - self.earliest + 1

    @property
    def blurred(self) -> bool:
        """Whether the bounds are not to be taken as sharp: approximate or uncertain."""
        return self.approximate or self.uncertain

    def contains(self, other: "Edtf") -> bool:
        """Whether all possible days of `other` lie within the bounds of this date."""
        return self.earliest <= other.earliest and other.latest <= self.latest

    def overlaps(self, other: "Edtf") -> bool:
        """Whether the two dates share a possible day."""
        return self.earliest <= other.latest and other.earliest <= self.latest

    def before(self, other: "Edtf") -> Answer:
        """Whether this date lies wholly before the other."""
        if self.latest < other.earliest:
            return Answer.YES
        if self.earliest >= other.latest:
            return Answer.NO
        return Answer.POSSIBLE

    def within(self, earliest: float, latest: float) -> Answer:
        """Whether this date lies within the days from `earliest` to `latest`, both included."""
        if earliest <= self.earliest and self.latest <= latest:
            return Answer.YES
        if self.latest < earliest or latest < self.earliest:
            return Answer.NO
        return Answer.POSSIBLE


@lru_cache(maxsize=65536)
def _parse(text: str) -> Edtf:
    body = text.strip()
    if body[:1] in "[{" and body[-1:] in "]}" and len(body) > 2:
        if (body[0] == "[") != (body[-1] == "]"):
            raise InvalidInput(f"{text!r} is not an EDTF date: its brackets do not match")
        parts = [_range(part.strip(), "..", text) for part in body[1:-1].split(",")]
        if any(len(part) == 2 and part[0][0] > part[1][1] for part in parts):
            raise InvalidInput(f"{text!r} is not an EDTF date: a range of it ends before it starts")
        ends = [bound for part in parts for bound in part]
        earliest, latest = min(end[0] for end in ends), max(end[1] for end in ends)
        return Edtf(body, earliest, latest, any("~" in e[2] for e in ends), any("?" in e[2] for e in ends))
    ends = _range(body, "/", text)
    if len(ends) == 2 and ends[0][0] > ends[1][1]:
        raise InvalidInput(f"{text!r} is not an EDTF date: its interval ends before it starts")
    marks = "".join(end[2] for end in ends)
    return Edtf(body, ends[0][0], ends[-1][1], "~" in marks, "?" in marks)


Bounds = tuple[float, float, str]


def _range(part: str, separator: str, whole: str) -> list[Bounds]:
    if separator not in part:
        return [_point(part, whole)]
    first, _, last = part.partition(separator)
    open_start: Bounds = (DAY_MIN, DAY_MIN, "")
    open_end: Bounds = (DAY_MAX, DAY_MAX, "")
    if first in ("", "..") and last in ("", ".."):
        raise InvalidInput(f"{whole!r} is not an EDTF date: an interval has at least one known end")
    return [
        open_start if first in ("", "..") else _point(first, whole),
        open_end if last in ("", "..") else _point(last, whole),
    ]


def _point(part: str, whole: str) -> Bounds:
    match = _POINT.fullmatch(part)
    if not match:
        raise InvalidInput(f"{whole!r} is not an EDTF date: write 2001, 2001-11, 2001-11-09, 198X, 2001-11-09/2001-11-10, 1200~ or -0489")
    group = match.groupdict()
    marks = "".join(group[name] or "" for name in ("qy", "qy2", "qm", "qm2", "qd", "qd2")).replace("%", "?~")
    low, high = _year_bounds(group["year"], group["significant"], whole)
    month, day = group["month"], group["day"]
    if month is None:
        return day_number(low, 1, 1), day_number(high, 12, 31), marks
    if month.isdigit() and int(month) in _GROUPINGS:
        if day is not None:
            raise InvalidInput(f"{whole!r} is not an EDTF date: a season has no days")
        first, count = _GROUPINGS[int(month)]
        end_year, end_month = high + (first + count - 2) // 12, (first + count - 2) % 12 + 1
        return day_number(low, first, 1), day_number(end_year, end_month, days_in_month(end_year, end_month)), marks
    months = _fitting(month, 12)
    if not months:
        raise InvalidInput(f"{whole!r} is not an EDTF date: there is no month {month}")
    if day is None:
        return day_number(low, months[0], 1), day_number(high, months[-1], days_in_month(high, months[-1])), marks
    return *_day_bounds(low, high, months, day, whole), marks


def _day_bounds(low: int, high: int, months: list[int], day: str, whole: str) -> tuple[int, int]:
    def possible(year: int, month: int) -> list[int]:
        return _fitting(day, days_in_month(year, month))

    # A span of eight years holds a leap day, and so every day that the pattern can mean.
    first = next(((y, m) for y in range(low, min(high, low + 8) + 1) for m in months if possible(y, m)), None)
    last = next(((y, m) for y in range(high, max(low, high - 8) - 1, -1) for m in reversed(months) if possible(y, m)), None)
    if first is None or last is None:
        raise InvalidInput(f"{whole!r} is not an EDTF date: that month has no day {day}")
    return day_number(*first, possible(*first)[0]), day_number(*last, possible(*last)[-1])


def _year_bounds(year: str, significant: str | None, whole: str) -> tuple[int, int]:
    negative = year.lstrip("Y").startswith("-")
    digits = year.lstrip("Y-")
    low, high = int(digits.replace("X", "0")), int(digits.replace("X", "9"))
    if significant is not None:
        if not 0 < int(significant) <= len(digits) or "X" in digits:
            raise InvalidInput(f"{whole!r} is not an EDTF date: {significant} significant digits do not fit its year")
        step = 10 ** (len(digits) - int(significant))
        low, high = low // step * step, low // step * step + step - 1
    return (-high, -low) if negative else (low, high)


def _fitting(pattern: str, most: int) -> list[int]:
    """Return the numbers from 1 to `most` that a pattern of two digits can mean: most dates are certain, and mean one."""
    if pattern.isdigit():
        return [number] if 1 <= (number := int(pattern)) <= most else []
    return [number for number in range(1, most + 1) if _fits(pattern, number)]


def _fits(pattern: str, number: int) -> bool:
    return all(p in ("X", d) for p, d in zip(pattern, f"{number:02d}", strict=True))
