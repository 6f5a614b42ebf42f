"""An upgrade from a release that had no listing: until the rows are built anew, lists and exports are what they were."""

from typing import Any

from sqlalchemy import delete, update

from services.projection import fold
from shared.domain.ports import ChronologyInfo
from shared.store.read_model import ListingRow, PostingRow, ProgressRow, SegmentRow
from tests.query.conftest import World
from tests.support.following import another

MORE = (
    "On 7 June 2003 the third Seed Fair was held in Sheki with 90 guests.",
    "On 9 May 2011 the lighthouse of Lankaran was opened.",
    "A school was founded in Ganja in 1950.",
)
ASKED: tuple[dict[str, Any], ...] = (
    {},
    {"sort": "-date"},
    {"sort": "changed"},
    {"limit": 2},
    {"disputed": True},
    {"status": "single-source"},
    {"from": "1998-05", "to": "2003"},
    {"before": "1999"},
    {"after": "1998", "certainty": "certain"},
)
ONLY_LISTED: tuple[dict[str, Any], ...] = ({"q": "fair"}, {"place": "Ganja"}, {"year": 1998}, {"sort": "sources"})


def as_an_older_release_left_it(world: World) -> None:
    info: ChronologyInfo = world.running.info
    with world.database.write() as session:
        for table in (ListingRow, SegmentRow, PostingRow):
            session.execute(delete(table).where(table.chronology_id == info.id))  # type: ignore[arg-type]
        session.execute(update(ProgressRow).values(fold_version=fold.VERSION - 1))


def listed(world: World, asked: dict[str, Any], at: int) -> list[Any]:
    """All pages of a list, forwards and the last one backwards."""
    pages, rest = [world.get("/entries", at=at, **asked)], {name: value for name, value in asked.items() if name != "sort"}
    while pages[-1]["next"]:
        pages.append(world.get("/entries", cursor=pages[-1]["next"], **rest))
    if pages[-1]["previous"]:
        pages.append(world.get("/entries", cursor=pages[-1]["previous"], **rest))
    return [page["entries"] for page in pages]


def shown(world: World, head: int) -> list[Any]:
    """What lists and exports show."""
    found: list[Any] = [listed(world, asked, at) for asked in ASKED for at in (head, head - 2)]
    found += [world.client.get("/v1/chronologies/test/export", params={"format": kind}).text for kind in ("jsonl", "csv", "atom")]
    return found


def test_what_needs_no_listing_is_served_and_the_rest_says_when(world: World) -> None:
    for text in MORE:
        world.running.capture(text)
    head = world.running.info.head
    before = shown(world, head)
    assert sum(len(entries) for entries in listed(world, {}, head)) == 5
    as_an_older_release_left_it(world)
    assert shown(world, head) == before
    for asked in ONLY_LISTED:
        answer = world.client.get("/v1/chronologies/test/entries", params=asked)
        assert answer.status_code == 503, asked
        assert "entries can be listed by date" in answer.json()["detail"]
        assert "retry-after" in answer.headers
    assert world.client.get("/v1/chronologies/test/facets").status_code == 503
    now = world.client.get("/chronologies/test")
    assert now.status_code == 200
    for entry in before[0][0]:
        assert entry["url"] in now.text
    another(world.running).catch_up()
    assert shown(world, head) == before
    for asked in ONLY_LISTED:
        assert world.get("/entries", **asked)["entries"]


def test_what_is_not_kept_for_counting_is_not_counted(world: World) -> None:
    with world.database.write() as session:
        session.execute(update(SegmentRow).values(facets=None, ends=None))
        session.execute(update(ProgressRow).values(fold_version=fold.VERSION - 1))
    assert world.client.get("/v1/chronologies/test/facets").status_code == 503
    found = world.get("/entries", q="fair")["entries"]
    another(world.running).catch_up()
    assert world.get("/entries", q="fair")["entries"] == found
    assert world.get("/facets", q="fair")["total"] == len(found) > 0
