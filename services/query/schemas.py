"""What the API answers: every value with the citations that support it.

Dates are EDTF. Offsets count Unicode code points in the document's canonical text, end exclusive. `url` fields are paths on this server;
that of a citation opens the document at the very words.
"""

from typing import Any, Literal

from pydantic import AwareDatetime, ConfigDict, Field

from services.query import examples
from services.query.search_schemas import MatchView
from shared.domain.chronology import Alarm, AppliedCorrection, ErasedSupport, Origin, Reason, Status, SupersededClaim
from shared.domain.claims import Bound, Confidence, Extractor, Modality, ValueKind
from shared.domain.corrections import Change, CorrectionState
from shared.domain.events import CarriedClaim
from shared.domain.model import Frozen
from shared.domain.provenance import Retrieval


def _example(value: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [value]})


class SourceView(Frozen):
    """Who stands behind a document, as far as it is known."""

    id: str
    title: str | None
    author: str | None
    publisher: str | None
    url: str | None
    language: str | None = Field(description="BCP 47")
    published: str | None = Field(description="EDTF")


class DocumentRef(Frozen):
    """A document, as citations name it. `sha256` is that of its original bytes."""

    id: str
    filename: str | None
    sha256: str
    source: SourceView


class Citation(Frozen):
    """Words of a document, verbatim, and where they stand."""

    model_config = _example(examples.CITATION)

    claim_id: str
    document: DocumentRef
    start: int
    end: int
    quote: str
    prefix: str = Field(description="the words before the quote")
    suffix: str = Field(description="the words after it")
    page: int | None
    url: str = Field(description="the document's page, at these words")


class ValueAlternativeView(Frozen):
    """One value of an attribute, with the passages that give it and those that deny it."""

    value: str
    shown: str = Field(description="the value with its bound: 406, >200, ~50, 300–400")
    kind: ValueKind
    bound: Bound
    upper: str | None
    unit: str | None
    corrected_from: str | None = Field(description="what the source's words say, where a correction changed the reading")
    corrected_by: str | None = Field(description="the correction's id")
    origins: tuple[int, ...] = Field(default=(), description="the places, among the entry's origins, of those that stand behind it")
    citations: tuple[Citation, ...]
    denials: tuple[Citation, ...]


class ValueView(Frozen):
    """One attribute with all its alternatives. `disputed`: they cannot all be true."""

    attribute: str
    status: Status
    alternatives: tuple[ValueAlternativeView, ...]


class DateAlternativeView(Frozen):
    """One date that claims give, with the words it was read from."""

    edtf: str
    corrected_by: str | None
    origins: tuple[int, ...] = Field(default=(), description="the places, among the entry's origins, of those that stand behind it")
    citations: tuple[Citation, ...]


class DateView(Frozen):
    """When it happened: the most precise date that no claim contradicts; null when the alternatives are in dispute."""

    edtf: str | None
    status: Status
    earliest: str | None = Field(description="the first day on which it can have happened")
    latest: str | None = Field(description="the last one")
    alternatives: tuple[DateAlternativeView, ...]


class PassageView(Frozen):
    """Words of a document and where they stand."""

    start: int
    end: int
    quote: str


class ClaimDateView(PassageView):
    """A claim's date as recorded. `derivation` says how the words became the date."""

    edtf: str
    derivation: str


class ClaimValueView(PassageView):
    """A claim's value as recorded."""

    attribute: str
    value: str
    shown: str
    kind: ValueKind
    bound: Bound
    upper: str | None
    unit: str | None


class MentionView(PassageView):
    """An actor or place by its normalised name."""

    name: str


class CorrectedValue(Frozen):
    """A claim's value as corrections let it be read."""

    attribute: str
    shown: str
    unit: str | None
    corrected_by: str | None


class ReadingView(Frozen):
    """The claim after accepted corrections: the recorded parts beside it stay what the source says."""

    date: str | None
    values: tuple[CorrectedValue, ...]
    withdrawn_by: str | None
    corrections: tuple[str, ...]


class ClaimView(Citation):
    """A claim with all its parts."""

    model_config = _example(examples.CLAIM)

    entry_id: str
    statement: str
    language: str
    modality: Modality
    confidence: Confidence
    extractor: Extractor
    date: ClaimDateView | None
    values: tuple[ClaimValueView, ...]
    actors: tuple[MentionView, ...]
    places: tuple[MentionView, ...]
    attribution: MentionView | None
    continues: str | None
    reading: ReadingView


