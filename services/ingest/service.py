"""Ingest as a library: parse, extract, decide, append. HTTP and the command line are two ways to call it.

Everything slow happens before the append: parsing and extraction hold no lock.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from pydantic import ValidationError

from services.ingest import decide
from services.ingest.parsing.details import combine
from services.ingest.parsing.formats import parse
from services.ingest.parsing.language import detect_language
from services.ingest.plugins import installed, load_extractor
from services.ingest.requests import (
    MergeRequest,
    NewChronology,
    NewClaim,
    NewCorrection,
    NewDecision,
    NewDocument,
    RetitleRequest,
    SplitRequest,
)
from shared.domain.claims import Claim, Extractor
from shared.domain.corrections import AmendDate, AmendValue, WithdrawClaim
from shared.domain.errors import AlreadyExists, IdempotencyConflict, InvalidInput, NotFound, SalnameError
from shared.domain.events import AnyEvent, Command, CorrectionProposed
from shared.domain.ids import IdSource, content_hash, sha256
from shared.domain.model import Frozen
from shared.domain.ports import Append, Appended, ChronologyInfo, ExtractionInput, Log, StoredDocument
from shared.domain.provenance import SourceDetails
from shared.domain.roles import Principal, Role

ReceiptT = TypeVar("ReceiptT", bound=Frozen)

PROJECTION_SECONDS = 3.0
"""How long a correction waits for the projection to know the claims that were recorded just before."""

ATTEMPTS = 3
"""How often a command is decided anew when another one took the name it wanted."""


class Lookups(Protocol):
    """What deciding needs to know of the read model."""

    def members(self, chronology_id: str, ids: Iterable[str]) -> Mapping[str, Sequence[str]]:
        """Map each known claim or entry id to the claims of the entry that holds it."""
        ...

    def claim(self, chronology_id: str, claim_id: str) -> Claim | None:
        """Return a recorded claim."""
        ...

    def document_language(self, chronology_id: str, document_id: str) -> str | None:
        """Return the language of a captured document."""
        ...

    def wait_until(self, chronology_id: str, position: int, seconds: float) -> None:
        """Wait until the read model shows a position, at most so many seconds."""
        ...


class Receipt(Frozen):
    """What a command did. `revision` is the log position after it; `status` is `unchanged` when it had been carried out before."""

    status: str
    revision: int
    id: str
    claims: int = 0


Line = tuple[int, bytes]
"""A line of a stream with its number, from 1."""


class Refused(Frozen):
    """A line of a stream of claims that was not recorded, and why. Lines count from 1."""

    line: int
    detail: str


class ClaimsReceipt(Frozen):
    """What a batch of claims did."""

    status: str
    revision: int
    recorded: tuple[str, ...]
    refused: tuple[Refused, ...] = ()


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, with the key and the revision that the request carried, if any."""

    principal: Principal
    key: str | None = None
    expected_revision: int | None = None


