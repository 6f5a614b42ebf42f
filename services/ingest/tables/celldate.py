"""What is made of a cell that is a date, or why it is none; and dates put together from parts."""

from dataclasses import dataclass

from shared.domain.dates import Edtf, days_in_month
from shared.domain.errors import InvalidInput

EXPLICIT = "explicit"


@dataclass(frozen=True, slots=True)
class CellDate:
    """The date of a cell. `how` tells how it was derived, where its words alone do not say it."""

    edtf: str
    how: str = EXPLICIT


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a cell is no date, and what would do. `form`: it is written as a date, and only which one is not clear."""

    reason: str
    remedy: str
    form: bool = False


Read = CellDate | Refused


def one_day(year: int, month: int, day: int) -> Read:
    """Return a day, or why there is none."""
    if not 1 <= month <= 12 or not 1 <= day <= days_in_month(year, month) or not year:
        return Refused("there is no such day", "mend it, or write the month alone: 11/2001", form=True)
    return CellDate(f"{year:04d}-{month:02d}-{day:02d}")


def one_month(year: int, month: int) -> Read:
    """Return a month, or why there is none."""
    if not 1 <= month <= 12:
        return Refused(f"there is no month {month}", "write 11/2001", form=True)
    return CellDate(f"{year:04d}-{month:02d}")


def both(first: Read, last: Read) -> Read:
    """Return the period between two dates."""
    if isinstance(first, Refused):
        return first
    if isinstance(last, Refused):
        return last
    if "/" in first.edtf + last.edtf:
        return Refused("these are more than two dates", "give the period as one date and its end in a column of its own", form=True)
    read = interval(first.edtf, last.edtf)
    how = next((one.how for one in (first, last) if one.how != EXPLICIT), EXPLICIT)
    return CellDate(read.edtf, how) if isinstance(read, CellDate) else read


def interval(first: str, last: str) -> Read:
    """Return the period between two dates in EDTF."""
    try:
        return CellDate(str(Edtf.parse(f"{first}/{last}")))
    except InvalidInput:
        return Refused(f"the period from {first} to {last} ends before it begins", "mend one of its ends", form=True)


def opened(read: Read) -> Read:
    """Return the period that begins with a date and goes on."""
    if isinstance(read, Refused) or "/" in read.edtf:
        return read if isinstance(read, Refused) else Refused("the period has an end and goes on", "leave one of the two out", form=True)
    return CellDate(f"{read.edtf}/..", read.how)


def qualified(read: Read, mark: str) -> Read | None:
    """Mark a date as uncertain (`?`) or approximate (`~`); of a period what is said of it all is said of both ends."""
    if isinstance(read, Refused):
        return read if read.form else None
    ends = read.edtf.split("/")
    marked = "/".join(end if end == ".." else _with_mark(end, mark) for end in ends)
    try:
        return CellDate(str(Edtf.parse(marked)), read.how)
    except InvalidInput:
        return Refused(f"{read.edtf} cannot be marked as {'uncertain' if mark == '?' else 'approximate'}", "write it as EDTF", form=True)


def _with_mark(end: str, mark: str) -> str:
    if end[-1] in "%" + mark:
        return end
    return end[:-1] + "%" if end[-1] in "?~" else end + mark


def from_edtf(text: str) -> Read | None:
    """Return the date that a text in EDTF says; None where it is no EDTF."""
    try:
        parsed = Edtf.parse(text)
    except InvalidInput:
        return None
    return CellDate(str(parsed))


def closed(start: CellDate, end: CellDate) -> Read:
    """Return the interval from a date to the date of another column."""
    if "/" in start.edtf and start.edtf.partition("/")[2] not in ("..", end.edtf):
        return Refused("the date is a period already, and another end stands beside it", "leave one of the two ends out")
    return start if start.edtf == end.edtf else interval(start.edtf.partition("/")[0], end.edtf.rpartition("/")[2])


def day_of(year: int, month: int | None, day: int | None) -> Read:
    """Return the date of a year, month and day that stand in columns of their own."""
    if month is None:
        return CellDate(f"{year:04d}") if day is None else Refused("there is a day and no month", "fill in the month")
    return one_month(year, month) if day is None else one_day(year, month, day)
