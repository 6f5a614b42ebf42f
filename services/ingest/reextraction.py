"""Reading a document again with another extractor, or another version: first a difference to review, then what was reviewed.

New claims are recorded; what the new reading no longer says is proposed for withdrawal, for somebody else to decide on. Nothing goes
silently, and what people brought or decided stays.
"""

import json
import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from services.ingest.commands import Commands
from services.ingest.llm.report import ExtractionReport, read_with
from services.ingest.plugins import installed, load_extractor
from services.ingest.receipts import Caller, Receipt
from services.ingest.reextraction_difference import Difference, compare, pair
from services.ingest.reextraction_standing import StandingDocument, standing
from services.ingest.texts import erasure
from shared.domain.claims import Claim, ClaimBody, Extractor
from shared.domain.corrections import WithdrawClaim
from shared.domain.errors import Gone, InvalidInput, NotFound, RevisionConflict, SalnameError
from shared.domain.events import ClaimRecorded, CorrectionProposed
from shared.domain.ids import IdSource
from shared.domain.model import Frozen
from shared.domain.ports import Append, Appended, ClaimExtractor, ExtractionInput, Log
from shared.domain.roles import Role

KEPT_READINGS = 16
"""How many readings are kept at hand between their review and their being applied."""


class Reading(Frozen):
    """What an extractor reads in a document now: enough to apply later what was reviewed."""

    document_id: str
    extractor: Extractor
    claims: tuple[ClaimBody, ...]
    digest: str


class ReextractionReceipt(Receipt):
    """What applying a difference did. `id` is the document; `recorded` and `proposed` are the ids of new claims and of corrections."""

    recorded: tuple[str, ...] = ()
    proposed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reviewable:
    """A difference, the reading that it comes of, and how the reading went, where the extractor tells."""

    difference: Difference
    reading: Reading
    report: ExtractionReport | None


@dataclass(frozen=True, slots=True)
class Applied:
    """A difference that was applied, and what that did."""

    difference: Difference
    receipt: ReextractionReceipt


