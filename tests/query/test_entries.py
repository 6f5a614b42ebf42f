"""Lists of entries: order, filters, pages, earlier revisions."""

import json

import pytest

from services.query.exports.jsonl import export_jsonl
from tests.query.conftest import World
from tests.support.running import ADMIN


def titles(world: World, **params: object) -> list[str]:
    return [entry["title"] for entry in world.get("/entries", **params)["entries"]]


def test_entries_come_in_chronological_order_with_all_their_values(world: World) -> None:
    listed = world.get("/entries")
    assert [entry["date"] for entry in listed["entries"]] == ["1998-05-04/1998-05-05", "1999-03-03"]
    fair = listed["entries"][0]
    assert fair["disputed"]
    assert fair["sources"] == 3
    values = {value["attribute"]: value for value in fair["values"]}
    assert set(values["guests"]["values"]) == {"212", "215"}
    assert values["guests"]["status"] == "disputed"
    assert listed["revision"] == world.running.info.head


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"q": "seed fair"}, [0]),
        ({"q": "YARMARKASI"}, [0]),
        ({"q": "GƏNCƏDƏ"}, [0]),
        ({"q": "seed nowhere"}, []),
        ({"q": "100%"}, []),
        ({"q": "ministry"}, [1]),
        ({"from": "1999"}, [1]),
        ({"to": "1998-05-04"}, [0]),
        ({"to": "1998-05-03"}, []),
        ({"from": "1998-05-05", "to": "1998-05-31"}, [0]),
        ({"from": "1998-06", "to": "1999-02"}, []),
        ({"disputed": "true"}, [0]),
        ({"status": "disputed"}, [0]),
        ({"status": "withdrawn"}, []),
        ({"from": "199X", "disputed": "true"}, [0]),
    ],
)
def test_filters(world: World, params: dict[str, str], found: list[int]) -> None:
    everything = titles(world)
    assert titles(world, **params) == [everything[index] for index in found]


@pytest.mark.parametrize(
    "params", [{"from": "yesterday"}, {"from": "2001", "to": "1999"}, {"status": "odd"}, {"limit": "0"}, {"cursor": "x"}]
)
def test_what_is_not_valid_is_a_problem_that_says_so(world: World, params: dict[str, str]) -> None:
    response = world.client.get("/v1/chronologies/test/entries", params=params)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["detail"]


def many_years(world: World, count: int) -> None:
    lines = "\n".join(
        f"On {1 + year % 28} May {1901 + year} the mill of Oakford was repaired by {year + 2} workers." for year in range(count)
    )
    world.running.capture(f"The mill\n\n{lines}\n")


def test_pages_walk_through_everything_once_and_back(empty: World) -> None:
    many_years(empty, 12)
    everything = [entry["id"] for entry in empty.get("/entries")["entries"]]
    assert len(everything) >= 10
    walked: list[str] = []
    backwards: list[str] = []
    page = empty.get("/entries", limit=5)
    assert page["previous"] is None
    while True:
        walked += [entry["id"] for entry in page["entries"]]
        if page["next"] is None:
            break
        page = empty.get("/entries", limit=5, cursor=page["next"])
    assert walked == everything
    while page["previous"]:
        page = empty.get("/entries", limit=5, cursor=page["previous"])
        backwards = [entry["id"] for entry in page["entries"]] + backwards
    assert backwards == everything[: len(backwards)]
    assert backwards[0] == everything[0]


def test_a_walk_keeps_to_its_revision_while_documents_come_in(empty: World) -> None:
    many_years(empty, 8)
    before = [entry["id"] for entry in empty.get("/entries")["entries"]]
    first = empty.get("/entries", limit=4)
    empty.running.capture("Older still\n\nOn 3 April 1899 the bridge of Oakford was opened.\n\nOn 2 June 1906 the bridge burned down.\n")
    second = empty.get("/entries", limit=100, cursor=first["next"])
    assert [entry["id"] for entry in (*first["entries"], *second["entries"])] == before
    assert second["revision"] == first["revision"]
    assert len(empty.get("/entries")["entries"]) == len(before) + 2


def test_an_earlier_revision_shows_what_stood_then(world: World) -> None:
    documents = world.get("/documents")["documents"]
    assert len(documents) == 3
    revisions = [change["revision"] for change in world.get("/changes")["changes"]]
    assert len(revisions) == 3
    then = world.get("/entries", at=revisions[0])
    assert then["revision"] == revisions[0]
    guests = [value["values"] for entry in then["entries"] for value in entry["values"] if value["attribute"] == "guests"]
    assert guests == [["212"]]
    fair = world.entry_with("guests")
    earlier = world.get(f"/entries/{fair['id']}", at=revisions[0])
    assert len(earlier["documents"]) == 1
    assert len(fair["documents"]) == 3
    assert world.get("/entries", at=0)["entries"] == []
    late = world.client.get("/v1/chronologies/test/entries", params={"at": revisions[-1] + 1000})
    assert late.status_code == 422
    assert late.json()["revision"] == revisions[-1]


