"""Running the projection: read the log, fold, and save rows and checkpoint in one transaction; rebuild from nothing.

A projection can be killed at any moment: what is not committed together with its checkpoint did not happen. Two projections of one
chronology do not harm each other: the checkpoint row lets one of them through, and the other folds anew.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from services.projection.fold import VERSION, Fold, Revision
from services.projection.writer import StaleFoldError, clear, take_checkpoint, write_revision
from shared.domain.errors import Busy, UnknownEvent
from shared.domain.events import Recorded
from shared.domain.ports import ChronologyInfo, LogReader
from shared.store.engine import Database
from shared.store.read_model import CHANNEL, ProgressRow
from shared.store.wakeup import Wakeup

BATCH = 1000
"""About how many events are folded in one transaction; a commit is never cut."""

Progress = Callable[[int, int], None]
"""Called with the position reached and the head."""

log = structlog.get_logger(__name__)


class Projector:
    """Keeps the read model of every chronology of a database up with its log. Use one instance from one thread."""

    def __init__(self, database: Database, events: LogReader, on_change: Callable[[], None] = lambda: None) -> None:
        self._database = database
        self._log = events
        self._on_change = on_change
        self._folds: dict[str, Fold] = {}
        self.stopped: dict[str, str] = {}
        """Why the projection of a chronology stopped, by its id: its log holds what this release does not know."""

    def catch_up(self, progress: Progress = lambda position, head: None) -> int:
        """Project all chronologies as far as their logs go; return how many events that took.

        What stops one chronology does not stop the others: its reason is kept in `stopped`, and it is tried again next time.
        """
        done = 0
        for info in self._log.chronologies():
            try:
                done += self.project(info, progress)
            except (SQLAlchemyError, ValueError, KeyError) as error:
                if info.id not in self.stopped:
                    log.exception("projection.failed", chronology=info.slug, exc_info=error)
                self.stopped[info.id] = f"{info.slug} cannot be projected: {type(error).__name__}; the server's log says more"
        return done

    def project(self, info: ChronologyInfo, progress: Progress = lambda position, head: None) -> int:
        """Project one chronology as far as its log goes; return how many events that took."""
        if self._outdated(info.id):
            return self.rebuild(info, progress)
        done = 0
        while True:
            try:
                step = self._step(info.id)
            except StaleFoldError:
                self._folds.pop(info.id, None)
                continue
            except UnknownEvent as error:
                self._stop_at(info.id, error)
                return done
            if step == 0:
                return done
            done += step
            progress(self._folds[info.id].position, max(info.head, self._folds[info.id].position))

    def rebuild(self, info: ChronologyInfo, progress: Progress = lambda position, head: None) -> int:
        """Fold a chronology again from position 0 and replace its rows in one transaction: readers see the old until the new is whole."""
        fold = Fold(info.id)
        revisions: list[Revision] = []
        time = ""
        for events in _batches(self._log, info.id):
            revisions += _fold(fold, events)
            time = events[-1].time.isoformat()
            progress(fold.position, max(info.head, fold.position))
        with self._database.write() as session:
            clear(session, info.id)
            take_checkpoint(session, info.id, 0, fold.position, time)
            for revision in revisions:
                write_revision(session, info.id, revision, fold.claims)
        self._folds[info.id] = fold
        self._tell(info.id)
        return fold.position

    def _step(self, chronology_id: str) -> int:
        fold = self._folds.get(chronology_id) or self._load(chronology_id)
        self._folds[chronology_id] = fold
        events = self._log.read(chronology_id, fold.position, BATCH)
        if not events:
            return 0
        before = fold.position
        try:
            revisions = list(_fold(fold, events))
            with self._database.write() as session:
                take_checkpoint(session, chronology_id, before, fold.position, events[-1].time.isoformat())
                for revision in revisions:
                    write_revision(session, chronology_id, revision, fold.claims)
        except BaseException:
            # What was folded in memory is ahead of the rows now: it must not be built upon.
            self._folds.pop(chronology_id, None)
            raise
        self.stopped.pop(chronology_id, None)
        self._tell(chronology_id)
        return len(events)

    def _load(self, chronology_id: str) -> Fold:
        """Fold what the checkpoint says is written already, without writing it again."""
        fold = Fold(chronology_id)
        if checkpoint := self._checkpoint(chronology_id):
            for events in _batches(self._log, chronology_id, checkpoint.position):
                for _ in _fold(fold, events):
                    pass
        return fold

    def _outdated(self, chronology_id: str) -> bool:
        """Whether the rows were written by a release that folds otherwise."""
        if chronology_id in self._folds:
            return False
        checkpoint = self._checkpoint(chronology_id)
        return checkpoint is not None and checkpoint.fold_version != VERSION

    def _checkpoint(self, chronology_id: str) -> ProgressRow | None:
        with self._database.read() as session:
            return session.get(ProgressRow, chronology_id)

    def _stop_at(self, chronology_id: str, error: UnknownEvent) -> None:
        if self.stopped.get(chronology_id) == error.detail:
            return
        self.stopped[chronology_id] = error.detail
        log.error("projection.stopped", chronology=chronology_id, reason=error.detail)
        checkpoint = self._checkpoint(chronology_id)
        position, time = (checkpoint.position, checkpoint.time) if checkpoint else (0, "")
        with self._database.write() as session:
            take_checkpoint(session, chronology_id, position, position, time, error=error.detail)

    def _tell(self, chronology_id: str) -> None:
        if self._database.dialect == "postgresql":
            with self._database.write() as session:
                session.execute(text("SELECT pg_notify(:channel, :chronology)"), {"channel": CHANNEL, "chronology": chronology_id})
        self._on_change()


def _batches(events: LogReader, chronology_id: str, until: int | None = None) -> Iterator[list[Recorded]]:
    after = 0
    while (until is None or after < until) and (batch := events.read(chronology_id, after, BATCH)):
        yield batch if until is None else [event for event in batch if event.position <= until]
        after = batch[-1].position


def _fold(fold: Fold, events: Sequence[Recorded]) -> Iterator[Revision]:
    for _, commit in groupby(events, key=lambda event: event.commit):
        yield fold.apply(list(commit))


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
