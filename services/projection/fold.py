"""Folding: from the events of a log to the rows of the read model. Pure: nothing here reads a clock or a database.

The events of one command are applied together and give one revision: readers and subscribers never see half a document.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from services.projection.consolidation import consolidate
from services.projection.consolidation.consolidate import Consolidator
from shared.domain.chronology import Decision, DocumentFacts, Entry, Testimony
from shared.domain.claims import Claim
from shared.domain.events import (
    ChronologyCreated,
    ClaimRecorded,
    CorrectionAccepted,
    CorrectionProposed,
    CorrectionRejected,
    DocumentCaptured,
    Recorded,
    SourceRegistered,
)
from shared.domain.provenance import SourceDetails

FOLD_VERSION = 1
VERSION = FOLD_VERSION * 1000 + consolidate.VERSION
"""Another one whenever the same log would fold to other rows; a read model of another version is rebuilt at start."""

CHANGE_TYPE = "chronology.changed"


@dataclass(slots=True)
class Correction:
    """A correction and what became of it."""

    proposal: CorrectionProposed
    proposed: Recorded
    state: str = "proposed"
    decided: Recorded | None = None
    decision_reason: str = ""

    def body(self) -> dict[str, Any]:
        """What readers are shown of it."""
        return {
            **self.proposal.model_dump(mode="json", exclude={"correction_id"}),
            "id": self.proposal.correction_id,
            "state": self.state,
            "proposed_by": self.proposed.actor,
            "proposed_at": self.proposed.time.isoformat(),
            "decided_by": self.decided.actor if self.decided else None,
            "decided_at": self.decided.time.isoformat() if self.decided else None,
            "decision_reason": self.decision_reason,
        }


@dataclass(slots=True)
class Revision:
    """What one command changes in the read model. `position` is its last event's, and so the number of the revision."""

    position: int
    sources: list[tuple[int, SourceRegistered]] = field(default_factory=list)
    documents: list[tuple[Recorded, DocumentCaptured]] = field(default_factory=list)
    claims: list[tuple[int, Claim]] = field(default_factory=list)
    corrections: list[tuple[int, Correction]] = field(default_factory=list)
    changed: tuple[Entry, ...] = ()
    removed: tuple[tuple[str, str | None], ...] = ()
    moved: dict[str, str] = field(default_factory=dict)
    change: bytes | None = None


