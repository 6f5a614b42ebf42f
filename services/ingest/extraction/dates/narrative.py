"""What a text has reached: the dates that the next ones may lean on."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from services.ingest.extraction.dates.scan import Span
from services.ingest.extraction.dates.when import SEASON_MONTH, WINTER, When
from shared.domain.dates import day_number

TURN = -6
"""So many months back, and a text that goes on to later years has come to the next one: after October, "in February"."""

SENTENCE_TURN = -9
"""So many months back within a sentence: it looks back as often as on, and only from the end of a year to the beginning is it on."""

STEP = 1
"""So many years a text goes on at once without a doubt."""

CONTRARY = 45
"""Days; a day so near to publication is the one that is meant, whatever the tense of the verb beside it."""


@dataclass(slots=True)
class Anchor:
    """A resolved date that others may lean on.

    Attributes:
        when: The date.
        span: Where its words stand.
        text: Its words.
        tokens: The first token of it and the first after it.
        from_publication: Whether it was counted from the publication, and so is no sign that the text has gone elsewhere.
        explicit: Whether its own words say it all.
        bracketed: Whether it stands in brackets, as what is said by the way.
    """

    when: When
    span: Span
    text: str
    tokens: tuple[int, int]
    from_publication: bool = False
    explicit: bool = False
    bracketed: bool = False


@dataclass(slots=True)
class Narrative:
    """What the text has reached.

    A history goes forward in time, but looks back and ahead on the way: "(declassified in 2005)". A year that the text does not stay
    with is an aside: later months without a year do not belong to it.

    Attributes:
        published: When the text was published.
        year: The last date in the year that the text is in.
        current_month: The month of that year that it has reached.
        aside: The last date in a year that it only mentioned.
        month: The last date with a month or a season, aside or not.
        day: The last date with a day, aside or not.
        last: The last date.
        told: How many days and months in a row were of one year, and none of them counted from the publication.
    """

    published: When | None
    year: Anchor | None = None
    current_month: int | None = None
    aside: Anchor | None = None
    month: Anchor | None = None
    day: Anchor | None = None
    last: Anchor | None = None
    told: int = 0

    def reach(self, anchor: Anchor, next_year: int | None) -> None:
        """Go on to a date; `next_year` is the year given next in the text."""
        when = anchor.when
        if not when.placed:
            return
        same = self.last is not None and self.last.when.year == when.year
        self.told = 0 if anchor.from_publication or when.month is None else self.told + 1 if same else 1
        self.last = anchor
        if when.year is None:
            return
        self.month = anchor if when.month is not None or when.season is not None else None
        self.day = anchor if when.day is not None else None
        here = self.year.when.year if self.year else None
        # Where the next year lies before both, it is that one which looks back.
        goes_on = here is not None and next_year is not None and next_year < here <= when.year <= here + STEP
        if here is not None and anchor.bracketed and here != when.year:
            self.aside = anchor
            return
        if here is not None and next_year is not None and not goes_on and abs(next_year - here) < abs(next_year - when.year):
            self.aside = anchor
            return
        month = when.month or (12 if when.season == WINTER else SEASON_MONTH.get(when.season or 0))
        self.current_month = month or (self.current_month if here == when.year else None)
        self.year = anchor
        self.aside = None


def close(one: When, other: When) -> bool:
    """Whether two dates lie in the same or in neighbouring years."""
    return one.year is not None and other.year is not None and abs(one.year - other.year) <= 1


def year_near(reached: When, month: int | None, when: When, following: int | None) -> int | None:
    """Return the year that a month, day or season without one belongs to.

    Args:
        reached: The date that the text has reached.
        month: The month of that year that it has reached.
        when: What is to be dated.
        following: The year that the text gives next.
    """
    if reached.year is None:
        return None
    if when.season == WINTER:
        return reached.year - (month in (1, 2))
    own = when.month or SEASON_MONTH.get(when.season or 0)
    if month is not None and own is not None and own - month <= TURN and (following is None or following > reached.year):
        return reached.year + 1
    return reached.year


def year_in_sentence(reached: When, when: When) -> int | None:
    """Return the year of what the same sentence goes on to: "signed on 21 December 2007, it collapsed in January"."""
    own = when.month or SEASON_MONTH.get(when.season or 0)
    if reached.year is None or reached.month is None or own is None or when.season == WINTER:
        return reached.year
    return reached.year + (own - reached.month <= SENTENCE_TURN)


def nearest_year(published: When, when: When, tense: Callable[[], int] = lambda: 0) -> int:
    """Return the year in which a month, day or season without one lies nearest to the day of publication.

    Args:
        published: The day of publication.
        when: What is to be dated.
        tense: Tells 1 if it is spoken of as still to come, -1 as past, 0 if that is not known; asked only where it matters.
    """
    years = _nearest_years(published, when)
    nearest, distance = years[0]
    if abs(distance) <= CONTRARY or (spoken := tense()) * distance >= 0:
        return nearest
    return next((year for year, away in years if spoken * away >= 0), nearest)


def days_ahead(published: When, when: When) -> int:
    """Return how many days after the publication the nearest such day lies; negative if before."""
    return _nearest_years(published, when)[0][1]


@lru_cache(maxsize=4096)
def _nearest_years(published: When, when: When) -> tuple[tuple[int, int], ...]:
    """Return the year of publication and those beside it, each with how many days off the date lies then, the nearest first."""
    assert published.year is not None
    reference = day_number(published.year, published.month or 6, published.day or 15)
    found = []
    for year in (published.year, published.year - 1, published.year + 1):
        middle = year + (when.season == WINTER)  # the middle of a winter lies in January
        month = when.month or SEASON_MONTH.get(when.season or 0, 1)
        found.append((year, day_number(middle, month, when.day or 15) - reference))
    return tuple(sorted(found, key=lambda one: abs(one[1])))