class Reextraction:
    """Carries out re-extraction on a log. `machines` are the names of the extractors whose claims may be proposed for withdrawal."""

    def __init__(self, log: Log, new_id: IdSource, machines: Collection[str] | None = None) -> None:
        self._log = log
        self._machines = machines
        self._new_id = new_id
        self._commands = Commands(log, new_id)
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Reading] = OrderedDict()

    def documents(self, chronology_id: str) -> dict[str, StandingDocument]:
        """Return all documents of a chronology that are not erased, by id."""
        return standing(self._log, chronology_id)

    def document(self, chronology_id: str, document_id: str) -> StandingDocument:
        """Return a document; raise `NotFound` where there is none, `Gone` where it was erased."""
        found = standing(self._log, chronology_id, lambda each: each == document_id).get(document_id)
        if found is None:
            if self._log.reserved(chronology_id, erasure(document_id)):
                raise Gone(f"the document {document_id} was erased: there is nothing to read again")
            raise NotFound(f"there is no document {document_id} in this chronology")
        return found

    def review(self, chronology_id: str, document: StandingDocument, extractor: str, caller: Caller) -> Reviewable:
        """Read a document again and tell what that would change. Records nothing."""
        caller.principal.require(Role.contributor)
        return self.review_with(chronology_id, document, load_extractor(extractor))

    def review_with(self, chronology_id: str, document: StandingDocument, plugin: ClaimExtractor) -> Reviewable:
        """Read a document again with an extractor and tell what that would change."""
        stored = self._log.document(chronology_id, document.captured.document_id)
        if stored is None:
            raise Gone(f"the document {document.captured.document_id} was erased: there is nothing to read again")
        found = read_with(plugin, _input(stored.text, document))
        for body in found.claims:
            body.check(stored.text)
        difference = self._difference(document, found.claims, found.extractor)
        reading = Reading(document_id=difference.document_id, extractor=found.extractor, claims=found.claims, digest=difference.digest)
        self._keep(reading)
        return Reviewable(difference, reading, found.report)

    def review_kept(self, chronology_id: str, document: StandingDocument, reading: Reading, caller: Caller) -> Reviewable:
        """Tell what a reading that was kept would change now. It keeps its digest: it applies only if that is what was reviewed."""
        caller.principal.require(Role.contributor)
        self._check(chronology_id, document, reading)
        return Reviewable(self._difference(document, reading.claims, reading.extractor), reading, None)

    def apply_reviewed(self, chronology_id: str, document: StandingDocument, extractor: str, digest: str, caller: Caller) -> Applied:
        """Apply the difference of a digest: the very reading that was reviewed, else one that comes to the same.

        Raises `RevisionConflict` when it comes to another difference by now: that one is to be reviewed first.
        """
        caller.principal.require(Role.editor)
        reading = self._reviewed(digest, document.captured.document_id, extractor)
        if reading is None:
            reading = self.review(chronology_id, document, extractor, caller).reading
        return self.apply(chronology_id, document, reading.model_copy(update={"digest": digest}), caller)

    def apply(self, chronology_id: str, document: StandingDocument, reading: Reading, caller: Caller) -> Applied:
        """Record what a reviewed reading adds, and propose the withdrawal of what it no longer says."""
        caller.principal.require(Role.editor)
        self._check(chronology_id, document, reading)
        difference = self._difference(document, reading.claims, reading.extractor)
        if again := self._earlier(chronology_id, document, reading.digest, caller):
            return Applied(difference, again)
        if difference.digest != reading.digest:
            raise RevisionConflict("the difference is not the one that was reviewed: something has changed since; review it again")
        if difference.empty:
            head = self._log.head(chronology_id)
            return Applied(difference, ReextractionReceipt(status="unchanged", revision=head, id=difference.document_id))
        claims = self._claims(document, difference, reading.claims)
        done = self._commands.append(
            chronology_id,
            caller,
            [ClaimRecorded(claim=claim) for claim in claims],
            key=f"reextraction:{difference.digest}",
            fingerprint=difference.digest,
            result=json.dumps({"recorded": [claim.id for claim in claims], "withdrawn": list(difference.withdrawn)}),
            causation=document.event_id,
        )
        recorded: list[str] = json.loads(done.result)["recorded"]
        in_place = dict(zip(difference.added, recorded, strict=True))
        proposals = _withdrawals(difference, in_place, self._new_id)
        outcomes = self._log.append_together([self._request(chronology_id, document, difference, one, caller) for one in proposals])
        for outcome in outcomes:
            if isinstance(outcome, SalnameError):
                raise outcome
        appended = [outcome for outcome in outcomes if not isinstance(outcome, SalnameError)]
        return Applied(difference, _receipt(difference.document_id, done, appended))

    def _earlier(self, chronology_id: str, document: StandingDocument, digest: str, caller: Caller) -> ReextractionReceipt | None:
        """Return the receipt of what came under the caller's key before; None where nothing did, or where it was broken off halfway."""
        done = self._commands.earlier(chronology_id, caller, digest)
        if done is None:
            return None
        withdrawn: list[str] | None = json.loads(done.result).get("withdrawn")
        if withdrawn is None:
            return None  # recorded by a release that did not keep them
        known = [self._log.recall(chronology_id, _proposal_key(digest, claim_id)) for claim_id in withdrawn]
        proposed = [outcome for found in known if found is not None for outcome in found[1:]]
        return _receipt(document.captured.document_id, done, proposed) if len(proposed) == len(withdrawn) else None

    def _check(self, chronology_id: str, document: StandingDocument, reading: Reading) -> None:
        """Refuse a reading of another document, or one whose claims do not stand in it: it may have been kept in a file."""
        if reading.document_id != document.captured.document_id:
            raise InvalidInput(f"this is a reading of the document {reading.document_id}, not of {document.captured.document_id}")
        stored = self._log.document(chronology_id, reading.document_id)
        if stored is None:
            raise Gone(f"the document {reading.document_id} was erased: there is nothing to record of it")
        for body in reading.claims:
            body.check(stored.text)

    def _difference(self, document: StandingDocument, claims: tuple[ClaimBody, ...], extractor: Extractor) -> Difference:
        machines = installed() if self._machines is None else self._machines
        return compare(document.captured.document_id, document.claims, claims, extractor, machines)

    def _claims(self, document: StandingDocument, difference: Difference, reading: Sequence[ClaimBody]) -> list[Claim]:
        """Make the claims that a difference records. What they continue is named by its id, if it is recorded or stands."""
        known = {index: held.claim.id for index, held in pair(document.claims, reading).items()}
        name_of = {**known, **{index: self._new_id() for index in difference.added}}
        claims = []
        for index in difference.added:
            body = reading[index]
            fields = {name: getattr(body, name) for name in type(body).model_fields}
            fields["continues"] = None if body.continues is None else name_of.get(int(body.continues))
            fields["page"] = body.page or (bisect_right(document.captured.pages, body.start) or None)
            claims.append(Claim(id=name_of[index], document_id=difference.document_id, extractor=difference.extractor, **fields))
        return claims

    def _request(
        self, chronology_id: str, document: StandingDocument, difference: Difference, event: CorrectionProposed, caller: Caller
    ) -> Append:
        """Make the command of one proposal. Each is one of its own, as if an editor had proposed it."""
        name = f"correction:{event.correction_id}"
        assert isinstance(event.change, WithdrawClaim)
        return self._commands.request(
            chronology_id,
            Caller(caller.principal),
            (event,),
            key=_proposal_key(difference.digest, event.change.claim_id),
            fingerprint=difference.digest,
            result=Receipt(status="proposed", revision=0, id=event.correction_id),
            reserves=((name, event.correction_id),),
            causation=document.event_id,
        )

    def _keep(self, reading: Reading) -> None:
        with self._lock:
            self._kept[reading.digest] = reading
            self._kept.move_to_end(reading.digest)
            while len(self._kept) > KEPT_READINGS:
                self._kept.popitem(last=False)

    def _reviewed(self, digest: str, document_id: str, extractor: str) -> Reading | None:
        with self._lock:
            reading = self._kept.get(digest)
        fits = reading is not None and reading.document_id == document_id and reading.extractor.name == extractor
        return reading if fits else None


