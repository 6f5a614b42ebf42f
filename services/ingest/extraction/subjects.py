"""Clauses that go on about the subject of another: "The club was founded in 1955 and took its present name in 1968"."""

import re
from collections.abc import Sequence
from dataclasses import replace

from services.ingest.extraction.clauses import Clause
from services.ingest.extraction.grammar.tables import Grammar

_LONGEST = 80
_WORDS = 9
_WORD = re.compile(r"[^\W\d_]+")
_BY = re.compile(r"[^\W\d_]+ by ")
_NEXT = re.compile(r"\s([^\W\d_]+)")
_PLACED = re.compile(r",?\s([^\W\d_]+)\s")
_CALLED = re.compile(r", (?:(?![a-z\d_])\w[\w.'’-]* ?){2,4},")
_LINKS = re.compile(r"[\s,(]*$")


def with_subjects(text: str, lower: str, clauses: Sequence[Clause], grammar: Grammar) -> list[Clause]:
    """Give clauses that have no subject of their own that of the clause before them."""
    subject: tuple[int, int] | None = None
    head: Clause | None = None
    found = []
    for clause in clauses:
        if clause.date is not None and clause.own is None and clause.subject is None and not clause.purpose:
            if _goes_on(lower, clause, grammar):
                clause = replace(clause, subject=subject)
            elif head is not None and subject is not None and (row := _lead_to_date(lower, head, subject, clause, grammar)) is not None:
                clause = replace(clause, start=row[1], subject=subject, lead=row[0])
            elif head is not None and subject is not None and (lead := _lead(text, lower, head, subject, clause, grammar)) is not None:
                clause = replace(clause, subject=subject, lead=lead)
            else:
                subject = _subject(text, lower, clause, grammar)
            if clause.lead is None:
                head = clause if not grammar.verb_final and grammar.has_verb(lower, clause.start, clause.end) else None
                if head is not None and _ends_in_aside(lower, head, grammar):
                    subject = head = None
        found.append(clause)
    return _with_closing(text, lower, found, grammar) if grammar.verb_final else _with_leading(text, lower, found, grammar)


def _with_closing(text: str, lower: str, found: list[Clause], grammar: Grammar) -> list[Clause]:
    """Give clauses without a verb that of the clause that closes their row: "1901-ci ildə müəllim, 1907-ci ildə isə müdir olub"."""
    closing: Clause | None = None
    told: list[Clause] = []
    for clause in reversed(found):
        if clause.date is None or clause.own is not None or clause.purpose:
            closing = None
        elif _has_verb(text, lower, clause, grammar):
            closing = clause if grammar.closes(lower, clause.date.end, clause.end) else None
        elif closing is not None and clause.end < closing.start and not _stands_alone(lower, clause, grammar):
            clause = replace(clause, tail=_tail(text, lower, clause, closing, grammar))
        told.append(clause)
    return told[::-1]


def _stands_alone(lower: str, clause: Clause, grammar: Grammar) -> bool:
    """Whether a clause without a verb tells by itself what happened, or when something else did: "məktəbin tikilməsi", "qərardan sonra"."""
    if lower.endswith(grammar.nominal_endings, clause.start, clause.end):
        return True
    closed = grammar.subordinating.finditer(lower, clause.start, clause.end) if grammar.subordinating else ()
    return any(word.end() == clause.end for word in closed)


def _has_verb(text: str, lower: str, clause: Clause, grammar: Grammar) -> bool:
    """Whether a clause has a verb; names may end as verbs do."""
    verbs = grammar.finite.finditer(lower, clause.start, clause.end) if grammar.finite else ()
    return any(text[_word_start(lower, verb.start())].islower() for verb in verbs)


