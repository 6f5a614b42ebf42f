"""Clauses: which stretch of a sentence each of its dates belongs to."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.ingest.extraction.asides import bracket_before, find_asides, find_bracketed, find_restrictive, relative_clause
from services.ingest.extraction.cuts import COMMA, JOINED, Cut, cut_between, enclosed, find_cuts
from services.ingest.extraction.dates.mention import EXPLICIT, DateMention
from services.ingest.extraction.dates.stated import CALENDARS_APART
from services.ingest.extraction.grammar.tables import Grammar
from services.ingest.extraction.sentences import Sentence
from shared.domain.dates import Edtf

_PHRASE = 60
# The agency of a dateline: "(Reuters) – ".
_AGENCY = re.compile(r"\([^\W\d_][^()\d]{1,39}\)\s*[-–—]+\s+")
_OPENER_END = re.compile(r"[.]?[,:]\s+")
_WORD = re.compile(r"[^\W\d_]{3,}")
_BESIDE = re.compile(r"\s*[,(–—-]\s*(?:([^\W\d_]+)\s)?")
_CLOSED_QUOTE = re.compile(r'[”»]|"(?=\s)')
_COUNTED_BESIDE = re.compile(r"\s*,\s+(?:[^\W\d_]+\s+)?")
_YEAR = re.compile(r"\d{4}")
# A title in quotation marks before the brackets that its date stands in.
_TITLED = re.compile(r"[”»\"]\s\($")
_WORD_BEFORE = re.compile(r"([^\W\d_]+)\s$")
_WORDS_AFTER = re.compile(r"\s([^\W\d_]+)(?:\s([^\W\d_]+))?")
# "During the War of".
_NAMED_BY_YEAR = re.compile(r"(?<!\w)([^\W\d_]+) the (?:[^\W\d_]+ )?([^\W\d_]+) of $")
_ONE_WORD = 24
_LONG = 260
_AROUND_ASIDE = " ,"
_PREAMBLE = 60


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of a sentence and the date that it is dated by.

    `purpose`: it tells what something else was for ("… üçün"). `own`: where its own words begin, if what stands before is told of another
    date as well ("The bridge, built in 1905, burnt down in 1920"). `asides`: what stands within it and is told of another date.
    `subject`: whom or what it tells of, named in an earlier clause ("and took its present name in 1968") or the next ("Opened in 1877, …").
    `lead`: the verb of an earlier clause that it leaves out ("was elected to the council in 1901, to the senate in 1907").
    `tail`: that of a later one, where the verb comes last ("1901-ci ildə müəllim, 1907-ci ildə müdir olub").
    """

    start: int
    end: int
    date: DateMention | None
    purpose: bool = False
    own: int | None = None
    asides: tuple[tuple[int, int], ...] = ()
    subject: tuple[int, int] | None = None
    lead: tuple[int, int] | None = None
    tail: tuple[int, int] | None = None

    def statement(self, text: str) -> str:
        """What it tells, without its asides, of the subject that another clause gives it."""
        told, done = f"{text[slice(*self.subject)]} " if self.subject else "", self.start
        if self.subject and self.subject[0] > self.start:
            # "Founded in 1877, the mill burnt down in 1905": the mill, founded in 1877.
            told, done = told.rstrip() + ", " + text[done].lower(), done + 1
        if self.lead:
            told += f"{text[slice(*self.lead)]} "
        for start, end in self.asides:
            told += text[done:start].rstrip(_AROUND_ASIDE) + " "
            done = end + len(text[end : self.end]) - len(text[end : self.end].lstrip(_AROUND_ASIDE))
        told = (told + text[done : self.end]).rstrip(_AROUND_ASIDE)
        return f"{told} {text[slice(*self.tail)]}" if self.tail else told

    @property
    def begin(self) -> int:
        """Where its own words begin."""
        return self.start if self.own is None else self.own


