"""One entry: values side by side, every one with citations that stand where they say; corrections; ids that move."""

import re
from typing import Any

import pytest
from sqlalchemy import text as sql

from services.query.texts import Texts
from shared.store.keys import TEXT, Keyring, seal_form
from tests.query.conftest import World, texts_of
from tests.support.keys import KEK


def citations(shown: Any) -> list[Any]:
    """Everything in an answer that quotes a document."""
    if isinstance(shown, dict):
        here = [shown] if {"quote", "document"} <= set(shown) else []
        return here + [found for value in shown.values() for found in citations(value)]
    return [found for item in shown for found in citations(item)] if isinstance(shown, list) else []


def value(shown: Any, attribute: str) -> dict[str, Any]:
    found = next(item for item in shown["values"] if item["attribute"] == attribute)
    return {alternative["shown"]: alternative for alternative in found["alternatives"]}


def test_every_value_is_cited_with_words_that_stand_in_the_document(world: World) -> None:
    shown = world.entry_with("guests")
    texts = texts_of(world)
    found = citations(shown)
    assert len(found) > 10
    for citation in found:
        text = texts[citation["document"]["id"]]
        assert text[citation["start"] : citation["end"]] == citation["quote"]
        assert text[: citation["start"]].endswith(citation["prefix"])
        assert text[citation["end"] :].startswith(citation["suffix"])
        assert citation["url"].startswith(f"/chronologies/test/documents/{citation['document']['id']}#")
        assert citation["document"]["source"]["publisher"]
    for item in shown["values"]:
        assert all(alternative["citations"] for alternative in item["alternatives"])


def test_values_stand_side_by_side_each_with_its_own_words(world: World) -> None:
    shown = world.entry_with("guests")
    guests = value(shown, "guests")
    assert {citation["quote"] for citation in guests["212"]["citations"]} == {"212 guests"}
    assert {citation["quote"] for citation in guests["215"]["citations"]} == {"215 guests", "215 qonaq"}
    publishers = {citation["document"]["source"]["publisher"] for citation in guests["215"]["citations"]}
    assert publishers == {"Hill Post (example)", "Vadi qəzeti (nümunə)"}
    countries = value(shown, "countries")
    assert {citation["quote"] for citation in countries["16"]["citations"]} == {"16 ölkədən"}
    assert shown["disputed"]


def test_the_date_is_cited_at_each_precision(world: World) -> None:
    date = world.entry_with("guests")["date"]
    assert date["edtf"] == "1998-05-04/1998-05-05"
    assert (date["earliest"], date["latest"]) == ("1998-05-04", "1998-05-05")
    words = {item["edtf"]: {citation["quote"] for citation in item["citations"]} for item in date["alternatives"]}
    assert words["1998-05"] == {"In May 1998"} or words["1998-05"] == {"May 1998"}
    assert any("4-5 May 1998" in quote for quote in words["1998-05-04/1998-05-05"])


def test_claims_and_links_are_told_in_full(world: World) -> None:
    shown = world.entry_with("guests")
    ids = {claim["claim_id"] for claim in shown["claims"]}
    assert len(ids) == 6
    assert shown["links"]
    for link in shown["links"]:
        assert set(link["claims"]) <= ids
        assert link["reasons"]
    claim = shown["claims"][0]
    alone = world.get(f"/claims/{claim['claim_id']}")
    assert alone.pop("revision") == shown["revision"]
    assert alone == claim
    assert claim["entry_id"] == shown["id"]


def test_an_amended_value_shows_what_the_source_said_and_who_changed_it(world: World) -> None:
    before = world.entry_with("guests")
    claim = value(before, "guests")["212"]["citations"][0]["claim_id"]
    correction = world.correct({"kind": "amend-value", "claim_id": claim, "attribute": "guests", "value": "215"})
    shown = world.entry_with("guests")
    guests = value(shown, "guests")
    assert set(guests) == {"215"}
    assert guests["215"]["corrected_by"] == correction
    assert guests["215"]["corrected_from"] == "212"
    # The citation still leads to what the source says.
    assert "212 guests" in {citation["quote"] for citation in guests["215"]["citations"]}
    applied = shown["corrections"][0]
    assert (applied["correction_id"], applied["proposed_by"], applied["accepted_by"]) == (correction, "Elçin", "Rəna")
    assert applied["reason"] == "The register says otherwise."
    amended = next(item for item in shown["claims"] if item["claim_id"] == claim)
    assert {item["attribute"]: item["shown"] for item in amended["values"]}["guests"] == "212"
    assert {item["attribute"]: item["shown"] for item in amended["reading"]["values"]}["guests"] == "215"
    assert amended["reading"]["corrections"] == [correction]
    listed = world.get("/corrections", state="accepted")["corrections"]
    assert [item["id"] for item in listed] == [correction]
    assert listed[0]["entries"] == [shown["id"]]
    assert world.get(f"/corrections/{correction}")["decision_reason"] == "Seen."


