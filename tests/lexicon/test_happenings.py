"""Concepts, ordinals and the parts they play, found in texts by tables."""

import tomllib
from collections import defaultdict
from pathlib import Path

import pytest

from shared.lexicon import happenings
from shared.lexicon.happenings import (
    CONCEPTS,
    ConceptMention,
    concept_name,
    concepts_in,
    is_matter_of,
    is_stopword,
    ordinal_word,
    tokens,
)

TABLES = Path(happenings.__file__).parent


def found(text: str, language: str = "en") -> dict[str, ConceptMention]:
    return {mention.concept.name: mention for mention in concepts_in(tokens(text), language)}


@pytest.mark.parametrize(
    ("concept", "texts"),
    [
        ("congress", {"en": "the congresses met", "az": "qurultayların gedişi", "tr": "kurultayda", "ru": "на съезде"}),
        ("earthquake", {"en": "an earthquake", "az": "zəlzələdən sonra", "tr": "depremin", "ru": "землетрясение"}),
        ("newspaper", {"en": "newspapers", "az": "qəzetində", "tr": "gazetesi", "ru": "газету"}),
        ("solidarity day", {"en": "the Day of Solidarity", "az": "həmrəyliyi gününün", "tr": "dayanışma günü", "ru": "день солидарности"}),
        ("crackdown", {"en": "a bloody crackdown", "az": "etirazların yatırılması", "ru": "подавление протеста"}),
        ("transform", {"en": "turned into", "az": "instituta çevrildi", "tr": "enstitüye dönüştürüldü", "ru": "преобразован"}),
        ("plaque", {"en": "a memorial plaque", "az": "xatirə lövhəsi", "tr": "anma levhası", "ru": "мемориальная доска"}),
        ("power station", {"en": "power station", "az": "elektrik stansiyası", "tr": "santralin", "ru": "электростанции"}),
    ],
)
def test_a_concept_is_one_in_every_language(concept: str, texts: dict[str, str]) -> None:
    for language, text in texts.items():
        assert concept in found(text, language), (language, text)


def test_the_longest_pattern_wins() -> None:
    assert set(found("The Coordination Council of the border movement")) == {"council", "border movement"}


def test_a_pattern_does_not_cross_a_comma() -> None:
    assert "victory day" not in found("They spoke of victory, day after day")


def test_plurals_are_english_only() -> None:
    assert "bridge" in found("two bridges")
    assert "hospital" not in found("hospitals", "az")


@pytest.mark.parametrize(
    ("text", "language", "ordinals"),
    [
        ("the first congress", "en", {1}),
        ("the 23rd Congress", "en", {23}),
        ("the Fourth All-Union Congress", "en", {4}),
        ("Congress IV", "en", {4}),
        ("for the first time the congress", "en", set()),
        ("the first day of the congress", "en", set()),
        ("in 1991 the congress", "en", set()),
        ("XIV qurultay", "az", {14}),
        ("3-cü qurultay", "az", {3}),
        ("on birinci qurultay", "az", {11}),
        ("1-ci, 2-ci və 3-cü qurultaylar", "az", {1, 2, 3}),
        ("XX əsrin qurultayı", "az", set()),
        ("1937-ci il qurultayı", "az", set()),
        ("beşinci kurultay", "tr", {5}),
        ("девятый съезд", "ru", {9}),
        ("9-й съезд", "ru", {9}),
    ],
)
def test_ordinals(text: str, language: str, ordinals: set[int]) -> None:
    assert found(text, language)["congress"].ordinals == ordinals


