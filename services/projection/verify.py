"""Verifying a read model: it is folded again from the log into a database aside, and the two are compared row by row.

What subscribers were told is followed from the beginning besides: up to the last switch of generations it is nothing that the log gives.
"""

import hashlib
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
from sqlalchemy import Column, select
from sqlmodel import SQLModel

from services.projection import fold
from services.projection.followed import follow_feed
from services.projection.runner import Projector
from services.projection.verify_index import verify_index
from services.projection.verify_kept import Kept, verify_kept
from shared.crypto.sealing import KeyEncryptionKey, new_key
from shared.domain.errors import Damaged, SalnameError, WrongKey
from shared.domain.events import Recorded
from shared.domain.ids import canonical_json
from shared.domain.ports import ChronologyInfo, LogReader
from shared.store.engine import Database, ReadSession
from shared.store.generations import Rows, live_rows
from shared.store.migrate import migrate
from shared.store.read_keys import ReadKey
from shared.store.read_model import LISTED, TOLD, ChangeRow, ClaimRow, EntryRow, ListingRow, PreviewRow, ProgressRow
from shared.store.tables import table_of

FETCH = 500

SEALED: dict[type[SQLModel], tuple[str, ...]] = {
    ClaimRow: ("id",),
    EntryRow: ("id", "since"),
    PreviewRow: ("id",),
    ChangeRow: ("revision",),
}
"""The tables with sealed bodies, and the columns that, with the table's name, are authenticated with each."""


@dataclass(frozen=True, slots=True)
class VerifiedReadModel:
    """A read model that is what its log gives: up to which position, how many rows, and a digest (SHA-256, hex) of what they say.

    `changes` were told, and whoever followed them shows what readers see, but for the entries that they are `waiting` to hear of.
    """

    position: int
    rows: int
    digest: str
    changes: int = 0
    waiting: int = 0


IDENTITY: dict[type[SQLModel], tuple[str, ...]] = {ListingRow: ("id", "since")}
"""The columns that rows are known by where their primary key is only a number that each generation gives them anew."""


class _UpTo:
    """A log as it was at a position, which may be moved on: the read model may be a moment behind."""

    def __init__(self, log: LogReader) -> None:
        self._log = log
        self.position = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)

    def read(self, chronology_id: str, after: int = 0, limit: int = 1000) -> list[Recorded]:
        return [event for event in self._log.read(chronology_id, after, limit) if event.position <= self.position]


def verify_read_model(
    database: Database, log: LogReader, info: ChronologyInfo, progress: Callable[[int, int], None] = lambda done, total: None
) -> VerifiedReadModel:
    """Fold the log of a chronology again and compare; raise `Damaged` with the first row that is not what the log gives.

    So do what is kept of a claim, a segment of the search index that is not what its listing gives, and a change that does not lead
    subscribers to what readers see. Rows that another release folded cannot be judged here: that is a `SalnameError` as well.
    """
    if _progress(database, info.id) is None:
        return VerifiedReadModel(0, 0, hashlib.sha256().hexdigest())
    with TemporaryDirectory(prefix="salname-verify-") as folder:
        aside = Database(f"sqlite:///{Path(folder) / 'read-model.db'}", kek=KeyEncryptionKey(new_key()))
        try:
            migrate(aside)
            until = _UpTo(log)
            projector = Projector(aside, until)
            _fold(projector, until, info, database, progress)
            with database.read() as stored:
                # What came in while we folded is folded as far as this session sees it.
                live = _fold(projector, until, info, database, progress, stored)
                with aside.read() as expected:
                    sides = _Side(database, stored, info.id, live.carried), _Side(aside, expected, info.id, live.carried)
                    rows, digest = _compare(*sides)
                    verify_kept(*(Kept(side.session, live_rows(side.session, info.id), _key(side)) for side in sides))
                verify_index(stored, Rows(info.id, live.generation))
                changes, waiting = follow_feed(stored, info, Rows(info.id, live.generation), _key(_Side(database, stored, info.id, 0)))
        finally:
            aside.close()
    return VerifiedReadModel(live.position, rows, digest, changes, waiting)


def _progress(database: Database, chronology_id: str, session: ReadSession | None = None) -> ProgressRow | None:
    if session is not None:
        return session.get(ProgressRow, chronology_id)
    with database.read() as own:
        return own.get(ProgressRow, chronology_id)


