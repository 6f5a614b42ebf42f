"""Folding a log into a generation of rows, step by step: what the live rows and those that are built beside them have in common."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby

import structlog

from services.projection.fold import Fold, Revision
from services.projection.generations import Place, StaleFoldError, last_told, look, move_beside, take_progress, told, untold
from services.projection.indexing import index_new
from services.projection.keeping import kept_rows, restore, write_kept
from services.projection.rows import RevisionRows, preview_rows, rows_of
from services.projection.writer import write_previews, write_revisions
from shared.domain.errors import WrongKey
from shared.domain.events import DocumentCaptured, Recorded
from shared.domain.ports import LogReader
from shared.store.engine import Database, WriteSession
from shared.store.generations import Rows
from shared.store.read_keys import ReadKey

log = structlog.get_logger(__name__)

BATCH = 1000
"""About how many events are folded in one transaction; a commit is never cut."""

Progress = Callable[[int, int], None]
"""Called with the position reached and the head."""


@dataclass(slots=True)
class Held:
    """The fold of a chronology as far as the rows of a generation are written, and the generation's key.

    `untold` are entries that subscribers are to hear of with the next revision, where the rows are live.
    """

    fold: Fold
    key: ReadKey
    live: bool
    untold: dict[str, bool] = field(default_factory=dict)

    @property
    def place(self) -> Place:
        return Place(self.key.generation, self.fold.position)

    @property
    def rows(self) -> Rows:
        return Rows(self.fold.chronology_id, self.key.generation)


class Folding:
    """Takes the folds of chronologies on, with their rows."""

    def __init__(self, database: Database, log: LogReader) -> None:
        self._database = database
        self._log = log

    def fresh(self, chronology_id: str) -> Fold:
        """Return the fold of a chronology before its first event."""
        return Fold(chronology_id, partial(self._log.pick, chronology_id))

    def load(self, chronology_id: str, place: Place, *, live: bool, carried: int) -> Held:
        """Have what the rows of a generation show already at hand, from what was kept of it; what was not kept is folded again."""
        with self._database.read() as session:
            key = self._database.read_keys.find(session, chronology_id, place.generation)
            if key is None:
                raise StaleFoldError
            rows = Rows(chronology_id, place.generation)
            last, told = (last_told(session, rows, revision) for revision in (place.position, carried))
            waiting = untold(session, chronology_id) if live else {}
        fold = self._restored(key, place, last) or self._refolded(chronology_id, place, last)
        if live:
            fold.go_on_telling(carried, told)
        return Held(fold, key, live, waiting)

    def _restored(self, key: ReadKey, place: Place, last: int) -> Fold | None:
        fold = self.fresh(key.chronology_id)

        def read(positions: Sequence[int]) -> tuple[list[Recorded], dict[str, str]]:
            events = self._log.pick(fold.chronology_id, positions)
            return events, self._texts(fold.chronology_id, events)

        try:
            return fold if restore(self._database, fold, key, place.position, last, read) else None
        except (LookupError, ValueError) as error:
            if self._stands(key, place):
                raise
            raise StaleFoldError from error  # another projection moved the rows while they were read
        except WrongKey as error:
            log.warning("projection.folds_again", chronology=fold.chronology_id, reason=error.detail)
            return None

    def _stands(self, key: ReadKey, place: Place) -> bool:
        """Whether the rows of a generation still show what they showed."""
        with self._database.read() as session:
            seen = look(session, key.chronology_id)
        known = {seen.place.generation: seen.place.position, **{row.number: row.position for row in seen.beside}}
        return known.get(place.generation) == place.position

    def _refolded(self, chronology_id: str, place: Place, last: int) -> Fold:
        fold = self.fresh(chronology_id)
        while fold.position < place.position and (events := self._read(fold, place.position)):
            texts = self._texts(chronology_id, events)
            for _, commit in groupby(events, key=lambda event: event.commit):
                fold.pass_over(list(commit), texts)
        fold.settle(last)
        return fold

    def step(self, held: Held, until: int | None = None, session: WriteSession | None = None) -> int:
        """Fold the next events and save their rows, in a transaction of its own or in `session`; return how many events that took.

        After an error, what was folded in memory is ahead of the rows: it must not be built upon.
        """
        events = self._read(held.fold, until)
        if not events:
            return 0
        before, told_of = held.place, list(held.untold)
        rows, kept = self._rows(held, events), kept_rows(held.fold, held.key)
        previews = preview_rows(held.fold.chronology_id, held.fold.previews(), held.key)
        with nullcontext(session) if session is not None else self._database.write() as writing:
            self._save(writing, held, before, rows, events, told_of)
            write_kept(writing, kept)
            write_previews(writing, held.rows, previews)
        if told_of:
            with self._database.read() as reading:
                held.untold = untold(reading, held.fold.chronology_id)
        return len(events)

    def _read(self, fold: Fold, until: int | None) -> list[Recorded]:
        if until is not None and fold.position >= until:
            return []
        events = self._log.read(fold.chronology_id, fold.position, BATCH)
        return events if until is None else [event for event in events if event.position <= until]

    def _rows(self, held: Held, events: Sequence[Recorded]) -> list[RevisionRows]:
        here = held.fold.chronology_id
        revisions = _folded(held.fold, events, self._texts(here, events), held.untold)
        return [rows_of(here, revision, held.fold.claim, held.key) for revision in revisions]

    def _save(
        self,
        session: WriteSession,
        held: Held,
        before: Place,
        rows: Sequence[RevisionRows],
        events: Sequence[Recorded],
        told_of: Sequence[str],
    ) -> None:
        here = held.fold.chronology_id
        move = take_progress if held.live else move_beside
        move(session, here, before, held.fold.position, events[-1].time.isoformat())
        write_revisions(session, here, rows)
        index_new(session, held.rows)
        if told_of:
            told(session, here, told_of, rows[0].position)
            held.fold.go_on_telling(rows[0].position, rows[0].position)

    def _texts(self, chronology_id: str, events: Sequence[Recorded]) -> dict[str, str]:
        """Read the texts of the documents that are captured in these events: each once, to find the sentences that it shares."""
        captured = [event.data.document_id for event in events if isinstance(event.data, DocumentCaptured)]
        return self._log.texts(chronology_id, captured) if captured else {}


def _folded(fold: Fold, events: Sequence[Recorded], texts: Mapping[str, str], untold: Mapping[str, bool]) -> Iterator[Revision]:
    """Fold commit by commit; what is still to be told is told with the first."""
    for _, commit in groupby(events, key=lambda event: event.commit):
        yield fold.apply(list(commit), texts, untold)
        untold = {}
