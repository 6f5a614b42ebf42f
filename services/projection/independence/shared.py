"""All sentences that documents of different sources share, found as the documents come in.

The work for a sentence does not grow with what is known already: sentences of the same words are one *wording*, and a run of words that
stands in too many wordings to tell anything is no longer followed. What is found depends on the documents, not on the order in which they
came; only the names of wordings do, as a wording is known by the place where it was first recorded.
"""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import NamedTuple

from services.projection.independence.wordings import Wording, likeness_to

COMMONPLACE = 32
"""A run that is among the smallest of so many wordings is a commonplace: it says nothing of who took from whom."""


class Place(NamedTuple):
    """Where a sentence begins."""

    document_id: str
    start: int


class SharedSentence(NamedTuple):
    """A sentence that stands in another source, too, and the place that its wording is known by."""

    at: Place
    end: int
    wording: Place


@dataclass(frozen=True, slots=True)
class SharedDelta:
    """What changed since the last look: sentences that are shared now or no longer, and wordings that resemble each other now or no longer.

    `like` and `unlike` hold either direction.
    """

    shared: tuple[SharedSentence, ...] = ()
    unshared: tuple[Place, ...] = ()
    like: tuple[tuple[Place, Place], ...] = ()
    unlike: tuple[tuple[Place, Place], ...] = ()


@dataclass(slots=True, eq=False)
class _Known:
    """A wording with every place where it stands, and its first source. `near` are the wordings that resemble it."""

    wording: Wording
    name: Place
    source: str
    places: list[tuple[Place, int]] = field(default_factory=list)
    elsewhere: bool = False
    """Whether it stands in another source, too"""
    near: AbstractSet["_Known"] = frozenset()
    listed: int = 0
    """How many of the places readers know as shared"""

    @property
    def is_shared(self) -> bool:
        """Whether it stands, or one that resembles it does, in more than one source."""
        return self.elsewhere or any(other.elsewhere or other.source != self.source for other in self.near)

    def find(self, other: "_Known") -> None:
        self.near |= {other}

    def part(self, other: "_Known") -> None:
        self.near -= {other}


class SharedSentences:
    """The sentences of all documents that could be read, by their wordings."""

    def __init__(self) -> None:
        self._known: dict[bytes, _Known] = {}
        self._following: dict[int, _Known | list[_Known] | None] = {}
        """Run -> the wordings that have it among their smallest, most often one; None for a commonplace"""
        self._like: dict[tuple[Place, Place], bool] = {}
        self._listing: dict[Place, SharedSentence | None] = {}

    def add(self, source_id: str, document_id: str, found: Iterable[tuple[int, int, Wording]]) -> None:
        """Take in the sentences of a document, given as start, end and wording."""
        for start, end, wording in found:
            place = Place(document_id, start)
            known = self._known.get(wording.mark)
            if known is None:
                known = self._known[wording.mark] = _Known(wording, place, source_id)
                self._follow(known)
            known.places.append((place, end))
            known.elsewhere = known.elsewhere or known.source != source_id
            self._list(known)
            for other in known.near:
                self._list(other)

    def flush(self) -> SharedDelta:
        """Return what changed since the last time."""
        listed = [(place, row) for place, row in self._listing.items()]
        pairs = self._like.items()
        delta = SharedDelta(
            shared=tuple(row for _, row in listed if row is not None),
            unshared=tuple(place for place, row in listed if row is None),
            like=tuple(pair for pair, like in pairs if like),
            unlike=tuple(pair for pair, like in pairs if not like),
        )
        self._listing, self._like = {}, {}
        return delta

    def _follow(self, known: _Known) -> None:
        """Find the wordings that resemble a new one, and let it be found by those to come."""
        runs = set(known.wording.runs)
        for other in self._candidates(known):
            if likeness_to(runs, other.wording):
                known.find(other)
                other.find(known)
                self._pair(known, other, like=True)
        for run in known.wording.sketch:
            if run not in self._following:
                self._following[run] = known
                continue
            following = self._following[run]
            if following is None:
                continue
            if isinstance(following, _Known):
                following = self._following[run] = [following]
            following.append(known)
            if len(following) > COMMONPLACE:
                self._following[run] = None
                self._forget(set(following))

    def _candidates(self, known: _Known) -> set[_Known]:
        found: set[_Known] = set()
        for run in known.wording.sketch:
            following = self._following.get(run)
            if following is not None:
                found.update([following] if isinstance(following, _Known) else following)
        return found

    def _forget(self, following: AbstractSet[_Known]) -> None:
        """Part the wordings that were found to resemble each other by a run that turned out to be a commonplace, and by no other."""
        for one in following:
            for other in [other for other in one.near if other in following and not self._share_a_run(one, other)]:
                one.part(other)
                other.part(one)
                self._pair(one, other, like=False)
        for one in following:
            self._list(one)

    def _share_a_run(self, one: _Known, other: _Known) -> bool:
        common = set(one.wording.sketch).intersection(other.wording.sketch)
        return any(self._following[run] is not None for run in common if run in self._following)

    def _pair(self, one: _Known, other: _Known, *, like: bool) -> None:
        for pair in ((one.name, other.name), (other.name, one.name)):
            if self._like.get(pair) is (not like):
                del self._like[pair]  # it came and went between two looks
            else:
                self._like[pair] = like

    def _list(self, known: _Known) -> None:
        """Bring what readers know of a wording's places up to date."""
        if known.is_shared:
            for place, end in known.places[known.listed :]:
                self._show(place, SharedSentence(place, end, known.name))
            known.listed = len(known.places)
        elif known.listed:
            for place, _ in known.places[: known.listed]:
                self._show(place, None)
            known.listed = 0

    def _show(self, place: Place, row: SharedSentence | None) -> None:
        pending = self._listing.get(place, row)
        if (pending is None) is (row is None):
            self._listing[place] = row
        else:
            del self._listing[place]  # it came and went between two looks

    def resembling(self) -> Iterator[tuple[Wording, Wording]]:
        """Iterate over all pairs of wordings that resemble each other, each once."""
        for known in self._known.values():
            for other in known.near:
                if known.wording.mark < other.wording.mark:
                    yield known.wording, other.wording
