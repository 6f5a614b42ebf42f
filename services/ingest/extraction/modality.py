"""Modality: did it happen, was it planned, is it denied, or hypothetical; and who says so."""

import re
from dataclasses import dataclass

from services.ingest.extraction.grammar.tables import Grammar, Presented
from shared.domain.claims import Modality

_NAME_AFTER = re.compile(r"\s+((?:the\s+)?[^,;.\d\n]{2,80}?)(?=[,;.]|\s+(?:on|in|at|that)\s|$)")
_SPEAKER_WORDS = 8
_BEFORE_VERB = 1
_UNNAMED = 4
_MARKS = ".!?…'"
_VERB_WORDS = 3
_WORD = re.compile(r"[^\s,;:()\"“”«»]+")


@dataclass(frozen=True, slots=True)
class Source:
    """Who says so: the span of the words in the view."""

    start: int
    end: int


def modality(lower: str, start: int, end: int, date: tuple[int, int] | None, grammar: Grammar, *, purpose: bool) -> Modality:
    """Tell how a clause of the lower-cased view presents what happened at its date."""
    if grammar.denying and grammar.denying.search(lower, start, end):
        return "denied"
    purpose = purpose or _is_set(lower, start, date, grammar)
    if grammar.lasting and date is not None and grammar.lasting.search(lower, start, date[0]):
        return "happened"
    if not grammar.verb_final:
        start, end = _governed(lower, start, end, date, grammar)
    elif grammar.subordinators and date and (mark := grammar.subordinators.search(lower, start, end)):
        start, end = (start, mark.start()) if date[1] <= mark.start() else (mark.end(), end)
    for name, presented in grammar.presented.items():
        if (name == "planned" and purpose) or _presents(lower, start, end, presented, grammar):
            return name
    return "happened"


def _is_set(lower: str, start: int, date: tuple[int, int] | None, grammar: Grammar) -> bool:
    """Whether a date is one that something was set for: "ordered a congress for 9 May"."""
    if date is None or grammar.setting is None or grammar.setting_prepositions is None or date[0] <= start:
        return False
    before = lower[start : date[0]]
    return grammar.setting_prepositions.search(before) is not None and grammar.setting.search(before) is not None


def _governed(lower: str, start: int, end: int, date: tuple[int, int] | None, grammar: Grammar) -> tuple[int, int]:
    """Narrow a stretch to the part with the verb that its date belongs to: the part around the date, or the nearest with a verb."""
    if grammar.subordinators is None:
        return start, end
    parts = []
    begin = start
    for mark in grammar.subordinators.finditer(lower, start, end):
        parts.append((begin, mark.start()))
        begin = mark.end()
    parts.append((begin, end))
    at = 0 if date is None else max((index for index, part in enumerate(parts) if part[0] <= date[0]), default=0)
    nearest = [*range(at, len(parts)), *range(at - 1, -1, -1)]
    return next((parts[index] for index in nearest if _has_verb(lower, parts[index][0], parts[index][1], grammar)), (start, end))


def _has_verb(lower: str, start: int, end: int, grammar: Grammar) -> bool:
    return grammar.finite is not None and grammar.finite.search(lower, start, end) is not None


def _presents(lower: str, start: int, end: int, presented: Presented, grammar: Grammar) -> bool:
    if presented.words is not None:
        # Where the verb closes the clause, only the last words can say how all of it is meant.
        tail = _last_words(lower, start, end, _VERB_WORDS) if grammar.verb_final else start
        if presented.words.search(lower, tail, end):
            return True
    if presented.endings is None:
        return False
    words = [word.strip(_MARKS) for word in _WORD.findall(lower, _last_words(lower, start, end, 2), end)]
    while len(words) > 1 and words[-1] in grammar.auxiliaries:
        words.pop()
    return bool(words) and presented.endings.search(words[-1]) is not None


def _last_words(lower: str, start: int, end: int, count: int) -> int:
    """Return where the last words of a stretch begin."""
    for _ in range(count):
        while end > start and not lower[end - 1].isalnum():
            end -= 1
        while end > start and lower[end - 1].isalnum():
            end -= 1
    return end


def source(text: str, lower: str, start: int, end: int, grammar: Grammar) -> Source | None:
    """Find who a sentence's words are attributed to, where that is not the document's own voice."""
    return _source_named_first(text, lower, start, end, grammar) or _source_named_before_verb(text, lower, start, end, grammar)


def _source_named_first(text: str, lower: str, start: int, end: int, grammar: Grammar) -> Source | None:
    opening = grammar.source_before.search(lower, start, end) if grammar.source_before else None
    name = _NAME_AFTER.match(text, opening.end(), end) if opening else None
    if name is None or (grammar.not_sources and grammar.not_sources.search(lower, name.start(1), name.end(1))):
        return None
    return Source(name.start(1), name.end(1))


def _source_named_before_verb(text: str, lower: str, start: int, end: int, grammar: Grammar) -> Source | None:
    for pattern in (grammar.source_after, grammar.saying):
        verb = pattern.search(lower, start, end) if pattern else None
        words = list(_WORD.finditer(text, start, verb.start()))[-_SPEAKER_WORDS:] if verb else []
        last = next((index for index in range(len(words) - 1, -1, -1) if words[index].group()[:1].isupper()), None)
        if last is None:
            continue
        if words[last].group().lower() in grammar.not_names:
            # "The mayor said": who speaks has no name.
            if last == 0 and 1 < len(words) <= _UNNAMED and not grammar.verb_final:
                return Source(words[0].start(), words[-1].end())
            continue
        if not grammar.verb_final and len(words) - 1 - last > _BEFORE_VERB:
            continue
        named = last
        if not grammar.verb_final:
            # "The Iraqi government said": the noun after the name belongs to it.
            last = len(words) - 1
        first = named
        while first > 0 and _name_runs_on(words[first - 1], words[first], grammar):
            first -= 1
        return Source(words[first].start(), words[last].end())
    return None


def _name_runs_on(before: re.Match[str], after: re.Match[str], grammar: Grammar) -> bool:
    """Whether a word belongs to the name that the next word belongs to."""
    word = before.group()
    return (
        after.start() - before.end() == 1 and (word[:1].isupper() or word in grammar.connectors) and word.lower() not in grammar.not_names
    )