class IngestService:
    """Carries out the commands of ingest on a log."""

    def __init__(self, log: Log, lookups: Lookups, new_id: IdSource, max_document_bytes: int) -> None:
        self.log = log
        self._lookups = lookups
        self._new_id = new_id
        self._max_document_bytes = max_document_bytes

    def chronology(self, slug: str) -> ChronologyInfo:
        """Return the chronology of a slug or raise `NotFound`."""
        info = self.log.chronology(slug)
        if info is None:
            raise NotFound(f"there is no chronology called {slug!r}; open it with POST /v1/chronologies or by `salname ingest`")
        return info

    def create_chronology(self, request: NewChronology, caller: Caller) -> Receipt:
        """Open a chronology."""
        caller.principal.require(Role.editor)
        existing = self.log.chronology(request.slug)
        # The same command again must find its first outcome, which is kept with the chronology that it opened.
        chronology_id = existing.id if existing and caller.key and self.log.recall(existing.id, caller.key) else self._new_id()
        event = decide.create_chronology(request, chronology_id)
        receipt = Receipt(status="recorded", revision=1, id=chronology_id)
        done = self._append(chronology_id, caller, (event,), f"chronology:{request.slug}", request.model_dump(), receipt)
        return self._receipt(done, Receipt)

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

    def _earlier(self, chronology_id: str, caller: Caller, body: Any, kind: type[ReceiptT]) -> ReceiptT | None:
        """Return the first receipt of a keyed command that came before; refuse its key with another body.

        It comes before anything is looked up: what was decided once stays decided, however the chronology has moved on.
        """
        known = self.log.recall(chronology_id, caller.key) if caller.key else None
        if known is None:
            return None
        if known[0] != content_hash(body):
            raise IdempotencyConflict
        return self._receipt(known[1], kind)

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
        filename = _storable_name(filename)
        parsed = parse(data, filename, media_type, self._max_document_bytes)
        source = combine(declared or SourceDetails(), parsed.details)
        language = source.language or detect_language(parsed.text)
        source = combine(source, SourceDetails(language=language))
        identity = decide.document_identity(source, sha256(data))
        if earlier := self._earlier(chronology_id, caller, {"document": identity}, Receipt):
            return earlier
        if known := self._captured(chronology_id, identity):
            if caller.key:
                self._append(chronology_id, caller, (), caller.key, {"document": identity}, known)
            return known
        plugin = load_extractor(extractor)
        claims = plugin.extract(
            ExtractionInput(text=parsed.text, language=language, published=source.published, media_type=parsed.media_type, skip=parsed.skip)
        )
        request = NewDocument(
            original=data,
            text=parsed.text,
            filename=filename,
            media_type=parsed.media_type,
            encoding=parsed.encoding,
            parser=parsed.parser,
            skip=parsed.skip,
            source=source,
            language=language,
            language_detected=not (declared and declared.language) and not parsed.details.language,
            claims=tuple(claims),
            extractor=Extractor(name=plugin.name, version=plugin.version),
        )
        return self._capture(chronology_id, request, identity, caller)

    def _captured(self, chronology_id: str, identity: str) -> Receipt | None:
        held = self.log.reserved(chronology_id, f"document:{identity}")
        if held is None:
            return None
        first = self.log.read(chronology_id, held.position - 1, 1)
        claims = sum(1 for event in first if event.data.type == "claim.recorded")
        return Receipt(status="unchanged", revision=first[-1].commit, id=held.subject, claims=claims)

    def _capture(self, chronology_id: str, request: NewDocument, identity: str, caller: Caller) -> Receipt:
        source_name = f"source:{decide.source_identity(request.source, sha256(request.original))}"
        for _ in range(ATTEMPTS):
            held = self.log.reserved(chronology_id, source_name)
            events = decide.capture_document(request, held.subject if held else None, self._new_id)
            captured = next(event for event in events if event.type == "document.captured")
            reserves = [(f"document:{identity}", captured.subject)]
            if held is None:
                reserves.append((source_name, events[0].subject))
            stored = StoredDocument(id=captured.subject, original=request.original, text=request.text)
            receipt = Receipt(status="recorded", revision=0, id=captured.subject, claims=len(request.claims))
            try:
                done = self._append(
                    chronology_id, caller, events, f"document:{identity}", {"document": identity}, receipt, tuple(reserves), (stored,)
                )
                return self._receipt(done, Receipt)
            except AlreadyExists:
                if known := self._captured(chronology_id, identity):
                    return known
        raise AlreadyExists("other captures of this source keep coming in at the same time; send the document again")

    def record_claims(self, chronology_id: str, lines: Sequence[Line], caller: Caller) -> ClaimsReceipt:
        """Record claims, one JSON object a line, in one commit; lines that are not valid are refused one by one, the rest is recorded."""
        caller.principal.require(Role.contributor)
        body = {"claims": [sha256(line) for _, line in lines]}
        if earlier := self._earlier(chronology_id, caller, body, ClaimsReceipt):
            return earlier
        events: list[AnyEvent] = []
        refused: list[Refused] = []
        texts: dict[str, tuple[str, str]] = {}
        for number, line in lines:
            try:
                events.append(self._claim(chronology_id, line, texts))
            except SalnameError as error:
                refused.append(Refused(line=number, detail=error.detail))
        receipt = ClaimsReceipt(status="recorded", revision=0, recorded=tuple(event.subject for event in events), refused=tuple(refused))
        if not events:
            receipt = receipt.model_copy(update={"status": "unchanged"})
        done = self._append(chronology_id, caller, tuple(events), f"claims:{self._new_id()}", body, receipt)
        return self._receipt(done, ClaimsReceipt)

    def _claim(self, chronology_id: str, line: bytes, texts: dict[str, tuple[str, str]]) -> AnyEvent:
        try:
            request = NewClaim.model_validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            raise InvalidInput(f"{'.'.join(map(str, first['loc'])) or 'the claim'}: {first['msg']}") from error
        if request.extractor and request.extractor.name in installed():
            raise InvalidInput(f"{request.extractor.name!r} is an extractor of this server; give yours another name")
        if request.document_id not in texts:
            stored = self.log.document(chronology_id, request.document_id)
            if stored is None:
                raise NotFound(f"there is no document {request.document_id} in this chronology; capture it first")
            language = self._lookups.document_language(chronology_id, request.document_id) or detect_language(stored.text)
            texts[request.document_id] = (stored.text, language)
        text, language = texts[request.document_id]
        return decide.record_claim(request, text, language, self._new_id())

    def propose(self, chronology_id: str, request: NewCorrection, caller: Caller) -> Receipt:
        """Propose a correction."""
        caller.principal.require(Role.editor)
        body = {"propose": request.model_dump(mode="json")}
        if earlier := self._earlier(chronology_id, caller, body, Receipt):
            return earlier
        change = request.change
        claim: Claim | None = None
        match change:
            case MergeRequest():
                named = list(change.entry_ids)
            case SplitRequest():
                named = [change.entry_id, *change.claim_ids]
            case RetitleRequest():
                named = [change.entry_id]
            case AmendDate() | AmendValue() | WithdrawClaim():
                named = [change.claim_id]
                claim = self._lookups.claim(chronology_id, change.claim_id)
        self._lookups.wait_until(chronology_id, self.log.head(chronology_id), PROJECTION_SECONDS)
        members = self._lookups.members(chronology_id, named)
        correction_id = self._new_id()
        event = decide.propose_correction(request, correction_id, members, claim)
        receipt = Receipt(status="proposed", revision=0, id=correction_id)
        done = self._append(
            chronology_id, caller, (event,), f"correction:{correction_id}", body, receipt, ((f"correction:{correction_id}", correction_id),)
        )
        return self._receipt(done, Receipt)

    def decide_correction(self, chronology_id: str, correction_id: str, request: NewDecision, caller: Caller) -> Receipt:
        """Accept or reject a proposed correction."""
        caller.principal.require(Role.reviewer)
        body = {"decide": correction_id, **request.model_dump(mode="json")}
        if earlier := self._earlier(chronology_id, caller, body, Receipt):
            return earlier
        held = self.log.reserved(chronology_id, f"correction:{correction_id}")
        if held is None:
            raise NotFound(f"there is no correction {correction_id} in this chronology")
        proposed = self.log.read(chronology_id, held.position - 1, 1)[0]
        assert isinstance(proposed.data, CorrectionProposed)
        event = decide.decide_correction(request, proposed.data, proposed.actor, caller.principal)
        receipt = Receipt(status=f"{request.decision}ed", revision=0, id=correction_id)
        try:
            done = self._append(
                chronology_id,
                caller,
                (event,),
                f"decision:{correction_id}:{content_hash(body)}",
                body,
                receipt,
                ((f"decision:{correction_id}", correction_id),),
                causation=proposed.id,
            )
        except AlreadyExists as error:
            raise AlreadyExists(f"correction {correction_id} was decided on already; propose a new one to change that") from error
        return self._receipt(done, Receipt)

    def _append(
        self,
        chronology_id: str,
        caller: Caller,
        events: tuple[AnyEvent, ...],
        key: str,
        body: Any,
        receipt: Frozen,
        reserves: tuple[tuple[str, str], ...] = (),
        documents: Sequence[StoredDocument] = (),
        causation: str | None = None,
    ) -> Appended:
        command = Command(actor=caller.principal.name, time=self._now(), correlation_id=self._new_id(), causation_id=causation)
        return self.log.append(
            Append(
                chronology_id=chronology_id,
                command=command,
                events=events,
                key=caller.key or key,
                fingerprint=content_hash(body),
                result=receipt.model_dump_json(exclude={"revision"}),
                expected_revision=caller.expected_revision,
                reserves=reserves,
            ),
            documents,
        )

    def _now(self) -> datetime:
        return self._new_id.now()

    @staticmethod
    def _receipt(done: Appended, kind: type[ReceiptT]) -> ReceiptT:
        raw = json.loads(done.result)
        raw["revision"] = done.last
        if done.repeated:
            raw["status"] = "unchanged"
        return kind.model_validate(raw)


def _storable_name(filename: str | None) -> str | None:
    """A file's name without what no database stores: bytes that are no text, and zero characters."""
    return filename and filename.encode("utf-8", "replace").decode().replace("\x00", "?")[:255]
