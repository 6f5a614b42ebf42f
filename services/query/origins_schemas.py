"""What the API answers about origins: who is a witness of his own, what is shared, who said it first, where support runs in a circle."""

from typing import Literal

from pydantic import Field

from services.query.schemas import Citation, DocumentRef, PassageView, SourceView
from shared.domain.chronology import Clock, TieKind
from shared.domain.model import Frozen


class PlaceView(PassageView):
    """Words of a document, and the address of its page at these words."""

    document_id: str
    url: str


class AppearanceView(Frozen):
    """When a document appeared, as far as it is known."""

    document: DocumentRef
    date: str | None = Field(description="EDTF")
    clock: Clock = Field(description="whether that is the date of publication or only of the capture: by then, it had appeared")


class SharedSentenceView(Frozen):
    """A sentence that stands in two documents, verbatim or nearly so."""

    later: PlaceView
    earlier: PlaceView
    share: int = Field(description="how much of the shorter one is common to both, in per cent of its runs of three words")


class TieReasonView(Frozen):
    """Why two documents are no two witnesses. `says` is it in words."""

    kind: TieKind
    says: str
    name: str | None
    citing: PlaceView | None
    sentences: tuple[SharedSentenceView, ...]


class TieView(Frozen):
    """Two documents that are no two witnesses of the happening, by their ids, and why."""

    later: str
    earlier: str
    cites: tuple[str, ...] = Field(description="those of the two that cite the other one")
    reasons: tuple[TieReasonView, ...]


class OriginView(Frozen):
    """Documents that count as one witness, in the order of their appearance."""

    documents: tuple[AppearanceView, ...]
    certain: bool = Field(description="whether the first one is known to be the first")
    claims: tuple[str, ...]
    ties: tuple[TieView, ...]


class AlarmStepView(Frozen):
    """The document leans on another one."""

    document: DocumentRef
    leans_on: DocumentRef
    how: Literal["cites", "repeats"]


class AlarmView(Frozen):
    """A circle of support: each source leans on the next, the last on the first."""

    kind: Literal["citogenesis"]
    steps: tuple[AlarmStepView, ...]


class OriginsAnswer(Frozen):
    """The origins behind an entry, in the order of their first appearance, and its alarms."""

    revision: int
    entry_id: str
    origins: tuple[OriginView, ...]
    alarms: tuple[AlarmView, ...]


class GenealogyStep(Frozen):
    """A document gives a value: first in its origin, repeating what it was taken from, or changing it."""

    shown: str
    unit: str | None
    how: Literal["first", "repeats", "changes"]
    taken_from: str | None = Field(description="the document that it was taken from, as far as can be told")
    origin: int = Field(description="the place of its origin among the entry's origins, from 0")
    date: str | None
    clock: Clock
    citation: Citation


class Genealogy(Frozen):
    """Who gave an attribute of an entry which value, in the order of appearance."""

    revision: int
    entry_id: str
    attribute: str
    steps: tuple[GenealogyStep, ...]


class AlarmedEntry(Frozen):
    """An entry whose support runs in a circle."""

    id: str
    url: str
    title: str
    alarms: tuple[AlarmView, ...]


class AlarmList(Frozen):
    """The entries with alarms, by id. `next` is the `after` of the next page."""

    revision: int
    entries: tuple[AlarmedEntry, ...]
    next: str | None


class SharedPair(Frozen):
    """A sentence of the document, and where it stands in the other one."""

    here: PlaceView
    there: PlaceView
    verbatim: bool = Field(description="word by word, as far as case, line breaks and punctuation do not count")


class SharingDocument(Frozen):
    """Another document with the sentences that it shares, in the order of the text."""

    document: DocumentRef
    sentences: tuple[SharedPair, ...]


class SharedList(Frozen):
    """The documents of other sources that share sentences with one, those with the most first. `more` says that there are others."""

    revision: int
    document_id: str
    documents: tuple[SharingDocument, ...]
    more: bool


class RelatedSource(Frozen):
    """How another source stands to one: in how many entries both are heard, and in how many of these they agree or contradict each other.

    `dependent` counts the entries in which the two are one origin.
    """

    source: SourceView
    entries: int
    agree: int
    contradict: int
    dependent: int


class SourceRelations(Frozen):
    """The sources that tell of what one source tells of, those with the most in common first. `entries` were looked at."""

    revision: int
    source: SourceView
    entries: int
    more: bool = Field(description="whether it is heard in still other entries")
    related: tuple[RelatedSource, ...]