def test_an_etag_answers_304_until_something_changes(world: World) -> None:
    first = world.client.get("/v1/chronologies/test/entries")
    etag = first.headers["etag"]
    assert etag.startswith(f'"{world.running.info.head}-g1-')
    again = world.client.get("/v1/chronologies/test/entries", headers={"If-None-Match": f'"0", W/{etag}'})
    assert again.status_code == 304
    assert again.content == b""
    world.running.capture("A note\n\nOn 3 April 1899 the bridge of Oakford was opened.\n")
    assert world.client.get("/v1/chronologies/test/entries", headers={"If-None-Match": etag}).status_code == 200


def test_chronologies_say_what_they_hold(world: World) -> None:
    listed = world.client.get("/v1/chronologies").json()["chronologies"]
    assert [item["slug"] for item in listed] == ["test"]
    etag = world.client.get("/v1/chronologies").headers["etag"]
    assert world.client.get("/v1/chronologies", headers={"If-None-Match": etag}).status_code == 304
    shown = world.client.get("/v1/chronologies/test").json()
    assert shown == listed[0]
    assert (shown["documents"], shown["entries"], shown["disputed"]) == (3, 2, 1)
    assert shown["revision"] == shown["log_head"] == world.running.info.head
    # What is not projected yet is not shown, and not hidden either.
    world.running.service.capture(world.running.info.id, b"On 3 April 1899 the bridge of Oakford was opened.", ADMIN, filename="b.txt")
    behind = world.client.get("/v1/chronologies/test").json()
    assert behind["revision"] == shown["revision"]
    assert behind["log_head"] > behind["revision"]
    assert behind["documents"] == 3


def test_an_unknown_chronology_is_not_found(world: World) -> None:
    for path in (
        "",
        "/entries",
        "/documents",
        "/sources",
        "/corrections",
        "/changes",
        "/events",
        "/stream",
        "/export",
        "/claims/x",
        "/entries/x",
    ):
        response = world.client.get(f"/v1/chronologies/nowhere{path}")
        assert response.status_code == 404, path
        assert "nowhere" in response.json()["detail"]


def test_where_reading_needs_a_token_nobody_reads_without(empty: World) -> None:
    empty.app.state.settings = empty.app.state.settings.model_copy(update={"anonymous_read": False})
    for path in ("/v1/chronologies", "/v1/chronologies/test/stream", "/v1/chronologies/test/export", "/", "/chronologies/test"):
        assert empty.client.get(path).status_code == 401, path
    signed = {"Authorization": f"Bearer salname_{'t' * 40}"}
    assert empty.client.get("/v1/chronologies", headers=signed).status_code == 200


def test_what_has_no_date_comes_last_and_is_walked_through_like_the_rest(empty: World) -> None:
    many_years(empty, 4)
    undated = "\n".join(f"The {name} of Oakford has {number} rooms." for number, name in enumerate(("inn", "school", "court"), start=20))
    empty.running.capture(f"The town\n\n{undated}\n")
    whole = empty.get("/entries")["entries"]
    dates = [entry["date"] for entry in whole]
    assert dates[-3:] == [None, None, None]
    assert None not in dates[:-3]
    assert len(dates) > 5
    assert [entry["date"] for entry in empty.get("/entries", to="2000")["entries"]] == dates[:-3]
    walked: list[object] = []
    page = empty.get("/entries", limit=2)
    pages = [page]
    while page["next"]:
        page = empty.get("/entries", limit=2, cursor=page["next"])
        pages.append(page)
    walked = [entry for page in pages for entry in page["entries"]]
    assert walked == whole
    back = pages[-1]
    for earlier in reversed(pages[:-1]):
        back = empty.get("/entries", limit=2, cursor=back["previous"])
        assert back["entries"] == earlier["entries"]
    assert back["previous"] is None
    exported = [json.loads(line)["entry_id"] for line in export_jsonl(empty.database, empty.running.info)]
    assert list(dict.fromkeys(exported))[: len(dates) - 3] == [entry["id"] for entry in whole[:-3]]
    assert set(exported[-3:]) == {entry["id"] for entry in whole[-3:]}
