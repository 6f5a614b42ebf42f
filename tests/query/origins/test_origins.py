"""What readers are told of origins, over HTTP, on both databases."""

import re
from typing import Any

import pytest

from services.projection.verify import verify_read_model
from shared.domain.provenance import SourceDetails
from shared.store.read import DatabaseReader
from tests.query.conftest import World, texts_of
from tests.support.read_model import read_model
from tests.support.running import ADMIN


def documents(world: World) -> dict[str, str]:
    """The ids of the documents by the titles of their sources."""
    return {shown["source"]["title"]: shown["id"] for shown in world.get("/documents")["documents"]}


def grouped(world: World, entry_id: str) -> list[list[str]]:
    title = {document_id: title for title, document_id in documents(world).items()}
    return [
        [title[one["document"]["id"]] for one in origin["documents"]] for origin in world.get(f"/entries/{entry_id}/origins")["origins"]
    ]


def check_words(world: World, shown: Any) -> int:
    """Every passage says what stands at its place; how many there are."""
    if isinstance(shown, list):
        return sum(check_words(world, one) for one in shown)
    if not isinstance(shown, dict):
        return 0
    checked = sum(check_words(world, one) for one in shown.values())
    if "document_id" in shown and "quote" in shown:
        assert texts_of(world)[shown["document_id"]][shown["start"] : shown["end"]] == shown["quote"]
        assert f"#p-{shown['start']}-{shown['end']}" in shown["url"]
        return checked + 1
    return checked


def test_an_entry_says_which_documents_are_one_witness(world: World) -> None:
    entry = world.entry_with("hives")
    assert grouped(world, entry["id"]) == [["A diary"], ["Annals of the Hills", "Bees Weekly"]]
    (hives,) = [value for value in entry["values"] if value["attribute"] == "hives"]
    assert {alternative["shown"]: alternative["origins"] for alternative in hives["alternatives"]} == {"310": [0, 1], "330": [1]}
    shown = world.get(f"/entries/{entry['id']}/origins")
    (tie,) = shown["origins"][1]["ties"]
    assert (tie["later"], tie["earlier"]) == (documents(world)["Bees Weekly"], documents(world)["Annals of the Hills"])
    assert [reason["kind"] for reason in tie["reasons"]] == ["shared-text"]
    assert check_words(world, shown) == 2 * len(tie["reasons"][0]["sentences"]) > 0


def test_the_genealogy_of_a_value(world: World) -> None:
    entry, named = world.entry_with("hives"), documents(world)
    steps = world.get(f"/entries/{entry['id']}/values/hives/genealogy")["steps"]
    assert [(step["citation"]["document"]["id"], step["shown"], step["how"], step["taken_from"]) for step in steps] == [
        (named["A diary"], "310", "first", None),
        (named["Annals of the Hills"], "310", "first", None),
        (named["Bees Weekly"], "330", "changes", named["Annals of the Hills"]),
    ]
    assert [(step["date"], step["clock"]) for step in steps] == [("1987", "published"), ("1990", "published"), ("1995", "published")]
    unknown = world.client.get(f"/v1/chronologies/test/entries/{entry['id']}/values/geese/genealogy")
    assert unknown.status_code == 404
    assert "hives" in unknown.json()["detail"]


def test_shared_sentences_without_claims_are_shown_too(world: World) -> None:
    named = documents(world)
    shown = world.get(f"/documents/{named['Annals of the Hills']}/shared")
    (other,) = shown["documents"]
    assert other["document"]["id"] == named["Bees Weekly"]
    quotes = [pair["here"]["quote"] for pair in other["sentences"]]
    assert any(quote.startswith("The harbour choir") for quote in quotes)
    assert {pair["verbatim"] for pair in other["sentences"]} == {True, False}
    assert check_words(world, shown) == 2 * len(quotes)
    assert world.get(f"/documents/{named['A diary']}/shared")["documents"] == []


def test_who_agrees_with_whom(world: World) -> None:
    of_title = {shown["title"]: shown["id"] for shown in world.get("/sources")["sources"]}
    shown = world.get(f"/sources/{of_title['Annals of the Hills']}/relations")
    found = {one["source"]["title"]: one for one in shown["related"]}
    assert (found["A diary"]["agree"], found["A diary"]["contradict"], found["A diary"]["dependent"]) == (1, 0, 0)
    assert found["Bees Weekly"]["contradict"] == 1
    assert found["Bees Weekly"]["dependent"] == found["Bees Weekly"]["entries"] == 1
    assert world.client.get("/v1/chronologies/test/sources/nobody/relations").status_code == 404


