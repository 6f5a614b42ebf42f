"""The scan: where date expressions stand in a text and what their own words say."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from services.ingest.extraction.dates.lexicon import Value
from services.ingest.extraction.dates.tables import Language, Pattern

Span = tuple[int, int]

_KNOWN_LIMIT = 20_000


@dataclass(frozen=True, slots=True)
class Expression:
    """A date expression as it stands in the text, not resolved yet.

    Attributes:
        pattern: The pattern that it matched.
        span: Its offsets in the text, end exclusive.
        fields: What its words say: `{"month": 11, "day": 9}`. A field of the second end of a range ends in 2.
        ends: The spans of the two ends, of a range or list.
        tokens: The first token of it and the first after it.
        year_at: Where its year stands in the text.
    """

    pattern: Pattern
    span: Span
    fields: Mapping[str, Value | bool]
    ends: tuple[Span, Span] | None
    tokens: tuple[int, int]
    year_at: int | None = None


@dataclass(frozen=True, slots=True)
class Scan:
    """All tokens of a text, their codes (see `lexicon`) and the date expressions among them, in text order, not overlapping."""

    words: list[str]
    offsets: list[int]
    codes: str
    expressions: list[Expression]


def scan(text: str, language: Language) -> Scan:
    """Find the date expressions of a text: at every place the longest that any pattern matches."""
    words, offsets, codes = language.lexicon.tokens(text)
    expressions = [
        _expression(pattern, match, words, offsets, origin, language)
        for pattern, match, origin in _matches(codes, language)
        if pattern.kind != "skip"
    ]
    return Scan(words, offsets, codes, expressions)


def _matches(codes: str, language: Language) -> Iterator[tuple[Pattern, re.Match[str], int]]:
    """Yield the longest match at every place, with the offset in codes that its positions are counted from."""
    free, known, widths = 0, language.known, language.widths
    for start in language.starts.finditer(codes):
        at = start.start()
        if at < free:
            continue
        origin = max(0, at - 1)
        window = codes[origin : at + widths[codes[at]] + 1]
        # What precedes the first code of a text can only be mistaken for nothing, which forms tell from a code by its absence.
        key = window if at else "^" + window
        if key not in known:
            if len(known) >= _KNOWN_LIMIT:
                known.clear()
            known[key] = _longest(window, at - origin, language)
        best = known[key]
        if best:
            free = origin + best[1].end()
            yield *best, origin


def _longest(window: str, at: int, language: Language) -> tuple[Pattern, re.Match[str]] | None:
    if language.filters.rule_out(window, at):
        return None
    best: tuple[Pattern, re.Match[str]] | None = None
    for pattern in language.patterns[window[at]]:
        match = pattern.form.pattern.match(window, at)
        if match and (best is None or match.end() > best[1].end()):
            best = pattern, match
    return best


def _expression(
    pattern: Pattern, match: re.Match[str], words: list[str], offsets: list[int], origin: int, language: Language
) -> Expression:
    """Read a match out of the tokens; its positions are counted from `origin`."""

    def span(group: int | str) -> Span:
        last = origin + match.end(group) - 1
        return offsets[origin + match.start(group)], offsets[last] + len(words[last])

    fields: dict[str, Value | bool] = dict(pattern.given)
    for name, kind in pattern.form.fields.items():
        at = match.start(name)
        if at >= 0:
            fields[name] = language.lexicon.value(kind, words[origin + at])
    named = pattern.form.pattern.groupindex
    ends = (span("first"), span("second")) if "second" in named else None
    whole: int | str = "first" if "first" in named and ends is None else 0
    year_at = span("year")[0] if "year" in pattern.form.fields and match["year"] else None
    return Expression(pattern, span(whole), fields, ends, (origin + match.start(whole), origin + match.end(whole)), year_at)
