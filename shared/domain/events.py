"""Every event there is: an immutable fact about our own record, in the past tense.

An event's type is a stable dotted string with an integer version, never a class path. This module holds the latest version of
each; older stored versions are upcast before they are parsed (`upcast`). Adding a field or an event means: bump the version here, write
an upcaster, add a golden file under `tests/golden/events/`.
"""

from datetime import datetime
from typing import ClassVar, NamedTuple

from pydantic import AwareDatetime, ConfigDict, Field

from shared.domain.claims import Claim, ExtractedBody
from shared.domain.corrections import Change
from shared.domain.model import Frozen
from shared.domain.provenance import Retrieval, SourceDetails, Span

_extracted_json = ExtractedBody.__pydantic_serializer__.to_json


class EventData(Frozen):
    """What happened. Subclasses name their `type` and `version`; `subject` is the id of what the event is about."""

    # Words of documents hardly ever come twice: to look each of them up among those parsed before costs a seventh of reading a claim.
    model_config = ConfigDict(cache_strings="keys")

    type: ClassVar[str]
    version: ClassVar[int] = 1

    @property
    def subject(self) -> str:
        """The id of the thing that the event is about."""
        raise NotImplementedError

    @property
    def sealed_under(self) -> str | None:
        """The id of the document under whose key the event is stored sealed; None for what is stored in the open."""
        return None

    def brief(self) -> bytes:
        """The JSON that is sealed of the event, where it is stored sealed: what its envelope does not say (`brief`)."""
        raise NotImplementedError


class ChronologyCreated(EventData):
    """A chronology was opened under a slug that stays its name."""

    type: ClassVar[str] = "chronology.created"
    chronology_id: str
    slug: str
    title: str
    description: str = ""

    @property
    def subject(self) -> str:
        return self.chronology_id


class ChronologyReconsolidated(EventData):
    """Readers see the chronology as other rules consolidate it, or as it was mended, and entries are otherwise for that.

    Recorded once that is so, for those who follow the chronology: the change of this revision tells them which entries. What was claimed
    and decided stays what it was. `generation` is the generation of the read model that is shown, `rules` the version of the rules that
    made it, and `before` the first generation that subscribers still know entries from.
    """

    type: ClassVar[str] = "chronology.reconsolidated"
    chronology_id: str
    generation: int
    rules: int
    before: int

    @property
    def subject(self) -> str:
        return self.chronology_id


class SourceRegistered(EventData):
    """A source became known. `identity` is the content hash by which the same source is recognised again."""

    type: ClassVar[str] = "source.registered"
    source_id: str
    identity: str
    details: SourceDetails

    @property
    def subject(self) -> str:
        return self.source_id


class DocumentCaptured(EventData):
    """A capture of a source's content was kept: original bytes and canonical text are stored under these hashes.

    `skip` are the spans of the canonical text that belong to the file but not to the document's prose, such as its front matter.
    `pages` are the offsets at which its pages begin, where the format has pages; `notes` what a reader of it has to be told, such as
    that a page holds a picture without text. `language` is the language of the text as declared or detected. `size` is in bytes, `length`
    in code points. `retrieved` says how it was fetched, where Salname did that; `previous` is the capture of the same source before it.
    """

    type: ClassVar[str] = "document.captured"
    version: ClassVar[int] = 2
    document_id: str
    source_id: str
    filename: str | None
    media_type: str
    encoding: str | None
    language: str
    language_detected: bool
    sha256: str
    size: int
    text_sha256: str
    length: int
    parser: str
    skip: tuple[Span, ...] = ()
    pages: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    retrieved: Retrieval | None = None
    previous: str | None = None

    @property
    def subject(self) -> str:
        return self.document_id


class SourceScheduled(EventData):
    """A source is to be captured again every so many seconds from now on; None: no longer."""

    type: ClassVar[str] = "source.scheduled"
    source_id: str
    every: int | None = Field(ge=60)

    @property
    def subject(self) -> str:
        return self.source_id


class FeedFollowed(EventData):
    """A feed is to be looked at every so many seconds from now on, and what is new in it captured; None: no longer.

    `limit` is how many new items are taken in one round at most.
    """

    type: ClassVar[str] = "feed.followed"
    feed_id: str
    url: str
    every: int | None = Field(ge=60)
    extractor: str = "rules"
    limit: int = Field(default=50, gt=0)

    @property
    def subject(self) -> str:
        return self.feed_id


class CarriedClaim(Frozen):
    """A claim of an earlier capture, and the claim of the later one that says the same or stands in its place."""

    earlier: str
    later: str


