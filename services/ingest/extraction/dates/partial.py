"""Dates in their own words, whole or in part: what is lacking is taken from the narrative or from the publication."""

from dataclasses import replace

from services.ingest.extraction.dates.course import Course
from services.ingest.extraction.dates.derivation import FROM_PUBLICATION, Resolved, from_narrative, same_year_as
from services.ingest.extraction.dates.mention import EXPLICIT
from services.ingest.extraction.dates.narrative import CONTRARY, Anchor, close, days_ahead, nearest_year, year_in_sentence, year_near
from services.ingest.extraction.dates.scan import Expression
from services.ingest.extraction.dates.stated import Fields, number, stated
from services.ingest.extraction.dates.when import When, common_year
from shared.domain.dates import day_number

ANCIENT_SPAN = 120
"""A bare number such as "480" is taken for a year if the narrative is within so many years of it, and before the year 1000."""

STORY = 2
"""So many dates of one year in a row, and news is telling a story of that year,"""

STORY_GAP = 60
"""and goes on with it for so many tokens."""

STORY_DAYS = 7
"""A day no longer than that before the publication is one of its own days, if it would lead the story back."""

WEEKDAY_STEPS = (0, 1, -1)
"""Years from the one that a day seems to lie in, in which the day of the week beside it is looked for."""

RECENT = 15
"""Years; a text that names years no further back than that from its publication may speak of its own days as well."""

DECADE_DOUBT = 15
"""Years; where two centuries are as near as that to what the text has reached, "the sixties" may be of either."""

DECADES_OVER = 2020
"""The year by which the decades that texts tell of without their century are over."""

SOON = 31
"""Days; a day no further on than that from one right before it goes on with its story: died on 28 May, buried on the 30th."""

BACKWARDS = 2
"""A decade that lies back counts as so many times further away."""


def dated(course: Course, expression: Expression, fields: Fields) -> Resolved:
    """A date in its own words, whole or without its year."""
    when = stated(fields)
    if when.placed:
        return Resolved(when, EXPLICIT)
    figures = fields.get("numeric")
    if isinstance(figures, str):
        return _short_year(course, when, int(figures.split(".")[-1]))
    if "tens" in fields:
        tens = number(fields, "tens") or 0
        return _short_year(course, when, tens) if fields.get("single") else _decade(course, tens)
    if when.month is None and when.season is None:
        return _day_alone(course, fields, when)
    return _yearless(course, expression, fields, when)


def named(_course: Course, _expression: Expression, fields: Fields) -> Resolved:
    """A holiday or an event called by its day: dated only if a year stands with it."""
    when = stated(fields)
    return Resolved(when, EXPLICIT) if when.placed else Resolved(None)


def bare(course: Course, expression: Expression, fields: Fields) -> Resolved:
    """A number that is a year only if the narrative is there."""
    year = number(fields, "year")
    for anchor in (course.narrative.last, course.narrative.year):
        if anchor is None or year is None:
            continue
        own = _ancient(anchor.when, year)
        if own is not None:
            return Resolved(replace(stated({**fields, "year": year}), year=own), _year_derivation(course, expression, anchor), anchor.span)
    return Resolved(None)


def _ancient(reached: When, year: int) -> int | None:
    """Return the astronomical year that a number of three digits means to a text that has reached some ancient date."""
    if reached.year is not None:
        own = common_year(year, reached.year <= 0)
        return own if reached.year < 1000 and abs(own - reached.year) <= ANCIENT_SPAN else None
    if reached.century is None or year // 100 != reached.century:
        return None
    return common_year(year, reached.bce)


def _decade(course: Course, tens: int) -> Resolved:
    """A decade without its century leans on what the text has reached, or on the year that it gives next."""
    anchor = course.narrative.last or course.anchor_ahead()
    century = anchor.when.century_digits() if anchor else None
    if anchor is None or century is None:
        return Resolved(None)
    if anchor.when.year is None:  # the century is given: "of the 19th century; in the thirties"
        return _of_century(century * 100 + tens, anchor)
    published = course.narrative.published
    latest = (published.year if published else None) or DECADES_OVER
    starts = [start for start in range(tens + (century - 1) * 100, tens + (century + 2) * 100, 100) if start <= latest]
    if course.news and starts:
        return _of_century(starts[-1], anchor)
    nearby = [year for year in (anchor.when.year, course.next_year) if year is not None and year > 0]
    candidates = sorted((min(_way(year, start) for year in nearby), start) for start in starts)
    if not candidates or (len(candidates) > 1 and candidates[1][0] - candidates[0][0] < DECADE_DOUBT):
        return Resolved(None)
    start = candidates[0][1]
    # A text seldom goes back so: the eighties after 1907 may be those of the next century, if they are over.
    behind = bool(nearby) and start + 10 <= min(nearby) and start + 100 < DECADES_OVER
    return Resolved(None) if behind else _of_century(start, anchor)