def _tail(text: str, lower: str, clause: Clause, closing: Clause, grammar: Grammar) -> tuple[int, int]:
    """Return the verb that closes a row of clauses, or, of titles with their years in brackets, all that is told of them."""
    assert clause.date is not None
    assert closing.date is not None
    if text[clause.end - 1] == ")" == text[closing.date.end : closing.date.end + 1]:
        return closing.date.end + len(") "), closing.end
    begin = lower.rfind(" ", closing.date.end, closing.end) + 1
    before = lower.rfind(" ", closing.date.end, begin - 1) + 1
    # "Təsdiq edilib", "daxil olub": two words are one verb.
    # "Litvanın Azərbaycanda, Azərbaycanın Litvada səfirliyi açılıb": whose it is asks for what it is.
    words = _WORD.findall(lower, clause.date.end, clause.end)
    owned = any(word.endswith(grammar.owner_endings) for word in words) and words[-1].endswith(grammar.whence_endings)
    double = owned or lower.startswith(grammar.phrases.supporting, begin) or lower[before : begin - 1] in grammar.phrases.supported
    return (before if double and before else begin), closing.end


def _ends_in_aside(lower: str, clause: Clause, grammar: Grammar) -> bool:
    """Whether what follows a clause may go on about another than its subject: "it began after Orlin, who was sent there in 1901, asked"."""
    asides = list(grammar.asides.finditer(lower, clause.start, clause.end)) if grammar.asides else []
    return bool(asides) and grammar.has_verb(lower, clause.start, asides[-1].start())


def _lead_to_date(
    lower: str, head: Clause, subject: tuple[int, int], clause: Clause, grammar: Grammar
) -> tuple[tuple[int, int], int] | None:
    """Return the words up to the first date of a row, and where a later clause of it begins: "held in 1919 in Orlin; and 1921 in Tarn"."""
    assert clause.date is not None
    assert head.date is not None
    before = lower[clause.start : clause.date.start].strip()
    if (clause.start, clause.end) == (head.start, head.end) or (before and before not in grammar.joining):
        return None
    if grammar.has_verb(lower, clause.date.end, clause.end) or any(
        (word := _PLACED.match(lower, date.end)) is None or word[1] not in grammar.place_prepositions for date in (head.date, clause.date)
    ):
        return None
    verb = grammar.finite.search(lower, max(head.start, subject[1]), head.date.start) if grammar.finite else None
    return ((_word_start(lower, verb.start()), head.date.start - 1), clause.date.start) if verb else None


def _lead(text: str, lower: str, head: Clause, subject: tuple[int, int], clause: Clause, grammar: Grammar) -> tuple[int, int] | None:
    """Return the verb that a clause leaves out because an earlier one has it: "…, to the senate in 1907", "… and his doctorate in 1962".

    None where it may as well have a subject of its own and leave out the rest: "Tarn took the cup in 1905 and Linz in 1906".
    """
    assert clause.date is not None
    assert head.date is not None
    if (clause.start, clause.end) == (head.start, head.end) or grammar.has_verb(lower, clause.start, clause.end):
        return None
    verb = grammar.finite.search(lower, max(head.start, subject[1]), head.end) if grammar.finite else None
    if verb is None or verb.end() > head.date.start:
        return None
    begin, end = _word_start(lower, verb.start()), verb.end()
    while (word := _NEXT.match(lower, end, head.date.start)) and (word[1] in grammar.verb_links or grammar.opens(lower, *word.span(1))):
        end = word.end()
    follows, first = _NEXT.match(lower, end, head.date.start), _WORD.match(lower, clause.start)
    told = _WORD.findall(lower, end, head.date.start)
    if follows is None or first is None or all(word in grammar.prepositions for word in told):
        return None
    if first.group() in grammar.repeated:
        same = re.compile(rf"\s{first.group()}\s").search(lower, end, head.date.start)
        # The preposition may be that of the date: "in 1907 the cup".
        return (begin, same.start()) if same and clause.date.start > first.end() + 1 else None
    listed = text[head.date.end : head.date.end + 1] == ")" == text[clause.date.end : clause.date.end + 1]
    if first.group() in grammar.owners:
        return begin, end
    if not listed:
        return None
    # "Three won it: Anna Berg (1905), Berta Linz (1907)" lists who did.
    article = first.group() in grammar.phrases.determiners or first.group() in grammar.attribution.articles
    return (begin, follows.end()) if follows[1] in grammar.prepositions else (begin, end) if article else None


