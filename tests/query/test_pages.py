"""Pages without a browser: headers, languages, errors, and that they show what the API says."""

import re
from html import unescape

import httpx
import pytest

from services.query import answers
from tests.query.conftest import World

PAGES = ["/", "/chronologies/test", "/chronologies/test/sources", "/chronologies/test/corrections", "/chronologies/test/changes"]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_keeps_to_itself(world: World, path: str) -> None:
    page = world.client.get(path)
    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert not re.search(r"<script(?![^>]*\bsrc=)|\bstyle=|\bon\w+=", page.text)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//(?!example\.org)", page.text)
    again = world.client.get(path, headers={"If-None-Match": page.headers["etag"]})
    assert again.status_code == 304


def test_a_page_is_not_taken_for_one_in_another_language(world: World) -> None:
    english = world.client.get("/chronologies/test", headers={"Accept-Language": "en"})
    azerbaijani = world.client.get("/chronologies/test", headers={"Accept-Language": "az", "If-None-Match": english.headers["etag"]})
    assert azerbaijani.status_code == 200
    assert '<html lang="az">' in azerbaijani.text
    assert "Mübahisəli" in azerbaijani.text
    assert "4–5 may 1998" in azerbaijani.text
    assert "4–5 May 1998" in english.text
    assert "Accept-Language" in english.headers["vary"]


def test_an_entry_s_page_shows_every_value_with_its_words(world: World) -> None:
    shown = world.entry_with("guests")
    page = world.client.get(shown["url"]).text
    for value in shown["values"]:
        for alternative in value["alternatives"]:
            for citation in alternative["citations"]:
                assert f'href="{citation["url"]}"' in page
                assert f"<q>{citation['quote']}</q>" in page
    assert page.index(">guests<") < page.index(">place<"), "what is disputed comes first"


def test_where_nobody_may_edit_there_are_no_forms(world: World) -> None:
    page = world.client.get(world.entry_with("guests")["url"]).text
    assert "<form" not in page


def test_every_citation_s_link_has_a_place_to_land(world: World) -> None:
    shown = world.entry_with("guests")
    links = {c["url"] for v in shown["values"] for a in v["alternatives"] for c in a["citations"]}
    links |= {claim["url"] for claim in shown["claims"]} | {c["url"] for a in shown["date"]["alternatives"] for c in a["citations"]}
    assert len(links) > 8
    for link in links:
        address, anchor = link.split("#")
        assert world.client.get(address).text.count(f'id="{anchor}"') == 1


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/chronologies/nowhere", 404),
        ("/chronologies/test/entries/none", 404),
        ("/chronologies/test/documents/none", 404),
        ("/chronologies/test?year=yesterday", 422),
        ("/chronologies/test?cursor=nonsense", 422),
        ("/chronologies/test/changes?before=x", 422),
    ],
)
def test_errors_are_pages_too(world: World, path: str, status: int) -> None:
    page = world.client.get(path)
    assert page.status_code == status
    assert page.headers["content-type"].startswith("text/html")
    assert "content-security-policy" in page.headers
    assert "This page cannot be shown" in page.text