def _of_century(start: int, anchor: Anchor) -> Resolved:
    return Resolved(When(decade=start // 10), from_narrative("century", anchor.text), anchor.span)


def _way(year: int, start: int) -> int:
    """Return how far a decade is from a year; a text rather goes on than back."""
    return start - year if year < start else BACKWARDS * max(0, year - start - 9)


def _short_year(course: Course, when: When, tens: int) -> Resolved:
    """A year of two figures: in news the last such year, else the one nearest to what the text has reached."""
    published, anchor = course.narrative.published, course.narrative.year
    if anchor is not None and anchor.when.year is not None and anchor.when.year > 0 and not course.news:
        year = anchor.when.year - 50 + (tens - anchor.when.year + 50) % 100
        return Resolved(when.within_year(year), from_narrative("century", anchor.text), anchor.span)
    if published and published.year is not None:
        return Resolved(when.within_year(published.year - (published.year - tens) % 100), FROM_PUBLICATION)
    return Resolved(None)


def _day_alone(course: Course, fields: Fields, when: When) -> Resolved:
    """A day of the month that the text has reached; a day of the week beside it has to agree."""
    anchor, wanted = course.narrative.month, number(fields, "weekday")
    if anchor is None or when.day is None or anchor.when.month is None:
        return Resolved(None)
    own = replace(when, year=anchor.when.year, month=anchor.when.month)
    if wanted is not None and (not own.possible or _weekday(own) != wanted):
        return Resolved(None)
    return Resolved(own, from_narrative("month", anchor.text), anchor.span)


def _yearless(course: Course, expression: Expression, fields: Fields, when: When) -> Resolved:
    """A month, day or season without its year; a day of the week beside it has the last word."""
    if fields.get("pointing") and course.narrative.year is None:
        return Resolved(None)
    resolved = _in_its_year(course, expression, when, told=bool(fields.get("pointing")))
    wanted = number(fields, "weekday")
    if wanted is None or resolved.when is None or resolved.when.year is None or not resolved.when.possible:
        return resolved
    near = (when.within_year(resolved.when.year + step) for step in WEEKDAY_STEPS)
    own = next((one for one in near if one.possible and _weekday(one) == wanted), None)
    return Resolved(None) if own is None else replace(resolved, when=own)


def _weekday(when: When) -> int | None:
    """Return the day of the week, 1 for Monday, of a day."""
    if when.year is None or when.month is None or when.day is None:
        return None
    return (day_number(when.year, when.month, when.day) - 1) % 7 + 1


def _in_its_year(course: Course, expression: Expression, when: When, told: bool) -> Resolved:
    """Find the year in what the text has reached or, unless it points back there ("that summer"), in the publication of news."""
    beside = _before_bracket(course, expression)
    if beside is not None:
        return Resolved(when.within_year(nearest_year(beside.when, when)), same_year_as(beside.text), beside.span)
    anchor = course.narrative.year
    story = _story(course, expression, when)
    if story is not None and course.tense(expression) <= 0:
        own = year_near(story.when, story.when.month, when, None)
        return Resolved(None if own is None else when.within_year(own), _year_derivation(course, expression, story), story.span)
    if course.news and not told and not _told(course, expression, when):
        return _of_publication(course, expression, when)
    if not course.news and to_come(course, expression):
        return _year_ahead(course, when) or _year_to_come(course, when)
    if anchor is None:
        return _of_publication(course, expression, when)
    if not told and _may_be_of_today(course, anchor, when):
        return Resolved(None)
    aside = course.narrative.aside
    if aside and _stays_with(course, expression, aside, anchor, when):
        anchor = aside
        year = year_in_sentence(aside.when, when)
    else:
        year = year_near(anchor.when, course.narrative.current_month, when, course.next_year)
        if year is not None and course.after_in_sentence(anchor, expression):
            year = max(year, year_in_sentence(anchor.when, when) or year)
    if year is None:
        return Resolved(None)
    return Resolved(when.within_year(year), _year_derivation(course, expression, anchor), anchor.span)


def _before_bracket(course: Course, expression: Expression) -> Anchor | None:
    """Return the day right before the bracket that a day opens: its other name, "31 January 1902 (13 February)"."""
    last = course.narrative.last
    if last is None or last.when.day is None or last.when.year is None:
        return None
    return last if course.scan.words[last.tokens[1] : expression.tokens[0]] == ["("] else None


def _may_be_of_today(course: Course, anchor: Anchor, when: When) -> bool:
    """Whether a day right before the publication may be of its year as well as of a year that is only named, and not long past."""
    published = course.narrative.published
    if published is None or published.day is None or when.day is None or course.narrative.current_month is not None:
        return False
    if published.year is None or anchor.when.year is None or not 0 < published.year - anchor.when.year <= RECENT:
        return False
    return -CONTRARY <= days_ahead(published, when) <= 0


def _stays_with(course: Course, expression: Expression, aside: Anchor, anchor: Anchor, when: When) -> bool:
    """Whether a month or day is of a year that the text had only mentioned.

    It is in the same sentence ("in May 1927, and in November"), where a day of the same month follows ("in March 1855 … on 16 March"),
    and soon after a day ("died on 28 November 1907. … The funeral was on 2 December").
    """
    if _goes_on(course, expression, aside, when):
        return True
    if not close(aside.when, anchor.when):
        return aside is course.narrative.last and aside.when.month is not None and course.alongside(aside, expression)
    talks_on = aside.explicit and aside is course.narrative.last and when.day is not None and aside.when.month == when.month
    return talks_on or course.after_in_sentence(aside, expression)


def _goes_on(course: Course, expression: Expression, aside: Anchor, when: When) -> bool:
    """Whether a day lies soon after the one given in full right before it."""
    if aside is not course.narrative.last or not aside.explicit or when.day is None or aside.when.day is None:
        return False
    near = expression.tokens[0] - aside.tokens[1] <= STORY_GAP
    return near and when.possible and 0 <= days_ahead(aside.when, when) <= SOON


def _told(course: Course, expression: Expression, when: When) -> bool:
    """Whether news tells of the year that it has reached, not of its own days.

    It does in the sentence in which it names that year, and where the day would lie after its publication otherwise; unless the
    sentence speaks of what is to come.
    """
    anchor, last, published = course.narrative.year, course.narrative.last, course.narrative.published
    if anchor is None or published is None or anchor.from_publication:
        return False
    if last is not None and last.from_publication and not course.after_in_sentence(anchor, expression):
        return False  # it has come back to its own days
    if not course.after_in_sentence(anchor, expression):
        if anchor.when.year is None or published.year is None or anchor.when.year >= published.year:
            return False
        own = nearest_year(published, when)
        if (own, when.month or 0, when.day or 0) <= (published.year, published.month or 12, published.day or 31):
            return False
        if days_ahead(published, when) <= CONTRARY:
            return course.tense(expression) < 0
    return course.tense(expression) <= 0


def _story(course: Course, expression: Expression, when: When) -> Anchor | None:
    """Return the date that news has come to in a story of another year, if the dates right before are all of that year."""
    last = course.narrative.last
    if not course.news or course.narrative.told < STORY or last is None or expression.tokens[0] - last.tokens[1] > STORY_GAP:
        return None
    return None if _back_to_today(course, last, when) else last


def _back_to_today(course: Course, last: Anchor, when: When) -> bool:
    """Whether a day would lead a story back, and lies right before the publication."""
    published = course.narrative.published
    if published is None or published.day is None or when.day is None or None in (when.month, last.when.month):
        return False
    return (when.month or 0) < (last.when.month or 0) and -STORY_DAYS <= days_ahead(published, when) <= 0


def to_come(course: Course, expression: Expression) -> bool:
    """Whether the sentence speaks of the future or of now, not of the year that the text has reached, and names no year itself."""
    if course.after_in_sentence(course.narrative.last, expression):
        return False
    if course.speaks(expression, "FUTURE"):
        return True
    return (course.speaks(expression, "NOW") or course.presents(expression)) and not course.speaks(expression, "PAST")


def _year_derivation(course: Course, expression: Expression, anchor: Anchor) -> str:
    if course.after_in_sentence(anchor, expression):
        return same_year_as(anchor.text)
    return from_narrative("year", anchor.text)


def _year_ahead(course: Course, when: When) -> Resolved | None:
    """Nothing said before: the year may still be given later in the sentence."""
    later = course.year_ahead()
    if later is None or later.when.year is None:
        return None
    return Resolved(when.within_year(later.when.year), same_year_as(later.text), later.span)


def _of_publication(course: Course, expression: Expression, when: When) -> Resolved:
    published = course.narrative.published
    ahead = _year_ahead(course, when)
    if ahead or published is None or published.year is None:
        return ahead or Resolved(None)
    return Resolved(when.within_year(nearest_year(published, when, lambda: course.tense(expression))), FROM_PUBLICATION)


def _year_to_come(course: Course, when: When) -> Resolved:
    """A day that is still to come lies in the year of publication, if the text has come to that year, or in the next one."""
    published, anchor = course.narrative.published, course.narrative.year
    if published is None or published.year is None or published.month is None or when.month is None:
        return Resolved(None)
    if anchor is None or anchor.when.year != published.year:
        return Resolved(None)
    return Resolved(when.within_year(published.year + (when.month < published.month)), FROM_PUBLICATION)
