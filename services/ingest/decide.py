"""Deciding: from a request and what is known to events. Pure: ids and everything looked up come in as arguments."""

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import NamedTuple

from pydantic import ValidationError

from services.ingest.requests import (
    ChangeRequest,
    GivenValue,
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
from shared.domain.claims import Claim, Extractor
from shared.domain.corrections import (
    AmendDate,
    AmendValue,
    Change,
    JoinOrigins,
    MergeEntries,
    RetitleEntry,
    SplitEntry,
    SplitOrigins,
    WithdrawClaim,
    claims_named,
    documents_named,
)
from shared.domain.errors import InvalidInput, NotAllowed, NotFound
from shared.domain.events import (
    AnyEvent,
    ChronologyCreated,
    ClaimRecorded,
    CorrectionAccepted,
    CorrectionProposed,
    CorrectionRejected,
    CorrectionReverted,
    CorrectionWithdrawn,
    DocumentCaptured,
    DocumentErased,
    ErasedClaim,
    SourceRegistered,
)
from shared.domain.ids import content_hash, sha256
from shared.domain.provenance import SourceDetails, context
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


def document_identity(details: SourceDetails, sha: str, previous: str | None = None) -> str:
    """The hash by which the same capture of the same source is recognised.

    A source that goes back to what it said before is captured anew: after another `previous` document, the same content is another one.
    """
    identity = {"content": sha, "source": source_identity(details, sha)}
    return content_hash(identity if previous is None else {**identity, "previous": previous})


def successor(previous: str) -> str:
    """The reserved name of the one capture that comes after another one of the same source."""
    return f"after:{previous}"


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
            pages=request.pages,
            notes=request.notes,
            retrieved=request.retrieved,
            previous=request.previous,
        )
    )
    ids = [new_id() for _ in request.claims]
    for claim_id, body in zip(ids, request.claims, strict=True):
        body.check(request.text)
        fields = {name: getattr(body, name) for name in type(body).model_fields}
        fields["continues"] = None if body.continues is None else ids[int(body.continues)]
        fields["page"] = body.page or (bisect_right(request.pages, body.start) or None)
        events.append(ClaimRecorded(claim=Claim(id=claim_id, document_id=document_id, extractor=request.extractor, **fields)))
    return tuple(events)


def record_claim(request: NewClaim, text: str, language: str, claim_id: str) -> ClaimRecorded:
    """Record a brought claim about a document, every part of it checked against the document's text.

    What is wrong is told by where it is wrong, never by repeating words: refusals are kept, and the document may have to be erased.
    """
    start, end = _locate(request, text, 0, len(text), ())

    def cited(part: Quoted, *where: str | int) -> dict[str, object]:
        # What is given of a part has the names that the claim's own part gives it.
        if part.start is not None and part.end is not None and text[part.start : part.end] == part.quote:
            return vars(part)
        inside = part.start is None and part.quote in request.quote
        low, high = (start, end) if inside else (0, len(text))
        part_start, part_end = _locate(part, text, low, high, where)
        return {**vars(part), "start": part_start, "end": part_end}

    prefix, suffix = context(text, start, end)
    fields = {
        "id": claim_id,
        "document_id": request.document_id,
        "extractor": request.extractor or PERSON,
        "start": start,
        "end": end,
        "quote": request.quote,
        "prefix": prefix,
        "suffix": suffix,
        "statement": request.statement or " ".join(request.quote.split()),
        "language": request.language or language,
        "date": request.date and cited(request.date, "date"),
        "values": request.values and [cited(part, "values", index) for index, part in enumerate(request.values)],
        "actors": request.actors and [cited(part, "actors", index) for index, part in enumerate(request.actors)],
        "places": request.places and [cited(part, "places", index) for index, part in enumerate(request.places)],
        "attribution": request.attribution and cited(request.attribution, "attribution"),
        "modality": request.modality,
        "confidence": request.confidence,
        "continues": request.continues,
    }
    try:
        return ClaimRecorded.model_validate({"claim": fields})
    except InvalidInput as error:  # the one thing that a claim refuses in this way is its date
        raise InvalidInput("date.edtf: this is not an EDTF date; write 2001, 2001-11, 2001-11-09, 198X or 2001-11-09/2001-11-10") from error
    except ValidationError as error:
        raise InvalidInput(_wrong(request, error)) from error


