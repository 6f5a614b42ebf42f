"""What stands of a document in the log: its capture, and its claims with what people decided on them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from services.ingest.reextraction_difference import StandingClaim
from shared.domain.claims import Claim
from shared.domain.corrections import AmendDate, AmendValue, Change, WithdrawClaim, claims_named
from shared.domain.events import (
    ClaimRecorded,
    CorrectionAccepted,
    CorrectionProposed,
    CorrectionRejected,
    CorrectionReverted,
    CorrectionWithdrawn,
    DocumentCaptured,
    DocumentErased,
    SourceRegistered,
)
from shared.domain.ports import LogReader, replay

Wanted = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class StandingDocument:
    """A captured document, the id of the event that captured it, when its source was published, and its claims."""

    captured: DocumentCaptured
    event_id: str
    published: str | None
    claims: tuple[StandingClaim, ...]


@dataclass(slots=True)
class _Fold:
    wanted: Wanted
    published: dict[str, str | None] = field(default_factory=dict)
    captured: dict[str, tuple[DocumentCaptured, str]] = field(default_factory=dict)
    claims: dict[str, StandingClaim] = field(default_factory=dict)
    of_document: dict[str, list[str]] = field(default_factory=dict)
    proposed: dict[str, Change] = field(default_factory=dict)
    accepted: dict[str, Change] = field(default_factory=dict)

    def record(self, claim: Claim) -> None:
        if self.wanted(claim.document_id):
            self.claims[claim.id] = StandingClaim(claim)
            self.of_document.setdefault(claim.document_id, []).append(claim.id)

    def propose(self, correction_id: str, change: Change) -> None:
        self.proposed[correction_id] = change
        if isinstance(change, WithdrawClaim):
            self._mark(change, lambda held: replace(held, doubted=True))

    def accept(self, correction_id: str, change: Change) -> None:
        self.proposed.pop(correction_id, None)
        self.accepted[correction_id] = change
        match change:
            case WithdrawClaim():
                self._mark(change, lambda held: replace(held, withdrawn=True, doubted=False))
            case AmendDate() | AmendValue():
                self._mark(change, lambda held: replace(held, decided=True))
            case _:
                pass  # which entry a claim stands in says nothing about its words

    def revert(self, correction_id: str) -> None:
        # What was undone was looked at all the same: a new reading of the text does not bring it up again unasked.
        change = self.accepted.pop(correction_id, None)
        if isinstance(change, WithdrawClaim):
            self._mark(change, lambda held: replace(held, withdrawn=self._withdrawn(held.claim.id), decided=True))

    def _withdrawn(self, claim_id: str) -> bool:
        return any(isinstance(change, WithdrawClaim) and change.claim_id == claim_id for change in self.accepted.values())

    def reject(self, correction_id: str) -> None:
        change = self.proposed.pop(correction_id, None)
        if isinstance(change, WithdrawClaim):
            self._mark(change, lambda held: replace(held, doubted=False, decided=True))

    def _mark(self, change: Change, mark: Callable[[StandingClaim], StandingClaim]) -> None:
        for claim_id in claims_named(change):
            if claim_id in self.claims:
                self.claims[claim_id] = mark(self.claims[claim_id])

    def erase(self, document_id: str) -> None:
        self.captured.pop(document_id, None)
        self.of_document.pop(document_id, None)


def standing(log: LogReader, chronology_id: str, wanted: Wanted = lambda _: True) -> dict[str, StandingDocument]:
    """Return the documents that are wanted and not erased, by id, in the order in which they were captured."""
    fold = _Fold(wanted)
    for event in replay(log, chronology_id):
        match event.data:
            case SourceRegistered() as source:
                fold.published[source.source_id] = source.details.published
            case DocumentCaptured() as captured if wanted(captured.document_id):
                fold.captured[captured.document_id] = (captured, event.id)
            case ClaimRecorded(claim=claim):
                fold.record(claim)
            case CorrectionProposed(correction_id=correction_id, change=change):
                fold.propose(correction_id, change)
            case CorrectionAccepted(correction_id=correction_id, change=change):
                fold.accept(correction_id, change)
            case CorrectionRejected(correction_id=correction_id) | CorrectionWithdrawn(correction_id=correction_id):
                fold.reject(correction_id)
            case CorrectionReverted(correction_id=correction_id):
                fold.revert(correction_id)
            case DocumentErased(document_id=document_id):
                fold.erase(document_id)
            case _:
                pass
    return {document.captured.document_id: document for document in _documents(fold)}


def _documents(fold: _Fold) -> Iterator[StandingDocument]:
    for document_id, (captured, event_id) in fold.captured.items():
        claims = tuple(fold.claims[claim_id] for claim_id in fold.of_document.get(document_id, []))
        yield StandingDocument(captured, event_id, fold.published.get(captured.source_id), claims)
