"""Whether two claims tell of one happening: a symmetric judgement on two claims, with its reasons.

Evidence adds up: how sharply the dates agree, whether the kinds of happening do and which ordinal they have, names, numbers and the words
that no table knows. Two claims are linked when the sum reaches `weights.THRESHOLD`. Contradictions in what makes a happening this one (the
first congress and the fifth) forbid the link whatever else agrees.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from shared.domain.chronology import Reason, ReasonKind
from shared.domain.dates import Edtf
from shared.matching import weights
from shared.matching.common import elsewhere, family_names_alone, same_name, share_content, share_more_than_places
from shared.matching.features import CEREMONY, LASTING, MADE_ONCE, MAKING, Features, Kind, Name
from shared.matching.spans import DAYS, Relation, gap, relation


@dataclass(frozen=True, slots=True)
class Judgement:
    """How much speaks for one happening, and whether the dates contradict each other. `told` is the evidence that speaks for it."""

    score: float
    dates_apart: bool
    told: tuple["_Item", ...] = ()
    _shown: list[tuple[Reason, ...]] = field(default_factory=list, compare=False, repr=False)

    @property
    def linked(self) -> bool:
        """Whether the two claims may stand together on this judgement."""
        return self.score >= weights.THRESHOLD

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The reasons, the strongest first. They are put together when asked for: most links hold nothing together that others do not."""
        if not self._shown:
            self._shown.append(_reasons(self.told, 1))
        return self._shown[0]


@dataclass(frozen=True, slots=True)
class NearMiss:
    """What speaks for one happening and what against it, where two claims do not stand together.

    `score` is the sum of both, `agreement` that of what speaks for it, dates left aside.
    """

    score: float
    agreement: float
    agrees: tuple[Reason, ...]
    differs: tuple[Reason, ...]


class _Item(NamedTuple):
    """A weight with its reason: readers are shown it unless it has no kind."""

    weight: float
    kind: ReasonKind | None = None
    about: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()

    @property
    def order(self) -> tuple[float, str, tuple[str, ...], tuple[str, ...]]:
        return -self.weight, self.kind or "", self.about, self.dates

    @property
    def reason(self) -> Reason:
        assert self.kind is not None
        return Reason(kind=self.kind, about=self.about, dates=self.dates)


Evidence = list[_Item]


def judge(one: Features, other: Features) -> Judgement | None:
    """Judge whether two claims tell of one happening; None where that is excluded."""
    pair = _comparable(one, other)
    return None if pair is None else _weighed(*pair)


def link(one: Features, other: Features) -> Judgement | None:
    """Judge two claims as `judge` does, and return what links them; None for those that it does not link."""
    judgement = judge(one, other)
    return judgement if judgement and judgement.linked else None


def _comparable(one: Features, other: Features) -> tuple[Features, Features, Relation] | None:
    """Two claims in the order of their contents, and how their dates stand; None where one happening is excluded."""
    if ordinals_conflict(one.heads, other.heads):
        return None
    first, second = (one, other) if one.key <= other.key else (other, one)
    dates = relation(first.date, second.date)
    if dates is Relation.APART and not (_nearby(first, second) or _overwhelming(first, second)):
        return None
    return first, second, dates


def _weighed(first: Features, second: Features, dates: Relation) -> Judgement:
    evidence = _evidence(first, second, dates)
    score = round(sum([item.weight for item in evidence]), 6)
    told = tuple([item for item in evidence if item.weight >= 0 and item.kind]) if score >= weights.THRESHOLD else ()
    return Judgement(score, dates is Relation.APART, told)


