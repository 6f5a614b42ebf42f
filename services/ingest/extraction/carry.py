"""Carried dates: which earlier happening a sentence without a date talks on about."""

import re
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from services.ingest.extraction.grammar.tables import Grammar
from services.ingest.extraction.tokens import Token
from shared.lexicon.inflection import BEGINNING, Inflection, beginnings

_ROMAN = re.compile(r"(?=[ivx])(x{0,3})(ix|iv|v?i{0,3})")
_REACH = 4
_ARTICLE = 2
"""Words before a noun and its name among which "after" may stand: "after the earthquake"."""
_FAR = 25
_GENERIC_FAR = 3
_SAME_NUMBER = 16
"""So many happenings of one kind and number ("the Second Congress") are kept from anywhere in a text."""
_STEM = 5
_SHARED = 8
_KNOWN = ("locative", "dative", "ablative")


@dataclass(frozen=True, slots=True)
class Reference:
    """A noun for a kind of happening, as it stands in a text.

    `qualifiers` are the stems of the words that name it ("World", "Azerbaijanis"). `definite`: it can point back. `locative`: it says
    where something took place ("at the congress"). `generic`: a word for any happening ("this event"). `passing`: it only says when
    something else was ("after the earthquake").
    """

    kind: str
    start: int
    end: int
    ordinal: int | None
    qualifiers: frozenset[str]
    definite: bool
    locative: bool
    plural: bool
    generic: bool = False
    passing: bool = False


@dataclass(frozen=True, slots=True)
class Happening:
    """A dated claim that a later sentence may point back to.

    `quoted`: its noun stands in a title, its date outside. `planned`: it only says that this was to happen; `denied`: that it did not.
    """

    reference: Reference
    claim: int
    sentence: int
    paragraph: int
    words: frozenset[str]
    quoted: bool
    planned: bool = False
    denied: bool = False


class ReferenceFinder:
    """Finds nouns for happenings in the tokens of one text."""

    def __init__(self, text: str, tokens: Sequence[Token], grammar: Grammar, inflection: Inflection) -> None:
        self._text = text
        self._tokens = tokens
        self._grammar = grammar
        self._inflection = inflection
        self._beginnings = beginnings([*grammar.happenings, *grammar.generic])
        self._known: dict[str, tuple[str, str | None, bool] | None] = {}
        # Dates that share a clause ask for the same stretch, each of them.
        self.find = lru_cache(_SHARED)(self._find)
        self.words = lru_cache(_SHARED)(self._words)

    def _find(self, low: int, high: int) -> list[Reference]:
        """Return the happening nouns among the tokens `low` to `high`, in text order."""
        found = []
        for index in range(low, high):
            token = self._tokens[index]
            if not token.word:
                continue
            hit = self._lookup(token.text)
            if hit is not None:
                found.append(self._reference(index, low, *hit))
        return found

    def _words(self, low: int, high: int) -> frozenset[str]:
        """Return the stems of the longer words of a stretch."""
        return frozenset(token.text[:_STEM] for token in self._tokens[low:high] if token.word and len(token.text) >= _STEM)

    def _lookup(self, word: str) -> tuple[str, str | None, bool] | None:
        if word not in self._known:
            self._known[word] = None
            for stem, ending in self._inflection.stems(word) if word[:BEGINNING] in self._beginnings else ():
                kind = "" if stem in self._grammar.generic else self._grammar.happenings.get(stem)
                if kind is not None:
                    self._known[word] = (kind, ending.case, ending.plural)
                    break
        return self._known[word]

    def _reference(self, index: int, low: int, kind: str, case: str | None, plural: bool) -> Reference:
        qualifiers: list[str] = []
        ordinal: int | None = None
        definite = locative = False
        first = index
        for back in range(index - 1, max(low, index - _REACH - 1) - 1, -1):
            token = self._tokens[back]
            if token.text in "-–." or token.text in self._grammar.numbers.ordinal_endings:
                continue
            number = self._ordinal(token)
            if number is not None and ordinal is None:
                ordinal, first, definite = number, back, True
            elif token.text in self._grammar.demonstratives:
                first, definite = back, True
                break
            elif token.word and self._text[token.start].isupper() and token.text not in self._grammar.not_names:
                qualifiers.append(token.text[:_STEM])
                first = back
            else:
                break
        following = self._following(index)
        if self._grammar.verb_final:
            locative = case == "locative"
            # A bare noun in a case, or at the head of its sentence, is a known one: "Qurultaya … gəldi".
            definite = definite or case in _KNOWN or bool(qualifiers) or index == low
        else:
            before = self._tokens[first - 1].text if first > low else ""
            locative = before in self._grammar.locatives
        return Reference(
            kind,
            self._tokens[first].start,
            self._tokens[index].end,
            ordinal,
            frozenset(qualifiers) | following,
            definite or bool(qualifiers),
            locative,
            plural,
            generic=kind == "",
            passing=self._passing(index, first, low),
        )

    def _passing(self, index: int, first: int, low: int) -> bool:
        periods, tokens = self._grammar.periods, self._tokens
        if periods.after_after and index + 1 < len(tokens) and periods.after_after.fullmatch(tokens[index + 1].text):
            return True
        before = [token.text for token in tokens[max(low, first - _ARTICLE) : first]]
        return periods.after_before is not None and any(periods.after_before.fullmatch(word) for word in before)

    def _following(self, index: int) -> frozenset[str]:
        """The name after the noun: "Congress of World Azerbaijanis"."""
        names: list[str] = []
        for token in self._tokens[index + 1 : index + 1 + _REACH]:
            if token.word and self._text[token.start].isupper():
                names.append(token.text[:_STEM])
            elif token.text not in self._grammar.connectors:
                break
        return frozenset() if self._grammar.verb_final else frozenset(names)

    def _ordinal(self, token: Token) -> int | None:
        if token.text in self._grammar.ordinals:
            return self._grammar.ordinals[token.text]
        if token.number and token.text.isdigit() and len(token.text) <= 2:
            return int(token.text)
        roman = token.text.replace("ı", "i")
        if self._text[token.start].isupper() and _ROMAN.fullmatch(roman) and self._text[token.start : token.end].isupper():
            return sum({"i": 1, "v": 5, "x": 10}[char] for char in roman) - 2 * (roman.count("iv") + roman.count("ix"))
        return None


