"""CSV (RFC 4180): one cited claim a line, and one for each that was erased. For spreadsheets.

A spreadsheet takes a cell that begins with `=`, `+`, `-`, `@` or some control characters for a formula, and runs it: what a document says
must not run on its reader's machine. Such a cell has an apostrophe in front; so has one that begins with an apostrophe itself, so that
taking one apostrophe away gives the very words again (OWASP, "CSV Injection").
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from services.query.citations import Evidence
from services.query.exports.walking import Batch, Export
from services.query.reader import Captured
from shared.domain.chronology import Entry
from shared.domain.readings import ReadValue

COLUMNS = (
    "entry_id", "entry_title", "entry_date", "claim_id", "status", "statement", "quote", "start", "end", "page", "url",
    "date", "date_words", "values", "modality", "attribution", "support", "origin", "corrections",
    "document_id", "filename", "sha256", "captured",
    "source_id", "source_title", "source_author", "source_publisher", "source_url", "source_language", "source_published",
    "superseded", "superseded_by", "erased_at", "erased_reason",
)  # fmt: skip

RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'")
"""What a cell must not begin with, white space aside. Full-width signs count as their narrow kin in some spreadsheets."""


def csv_lines(export: Export) -> Iterator[str]:
    """Iterate over the header and the lines, with CRLF at the end of each."""
    erased = (_row(_erased_document(captured)) for captured in export.erased_documents())
    return chain([_joined(COLUMNS)], export.stream(lambda batch: _rows(export, batch)), erased)


def guarded(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    first = text.lstrip(" \u00a0\u200b\ufeff")[:1]
    return f"'{text}" if text[:1] in RISKY or (first and first in RISKY) else text


def _rows(export: Export, batch: Batch) -> Iterator[str]:
    for entry in batch.entries:
        for claim_id in batch.claims(entry):
            yield _row({**_claim(export, entry, batch.evidence, claim_id), "origin": batch.origin(entry, claim_id)})
        for lost in entry.erased:
            for claim_id in lost.claims or ("",):
                gone = {"claim_id": claim_id, "status": "erased", "document_id": lost.document_id}
                yield _row({**_entry(entry), **gone, "erased_at": lost.erased_at.isoformat(), "erased_reason": lost.reason})


def _entry(entry: Entry) -> dict[str, object]:
    return {"entry_id": entry.id, "entry_title": entry.title, "entry_date": entry.date.edtf}


def _claim(export: Export, entry: Entry, evidence: Evidence, claim_id: str) -> dict[str, object]:
    claim, reading = evidence.claims[claim_id].claim, evidence.readings[claim_id]
    cited = evidence.cite(claim, claim)
    became = next((superseded for superseded in entry.superseded if superseded.claim_id == claim_id), None)
    return {
        **_entry(entry),
        "claim_id": claim.id,
        "status": "withdrawn" if claim_id in entry.withdrawn else entry.status,
        "statement": claim.statement,
        "quote": cited.quote,
        "start": cited.start,
        "end": cited.end,
        "page": cited.page,
        "url": export.link(cited.url),
        "date": reading.edtf,
        "date_words": claim.date.quote if claim.date else None,
        "values": "; ".join(_value(known) for known in reading.values),
        "modality": claim.modality,
        "attribution": claim.attribution.name if claim.attribution else None,
        "support": len(entry.origins),
        "corrections": " ".join(reading.corrections),
        **_document(evidence.documents[claim.document_id]),
        "superseded": became.how if became else None,
        "superseded_by": became.document_id if became else None,
    }


def _value(known: ReadValue) -> str:
    value = known.value
    return f"{value.attribute}: {value.shown}{' ' + value.unit if value.unit else ''}"


def _document(captured: Captured) -> dict[str, object]:
    document, source = captured.document, captured.source
    return {
        "document_id": document.document_id,
        "filename": document.filename,
        "sha256": document.sha256,
        "captured": captured.time.isoformat(),
        "source_id": document.source_id,
        **{f"source_{name}": value for name, value in source.model_dump().items()},
    }


def _erased_document(captured: Captured) -> dict[str, object]:
    erasure = captured.erasure
    assert erasure is not None  # that is what it was looked up by
    gone = {"status": "erased", "erased_at": erasure.at.isoformat(), "erased_reason": erasure.reason}
    return {**_document(captured), **gone}


def _row(cells: Mapping[str, object]) -> str:
    return _joined(_cell(cells.get(column)) for column in COLUMNS)


def _cell(content: object) -> object:
    return guarded(content) if isinstance(content, str) else content


def _joined(cells: Iterable[object]) -> str:
    written = io.StringIO(newline="")
    csv.writer(written).writerow(cells)
    return written.getvalue()
