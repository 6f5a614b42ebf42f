"""Answers put together from the read model: what the API sends and the pages show."""

from collections.abc import Collection, Sequence

from services.query import reader
from services.query.citations import Evidence, document_ref, document_url, entry_url, evidence_of, gather, source_view
from services.query.citations import accepted as accepted_corrections
from services.query.entries import EntryPage
from services.query.erasures import refuse_erased_claim
from services.query.heads import Head, Json
from services.query.pages.reasons import reason_words
from services.query.pages.wording import ENGLISH
from services.query.periods import InRange
from services.query.reader import Captured, Correction
from services.query.schemas import (
    AppliedCorrectionView,
    ChronologyView,
    ClaimAnswer,
    ComparisonView,
    CorrectionView,
    DateAlternativeView,
    DateView,
    DocumentAnswer,
    DocumentList,
    DocumentView,
    EntryView,
    ErasureView,
    LinkView,
    SourceList,
    SourceWithDocuments,
    ValueAlternativeView,
    ValueView,
)
from services.query.snapshot import Snapshot
from services.query.snippets import found_in
from services.query.texts import Texts
from shared.domain.chronology import AppliedCorrection, Entry, EntryValue, Link
from shared.domain.corrections import claims_named
from shared.domain.dates import civil
from shared.domain.errors import NotFound
from shared.lexicon.searching import Wanted


def chronology(snapshot: Snapshot) -> ChronologyView:
    """Show a chronology with what it holds."""
    info, held = snapshot.chronology, reader.counts(snapshot)
    return ChronologyView(
        id=info.id,
        slug=info.slug,
        title=info.title,
        description=info.description,
        url=f"/chronologies/{info.slug}",
        revision=held.revision,
        recorded=snapshot.recorded,
        log_head=info.head,
        documents=held.documents,
        claims=held.claims,
        entries=held.entries,
        disputed=held.disputed,
        error=snapshot.error,
    )


def entry_list(snapshot: Snapshot, page: EntryPage, asked: Wanted | None = None) -> Json:
    """Show a page of entries, and of each where the words stand that were asked for: the JSON object of an `EntryList`."""
    found = found_in(snapshot, page.entries, asked) if asked else {}
    return {
        "revision": snapshot.revision,
        "entries": [
            summary(snapshot, entry, in_range, found.get(entry.id, ())) for entry, in_range in zip(page.entries, page.in_range, strict=True)
        ],
        "next": page.next,
        "previous": page.previous,
    }


def summary(snapshot: Snapshot, head: Head, in_range: InRange | None = None, matches: Sequence[Json] = ()) -> Json:
    """Show an entry in a list: the JSON object of an `EntrySummary`.

    `in_range` says how it fits the dates that were asked for, `matches` where the words stand.
    """
    return {"id": head.id, "url": entry_url(snapshot.slug, head.id), **head.shown, "in_range": in_range, "matches": matches}


def entry(snapshot: Snapshot, texts: Texts, found: Entry) -> EntryView:
    """Show an entry with everything its claims say, cited."""
    listed = tuple(dict.fromkeys((*found.claims, *found.withdrawn)))
    evidence = gather(snapshot, texts, listed, tuple(applied.correction_id for applied in found.corrections))
    return entry_view(snapshot, evidence, found)


def entry_view(snapshot: Snapshot, evidence: Evidence, found: Entry) -> EntryView:
    """Show an entry from evidence that may hold that of others, too."""
    standing = tuple(claim_id for claim_id in found.claims if claim_id not in found.withdrawn)
    cited = {evidence.claims[claim_id].claim.document_id for claim_id in (*found.claims, *found.withdrawn)}
    return EntryView(
        revision=snapshot.revision,
        id=found.id,
        url=entry_url(snapshot.slug, found.id),
        title=found.title,
        title_claim=found.title_claim,
        status=found.status,
        disputed=found.disputed,
        planned=found.planned,
        confidence=found.confidence,
        date=_date(evidence, found),
        values=tuple(_value(evidence, value) for value in found.values),
        claims=tuple(evidence.show_claim(claim_id) for claim_id in standing),
        withdrawn=tuple(evidence.show_claim(claim_id) for claim_id in found.withdrawn),
        superseded=found.superseded,
        links=tuple(_link(link) for link in found.links),
        corrections=tuple(_applied(evidence, correction) for correction in found.corrections),
        erased=found.erased,
        documents=tuple(document_ref(captured) for captured in evidence.documents.values() if captured.id in cited),
        origins=found.origins,
        alarms=found.alarms,
    )


def _applied(evidence: Evidence, applied: AppliedCorrection) -> AppliedCorrectionView:
    correction = evidence.corrections.get(applied.correction_id)
    return AppliedCorrectionView(**dict(applied), change=None if correction is None else correction.change)


def _link(link: Link) -> LinkView:
    return LinkView(claims=link.claims, reasons=tuple(reason_words(reason, ENGLISH) for reason in link.reasons), evidence=link.reasons)


def _date(evidence: Evidence, found: Entry) -> DateView:
    return DateView(
        edtf=found.date.edtf,
        status=found.date.status,
        earliest=_day(found.earliest),
        latest=_day(found.latest),
        alternatives=tuple(
            DateAlternativeView(
                edtf=alternative.edtf,
                corrected_by=alternative.corrected_by,
                origins=alternative.origins,
                citations=tuple(evidence.cite_date(claim_id) for claim_id in alternative.claims),
            )
            for alternative in found.date.alternatives
        ),
    )


