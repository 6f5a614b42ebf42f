"""Clauses: which stretch of a sentence each of its dates belongs to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from services.ingest.extraction.dates.mention import DateMention
from services.ingest.extraction.grammar.tables import Grammar
from services.ingest.extraction.sentences import Sentence

_MARK = re.compile(r"[;,:]\s|\s[-–—]+\s|\s(?=\()|\)\s?")
_QUOTES = {"“": "”", "«": "»", "„": "“", "(": ")", "[": "]"}
_JOINT = re.compile(r"[,;]?\s+([^\W\d_]+)\s")
_WORD = re.compile(r"[^\W\d_]{3,}")
_LONG = 260
_STRENGTHS = {";": 40, ":": 25, "-": 30, ",": 20, ")": 15, "(": 15}
_SUBORDINATE = 22
_JOINED = 10
_LINKED = 30


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of a sentence and the date that it is dated by. `purpose`: it tells what something else was for ("… üçün")."""

    start: int
    end: int
    date: DateMention | None
    purpose: bool = False


@dataclass(frozen=True, slots=True)
class _Cut:
    """A place where a sentence may be cut: the left part ends at `left`, the right part begins at `right`."""

    left: int
    right: int
    strength: int
    purpose: str = ""


def clauses(text: str, lower: str, sentence: Sentence, dates: Sequence[DateMention], grammar: Grammar) -> list[Clause]:
    """Give every date of a sentence the clause that it stands in, in text order."""
    start, end = trimmed(text, lower, sentence.start, sentence.end, grammar)
    if not dates:
        return [Clause(start, end, None)]
    start = min(start, dates[0].start)
    cuts = _cuts(text, lower, start, end, dates, grammar)
    found = []
    begin, purpose = start, False
    for index, date in enumerate(dates):
        following = dates[index + 1] if index + 1 < len(dates) else None
        cut = _between(lower, date, following, cuts, grammar) if following else None
        if following is not None and cut is None:
            # The two dates share a clause.
            found.append(Clause(begin, end, date, purpose))
            continue
        until = cut.left if cut else end
        found.append(Clause(begin, until, date, purpose or (cut is not None and cut.purpose == "left")))
        begin = cut.right if cut else end
        purpose = cut is not None and cut.purpose == "right"
    closed = _close_shared(found)
    return [_tightened(text, lower, clause, cuts, grammar, alone=len(dates) == 1) for clause in closed]


def trimmed(text: str, lower: str, start: int, end: int, grammar: Grammar) -> tuple[int, int]:
    """Leave out marks and opening words that assert nothing ("However, …")."""
    while True:
        while start < end and not (text[start].isalnum() or text[start] in "\"“«„$€£₼'‘"):
            start += 1
        opener = grammar.openers.match(lower, start, end) if grammar.openers else None
        mark = re.compile(r"[.]?[,:]\s+").match(text, opener.end(), end) if opener else None
        if mark is None:
            break
        start = mark.end()
    while end > start + 1 and text[end - 1] in ".!?…,;: ":
        end -= 1
    return start, end


def _close_shared(found: list[Clause]) -> list[Clause]:
    """Clauses that several dates share end where the last of them ends."""
    ends = {}
    for clause in reversed(found):
        ends.setdefault(clause.start, clause.end)
        ends[clause.start] = min(ends[clause.start], clause.end)
    return [Clause(clause.start, ends[clause.start], clause.date, clause.purpose) for clause in found]


