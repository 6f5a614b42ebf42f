"""Documents and sources come a page at a time: each once, in the order of the log, whatever is captured meanwhile."""

import re
from typing import Any

import pytest

from services.query.pages import routes
from tests.query.conftest import World

MILLS = [f"On {day} May 1899 the mill of Oakford was sold to {day + 2} farmers.\n" for day in range(1, 6)]


@pytest.fixture
def mills(empty: World) -> World:
    for number, text in enumerate(MILLS):
        empty.running.capture(text, filename=f"mill-{number}.txt")
    return empty


def walk(world: World, what: str, **asked: Any) -> list[list[Any]]:
    """Read a list to its end, a page after the other."""
    pages: list[list[Any]] = []
    after = 0
    while True:
        answer = world.get(f"/{what}", after=after, **asked)
        pages.append(answer[what])
        if answer["next"] is None:
            return pages
        assert len(pages[-1]) == asked["limit"]
        assert answer["next"] > after
        after = answer["next"]


@pytest.mark.parametrize("what", ["documents", "sources"])
def test_pages_together_are_the_whole_list(mills: World, what: str) -> None:
    whole = mills.get(f"/{what}")
    assert (len(whole[what]), whole["next"]) == (5, None)
    for limit, lengths in ((1, [1] * 5), (2, [2, 2, 1]), (5, [5]), (1000, [5])):
        pages = walk(mills, what, limit=limit)
        assert [len(page) for page in pages] == lengths
        assert [listed for page in pages for listed in page] == whole[what]
    if what == "documents":
        assert [shown["filename"] for shown in whole[what]] == [f"mill-{number}.txt" for number in range(5)]
        assert {shown["claims"] for shown in whole[what]} == {1}


@pytest.mark.parametrize("what", ["documents", "sources"])
def test_what_comes_while_somebody_walks_stands_at_the_end(mills: World, what: str) -> None:
    first = mills.get(f"/{what}", limit=4)
    mills.running.capture("In 1903 a library was opened in Oakford.\n", filename="library.txt")
    rest = mills.get(f"/{what}", limit=4, after=first["next"])
    assert [shown["id"] for shown in (*first[what], *rest[what])] == [shown["id"] for shown in mills.get(f"/{what}")[what]]
    assert (len(rest[what]), rest["next"]) == (2, None)
    then = mills.get(f"/{what}", limit=4, after=first["next"], at=first["revision"])
    assert (len(then[what]), then["next"]) == (1, None)


def test_a_page_that_is_none_is_refused(mills: World) -> None:
    for wrong in ({"limit": 0}, {"limit": 1001}, {"after": -1}, {"after": "x"}):
        for what in ("documents", "sources"):
            assert mills.client.get(f"/v1/chronologies/test/{what}", params=wrong).status_code == 422, wrong


def test_the_page_of_sources_leads_through_all_of_them(mills: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "SOURCES", 2)
    revision = mills.get("/sources")["revision"]
    address, seen = f"/chronologies/test/sources?at={revision}", list[str]()
    for last in (False, False, True):
        page = mills.client.get(address).text
        seen += re.findall(r">(mill-\d\.txt)</a> <span>1 claim</span>", page)
        assert ('rel="first"' in page) == (len(seen) > 2)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        assert (following is None) == last
        if following:
            address = f"/chronologies/test/sources{following[1].replace('&amp;', '&')}"
            assert "at=" in address
    assert seen == [f"mill-{number}.txt" for number in range(5)]
