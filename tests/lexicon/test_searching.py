"""Words that are asked for: how they are read, and where they stand in texts of any alphabet, counted in code points."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.lexicon.folding import as_typed, words
from shared.lexicon.searching import Finder, Hit, Piece, actor_key, begins, keys_asked, place_key, wanted


def found(text: str, asked: str) -> list[str]:
    return [text[hit.start : hit.end] for hit in Finder(wanted(asked)).hits([text])[0]]


@pytest.mark.parametrize(
    ("text", "asked", "words"),
    [
        ("The Şuşa Bridge (1899)", "susa bri 1899", ["Şuşa", "Bridge", "1899"]),
        ("İRƏVAN, Əliyev", "irevan aliyev", ["İRƏVAN", "Əliyev"]),  # as it is typed, and as it folds
        ("Əmək həmrəyliyi", "hemreyliyi emek", ["Əmək", "həmrəyliyi"]),
        ("Əmək həmrəyliyi", '"emek hemreyliyi"', ["Əmək", "həmrəyliyi"]),
        ("heyət", "heyet heyat", ["heyət"]),
        ("set", "sat", []),
        ("İRƏVAN, Əliyev", "iravan aliyev", ["İRƏVAN", "Əliyev"]),
        ("съезд в Баку", "baku sezd", ["съезд", "Баку"]),
        ("a bridge, un-bridged", "bridge", ["bridge", "bridged"]),
        ("don’t do it", "dont", ["don’t"]),
        ("S\u0327us\u0327a is decomposed", "susa", ["S\u0327us\u0327a"]),
        ("🌉 bridge 🌉", "bridge", ["bridge"]),
        ("he came to 1 of 10", "1", ["1"]),
        ("Internationalisation", "internationalism", ["Internationalisation"]),
        ("½ of the fair", "1", ["½"]),
        ("nothing", "", []),
    ],
)
def test_words_are_found_where_they_stand(text: str, asked: str, words: list[str]) -> None:
    assert found(text, asked) == words


def test_phrases_stand_side_by_side_and_whole() -> None:
    text = "The old bridge of Oxbow, the bridge of old Oxbow"
    assert found(text, '"bridge of Oxbow"') == ["bridge", "of", "Oxbow"]
    assert found(text, '"bridge of Oxb"') == []
    assert found(text, "„bridge of old“ the") == ["The", "the", "bridge", "of", "old"]
    assert wanted('a "b" "c d" e"').words == ("a", "b", "e")


@pytest.mark.parametrize(
    ("names", "key"), [(("Baku", "Bakı", "Баку"), place_key), (("Heydər Əliyev", "Heydar Aliyev", "Гейдар Алиев"), actor_key)]
)
def test_a_name_has_one_key_in_every_language(names: tuple[str, ...], key: object) -> None:
    keys = [set(keys_asked(name, key)) for name in names]  # type: ignore[arg-type]
    assert set.intersection(*keys)
    assert not keys[0] & set(keys_asked("Someplace Else", key))  # type: ignore[arg-type]


PARTS = ("ab", "Ab", "abc", "ə", "Əli", "eli", "e", "Bakı", "b-c", "a'b", "—", "…", "c.d", "took", "took-place", "place,", "don’t", "ki̇")
SPACES = (" ", "  ", "\n", "\u2003", "\t ")


@given(
    st.lists(st.tuples(st.sampled_from(PARTS), st.sampled_from(SPACES)), max_size=12),
    st.lists(st.sampled_from(PARTS), min_size=1, max_size=3),
)
def test_what_is_found_is_what_a_look_at_every_word_finds(text: list[tuple[str, str]], asked: list[str]) -> None:
    written = "".join(part + space for part, space in text)
    for quoted in (" ".join(asked), f'"{" ".join(asked)}"', f'{asked[0]} "{" ".join(asked)}"'):
        want, finder = wanted(quoted), Finder(wanted(quoted))
        several = (written, f" {written}", "", written, *(part for part, _ in text))
        assert finder.hits(several) == [Finder(want).hits([read])[0] for read in several]
        for read in several[:2]:
            (hits,) = finder.hits([read])
            assert [(hit.start, hit.end) for hit in hits] == sorted({(hit.start, hit.end) for hit in hits})
            places = set[int]()
            for found in (words(read), words(as_typed(read))):
                places |= {at for at, word in enumerate(found) if any(begins(word, one) for one in want.words)}
                places |= {
                    first + at
                    for phrase in want.phrases
                    for first in range(len(found))
                    if tuple(found[first : first + len(phrase)]) == phrase
                    for at in range(len(phrase))
                }
            assert [words(read[hit.start : hit.end]) for hit in hits] == [[words(read)[at]] for at in sorted(places)]


def test_a_name_is_found_by_how_it_sounds() -> None:
    finder = Finder(wanted("Гейдар алиев баку abc"))
    assert finder.named(Piece("actor", "Heydər Əliyev"), "az") == [Hit(0, 6, 0), Hit(7, 13, 1)]
    assert finder.named(Piece("place", "Bakı"), "az") == [Hit(0, 4, 2)]
    assert finder.named(Piece("actor", "Abc"), "en") == []  # too short to be a name that only sounds so
    assert finder.named(Piece("statement", "Heydər Əliyev"), "az") == []
