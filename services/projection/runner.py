"""Running the projection: read the log, fold, and save rows and progress in one transaction; rebuild from nothing.

A projection can be killed at any moment: what is not committed together with its progress did not happen. Two projections of one
chronology do not harm each other: the progress row lets one of them through, and the other folds anew.

When a document is erased, the rows of its chronology are built anew from what can still be read, as another *generation* under another key.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from services.projection.erasures import ErasedMeanwhileError
from services.projection.fold import VERSION, Fold, Revision
from services.projection.rows import RevisionRows, rows_of
from services.projection.writer import Place, StaleFoldError, begin_generation, note_error, take_progress, write_revision
from shared.domain.errors import Busy, UnknownEvent, WrongKey
from shared.domain.events import DocumentCaptured, Recorded
from shared.domain.ports import ChronologyInfo, LogReader
from shared.store.driver import DriverError
from shared.store.engine import Database
from shared.store.keys import count_erasures
from shared.store.read_keys import ReadKey
from shared.store.read_model import CHANNEL, ProgressRow
from shared.store.wakeup import Wakeup

BATCH = 1000
"""About how many events are folded in one transaction; a commit is never cut."""

Progress = Callable[[int, int], None]
"""Called with the position reached and the head."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Held:
    """The fold of a chronology as far as its rows are written, and the key of their generation."""

    fold: Fold
    key: ReadKey

    @property
    def place(self) -> Place:
        return Place(self.key.generation, self.fold.position)


@dataclass(frozen=True, slots=True)
class _Look:
    """Where the rows of a chronology are, and by which version of the fold.

    `erasures` counts its erased documents now, `built_at` when the rows' generation began.
    """

    place: Place
    fold_version: int
    erasures: int
    built_at: int


class Projector:
    """Keeps the read model of every chronology of a database up with its log. Use one instance from one thread."""

    def __init__(self, database: Database, events: LogReader, on_change: Callable[[], None] = lambda: None) -> None:
        self._database = database
        self._log = events
        self._on_change = on_change
        self._held: dict[str, _Held] = {}
        self._beyond_us: set[str] = set()
        """Chronologies with an event that this release will never know, among what a newer one has projected."""
        self.stopped: dict[str, str] = {}
        """Why the projection of a chronology stopped, by its id: its log holds what this release does not know."""

    def catch_up(self, progress: Progress = lambda position, head: None) -> int:
        """Project all chronologies as far as their logs go; return how many events that took.

        What stops one chronology does not stop the others: its reason is kept in `stopped`, and it is tried again next time.
        """
        done = 0
        for info in self._log.chronologies():
            held = self._held.get(info.id)
            if held is not None and held.fold.position == info.head:
                continue
            try:
                done += self.project(info, progress)
            except (SQLAlchemyError, *DriverError, ValueError, KeyError) as error:
                if info.id not in self.stopped:
                    log.exception("projection.failed", chronology=info.slug, exc_info=error)
                self.stopped[info.id] = f"{info.slug} cannot be projected: {type(error).__name__}; the server's log says more"
            except WrongKey as error:
                if self.stopped.get(info.id) != error.detail:
                    log.error("projection.failed", chronology=info.slug, reason=error.detail)
                self.stopped[info.id] = error.detail
        return done

    def project(self, info: ChronologyInfo, progress: Progress = lambda position, head: None) -> int:
        """Project one chronology as far as its log goes; return how many events that took."""
        done = 0
        while info.id not in self._beyond_us:
            try:
                if self._outdated(info.id):
                    return done + self._rebuild(info, progress)
                step = self._step(info.id)
            except (StaleFoldError, ErasedMeanwhileError):
                # Another projection moved the rows, or a document was erased while we folded: look again what is to be done.
                self._held.pop(info.id, None)
                continue
            except UnknownEvent as error:
                self._stop_at(info.id, error)
                break
            if step == 0:
                break
            done += step
            position = self._held[info.id].fold.position
            progress(position, max(info.head, position))
        return done

    def is_current(self, info: ChronologyInfo) -> bool:
        """Whether the rows show all of a log already: then nobody has to fold what came before, to project nothing."""
        seen = self._look(info.id)
        return seen.place.generation > 0 and seen.place.position == info.head and not _is_outdated(seen)

    def rebuild(self, info: ChronologyInfo, progress: Progress = lambda position, head: None) -> int:
        """Fold a chronology again from position 0 into a new generation of rows; the old one and its key are destroyed.

        All in one transaction: readers see the old rows until the new ones are whole. Returns how many events that took.
        """
        while True:
            try:
                return self._rebuild(info, progress)
            except (StaleFoldError, ErasedMeanwhileError):
                continue  # another projection moved the rows, or another document was erased, while we folded

    def _rebuild(self, info: ChronologyInfo, progress: Progress) -> int:
        before = self._look(info.id)
        fold = Fold(info.id)
        key, key_row = self._database.read_keys.make(info.id, before.place.generation + 1)
        rows: list[RevisionRows] = []
        time, unknown = "", None
        try:
            for events in _batches(self._log, info.id):
                rows += [rows_of(info.id, revision, fold.claims, key) for revision in _fold(fold, events, self._texts(info.id, events))]
                time = events[-1].time.isoformat()
                progress(fold.position, max(info.head, fold.position))
        except UnknownEvent as error:
            if before.place.position > fold.position:
                # A newer release wrote these rows. They show more than we could: they stay, and say what is wrong.
                self._beyond_us.add(info.id)
                self._stop_at(info.id, error)
                return 0
            unknown = error
        row = ProgressRow(
            chronology_id=info.id,
            position=fold.position,
            generation=key.generation,
            erasures=before.erasures,
            fold_version=VERSION,
            time=time,
        )
        with self._database.write() as session:
            begin_generation(session, before.place, row, key_row)
            for revision in rows:
                write_revision(session, info.id, revision)
        self._held[info.id] = _Held(fold, key)
        if unknown is None:
            self.stopped.pop(info.id, None)
        else:
            self._stop_at(info.id, unknown)
        self._tell(info.id)
        return fold.position

    def _step(self, chronology_id: str) -> int:
        held = self._held.get(chronology_id) or self._load(chronology_id)
        self._held[chronology_id] = held
        events = self._log.read(chronology_id, held.fold.position, BATCH)
        if not events:
            return 0
        before = held.place
        try:
            rows = [
                rows_of(chronology_id, revision, held.fold.claims, held.key)
                for revision in _fold(held.fold, events, self._texts(chronology_id, events))
            ]
            with self._database.write() as session:
                take_progress(session, chronology_id, before, held.fold.position, events[-1].time.isoformat())
                for revision in rows:
                    write_revision(session, chronology_id, revision)
        except BaseException:
            # What was folded in memory is ahead of the rows now: it must not be built upon.
            self._held.pop(chronology_id, None)
            raise
        self.stopped.pop(chronology_id, None)
        self._tell(chronology_id)
        return len(events)

    def _texts(self, chronology_id: str, events: Sequence[Recorded]) -> dict[str, str]:
        """Read the texts of the documents that are captured in these events: each once, to find the sentences that it shares."""
        captured = [event.data.document_id for event in events if isinstance(event.data, DocumentCaptured)]
        return self._log.texts(chronology_id, captured) if captured else {}

    def _load(self, chronology_id: str) -> _Held:
        """Fold what the progress says is written already, without writing it again; open the first generation where there is none."""
        seen = self._look(chronology_id)
        if seen.place.generation == 0:
            return self._open(chronology_id, seen)
        with self._database.read() as session:
            key = self._database.read_keys.find(session, chronology_id, seen.place.generation)
        if key is None:
            raise StaleFoldError
        fold = Fold(chronology_id)
        for events in _batches(self._log, chronology_id, seen.place.position):
            for _ in _fold(fold, events, self._texts(chronology_id, events)):
                pass
        return _Held(fold, key)

    def _open(self, chronology_id: str, seen: _Look) -> _Held:
        key, key_row = self._database.read_keys.make(chronology_id, 1)
        row = ProgressRow(chronology_id=chronology_id, position=0, generation=1, erasures=seen.erasures, fold_version=VERSION, time="")
        with self._database.write() as session:
            begin_generation(session, seen.place, row, key_row)
        return _Held(Fold(chronology_id), key)

    def _outdated(self, chronology_id: str) -> bool:
        """Whether the rows were written by a release that folds otherwise, or may hold the words of a document erased since."""
        return _is_outdated(self._look(chronology_id))

    def _look(self, chronology_id: str) -> _Look:
        with self._database.read() as session:
            row = session.get(ProgressRow, chronology_id)
            erasures = count_erasures(session, chronology_id)
        if row is None:
            return _Look(Place(), VERSION, erasures, erasures)
        return _Look(Place(row.generation, row.position), row.fold_version, erasures, row.erasures)

    def _stop_at(self, chronology_id: str, error: UnknownEvent) -> None:
        if self.stopped.get(chronology_id) == error.detail:
            return
        self.stopped[chronology_id] = error.detail
        log.error("projection.stopped", chronology=chronology_id, reason=error.detail)
        with self._database.write() as session:
            note_error(session, chronology_id, error.detail)

    def _tell(self, chronology_id: str) -> None:
        if self._database.dialect == "postgresql":
            with self._database.write() as session:
                session.execute(text("SELECT pg_notify(:channel, :chronology)"), {"channel": CHANNEL, "chronology": chronology_id})
        self._on_change()


