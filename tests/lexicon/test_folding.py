"""One form for what alphabets, diacritics and transliteration write differently."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.lexicon.folding import fold, name_key, sound, words


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Şəki", "saki"),
        ("IŞIQ", "isiq"),
        ("İstanbul", "istanbul"),
        ("Ашхабад", "ashkhabad"),
        ("Йошкар-Ола", "ioshkar-ola"),
        ("Straße", "strasse"),
        ("Cəfər Cabbarlı’nın", "cafar cabbarlinin"),
        ("naïve", "naive"),
    ],
)
def test_fold(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=40))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_composed_and_decomposed_letters_fold_alike() -> None:
    assert fold("ș") == fold("ș")
    assert fold("й") == fold("й")


def test_words_are_folded_and_numbers_count() -> None:
    assert words("Bakıda 37 ölkədən, 2-ci dəfə") == ["bakida", "37", "olkadan", "2", "ci", "dafa"]


@pytest.mark.parametrize(
    "spellings",
    [
        [("Səməd Vurğun", "az"), ("Samad Vurghun", "en"), ("Самед Вургун", "ru"), ("Samed Vurgun", "tr")],
        [("Qax", "az"), ("Gakh", "en"), ("Гах", "ru")],
        [("Şamaxı", "az"), ("Shamakhi", "en"), ("Шамахы", "ru")],
        [("Cavad", "az"), ("Javad", "en"), ("Джавад", "ru"), ("Cavad", "tr")],
        [("Çingiz", "az"), ("Chingiz", "en"), ("Чингиз", "ru")],
        [("Hüseyn", "az"), ("Hussein", "en"), ("Гусейн", "ru")],
        [("Qorbaçov", "az"), ("Gorbachov", "en")],
    ],
    ids=lambda spellings: spellings[0][0],
)
def test_a_name_sounds_the_same_in_every_spelling(spellings: list[tuple[str, str]]) -> None:
    assert len({name_key(name, language) for name, language in spellings}) == 1


@pytest.mark.parametrize(("one", "other"), [("İlham", "Heydər"), ("Bakı", "Batumi"), ("Şəki", "Şuşa"), ("Rza", "Rəna")])
def test_other_names_sound_otherwise(one: str, other: str) -> None:
    assert sound(one, "az") != sound(other, "az")


@pytest.mark.parametrize(("one", "other"), [("Hüseynov", "Hüseynzadə"), ("Qurbanov", "Qurbanlı"), ("Abdullayev", "Abdullazadə")])
def test_names_that_begin_alike_are_told_apart(one: str, other: str) -> None:
    assert name_key(one, "az") != name_key(other, "az")


def test_endings_fall_off_long_names() -> None:
    assert name_key("Naxçıvanda", "az") == name_key("Naxçıvanın", "az") == name_key("Nakhchivan", "en")


def test_a_language_tag_may_carry_a_script() -> None:
    assert sound("Cavad", "az-Latn") == sound("Cavad", "az")
