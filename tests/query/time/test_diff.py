"""What changed between two revisions: the difference of two pictures, and what caused it."""

from typing import Any

import pytest

from services.query.entries import Filters, entry_page, find_entry
from services.query.snapshot import open_snapshot
from shared.domain.chronology import Entry
from tests.query.conftest import World
from tests.query.time.test_histories import ALL_KINDS, told
from tests.support.running import ADMIN, Running


def revisions_of(world: World) -> list[int]:
    return [change["revision"] for change in world.get("/changes")["changes"]]


def diff(world: World, earlier: object, later: object = None, **params: Any) -> Any:
    asked = {"from": earlier} | ({} if later is None else {"to": later})
    return world.get("/diff", **asked, **params)


def all_entries(world: World, earlier: int, later: int, limit: int) -> list[Any]:
    """Every entry of a diff, page by page."""
    page = diff(world, earlier, later, limit=limit)
    found = page["entries"]
    while page["next"]:
        page = world.get("/diff", cursor=page["next"], limit=limit)
        assert (page["from"]["revision"], page["to"]["revision"]) == (earlier, later)
        found += page["entries"]
    return list(found)


def test_a_document_that_disagrees_shows_what_it_changed_and_that_it_did(world: World) -> None:
    first, second, third = revisions_of(world)
    shown = diff(world, first, second)
    assert (shown["from"]["revision"], shown["to"]["revision"]) == (first, second)
    assert shown["from"]["recorded"] < shown["to"]["recorded"]
    (fair,) = shown["entries"]
    assert (fair["change"], fair["revisions"], fair["merged_into"], fair["split_from"]) == ("changed", 1, None, None)
    what = fair["what"]
    guests = next(value for value in what["values"] if value["attribute"] == "guests")
    assert (guests["before"]["values"], sorted(guests["after"]["values"])) == (["212"], ["212", "215"])
    assert (what["arose"], what["settled"]) == (["guests"], [])
    document = world.get("/documents")["documents"][1]
    assert {claim["document_id"] for claim in what["claims"]["added"]} == {document["id"]}
    assert all(claim["statement"] and claim["entry_id"] == fair["id"] for claim in what["claims"]["added"])
    (cause,) = fair["caused_by"]
    assert (cause["revision"], cause["actor"], cause["recorded"]) == (second, "Aygün", shown["to"]["recorded"])
    captured = next(one for one in cause["causes"] if one["type"] == "document.captured")
    assert (captured["id"], captured["name"]) == (document["id"], "Looking back (Hill Post (example))")
    assert [one["claims"] for one in cause["causes"] if one["type"] == "claim.recorded"] == [len(what["claims"]["added"])]
    whole = diff(world, 0)
    assert [entry["change"] for entry in whole["entries"]] == ["created", "created"]
    assert whole["from"]["recorded"] is None
    assert {entry["revisions"] for entry in whole["entries"]} == {1, 3}
    assert diff(world, third)["entries"] == []


def test_corrections_and_merges_are_told_with_their_reasons(world: World) -> None:
    before = world.running.info.head
    fair, decree = (world.get("/entries")["entries"][at]["id"] for at in (0, 1))
    correction = world.correct({"kind": "merge-entries", "entry_ids": [fair, decree]})
    gone, kept = sorted(diff(world, before)["entries"], key=lambda entry: entry["change"] != "merged")
    assert (gone["change"], gone["merged_into"], gone["url"]) == ("merged", kept["id"], f"/chronologies/test/entries/{kept['id']}")
    assert {claim["entry_id"] for claim in gone["what"]["claims"]["removed"]} == {kept["id"]}
    cause = kept["caused_by"][0]["causes"][0]
    assert cause == {
        "type": "correction.accepted", "id": correction, "name": None, "claims": None, "kind": "merge-entries",
        "reason": "The register says otherwise.",
    }  # fmt: skip
    assert kept["what"]["corrections"] == [correction]
    assert kept["caused_by"][0]["actor"] == "Rəna"
    merged = world.running.info.head
    claims = world.get(f"/entries/{kept['id']}")["claims"]
    out = [claim["claim_id"] for claim in claims if claim["claim_id"] == gone["id"]]
    world.correct({"kind": "split-entry", "entry_id": kept["id"], "claim_ids": out})
    split = next(entry for entry in diff(world, merged)["entries"] if entry["change"] == "created")
    assert (split["id"], split["split_from"]) == (gone["id"], kept["id"])
    # There and back: the entry that went and came again is as it was, but for the corrections that made it so.
    back = {entry["id"]: entry for entry in diff(world, before)["entries"]}
    assert back.keys() <= {fair, decree}
    assert all(entry["change"] == "changed" and not entry["what"]["claims"]["added"] for entry in back.values())