class Happenings:
    """The happenings that a text has told of, as far as a later sentence may point back to them."""

    def __init__(self) -> None:
        self._recent: deque[Happening] = deque()
        self._numbered: defaultdict[tuple[str, int], deque[Happening]] = defaultdict(lambda: deque(maxlen=_SAME_NUMBER))

    def add(self, happening: Happening) -> None:
        """Take in a happening; they come in text order."""
        while self._recent and happening.sentence - self._recent[0].sentence > _FAR:
            self._recent.popleft()
        self._recent.append(happening)
        reference = happening.reference
        if reference.ordinal is not None:
            self._numbered[reference.kind, reference.ordinal].append(happening)

    def knows(self, kind: str) -> bool:
        """Whether a happening of this kind has been told of lately."""
        return any(happening.reference.kind == kind for happening in self._recent)

    def latest(self) -> Iterator[Happening]:
        """Yield the happenings told of lately, the last first."""
        return reversed(self._recent)

    def antecedent(self, references: Sequence[Reference], sentence: int, *, past: bool) -> tuple[Happening, Reference] | None:
        """Return the earlier happening that a sentence talks on about, the latest that fits; `past`: it tells of what happened."""
        for reference in references:
            if not reference.definite or reference.plural:
                continue
            numbered = () if reference.ordinal is None else self._numbered.get((reference.kind, reference.ordinal), ())
            fitting = [
                happening
                for happening in chain(self._recent, numbered)
                # "The ceremony" of the past is none that was only planned.
                if _fits(reference, happening, sentence) and not (past and reference.generic and happening.planned)
            ]
            if fitting:
                return max(fitting, key=lambda happening: (not happening.quoted, not happening.denied, happening.claim)), reference
        return None


def _fits(reference: Reference, happening: Happening, sentence: int) -> bool:
    distance = sentence - happening.sentence
    earlier = happening.reference
    if distance < 1:
        return False
    if reference.generic:
        return distance <= _GENERIC_FAR and not happening.quoted
    if earlier.kind != reference.kind:
        return False
    if reference.ordinal is not None and earlier.ordinal is not None:
        if reference.ordinal != earlier.ordinal:
            return False
    elif distance > _FAR:
        return False
    return not reference.qualifiers or bool(reference.qualifiers & (happening.words | earlier.qualifiers))
