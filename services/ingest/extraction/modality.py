"""Modality: did it happen, was it planned, is it denied, or hypothetical."""

import re

from services.ingest.extraction.attribution import source
from services.ingest.extraction.grammar.tables import Grammar, Presented
from shared.domain.claims import Modality

__all__ = ["modality", "source"]

_MARKS = ".!?…'"
_VERB_WORDS = 3
_WORD = re.compile(r"[^\s,;:()\"“”«»]+")


def modality(
    lower: str,
    start: int,
    end: int,
    date: tuple[int, int] | None,
    grammar: Grammar,
    *,
    purpose: bool,
    told: tuple[int, int] | None = None,
    happening: bool = False,
) -> Modality:
    """Tell how a clause presents what happened at its date.

    Args:
        lower: The view in lower case, with its dates blanked.
        start: Where the clause begins.
        end: Where it ends, exclusive.
        date: The span of its date.
        grammar: The words of its language.
        purpose: Whether it tells what something else was for.
        told: The stretch that somebody is said to tell, where the clause or part of it is such.
        happening: Whether it names something that can be called off, such as a congress.
    """
    if grammar.denying and grammar.denying.search(lower, start, end):
        return "denied"
    if happening and grammar.cancelling and grammar.cancelling.search(lower, start, end):
        return "denied"
    if told and (date is None or told[0] <= date[0] < told[1]) and max(start, told[0]) < min(end, told[1]):
        start, end = max(start, told[0]), min(end, told[1])
    else:
        told = None
    while grammar.announcing and (announced := grammar.announcing.search(lower, start, end)):
        end = announced.start()
    # "Had she stayed, she would have …"
    if grammar.conditional and grammar.unreal and grammar.conditional.match(lower, start) and grammar.unreal.search(lower, start, end):
        return "hypothetical"
    purpose = purpose or _is_set(lower, start, date, grammar)
    if grammar.lasting and date is not None and grammar.lasting.search(lower, start, date[0]):
        return "happened"
    if not grammar.verb_final:
        start, end = _governed(lower, start, end, date, grammar)
    elif grammar.subordinators and date and (mark := grammar.subordinators.search(lower, start, end)):
        start, end = (start, mark.start()) if date[1] <= mark.start() else (mark.end(), end)
    for name, presented in grammar.presented.items():
        if (name == "planned" and purpose) or _presents(lower, start, end, presented, grammar, told=told is not None):
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


def _presents(lower: str, start: int, end: int, presented: Presented, grammar: Grammar, *, told: bool) -> bool:
    # Where the verb closes the clause, only the last words can say how all of it is meant.
    tail = _last_words(lower, start, end, _VERB_WORDS) if grammar.verb_final else start
    apart = [match.span() for match in presented.apart.finditer(lower, tail, end)] if presented.apart else []
    for pattern in (presented.words, presented.told if told else None):
        for match in pattern.finditer(lower, tail, end) if pattern else ():
            if not any(low <= match.start() and match.end() <= high for low, high in apart):
                return True
    if presented.endings is None:
        return False
    words = [word.strip(_MARKS) for word in _WORD.findall(lower, _last_words(lower, start, end, 2), end) if any(map(str.isalnum, word))]
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
