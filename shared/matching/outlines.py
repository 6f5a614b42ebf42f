"""Claims in outline: so little of each that it can stay at hand for all, and enough to tell most pairs apart.

Of the claims that a claim may be compared with, few are of its happening. An outline has a hash of everything in which two claims could
agree, and gives a score that they cannot exceed, whatever else they say: where that is below the threshold, `compatibility.link` does not
link them either. A hash that two things share by chance only lets a pair through.
"""

import math
from array import array
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple
from zlib import crc32

from shared.lexicon.folding import STEM
from shared.lexicon.places import areas_around
from shared.matching import weights
from shared.matching.features import CEREMONY, LASTING, Features, Name
from shared.matching.figures import figures, magnitudes
from shared.matching.spans import DAYS

_BITS = 5
_SORT = (1 << _BITS) - 1
"""What a hash stands for: its lowest bits."""

_KIND, _PERSONAL, _FAMILY, _NUMBERED, _ORDINALS, _ORDINAL, _EPITHET, _TITLE = range(8)
_NUMBER, _MAGNITUDE, _MADE, _CONCEPT, _ASIDE, _HEAD, _WORD, _PROPER = range(8, 16)
_SURNAME, _SURNAME_OF_BODY, _FORENAME, _FORENAME_OF_BODY, _PLACE, _PLACE_WORD, _AREA, _AROUND = range(16, 24)
"""The sorts. `_ASIDE` and `_HEAD` are kinds that are mentioned, `_HEAD` those that the claim is about.

Two names that are the same, as `compatibility` sees it, have the last word of one of them in common: `_SURNAME` and `_PLACE` are last
words, `_FORENAME` and `_PLACE_WORD` those before. What weighs more in the name of a body, or in capitals, stands apart.
"""

_DATED, _BLURRED, _PLANNED, _SITED, _CEREMONY, _LASTING = (1 << bit for bit in range(24, 30))
_HEADED, _TITLED = 1 << _KIND, 1 << _TITLE
_ACTED = 1 << _SURNAME | 1 << _SURNAME_OF_BODY


class Outline(NamedTuple):
    """What a claim tells of, hashed.

    `hashes` are of 32 bits each, with their sort in the lowest. `has` is a set of bits: the sorts that there are, and what the date is.
    `earliest` and `latest` are its days, without end where there is none.
    """

    hashes: "array[int]"
    has: int
    earliest: float
    latest: float
    language: str
    document: str


def outline(claim: Features) -> Outline:
    """Return the outline of a claim."""
    date = claim.date
    has = (_DATED if date else 0) | (_BLURRED if date and date.blurred else 0)
    has |= (_PLANNED if claim.planned else 0) | (_SITED if claim.sites else 0)
    has |= _CEREMONY if CEREMONY in claim.heads else 0
    has |= _LASTING if any(kind.concept.kind_class in LASTING for kind in claim.heads.values()) else 0
    hashes = []
    for sort, said in _told(claim):
        hashes.append(_hashed(sort, said))
        has |= 1 << sort
    earliest, latest = (date.earliest, date.latest) if date else (-math.inf, math.inf)
    # In an order that is the same in every process, where sets have orders of their own.
    return Outline(array("I", sorted(hashes)), has, earliest, latest, claim.language, claim.document)


