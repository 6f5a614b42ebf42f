"""Who tells what is told: phrases, verbs before and after, quotation marks; and how what is told is meant."""

import pytest

from tests.ingest.extraction.helpers import claims_of

TOLD = [
    ("en", "Twelve barges sank on 4 May 1961, the harbour office said.", "harbour office"),
    ("en", "Twelve barges sank on 4 May 1961, according to the harbour office.", "harbour office"),
    ("en", "Twelve barges sank on 4 May 1961, residents said.", "residents"),
    ("en", '"We lost twelve barges on 4 May 1961," said Olga Bernt, who owned them.', "Olga Bernt"),
    ("en", '"We lost twelve barges on 4 May 1961," the owner said.', "owner"),
    ("en", "Olga Bernt, the owner, said twelve barges sank on 4 May 1961.", "Olga Bernt"),
    ("en", "The minister of transport told reporters that twelve barges sank on 4 May 1961.", "minister of transport"),
    ("en", "In 1961 the owner had said that twelve barges were too many.", "owner"),
    ("en", "Olga Bernt wrote a letter about the twelve barges on 4 May 1961.", None),
    ("az", "Liman idarəsi 1961-ci il mayın 4-də on iki gəminin batdığını bildirib.", "Liman idarəsi"),
    ("az", "Liman idarəsinin məlumatına əsasən, 1961-ci il mayın 4-də on iki gəmi batıb.", "Liman idarəsi"),
    ("az", "Olqa Berntin sözlərinə görə, 1961-ci il mayın 4-də on iki gəmi batıb.", "Olqa Bernt"),
    ("az", '"Biz 1961-ci il mayın 4-də on iki gəmi itirdik", – deyə Olqa Bernt bildirib.', "Olqa Bernt"),
    ("az", "Gəmi sahibi Olqa Bernt deyib: “Biz 1961-ci il mayın 4-də on iki gəmi itirdik”.", "Olqa Bernt"),
    ("az", "ABC-nin məlumatına görə, 1961-ci il mayın 4-də on iki gəmi batıb.", "ABC"),
    ("az", "1961-ci il mayın 4-də on iki gəmi batıb.", None),
    ("en", "On 4 May 1961 twelve barges sank, according to which the harbour was closed.", None),
    ("en", "Twelve barges sank on 4 May 1961 according to these contracts.", None),
    ("en", "According to official estimates between 12 and 14 barges sank on 4 May 1961.", "official estimates"),
    ("en", 'According to the agency "Tarn Press", twelve barges sank on 4 May 1961.', "Tarn Press"),
    ("ru", "По сообщению агентства «Тарн-пресс», 4 мая 1961 года затонуло 12 барж.", "агентства «Тарн-пресс»"),
]


@pytest.mark.parametrize(("language", "text", "name"), TOLD)
def test_who_tells_it(language: str, text: str, name: str | None) -> None:
    [claim] = claims_of(text, language)
    assert (claim.attribution.name.removeprefix("the ") if claim.attribution else None) == name


@pytest.mark.parametrize(
    ("language", "text", "name"),
    [
        ("en", "Olga Bernt said that twelve barges sank in 1961. She said that nine of the barges were found in 1962.", "Olga Bernt"),
        ("az", "Olqa Bernt bildirib ki, 1961-ci ildə on iki gəmi batıb. Onun sözlərinə görə, 1962-ci ildə 9 gəmi tapılıb.", "Olqa Bernt"),
    ],
)
def test_a_pronoun_stands_for_who_spoke_before(language: str, text: str, name: str) -> None:
    first, second = claims_of(text, language)
    assert first.attribution is not None
    assert second.attribution is not None
    assert first.attribution.name == second.attribution.name == name
    assert second.attribution.quote in ("She", "Onun")


def test_each_of_two_sources_has_its_own_figure() -> None:
    text = "The mine collapsed on 3 June 1911. Ivo Kranz wrote that 40 miners died, while the owner said that 25 miners died."
    _, one, other = claims_of(text)
    assert one.attribution is not None
    assert other.attribution is not None
    assert (one.attribution.name, [value.shown for value in one.values]) == ("Ivo Kranz", ["40"])
    assert (other.attribution.quote, [value.shown for value in other.values]) == ("the owner", ["25"])
    assert one.date is not None
    assert one.date.edtf == "1911-06-03"


@pytest.mark.parametrize(
    ("language", "text", "modality"),
    [
        ("en", "The bridge would open on 9 October 1987, Ivo Kranz said.", "planned"),
        ("en", "He would later leave the town in 1987.", "happened"),
        ("en", "The mine was to reopen in 1987.", "planned"),
        ("en", "He was to become mayor in 1987.", "happened"),
        ("en", "The firm has denied allegations that it sold the mine in 1987.", "denied"),
        ("en", "Had the mine reopened in 1987, the town would have grown.", "hypothetical"),
        ("en", "If the pump had not failed in 1987, the mine might have reopened.", "hypothetical"),
        ("en", "The fair of 3 May 1987 was called off.", "denied"),
        ("en", "The flood of 3 May 1987 took the stage, and the last evening was called off.", "happened"),
        ("en", "The fair of 3 May 1987 had been announced, but it was called off.", "denied"),
        ("en", "The fair of 3 May 1987 had been announced, but the fair was called off.", "denied"),
        ("en", "The mine not only reopened in 1987, it doubled its output.", "happened"),
        ("az", "Ivo Krans şaxtanın 1987-ci ildə açılacağını bildirib.", "planned"),
        ("az", "Ivo Krans şaxtanın 1987-ci ildə açılmadığını bildirib.", "denied"),
        ("az", "Şaxtanın 1987-ci ildə açılacağı elan edilmişdi.", "planned"),
        ("az", "Sərgi 1987-ci ildə ləğv edildi.", "denied"),
        ("az", "Qanun 1987-ci ildə ləğv edildi.", "happened"),
        ("az", '"Şaxta 1987-ci ildə açılacaq", – deyə Ivo Krans bildirib.', "planned"),
        ("az", "Əgər 1987-ci ildə nasos xarab olmasaydı, şaxta açılardı.", "hypothetical"),
    ],
)
def test_how_what_is_told_is_meant(language: str, text: str, modality: str) -> None:
    [claim] = claims_of(text, language)
    assert claim.modality == modality


@pytest.mark.parametrize(
    "text",
    ["The mine closed on 3 May 1987, the firm said on 5 May 1987.", "The firm said on 5 May 1987 that the mine closed on 3 May 1987."],
)
def test_the_day_on_which_it_was_said_is_not_the_date(text: str) -> None:
    [claim] = claims_of(text)
    assert claim.date is not None
    assert claim.date.edtf == "1987-05-03"