def test_editors_split_and_join_and_it_survives_a_rebuild_and_a_look_back(world: World) -> None:
    entry, named = world.entry_with("hives"), documents(world)
    before = world.get("")["revision"]
    world.correct({"kind": "split-origins", "document_ids": [named["Annals of the Hills"], named["Bees Weekly"]]})
    assert grouped(world, entry["id"]) == [["A diary"], ["Annals of the Hills"], ["Bees Weekly"]]
    world.correct({"kind": "join-origins", "document_ids": [named["A diary"], named["Bees Weekly"]]})
    joined = [["A diary", "Bees Weekly"], ["Annals of the Hills"]]
    assert grouped(world, entry["id"]) == joined
    world.running.projector.rebuild(world.running.info)
    assert grouped(world, entry["id"]) == joined
    kinds = [applied["kind"] for applied in world.get(f"/entries/{entry['id']}")["corrections"]]
    assert kinds == ["split-origins", "join-origins"]
    assert len(world.get(f"/entries/{entry['id']}/origins", at=before)["origins"]) == 2


def test_what_makes_no_sense_is_refused(world: World) -> None:
    named = documents(world)
    post = "/v1/chronologies/test/documents/nobody/shared"
    assert world.client.get(post).status_code == 404
    for wrong in ([named["A diary"]], [named["A diary"], named["A diary"]]):
        try:
            world.correct({"kind": "join-origins", "document_ids": wrong})
        except ValueError:
            continue
        raise AssertionError(f"{wrong} was taken")


def test_an_alarm_is_shown_on_the_entry_and_in_the_list(circle: World) -> None:
    listed = circle.get("/alarms")
    named = documents(circle)
    assert listed["next"] is None
    (alarmed,) = listed["entries"]
    (alarm,) = alarmed["alarms"]
    steps = {(step["document"]["id"], step["leans_on"]["id"], step["how"]) for step in alarm["steps"]}
    annals, weekly = named["Annals of the Hills"], named["Bees Weekly"]
    assert steps == {(annals, weekly, "cites"), (weekly, annals, "repeats")}
    assert len(circle.get(f"/entries/{alarmed['id']}")["alarms"]) == 1
    assert circle.get("/alarms", at=1)["entries"] == []


def test_a_world_without_circles_has_no_alarms(world: World) -> None:
    assert world.get("/alarms")["entries"] == []


def test_the_read_model_is_what_the_log_gives_and_holds_no_words(world: World) -> None:
    verified = verify_read_model(world.database, DatabaseReader(world.database), world.running.info)
    rows = read_model(world.database)
    assert len(rows["sentence"]) >= 4
    assert rows["resemblance"]
    assert verified.rows > 0
    assert "hives" not in str(rows["sentence"]) + str(rows["resemblance"])


def test_an_erased_document_leaves_no_trace_of_what_it_shared(world: World) -> None:
    named = documents(world)
    service, info = world.running.service, world.running.info
    service.erase(info.id, named["Bees Weekly"], "It had to go.", ADMIN)
    world.running.projector.project(world.running.info)
    assert world.get(f"/documents/{named['Annals of the Hills']}/shared")["documents"] == []
    assert read_model(world.database)["sentence"] == []
    entry = world.entry_with("hives")
    assert grouped(world, entry["id"]) == [["A diary"], ["Annals of the Hills"]]


