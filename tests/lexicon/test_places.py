"""Places by their names in several languages and cases."""

import tomllib
from importlib import resources

import pytest

from shared.lexicon.places import known_place, lies_within, load_places


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


@pytest.mark.parametrize(
    ("inner", "outer"),
    [
        ("Baku", "Azerbaijan"),
        ("Shusha", "Karabakh"),
        ("Shusha", "Azerbaijan"),
        ("Shusha", "Caucasus"),
        ("Tbilisi", "South Caucasus"),
        ("Edinburgh", "Scotland"),
        ("Scotland", "United Kingdom"),
    ],
)
def test_a_place_lies_within_another(inner: str, outer: str) -> None:
    assert lies_within(inner, outer)
    assert not lies_within(outer, inner)


@pytest.mark.parametrize(("one", "other"), [("Baku", "Baku"), ("Baku", "Georgia"), ("Azerbaijan", "Georgia"), ("Nowhere", "Asia")])
def test_places_apart(one: str, other: str) -> None:
    assert not lies_within(one, other)


def test_the_list_is_whole() -> None:
    table = tomllib.loads(resources.files("shared.lexicon").joinpath("places.toml").read_text("utf-8"))
    sections = [table[section] for section in ("countries", "cities", "regions")]
    names = {name for section in sections for name in section}
    codes = {row["code"] for row in table["countries"].values()}
    for name, row in (item for section in sections for item in section.items()):
        assert row["en"], name
        assert row.get("within", name) in names, name
        assert row.get("code", "SU") in codes | {"SU"}, name
        assert known_place(row["en"][0], "en") is not None, name


def test_an_accident_is_no_gaza() -> None:
    assert known_place("Qəza", "az") is None
    assert known_place("Qəzza", "az") == "Gaza"
