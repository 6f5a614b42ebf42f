"""How two dates stand to one another, with slack where a date is not meant to be sharp."""

import math
from collections.abc import Iterable
from enum import Enum
from functools import lru_cache

from shared.domain.dates import Edtf, civil

_APPROXIMATE_SLACK = 0.5
"""An approximate or uncertain date may be off by half its own length at either end …"""
_LEAST_SLACK = 1
"""… and by one day at least."""


class Relation(Enum):
    """What two dates allow to think of one happening."""

    SAME_DAYS = "same days"
    SAME = "same"
    WITHIN = "within"
    OVERLAP = "overlap"
    UNDATED = "undated"
    APART = "apart"


DAYS = 7
"""A date of up to so many days names particular days."""


_LASTING = 31
"""Days of the longest span within which different days are taken for days of one happening."""


def bounds(date: Edtf) -> tuple[float, float]:
    """Return the first and last day that a date may mean, slack included."""
    if not date.blurred or math.isinf(date.days):
        return date.earliest, date.latest
    slack = max(_LEAST_SLACK, date.days * _APPROXIMATE_SLACK)
    return date.earliest - slack, date.latest + slack


def agree(one: Edtf, other: Edtf) -> bool:
    """Whether both dates can be right about one happening."""
    (first, last), (other_first, other_last) = bounds(one), bounds(other)
    return first <= other_last and other_first <= last


def named_days(date: Edtf) -> bool:
    """Whether a date names the days that something lasted: `9-10 November`, not a day, a month or an open span."""
    return "/" in date.text and 1 < date.days <= _LASTING


def contradict(one: Edtf, other: Edtf, lasted: Iterable[Edtf]) -> bool:
    """Whether two dates cannot both be right, given the spans of named days that claims say it lasted: two days of one span can."""
    return not agree(one, other) and not any(span.contains(one) and span.contains(other) for span in lasted)


def relation(one: Edtf | None, other: Edtf | None) -> Relation:
    """Compare two dates."""
    if one is None or other is None:
        return Relation.UNDATED
    if (one.latest < other.earliest or other.latest < one.earliest) and not (one.blurred or other.blurred):
        return Relation.APART  # most pairs by far
    if (one.earliest, one.latest) == (other.earliest, other.latest):
        return Relation.SAME_DAYS if one.days <= DAYS else Relation.SAME
    if one.contains(other) or other.contains(one):
        return Relation.WITHIN
    return Relation.OVERLAP if agree(one, other) else Relation.APART


def gap(one: Edtf, other: Edtf) -> float:
    """Return the days that lie between two dates, 0 when they overlap."""
    return max(0.0, max(one.earliest, other.earliest) - min(one.latest, other.latest))


_MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]


@lru_cache(maxsize=65536)
def told(date: Edtf) -> str:
    """Say a date in words: `9–10 November 2001`, `November 2001`, `1978`; other dates as they are written in EDTF."""
    if math.isinf(date.days) or date.blurred or date.earliest < 1:
        return date.text
    (year, month, day), (last_year, last_month, last_day) = civil(int(date.earliest)), civil(int(date.latest))
    if date.days == 1:
        return f"{day} {_MONTHS[month - 1]} {year}"
    if (year, month) == (last_year, last_month):
        whole = "-" not in date.text.replace("-", "", 1)
        return f"{_MONTHS[month - 1]} {year}" if whole else f"{day}–{last_day} {_MONTHS[month - 1]} {year}"
    return str(year) if date.text.isdigit() else date.text