def _fold(
    projector: Projector,
    until: _UpTo,
    info: ChronologyInfo,
    database: Database,
    progress: Callable[[int, int], None],
    session: ReadSession | None = None,
) -> ProgressRow:
    """Fold as far as the rows are in a session, or now; return where that is."""
    row = _progress(database, info.id, session)
    assert row is not None
    if row.fold_version != fold.VERSION:
        raise SalnameError(
            f"the read model of {info.slug} is consolidated by the rules {row.fold_version}, and this release has the rules "
            f"{fold.VERSION}: whether it is what its log gives, the release that made it can say; `salname rebuild {info.slug}` replaces it"
        )
    until.position = row.position
    projector.project(info, progress)
    return row


@dataclass(frozen=True, slots=True)
class _Side:
    """A read model as a session sees it. Up to the revision `carried`, changes were told by an earlier generation."""

    database: Database
    session: ReadSession
    here: str
    carried: int


def _compare(stored: _Side, expected: _Side) -> tuple[int, str]:
    digest, rows = hashlib.sha256(), 0
    for model in TOLD:
        with closing(_contents(stored, model)) as left, closing(_contents(expected, model)) as right:
            for ours, theirs in zip_longest(left, right):
                if ours != theirs:
                    raise Damaged(
                        f"the read model is not what its log gives: {_difference(model, ours, theirs)}; `salname rebuild` mends it"
                    )
                rows += 1
                digest.update(canonical_json(ours) + b"\n")
    return rows, digest.hexdigest()


def _difference(model: type[SQLModel], ours: dict[str, Any] | None, theirs: dict[str, Any] | None) -> str:
    table, either = str(model.__tablename__), ours or theirs or {}
    identity = [column.name for column in _identity(model) if column.name != "generation"]
    name = ", ".join(str(either[column]) for column in identity if column != "chronology_id")
    if ours is None or theirs is None or any(ours[column] != theirs[column] for column in identity):
        return f"rows are missing or invented in {table} at {name}"
    columns = [column for column, value in ours.items() if value != theirs[column]]
    return f"{table} {name} differs in {', '.join(columns)}"


def _contents(side: _Side, model: type[SQLModel]) -> Generator[dict[str, Any]]:
    """Yield the rows of a table, their bodies opened, in the order of their keys, which is the same on every database."""
    table, key = table_of(model), _key(side)
    order = [
        column.collate("C") if side.database.dialect == "postgresql" and column.type.python_type is str else column
        for column in _identity(model)
    ]
    query = select(table).where(live_rows(side.session, side.here).of(table.c)).order_by(*order).execution_options(yield_per=FETCH)
    if model is ChangeRow:
        query = query.where(table.c.revision > side.carried)
    with closing(side.session.execute(query)) as found:
        for row in found:
            yield _said(model, dict(row._mapping), key, side.carried)


def _said(model: type[SQLModel], said: dict[str, Any], key: ReadKey, carried: int) -> dict[str, Any]:
    """What a row says, without what depends on its generation and the generation's key."""
    del said["generation"]
    if model in SEALED:
        said["body"] = key.open(said["body"], str(model.__tablename__), *(said[name] for name in SEALED[model])).decode()
    if model is ChangeRow and carried:
        change = orjson.loads(said["body"])
        change["data"]["previous"] = max(change["data"]["previous"], carried)  # which change that was is no matter of this fold's
        said["body"] = change
    if model is ListingRow:
        del said["number"]
        said["shown"] = key.open(said["shown"], LISTED, said["id"], said["since"]).decode()
        # Tokens and codes are made with the key, how many they are is not.
        said["tokens"], said["facets"] = len(said["tokens"]), len(said["facets"])
    return said


def _identity(model: type[SQLModel]) -> list[Column[Any]]:
    """The columns that tell rows of a table apart, in the order in which rows are compared."""
    return [table_of(model).c[name] for name in IDENTITY[model]] if model in IDENTITY else list(table_of(model).primary_key)


def _key(side: _Side) -> ReadKey:
    rows = live_rows(side.session, side.here)
    key = side.database.read_keys.find(side.session, side.here, rows.generation)
    if key is None:
        raise WrongKey("the key of this read model is not there; `salname rebuild` makes it anew")
    return key
