"""Claims that come one by one, each to be durable before it is answered: those of the same moment share a transaction."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from services.ingest.claim_lines import ClaimLines
from services.ingest.commands import Commands
from services.ingest.receipts import Caller, ClaimsReceipt
from shared.domain.errors import Gone, SalnameError
from shared.domain.ids import sha256
from shared.domain.ports import Append, Appended


@dataclass(frozen=True, slots=True)
class SingleClaim:
    """One claim as JSON, on its way into a chronology."""

    chronology_id: str
    line: bytes
    caller: Caller

    @property
    def fingerprint(self) -> str:
        """By which the same claim is recognised under its key."""
        return sha256(b"claim\n" + self.line)


class SingleClaims:
    """Records single claims."""

    def __init__(self, commands: Commands, lines: ClaimLines) -> None:
        self._commands = commands
        self._lines = lines

    def record(self, claims: Sequence[SingleClaim]) -> list[ClaimsReceipt | SalnameError]:
        """Record claims together; each has its own outcome."""
        outcomes: dict[int, Appended | SalnameError] = {}
        requests: dict[str, dict[int, Append]] = {}
        for at, (claim_id, claim) in enumerate(zip(self._lines.ids(len(claims)), claims, strict=True)):
            try:
                requests.setdefault(claim.chronology_id, {})[at] = self._request(claim_id, claim)
            except SalnameError as error:
                outcomes[at] = error
        for wanted in requests.values():
            outcomes.update(zip(wanted, self._commands.log.append_together(list(wanted.values())), strict=True))
        return [self._answer(claim, outcomes[at]) for at, claim in enumerate(claims)]

    def _request(self, claim_id: str, claim: SingleClaim) -> Append:
        event = self._lines.read(claim_id, claim.chronology_id, claim.line)
        result = f'{{"claim":"{claim_id}"}}'
        return self._commands.request(
            claim.chronology_id, claim.caller, (event,), key=f"claims:{claim_id}", fingerprint=claim.fingerprint, result=result
        )

    def _answer(self, claim: SingleClaim, outcome: Appended | SalnameError) -> ClaimsReceipt | SalnameError:
        if isinstance(outcome, SalnameError):
            if isinstance(outcome, Gone):
                self._lines.texts.forget_all(claim.chronology_id)
            # What was done once stays done: the claim may be known under its key although its document is erased by now.
            try:
                earlier = self._commands.earlier(claim.chronology_id, claim.caller, claim.fingerprint)
            except SalnameError as error:
                return error
            if earlier is None:
                return outcome
            outcome = earlier
        return ClaimsReceipt(
            status="unchanged" if outcome.repeated else "recorded",
            revision=outcome.last,
            lines=1,
            claims=1,
            refusals=0,
            recorded=(json.loads(outcome.result)["claim"],),
        )