def _input(text: str, document: StandingDocument) -> ExtractionInput:
    captured = document.captured
    return ExtractionInput(
        text=text, language=captured.language, published=document.published, media_type=captured.media_type, skip=captured.skip
    )


def _proposal_key(digest: str, claim_id: str) -> str:
    """The idempotency key of a proposed withdrawal."""
    return f"reextraction:{digest}:{claim_id}"


def _receipt(document_id: str, done: Appended, proposed: Sequence[Appended]) -> ReextractionReceipt:
    recorded: list[str] = json.loads(done.result)["recorded"]
    return ReextractionReceipt(
        status="unchanged" if done.repeated and all(each.repeated for each in proposed) else "recorded",
        revision=max((done.last, *(each.last for each in proposed))),
        id=document_id,
        claims=len(recorded),
        recorded=tuple(recorded),
        proposed=tuple(json.loads(each.result)["id"] for each in proposed),
    )


def _named(extractor: Extractor) -> str:
    """An extractor as a reason names it: `llm 1 (reader-7, prompt happenings-0f3a…)`."""
    details = ", ".join(part for part in (extractor.model, extractor.prompt and f"prompt {extractor.prompt}") if part)
    return f"{extractor.name} {extractor.version}" + (f" ({details})" if details else "")


def _withdrawals(difference: Difference, in_place: Mapping[int, str], new_id: IdSource) -> list[CorrectionProposed]:
    """The proposals of a difference. Their reasons are stored in the open: they repeat no words of the document."""
    who = _named(difference.extractor)
    gone = f"Read again by {who}: the claim is no longer made."
    found: list[tuple[str, str, tuple[str, ...]]] = [(claim.id, gone, ()) for claim in difference.missing]
    for one in difference.changed:
        reason = f"Read again by {who}: otherwise in {', '.join(one.parts)}. The claim in evidence takes its place."
        found.append((one.claim.id, reason, (in_place[one.index],)))
    return [
        CorrectionProposed(correction_id=new_id(), change=WithdrawClaim(claim_id=claim_id), reason=reason, evidence=evidence)
        for claim_id, reason, evidence in found
    ]
