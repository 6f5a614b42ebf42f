"""Phrases within a clause that have a date of their own: the paper by which something was done, a participle between commas.

"The Third Congress, convened by the order of 26 May 2011, took place on 5–6 July": the congress took place on its own days, and the order
is told besides.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from services.ingest.extraction.dates.mention import DateMention
from services.ingest.extraction.grammar.tables import Grammar

_PAPER = 160
"""Characters after a date within which its paper is named, with the title of it."""
_WORDS = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_NAMED = 4
_ONE_WORD = 40
_OWNERS = 12
"""Words before a date that may say whose paper it is, and what it is called."""
_WORD_BEFORE = re.compile(r"(\S+)\s+$")
_OWNED = re.compile(r",? of [^,;.()]+")
_TURN = re.compile(r"[;:]\s|,\s(?:and|but|while)\s")
_CLOSING = {"”": "“", "»": "«", '"': '"'}


@dataclass(frozen=True, slots=True)
class Aside:
    """A date with the phrase that it stands in; `own` is where its own words begin, `start` where what it says something of does.

    `named`: what it says something of, where that stands apart.
    """

    date: DateMention
    start: int
    own: int
    end: int
    named: tuple[int, int] | None = None


def find_asides(text: str, lower: str, start: int, end: int, dates: Sequence[DateMention], grammar: Grammar) -> list[Aside]:
    """Return the phrases of a sentence that stand beside the date of what they are part of."""
    found: list[Aside] = []
    for index, date in enumerate(dates):
        until = dates[index + 1].start if index + 1 < len(dates) else end
        after = dates[index - 1].end if index else start
        last = index + 1 == len(dates)
        if not grammar.verb_final:
            aside = _paper_before(lower, start, after, date, grammar) if len(dates) > 1 else None
            aside = aside or (None if last else _participle(text, lower, after, until, date, grammar))
        else:
            aside = _paper(text, lower, after, until, date, grammar)
            # Where there is no other date in its clause, what was done by the paper was done then.
            ahead = aside is not None and not last and not grammar.has_verb(lower, aside.end, until)
            aside = aside if ahead or (index and not grammar.has_verb(lower, after, date.start)) else None
        if aside is not None:
            found.append(aside)
    return found if len(found) < len(dates) else []


def _paper(text: str, lower: str, after: int, until: int, date: DateMention, grammar: Grammar) -> Aside | None:
    """A paper in the case or with the word that says by it: "23 may 2001-ci il tarixli sərəncamına əsasən"."""
    named = grammar.papers.match(lower, date.end, min(until, date.end + _PAPER)) if grammar.papers else None
    if named is None:
        return None
    begin = _owner_before(text, lower, after, date.start, grammar)
    return Aside(date, begin, begin, named.end())


def _paper_before(lower: str, start: int, after: int, date: DateMention, grammar: Grammar) -> Aside | None:
    """A paper whose date closes it, after what was done by it: "held under the Decree No. 7 of the mayor dated 3 May"."""
    opened = grammar.papers.search(lower, max(after, date.start - _PAPER), date.start) if grammar.papers else None
    if opened is None or not grammar.has_verb(lower, start, opened.start()):
        return None
    # "… dated 23 May, of the mayor".
    owner = _OWNED.match(lower, date.end)
    return Aside(date, opened.end("by"), opened.start(), owner.end() if owner else date.end)


def _owner_before(text: str, lower: str, start: int, index: int, grammar: Grammar) -> int:
    """Return where the words begin that say whose paper it is: titles, names, words in the genitive, what it is called."""
    for _ in range(_OWNERS):
        word = _WORD_BEFORE.search(text, max(start, index - _ONE_WORD), index)
        if word is None:
            break
        first, last = word.span(1)
        if (opening := _CLOSING.get(text[last - 1])) is not None:
            first = max(start, text.rfind(opening, start, last - 1))
        elif not (text[first].isupper() or lower[first:last] in grammar.titles or lower[first:last].endswith(grammar.owner_endings)):
            break
        index = first
    return index


def _participle(text: str, lower: str, after: int, until: int, date: DateMention, grammar: Grammar) -> Aside | None:
    """What stands between a subject and its verb: "The bridge, built in 1905, burnt down in 1920"."""
    closing = text.find(", ", date.end, until)
    if closing < 0 or not grammar.opens(lower, closing + 2, until) or grammar.has_verb(lower, date.end, closing):
        return None
    opening = text.rfind(", ", after, date.start)
    # "…, was put off: on 15 September they met" tells something else on the next date.
    if opening < 0 or grammar.has_verb(lower, after, opening) or _TURN.search(text, closing, until):
        return None
    return Aside(date, after, opening + 2, closing)


def relative_clause(text: str, lower: str, start: int, date: DateMention, grammar: Grammar) -> tuple[int, tuple[int, int]] | None:
    """Return where the relative clause begins that closes a sentence with its date, and the words that it says more of.

    None where the date is that of what the sentence tells: "they came to the meeting, which began on 4 May".
    """
    opened = list(grammar.asides.finditer(lower, start, date.start)) if grammar.asides and not grammar.verb_final else []
    if not opened or lower.find(",", opened[-1].end(), date.start) >= 0 or not grammar.has_verb(lower, start, opened[-1].start()):
        return None
    words = list(_WORDS.finditer(lower, start, opened[-1].start()))
    if not words or grammar.opens(lower, words[-1].start(), words[-1].end()):
        # "The war began, which lasted for years" says more of nothing that stands right before.
        return None
    if words[-1].group() in grammar.happenings or not grammar.has_verb(lower, opened[-1].end(), date.start):
        return None
    return opened[-1].start() + len(", "), _named_last(text, words, grammar)


def _named_last(text: str, words: Sequence[re.Match[str]], grammar: Grammar) -> tuple[int, int]:
    """Return what the last of some words name: a few of them, back to a small word or a verb."""
    words = _before_apposed(text, words, grammar)
    closing = (
        at + 1
        for at, word in enumerate(words[:-1])
        # "Alfred" ends as a verb does.
        if word.group() in grammar.phrases.stops or (text[word.start()].islower() and grammar.opens(text, word.start(), word.end()))
    )
    begin = max(closing, default=0)
    return words[min(max(begin, len(words) - _NAMED), len(words) - 1)].start(), words[-1].end()


def _before_apposed(text: str, words: Sequence[re.Match[str]], grammar: Grammar) -> Sequence[re.Match[str]]:
    """Return the words up to a name of which more is said behind a comma: "Adam Orlin, miller and poet"."""
    at = next((at for at in range(len(words) - 1, 0, -1) if "," in text[words[at - 1].end() : words[at].start()]), 0)
    told = text[words[at].start() : words[-1].end()]
    # "…, until Adam Orlin, who …" says more of the last name.
    apposed = at and text[words[at - 1].start()].isupper() and told == told.lower() and not grammar.has_verb(told, 0, len(told))
    return words[:at] if apposed else words


def bracket_before(text: str, start: int, index: int) -> int:
    """Return where the brackets open, from `start` on, that a place stands in; -1 where it stands in none."""
    opening = text.rfind("(", start, index)
    return opening if opening > text.rfind(")", start, index) else -1


def find_bracketed(text: str, lower: str, start: int, end: int, dates: Sequence[DateMention], grammar: Grammar) -> list[Aside]:
    """Return what brackets tell with a verb of its own: "the prize (which was founded in 1976) went to Orlin"."""
    found = []
    for date in dates:
        opening = bracket_before(text, start, date.start)
        closing = text.find(")", date.end, end)
        if opening <= start or closing < 0 or not grammar.has_verb(lower, opening, closing):
            continue
        words = list(_WORDS.finditer(lower, start, opening))
        named = _named_last(text, words, grammar) if words and _lacks_subject(lower, opening + 1, date, grammar) else None
        found.append(Aside(date, opening + 1, opening, closing + 1, named))
    return found


def find_restrictive(text: str, lower: str, start: int, dates: Sequence[DateMention], grammar: Grammar) -> list[Aside]:
    """Return relative clauses without commas between a subject and its verb: "The mill which monks built in 1905 burnt down in 1920"."""
    found: list[Aside] = []
    if (restrictive := grammar.restrictive) is None:
        return found
    for date in dates:
        if not grammar.opens(lower, date.end + 1, date.end + _ONE_WORD):
            continue
        opened = next(restrictive.finditer(lower, start, date.start), None)
        if opened is None or grammar.has_verb(lower, start, opened.start()) or not grammar.has_verb(lower, opened.end(), date.start):
            continue
        words = list(_WORDS.finditer(lower, start, opened.start()))
        # "The fair that opened on 2 July drew 300", "those who died in 1905 included 12": what is told is told of then.
        telling = not words or words[-1].group() in grammar.happenings or words[-1].group() in grammar.phrases.stops
        if not telling and "," not in text[opened.start() - 1 : date.start]:
            begin = opened.start(1)
            found.append(Aside(date, begin, begin, date.end, _named_last(text, words, grammar)))
    return found


def _lacks_subject(lower: str, start: int, date: DateMention, grammar: Grammar) -> bool:
    """Whether a bracket goes on about what stands before it: "(built in 1905)", "(who died in 1896)"."""
    if grammar.verb_final:
        return False
    return grammar.opens(lower, start, date.start) or (
        grammar.asides is not None and grammar.asides.match(f", {lower[start : date.start]}") is not None
    )
