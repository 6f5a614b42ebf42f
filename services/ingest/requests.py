"""What ingest is asked to do, as validated values: the input of deciding."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from shared.domain.claims import Bound, ClaimBody, Confidence, Extractor, Modality, ValueKind
from shared.domain.corrections import AmendDate, AmendValue, JoinOrigins, SplitOrigins, Title, WithdrawClaim
from shared.domain.model import Frozen
from shared.domain.provenance import Language, Retrieval, SourceDetails, Span

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5000)]


class Asked(Frozen):
    """A request from outside: nothing in it may hold what a database cannot store as text."""

    @model_validator(mode="before")
    @classmethod
    def _storable(cls, raw: Any) -> Any:
        refuse_unstorable(raw)
        return raw


def refuse_unstorable(value: object) -> None:
    """Raise `ValueError` for zero characters and lone surrogates anywhere in a JSON value."""
    if isinstance(value, str):
        if "\x00" in value or _has_surrogates(value):
            raise ValueError("text may not hold zero characters or lone surrogates")
    elif isinstance(value, dict):
        for key, item in value.items():
            refuse_unstorable(key)
            refuse_unstorable(item)
    elif isinstance(value, list | tuple):
        for item in value:
            refuse_unstorable(item)


def _has_surrogates(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


class NewChronology(Asked):
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
    pages: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    source: SourceDetails
    language: str
    language_detected: bool
    claims: tuple[ClaimBody, ...]
    extractor: Extractor
    retrieved: Retrieval | None = None
    warc: bytes | None = None
    previous: str | None = None

    @property
    def told(self) -> tuple[str, ...]:
        """What whoever sent it is told of how it was read: what the log keeps of that, and what is of this reading only."""
        return self.notes + self.remarks


class Quoted(Frozen):
    """Words of a document. Without `start` and `end` they are looked for, and must stand there once only.

    Claims come by the hundred thousand: these models hold only what Pydantic checks by itself, without calling back into Python. That a
    span is whole, a date EDTF and a number decimal is checked when the claim is decided on.
    """

    quote: Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
    start: int | None = Field(default=None, ge=0)
    end: int | None = Field(default=None, gt=0)


class GivenDate(Quoted):
    """The date of a brought claim, as EDTF, with the words it comes from."""

    edtf: Annotated[str, StringConstraints(max_length=500)]
    derivation: Annotated[str, StringConstraints(min_length=1, max_length=500)] = "explicit"


class GivenValue(Quoted):
    """A value of a brought claim with its words."""

    attribute: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    value: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
    kind: ValueKind = "count"
    bound: Bound = "exact"
    upper: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = None
    unit: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = None


class GivenMention(Quoted):
    """A named actor or place of a brought claim."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class NewClaim(Quoted):
    """A claim that a person or a program brings, about words of a captured document."""

    document_id: Annotated[str, StringConstraints(max_length=100)]
    statement: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5000)] | None = None
    date: GivenDate | None = None
    values: tuple[GivenValue, ...] = ()
    actors: tuple[GivenMention, ...] = ()
    places: tuple[GivenMention, ...] = ()
    attribution: GivenMention | None = None
    modality: Modality = "happened"
    confidence: Confidence = "high"
    language: Language | None = None
    continues: Annotated[str, StringConstraints(pattern=r"^[0-9a-f-]{36}$")] | None = None
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
    AmendDate | AmendValue | WithdrawClaim | MergeRequest | SplitRequest | RetitleRequest | JoinOrigins | SplitOrigins,
    Field(discriminator="kind"),
]


class NewCorrection(Asked):
    """A proposed change with its reason. `evidence` are addresses or citations that support it."""

    change: ChangeRequest
    reason: Reason
    evidence: tuple[Annotated[str, StringConstraints(min_length=1, max_length=2000)], ...] = ()


class NewDecision(Asked):
    """What a reviewer says to a correction: as proposed, or as accepted before (`revert`); or that whoever proposed it takes it back."""

    decision: Literal["accept", "reject", "withdraw", "revert"]
    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=5000)] = ""


class NewErasure(Asked):
    """Why a document has to go. The reason is recorded in the open, for ever."""

    reason: Reason
