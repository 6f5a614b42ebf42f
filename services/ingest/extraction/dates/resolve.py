"""The resolver: walks the date expressions of a text in order and settles which date each means.

It keeps what the narrative has reached, so that "in November of the same year", "three days later" and a bare "14 July" can lean
on it. What would have to be guessed is left unresolved.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from services.ingest.extraction.dates.course import Course
from services.ingest.extraction.dates.derivation import FROM_PUBLICATION, Resolved
from services.ingest.extraction.dates.lexicon import Lexicon, Value
from services.ingest.extraction.dates.mention import EXPLICIT, UNRESOLVED, DateMention
from services.ingest.extraction.dates.narrative import Anchor, Narrative
from services.ingest.extraction.dates.partial import bare, dated, named
from services.ingest.extraction.dates.relative import deictic, occurrence, shift, weekday
from services.ingest.extraction.dates.scan import Expression, Scan, Span
from services.ingest.extraction.dates.stated import Fields, number
from services.ingest.extraction.dates.when import When
from shared.domain.dates import Edtf
from shared.domain.errors import InvalidInput

Kind = Callable[[Course, Expression, Fields], Resolved]

KINDS: Mapping[str, Kind] = {
    "date": dated,
    "bare": bare,
    "shift": shift,
    "occurrence": occurrence,
    "deictic": deictic,
    "weekday": weekday,
    "name": named,
    "unresolved": lambda _course, _expression, _fields: Resolved(None),
}
"""What is done with the expressions of each kind of pattern."""

LIFETIME = 60
"""Years; a date further off than that does not keep the text with it by being named twice."""

PLACES = ("year", "decade", "century", "hundreds", "tens")
"""Fields that place a date on the time line; the second end of a range may have another one than the first."""


@dataclass(slots=True)
class Resolver:
    """Resolves the expressions of one text.

    Attributes:
        text: The text.
        scan: Its expressions.
        narrative: What it has reached; changes as expressions are resolved.
        lexicon: The words of its language.
    """

    text: str
    scan: Scan
    narrative: Narrative
    lexicon: Lexicon
    kinds: Mapping[str, Kind] = field(init=False, default_factory=lambda: KINDS)
    course: Course = field(init=False)

    def __post_init__(self) -> None:
        self.course = Course(self.text, self.scan, self.lexicon, self.narrative)

    def mentions(self) -> list[DateMention]:
        """Return all mentions in text order."""
        found: list[DateMention] = []
        for index, expression in enumerate(self.scan.expressions):
            self.course.index = index
            found += self._expression(expression)
        return found

    def _expression(self, expression: Expression) -> list[DateMention]:
        if expression.ends is not None:
            return self._pair(expression, expression.ends)
        resolved = self._resolve(expression, expression.fields)
        if expression.pattern.kind == "bare" and resolved.when is None:
            return []  # a number, and no more
        mention = self._mention(expression.span, resolved)
        anchor = self._anchor(mention, resolved, expression)
        if anchor:
            self._reach(anchor)
        return [self._bounded(mention, expression)]

    def _resolve(self, expression: Expression, fields: Fields) -> Resolved:
        return self.kinds[expression.pattern.kind](self.course, expression, fields)

    def _bounded(self, mention: DateMention, expression: Expression) -> DateMention:
        """Before 1453 is any time until then, and 1453 only the end of it."""
        words, codes = self.scan.words, self.scan.codes
        first, last = expression.tokens
        start, end = mention.start, mention.end
        while first > 1 and codes[first - 1] in self.lexicon.members("EARLIERLINK"):
            first -= 1
        if mention.edtf is None or mention.derivation != EXPLICIT or "/" in mention.edtf:
            return mention
        if first > 0 and codes[first - 1] in self.lexicon.members("EARLIER") and not self._counts(first - 2):
            start = self.scan.offsets[first - 1]
        elif last < len(words) and codes[last] in self.lexicon.members("EARLIERTHAN") and codes[last - 1] in self.lexicon.members("THAN"):
            end = self.scan.offsets[last] + len(words[last])
        elif not expression.fields.get("before"):
            return mention
        return DateMention(start, end, self.text[start:end], f"../{mention.edtf}", mention.derivation, mention.anchor, (mention,))

    def _counts(self, at: int) -> bool:
        """Whether a token is a unit of time: "two years before 1453" is no time before 1453."""
        return at >= 0 and self.scan.codes[at] in self.lexicon.members("UNIT")

    def _pair(self, expression: Expression, spans: tuple[Span, Span]) -> list[DateMention]:
        """The two ends of a range as one mention, or the two dates of a list."""
        ends = self._ends(expression, spans)
        if expression.fields.get("list"):
            return ends
        derivation = next((end.derivation for end in ends if end.derivation != EXPLICIT), EXPLICIT)
        leaning = next((end.anchor for end in ends if end.anchor), None)
        edtf = interval(ends[0].edtf, ends[1].edtf)
        if edtf is None and expression.pattern.kind == "bare":
            return []
        if edtf is None and all(end.derivation == EXPLICIT for end in ends):
            return []  # "2015-1234" goes backwards, and so is no range of years
        if edtf is None:
            derivation, leaning = UNRESOLVED, None
        start, end = expression.span
        return [DateMention(start, end, self.text[start:end], edtf, derivation, leaning, tuple(ends))]

    def _ends(self, expression: Expression, spans: tuple[Span, Span]) -> list[DateMention]:
        first, second = self._fields_of_ends(expression, spans)
        resolved = self._resolve(expression, first), self._resolve(expression, second)
        resolved = _turned(*resolved, second, self._reached_month(resolved[0].when))
        mentions, anchors = [], []
        for span, one in zip(spans, resolved, strict=True):
            mention = self._mention(span, one)
            anchors.append(self._anchor(mention, one, expression))
            mentions.append(mention)
        self._reach_either(anchors)
        return mentions

    def _reached_month(self, when: When | None) -> int | None:
        """Return the month that the text has reached, if it is in the year of a date."""
        year = self.narrative.year
        return self.narrative.current_month if when and year and year.when.year == when.year else None

    def _fields_of_ends(self, expression: Expression, spans: tuple[Span, Span]) -> tuple[Fields, Fields]:
        """Return what the words say of each end; what is said once holds for both."""
        second = {name.rstrip("2"): value for name, value in expression.fields.items() if name.endswith("2")}
        first = {name: value for name, value in expression.fields.items() if not name.endswith("2")}
        for shared in ("year", "month"):
            if shared in second and shared not in first:
                first[shared] = second[shared]
        turned = number(first, "month"), number(second, "month")
        if "year" not in second and "year" in first and turned[0] and turned[1] and turned[0] > turned[1]:
            _turn_year(expression, spans, first, second)
        short, whole = number(second, "year"), number(first, "year")
        if short is not None and whole is not None and short < 100 <= whole:
            second["year"] = whole // 100 * 100 + short
        if any(place in second for place in PLACES):
            return first, {**{name: value for name, value in first.items() if name not in PLACES or name == "century"}, **second}
        return first, {**first, **second}

    def _reach_either(self, anchors: list[Anchor | None]) -> None:
        """Go on to that end of a range in whose year the text goes on; without a sign of it, to the later one."""
        following = self.course.next_year
        known = [anchor for anchor in anchors if anchor is not None]
        if following is not None:
            known.sort(key=lambda anchor: -abs(following - (anchor.when.year or 0)))
        for anchor in known:
            self._reach(anchor)

    def _reach(self, anchor: Anchor) -> None:
        year, here = anchor.when.year, self.narrative.year
        far = year is not None and here is not None and here.when.year is not None and abs(year - here.when.year) > LIFETIME
        self.narrative.reach(anchor, self.course.next_year_but(year) if far else self.course.next_year)

    def _mention(self, span: Span, resolved: Resolved) -> DateMention:
        edtf = valid(resolved.when.edtf()) if resolved.when else None
        text = self.text[span[0] : span[1]]
        if edtf is None:
            return DateMention(*span, text, None, UNRESOLVED)
        return DateMention(*span, text, edtf, resolved.derivation, resolved.anchor)

    def _anchor(self, mention: DateMention, resolved: Resolved, expression: Expression) -> Anchor | None:
        if resolved.when is None or mention.edtf is None:
            return None
        span = mention.start, mention.end
        return Anchor(
            resolved.when,
            span,
            mention.text,
            expression.tokens,
            resolved.derivation == FROM_PUBLICATION,
            resolved.derivation == EXPLICIT,
            self.course.in_brackets(expression),
        )


def _turn_year(expression: Expression, spans: tuple[Span, Span], first: dict[str, Value | bool], second: dict[str, Value | bool]) -> None:
    """November to February 1945, December 1944 to January: the year stands with one end, the other is the year beside it."""
    year = number(first, "year")
    if year is None or first.get("era") == "bce":
        return
    if expression.year_at is not None and expression.year_at < spans[0][1]:
        second["year"] = year + 1
    else:
        second["year"], first["year"] = year, year - 1


def _turned(first: Resolved, second: Resolved, fields: Fields, reached: int | None) -> tuple[Resolved, Resolved]:
    """October to March, without a year: the second end lies in the year after the first.

    A text that has come to February speaks of the winter that it is in.
    """
    one, other = first.when, second.when
    if "year" in fields or one is None or other is None or one.year is None or other.year is None:
        return first, second
    if one.year != other.year or one.month is None or other.month is None or one.month <= other.month:
        return first, second
    if reached is not None and reached < other.month:
        return replace(first, when=replace(one, year=one.year - 1)), second
    return first, replace(second, when=replace(other, year=other.year + 1))


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