def _value(evidence: Evidence, value: EntryValue) -> ValueView:
    return ValueView(
        attribute=value.attribute,
        status=value.status,
        alternatives=tuple(
            ValueAlternativeView(
                value=alternative.value,
                shown=alternative.shown,
                kind=alternative.kind,
                bound=alternative.bound,
                upper=alternative.upper,
                unit=alternative.unit,
                corrected_from=alternative.corrected_from,
                corrected_by=alternative.corrected_by,
                origins=alternative.origins,
                citations=tuple(evidence.cite_value(claim_id, value.attribute, alternative) for claim_id in alternative.claims),
                denials=tuple(evidence.cite_value(claim_id, value.attribute, alternative) for claim_id in alternative.denied_by),
            )
            for alternative in value.alternatives
        ),
    )


def _day(number: int | None) -> str | None:
    if number is None:
        return None
    year, month, day = civil(number)
    return f"{'-' if year < 0 else ''}{abs(year):04d}-{month:02d}-{day:02d}"


def claim(snapshot: Snapshot, texts: Texts, claim_id: str) -> ClaimAnswer:
    """Show one claim."""
    evidence = gather(snapshot, texts, [claim_id])
    if claim_id not in evidence.claims:
        refuse_erased_claim(snapshot, claim_id)
        raise NotFound(f"there is no claim {claim_id} in the chronology {snapshot.slug!r}{snapshot.then}")
    return ClaimAnswer(revision=snapshot.revision, **dict(evidence.show_claim(claim_id)))


def document_view(snapshot: Snapshot, captured: Captured, claims: int) -> DocumentView:
    """Show a document without its text."""
    return DocumentView(**_document(snapshot, captured, claims))


def documents(snapshot: Snapshot, after: int, limit: int) -> DocumentList:
    """Show the documents that were captured after a position, `limit` at most."""
    found, following = reader.documents_after(snapshot, after, limit)
    return DocumentList(revision=snapshot.revision, documents=document_views(snapshot, found), next=following)


def document_views(snapshot: Snapshot, documents: Collection[Captured]) -> tuple[DocumentView, ...]:
    """Show documents without their text, each with how many claims it has."""
    counts = reader.count_claims(snapshot, [captured.id for captured in documents])
    return tuple(document_view(snapshot, captured, counts.get(captured.id, 0)) for captured in documents)


def document(snapshot: Snapshot, texts: Texts, document_id: str) -> DocumentAnswer:
    """Show a document with its text and the claims in it."""
    captured = reader.document(snapshot, document_id)
    text = texts.get(snapshot, document_id)
    held = {item.claim.id: item for item in reader.claims_in(snapshot, document_id)}
    evidence = evidence_of(snapshot, texts, held, accepted_corrections(snapshot))
    return DocumentAnswer(
        revision=snapshot.revision,
        **_document(snapshot, captured, len(held)),
        text=text,
        skip=tuple((span.start, span.end) for span in captured.document.skip),
        citations=tuple(evidence.show_claim(claim_id) for claim_id in held),
    )


def _document(snapshot: Snapshot, captured: Captured, claims: int) -> dict[str, object]:
    document = captured.document
    shown = document.model_dump(exclude={"document_id", "source_id", "skip"})
    return {
        **shown,
        "pages": len(document.pages) or None,
        "comparison": captured.comparison and ComparisonView(**captured.comparison.model_dump(exclude={"source_id", "document_id"})),
        "id": document.document_id,
        "url": document_url(snapshot.slug, document.document_id),
        "captured": captured.time,
        "source": source_view(document.source_id, captured.source),
        "claims": claims,
        "erased": captured.erasure and ErasureView(**captured.erasure.model_dump(exclude={"document_id"})),
    }


def sources(snapshot: Snapshot, after: int, limit: int) -> tuple[SourceList, tuple[Captured, ...]]:
    """Show the sources that became known after a position, `limit` at most, with the documents of each, which come along."""
    found, following = reader.sources_after(snapshot, after, limit)
    documents = tuple(reader.documents_of(snapshot, list(found)).values())
    of_source: dict[str, list[str]] = {}
    for captured in documents:
        of_source.setdefault(captured.document.source_id, []).append(captured.id)
    listed = tuple(
        SourceWithDocuments(**dict(source_view(source_id, details)), every=every, documents=tuple(of_source.get(source_id, ())))
        for source_id, (details, every) in found.items()
    )
    return SourceList(revision=snapshot.revision, sources=listed, next=following), documents


def correction_views(snapshot: Snapshot, corrections: list[Correction]) -> list[CorrectionView]:
    """Show corrections with the entries that they are about."""
    named = {correction.id: claims_named(correction.change) for correction in corrections}
    held = reader.claims(snapshot, [claim_id for ids in named.values() for claim_id in ids])

    def entries(correction: Correction) -> tuple[str, ...]:
        return tuple(dict.fromkeys(held[claim_id].entry_id for claim_id in named[correction.id] if claim_id in held))

    return [CorrectionView(**dict(correction), entries=entries(correction)) for correction in corrections]
