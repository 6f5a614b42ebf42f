"""The resolver: walks the date expressions of a text in order and settles which date each means.

It keeps what the narrative has reached, so that "in November of the same year", "three days later" and a bare "14 July" can lean
on it. What would have to be guessed is left unresolved.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from services.ingest.extraction.dates.lexicon import Lexicon, Value
from services.ingest.extraction.dates.mention import EXPLICIT, UNRESOLVED, DateMention
from services.ingest.extraction.dates.narrative import SEASON_MONTH, Anchor, Narrative, close, nearest_year, year_near
from services.ingest.extraction.dates.scan import Expression, Scan, Span
from services.ingest.extraction.dates.stated import Fields, number, stated
from services.ingest.extraction.dates.when import When, common_year
from shared.domain.dates import Edtf, day_number
from shared.domain.errors import InvalidInput

NEWS_SHARE = 3
"""A text is news if it has at least one expression counted from its publication to so many years written out,"""

NEWS_YEARS = 30
"""and one of those years, if there are any, is no further from its publication."""

ANCIENT_SPAN = 120
"""A bare number such as "480" is taken for a year if the narrative is within so many years of it, and before the year 1000."""


RELATIVE_LIMIT = 250
"""Tokens; "the next day" does not lean on a day further back."""

FUTURE_WINDOW = 30
"""Tokens to either side of a date in which a word of the future is looked for, as far as the sentence goes."""

AHEAD = 5
"""So many expressions are looked through for a year when none has been given yet."""

BESIDE = frozenset("(,-–—‒")

ROUGH = {"week": (7, "day"), "decade": (10, "year"), "century": (100, "year")}
"""Units that are hardly ever meant to the day or year when they are counted: "two weeks later", "a century earlier"."""

SENTENCE_LIMIT = 150
"""Tokens; what stands further apart is not looked upon as one sentence. Keeps the work linear in texts without full stops."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """A date and what it leans on."""

    when: When | None
    derivation: str = UNRESOLVED
    anchor: Span | None = None


@dataclass(slots=True)
class Resolver:
    """Resolves the expressions of one text.

    Attributes:
        text: The text.
        scan: Its expressions.
        lexicon: The words of its language.
        narrative: What it has reached; changes as expressions are resolved.
    """

    text: str
    scan: Scan
    narrative: Narrative
    lexicon: Lexicon
    index: int = 0
    next_years: list[int | None] = field(default_factory=list)
    news: bool = False
    kinds: Mapping[str, Callable[[Expression, Fields], Resolved]] = field(init=False)

    def __post_init__(self) -> None:
        self.kinds = {
            "date": self._date,
            "bare": self._bare,
            "shift": self._shift,
            "occurrence": self._occurrence,
            "deictic": self._deictic,
            "weekday": self._weekday,
            "name": self._name,
            "unresolved": lambda _expression, _fields: Resolved(None),
        }

    def mentions(self) -> list[DateMention]:
        """Return all mentions in text order."""
        self.next_years = self._next_years()
        self.news = self._is_news()
        found: list[DateMention] = []
        for index, expression in enumerate(self.scan.expressions):
            self.index = index
            found += self._expression(expression)
        return found

    def _next_years(self) -> list[int | None]:
        """Return for every expression the year that the next one with a year gives."""
        found: list[int | None] = []
        following: int | None = None
        for expression in reversed(self.scan.expressions):
            found.append(following)
            year = number(expression.fields, "year")
            if year is not None and expression.pattern.kind != "bare":
                following = common_year(year, expression.fields.get("era") == "bce")
        return found[::-1]

    def _is_news(self) -> bool:
        """Whether the text counts from the day of its publication: "on Tuesday" and "last month" are no rarity beside years in full."""
        if self.narrative.published is None:
            return False
        deictic = sum(expression.pattern.kind in ("deictic", "weekday") for expression in self.scan.expressions)
        years = [year for expression in self.scan.expressions if (year := number(expression.fields, "year")) is not None]
        published = self.narrative.published.year or 0
        recent = not years or any(abs(published - year) <= NEWS_YEARS for year in years)
        return recent and NEWS_SHARE * deictic >= len(years)

    def _expression(self, expression: Expression) -> list[DateMention]:
        resolve = self.kinds[expression.pattern.kind]
        if expression.ends is None:
            resolved = resolve(expression, expression.fields)
            if expression.pattern.kind == "bare" and resolved.when is None:
                return []  # a number, and no more
            mention = self._mention(expression.span, resolved)
            anchor = self._anchor(mention, resolved, expression)
            if anchor:
                self.narrative.reach(anchor, self.next_years[self.index])
            return [mention]
        ends = self._ends(expression, resolve)
        if expression.fields.get("list"):
            return ends
        derivation = next((end.derivation for end in ends if end.derivation != EXPLICIT), EXPLICIT)
        leaning = next((end.anchor for end in ends if end.anchor), None)
        edtf = interval(ends[0].edtf, ends[1].edtf)
        if edtf is None and all(end.derivation == EXPLICIT for end in ends):
            return []  # "2015-1234" goes backwards, and so is no range of years
        if edtf is None:
            derivation, leaning = UNRESOLVED, None
        start, end = expression.span
        return [DateMention(start, end, self.text[start:end], edtf, derivation, leaning, tuple(ends))]

    def _ends(self, expression: Expression, resolve: Callable[[Expression, Fields], Resolved]) -> list[DateMention]:
        assert expression.ends is not None
        fields = expression.fields
        second = {name.rstrip("2"): value for name, value in fields.items() if name.endswith("2")}
        first = {name: value for name, value in fields.items() if not name.endswith("2")}
        if "year" in second and "year" not in first:
            first["year"] = second["year"]
        if "month" in second and "month" not in first:
            first["month"] = second["month"]
        turned = number(first, "month"), number(second, "month")
        if "year" not in second and "year" in first and turned[0] and turned[1] and turned[0] > turned[1]:
            self._turn_year(expression, first, second)
        short, whole = number(second, "year"), number(first, "year")
        if short is not None and whole is not None and short < 100 <= whole:
            second["year"] = whole // 100 * 100 + short
        mentions, anchors = [], []
        for span, own in zip(expression.ends, (first, {**first, **second}), strict=True):
            resolved = resolve(expression, own)
            mention = self._mention(span, resolved)
            anchors.append(self._anchor(mention, resolved, expression))
            mentions.append(mention)
        self._reach_either(anchors)
        return mentions

    def _turn_year(self, expression: Expression, first: dict[str, Value | bool], second: dict[str, Value | bool]) -> None:
        """November to February 1945, December 1944 to January: the year stands with one end, the other is the year beside it."""
        assert expression.ends is not None
        year = number(first, "year")
        if year is None or first.get("era") == "bce":
            return
        if expression.year_at is not None and expression.year_at < expression.ends[0][1]:
            second["year"] = year + 1
        else:
            second["year"], first["year"] = year, year - 1

    def _reach_either(self, anchors: list[Anchor | None]) -> None:
        """Go on to that end of a range in whose year the text goes on."""
        following = self.next_years[self.index]
        for anchor in anchors if following is None else anchors[::-1]:
            if anchor is None:
                continue
            self.narrative.reach(anchor, following)
            if following is not None and anchor.when.year == following:
                break

    def _mention(self, span: Span, resolved: Resolved) -> DateMention:
        edtf = valid(resolved.when.edtf()) if resolved.when else None
        text = self.text[span[0] : span[1]]
        if edtf is None:
            return DateMention(*span, text, None, UNRESOLVED)
        return DateMention(*span, text, edtf, resolved.derivation, resolved.anchor)

    def _anchor(self, mention: DateMention, resolved: Resolved, expression: Expression) -> Anchor | None:
        if resolved.when is None or mention.edtf is None:
            return None
        return Anchor(resolved.when, (mention.start, mention.end), mention.text, expression.tokens)

    def _date(self, expression: Expression, fields: Fields) -> Resolved:
        when = stated(fields)
        if when.placed:
            return Resolved(when, EXPLICIT)
        figures = fields.get("numeric")
        if isinstance(figures, str):
            return self._short_year(expression, when, int(figures.split(".")[-1]))
        if "tens" in fields:
            return self._tens(expression, fields)
        if when.month is None and when.season is None:
            return self._day_alone(expression, when)
        return self._yearless(expression, when)

    def _tens(self, expression: Expression, fields: Fields) -> Resolved:
        """A decade or year of two digits leans on the century of the narrative."""
        if fields.get("single"):
            return self._short_year(expression, stated(fields), number(fields, "tens") or 0)
        tens = number(fields, "tens") or 0
        anchor = self.narrative.last or self._anchor_ahead()
        century = anchor.when.century_digits() if anchor else None
        if anchor is None or century is None:
            return Resolved(None)
        if anchor.when.year is not None and century * 100 + tens > anchor.when.year + 10:
            century -= 1
        return Resolved(When(decade=century * 10 + tens // 10), f'century from narrative "{anchor.text}"', anchor.span)

    def _anchor_ahead(self) -> Anchor | None:
        """The first date with a year after this one."""
        for later in self.scan.expressions[self.index + 1 : self.index + 1 + AHEAD]:
            year = number(later.fields, "year")
            if year is not None and later.pattern.kind == "date":
                start, end = later.span
                return Anchor(When(common_year(year, later.fields.get("era") == "bce")), later.span, self.text[start:end], later.tokens)
        return None

    def _short_year(self, expression: Expression, when: When, tens: int) -> Resolved:
        """A year of two figures: the last such year before publication, or else the one nearest to what the text has reached."""
        published, anchor = self.narrative.published, self.narrative.year
        if published and published.year is not None:
            return Resolved(when.within_year(published.year - (published.year - tens) % 100), "relative to publication")
        if anchor is None or anchor.when.year is None or anchor.when.year <= 0:
            return Resolved(None)
        year = anchor.when.year - 50 + (tens - anchor.when.year + 50) % 100
        return Resolved(when.within_year(year), f'century from narrative "{anchor.text}"', anchor.span)

    def _day_alone(self, expression: Expression, when: When) -> Resolved:
        anchor = self.narrative.month
        if anchor is None or when.day is None:
            return Resolved(None)
        return Resolved(replace(when, year=anchor.when.year, month=anchor.when.month), f'month from narrative "{anchor.text}"', anchor.span)

    def _yearless(self, expression: Expression, when: When) -> Resolved:
        anchor = self.narrative.year
        here = anchor is not None and self._same_sentence(anchor.tokens[1], expression.tokens[0])
        if self.news and not here and not self._looks_back(expression, when):
            return self._year_ahead(expression, when) or self._year_of_publication(when)
        if self._to_come(expression):
            return self._year_ahead(expression, when) or self._year_to_come(when)
        if anchor is None:
            return self._year_ahead(expression, when) or self._year_of_publication(when)
        aside = self.narrative.aside
        if aside and self._same_sentence(aside.tokens[1], expression.tokens[0]) and close(aside.when, anchor.when):
            anchor = aside
            year = aside.when.year
        else:
            year = year_near(anchor.when, self.narrative.current_month, when, self.next_years[self.index])
        if year is None:
            return Resolved(None)
        return Resolved(when.within_year(year), self._year_derivation(expression, anchor), anchor.span)

    def _looks_back(self, expression: Expression, when: When) -> bool:
        """Whether news goes on to tell of an earlier year that it has reached: a day after its own publication cannot have come."""
        anchor, published = self.narrative.year, self.narrative.published
        if anchor is None or published is None or anchor.when.year is None or published.year is None or anchor.when.year >= published.year:
            return False
        own = self._year_of_publication(when).when
        if own is None or own.year is None or self._speaks(expression, "FUTURE"):
            return False
        return (own.year, own.month or 0, own.day or 0) > (published.year, published.month or 12, published.day or 31)

    def _to_come(self, expression: Expression) -> bool:
        """Whether the sentence speaks of the future or of now, not of the year that the text has reached, and names no year itself."""
        if self.narrative.last and self._same_sentence(self.narrative.last.tokens[1], expression.tokens[0]):
            return False
        return self._speaks(expression, "FUTURE") or (self._speaks(expression, "NOW") and not self._speaks(expression, "PAST"))

    def _speaks(self, expression: Expression, kind: str) -> bool:
        """Whether a word of a class stands in the sentence of an expression, not too far from it."""
        words = self.scan.words
        first, last = expression.tokens
        for step, at in ((-1, first - 1), (1, last)):
            for _ in range(FUTURE_WINDOW):
                if not 0 <= at < len(words) or words[at] in ".!?" or words[at].isspace():
                    break
                if self.lexicon.belongs(words[at], kind):
                    return True
                at += step
        return False

    def _year_derivation(self, expression: Expression, anchor: Anchor) -> str:
        if self._same_sentence(anchor.tokens[1], expression.tokens[0]):
            return f'same year as "{anchor.text}"'
        return f'year from narrative "{anchor.text}"'

    def _year_ahead(self, expression: Expression, when: When) -> Resolved | None:
        """Nothing said before: the year may still be given later in the sentence."""
        for later in self.scan.expressions[self.index + 1 : self.index + 4]:
            if not self._same_sentence(expression.tokens[1], later.tokens[0]):
                return None
            year = number(later.fields, "year")
            if year is not None:
                given = common_year(year, later.fields.get("era") == "bce")
                words = self.text[later.span[0] : later.span[1]]
                return Resolved(when.within_year(given), f'same year as "{words}"', later.span)
        return None

    def _year_of_publication(self, when: When) -> Resolved:
        published = self.narrative.published
        if published is None or published.year is None:
            return Resolved(None)
        if when.month is None:
            return Resolved(when.within_year(published.year), "relative to publication")
        return Resolved(when.within_year(nearest_year(published, when)), "relative to publication")

    def _year_to_come(self, when: When) -> Resolved:
        """A day that is still to come lies in the year of publication, if the text has come to that year, or in the next one."""
        published, anchor = self.narrative.published, self.narrative.year
        if published is None or published.year is None or published.month is None or when.month is None:
            return Resolved(None)
        if anchor is None or anchor.when.year != published.year:
            return Resolved(None)
        return Resolved(when.within_year(published.year + (when.month < published.month)), "relative to publication")

    def _same_sentence(self, start: int, end: int) -> bool:
        words = self.scan.words
        if end - start > SENTENCE_LIMIT:
            return False
        for at in range(start, end):
            word = words[at]
            if word.isspace() or word in "!?":
                return False
            if word == "." and at + 1 < len(words) and words[at + 1][0].isupper() and (at == 0 or len(words[at - 1]) > 1):
                return False
        return True

    def _bare(self, expression: Expression, fields: Fields) -> Resolved:
        """A number that is a year only if the narrative is there."""
        anchor, year = self.narrative.year, number(fields, "year")
        if anchor is None or anchor.when.year is None or year is None or anchor.when.year >= 1000:
            return Resolved(None)
        own = common_year(year, anchor.when.year <= 0)
        if abs(own - anchor.when.year) > ANCIENT_SPAN:
            return Resolved(None)
        return Resolved(replace(stated({**fields, "year": year}), year=own), self._year_derivation(expression, anchor), anchor.span)

    def _shift(self, expression: Expression, fields: Fields) -> Resolved:
        """So many units after or before what the narrative has reached; none at all for "the same year"."""
        unit = str(fields["unit"])
        named = self._named_beside(expression)
        if named:
            return named
        anchor = {"day": self.narrative.day, "week": self.narrative.day, "month": self.narrative.month}.get(unit, self.narrative.last)
        if anchor is None or expression.tokens[0] - anchor.tokens[1] > RELATIVE_LIMIT:
            return Resolved(None)
        if fields.get("count") == 0 and self._to_come(expression):
            return Resolved(None)
        derivation = f'relative to "{anchor.text}"'
        if unit == "year" and fields.get("count") == 0:
            derivation = f'same year as "{anchor.text}"'
        return Resolved(self._moved(anchor.when, fields), derivation, anchor.span)

    def _named_beside(self, expression: Expression) -> Resolved | None:
        """The date that stands beside a relative expression as its other name: "two years later (218 BC)"."""
        if self.index + 1 >= len(self.scan.expressions):
            return None
        beside = self.scan.expressions[self.index + 1]
        between = self.scan.words[expression.tokens[1] : beside.tokens[0]]
        if not 1 <= len(between) <= 2 or between[0] not in BESIDE or beside.ends or beside.pattern.kind != "date":
            return None
        if len(between) == 2 and not self.lexicon.belongs(between[1], "BESIDE"):
            return None
        when = stated(beside.fields)
        words = self.text[beside.span[0] : beside.span[1]]
        return Resolved(when, f'same date as "{words}"', beside.span) if when.placed else None

    def _occurrence(self, expression: Expression, fields: Fields) -> Resolved:
        """The month or season of that name next before or after what the narrative has reached."""
        published = self.narrative.published
        if self.news and published is not None:
            return Resolved(self._nearest(published, fields), "relative to publication")
        anchor = self.narrative.month
        if anchor is None or fields.get("deictic"):
            return Resolved(None)
        return Resolved(self._nearest(anchor.when, fields), f'relative to "{anchor.text}"', anchor.span)

    def _nearest(self, base: When, fields: Fields) -> When | None:
        month, season = number(fields, "month"), number(fields, "season")
        own = month or SEASON_MONTH.get(season or 0)
        if base.year is None or base.month is None or own is None:
            return None
        year = base.year + (own <= base.month if number(fields, "direction") == 1 else -(own >= base.month))
        return When(year, month, season=season)

    def _moved(self, base: When, fields: Fields) -> When | None:
        count, unit = (number(fields, "count") or 0) * (number(fields, "direction") or 1), str(fields["unit"])
        rough = unit in ROUGH and bool(fields.get("counted"))
        moved = base.moved(count * ROUGH[unit][0], ROUGH[unit][1]) if rough else base.moved(count, unit)
        if moved is None:
            return None
        own = stated(fields)
        return replace(moved, month=own.month or moved.month, day=own.day or moved.day, season=own.season, approximate=rough)

    def _deictic(self, expression: Expression, fields: Fields) -> Resolved:
        """Counted from the day of publication, as news do, and texts that have come to the year of their publication."""
        published = self.narrative.published
        reached = self.narrative.year
        recent = published is not None and reached is not None and reached.when.year == published.year
        if published is None or not (self.news or recent or self._speaks_of_today(expression, fields)):
            return Resolved(None)
        return Resolved(self._moved(published, fields), "relative to publication")

    def _speaks_of_today(self, expression: Expression, fields: Fields) -> bool:
        """Whether "this year" opens a paragraph: what went before does not say which year is meant, so it is that of publication."""
        first = expression.tokens[0]
        return fields["unit"] == "year" and (first == 0 or self.scan.words[first - 1].isspace())

    def _weekday(self, expression: Expression, fields: Fields) -> Resolved:
        published = self.narrative.published
        weekday = number(fields, "weekday")
        if weekday is None or published is None or published.day is None or not self.news:
            return Resolved(None)
        assert published.year is not None
        assert published.month is not None
        today = (day_number(published.year, published.month, published.day) - 1) % 7 + 1
        direction = number(fields, "direction") or 0
        if direction > 0:
            count = (weekday - today - 1) % 7 + 1
        elif direction < 0:
            count = -((today - weekday - 1) % 7 + 1)
        else:
            count = -((today - weekday) % 7)
        return Resolved(published.moved(count, "day"), "relative to publication")

    def _name(self, expression: Expression, fields: Fields) -> Resolved:
        """A holiday or an event called by its day: dated only if a year stands with it."""
        when = stated(fields)
        return Resolved(when, EXPLICIT) if when.placed else Resolved(None)


def valid(edtf: str | None) -> str | None:
    """Return the date if EDTF has such a date, otherwise None."""
    if edtf is None:
        return None
    try:
        Edtf.parse(edtf)
    except InvalidInput:
        return None
    return edtf


def interval(first: str | None, last: str | None) -> str | None:
    """Return the interval of two dates, or None if either is missing or it would end before it starts."""
    return None if first is None or last is None else valid(f"{first}/{last}")
