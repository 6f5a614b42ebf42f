"""A correction as a fold knows it: what was proposed, and what became of it."""

from dataclasses import dataclass, field
from typing import Any

from shared.domain.chronology import Decision
from shared.domain.corrections import Change
from shared.domain.events import (
    CorrectionAccepted,
    CorrectionProposed,
    CorrectionRejected,
    CorrectionReverted,
    CorrectionWithdrawn,
    EventData,
    Recorded,
)

Outcome = CorrectionAccepted | CorrectionRejected | CorrectionWithdrawn
_STATES: dict[type[EventData], str] = {CorrectionAccepted: "accepted", CorrectionRejected: "rejected", CorrectionWithdrawn: "withdrawn"}


@dataclass(slots=True)
class Correction:
    """A correction and what became of it. `carried` is its change as it holds for claims of later captures that say the same."""

    proposal: CorrectionProposed
    proposed: Recorded
    state: str = "proposed"
    decided: Recorded | None = None
    decision_reason: str = ""
    carried: list[Change] = field(default_factory=list)
    reverted: Recorded | None = None
    reversal_reason: str = ""

    def decide(self, event: Recorded, data: Outcome) -> None:
        """Take in what was decided."""
        self.state = _STATES[type(data)]
        self.decided = event
        self.decision_reason = data.reason

    def revert(self, event: Recorded, data: CorrectionReverted) -> None:
        """Take in that it was undone."""
        self.state, self.reverted, self.reversal_reason = "reverted", event, data.reason

    def decision(self, change: Change) -> Decision:
        """Return it as the decision that consolidation knows; what is only proposed, as if it had been accepted at once by nobody."""
        decided = self.decided
        return Decision(
            correction_id=self.proposal.correction_id,
            change=change,
            reason=self.proposal.reason,
            proposed_by=self.proposed.actor,
            proposed_at=self.proposed.time,
            accepted_by=decided.actor if decided else "",
            accepted_at=(decided or self.proposed).time,
            position=(decided or self.proposed).position,
        )

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
            "reverted_by": self.reverted.actor if self.reverted else None,
            "reverted_at": self.reverted.time.isoformat() if self.reverted else None,
            "reversal_reason": self.reversal_reason,
            "carried": [change.model_dump(mode="json") for change in self.carried],
        }