class Screen:
    """Tells which claims a claim may be linked with, by their outlines."""

    def __init__(self, claim: Features) -> None:
        self.outline = outline(claim)
        weighs: dict[int, float] = defaultdict(float)
        for sort, said, weight in _weighed(claim):
            weighs[_hashed(sort, said)] += weight
        self._weighs = dict(weighs)

    def lets_through(self, other: Outline) -> bool:
        """Whether `link` may link the claim with another one. Where one continues the other, that outweighs all; this does not see it."""
        here, weighs = self.outline, self._weighs
        matched = [hashed for hashed in other.hashes if hashed in weighs]
        if not matched:
            return False  # dates alone never link
        same_document = here.document == other.document
        apart = other.latest < here.earliest or here.latest < other.earliest
        sharp = apart and not (here.has | other.has) & _BLURRED
        if sharp and same_document:
            return False
        agree = [0.0] * (_SORT + 1)
        for hashed in matched:
            agree[hashed & _SORT] += weighs[hashed]
        if agree[_NUMBERED] > agree[_ORDINALS] or (sharp and not _disputable(here, other, agree)):
            return False
        both = here.has & other.has
        elsewhere = both & _SITED and not agree[_PLACE] + agree[_PLACE_WORD] + agree[_AREA] + agree[_AROUND]
        if elsewhere:
            agree[_ORDINAL] = 0.0
        most = _dates(here, other, apart=apart, sharp=sharp) + _kinds(here, other, agree) + _names(agree, both)
        most += weights.OTHER_PLACE if elsewhere else 0.0
        most += min(weights.NUMBERS_AT_MOST, agree[_NUMBER]) + min(weights.MADE, agree[_MADE])
        if not same_document:
            most += min(weights.NEAR_COUNTS_AT_MOST, agree[_MAGNITUDE])
        elif both & _DATED and min(_days(here), _days(other)) > weights.MONTH:
            most += weights.TOLD_TWICE
        most += min(weights.WORDS_AT_MOST, agree[_WORD] + agree[_PROPER])
        if here.language == other.language:
            most += min(weights.CONCEPTS_AT_MOST, agree[_CONCEPT] + agree[_ASIDE] + agree[_HEAD])
        else:
            most += min(weights.CONCEPTS_ACROSS_AT_MOST, weights.ACROSS * (agree[_CONCEPT] + agree[_ASIDE] + agree[_HEAD]))
        if both & _PLANNED:
            most += weights.BOTH_PLANNED
        return most >= weights.THRESHOLD - weights.ROUNDING


def _days(one: Outline) -> float:
    return one.latest - one.earliest + 1


def _gap(one: Outline, other: Outline) -> float:
    return max(one.earliest, other.earliest) - min(one.latest, other.latest)


def _near(one: Outline, other: Outline) -> bool:
    return _gap(one, other) <= weights.NEARBY_DAYS and max(_days(one), _days(other)) <= DAYS


def _disputable(one: Outline, other: Outline, agree: list[float]) -> bool:
    """Whether two claims whose dates contradict each other may be of one happening all the same."""
    if agree[_NUMBER] >= weights.COUNTS_ALONE * weights.NUMBER:
        return True
    if not agree[_KIND]:
        return False
    if _near(one, other) or _people(agree):
        return True
    if agree[_ORDINAL]:
        return bool(agree[_NUMBER]) or (one.has ^ other.has) & _PLANNED != 0 or _gap(one, other) <= weights.CLOSE_DAYS
    return bool(agree[_NUMBER] and agree[_TITLE])


def _dates(one: Outline, other: Outline, *, apart: bool, sharp: bool) -> float:
    if not one.has & other.has & _DATED:
        return weights.UNDATED
    if sharp:
        return weights.NEARBY_SINGULAR if _near(one, other) else weights.ONCE
    if (one.earliest, one.latest) == (other.earliest, other.latest):
        return weights.SAME_DAYS if _days(one) <= DAYS else weights.of_same_span(_days(one), two_ends=True)
    within = weights.of_span_within(max(_days(one), _days(other)))
    return max(within, weights.NEARBY_SINGULAR) if apart else within


def _kinds(one: Outline, other: Outline, agree: list[float]) -> float:
    if agree[_KIND]:
        return agree[_KIND] + agree[_EPITHET] + agree[_ORDINAL]
    ceremony = (one.has & _CEREMONY and other.has & _LASTING) or (other.has & _CEREMONY and one.has & _LASTING)
    return agree[_FAMILY] or (weights.OTHER_KIND if one.has & other.has & _HEADED and not ceremony else 0.0)


def _people(agree: list[float]) -> float:
    return agree[_SURNAME] + agree[_SURNAME_OF_BODY] + agree[_FORENAME] + agree[_FORENAME_OF_BODY]


def _names(agree: list[float], both: int) -> float:
    people, places = _people(agree), agree[_PLACE] + agree[_PLACE_WORD]
    weight = min(weights.NAMES_AT_MOST, agree[_TITLE] + people + places)
    if not people and agree[_PERSONAL] and both & _ACTED:
        weight += weights.OTHER_PERSON
    if not agree[_TITLE] and both & _TITLED:
        weight += weights.OTHER_TITLE
    return weight