class ClaimAnswer(ClaimView):
    """A claim, at a revision."""

    revision: int


class ValueSummary(Frozen):
    """An attribute in a list of entries; the entry itself has the citations."""

    attribute: str
    status: Status
    values: tuple[str, ...]


class EntrySummary(Frozen):
    """An entry in a list."""

    id: str
    url: str
    title: str
    date: str | None
    dates: tuple[str, ...] = Field(description="every date that claims give, EDTF")
    status: Status
    disputed: bool
    planned: bool = Field(description="no claim says that it happened")
    confidence: Confidence
    values: tuple[ValueSummary, ...]
    claims: int
    sources: int
    in_range: Literal["yes", "possible"] | None = Field(
        default=None, description="whether it fits the dates asked for whatever its own date means, or only possibly; null where none are"
    )
    matches: tuple[MatchView, ...] = Field(default=(), description="the texts in which the words stand that were searched for")


class EntryList(Frozen):
    """A page of entries in the order asked for. `next` and `previous` are cursors; they keep to the revision they were given out at."""

    model_config = _example(examples.ENTRY_LIST)

    revision: int
    entries: tuple[EntrySummary, ...]
    next: str | None
    previous: str | None


class LinkView(Frozen):
    """Why two claims stand together: `reasons` in English, the strongest first; `evidence` is the same in parts."""

    claims: tuple[str, str]
    reasons: tuple[str, ...]
    evidence: tuple[Reason, ...]


class AppliedCorrectionView(AppliedCorrection):
    """A correction that shapes an entry. `summary` says in English what it did, `change` is the change as it was proposed."""

    change: Change | None = None


class EntryView(Frozen):
    """An entry: everything that its claims say, side by side, each with its citations."""

    model_config = _example(examples.ENTRY)

    revision: int
    id: str
    url: str
    title: str
    title_claim: str | None
    status: Status
    disputed: bool
    planned: bool
    confidence: Confidence
    date: DateView
    values: tuple[ValueView, ...]
    claims: tuple[ClaimView, ...]
    withdrawn: tuple[ClaimView, ...] = Field(description="claims that support nothing any more")
    superseded: tuple[SupersededClaim, ...] = Field(
        default=(), description="of these, the ones that their source no longer makes, and what became of them"
    )
    links: tuple[LinkView, ...] = Field(description="why the claims stand together")
    corrections: tuple[AppliedCorrectionView, ...]
    erased: tuple[ErasedSupport, ...] = Field(default=(), description="claims that stood here until their document was erased")
    documents: tuple[DocumentRef, ...]
    origins: tuple[Origin, ...] = Field(default=(), description="which documents are one witness; `/origins` shows the words that say so")
    alarms: tuple[Alarm, ...] = Field(default=(), description="support that runs in a circle")


class NearMiss(Frozen):
    """An entry that has much in common with the one asked about, and why it stands apart all the same.

    `claims` are the two that come nearest, first that of the entry asked about. `agrees` and `differs` are in English, the strongest first;
    `evidence` and `objections` are the same in parts.
    """

    entry: EntrySummary
    claims: tuple[ClaimView, ClaimView]
    agrees: tuple[str, ...]
    differs: tuple[str, ...]
    evidence: tuple[Reason, ...]
    objections: tuple[Reason, ...]


class NearMisses(Frozen):
    """What was nearly grouped with an entry, the nearest first; `limit` is how many are shown at most."""

    model_config = _example(examples.NEAR_MISSES)

    revision: int
    id: str
    url: str
    title: str
    limit: int
    near_misses: tuple[NearMiss, ...]


class ChronologyView(Frozen):
    """A chronology with what it holds. `log_head` is ahead of `revision` while the newest events are being worked in."""

    model_config = _example(examples.CHRONOLOGY)

    id: str
    slug: str
    title: str
    description: str
    url: str
    revision: int
    recorded: AwareDatetime | None = Field(description="when the revision was recorded; null at revision 0")
    log_head: int
    documents: int
    claims: int
    entries: int
    disputed: int
    error: str | None = Field(description="why the newest events are not worked in, where something is wrong")


