"""What was nearly grouped with an entry, over HTTP and on its page, on both databases."""

from typing import Any

import pytest

from shared.domain.provenance import SourceDetails
from tests.query.conftest import World

FIRST = "The first congress of beekeepers was held in Ganja on 4 May 1987, and 310 hives were shown.\n"
FIFTH = "The fifth congress of beekeepers was held in Ganja on 4 May 1987, as a visitor wrote home; 90 hives were shown.\n"
LATER = "Arıçıların qurultayı 9 iyun 1995-ci ildə Gəncədə keçirildi, 280 qonaq gəldi.\n"
VAGUE = "The congress of beekeepers was held in Ganja in May 1987, and 44 tents were counted.\n"
FAR = "A railway bridge was opened in Lisbon on 3 March 1902 with 12 arches.\n"


@pytest.fixture
def world(empty: World) -> World:
    for name, text, language in (
        ("First", FIRST, "en"), ("Fifth", FIFTH, "en"), ("Later", LATER, "az"), ("Vague", VAGUE, "en"), ("Far", FAR, "en")
    ):  # fmt: skip
        empty.running.capture(text, SourceDetails(title=name, language=language))
    return empty


def near(world: World, attribute: str, **params: Any) -> dict[str, Any]:
    """The near misses of the entry with an attribute, by the title of the source of the claim that comes nearest."""
    entry = world.entry_with(attribute) if attribute != "hives" else first_congress(world)
    shown = world.get(f"/entries/{entry['id']}/near-misses", **params)
    return {miss["claims"][1]["document"]["source"]["title"]: miss for miss in shown["near_misses"]}


def first_congress(world: World) -> Any:
    listed = [entry for entry in world.get("/entries")["entries"] if "first" in entry["title"]]
    assert len(listed) == 1
    return world.get(f"/entries/{listed[0]['id']}")


def test_what_came_near_is_shown_with_what_agrees_and_what_differs(world: World) -> None:
    found = near(world, "hives")
    fifth = found["Fifth"]
    assert fifth["differs"] == ["the first congress here, the fifth there"]
    assert "same day, 4 May 1987" in fifth["agrees"]
    assert "both name Ganja" in fifth["agrees"]
    assert fifth["claims"][0]["entry_id"] == first_congress(world)["id"]
    assert fifth["entry"]["id"] == fifth["claims"][1]["entry_id"] != fifth["claims"][0]["entry_id"]
    assert all(claim["quote"] for claim in fifth["claims"])


def test_across_languages_and_years(world: World) -> None:
    later = near(world, "hives")["Later"]
    assert later["differs"] == ["the dates differ: 4 May 1987 and 9 June 1995"]
    assert "both tell of a congress" in later["agrees"]
    assert later["objections"] == [{"kind": "dates-apart", "about": [], "dates": ["1987-05-04", "1995-06-09"]}]
    assert "First" in near(world, "guests")


def test_the_nearest_come_first_and_what_has_nothing_in_common_not_at_all(world: World) -> None:
    shown = world.get(f"/entries/{first_congress(world)['id']}/near-misses")
    titles = [miss["claims"][1]["document"]["source"]["title"] for miss in shown["near_misses"]]
    assert "Far" not in titles
    assert titles.index("Fifth") < titles.index("Later")
    assert len(titles) <= shown["limit"]
    assert near(world, "arches") == {}


def test_a_claim_that_would_fit_two_entries_says_what_the_others_of_its_entry_contradict(world: World) -> None:
    """The vague claim agrees with both congresses, and can stand with one of them only."""
    holder = world.entry_with("tents")
    assert len(holder["claims"]) == 2
    (apart,) = [miss for miss in near(world, "tents").values() if miss["entry"]["date"] == "1987-05-04"]
    assert "fifth" in apart["differs"][0]
    assert "first" in apart["differs"][0]


def test_an_editor_s_split_is_a_reason(world: World) -> None:
    holder = world.entry_with("tents")
    vague = next(claim for claim in holder["claims"] if claim["document"]["source"]["title"] == "Vague")
    other = next(claim for claim in holder["claims"] if claim["claim_id"] != vague["claim_id"])
    before = world.get("")["revision"]
    world.correct({"kind": "split-entry", "entry_id": holder["id"], "claim_ids": [vague["claim_id"]]})
    parted = near(world, "tents")[other["document"]["source"]["title"]]
    assert parted["differs"][0] == "an editor keeps them apart"
    earlier = world.get(f"/entries/{holder['id']}/near-misses", at=before)
    assert all("an editor keeps them apart" not in miss["differs"] for miss in earlier["near_misses"])


def test_earlier_revisions_know_nothing_of_later_documents(world: World) -> None:
    entry, last = first_congress(world), world.get("")["revision"]
    then = world.get(f"/entries/{entry['id']}/near-misses", at=first_revision(world, entry["id"]))
    assert then["near_misses"] == []
    assert world.get(f"/entries/{entry['id']}/near-misses", at=last) == world.get(f"/entries/{entry['id']}/near-misses")


def first_revision(world: World, entry_id: str) -> int:
    return int(world.get(f"/entries/{entry_id}/history")["steps"][0]["revision"])


def test_a_rebuild_changes_nothing_and_merged_entries_lead_on(world: World) -> None:
    entry = first_congress(world)
    before = world.get(f"/entries/{entry['id']}/near-misses")
    world.running.projector.rebuild(world.running.info)
    assert world.get(f"/entries/{entry['id']}/near-misses") == before
    later = world.entry_with("guests")
    world.correct({"kind": "merge-entries", "entry_ids": [entry["id"], later["id"]]})
    merged = world.client.get(f"/v1/chronologies/test/entries/{later['id']}/near-misses")
    assert merged.status_code == 200
    assert merged.history[0].status_code == 308
    assert merged.json()["id"] == entry["id"]
    assert world.client.get("/v1/chronologies/test/entries/nothing/near-misses").status_code == 404


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("Nearly grouped with this", "the first congress here, the fifth there", "same day, 4 May 1987")),
        ("az", ("Az qala bununla birləşdirilənlər", "burada birinci qurultay, orada beşinci", "eyni gün, 4 may 1987")),
    ],
)
def test_the_page_says_it_in_the_reader_s_language(world: World, language: str, said: tuple[str, ...]) -> None:
    entry = first_congress(world)
    headers = {"accept-language": language}
    page = world.client.get(f"/chronologies/test/entries/{entry['id']}", headers=headers).text
    assert f'href="/chronologies/test/entries/{entry["id"]}/near-misses"' in page
    shown = world.client.get(f"/chronologies/test/entries/{entry['id']}/near-misses", headers=headers)
    assert shown.status_code == 200
    assert all(words in shown.text for words in said)


def test_why_claims_stand_together_is_said_in_the_reader_s_language(world: World) -> None:
    holder = world.entry_with("tents")
    page = f"/chronologies/test/entries/{holder['id']}"
    assert "both tell of a congress" in world.client.get(page, headers={"accept-language": "en"}).text
    assert "hər ikisi bundan danışır: qurultay" in world.client.get(page, headers={"accept-language": "az"}).text
    assert "both tell of a congress" in holder["links"][0]["reasons"]
    assert {"kind": "same-kind", "about": ["congress"], "dates": []} in holder["links"][0]["evidence"]