def near_miss(one: Features, other: Features) -> NearMiss:
    """Weigh two claims that do not stand together: what agrees all the same, and what differs. Nothing is excluded here.

    Where a reason speaks of both claims, it speaks of `one` first.
    """
    evidence = _evidence(one, other, relation(one.date, other.date))
    ordinals = _other_ordinals(one, other)
    dated = {"same-days", "same-span", "within", "overlap", "dates-near", "plan-moved", "once", "dates-apart"}
    return NearMiss(
        score=round(sum(item.weight for item in evidence), 6),
        agreement=round(sum(item.weight for item in evidence if item.weight > 0 and item.kind not in dated), 6),
        agrees=_reasons(evidence, 1),
        differs=(*(item.reason for item in ordinals), *_reasons(evidence, -1)),
    )


def _reasons(evidence: Sequence[_Item], sign: int) -> tuple[Reason, ...]:
    """The reasons for (`1`) or against (`-1`), the strongest first."""
    told = sorted(
        (item for item in evidence if (item.weight >= 0) is (sign > 0) and item.kind), key=lambda item: (-abs(item.weight), item.order)
    )
    return tuple(dict.fromkeys(item.reason for item in told))


def _evidence(first: Features, second: Features, dates: Relation) -> Evidence:
    talks_on = dates is not Relation.APART and (_talks_on(first, second) or _talks_on(second, first))
    across = first.language != second.language
    other_place = elsewhere(first, second)
    return [
        *([_Item(weights.CONTINUES, "continues")] if talks_on else []),
        _date(first, second, dates),
        *(_kinds(first, second, other_place=other_place) or _kin(first, second)),
        *(_other_kinds(first, second) if not talks_on else []),
        *_capped(_numbers(first, second), weights.NUMBERS_AT_MOST),
        *_capped(_near_numbers(first, second), weights.NEAR_COUNTS_AT_MOST),
        *_capped(_names(first, second), weights.NAMES_AT_MOST),
        *_capped(_words(first, second) + _family_names(first, second), weights.WORDS_AT_MOST),
        *_capped(_concepts(first, second), weights.CONCEPTS_ACROSS_AT_MOST if across else weights.CONCEPTS_AT_MOST),
        *_made(first, second),
        *([_Item(weights.BOTH_PLANNED)] if first.planned and second.planned else []),
        *_against(first, second, other_place=other_place),
        *([_Item(weights.TOLD_TWICE, "told-twice")] if _told_twice(first, second) and not talks_on else []),
    ]


def _of_other_kinds(one: Features, other: Features) -> bool:
    apart = bool(one.heads and other.heads) and not one.heads.keys() & other.heads.keys() and not _kin(one, other)
    return apart and not (_ceremony_of(one, other) or _ceremony_of(other, one))


def _ceremony_of(one: Features, other: Features) -> bool:
    """Whether one tells of a ceremony, and the other of what was done there to a lasting thing: the opening ceremony, a bridge opened."""
    return (
        CEREMONY in one.heads
        and not one.acts.isdisjoint(other.acts & MAKING)
        and any(kind.concept.kind_class in LASTING for kind in other.heads.values())
    )


def _kin(one: Features, other: Features) -> Evidence:
    """The kinds of one family that come nearest: what one text calls a meeting, the other calls a congress."""
    related = [
        _Item(min(here.concept.weight, there.concept.weight) * weights.KIN, "kind-of", (name, called))
        for name, here in one.heads.items()
        for called, there in other.heads.items()
        if here.concept.families & there.concept.families
    ]
    return sorted(related, key=lambda item: item.order)[:1]


def _other_kinds(one: Features, other: Features) -> Evidence:
    if not _of_other_kinds(one, other):
        return []
    return [_Item(weights.OTHER_KIND, "other-kind", (min(one.heads), min(other.heads)))]


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


def _other_ordinals(one: Features, other: Features) -> Evidence:
    return [
        _Item(0, "other-ordinal", (name, _listed(one.heads[name].ordinals), _listed(other.heads[name].ordinals)))
        for name in sorted(one.heads.keys() & other.heads.keys())
        if ordinals_conflict({name: one.heads[name]}, {name: other.heads[name]})
    ]


