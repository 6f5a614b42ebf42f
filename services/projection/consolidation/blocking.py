"""Which claims may be compared: keys that claims of one happening share, and neighbourhoods within a key.

Every key joins two things or more (a kind of happening and a day, an ordinal and a name, a number with its noun and a year), so that few
claims share it. Where many do, as for a happening that hundreds of documents tell of, each claim is compared with its nearest neighbours
in an order that depends on what claims say: the work for one claim stays bounded, and the pairs depend on the set of claims only, not on
their arrival.

Some keys are there for pairs of which one is vague: what two sharp claims could agree on has a sharper key of its own, so that under these
keys sharp claims pass each other by, and so do claims of what took place elsewhere. Otherwise a denser history, with more of one kind in a
month, would make every claim dearer.
"""

import math
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b
from itertools import combinations
from typing import NamedTuple
from zlib import crc32

from shared.domain.dates import Edtf, civil
from shared.lexicon.places import areas_around
from shared.matching.features import Features
from shared.matching.figures import Figure, figures, magnitudes
from shared.matching.spans import DAYS

REACH = 12
"""Neighbours on either side within a key."""

_MONTH, _YEARS, _YEAR = 31, 2, 366
_SLIP = 7
"""Days by which two claims that name particular days may miss each other, and yet be of one happening."""
_FIGURES = 8
"""Figures of one claim that are paired with each other."""

Key = int
"""64 bits of a hash of what a key says; the lowest three of them say which pairs meet under it."""
Said = tuple[object, ...]
"""What a key says: its sort first."""


class Place(NamedTuple):
    """Where a claim stands within a key. The id is its own, so that nothing after it orders.

    `order`: by ordinals, places, day, then content, as bytes that sort so; what stands in no order of its own is a hash, which brings the
    same together as well. `sharp`: its date is a month or shorter. `timed`: its date is a few years at most. `headed`: it says of what kind
    the happening was. `sites` and `around`: where it took place and what that lies in, as bits of hashes; none where it does not say.
    """

    order: bytes
    id: str
    sharp: bool
    timed: bool
    planned: bool
    headed: bool
    sites: int
    around: int


def place(claim: Features) -> Place:
    """Return the order of a claim within a key: claims of one happening come together."""
    ordinals = sorted(number for kind in claim.heads.values() for number in kind.ordinals)
    places = sorted("".join(name) for name in claim.places)
    day, days = (claim.date.earliest, claim.date.days) if claim.date else (math.inf, math.inf)
    order = (
        _hashed(ordinals, 4),
        _hashed(places, 6),
        _LAST_DAY if day == math.inf else _FIRST_DAY if day == -math.inf else int(day + _ERA).to_bytes(6, "big"),
        _hashed(claim.key, 12),
    )
    sites = [part for name, shown in claim.places.items() for part in (*name, shown)] if claim.sites else []
    around = [area for shown in claim.places.values() for area in areas_around(shown)] if claim.sites else []
    sharp, timed = days <= _MONTH, days <= _YEARS * _YEAR
    return Place(b"".join(order), claim.id, sharp, timed, claim.planned, bool(claim.heads), _bits(sites), _bits(around))


_ERA = 1 << 46
"""Moves the days before the era into the positive numbers: EDTF knows years of nine figures."""
_FIRST_DAY, _LAST_DAY = bytes(6), b"\xff" * 6


def _hashed(said: Sequence[object], size: int) -> bytes:
    return blake2b("\0".join(map(str, said)).encode(), digest_size=size).digest() if said else bytes(size)


def _bits(said: Sequence[str]) -> int:
    found = 0
    for word in said:
        found |= 1 << crc32(word.encode()) % _SITE_BITS
    return found


_SITE_BITS = 61


def of_one_place(one: Place, other: Place) -> bool:
    """Whether they may be of one place: unless both say where, and `compatibility` cannot but find that these are other places."""
    if not one.sites or not other.sites:
        return True
    return bool(one.sites & (other.sites | other.around) or one.around & other.sites)  # bits in common by chance let a pair through


def _one_is_blunt(one: Place, other: Place) -> bool:
    return not (one.sharp and other.sharp) and of_one_place(one, other)


