"""Sentences that begin with a word that points back name nothing by themselves."""

import pytest

from shared.lexicon.pronouns import points_back


@pytest.mark.parametrize(
    ("language", "sentence", "back"),
    [
        ("en", "It was founded in Tarn in 1904", True),
        ("en", "“He died in Tarn in 1904", True),
        ("en", "Itinerant preachers came in 1904", False),
        ("az", "Həmin qurultayda sədr seçildi", True),
        ("az", "Qurultayda sədr seçildi", False),
        ("ru", "Они прибыли в 1904 году", True),
        ("xx", "It was founded in Tarn", False),
        ("en", "", False),
    ],
)
def test_points_back(language: str, sentence: str, *, back: bool) -> None:
    assert points_back(sentence, language) is back
