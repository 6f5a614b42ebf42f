"""Filters by when something happened, answered yes, no or possible: the dates of entries are often wider than a day.

An entry *fits for certain* when whatever its date can mean fits, *possibly* when some of it does. An approximate or uncertain date
(`1998~`, `1998?`) never fits for certain: its bounds are not sharp. Of dates in dispute, each is asked by itself.
"""

import operator
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from shared.domain.dates import DAY_MAX, DAY_MIN, Answer, Edtf
from shared.domain.errors import InvalidInput
from shared.store.read_model import NO_END, NO_START

Sign = Literal["<", "<=", ">", ">="]
Bound = tuple[str, Sign, int]
"""A column of the listing, how it compares, and the day number that it is compared with."""

SIGNS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}

Certainty = Literal["certain", "possible"]
InRange = Literal["yes", "possible"]


@dataclass(frozen=True, slots=True)
class Period:
    """When an entry is to have happened, as EDTF dates.

    Within `date_from` (its first day) to `date_to` (its last day); wholly before `before`; wholly after `after`.
    """

    date_from: str | None = None
    date_to: str | None = None
    before: str | None = None
    after: str | None = None
    certainty: Certainty = "possible"

    @property
    def any(self) -> bool:
        """Whether anything is asked at all."""
        return bool(self.date_from or self.date_to or self.before or self.after)

    def bounds(self) -> tuple[Bound, ...]:
        """What the day bounds of an entry meet which fits, and which has a date. `fits` has the last word.

        Raises `InvalidInput` for what is no EDTF date, and for a range that ends before it starts.
        """
        certain = self.certainty == "certain"
        first, last = self._range()
        if last < first:
            raise InvalidInput(f"the range ends before it starts: from {self.date_from} to {self.date_to}")
        found: list[Bound] = [
            ("sort_from" if certain else "sort_to", ">=", _number(first)),
            ("sort_to" if certain else "sort_from", "<=", _number(last)),
        ]
        if self.before:
            bound = Edtf.parse(self.before)
            found.append(("sort_to", "<", _number(bound.earliest)) if certain else ("sort_from", "<", _number(bound.latest)))
        if self.after:
            bound = Edtf.parse(self.after)
            found.append(("sort_from", ">", _number(bound.latest)) if certain else ("sort_to", ">", _number(bound.earliest)))
        return tuple(found)

    def fits(self, dates: Iterable[str]) -> InRange | None:
        """Say whether an entry fits: `yes`, `possible`, or None when it does not, or not as surely as is asked.

        `dates` is the date of the entry, or those in dispute.
        """
        answer = self._all(Edtf.parse(date) for date in dates)
        if answer is Answer.YES:
            return "yes"
        return "possible" if answer is Answer.POSSIBLE and self.certainty == "possible" else None

    def _all(self, dates: Iterable[Edtf]) -> Answer:
        answers = {self._one(date) for date in dates}
        return answers.pop() if len(answers) == 1 else Answer.POSSIBLE if answers else Answer.NO

    def _one(self, date: Edtf) -> Answer:
        asked = [date.within(*self._range())] if self.date_from or self.date_to else []
        asked += [date.before(Edtf.parse(self.before))] if self.before else []
        asked += [Edtf.parse(self.after).before(date)] if self.after else []
        if Answer.NO in asked:
            return Answer.NO
        return Answer.POSSIBLE if Answer.POSSIBLE in asked or date.blurred else Answer.YES

    def _range(self) -> tuple[float, float]:
        first = Edtf.parse(self.date_from).earliest if self.date_from else DAY_MIN
        return first, Edtf.parse(self.date_to).latest if self.date_to else DAY_MAX


def _number(day: float) -> int:
    """The day number as the read model has it."""
    return int(min(max(day, NO_START), NO_END))
