"""What the API answers about change: between two revisions, and in the story of one entry.

`recorded` is always the third clock, when we recorded it; `date` is when it happened. Revisions and claims are named by id, and every
change by the events that caused it.
"""

from typing import Any, Literal

from pydantic import AwareDatetime, ConfigDict, Field

from services.query import time_examples
from shared.domain.chronology import ErasedSupport, Status, SupersededClaim
from shared.domain.model import Frozen


def _example(value: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [value]})


class RevisionRef(Frozen):
    """A revision and when it was recorded; null at revision 0, before anything was."""

    revision: int
    recorded: AwareDatetime | None


class CauseView(Frozen):
    """An event that caused a revision. `id` is that of what it is about: a document, a source, a correction.

    Claims are counted by the document that they stand in. Only what the event's kind has is not null.
    """

    type: str = Field(description="`document.captured`, `correction.accepted`, `document.erased` …")
    id: str
    name: str | None = Field(default=None, description="how the document is called")
    claims: int | None = Field(default=None, description="how many claims were recorded in the document `id`")
    kind: str | None = Field(default=None, description="what the correction changes")
    reason: str | None = Field(default=None, description="the reason given for a correction, a decision or an erasure")


class RevisionView(RevisionRef):
    """A revision, by whom it was recorded and what caused it."""

    actor: str
    causes: tuple[CauseView, ...]


class TextChange(Frozen):
    """A word or a line before and after; null where there was none."""

    before: str | None
    after: str | None


class DateSide(Frozen):
    """When it happened, as it was known: EDTF, null in dispute; and every date that claims give."""

    edtf: str | None
    status: Status
    alternatives: tuple[str, ...]


class DateChange(Frozen):
    """The date of happening, before and after; null where there was no entry."""

    before: DateSide | None
    after: DateSide | None


class ValueSide(Frozen):
    """The values of an attribute as they were known."""

    status: Status
    values: tuple[str, ...]


class ValueChange(Frozen):
    """An attribute before and after; null where no claim gave it."""

    attribute: str
    before: ValueSide | None
    after: ValueSide | None


class ClaimRef(Frozen):
    """A claim; `entry_id` is the entry that holds it at the later revision, null where none does any more."""

    claim_id: str
    document_id: str | None = None
    statement: str | None = None
    entry_id: str | None = None


class ClaimsChange(Frozen):
    """The claims of an entry that came, went, were withdrawn, or stand again."""

    added: tuple[ClaimRef, ...] = ()
    removed: tuple[ClaimRef, ...] = ()
    withdrawn: tuple[ClaimRef, ...] = ()
    restored: tuple[ClaimRef, ...] = ()


class EntryChange(Frozen):
    """What is otherwise in an entry. Only what differs is not null or empty."""

    title: TextChange | None = None
    date: DateChange | None = None
    status: TextChange | None = None
    planned: TextChange | None = None
    values: tuple[ValueChange, ...] = ()
    claims: ClaimsChange = ClaimsChange()
    arose: tuple[str, ...] = Field(default=(), description="attributes, or `date`, on which claims disagree now and did not before")
    settled: tuple[str, ...] = Field(default=(), description="attributes, or `date`, on which claims disagreed and do not any more")
    corrections: tuple[str, ...] = Field(default=(), description="corrections that shape it now and did not before")
    superseded: tuple[SupersededClaim, ...] = Field(default=(), description="claims that their source no longer makes")
    erased: tuple[ErasedSupport, ...] = Field(default=(), description="support that it lost when documents were erased")
    other: tuple[str, ...] = Field(default=(), description="what else differs: `links`, `confidence`, `sources` …")


class DiffEntry(Frozen):
    """An entry that is not what it was.

    `caused_by` are the revisions that changed it, the newest last; of more than can be listed, the newest, and `revisions` counts all.
    """

    id: str
    url: str
    change: Literal["created", "changed", "removed", "merged"]
    title: str = Field(description="as it is called at the later revision, or was called at last")
    merged_into: str | None = Field(default=None, description="the entry that holds its first claim now")
    split_from: str | None = Field(default=None, description="the entry that held its first claim before")
    what: EntryChange
    caused_by: tuple[RevisionView, ...]
    revisions: int


class ErasedDocument(Frozen):
    """A document that was erased between the two revisions. What it said is gone from every revision, also the earlier ones."""

    document_id: str
    revision: int
    erased_by: str
    erased_at: AwareDatetime
    reason: str


class Diff(Frozen):
    """What changed between two revisions, entry by entry, in the order in which it was last changed.

    Ask again with `cursor` set to `next` until that is null: it keeps to the two revisions.
    """

    model_config = _example(time_examples.DIFF)

    from_: RevisionRef = Field(alias="from", serialization_alias="from")
    to: RevisionRef
    entries: tuple[DiffEntry, ...]
    erased: tuple[ErasedDocument, ...] = Field(description="documents erased between them; on the first page only")
    next: str | None


class Step(RevisionView):
    """A revision that changed an entry, as data (`what`) and in words (`text`)."""

    change: Literal["created", "changed", "removed", "merged"]
    merged_into: str | None = None
    split_from: str | None = None
    title: str
    what: EntryChange
    text: str = Field(description="the step in words, in the language asked for (Accept-Language: en, az)")


class History(Frozen):
    """The story of one entry, step by step, the first one first. Ask again with `after` set to `next` until that is null."""

    model_config = _example(time_examples.HISTORY)

    revision: int
    entry_id: str
    url: str
    title: str
    steps: tuple[Step, ...]
    next: int | None
