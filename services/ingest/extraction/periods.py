"""Periods whose two ends are given apart: "from May 1994 until 3 June 1999", "after the speech of 3 May, until 9 June"."""

import re
from collections.abc import Sequence
from dataclasses import replace

from services.ingest.extraction.dates.mention import DateMention
from services.ingest.extraction.grammar.tables import Grammar

_POINT = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?")
_BETWEEN = 60
_AFTER = 12


def join_periods(lower: str, dates: Sequence[DateMention], grammar: Grammar) -> list[DateMention]:
    """Join the dates of a sentence that are the two ends of one period.

    Ends that stand side by side become one mention. Where the first dates something of
    its own, it stays, and the second reaches back to it.
    """
    joined: list[DateMention] = []
    for date in dates:
        before = joined[-1] if joined else None
        if before is None or not _ends(lower, date, grammar) or not _in_order(before, date) or date.start - before.end > _BETWEEN:
            joined.append(date)
        elif _begins(lower, before, date, grammar):
            joined[-1] = replace(before, end=date.end, text=f"{before.text} … {date.text}", edtf=f"{before.edtf}/{date.edtf}")
        elif _follows(lower, before, date, grammar):
            joined.append(
                replace(date, edtf=f"{before.edtf}/{date.edtf}", derivation=f'after "{before.text}"', anchor=(before.start, before.end))
            )
        else:
            joined.append(date)
    return joined


def _in_order(first: DateMention, second: DateMention) -> bool:
    points = first.edtf, second.edtf
    return all(point and _POINT.fullmatch(point) for point in points) and str(points[0]) < str(points[1])


def _ends(lower: str, date: DateMention, grammar: Grammar) -> bool:
    """Whether a date is the end of a period."""
    words = grammar.periods
    return bool(
        (words.end_endings and lower[date.start : date.end].endswith(words.end_endings))
        or (words.until_after and words.until_after.match(lower, date.end))
        or (words.until_before and words.until_before.search(lower, max(0, date.start - _AFTER), date.start))
    )


def _begins(lower: str, first: DateMention, second: DateMention, grammar: Grammar) -> bool:
    """Whether a date is the beginning of a period that the next one, right beside it, ends."""
    words = grammar.periods
    between = lower[first.end : second.start].strip()
    if between and not (words.until_before and words.until_before.match(f"{between} ")):
        return False
    if words.start_endings and lower[first.start : first.end].endswith(words.start_endings):
        return True
    return bool(words.from_before and words.from_before.search(lower, max(0, first.start - _AFTER), first.start))


def _follows(lower: str, first: DateMention, second: DateMention, grammar: Grammar) -> bool:
    """Whether the second date ends what began after the first."""
    words = grammar.periods
    return bool(
        (words.after_after and words.after_after.search(lower, first.end, second.start))
        or (words.after_before and words.after_before.search(lower, max(0, first.start - _BETWEEN), first.start))
    )
