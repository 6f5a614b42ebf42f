"""One consistent look at one chronology: a read session, and the revision that every answer from it speaks of.

An earlier revision shows what was shown then: what was recorded later is not there, and later corrections do not apply. One thing is
not as it was: what has been erased since stays erased.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from sqlmodel import col, select

from services.query.instants import Instant, microseconds, parse_at
from shared.domain.errors import Busy, InvalidInput, NotFound
from shared.domain.ports import ChronologyInfo
from shared.store.driver import Driver
from shared.store.engine import Database, ReadSession
from shared.store.generations import Rows, RowT
from shared.store.read_keys import ReadKey
from shared.store.read_model import ClaimRow, ReadKeyRow, RevisionRow
from shared.store.tables import DocumentKeyRow


@dataclass(frozen=True)
class Snapshot:
    """A chronology as one session sees it.

    `head` is the revision that the read model shows; `revision` the one that is asked about, `head` unless an earlier one was named.
    `erasures` counts the documents that were erased; `erasing` are those among them that the read model still has to be freed of.
    `error` is why the projection stopped, where it did. `reached` is when `head` was recorded, as it is stored.
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
    reached: str = ""

    @property
    def id(self) -> str:
        """The id of the chronology."""
        return self.chronology.id

    @property
    def rows(self) -> Rows:
        """The rows that this session sees."""
        return Rows(self.id, self.generation)

    def find(self, row: type[RowT], *key: str | int) -> RowT | None:
        """Return the row of a table of the read model with the rest of a primary key; None where there is none."""
        return self.rows.find(self.session, row, *key)

    @cached_property
    def driver(self) -> Driver:
        """The driver below the session: for statements that every list and every search asks, where the mapper's part is the larger one."""
        return self.database.driver(self.session)

    @property
    def slug(self) -> str:
        """The name of the chronology in addresses."""
        return self.chronology.slug

    @property
    def past(self) -> bool:
        """Whether an earlier revision than the current one is asked about."""
        return self.revision < self.head

    @property
    def then(self) -> str:
        """What an error adds to "there is no …" where an earlier revision is asked about."""
        return f" at revision {self.revision}" if self.past else ""

    @property
    def version(self) -> str:
        """What tells this state of the read model from every other, in ETags: the revision, the generation of the rows, a mark of the log.

        The mark is when the revision was recorded: a log that was restored from a copy, and then went on otherwise, comes to the same
        revisions at other times.
        """
        mark = "".join(filter(str.isdigit, self._time.partition("+")[0]))
        return f"{self.revision}-g{self.generation}" + (f".{self.erasures}" if self.erasing else "") + (f"-{mark}" if mark else "")

    @property
    def _time(self) -> str:
        """When the revision was recorded, as it is stored; empty where nobody knows, and at revision 0. Of the head it is read already."""
        if not self.past:
            return self.reached
        return "" if self.moment is None else self.moment.time

    @cached_property
    def moment(self) -> RevisionRow | None:
        """When the revision was recorded, by whom, and what the chronology held from then on; None at revision 0."""
        return self.find(RevisionRow, self.revision)

    @property
    def recorded(self) -> datetime | None:
        """When the revision was recorded; None at revision 0."""
        return None if self.moment is None else datetime.fromisoformat(self.moment.time)

    def at(self, revision: int) -> "Snapshot":
        """Look at another revision in the same session; it is one that `resolve_at` gave."""
        return replace(self, revision=revision)

    def open(self, sealed: bytes, *place: str | int) -> bytes:
        """Open a sealed body; `place` is its row's table and the rest of its primary key."""
        return self.key.open(sealed, *place)

    @cached_property
    def key(self) -> ReadKey:
        """The key of the rows, which makes the tokens that are looked up."""
        return read_key(self.database, self.session, self.id, self.generation)


@contextmanager
def open_snapshot(database: Database, slug: str, at: Instant | str | None = None) -> Iterator[Snapshot]:
    """Open a snapshot of a chronology, at its current revision or at an earlier one. `at` is as `resolve_at` takes it."""
    with database.read() as session:
        snapshot = next(take_snapshots(database, session, slug=slug), None)
        if snapshot is None:
            raise NotFound(f"there is no chronology called {slug!r}; GET /v1/chronologies lists them all")
        yield snapshot if at is None else snapshot.at(resolve_at(snapshot, at))


_LOOK = (
    "SELECT c.id, c.slug, c.title, c.description, c.head, c.erasures, p.position, p.generation, p.erasures, p.error, k.kek_id, k.wrapped, "
    "r.time "
    "FROM chronology AS c LEFT JOIN progress AS p ON p.chronology_id = c.id "
    "LEFT JOIN read_key AS k ON k.chronology_id = c.id AND k.generation = p.generation "
    "LEFT JOIN revision AS r ON r.chronology_id = c.id AND r.generation = p.generation AND r.number = p.position"
)


