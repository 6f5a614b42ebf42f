"""The course of a text: what it has reached at an expression, and what stands around that.

Every question is answered within so many tokens, which keeps the work linear in texts without full stops.
"""

from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import pairwise

from services.ingest.extraction.dates.lexicon import Lexicon
from services.ingest.extraction.dates.narrative import Anchor, Narrative
from services.ingest.extraction.dates.scan import Expression, Scan
from services.ingest.extraction.dates.stated import number, stated
from services.ingest.extraction.dates.when import When, common_year
from shared.domain.dates import day_number, days_in_month

NEWS_SHARE = 3
"""A text is news if it has at least one expression counted from its publication to so many years written out,"""

NEWS_DAYS = 62
"""A text that begins with a day or a month in full no longer than that before its publication is news too."""

NEWS_YEARS = 30
"""and one of those years, if there are any, is no further from its publication."""

VERB_WINDOW = 30
"""Tokens to either side of a date in which the verb that it goes with is looked for, as far as the sentence goes."""

FAR_SIDE = 8
"""A verb on the side where the language does not put it counts as so many tokens further away."""

SENTENCE_LIMIT = 150
"""Tokens; what stands further apart is not looked upon as one sentence."""

AHEAD = 5
"""So many expressions are looked through for a year when none has been given yet."""

CLOSING = frozenset("\"'”’»)]")
"""Signs that may stand between a full stop and the next sentence."""

PRESENT_REACH = 4
"""Tokens; a verb in the present further from a date says nothing of it."""

AUXILIARY_REACH = 3
"""Tokens between an auxiliary verb and its participle, at most: "will be widely seen"."""

BRACKETS = frozenset("()[]")

BRACKET_REACH = 40
"""Tokens before a date within which the bracket stands that it is in."""

SHORT = 3
"""Letters; a word no longer than that may be an abbreviation when a number follows its full stop."""

ADJOINING = 3
"""Tokens; in news, a year further on is of something else: "said on 22 January that by 2010 it would"."""

NAMELESS = frozenset({"name", "unresolved", "bare", "shift"})
"""Kinds that do not show where a text begins in time."""