class SourceRecaptured(EventData):
    """A source was captured again with other content, and its claims were compared.

    `carried` stand in both captures in the same words with the same meaning. `changed` stand in the same place in other words, or mean
    something else now. `vanished` are no longer there; of those in `doubt` it cannot be told, because their words stand there more
    than once. Only ids: the words may have to be erased.
    """

    type: ClassVar[str] = "source.recaptured"
    source_id: str
    document_id: str
    previous: str
    carried: tuple[CarriedClaim, ...] = ()
    changed: tuple[CarriedClaim, ...] = ()
    vanished: tuple[str, ...] = ()
    doubt: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        return self.document_id


class ErasedClaim(Frozen):
    """A claim of an erased document. `beside` is a claim of another document that stood in one entry with it, if any did."""

    claim_id: str
    beside: str | None = None


class DocumentErased(EventData):
    """A document had to go: its key was destroyed, and with it every readable copy of its text and of its claims' words.

    The events that recorded them stay in the log, sealed for ever; `claims` says what readers can still be told of each. `around` are all
    claims of other documents that stood in entries with them: who follows the chronology is told anew where these stand.
    """

    type: ClassVar[str] = "document.erased"
    document_id: str
    reason: str
    claims: tuple[ErasedClaim, ...] = ()
    around: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        return self.document_id


class ClaimRecorded(EventData):
    """A claim was found in a document. Stored sealed under the document's key, since it is made of the document's words."""

    type: ClassVar[str] = "claim.recorded"
    version: ClassVar[int] = 3
    claim: Claim

    @property
    def subject(self) -> str:
        return self.claim.id

    @property
    def sealed_under(self) -> str:
        return self.claim.document_id

    def brief(self) -> bytes:
        return b'{"claim":%b}' % _extracted_json(self.claim, exclude_defaults=True)


class CorrectionProposed(EventData):
    """Somebody proposed a change, with a reason. It has no effect until it is accepted."""

    type: ClassVar[str] = "correction.proposed"
    version: ClassVar[int] = 2
    correction_id: str
    change: Change
    reason: str
    evidence: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        return self.correction_id


class CorrectionAccepted(EventData):
    """A proposed change took effect. It carries the change, so that what it does never depends on looking back."""

    type: ClassVar[str] = "correction.accepted"
    version: ClassVar[int] = 2
    correction_id: str
    change: Change
    reason: str = ""

    @property
    def subject(self) -> str:
        return self.correction_id


class _OfCorrection(EventData):
    """What became of a correction, and why."""

    correction_id: str
    reason: str = ""

    @property
    def subject(self) -> str:
        return self.correction_id


class CorrectionRejected(_OfCorrection):
    """A proposed change was turned down."""

    type: ClassVar[str] = "correction.rejected"


class CorrectionWithdrawn(_OfCorrection):
    """Whoever proposed a change took the proposal back before it was decided on."""

    type: ClassVar[str] = "correction.withdrawn"


class CorrectionReverted(_OfCorrection):
    """A change that had taken effect is undone, as if it had never been accepted; what was decided since still holds."""

    type: ClassVar[str] = "correction.reverted"


AnyEvent = (
    ChronologyCreated
    | ChronologyReconsolidated
    | SourceRegistered
    | DocumentCaptured
    | DocumentErased
    | SourceScheduled
    | SourceRecaptured
    | FeedFollowed
    | ClaimRecorded
    | CorrectionProposed
    | CorrectionAccepted
    | CorrectionRejected
    | CorrectionWithdrawn
    | CorrectionReverted
)

EVENT_TYPES: tuple[type[AnyEvent], ...] = (
    ChronologyCreated,
    ChronologyReconsolidated,
    SourceRegistered,
    DocumentCaptured,
    DocumentErased,
    SourceScheduled,
    SourceRecaptured,
    FeedFollowed,
    ClaimRecorded,
    CorrectionProposed,
    CorrectionAccepted,
    CorrectionRejected,
    CorrectionWithdrawn,
    CorrectionReverted,
)


class Erased(Frozen):
    """What is left of a sealed event once its document is erased: that there was one, of which type, about what."""

    type: str
    version: int
    subject: str
    document_id: str


class Recorded(NamedTuple):
    """An event as the log holds it: the CloudEvents envelope around the data. Made from the log's own bytes, and many at a time.

    `position` counts 1, 2, 3 … within the chronology. `commit` is the position of the last event of the command that wrote this one:
    the events of one command become visible together, so a revision that readers see is always some event's `commit`. `data` is
    `Erased` where the document that the event quotes is.
    """

    id: str
    chronology: str
    position: int
    commit: int
    time: datetime
    actor: str
    correlationid: str
    data: AnyEvent | Erased
    causationid: str | None = None


class Command(Frozen):
    """Who asked, when, and under which key: what every event of one command shares."""

    actor: str
    time: AwareDatetime
    correlation_id: str
    causation_id: str | None = None