def _one_is_open(one: Place, other: Place) -> bool:
    """Whether the years say little of one of them, or one may be the plan of the other, which may come about in another year."""
    return (not (one.timed and other.timed) or one.planned != other.planned) and of_one_place(one, other)


def _one_says_little(one: Place, other: Place) -> bool:
    """Whether one of them is blunt, and one, which may be the other one, says no kind."""
    return not (one.headed and other.headed) and _one_is_blunt(one, other)


_MEETING: Sequence[Callable[[Place, Place], bool] | None] = (None, _one_is_blunt, _one_is_open, _one_says_little, of_one_place)
"""Which pairs meet under a key; None: all."""
_SORT = 7
_SORTS = {"kind-year": 1, "kind-magnitude": 1, "ordinal": 2, "magnitude": 3, "kind-month": 4}
"""Sorts of keys under which not all pairs meet."""


def keys(claim: Features) -> Iterator[Key]:
    """Iterate over the keys under which a claim is compared."""
    for said in sayings(claim):
        yield int.from_bytes(_hashed(said, 8)) & ~_SORT | _SORTS.get(str(said[0]), 0)


def sayings(claim: Features) -> frozenset[Said]:
    """Return what the keys of a claim say."""
    counted = figures(claim)
    return frozenset((*_dated(claim, counted), *_numbered(claim, counted), *_titled(claim), *_once(claim)))


def _strong(claim: Features) -> list[str]:
    """What tells a happening from others of its kind: names, titles and figures."""
    names = ["".join(name) for named in (claim.titles, claim.actors, claim.places) for name in named]
    return sorted({*names, *(str(number) for _, _, number in claim.numbers)})


def _dated(claim: Features, counted: list[Figure]) -> Iterator[Said]:
    if claim.date is None:
        return
    date = claim.date
    years, decades, strongest = _years(date), _decades(date), _strong(claim)
    ends, nouns = {date.earliest, date.latest}, {figure[:2] for figure in counted}
    # A week later, too: what missed it by days may stand in the next month.
    months = {civil(int(day))[:2] for day in (date.earliest, date.latest, date.latest + _SLIP)} if date.days <= _MONTH else set()
    for kind in claim.heads:
        if date.days <= DAYS:
            yield from (("kind-day", kind, day) for day in ends)
        yield from (("kind-month", kind, *month) for month in months)
        yield from (("kind-year", kind, year) for year in years)
        yield from (("kind-decade", kind, decade, strong) for decade in decades for strong in strongest)
    if date.days <= DAYS:
        yield from (("day", day, word) for day in ends for word in claim.content | claim.topics | claim.acts)
        yield from (("counted", *noun, day) for day in ends for noun in nouns)
    yield from (("place-month", "".join(name), *month) for name in claim.places for month in months)
    yield from (("name-year", "".join(name), year) for named in (claim.titles, claim.actors) for name in named for year in years)
    sizes = [(*about, year) for about in set(magnitudes(claim)) for year in years]
    yield from (("magnitude", *size) for size in sizes)
    yield from (("kind-magnitude", kind, *size) for kind in _akin(claim) for size in sizes)
    yield from (("made", made, year) for made in claim.made for year in years)
    yield from (("number", *number, year) for number in counted for year in years)


def _akin(claim: Features) -> set[str]:
    """The kinds of a claim, and the families that other kinds are of, too."""
    return set(claim.heads).union(*(kind.concept.families for kind in claim.heads.values()))


def _numbered(claim: Features, counted: list[Figure]) -> Iterator[Said]:
    """Keys without a date: claims that give none, or dispute it, share ordinals, names or figures."""
    for name, kind in claim.heads.items():
        if kind.ordinals:
            yield from (("ordinal", name, tuple(sorted(kind.ordinals)), word) for word in claim.content | claim.topics)
        yield from (("kind-number", name, *number) for number in counted)
    yield from (("numbers", *pair) for pair in combinations(counted[:_FIGURES], 2))


def _titled(claim: Features) -> Iterator[Said]:
    for title in claim.titles:
        yield from (("title", title, kind) for kind in claim.heads)
        yield from (("title-year", title, year) for year in (_years(claim.date) if claim.date else ()))


