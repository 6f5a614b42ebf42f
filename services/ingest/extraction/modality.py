"""Modality: did it happen, was it planned, is it denied, or hypothetical."""

import re
from functools import lru_cache

from services.ingest.extraction.attribution import source
from services.ingest.extraction.grammar.tables import Grammar, Presentation
from shared.domain.claims import Modality

__all__ = ["ModalityReader", "is_set_for", "modality", "source"]

_MARKS = ".!?…'"
_VERB_WORDS = 3
_QUOTES = (("“", "”"), ("«", "»"))
_CLOSING = ' .!?…,;:"”»)'
# A preposition and a date, which is blanked.
_OPENING = re.compile(r"(?:\w+\s)?\s+,\s+")
_KEPT = 256
"""So many answers are kept: dates that share a clause ask the same of it."""
_WORD = re.compile(r"[^\s,;:()\"“”«»]+")


class ModalityReader:
    """Reads how the clauses of one text are meant."""

    def __init__(self, lower: str, grammar: Grammar) -> None:
        """Take the text in lower case, with its dates blanked, and the words of its language."""
        self._lower = lower
        self._grammar = grammar
        self._found = lru_cache(_KEPT)(self._search)
        self._parts = lru_cache(_KEPT)(self._subordinate)
        self._presented = lru_cache(_KEPT)(self._presents)

    def read(
        self,
        start: int,
        end: int,
        date: tuple[int, int] | None,
        *,
        purpose: bool,
        told: tuple[int, int] | None = None,
        happening: bool = False,
    ) -> Modality:
        """Tell how a clause presents what happened at its date.

        Args:
            start: Where the clause begins.
            end: Where it ends, exclusive.
            date: The span of its date.
            purpose: Whether it tells what something else was for.
            told: The stretch that somebody is said to tell, where the clause or part of it is such.
            happening: Whether it names something that can be called off, such as a congress.
        """
        grammar = self._grammar
        if self._found("denying", start, end) or (happening and self._called_off(start, end, date)):
            return "denied"
        if told and (date is None or told[0] <= date[0] < told[1]) and max(start, told[0]) < min(end, told[1]):
            start, end = max(start, told[0]), min(end, told[1])
        else:
            told = None
        while announced := self._found("announcing", start, end):
            end = announced.start()
        # "Had she stayed, she would have …"
        if self._opens("conditional", start, end) and self._found("unreal", start, end):
            return "hypothetical"
        # "If it falls, a vote could be held in May."
        if self._opens("supposing", start, end) and self._found("possible", start, end):
            return "hypothetical"
        purpose = purpose or self._is_set(start, end, date)
        # "No student was taken until 1750": then one was.
        if date is not None and self._found("lasting", start, date[0]):
            return "happened"
        if grammar.negating and grammar.negating.match(self._lower, start):
            return "denied"
        if not grammar.verb_final:
            start, end = self._governed(start, end, date)
        elif date:
            start, end = self._closed(start, end, date)
        for name in grammar.presented:
            if (name == "planned" and purpose) or self._presented(start, end, name, told=told is not None):
                return name
        return "happened"

    def _search(self, name: str, start: int, end: int) -> re.Match[str] | None:
        """Find the first words of one kind of the grammar's in a stretch."""
        pattern: re.Pattern[str] | None = getattr(self._grammar, name)
        return pattern.search(self._lower, start, end) if pattern else None

    def _called_off(self, start: int, end: int, date: tuple[int, int] | None) -> bool:
        """Whether words say that something is called off, in the same clause as its date where verbs close clauses."""
        if not self._found("cancelling", start, end) or self._found("cancelling_apart", start, end):
            return False
        if self._grammar.verb_final and date is not None:
            commas = [at for at in range(start, end) if self._lower[at] == "," and self._grammar.closes(self._lower, start, at)]
            start = max((at for at in commas if at < date[0]), default=start)
            end = min((at for at in commas if at >= date[1]), default=end)
        found = self._found("cancelling", start, end)
        return found is not None and not self._of_another(start, found.start(), date)

    def _of_another(self, start: int, words: int, date: tuple[int, int] | None) -> bool:
        """Whether what is called off is the subject of a clause of its own: "the flood took the stage, and the last evening was …"."""
        grammar, lower = self._grammar, self._lower
        if grammar.verb_final or date is None or grammar.subordinators is None:
            return False
        joined = [mark for mark in grammar.subordinators.finditer(lower, date[1], words) if mark.group().strip(" ,") in grammar.joining]
        begin = max((mark.end() for mark in joined), default=None)
        if begin is None or not grammar.has_verb(lower, start, begin):
            return False
        begin += len(lower[begin:words]) - len(lower[begin:words].lstrip())
        if grammar.opens(lower, begin, words):
            return False
        subject = {word.strip(_MARKS) for word in _WORD.findall(lower, begin, words)}
        told = {word.strip(_MARKS) for word in _WORD.findall(lower, start, begin)} - grammar.demonstratives
        return bool(subject) and subject.isdisjoint(grammar.pronouns | grammar.generic | told)

    def _opens(self, name: str, start: int, end: int) -> bool:
        """Whether words of one kind open a stretch, or what follows a date that opens it: "in May 1950, had it held, …"."""
        pattern: re.Pattern[str] | None = getattr(self._grammar, name)
        if pattern is None:
            return False
        opening = _OPENING.match(self._lower, start, end)
        return any(pattern.match(self._lower, at, end) for at in (start, opening.end() if opening else start))

    def _is_set(self, start: int, end: int, date: tuple[int, int] | None) -> bool:
        """Whether a date is one that something was set for: "ordered a congress for 9 May", "resolved to hold a fair on 9 May"."""
        if date is not None and date[0] > start and self._found("decided", date[1], end):
            return True
        if self._found("undertaking", start, end):
            low, high = self._governed(start, end, date)
            if self._found("undertaking", low, min(high, date[0]) if date else high):
                return True
        setting, prepositions = self._grammar.setting, self._grammar.setting_prepositions
        if date is None or setting is None or prepositions is None or date[0] <= start:
            return False
        if self._found("deciding", start, date[0]):
            return True
        before = self._lower[start : date[0]]
        return prepositions.search(before) is not None and setting.search(before) is not None

    def _closed(self, start: int, end: int, date: tuple[int, int]) -> tuple[int, int]:
        """Narrow a stretch to the clause of its date where the verb closes clauses: a comma behind no verb parts none, but lists."""
        for mark in self._grammar.subordinators.finditer(self._lower, start, end) if self._grammar.subordinators else ():
            if not any(map(str.isalpha, mark.group())) and not self._grammar.closes(self._lower, start, mark.start()):
                continue
            if any(self._lower.count(left, start, mark.start()) > self._lower.count(right, start, mark.start()) for left, right in _QUOTES):
                continue
            if date[1] <= mark.start():
                return start, mark.start()
            start = mark.end()
        return start, end

    def _governed(self, start: int, end: int, date: tuple[int, int] | None) -> tuple[int, int]:
        """Narrow a stretch to the part with the verb that its date belongs to: the part around the date, or the nearest with a verb."""
        if self._grammar.subordinators is None:
            return start, end
        parts = self._parts(start, end)
        at = 0 if date is None else max((index for index, part in enumerate(parts) if part[0] <= date[0]), default=0)
        nearest = [*range(at, len(parts)), *range(at - 1, -1, -1)]
        return next((parts[index] for index in nearest if self._found("finite", *parts[index])), (start, end))

    def _subordinate(self, start: int, end: int) -> list[tuple[int, int]]:
        """Part a stretch at the words that subordinate a clause."""
        parts = []
        begin = start
        for mark in self._grammar.subordinators.finditer(self._lower, start, end) if self._grammar.subordinators else ():
            parts.append((begin, mark.start()))
            begin = mark.end()
        return [*parts, (begin, end)]

    def _presents(self, start: int, end: int, name: Presentation, *, told: bool) -> bool:
        """Whether the words of a stretch present it in one way."""
        lower, grammar, presented = self._lower, self._grammar, self._grammar.presented[name]
        # Where the verb closes the clause, only the last words can say how all of it is meant.
        tail = _last_words(lower, start, end, _VERB_WORDS) if grammar.verb_final else start
        apart = [match.span() for match in presented.apart.finditer(lower, tail, end)] if presented.apart else []
        for pattern in (presented.words, presented.told if told else None):
            for match in pattern.finditer(lower, tail, end) if pattern else ():
                if not any(low <= match.start() and match.end() <= high for low, high in apart):
                    return True
        if presented.endings is None or any(high >= len(lower[:end].rstrip(_CLOSING)) for _, high in apart):
            return False
        words = [word.strip(_MARKS) for word in _WORD.findall(lower, _last_words(lower, start, end, 2), end) if any(map(str.isalnum, word))]
        while len(words) > 1 and words[-1] in grammar.auxiliaries:
            words.pop()
        return bool(words) and presented.endings.search(words[-1]) is not None


def is_set_for(lower: str, date: tuple[int, int], grammar: Grammar) -> bool:
    """Whether something is set for a date by what follows it: "noyabrın 6-na təyin olundu", "2018-ci il üçün paytaxt elan edildi"."""
    if grammar.setting_after is not None and grammar.setting_after.match(lower, date[1]):
        return True
    dative = grammar.setting_endings and lower[slice(*date)].endswith(grammar.setting_endings)
    return bool(dative) and grammar.setting is not None and grammar.setting.match(lower, date[1] + 1) is not None


def modality(lower: str, start: int, end: int, date: tuple[int, int] | None, grammar: Grammar, *, purpose: bool) -> Modality:
    """Tell how one clause presents what happened at its date; see `ModalityReader.read`."""
    return ModalityReader(lower, grammar).read(start, end, date, purpose=purpose)


def _last_words(lower: str, start: int, end: int, count: int) -> int:
    """Return where the last words of a stretch begin."""
    for _ in range(count):
        while end > start and not lower[end - 1].isalnum():
            end -= 1
        while end > start and lower[end - 1].isalnum():
            end -= 1
    return end
