"""Generations over the API: which there are, what they show differently, and cursors that cannot be served any more."""

from typing import Any

import pytest

from services.projection import fold
from services.projection.consolidation import consolidate
from services.projection.runner import Projector
from shared.domain.chronology import Entry
from shared.store.read import DatabaseReader
from tests.query.conftest import World
from tests.support.running import ADMIN


@pytest.fixture
def newer(world: World, monkeypatch: pytest.MonkeyPatch) -> Projector:
    """A release by whose rules every entry has another title."""
    usual = consolidate.assemble

    def assemble(*arguments: Any) -> Entry:
        entry = usual(*arguments)
        return entry.model_copy(update={"title": f"Anew: {entry.title}"})

    monkeypatch.setattr(consolidate, "assemble", assemble)
    monkeypatch.setattr(fold, "VERSION", fold.VERSION + 1)
    return Projector(world.database, DatabaseReader(world.database))


def test_what_differs_is_listed_page_by_page_before_the_switch(world: World, newer: Projector) -> None:
    shown = {entry["id"]: entry["title"] for entry in world.get("/entries")["entries"]}
    assert len(shown) > 1
    assert world.get("/generations")["generations"] == [
        {"number": 1, "state": "live", "rules": fold.VERSION - 1, "revision": world.running.info.head}
    ]
    held = newer.build(world.running.info)
    assert held is not None
    assert [(one["number"], one["state"]) for one in world.get("/generations")["generations"]] == [(1, "live"), (2, "building")]
    listed: list[Any] = []
    after: str | None = ""
    while after is not None:
        page = world.get("/generations/2/differences", **({"after": after} if after else {}), limit=1)
        assert (page["live"], page["other"], page["revision"]) == (1, 2, world.running.info.head)
        assert len(page["differences"]) <= 1
        listed += page["differences"]
        after = page["next"]
    assert {one["entry_id"]: one["live"]["title"] for one in listed} == shown
    assert all(one["other"] == {**one["live"], "title": f"Anew: {one['live']['title']}"} for one in listed)
    assert {entry["id"]: entry["title"] for entry in world.get("/entries")["entries"]} == shown

    newer.switch(world.running.info, held, keep=True)
    assert [(one["number"], one["state"]) for one in world.get("/generations")["generations"]] == [(2, "live"), (1, "kept")]
    assert all(entry["title"] == f"Anew: {shown[entry['id']]}" for entry in world.get("/entries")["entries"])
    assert len(world.get("/generations/1/differences")["differences"]) == len(shown)


def test_a_generation_that_is_not_there_is_not_found(world: World) -> None:
    for number in (1, 2):
        answer = world.client.get(f"/v1/chronologies/test/generations/{number}/differences")
        assert answer.status_code == 404
        assert f"no generation {number} beside the live one" in answer.json()["detail"]


def test_a_cursor_from_before_an_erased_past_is_refused_and_the_feed_from_the_beginning_is_not(world: World, newer: Projector) -> None:
    first = world.get("/changes")["changes"][0]["revision"]
    newer.rebuild(world.running.info, keep=True)
    world.running.service.capture(world.running.info.id, b"On 3 April 1899 the bridge of Oakford was opened.", ADMIN)
    newer.catch_up()
    document = world.get("/documents")["documents"][0]["id"]
    world.running.service.erase(world.running.info.id, document, "asked for", ADMIN)
    newer.catch_up()
    answer = world.client.get("/v1/chronologies/test/changes", params={"after": first})
    assert answer.status_code == 410
    assert answer.json()["revision"] == world.running.info.head
    assert world.get("/changes", after=0)["changes"]
