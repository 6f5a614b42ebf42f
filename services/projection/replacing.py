"""Replacing the live generation of a chronology's read model: another one is built beside it, compared, and switched to.

Readers see the live rows all the while, and others may fold them on. The new generation is folded as far as the live one, in short
transactions; a build that is killed is taken up where it was. The switch is one transaction, in which both are at the same position.
"""

from contextlib import closing
from dataclasses import dataclass

from services.projection import fold, generations
from services.projection.announced import pass_beside
from services.projection.carrying import Side, carry, carry_within
from services.projection.erasures import ErasedMeanwhileError
from services.projection.folding import Folding, Held, Progress
from services.projection.generations import BUILDING, KEPT, Look, Place, StaleFoldError, look
from shared.domain.errors import NotFound, RevisionConflict, UnknownEvent
from shared.domain.ports import LogReader
from shared.store.differences import Difference, differences, touched
from shared.store.engine import Database, ReadSession, WriteSession
from shared.store.generations import Rows
from shared.store.read_model import GenerationRow


@dataclass(frozen=True, slots=True)
class Replaced:
    """What came of a switch: the generation that readers see now and the one before, at which revision, and how many entries differ.

    `kept` says whether the one before can be switched back to.
    """

    generation: int
    before: int
    position: int
    different: int
    kept: bool


@dataclass(frozen=True, slots=True)
class _Switch:
    """A generation to be switched to, and all that is known of it beforehand: which entries differ at which revision."""

    row: GenerationRow
    known: dict[str, bool]
    at: int
    back: bool = False
    """Whether it is one that was left, and nothing was recorded since."""