def _once(claim: Features) -> Iterator[Said]:
    """Keys of what happens only once, whatever dates it is given: to a person, by his last name, or to an institution."""
    suffered = [name for name, kind in claim.heads.items() if kind.concept.once]
    for actor in claim.actors:
        yield from (("once", kind, actor[-1]) for kind in suffered)
        yield from (("once", made, "".join(actor)) for made in claim.made)


def _years(date: Edtf) -> list[int]:
    if date.days > _YEARS * _YEAR:
        return []
    return list(range(civil(int(date.earliest))[0], civil(int(date.latest))[0] + 1))


def _decades(date: Edtf) -> list[int]:
    ends = [civil(int(day))[0] // 10 for day in (date.earliest, date.latest) if abs(day) != float("inf")]
    return sorted(set(ends))


class Blocks:
    """All claims under their keys; tells who became, or is no longer, comparable to whom."""

    def __init__(self) -> None:
        self._members: dict[Key, Place | list[Place]] = {}
        """In order; a claim that is alone stands for itself, as most do"""
        self._keys: dict[str, array[int]] = {}
        self._places: dict[str, Place] = {}

    def __contains__(self, claim_id: object) -> bool:
        return claim_id in self._places

    def add(self, claim: Features) -> tuple[set[str], list[tuple[Place, Place]]]:
        """Enter a claim; return the claims it is to be compared with, and the pairs that it pushed out of each other's reach under a key.

        Such a pair may still be comparable under another one, and may be told more than once.
        """
        where = place(claim)
        found = array("Q", sorted(keys(claim)))  # the same in every process, where sets have orders of their own
        self._places[claim.id], self._keys[claim.id] = where, found
        near: set[str] = set()
        parted: list[tuple[Place, Place]] = []
        for key in found:
            if key not in self._members:
                self._members[key] = where
                continue
            members = self._under(key)
            at = bisect_left(members, where)
            before, after = members[max(0, at - REACH) : at], members[at : at + REACH]
            meets = _MEETING[key & _SORT]
            near.update([member.id for member in (*before, *after) if meets is None or meets(where, member)])
            parted += _far_ends(before, after)
            members.insert(at, where)
        return near, parted

    def kept(self, claim_id: str) -> tuple[Place, "array[int]"]:
        """Return the place of a claim and its keys."""
        return self._places[claim_id], self._keys[claim_id]

    def restore(self, where: Place, found: "array[int]") -> None:
        """Enter a claim again that was compared already. After the last of them, `restored` has to follow."""
        self._places[where.id], self._keys[where.id] = where, found
        for key in found:
            members = self._members.get(key)
            if members is None:
                self._members[key] = where
            elif isinstance(members, Place):
                self._members[key] = [members, where]
            else:
                members.append(where)

    def restored(self) -> None:
        """Put what was entered again in order: at once, which takes a fraction of finding its place for each."""
        for members in self._members.values():
            if not isinstance(members, Place):
                members.sort()

    def _under(self, key: Key) -> list[Place]:
        members = self._members[key]
        if isinstance(members, Place):
            members = self._members[key] = [members]
        return members

    def remove(self, claim_id: str) -> set[tuple[str, str]]:
        """Take a claim out; return the pairs that came into each other's reach."""
        where = self._places.pop(claim_id)
        joined: set[tuple[Place, Place]] = set()
        for key in self._keys.pop(claim_id):
            members = self._under(key)
            at = bisect_left(members, where)
            del members[at]
            joined.update(_far_ends(members[max(0, at - REACH) : at], members[at : at + REACH]))
            if not members:
                del self._members[key]
        return {(one.id, other.id) for one, other in joined if self.comparable(one.id, other.id)}

    def comparable(self, one: str, other: str) -> bool:
        """Whether two claims stand within reach of each other under any key."""
        where, there = self._places[one], self._places[other]
        return any(
            ((meets := _MEETING[key & _SORT]) is None or meets(where, there))
            and abs(bisect_left(self._under(key), where) - bisect_left(self._under(key), there)) <= REACH
            for key in set(self._keys[one]).intersection(self._keys[other])
        )


def _far_ends(before: list[Place], after: list[Place]) -> Iterator[tuple[Place, Place]]:
    """The pairs around a claim that are just within each other's reach without it."""
    return zip(before, after[REACH - len(before) :], strict=False)