def _told(claim: Features) -> Iterator[tuple[int, str]]:
    """What a claim can share with others, by its sort."""
    for name, kind in claim.heads.items():
        yield _KIND, name
        yield _HEAD, name
        if kind.concept.personal:
            yield _PERSONAL, name
        yield from ((_FAMILY, family) for family in kind.concept.families)
        yield from ((_EPITHET, f"{name} {epithet}") for epithet in kind.epithets)
        if kind.ordinals:
            yield _NUMBERED, name
            yield _ORDINALS, f"{name} {sorted(kind.ordinals)}"
            yield from ((_ORDINAL, f"{name} {ordinal}") for ordinal in kind.ordinals)
    yield from ((_ASIDE, name) for name in claim.mentioned if name not in claim.heads)
    yield from ((_CONCEPT, name) for name in (*claim.topics, *claim.acts))
    yield from ((_TITLE, " ".join(title)) for title in claim.titles)
    for actor in claim.actors:
        body = _is_body(actor)
        yield (_SURNAME_OF_BODY if body else _SURNAME), actor[-1]
        yield from ((_FORENAME_OF_BODY if body else _FORENAME, word) for word in actor[:-1])
        yield _PROPER, actor[-1][:STEM]  # who is named in full here may be named alone there
    for place, shown in claim.places.items():
        yield _PLACE, place[-1]
        yield from ((_PLACE_WORD, word) for word in place[:-1])
        yield _AREA, shown
        yield from ((_AROUND, area) for area in areas_around(shown))
    yield from ((_PROPER if shown[0].isupper() else _WORD, stem) for stem, shown in claim.words.items() if stem not in claim.named)
    yield from ((_NUMBER, " ".join(figure)) for figure in figures(claim))
    yield from ((_MAGNITUDE, f"{attribute} {unit} {size}") for attribute, unit, size in magnitudes(claim))
    yield from ((_MADE, made) for made in claim.made)


def _weighed(claim: Features) -> Iterator[tuple[int, str, float]]:
    """What others can share with a claim, in each form in which they may have it, and what it weighs then at most."""
    for sort, said in dict.fromkeys(_told(claim)):
        if sort in _WEIGHTS:
            yield sort, said, _WEIGHTS[sort]
    yield from ((_NUMBER, " ".join(figure), weights.of_count(figure[2])) for figure in figures(claim))
    for name, kind in claim.heads.items():
        yield _KIND, name, kind.concept.weight
        yield _ASIDE, name, weights.CONTENT_KIND
        yield from ((_FAMILY, family, kind.concept.weight * weights.KIN) for family in kind.concept.families)
    yield from ((_HEAD, name, weights.CONTENT_KIND) for name in claim.mentioned if name not in claim.heads)
    for actor in claim.actors:
        weight = weights.BODY if _is_body(actor) else weights.ACTOR
        for word in actor:
            yield _SURNAME, word, weight
            yield _SURNAME_OF_BODY, word, weights.BODY
        yield _PROPER, actor[-1][:STEM], weights.PROPER
        yield _FORENAME, actor[-1], weight
        yield _FORENAME_OF_BODY, actor[-1], weights.BODY
    for place, shown in claim.places.items():
        yield from ((_PLACE, word, weights.PLACE) for word in place)
        yield _PLACE_WORD, place[-1], weights.PLACE
        yield _AROUND, shown, 1.0
        yield from ((_AREA, area, 1.0) for area in areas_around(shown))
    for stem, shown in claim.words.items():
        yield _WORD, stem, weights.WORD
        yield _PROPER, stem, weights.PROPER if shown[0].isupper() else weights.WORD


_WEIGHTS = {
    _PERSONAL: 1.0,
    _NUMBERED: 1.0,
    _ORDINALS: 1.0,
    _ORDINAL: weights.SAME_ORDINAL,
    _EPITHET: weights.SAME_EPITHET,
    _TITLE: weights.TITLE,
    _ASIDE: weights.CONTENT_KIND,
    _CONCEPT: weights.CONCEPT,
    _MAGNITUDE: weights.NEAR,
    _MADE: weights.MADE,
}
"""What weighs the same in every form; of some it is only asked whether they agree."""


def _is_body(name: Name) -> bool:
    return len(name) >= weights.LONG_NAME


def _hashed(sort: int, said: str) -> int:
    return crc32(said.encode()) & ~_SORT | sort
