"""Dates that are counted from another one: from what the narrative has reached, or from the day of publication."""

from dataclasses import replace

from services.ingest.extraction.dates.course import Course
from services.ingest.extraction.dates.derivation import FROM_PUBLICATION, Resolved, relative_to, same_date_as, same_year_as
from services.ingest.extraction.dates.narrative import Anchor, nearest_year
from services.ingest.extraction.dates.partial import to_come
from services.ingest.extraction.dates.scan import Expression
from services.ingest.extraction.dates.stated import Fields, number, stated
from services.ingest.extraction.dates.when import SEASON_MONTH, WINTER, When
from shared.domain.dates import day_number

RELATIVE_LIMIT = 250
"""Tokens; "the next day" does not lean on a day further back."""

BESIDE_LIMIT = 31
"""Days; a day beside a counted one is that one if it lies no further from it: people count in round numbers."""

CLOSED = frozenset(".;)")
"""Signs that close a clause."""

BESIDE = frozenset("(,-–—‒")

ROUGH = {"week": (7, "day"), "decade": (10, "year"), "century": (100, "year")}
"""Units that are hardly ever meant to the day or year when they are counted: "two weeks later", "a century earlier"."""


def shift(course: Course, expression: Expression, fields: Fields) -> Resolved:
    """So many units after or before what the narrative has reached; none at all for "the same year"."""
    unit = str(fields["unit"])
    if course.from_something(expression):
        return Resolved(None)
    beside = _named_beside(course, expression, fields) or _named_before(course, expression, fields)
    if beside:
        return beside
    coming = unit == "year" and course.news and not fields.get("counted") and course.tense(expression) > 0
    current = fields.get("current") or coming
    if current and course.news and course.narrative.published is not None:
        return Resolved(_moved(course.narrative.published, fields), FROM_PUBLICATION)
    narrative = course.narrative
    anchor = _reached(course, unit)
    if anchor is None and unit == "year" and number(fields, "direction") == -1 and course.news and narrative.published is not None:
        return Resolved(_moved(narrative.published, fields), FROM_PUBLICATION)  # news that begins with "the previous year"
    if anchor is None or expression.tokens[0] - anchor.tokens[1] > RELATIVE_LIMIT or course.adrift_since(anchor):
        return Resolved(None)
    if fields.get("count") == 0 and to_come(course, expression):
        return Resolved(None)
    same_year = unit == "year" and fields.get("count") == 0
    derivation = same_year_as(anchor.text) if same_year else relative_to(anchor.text)
    return Resolved(_moved(anchor.when, fields), derivation, anchor.span)


def _reached(course: Course, unit: str) -> Anchor | None:
    """Return the date that the text has reached, at the precision that counting in such units needs."""
    narrative = course.narrative
    return {"day": narrative.day, "week": narrative.day, "month": narrative.month}.get(unit, narrative.last)


def _named_beside(course: Course, expression: Expression, fields: Fields) -> Resolved | None:
    """The date that stands beside a relative expression as its other name: "two years later (218 BC)", "a week earlier, on 9 July"."""
    expressions = course.scan.expressions
    if course.index + 1 >= len(expressions):
        return None
    beside = expressions[course.index + 1]
    between = course.scan.words[expression.tokens[1] : beside.tokens[0]]
    if not 1 <= len(between) <= 2 or between[0] not in BESIDE or beside.ends or beside.pattern.kind != "date":
        return None
    if len(between) == 2 and not course.lexicon.belongs(between[1], "BESIDE"):
        return None
    when = stated(beside.fields)
    words = course.text[beside.span[0] : beside.span[1]]
    return Resolved(when, same_date_as(words), beside.span) if when.placed else _day_counted(course, expression, fields, when)


def _named_before(course: Course, expression: Expression, fields: Fields) -> Resolved | None:
    """The date right before a count that closes its clause, as its other name: "it broke out in 1974, four years later."."""
    first, last = expression.tokens
    before = course.narrative.last
    following = course.scan.words[last : last + 1]
    if before is None or not fields.get("counted") or not following or following[0] not in CLOSED:
        return None
    if course.scan.words[before.tokens[1] : first] != [","]:
        return None
    return Resolved(before.when, same_date_as(before.text), before.span)


