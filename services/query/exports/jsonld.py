"""JSON-LD: each citation as a Web Annotation, how it came about as PROV-O, entries and disputes in terms of schema.org.

Everything that the record names has its id as a `urn:uuid:`; parts of it have a fragment after that. A document is described anew in each
batch of entries that cites it: in a graph, the same said twice is said once.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from importlib import metadata
from itertools import chain
from typing import Any
from urllib.parse import quote

import orjson

from services.query.exports.jsonld_context import CONTEXT
from services.query.exports.walking import Batch, Export
from services.query.reader import Captured
from services.query.schemas import Citation, ClaimView, DateAlternativeView, DateView, EntryView, ValueAlternativeView, ValueView
from shared.domain.chronology import AppliedCorrection
from shared.domain.claims import Extractor

Node = dict[str, Any]

_PLAIN = re.compile(r"-?\d{4}(-(0\d|1[0-2])(-\d\d)?)?", re.ASCII)
"""A date that schema.org takes: ISO 8601, with nothing unknown or doubtful about it."""

PDF_FRAGMENT = "http://tools.ietf.org/rfc/rfc3778"
"""What says how a page of a PDF file is named in an address."""


def jsonld(export: Export) -> Iterator[str]:
    """Iterate over the pieces of one JSON-LD document."""
    described = _Description(export)
    yield f'{{"@context":{_json(CONTEXT)},"@graph":[\n'
    yield ",\n".join(map(_json, described.chronology()))
    entries = export.stream(lambda batch: map(_json, described.batch(batch)))
    erased = (_json(node) for captured in export.erased_documents() for node in described.erased_document(captured))
    for node in chain(entries, erased):
        yield f",\n{node}"
    yield "\n]}\n"


def _json(node: Mapping[str, Any]) -> str:
    return orjson.dumps({key: value for key, value in node.items() if value not in (None, [], "")}).decode()


def urn(record_id: str, part: str = "") -> str:
    """Return the name of something that the record has an id for, or of a part of it."""
    return f"urn:uuid:{record_id}" + (f"#{quote(part, safe='-')}" if part else "")


def _entry_id(view: EntryView) -> str:
    """The name of an entry. It has the id of its first claim, which is something else: so it is a part of what that id names."""
    return urn(view.id, "entry")


def _origin_id(view: EntryView, place: int) -> str:
    return urn(view.id, f"entry-origin-{place}")


def _origins(view: EntryView) -> Iterator[Node]:
    """The witnesses of an entry: documents that depend on each other are one."""
    for place, origin in enumerate(view.origins):
        yield {
            "id": _origin_id(view, place),
            "type": ["prov:Collection", "prov:Entity"],
            "prov:hadMember": [urn(appearance.document_id) for appearance in origin.documents],
        }


class _Description:
    """The nodes that describe the entries of an export."""

    def __init__(self, export: Export) -> None:
        self._export = export
        self._state = f"{export.urn}#revision-{export.revision}"
        self._consolidation = f"{export.urn}#consolidation-{export.revision}"
        self._salname = f"{export.urn}#salname"

    def chronology(self) -> Iterator[Node]:
        """The chronology, this revision of it, and what made its entries of its claims."""
        export = self._export
        yield {
            "id": self._state,
            "type": ["prov:Entity", "schema:Dataset"],
            "schema:name": export.chronology.title,
            "schema:description": export.chronology.description,
            "schema:url": export.link(f"/chronologies/{export.chronology.slug}"),
            "schema:version": export.revision,
            "prov:generatedAtTime": export.recorded.isoformat(),
            "prov:specializationOf": export.urn,
            "prov:wasGeneratedBy": self._consolidation,
        }
        yield {"id": export.urn, "type": "prov:Entity", "schema:name": export.chronology.title}
        yield {"id": self._consolidation, "type": "prov:Activity", "prov:wasAssociatedWith": self._salname}
        yield {
            "id": self._salname,
            "type": ["prov:Agent", "prov:SoftwareAgent", "schema:SoftwareApplication"],
            "schema:name": "Salname",
            "schema:softwareVersion": metadata.version("salname"),
        }

    def batch(self, batch: Batch) -> Iterator[Node]:
        """Entries with their claims, and with whatever these refer to."""
        views = list(batch.views())
        claims = [claim for view in views for claim in (*view.claims, *view.withdrawn)]
        yield from chain.from_iterable(map(self._document, batch.evidence.documents.values()))
        yield from {node["id"]: node for node in map(self._extractor, (claim.extractor for claim in claims))}.values()
        corrections = {correction.correction_id: correction for view in views for correction in view.corrections}
        yield from chain.from_iterable(map(self._correction, corrections.values()))
        for view in views:
            yield from self._entry(view, batch)

    def _entry(self, view: EntryView, batch: Batch) -> Iterator[Node]:
        start, end = _schema_dates(view.date.edtf)
        yield {
            "id": _entry_id(view),
            "type": ["schema:Event", "prov:Entity"],
            "schema:name": view.title,
            "schema:url": self._export.link(view.url),
            "dcterms:date": view.date.edtf,
            "schema:startDate": start,
            "schema:endDate": end,
            "schema:eventStatus": "schema:EventScheduled" if view.planned else None,
            "schema:additionalProperty": [
                _property("status", view.status),
                _property("confidence", view.confidence),
                _property("support", len(view.origins)),
            ],
            "schema:isPartOf": self._state,
            "prov:wasGeneratedBy": self._consolidation,
            "prov:wasDerivedFrom": [urn(claim.claim_id) for claim in view.claims],
            "prov:wasInfluencedBy": [
                *(urn(correction.correction_id) for correction in view.corrections),
                *(urn(lost.document_id, "erasure") for lost in view.erased),
            ],
        }
        places = {claim.claim_id: claim for claim in (*view.claims, *view.withdrawn)}
        for claim in places.values():
            yield self._claim(view, claim, batch)
        yield from _origins(view)
        yield from self._dates(view, places)
        for value in view.values:
            yield from self._value(view, value, places)
        for lost in view.erased:
            yield from _erasure(lost.document_id, lost.erased_at, lost.reason)
            for claim_id in lost.claims:
                yield {"id": urn(claim_id), "type": "prov:Entity", "prov:wasInvalidatedBy": urn(lost.document_id, "erasure")}

    def _claim(self, view: EntryView, claim: ClaimView, batch: Batch) -> Node:
        document = batch.evidence.documents[claim.document.id].document
        became = next((superseded for superseded in view.superseded if superseded.claim_id == claim.claim_id), None)
        selectors = _selectors(claim)
        if claim.page and document.media_type == "application/pdf":
            selectors.append({"type": "FragmentSelector", "conformsTo": PDF_FRAGMENT, "value": f"page={claim.page}"})
        return {
            "id": urn(claim.claim_id),
            "type": ["Annotation", "schema:Claim", "prov:Entity"],
            "motivation": ["describing", "linking"],
            "creator": self._extractor_id(claim.extractor),
            "body": [
                {"type": "TextualBody", "purpose": "describing", "value": claim.statement, "language": claim.language},
                {"type": "SpecificResource", "purpose": "linking", "source": _entry_id(view)},
            ],
            "target": {"type": "SpecificResource", "source": urn(claim.document.id), "selector": selectors},
            "schema:text": claim.statement,
            "schema:url": self._export.link(claim.url),
            "schema:additionalProperty": [
                _property("status", "withdrawn" if claim in view.withdrawn else view.status),
                _property("modality", claim.modality),
                *([_property("attribution", claim.attribution.name)] if claim.attribution else []),
                *([_property("page", claim.page)] if claim.page else []),
                *([_property("superseded", became.how)] if became else []),
            ],
            "prov:wasQuotedFrom": urn(claim.document.id),
            "prov:wasAttributedTo": self._extractor_id(claim.extractor),
            "prov:wasInfluencedBy": [urn(correction) for correction in claim.reading.corrections],
            "prov:wasInvalidatedBy": [
                *([urn(claim.reading.withdrawn_by)] if claim.reading.withdrawn_by else []),
                *([urn(became.document_id, "capture")] if became else []),
            ],
            "prov:alternateOf": urn(became.later) if became and became.how == "carried" and became.later else None,
        }

    def _dates(self, view: EntryView, places: Mapping[str, ClaimView]) -> Iterator[Node]:
        for number, alternative in enumerate(view.date.alternatives):
            body = urn(view.id, f"entry-date-{number}")
            yield {
                "id": body,
                "type": ["schema:PropertyValue", "prov:Entity"],
                "schema:name": "date",
                "schema:value": alternative.edtf,
                "dcterms:date": alternative.edtf,
                "prov:wasDerivedFrom": [urn(cited.claim_id) for cited in alternative.citations],
                "prov:hadPrimarySource": [_origin_id(view, place) for place in alternative.origins],
                "prov:wasGeneratedBy": urn(alternative.corrected_by) if alternative.corrected_by else None,
            }
            for cited in alternative.citations:
                yield _annotation(urn(cited.claim_id, "date"), "identifying", body, cited, places[cited.claim_id])
            if view.date.status == "disputed":
                yield self._review(view, view.date, alternative, f"date: {alternative.edtf}", f"review-date-{number}")

    def _value(self, view: EntryView, value: ValueView, places: Mapping[str, ClaimView]) -> Iterator[Node]:
        for number, alternative in enumerate(value.alternatives):
            part = f"{value.attribute}-{number}"
            body = urn(view.id, f"entry-value-{part}")
            original = urn(view.id, f"entry-original-{part}") if alternative.corrected_from else None
            yield {
                "id": body,
                "type": ["schema:PropertyValue", "prov:Entity"],
                "schema:name": value.attribute,
                "schema:value": alternative.shown,
                "schema:unitText": alternative.unit,
                "prov:wasDerivedFrom": [urn(cited.claim_id) for cited in alternative.citations],
                "prov:hadPrimarySource": [_origin_id(view, place) for place in alternative.origins],
                "prov:wasGeneratedBy": urn(alternative.corrected_by) if alternative.corrected_by else None,
                "prov:wasRevisionOf": original,
            }
            if original:
                said = {"schema:name": value.attribute, "schema:value": alternative.corrected_from}
                yield {"id": original, "type": ["schema:PropertyValue", "prov:Entity"], **said}
            for motivation, citations in (("identifying", alternative.citations), ("questioning", alternative.denials)):
                for cited in citations:
                    name = urn(cited.claim_id, f"value-{value.attribute}-{cited.start}-{cited.end}")
                    yield _annotation(name, motivation, body, cited, places[cited.claim_id])
            if value.status == "disputed":
                figure = self._export.words.figure(alternative)
                yield self._review(view, value, alternative, f"{value.attribute}: {figure}", f"review-{part}")

    def _review(
        self, view: EntryView, disputed: ValueView | DateView, alternative: ValueAlternativeView | DateAlternativeView, said: str, part: str
    ) -> Node:
        others = [_shown(other) for other in disputed.alternatives if other is not alternative]
        against = [f"others say {other}" for other in others]
        if isinstance(alternative, ValueAlternativeView) and alternative.denials:
            against.append("it is denied")
        return {
            "id": urn(view.id, f"entry-{part}"),
            "type": "schema:ClaimReview",
            "schema:claimReviewed": said,
            "schema:itemReviewed": [urn(cited.claim_id) for cited in alternative.citations],
            "schema:reviewRating": {
                "type": "schema:Rating",
                "schema:alternateName": "Disputed",
                "schema:ratingExplanation": "; ".join(against),
            },
            "schema:author": self._salname,
            "schema:datePublished": self._export.recorded.date().isoformat(),
            "schema:url": self._export.link(view.url),
        }

    def _document(self, captured: Captured) -> Iterator[Node]:
        document, source = captured.document, captured.source
        yield {
            "id": urn(captured.id),
            "type": ["schema:DigitalDocument", "prov:Entity"],
            "schema:name": document.filename,
            "schema:encodingFormat": document.media_type,
            "schema:inLanguage": document.language,
            "schema:sha256": document.sha256,
            "schema:url": self._export.link(f"/chronologies/{self._export.chronology.slug}/documents/{captured.id}"),
            "prov:generatedAtTime": captured.time.isoformat(),
            "prov:wasGeneratedBy": urn(captured.id, "capture"),
            "prov:hadPrimarySource": urn(document.source_id),
            "prov:wasRevisionOf": urn(document.previous) if document.previous else None,
        }
        yield {
            "id": urn(captured.id, "capture"),
            "type": "prov:Activity",
            "prov:endedAtTime": captured.time.isoformat(),
            "prov:used": urn(document.source_id),
            "schema:url": document.retrieved.final_url if document.retrieved else None,
        }
        yield {
            "id": urn(document.source_id),
            "type": ["schema:CreativeWork", "prov:Entity"],
            "schema:name": source.title,
            "schema:creditText": source.author,
            "schema:publisher": source.publisher,
            "schema:url": source.url,
            "schema:inLanguage": source.language,
            "schema:datePublished": source.published,
        }

    def erased_document(self, captured: Captured) -> Iterator[Node]:
        """A document that is gone: that it was there, and who erased it."""
        erasure = captured.erasure
        assert erasure is not None  # that is what it was looked up by
        yield from self._document(captured)
        yield from _erasure(captured.id, erasure.at, erasure.reason)
        yield {"id": urn(captured.id, "erasure"), "prov:wasAssociatedWith": self._person_id(erasure.by)}
        yield self._person(erasure.by)

    def _correction(self, correction: AppliedCorrection) -> Iterator[Node]:
        yield {
            "id": urn(correction.correction_id),
            "type": "prov:Activity",
            "rdfs:label": correction.summary,
            "dcterms:description": correction.reason,
            "prov:endedAtTime": correction.accepted_at.isoformat(),
            "prov:wasAssociatedWith": [self._person_id(correction.proposed_by), self._person_id(correction.accepted_by)],
            "creator": self._person_id(correction.proposed_by),
            "schema:reviewedBy": self._person_id(correction.accepted_by),
        }
        yield self._person(correction.proposed_by)
        yield self._person(correction.accepted_by)

    def _person_id(self, name: str) -> str:
        return f"{self._export.urn}#{quote(f'person-{name}', safe='-')}"

    def _person(self, name: str) -> Node:
        return {"id": self._person_id(name), "type": "prov:Agent", "schema:name": name}

    def _extractor_id(self, extractor: Extractor) -> str:
        named = "-".join(part for part in (extractor.name, extractor.version, extractor.model, extractor.prompt) if part)
        return f"{self._export.urn}#{quote(f'extractor-{named}', safe='-')}"

    def _extractor(self, extractor: Extractor) -> Node:
        return {
            "id": self._extractor_id(extractor),
            "type": ["prov:Agent", "prov:Person" if extractor.name == "person" else "prov:SoftwareAgent"],
            "schema:name": extractor.name,
            "schema:softwareVersion": extractor.version,
            "schema:additionalProperty": [
                _property(name, value) for name, value in (("model", extractor.model), ("prompt", extractor.prompt)) if value
            ],
        }


def _annotation(name: str, motivation: str, body: str, cited: Citation, claim: ClaimView) -> Node:
    """A value or date pinned to its words: within the claim's passage where they stand there, else by themselves."""
    if claim.start <= cited.start and cited.end <= claim.end:
        place, words = _position(claim), _quoted(cited)
        selector: Node | list[Node] = {**place, "refinedBy": words}
    else:
        selector = _selectors(cited)
    target = {"type": "SpecificResource", "source": urn(cited.document.id), "selector": selector}
    return {"id": name, "type": "Annotation", "motivation": motivation, "body": body, "target": target}


