"""Deciding: from a request and what is known to events. Pure: ids and everything looked up come in as arguments."""

from collections.abc import Callable, Collection, Mapping

from pydantic import ValidationError

from services.ingest.requests import (
    ChangeRequest,
    MergeRequest,
    NewChronology,
    NewClaim,
    NewCorrection,
    NewDecision,
    NewDocument,
    Quoted,
    RetitleRequest,
    SplitRequest,
)
from shared.domain.claims import Claim, ClaimDate, Extractor, Mention, Value
from shared.domain.corrections import AmendDate, AmendValue, Change, MergeEntries, RetitleEntry, SplitEntry, WithdrawClaim, claims_named
from shared.domain.errors import InvalidInput, NotAllowed, NotFound
from shared.domain.events import (
    AnyEvent,
    ChronologyCreated,
    ClaimRecorded,
    CorrectionAccepted,
    CorrectionProposed,
    CorrectionRejected,
    DocumentCaptured,
    SourceRegistered,
)
from shared.domain.ids import content_hash, sha256
from shared.domain.provenance import Passage, SourceDetails, context
from shared.domain.readings import with_value
from shared.domain.roles import Principal, Role

NewId = Callable[[], str]
PERSON = Extractor(name="person", version="1")


def create_chronology(request: NewChronology, chronology_id: str) -> ChronologyCreated:
    """Open a chronology."""
    return ChronologyCreated(chronology_id=chronology_id, slug=request.slug, title=request.title, description=request.description)


def source_identity(details: SourceDetails, sha: str) -> str:
    """The hash by which a source is recognised: its URL, else its title, author and publisher, else the content itself."""
    if details.url:
        return content_hash({"url": details.url})
    named = {name: value for name in ("title", "author", "publisher") if (value := getattr(details, name))}
    return content_hash(named or {"content": sha})


def document_identity(details: SourceDetails, sha: str) -> str:
    """The hash by which the same capture of the same source is recognised."""
    return content_hash({"content": sha, "source": source_identity(details, sha)})


def capture_document(request: NewDocument, known_source: str | None, new_id: NewId) -> tuple[AnyEvent, ...]:
    """Register the source unless it is known, capture the document and record its claims."""
    sha = sha256(request.original)
    source_id = known_source or new_id()
    document_id = new_id()
    events: list[AnyEvent] = []
    if known_source is None:
        events.append(SourceRegistered(source_id=source_id, identity=source_identity(request.source, sha), details=request.source))
    events.append(
        DocumentCaptured(
            document_id=document_id,
            source_id=source_id,
            filename=request.filename,
            media_type=request.media_type,
            encoding=request.encoding,
            language=request.language,
            language_detected=request.language_detected,
            sha256=sha,
            size=len(request.original),
            text_sha256=sha256(request.text.encode()),
            length=len(request.text),
            parser=request.parser,
            skip=request.skip,
        )
    )
    ids = [new_id() for _ in request.claims]
    for claim_id, body in zip(ids, request.claims, strict=True):
        body.check(request.text)
        fields = {name: getattr(body, name) for name in type(body).model_fields}
        fields["continues"] = None if body.continues is None else ids[int(body.continues)]
        events.append(ClaimRecorded(claim=Claim(id=claim_id, document_id=document_id, extractor=request.extractor, **fields)))
    return tuple(events)


def record_claim(request: NewClaim, text: str, language: str, claim_id: str) -> ClaimRecorded:
    """Record a brought claim about a document, every part of it checked against the document's text."""
    whole = _locate(request, text, 0, len(text), "the claim's quote")

    def within(part: Quoted, what: str) -> dict[str, object]:
        inside = part.quote in whole.quote
        place = _locate(part, text, whole.start if inside else 0, whole.end if inside else len(text), what)
        return {"start": place.start, "end": place.end, "quote": place.quote}

    prefix, suffix = context(text, whole.start, whole.end)
    try:
        claim = Claim(
            id=claim_id,
            document_id=request.document_id,
            extractor=request.extractor or PERSON,
            start=whole.start,
            end=whole.end,
            quote=whole.quote,
            prefix=prefix,
            suffix=suffix,
            statement=request.statement or " ".join(whole.quote.split()),
            language=request.language or language,
            date=request.date
            and ClaimDate(edtf=request.date.edtf, derivation=request.date.derivation, **within(request.date, "the date's quote")),
            values=tuple(
                Value(
                    attribute=value.attribute,
                    value=value.value,
                    kind=value.kind,
                    bound=value.bound,
                    upper=value.upper,
                    unit=value.unit,
                    **within(value, f"the quote of {value.attribute}"),
                )
                for value in request.values
            ),
            actors=tuple(Mention(name=m.name, **within(m, f"the quote of {m.name}")) for m in request.actors),
            places=tuple(Mention(name=m.name, **within(m, f"the quote of {m.name}")) for m in request.places),
            attribution=request.attribution
            and Mention(name=request.attribution.name, **within(request.attribution, "the attribution's quote")),
            modality=request.modality,
            confidence=request.confidence,
            continues=request.continues,
        )
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidInput(f"the claim's {'.'.join(map(str, first['loc']))} is not valid: {first['msg']}") from error
    return ClaimRecorded(claim=claim)


