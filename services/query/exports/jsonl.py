"""JSON Lines: one cited claim a line.

`date` and `values` are the claim's own, as accepted corrections let it be read. `status` is `withdrawn` for a withdrawn claim, else the
status of its entry. `support` is how many origins the entry has, and `origin` which of them, from 0, stands behind the claim: claims of
documents that are one witness have the same. `erased` is the support that the entry lost when documents were erased.
"""

from collections.abc import Iterator

import orjson

from services.query.citations import Evidence
from services.query.exports.walking import Batch, Export, open_export
from services.query.instants import Instant
from services.query.texts import Texts
from shared.domain.chronology import Entry
from shared.domain.ports import ChronologyInfo
from shared.store.engine import Database


def export_jsonl(
    database: Database, chronology: ChronologyInfo, texts: Texts | None = None, at: Instant | str | None = None
) -> Iterator[str]:
    """Iterate over the lines (with their line feeds) of a revision, the current one if none is named. `at` is as `resolve_at` takes it.

    Raises `Busy` when the read model is replaced on the way.
    """
    return jsonl(open_export(database, chronology, texts, at))


def jsonl(export: Export) -> Iterator[str]:
    """Iterate over the lines of an export, with their line feeds."""
    return export.stream(_lines)


def _lines(batch: Batch) -> Iterator[str]:
    for entry in batch.entries:
        for claim_id in batch.claims(entry):
            yield _line(entry, batch.evidence, claim_id, batch.origin(entry, claim_id))


def _line(entry: Entry, evidence: Evidence, claim_id: str, origin: int | None) -> str:
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
        "support": len(entry.origins),
        "origin": origin,
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
