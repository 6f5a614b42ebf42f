"""Ingest as a library: parse, extract, decide, append. HTTP and the command line are two ways to call it.

Everything slow happens before the append: parsing and extraction hold no lock.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from pydantic import ValidationError

from services.ingest import decide
from services.ingest.bulk import ClaimsStream, stream_state
from services.ingest.claim_lines import ClaimLines
from services.ingest.claims_stream import Cutter
from services.ingest.commands import Commands, id_of_key, receipt_of
from services.ingest.correcting import Corrections
from services.ingest.intake import Intake
from services.ingest.lookups import PROJECTION_SECONDS, Lookups
from services.ingest.readers import Readers
from services.ingest.receipts import Caller, ClaimsReceipt, Receipt, StreamState
from services.ingest.requests import NewChronology, NewCorrection, NewDecision, NewDocument, NewErasure
from services.ingest.single import SingleClaim, SingleClaims
from services.ingest.texts import DocumentTexts, KnownText, erasure
from shared.domain.errors import AlreadyExists, Gone, InvalidInput, NotFound, RevisionConflict, SalnameError
from shared.domain.events import AnyEvent, ChronologyReconsolidated, DocumentErased
from shared.domain.ids import IdSource, content_hash, sha256
from shared.domain.ports import ChronologyInfo, Log, StoredDocument
from shared.domain.provenance import Retrieval, SourceDetails
from shared.domain.roles import Principal, Role

__all__ = ["Caller", "ClaimsReceipt", "IngestService", "Lookups", "Receipt"]

ATTEMPTS = 3
"""How often a command is decided anew when another one took the name it wanted."""

ANNOUNCER = Caller(Principal(name="consolidation", role=Role.contributor))
"""Who records that readers see other rules: nobody asked for it by a command."""

Further = Callable[[Sequence[AnyEvent]], Sequence[AnyEvent]]
"""From the events that capture a document, its claims among them, to more events of the same command."""

Line = tuple[int, bytes]
"""A line of a stream with its number, from 1."""


class IngestService:
    """Carries out the commands of ingest on a log."""

    def __init__(self, log: Log, lookups: Lookups, new_id: IdSource, readers: Readers) -> None:
        self.log = log
        self._lookups = lookups
        self._new_id = new_id
        self.readers = readers
        self._commands = Commands(log, new_id)
        self._corrections = Corrections(self._commands, lookups)
        self._texts = DocumentTexts(log, lookups)
        self._lines = ClaimLines(self._texts, log, lookups, new_id)
        self._single = SingleClaims(self._commands, self._lines)
        self._ids: dict[str, str] = {}

    def chronology(self, slug: str) -> ChronologyInfo:
        """Return the chronology of a slug or raise `NotFound`."""
        info = self.log.chronology(slug)
        if info is None:
            raise NotFound(f"there is no chronology called {slug!r}; open it with POST /v1/chronologies or by `salname ingest`")
        return info

    def chronology_id(self, slug: str) -> str:
        """Return the id of the chronology of a slug or raise `NotFound`. A slug is given once and for all: ids are kept at hand."""
        known = self._ids.get(slug)
        if known is None:
            known = self._ids[slug] = self.chronology(slug).id
        return known

    def create_chronology(self, request: NewChronology, caller: Caller) -> Receipt:
        """Open a chronology. Its id is made of the caller's key, if there is one: so a key opens one chronology, whatever the slug."""
        caller.principal.require(Role.editor)
        chronology_id = id_of_key("chronology", caller.key) if caller.key else self._new_id()
        fingerprint = content_hash(request.model_dump())
        if earlier := self._commands.earlier(chronology_id, caller, fingerprint):
            return receipt_of(earlier)
        if caller.expected_revision:
            raise RevisionConflict(
                "a chronology that is yet to be opened has no revision; leave If-Match out", expected=caller.expected_revision, current=0
            )
        event = decide.create_chronology(request, chronology_id)
        receipt = Receipt(status="recorded", revision=1, id=chronology_id)
        done = self._commands.append(
            chronology_id, caller, (event,), key=f"chronology:{request.slug}", fingerprint=fingerprint, result=receipt
        )
        return receipt_of(done)

    def ensure_chronology(self, slug: str, caller: Caller) -> ChronologyInfo:
        """Return the chronology of a slug, opened first where there is none."""
        info = self.log.chronology(slug)
        if info is None:
            try:
                self.create_chronology(NewChronology(slug=slug, title=slug.replace("-", " ").capitalize()), caller)
            except AlreadyExists:
                pass  # somebody else opened it a moment ago, which is as good
            except ValidationError as error:
                raise InvalidInput(f"{slug!r} cannot name a chronology: use lower-case letters, digits and single hyphens") from error
        return self.chronology(slug)

    def capture(
        self,
        chronology_id: str,
        data: bytes,
        caller: Caller,
        *,
        filename: str | None = None,
        media_type: str | None = None,
        declared: SourceDetails | None = None,
        extractor: str = "rules",
    ) -> Receipt:
        """Capture a document and record its claims; a capture of the same source with the same bytes changes nothing."""
        caller.principal.require(Role.contributor)
        intake = self.readers.take_in(data, _storable_name(filename), media_type, declared or SourceDetails(), extractor)
        return self.capture_intake(chronology_id, data, intake, caller, filename=filename)

    def capture_intake(
        self,
        chronology_id: str,
        data: bytes,
        intake: Intake,
        caller: Caller,
        *,
        filename: str | None = None,
        retrieved: Retrieval | None = None,
        warc: bytes | None = None,
        previous: str | None = None,
        further: Further | None = None,
    ) -> Receipt:
        """Capture a document that was read already.

        `previous` is the capture of the same source before it, which can have one successor: else `AlreadyExists` is raised. `further`
        decides on more events of the same command.
        """
        caller.principal.require(Role.contributor)
        identity = decide.document_identity(intake.source, sha256(data), previous)
        fingerprint = content_hash({"document": identity})
        if earlier := self._commands.earlier(chronology_id, caller, fingerprint):
            return receipt_of(earlier)
        if known := self.captured(chronology_id, identity):
            self._remember(chronology_id, caller, fingerprint, known)
            return known
        request = NewDocument(
            original=data,
            text=intake.parsed.text,
            filename=_storable_name(filename),
            media_type=intake.parsed.media_type,
            encoding=intake.parsed.encoding,
            parser=intake.parsed.parser,
            skip=intake.parsed.skip,
            pages=intake.parsed.pages,
            notes=intake.parsed.notes,
            remarks=intake.remarks,
            source=intake.source,
            language=intake.language,
            language_detected=intake.language_detected,
            claims=intake.claims,
            extractor=intake.extractor,
            retrieved=retrieved,
            warc=warc,
            previous=previous,
        )
        return self._capture(chronology_id, request, identity, caller, further)

    def captured(self, chronology_id: str, identity: str) -> Receipt | None:
        """Return the receipt of a capture by the identity of its document, if there was one; raise `Gone` where that was erased."""
        held = self.log.reserved(chronology_id, f"document:{identity}")
        if held is None:
            return None
        if erased := self.log.reserved(chronology_id, erasure(held.subject)):
            raise Gone(
                f"this document was captured before, as {held.subject}, and erased: the event at position {erased.position} of the log "
                "says why. It stays erased; nothing was recorded",
                document=held.subject,
                position=erased.position,
            )
        if known := self.log.recall(chronology_id, f"document:{identity}"):
            return receipt_of(known[1])
        # It was captured under a key of its caller's.
        first = self.log.read(chronology_id, held.position - 1, 1)
        claims = sum(1 for event in first if event.data.type == "claim.recorded")
        return Receipt(status="unchanged", revision=first[-1].commit, id=held.subject, claims=claims)

    def _remember(self, chronology_id: str, caller: Caller, fingerprint: str, known: Receipt) -> None:
        """Keep the outcome of a command that asked for what had been done before. The revision asked for no longer matters."""
        if caller.key:
            here = replace(caller, expected_revision=None)
            self._commands.append(chronology_id, here, (), key=caller.key, fingerprint=fingerprint, result=known)

    def _capture(self, chronology_id: str, request: NewDocument, identity: str, caller: Caller, further: Further | None) -> Receipt:
        source_name = f"source:{decide.source_identity(request.source, sha256(request.original))}"
        for _ in range(ATTEMPTS):
            held = self.log.reserved(chronology_id, source_name)
            events = decide.capture_document(request, held.subject if held else None, self._new_id)
            captured = next(event for event in events if event.type == "document.captured")
            reserves = [(f"document:{identity}", captured.subject)]
            if held is None:
                reserves.append((source_name, events[0].subject))
            if request.previous is not None:
                reserves.append((decide.successor(request.previous), captured.subject))
            if further is not None:
                events += tuple(further(events))
            try:
                done = self._commands.append(
                    chronology_id,
                    caller,
                    events,
                    key=f"document:{identity}",
                    fingerprint=content_hash({"document": identity}),
                    result=Receipt(status="recorded", revision=0, id=captured.subject, claims=len(request.claims), notes=request.told),
                    reserves=reserves,
                    documents=(StoredDocument(id=captured.subject, original=request.original, text=request.text, warc=request.warc),),
                )
            except AlreadyExists:
                if known := self.captured(chronology_id, identity):
                    return known
                if request.previous is not None and self.log.reserved(chronology_id, decide.successor(request.previous)):
                    raise
                continue
            if not done.repeated:
                self._texts.keep(chronology_id, captured.subject, KnownText(request.text, request.language))
            return receipt_of(done)
        raise AlreadyExists("other captures of this source keep coming in at the same time; send the document again")

    def record_claim(self, chronology_id: str, line: bytes, caller: Caller) -> ClaimsReceipt:
        """Record one claim, given as JSON; raise what is wrong with it. A claim that was refused may be mended and sent under its key."""
        caller.principal.require(Role.contributor)
        (outcome,) = self._single.record([SingleClaim(chronology_id, line, caller)])
        if isinstance(outcome, SalnameError):
            raise outcome
        return outcome

    def record_together(self, claims: Sequence[tuple[str, bytes, Caller]]) -> list[ClaimsReceipt | SalnameError]:
        """Record single claims that came at about the same time, given as slug, JSON and caller; each has its own outcome."""
        outcomes: dict[int, ClaimsReceipt | SalnameError] = {}
        found: dict[int, SingleClaim] = {}
        for at, (slug, line, caller) in enumerate(claims):
            try:
                caller.principal.require(Role.contributor)
                found[at] = SingleClaim(self.chronology_id(slug), line, caller)
            except SalnameError as error:
                outcomes[at] = error
        outcomes.update(zip(found, self._single.record(list(found.values())), strict=True))
        return [outcomes[at] for at in range(len(claims))]

    def claims_stream(self, chronology_id: str, caller: Caller) -> ClaimsStream:
        """Begin to record a stream of claims, which is given part by part."""
        caller.principal.require(Role.contributor)
        return ClaimsStream(self._commands, self._lines, chronology_id, caller)

    def stream_state(self, chronology_id: str, key: str) -> StreamState:
        """Return how far the stream of claims under an idempotency key got."""
        return stream_state(self.log, chronology_id, key)

    def record_claims(self, chronology_id: str, lines: Sequence[Line], caller: Caller) -> ClaimsReceipt:
        """Record numbered lines, from 1, of one claim each, as a stream does: what is not valid is refused line by line."""
        stream, cutter = self.claims_stream(chronology_id, caller), Cutter()
        for _, line in lines:
            for part in cutter.feed(line + b"\n"):
                stream.record(part)
        for part in cutter.finish():
            stream.record(part)
        return stream.receipt()

    def erase(self, chronology_id: str, document_id: str, reason: str, caller: Caller) -> Receipt:
        """Erase a document: its key is destroyed, and with it its text and the words of all claims in it. There is no way back."""
        caller.principal.require(Role.admin)
        reason = erasure_reason(reason)
        fingerprint = content_hash({"erase": document_id, "reason": reason})
        if earlier := self._commands.earlier(chronology_id, caller, fingerprint):
            return receipt_of(earlier)
        if known := self._erased(chronology_id, document_id):
            self._remember(chronology_id, caller, fingerprint, known)
            return known
        if self.log.document(chronology_id, document_id) is None:
            raise NotFound(f"there is no document {document_id} in this chronology")
        self._lookups.wait_until(chronology_id, self.log.head(chronology_id), PROJECTION_SECONDS)
        event = decide.erase_document(document_id, reason, self._lookups.shares(chronology_id, document_id))
        try:
            done = self._commands.append(
                chronology_id,
                caller,
                (event,),
                key=f"erase:{self._new_id()}",
                fingerprint=fingerprint,
                result=Receipt(status="erased", revision=0, id=document_id, claims=len(event.claims)),
                reserves=((erasure(document_id), document_id),),
                erases=document_id,
            )
        except (AlreadyExists, Gone):
            known = self._erased(chronology_id, document_id)
            if known is None:
                raise
            return known
        finally:
            self._texts.forget(chronology_id, document_id)
        return receipt_of(done)

    def _erased(self, chronology_id: str, document_id: str) -> Receipt | None:
        held = self.log.reserved(chronology_id, erasure(document_id))
        if held is None:
            return None
        (event,) = self.log.read(chronology_id, held.position - 1, 1)
        assert isinstance(event.data, DocumentErased)
        return Receipt(status="unchanged", revision=event.commit, id=document_id, claims=len(event.data.claims))

    def announce_switches(self) -> int:
        """Record of every switch of generations that readers see it, so that subscribers hear of it; return how many were recorded.

        Each is recorded at the revision at which it is untold, and only there: whatever is recorded first tells of it.
        """
        recorded = 0
        for switched in self._lookups.switched():
            event = ChronologyReconsolidated(
                chronology_id=switched.chronology_id, generation=switched.generation, rules=switched.rules, before=switched.before
            )
            try:
                self._commands.append(
                    switched.chronology_id,
                    replace(ANNOUNCER, expected_revision=switched.revision),
                    (event,),
                    key=f"reconsolidated:{switched.generation}:{switched.revision}",
                    fingerprint=content_hash(event.model_dump()),
                    result=Receipt(status="recorded", revision=0, id=switched.chronology_id),
                )
            except RevisionConflict:
                continue  # something was recorded a moment ago, and tells of it
            recorded += 1
        return recorded

    def propose(self, chronology_id: str, request: NewCorrection, caller: Caller) -> Receipt:
        """Propose a correction."""
        return self._corrections.propose(chronology_id, request, caller)

    def decide_correction(self, chronology_id: str, correction_id: str, request: NewDecision, caller: Caller) -> Receipt:
        """Accept or reject a proposed correction, take it back, or revert one that was accepted."""
        return self._corrections.decide(chronology_id, correction_id, request, caller)


def erasure_reason(reason: str) -> str:
    """Return the reason of an erasure without the white space around it, or refuse it."""
    try:
        return NewErasure(reason=reason).reason
    except ValidationError as error:
        raise InvalidInput(f"reason: {error.errors()[0]['msg']}; say why the document has to go, for those who look for it") from error


def _storable_name(filename: str | None) -> str | None:
    """A file's name without what no database stores: bytes that are no text, and zero characters."""
    return filename and filename.encode("utf-8", "replace").decode().replace("\x00", "?")[:255]