def _selectors(cited: Citation) -> list[Node]:
    return [_quoted(cited), _position(cited)]


def _quoted(cited: Citation) -> Node:
    return {"type": "TextQuoteSelector", "exact": cited.quote, "prefix": cited.prefix, "suffix": cited.suffix}


def _position(cited: Citation) -> Node:
    return {"type": "TextPositionSelector", "start": cited.start, "end": cited.end}


def _erasure(document_id: str, moment: datetime, reason: str) -> Iterable[Node]:
    erasure = urn(document_id, "erasure")
    yield {"id": urn(document_id), "type": "prov:Entity", "prov:wasInvalidatedBy": erasure}
    yield {"id": erasure, "type": "prov:Activity", "prov:endedAtTime": moment.isoformat(), "dcterms:description": reason}


def _property(name: str, value: object) -> Node:
    return {"type": "schema:PropertyValue", "schema:name": name, "schema:value": value}


def _shown(alternative: ValueAlternativeView | DateAlternativeView) -> str:
    return alternative.edtf if isinstance(alternative, DateAlternativeView) else alternative.shown


def _schema_dates(edtf: str | None) -> tuple[str | None, str | None]:
    """The dates that schema.org can say of an event: the first and the last, where both are plain."""
    first, _, last = (edtf or "").partition("/")
    last = last or first
    return (first, last) if _PLAIN.fullmatch(first) and _PLAIN.fullmatch(last) else (None, None)