def clauses(text: str, lower: str, sentence: Sentence, dates: Sequence[DateMention], grammar: Grammar) -> list[Clause]:
    """Give every date of a sentence the clause that it stands in, in text order."""
    start, end = trimmed(text, lower, sentence.start, sentence.end, grammar)
    if not dates:
        return [Clause(start, end, None)]
    start = min(start, dates[0].start)
    cuts = find_cuts(text, lower, start, end, dates, grammar)
    distinct = _distinct(text, lower, dates, cuts, grammar)
    bracketed = [*find_bracketed(text, lower, start, end, distinct, grammar), *find_restrictive(text, lower, start, distinct, grammar)]
    within = {aside.date.start for aside in bracketed}
    asides = [*bracketed, *find_asides(text, lower, start, end, [date for date in distinct if date.start not in within], grammar)]
    apart = {aside.date.start for aside in asides}
    leading = next((aside.end for aside in asides if aside.own <= start), start)
    closing = next((aside.own for aside in asides if aside.end >= end), end)
    parts = _parts(lower, leading, closing, [date for date in distinct if date.start not in apart], cuts, grammar)
    spans = [(aside.own, aside.end) for aside in asides]
    found = [_without(_tightened(text, lower, part, cuts, grammar), spans) for part in parts]
    told = [
        Clause(*trimmed(text, lower, aside.start, aside.end, grammar), aside.date, own=aside.own, subject=aside.named) for aside in asides
    ]
    if not parts:
        found = [Clause(start, end, None, asides=tuple(spans))]
    if grammar.verb_final and grammar.has_verb(lower, start, end):
        found = [clause for clause in found if not _only_names(text, lower, clause, grammar)]
    found = [part for clause in _without_brackets(text, found) for part in _with_relative(text, lower, clause, grammar)]
    return _each_once(sorted([*found, *told], key=lambda clause: clause.date.start if clause.date else clause.start))


def _each_once(found: Sequence[Clause]) -> list[Clause]:
    """Leave out what is told again of the same date: "In 1992 she became a judge in 1992"."""
    kept: dict[tuple[int, int, str | int | None], Clause] = {}
    for clause in found:
        kept.setdefault((clause.start, clause.end, clause.date.edtf if clause.date else clause.start), clause)
    return list(kept.values())


def _with_relative(text: str, lower: str, clause: Clause, grammar: Grammar) -> list[Clause]:
    """Part a relative clause with its date from what it says more of something in: "they met in Linz, which was freed in 1945"."""
    relative = relative_clause(text, lower, clause.start, clause.date, grammar) if clause.date else None
    if relative is None:
        return [clause]
    begin, named = relative
    return [Clause(clause.start, begin - len(", "), None), replace(clause, start=begin, subject=named)]


def _without_brackets(text: str, found: Sequence[Clause]) -> list[Clause]:
    """Leave out dates in brackets that share a clause with one outside: "She resigned on 30 November (effective 1 January)"."""
    spans = Counter((clause.start, clause.end) for clause in found)
    inside = {clause: _in_brackets(text, clause) for clause in found if spans[clause.start, clause.end] > 1}
    outside = {(clause.start, clause.end) for clause, bracketed in inside.items() if not bracketed}
    return [clause for clause in found if not (inside.get(clause) and (clause.start, clause.end) in outside)]


def _only_names(text: str, lower: str, clause: Clause, grammar: Grammar) -> bool:
    """Whether a clause is one of a row of names, its date in brackets: "Əhməd Tarni (IX əsr), Adam Orlin (1636-cı il) göstərmişlər"."""
    point = clause.date is not None and "/" not in (clause.date.edtf or "")
    if clause.date is not None and _TITLED.search(text, clause.start, clause.date.start):
        return False  # "“Orlin” (1901), “Tarn” (1907) romanları çıxıb" tells of both
    return point and _in_brackets(text, clause) and text[clause.end - 1] == ")" and not grammar.has_verb(lower, clause.start, clause.end)


def _in_brackets(text: str, clause: Clause) -> bool:
    """Whether the date of a clause stands in brackets."""
    date = clause.date
    return date is not None and bracket_before(text, clause.start, date.start) >= 0


def _without(clause: Clause, asides: Sequence[tuple[int, int]]) -> Clause:
    """Note which asides stand in the midst of a clause."""
    return replace(clause, asides=tuple((start, end) for start, end in asides if clause.start < start and end <= clause.end))