def _locate(part: Quoted, text: str, low: int, high: int, what: str) -> Passage:
    """Find quoted words in `text[low:high]`, or check them where they say they stand."""
    if part.start is not None and part.end is not None:
        if part.end <= part.start:
            raise InvalidInput(f"{what} ends at {part.end}, which is not after its start {part.start}")
        place = Passage(start=part.start, end=part.end, quote=part.quote)
        place.check(text)
        return place
    start = text.find(part.quote, low, high)
    if start < 0:
        raise InvalidInput(f"{what}, {part.quote[:80]!r}, does not stand in the document; quote it letter by letter, line breaks included")
    if text.find(part.quote, start + 1, high) >= 0:
        raise InvalidInput(f"{what}, {part.quote[:80]!r}, stands in the document more than once; give start and end, in code points")
    return Passage(start=start, end=start + len(part.quote), quote=part.quote)


def propose_correction(
    request: NewCorrection, correction_id: str, members: Mapping[str, Collection[str]], claim: Claim | None
) -> CorrectionProposed:
    """Propose a change.

    `members` maps each entry or claim id that is known to all claims of the entry that holds it; `claim` is the claim that the change
    amends or withdraws, if it does that.
    """
    change = _resolve(request.change, members)
    for claim_id in claims_named(change):
        if not isinstance(change, SplitEntry):
            _members_of(claim_id, members)
    if isinstance(change, AmendValue) and claim is not None:
        _check_amended_value(change, claim)
    return CorrectionProposed(correction_id=correction_id, change=change, reason=request.reason, evidence=request.evidence)


def _resolve(change: ChangeRequest, members: Mapping[str, Collection[str]]) -> Change:
    match change:
        case MergeRequest():
            entries = {frozenset(_members_of(entry, members)) for entry in change.entry_ids}
            if len(entries) < 2:
                raise InvalidInput("these ids stand in one entry already: there is nothing to merge")
            return MergeEntries(claim_ids=change.entry_ids)
        case SplitRequest():
            held = set(_members_of(change.entry_id, members))
            if foreign := sorted(set(change.claim_ids) - held):
                raise InvalidInput(f"not claims of entry {change.entry_id}: {', '.join(foreign)}")
            kept = tuple(sorted(held - set(change.claim_ids)))
            if not kept:
                raise InvalidInput("all claims of the entry would leave it: name only those that tell of another happening")
            return SplitEntry(out=tuple(sorted(set(change.claim_ids))), kept=kept)
        case RetitleRequest():
            return RetitleEntry(claim_id=change.entry_id, title=change.title)
        case AmendDate() | AmendValue() | WithdrawClaim():
            return change


def _check_amended_value(change: AmendValue, claim: Claim) -> None:
    given = [value for value in claim.values if value.attribute == change.attribute]
    meant = [value for value in given if change.start in (None, value.start)]
    if not meant:
        names = ", ".join(sorted({value.attribute for value in claim.values})) or "none"
        raise InvalidInput(f"the claim gives no such value of {change.attribute!r}; its attributes are: {names}")
    if len(meant) > 1:
        starts = ", ".join(str(value.start) for value in meant)
        raise InvalidInput(f"the claim gives {change.attribute!r} more than once; say which by start, one of {starts}")
    value = meant[0]
    if change.value is not None and with_value(value, change.value).kind != value.kind:
        raise InvalidInput(f"{change.value!r} is not a {value.kind} such as {value.shown!r}; write 406, >200, ~50 or 300–400")


def _members_of(claim_id: str, members: Mapping[str, Collection[str]]) -> Collection[str]:
    if claim_id not in members:
        raise NotFound(f"there is no entry or claim {claim_id} in this chronology")
    return members[claim_id]


def decide_correction(request: NewDecision, proposal: CorrectionProposed, proposed_by: str, reviewer: Principal) -> AnyEvent:
    """Accept or reject a proposed correction. Only an admin may decide on a proposal of their own."""
    if reviewer.name == proposed_by and reviewer.role < Role.admin:
        raise NotAllowed("somebody else has to review a correction that you proposed yourself")
    if request.decision == "accept":
        return CorrectionAccepted(correction_id=proposal.correction_id, change=proposal.change, reason=request.reason)
    return CorrectionRejected(correction_id=proposal.correction_id, reason=request.reason)
