"""A chronology's entries as exports take them: batch by batch, all at one revision, in an order that depends on content alone.

Entries come in chronological order, those without a date last; what falls on the same days is ordered by where its first claim stands
(document hash, then place in the text), so that logs that hold the same documents in another order are exported in the same order.
Each batch is a short read of its own, so that a slow taker holds no transaction open. Memory is bounded by a batch, however many entries
there are and however many of them share their days.
"""

import sqlite3
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import groupby

from sqlmodel import col, select

from services.query.answers import entry_view
from services.query.citations import Evidence, gather
from services.query.entries import entries_of, find_entries
from services.query.exports.words import Words
from services.query.instants import Instant
from services.query.nearest import Key
from services.query.orders import Listed, Search, listed_of_days, walk
from services.query.reader import Captured, documents
from services.query.schemas import EntryView
from services.query.snapshot import Snapshot, open_snapshot
from services.query.texts import Texts
from shared.domain.chronology import Entry
from shared.domain.claims import Claim
from shared.domain.errors import Busy
from shared.domain.ids import sha256
from shared.domain.ports import ChronologyInfo
from shared.store.engine import Database
from shared.store.read_model import CapturedRow

BATCH = 100
"""Entries read at a time."""

Days = tuple[int, int]
"""The day bounds that entries are sorted by."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Entries with all that citing them takes. Good for as long as the snapshot is open."""

    snapshot: Snapshot
    entries: list[Entry]
    evidence: Evidence

    def views(self) -> Iterator[EntryView]:
        """Show each entry with everything its claims say, cited."""
        return (entry_view(self.snapshot, self.evidence, entry) for entry in self.entries)

    def claims(self, entry: Entry) -> list[str]:
        """Return the ids of an entry's claims, withdrawn ones included, in content order."""
        return sorted({*entry.claims, *entry.withdrawn}, key=self._place)

    @staticmethod
    def origin(entry: Entry, claim_id: str) -> int | None:
        """Return which of an entry's origins stands behind a claim, by its place among them; None where the claim supports nothing."""
        return next((place for place, origin in enumerate(entry.origins) if claim_id in origin.claims), None)

    def order(self, entry: Entry) -> str:
        """Return what an entry is ordered by among those of the same days."""
        return min((self._place(claim_id) for claim_id in (*entry.claims, *entry.withdrawn)), default="") + entry.title

    def _place(self, claim_id: str) -> str:
        claim = self.evidence.claims[claim_id].claim
        return f"{self.evidence.documents[claim.document_id].document.sha256}{claim.start:012}{claim.end:012}{_said(claim)}"


def _said(claim: Claim) -> str:
    """What tells apart two claims about the same words."""
    return sha256(claim.model_dump_json(exclude={"id", "document_id", "continues"}).encode())


