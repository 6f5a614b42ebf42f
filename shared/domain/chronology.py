"""The consolidated chronology: entries with every value that any claim gives, and the claims behind each.

These are values that consolidation computes, the read model stores and query serves; claims are named by id, and their words stay where
they are recorded.
"""

from typing import Literal

from pydantic import AwareDatetime

from shared.domain.claims import Bound, Claim, Confidence, ValueKind
from shared.domain.corrections import Change
from shared.domain.model import Frozen
from shared.domain.provenance import Span

Status = Literal["single-source", "corroborated", "disputed", "corrected", "withdrawn"]


class DocumentFacts(Frozen):
    """What consolidation may know of the document a claim stands in. `sha256` gives an order that does not depend on arrival.

    `title`, `author`, `publisher`, `url` and `published` (EDTF) are its source's. `captured` is the day of the capture, as an EDTF date;
    `recaptured` says that the source had been captured before.
    """

    id: str
    sha256: str
    source_id: str
    language: str
    title: str | None = None
    author: str | None = None
    publisher: str | None = None
    url: str | None = None
    published: str | None = None
    captured: str | None = None
    recaptured: bool = False


class Testimony(Frozen):
    """A claim with the document that makes it and the log position it was recorded at: the input of consolidation."""

    claim: Claim
    document: DocumentFacts
    position: int

    @property
    def content_key(self) -> tuple[str, int, int, str]:
        """An order of claims that is the same in whatever order they arrived."""
        return (self.document.sha256, self.claim.start, self.claim.end, self.claim.quote)


class Decision(Frozen):
    """An accepted correction: what it changes, who proposed and who accepted it, when, and why. In the order of acceptance."""

    correction_id: str
    change: Change
    reason: str
    proposed_by: str
    proposed_at: AwareDatetime
    accepted_by: str
    accepted_at: AwareDatetime
    position: int


class ValueAlternative(Frozen):
    """One value of an attribute with the claims that give it (and the claims that deny it), in content order.

    `corrected_from` is what the source's words said before an editor's correction, where one applies. `origins` are the places, in the
    entry's `origins`, of those that stand behind it.
    """

    value: str
    shown: str
    kind: ValueKind
    bound: Bound = "exact"
    upper: str | None = None
    unit: str | None = None
    claims: tuple[str, ...]
    denied_by: tuple[str, ...] = ()
    origins: tuple[int, ...] = ()
    corrected_from: str | None = None
    corrected_by: str | None = None


class EntryValue(Frozen):
    """One attribute of an entry. `disputed` when its alternatives cannot all be true; agreeing bounds (`>200` and `206`) can."""

    attribute: str
    status: Status
    alternatives: tuple[ValueAlternative, ...]


class DateAlternative(Frozen):
    """One date that claims give for an entry. `origins` are the places of those behind it, in the entry's `origins`."""

    edtf: str
    claims: tuple[str, ...]
    origins: tuple[int, ...] = ()
    corrected_by: str | None = None


class EntryDate(Frozen):
    """When the entry happened: the most precise date that no claim contradicts, else None with the alternatives in dispute."""

    edtf: str | None
    status: Status
    alternatives: tuple[DateAlternative, ...]


ReasonKind = Literal[
    # what speaks for one happening
    "editor",
    "continues",
    "same-days",
    "same-span",
    "within",
    "overlap",
    "dates-near",
    "once",
    "plan-moved",
    "same-kind",
    "same-ordinal",
    "kind-of",
    "same-count",
    "near-count",
    "same-work",
    "same-title",
    "same-name",
    "same-words",
    "both-mention",
    "both-about",
    # what speaks against it
    "dates-apart",
    "other-ordinal",
    "other-kind",
    "other-place",
    "other-person",
    "other-title",
    "nothing-shared",
    "told-twice",
    "split",
    "too-little",
    "not-compared",
]


class Reason(Frozen):
    """One reason why two claims stand together, or why they do not: what kind it is of, and what it speaks of.

    `about` are names, words, counts and concepts (by their English names), `dates` are in EDTF. Each kind's sentence stands in the pages'
    table of strings, in every language that they have.
    """

    kind: ReasonKind
    about: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()


class Link(Frozen):
    """Why two claims stand together, the strongest reason first."""

    claims: tuple[str, str]
    reasons: tuple[Reason, ...]


class AppliedCorrection(Frozen):
    """A correction that shapes an entry, as its readers see it."""

    correction_id: str
    kind: str
    summary: str
    reason: str
    proposed_by: str
    proposed_at: AwareDatetime
    accepted_by: str
    accepted_at: AwareDatetime


