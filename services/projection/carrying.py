"""The change feed through a switch of generations: what subscribers were told stays what they were told.

A fold by other rules would have told the past otherwise. Somebody who has followed the feed up to any of its revisions has to find the rest
of it as it was, and after that what is different now; so a generation that becomes live takes over the changes of the one before.
"""

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice

from sqlmodel import Session, col, select

from services.projection.generations import note_carried
from services.projection.writer import change_row, remove_changes, write_changes
from shared.domain.errors import WrongKey
from shared.store.engine import Database, WriteSession
from shared.store.generations import Rows
from shared.store.read_keys import ReadKey
from shared.store.read_model import ChangeRow

FETCH = 200


@dataclass(frozen=True, slots=True)
class Side:
    """A generation and its key."""

    rows: Rows
    key: ReadKey


def carry(database: Database, before: Side, after: Side, since: int, until: int) -> int:
    """Take over what was told after a revision and up to another one, in short transactions; return the last where it was another."""
    carried = 0
    while True:
        with database.read() as session, closing(_differing(session, before, after, since, until)) as found:
            batch = list(islice(found, FETCH))
        if not batch:
            return carried
        with database.write() as writing:
            _take_over(writing, after, batch)
        carried = since = batch[-1][0]


def carry_within(session: WriteSession, before: Side, after: Side, since: int, until: int) -> int:
    """The same in one transaction, for the few that are left."""
    batch = list(_differing(session, before, after, since, until))
    if batch:
        _take_over(session, after, batch)
    return batch[-1][0] if batch else 0


_Change = tuple[int, bytes | None]
"""A revision, and what is to be told of it; None for nothing."""


def _take_over(session: WriteSession, after: Side, batch: list[_Change]) -> None:
    note_carried(session, after.rows, batch[-1][0])
    remove_changes(session, after.rows, [revision for revision, _ in batch])
    write_changes(session, [change_row(after.rows, revision, body, after.key) for revision, body in batch if body is not None])


def _differing(session: Session, before: Side, after: Side, since: int, until: int) -> Generator[_Change]:
    """Yield the changes that one generation tells otherwise than the other, as the first one tells them."""
    with closing(_changes(session, before, since, until)) as old, closing(_changes(session, after, since, until)) as new:
        here, there = next(old, None), next(new, None)
        while here is not None or there is not None:
            if there is None or (here is not None and here[0] < there[0]):
                assert here is not None
                if here[1] is not None:
                    yield here
                here = next(old, None)
            elif here is None or there[0] < here[0]:
                yield there[0], None
                there = next(new, None)
            else:
                if here[1] is not None and here[1] != there[1]:
                    yield here
                here, there = next(old, None), next(new, None)


def _changes(session: Session, side: Side, since: int, until: int) -> Generator[_Change]:
    """Yield the changes of a generation; with None for one that does not open any more."""
    query = select(ChangeRow.revision, ChangeRow.body).where(
        side.rows.of(ChangeRow), col(ChangeRow.revision) > since, col(ChangeRow.revision) <= until
    )
    with closing(session.execute(query.order_by(col(ChangeRow.revision)).execution_options(yield_per=FETCH))) as found:
        for revision, body in found:
            try:
                yield revision, side.key.open(body, "change", revision)
            except WrongKey:
                yield revision, None
