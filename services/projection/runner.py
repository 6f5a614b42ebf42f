"""Running the projection: read the log, fold, and save rows and progress in one transaction; build anew where that is called for.

A projection can be killed at any moment: what is not committed together with its progress did not happen. Two projections of one
chronology do not harm each other: the progress row lets one of them through, and the other folds anew.

Where the live rows were written by an older release, or may hold the words of a document erased since, another *generation* of rows is
built beside them, and switched to (`replacing`). A release that finds the rows of a newer one, or that an editor switched back to an older
one, stands by: it keeps the generation that it folds up to date, if there is one, and says what to do.
"""

import threading
from collections.abc import Callable

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from services.projection import fold, generations
from services.projection.announced import announcements, pass_live
from services.projection.erasures import ErasedMeanwhileError
from services.projection.folding import Folding, Held, Progress
from services.projection.generations import BUILDING, KEPT, Look, Place, StaleFoldError
from services.projection.replacing import Replaced, Replacing
from shared.domain.errors import Busy, UnknownEvent, WrongKey
from shared.domain.ports import ChronologyInfo, LogReader
from shared.store.differences import Difference
from shared.store.driver import DriverError
from shared.store.engine import Database
from shared.store.read_model import CHANNEL, ProgressRow
from shared.store.wakeup import Wakeup

log = structlog.get_logger(__name__)