def test_a_withdrawn_claim_stays_listed_apart(world: World) -> None:
    before = world.entry_with("guests")
    claim = value(before, "countries")["16"]["citations"][0]["claim_id"]
    correction = world.correct({"kind": "withdraw-claim", "claim_id": claim})
    shown = world.entry_with("guests")
    assert [item["claim_id"] for item in shown["withdrawn"]] == [claim]
    assert claim not in {item["claim_id"] for item in shown["claims"]}
    assert shown["withdrawn"][0]["reading"]["withdrawn_by"] == correction
    assert set(value(shown, "countries")) == {"14"}


def test_a_proposal_changes_nothing_but_the_list_of_corrections(world: World) -> None:
    before = world.entry_with("guests")
    claim = before["claims"][0]["claim_id"]
    correction = world.correct({"kind": "withdraw-claim", "claim_id": claim}, decision=None)
    after = world.entry_with("guests")
    assert {**after, "revision": 0} == {**before, "revision": 0}
    assert [item["state"] for item in world.get("/corrections")["corrections"]] == ["proposed"]
    assert world.get("/corrections", state="accepted")["corrections"] == []
    assert world.client.get(f"/v1/chronologies/test/corrections/{correction}x").status_code == 404


def test_the_id_of_any_claim_leads_to_the_entry_that_holds_it(world: World) -> None:
    shown = world.entry_with("guests")
    for claim in shown["claims"]:
        if claim["claim_id"] != shown["id"]:
            response = world.client.get(f"/v1/chronologies/test/entries/{claim['claim_id']}", follow_redirects=False)
            assert response.status_code == 308
            assert response.headers["location"] == f"/v1/chronologies/test/entries/{shown['id']}"
    page = world.client.get(f"/chronologies/test/entries/{shown['claims'][-1]['claim_id']}")
    assert page.status_code == 200
    assert shown["title"] in page.text


def test_a_merged_entry_leads_to_the_one_it_became_part_of(world: World) -> None:
    first, second = (entry["id"] for entry in world.get("/entries")["entries"])
    before = world.get("/entries")["revision"]
    world.correct({"kind": "merge-entries", "entry_ids": [first, second]})
    kept = world.get("/entries")["entries"][0]["id"]
    gone = second if kept == first else first
    response = world.client.get(f"/v1/chronologies/test/entries/{gone}", follow_redirects=False)
    assert response.status_code == 308
    assert response.headers["location"].endswith(kept)
    assert world.get(f"/entries/{gone}", at=before)["id"] == gone
    unknown = world.client.get("/v1/chronologies/test/entries/none-such")
    assert unknown.status_code == 404


def damage(world: World, statement: str, **values: str | bytes) -> None:
    """Change what nobody may change, as a broken disk or a careless hand would."""
    with world.database.write() as session:
        if world.database.dialect == "postgresql":
            session.execute(sql("ALTER TABLE document DISABLE TRIGGER USER"))
        else:
            for name in (
                session.execute(sql("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'document'")).scalars().all()
            ):
                session.execute(sql(f"DROP TRIGGER {name}"))
        session.execute(sql(statement), values)


@pytest.mark.parametrize("path", ["/entries/{entry}", "/claims/{claim}", "/documents/{document}", "/export"])
def test_a_citation_that_does_not_stand_is_never_served(world: World, path: str) -> None:
    shown = world.entry_with("guests")
    cited = value(shown, "guests")["212"]["citations"][0]
    # Another reader's process has not read the document before.
    world.app.state.query.texts = Texts(world.database)
    here, document = world.running.info.id, cited["document"]["id"]
    stored = world.running.service.log.document(here, document)
    assert stored is not None
    with world.database.read() as session:
        key = Keyring(lambda: KEK).keys(session, here, 0, [document])[document]
    assert key is not None
    altered = seal_form(key, here, document, TEXT, stored.text.replace("212 guests", "912 guests").encode())
    damage(world, "UPDATE document SET text = :text WHERE id = :id", id=document, text=altered)
    place = path.format(entry=shown["id"], claim=cited["claim_id"], document=cited["document"]["id"])
    response = world.client.get(f"/v1/chronologies/test{place}")
    assert response.status_code == 500
    problem = response.json()
    assert problem["title"] == "A citation does not stand where it says it stands"
    assert problem["document_id"] == cited["document"]["id"]
    assert not re.search(r"\b212\b", response.text), "an id may hold these digits by chance, among others"
