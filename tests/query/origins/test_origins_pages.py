"""What people are shown of origins, in both languages."""

import pytest

from tests.query.conftest import World
from tests.query.origins.conftest import ANNALS, COPY, FIRST, OWN, WEEKLY
from tests.query.origins.test_origins import documents


def shown(world: World, path: str, language: str = "en") -> str:
    answer = world.client.get(f"/chronologies/test{path}", headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.parametrize(("language", "words"), [("en", "They share these sentences:"), ("az", "Bu cümlələr ortaqdır:")])
def test_the_page_of_an_entry_shows_who_is_one_witness_and_the_words(world: World, language: str, words: str) -> None:
    entry = world.entry_with("hives")
    body = shown(world, f"/entries/{entry['id']}", language)
    section = body.partition('id="origins"')[2].partition("</section>")[0]
    assert words in section
    assert "330 hives were shown at the second congress of bee-\nkeepers" in section
    assert section.count("<li><a href") == 3


@pytest.mark.parametrize(("language", "words"), [("en", "1 witness"), ("az", "1 şahid")])
def test_a_value_that_copies_bring_says_how_few_witnesses_it_has(empty: World, language: str, words: str) -> None:
    for text, source in ((FIRST, ANNALS), (COPY.replace("330", "310"), WEEKLY)):
        empty.running.capture(text, source)
    body = shown(empty, f"/entries/{empty.entry_with('hives')['id']}", language)
    hives = body.partition("310</")[2].partition("</p>")[0]
    assert f'<a href="#origins">{words}</a>' in hives


@pytest.mark.parametrize(("language", "words"), [("en", "Support runs in a circle"), ("az", "Dəstək dairə üzrə dolanır")])
def test_the_page_of_an_entry_shows_an_alarm(circle: World, language: str, words: str) -> None:
    (alarmed,) = circle.get("/alarms")["entries"]
    body = shown(circle, f"/entries/{alarmed['id']}", language)
    assert words in body
    assert body.partition('class="circle"')[2].partition("</ol>")[0].count("<li>") == 2


def test_the_page_of_a_source_shows_who_agrees_and_what_is_shared(world: World) -> None:
    of_title = {source["title"]: source["id"] for source in world.get("/sources")["sources"]}
    assert f'href="/chronologies/test/sources/{of_title["Annals of the Hills"]}"' in shown(world, "/sources")
    body = shown(world, f"/sources/{of_title['Annals of the Hills']}")
    assert "The harbour choir sang on the steps" in body
    assert "with changes" in body
    assert "Vale Press" in body
    assert "No sentence of this source" in shown(world, f"/sources/{of_title['A diary']}")


def test_the_page_of_a_source_without_a_title_names_the_files(empty: World) -> None:
    for text, name in ((FIRST, "hills.txt"), (OWN, "diary.txt")):
        empty.running.capture(text, filename=name)
    of_file = {document["filename"]: document["source"]["id"] for document in empty.get("/documents")["documents"]}
    body = shown(empty, f"/sources/{of_file['hills.txt']}")
    assert "<h1>hills.txt</h1>" in body
    assert f'href="/chronologies/test/sources/{of_file["diary.txt"]}">diary.txt</a></th>' in body


def test_the_list_of_corrections_says_what_was_split(world: World) -> None:
    named = documents(world)
    world.correct({"kind": "split-origins", "document_ids": [named["Annals of the Hills"], named["Bees Weekly"]]})
    assert "These documents are independent" in shown(world, "/corrections")