class Projector:
    """Keeps the read model of every chronology of a database up with its log. Use one instance from one thread."""

    def __init__(self, database: Database, events: LogReader, on_change: Callable[[], None] = lambda: None) -> None:
        self._database = database
        self._log = events
        self._on_change = on_change
        self._folding = Folding(database, events)
        self._replacing = Replacing(database, events, self._folding)
        self._held: dict[str, Held] = {}
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
            if held is not None and held.fold.position == info.head and info.id not in self.stopped:
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
                seen = self._look(info.id)
                self._replacing.drop_erased(info.id, seen)
                if seen.outdated and not self._stands_by(info, seen):
                    done += self._renew(info, progress)
                    continue
                if seen.outdated:
                    done += self._pass_announced(info, seen)
                step = self._step(info.id, seen)
            except (StaleFoldError, ErasedMeanwhileError):
                # Another projection moved the rows, or a document was erased while we folded: look again what is to be done.
                self._held.pop(info.id, None)
                if self.is_current(info):
                    break
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

    def bring_up(self, info: ChronologyInfo, progress: Progress = lambda position, head: None) -> int:
        """Project one chronology for a command that ends then, and needs no fold at hand where a server's projection was quicker."""
        return 0 if self.is_current(info) else self.project(info, progress)

    def is_current(self, info: ChronologyInfo) -> bool:
        """Whether the rows show all of a log already: then nobody has to fold what came before, to project nothing."""
        seen = self._look(info.id)
        return seen.place.generation > 0 and seen.place.position == info.head and not seen.outdated

    def rebuild(self, info: ChronologyInfo, progress: Progress = lambda position, head: None, *, keep: bool = False) -> Replaced | None:
        """Fold a chronology again from position 0 into a generation of its own beside the live one, and switch to it.

        Readers see the old rows until the switch. `keep` keeps them, to switch back to; else they and their key are destroyed. Returns
        None where the live rows show more than this release can fold: then they stay.
        """
        while True:
            try:
                held = self.build(info, progress)
                replaced = None if held is None else self._switch(held, keep=keep)
            except (StaleFoldError, ErasedMeanwhileError):
                continue  # another projection moved the rows, or another document was erased, while we folded
            self.project(info)
            return replaced

    def switch(self, info: ChronologyInfo, held: Held, *, keep: bool) -> Replaced | None:
        """Switch to what `build` returned; where another projection or an erasure has overtaken it, to one that is built again."""
        try:
            replaced = self._switch(held, keep=keep)
        except (StaleFoldError, ErasedMeanwhileError):
            return self.rebuild(info, keep=keep)
        self.project(info)
        return replaced

    def build(self, info: ChronologyInfo, progress: Progress = lambda position, head: None) -> Held | None:
        """Build a generation beside the live one, which is brought up to date first where this release folds it.

        What was built before and not switched to is taken up. Returns None where the live rows show more than this release can fold.
        """
        if not self._look(info.id).outdated and not self.is_current(info):
            self.project(info)
        self._held.pop(info.id, None)  # two folds need twice the memory
        return self._build(info.id, progress)

    def compare(self, info: ChronologyInfo, number: int) -> tuple[int, list[Difference]]:
        """Return how far both the live generation and another one are folded, and which entries they show differently there."""
        return self._replacing.compare(info.id, number)

    def switch_back(self, info: ChronologyInfo, progress: Progress = lambda position, head: None) -> Replaced:
        """Let readers see the generation that was kept at the last switch; the live one is kept instead, so that it can be undone.

        Raises `NotFound` where none is kept, `RevisionConflict` where another release folded it and something was recorded since.
        """
        while True:
            try:
                if not self._look(info.id).outdated:
                    self.project(info)
                replaced, held = self._replacing.switch_back(info.id, progress)
            except (StaleFoldError, ErasedMeanwhileError):
                continue
            self._held.pop(info.id, None)
            if held is not None:
                self._held[info.id] = held
            self._tell(info.id)
            return replaced

    def drop(self, info: ChronologyInfo) -> list[int]:
        """Drop all generations beside the live one; return their numbers."""
        numbers = [row.number for row in self._look(info.id).beside]
        for number in numbers:
            self._replacing.give_up(info.id, number)
        return numbers

    def _renew(self, info: ChronologyInfo, progress: Progress) -> int:
        """Replace rows that are outdated."""
        self._held.pop(info.id, None)
        held = self._build(info.id, progress)
        if held is None:
            return 0
        self._switch(held, keep=True)
        return held.fold.position

    def _build(self, chronology_id: str, progress: Progress) -> Held | None:
        held, unknown = self._replacing.build(chronology_id, progress)
        if unknown is None:
            return held
        if held.fold.position < self._look(chronology_id).place.position:
            # A newer release wrote the live rows. They show more than we could: they stay, and say what is wrong.
            self._beyond_us.add(chronology_id)
            self._replacing.give_up(chronology_id, held.key.generation)
            self._stop_at(chronology_id, unknown)
            return None
        return held

    def _switch(self, held: Held, *, keep: bool) -> Replaced:
        replaced = self._replacing.switch(held, keep=keep)
        here = held.fold.chronology_id
        self._held[here] = held
        self.stopped.pop(here, None)
        self._tell(here)
        return replaced

    def _stands_by(self, info: ChronologyInfo, seen: Look) -> bool:
        """Whether live rows of other rules are to stay: a newer release has taken over, or somebody switched back to an older one."""
        if seen.fold_version == fold.VERSION:
            return False
        newer = seen.fold_version > fold.VERSION
        if not newer and (seen.erased_since or seen.ours(KEPT) is None):
            return False
        reason = (
            f"the read model of {info.slug} is consolidated by the rules {seen.fold_version} of "
            f"{'a newer release' if newer else 'an older release, which was switched back to'}, and this one has the rules {fold.VERSION}: "
            f"it stays at revision {seen.place.position} unless that release folds it on; `salname rebuild {info.slug}` replaces it"
        )
        if self.stopped.get(info.id) != reason:
            self.stopped[info.id] = reason
            log.warning("projection.stands_by", chronology=info.slug, reason=reason)
        return True

    def _pass_announced(self, info: ChronologyInfo, seen: Look) -> int:
        """Tell subscribers that readers see older rules again, where these were switched back to; a newer release does so by itself."""
        if seen.fold_version > fold.VERSION or not announcements(self._log, info.id, seen.place.position):
            return 0
        passed = pass_live(self._database, self._log, info)
        if passed:
            self._tell(info.id)
        return passed

    def _step(self, chronology_id: str, seen: Look) -> int:
        held = self._held.get(chronology_id)
        if held is None or held.key.generation != self._own(seen).generation:
            held = self._load(chronology_id, seen)
            if held is None:
                return 0
            self._held[chronology_id] = held
        try:
            step = self._folding.step(held)
        except BaseException:
            # What was folded in memory is ahead of the rows now: it must not be built upon.
            self._held.pop(chronology_id, None)
            raise
        if step:
            if held.live:
                self.stopped.pop(chronology_id, None)
            self._tell(chronology_id)
        return step

    @staticmethod
    def _own(seen: Look) -> Place:
        """The rows that this release folds: the live ones, or what it is to have at hand while another release's are live."""
        if not seen.outdated:
            return seen.place
        row = seen.ours(KEPT, BUILDING)
        return Place() if row is None else Place(row.number, row.position)

    def _load(self, chronology_id: str, seen: Look) -> Held | None:
        """Fold what the rows show already; open the first generation where there is none."""
        generations.sweep(self._database, chronology_id)
        place = self._own(seen)
        if place.generation > 0:
            return self._folding.load(chronology_id, place, live=not seen.outdated, carried=seen.carried)
        if seen.place.generation > 0:
            return None
        key, key_row = self._database.read_keys.make(chronology_id, 1)
        row = ProgressRow(chronology_id=chronology_id, position=0, generation=1, erasures=seen.erasures, fold_version=fold.VERSION, time="")
        with self._database.write() as session:
            generations.open_first(session, row, key_row)
        return Held(self._folding.fresh(chronology_id), key, live=True)

    def _look(self, chronology_id: str) -> Look:
        with self._database.read() as session:
            return generations.look(session, chronology_id)

    def _stop_at(self, chronology_id: str, error: UnknownEvent) -> None:
        if self.stopped.get(chronology_id) == error.detail:
            return
        self.stopped[chronology_id] = error.detail
        log.error("projection.stopped", chronology=chronology_id, reason=error.detail)
        with self._database.write() as session:
            generations.note_error(session, chronology_id, error.detail)

    def _tell(self, chronology_id: str) -> None:
        if self._database.dialect == "postgresql":
            with self._database.write() as session:
                session.execute(text("SELECT pg_notify(:channel, :chronology)"), {"channel": CHANNEL, "chronology": chronology_id})
        self._on_change()


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