def _day_counted(course: Course, expression: Expression, fields: Fields, when: When) -> Resolved | None:
    """Return the day without a year that stands beside a count, in the year that the count leads to; no date if it leads elsewhere."""
    anchor = _reached(course, str(fields["unit"]))
    if anchor is None or when.month is None or when.day is None or expression.tokens[0] - anchor.tokens[1] > RELATIVE_LIMIT:
        return None
    counted = _moved(anchor.when, fields)
    if counted is None or counted.year is None or counted.month is None or counted.day is None:
        return None
    year = nearest_year(counted, when)
    own = when.within_year(year)
    if not own.possible:
        return None
    away = abs(day_number(year, when.month, when.day) - day_number(counted.year, counted.month, counted.day))
    # A day that it cannot be says that the count is from another date.
    return Resolved(own, relative_to(anchor.text), anchor.span) if away <= BESIDE_LIMIT else Resolved(None)


def occurrence(course: Course, _expression: Expression, fields: Fields) -> Resolved:
    """The month or season of that name next before or after what the narrative has reached."""
    published = course.narrative.published
    if course.news and published is not None:
        return Resolved(_nearest(published, fields), FROM_PUBLICATION)
    anchor = course.narrative.month
    if anchor is None or fields.get("deictic"):
        return Resolved(None)
    return Resolved(_nearest(anchor.when, fields), relative_to(anchor.text), anchor.span)


def _nearest(base: When, fields: Fields) -> When | None:
    month, season = number(fields, "month"), number(fields, "season")
    own, here = _month_of_year(month, season), _month_of_year(base.month, base.season)
    if base.year is None or own is None or here is None:
        return None
    year = base.year + (own <= here if number(fields, "direction") == 1 else -(own >= here))
    return When(year, month, season=season)


def _month_of_year(month: int | None, season: int | None) -> int | None:
    """Return the month, or one in the midst of the season; the 13th for the winter, which goes by the year that it begins in."""
    return 13 if season == WINTER else month or SEASON_MONTH.get(season or 0)


def _moved(base: When, fields: Fields) -> When | None:
    count, unit = (number(fields, "count") or 0) * (number(fields, "direction") or 1), str(fields["unit"])
    rough = unit in ROUGH and bool(fields.get("counted"))
    moved = base.moved(count * ROUGH[unit][0], ROUGH[unit][1]) if rough else base.moved(count, unit)
    if moved is None:
        return None
    tens = number(fields, "tens")
    if tens is not None and moved.century is not None:  # "the sixties of the last century"
        return When(decade=moved.century * 10 + tens // 10)
    own = stated(fields)
    return replace(moved, month=own.month or moved.month, day=own.day or moved.day, season=own.season, approximate=rough)


def deictic(course: Course, expression: Expression, fields: Fields) -> Resolved:
    """Counted from the day of publication, as news do, and texts that have come to the year of their publication."""
    published = course.narrative.published
    reached = course.narrative.year
    recent = published is not None and reached is not None and reached.when.year == published.year
    if published is None or not (course.news or recent or _speaks_of_today(course, expression, fields)):
        return Resolved(None)
    return Resolved(_moved(published, fields), FROM_PUBLICATION)


def _speaks_of_today(course: Course, expression: Expression, fields: Fields) -> bool:
    """Whether an expression is of the time of publication in a text of any kind.

    "The last century" and "this July" are; "next year" of what is to come; and "this year" where it opens a paragraph: what went before
    does not say which year is meant.
    """
    first = expression.tokens[0]
    if fields.get("spoken"):
        return True
    if fields["unit"] == "year" and fields.get("count") and number(fields, "direction") != -1:
        return course.speaks(expression, "FUTURE")
    return fields["unit"] == "century" or (fields["unit"] == "year" and (first == 0 or course.scan.words[first - 1].isspace()))


def weekday(course: Course, expression: Expression, fields: Fields) -> Resolved:
    """In news, the day of that name before or after the publication, as the verb beside it says."""
    published, wanted = course.narrative.published, number(fields, "weekday")
    if wanted is None or published is None or published.day is None or not course.news:
        return Resolved(None)
    assert published.year is not None
    assert published.month is not None
    today = (day_number(published.year, published.month, published.day) - 1) % 7 + 1
    direction = number(fields, "direction") or 0
    if direction > 0:
        count = (wanted - today - 1) % 7 + 1
    elif direction < 0:
        count = -((today - wanted - 1) % 7 + 1)
    elif course.tense(expression) > 0:
        count = (wanted - today) % 7
    else:
        count = -((today - wanted) % 7)
    return Resolved(published.moved(count, "day"), FROM_PUBLICATION)