def _wrong(request: NewClaim, error: ValidationError) -> str:
    """Say which part of a claim is not valid, without repeating what it says."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    _, *place = first["loc"]
    where = ".".join(map(str, place))
    if place[:1] == ["values"]:
        value = request.values[int(place[1])]
        if _falls(value):
            return f"{where}: a range rises, and the upper end of this one is below its value"
        return f"{where}: a value of the kind {value.kind} is a decimal number such as 406 or 12.5"
    return f"{where}: this is not valid: {first['msg']}"


def _falls(value: GivenValue) -> bool:
    try:
        return value.upper is not None and Decimal(value.upper) < Decimal(value.value)
    except InvalidOperation:
        return False


def _locate(part: Quoted, text: str, low: int, high: int, where: tuple[str | int, ...]) -> tuple[int, int]:
    """Find quoted words in `text[low:high]`, or check them where they say they stand. Returns start and end, in code points."""
    part_start, part_end = part.start, part.end
    if part_start is not None and part_end is not None:
        if text[part_start:part_end] != part.quote:
            raise _misplaced(where, _why_not_at(part_start, part_end))
        return part_start, part_end
    if part_start is not None or part_end is not None:
        raise _misplaced(where, "has half a span: give both start and end, or neither")
    start = text.find(part.quote, low, high)
    if start < 0:
        raise _misplaced(where, "does not stand in the document; quote it letter by letter, line breaks included")
    if text.find(part.quote, start + 1, high) >= 0:
        raise _misplaced(where, "stands in the document more than once; give start and end, in code points")
    return start, start + len(part.quote)


def _why_not_at(start: int, end: int) -> str:
    if end <= start:
        return f"has the end {end}, which is not after its start {start}"
    return f"does not stand at {start}–{end} of the document"


def _misplaced(where: tuple[str | int, ...], what: str) -> InvalidInput:
    return InvalidInput(f"{'.'.join(map(str, where))}: the quote {what}" if where else f"the claim's quote {what}")


class Share(NamedTuple):
    """The share that a document has in an entry: the claims of the document, and those of all others."""

    own: tuple[str, ...]
    others: tuple[str, ...]


def erase_document(document_id: str, reason: str, shares: Iterable[Share]) -> DocumentErased:
    """Erase a document. `shares` are those that it has in entries: of each claim is kept a claim of another document beside it."""
    shares = tuple(shares)
    claims = [(claim_id, min(share.others, default=None)) for share in shares for claim_id in share.own]
    return DocumentErased(
        document_id=document_id,
        reason=reason,
        claims=tuple(ErasedClaim(claim_id=claim_id, beside=beside) for claim_id, beside in sorted(claims)),
        around=tuple(sorted({other for share in shares for other in share.others})),
    )


def propose_correction(
    request: NewCorrection,
    correction_id: str,
    members: Mapping[str, Collection[str]],
    claim: Claim | None,
    sources: Mapping[str, str] = MappingProxyType({}),
) -> CorrectionProposed:
    """Propose a change.

    `members` maps each entry or claim id that is known to all claims of the entry that holds it; `claim` is the claim that the change
    amends or withdraws, if it does that; `sources` maps the documents that it names to their sources.
    """
    change = _resolve(request.change, members)
    for claim_id in claims_named(change):
        if not isinstance(change, SplitEntry):
            _members_of(claim_id, members)
    _check_documents(change, sources)
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
        case AmendDate() | AmendValue() | WithdrawClaim() | JoinOrigins() | SplitOrigins():
            return change


def _check_documents(change: Change, sources: Mapping[str, str]) -> None:
    """Refuse a change of origins that names documents unknown, or of one source: those are one origin whatever anybody says."""
    named = documents_named(change)
    if unknown := [document_id for document_id in named if document_id not in sources]:
        raise NotFound(f"there is no document {', '.join(unknown)} in this chronology")
    if len({sources[document_id] for document_id in named}) < len(named):
        raise InvalidInput("two of these documents are captures of one source, which is one origin: name one document of each source")


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
        figures = "1200 or 1,200, 1.5, >200, ~50 or 300–400"
        raise InvalidInput(f"{change.value!r} is not a {value.kind} such as {value.shown!r}; write {figures}")


def _members_of(claim_id: str, members: Mapping[str, Collection[str]]) -> Collection[str]:
    if claim_id not in members:
        raise NotFound(f"there is no entry or claim {claim_id} in this chronology")
    return members[claim_id]


def decide_correction(request: NewDecision, proposal: CorrectionProposed, proposed_by: str, reviewer: Principal) -> AnyEvent:
    """Accept or reject a proposed correction, or take it back.

    Only an admin may decide on a proposal of their own, and only who made a proposal takes it back.
    """
    if request.decision == "withdraw":
        if reviewer.name != proposed_by:
            raise NotAllowed("only who proposed a correction can take it back; a reviewer can reject it")
        return CorrectionWithdrawn(correction_id=proposal.correction_id, reason=request.reason)
    reviewer.require(Role.reviewer)
    if reviewer.name == proposed_by and reviewer.role < Role.admin:
        raise NotAllowed("somebody else has to review a correction that you proposed yourself")
    if request.decision == "accept":
        return CorrectionAccepted(correction_id=proposal.correction_id, change=proposal.change, reason=request.reason)
    return CorrectionRejected(correction_id=proposal.correction_id, reason=request.reason)


def revert_correction(request: NewDecision, correction_id: str, outcome: AnyEvent, reviewer: Principal) -> CorrectionReverted:
    """Undo a correction that was accepted; `outcome` is what was decided on it."""
    reviewer.require(Role.reviewer)
    if not isinstance(outcome, CorrectionAccepted):
        raise InvalidInput(f"correction {correction_id} was never accepted: there is nothing to revert")
    return CorrectionReverted(correction_id=correction_id, reason=request.reason)
