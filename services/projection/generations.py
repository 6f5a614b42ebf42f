"""Which generations a chronology's read model has, and where each is: opened, moved on, switched to, dropped. The only SQL that changes it.

A chronology's progress names the live one. Others stand beside it: one that is being built, one that is kept after a switch, one whose rows
are being removed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Table, select, text
from sqlmodel import col
from sqlmodel import select as select_row

from services.projection import fold
from shared.store.engine import Database, ReadSession, WriteSession
from shared.store.generations import Rows
from shared.store.keys import count_erasures
from shared.store.read_keys import ReadKeys
from shared.store.read_model import GENERATED, READ_MODEL, ChangeRow, GenerationRow, ProgressRow, ReadKeyRow, UntoldRow
from shared.store.tables import table_of
from shared.store.upsert import insert_into

BUILDING, KEPT, DROPPED = "building", "kept", "dropped"

SWEEP = 5000
"""How many rows of a dropped generation are removed in one transaction."""

TOLD_AT_ONCE = 2000
"""Of how many entries that a switch changed one change tells at most; the next ones tell of the rest."""

_MOST = 100
"""Rows in one statement: both databases limit its parameters."""


class StaleFoldError(Exception):
    """Another projection has moved the rows: what we folded in memory is no longer where they are."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where rows of a chronology are: which generation of them, folded up to which position. Generation 0 is that of no rows at all."""

    generation: int = 0
    position: int = 0


@dataclass(frozen=True, slots=True)
class Look:
    """Where the live rows of a chronology are, and by which version of the fold; and what stands beside them, the newest first.

    `erasures` counts its erased documents now, `built_at` when the rows' generation began. `carried` and `lost` are as in `ProgressRow`.
    """

    place: Place
    fold_version: int
    erasures: int
    built_at: int
    carried: int = 0
    lost: int = 0
    beside: tuple[GenerationRow, ...] = ()

    @property
    def erased_since(self) -> bool:
        """Whether a document was erased since the generation began: its words may stand in the rows."""
        return self.erasures > self.built_at

    @property
    def outdated(self) -> bool:
        """Whether the rows were written by a release that folds otherwise, or may hold erased words."""
        return self.place.generation > 0 and (self.fold_version != fold.VERSION or self.erased_since)

    def ours(self, *states: str) -> GenerationRow | None:
        """The newest generation beside the live one that this release folds and that holds no erased words."""
        fit = (row for row in self.beside if row.state in states and row.fold_version == fold.VERSION and row.erasures == self.erasures)
        return next(fit, None)


def look(session: ReadSession | WriteSession, chronology_id: str) -> Look:
    """Look where the rows of a chronology are."""
    row = session.get(ProgressRow, chronology_id)
    erasures = count_erasures(session, chronology_id)
    query = select_row(GenerationRow).where(GenerationRow.chronology_id == chronology_id)
    beside = tuple(session.exec(query.order_by(col(GenerationRow.number).desc())))
    if row is None:
        return Look(Place(), fold.VERSION, erasures, erasures, beside=beside)
    return Look(Place(row.generation, row.position), row.fold_version, erasures, row.erasures, row.carried, row.lost, beside)


def open_first(session: WriteSession, progress: ProgressRow, key: ReadKeyRow) -> None:
    """Begin the first generation of a chronology's read model, live from the start; raise `StaleFoldError` where there is one.

    Rows that belong to none, since somebody removed the progress, are removed.
    """
    # Where another projection opens the same chronology at the same moment, this waits for it, and then does nothing.
    opening = insert_into(session, _PROGRESS).values(progress.model_dump()).on_conflict_do_nothing().returning(_PROGRESS.c.position)
    if session.execute(opening).scalar() is None:
        raise StaleFoldError
    for model in READ_MODEL:
        if model is not ProgressRow:
            session.execute(table_of(model).delete().where(table_of(model).c.chronology_id == progress.chronology_id))
    session.execute(_KEY.insert(), key.model_dump())