def _with_leading(text: str, lower: str, found: list[Clause], grammar: Grammar) -> list[Clause]:
    """Give a participle that opens a sentence the subject of the clause that it leads to: "Opened in 1877, the mill burnt down in 1905"."""
    if grammar.verb_final or len(found) < 2:
        return found
    first, following = found[:2]
    bare = first.subject is None and first.own is None and following.own is None and first.date is not None and following.date is not None
    if not bare or first.end > following.start or not grammar.opens(lower, first.start, first.end):
        return found
    if (comma := text.find(", ", first.start, first.end)) >= 0 and grammar.has_verb(lower, comma, first.end):
        # "Signed by Orlin, the call set the opening for 15 August — although …" has one of its own.
        return found
    return [replace(first, subject=_subject(text, lower, following, grammar)), *found[1:]]


def _goes_on(lower: str, clause: Clause, grammar: Grammar) -> bool:
    """Whether a clause begins with its date, where the verb comes last, or else with its verb."""
    if grammar.verb_final:
        return clause.date is not None and clause.date.start <= clause.start
    # "…, followed by Linz on 5 May" goes on about nothing.
    first = _WORD.match(lower, clause.start, clause.end)
    begin = first.end() + 1 if first and first.group().endswith(grammar.adverb_endings) else clause.start
    return grammar.opens(lower, begin, clause.end) and not _BY.match(lower, begin)


def _subject(text: str, lower: str, clause: Clause, grammar: Grammar) -> tuple[int, int] | None:
    """What stands before the date, where the verb comes last, or else before the verb; None where that is no subject."""
    assert clause.date is not None
    start = clause.start
    if grammar.verb_final:
        end = clause.date.start
    else:
        verb = grammar.finite.search(lower, start, clause.end) if grammar.finite else None
        # "The Pact of Linz (1919)" names its subject before the brackets.
        end = _word_start(lower, verb.start()) if verb else lower.find("(", start, clause.date.start)
        if start < clause.date.end <= end:
            start = clause.date.end + len(text[clause.date.end : end]) - len(text[clause.date.end : end].lstrip(" ,"))
            if grammar.openers and grammar.openers.match(lower, start, end):
                return None
    if (called := _with_name(text, lower, start, clause.end, grammar)) is not None:
        return start, called
    end = _before_apposition(text, lower, start, clause.end, grammar) or max(start, end)
    end -= len(text[start:end]) - len(_LINKS.sub("", text[start:end]))
    words = _WORD.findall(lower, start, end)
    if not 0 < len(words) <= _WORDS or end - start > _LONGEST or "," in text[start:end] or words[0] in grammar.prepositions:
        return None
    if words[-1] in grammar.joining or words[-1].endswith(grammar.oblique_endings):
        return None
    return start, end


def _with_name(text: str, lower: str, start: int, end: int, grammar: Grammar) -> int | None:
    """Return where a subject ends that is named between commas: "The founder of the cup, Adam Orlin, took Tarn"."""
    comma = _before_apposition(text, lower, start, end, grammar)
    called = _CALLED.match(text, comma) if comma is not None and text[start:comma].count(",") == 0 else None
    words = _WORD.findall(lower, start, comma) if comma is not None else []
    return called.end() if called and 0 < len(words) <= _WORDS and words[0] not in grammar.prepositions else None


def _before_apposition(text: str, lower: str, start: int, end: int, grammar: Grammar) -> int | None:
    """Return where a subject ends of which more is said between commas: "Adam Orlin, the new governor, took Tarn"."""
    comma = text.find(", ", start, end)
    closing = text.find(", ", comma + 1, end) if comma > start else -1
    if grammar.verb_final or closing < 0 or not grammar.opens(lower, closing + len(", "), end):
        return None
    return None if grammar.has_verb(lower, start, comma) else comma


def _word_start(lower: str, index: int) -> int:
    while index > 0 and lower[index - 1].isalpha():
        index -= 1
    return index
