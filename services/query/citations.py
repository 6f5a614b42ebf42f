"""Citations: the words behind everything that is shown, checked against the document's text when they are served."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from services.query import reader
from services.query.reader import Captured, Correction, HeldClaim
from services.query.schemas import (
    Citation,
    ClaimDateView,
    ClaimValueView,
    ClaimView,
    CorrectedValue,
    DocumentRef,
    MentionView,
    ReadingView,
    SourceView,
)
from services.query.snapshot import Snapshot
from services.query.texts import Texts, check_passage
from shared.domain.chronology import ValueAlternative
from shared.domain.claims import Claim, Mention, Value
from shared.domain.events import DocumentCaptured
from shared.domain.provenance import Passage, SourceDetails, context
from shared.domain.readings import Reading, read
from shared.lexicon.folding import name_key


def source_view(source_id: str, details: SourceDetails) -> SourceView:
    """Show a source."""
    return SourceView(id=source_id, **details.model_dump())


def document_ref(captured: Captured) -> DocumentRef:
    """Show a document as citations name it."""
    document = captured.document
    return DocumentRef(
        id=document.document_id,
        filename=document.filename,
        sha256=document.sha256,
        source=source_view(document.source_id, captured.source),
    )


PART = 200_000
"""Code points that one page of a document shows; a longer document has several."""


def document_url(slug: str, document_id: str) -> str:
    """The address of a document's page."""
    return f"/chronologies/{slug}/documents/{document_id}"


def passage_url(slug: str, document: DocumentCaptured, start: int, anchor: str) -> str:
    """The address of a passage: the page of the document on which it begins, at its words."""
    part = f"?part={start // PART + 1}" if document.length > PART else ""
    return f"{document_url(slug, document.document_id)}{part}#{anchor}"


def entry_url(slug: str, entry_id: str) -> str:
    """The address of an entry's page."""
    return f"/chronologies/{slug}/entries/{entry_id}"


def passage_anchor(passage: Passage) -> str:
    """The fragment that lands on a passage of a document."""
    return f"p-{passage.start}-{passage.end}"


def claim_anchor(claim_id: str) -> str:
    """The fragment that lands on a claim's words."""
    return f"c-{claim_id}"


@dataclass(frozen=True)
class Evidence:
    """Claims with the documents they stand in, the texts of these, and the corrections that change how they are read."""

    snapshot: Snapshot
    claims: Mapping[str, HeldClaim]
    documents: Mapping[str, Captured]
    texts: Texts
    readings: Mapping[str, Reading]
    corrections: Mapping[str, Correction]

    def cite(self, claim: Claim, passage: Passage) -> Citation:
        """Cite a passage of a claim's document; raise `BrokenCitation` when the words do not stand there."""
        return Citation(claim_id=claim.id, **self._place(claim, passage, passage_anchor(passage)))

    def _place(self, claim: Claim, passage: Passage, anchor: str) -> dict[str, object]:
        text = self.texts.get(self.snapshot, claim.document_id)
        check_passage(passage, text, claim.id, claim.document_id)
        captured = self.documents[claim.document_id]
        prefix, suffix = context(text, passage.start, passage.end)
        return {
            "document": document_ref(captured),
            "start": passage.start,
            "end": passage.end,
            "quote": passage.quote,
            "prefix": prefix,
            "suffix": suffix,
            "page": claim.page,
            "url": passage_url(self.snapshot.slug, captured.document, passage.start, anchor),
        }

    def show_claim(self, claim_id: str) -> ClaimView:
        """Show a claim with all its parts, every one of them checked."""
        held = self.claims[claim_id]
        claim, reading = held.claim, self.readings[claim_id]
        text = self.texts.get(self.snapshot, claim.document_id)
        for part in claim.passages():
            check_passage(part, text, claim.id, claim.document_id)
        return ClaimView(
            claim_id=claim.id,
            **self._place(claim, claim, claim_anchor(claim.id)),
            entry_id=held.entry_id,
            statement=claim.statement,
            language=claim.language,
            modality=claim.modality,
            confidence=claim.confidence,
            extractor=claim.extractor,
            date=None if claim.date is None else ClaimDateView(**claim.date.model_dump()),
            values=tuple(ClaimValueView(**value.model_dump(), shown=value.shown) for value in claim.values),
            actors=tuple(_mention(actor) for actor in claim.actors),
            places=tuple(_mention(place) for place in claim.places),
            attribution=None if claim.attribution is None else _mention(claim.attribution),
            continues=claim.continues,
            reading=_reading(reading),
        )

    def cite_date(self, claim_id: str) -> Citation:
        """Cite the words of a claim's date, or the claim itself where its date is an editor's."""
        claim = self.claims[claim_id].claim
        return self.cite(claim, claim.date or claim)

    def cite_value(self, claim_id: str, attribute: str, alternative: ValueAlternative) -> Citation:
        """Cite the words in which a claim gives an alternative of an attribute."""
        claim = self.claims[claim_id].claim
        return self.cite(claim, _words_for(self.readings[claim_id], attribute, alternative))


