"""One consistent look at one chronology: a read session, and the revision that every answer from it speaks of."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlmodel import col, select

from shared.domain.errors import Busy, InvalidInput, NotFound
from shared.domain.ports import ChronologyInfo
from shared.store.engine import Database, ReadSession
from shared.store.read_keys import ReadKey
from shared.store.read_model import ClaimRow, ProgressRow
from shared.store.tables import ChronologyRow, DocumentKeyRow


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A chronology as one session sees it.

    `head` is the revision that the read model shows; `revision` the one that is asked about, `head` unless an earlier one was named.
    `erasures` counts the documents that were erased; `erasing` are those among them that the read model still has to be freed of.
    `error` is why the projection stopped, where it did.
    """

    database: Database
    session: ReadSession
    chronology: ChronologyInfo
    head: int
    revision: int
    generation: int
    erasures: int
    erasing: tuple[str, ...] = ()
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

    @property
    def version(self) -> str:
        """What tells this state of the read model from every other, in ETags: the revision, and after `-` the generation of the rows."""
        return f"{self.revision}-g{self.generation}" + (f".{self.erasures}" if self.erasing else "")

    def open(self, sealed: bytes, *place: str | int) -> bytes:
        """Open a sealed body; `place` is its row's table and the rest of its primary key."""
        return read_key(self.database, self.session, self.id, self.generation).open(sealed, *place)

    def token(self, word: str) -> str:
        """Return the token by which a folded word is looked up."""
        return read_key(self.database, self.session, self.id, self.generation).token(word)


@contextmanager
def open_snapshot(database: Database, slug: str, at: int | None = None) -> Iterator[Snapshot]:
    """Open a snapshot of a chronology, at its current revision or at an earlier one."""
    with database.read() as session:
        row = session.exec(select(ChronologyRow).where(ChronologyRow.slug == slug)).first()
        if row is None:
            raise NotFound(f"there is no chronology called {slug!r}; GET /v1/chronologies lists them all")
        yield take_snapshot(database, session, row, at)


def take_snapshot(database: Database, session: ReadSession, row: ChronologyRow, at: int | None = None) -> Snapshot:
    """Look at a chronology from within a session."""
    info = ChronologyInfo(id=row.id, slug=row.slug, title=row.title, description=row.description, head=row.head)
    progress = session.get(ProgressRow, info.id)
    if progress is None:
        progress = ProgressRow(chronology_id=info.id, position=0, generation=0, erasures=row.erasures, fold_version=0, time="")
    if at is not None and at > progress.position:
        raise InvalidInput(f"there is no revision {at} yet: the chronology is at {progress.position}", revision=progress.position)
    erasing = _erasing(session, info.id) if row.erasures > progress.erasures else ()
    if erasing and at is not None and at < progress.position:
        raise being_erased()
    return Snapshot(
        database=database,
        session=session,
        chronology=info,
        head=progress.position,
        revision=progress.position if at is None else at,
        generation=progress.generation,
        erasures=row.erasures,
        erasing=erasing,
        error=progress.error,
    )


def read_key(database: Database, session: ReadSession, chronology_id: str, generation: int) -> ReadKey:
    """Return the key of a generation of a chronology's read model."""
    key = database.read_keys.find(session, chronology_id, generation)
    if key is None:
        raise Busy("the read model of this chronology is not written yet; ask again in a moment")
    return key


def being_erased() -> Busy:
    """The error about what may still hold words of a document that was erased a moment ago."""
    return Busy("a document was erased a moment ago, and what it said is being removed here; ask again in a moment")


def _erasing(session: ReadSession, chronology_id: str) -> tuple[str, ...]:
    """The erased documents that the read model still holds claims of."""
    held = select(ClaimRow.document_id).where(ClaimRow.chronology_id == chronology_id)
    here = (DocumentKeyRow.chronology_id == chronology_id, col(DocumentKeyRow.wrapped).is_(None))
    return tuple(session.exec(select(DocumentKeyRow.document_id).where(*here, col(DocumentKeyRow.document_id).in_(held))))
