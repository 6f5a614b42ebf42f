"""Corrections: proposed by one, decided on by another."""

from services.ingest import decide
from services.ingest.commands import Commands, receipt_of
from services.ingest.lookups import PROJECTION_SECONDS, Lookups
from services.ingest.receipts import Caller, Receipt
from services.ingest.requests import MergeRequest, NewCorrection, NewDecision, RetitleRequest, SplitRequest
from shared.domain.claims import Claim
from shared.domain.corrections import AmendDate, AmendValue, JoinOrigins, SplitOrigins, WithdrawClaim, documents_named
from shared.domain.errors import AlreadyExists, InvalidInput, NotFound
from shared.domain.events import AnyEvent, CorrectionProposed, Erased, Recorded
from shared.domain.ids import content_hash
from shared.domain.roles import Role

_OUTCOMES = {"accept": "accepted", "reject": "rejected", "withdraw": "withdrawn", "revert": "reverted"}


class Corrections:
    """Carries out the commands of editors and reviewers."""

    def __init__(self, commands: Commands, lookups: Lookups) -> None:
        self._commands = commands
        self._log = commands.log
        self._lookups = lookups

    def propose(self, chronology_id: str, request: NewCorrection, caller: Caller) -> Receipt:
        """Propose a correction."""
        caller.principal.require(Role.editor)
        fingerprint = content_hash({"propose": request.model_dump(mode="json")})
        if earlier := self._commands.earlier(chronology_id, caller, fingerprint):
            return receipt_of(earlier)
        change = request.change
        claim: Claim | None = None
        named: list[str] = []
        match change:
            case JoinOrigins() | SplitOrigins():
                pass
            case MergeRequest():
                named = list(change.entry_ids)
            case SplitRequest():
                named = [change.entry_id, *change.claim_ids]
            case RetitleRequest():
                named = [change.entry_id]
            case AmendDate() | AmendValue() | WithdrawClaim():
                named = [change.claim_id]
                claim = self._lookups.claim(chronology_id, change.claim_id)
        self._lookups.wait_until(chronology_id, self._log.head(chronology_id), PROJECTION_SECONDS)
        members = self._lookups.members(chronology_id, named)
        sources = (
            self._lookups.document_sources(chronology_id, documents_named(change)) if isinstance(change, JoinOrigins | SplitOrigins) else {}
        )
        correction_id = self._commands.new_id()
        event = decide.propose_correction(request, correction_id, members, claim, sources)
        name = f"correction:{correction_id}"
        done = self._commands.append(
            chronology_id,
            caller,
            (event,),
            key=name,
            fingerprint=fingerprint,
            result=Receipt(status="proposed", revision=0, id=correction_id),
            reserves=((name, correction_id),),
        )
        return receipt_of(done)

    def decide(self, chronology_id: str, correction_id: str, request: NewDecision, caller: Caller) -> Receipt:
        """Accept or reject a proposed correction, take it back, or revert one that was accepted."""
        caller.principal.require(Role.editor)
        fingerprint = content_hash({"decide": correction_id, **request.model_dump(mode="json")})
        if earlier := self._commands.earlier(chronology_id, caller, fingerprint):
            return receipt_of(earlier)
        proposed = self._named(chronology_id, f"correction:{correction_id}", correction_id)
        if proposed is None:
            raise NotFound(f"there is no correction {correction_id} in this chronology")
        outcome = self._named(chronology_id, f"decision:{correction_id}", correction_id)
        if request.decision == "revert":
            if outcome is None:
                raise InvalidInput(f"correction {correction_id} was not decided on yet: there is nothing to revert")
            event: AnyEvent = decide.revert_correction(request, correction_id, _data(outcome), caller.principal)
            name, causation, again = "reversal", outcome.id, "was reverted already; propose it anew to have it again"
        else:
            assert isinstance(proposed.data, CorrectionProposed)
            event = decide.decide_correction(request, proposed.data, proposed.actor, caller.principal)
            name, causation, again = "decision", proposed.id, "was decided on already; propose a new one to change that, or revert it"
        try:
            done = self._commands.append(
                chronology_id,
                caller,
                (event,),
                key=f"decision:{correction_id}:{fingerprint}",
                fingerprint=fingerprint,
                result=Receipt(status=_OUTCOMES[request.decision], revision=0, id=correction_id),
                reserves=((f"{name}:{correction_id}", correction_id),),
                causation=causation,
            )
        except AlreadyExists as error:
            raise AlreadyExists(f"correction {correction_id} {again}") from error
        return receipt_of(done)

    def _named(self, chronology_id: str, name: str, correction_id: str) -> Recorded | None:
        """The event about a correction that took a name; None where nobody has."""
        held = self._log.reserved(chronology_id, name)
        if held is None:
            return None
        commit = self._log.read(chronology_id, held.position - 1, 1)
        return next(event for event in commit if event.data.subject == correction_id)


def _data(event: Recorded) -> AnyEvent:
    assert not isinstance(event.data, Erased)  # what is decided is not sealed
    return event.data