@pytest.mark.parametrize(
    ("text", "language", "role"),
    [
        ("members were elected at the congress", "en", "setting"),
        ("by the congress", "en", "means"),
        ("the congress elected them", "en", "subject"),
        ("qurultayda seçildi", "az", "setting"),
        ("qurultay zamanı", "az", "setting"),
        ("qurultay seçdi", "az", "subject"),
    ],
)
def test_roles(text: str, language: str, role: str) -> None:
    assert found(text, language)["congress"].role == role


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("a decree on the holding of a congress", "en", True),
        ("the congress adopted a decree", "en", False),
        ("qurultayın keçirilməsi haqqında sərəncam", "az", True),
        ("sərəncam verildi, qurultay keçirildi", "az", False),
        ("a decree, a congress", "xx", False),
    ],
)
def test_the_matter_of_a_paper(text: str, language: str, expected: bool) -> None:
    mentions = found(text, language if language != "xx" else "en")
    assert is_matter_of([mentions["congress"]], [mentions["decree"]], tokens(text), language) is expected


def test_stopwords_by_language() -> None:
    assert is_stopword("and", "en")
    assert is_stopword("noyabrin", "az-Latn")
    assert not is_stopword("and", "az")
    assert not is_stopword("honey", "en")


def test_a_language_without_tables_has_no_concepts() -> None:
    assert found("the first congress", "xx") == {}


class TestTables:
    def test_no_pattern_means_two_things(self) -> None:
        meanings: dict[tuple[str, str], set[str]] = defaultdict(set)
        table = tomllib.loads((TABLES / "happenings.toml").read_text(encoding="utf-8"))
        for kind_class in table["classes"]:
            for name, row in table.get(kind_class, {}).items():
                for language, patterns in row.items():
                    for pattern in patterns.split("|"):
                        meanings[language, pattern.strip()].add(name)
        assert {pattern: names for pattern, names in meanings.items() if len(names) > 1} == {}

    def test_every_section_has_a_class_and_every_concept_english_and_azerbaijani(self) -> None:
        table = tomllib.loads((TABLES / "happenings.toml").read_text(encoding="utf-8"))
        assert set(table) - {"classes", "shown", "families"} == set(table["classes"])
        rows = {name: row for kind_class in table["classes"] for name, row in table[kind_class].items()}
        assert rows.keys() == CONCEPTS.keys()
        assert [name for name, row in rows.items() if not {"en", "az"} <= row.keys()] == []

    def test_every_row_of_another_table_is_that_of_a_concept(self) -> None:
        table = tomllib.loads((TABLES / "happenings.toml").read_text(encoding="utf-8"))
        assert {name for shown in table["shown"].values() for name in shown} <= CONCEPTS.keys()
        assert {name for names in table["families"].values() for name in names} <= CONCEPTS.keys()
        for own in TABLES.glob("happenings-*.toml"):
            assert tomllib.loads(own.read_text(encoding="utf-8")).keys() <= CONCEPTS.keys(), own.name


class TestNamesForReaders:
    @pytest.mark.parametrize(
        ("name", "language", "shown"),
        [
            ("congress", "az", "qurultay"),
            ("found", "en", "founding"),
            ("found", "az", "yaradılma"),
            ("death", "az", "ölüm"),
            ("power station", "az", "elektrik stansiyası"),
            ("congress", "de", "kongress"),
            ("congress", "xx", "congress"),
        ],
    )
    def test_of_concepts(self, name: str, language: str, shown: str) -> None:
        assert concept_name(name, language) == shown

    @pytest.mark.parametrize(
        ("number", "language", "shown"),
        [
            (1, "en", "first"),
            (3, "az", "üçüncü"),
            (21, "en", "21st"),
            (113, "en", "113th"),
            (26, "az", "26-cı"),
            (40, "az", "40-cı"),
            (99, "ru", "99."),
        ],
    )
    def test_of_ordinals(self, number: int, language: str, shown: str) -> None:
        assert ordinal_word(number, language) == shown


