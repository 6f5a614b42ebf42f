"""Orders of entries: each in itself, page by page forwards and back, at any revision, while others write."""

from typing import Any

import pytest

from services.query import nearest
from tests.query.conftest import World

SORTS = ("date", "-date", "changed", "sources", "relevance")


@pytest.fixture
def filled(empty: World) -> World:
    for number in range(9):
        empty.running.capture(
            f"On 3 April {1890 + number % 4} the bridge of Oxbow was opened by {20 + number} guests.\n\n"
            f"In {1900 + number} a fair was held in Ganja with {300 + number} guests.\n\n"
            f"A school with a bridge was closed by {number + 2} teachers in May {1850 + 7 * number}.\n"
        )
    empty.running.capture("The old mill of Oxbow had a bridge and 77 guests.\n")
    return empty


def pages(world: World, **params: Any) -> list[dict[str, Any]]:
    """All entries, three at a time; the way back has to be the way there."""
    answer = world.get("/entries", limit=3, **params)
    found = list(answer["entries"])
    while answer["next"]:
        answer = world.get("/entries", limit=3, cursor=answer["next"], **params)
        found += answer["entries"]
    back = list(answer["entries"])
    while answer["previous"]:
        answer = world.get("/entries", limit=3, cursor=answer["previous"], **params)
        back = answer["entries"] + back
    assert [entry["id"] for entry in back] == [entry["id"] for entry in found]
    assert len({entry["id"] for entry in found}) == len(found)
    return found


def ids(entries: list[dict[str, Any]]) -> list[str]:
    return [entry["id"] for entry in entries]


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("many", [False, True], ids=["few", "many"])
def test_an_order_is_the_same_by_pages_and_whole_now_and_then(
    filled: World, sort: str, many: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if many:  # as where so many entries are found that they are looked at part by part
        monkeypatch.setattr(nearest, "AHEAD", 1)
        monkeypatch.setattr(nearest, "CHUNK", 1)
        monkeypatch.setattr(nearest, "FURTHER", 2)
    now = filled.get("")["revision"]
    # One after another, each of them once as it was and once as it is: revisions in the middle of the log, too.
    for at in (now, now // 2, now // 4):
        for q in ("bridge", "guests fair"):
            whole = filled.get("/entries", sort=sort, q=q, at=at, limit=500)["entries"]
            assert ids(pages(filled, sort=sort, q=q, at=at)) == ids(whole)
            assert set(ids(whole)) == set(ids(filled.get("/entries", q=q, at=at, limit=500)["entries"]))
            assert ids(filled.get("/entries", sort=sort, q=q, at=at, limit=500, place="Nowhere")["entries"]) == []


def test_orders_are_what_they_say(filled: World) -> None:
    every = pages(filled)
    dated = [entry["date"] or min(entry["dates"]) for entry in every if entry["dates"]]
    assert dated == sorted(dated)
    assert not every[-1]["dates"], "what has no date comes last"
    late = pages(filled, sort="-date")
    assert not late[-1]["dates"]
    assert ids(late)[:-1] == ids(every)[:-1][::-1]
    counts = [entry["sources"] for entry in pages(filled, sort="sources")]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1]


def test_what_changed_last_comes_first(filled: World) -> None:
    before = pages(filled, sort="changed")
    filled.running.capture("On 3 April 1891 the bridge of Oxbow was opened by 4 mayors.\n")
    after = pages(filled, sort="changed")
    assert after[0]["id"] != before[0]["id"]
    assert "1891" in after[0]["date"]
    assert ids(pages(filled, sort="changed", at=filled.get("")["revision"] - 1))


def test_what_has_the_words_in_its_title_comes_first(filled: World) -> None:
    found = pages(filled, sort="relevance", q="bridge guests")
    titled = ["bridge" in entry["title"].lower() and "guests" in entry["title"].lower() for entry in found]
    assert titled == sorted(titled, reverse=True)
    assert filled.client.get("/v1/chronologies/test/entries", params={"sort": "relevance"}).status_code == 422


def test_a_walk_keeps_to_its_revision_and_its_order(filled: World) -> None:
    for sort in SORTS[:-1]:
        whole = ids(filled.get("/entries", sort=sort, limit=500)["entries"])
        answer = filled.get("/entries", sort=sort, limit=2)
        found = ids(answer["entries"])
        while answer["next"]:
            filled.running.capture(f"In 1700 a fair of {len(found)} guests was held in Ganja, {sort}.\n")
            answer = filled.get("/entries", limit=7, cursor=answer["next"])
            found += ids(answer["entries"])
        assert found == whole
    other = {"cursor": filled.get("/entries", sort="changed", limit=2)["next"], "sort": "date"}
    assert filled.client.get("/v1/chronologies/test/entries", params=other).status_code == 422
