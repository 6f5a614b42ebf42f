"""What each sort of evidence weighs when two claims are compared, and how much of a sort counts at most."""

from decimal import Decimal

from shared.matching.spans import DAYS

THRESHOLD = 5.0

YEAR, SEASON, MONTH, CLOSE_DAYS = 366, 93, 31, 7

CONTINUES = 6.0
SAME_DAYS, NAMED_DAYS_WITHIN, MONTHS_WITHIN, SAME_MONTH, SAME_YEARS, VAGUE = 4.0, 3.0, 2.0, 2.5, 1.5, 0.5
SAME_SEASON = 2.0
UNDATED, CLOSE, APART = -1.0, -2.0, -4.0
NEARBY, NEARBY_SINGULAR, ONCE = 0.5, 1.5, 1.0
PLAN_MOVED = 0.0
RARE = 2.0
"""Kinds of at least this weight are so rare that a place or a person in common tells them."""
NEARBY_DAYS = 3
"""Days by which sources miss each other when they tell of one happening: a slip, an eve, another calendar day."""
SAME_ORDINAL = 2.5
SAME_EPITHET = 1.5
OTHER_KIND = -2.5
KIN = 0.5
"""How much of the lesser weight it tells that two kinds are of one family."""
CONTENT_KIND = 0.5
NUMBER, NUMBERS_AT_MOST = 1.5, 4.0
BY_DIGITS = (1.5, 1.5, 1.5, 2.0, 3.5)
"""What a number weighs by its significant digits: 40 is counted everywhere, 3,711 houses are built once."""
NEAR, NEARLY, NEAR_COUNTS_AT_MOST = 1.0, 0.5, 2.0
CLOSE_RATIO, NEAR_RATIO = Decimal("0.9"), Decimal("0.75")
"""Two counts of one noun are close when the smaller is so large a part of the larger."""
ONCE_DAYS = 30 * YEAR
"""Days by which sources may miss each other on what happens to a person once: whoever was born a century apart are two."""
COUNTS_ALONE = 3
"""So many counts that agree are of one happening whatever the dates are."""
MADE = 1.0
BOTH_PLANNED = 0.5
TITLE, BODY, ACTOR, PLACE, PROPER, WORD, CONCEPT = 2.5, 1.5, 1.0, 1.0, 0.9, 0.6, 0.5
FULL_NAME, INITIAL = 2, 1
LONG_NAME = 3
"""A name of so many words is that of an institution, and tells more than a person's."""
NAMES_AT_MOST, WORDS_AT_MOST, CONCEPTS_AT_MOST = 3.5, 2.4, 2.0
ACROSS, CONCEPTS_ACROSS_AT_MOST = 2.0, 3.0
"""Across languages words cannot agree, so that concepts stand in for them: they weigh so many times as much."""
NOTHING_SHARED, OTHER_PLACE, OTHER_TITLE, TOLD_TWICE, OTHER_PERSON = -1.5, -4.0, -1.0, -1.5, -5.0
RICH = 3
"""So many names and words make a claim's silence about those of the other tell something."""
ROUNDING = 1e-3
"""Sums of weights are compared with some room for how floats add up."""


def of_count(number: str) -> float:
    """Return what it weighs that two claims count alike, by how many digits of the number say something."""
    digits = len(number.replace(".", "").lstrip("0").rstrip("0" if "." not in number else ""))
    return BY_DIGITS[min(digits, len(BY_DIGITS) - 1)]


def of_same_span(days: float, *, two_ends: bool) -> float:
    """Return what it weighs that two dates of more than a week mean the same span; `two_ends`: both are given by their two ends."""
    if days <= MONTH:
        return SAME_MONTH
    if days <= SEASON or (days > YEAR and two_ends):
        # Two that give the same two ends hardly speak of different things.
        return SAME_SEASON
    return SAME_YEARS if days <= YEAR else VAGUE * 2


def of_span_within(days: float) -> float:
    """Return what it weighs that a date lies within one of so many days, or overlaps with it."""
    if days <= DAYS:
        return NAMED_DAYS_WITHIN
    return MONTHS_WITHIN if days <= MONTH else SAME_YEARS - 0.5 if days <= YEAR else VAGUE