def entries_at(running: Running, revision: int) -> dict[str, Entry]:
    with open_snapshot(running.database, "test", revision) as snapshot:
        found = entry_page(snapshot, Filters(), None, 500).entries
        return {entry.id: found_one for entry in found if (found_one := find_entry(snapshot, entry.id))}


@pytest.mark.parametrize("limit", [1, 2, 200])
def test_a_diff_is_the_difference_of_what_both_revisions_show(empty: World, limit: int) -> None:
    revisions = sorted(told(empty.running, ALL_KINDS))
    shown = {revision: entries_at(empty.running, revision) for revision in revisions}
    pairs = [(earlier, later) for earlier in revisions[::3] for later in revisions if later >= earlier]
    for earlier, later in pairs:
        old, new = shown[earlier], shown[later]
        listed = all_entries(empty, earlier, later, limit)
        changes = {entry["id"]: entry["change"] for entry in listed}
        assert len(changes) == len(listed), "each entry once"
        assert {entry for entry, change in changes.items() if change == "created"} == set(new) - set(old)
        assert {entry for entry, change in changes.items() if change in ("removed", "merged")} == set(old) - set(new)
        differ = {entry for entry in set(old) & set(new) if old[entry] != new[entry]}
        assert {entry for entry, change in changes.items() if change == "changed"} == differ
        last = [max(cause["revision"] for cause in entry["caused_by"]) for entry in listed]
        assert last == sorted(last), "in the order of their last change"
        for entry in listed:
            assert all(earlier < cause["revision"] <= later for cause in entry["caused_by"])


def test_what_was_erased_in_between_is_named_and_nothing_of_it_told(world: World) -> None:
    first, *_, last = revisions_of(world)
    document = world.get("/documents")["documents"][1]
    world.running.service.erase(world.running.info.id, document["id"], "Asked to.", ADMIN)
    assert world.client.get("/v1/chronologies/test/diff", params={"from": first}).status_code == 503
    world.running.projector.project(world.running.info)
    shown = diff(world, first)
    (gone,) = shown["erased"]
    assert (gone["document_id"], gone["erased_by"], gone["reason"]) == (document["id"], "Aygün", "Asked to.")
    assert gone["revision"] == world.running.info.head
    assert diff(world, first, last)["erased"] == []
    (fair,) = [entry for entry in shown["entries"] if entry["what"]["erased"]]
    assert [cause["type"] for cause in fair["caused_by"][-1]["causes"]] == ["document.erased"]
    assert "Looking back" in fair["caused_by"][-1]["causes"][0]["name"], "the source stays on record"
    words = world.client.get("/v1/chronologies/test/diff", params={"from": first}).text
    assert "In May 1998" not in words


@pytest.mark.parametrize(
    ("params", "status", "said"),
    [
        ({}, 422, "say what to compare with"),
        ({"from": "9", "to": "1"}, 422, "runs backwards"),
        ({"from": "soon"}, 422, "names no revision"),
        ({"from": "1999-01-01"}, 404, "begins with revision"),
        ({"from": "1", "to": "9999"}, 422, "no revision 9999"),
        ({"cursor": "x"}, 422, "not handed out"),
        ({"from": "1", "limit": "0"}, 422, ""),
    ],
)
def test_what_cannot_be_compared_is_a_problem_that_says_why(world: World, params: dict[str, str], status: int, said: str) -> None:
    answer = world.client.get("/v1/chronologies/test/diff", params=params)
    assert answer.status_code == status
    assert said in answer.json()["detail"]


def test_a_diff_has_an_etag_of_both_revisions(world: World) -> None:
    first, second, _ = revisions_of(world)
    one = world.client.get("/v1/chronologies/test/diff", params={"from": first, "to": second})
    other = world.client.get("/v1/chronologies/test/diff", params={"from": 0, "to": second})
    assert one.headers["etag"] != other.headers["etag"]
    again = world.client.get(
        "/v1/chronologies/test/diff", params={"from": first, "to": second}, headers={"If-None-Match": one.headers["etag"]}
    )
    assert again.status_code == 304
