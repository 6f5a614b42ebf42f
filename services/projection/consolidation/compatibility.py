"""Whether two claims tell of one happening: a symmetric judgement on two claims, with its reasons in words.

Evidence adds up: how sharply the dates agree, whether the kinds of happening do and which ordinal they have, names, numbers and the words
that no table knows. Two claims are linked when the sum reaches `THRESHOLD`. Contradictions in what makes a happening this one (the first
congress and the fifth) forbid the link whatever else agrees.
"""

from dataclasses import dataclass
from decimal import Decimal

from services.projection.consolidation.features import Features, Kind, Name
from services.projection.consolidation.spans import DAYS, Relation, gap, relation, told
from shared.domain.dates import Edtf

THRESHOLD = 5.0

_CONTINUES = 6.0
_SAME_DAYS, _NAMED_DAYS_WITHIN, _MONTHS_WITHIN, _SAME_MONTH, _SAME_YEARS, _VAGUE = 4.0, 3.0, 2.0, 2.5, 1.5, 0.5
_SAME_SEASON = 2.0
_UNDATED, _CLOSE, _APART = -1.0, -2.0, -4.0
_SAME_ORDINAL = 2.5
_SAME_EPITHET = 1.5
_OTHER_KIND = -2.5
_CONTENT_KIND = 0.5
_NUMBER, _NUMBERS_AT_MOST = 1.5, 4.0
_NEAR, _NEARLY, _NEAR_COUNTS_AT_MOST = 1.0, 0.5, 2.0
_CLOSE_RATIO, _NEAR_RATIO = Decimal("0.9"), Decimal("0.75")
"""Two counts of one noun are close when the smaller is so large a part of the larger."""
_MADE = 1.0
_BOTH_PLANNED = 0.5
_TITLE, _BODY, _ACTOR, _PLACE, _PROPER, _WORD, _CONCEPT = 2.5, 1.5, 1.0, 1.0, 0.9, 0.6, 0.5
_FULL_NAME, _INITIAL = 2, 1
_LONG_NAME = 3
"""A name of so many words is that of an institution, and tells more than a person's."""
_NAMES_AT_MOST, _WORDS_AT_MOST, _CONCEPTS_AT_MOST = 3.5, 2.4, 2.0
_ACROSS, _CONCEPTS_ACROSS_AT_MOST = 2.0, 3.0
"""Across languages words cannot agree, so that concepts stand in for them: they weigh so many times as much."""
_NOTHING_SHARED, _OTHER_PLACE, _OTHER_TITLE, _TOLD_TWICE, _OTHER_PERSON = -1.5, -1.5, -1.0, -1.5, -5.0
_RICH = 3
"""So many names and words make a claim's silence about those of the other tell something."""
_YEAR, _SEASON, _MONTH, _CLOSE_DAYS = 366, 93, 31, 7


@dataclass(frozen=True, slots=True)
class Judgement:
    """How much speaks for one happening, whether the dates contradict each other, and the reasons, the strongest first."""

    score: float
    dates_apart: bool
    reasons: tuple[str, ...]

    @property
    def linked(self) -> bool:
        """Whether the two claims may stand together on this judgement."""
        return self.score >= THRESHOLD


Evidence = list[tuple[float, str]]
"""Weights with the reason in words; evidence against has no words."""


def judge(one: Features, other: Features) -> Judgement | None:
    """Judge whether two claims tell of one happening; None where that is excluded."""
    if ordinals_conflict(one.heads, other.heads):
        return None
    first, second = (one, other) if one.key <= other.key else (other, one)
    dates = relation(first.date, second.date)
    if dates is Relation.APART and not _overwhelming(first, second):
        return None
    kinds = _kinds(first, second)
    talks_on = dates is not Relation.APART and (_talks_on(first, second) or _talks_on(second, first))
    other_kind = _of_other_kinds(first, second) and not talks_on
    evidence = [
        *([(_CONTINUES, "the document talks on about the same happening")] if talks_on else []),
        _date(first.date, second.date, dates),
        *kinds,
        *([(_OTHER_KIND, "")] if other_kind else []),
        *_capped(_numbers(first, second), _NUMBERS_AT_MOST),
        *_capped(_near_numbers(first, second), _NEAR_COUNTS_AT_MOST),
        *_capped(_names(first, second), _NAMES_AT_MOST),
        *_capped(_words(first, second), _WORDS_AT_MOST),
        *_capped(_concepts(first, second), _CONCEPTS_AT_MOST if first.language == second.language else _CONCEPTS_ACROSS_AT_MOST),
        *_made(first, second),
        *([(_BOTH_PLANNED, "")] if first.planned and second.planned else []),
        *_against(first, second),
        *([(_TOLD_TWICE, "")] if _told_twice(first, second) and not talks_on else []),
    ]
    reasons = sorted((-weight, words) for weight, words in evidence if weight > 0 and words)
    score = round(sum(weight for weight, _ in evidence), 6)
    return Judgement(score, dates is Relation.APART, tuple(dict.fromkeys(words for _, words in reasons)))


