"""Search: by words and their beginnings, in any spelling, over tokens that say nothing of the words."""

import pytest
from sqlmodel import select

from shared.store.read_model import EntryRow
from tests.query.conftest import World

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


def test_what_is_stored_says_nothing_of_the_words(noted: World) -> None:
    with noted.database.read() as session:
        stored = {row.id: row.search for row in session.exec(select(EntryRow))}
    for search in stored.values():
        tokens = search.split()
        assert tokens == sorted(set(tokens)), "in no order of the words'"
        assert {len(token) for token in tokens} == {8}
        assert not any(word in search.lower() for word in ("bridge", "fair", "guests", "ganja"))
    noted.running.projector.rebuild(noted.running.info)
    with noted.database.read() as session:
        again = {row.id: row.search for row in session.exec(select(EntryRow))}
    assert all(not set(stored[entry].split()) & set(again[entry].split()) for entry in stored), "another generation has other tokens"
