"""Cuts: the places where a sentence may be cut, and which of them stands between two dates."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from services.ingest.extraction.dates.mention import DateMention
from services.ingest.extraction.grammar.tables import Grammar

_MARK = re.compile(r"[;,:]\s|\s[-–—]+\s|\s(?=\()|\)\s?")
_QUOTES = {"“": "”", "«": "»", "„": "“", "(": ")", "[": "]"}
_JOINT = re.compile(r"[,;]?\s+([^\W\d_]+)\s")
_JOINING = re.compile(r"\s([^\W\d_]+)(?=\s)")
_ANY_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")
_WORD = re.compile(r"[^\W\d_]{3,}")
_PHRASE = 60
_PHRASE_WORDS = 5
_ONE_WORD = 24
COMMA = 20
"""The strength of a comma; what is stronger parts clauses of their own."""
JOINED = 10
"""The strength of an "and" without a comma."""
_STRENGTHS = {";": 40, ":": 25, "-": 30, ",": COMMA, ")": 15, "(": 15}
_SUBORDINATE = 22
_LINKED = 30


@dataclass(frozen=True, slots=True)
class Cut:
    """A place where a sentence may be cut: the left part ends at `left`, the right part begins at `right`."""

    left: int
    right: int
    strength: int
    purpose: str = ""


def find_cuts(text: str, lower: str, start: int, end: int, dates: Sequence[DateMention], grammar: Grammar) -> list[Cut]:
    """Return the places where a stretch may be cut, in text order; none lies within brackets, quotation marks or a date."""
    hidden = enclosed(text, start, end)
    for date in dates:
        for index in range(max(start, date.start), min(end, date.end)):
            hidden[index - start] = 1
    found, told_on = [], {date.end for date in dates}
    for mark in _MARK.finditer(text, start, end):
        char = mark.group().strip()[:1] or "("
        if hidden[mark.start() - start] and char != ")":
            continue
        if char == "," and mark.start() in told_on and grammar.relatives and grammar.relatives.match(lower, mark.end(), end):
            continue  # "in 1859, when …" goes on about that year
        strength = _STRENGTHS.get("-" if char in "-–—" else char, COMMA)
        joint = _JOINT.match(lower, mark.start() + (char == ")"), end)
        joined = joint if joint and joint.group(1) in grammar.joining and char in ",)" else None
        if char == "," and joined:
            strength = _LINKED
        left = mark.start() + (1 if char == ")" else 0)
        found.append(Cut(left, joined.end() if joined else mark.end(), strength))
    found += [
        Cut(joint.start(), joint.end(), JOINED)
        for joint in _JOINING.finditer(lower, start, end)
        if joint.group(1) in grammar.joining and not hidden[joint.start() - start]
    ]
    for word in grammar.subordinating.finditer(lower, start, end) if grammar.subordinating else ():
        if not hidden[word.start() - start] and word.end() < end:
            purpose = bool(grammar.purpose and grammar.purpose.fullmatch(word.group()))
            left = word.start() - 1 if purpose else word.end()
            found.append(Cut(left, _skip(text, word.end(), end), _SUBORDINATE, "left" if purpose else ""))
    for word in grammar.purpose_openers.finditer(lower, start, end) if grammar.purpose_openers else ():
        if not hidden[word.start() - start] and word.start() > start:
            named = _phrase_before(lower, start, word.start(), grammar)
            found.append(Cut(named, named, _SUBORDINATE, "right"))
    return sorted(found, key=lambda cut: cut.left)


def _phrase_before(lower: str, start: int, index: int, grammar: Grammar) -> int:
    """Return where the words begin that name what is planned: "a congress to be held", back to a word that no name holds."""
    words = list(_ANY_WORD.finditer(lower, max(start, index - _PHRASE), index))[-_PHRASE_WORDS:]
    for word in reversed(words):
        if word.group() in grammar.phrases.stops or (grammar.finite and grammar.finite.fullmatch(word.group())):
            break
        index = word.start()
    return index


def _skip(text: str, index: int, end: int) -> int:
    while index < end and text[index] in " ,;":
        index += 1
    return index


def enclosed(text: str, start: int, end: int) -> bytearray:
    """Mark what stands in quotation marks or brackets; a mark that is never closed encloses nothing."""
    hidden = bytearray(end - start)
    index = start
    while index < end:
        closing = _QUOTES.get(text[index]) or ('"' if text[index] == '"' else None)
        close = text.find(closing, index + 1, end) if closing else -1
        if close > index:
            hidden[index - start : close + 1 - start] = b"\x01" * (close + 1 - index)
            index = close
        index += 1
    return hidden


def cut_between(
    lower: str, begin: int, date: DateMention, following: DateMention, beyond: int, cuts: list[Cut], grammar: Grammar
) -> Cut | None:
    """Choose the cut between two dates: the strongest; of equals, the one that leaves each date with what it dates."""
    usable = [
        cut
        for cut in cuts
        if date.end <= cut.left
        and cut.right <= following.start
        and not _before_aside(lower, cut, following)
        and not _before_dated(lower, cut, following)
        and not _within_pair(lower, date.end, cut, grammar)
        and _dates_something(lower, begin, cut.left, date, grammar)
        and _dates_something(lower, cut.right, beyond, following, grammar)
    ]
    if not usable:
        return None
    best = max(cut.strength for cut in usable)
    if not grammar.verb_final and _listed(lower, date, following, grammar):
        return None
    words = _WORD.findall(lower, date.end, following.start)
    content = [word for word in words if word not in grammar.prepositions and word not in grammar.joining]
    both = grammar.has_verb(lower, begin, usable[0].left) and grammar.has_verb(lower, following.end, beyond)
    verb = content and any(_opens_with_verb(lower, cut.right, following, grammar) for cut in usable)
    if len(content) < (1 if best >= COMMA else 2) and not both and not verb:
        return None
    equal = [cut for cut in usable if cut.strength == best]
    # What is said more of the first, ", which never opened, then", stays with it.
    equal = [cut for cut in equal if not (grammar.asides and grammar.asides.match(lower, cut.left))] or equal
    last = equal[-1]
    if grammar.verb_final:
        return last
    verbal = next((cut for cut in equal if grammar.opens(lower, cut.right, following.start)), None)
    if verbal is not None and not grammar.has_verb(lower, equal[0].right, verbal.left):
        # "A society founded in 1769 by Orlin, the prime minister, became in 1816 …"
        return verbal
    lead = _WORD.findall(lower, last.right, following.start)
    return last if all(word in grammar.prepositions for word in lead) else equal[0]


def _listed(lower: str, date: DateMention, following: DateMention, grammar: Grammar) -> bool:
    """Whether two dates stand in a row of dates: "on 16 March 2006, 5 July 2011, and 3 June 2016", but not "in 1905, and 1907 saw it"."""
    between = _ANY_WORD.findall(lower, date.end, following.start)
    return all(word in grammar.joining for word in between) and not grammar.opens(lower, following.end + 1, following.end + _ONE_WORD)


def _within_pair(lower: str, start: int, cut: Cut, grammar: Grammar) -> bool:
    """Whether a cut falls between two words that belong together: "divided between Orlin and Tarn"."""
    joint = _JOINT.match(lower, cut.left)
    for opener in [opener for opener, closer in grammar.numbers.range_openers.items() if joint and closer == joint[1]]:
        opened = lower.rfind(f" {opener} ", start, cut.left)
        if joint and opened >= 0 and f" {joint[1]} " not in lower[opened : cut.left + 1]:
            return True
    return False


def _before_aside(lower: str, cut: Cut, following: DateMention) -> bool:
    """Whether a cut stands before a bracket that closes again before the next date: what is in it belongs to what came before."""
    return lower[cut.right] == "(" and lower.find(")", cut.right, following.start) > 0


def _before_dated(lower: str, cut: Cut, following: DateMention) -> bool:
    """Whether a cut stands before a bracket that holds no more than the next date, and so belongs to what came before."""
    close = lower.find(")", following.end) if lower[cut.right] == "(" else -1
    return close >= 0 and not _WORD.search(lower, cut.right, following.start) and not _WORD.search(lower, following.end, close)


def _dates_something(lower: str, start: int, end: int, date: DateMention, grammar: Grammar) -> bool:
    """Whether a part of a sentence holds more than its date and the small words about it."""
    words = _WORD.findall(lower, start, date.start) + _WORD.findall(lower, date.end, end)
    telling = any(word not in grammar.prepositions and word not in grammar.joining and word not in grammar.phrases.stops for word in words)
    return telling or _goes_on(lower, start, end, grammar) or _opens_with_verb(lower, start, date, grammar)


def _opens_with_verb(lower: str, start: int, date: DateMention, grammar: Grammar) -> bool:
    """Whether a part of a sentence is no more than a verb and its date: "was born in 1951 and died in 2013"."""
    start = _skip(lower, start, date.start)
    return not grammar.verb_final and grammar.opens(lower, start, date.start)


def _goes_on(lower: str, start: int, end: int, grammar: Grammar) -> bool:
    """Whether a part of a sentence is a clause of a pronoun: "it went on until 2009"."""
    first = _ANY_WORD.match(lower, start, end)
    return not grammar.verb_final and first is not None and first.group() in grammar.pronouns and grammar.has_verb(lower, first.end(), end)