def _listed(ordinals: frozenset[int]) -> str:
    return ", ".join(map(str, sorted(ordinals)))


def _overwhelming(one: Features, other: Features) -> bool:
    """Whether two claims whose dates contradict each other are of one happening all the same: a dispute about its date.

    Only two documents can dispute; one document that gives two dates tells of two happenings.
    """
    if one.document == other.document:
        return False
    agreeing = len(one.numbers.keys() & other.numbers.keys())
    if agreeing >= weights.COUNTS_ALONE:
        return True
    if not agreeing and (one.date is None or other.date is None or gap(one.date, other.date) > weights.CLOSE_DAYS):
        return False
    kinds = one.heads.keys() & other.heads.keys()
    numbered = any(one.heads[name].ordinals & other.heads[name].ordinals for name in kinds)
    if not agreeing:
        return numbered and share_content(one, other)
    return numbered or (bool(kinds) and not one.titles.keys().isdisjoint(other.titles.keys()))


def _nearby(one: Features, other: Features) -> bool:
    """Whether the days of two documents miss each other by little, or those of what happens to nobody twice: they dispute the date.

    They have to tell of one kind of happening, and to name a place, a person or a title, to count alike, or to tell of one lasting thing.
    """
    if one.document == other.document or one.date is None or other.date is None or one.heads.keys().isdisjoint(other.heads.keys()):
        return False
    near = _near_days(one.date, other.date) and (_share_name(one, other) or _struck(one, other))
    return near or _once(one, other) is not None or _plan_moved(one, other)


def _plan_moved(one: Features, other: Features) -> bool:
    """Whether one tells of a plan and the other of what came of it on another day: of one kind and number, and within a year."""
    if one.planned == other.planned or one.date is None or other.date is None or gap(one.date, other.date) > weights.YEAR:
        return False
    return any(one.heads[name].ordinals & other.heads[name].ordinals for name in one.heads.keys() & other.heads.keys())


def _near_days(one: Edtf, other: Edtf) -> bool:
    return max(one.days, other.days) <= DAYS and gap(one, other) <= weights.NEARBY_DAYS


def _shared(one: Features, other: Features) -> list[Kind]:
    return [one.heads[name] for name in one.heads.keys() & other.heads.keys()]


def _share_name(one: Features, other: Features) -> bool:
    """Whether both name the same, or count alike. Decrees and meetings follow each other day by day: of these it takes more than a name."""
    if max(kind.concept.weight for kind in _shared(one, other)) < weights.RARE:
        both = sum(any(same_name(a, b) for b in other.places) for a in one.places)
        return bool(both > 1 or one.numbers.keys() & other.numbers.keys() or one.titles.keys() & other.titles.keys())
    return bool(one.numbers.keys() & other.numbers.keys() or one.titles.keys() & other.titles.keys()) or any(
        same_name(a, b) for here, there in ((one.actors, other.actors), (one.places, other.places)) for a in here for b in there
    )


def _struck(one: Features, other: Features) -> bool:
    """Whether what hardly happens twice within days befell one sort of lasting thing: a fire in a library here and there."""
    if not any(kind.concept.singular for kind in _shared(one, other)):
        return False
    things = (one.mentioned[name].concept for name in one.mentioned.keys() & other.mentioned.keys())
    return any(thing.kind_class in LASTING for thing in things)


def _once(one: Features, other: Features) -> str | None:
    """What two documents tell of that happens only once: to one person what happens to nobody twice, or the founding of one institution.

    Persons and institutions are known by their full names.
    """
    if one.document == other.document or not (one.actors and other.actors):
        return None
    alike = any(
        min(len(a), len(b)) >= weights.FULL_NAME and same_name(a, b) and len(set(a) & set(b)) >= weights.FULL_NAME
        for a in one.actors
        for b in other.actors
    )
    if not alike:
        return None
    near = one.date is None or other.date is None or gap(one.date, other.date) <= weights.ONCE_DAYS
    suffered = {kind.concept.name for kind in _shared(one, other) if kind.concept.once and near}
    return min(suffered or (one.acts & other.acts & MADE_ONCE if one.made & other.made else ()), default=None)