def open_beside(session: WriteSession, chronology_id: str, keys: ReadKeys) -> GenerationRow:
    """Begin another generation beside the live one, or return the one that this release is building already.

    One that was begun before a document was erased is dropped.
    """
    seen = lock_live(session, chronology_id)
    if (found := seen.ours(BUILDING)) is not None:
        return found
    for other in seen.beside:
        if other.state == BUILDING and other.fold_version == fold.VERSION:
            drop(session, chronology_id, other.number)
    number = max([seen.place.generation, *(row.number for row in seen.beside)]) + 1
    row = GenerationRow(
        chronology_id=chronology_id,
        number=number,
        state=BUILDING,
        position=0,
        erasures=seen.erasures,
        fold_version=fold.VERSION,
        time="",
    )
    _, key = keys.make(chronology_id, number)
    session.execute(_GENERATION.insert(), row.model_dump())
    session.execute(_KEY.insert(), key.model_dump())
    return row


def take_progress(session: WriteSession, chronology_id: str, expected: Place, position: int, time: str) -> None:
    """Move the live rows' progress from where we left it to `position`; raise `StaleFoldError` when it is not there.

    It comes first in the transaction: its row is the lock between two projections of one chronology.
    """
    there = (_PROGRESS.c.chronology_id == chronology_id, _PROGRESS.c.generation == expected.generation)
    values = {"position": position, "fold_version": fold.VERSION, "time": time, "error": None}
    moved = _PROGRESS.update().where(*there, _PROGRESS.c.position == expected.position).values(values).returning(_PROGRESS.c.position)
    if session.execute(moved).scalar() is None:
        raise StaleFoldError


def move_live(session: WriteSession, expected: Place, chronology_id: str, position: int, time: str) -> None:
    """Move the live rows' progress on without a word of who folded them; the rows are held already."""
    here = (_PROGRESS.c.chronology_id == chronology_id, _PROGRESS.c.generation == expected.generation)
    session.execute(_PROGRESS.update().where(*here).values(position=position, time=time))


def move_beside(session: WriteSession, chronology_id: str, expected: Place, position: int, time: str) -> None:
    """The same for a generation beside the live one."""
    there = (_GENERATION.c.chronology_id == chronology_id, _GENERATION.c.number == expected.generation)
    here = (_GENERATION.c.position == expected.position, _GENERATION.c.state != DROPPED)
    moved = _GENERATION.update().where(*there, *here).values(position=position, time=time).returning(_GENERATION.c.position)
    if session.execute(moved).scalar() is None:
        raise StaleFoldError


def lock_live(session: WriteSession, chronology_id: str) -> Look:
    """Hold the live rows where they are until the transaction ends, and look."""
    session.execute(select(_PROGRESS.c.position).where(_PROGRESS.c.chronology_id == chronology_id).with_for_update())
    return look(session, chronology_id)


def make_live(session: WriteSession, seen: Look, row: GenerationRow, carried: int, lost: int, *, keep: bool) -> None:
    """Let readers see another generation. The live one is kept or dropped, what was kept before is dropped."""
    here = row.chronology_id
    for other in seen.beside:
        if other.number == row.number:
            session.execute(_GENERATION.delete().where(_GENERATION.c.chronology_id == here, _GENERATION.c.number == row.number))
        elif other.state == KEPT:
            drop(session, here, other.number)
    old = session.get(ProgressRow, here)
    if old is not None:
        where = {name: getattr(old, name) for name in _SHARED} | {"live_until": old.position}
        before = GenerationRow(chronology_id=here, number=old.generation, state=KEPT, **where)
        session.execute(_GENERATION.insert(), before.model_dump())
        if not keep:
            drop(session, here, old.generation)
    values = {name: getattr(row, name) for name in _SHARED} | {"generation": row.number, "carried": carried, "lost": lost, "error": None}
    session.execute(_PROGRESS.update().where(_PROGRESS.c.chronology_id == here).values(values))


_SHARED = ("position", "erasures", "fold_version", "time", "carried", "lost")


def drop(session: WriteSession, chronology_id: str, number: int) -> None:
    """Destroy the key of a generation that is not live: what was sealed under it opens no more. Its rows are left to `sweep`."""
    here = (_GENERATION.c.chronology_id == chronology_id, _GENERATION.c.number == number)
    session.execute(_GENERATION.update().where(*here).values(state=DROPPED))
    session.execute(_KEY.delete().where(_KEY.c.chronology_id == chronology_id, _KEY.c.generation == number))


