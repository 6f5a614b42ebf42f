"""Modality: did it happen, was it planned, is it denied, or hypothetical; and who says so."""

import re
from dataclasses import dataclass

from services.ingest.extraction.grammar.tables import Grammar
from shared.domain.claims import Modality

_NAME_AFTER = re.compile(r"\s+((?:the\s+)?[^,;.\n]{2,80}?)(?=[,;.]|\s+(?:on|in|at|that)\s|$)")
_SPEAKER_WORDS = 8
_WORD = re.compile(r"[^\s,;:()\"“”«»]+")


@dataclass(frozen=True, slots=True)
class Source:
    """Who says so: the span of the words in the view."""

    start: int
    end: int


def modality(lower: str, start: int, end: int, grammar: Grammar, *, purpose: bool) -> Modality:
    """Tell how a clause of the lower-cased view presents what it says."""

    def says(pattern: re.Pattern[str] | None) -> bool:
        return pattern is not None and pattern.search(lower, start, end) is not None

    if grammar.verb_final:
        # The verb that counts closes the clause.
        tail = max(start, end - _tail(lower, start, end))
        if _last(grammar.denied, lower, tail, end):
            return "denied"
        if purpose or _last(grammar.planned, lower, tail, end):
            return "planned"
        return "hypothetical" if says(grammar.hypothetical) and not _last(grammar.finite, lower, end - 6, end) else "happened"
    if says(grammar.denied):
        return "denied"
    if purpose or says(grammar.planned):
        return "planned"
    return "hypothetical" if says(grammar.hypothetical) else "happened"


def source(text: str, lower: str, start: int, end: int, grammar: Grammar) -> Source | None:
    """Find who a sentence's words are attributed to, where that is not the document's own voice."""
    return _source_named_first(text, lower, start, end, grammar) or _source_named_before_verb(text, lower, start, end, grammar)


def _tail(lower: str, start: int, end: int) -> int:
    words = lower[start:end].split()
    return sum(len(word) + 1 for word in words[-3:])


def _last(pattern: re.Pattern[str] | None, lower: str, start: int, end: int) -> bool:
    return pattern is not None and pattern.search(lower, max(0, start), end) is not None


def _source_named_first(text: str, lower: str, start: int, end: int, grammar: Grammar) -> Source | None:
    opening = grammar.source_before.search(lower, start, end) if grammar.source_before else None
    name = _NAME_AFTER.match(text, opening.end(), end) if opening else None
    return Source(name.start(1), name.end(1)) if name else None


def _source_named_before_verb(text: str, lower: str, start: int, end: int, grammar: Grammar) -> Source | None:
    for pattern in (grammar.source_after, grammar.saying):
        verb = pattern.search(lower, start, end) if pattern else None
        if verb is None:
            continue
        words = list(_WORD.finditer(text, start, verb.start()))[-_SPEAKER_WORDS:]
        capital = [index for index, word in enumerate(words) if word.group()[:1].isupper()]
        if capital:
            first = next((index for index in capital if all(_runs(words, step) for step in range(index, capital[-1]))), capital[-1])
            return Source(words[first].start(), words[capital[-1]].end())
    return None


def _runs(words: list[re.Match[str]], index: int) -> bool:
    """Whether two words stand side by side, parted by a space alone."""
    return words[index + 1].start() - words[index].end() <= 1