class Replacing:
    """Builds, compares and switches generations."""

    def __init__(self, database: Database, log: LogReader, folding: Folding) -> None:
        self._database = database
        self._log = log
        self._folding = folding

    def build(self, chronology_id: str, progress: Progress) -> tuple[Held, UnknownEvent | None]:
        """Build a generation beside the live one, as far as that is folded, or go on with one that this release was building.

        Where a document was erased since the live one was begun, it is built as far as the log goes. Returns it, and the event that this
        release does not know, where it met one.
        """
        held = self._begun(chronology_id)
        while True:
            seen = self._look(chronology_id)
            until = None if seen.erased_since else seen.place.position
            try:
                if not self._folding.step(held, until):
                    return held, None
            except UnknownEvent as error:
                return held, error
            progress(held.fold.position, max(until or 0, held.fold.position))

    def _begun(self, chronology_id: str) -> Held:
        with self._database.write() as session:
            row = generations.open_beside(session, chronology_id, self._database.read_keys)
            place = Place(row.number, row.position)
        return self._folding.load(chronology_id, place, live=False, carried=0)

    def compare(self, chronology_id: str, number: int) -> tuple[int, list[Difference]]:
        """Return how far both the live generation and another one are folded, and which entries they show differently there."""
        with self._database.read() as session:
            seen, row = self._beside(session, chronology_id, number)
            at = min(seen.place.position, row.position)
            live = Rows(chronology_id, seen.place.generation)
            with closing(differences(self._database, session, live, Rows(chronology_id, number), at)) as found:
                return at, list(found)

    def switch(self, held: Held, *, keep: bool) -> Replaced:
        """Let readers see what was built, at the position where the live rows are."""
        try:
            return self._switch(held.fold.chronology_id, held.key.generation, held, keep=keep)
        finally:
            generations.sweep(self._database, held.fold.chronology_id)

    def switch_back(self, chronology_id: str, progress: Progress) -> tuple[Replaced, Held | None]:
        """Let readers see the generation that was kept, brought up to where the live one is; this one is kept instead.

        Raises `NotFound` where none is kept, `RevisionConflict` where another release folded it and something was recorded since.
        """
        with self._database.read() as session:
            seen = look(session, chronology_id)
        row = next((row for row in seen.beside if row.state == KEPT), None)
        if row is None:
            raise NotFound("no generation is kept to switch back to; `salname rebuild` builds one")
        held, unmoved = None, row.live_until == seen.place.position
        if row.fold_version == fold.VERSION:
            held = self._folding.load(chronology_id, Place(row.number, row.position), live=False, carried=0)
            while self._folding.step(held, self._look(chronology_id).place.position):
                progress(held.fold.position, seen.place.position)
        return self._switch(chronology_id, row.number, held, keep=True, back=unmoved), held

    def _switch(self, chronology_id: str, number: int, held: Held | None, *, keep: bool, back: bool = False) -> Replaced:
        with self._database.read() as session:
            seen, row = self._beside(session, chronology_id, number)
            known = {} if _only_erased(seen) else self._different(session, seen, row, row.position)
        if not seen.erased_since:
            carry(self._database, self._side(chronology_id, seen.place.generation), self._side(chronology_id, number), 0, row.position)
        with self._database.write() as session:
            replaced = self._switch_within(session, chronology_id, _Switch(row, known, row.position, back=back), held, keep=keep)
        if held is not None:
            with self._database.read() as reading:
                held.live = True
                now = look(reading, chronology_id)
                held.fold.go_on_telling(now.carried, generations.last_told(reading, held.rows, now.carried))
                held.untold = generations.untold(reading, chronology_id)
        return replaced

    def _switch_within(self, session: WriteSession, here: str, switch: _Switch, held: Held | None, *, keep: bool) -> Replaced:
        seen = generations.lock_live(session, here)
        number = switch.row.number
        self._beside(session, here, number)  # somebody may have dropped it meanwhile
        if seen.erasures != switch.row.erasures:
            raise ErasedMeanwhileError(here)
        if held is not None and not seen.erased_since:
            while self._folding.step(held, seen.place.position, session):
                pass
        if held is None:
            pass_beside(session, self._log, self._beside(session, here, number)[1], seen.place.position)
        session.expire_all()
        seen, row = self._beside(session, here, number)
        if row.position < seen.place.position:
            raise RevisionConflict(
                f"generation {number} was folded by other rules, as far as revision {row.position}, and the chronology is at "
                f"{seen.place.position}: the release that made it can take it further (start it, then switch back), and this one cannot"
            )
        different = switch.known
        if not _only_erased(seen):
            live, new = Rows(here, seen.place.generation), Rows(here, number)
            again = touched(session, live, switch.at) | touched(session, new, switch.at)
            kept = {entry_id: before for entry_id, before in different.items() if entry_id not in again}
            different = kept | self._different(session, seen, row, row.position, again)
            generations.leave_untold(session, live, different, number if switch.back and row.position == switch.at else None)
        carried, lost = row.carried, seen.lost
        if seen.erased_since:
            # What was told of it may quote what was erased, so the feed is told anew; and by other rules, to nobody who knows the old one.
            carried, lost = 0, max(lost, seen.carried, 0 if _only_erased(seen) else seen.place.position + 1)
        else:
            sides = self._side(here, seen.place.generation, session), self._side(here, number, session)
            carried = max(carried, carry_within(session, *sides, switch.at, row.position))
        keep = keep and not seen.erased_since
        generations.make_live(session, seen, row, carried, lost, keep=keep)
        return Replaced(number, seen.place.generation, row.position, len(different), keep)

    def _different(
        self, session: ReadSession | WriteSession, seen: Look, row: GenerationRow, at: int, only: set[str] | None = None
    ) -> dict[str, bool]:
        """The entries that differ from the live ones, each with whether it is an entry there."""
        live = Rows(row.chronology_id, seen.place.generation)
        with closing(differences(self._database, session, live, Rows(row.chronology_id, row.number), at, only)) as found:
            return {one.entry_id: one.before is not None for one in found}

    def _side(self, chronology_id: str, number: int, session: WriteSession | None = None) -> Side:
        if session is None:
            with self._database.read() as reading:
                key = self._database.read_keys.find(reading, chronology_id, number)
        else:
            key = self._database.read_keys.find(session, chronology_id, number)
        if key is None:
            raise StaleFoldError
        return Side(Rows(chronology_id, number), key)

    def _beside(self, session: ReadSession | WriteSession, chronology_id: str, number: int) -> tuple[Look, GenerationRow]:
        seen = look(session, chronology_id)
        row = next((row for row in seen.beside if row.number == number and row.state in (BUILDING, KEPT)), None)
        if row is None:
            raise StaleFoldError
        return seen, row

    def _look(self, chronology_id: str) -> Look:
        with self._database.read() as session:
            return look(session, chronology_id)

    def give_up(self, chronology_id: str, number: int) -> None:
        """Drop a generation that is not live."""
        with self._database.write() as session:
            generations.drop(session, chronology_id, number)
        generations.sweep(self._database, chronology_id)

    def drop_erased(self, chronology_id: str, seen: Look) -> None:
        """Destroy the keys of the generations beside the live one that may hold words of documents erased since."""
        stale = [row.number for row in seen.beside if row.erasures < seen.erasures and row.state != generations.DROPPED]
        for number in stale:
            self.give_up(chronology_id, number)


def _only_erased(seen: Look) -> bool:
    """Whether the live rows are outdated by an erasure alone: then the log says what became of each entry, and subscribers hear that."""
    return seen.erased_since and seen.fold_version == fold.VERSION