@pytest.mark.parametrize(
    ("text", "language", "expected", "unexpected"),
    [
        ("Şəhərdə zəlzələ oldu", "az", "earthquake", "death"),
        ("Şair 1935-ci ildə öldü", "az", "death", "earthquake"),
        ("Gəncədə sərgi açıldı", "az", "exhibition", "youth"),
        ("Gənclər forumu keçirildi", "az", "youth", "meeting"),
        ("Sel evi dağıtdı", "az", "damage", "mountain"),
        ("Der dritte Kongress fand in Wien statt", "de", "congress", "meeting"),
        ("Le troisième congrès eut lieu à Paris", "fr", "congress", "meeting"),
        ("El tercer congreso se celebró en Madrid", "es", "congress", "meeting"),
        ("Третій з'їзд відбувся в Києві", "uk", "congress", "meeting"),
    ],
)
def test_words_that_fold_alike_and_languages_of_their_own(text: str, language: str, expected: str, unexpected: str) -> None:
    found = {mention.concept.name for mention in concepts_in(tokens(text), language)}
    assert expected in found
    assert unexpected not in found


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Der dritte Kongress", "de"),
        ("Le troisième congrès", "fr"),
        ("El tercer congreso", "es"),
        ("Третій з'їзд", "uk"),
        ("III qurultay", "az"),
    ],
)
def test_ordinals_in_every_language(text: str, language: str) -> None:
    (mention,) = concepts_in(tokens(text), language)
    assert mention.ordinals == {3}


@pytest.mark.parametrize(
    ("language", "text", "number"),
    [
        ("en", "the fiftieth anniversary of the school", 50),
        ("en", "the 100th anniversary of the school", 100),
        ("az", "məktəbin 75 illik yubileyi", 75),
        ("az", "məktəbin 50 illiyi qeyd edildi", 50),
        ("az", "məktəbin əllinci ildönümü", 50),
        ("en", "the seventy-fifth anniversary of the school", 75),
        ("az", "məktəbin yetmiş beşinci ildönümü", 75),
        ("ru", "семьдесят пятая годовщина школы", 75),
        ("tr", "okulun 90. yıl dönümü, 90 yıllık jübilesi", 90),
        ("ru", "отметили 60-летие школы", 60),
        ("ru", "60-летний юбилей школы", 60),
    ],
)
def test_an_anniversary_is_numbered_by_its_years(language: str, text: str, number: int) -> None:
    assert found(text, language)["anniversary"].ordinals == {number}


@pytest.mark.parametrize(
    ("language", "text", "concept", "role"),
    [
        ("az", "Tovuzda doğulmuş yazıçının lövhəsi", "birth", "attribute"),
        ("az", "vəfat etmiş rəssamın sərgisi", "death", "attribute"),
        ("az", "1907-ci ildə vəfat etmiş, orada da dəfn olunub", "death", "subject"),
        ("az", "o, Tovuzda doğulmuşdur", "birth", "subject"),
        ("tr", "1907'de vefat etmiş ressamın sergisi", "death", "attribute"),
    ],
)
def test_a_participle_before_its_noun_says_who_somebody_is(language: str, text: str, concept: str, role: str) -> None:
    assert found(text, language)[concept].role == role


def test_where_somebody_was_born_is_no_birth() -> None:
    assert set(found("a plaque on the house where she was born")) == {"plaque", "birthplace"}


@pytest.mark.parametrize(
    ("language", "text", "concept", "numbers"),
    [
        ("en", "the founding congress", "congress", {1}),
        ("az", "təsis qurultayı", "congress", {1}),
        ("az", "ilk qurultay", "congress", {1}),
        ("az", "ilk dəfə qurultay", "congress", set()),
        ("tr", "ilk kurultay", "congress", {1}),
        ("ru", "учредительный съезд", "congress", {1}),
        ("en", "the 90th founding anniversary", "anniversary", {90}),
        ("az", "1-ci, 2-ci və 3-cü qurultaylar", "congress", {1, 2, 3}),
    ],
)
def test_what_founds_is_the_first(language: str, text: str, concept: str, numbers: set[int]) -> None:
    assert found(text, language)[concept].ordinals == numbers
