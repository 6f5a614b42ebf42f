"""The read model's rows: what the projection writes and everybody else only reads.

A chronology's rows are of a *generation*, which is second in every key: a rebuild writes another one beside the live one, and
`ProgressRow` names the one that readers see. What may hold words of documents is sealed under the generation's key (`ReadKeyRow`): where
that is destroyed, an erased text can be read nowhere, neither in free pages nor in the write-ahead log.

Rows of entries carry the revisions from and until which they hold, so that every past revision can be answered; the current ones have
no `until`. Day bounds are day numbers of `shared.domain.dates`, with `NO_START` and `NO_END` for what is open or unknown.
"""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from shared.store.search_column import Tokens
from shared.store.tables import ID

NO_START = -(2**40)
NO_END = 2**40


def day_bounds(earliest: int | None, latest: int | None) -> tuple[int, int]:
    """Return the first and the last day of something as rows have them."""
    return NO_START if earliest is None else earliest, NO_END if latest is None else latest


CHANNEL = "salname_changes"
"""The PostgreSQL channel that says which chronology's read model has moved."""


def _generation() -> "Column[int]":
    """The second column of every key: the rows of several generations of one chronology stand side by side."""
    return Column("generation", BigInteger, primary_key=True, autoincrement=False)


class ProgressRow(SQLModel, table=True):
    """Which generation of a chronology's read model is live, and how far the log is folded into it.

    Saved in the transaction of the rows it speaks of; readers see the rows of this generation and of no other. `erasures` is the
    chronology's count of erased documents when the generation was begun: where it has moved on, erased words may stand in the rows still,
    and they are built again. `error` is why folding stopped, where it did; the position stays where it was.

    `carried` is the revision up to which the change feed holds what subscribers were told at the time, by an earlier generation where that
    said otherwise; what came after is what the log gives. `lost` is the revision before which subscribers' cursors cannot be served: what
    they were told by then went with an erasure.
    """

    __tablename__ = "progress"

    chronology_id: str = Field(primary_key=True, max_length=ID)
    position: int = Field(sa_column=Column(BigInteger, nullable=False))
    generation: int = Field(sa_column=Column(BigInteger, nullable=False))
    erasures: int = Field(sa_column=Column(BigInteger, nullable=False))
    fold_version: int
    time: str = Field(max_length=40)
    error: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    carried: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    lost: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))


class GenerationRow(SQLModel, table=True):
    """A generation beside the live one, and how far it is folded; the other columns are as in `ProgressRow`.

    `state` is `building` (to be compared and switched to), `kept` (it was live, and can be again) or `dropped` (its key is destroyed, its
    rows are being removed). `live_until` is the position at which it was live last, 0 where it never was.
    """

    __tablename__ = "generation"

    chronology_id: str = Field(primary_key=True, max_length=ID)
    number: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    state: str = Field(max_length=20)
    position: int = Field(sa_column=Column(BigInteger, nullable=False))
    erasures: int = Field(sa_column=Column(BigInteger, nullable=False))
    fold_version: int
    time: str = Field(max_length=40)
    live_until: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    carried: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    lost: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))


class UntoldRow(SQLModel, table=True):
    """An entry that a switch of generations changed, and of which subscribers are to hear with the next revision.

    They know it as the generation `known_from` showed it; `before` says whether it was an entry there.
    """

    __tablename__ = "untold"

    chronology_id: str = Field(primary_key=True, max_length=ID)
    entry_id: str = Field(primary_key=True, max_length=ID)
    known_from: int = Field(sa_column=Column(BigInteger, nullable=False))
    before: bool


