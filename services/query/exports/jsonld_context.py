"""The JSON-LD context of the export: the terms of Web Annotation as its model writes them, and the prefixes of everything else.

It is written into the export, so that nobody has to fetch anything to read it. The Web Annotation terms expand to what the context that W3C
publishes at http://www.w3.org/ns/anno.jsonld gives them.
"""

from typing import Any

EDTF = "http://id.loc.gov/datatypes/edtf/EDTF"


def _link(iri: str) -> dict[str, str]:
    return {"@id": iri, "@type": "@id"}


def _choice(iri: str) -> dict[str, str]:
    return {"@id": iri, "@type": "@vocab"}


_PREFIXES = {
    "oa": "http://www.w3.org/ns/oa#",
    "prov": "http://www.w3.org/ns/prov#",
    "schema": "http://schema.org/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

_CLASSES = ("Annotation", "TextualBody", "SpecificResource", "TextQuoteSelector", "TextPositionSelector", "FragmentSelector")
_MOTIVATIONS = ("describing", "identifying", "linking", "questioning")

_ANNOTATION: dict[str, Any] = {
    "id": "@id",
    "type": "@type",
    **{name: f"oa:{name}" for name in (*_CLASSES, *_MOTIVATIONS)},
    "body": _link("oa:hasBody"),
    "target": _link("oa:hasTarget"),
    "source": _link("oa:hasSource"),
    "selector": _link("oa:hasSelector"),
    "refinedBy": _link("oa:refinedBy"),
    "creator": _link("dcterms:creator"),
    "conformsTo": _link("dcterms:conformsTo"),
    "motivation": _choice("oa:motivatedBy"),
    "purpose": _choice("oa:hasPurpose"),
    "language": "dc:language",
    "value": "rdf:value",
    "exact": "oa:exact",
    "prefix": "oa:prefix",
    "suffix": "oa:suffix",
    "start": "oa:start",
    "end": "oa:end",
}

_LINKS = (
    "prov:wasGeneratedBy", "prov:wasDerivedFrom", "prov:wasQuotedFrom", "prov:wasAttributedTo", "prov:wasAssociatedWith",
    "prov:wasInfluencedBy", "prov:wasInvalidatedBy", "prov:wasRevisionOf", "prov:alternateOf", "prov:hadPrimarySource", "prov:used",
    "prov:specializationOf", "prov:hadMember",
    "schema:itemReviewed", "schema:author", "schema:reviewedBy", "schema:eventStatus", "schema:isPartOf",
)  # fmt: skip
_MOMENTS = ("prov:endedAtTime", "prov:generatedAtTime")

CONTEXT: dict[str, Any] = {
    **_PREFIXES,
    **_ANNOTATION,
    **{name: _link(name) for name in _LINKS},
    **{name: {"@id": name, "@type": "xsd:dateTime"} for name in _MOMENTS},
    "dcterms:date": {"@id": "dcterms:date", "@type": EDTF},
}
