"""What a correction would change is told before it is decided on, and is what its acceptance changes."""

from html import unescape
from typing import Any

import pytest

from services.ingest.requests import NewDecision
from services.projection import previews
from services.projection.consolidation import trials
from shared.domain.provenance import SourceDetails
from tests.query.conftest import REVIEWER, World
from tests.query.test_corrected import changes
from tests.support.read_model import read_model
from tests.support.running import ADMIN
from tests.support.texts import FAIR_EN_OTHER


def preview(world: World, correction_id: str) -> Any:
    return world.get(f"/corrections/{correction_id}/preview")


def decide(world: World, correction_id: str, decision: str = "accept") -> None:
    world.running.service.decide_correction(
        world.running.info.id, correction_id, NewDecision.model_validate({"decision": decision, "reason": "Seen."}), REVIEWER
    )
    world.running.projector.project(world.running.info)


def told(entries: list[Any]) -> dict[str, Any]:
    """What is told of entries, by their ids, without what a preview does not know: when it came about, and where it stands then."""
    parts = ("change", "title", "merged_into", "split_from", "what")
    return {entry["id"]: {part: entry[part] for part in parts} for entry in entries}


def test_it_is_what_acceptance_changes_whatever_is_corrected(world: World) -> None:
    for change, *_ in changes(world):
        correction_id = world.correct(change, decision=None)
        foreseen = preview(world, correction_id)
        before = world.running.info.head
        assert (foreseen["revision"], foreseen["before"], foreseen["state"]) == (before, before, "proposed")
        assert (foreseen["complete"], foreseen["more"]) == (True, 0)
        assert foreseen["entries"], change
        for entry in foreseen["entries"]:
            assert world.client.get(f"/v1{entry['url']}").json()["revision"] == before
        decide(world, correction_id)
        assert told(foreseen["entries"]) == told(world.get("/diff", **{"from": before})["entries"])
        afterwards = preview(world, correction_id)
        assert (afterwards["state"], afterwards["before"], afterwards["revision"]) == ("accepted", before, before + 1)
        assert afterwards["entries"] == foreseen["entries"], "what was foreseen stays"


def test_a_proposal_changes_nothing_else_and_nobody_hears_of_it(world: World) -> None:
    fair = world.entry_with("guests")
    everything = read_model(world.database)
    correction_id = world.correct(
        {"kind": "split-entry", "entry_id": fair["id"], "claim_ids": [fair["claims"][0]["claim_id"]]}, decision=None
    )
    proposed = read_model(world.database)
    assert {name for name in proposed if proposed[name] != everything[name]} == {"progress", "revision", "correction", "preview"}
    assert [row["id"] for row in proposed["preview"]] == [correction_id]
    decide(world, correction_id, "reject")
    rejected = read_model(world.database)
    assert {name for name in rejected if rejected[name] != proposed[name]} == {"progress", "revision", "correction"}


def test_it_keeps_up_with_what_is_recorded_while_the_proposal_waits(empty: World) -> None:
    empty.running.capture("On 4 May 1998 the first Seed Fair was held in Ganja. 212 guests took part in the fair.")
    fair = empty.entry_with("guests")
    claim = next(claim for claim in fair["claims"] if any(value["attribute"] == "guests" for value in claim["values"]))
    change = {"kind": "amend-value", "claim_id": claim["claim_id"], "attribute": "guests", "value": "215"}
    correction_id = empty.correct(change, decision=None)

    def guests() -> list[tuple[Any, Any]]:
        shown = preview(empty, correction_id)
        assert shown["before"] == empty.running.info.head
        values = [value for entry in shown["entries"] for value in entry["what"]["values"] if value["attribute"] == "guests"]
        return [(value["before"]["values"], value["after"]["values"]) for value in values]

    assert guests() == [(["212"], ["215"])]
    empty.running.capture("In 2003 a school was opened in Sheki by 30 teachers.")
    assert guests() == [(["212"], ["215"])]
    empty.running.capture(FAIR_EN_OTHER)
    assert guests() == [(["212", "215"], ["215"])]
    other = empty.correct({"kind": "withdraw-claim", "claim_id": claim["claim_id"]}, decision=None)
    decide(empty, other)
    assert guests() == [], "a withdrawn claim's value is no one's any more"


