"""What the words of a date expression say by themselves."""

from collections.abc import Mapping
from dataclasses import replace

from services.ingest.extraction.dates.lexicon import Value
from services.ingest.extraction.dates.when import When, common_year

Fields = Mapping[str, Value | bool]


def stated(fields: Fields) -> When:
    """Return what the fields of an expression say, with nothing added from elsewhere."""
    bce = fields.get("era") == "bce"
    when = When(
        month=number(fields, "month"),
        day=number(fields, "day"),
        season=number(fields, "season"),
        approximate=bool(fields.get("approximate")),
    )
    feast = fields.get("feast")
    if isinstance(feast, str):
        month, day = feast.split("-")
        when = replace(when, month=int(month), day=int(day))
    figures = fields.get("numeric")
    if isinstance(figures, str):
        return figured(figures)
    year = number(fields, "year")
    if year is not None:
        return replace(when, year=common_year(year, bce))
    century, tens, decade = number(fields, "century"), number(fields, "tens"), number(fields, "decade")
    hundreds = number(fields, "hundreds")
    if hundreds is not None:
        return replace(when, century=hundreds // 100)
    if decade is not None:
        return replace(when, decade=decade // 10, bce=bce)
    if century is not None and tens is not None and not bce:
        return replace(when, decade=(century - 1) * 10 + tens // 10)
    if century is not None:
        return replace(when, century=century - 1, bce=bce)
    return when


def figured(figures: str) -> When:
    """Return the day that is written `16.12.1991`; where the year has two figures it is left open."""
    day, month, year = figures.split(".")
    return When(int(year) if len(year) == 4 else None, int(month), int(day))


def number(fields: Fields, name: str) -> int | None:
    """Return a field that is a number, or None."""
    value = fields.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