class ChronologyList(Frozen):
    """All chronologies, by slug."""

    chronologies: tuple[ChronologyView, ...]


class ErasureView(Frozen):
    """That a document was erased: by whom, when, and why. Its text and the words of its claims are gone."""

    by: str
    at: AwareDatetime
    reason: str


class ComparisonView(Frozen):
    """The claims of a source's earlier capture, compared with a later one."""

    previous: str = Field(description="the earlier document")
    carried: tuple[CarriedClaim, ...] = Field(description="said again in the same words, with the same meaning")
    changed: tuple[CarriedClaim, ...] = Field(description="other words, or another meaning, in the same place")
    vanished: tuple[str, ...] = Field(description="no longer there; they support nothing any more")
    doubt: tuple[str, ...] = Field(description="their words stand there more than once: they are left as they were")


class DocumentView(Frozen):
    """A captured document. What is shown of an erased one is what the log said of it from the start."""

    model_config = _example(examples.DOCUMENT)

    id: str
    url: str
    filename: str | None
    media_type: str
    encoding: str | None
    language: str
    language_detected: bool
    sha256: str
    size: int = Field(description="bytes of the original")
    text_sha256: str
    length: int = Field(description="code points of the text")
    parser: str
    pages: int | None = Field(default=None, description="how many pages it has, where the format has pages")
    notes: tuple[str, ...] = Field(default=(), description="what a reader of it has to know, such as that a page could not be read")
    retrieved: Retrieval | None = Field(default=None, description="how it was fetched, where Salname did that")
    previous: str | None = Field(default=None, description="the document that is the capture of the same source before")
    comparison: ComparisonView | None = Field(default=None, description="what became of the claims of the capture before")
    captured: AwareDatetime
    source: SourceView
    claims: int
    erased: ErasureView | None = Field(default=None, description="null unless the document was erased")


class DocumentList(Frozen):
    """The documents of a chronology in the order of their capture."""

    revision: int
    documents: tuple[DocumentView, ...]
    next: int | None = Field(default=None, description="the `after` of the next page; null on the last one")


class DocumentAnswer(DocumentView):
    """A document with its text and everything that was read out of it, in text order."""

    revision: int
    text: str
    skip: tuple[tuple[int, int], ...] = Field(description="spans that are no part of the document's own prose")
    citations: tuple[ClaimView, ...]


class SourceWithDocuments(SourceView):
    """A source with its documents."""

    every: int | None = Field(default=None, description="after how many seconds it is captured again, where it is")
    documents: tuple[str, ...]


class SourceList(Frozen):
    """The sources of a chronology in the order in which they became known."""

    revision: int
    sources: tuple[SourceWithDocuments, ...]
    next: int | None = Field(default=None, description="the `after` of the next page; null on the last one")


class CorrectionView(Frozen):
    """A proposed change and what became of it: who, when, why."""

    model_config = _example(examples.CORRECTION)

    id: str
    change: Change
    carried: tuple[Change, ...] = Field(default=(), description="the change as it holds for claims of later captures that say the same")
    reason: str
    evidence: tuple[str, ...]
    state: CorrectionState
    proposed_by: str
    proposed_at: AwareDatetime
    decided_by: str | None
    decided_at: AwareDatetime | None
    decision_reason: str | None
    reverted_by: str | None
    reverted_at: AwareDatetime | None
    reversal_reason: str | None
    entries: tuple[str, ...] = Field(description="the ids of the entries that hold the claims it is about")


class CorrectionList(Frozen):
    """Corrections, the newest first."""

    revision: int
    corrections: tuple[CorrectionView, ...]


class CorrectionAnswer(CorrectionView):
    """A correction, at a revision."""

    revision: int


class Changes(Frozen):
    """Changes of entries after a revision, each the CloudEvents object that streams carry, byte for byte.

    Ask again with `after` set to `next`. `revision` is the newest revision there is.
    """

    model_config = _example(examples.CHANGES)

    revision: int
    changes: tuple[dict[str, Any], ...]
    next: int


class Events(Frozen):
    """Events of the raw log after a position, each as stored."""

    head: int
    events: tuple[dict[str, Any], ...]
    next: int


class Problem(Frozen):
    """A problem (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    instance: str
