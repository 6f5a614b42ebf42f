"""What exports say themselves: as much in every language, and chosen as the reader asks."""

import string

import pytest

from services.query.citing.rendering import LANGUAGES
from services.query.exports.words import Words, languages, preferred, strings


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_language_says_as_much() -> None:
    english = strings()["en"]
    for language in languages():
        said = strings()[language]
        assert list(said) == list(english)
        assert {key: fields(text) for key, text in said.items()} == {key: fields(text) for key, text in english.items()}


@pytest.mark.parametrize(
    ("asked", "known", "chosen"),
    [
        (None, ("en", "az"), "en"),
        ("az", ("en", "az"), "az"),
        ("az-Latn-AZ, en;q=0.5", ("en", "az"), "az"),
        ("en;q=0.5, az;q=0.9", ("en", "az"), "az"),
        ("fr, az;q=0.1", ("en", "az"), "az"),
        ("fr", ("en", "az"), "en"),
        ("az;q=0", ("en", "az"), "en"),
        ("az;q=zero, *", ("en", "az"), "en"),
        ("fr, az;q=0.1", LANGUAGES, "fr"),
    ],
)
def test_the_language_that_is_asked_for(asked: str | None, known: tuple[str, ...], chosen: str) -> None:
    assert preferred(asked, known) == chosen


def test_words_can_be_asked_for_by_header() -> None:
    assert Words.wanted("az, en;q=0.1") == Words("az")
    assert Words.wanted(None)("or") == "or"
