"""Pages that look back: the banner, links that stay at the revision, the comparison and the story."""

import re

import pytest

from tests.query.conftest import World


def html(world: World, path: str, language: str = "en", **params: object) -> str:
    answer = world.client.get(
        f"/chronologies/test{path}", params={key: str(value) for key, value in params.items()}, headers={"Accept-Language": language}
    )
    assert answer.status_code == 200, answer.text
    return answer.text


def test_every_page_at_an_earlier_revision_says_so_and_links_to_now(world: World) -> None:
    first = world.get("/changes")["changes"][0]["revision"]
    fair = world.get("/entries", at=first)["entries"][0]["id"]
    document = world.get("/documents", at=first)["documents"][0]["id"]
    source = world.get("/sources", at=first)["sources"][0]["id"]
    for path in (
        "",
        "/sources",
        f"/sources/{source}",
        "/corrections",
        "/changes",
        f"/entries/{fair}",
        f"/entries/{fair}/history",
        f"/documents/{document}",
    ):
        past, now = html(world, path, at=first), html(world, path)
        assert f"As recorded at revision {first}," in past, path
        assert f'<a href="/chronologies/test{path}">Show the current state</a>' in past, path
        assert "As recorded at" not in now, path
        assert f"Revision {first}</span>" in past, path
        away = [link for link in re.findall(r'href="(/chronologies/test[^"]*)"', past) if f"at={first}" not in link]
        allowed = (f"/chronologies/test{path}", "/chronologies/test/diff")
        assert [link for link in away if link not in allowed and "/proof" not in link and "?at=" not in link] == [], path
    assert not re.search(r"\b215\b", html(world, f"/entries/{fair}", at=first))
    assert re.search(r"\b215\b", html(world, f"/entries/{fair}"))
    assert "qeydə alındığı kimi" in html(world, "", "az", at=first)
    assert "As it was before anything was recorded." in html(world, "", at=0)


@pytest.mark.parametrize(("at", "status"), [("tomorrow", 422), ("1999-01-01", 404), ("99999", 422)])
def test_a_revision_that_is_not_there_is_a_page_that_says_so(world: World, at: str, status: int) -> None:
    answer = world.client.get("/chronologies/test", params={"at": at})
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")


def test_the_comparison_asks_and_answers(world: World) -> None:
    first, second, _ = (change["revision"] for change in world.get("/changes")["changes"])
    asking = html(world, "/diff")
    assert "Compare two revisions" in html(world, "/changes")
    assert 'name="from"' in asking
    shown = html(world, "/diff", **{"from": first, "to": second})
    assert f"From revision {first} to revision {second}" in shown
    for said in ("guests: 212 became 215 ≠ 212.", "A dispute arose over guests.", "the document “Looking back", "215 guests"):
        assert said in shown, said
    assert "Nothing that is shown changed" in html(world, "/diff", **{"from": second, "to": second})
    assert "212 əvəzinə 215 ≠ 212" in html(world, "/diff", "az", **{"from": first, "to": second})
    assert world.client.get("/chronologies/test/diff", params={"from": "soon"}).status_code == 422


def test_what_documents_say_is_never_markup_in_a_story(world: World) -> None:
    world.running.capture("On 7 May 2004 <script>alert(1)</script> the <b>Last</b> Fair was held by 31 mayors.", filename="<img src=x>.txt")
    last = world.get("/entries", q="mayors")["entries"][0]["id"]
    for page in (html(world, f"/entries/{last}/history"), html(world, "/diff", **{"from": 1})):
        assert "<script>alert" not in page
        assert "<img src=x>" not in page
        assert "&lt;img src=x&gt;.txt" in page


def test_the_story_of_an_entry_leads_back_to_each_revision(world: World) -> None:
    fair = world.entry_with("guests")["id"]
    assert f'href="/chronologies/test/entries/{fair}/history"' in html(world, f"/entries/{fair}")
    story = html(world, f"/entries/{fair}/history")
    assert story.count('<li id="r-') == 3
    for revision in (change["revision"] for change in world.get("/changes")["changes"]):
        assert f"/chronologies/test/entries/{fair}?at={revision}" in story
    other = next(claim["claim_id"] for claim in world.entry_with("guests")["claims"] if claim["claim_id"] != fair)
    answer = world.client.get(f"/chronologies/test/entries/{other}/history", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (308, f"/chronologies/test/entries/{fair}/history")


def test_lists_say_what_only_possibly_fits(world: World) -> None:
    assert "possibly in the range" in html(world, "", **{"from": "1998-05-05"})
    assert "possibly in the range" not in html(world, "", **{"from": "1998-05-05", "certain": "true"})
    assert "possibly in the range" not in html(world, "")
