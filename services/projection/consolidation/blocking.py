"""Which claims may be compared: keys that claims of one happening share, and neighbourhoods within a key.

Every key joins two things or more (a kind of happening and a day, an ordinal and a name, a number with its noun and a year), so that few
claims share it. Where many do, as for a happening that hundreds of documents tell of, each claim is compared with its nearest neighbours
in an order that depends on what claims say: the work for one claim stays bounded, and the pairs depend on the set of claims only, not on
their arrival.

Some keys are there for pairs of which one is vague: what two sharp claims could agree on has a sharper key of its own, so that under these
keys sharp claims pass each other by. Otherwise a denser history, with more of one kind in a year, would make every claim dearer.
"""

import math
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import NamedTuple

from shared.domain.dates import Edtf, civil
from shared.matching.compatibility import NEAR_RATIO
from shared.matching.features import Features
from shared.matching.readings import ContentKey
from shared.matching.spans import DAYS

REACH = 12
"""Neighbours on either side within a key."""

_MONTH, _YEARS, _YEAR = 31, 2, 366
_SLIP = 7
"""Days by which two claims that name particular days may miss each other, and yet be of one happening."""
_FIGURES = 8
"""Figures of one claim that are paired with each other."""

Key = tuple[object, ...]
Figure = tuple[str, str, str]
"""Attribute, unit and number."""


class Place(NamedTuple):
    """Where a claim stands within a key: by ordinals, places, day, then content. The id is its own, so that nothing after it orders.

    `sharp`: its date is a month or shorter. `timed`: its date is a few years at most.
    """

    ordinals: tuple[int, ...]
    places: tuple[str, ...]
    day: float
    content: ContentKey
    id: str
    sharp: bool
    timed: bool
    planned: bool


def place(claim: Features) -> Place:
    """Return the order of a claim within a key: claims of one happening come together."""
    ordinals = tuple(sorted(number for kind in claim.heads.values() for number in kind.ordinals))
    places = tuple(sorted("".join(name) for name in claim.places))
    day, days = (claim.date.earliest, claim.date.days) if claim.date else (math.inf, math.inf)
    return Place(ordinals, places, day, claim.key, claim.id, days <= _MONTH, days <= _YEARS * _YEAR, claim.planned)


def _one_is_blunt(one: Place, other: Place) -> bool:
    return not (one.sharp and other.sharp)


def _one_is_open(one: Place, other: Place) -> bool:
    """Whether the years say little of one of them, or one may be the plan of the other, which may come about in another year."""
    return not (one.timed and other.timed) or one.planned != other.planned


_MEETING: Mapping[object, Callable[[Place, Place], bool]] = {
    "kind-year": _one_is_blunt,
    "magnitude": _one_is_blunt,
    "ordinal": _one_is_open,
}
"""By the first word of a key, which pairs meet under it; under other keys, all do."""


def keys(claim: Features) -> frozenset[Key]:
    """Return the keys under which a claim is compared."""
    counted = figures(claim)
    return frozenset((*_dated(claim, counted), *_numbered(claim, counted), *_titled(claim), *_once(claim)))


def _strong(claim: Features) -> list[str]:
    """What tells a happening from others of its kind: names, titles and figures."""
    names = ["".join(name) for named in (claim.titles, claim.actors, claim.places) for name in named]
    return sorted({*names, *(str(number) for _, _, number in claim.numbers)})


def figures(claim: Features) -> list[Figure]:
    """Return attribute, unit and number of a claim's figures, in order."""
    return sorted((attribute, unit or "", str(number)) for attribute, unit, number in claim.numbers)


def _dated(claim: Features, counted: list[Figure]) -> Iterator[Key]:
    if claim.date is None:
        return
    date = claim.date
    years, decades, strongest = _years(date), _decades(date), _strong(claim)
    # A week later, too: what missed it by days may stand in the next month.
    months = {civil(int(day))[:2] for day in (date.earliest, date.latest, date.latest + _SLIP)} if date.days <= _MONTH else set()
    for kind in claim.heads:
        if date.days <= DAYS:
            yield from (("kind-day", kind, day) for day in {date.earliest, date.latest})
        yield from (("kind-month", kind, *month) for month in months)
        yield from (("kind-year", kind, year) for year in years)
        yield from (("kind-decade", kind, decade, strong) for decade in decades for strong in strongest)
    if date.days <= DAYS:
        yield from (("day", day, word) for day in {date.earliest, date.latest} for word in claim.content | claim.topics | claim.acts)
        yield from (
            ("counted", attribute, unit, day) for day in {date.earliest, date.latest} for attribute, unit in {n[:2] for n in counted}
        )
    yield from (("place-month", "".join(name), *month) for name in claim.places for month in months)
    yield from (("name-year", "".join(name), year) for named in (claim.titles, claim.actors) for name in named for year in years)
    yield from (("magnitude", *about, year) for about in _magnitudes(claim) for year in years)
    yield from (("made", made, year) for made in claim.made for year in years)
    yield from (("number", *number, year) for number in counted for year in years)


