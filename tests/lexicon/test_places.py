"""Places by their names in several languages and cases."""

import pytest

from shared.lexicon.places import load_places


@pytest.mark.parametrize(
    ("language", "words", "name", "case"),
    [
        ("en", "baku", "Baku", None),
        ("en", "baku's", "Baku", "genitive"),
        ("en", "united states of america", "United States", None),
        ("az", "bakıda", "Baku", "locative"),
        ("az", "gəncəyə", "Ganja", "dative"),
        ("az", "abş-da", "United States", "locative"),
        ("az", "amerika birləşmiş ştatlarında", "United States", "locative"),
        ("az", "almaniyanın", "Germany", "genitive"),
        ("tr", "bakü", "Baku", None),
        ("ru", "баку", "Baku", None),
    ],
)
def test_a_place_is_found_by_its_names(language: str, words: str, name: str, case: str | None) -> None:
    found = load_places(language).find(words)
    assert found is not None
    assert (found[0].name, found[1].case) == (name, case)


@pytest.mark.parametrize(("language", "words"), [("en", "nowhere"), ("az", "bakıçı"), ("az", "şəhər")])
def test_other_words_are_no_places(language: str, words: str) -> None:
    assert load_places(language).find(words) is None


def test_a_language_without_names_of_its_own_uses_the_english_ones() -> None:
    found = load_places("sv").find("baku")
    assert found is not None
    assert found[0].code == "AZ"
