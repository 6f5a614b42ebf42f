"""What the words of a date expression say by themselves."""

from collections.abc import Mapping

from services.ingest.extraction.dates.lexicon import Value
from services.ingest.extraction.dates.when import When, common_year
from shared.domain.dates import day_number

Fields = Mapping[str, Value | bool]


def stated(fields: Fields) -> When:
    """Return what the fields of an expression say, with nothing added from elsewhere."""
    figures = fields.get("numeric")
    if isinstance(figures, str):
        return figured(figures)
    bce, approximate = fields.get("era") == "bce", bool(fields.get("approximate"))
    year = number(fields, "year")
    if year is not None:
        month, day = _month_and_day(fields)
        return When(common_year(year, bce), month, day, number(fields, "season"), approximate=approximate)
    decade, century = _decade_or_century(fields, bce)
    month, day = _month_and_day(fields)
    return When(None, month, day, number(fields, "season"), decade, century, bce and (decade, century) != (None, None), approximate)


def _month_and_day(fields: Fields) -> tuple[int | None, int | None]:
    feast = fields.get("feast")
    if isinstance(feast, str):
        of_feast, on = feast.split("-")
        return int(of_feast), int(on)
    day, month = number(fields, "day"), number(fields, "month")
    other = number(fields, "otherday")
    if day is not None and month is not None and other is not None:
        return new_style((month, day), (number(fields, "othermonth") or month, other))
    return month, None if day is None else day + (number(fields, "dayadd") or 0)


def new_style(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    """Return which of two names of a day, month and day, is that of the Gregorian calendar: the later, by what the calendars differ.

    Where they differ by something else, they are not one day in two calendars: then the first stands.
    """
    apart = day_number(_PLAIN_YEAR, *other) - day_number(_PLAIN_YEAR, *one)
    return other if apart in CALENDARS_APART else one


_PLAIN_YEAR = 1901

CALENDARS_APART = range(10, 14)
"""Days by which the Julian calendar is behind, from 1582 to 2099."""


def _decade_or_century(fields: Fields, bce: bool) -> tuple[int | None, int | None]:
    """Return the digits of the decade or those of the century that the words name."""
    hundreds, decade = number(fields, "hundreds"), number(fields, "decade")
    if hundreds is not None:
        return None, hundreds // 100
    if decade is not None:
        return decade // 10, None
    century, tens = number(fields, "century"), number(fields, "tens")
    if century is None:
        return None, None
    century += number(fields, "add") or 0
    return (None, century - 1) if tens is None or bce else ((century - 1) * 10 + tens // 10, None)


def figured(figures: str) -> When:
    """Return the day that is written `16.12.1991`; where the year has two figures it is left open."""
    day, month, year = figures.split(".")
    return When(int(year) if len(year) == 4 else None, int(month), int(day))


def number(fields: Fields, name: str) -> int | None:
    """Return a field that is a number, or None."""
    value = fields.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