class SupersededClaim(Frozen):
    """A claim of an earlier capture of a source whose later capture, `document_id`, no longer makes it in these words.

    `carried`: the claim `later` says the same. `changed`: `later` stands in its place and says something else. `vanished`: nothing does.
    """

    claim_id: str
    how: Literal["carried", "changed", "vanished"]
    document_id: str
    later: str | None = None


Clock = Literal["published", "captured", "unknown"]
"""Which clock tells when a document appeared: its publication, else its capture by us, else none."""

TieKind = Literal["editor", "citation", "shared-text", "attribution", "publisher"]
"""Why two documents are no two witnesses, the strongest first."""


class Appearance(Frozen):
    """When a document appeared, as an EDTF date, and which clock says so."""

    document_id: str
    date: str | None = None
    clock: Clock = "unknown"


class SharedSentence(Frozen):
    """A sentence of one document that stands near-verbatim in another: its span in the later and in the earlier one.

    `share` is how much of the shorter of the two is common to both, in per cent of its runs of three words.
    """

    later: Span
    earlier: Span
    share: int


class TieReason(Frozen):
    """Why two documents are one origin.

    `name` is the publisher that both have, the authority that both give, the name or address by which one cites the other, or the id of the
    correction that says so. `citing` is where in the citing document it does. `sentences` are those shared.
    """

    kind: TieKind
    name: str | None = None
    citing: Span | None = None
    sentences: tuple[SharedSentence, ...] = ()


class Tie(Frozen):
    """That two documents are no two witnesses of a happening, and why. `later` and `earlier` are in the order of appearance.

    `cites` are those of the two that cite the other one.
    """

    later: str
    earlier: str
    reasons: tuple[TieReason, ...]
    cites: tuple[str, ...] = ()


class Origin(Frozen):
    """Documents that count as one witness of a happening. One document alone is an origin, too.

    `documents` are in the order of appearance, so that the first is the earliest known; `certain` says that its clock puts it before all
    others without doubt. `ties` hold them together, each document tied to the nearest one that appeared before.
    """

    sources: tuple[str, ...]
    documents: tuple[Appearance, ...]
    claims: tuple[str, ...]
    certain: bool = True
    ties: tuple[Tie, ...] = ()


class AlarmStep(Frozen):
    """One step of a circle: the document leans on another one, which it `cites` or whose words it `repeats`."""

    document_id: str
    leans_on: str
    how: Literal["cites", "repeats"]


class Alarm(Frozen):
    """A circle of support: each source leans on the next, the last one on the first (`citogenesis`)."""

    kind: Literal["citogenesis"] = "citogenesis"
    steps: tuple[AlarmStep, ...]


class ErasedSupport(Frozen):
    """A document that stood behind an entry until it was erased: when, and why.

    `claims` are those of its claims that are known to have stood beside what is left of the entry.
    """

    document_id: str
    claims: tuple[str, ...]
    reason: str
    erased_at: AwareDatetime


class Erasure(Frozen):
    """That a document was erased: by whom, when, and why."""

    document_id: str
    by: str
    at: AwareDatetime
    reason: str


class Entry(Frozen):
    """One happening.

    `claims` are in content order; `withdrawn` are listed but support nothing; `superseded` says of those that their source no longer
    makes what became of them; `erased` says what support it lost. `origins` say which of the documents behind the claims that stand are
    one witness, and why; `alarms` that support runs in a circle.
    `planned` is true when no claim says that it happened. `earliest` and `latest` are day numbers for ordering and filters
    (`shared.domain.dates`); None stands for an unknown or open end.
    """

    id: str
    title: str
    title_claim: str | None
    date: EntryDate
    earliest: int | None
    latest: int | None
    values: tuple[EntryValue, ...]
    claims: tuple[str, ...]
    withdrawn: tuple[str, ...] = ()
    superseded: tuple[SupersededClaim, ...] = ()
    links: tuple[Link, ...] = ()
    corrections: tuple[AppliedCorrection, ...] = ()
    erased: tuple[ErasedSupport, ...] = ()
    origins: tuple[Origin, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    sources: tuple[str, ...]
    status: Status
    planned: bool = False
    confidence: Confidence = "medium"

    @property
    def disputed(self) -> bool:
        """Whether the claims disagree on the date, on any value, or on whether it happened at all."""
        return self.status == "disputed" or self.date.status == "disputed" or any(value.status == "disputed" for value in self.values)
