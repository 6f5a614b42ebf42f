"""What an editor may propose to change, and what an accepted proposal does to the claims it names.

Every change names claims or documents, never entries: an entry is what consolidation makes of claims, so decisions about claims hold
however the entries move. An entry's id is the id of its earliest claim, so an entry id can stand wherever a claim id is wanted.
"""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, field_validator, model_validator

from shared.domain.dates import Edtf
from shared.domain.model import Frozen

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]


class AmendDate(Frozen):
    """The claim's date was read wrongly: it is `edtf`; None means that the claim gives no date."""

    kind: Literal["amend-date"] = "amend-date"
    claim_id: str
    edtf: str | None

    @field_validator("edtf")
    @classmethod
    def _valid(cls, edtf: str | None) -> str | None:
        return None if edtf is None else str(Edtf.parse(edtf))


class AmendValue(Frozen):
    """The claim's value of `attribute` is `value`; None removes it.

    Where a claim gives an attribute more than once, `start` (the value's own span) says which is meant.
    """

    kind: Literal["amend-value"] = "amend-value"
    claim_id: str
    attribute: str
    value: str | None
    start: int | None = None


class WithdrawClaim(Frozen):
    """The claim should not stand: it stays listed as withdrawn and supports nothing."""

    kind: Literal["withdraw-claim"] = "withdraw-claim"
    claim_id: str


class MergeEntries(Frozen):
    """The entries that hold these claims are one happening."""

    kind: Literal["merge-entries"] = "merge-entries"
    claim_ids: tuple[str, ...] = Field(min_length=2)


class SplitEntry(Frozen):
    """The claims `out` tell of another happening than the claims `kept`, with which they stood in one entry."""

    kind: Literal["split-entry"] = "split-entry"
    out: tuple[str, ...] = Field(min_length=1)
    kept: tuple[str, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _disjoint(self) -> Self:
        if set(self.out) & set(self.kept):
            raise ValueError("a claim cannot both leave the entry and stay in it")
        return self


class RetitleEntry(Frozen):
    """The entry that holds this claim is called `title`."""

    kind: Literal["retitle-entry"] = "retitle-entry"
    claim_id: str
    title: Title


def _different(document_ids: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(document_ids)) < len(document_ids):
        raise ValueError("a document is named twice")
    return document_ids


DocumentIds = Annotated[tuple[str, ...], Field(min_length=2, max_length=100), AfterValidator(_different)]


class JoinOrigins(Frozen):
    """These documents are one origin: they are not independent of one another. It holds for all captures of their sources."""

    kind: Literal["join-origins"] = "join-origins"
    document_ids: DocumentIds


class SplitOrigins(Frozen):
    """None of these documents depends on another of them: each is an origin of its own. It holds for all captures of their sources."""

    kind: Literal["split-origins"] = "split-origins"
    document_ids: DocumentIds


Change = Annotated[
    AmendDate | AmendValue | WithdrawClaim | MergeEntries | SplitEntry | RetitleEntry | JoinOrigins | SplitOrigins,
    Field(discriminator="kind"),
]


CorrectionState = Literal["proposed", "accepted", "rejected", "withdrawn", "reverted"]
"""What became of a correction: `withdrawn` by whoever had proposed it, before it was decided on; `reverted` after it was accepted."""


def documents_named(change: Change) -> tuple[str, ...]:
    """The ids of the documents that a change is about."""
    return change.document_ids if isinstance(change, JoinOrigins | SplitOrigins) else ()


def claims_named(change: Change) -> tuple[str, ...]:
    """The ids of the claims that a change is about."""
    match change:
        case JoinOrigins() | SplitOrigins():
            return ()
        case MergeEntries():
            return change.claim_ids
        case SplitEntry():
            return change.out + change.kept
        case AmendDate() | AmendValue() | WithdrawClaim() | RetitleEntry():
            return (change.claim_id,)
