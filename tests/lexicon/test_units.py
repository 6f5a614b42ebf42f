"""Nouns that are counted, in all their forms, and the money they are paid in."""

import pytest

from shared.lexicon.inflection import load_inflection
from shared.lexicon.units import load_units


@pytest.mark.parametrize(
    ("language", "word", "name"),
    [
        ("en", "countries", "countries"),
        ("en", "delegates", "representatives"),
        ("en", "women", "women"),
        ("en", "organisation", "organizations"),
        ("az", "ölkə", "countries"),
        ("az", "ölkədən", "countries"),
        ("az", "ölkəsindəki", "countries"),
        ("az", "qonağın", "guests"),
        ("az", "nümayəndələrinə", "representatives"),
        ("az", "uşağı", "children"),
        ("az", "təşkilatlarımızdan", "organizations"),
    ],
)
def test_a_noun_is_found_in_its_forms(language: str, word: str, name: str) -> None:
    found = load_units(language).counted.find(word)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(("language", "word"), [("en", "gizmos"), ("az", "filankəs"), ("az", "ölkəçilik"), ("xx", "country")])
def test_other_words_are_not_found(language: str, word: str) -> None:
    assert load_units(language).counted.find(word) is None


@pytest.mark.parametrize(("words", "code"), [("abş dolları", "USD"), ("manatı", "AZN"), ("avroya", "EUR"), ("dollar", "USD")])
def test_money(words: str, code: str) -> None:
    found = load_units("az").money.find(words)
    assert found is not None
    assert found.name == code


def test_every_word_of_a_table_is_found_as_it_is_listed() -> None:
    for language in ("en", "az"):
        counted = load_units(language).counted
        for word, name in counted.names.items():
            found = counted.find(word)
            assert found is not None
            assert (found.name, found.ending.text) == (name, "")


def test_endings_know_their_case() -> None:
    inflection = load_inflection("az")
    cases = {text: ending.case for text in ("dən", "nın", "də", "a", "dək") if (ending := inflection.ending(text))}
    assert cases == {"dən": "ablative", "nın": "genitive", "də": "locative", "a": "dative", "dək": "terminal"}