def _of_other_kinds(one: Features, other: Features) -> bool:
    return bool(one.heads and other.heads) and not one.heads.keys() & other.heads.keys()


def _talks_on(later: Features, earlier: Features) -> bool:
    """Whether a claim talks on about the happening of an earlier one.

    One that names another kind of happening rather tells of a result ("a council was chosen at the congress"), unless it counts: what
    is counted there ("they spoke for 200 clubs and chambers") was counted at that happening.
    """
    return later.continues == earlier.id and (bool(later.numbers) or not _of_other_kinds(later, earlier))


def ordinals_conflict(one: dict[str, Kind], other: dict[str, Kind]) -> bool:
    """Whether a kind of happening has other ordinals here than there: the first congress is not the fifth."""
    for name, kind in one.items():
        there = other.get(name)
        if there is not None and kind.ordinals and there.ordinals and kind.ordinals != there.ordinals:
            return True
    return False


def _overwhelming(one: Features, other: Features) -> bool:
    """Whether two claims whose dates contradict each other are of one happening all the same: a dispute about its date.

    Only two documents can dispute; one document that gives two dates tells of two happenings.
    """
    if one.document == other.document:
        return False
    agreeing = len(one.numbers.keys() & other.numbers.keys())
    if agreeing >= 3:
        return True
    if not agreeing and (one.date is None or other.date is None or gap(one.date, other.date) > _CLOSE_DAYS):
        return False
    kinds = one.heads.keys() & other.heads.keys()
    numbered = any(one.heads[name].ordinals & other.heads[name].ordinals for name in kinds)
    if not agreeing:
        return numbered and _share_content(one, other)
    return numbered or (bool(kinds) and not one.titles.keys().isdisjoint(other.titles.keys()))


def _told_twice(one: Features, other: Features) -> bool:
    """Whether one document dates both claims by no more than a year or so: it rather goes on to the next happening of that year."""
    coarse = one.date is not None and other.date is not None and min(one.date.days, other.date.days) > _MONTH
    return one.document == other.document and coarse


def _date(one: Edtf | None, other: Edtf | None, dates: Relation) -> tuple[float, str]:
    if one is None or other is None:
        return _UNDATED, ""
    if dates is Relation.SAME_DAYS:
        return _SAME_DAYS, f"same day{'s' if one.days > 1 else ''}, {told(one)}"
    if dates is Relation.APART:
        return (_CLOSE if gap(one, other) <= _CLOSE_DAYS and max(one.days, other.days) <= DAYS else _APART), ""
    broader, narrower = (one, other) if one.days >= other.days else (other, one)
    if dates is Relation.SAME:
        return _span_weight(one), f"both in {told(one)}"
    words = f"{told(narrower)} lies within {told(broader)}" if dates is Relation.WITHIN else f"{told(one)} and {told(other)} overlap"
    return _within_weight(broader), words


def _span_weight(date: Edtf) -> float:
    if date.days <= _MONTH:
        return _SAME_MONTH
    if date.days <= _SEASON or (date.days > _YEAR and "/" in date.text):
        # Two that give the same two ends hardly speak of different things.
        return _SAME_SEASON
    return _SAME_YEARS if date.days <= _YEAR else _VAGUE * 2


def _within_weight(broader: Edtf) -> float:
    if broader.days <= DAYS:
        return _NAMED_DAYS_WITHIN
    return _MONTHS_WITHIN if broader.days <= _MONTH else _SAME_YEARS - 0.5 if broader.days <= _YEAR else _VAGUE


_ORDINAL_WORDS = [
    "zeroth",
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
]


def _kinds(one: Features, other: Features) -> Evidence:
    evidence: Evidence = []
    for name in sorted(one.heads.keys() & other.heads.keys()):
        ordinals = one.heads[name].ordinals & other.heads[name].ordinals
        epithets = one.heads[name].epithets & other.heads[name].epithets
        weight = one.heads[name].concept.weight + (_SAME_EPITHET if epithets else 0)
        if ordinals:
            numbers = " and ".join(_ordinal(number) for number in sorted(ordinals))
            evidence.append((weight + _SAME_ORDINAL, f"both tell of the {numbers} {name}"))
        else:
            evidence.append((weight, f"both tell of {_article(name)} {name}"))
    if len(evidence) < 2:
        return evidence
    strongest = sorted(evidence, key=lambda item: (-item[0], item[1]))
    return strongest[:1] + [(weight / 2, words) for weight, words in strongest[1:3]]


def _ordinal(number: int) -> str:
    if number < len(_ORDINAL_WORDS):
        return _ORDINAL_WORDS[number]
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _article(name: str) -> str:
    return "an" if name[0] in "aeio" else "a"


def _numbers(one: Features, other: Features) -> Evidence:
    shared = one.numbers.keys() & other.numbers.keys()
    if not shared:
        return []
    ordered = sorted(shared, key=lambda item: (item[0], item[1] or "", item[2]))
    return [(_NUMBER, f"both count {one.numbers[item]} {item[0]}") for item in ordered]


