"""JSON-LD, read by two processors (PyLD and rdflib), and its provenance by the library of PROV."""

import json
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import rdflib
from prov.model import ProvActivity, ProvAgent, ProvDocument, ProvEntity, ProvInvalidation
from pyld import jsonld as pyld
from rdflib.compare import isomorphic

from services.query.exports.jsonld_context import CONTEXT, EDTF
from tests.query.exports.story import BASE, LINES, Story

OA = rdflib.Namespace("http://www.w3.org/ns/oa#")
PROV = rdflib.Namespace("http://www.w3.org/ns/prov#")
SCHEMA = rdflib.Namespace("http://schema.org/")
DCTERMS = rdflib.Namespace("http://purl.org/dc/terms/")
A = rdflib.RDF.type


def no_network(address: str, options: object = None) -> Any:
    raise AssertionError(f"the export needs {address} to be read")


def named(record_id: str, part: str = "") -> rdflib.URIRef:
    return rdflib.URIRef(f"urn:uuid:{record_id}" + (f"#{part}" if part else ""))


@pytest.fixture(scope="module")
def document(story: Story) -> Any:
    return json.loads(story.export("jsonld"))


@pytest.fixture(scope="module")
def graph(document: Any) -> Iterator[rdflib.Graph]:
    read = rdflib.Graph()
    read.parse(data=pyld.to_rdf(document, {"documentLoader": no_network, "format": "application/n-quads"}), format="nt")
    return read


def test_two_processors_read_the_same(document: Any, graph: rdflib.Graph) -> None:
    other = rdflib.Graph()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # what rdflib's parser of JSON-LD does within
        other.parse(data=json.dumps(document), format="json-ld")
    assert len(graph) > 1000
    assert isomorphic(graph, other)


def test_nothing_is_lost_or_relative(document: Any, graph: rdflib.Graph) -> None:
    def keys(node: Any) -> Iterator[str]:
        if isinstance(node, list):
            for each in node:
                yield from keys(each)
        elif isinstance(node, dict):
            yield from node
            for each in node.values():
                yield from keys(each)

    prefixes = {name for name, iri in CONTEXT.items() if isinstance(iri, str) and iri.endswith(("#", "/"))}
    unknown = {key for key in keys(document["@graph"]) if key not in CONTEXT and key.partition(":")[0] not in prefixes}
    assert unknown == set()
    addresses = [node for triple in graph for node in triple if isinstance(node, rdflib.URIRef)]
    assert [address for address in addresses if ":" not in address] == []


def test_terms_are_those_of_web_annotation(graph: rdflib.Graph) -> None:
    published = {
        "oa": {
            "hasBody", "hasTarget", "hasSource", "hasSelector", "refinedBy", "motivatedBy", "hasPurpose", "exact", "prefix", "suffix",
            "start", "end",
        },
    }  # fmt: skip
    used = {str(predicate).removeprefix(str(OA)) for predicate in graph.predicates() if str(predicate).startswith(str(OA))}
    assert used == published["oa"]


def test_every_claim_is_an_annotation_whose_words_stand_there(story: Story, graph: rdflib.Graph) -> None:
    text = "\n".join(LINES.values())
    for name, words in LINES.items():
        claim = named(story.claims[name])
        assert (claim, A, OA.Annotation) in graph
        target = graph.value(claim, OA.hasTarget)
        assert graph.value(target, OA.hasSource) == named(story.documents["book"])
        selectors = {graph.value(selector, A): selector for selector in graph.objects(target, OA.hasSelector)}
        assert set(selectors) == {OA.TextQuoteSelector, OA.TextPositionSelector}
        quote, place = selectors[OA.TextQuoteSelector], selectors[OA.TextPositionSelector]
        start, end = (int(str(graph.value(place, edge))) for edge in (OA.start, OA.end))
        assert str(graph.value(quote, OA.exact)) == text[start:end] == words
        assert text[:start].endswith(str(graph.value(quote, OA.prefix)))
        assert text[end:].startswith(str(graph.value(quote, OA.suffix)))


def test_values_are_pinned_within_their_claim(story: Story, graph: rdflib.Graph) -> None:
    entry = story.entries()["fewer"]
    body = named(entry.id, "entry-value-boats-0")
    (annotation,) = graph.subjects(OA.hasBody, body)
    place = graph.value(graph.value(annotation, OA.hasTarget), OA.hasSelector)
    assert graph.value(place, A) == OA.TextPositionSelector
    assert str(graph.value(graph.value(place, OA.refinedBy), OA.exact)) in ("Seventy", "ninety")
    assert (annotation, OA.motivatedBy, OA.identifying) in graph


def test_a_page_of_a_pdf_is_pointed_at(story: Story, graph: rdflib.Graph) -> None:
    fragments = list(graph.subjects(A, OA.FragmentSelector))
    assert {str(graph.value(fragment, rdflib.RDF.value)) for fragment in fragments} == {"page=2"}
    assert {str(graph.value(fragment, DCTERMS.conformsTo)) for fragment in fragments} == {"http://tools.ietf.org/rfc/rfc3778"}


