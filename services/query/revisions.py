"""What caused revisions: the events of each, with the names and reasons that a reader needs to know."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import orjson
from sqlmodel import col, select

from services.query import reader
from services.query.reader import Captured, Correction
from services.query.snapshot import Snapshot
from services.query.time_schemas import CauseView, RevisionRef, RevisionView
from shared.store.read_model import RevisionRow

SHOWN = 50
"""Events of one revision that are told of: a command may capture more documents than anybody reads."""

_CORRECTIONS = ("correction.proposed", "correction.accepted", "correction.rejected", "correction.withdrawn", "correction.reverted")
_DOCUMENTS = ("document.captured", "document.erased", "source.recaptured", "claim.recorded")


def revision_ref(snapshot: Snapshot) -> RevisionRef:
    """Name the snapshot's revision with the time of its recording."""
    return RevisionRef(revision=snapshot.revision, recorded=snapshot.recorded)


def revisions(snapshot: Snapshot, numbers: Collection[int]) -> dict[int, RevisionView]:
    """Return revisions by their numbers."""
    rows: list[RevisionRow] = []
    for batch in reader.batches(numbers):
        here = (snapshot.rows.of(RevisionRow), col(RevisionRow.number).in_(batch))
        rows += snapshot.session.exec(select(RevisionRow).where(*here))
    causes: dict[int, list[dict[str, Any]]] = {row.number: orjson.loads(row.causes)[:SHOWN] for row in rows}
    told = [cause for of_one in causes.values() for cause in of_one]
    documents = reader.documents(snapshot, {cause["id"] for cause in told if cause["type"] in _DOCUMENTS})
    corrections = reader.corrections(snapshot, {cause["id"] for cause in told if cause["type"] in _CORRECTIONS})
    return {
        row.number: RevisionView(
            revision=row.number,
            recorded=datetime.fromisoformat(row.time),
            actor=row.actor,
            causes=tuple(_cause(cause, documents, corrections) for cause in causes[row.number]),
        )
        for row in rows
    }


def _cause(cause: dict[str, Any], documents: dict[str, Captured], corrections: dict[str, Correction]) -> CauseView:
    captured, correction = documents.get(cause["id"]), corrections.get(cause["id"])
    shown = CauseView(type=cause["type"], id=cause["id"], claims=cause.get("claims"))
    if cause["type"] in _DOCUMENTS and captured is not None:
        erased = captured.erasure if cause["type"] == "document.erased" else None
        return shown.model_copy(update={"name": document_name(captured), "reason": erased and erased.reason})
    if cause["type"] in _CORRECTIONS and correction is not None:
        reason = correction.reason
        if cause["type"] in ("correction.rejected", "correction.withdrawn"):
            reason = correction.decision_reason or ""
        elif cause["type"] == "correction.reverted":
            reason = correction.reversal_reason or correction.reason
        return shown.model_copy(update={"kind": correction.change.kind, "reason": reason or None})
    return shown


def document_name(captured: Captured) -> str:
    """How a document is called in a sentence: by its title or its file name, and who published it."""
    source = captured.source
    name = source.title or captured.document.filename or source.url or captured.id
    return f"{name} ({source.publisher})" if source.publisher else name