def _told_twice(one: Features, other: Features) -> bool:
    """Whether one document dates both claims by no more than a year or so: it rather goes on to the next happening of that year."""
    coarse = one.date is not None and other.date is not None and min(one.date.days, other.date.days) > weights.MONTH
    return one.document == other.document and coarse


def _date(first: Features, second: Features, dates: Relation) -> _Item:
    one, other = first.date, second.date
    if one is None or other is None:
        return _Item(weights.UNDATED)
    if dates is Relation.SAME_DAYS:
        return _Item(weights.SAME_DAYS, "same-days", dates=(one.text,))
    if dates is Relation.APART:
        return _dates_apart(first, second, one, other)
    broader, narrower = (one, other) if one.days >= other.days else (other, one)
    if dates is Relation.SAME:
        return _Item(weights.of_same_span(one.days, two_ends="/" in one.text), "same-span", dates=(one.text,))
    if dates is Relation.WITHIN:
        return _Item(weights.of_span_within(broader.days), "within", dates=(narrower.text, broader.text))
    return _Item(weights.of_span_within(broader.days), "overlap", dates=(one.text, other.text))


def _dates_apart(first: Features, second: Features, one: Edtf, other: Edtf) -> _Item:
    if first.document != second.document and _near_days(one, other) and _shared(first, second):
        singular = any(kind.concept.singular for kind in _shared(first, second))
        near = weights.NEARBY_SINGULAR if singular else weights.ONCE if _once(first, second) else weights.NEARBY
        return _Item(near, "dates-near", dates=(one.text, other.text))
    if _plan_moved(first, second):
        plan, fact = (one, other) if first.planned else (other, one)
        return _Item(weights.PLAN_MOVED, "plan-moved", dates=(plan.text, fact.text))
    if once := _once(first, second):
        return _Item(weights.ONCE, "once", (once,))
    near = gap(one, other) <= weights.CLOSE_DAYS and max(one.days, other.days) <= DAYS
    return _Item(weights.CLOSE if near else weights.APART, "dates-apart", dates=(one.text, other.text))


def _kinds(one: Features, other: Features, *, other_place: bool) -> Evidence:
    """The kinds that both are of. What took place elsewhere is of another series, so that the same number says nothing."""
    evidence: Evidence = []
    for name in one.heads.keys() & other.heads.keys():
        ordinals = frozenset[int]() if other_place else one.heads[name].ordinals & other.heads[name].ordinals
        epithets = one.heads[name].epithets & other.heads[name].epithets
        weight = one.heads[name].concept.weight + (weights.SAME_EPITHET if epithets else 0)
        if ordinals:
            evidence.append(_Item(weight + weights.SAME_ORDINAL, "same-ordinal", (name, *map(str, sorted(ordinals)))))
        else:
            evidence.append(_Item(weight, "same-kind", (name,)))
    if len(evidence) < 2:
        return evidence
    strongest = sorted(evidence, key=lambda item: item.order)
    return strongest[:1] + [_Item(item.weight / 2, item.kind, item.about) for item in strongest[1:3]]


def _numbers(one: Features, other: Features) -> Evidence:
    shared = one.numbers.keys() & other.numbers.keys()
    if not shared:
        return []
    ordered = sorted(shared, key=lambda item: (item[0], item[1] or "", item[2]))
    return [_Item(weights.of_count(str(item[2])), "same-count", (one.numbers[item], item[0])) for item in ordered]


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
        if ratio >= weights.NEAR_RATIO:
            evidence.append(_Item(weights.NEAR if ratio >= weights.CLOSE_RATIO else weights.NEARLY, "near-count", (attribute,)))
    return evidence


