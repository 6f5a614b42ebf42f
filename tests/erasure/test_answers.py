"""What is told after an erasure: who asks for what is gone learns that it was, when and why, and where the rest is."""

import json
import re
from typing import Any

import httpx
import pytest

from tests.query.conftest import World
from tests.support.running import ADMIN
from tests.support.texts import FAIR_AZ, FAIR_EN, FAIR_EN_OTHER, SOURCES

REASON = "A court said so."
BASE = "/v1/chronologies/test"


def erase(world: World, document_id: str, reason: str = REASON) -> int:
    """Erase a document and project it; return the revision."""
    revision = world.running.service.erase(world.running.info.id, document_id, reason, ADMIN).revision
    world.running.projector.project(world.running.info)
    return revision


def document_of(world: World, text: str) -> str:
    """The id of the document that a text is of."""
    publisher = SOURCES[text].publisher
    (found,) = [shown["id"] for shown in world.get("/documents")["documents"] if shown["source"]["publisher"] == publisher]
    return str(found)


def claims_of(world: World, document_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.get(f"/documents/{document_id}")["citations"]
    return found


def plainly(world: World, path: str, **headers: str) -> httpx.Response:
    """Get without following redirects."""
    return world.client.get(path, headers=headers, follow_redirects=False)


def test_an_entry_that_lost_support_says_so(world: World) -> None:
    first = document_of(world, FAIR_EN)
    before = world.entry_with("guests")
    gone = [claim["claim_id"] for claim in before["claims"] if claim["document"]["id"] == first]
    revision = erase(world, first)
    after = world.entry_with("guests")
    assert {claim["document"]["id"] for claim in after["claims"]} == {document_of(world, text) for text in (FAIR_EN_OTHER, FAIR_AZ)}
    (lost,) = after["erased"]
    assert (lost["document_id"], sorted(lost["claims"]), lost["reason"]) == (first, sorted(gone), REASON)
    shown = [alternative["value"] for value in after["values"] for alternative in value["alternatives"]]
    assert shown
    assert "212" not in shown
    assert after["revision"] == revision
    for line in world.client.get(f"{BASE}/export").text.splitlines():
        assert json.loads(line)["erased"] == [lost]
        assert json.loads(line)["document"]["id"] != first


def test_who_asks_for_an_erased_document_is_told_why(world: World) -> None:
    first = document_of(world, FAIR_EN)
    erase(world, first)
    for path in ("", "/text", "/original"):
        answer = plainly(world, f"{BASE}/documents/{first}{path}")
        assert answer.status_code == 410
        problem = answer.json()
        assert (problem["document"], problem["reason"], problem["erased_by"]) == (first, REASON, ADMIN.principal.name)
        assert REASON in problem["detail"]
    listed = {shown["id"]: shown["erased"] for shown in world.get("/documents")["documents"]}
    assert listed[first]["reason"] == REASON
    assert [shown for document_id, shown in listed.items() if document_id != first] == [None, None]


def test_an_erased_claim_leads_to_what_stood_beside_it(world: World) -> None:
    first = document_of(world, FAIR_EN)
    fair = world.entry_with("guests")
    alone = [claim for claim in claims_of(world, first) if claim["entry_id"] != fair["id"]]
    beside = [claim for claim in claims_of(world, first) if claim["entry_id"] == fair["id"]]
    assert alone
    assert beside
    before = world.get("/documents")["revision"]
    erase(world, first)
    now = world.entry_with("guests")["id"]
    for claim in beside:
        moved = plainly(world, f"{BASE}/entries/{claim['claim_id']}")
        assert (moved.status_code, moved.headers["location"]) == (308, f"{BASE}/entries/{now}")
        gone = plainly(world, f"{BASE}/claims/{claim['claim_id']}")
        assert (gone.status_code, gone.json()["entry"]) == (410, now)
    for claim in alone:
        for kind in ("entries", "claims"):
            gone = plainly(world, f"{BASE}/{kind}/{claim['claim_id']}")
            assert (gone.status_code, gone.json()["reason"]) == (410, REASON)
            assert "entry" not in gone.json()
    assert plainly(world, f"{BASE}/entries/{alone[0]['claim_id']}?at={before}").status_code == 410


def test_what_stood_beside_may_be_erased_itself(world: World) -> None:
    first, other = document_of(world, FAIR_EN), document_of(world, FAIR_EN_OTHER)
    claim = next(claim for claim in claims_of(world, first) if claim["entry_id"] == world.entry_with("guests")["id"])
    erase(world, first)
    erase(world, other, "It repeated the first.")
    now = world.entry_with("guests")
    assert {claim["document"]["id"] for claim in now["claims"]} == {document_of(world, FAIR_AZ)}
    assert [lost["document_id"] for lost in now["erased"]] == [first, other]
    assert plainly(world, f"{BASE}/entries/{claim['claim_id']}").headers["location"] == f"{BASE}/entries/{now['id']}"
    erase(world, document_of(world, FAIR_AZ))
    assert plainly(world, f"{BASE}/entries/{claim['claim_id']}").status_code == 410
    assert world.get("/entries")["entries"] == []


@pytest.mark.parametrize(("language", "said"), [("en", "The document was erased on purpose"), ("az", "Sənəd bilərəkdən silinib")])
def test_pages_say_it_in_the_reader_s_language(world: World, language: str, said: str) -> None:
    first = document_of(world, FAIR_EN)
    fair = world.entry_with("guests")
    alone = next(claim["claim_id"] for claim in claims_of(world, first) if claim["entry_id"] != fair["id"])
    erase(world, first)
    headers = {"Accept-Language": language}
    for path in (f"documents/{first}", f"entries/{alone}"):
        page = plainly(world, f"/chronologies/test/{path}", **headers)
        assert page.status_code == 410
        assert said in page.text
        assert REASON in page.text
        assert ADMIN.principal.name in page.text
    entry = plainly(world, f"/chronologies/test/entries/{world.entry_with('guests')['id']}", **headers).text
    assert entry.count(REASON) == 1
    assert f'href="/chronologies/test/documents/{first}"' in entry
    assert REASON in plainly(world, "/chronologies/test/sources", **headers).text
    changes = plainly(world, "/chronologies/test/changes", **headers)
    assert changes.status_code == 200
    assert re.search(r"\b212\b", changes.text) is None, "as a word: ids hold all kinds of digits"


def follow(world: World, known: dict[str, Any], cursor: int) -> int:
    """Do what subscribers do: bring what is known of entries up to date."""
    while changes := world.get("/changes", after=cursor)["changes"]:
        for change in changes:
            assert change["data"]["previous"] <= cursor, "nothing was missed"
            cursor = change["revision"]
            for told in change["data"]["entries"]:
                if told["change"] == "removed":
                    known.pop(told["id"], None)
                else:
                    known[told["id"]] = {key: value for key, value in told.items() if key != "change"}
    return cursor


@pytest.mark.parametrize("text", [FAIR_EN, FAIR_EN_OTHER, FAIR_AZ])
def test_who_followed_stands_where_those_stand_who_begin_now(world: World, text: str) -> None:
    known: dict[str, Any] = {}
    cursor = follow(world, known, 0)
    first = document_of(world, text)
    claims = [claim["claim_id"] for claim in claims_of(world, first)]
    revision = erase(world, first)
    (change,) = world.get("/changes", after=cursor)["changes"]
    assert change["data"]["causes"] == [{"type": "document.erased", "subjects": [first]}]
    removed = {told["id"]: told for told in change["data"]["entries"] if told.get("erased")}
    assert sorted(removed) == sorted(claims)
    assert {told["merged_into"] for told in removed.values()} <= {None, world.entry_with("guests")["id"]}
    assert follow(world, known, cursor) == revision
    anew: dict[str, Any] = {}
    assert follow(world, anew, 0) == revision
    assert known == anew
    assert sorted(known) == sorted(entry["id"] for entry in world.get("/entries")["entries"])


def test_corrections_of_erased_claims_harm_nothing(world: World) -> None:
    first = document_of(world, FAIR_EN)
    fair = world.entry_with("guests")
    claims = claims_of(world, first)
    beside = next(claim["claim_id"] for claim in claims if claim["entry_id"] == fair["id"])
    alone = next(claim["claim_id"] for claim in claims if claim["entry_id"] != fair["id"])
    others = [claim["claim_id"] for claim in fair["claims"] if claim["document"]["id"] != first]
    world.correct({"kind": "split-entry", "entry_id": fair["id"], "claim_ids": [others[0]]})
    world.correct({"kind": "merge-entries", "entry_ids": [alone, others[0], others[-1]]})
    world.correct({"kind": "retitle-entry", "entry_id": beside, "title": "The fair"})
    world.correct({"kind": "withdraw-claim", "claim_id": alone})
    waiting = world.correct({"kind": "amend-date", "claim_id": beside, "edtf": "1998"}, decision=None)
    erase(world, first)
    together = world.get(f"/entries/{others[0]}")
    assert {others[0], others[-1]} <= {claim["claim_id"] for claim in together["claims"]}, "what editors merged stays together"
    assert world.get("/corrections")["corrections"][0]["id"] == waiting
    assert world.client.get("/chronologies/test/corrections").status_code == 200
    world.running.projector.rebuild(world.running.info)
    assert world.get(f"/entries/{others[0]}")["claims"] == together["claims"]


def test_old_revisions_show_what_can_still_be_read(world: World) -> None:
    first = document_of(world, FAIR_EN)
    revision = world.get("/entries")["revision"]
    erase(world, first)
    past = world.get("/entries", at=revision)
    assert len(past["entries"]) == 1
    assert re.search(r"\b212\b", json.dumps(past)) is None
    shown = world.get(f"/entries/{past['entries'][0]['id']}", at=revision)
    assert shown["erased"] == []


def test_copies_that_others_keep_are_out_of_date(world: World) -> None:
    paths = ("/entries", f"/entries/{world.entry_with('guests')['id']}", "/export", "")
    etags = {path: world.client.get(BASE + path).headers["etag"] for path in paths}
    first = document_of(world, FAIR_EN_OTHER)
    text = f"{BASE}/documents/{first}/text"
    etags_of_text = world.client.get(text).headers["etag"]
    erase(world, first)
    for path, etag in etags.items():
        assert world.client.get(BASE + path, headers={"If-None-Match": etag}).status_code == 200
    assert world.client.get(text, headers={"If-None-Match": etags_of_text}).status_code == 410
    revision, generation, _ = world.client.get(f"{BASE}/entries").headers["etag"].strip('"').split("-")
    assert (int(revision), generation) == (world.running.info.head, "g2")


def test_while_the_read_model_is_built_anew_nothing_erased_is_shown(world: World) -> None:
    first, az = document_of(world, FAIR_EN), document_of(world, FAIR_AZ)
    fair, revision = world.entry_with("guests"), world.get("/entries")["revision"]
    alone = next(claim for claim in claims_of(world, first) if claim["entry_id"] != fair["id"])
    world.running.capture("A note\n\nOn 3 April 1899 the bridge of Oakford was opened.\n")
    etag = world.client.get(f"{BASE}/entries").headers["etag"]
    world.running.service.erase(world.running.info.id, first, REASON, ADMIN)
    listed = world.client.get(f"{BASE}/entries", headers={"If-None-Match": etag})
    assert [entry["title"] for entry in listed.json()["entries"]] == ["On 3 April 1899 the bridge of Oakford was opened"]
    for path in (
        f"/entries/{fair['id']}",
        f"/entries/{alone['entry_id']}",
        f"/claims/{alone['claim_id']}",
        f"/documents/{first}",
        f"/documents/{first}/text",
        f"/entries?at={revision}",
        "/changes",
        "/export",
    ):
        answer = plainly(world, BASE + path)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1"), path
    assert plainly(world, f"{BASE}/documents/{az}").status_code == 200
    world.running.projector.project(world.running.info)
    assert len(world.get("/entries")["entries"]) == 2
    assert plainly(world, f"{BASE}/documents/{first}").status_code == 410