class ReadKeyRow(SQLModel, table=True):
    """The key under which a generation of a chronology's read model is sealed, wrapped in the key-encryption key named `kek_id`."""

    __tablename__ = "read_key"

    chronology_id: str = Field(primary_key=True, max_length=ID)
    generation: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    kek_id: str = Field(max_length=16)
    wrapped: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class RevisionRow(SQLModel, table=True):
    """A revision: when it was recorded, by whom, what caused it, and how much the chronology held from then on.

    `reached_us` is the latest time (µs since 1970) that any revision up to this one was recorded at. Clocks may be set back, so `time`
    need not grow from revision to revision; this does, and what was shown at a moment is found by it. `causes` is a JSON list of the
    events: their types and the ids of what they are about, claims counted by document. It holds no words.
    """

    __tablename__ = "revision"
    __table_args__ = (Index("ix_revision_reached", "chronology_id", "generation", "reached_us", "number"),)

    chronology_id: str = Field(primary_key=True, max_length=ID)
    generation: int = Field(sa_column=_generation())
    number: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    time: str = Field(max_length=40)
    reached_us: int = Field(sa_column=Column(BigInteger, nullable=False))
    actor: str = Field(sa_column=Column(Text, nullable=False))
    causes: str = Field(sa_column=Column(Text, nullable=False))
    documents: int = Field(sa_column=Column(BigInteger, nullable=False))
    claims: int = Field(sa_column=Column(BigInteger, nullable=False))
    entries: int = Field(sa_column=Column(BigInteger, nullable=False))
    disputed: int = Field(sa_column=Column(BigInteger, nullable=False))


class SourceRow(SQLModel, table=True):
    """A source: `body` is its details as JSON; `every` is after how many seconds it is captured again, where it is."""

    __tablename__ = "source"

    chronology_id: str = Field(primary_key=True, max_length=ID)
    generation: int = Field(sa_column=_generation())
    id: str = Field(primary_key=True, max_length=ID)
    position: int = Field(sa_column=Column(BigInteger, nullable=False))
    body: str = Field(sa_column=Column(Text, nullable=False))
    every: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))


class ScheduleRow(SQLModel, table=True):
    """From log position `since` on, a source is captured again every so many seconds; None: no longer."""

    __tablename__ = "schedule"

    chronology_id: str = Field(primary_key=True, max_length=ID)
    generation: int = Field(sa_column=_generation())
    source_id: str = Field(primary_key=True, max_length=ID)
    since: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    every: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))


class CapturedRow(SQLModel, table=True):
    """A captured document: `body` is the JSON of its `document.captured` data, `erased` that of its `Erasure` once it is erased.

    `erased_position` is the log position of the erasure.

    `comparison` is the JSON of the `source.recaptured` data that compares it with the capture of its source before.
    """

    __tablename__ = "captured"
    __table_args__ = (Index("ix_captured_erased", "chronology_id", "generation", "erased_position"),)

    chronology_id: str = Field(primary_key=True, max_length=ID)
    generation: int = Field(sa_column=_generation())
    id: str = Field(primary_key=True, max_length=ID)
    source_id: str = Field(max_length=ID)
    position: int = Field(sa_column=Column(BigInteger, nullable=False))
    time: str = Field(max_length=40)
    body: str = Field(sa_column=Column(Text, nullable=False))
    erased: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    erased_position: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    comparison: str | None = Field(default=None, sa_column=Column(Text, nullable=True))


class ClaimRow(SQLModel, table=True):
    """A recorded claim: `body` is the sealed JSON of the claim as recorded. `entry_id` is the entry that holds it now."""

    __tablename__ = "claim"
    __table_args__ = (
        Index("ix_claim_document", "chronology_id", "generation", "document_id", "start", "position"),
        Index("ix_claim_entry", "chronology_id", "generation", "entry_id"),
    )

    chronology_id: str = Field(primary_key=True, max_length=ID)
    generation: int = Field(sa_column=_generation())
    id: str = Field(primary_key=True, max_length=ID)
    document_id: str = Field(max_length=ID)
    entry_id: str = Field(max_length=ID)
    start: int = Field(sa_column=Column(BigInteger, nullable=False))
    position: int = Field(sa_column=Column(BigInteger, nullable=False))
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class PlacementRow(SQLModel, table=True):
    """Where a claim stood before: until revision `until`, it was the entry `entry_id` that held it."""

    __tablename__ = "placement"

    chronology_id: str = Field(primary_key=True, max_length=ID)
    generation: int = Field(sa_column=_generation())
    claim_id: str = Field(primary_key=True, max_length=ID)
    until: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    entry_id: str = Field(max_length=ID)


class ErasedClaimRow(SQLModel, table=True):
    """A claim of an erased document. `beside` is a claim of another document that stood in one entry with it, if any did."""

    __tablename__ = "erased_claim"

    chronology_id: str = Field(primary_key=True, max_length=ID)
    generation: int = Field(sa_column=_generation())
    id: str = Field(primary_key=True, max_length=ID)
    document_id: str = Field(max_length=ID)
    beside: str | None = Field(default=None, max_length=ID)


