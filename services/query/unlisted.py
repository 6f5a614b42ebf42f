"""Rows that a release before there was a listing wrote: until they are built anew, what is asked of a listing is asked of the entries.

An entry's row has its days, its status, and from and until when it holds, without the indexes that make that fast. It has no words to
search for, and nothing of sources, places and actors.
"""

from typing import Any, TypeVar

from sqlalchemy import Column
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import ClauseElement

from shared.domain.errors import Busy
from shared.store.read_model import EntryRow, ListingRow
from shared.store.tables import table_of

ClauseT = TypeVar("ClauseT", bound=ClauseElement)

_LISTING, _ENTRY = table_of(ListingRow), table_of(EntryRow)


def of_entries(query: ClauseT) -> ClauseT:
    """Return a query of the listing as one of the entries; raise `Busy` where it asks for what only a listing has."""
    found: Any = visitors.replacement_traverse(query, {}, _replace)
    return found  # type: ignore[no-any-return]


def _replace(element: Any, **_: Any) -> Column[Any] | None:
    if not isinstance(element, Column) or element.table is None or element.table.name != _LISTING.name:
        return None
    column = _ENTRY.c.get(element.name)
    if column is None:
        raise not_listed()
    return column


def not_listed() -> Busy:
    """The error about what rows without a listing cannot be asked."""
    return Busy(
        "the read model of this chronology is being built anew by a newer release; until that is done, entries can be listed by date or by "
        "last change, and not searched, counted, or narrowed down to sources, places, actors and years; ask again in a moment"
    )