def test_what_fails_unexpectedly_is_a_page_for_people_and_a_problem_for_programs(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("this is secret")

    monkeypatch.setattr(answers, "chronology", fail)
    address = world.client.base_url  # each time over a connection of its own: the server closes one over which something failed
    page = httpx.get(f"{address}/chronologies/test", headers={"Accept": "text/html", "Accept-Language": "az"}, timeout=30)
    assert page.status_code == 500
    assert "Serverdə nə isə səhv getdi." in page.text
    for path in ("/chronologies/test", "/v1/chronologies/test"):
        said = httpx.get(f"{address}{path}", timeout=30)
        assert (said.status_code, said.headers["content-type"]) == (500, "application/problem+json")
        assert "secret" not in said.text + page.text


@pytest.mark.parametrize(
    ("asked", "fields", "words"),
    [
        ("q=fair&from=yesterday", ["from"], "This is no date"),
        ("q=fair&from=2001&to=%5Bx", ["to"], "This is no date"),
        ("q=fair&from=2001&to=1999", ["from", "to"], "The last date is before the first"),
    ],
)
def test_a_search_with_a_date_that_is_none_is_shown_again(world: World, asked: str, fields: list[str], words: str) -> None:
    page = world.client.get(f"/chronologies/test?{asked}")
    assert page.status_code == 422
    assert words in page.text
    assert 'name="q" value="fair"' in page.text
    assert re.findall(r'name="(\w+)"[^>]* aria-invalid="true"', page.text) == fields
    assert "<ol>" not in page.text


def test_text_that_looks_like_markup_is_only_text(empty: World) -> None:
    attack = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    empty.running.capture(f"{attack}\n\nOn 3 April 1899 the {attack} bridge of Oakford was opened.\n", filename=f"{attack}.txt")
    document = empty.get("/documents")["documents"][0]
    entry = empty.get("/entries")["entries"][0]
    for path in ("/chronologies/test", document["url"], entry["url"], "/chronologies/test/sources", "/chronologies/test/changes"):
        page = empty.client.get(path)
        assert page.status_code == 200
        assert "<script>" not in page.text
        assert "<img" not in page.text


def test_the_timeline_pages_through_and_keeps_its_filter(empty: World) -> None:
    lines = "\n".join(f"On {1 + n % 28} May {1801 + n} the mill of Oakford was repaired by {n + 2} workers." for n in range(70))
    empty.running.capture(f"The mill\n\n{lines}\n")
    first = empty.client.get("/chronologies/test?q=mill&from=1801")
    following = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert following
    address = following[1].replace("&amp;", "&")
    assert "q=mill" in address
    second = empty.client.get(f"/chronologies/test{address}")
    assert 'value="mill"' in second.text
    assert 'rel="prev"' in second.text
    shown = re.findall(r'/entries/([0-9a-f-]+)"', first.text), re.findall(r'/entries/([0-9a-f-]+)"', second.text)
    assert len(shown[0]) == 50
    assert not set(shown[0]) & set(shown[1])


def test_static_files_are_served(world: World) -> None:
    page = world.client.get("/").text
    for address in re.findall(r'(?:src|href)="(/static/[^"]+)"', page):
        assert world.client.get(address).status_code == 200, address


def test_a_long_document_has_pages_and_citations_lead_to_the_right_one(empty: World) -> None:
    filler = "Nothing is told here, and nothing is counted.\n" * 10_000
    places = ("mill", "bridge", "harbour")
    text = filler.join(f"On 3 May {1901 + number} the {name} of Oakford was opened.\n" for number, name in enumerate(places))
    empty.running.capture(text)
    document = empty.get("/documents")["documents"][0]
    assert document["length"] > 800_000
    claims = empty.get(f"/documents/{document['id']}")["citations"]
    assert len(claims) == 3
    for claim in claims:
        address, anchor = claim["url"].split("#")
        page = empty.client.get(address).text
        assert page.count(f'id="{anchor}"') == 1
        assert len(page) < 400_000
    assert "?part=5" in claims[-1]["url"]
    assert "Page 5 of 5" in page
    assert empty.client.get(f"{document['url']}?part=6").status_code == 404


def test_attributes_are_called_in_the_reader_s_language(world: World) -> None:
    fair = world.entry_with("guests")
    for path in ("", f"/entries/{fair['id']}", f"/entries/{fair['id']}/history", "/diff?from=0"):
        page = world.client.get(f"/chronologies/test{path}", headers={"Accept-Language": "az"}).text
        shown = re.sub(r"<(mark|q|blockquote)\b.*?</\1>|<[^>]*>", " ", page)
        assert "qonaq" in shown, path
        assert not re.search(r"\bguests\b(?=:| \(|\s*$|\s*Mübahisəli)", shown, re.MULTILINE), path
    told = world.client.get("/v1/chronologies/test/export", params={"format": "markdown", "language": "az"}).text
    assert "\n- qonaq: " in told
    assert "\n- guests: " in world.client.get("/v1/chronologies/test/export", params={"format": "markdown"}).text


def test_the_sources_of_an_entry_are_cited_in_the_style_asked_for_and_in_none_otherwise(world: World) -> None:
    entry = world.entry_with("guests")
    address = f"/chronologies/test/entries/{entry['id']}"
    shut = world.client.get(address)
    assert 'class="cite"' in shut.text
    assert "cited" not in shut.text
    for style in ("apa", "chicago", "mla"):
        for language, said in (("en", "Cite these sources"), ("az", "Bu mənbələrə istinad et")):
            page = world.client.get(f"{address}?cite={style}", headers={"Accept-Language": language})
            cited = world.get(f"/entries/{entry['id']}/citations", style=style, language=language)["citations"]
            assert len(cited) == len(entry["documents"])
            assert said in page.text
            for citation in cited:
                assert f">{citation['html']}<" in page.text
                assert citation["in_text"] in unescape(page.text)
            assert page.headers["etag"] != shut.headers["etag"]
    assert world.client.get(f"{address}?cite=harvard").status_code == 422


def test_what_is_cited_is_that_of_the_revision_looked_back_at(world: World) -> None:
    revision = world.get("/changes")["changes"][0]["revision"]
    entry = world.entry_with("guests")
    page = world.client.get(f"/chronologies/test/entries/{entry['id']}?at={revision}&cite=mla").text
    then = world.get(f"/entries/{entry['id']}/citations", style="mla", at=revision)["citations"]
    assert page.count('<p class="whole">') == len(then) < len(entry["documents"])
    assert f"?cite=apa&amp;at={revision}#cite" in page
