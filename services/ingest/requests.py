"""What ingest is asked to do, as validated values: the input of deciding."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator

from shared.domain.claims import Bound, ClaimBody, Confidence, Extractor, Modality, ValueKind
from shared.domain.corrections import AmendDate, AmendValue, Title, WithdrawClaim
from shared.domain.dates import Edtf
from shared.domain.model import Frozen
from shared.domain.provenance import SourceDetails, Span

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5000)]


class NewChronology(Frozen):
    """Open a chronology. `slug` is its name in addresses: lower-case letters, digits and single hyphens."""

    slug: Slug
    title: Title
    description: Annotated[str, StringConstraints(max_length=5000)] = ""


class NewDocument(Frozen):
    """A document that was read: everything that capturing it needs, extraction included."""

    original: bytes
    text: str
    filename: str | None
    media_type: str
    encoding: str | None
    parser: str
    skip: tuple[Span, ...]
    source: SourceDetails
    language: str
    language_detected: bool
    claims: tuple[ClaimBody, ...]
    extractor: Extractor


class Quoted(Frozen):
    """Words of a document. Without `start` and `end` they are looked for, and must stand there once only."""

    quote: Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
    start: int | None = Field(default=None, ge=0)
    end: int | None = Field(default=None, gt=0)


class GivenDate(Quoted):
    """The date of a brought claim, as EDTF, with the words it comes from."""

    edtf: str
    derivation: Annotated[str, StringConstraints(min_length=1, max_length=500)] = "explicit"

    @field_validator("edtf")
    @classmethod
    def _valid(cls, edtf: str) -> str:
        return str(Edtf.parse(edtf))


class GivenValue(Quoted):
    """A value of a brought claim with its words."""

    attribute: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    value: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
    kind: ValueKind = "count"
    bound: Bound = "exact"
    upper: str | None = None
    unit: str | None = None


class GivenMention(Quoted):
    """A named actor or place of a brought claim."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class NewClaim(Quoted):
    """A claim that a person or a program brings, about words of a captured document."""

    document_id: str
    statement: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5000)] | None = None
    date: GivenDate | None = None
    values: tuple[GivenValue, ...] = ()
    actors: tuple[GivenMention, ...] = ()
    places: tuple[GivenMention, ...] = ()
    attribution: GivenMention | None = None
    modality: Modality = "happened"
    confidence: Confidence = "high"
    language: str | None = None
    continues: str | None = None
    extractor: Extractor | None = None


class MergeRequest(Frozen):
    """These entries are one happening."""

    kind: Literal["merge-entries"]
    entry_ids: tuple[str, ...] = Field(min_length=2)


class SplitRequest(Frozen):
    """These claims tell of another happening than the rest of the entry."""

    kind: Literal["split-entry"]
    entry_id: str
    claim_ids: tuple[str, ...] = Field(min_length=1)


class RetitleRequest(Frozen):
    """The entry is to be called so."""

    kind: Literal["retitle-entry"]
    entry_id: str
    title: Title


ChangeRequest = Annotated[
    AmendDate | AmendValue | WithdrawClaim | MergeRequest | SplitRequest | RetitleRequest, Field(discriminator="kind")
]


class NewCorrection(Frozen):
    """A proposed change with its reason. `evidence` are addresses or citations that support it."""

    change: ChangeRequest
    reason: Reason
    evidence: tuple[Annotated[str, StringConstraints(min_length=1, max_length=2000)], ...] = ()


class NewDecision(Frozen):
    """What a reviewer says to a proposed correction."""

    decision: Literal["accept", "reject"]
    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=5000)] = ""