def test_a_link_a_name_a_publisher_and_an_authority_each_make_one_witness(empty: World) -> None:
    """Each in words of its own, so that nothing but the tie asked about holds them together."""
    told = {
        "Ledger": (
            "310 hives were shown at the second congress of beekeepers in Ganja on 4 May 1987.",
            {"url": "https://ledger.example/bees"},
        ),
        "Linking": ("On 4 May 1987, 310 hives stood in Ganja for the second congress of beekeepers (https://ledger.example/bees).", {}),
        "Naming": ("According to Ledger, Ganja saw 310 hives on 4 May 1987, when the second congress of beekeepers met there.", {}),
        "Morning": (
            "At the second congress of beekeepers, held on 4 May 1987 in Ganja, people counted 310 hives.",
            {"publisher": "Vale Press"},
        ),
        "Evening": ("Ganja, 4 May 1987: the second congress of beekeepers brings 310 hives to town.", {"publisher": "Vale Press"}),
        "Alone": ("Whoever came to Ganja on 4 May 1987 for the second congress of beekeepers walked past 310 hives.", {}),
    }
    for at, (title, (text, details)) in enumerate(told.items()):
        empty.running.capture(text + "\n", SourceDetails(title=title, language="en", published=str(1987 + at), **details))
    entry = empty.entry_with("hives")
    assert grouped(empty, entry["id"]) == [["Ledger", "Linking", "Naming"], ["Morning", "Evening"], ["Alone"]]
    origins = empty.get(f"/entries/{entry['id']}/origins")["origins"]
    kinds = [[reason["kind"] for tie in origin["ties"] for reason in tie["reasons"]] for origin in origins]
    assert kinds == [["citation", "citation"], ["publisher"], []]
    (hives,) = [value for value in entry["values"] if value["attribute"] == "hives"]
    assert (hives["status"], hives["alternatives"][0]["origins"]) == ("corroborated", [0, 1, 2])
    names = documents(empty)
    empty.correct({"kind": "join-origins", "document_ids": [names["Alone"], names["Evening"]]})
    empty.correct({"kind": "split-origins", "document_ids": [names["Ledger"], names["Linking"]]})
    decided = [["Ledger", "Naming"], ["Linking"], ["Morning", "Evening", "Alone"]]
    assert grouped(empty, entry["id"]) == decided
    empty.running.projector.rebuild(empty.running.info)
    assert grouped(empty, entry["id"]) == decided


def test_who_cites_whom_is_shown_with_the_words_where_each_cites_the_other(empty: World) -> None:
    dam = "The dam of Sarvan was opened on 4 May 1958 and 812 workers built it"
    link = "https://post.example/fifty-years"
    for text, source in (
        ("According to River Papers, the dam of Sarvan was opened on 4 May 1958, and 812 workers built it.", post_of(link)),
        (f"{dam}, according to Sarvan Post ({link}).", SourceDetails(title="River Papers", publisher="River Papers", published="2015")),
    ):
        empty.running.capture(text, source)
    (listed,) = empty.get("/entries")["entries"]
    (tie,) = empty.get(f"/entries/{listed['id']}/origins")["origins"][0]["ties"]
    assert len(tie["cites"]) == 2
    cited = {reason["name"]: reason["citing"]["quote"] for reason in tie["reasons"] if reason["kind"] == "citation"}
    assert cited == {"River Papers": "River Papers", "Sarvan Post": "Sarvan Post", "post.example/fifty-years": link}
    texts = texts_of(empty)
    for reason in tie["reasons"]:
        if place := reason["citing"]:
            assert texts[place["document_id"]][place["start"] : place["end"]] == place["quote"]


def post_of(link: str) -> SourceDetails:
    return SourceDetails(title="Fifty years", publisher="Sarvan Post", url=link, published="2012", language="en")


@pytest.mark.parametrize(
    ("language", "said", "alarm", "step"),
    [
        ("en", "2 documents, 1 witness", "Support runs in a circle", "Vale Press repeats the words of Annals of the Hills"),
        ("az", "2 sənəd, 1 şahid", "Dəstək dairə üzrə dolanır", "Annals of the Hills mənbə kimi Vale Press göstərir"),
    ],
)
def test_exports_that_people_read_say_how_few_witnesses_there_are(circle: World, language: str, said: str, alarm: str, step: str) -> None:
    for kind in ("markdown", "report", "ical"):
        export = circle.client.get("/v1/chronologies/test/export", params={"format": kind, "language": language}).text
        plain = re.sub(r"\r\n ", "", export).replace("\\", "")
        assert said in plain, kind
        assert alarm in plain, kind
        assert step in plain, kind


def test_exports_do_not_count_witnesses_where_each_document_is_one(empty: World) -> None:
    diary = SourceDetails(title="A diary", author="Rana Quliyeva", published="1987", language="en")
    weekly = SourceDetails(title="Bees Weekly", publisher="Vale Press", published="1995", language="en")
    own = "On 4 May 1987 the second congress of beekeepers met in Ganja; by my own count there were 310 hives.\n"
    for text, source in ((own, diary), ("310 hives were shown at the second congress of beekeepers in Ganja on 4 May 1987.\n", weekly)):
        empty.running.capture(text, source)
    for kind in ("markdown", "report", "ical"):
        export = empty.client.get("/v1/chronologies/test/export", params={"format": kind}).text
        assert "witness" not in export
        assert "circle" not in export