_GONE: dict[str, Any] = {"sqlite_where": text("gone IS 1"), "postgresql_where": text("gone IS true")}


class EntryRow(SQLModel, table=True):
    """One version of an entry: `body` is the sealed JSON of `shared.domain.chronology.Entry`.

    `alarms` counts the circles of support in it. `sort_from` and `sort_to` are its day bounds. `gone` says that no other version followed
    at once when it ended: the entry was removed, or merged into another.
    """

    __tablename__ = "entry"
    __table_args__ = (
        Index("ix_entry_since", "chronology_id", "generation", "since", "until", "id"),
        Index("ix_entry_until", "chronology_id", "generation", "until", "id"),
        Index("ix_entry_alarms", "chronology_id", "generation", "alarms"),
        Index("ix_entry_gone", "chronology_id", "generation", "until", "id", **_GONE),
    )

    chronology_id: str = Field(primary_key=True, max_length=ID)
    generation: int = Field(sa_column=_generation())
    id: str = Field(primary_key=True, max_length=ID)
    since: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    until: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    sort_from: int = Field(sa_column=Column(BigInteger, nullable=False))
    sort_to: int = Field(sa_column=Column(BigInteger, nullable=False))
    disputed: bool
    alarms: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    gone: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=text("false")))
    status: str = Field(max_length=20)
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


LISTED = "listing"
"""The place, with an entry's id and `since`, that what the listing has sealed is bound to."""

_CURRENT: dict[str, Any] = {f"{dialect}_where": text("until IS NULL") for dialect in ("sqlite", "postgresql")}


class ListingRow(SQLModel, table=True):
    """What one version of an entry is found, ordered, filtered and counted by; a row is read without reading the entry.

    `number` tells rows of one generation apart and grows with them. `facets` are facet codes (`shared.domain.listing`), eight bytes each,
    little-endian. `tokens` are those of the folded words that the entry can be found by, and of what else it is filtered by, made with the
    generation's key (`shared.store.search_tokens`). What has a token is looked up in the index that is made of them (`SegmentRow`).
    `shown` is what lists show of the entry, sealed (`shared.domain.heads`); None in rows of a release that did not keep it.
    """

    __tablename__ = "listing"
    __table_args__ = (
        UniqueConstraint("chronology_id", "generation", "id", "since", name="uq_listing"),
        # Orders of what there is now: versions that have ended are in none of them. What was there before is found by the search index.
        Index("ix_listing_order", "chronology_id", "generation", "sort_from", "sort_to", "id", **_CURRENT),
        Index("ix_listing_sources", "chronology_id", "generation", "sources", "since", "id", **_CURRENT),
        Index("ix_listing_since", "chronology_id", "generation", "since", "id"),
        # With the id, so that the version of an entry that ends is found among all that have not.
        Index("ix_listing_until", "chronology_id", "generation", "until", "id"),
    )

    # Told apart by `number` alone on SQLite, where it is the row's own; on PostgreSQL, chronology and generation come before it.
    number: int | None = Field(
        default=None, sa_column=Column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True)
    )
    chronology_id: str = Field(max_length=ID)
    generation: int = Field(sa_column=Column(BigInteger, nullable=False))
    id: str = Field(max_length=ID)
    since: int = Field(sa_column=Column(BigInteger, nullable=False))
    until: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    sort_from: int = Field(sa_column=Column(BigInteger, nullable=False))
    sort_to: int = Field(sa_column=Column(BigInteger, nullable=False))
    sources: int = Field(sa_column=Column(BigInteger, nullable=False))
    disputed: bool
    status: str = Field(max_length=20)
    facets: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    shown: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    tokens: frozenset[bytes] = Field(sa_column=Column(Tokens, nullable=False))


class SegmentRow(SQLModel, table=True):
    """A part of the search index: some versions of entries, and in `body` the numbers that they are compared by (`shared.store.segments`).

    `first_since` and `last_since` are the revisions from which the first and the last of them hold. `ends` are those of versions in other
    segments that ended as it was written; `facets` is what is counted of its own (`shared.store.facet_columns`). Both are None in rows of
    a release that did not keep them.
    """

    __tablename__ = "segment"

    chronology_id: str = Field(primary_key=True, max_length=ID)
    generation: int = Field(sa_column=_generation())
    number: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    versions: int = Field(sa_column=Column(BigInteger, nullable=False))
    first_since: int = Field(sa_column=Column(BigInteger, nullable=False))
    last_since: int = Field(sa_column=Column(BigInteger, nullable=False))
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    ends: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    facets: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))