class Fold:
    """The state of one chronology after a position, and how the next events change it."""

    def __init__(self, chronology_id: str) -> None:
        self.chronology_id = chronology_id
        self.position = 0
        self.claims: dict[str, Claim] = {}
        self._slug = ""
        self._sources: dict[str, SourceDetails] = {}
        self._documents: dict[str, DocumentFacts] = {}
        self._corrections: dict[str, Correction] = {}
        self._entry_of: dict[str, str] = {}
        self._entries: set[str] = set()
        self._last_change = 0
        self._consolidator = Consolidator()

    def apply(self, commit: Sequence[Recorded]) -> Revision:
        """Apply the events of one command; applying one again is refused, so that nothing is counted twice."""
        if commit[0].position != self.position + 1 or commit[-1].position != commit[-1].commit:
            raise ValueError(f"expected the commit after position {self.position}, got {commit[0].position} to {commit[-1].position}")
        revision = Revision(position=commit[-1].position)
        for event in commit:
            self._apply(event, revision)
        self.position = revision.position
        self._consolidate(revision)
        if revision.changed or revision.removed:
            revision.change = self._change(commit, revision)
            self._last_change = revision.position
        self._entries.update(entry.id for entry in revision.changed)
        self._entries.difference_update(entry_id for entry_id, _ in revision.removed)
        return revision

    def _apply(self, event: Recorded, revision: Revision) -> None:
        match event.data:
            case ChronologyCreated():
                self._slug = event.data.slug
            case SourceRegistered():
                self._sources[event.data.source_id] = event.data.details
                revision.sources.append((event.position, event.data))
            case DocumentCaptured():
                self._documents[event.data.document_id] = self._facts(event.data)
                revision.documents.append((event, event.data))
            case ClaimRecorded(claim=claim):
                self.claims[claim.id] = claim
                revision.claims.append((event.position, claim))
                document = self._documents[claim.document_id]
                self._consolidator.add(Testimony(claim=claim, document=document, position=event.position))
            case CorrectionProposed():
                correction = Correction(event.data, event)
                self._corrections[event.data.correction_id] = correction
                revision.corrections.append((event.position, correction))
            case CorrectionAccepted() | CorrectionRejected():
                self._decide(event, event.data, revision)

    def _facts(self, captured: DocumentCaptured) -> DocumentFacts:
        source = self._sources[captured.source_id]
        return DocumentFacts(
            id=captured.document_id,
            sha256=captured.sha256,
            source_id=captured.source_id,
            language=captured.language,
            publisher=source.publisher,
            published=source.published,
        )

    def _decide(self, event: Recorded, data: CorrectionAccepted | CorrectionRejected, revision: Revision) -> None:
        correction = self._corrections[data.correction_id]
        correction.state = "accepted" if isinstance(data, CorrectionAccepted) else "rejected"
        correction.decided = event
        correction.decision_reason = data.reason
        revision.corrections.append((correction.proposed.position, correction))
        if isinstance(data, CorrectionAccepted):
            decision = Decision(
                correction_id=data.correction_id,
                change=data.change,
                reason=correction.proposal.reason,
                proposed_by=correction.proposed.actor,
                proposed_at=correction.proposed.time,
                accepted_by=event.actor,
                accepted_at=event.time,
                position=event.position,
            )
            self._consolidator.decide(decision)

    def _consolidate(self, revision: Revision) -> None:
        delta = self._consolidator.flush()
        revision.changed, revision.removed = delta.changed, delta.removed
        for entry in delta.changed:
            for claim_id in (*entry.claims, *entry.withdrawn):
                if self._entry_of.get(claim_id) != entry.id:
                    self._entry_of[claim_id] = revision.moved[claim_id] = entry.id

    def _change(self, commit: Sequence[Recorded], revision: Revision) -> bytes:
        """The CloudEvents JSON that subscribers get for this revision: the same bytes at every rebuild."""
        last = commit[-1]
        causes: dict[str, list[str]] = {}
        for event in commit:
            causes.setdefault(event.data.type, []).append(event.data.subject)
        return orjson.dumps(
            {
                "specversion": "1.0",
                "id": f"{self.chronology_id}:{revision.position}",
                "source": f"/v1/chronologies/{self._slug}",
                "type": CHANGE_TYPE,
                "typeversion": 1,
                "time": last.time.isoformat(),
                "subject": self.chronology_id,
                "datacontenttype": "application/json",
                "chronology": self.chronology_id,
                "revision": revision.position,
                "data": {
                    "revision": revision.position,
                    "previous": self._last_change,
                    "actor": last.actor,
                    "causes": [{"type": kind, "subjects": subjects} for kind, subjects in causes.items()],
                    "entries": [self._told(entry) for entry in revision.changed]
                    + [{"id": gone, "change": "removed", "merged_into": into} for gone, into in revision.removed],
                },
            }
        )

    def _told(self, entry: Entry) -> dict[str, Any]:
        return {
            "id": entry.id,
            "change": "changed" if entry.id in self._entries else "created",
            "title": entry.title,
            "date": entry.date.edtf,
            "dates": [alternative.edtf for alternative in entry.date.alternatives],
            "status": entry.status,
            "disputed": entry.disputed,
            "claims": len(entry.claims),
            "values": [
                {
                    "attribute": value.attribute,
                    "status": value.status,
                    "values": [alternative.shown for alternative in value.alternatives],
                }
                for value in entry.values
            ],
        }