def _near_numbers(one: Features, other: Features) -> Evidence:
    """Numbers of one noun in two documents that come close: sources that disagree about a happening disagree by little."""
    if one.document == other.document or not one.numbers or not other.numbers:
        return []
    evidence: Evidence = []
    for attribute, unit in sorted({item[:2] for item in one.numbers} & {item[:2] for item in other.numbers}, key=str):
        here = {number for name, measure, number in one.numbers if (name, measure) == (attribute, unit)}
        there = {number for name, measure, number in other.numbers if (name, measure) == (attribute, unit)}
        if here & there:
            continue
        ratio = max((min(a, b) / max(a, b) for a in here for b in there if min(a, b) > 0), default=Decimal(0))
        if ratio >= _NEAR_RATIO:
            evidence.append((_NEAR if ratio >= _CLOSE_RATIO else _NEARLY, f"both count {attribute}, and nearly as many"))
    return evidence


def _made(one: Features, other: Features) -> Evidence:
    if not one.made or not other.made:
        return []
    return [
        (_MADE, f"the same is done to {_article(name)} {name}")
        for name in sorted({made.partition(" ")[2] for made in one.made & other.made})[:1]
    ]


def _names(one: Features, other: Features) -> Evidence:
    evidence: Evidence = []
    if one.titles and other.titles:
        evidence += [(_TITLE, f"both name “{one.titles[name]}”") for name in sorted(one.titles.keys() & other.titles.keys())]
    if one.actors and other.actors:
        evidence += [
            (_ACTOR if len(name) < _LONG_NAME else _BODY, f"both name {one.actors[name]}")
            for name in sorted(one.actors)
            if any(_same_name(name, there) for there in other.actors)
        ]
    if one.places and other.places:
        named = (name for name in sorted(one.places) if any(_same_name(name, there) for there in other.places))
        evidence += [(_PLACE, f"both name {one.places[name]}") for name in named]
    return evidence


def _same_name(one: Name, other: Name) -> bool:
    """Whether one name is the other or its end: `Aliyev` and `Heydar Aliyev`, but not `Ilham Aliyev`.

    Transliterations of a first name often agree in no more than how they begin: `Vudro Vilson` and `Woodrow Wilson`.
    """
    if one == other or set(one) <= set(other) or set(other) <= set(one):
        return True
    return len(one) == len(other) == _FULL_NAME and one[-1] == other[-1] and one[0][:_INITIAL] == other[0][:_INITIAL]


def _words(one: Features, other: Features) -> Evidence:
    shared = sorted((one.words.keys() & other.words.keys()) - one.named - other.named)
    if not shared:
        return []
    quoted = ", ".join(f"“{one.words[stem]}”" for stem in shared[:3])
    weight = sum(_PROPER if one.words[stem][0].isupper() and other.words[stem][0].isupper() else _WORD for stem in shared)
    return [(weight, f"both speak of {quoted}")]


def _concepts(one: Features, other: Features) -> Evidence:
    shared = sorted(one.topics & other.topics) + sorted(one.acts & other.acts)
    aside = sorted((one.mentioned.keys() & other.mentioned.keys()) - (one.heads.keys() & other.heads.keys()))
    if not shared and not aside:
        return []
    evidence = [(_CONTENT_KIND, f"both mention {_article(name)} {name}") for name in aside]
    if shared:
        evidence.append((_CONCEPT * len(shared), f"both are about {', '.join(shared[:3])}"))
    return [(weight * _ACROSS, words) for weight, words in evidence] if one.language != other.language else evidence


def _capped(evidence: Evidence, most: float) -> Evidence:
    """Scale evidence of one sort down so that it does not weigh more than `most` together."""
    if not evidence:
        return evidence
    total = sum(weight for weight, _ in evidence)
    return evidence if total <= most else [(weight * most / total, words) for weight, words in evidence]


def _share_content(one: Features, other: Features) -> bool:
    return not (one.content.isdisjoint(other.content) and one.topics.isdisjoint(other.topics))


def _against(one: Features, other: Features) -> Evidence:
    """What speaks against one happening without excluding it: other places, other titles, nothing in common though both say much."""
    evidence: Evidence = []
    if one.sites and other.sites and not any(_same_name(a, b) for a in one.places for b in other.places):
        evidence.append((_OTHER_PLACE, ""))
    personal = {name for name in one.heads.keys() & other.heads.keys() if one.heads[name].concept.personal}
    if personal and one.actors and other.actors and not any(_same_name(a, b) for a in one.actors for b in other.actors):
        evidence.append((_OTHER_PERSON, ""))
    if one.titles and other.titles and not one.titles.keys() & other.titles.keys():
        evidence.append((_OTHER_TITLE, ""))
    rich = min(len(one.content), len(other.content)) >= _RICH
    if rich and one.language == other.language and not _share_content(one, other):
        evidence.append((_NOTHING_SHARED, ""))
    return evidence
