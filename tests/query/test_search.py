"""Search: by words and their beginnings, in any spelling, over tokens that say nothing of the words."""

import pytest
from sqlalchemy import text
from sqlmodel import select

from shared.store.read_model import ListingRow, PostingRow
from shared.store.search_tokens import TOKEN_BYTES
from shared.store.segments import find_posting
from tests.query.conftest import World
from tests.support.running import ADMIN

NOTE = """A note

On 3 April 1899 the Internationalisation Bridge of Şuşa was opened in Ağdam by 7 mayors.
"""


@pytest.fixture
def noted(world: World) -> World:
    world.running.capture(NOTE)
    return world


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("bridge", True),
        ("BRIDGE", True),
        ("bri", True),
        ("br", False),
        ("ridge", False),
        ("susa", True),
        ("Şuşa bridge", True),
        ("bridge, mayors!", True),
        ("bridge guests", False),
        ("7", True),
        ("1", False),
        ("internationalisation", True),
        ("internationa", True),
        ("internationalism", True),  # of a long word, the first twelve letters count
        ("internazional", False),
        ("agdam", True),
        ("agdamli", False),
        ("%", False),
        ("b_idge", False),
        ("bridge bridge", True),
    ],
)
def test_words_and_beginnings_are_found(noted: World, query: str, found: bool) -> None:
    titles = [entry["title"] for entry in noted.get("/entries", q=query)["entries"]]
    assert any("Internationalisation" in title for title in titles) is found


@pytest.mark.parametrize(
    ("query", "marked"),
    [
        ("Гейдар Алиев", ["Heydər", "Əliyev"]),
        ("geydar aliev", ["Heydər", "Əliyev"]),
        ("баку", ["Baku"]),  # the place, as its value calls it
        ("hemreylik", ["həmrəylik"]),
        ('"hemreylik gunu"', ["həmrəylik", "günü"]),
    ],
)
def test_words_are_found_in_the_spelling_that_a_reader_knows(world: World, query: str, marked: list[str]) -> None:
    world.running.capture("1991-ci il dekabrın 16-da Bakıda Heydər Əliyev həmrəylik günü haqqında qərar imzalayıb.")
    (found,) = world.get("/entries", q=query)["entries"]
    texts = [(one["text"], span) for one in found["matches"] for span in one["spans"]]
    assert [text[start:end] for text, (start, end) in texts][: len(marked)] == marked


def test_what_is_stored_says_nothing_of_the_words(noted: World) -> None:
    def stored() -> dict[str, frozenset[bytes]]:
        with noted.database.read() as session:
            return {row.id: row.tokens for row in session.exec(select(ListingRow))}

    before = stored()
    noted.running.projector.rebuild(noted.running.info)
    assert all(not before[entry] & tokens for entry, tokens in stored().items()), "another generation has other tokens"


def test_tokens_are_in_no_order_of_the_words(noted: World) -> None:
    with noted.database.read() as session:
        raw = session.execute(text("SELECT tokens FROM listing")).scalars().all()
    for tokens in raw:
        found = [tokens[at : at + TOKEN_BYTES] for at in range(0, len(tokens), TOKEN_BYTES)]
        assert found == sorted(set(found))
        assert not any(word in str(tokens).lower() for word in ("bridge", "fair", "guests", "ganja"))


def test_phrases_stand_side_by_side(noted: World) -> None:
    def found(query: str) -> int:
        return len(noted.get("/entries", q=query)["entries"])

    assert found('"internationalisation bridge"') == found("“İnternationalisation BRIDGE of Susa”") == 1
    assert found('"bridge internationalisation"') == found('"internationalisation bri"') == 0
    assert found('"bridge" mayors') == found('bridge "mayors') == 1
    assert found('"the internationalisation bridge" agdam') == 1
    assert found('""') == found('"…"') == 0


def test_what_was_erased_is_found_and_counted_no_more_and_leaves_no_token(noted: World) -> None:
    def tokens() -> set[bytes]:
        with noted.database.read() as session:
            return {token for row in session.exec(select(ListingRow)) for token in row.tokens}

    def indexed(token: bytes) -> bool:
        asked = int.from_bytes(token, "big")
        with noted.database.read() as session:
            return any(len(find_posting(row.body, asked)) for row in session.exec(select(PostingRow)))

    assert noted.get("/facets", q="internationalisation")["total"] == 1
    document = next(one["id"] for one in noted.get("/documents")["documents"] if "Internationalisation" in world_text(noted, one))
    before = tokens()
    assert all(indexed(token) for token in sorted(before)[:20])
    noted.running.service.erase(noted.running.info.id, document, "asked for", ADMIN)
    assert noted.get("/entries", q="internationalisation")["entries"] == [], "at once"
    assert noted.client.get("/v1/chronologies/test/facets").status_code == 503, "what is counted may be named after what is gone"
    assert noted.client.get("/chronologies/test").status_code == 200
    noted.running.projector.catch_up()
    assert noted.get("/entries", q="internationalisation")["entries"] == []
    assert noted.get("/facets", q="internationalisation")["total"] == 0
    assert not {place["name"] for place in noted.get("/facets", top=100)["place"]} & {"Agdam", "Aghdam", "Shusha", "Ağdam"}
    assert not before & tokens()
    assert not any(indexed(token) for token in before)


def world_text(world: World, document: dict[str, str]) -> str:
    return world.client.get(f"/v1{document['url']}/text").text