def sweep(database: Database, chronology_id: str) -> None:
    """Remove the rows of dropped generations, so many in a transaction that nobody waits long."""
    with database.read() as session:
        dropped = [row.number for row in look(session, chronology_id).beside if row.state == DROPPED]
    for number in dropped:
        for model in GENERATED:
            while _sweep_some(database, table_of(model), Rows(chronology_id, number)) == SWEEP:
                pass
        with database.write() as session:
            session.execute(_GENERATION.delete().where(_GENERATION.c.chronology_id == chronology_id, _GENERATION.c.number == number))


def _sweep_some(database: Database, table: Table, rows: Rows) -> int:
    where = "ctid" if database.dialect == "postgresql" else "rowid"
    some = f'SELECT {where} FROM "{table.name}" WHERE chronology_id = :here AND generation = :number LIMIT {SWEEP}'  # noqa: S608 - our own names
    among = f"= ANY(ARRAY({some}))" if database.dialect == "postgresql" else f"IN ({some})"
    with database.write() as session:
        statement = text(f'DELETE FROM "{table.name}" WHERE {where} {among}')  # noqa: S608
        return session.connection().execute(statement.bindparams(here=rows.chronology_id, number=rows.generation)).rowcount


def note_carried(session: WriteSession, rows: Rows, revision: int) -> None:
    """Take note up to which revision the feed of a generation beside the live one was taken over."""
    here = (_GENERATION.c.chronology_id == rows.chronology_id, _GENERATION.c.number == rows.generation)
    session.execute(_GENERATION.update().where(*here, _GENERATION.c.carried < revision).values(carried=revision))


def note_error(session: WriteSession, chronology_id: str, error: str) -> None:
    """Say why folding stopped. The rows stay what and where they are."""
    session.execute(_PROGRESS.update().where(_PROGRESS.c.chronology_id == chronology_id).values(error=error))


def leave_untold(session: WriteSession, before: Rows, different: Mapping[str, bool], back_to: int | None) -> None:
    """Keep of which entries subscribers are to hear, each with whether it was an entry in the generation `before`.

    What is still to be told keeps its first word. `back_to` is the generation that is switched back to where nothing was recorded since it
    was left: what subscribers know as that one shows it is as it was.
    """
    here = before.chronology_id
    known = set(session.exec(select_row(UntoldRow.entry_id).where(UntoldRow.chronology_id == here)))
    if back_to is not None:
        session.execute(_UNTOLD.delete().where(_UNTOLD.c.chronology_id == here, _UNTOLD.c.known_from == back_to))
    rows = [
        {"chronology_id": here, "entry_id": entry_id, "known_from": before.generation, "before": stood}
        for entry_id, stood in different.items()
        if entry_id not in known
    ]
    if rows:
        session.execute(_UNTOLD.insert(), rows)


def untold(session: ReadSession | WriteSession, chronology_id: str) -> dict[str, bool]:
    """Return the first of the entries that subscribers are to hear of."""
    query = select_row(UntoldRow.entry_id, UntoldRow.before).where(UntoldRow.chronology_id == chronology_id)
    return dict(session.exec(query.order_by(col(UntoldRow.entry_id)).limit(TOLD_AT_ONCE)).all())


def told(session: WriteSession, chronology_id: str, entry_ids: Sequence[str], revision: int) -> None:
    """Take note that the change at a revision tells of these entries: that change is what was told, not what the log gives."""
    for first in range(0, len(entry_ids), _MOST):
        here = (_UNTOLD.c.chronology_id == chronology_id, _UNTOLD.c.entry_id.in_(entry_ids[first : first + _MOST]))
        session.execute(_UNTOLD.delete().where(*here))
    session.execute(_PROGRESS.update().where(_PROGRESS.c.chronology_id == chronology_id).values(carried=revision))


def last_told(session: ReadSession | WriteSession, rows: Rows, carried: int) -> int:
    """Return the revision of the last change that was told up to a revision; 0 where there is none."""
    query = select_row(ChangeRow.revision).where(rows.of(ChangeRow), col(ChangeRow.revision) <= carried)
    return session.exec(query.order_by(col(ChangeRow.revision).desc()).limit(1)).first() or 0


_PROGRESS, _GENERATION, _KEY, _UNTOLD = (table_of(row) for row in (ProgressRow, GenerationRow, ReadKeyRow, UntoldRow))