def _cuts(text: str, lower: str, start: int, end: int, dates: Sequence[DateMention], grammar: Grammar) -> list[_Cut]:
    hidden = _enclosed(text, start, end)
    for date in dates:
        for index in range(max(start, date.start), min(end, date.end)):
            hidden[index - start] = 1
    found = []
    for mark in _MARK.finditer(text, start, end):
        char = mark.group().strip()[:1] or "("
        if hidden[mark.start() - start] and char != ")":
            continue
        strength = _STRENGTHS.get("-" if char in "-–—" else char, 20)
        joint = _JOINT.match(lower, mark.start(), end)
        if char == "," and joint and joint.group(1) in grammar.joining:
            strength = _LINKED
        left = mark.start() + (1 if char == ")" else 0)
        found.append(_Cut(left, mark.end(), strength))
    for joint in re.compile(r"\s([^\W\d_]+)\s").finditer(lower, start, end):
        if joint.group(1) in grammar.joining and not hidden[joint.start() - start]:
            found.append(_Cut(joint.start(), joint.end(), _JOINED))
    for word in grammar.subordinating.finditer(lower, start, end) if grammar.subordinating else ():
        if not hidden[word.start() - start] and word.end() < end:
            purpose = "left" if grammar.purpose and grammar.purpose.fullmatch(word.group()) else ""
            found.append(_Cut(word.end(), _skip(text, word.end(), end), _SUBORDINATE, purpose))
    for word in grammar.purpose_openers.finditer(lower, start, end) if grammar.purpose_openers else ():
        if not hidden[word.start() - start] and word.start() > start:
            found.append(_Cut(word.start() - 1, word.start(), _SUBORDINATE, "right"))
    return sorted(found, key=lambda cut: cut.left)


def _skip(text: str, index: int, end: int) -> int:
    while index < end and text[index] in " ,;":
        index += 1
    return index


def _enclosed(text: str, start: int, end: int) -> bytearray:
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


def _between(lower: str, date: DateMention, following: DateMention, cuts: list[_Cut], grammar: Grammar) -> _Cut | None:
    """Choose the cut between two dates: the strongest; of equals, the one that leaves each date with what it dates."""
    content = _WORD.findall(lower, date.end, following.start)
    if len([word for word in content if word not in grammar.prepositions and word not in grammar.joining]) < 2:
        return None
    usable = [cut for cut in cuts if date.end <= cut.left and cut.right <= following.start]
    if not usable:
        return None
    best = max(cut.strength for cut in usable)
    equal = [cut for cut in usable if cut.strength == best]
    last = equal[-1]
    if grammar.verb_final:
        return last
    lead = _WORD.findall(lower, last.right, following.start)
    return last if all(word in grammar.prepositions for word in lead) else equal[0]


def _tightened(text: str, lower: str, clause: Clause, cuts: list[_Cut], grammar: Grammar, *, alone: bool) -> Clause:
    """Cut a long clause down to what stands about its date."""
    date = clause.date
    start, end = clause.start, clause.end
    if date is None:
        return clause
    if end - start > _LONG or not alone:
        inner = [cut for cut in cuts if start < cut.left and cut.right < end]
        before = [cut for cut in inner if cut.right <= date.start]
        after = [cut for cut in inner if cut.left >= date.end]
        if date.start - start > (_LONG // 3 if alone else 40):
            whole = [cut for cut in before if cut.strength >= _SUBORDINATE - 2 and _keeps(lower, start, cut, date, grammar)]
            if whole:
                start = whole[-1].right
            elif grammar.verb_final and not alone:
                start = date.start
        if end - date.end > _LONG:
            closing = [cut for cut in after if cut.strength >= 20 and _finite(lower, date.end, cut.left, grammar)]
            if closing:
                end = closing[0].left
    start, end = trimmed(text, lower, start, end, grammar)
    return Clause(min(start, date.start), max(end, date.end), date, clause.purpose)


def _keeps(lower: str, start: int, cut: _Cut, date: DateMention, grammar: Grammar) -> bool:
    """Whether the date still has something to date when the clause starts at a cut."""
    return cut.strength >= 20 and (grammar.verb_final or _finite(lower, start, cut.left, grammar))


def _finite(lower: str, start: int, end: int, grammar: Grammar) -> bool:
    return grammar.finite is not None and grammar.finite.search(lower, start, end) is not None