def gather(snapshot: Snapshot, texts: Texts, claim_ids: Iterable[str], correction_ids: Iterable[str] | None = None) -> Evidence:
    """Read claims with all that citing them takes.

    `correction_ids` are the accepted corrections that apply, in their order; None stands for all that are accepted now.
    """
    claims = reader.claims(snapshot, tuple(claim_ids))
    return evidence_of(snapshot, texts, claims, accepted(snapshot, correction_ids))


def evidence_of(snapshot: Snapshot, texts: Texts, claims: Mapping[str, HeldClaim], corrections: Iterable[Correction]) -> Evidence:
    """Put claims together with their documents and with the corrections that apply to them."""
    applied = {correction.id: correction for correction in corrections}
    changes = [(one.id, change) for one in applied.values() for change in (one.change, *one.carried)]
    return Evidence(
        snapshot=snapshot,
        claims=claims,
        documents=reader.documents(snapshot, {held.claim.document_id for held in claims.values()}),
        texts=texts,
        readings={claim_id: read(held.claim, changes) for claim_id, held in claims.items()},
        corrections=applied,
    )


def accepted(snapshot: Snapshot, ids: Iterable[str] | None = None) -> list[Correction]:
    """Return accepted corrections in the order of their acceptance."""
    found = reader.corrections(snapshot, None if ids is None else tuple(ids), "accepted")
    return sorted(found.values(), key=lambda correction: (correction.decided_at or correction.proposed_at, correction.id))


def _words_for(reading: Reading, attribute: str, alternative: ValueAlternative) -> Passage:
    """Find the passage of a claim that gives a value, by what the value is after corrections; the whole claim for want of a better one."""
    language = reading.claim.language
    of_attribute = [known.value for known in reading.values if known.value.attribute == attribute]
    exact = [value for value in of_attribute if (value.shown, value.unit) == (alternative.shown, alternative.unit)]
    alike = [value for value in of_attribute if _alike(value, alternative, language)]
    return _passage((*exact, *alike, *of_attribute, reading.claim)[0])


def _alike(value: Value, alternative: ValueAlternative, language: str) -> bool:
    """Whether a value is the alternative in another spelling: `1000` and `1000.0`, `Baku` and `Bakı`."""
    if value.kind != alternative.kind or value.unit != alternative.unit:
        return False
    if value.numeric:
        return value.bound == alternative.bound and Decimal(value.value) == Decimal(alternative.value)
    return name_key(value.value, language) == name_key(alternative.value, language)


def _passage(part: Passage | Value | Mention) -> Passage:
    return Passage(start=part.start, end=part.end, quote=part.quote)


def _mention(mention: Mention) -> MentionView:
    return MentionView(**mention.model_dump())


def _reading(reading: Reading) -> ReadingView:
    return ReadingView(
        date=reading.edtf,
        values=tuple(
            CorrectedValue(attribute=known.value.attribute, shown=known.value.shown, unit=known.value.unit, corrected_by=known.corrected_by)
            for known in reading.values
        ),
        withdrawn_by=reading.withdrawn_by,
        corrections=reading.corrections,
    )
