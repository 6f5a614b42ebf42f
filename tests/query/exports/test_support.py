"""Exports for programs say how independent what agrees is: two documents with the same words are one witness, in every format."""

import csv
import io
import json
from typing import Any

import pytest
import rdflib
from pyld import jsonld as pyld

from services.query.exports.formats import BY_NAME
from services.query.exports.walking import open_export
from shared.domain.chronology import Entry
from tests.query.conftest import World
from tests.query.origins.conftest import TEXTS

PROV = rdflib.Namespace("http://www.w3.org/ns/prov#")
SCHEMA = rdflib.Namespace("http://schema.org/")


@pytest.fixture
def copied(empty: World) -> World:
    """Three documents: one with its own words, two that share theirs."""
    for text, source in TEXTS:
        empty.running.capture(text, source)
    return empty


def exported(world: World, name: str) -> str:
    return "".join(BY_NAME[name].write(open_export(world.database, world.running.info)))


def congress(world: World) -> Entry:
    """The entry that all three tell of."""
    (found,) = (entry for entry in open_export(world.database, world.running.info).entries() if len(entry.sources) == 3)
    assert len(found.origins) == 2
    return found


def assert_told(entry: Entry, rows: list[dict[str, Any]]) -> None:
    told = {row["claim_id"]: (int(row["support"]), int(row["origin"])) for row in rows if row["entry_id"] == entry.id}
    assert told == {claim_id: (2, place) for place, origin in enumerate(entry.origins) for claim_id in origin.claims}


def test_json_lines_and_csv_say_of_each_claim_whose_witness_it_is(copied: World) -> None:
    entry = congress(copied)
    assert_told(entry, [json.loads(line) for line in exported(copied, "jsonl").splitlines()])
    assert_told(entry, list(csv.DictReader(io.StringIO(exported(copied, "csv"), newline=""), strict=True)))


def test_json_ld_has_witnesses_and_what_they_stand_behind(copied: World) -> None:
    entry, graph = congress(copied), rdflib.Graph()
    document = json.loads(exported(copied, "jsonld"))
    graph.parse(data=pyld.to_rdf(document, {"format": "application/n-quads"}), format="nt")
    named = {place: rdflib.URIRef(f"urn:uuid:{entry.id}#entry-origin-{place}") for place in range(len(entry.origins))}
    for place, origin in enumerate(entry.origins):
        assert (named[place], rdflib.RDF.type, PROV.Collection) in graph
        members = {rdflib.URIRef(f"urn:uuid:{appearance.document_id}") for appearance in origin.documents}
        assert set(graph.objects(named[place], PROV.hadMember)) == members
    (hives,) = (value for value in entry.values if value.attribute == "hives")
    for number, alternative in enumerate(hives.alternatives):
        value = rdflib.URIRef(f"urn:uuid:{entry.id}#entry-value-hives-{number}")
        assert set(graph.objects(value, PROV.hadPrimarySource)) == {named[place] for place in alternative.origins}
    support = {
        str(graph.value(of, SCHEMA.value))
        for of in graph.objects(rdflib.URIRef(f"urn:uuid:{entry.id}#entry"), SCHEMA.additionalProperty)
        if str(graph.value(of, SCHEMA.name)) == "support"
    }
    assert support == {"2"}