def _numbered(claim: Features, counted: list[Figure]) -> Iterator[Key]:
    """Keys without a date: claims that give none, or dispute it, share ordinals, names or figures."""
    for name, kind in claim.heads.items():
        if kind.ordinals:
            yield from (("ordinal", name, tuple(sorted(kind.ordinals)), word) for word in claim.content | claim.topics)
        yield from (("kind-number", name, *number) for number in counted)
    yield from (("numbers", *pair) for pair in combinations(counted[:_FIGURES], 2))


def _titled(claim: Features) -> Iterator[Key]:
    for title in claim.titles:
        yield from (("title", title, kind) for kind in claim.heads)
        yield from (("title-year", title, year) for year in (_years(claim.date) if claim.date else ()))


def _once(claim: Features) -> Iterator[Key]:
    """Keys of what happens only once, whatever dates it is given: to a person, by his last name, or to an institution."""
    suffered = [name for name, kind in claim.heads.items() if kind.concept.once]
    for actor in claim.actors:
        yield from (("once", kind, actor[-1]) for kind in suffered)
        yield from (("once", made, "".join(actor)) for made in claim.made)


def _magnitudes(claim: Features) -> set[tuple[str, str, int]]:
    """Attribute, unit and magnitude of a claim's figures: two that come near enough to tell have a magnitude in common."""
    found: set[tuple[str, str, int]] = set()
    for attribute, unit, number in claim.numbers:
        if number > 0:
            magnitude = math.floor(-math.log(number) / _STEP)
            found.update(((attribute, unit or "", magnitude), (attribute, unit or "", magnitude + 1)))
    return found


_STEP = math.log(NEAR_RATIO)


def _years(date: Edtf) -> list[int]:
    if date.days > _YEARS * _YEAR:
        return []
    return list(range(civil(int(date.earliest))[0], civil(int(date.latest))[0] + 1))


def _decades(date: Edtf) -> list[int]:
    ends = [civil(int(day))[0] // 10 for day in (date.earliest, date.latest) if abs(day) != float("inf")]
    return sorted(set(ends))


@dataclass
class Blocks:
    """All claims under their keys; tells who became, or is no longer, comparable to whom."""

    _members: dict[Key, list[Place]] = field(default_factory=dict)
    _keys: dict[str, tuple[Key, ...]] = field(default_factory=dict)
    _places: dict[str, Place] = field(default_factory=dict)

    def add(self, claim: Features) -> tuple[set[str], set[tuple[str, str]]]:
        """Enter a claim; return the claims it is to be compared with, and the pairs that it pushed out of each other's reach under a key.

        Such a pair may still be comparable under another one.
        """
        where = place(claim)
        self._places[claim.id], self._keys[claim.id] = where, tuple(keys(claim))
        near: set[str] = set()
        parted: set[tuple[str, str]] = set()
        for key in self._keys[claim.id]:
            members = self._members.get(key)
            if members is None:
                self._members[key] = [where]
                continue
            at = bisect_left(members, where)
            before, after = members[max(0, at - REACH) : at], members[at : at + REACH]
            meets = _MEETING.get(key[0])
            if meets is None:
                near.update([member.id for member in before], [member.id for member in after])
            else:
                near.update([member.id for member in (*before, *after) if meets(where, member)])
            if len(before) + len(after) > REACH:
                parted.update(_far_ends(before, after))
            members.insert(at, where)
        return near, parted

    def remove(self, claim_id: str) -> set[tuple[str, str]]:
        """Take a claim out; return the pairs that came into each other's reach."""
        where = self._places.pop(claim_id)
        joined: set[tuple[str, str]] = set()
        for key in self._keys.pop(claim_id):
            members = self._members[key]
            at = bisect_left(members, where)
            del members[at]
            joined.update(_far_ends(members[max(0, at - REACH) : at], members[at : at + REACH]))
            if not members:
                del self._members[key]
        return {pair for pair in joined if self.comparable(*pair)}

    def comparable(self, one: str, other: str) -> bool:
        """Whether two claims stand within reach of each other under any key."""
        where, there = self._places[one], self._places[other]
        return any(
            ((meets := _MEETING.get(key[0])) is None or meets(where, there))
            and abs(bisect_left(self._members[key], where) - bisect_left(self._members[key], there)) <= REACH
            for key in set(self._keys[one]).intersection(self._keys[other])
        )


def _far_ends(before: list[Place], after: list[Place]) -> Iterator[tuple[str, str]]:
    """The pairs around a claim that are just within each other's reach without it."""
    return ((one.id, other.id) for distance, one in enumerate(reversed(before)) for other in after[REACH - 1 - distance : REACH - distance])