def segments(text: str, lower: str, start: int, end: int, grammar: Grammar) -> list[tuple[int, int]]:
    """Part a stretch where it turns to something else ("…; …", "…, while …"), each segment with a verb of its own."""
    found = []
    begin = start
    hidden: bytearray | None = None
    for turn in grammar.turns.finditer(lower, start, end) if grammar.turns else ():
        hidden = hidden if hidden is not None else enclosed(text, start, end)
        if not hidden[turn.start() - start] and grammar.has_verb(lower, begin, turn.start()) and grammar.has_verb(lower, turn.end(), end):
            found.append((begin, turn.start()))
            begin = turn.end()
    return [*found, (begin, end)]


@dataclass(frozen=True, slots=True)
class _Part:
    """A first division of a sentence. `items`: it stands in a row of things named with their dates, without a verb of their own."""

    start: int
    end: int
    date: DateMention
    purpose: bool = False
    first: bool = False
    items: bool = False
    shared: bool = False


def _distinct(text: str, lower: str, dates: Sequence[DateMention], cuts: Sequence[Cut], grammar: Grammar) -> list[DateMention]:
    """Leave out a date that another one of the same clause says better: the year of a day, a day named twice or in the Julian calendar."""
    kept = []
    for date in dates:
        others = [other for other in dates if other is not date]
        again = date.derivation != EXPLICIT and any(
            other.edtf == date.edtf and (other.derivation == EXPLICIT or other.start < date.start) for other in others
        )
        again = again or any(_counted_within(date, other, cuts) for other in others)
        refined = any(
            (other.edtf or "").startswith(f"{date.edtf}-")
            and not _CLOSED_QUOTE.search(text, date.end, max(date.end, other.start))
            and (_other_name(text, date, other, grammar) or not _apart(lower, date, other, cuts, grammar))
            for other in others
        )
        refined = refined or any(_holds(date, other) and not _apart(lower, date, other, cuts, grammar) for other in others)
        named = len(dates) > 1 and (_describes(lower, date, grammar) or any(_counted_beside(text, date, other) for other in others))
        if not again and not refined and not named and not any(_julian(text, date, other) for other in others):
            kept.append(date)
    return kept or list(dates[:1])


def _holds(date: DateMention, other: DateMention) -> bool:
    """Whether a century or decade holds a day or year that is given after it: "in the 19th century the first miller, born in 1857"."""
    if not date.edtf or not other.edtf or "X" not in date.edtf or "X" in other.edtf or other.start < date.start:
        return False
    here, there = Edtf.parse(other.edtf), Edtf.parse(date.edtf)
    return there.earliest <= here.earliest and here.latest <= there.latest


def _counted_within(date: DateMention, other: DateMention, cuts: Sequence[Cut]) -> bool:
    """Whether a date that was only counted lies within one of the same clause: "ended 44 days later, in the night of 9 to 10 November"."""
    if not date.derivation.startswith("relative") or not date.edtf or not other.edtf or other.start < date.start:
        return False
    here, there = Edtf.parse(date.edtf), Edtf.parse(other.edtf)
    inside = there.earliest <= here.earliest and here.latest <= there.latest and here.days < there.days
    return inside and not any(date.end <= cut.left and cut.right <= other.start and cut.strength > COMMA for cut in cuts)


def _counted_beside(text: str, date: DateMention, other: DateMention) -> bool:
    """Whether a date that was only counted says of the one right before it how far it lay: "on 9 October, exactly a month earlier,"."""
    beside = date.derivation.startswith("relative") and date.anchor == (other.start, other.end)
    return (
        beside
        and _COUNTED_BESIDE.fullmatch(text, other.end, date.start) is not None
        and text[date.end : date.end + 1] in (",", ".", ";", ")")
    )


def _describes(lower: str, date: DateMention, grammar: Grammar) -> bool:
    """Whether a year only tells which thing is meant: "the victims of the 1987 fire", "won during the War of 1812"."""
    if not _YEAR.fullmatch(date.edtf or "") or date.end - date.start > len("1987"):
        return False
    named = _NAMED_BY_YEAR.search(lower, max(0, date.start - _PHRASE), date.start)
    if named is not None:
        return named[1] in grammar.locatives and named[2] in grammar.happenings
    before, after = _WORD_BEFORE.search(lower, max(0, date.start - _ONE_WORD), date.start), _WORDS_AFTER.match(lower, date.end)
    told = after is not None and not grammar.happenings.keys().isdisjoint(after.groups())
    return told and before is not None and before[1] in grammar.phrases.determiners


