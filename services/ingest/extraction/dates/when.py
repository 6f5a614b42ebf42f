"""A moment at the precision it is known to, and arithmetic on it."""

from dataclasses import dataclass
from typing import Literal

from shared.domain.dates import civil, day_number, days_in_month

Unit = Literal["day", "week", "month", "year", "decade", "century"]

UNIT_DAYS = {"day": 1, "week": 7}

SEASON_MONTH = {21: 4, 22: 7, 23: 10, 24: 1}
"""A month in the midst of each season."""

WINTER = 24
"""The season that begins in one year and ends in the next; it goes by the year that it begins in."""


@dataclass(frozen=True, slots=True)
class When:
    """A century, decade, year, season, month or day.

    Attributes:
        year: Astronomical: 1 BCE is 0, 490 BCE is -489.
        month: 1 to 12.
        day: 1 to 31.
        season: The EDTF code, 21 (spring) to 24 (winter), instead of a month.
        decade: The year's digits before the last, 198 for the 1980s, where no year is known.
        century: The year's digits before the last two, 19 for the 20th century, where no decade is known.
        bce: Whether `decade` or `century` counts before the common era.
        approximate: Whether the words say so (circa).
    """

    year: int | None = None
    month: int | None = None
    day: int | None = None
    season: int | None = None
    decade: int | None = None
    century: int | None = None
    bce: bool = False
    approximate: bool = False

    @property
    def placed(self) -> bool:
        """Whether it is known where on the time line this lies."""
        return self.year is not None or self.decade is not None or self.century is not None

    @property
    def possible(self) -> bool:
        """Whether there is such a day."""
        if self.day is None or self.month is None:
            return True
        return (
            1
            <= self.day
            <= (29 if self.year is None and self.month == 2 else days_in_month(2000 if self.year is None else self.year, self.month))
        )

    def edtf(self) -> str | None:
        """Return the date in EDTF, or None if it cannot be placed on the time line or does not exist."""
        if not self.placed or not self.possible:
            return None
        mark = "~" if self.approximate else ""
        if self.year is None:
            digits = f"{self.decade:03d}X" if self.decade is not None else f"{self.century:02d}XX"
            return ("-" if self.bce else "") + digits + mark
        text = f"{self.year:04d}" if self.year >= 0 else f"-{-self.year:04d}"
        if self.season is not None:
            return f"{text}-{self.season}{mark}"
        if self.month is not None:
            text += f"-{self.month:02d}"
            if self.day is not None:
                text += f"-{self.day:02d}"
        return text + mark

    def moved(self, count: int, unit: str) -> "When | None":
        """Return the moment `count` units later (earlier, if negative) at the precision of the unit; None where this one is too vague."""
        if unit in UNIT_DAYS:
            if self.year is None or self.month is None or self.day is None or not self.possible:
                return None
            return When(*civil(day_number(self.year, self.month, self.day) + count * UNIT_DAYS[unit]))
        if unit == "month":
            if self.year is None or self.month is None:
                return None
            months = self.year * 12 + self.month - 1 + count
            return When(months // 12, months % 12 + 1)
        if unit == "year":
            return None if self.year is None else When(self.year + count)
        return self._moved_far(count, unit)

    def _moved_far(self, count: int, unit: str) -> "When | None":
        if unit == "decade":
            decade = self.decade if self.decade is not None else self.year // 10 if self.year is not None and self.year > 0 else None
            return None if decade is None or self.bce or decade + count < 0 else When(decade=decade + count)
        if unit == "century":
            own = self.century_digits()
            return None if own is None or self.bce or own + count < 0 else When(century=own + count)
        return None

    def century_digits(self) -> int | None:
        """Return the digits of the year before the last two, or None before the common era and where nothing is known."""
        if self.bce:
            return None
        if self.year is not None:
            return self.year // 100 if self.year > 0 else None
        return self.decade // 10 if self.decade is not None else self.century

    def within_year(self, year: int) -> "When":
        """Return the same month, day or season in that year."""
        return When(year, self.month, self.day, self.season, approximate=self.approximate)


def common_year(year: int, bce: bool) -> int:
    """Return the astronomical year of a year as histories count it: 490 BCE is -489, there being a year 0 in EDTF and none in histories."""
    return 1 - year if bce else year