def take_snapshots(database: Database, session: ReadSession, **named: str) -> Iterator[Snapshot]:
    """Iterate over chronologies by slug, as a session sees them now: all, or the one of an `id` or a `slug`.

    Where a chronology is, its read model and its key are read at once: each more would be a round trip more for everything that is asked.
    """
    only = "".join(f" WHERE c.{column} = ?" for column in named)
    for row in database.driver(session).bodies(f"{_LOOK}{only} ORDER BY c.slug", *named.values()):
        info = ChronologyInfo(id=row[0], slug=row[1], title=row[2], description=row[3], head=row[4])
        erasures: int = row[5]
        position, generation, freed, error = (0, 0, erasures, None) if row[7] is None else row[6:10]
        if row[11] is not None:
            key = ReadKeyRow(chronology_id=info.id, generation=generation, kek_id=row[10], wrapped=row[11])
            database.read_keys.given(session, key)
        yield Snapshot(
            database=database,
            session=session,
            chronology=info,
            head=position,
            revision=position,
            generation=generation,
            erasures=erasures,
            erasing=_erasing(session, Rows(info.id, generation)) if erasures > freed else (),
            error=error,
            reached=row[12] or "",
        )


def resolve_at(snapshot: Snapshot, at: Instant | str) -> int:
    """Return the revision that `at` names in a chronology: a revision, a moment, or the text of either (`parse_at`).

    A log position inside a command stands for the revision before that command: nobody ever saw half of one. A moment stands for
    all that was recorded up to it, in the order of the log: the last revision before the first one that was recorded later. So the answer
    for a moment that is past stays what it is, even if a clock is set back. A moment after the newest revision stands for that one.

    Raises `InvalidInput` for a revision that is not there yet, `NotFound` for a moment before the first one.
    """
    asked = parse_at(at) if isinstance(at, str) else at
    if isinstance(asked, datetime):
        revision = _revision_at(snapshot, asked)
    elif asked > snapshot.head:
        raise InvalidInput(f"there is no revision {asked} yet: the chronology is at {snapshot.head}", revision=snapshot.head)
    else:
        revision = _whole(snapshot, asked)
    if snapshot.erasing and revision < snapshot.head:
        raise being_erased()
    return revision


def _revision_at(snapshot: Snapshot, moment: datetime) -> int:
    _check_moments(snapshot)
    here = select(RevisionRow.number).where(snapshot.rows.of(RevisionRow))
    reached = here.where(col(RevisionRow.reached_us) <= microseconds(moment))
    found = snapshot.session.exec(reached.order_by(col(RevisionRow.reached_us).desc(), col(RevisionRow.number).desc()).limit(1)).first()
    if found is not None:
        return found
    everything = select(RevisionRow).where(snapshot.rows.of(RevisionRow))
    first = snapshot.session.exec(everything.order_by(col(RevisionRow.number)).limit(1)).first()
    if first is None:
        return 0
    raise NotFound(
        f"nothing was recorded in {snapshot.slug!r} by {moment.isoformat()}: it begins with revision {first.number}, recorded at "
        f"{first.time}; ask for that time or a later one",
        revision=first.number,
        recorded=first.time,
    )


def _whole(snapshot: Snapshot, position: int) -> int:
    if position in (0, snapshot.head):
        return position
    _check_moments(snapshot)
    whole = select(RevisionRow.number).where(snapshot.rows.of(RevisionRow), col(RevisionRow.number) <= position)
    return snapshot.session.exec(whole.order_by(col(RevisionRow.number).desc()).limit(1)).first() or 0


def _check_moments(snapshot: Snapshot) -> None:
    """Refuse to guess while the rows of an older release, which kept no moments, are being replaced."""
    if snapshot.head and snapshot.at(snapshot.head).moment is None:
        raise Busy("the read model of this chronology is being built anew by a newer release; ask again in a moment")


def read_key(database: Database, session: ReadSession, chronology_id: str, generation: int) -> ReadKey:
    """Return the key of a generation of a chronology's read model."""
    key = database.read_keys.find(session, chronology_id, generation)
    if key is None:
        raise Busy("the read model of this chronology is not written yet; ask again in a moment")
    return key


def being_erased() -> Busy:
    """The error about what may still hold words of a document that was erased a moment ago."""
    return Busy("a document was erased a moment ago, and what it said is being removed here; ask again in a moment")


def _erasing(session: ReadSession, rows: Rows) -> tuple[str, ...]:
    """The erased documents that the read model still holds claims of."""
    held = select(ClaimRow.document_id).where(rows.of(ClaimRow))
    here = (DocumentKeyRow.chronology_id == rows.chronology_id, col(DocumentKeyRow.wrapped).is_(None))
    return tuple(session.exec(select(DocumentKeyRow.document_id).where(*here, col(DocumentKeyRow.document_id).in_(held))))