def _other_name(text: str, date: DateMention, other: DateMention, grammar: Grammar) -> bool:
    """Whether a date stands right behind one that was only counted, as its other name: "two years later, on 13–14 September 2008"."""
    if date.derivation == EXPLICIT or other.derivation != EXPLICIT:
        return False
    beside = _BESIDE.fullmatch(text, date.end, other.start)
    return beside is not None and (not beside[1] or beside[1] in grammar.prepositions)


def _julian(text: str, date: DateMention, other: DateMention) -> bool:
    """Whether a day is another one in the Julian calendar, and one of them in brackets: "31 January 1902 (13 February)"."""
    first, second = (date, other) if date.start < other.start else (other, date)
    if text[first.end : second.start].strip() != "(" or date.edtf is None or other.edtf is None:
        return False
    here, there = Edtf.parse(date.edtf), Edtf.parse(other.edtf)
    return here.days == there.days == 1 and there.earliest - here.earliest in CALENDARS_APART


def _apart(lower: str, date: DateMention, other: DateMention, cuts: Sequence[Cut], grammar: Grammar) -> bool:
    """Whether a later date may stand in another clause; one that leans on the earlier needs a comma to part it, or a verb that closes."""
    if other.start < date.start:
        return True
    between = [cut for cut in cuts if date.end <= cut.left and cut.right <= other.start]
    if other.anchor != (date.start, date.end):
        return bool(between)
    return any(cut.strength >= COMMA or (grammar.verb_final and grammar.closes(lower, date.end, cut.left)) for cut in between)


def _parts(lower: str, start: int, end: int, dates: list[DateMention], cuts: list[Cut], grammar: Grammar) -> list[_Part]:
    found: list[_Part] = []
    begin, purpose, items = start, False, False
    for index, date in enumerate(dates):
        if index + 1 == len(dates):
            found.append(_Part(begin, end, date, purpose, begin == start, items))
            break
        beyond = dates[index + 2].start if index + 2 < len(dates) else end
        between = [cut for cut in cuts if date.end <= cut.left and cut.right <= dates[index + 1].start]
        if begin == start:
            between = [cut for cut in between if _parts_clauses(lower, start, date, dates[index + 1], cut, grammar)]
        cut = cut_between(lower, begin, date, dates[index + 1], beyond, between, grammar)
        if cut is None:
            found.append(_Part(begin, end, date, purpose, begin == start, items, shared=True))
            continue
        nominal = grammar.verb_final and cut.strength == COMMA and not grammar.has_verb(lower, begin, cut.left)
        if cut.purpose == "left":
            # What is said to have been done encloses what it was done for.
            found.append(_Part(date.start, cut.left, date, purpose=True))
            continue
        until = cut.left
        if cut.purpose == "right":
            # What was ordered or announced belongs to what orders it, and is planned besides.
            close = (
                cut_between(lower, cut.right, dates[index + 1], dates[index + 2], end, cuts, grammar) if index + 2 < len(dates) else None
            )
            until = close.left if close else end
        found.append(_Part(begin, until, date, purpose, begin == start, items or nominal))
        begin, purpose, items = cut.right, cut.purpose == "right", nominal
    return _close_shared(found)


def _parts_clauses(lower: str, start: int, date: DateMention, following: DateMention, cut: Cut, grammar: Grammar) -> bool:
    """Whether a cut after the first date of a sentence parts clauses, and no words of one: "Pact A (1919) and Pact B (1920) ended it".

    What stands before it has a verb, or is named with its date in brackets that close there. A comma needs one, too, where the verb of the
    first date may stand behind it: "In 1803 Adam Orlin, the new governor, took Tarn and …".
    """
    joined = grammar.verb_final and cut.strength == JOINED
    if grammar.verb_final or cut.strength != COMMA or not grammar.has_verb(lower, cut.right, following.start):
        until, told = cut.left, joined or cut.strength >= COMMA
    else:
        apposed = lower.rfind(", ", date.end, cut.left) if grammar.opens(lower, cut.right, following.start) else -1
        until, told = apposed if apposed >= 0 else cut.left, False
    if told or grammar.has_verb(lower, start, until):
        return True
    return lower[cut.left - 1] == ")" and lower.rfind("(", start, cut.left) < date.start and cut.right - cut.left <= 1


