"""One consistent look at one chronology: a read session, and the revision that every answer from it speaks of."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlmodel import select

from shared.domain.errors import InvalidInput, NotFound
from shared.domain.ports import ChronologyInfo
from shared.store.engine import Database, ReadSession
from shared.store.read_model import ProgressRow
from shared.store.tables import ChronologyRow


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A chronology as one session sees it.

    `head` is the revision that the read model shows; `revision` the one that is asked about, `head` unless an earlier one was named.
    `error` is why the projection stopped, where it did.
    """

    session: ReadSession
    chronology: ChronologyInfo
    head: int
    revision: int
    fold_version: int
    error: str | None = None

    @property
    def id(self) -> str:
        """The id of the chronology."""
        return self.chronology.id

    @property
    def slug(self) -> str:
        """The name of the chronology in addresses."""
        return self.chronology.slug

    @property
    def past(self) -> bool:
        """Whether an earlier revision than the current one is asked about."""
        return self.revision < self.head


@contextmanager
def open_snapshot(database: Database, slug: str, at: int | None = None) -> Iterator[Snapshot]:
    """Open a snapshot of a chronology, at its current revision or at an earlier one."""
    with database.read() as session:
        row = session.exec(select(ChronologyRow).where(ChronologyRow.slug == slug)).first()
        if row is None:
            raise NotFound(f"there is no chronology called {slug!r}; GET /v1/chronologies lists them all")
        yield take_snapshot(session, row, at)


def take_snapshot(session: ReadSession, row: ChronologyRow, at: int | None = None) -> Snapshot:
    """Look at a chronology from within a session."""
    info = ChronologyInfo(id=row.id, slug=row.slug, title=row.title, description=row.description, head=row.head)
    checkpoint = session.get(ProgressRow, info.id)
    if checkpoint is None:
        checkpoint = ProgressRow(chronology_id=info.id, position=0, fold_version=0, time="")
    if at is not None and at > checkpoint.position:
        raise InvalidInput(f"there is no revision {at} yet: the chronology is at {checkpoint.position}", revision=checkpoint.position)
    return Snapshot(
        session=session,
        chronology=info,
        head=checkpoint.position,
        revision=checkpoint.position if at is None else at,
        fold_version=checkpoint.fold_version,
        error=checkpoint.error,
    )