def test_every_entry_is_an_event_with_its_date(story: Story, graph: rdflib.Graph) -> None:
    entries = list(story.opened().entries())
    assert set(graph.subjects(A, SCHEMA.Event)) == {named(entry.id, "entry") for entry in entries}
    for entry in entries:
        dates = list(graph.objects(named(entry.id, "entry"), DCTERMS.date))
        assert dates == ([rdflib.Literal(entry.date.edtf, datatype=rdflib.URIRef(EDTF))] if entry.date.edtf else [])
        assert str(graph.value(named(entry.id, "entry"), SCHEMA.url)) == f"{BASE}/chronologies/test/entries/{entry.id}"
    planned = named(story.entries()["planned"].id, "entry")
    assert (str(graph.value(planned, SCHEMA.startDate)), str(graph.value(planned, SCHEMA.endDate))) == ("2030-01-01", "2030-01-03")
    assert graph.value(planned, SCHEMA.eventStatus) == SCHEMA.EventScheduled
    assert graph.value(named(story.entries()["about"].id, "entry"), SCHEMA.startDate) is None


def test_an_entry_is_not_its_first_claim(graph: rdflib.Graph) -> None:
    assert set(graph.subjects(A, SCHEMA.Event)) & set(graph.subjects(A, OA.Annotation)) == set()
    assert [(one, other) for one, other in graph.subject_objects(PROV.wasDerivedFrom) if one == other] == []


def test_what_is_disputed_is_reviewed(story: Story, graph: rdflib.Graph) -> None:
    reviews = {str(graph.value(review, SCHEMA.claimReviewed)): review for review in graph.subjects(A, SCHEMA.ClaimReview)}
    assert set(reviews) == {"boats: 70", "boats: 90", "date: 1940-01-05", "date: 1940-03-06"}
    review = reviews["boats: 70"]
    assert list(graph.objects(review, SCHEMA.itemReviewed)) == [named(story.claims["fewer"])]
    assert (named(story.claims["fewer"]), A, SCHEMA.Claim) in graph
    rating = graph.value(review, SCHEMA.reviewRating)
    assert str(graph.value(rating, SCHEMA.alternateName)) == "Disputed"
    assert str(graph.value(rating, SCHEMA.ratingExplanation)) == "others say 90"


@pytest.fixture(scope="module")
def provenance(graph: rdflib.Graph) -> ProvDocument:
    """The part of the graph that is said in PROV's terms, as its library reads it: it complains of what it cannot make sense of."""
    kept = rdflib.Graph()
    for subject, predicate, thing in graph:
        if str(predicate).startswith(str(PROV)) or (predicate == A and str(thing).startswith(str(PROV))):
            kept.add((subject, predicate, thing))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # what it uses of rdflib
        return ProvDocument.deserialize(content=kept.serialize(format="nt"), format="rdf", rdf_format="nt")


def test_the_library_of_prov_knows_what_is_what(story: Story, provenance: ProvDocument) -> None:
    def ids(kind: type) -> set[str]:
        return {record.identifier.uri for record in provenance.get_records(kind) if record.identifier}

    assert {f"urn:uuid:{story.documents[name]}" for name in ("book", "pages", "web", "web again", "gone")} <= ids(ProvEntity)
    assert {f"urn:uuid:{story.documents['book']}#capture", f"urn:uuid:{story.documents['gone']}#erasure"} <= ids(ProvActivity)
    agents = {identifier.partition("#")[2] for identifier in ids(ProvAgent)}
    assert {"salname", "person-R%C9%99na", "person-El%C3%A7in%20%3Cb%3E", "person-Ayg%C3%BCn", "extractor-person-1"} <= agents
    assert ids(ProvEntity) & ids(ProvActivity) == set()


def test_how_it_came_about(story: Story, graph: rdflib.Graph) -> None:
    book, counted = named(story.documents["book"]), named(story.claims["counted"])
    assert (book, PROV.wasGeneratedBy, named(story.documents["book"], "capture")) in graph
    assert graph.value(named(story.documents["book"], "capture"), PROV.endedAtTime).datatype == rdflib.XSD.dateTime
    assert (counted, PROV.wasQuotedFrom, book) in graph
    assert (named(story.documents["web again"]), PROV.wasRevisionOf, named(story.documents["web"])) in graph
    value = named(story.entries()["counted"].id, "entry-value-sails-0")
    original = graph.value(value, PROV.wasRevisionOf)
    assert (str(graph.value(value, SCHEMA.value)), str(graph.value(original, SCHEMA.value))) == ("52", "51")
    correction = graph.value(value, PROV.wasGeneratedBy)
    assert (correction, A, PROV.Activity) in graph
    assert len(list(graph.objects(correction, PROV.wasAssociatedWith))) == 2


def test_what_does_not_stand_any_more_is_invalidated(story: Story, graph: rdflib.Graph, provenance: ProvDocument) -> None:
    dropped = named(story.claims["dropped"])
    (correction,) = graph.objects(dropped, PROV.wasInvalidatedBy)
    assert (correction, A, PROV.Activity) in graph
    assert (named(story.entries()["dropped"].id, "entry"), PROV.wasDerivedFrom, dropped) not in graph
    erasure = named(story.documents["gone"], "erasure")
    assert set(graph.subjects(PROV.wasInvalidatedBy, erasure)) == {named(story.documents["gone"]), named(story.claims["beside"])}
    assert (named(story.entries()["about"].id, "entry"), PROV.wasInfluencedBy, erasure) in graph
    superseded = set(graph.subjects(PROV.wasInvalidatedBy, named(story.documents["web again"], "capture")))
    assert len(superseded) == 2
    assert len(list(provenance.get_records(ProvInvalidation))) == len(list(graph.triples((None, PROV.wasInvalidatedBy, None))))