def test_it_keeps_up_with_what_is_decided_of_sources_that_claim_nothing_yet(empty: World) -> None:
    told, *silent = (
        str(empty.running.capture(text, SourceDetails(title=text[:9])).id)
        for text in ("On 4 May 1998 the first Seed Fair was held in Ganja.", "Seeds are dear to us.", "Rain is good.")
    )
    correction_id = empty.correct({"kind": "split-origins", "document_ids": silent}, decision=None)
    assert preview(empty, correction_id)["claims"] == 0
    empty.correct({"kind": "join-origins", "document_ids": [told, silent[0]]})
    assert preview(empty, correction_id)["claims"] == 1, "who is one witness with one of them is concerned, too"


def test_what_is_decided_on_before_it_is_projected_has_one_too(world: World) -> None:
    fair = world.entry_with("guests")
    before = world.running.info.head
    correction_id = world.correct({"kind": "retitle-entry", "entry_id": fair["id"], "title": "The fair"})
    shown = preview(world, correction_id)
    assert (shown["before"], shown["state"]) == (before + 1, "accepted")
    assert told(shown["entries"]) == told(world.get("/diff", **{"from": before})["entries"])


def test_it_is_taken_up_again_after_a_start_and_by_a_rebuild(world: World) -> None:
    fair = world.entry_with("guests")
    correction_id = world.correct({"kind": "retitle-entry", "entry_id": fair["id"], "title": "The fair"}, decision=None)
    shown = preview(world, correction_id)["entries"]
    world.running.projector.rebuild(world.running.info)
    assert preview(world, correction_id)["entries"] == shown


def test_an_erased_document_is_in_no_preview(world: World) -> None:
    fair = world.entry_with("guests")
    correction_id = world.correct({"kind": "retitle-entry", "entry_id": fair["id"], "title": "The fair"}, decision=None)
    assert preview(world, correction_id)["entries"]
    headed_by = next(claim["document"]["id"] for claim in fair["claims"] if claim["claim_id"] == fair["id"])
    gone = next(document["id"] for document in fair["documents"] if document["id"] != headed_by)
    world.running.service.erase(world.running.info.id, gone, "It had to go.", ADMIN)
    refused = world.client.get(f"/v1/chronologies/test/corrections/{correction_id}/preview")
    assert refused.status_code == 503
    world.running.projector.project(world.running.info)
    (entry,) = preview(world, correction_id)["entries"]
    assert (entry["what"]["title"]["after"], entry["what"]["erased"]) == ("The fair", [])
    decide(world, correction_id)
    (changed,) = world.get("/diff", **{"from": world.running.info.head - 1})["entries"]
    assert changed["what"] == entry["what"]


def test_what_is_too_much_is_counted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    fair, apart = (entry["id"] for entry in world.get("/entries")["entries"])
    merge = {"kind": "merge-entries", "entry_ids": [fair, apart]}
    monkeypatch.setattr(trials, "MOST", 1)
    shown = preview(world, world.correct(merge, decision=None))
    assert (shown["complete"], shown["entries"], shown["more"]) == (False, [], 0)
    assert shown["claims"] > 1
    monkeypatch.undo()
    monkeypatch.setattr(previews, "LISTED", 1)
    shown = preview(world, world.correct(merge, decision=None))
    assert (shown["complete"], len(shown["entries"]), shown["more"]) == (True, 1, 1)


def test_there_is_none_of_what_was_not_proposed(world: World) -> None:
    answer = world.client.get("/v1/chronologies/test/corrections/nobody-s/preview")
    assert answer.status_code == 404
    assert "nobody-s" in answer.json()["detail"]


def test_the_page_of_a_correction_quotes_the_words_that_it_is_about(world: World) -> None:
    entry = world.entry_with("guests")
    claim = entry["claims"][0]
    proposed = world.correct({"kind": "withdraw-claim", "claim_id": claim["claim_id"]}, decision=None)
    shown = unescape(world.client.get(f"/chronologies/test/corrections/{proposed}").text)
    assert "What the source says" in shown
    assert f"<q>{claim['quote']}</q>" in shown
    assert claim["url"] in shown
    title = world.correct({"kind": "retitle-entry", "entry_id": entry["id"], "title": "The fair"}, decision=None)
    assert "What the source says" not in world.client.get(f"/chronologies/test/corrections/{title}").text
