"""Ordinals that stand alone for what they number: "the second met in Linz", "ikincisi Lində keçirilib".

What they leave out was named before. A statement has it in square brackets, as editors write what a text leaves out.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from services.ingest.extraction.carry import Happening
from services.ingest.extraction.grammar.tables import Grammar
from services.ingest.extraction.letters import lower as lower_case
from services.ingest.extraction.reading import ReadingView
from shared.lexicon.inflection import Inflection

_WORD = re.compile(r"[^\W_]+")
_HEAD = 4
"""Words at the head of a clause among which such an ordinal stands: "and the second one"."""
_REACH = 3
"""Sentences back to the last one of the series."""


class Elided(NamedTuple):
    """An ordinal that stands alone at the head of a statement, and where what it numbers is left out."""

    ordinal: int
    at: int


class Completed(NamedTuple):
    """A statement with what it left out, and the happening before it in the series."""

    statement: str
    ordinal: int
    before: Happening


def elided(statement: str, grammar: Grammar) -> Elided | None:
    """Find the ordinal that a statement begins with, if no noun follows it."""
    lower = lower_case(statement, grammar.language)
    words = [(match.group(), *match.span()) for _, match in zip(range(_HEAD), _WORD.finditer(lower), strict=False)]
    at = 0
    if at < len(words) and words[at][0] in grammar.joining:
        at += 1
    pointed = at < len(words) and words[at][0] in grammar.demonstratives
    at += pointed
    if at >= len(words):
        return None
    ordinal = _alone(words[at][0], grammar) if grammar.numbered_alone else grammar.ordinals.get(words[at][0]) if pointed else None
    if ordinal is None:
        return None
    end = words[at][2]
    if at + 1 < len(words) and words[at + 1][0] in grammar.stand_ins:
        at, end = at + 1, words[at + 1][2]
    if not grammar.numbered_alone and not _ends(lower, words[at + 1 :], end, grammar):
        return None
    return Elided(ordinal, end)


def _alone(word: str, grammar: Grammar) -> int | None:
    """Return the number of an ordinal in the form in which it stands for a noun: "ikincisi"."""
    ends = (ending for ending in grammar.numbered_alone if word.endswith(ending))
    return next((number for ending in ends if (number := grammar.ordinals.get(word.removesuffix(ending)))), None)


def _ends(lower: str, following: list[tuple[str, int, int]], end: int, grammar: Grammar) -> bool:
    """Whether what numbers something is at its end: a verb or a preposition follows, or a dash."""
    if not following:
        return False
    word, start, stop = following[0]
    if lower[end:start].strip():
        return lower[end:start].strip() in ("–", "—", "-")
    return word not in grammar.phrases.partitives and (word in grammar.prepositions or grammar.has_verb(lower, start, stop))


def completed(
    statement: str, told: Iterable[Happening], sentence: int, view: ReadingView, grammar: Grammar, inflection: Inflection
) -> Completed | None:
    """Put what a statement leaves out into it. `told` are the happenings told of, the last first; `sentence` counts from the first."""
    found = elided(statement, grammar)
    if found is None:
        return None
    for happening in told:
        reference = happening.reference
        if sentence - happening.sentence > _REACH:
            return None
        if reference.kind and reference.ordinal is not None and not happening.quoted:
            if reference.ordinal == found.ordinal:
                return None
            noun = _noun(view.lower[reference.start : reference.end], grammar, inflection)
            return Completed(f"{statement[: found.at]} [{noun}]{statement[found.at :]}", found.ordinal, happening)
    return None


def _noun(named: str, grammar: Grammar, inflection: Inflection) -> str:
    """Return the noun that a happening was named with, in its base form."""
    noun = [match.group() for match in _WORD.finditer(named)][-1]
    return next((stem for stem, _ in inflection.stems(noun) if stem in grammar.happenings), noun)