def _made(one: Features, other: Features) -> Evidence:
    if not one.made or not other.made:
        return []
    made = sorted({made.partition(" ")[2] for made in one.made & other.made})[:1]
    return [_Item(weights.MADE, "same-work", (name,)) for name in made]


def _names(one: Features, other: Features) -> Evidence:
    evidence: Evidence = []
    if one.titles and other.titles:
        evidence += [_Item(weights.TITLE, "same-title", (one.titles[name],)) for name in sorted(one.titles.keys() & other.titles.keys())]
    if one.actors and other.actors:
        evidence += [
            _Item(weights.ACTOR if len(name) < weights.LONG_NAME else weights.BODY, "same-name", (one.actors[name],))
            for name in sorted(one.actors)
            if any(same_name(name, there) for there in other.actors)
        ]
    if one.places and other.places:
        named = (name for name in sorted(one.places) if any(same_name(name, there) for there in other.places))
        evidence += [_Item(weights.PLACE, "same-name", (one.places[name],)) for name in named]
    return evidence


def _words(one: Features, other: Features) -> Evidence:
    shared = sorted((one.words.keys() & other.words.keys()) - one.named - other.named)
    if not shared:
        return []
    weight = sum(weights.PROPER if one.words[stem][0].isupper() and other.words[stem][0].isupper() else weights.WORD for stem in shared)
    return [_Item(weight, "same-words", tuple(one.words[stem] for stem in shared[:3]))]


def _family_names(one: Features, other: Features) -> Evidence:
    """Who is named in full here and by the family name alone there."""
    alone = {**family_names_alone(one, other), **family_names_alone(other, one)}
    return [_Item(weights.PROPER, "same-name", (alone[stem],)) for stem in sorted(alone)]


def _concepts(one: Features, other: Features) -> Evidence:
    shared = sorted(one.topics & other.topics) + sorted(one.acts & other.acts)
    aside = sorted((one.mentioned.keys() & other.mentioned.keys()) - (one.heads.keys() & other.heads.keys()))
    if not shared and not aside:
        return []
    times = weights.ACROSS if one.language != other.language else 1
    evidence = [_Item(weights.CONTENT_KIND * times, "both-mention", (name,)) for name in aside]
    if shared:
        evidence.append(_Item(weights.CONCEPT * times * len(shared), "both-about", tuple(shared[:3])))
    return evidence


def _capped(evidence: Evidence, most: float) -> Evidence:
    """Scale evidence of one sort down so that it does not weigh more than `most` together."""
    if not evidence:
        return evidence
    total = sum(item.weight for item in evidence)
    return evidence if total <= most else [_Item(item.weight * most / total, item.kind, item.about) for item in evidence]


def _against(one: Features, other: Features, *, other_place: bool) -> Evidence:
    """What speaks against one happening without excluding it: other places, other titles, nothing in common though both say much."""
    evidence: Evidence = []
    if other_place:
        evidence.append(_Item(weights.OTHER_PLACE, "other-place", (_first(one.places, one.sites), _first(other.places, other.sites))))
    personal = {name for name in one.heads.keys() & other.heads.keys() if one.heads[name].concept.personal}
    if personal and one.actors and other.actors and not any(same_name(a, b) for a in one.actors for b in other.actors):
        evidence.append(_Item(weights.OTHER_PERSON, "other-person", (_first(one.actors), _first(other.actors))))
    if one.titles and other.titles and not one.titles.keys() & other.titles.keys():
        evidence.append(_Item(weights.OTHER_TITLE, "other-title", (_first(one.titles), _first(other.titles))))
    rich = min(len(one.content), len(other.content)) >= weights.RICH
    if rich and one.language == other.language and not share_more_than_places(one, other):
        evidence.append(_Item(weights.NOTHING_SHARED, "nothing-shared"))
    return evidence


def _first(named: dict[Name, str], among: frozenset[Name] | Sequence[Name] = ()) -> str:
    return named[min(among or named)]