@dataclass(frozen=True)
class Export:
    """One revision of a chronology, to be exported in the words of one language.

    `base` is the address of the server that links lead to, without a slash at its end; empty where it is not known. `recorded` is when
    the revision came about.
    """

    database: Database
    chronology: ChronologyInfo
    texts: Texts
    revision: int
    generation: int
    recorded: datetime
    words: Words
    base: str = ""

    def link(self, path: str) -> str:
        """Return the address of a path on the server; the path alone where the server is not known."""
        return self.base + path

    @cached_property
    def urn(self) -> str:
        """The name of the chronology that holds anywhere."""
        return f"urn:uuid:{self.chronology.id}"

    @contextmanager
    def look(self) -> Iterator[Snapshot]:
        """Open a snapshot at the revision; raise `Busy` when the read model was replaced meanwhile."""
        with open_snapshot(self.database, self.chronology.slug, self.revision) as snapshot:
            if snapshot.generation != self.generation or snapshot.erasing:
                raise Busy("the read model was built anew while it was exported; export again")
            yield snapshot

    def entries(self) -> Iterator[Entry]:
        """Iterate over the entries in chronological order, without what their claims say."""
        place: Key | None = None
        while True:
            with self.look() as snapshot:
                rows = walk(snapshot, Search(), place, BATCH)
                found = entries_of(snapshot, rows)
            yield from found
            if len(rows) < BATCH:
                return
            place = rows[-1].key

    def stream(self, render: Callable[[Batch], Iterable[str]]) -> Iterator[str]:
        """Iterate over what is made of all entries, batch by batch."""
        place: Key | None = None
        while True:
            with self.look() as snapshot:
                rows = walk(snapshot, Search(), place, BATCH)
                whole = _whole_days(rows)
                said = list(render(self._ordered(snapshot, whole))) if whole else []
            yield from said
            if rows and not whole:
                days = (rows[0].sort_from, rows[0].sort_to)
                last = yield from self._crowd(days, render)
                place = (rows[0].key[0], *days, last)
            elif len(rows) < BATCH:
                return
            else:
                place = whole[-1].key

    def _ordered(self, snapshot: Snapshot, rows: list[Listed]) -> Batch:
        """Put together whole days of entries, each day in content order."""
        found = self.gathered(snapshot, entries_of(snapshot, rows))
        ordered: list[Entry] = []
        for _, same_days in groupby(zip(rows, found.entries, strict=True), key=lambda pair: (pair[0].sort_from, pair[0].sort_to)):
            ordered += sorted((entry for _, entry in same_days), key=lambda entry: (found.order(entry), entry.id))
        return Batch(snapshot, ordered, found.evidence)

    def gathered(self, snapshot: Snapshot, entries: list[Entry]) -> Batch:
        """Put entries together with the evidence for all of them."""
        claims = [claim_id for entry in entries for claim_id in (*entry.claims, *entry.withdrawn)]
        applied = [correction.correction_id for entry in entries for correction in entry.corrections]
        return Batch(snapshot, entries, gather(snapshot, self.texts, claims, applied))

    def _crowd(self, days: Days, render: Callable[[Batch], Iterable[str]]) -> Generator[str, None, str]:
        """Iterate over more entries of the same days than are held at once, in content order; return the last of their ids.

        The order is worked out on disk, in a database that nobody else sees and that is gone afterwards.
        """
        with closing(sqlite3.connect("", check_same_thread=False)) as index:
            index.execute("CREATE TABLE entry (content TEXT, id TEXT, PRIMARY KEY (content, id)) WITHOUT ROWID")
            last = ""
            while True:
                with self.look() as snapshot:
                    batch = self.gathered(snapshot, self._of_days(snapshot, days, after=last))
                    index.executemany("INSERT INTO entry VALUES (?, ?)", [(batch.order(entry), entry.id) for entry in batch.entries])
                if not batch.entries:
                    break
                last = batch.entries[-1].id
            place = ("", "")
            following = "SELECT content, id FROM entry WHERE (content, id) > (?, ?) ORDER BY content, id LIMIT ?"
            while found := index.execute(following, (*place, BATCH)).fetchall():
                with self.look() as snapshot:
                    said = list(render(self.gathered(snapshot, self._of_ids(snapshot, [entry_id for _, entry_id in found]))))
                yield from said
                place = found[-1]
        return last

    def _of_days(self, snapshot: Snapshot, days: Days, after: str) -> list[Entry]:
        return entries_of(snapshot, listed_of_days(snapshot, days, after, BATCH))

    def _of_ids(self, snapshot: Snapshot, ids: list[str]) -> list[Entry]:
        found = find_entries(snapshot, ids)
        return [found[entry_id] for entry_id in ids]

    def erased_documents(self) -> Iterator[Captured]:
        """Iterate over the documents that were erased, in the order of their capture: nothing of what they said is left to export."""
        position = 0
        while True:
            with self.look() as snapshot:
                asked = select(CapturedRow.id, CapturedRow.position).where(
                    snapshot.rows.of(CapturedRow),
                    col(CapturedRow.erased).is_not(None),
                    col(CapturedRow.position) > position,
                    col(CapturedRow.position) <= snapshot.revision,
                )
                rows = snapshot.session.exec(asked.order_by(col(CapturedRow.position)).limit(BATCH)).all()
                found = list(documents(snapshot, [document_id for document_id, _ in rows]).values())
            yield from found
            if len(rows) < BATCH:
                return
            position = rows[-1][1]


def _whole_days(rows: list[Listed]) -> list[Listed]:
    """Leave out the last days of a full batch, of which there may be more; nothing is left where a batch has no others."""
    if len(rows) < BATCH:
        return rows
    last = (rows[-1].sort_from, rows[-1].sort_to)
    return [row for row in rows if (row.sort_from, row.sort_to) != last]


def open_export(
    database: Database,
    chronology: ChronologyInfo,
    texts: Texts | None = None,
    at: Instant | str | None = None,
    words: Words | None = None,
    base: str = "",
) -> Export:
    """Prepare the export of a revision, the current one if none is named. `at` is as `resolve_at` takes it."""
    with open_snapshot(database, chronology.slug, at) as snapshot:
        return export_of(snapshot, texts or Texts(database), words or Words(), base)


def export_of(snapshot: Snapshot, texts: Texts, words: Words, base: str = "") -> Export:
    """Prepare the export of what a snapshot shows."""
    return Export(
        database=snapshot.database,
        chronology=snapshot.chronology,
        texts=texts,
        revision=snapshot.revision,
        generation=snapshot.generation,
        recorded=snapshot.recorded or datetime(1970, 1, 1, tzinfo=UTC),
        words=words,
        base=base,
    )