@dataclass(slots=True)
class Course:
    """Where the reading of a text is.

    Attributes:
        text: The text.
        scan: Its date expressions.
        lexicon: The words of its language.
        narrative: What it has reached.
        index: The expression that is being resolved.
        news: Whether the text counts from the day of its publication.
    """

    text: str
    scan: Scan
    lexicon: Lexicon
    narrative: Narrative
    index: int = 0
    news: bool = field(init=False, default=False)
    _stops: list[int] = field(init=False)
    _adrift: set[int] = field(init=False, default_factory=set)
    _years: list[int | None] = field(init=False)
    _next: list[tuple[int | None, int | None]] = field(init=False)

    def __post_init__(self) -> None:
        self._stops = self._sentence_ends()
        self._years = [_year(expression) for expression in self.scan.expressions]
        self._next = self._years_to_come()
        self.news = self._is_news()

    def _years_to_come(self) -> list[tuple[int | None, int | None]]:
        """Return for every expression the year that the text gives next, and the next one that is another year than that."""
        found: list[tuple[int | None, int | None]] = []
        following: int | None = None
        beyond: int | None = None
        for expression, year in zip(reversed(self.scan.expressions), reversed(self._years), strict=True):
            found.append((following, beyond))
            if year is not None and expression.pattern.kind != "bare" and year != following:
                following, beyond = year, following
        return found[::-1]

    def from_something(self, expression: Expression) -> bool:
        """Whether a count that opens with a capital's word is from what that word names: "Yanğından beş il sonra"."""
        shape = self.lexicon.shapes.get("FROMWHAT")
        before = self.scan.words[expression.tokens[0] - 1] if expression.tokens[0] else ""
        counts = shape is not None and before[:1].isupper() and shape.fullmatch(self.lexicon.fold(before)) is not None
        if counts:
            self._adrift.add(self.index)
        return counts

    def adrift_since(self, anchor: Anchor) -> bool:
        """Whether the text has counted from something else since a date: "five years after the fire" is when nobody knows."""
        for at in range(self.index - 1, -1, -1):
            other = self.scan.expressions[at]
            if other.tokens[0] < anchor.tokens[1]:
                return False
            if at in self._adrift or other.fields.get("adrift"):
                return True
        return False

    @property
    def next_year(self) -> int | None:
        """The year that the text gives next."""
        return self._next[self.index][0] if self._next else None

    def next_year_but(self, year: int | None) -> int | None:
        """Return the year that the text gives next, other than this one: a year that is named twice is still only mentioned."""
        following, beyond = self._next[self.index]
        return beyond if following == year else following

    def _is_news(self) -> bool:
        """Whether the text counts from the day of its publication.

        It does if "on Tuesday" and "last month" are no rarity beside years in full, or if it begins with such a date, with a day
        that it gives no year to, or with one right before its publication: who tells of other years names them first.
        """
        if self.narrative.published is None:
            return False
        deictic = sum(expression.pattern.kind in ("deictic", "weekday") for expression in self.scan.expressions)
        years = [year for year in self._years if year is not None]
        published = self.narrative.published.year or 0
        recent = not years or any(abs(published - year) <= NEWS_YEARS for year in years)
        return recent and (NEWS_SHARE * deictic >= len(years) or self._begins_today())

    def _begins_today(self) -> bool:
        """Whether the first date of the text is counted from its publication, lies right before it, or is a day without a year."""
        for expression, year in zip(self.scan.expressions, self._years, strict=True):
            if expression.pattern.kind in NAMELESS:
                continue
            if expression.pattern.kind == "date":
                if self._recent(expression):
                    return True
                return year is None and "day" in expression.fields and "numeric" not in expression.fields
            return expression.pattern.kind in ("weekday", "deictic")
        return False

    def _recent(self, expression: Expression) -> bool:
        """Whether an expression is a day or a month in full, not long before the publication."""
        published, when = self.narrative.published, stated(expression.fields)
        if published is None or expression.ends is not None or not when.possible:
            return False
        if when.year is None or when.month is None or published.year is None or published.month is None:
            return False
        first = day_number(when.year, when.month, when.day or 1)
        return (
            0
            <= day_number(published.year, published.month, published.day or days_in_month(published.year, published.month)) - first
            <= NEWS_DAYS
        )

    def same_sentence(self, start: int, end: int) -> bool:
        """Whether no sentence ends between two tokens."""
        return end - start <= SENTENCE_LIMIT and bisect_left(self._stops, start) == bisect_left(self._stops, end)

    def _sentence_ends(self) -> list[int]:
        """Return the tokens that end sentences."""
        if not self.scan.expressions:
            return []
        stops = self.lexicon.members("STOP") | self.lexicon.members("BREAK")
        return [at for at, code in enumerate(self.scan.codes) if code in stops and self._ends_sentence(at)]

    def after_in_sentence(self, anchor: Anchor | None, expression: Expression) -> bool:
        """Whether an expression stands in the sentence of an earlier date."""
        return anchor is not None and self.same_sentence(anchor.tokens[1], expression.tokens[0])

    def alongside(self, anchor: Anchor, expression: Expression) -> bool:
        """Whether an expression stands in the sentence of an earlier date, neither of them in brackets of its own."""
        between = self.scan.words[anchor.tokens[1] : expression.tokens[0]]
        return self.after_in_sentence(anchor, expression) and BRACKETS.isdisjoint(between)

    def in_brackets(self, expression: Expression) -> bool:
        """Whether an expression stands in brackets that its sentence opens."""
        first, words = expression.tokens[0], self.scan.words
        stop = bisect_left(self._stops, first)
        start = max(first - BRACKET_REACH, self._stops[stop - 1] + 1 if stop else 0)
        mark = next((words[at] for at in range(first - 1, start - 1, -1) if words[at] in BRACKETS), "")
        return mark in ("(", "[")

    def _ends_sentence(self, at: int) -> bool:
        words = self.scan.words
        if words[at] != ".":
            return True
        if at == 0 or self._abbreviated(at - 1):
            return False
        following = at + 1 + (at + 1 < len(words) and words[at + 1] in CLOSING)
        if following >= len(words):
            return False
        if words[following][0].isdecimal():  # "… was sold. 1996 was", but not "Nr. 7" or "3. 1996"
            return words[at - 1].isalpha() and len(words[at - 1]) > SHORT and self.scan.offsets[following] > self.scan.offsets[at] + 1
        return words[following][0].isupper()

    def _abbreviated(self, at: int) -> bool:
        """Whether a full stop after a token only shortens it: "J. Smith", "Mr. Smith"; but not "the 1970s.", "on June 1."."""
        words = self.scan.words
        initial = len(words[at]) == 1 and words[at].isalpha() and not (at > 0 and words[at - 1].isdecimal())
        return initial or self.scan.codes[at] in self.lexicon.members("ABBREVIATION")

    def speaks(self, expression: Expression, kind: str) -> bool:
        """Whether a word of a class stands in the sentence of an expression, not too far from it."""
        members = self.lexicon.members(kind)
        return self._before(expression, members) is not None or self._after(expression, members) is not None

    def tense(self, expression: Expression) -> int:
        """Return 1 if the verb next to an expression speaks of what is to come, -1 of what is past, and 0 if neither is found."""
        first, members = expression.tokens[0], self.lexicon.members
        if first > 0 and self.scan.codes[first - 1] in members("ONWARD"):
            return -1 if self._was(expression) else 1
        if first > 0 and self.scan.codes[first - 1] in members("SINCE"):
            return -1
        coming = members("FUTURE") | members("PLAN")
        ahead, back = self._verb(expression, coming), self._verb(expression, members("PAST") - coming)
        if self.presents(expression):
            ahead = min(ahead, PRESENT_REACH - 1)
        return (ahead < back) - (back < ahead)

    def presents(self, expression: Expression) -> bool:
        """Whether a verb in the present stands right before a date: "the hearing is on 4 May"."""
        present = self._before(expression, self.lexicon.members("PRESENT"))
        return present is not None and present < PRESENT_REACH

    def _was(self, expression: Expression) -> bool:
        """Whether a verb that can only be of the past goes before a date, and none of what is to come: "it was cut off until Sunday"."""
        members = self.lexicon.members
        coming = self._before(expression, members("FUTURE") | members("PLAN"))
        return coming is None and self._before(expression, members("WAS")) is not None

    def _verb(self, expression: Expression, members: frozenset[str]) -> float:
        """Return how far the nearest word of some classes is, in tokens; where the language puts no verb, further."""
        before, after = self._before(expression, members), self._after(expression, members)
        near, far = (after, before) if self.lexicon.verb_last else (before, after)
        return min(float("inf") if near is None else near, float("inf") if far is None else far + FAR_SIDE)

    def _before(self, expression: Expression, members: frozenset[str]) -> int | None:
        """Return how many tokens before an expression a word of some classes stands, as far as the sentence goes."""
        first = expression.tokens[0]
        stop = bisect_left(self._stops, first)
        start = max(first - VERB_WINDOW, self._stops[stop - 1] + 1 if stop else 0)
        return self._first_of(members, range(first - 1, start - 1, -1), self.scan.codes[start:first])

    def _after(self, expression: Expression, members: frozenset[str]) -> int | None:
        """Return how many tokens after an expression a word of some classes stands, as far as the sentence goes."""
        last = expression.tokens[1]
        stop = bisect_left(self._stops, last)
        end = min(last + VERB_WINDOW, self._stops[stop] if stop < len(self._stops) else len(self.scan.codes))
        return self._first_of(members, range(last, end), self.scan.codes[last:end])

    def _first_of(self, members: frozenset[str], places: range, codes: str) -> int | None:
        """Return how far into some places the first finite word of some classes stands; `codes` are the codes of these places."""
        if members.isdisjoint(codes):
            return None
        verbs = (step for step, at in enumerate(places) if self.scan.codes[at] in members and not self._names_month(at))
        return next((step for step in verbs if not self._infinite(places[step])), None)

    def _names_month(self, at: int) -> bool:
        """Whether the capital of a word says that it is a month and no verb: "BAKU, May 13 — the river rose on Tuesday"."""
        word = self.scan.words[at]
        return word[:1].isupper() and self.lexicon.fold(word) in self.lexicon.capitalised

    def _infinite(self, at: int) -> bool:
        """Whether a word that looks like a past tense is a participle: "will be held", "is set", "will stay closed"."""
        members = self.lexicon.members
        if self.scan.codes[at] not in members("PAST"):
            return False
        for before in range(at - 1, max(-1, at - 1 - AUXILIARY_REACH), -1):
            code = self.scan.codes[before]
            if code in members("RELATIVE") or not self.scan.words[before].isalpha():
                return False
            if code in members("BE") or code in members("FUTURE"):
                return True
        return False

    def anchor_ahead(self) -> Anchor | None:
        """Return the first date with a year after the expression that is being resolved."""
        for at in range(self.index + 1, min(self.index + 1 + AHEAD, len(self._years))):
            year, later = self._years[at], self.scan.expressions[at]
            if year is not None and later.pattern.kind == "date":
                return self._given(at, year)
        return None

    def year_ahead(self) -> Anchor | None:
        """Return the date with a year that follows in the same sentence, at most three expressions on; in news, right after them."""
        if self.next_year is None:
            return None
        expressions = self.scan.expressions
        for before, at in pairwise(range(self.index, min(self.index + 4, len(expressions)))):
            start, end = expressions[before].tokens[1], expressions[at].tokens[0]
            if not self.same_sentence(start, end) or (self.news and end - start > ADJOINING):
                return None
            year = self._years[at]
            if year is not None:
                return self._given(at, year)
        return None

    def _given(self, at: int, year: int) -> Anchor:
        later = self.scan.expressions[at]
        start, end = later.span
        return Anchor(When(year), later.span, self.text[start:end], later.tokens)


def _year(expression: Expression) -> int | None:
    """Return the astronomical year that an expression gives, if it gives one."""
    year = number(expression.fields, "year")
    return None if year is None else common_year(year, expression.fields.get("era") == "bce")
