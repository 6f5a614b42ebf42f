"""What two generations of a chronology's read model show differently: entry by entry, in the order of their ids."""

from collections.abc import Collection, Generator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice

import orjson
from sqlalchemy import or_
from sqlmodel import Session, col, select

from shared.domain.errors import NotFound, WrongKey
from shared.store.engine import Database
from shared.store.generations import Rows
from shared.store.read_keys import ReadKey
from shared.store.read_model import EntryRow

FETCH = 500


@dataclass(frozen=True, slots=True)
class Shown:
    """What an entry is shown as, in short. `date` is in EDTF, None where the entry has none or its date is disputed."""

    title: str
    date: str | None
    status: str
    claims: int


@dataclass(frozen=True, slots=True)
class Difference:
    """An entry that one generation shows otherwise than the other: `before` and `after` are None where it is no entry there."""

    entry_id: str
    before: Shown | None
    after: Shown | None


def differences(
    database: Database, session: Session, before: Rows, after: Rows, revision: int, only: Collection[str] | None = None, beyond: str = ""
) -> Generator[Difference]:
    """Yield the entries that two generations show differently at a revision that both have reached; `only` looks at these ids.

    `beyond` leaves out ids up to that one. At most so many rows of each are held at a time as are fetched at once. Raises `NotFound` when
    the key of a generation is destroyed.
    """
    with (
        closing(_shown(database, session, before, revision, only, beyond)) as old,
        closing(_shown(database, session, after, revision, only, beyond)) as new,
    ):
        here, there = next(old, None), next(new, None)
        while here is not None or there is not None:
            if there is None or (here is not None and here[0] < there[0]):
                assert here is not None
                yield Difference(here[0], _said(here[1]), None)
                here = next(old, None)
            elif here is None or there[0] < here[0]:
                yield Difference(there[0], None, _said(there[1]))
                there = next(new, None)
            else:
                if here[1] != there[1]:
                    yield Difference(here[0], _said(here[1]), _said(there[1]))
                here, there = next(old, None), next(new, None)


def _shown(
    database: Database, session: Session, rows: Rows, revision: int, only: Collection[str] | None, beyond: str
) -> Generator[tuple[str, bytes | None]]:
    """Yield the entries of a generation at a revision by id, with their bodies; None for one that does not open."""
    key = database.read_keys.find(session, rows.chronology_id, rows.generation)
    if key is None:
        raise NotFound(f"generation {rows.generation} is dropped, or there never was one")
    standing = or_(col(EntryRow.until).is_(None), col(EntryRow.until) > revision)
    # Both sides come in the order of code points, whatever the database's own order of texts is.
    order = col(EntryRow.id).collate("C") if database.dialect == "postgresql" else col(EntryRow.id)
    query = select(EntryRow.id, EntryRow.since, EntryRow.body).where(rows.of(EntryRow), col(EntryRow.since) <= revision, standing)
    query = query.where(order > beyond).order_by(order)
    if only is None:
        with closing(session.execute(query.execution_options(yield_per=FETCH))) as found:
            for entry_id, since, body in found:
                yield entry_id, _opened(key, entry_id, since, body)
        return
    wanted = iter(sorted(only))
    while batch := list(islice(wanted, FETCH)):
        for entry_id, since, body in session.execute(query.where(col(EntryRow.id).in_(batch))).all():
            yield entry_id, _opened(key, entry_id, since, body)


def _opened(key: ReadKey, entry_id: str, since: int, body: bytes) -> bytes | None:
    try:
        return key.open(body, "entry", entry_id, since)
    except WrongKey:
        return None  # a damaged row differs from any other: a rebuild is there to mend it


def _said(body: bytes | None) -> Shown:
    if body is None:
        return Shown("(damaged)", None, "damaged", 0)
    entry = orjson.loads(body)
    return Shown(entry["title"], entry["date"]["edtf"], entry["status"], len(entry["claims"]))


def touched(session: Session, rows: Rows, since: int) -> set[str]:
    """Return the ids of the entries that a generation changed after a revision."""
    changed = or_(col(EntryRow.since) > since, col(EntryRow.until) > since)
    return set(session.exec(select(EntryRow.id).where(rows.of(EntryRow), changed)))
