"""Facets: how many of the entries that are asked for have which source, place, actor, year and status.

Codes say nothing of what they stand for. A name is found where it was first said: in the first version of an entry that had it.
"""

from collections.abc import Iterator, Mapping

from sqlmodel import col, select

from services.query import reader
from services.query.entries import Filters, find_versions
from services.query.orders import check_listed
from services.query.search_schemas import FacetsView, FacetValue, StatusCount
from services.query.shelf import Asked, Counted, Shelves
from services.query.snapshot import Snapshot, being_erased
from shared.domain.chronology import Entry
from shared.domain.listing import BITS, FACETS, Facet, facet_code, year_of
from shared.lexicon.searching import actor_key, place_key
from shared.store.read_model import ListingRow
from shared.store.search_tokens import ACTOR, PLACE, SOURCE

TOP, MAX_TOP = 10, 100
"""How many things of each kind are told of, unless asked otherwise, and at most."""


def facets(snapshot: Snapshot, shelves: Shelves, filters: Filters, top: int = TOP) -> FacetsView:
    """Count what the entries have that are asked for.

    Raises `Busy` while an erasure is under way: what is counted may be named after a document that is gone.
    """
    if snapshot.erasing:
        raise being_erased()
    if not snapshot.generation:
        return FacetsView(revision=snapshot.revision, total=0, disputed=0, status=(), source=(), place=(), actor=(), year=())
    search = filters.search(snapshot.key)
    counted = shelves.count(snapshot, Asked(search.whole(snapshot.key), search.bounds), top)
    if not counted.total:
        check_listed(snapshot)
    _name(snapshot, counted)
    values = {facet: _values(counted, facet) for facet in FACETS}
    status = tuple(StatusCount(value=status, count=count) for status, count in counted.statuses.items())
    return FacetsView(revision=snapshot.revision, total=counted.total, disputed=counted.disputed, status=status, **values)


def _values(counted: Counted, facet: Facet) -> tuple[FacetValue, ...]:
    found: list[FacetValue] = []
    for code, count in counted.codes[facet]:
        if facet == "year":
            found.append(FacetValue(value=str(year_of(code)), name=str(year_of(code)), count=count))
        else:
            value, name = counted.names[code]
            found.append(FacetValue(value=value, name=name, count=count))
    return tuple(found)


def _name(snapshot: Snapshot, counted: Counted) -> None:
    """Add the names of codes that are not known yet."""
    year = FACETS.index("year")
    unknown = {code: number for code, number in counted.firsts.items() if code not in counted.names and code >> BITS != year}
    if not unknown:
        return
    rows = select(ListingRow.id, ListingRow.since).where(snapshot.rows.of(ListingRow), col(ListingRow.number).in_(set(unknown.values())))
    entries = find_versions(snapshot, [(entry_id, since) for entry_id, since in snapshot.session.exec(rows)])
    sources = reader.source_names(snapshot, {source_id for entry in entries for source_id in entry.sources})
    for entry in entries:
        for code, named in _names(snapshot, entry, sources):
            if code in unknown:
                counted.names.setdefault(code, named)


def _names(snapshot: Snapshot, entry: Entry, sources: Mapping[str, str]) -> Iterator[tuple[int, tuple[str, str]]]:
    """Iterate over all that an entry is counted by: the code, what the filter takes, and the name."""
    key = snapshot.key
    for source_id in entry.sources:
        yield facet_code("source", key.token(SOURCE, source_id)), (source_id, sources[source_id])
    for held in reader.claims(snapshot, entry.claims).values():
        language = held.claim.language
        for place in held.claim.places:
            yield facet_code("place", key.token(PLACE, place_key(place.name, language))), (place.name, place.name)
        for actor in held.claim.actors:
            yield facet_code("actor", key.token(ACTOR, actor_key(actor.name, language))), (actor.name, actor.name)
