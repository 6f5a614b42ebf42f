"""Orders that entries are listed in, and walks along them: what comes next in the listing, whatever is filtered, at any revision.

An order is one key for every entry, of numbers and the id, so that a place in it means the same whatever is added or filtered. Where the
first numbers of a key take few values, the walk goes *stretch* by stretch, each of them along an index that has the rest in order. Versions
that did not hold at a revision are passed over within the index.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select, tuple_
from sqlmodel import col

from services.query.snapshot import Snapshot
from services.query.unlisted import not_listed, of_entries
from shared.store.read_model import NO_END, NO_START, ClaimRow, EntryRow, ListingRow

Sort = Literal["date", "-date", "changed", "sources", "relevance"]
"""By the days of happening, early or late first; the last changed first; of most sources first; found in the title first."""

Key = tuple[int | str, ...]
"""A place in an order: numbers, and the id of the entry that stands there."""

EARLY = 2_000
"""With no more versions than this up to a revision, they are found by it, and then sorted."""

_L: Mapping[str, ColumnElement[Any]] = ListingRow.__table__.c  # type: ignore[attr-defined]  # SQLModel sets it on table classes, unseen

UNDATED = and_(_L["sort_from"] == NO_START, _L["sort_to"] == NO_END)
"""What has no date has its place behind all that has one."""

_BOUNDS = (_L["sort_from"], _L["sort_to"], _L["id"])


class Listed(NamedTuple):
    """One version of an entry as the listing has it, with its place in the order that it was found in."""

    number: int
    id: str
    since: int
    sort_from: int
    sort_to: int
    key: Key


_COLUMNS = tuple(_L[name] for name in ("number", "id", "since", "sort_from", "sort_to"))


@dataclass(frozen=True)
class Search:
    """What narrows a walk. `few` says that what `conditions` find is few enough to be sorted, and that they find it by themselves."""

    conditions: Sequence[ColumnElement[bool]] = ()
    few: bool = False


class Order:
    """An order: the expressions of its key, all of them falling where `descending` is set. The first `fixed` of them take few values."""

    descending = False
    key: tuple[ColumnElement[Any], ...]

    def fixed(self, snapshot: Snapshot) -> int:
        """How many parts of the key a stretch has in common."""
        return 0

    def prefixes(self, snapshot: Snapshot, place: Key | None, *, backwards: bool) -> Iterator[tuple[int, ...]]:
        """Iterate over the prefixes of keys from a place on, or back from it."""
        yield ()

    def stretch(self, prefix: tuple[int, ...]) -> list[ColumnElement[bool]]:
        """The conditions of what has a prefix."""
        return []


class ByDate(Order):
    """In the order of the days, or against it; without a date, last either way."""

    def __init__(self, *, descending: bool) -> None:
        self.descending = descending
        self.key = (case((UNDATED, int(not descending)), else_=int(descending)), *_BOUNDS)

    def fixed(self, snapshot: Snapshot) -> int:
        return 1

    def prefixes(self, snapshot: Snapshot, place: Key | None, *, backwards: bool) -> Iterator[tuple[int, ...]]:
        return _from(((1,), (0,)) if self.descending else ((0,), (1,)), place, backwards=backwards)

    def stretch(self, prefix: tuple[int, ...]) -> list[ColumnElement[bool]]:
        return [~UNDATED if prefix[0] == int(self.descending) else UNDATED]


class Changed(Order):
    """What changed last, first."""

    descending = True
    key = (_L["since"], _L["id"])


class BySources(Order):
    """What most sources tell of, first; of these, what changed last."""

    descending = True
    key = (_L["sources"], _L["since"], _L["id"])

    def fixed(self, snapshot: Snapshot) -> int:
        # Looking back, what has more sources by now comes first in the index, and does not hold yet.
        return int(snapshot.past)

    def prefixes(self, snapshot: Snapshot, place: Key | None, *, backwards: bool) -> Iterator[tuple[int, ...]]:
        if not snapshot.past:
            yield ()
            return
        sources = _L["sources"]
        nearest = func.min(sources) if backwards else func.max(sources)
        query = select(nearest).where(*_here(snapshot))
        count: int | None = snapshot.session.execute(query).scalar_one() if place is None else int(place[0])
        while count is not None:
            yield (count,)
            count = snapshot.session.execute(query.where(sources > count if backwards else sources < count)).scalar_one()

    def stretch(self, prefix: tuple[int, ...]) -> list[ColumnElement[bool]]:
        return [_L["sources"] == count for count in prefix]


class ByRelevance(Order):
    """What has all the words in its title first, then what else was found; either in the order of the days."""

    def __init__(self, titled: ColumnElement[bool]) -> None:
        self._titled = titled
        self.key = (case((and_(titled, ~UNDATED), 0), (titled, 1), (~UNDATED, 2), else_=3), *_BOUNDS)

    def fixed(self, snapshot: Snapshot) -> int:
        return 1

    def prefixes(self, snapshot: Snapshot, place: Key | None, *, backwards: bool) -> Iterator[tuple[int, ...]]:
        return _from(((0,), (1,), (2,), (3,)), place, backwards=backwards)

    def stretch(self, prefix: tuple[int, ...]) -> list[ColumnElement[bool]]:
        titled, undated = prefix[0] < 2, prefix[0] % 2
        return [self._titled if titled else ~self._titled, UNDATED if undated else ~UNDATED]


BY_DATE = ByDate(descending=False)


def _from(prefixes: tuple[tuple[int, ...], ...], place: Key | None, *, backwards: bool) -> Iterator[tuple[int, ...]]:
    ordered = prefixes[::-1] if backwards else prefixes
    return iter(ordered if place is None else ordered[ordered.index((int(place[0]),)) :])


def walk(
    snapshot: Snapshot,
    search: Search,
    place: Key | None,
    limit: int,
    *,
    backwards: bool = False,
    order: Order = BY_DATE,
) -> list[Listed]:
    """Return up to `limit` entries that follow a place in an order, or precede it, the nearest first.

    Where a release before there was a listing wrote the rows, the entries themselves are asked: slowly, and not for everything.
    """
    found = _along_listing(snapshot, search, place, limit, backwards=backwards, order=order)
    if found or is_listed(snapshot):
        return found
    query = select(literal(0), *_COLUMNS[1:], *order.key).where(*holding_listed(snapshot), *search.conditions)
    return _nearest(snapshot, query, order, order.key, place, limit, backwards=backwards, listed=False)


def _along_listing(snapshot: Snapshot, search: Search, place: Key | None, limit: int, *, backwards: bool, order: Order) -> list[Listed]:
    early = not search.few and _is_early(snapshot)
    if search.few or early:
        query = select(*_COLUMNS, *order.key).where(*holding_listed(snapshot), *search.conditions)
        # What is found by itself is sorted, rather than found along an order.
        hint = "INDEXED BY ix_listing_since" if early else "NOT INDEXED"
        query = query.with_hint(ListingRow, hint, "sqlite")
        return _nearest(snapshot, query, order, order.key, place, limit, backwards=backwards)
    found: list[Listed] = []
    width = order.fixed(snapshot)
    for prefix in order.prefixes(snapshot, place, backwards=backwards):
        fixed = (*(literal(value) for value in prefix), *order.key[width:])
        query = select(*_COLUMNS, *fixed).where(*holding_listed(snapshot), *search.conditions, *order.stretch(prefix))
        within = place is not None and place[:width] == prefix
        rest = place[width:] if place is not None and within else None
        found += _nearest(snapshot, query, order, order.key[width:], rest, limit - len(found), backwards=backwards)
        if len(found) == limit:
            break
    return found


def is_listed(snapshot: Snapshot) -> bool:
    """Whether the rows have a listing, or no entries; else a release before there was one wrote them, and they are being replaced."""
    listed = select(_L["number"]).where(*_here(snapshot)).limit(1)
    entries = select(col(EntryRow.id)).where(snapshot.rows.of(EntryRow)).limit(1)
    return snapshot.session.execute(listed).first() is not None or snapshot.session.execute(entries).first() is None


def check_listed(snapshot: Snapshot) -> None:
    """Refuse to say that there is nothing while rows without a listing are being replaced."""
    if not is_listed(snapshot):
        raise not_listed()


def _nearest(
    snapshot: Snapshot,
    query: Any,
    order: Order,
    key: Sequence[ColumnElement[Any]],
    place: Key | None,
    limit: int,
    *,
    backwards: bool,
    listed: bool = True,
) -> list[Listed]:
    falling = order.descending != backwards
    if place is not None:
        query = query.where(tuple_(*key) < tuple_(*place) if falling else tuple_(*key) > tuple_(*place))
    query = query.order_by(*(part.desc() if falling else part for part in key)).limit(limit)
    if not listed:
        query = of_entries(query)
    return [Listed._make((*row[:5], tuple(row[5:]))) for row in snapshot.session.execute(query)]


def listed_of_days(snapshot: Snapshot, days: tuple[int, int], after: str, limit: int) -> list[Listed]:
    """Return up to `limit` entries with the same day bounds, in the order of their ids, from an id on."""
    here = (_L["sort_from"] == days[0], _L["sort_to"] == days[1], _L["id"] > after)
    query = select(literal(0), *_COLUMNS[1:], *_BOUNDS).where(*holding_listed(snapshot), *here)
    return _nearest(snapshot, query, BY_DATE, _BOUNDS, None, limit, backwards=False, listed=is_listed(snapshot))


def _is_early(snapshot: Snapshot) -> bool:
    """Whether there were so few versions of entries up to the snapshot's revision that to read them all costs no more than a page."""
    if not snapshot.past:
        return False
    some = select(_L["since"]).where(*_here(snapshot), _L["since"] <= snapshot.revision).limit(EARLY + 1)
    return bool(snapshot.session.execute(select(func.count()).select_from(some.subquery())).scalar_one() <= EARLY)


def _here(snapshot: Snapshot) -> tuple[ColumnElement[bool], ...]:
    return (snapshot.rows.of(ListingRow),)


def holding_listed(snapshot: Snapshot) -> list[ColumnElement[bool]]:
    """The conditions under which a row of the listing is of a version that is shown at the snapshot's revision."""
    here: list[ColumnElement[bool]] = list(_here(snapshot))
    if snapshot.erasing:
        here.append(_L["id"].not_in(bereft(snapshot)))
    if not snapshot.past:
        return [*here, _L["until"].is_(None)]
    until = or_(_L["until"].is_(None), _L["until"] > snapshot.revision)
    return [*here, _L["since"] <= snapshot.revision, until]


def bereft(snapshot: Snapshot) -> Select[Any]:
    """The entries that a document which is being erased has a part in: until the rows are built anew, they are not shown."""
    return select(col(ClaimRow.entry_id)).where(snapshot.rows.of(ClaimRow), col(ClaimRow.document_id).in_(snapshot.erasing))