def _is_outdated(seen: _Look) -> bool:
    return seen.place.generation > 0 and (seen.fold_version != VERSION or seen.erasures > seen.built_at)


def _batches(events: LogReader, chronology_id: str, until: int | None = None) -> Iterator[list[Recorded]]:
    after = 0
    while (until is None or after < until) and (batch := events.read(chronology_id, after, BATCH)):
        yield batch if until is None else [event for event in batch if event.position <= until]
        after = batch[-1].position


def _fold(fold: Fold, events: Sequence[Recorded], texts: Mapping[str, str]) -> Iterator[Revision]:
    for _, commit in groupby(events, key=lambda event: event.commit):
        yield fold.apply(list(commit), texts)


class ProjectionThread(threading.Thread):
    """A projector that runs until it is stopped, woken by news and looking by itself every `poll` seconds."""

    def __init__(self, projector: Projector, wakeup: Wakeup, poll: float) -> None:
        super().__init__(name="projection", daemon=True)
        self._projector = projector
        self._wakeup = wakeup
        self._poll = poll
        self._stopping = threading.Event()
        self._failure: str | None = None

    def failure(self) -> str | None:
        """What keeps the projection from its work, for a health check; None when nothing does."""
        return self._failure or next(iter(self._projector.stopped.values()), None)

    def run(self) -> None:
        seen = 0
        while not self._stopping.is_set():
            try:
                self._projector.catch_up()
                self._failure = None
            except Busy as error:
                log.warning("projection.busy", reason=error.detail)
            except Exception as error:
                self._failure = f"{type(error).__name__}; the server's log says more"
                log.exception("projection.failed", exc_info=error)
            seen = self._wakeup.wait(seen, self._poll)

    def stop(self, timeout: float = 10.0) -> None:
        """Stop after the round under way; wait for it at most `timeout` seconds."""
        self._stopping.set()
        self._wakeup.notify()
        self.join(timeout)
