"""JSON Lines: one cited claim a line.

Entries come in chronological order (those without a date last), claims within an entry in content order, and what falls on the same days
is ordered by content: logs that hold the same documents in another order give the same lines, ids aside. `date` and `values` are the
claim's own, as accepted corrections let it be read. `status` is `withdrawn` for a withdrawn claim, else the status of its entry. `erased`
is the support that the entry lost when documents were erased.
"""

from collections.abc import Iterator
from itertools import groupby

import orjson
from sqlmodel import col, select

from services.query.citations import Evidence, gather
from services.query.entries import Place, holding, opened, walk
from services.query.snapshot import Snapshot, open_snapshot
from services.query.texts import Texts
from shared.domain.chronology import Entry
from shared.domain.errors import Busy
from shared.domain.ports import ChronologyInfo
from shared.store.engine import Database
from shared.store.read_model import EntryRow

BATCH = 100
"""Entries read at a time."""


def export_jsonl(database: Database, chronology: ChronologyInfo, texts: Texts | None = None, revision: int | None = None) -> Iterator[str]:
    """Iterate over the lines (with their line feeds) of a revision, the current one if none is named.

    Each batch is a short read of its own at one and the same revision, so that a slow taker holds no transaction open. Memory
    is bounded by a batch and by the entries that share their days. Raises `Busy` when the read model is replaced on the way.
    """
    texts = texts or Texts(database)
    with open_snapshot(database, chronology.slug, revision) as snapshot:
        revision, generation = snapshot.revision, snapshot.generation
    after: Place | None = None
    while True:
        with open_snapshot(database, chronology.slug, revision) as snapshot:
            if snapshot.generation != generation or snapshot.erasing:
                raise Busy("the read model was built anew while it was exported; export again")
            rows = _next_rows(snapshot, after)
            lines = list(_lines(snapshot, texts, rows))
        yield from lines
        if not rows:
            return
        after = (rows[-1].sort_from, rows[-1].sort_to, rows[-1].id)


def _next_rows(snapshot: Snapshot, after: Place | None) -> list[EntryRow]:
    """Read a batch of entries, and whatever falls on the very days of its last one, which is ordered together with it."""
    rows = walk(snapshot, [], after, BATCH)
    if len(rows) < BATCH:
        return rows
    last = rows[-1]
    same = select(EntryRow).where(*holding(snapshot), EntryRow.sort_from == last.sort_from, EntryRow.sort_to == last.sort_to)
    return rows + list(snapshot.session.exec(same.where(col(EntryRow.id) > last.id).order_by(col(EntryRow.id))))


def _lines(snapshot: Snapshot, texts: Texts, rows: list[EntryRow]) -> Iterator[str]:
    entries = [opened(snapshot, row) for row in rows]
    evidence = _evidence(snapshot, texts, entries)
    for _, same_days in groupby(zip(rows, entries, strict=True), key=lambda pair: (pair[0].sort_from, pair[0].sort_to)):
        for entry in sorted((entry for _, entry in same_days), key=lambda entry: _content_key(entry, evidence)):
            for claim_id in sorted({*entry.claims, *entry.withdrawn}, key=lambda claim_id: _claim_key(evidence, claim_id)):
                yield _line(entry, evidence, claim_id)


def _evidence(snapshot: Snapshot, texts: Texts, entries: list[Entry]) -> Evidence:
    claims = [claim_id for entry in entries for claim_id in (*entry.claims, *entry.withdrawn)]
    applied = [correction.correction_id for entry in entries for correction in entry.corrections]
    return gather(snapshot, texts, claims, applied)


def _claim_key(evidence: Evidence, claim_id: str) -> tuple[str, int, int, str, str]:
    claim = evidence.claims[claim_id].claim
    said = claim.model_dump_json(exclude={"id", "document_id", "continues"})
    return (evidence.documents[claim.document_id].document.sha256, claim.start, claim.end, claim.quote, said)


def _content_key(entry: Entry, evidence: Evidence) -> tuple[object, ...]:
    return min(_claim_key(evidence, claim_id) for claim_id in (*entry.claims, *entry.withdrawn)), entry.title


def _line(entry: Entry, evidence: Evidence, claim_id: str) -> str:
    claim, reading = evidence.claims[claim_id].claim, evidence.readings[claim_id]
    cited = evidence.cite(claim, claim)
    line = {
        "entry_id": entry.id,
        "entry_title": entry.title,
        "entry_date": entry.date.edtf,
        "claim_id": claim.id,
        "document": cited.document.model_dump(),
        "start": cited.start,
        "end": cited.end,
        "quote": cited.quote,
        "date": reading.edtf,
        "modality": claim.modality,
        "status": "withdrawn" if claim_id in entry.withdrawn else entry.status,
        "erased": [lost.model_dump(mode="json") for lost in entry.erased],
        "values": [
            {
                "attribute": known.value.attribute,
                "value": known.value.shown,
                "unit": known.value.unit,
                "start": cited_value.start,
                "end": cited_value.end,
            }
            for known in reading.values
            for cited_value in [evidence.cite(claim, known.value)]
        ],
    }
    return orjson.dumps(line).decode() + "\n"