def trimmed(text: str, lower: str, start: int, end: int, grammar: Grammar) -> tuple[int, int]:
    """Leave out marks and opening words that assert nothing ("However, …")."""
    agency = _AGENCY.match(text, start, end)
    start = agency.end() if agency else start
    while True:
        while start < end and not (text[start].isalnum() or text[start] in "\"“«„$€£₼'‘"):
            start += 1
        opener = grammar.openers.match(lower, start, end) if grammar.openers else None
        mark = _OPENER_END.match(text, opener.end(), end) if opener else None
        if mark is None:
            break
        start = mark.end()
    while end > start + 1 and (text[end - 1] in ".!?…,;: " or (text[end - 1] == ")" and "(" not in text[start:end])):
        end -= 1
    last = lower.rfind(" ", start, end)
    # "… in August 1964 and": what it would join has been cut off.
    return (start, last) if last > start and lower[last + 1 : end] in grammar.joining and not grammar.verb_final else (start, end)


def _close_shared(parts: list[_Part]) -> list[_Part]:
    """Parts that several dates share end where the last of them ends."""
    closed: list[_Part] = []
    for part in reversed(parts):
        if part.shared and closed:
            following = closed[-1]
            part = replace(part, end=following.end, items=following.items)
            closed[-1] = replace(following, shared=True)
        closed.append(part)
    return closed[::-1]


def _tightened(text: str, lower: str, part: _Part, cuts: list[Cut], grammar: Grammar) -> Clause:
    """Cut a long part down to what stands about its date."""
    date, start, end = part.date, part.start, part.end
    if part.items:
        before = [cut for cut in cuts if start < cut.right <= date.start and cut.strength >= COMMA]
        start = before[-1].right if before else start
        if part.first and date.start - start > _PREAMBLE:
            start = date.start
        closing = next(
            (cut for cut in cuts if date.end < cut.left < end and cut.strength >= COMMA and _WORD.search(lower, date.end, cut.left)), None
        )
        # What was "in" those years, up to the verb, is a list of its own: "1990–1995-ci illərdə müəllim, müdir olub".
        listed = lower.endswith(grammar.whence_endings, date.start, date.end) and grammar.closes(lower, date.end, end)
        end = closing.left if closing and not listed else end
    elif end - start > _LONG and not part.purpose:
        start, end = _shortened(lower, start, end, date, cuts, grammar)
    start, end = trimmed(text, lower, start, end, grammar)
    return Clause(min(start, date.start), max(end, date.end), date, part.purpose)


def _shortened(lower: str, start: int, end: int, date: DateMention, cuts: list[Cut], grammar: Grammar) -> tuple[int, int]:
    """Leave out what stands before the last cut before a date, and after the first verb's clause after it."""
    if date.start - start > _LONG // 3:
        before = (
            cut for cut in reversed(cuts) if start < cut.left and cut.right <= date.start and cut.strength >= COMMA and not cut.purpose
        )
        start = next((cut.right for cut in before if grammar.verb_final or grammar.has_verb(lower, start, cut.left)), start)
    if end - date.end > _LONG // 2:
        after = (cut for cut in cuts if date.end <= cut.left < end and cut.strength >= COMMA and not cut.purpose)
        end = next((cut.left for cut in after if _told(lower, start, cut.left, grammar)), end)
    return start, end


def _told(lower: str, start: int, end: int, grammar: Grammar) -> bool:
    """Whether a stretch has a verb that is no participle: "the council, chaired by the mayor, resolved"."""
    if grammar.verb_final:
        return grammar.closes(lower, start, end)
    verbs = grammar.finite.finditer(lower, start, end) if grammar.finite else ()
    return any(not lower.startswith(" by ", verb.end()) for verb in verbs)
