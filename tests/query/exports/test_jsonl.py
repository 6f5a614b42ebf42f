"""JSON Lines: every claim once, verbatim, in an order that does not depend on arrival."""

import json
from itertools import permutations
from typing import Any

import pytest

from services.query.exports import walking
from services.query.exports.jsonl import export_jsonl
from shared.domain.ports import ChronologyInfo
from shared.store.engine import Database
from tests.query.conftest import World, texts_of
from tests.support.running import ADMIN, Running
from tests.support.texts import FAIR_AZ, FAIR_EN, FAIR_EN_OTHER, SOURCES

IDS = ("entry_id", "claim_id")
FIELDS = {
    "entry_id", "entry_title", "entry_date", "claim_id", "document", "start", "end", "quote", "date", "modality", "status", "values",
    "erased", "support", "origin",
}  # fmt: skip


def lines(running: Running) -> list[dict[str, Any]]:
    return [json.loads(line) for line in export_jsonl(running.database, running.info)]


def without_ids(database: Database, info: ChronologyInfo) -> list[dict[str, Any]]:
    """The lines with ids replaced by the order in which they are first seen."""
    names: dict[tuple[str, str], str] = {}

    def plain(line: dict[str, Any]) -> dict[str, Any]:
        shown = {**line, **{key: names.setdefault((key, line[key]), f"{key} {len(names)}") for key in IDS}}
        document = line["document"]
        return {**shown, "document": {**document, "id": "", "source": {**document["source"], "id": ""}}}

    return [plain(json.loads(line)) for line in export_jsonl(database, info)]


def test_every_claim_is_exported_once_with_its_words(world: World) -> None:
    exported = lines(world.running)
    texts = texts_of(world)
    held = [
        claim["claim_id"] for shown in world.get("/documents")["documents"] for claim in world.get(f"/documents/{shown['id']}")["citations"]
    ]
    assert sorted(line["claim_id"] for line in exported) == sorted(held)
    for line in exported:
        text = texts[line["document"]["id"]]
        assert text[line["start"] : line["end"]] == line["quote"]
        assert set(line) == FIELDS
        for value in line["values"]:
            assert set(value) == {"attribute", "value", "unit", "start", "end"}
            assert value["value"].lstrip(">~") in text[value["start"] : value["end"]] or not value["value"].isdigit()
    dates = [line["entry_date"] for line in exported]
    assert dates == sorted(dates)
    entries = {entry["id"]: entry for entry in world.get("/entries")["entries"]}
    assert {line["entry_id"]: line["entry_title"] for line in exported} == {key: entry["title"] for key, entry in entries.items()}


def test_the_order_of_arrival_makes_no_difference(empty: World) -> None:
    services = empty.running
    seen = []
    for number, order in enumerate(permutations((FAIR_EN, FAIR_EN_OTHER, FAIR_AZ))):
        info = services.service.ensure_chronology(f"order-{number}", ADMIN)
        for text in order:
            services.service.capture(info.id, text.encode(), ADMIN, filename="text.txt", declared=SOURCES[text])
        services.projector.project(services.service.chronology(info.slug))
        seen.append(without_ids(services.database, services.service.chronology(info.slug)))
    assert len(seen[0]) == 7
    assert all(one == seen[0] for one in seen)


@pytest.mark.parametrize("batch", [1, 2, 3])
def test_batches_do_not_show(empty: World, monkeypatch: pytest.MonkeyPatch, batch: int) -> None:
    text = "\n".join(f"On 3 May {1901 + number % 4} the {name} of Oakford was opened." for number, name in enumerate(
        ("mill", "bridge", "school", "market", "station", "harbour", "theatre", "library", "hospital", "museum")))  # fmt: skip
    empty.running.capture(f"Openings\n\n{text}\n")
    whole = lines(empty.running)
    assert len(whole) == 10
    assert len({line["entry_id"] for line in whole}) > batch
    monkeypatch.setattr(walking, "BATCH", batch)
    assert lines(empty.running) == whole


def test_corrections_are_read_into_the_lines(world: World) -> None:
    before = {line["claim_id"]: line for line in lines(world.running)}
    amended = next(key for key, line in before.items() if ("guests", "212") in {(v["attribute"], v["value"]) for v in line["values"]})
    withdrawn = next(key for key, line in before.items() if ("countries", "16") in {(v["attribute"], v["value"]) for v in line["values"]})
    dated = next(key for key, line in before.items() if line["entry_date"] == "1999-03-03")
    world.correct({"kind": "amend-value", "claim_id": amended, "attribute": "guests", "value": "211"})
    world.correct({"kind": "withdraw-claim", "claim_id": withdrawn})
    world.correct({"kind": "amend-date", "claim_id": dated, "edtf": "1999-03-04"})
    after = {line["claim_id"]: line for line in lines(world.running)}
    assert set(after) == set(before)
    assert {v["attribute"]: v["value"] for v in after[amended]["values"]}["guests"] == "211"
    assert after[amended]["quote"] == before[amended]["quote"]
    assert after[withdrawn]["status"] == "withdrawn"
    assert (after[dated]["date"], after[dated]["entry_date"]) == ("1999-03-04", "1999-03-04")


def test_the_export_over_http_is_the_same(world: World) -> None:
    answer = world.client.get("/v1/chronologies/test/export?format=jsonl")
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert answer.text == "".join(export_jsonl(world.database, world.running.info))
    assert answer.headers["x-revision"] == str(world.running.info.head)
    known = {"If-None-Match": answer.headers["etag"]}
    assert world.client.get("/v1/chronologies/test/export", headers=known).status_code == 304
    assert world.client.get("/v1/chronologies/test/export?format=docx").status_code == 422


def test_an_empty_chronology_exports_nothing(empty: World) -> None:
    assert list(export_jsonl(empty.database, empty.running.info)) == []
    assert empty.client.get("/v1/chronologies/test/export").text == ""


def test_an_earlier_revision_is_exported_as_it_was(world: World) -> None:
    before = list(export_jsonl(world.database, world.running.info))
    revision = world.running.info.head
    claim = json.loads(before[0])["claim_id"]
    world.correct({"kind": "amend-date", "claim_id": claim, "edtf": "1997"})
    assert list(export_jsonl(world.database, world.running.info)) != before
    assert list(export_jsonl(world.database, world.running.info, at=revision)) == before
