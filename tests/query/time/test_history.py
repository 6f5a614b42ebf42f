"""The story of one entry, as data and in words."""

from itertools import pairwise
from typing import Any

import pytest

from services.query.entries import find_entry
from services.query.snapshot import open_snapshot
from tests.query.conftest import World
from tests.query.time.test_histories import ALL_KINDS, told
from tests.support.running import ADMIN


def history(world: World, entry_id: str, **params: Any) -> Any:
    return world.get(f"/entries/{entry_id}/history", **params)


def texts(world: World, entry_id: str, language: str) -> list[str]:
    answer = world.client.get(f"/v1/chronologies/test/entries/{entry_id}/history", headers={"Accept-Language": language})
    assert answer.headers["content-language"] == language
    assert answer.headers["vary"] == "Accept-Language"
    # The moment of recording comes first, and is another one each time.
    return [step["text"].split(": ", 1)[1] for step in answer.json()["steps"]]


def test_an_entry_s_story_is_told_in_words(world: World) -> None:
    fair = world.entry_with("guests")["id"]
    world.correct({"kind": "retitle-entry", "entry_id": fair, "title": "The fair of seeds"})
    told = texts(world, fair, "en")
    assert len(told) == 4
    assert told[0].startswith("the document “The seed fair (Valley Gazette (example))” was captured. The entry came to be with 2 claims.")
    assert "Date: 4–5 May 1998." in told[0]
    assert "guests: 212." in told[0]
    assert "was captured." in told[1]
    assert "guests: 212 became 215 ≠ 212." in told[1]
    assert "A dispute arose over guests." in told[1]
    assert told[3].startswith("Rəna accepted a correction of the title (The register says otherwise.). It is called “The fair of seeds”;")
    azerbaijani = texts(world, fair, "az")
    assert len(azerbaijani) == 4
    assert azerbaijani[0].startswith("“The seed fair (Valley Gazette (example))” sənədi alındı. Qeyd 2 iddia ilə yarandı.")
    assert "qonaq: 212 əvəzinə 215 ≠ 212." in azerbaijani[1]


def test_a_dispute_that_is_settled_is_told(world: World) -> None:
    fair = world.entry_with("guests")
    wrong = next(claim for claim in fair["claims"] if "212" in claim["quote"])
    world.correct({"kind": "amend-value", "claim_id": wrong["claim_id"], "attribute": "guests", "value": "215"})
    last = history(world, fair["id"])["steps"][-1]
    assert last["what"]["settled"] == ["guests"]
    assert "The dispute over guests was settled." in last["text"]
    assert last["causes"][0]["kind"] == "amend-value"


def test_merges_and_splits_are_part_of_both_stories(world: World) -> None:
    fair, decree = (world.get("/entries")["entries"][at]["id"] for at in (0, 1))
    world.correct({"kind": "merge-entries", "entry_ids": [fair, decree]})
    merged_at = world.running.info.head
    kept = next(
        one for one in (fair, decree) if world.client.get(f"/v1/chronologies/test/entries/{one}", follow_redirects=False).is_success
    )
    gone = decree if kept == fair else fair
    assert [step["change"] for step in history(world, gone)["steps"]][-1] == "merged"
    assert history(world, gone)["steps"][-1]["merged_into"] == kept
    assert "It was merged into another entry." in history(world, gone)["steps"][-1]["text"]
    world.correct({"kind": "split-entry", "entry_id": kept, "claim_ids": [gone]})
    again = history(world, gone)["steps"]
    assert [step["change"] for step in again[-2:]] == ["merged", "created"]
    assert again[-1]["split_from"] == kept
    assert "It was split off another entry with 1 claim." in again[-1]["text"]
    assert [step["revision"] for step in history(world, gone, at=merged_at)["steps"]] == [step["revision"] for step in again[:-1]]


def test_an_erasure_is_told_and_what_it_took_is_not(world: World) -> None:
    fair = world.entry_with("guests")["id"]
    document = world.get("/documents")["documents"][1]["id"]
    world.running.service.erase(world.running.info.id, document, "Asked to.", ADMIN)
    busy = world.client.get(f"/v1/chronologies/test/entries/{fair}/history")
    assert busy.status_code == 503
    world.running.projector.project(world.running.info)
    steps = history(world, fair)["steps"]
    assert "Aygün erased the document “Looking back (Hill Post (example))” (Asked to.)." in steps[-1]["text"]
    assert "It lost the support of 1 erased document." in steps[-1]["text"]
    assert len(steps) == 3, "the capture of what is erased changed nothing that can still be told"
    assert "In May 1998" not in str(steps)


def test_steps_are_the_versions_of_the_entry(empty: World) -> None:
    revisions = sorted(told(empty.running, ALL_KINDS))
    with open_snapshot(empty.database, "test") as snapshot:
        seen = {
            (entry_id, revision): find_entry(snapshot.at(revision), entry_id)
            for entry_id in {entry["id"] for at in revisions for entry in empty.get("/entries", at=at)["entries"]}
            for revision in revisions
        }
    for entry_id in {entry_id for entry_id, _ in seen}:
        pages, page = [], history(empty, entry_id, limit=1)
        while True:
            assert len(page["steps"]) == 1
            pages += page["steps"]
            if page["next"] is None:
                break
            page = history(empty, entry_id, limit=1, after=page["next"])
        assert pages == history(empty, entry_id)["steps"]
        turns = [now for before, now in pairwise(revisions) if seen[entry_id, before] != seen[entry_id, now]]
        assert [step["revision"] for step in pages] == turns
        for step in pages:
            there = seen[entry_id, step["revision"]] is not None
            assert there == (step["change"] in ("created", "changed"))
            assert step["text"]
            assert "None" not in step["text"]


def test_a_claim_that_never_headed_an_entry_leads_to_the_story_of_its_entry(world: World) -> None:
    fair = world.entry_with("guests")
    other = next(claim["claim_id"] for claim in fair["claims"] if claim["claim_id"] != fair["id"])
    answer = world.client.get(f"/v1/chronologies/test/entries/{other}/history", params={"at": fair["revision"]}, follow_redirects=False)
    assert answer.status_code == 308
    assert answer.headers["location"] == f"/v1/chronologies/test/entries/{fair['id']}/history?at={fair['revision']}"
    assert world.client.get("/v1/chronologies/test/entries/nobody/history").status_code == 404


@pytest.mark.parametrize("params", [{"after": "-1"}, {"limit": "0"}, {"limit": "999"}, {"at": "x"}])
def test_what_is_not_valid_is_refused(world: World, params: dict[str, str]) -> None:
    fair = world.entry_with("guests")["id"]
    assert world.client.get(f"/v1/chronologies/test/entries/{fair}/history", params=params).status_code == 422