class PostingRow(SQLModel, table=True):
    """A block of the search index: which versions of a segment have which tokens, from `token` on (`shared.store.segments`)."""

    __tablename__ = "posting"

    chronology_id: str = Field(primary_key=True, max_length=ID)
    generation: int = Field(sa_column=_generation())
    segment: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    token: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class SentenceRow(SQLModel, table=True):
    """A sentence that stands, verbatim or nearly so, in a document of another source as well. Only where it stands, never its words.

    Sentences of the same words are one *wording*, known by the place where it was first recorded: `first_document_id` and `first_start`.
    """

    __tablename__ = "sentence"
    __table_args__ = (Index("ix_sentence_wording", "chronology_id", "generation", "first_document_id", "first_start"),)

    chronology_id: str = Field(primary_key=True, max_length=ID)
    generation: int = Field(sa_column=_generation())
    document_id: str = Field(primary_key=True, max_length=ID)
    start: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    end: int = Field(sa_column=Column(BigInteger, nullable=False))
    first_document_id: str = Field(max_length=ID)
    first_start: int = Field(sa_column=Column(BigInteger, nullable=False))


class ResemblanceRow(SQLModel, table=True):
    """Two wordings that are nearly the same; there is a row for either direction."""

    __tablename__ = "resemblance"

    chronology_id: str = Field(primary_key=True, max_length=ID)
    generation: int = Field(sa_column=_generation())
    document_id: str = Field(primary_key=True, max_length=ID)
    start: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    other_document_id: str = Field(primary_key=True, max_length=ID)
    other_start: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))


class CorrectionRow(SQLModel, table=True):
    """A correction and what became of it: `body` is its JSON, `state` what became of it (`CorrectionState`).

    `position` is the log position of its proposal, `decided` that of the decision, `reverted` where one that was accepted was undone.
    """

    __tablename__ = "correction"

    chronology_id: str = Field(primary_key=True, max_length=ID)
    generation: int = Field(sa_column=_generation())
    id: str = Field(primary_key=True, max_length=ID)
    state: str = Field(max_length=20)
    position: int = Field(sa_column=Column(BigInteger, nullable=False))
    decided: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    reverted: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    body: str = Field(sa_column=Column(Text, nullable=False))


class PreviewRow(SQLModel, table=True):
    """What a correction would change, or would have changed just before it was decided on: `shared.domain.previews.Preview`, sealed."""

    __tablename__ = "preview"

    chronology_id: str = Field(primary_key=True, max_length=ID)
    generation: int = Field(sa_column=_generation())
    id: str = Field(primary_key=True, max_length=ID)
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class ChangeRow(SQLModel, table=True):
    """What subscribers are told of a revision that changed entries: the very bytes, as one CloudEvents JSON object, sealed."""

    __tablename__ = "change"

    chronology_id: str = Field(primary_key=True, max_length=ID)
    generation: int = Field(sa_column=_generation())
    revision: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class KeptClaimRow(SQLModel, table=True):
    """What the projection keeps of a claim, by its position and sealed, so that it need not be compared again after a start."""

    __tablename__ = "kept_claim"

    chronology_id: str = Field(primary_key=True, max_length=ID)
    generation: int = Field(sa_column=_generation())
    position: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


TOLD: tuple[type[SQLModel], ...] = (
    RevisionRow,
    SourceRow,
    ScheduleRow,
    CapturedRow,
    ClaimRow,
    PlacementRow,
    ErasedClaimRow,
    EntryRow,
    ListingRow,
    SentenceRow,
    ResemblanceRow,
    CorrectionRow,
    PreviewRow,
    ChangeRow,
)
"""What a rebuild writes again, to the same rows."""

INDEX: tuple[type[SQLModel], ...] = (SegmentRow, PostingRow)
"""What is made of rows of `TOLD`, in parts of whatever size: it finds the same, and is not the same row by row."""

GENERATED: tuple[type[SQLModel], ...] = (*TOLD, *INDEX, KeptClaimRow)
"""What each generation has rows of its own in."""

READ_MODEL: tuple[type[SQLModel], ...] = (ProgressRow, GenerationRow, UntoldRow, ReadKeyRow, *GENERATED)
"""Everything that the projection writes."""
