"""Who speaks: the words beside a verb of saying that name somebody."""

import re
from dataclasses import dataclass

from services.ingest.extraction.grammar.tables import Grammar

_WORD = re.compile(r"[^\s,;:()\"“”«»]+")
_REACH = 12
_PHRASE_WORDS = 7
_APPOSED_WORDS = 10
_FAR = 240
"""Characters before a verb within which who speaks is named."""
_CLOSED = ",;:”\"»'–—-)"
"""Marks that a noun phrase may follow at the head of a clause."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a lower-cased view with its span."""

    start: int
    end: int
    text: str

    @property
    def span(self) -> tuple[int, int]:
        """Where it stands."""
        return self.start, self.end


def words_between(lower: str, start: int, end: int) -> list[Word]:
    """Return the words of a stretch of the lower-cased view."""
    return [Word(match.start(), match.end(), match.group()) for match in _WORD.finditer(lower, start, end)]


def name_before(text: str, lower: str, start: int, verb: int, grammar: Grammar) -> tuple[int, int] | None:
    """Return the last name before a verb; right before it where the language puts the subject there."""
    if not grammar.verb_final and text[start:verb].rstrip().endswith(","):
        # "Anna Berg, head of the Department of Mills, said": it was not the mills.
        return None
    words = _without_auxiliaries(words_between(lower, max(start, verb - _FAR), verb)[-_REACH:], grammar)
    last = next((index for index in range(len(words) - 1, -1, -1) if text[words[index].start].isupper()), None)
    if last is None:
        return None
    small = words[last].text in grammar.not_names
    if not grammar.verb_final:
        if small or len(words) - 1 - last > 1:
            return None
        # "The Iraqi government said": the noun after the name belongs to it.
        first, last = last, len(words) - 1
    elif small:
        return words[last].span if words[last].text in grammar.attribution.pronouns else None
    else:
        first = last
        if last + 1 < len(words) and (words[last + 1].text in grammar.oblique_endings or words[last].text.endswith(grammar.whence_endings)):
            # "Çıxışı zamanı alim bildirib ki": it was the scholar.
            return None
        # "Azərbaycan dövləti bəyan etdi": a noun in the possessive after the name is its head.
        last += last + 1 < len(words) and is_head(words[last + 1].text, grammar)
    while first > 0 and _runs_on(text, words[first - 1], words[first], grammar):
        first -= 1
    if not grammar.verb_final and {words[first].text, words[first - 1].text if first else ""} & grammar.place_prepositions:
        # "A poll taken in Belland revealed that": the poll did.
        return None
    return words[first].start, words[last].end


def phrase_before(text: str, lower: str, start: int, verb: int, grammar: Grammar) -> tuple[int, int] | None:
    """Return the noun phrase right before a verb: "the minister of transport said", "officials said", "Lars Mohn, its chairman, said"."""
    start = max(start, verb - _FAR)
    before = text[start:verb].rstrip()
    if before.endswith(","):
        return _before_apposition(text, lower, start, start + len(before) - 1, grammar)
    if before.endswith(('"', "”", "»")):
        return None
    named = _phrase(lower, _without_auxiliaries(words_between(lower, start, verb), grammar), grammar)
    if not named or (len(named) == 1 and named[0].text in grammar.not_names - grammar.attribution.pronouns):
        return None
    ahead = text[start : named[0].start].rstrip()
    # What stands before it must close: "in 1920 the mayor said", but not "gave the boy who said".
    opened = not ahead or ahead[-1] in _CLOSED or ahead.split()[-1].lower() in grammar.attribution.openers
    return (named[0].start, named[-1].end) if opened or named[0].text in grammar.attribution.articles else None


def is_head(word: str, grammar: Grammar) -> bool:
    """Whether a common noun belongs to the name before it: "Azərbaycan dövləti", "Liman idarəsi"."""
    return word in grammar.attribution.heads or word.startswith(tuple(grammar.organizations))


def _without_auxiliaries(words: list[Word], grammar: Grammar) -> list[Word]:
    while words and words[-1].text in grammar.attribution.auxiliaries:
        words = words[:-1]
    return words


def _phrase(lower: str, words: list[Word], grammar: Grammar) -> list[Word]:
    """Return the words at the end of a row of words that make one noun phrase."""
    first = len(words)
    while first > 0 and len(words) - first < _PHRASE_WORDS:
        word = words[first - 1]
        if first < len(words) and lower[word.end : words[first].start].strip():
            break
        if _closes_phrase(word.text, grammar):
            break
        first -= 1
        if word.text in grammar.attribution.articles and not (first and words[first - 1].text in grammar.connectors):
            break
    while first < len(words) and words[first].text in grammar.connectors - grammar.attribution.articles:
        first += 1
    return words[first:]


def _closes_phrase(word: str, grammar: Grammar) -> bool:
    """Whether a noun phrase does not reach back over a word."""
    return (
        any(char.isdigit() for char in word)
        or word in grammar.attribution.openers
        or (word in grammar.prepositions and word not in grammar.connectors)
        or (grammar.finite is not None and grammar.finite.fullmatch(word) is not None)
    )


def _before_apposition(text: str, lower: str, start: int, end: int, grammar: Grammar) -> tuple[int, int] | None:
    """Return the name before an apposition: "Lars Mohn, its chairman, said"."""
    comma = text.rfind(",", start, end)
    if comma <= start or len(text[comma:end].split()) > _APPOSED_WORDS or grammar.has_verb(lower, comma, end):
        return None
    named = phrase_before(text, lower, start, comma, grammar)
    return named if named and text[named[0]].isupper() else None


def _runs_on(text: str, before: Word, after: Word, grammar: Grammar) -> bool:
    """Whether a word belongs to the name that the next word belongs to."""
    named = text[before.start].isupper() or before.text in grammar.connectors
    return after.start - before.end == 1 and named and before.text not in grammar.not_names
