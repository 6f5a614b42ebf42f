"""Claims in the languages that are read with fewer words: dates with plain numbers, percentages and money, and what did not happen."""

import pytest

from tests.ingest.extraction.helpers import claims_of

TEXTS = [
    ("tr", "Fuar 5 Mayıs 1996 tarihinde açıldı ve 120 delege katıldı.", "1996-05-05", [("representatives", "120", None)]),
    ("tr", "2010 yılında oyların %45,5'i sayıldı.", "2010", [("share", "45.5", "%")]),
    (
        "ru",
        "5 мая 1996 года открылась ярмарка, приехали 403 делегата из 35 стран.",
        "1996-05-05",
        [("representatives", "403", None), ("countries", "35", None)],
    ),
    ("ru", "В 1999 году утонуло более 17 000 человек.", "1999", [("people", ">17000", None)]),
    ("ru", "В 1950 году завод выплатил 12 тысяч рублей.", "1950", [("amount", "12000", "RUB")]),
    ("uk", "У 1999 році приїхало понад 17 000 осіб.", "1999", [("people", ">17000", None)]),
    ("fr", "En 1999, plus de 17 000 personnes vinrent.", "1999", [("people", ">17000", None)]),
    ("fr", "En 2015, 3,5 millions de personnes vinrent.", "2015", [("people", "3500000", None)]),
    (
        "de",
        "Die Messe begann am 5. Mai 1996 mit 403 Delegierten aus 35 Ländern.",
        "1996-05-05",
        [("representatives", "403", None), ("countries", "35", None)],
    ),
    ("es", "En 1999 llegaron más de 17.000 personas.", "1999", [("people", ">17000", None)]),
    ("es", "En 2010 el 45,5 % de los votos fue nulo.", "2010", [("share", "45.5", "%")]),
]


@pytest.mark.parametrize(("language", "text", "date", "values"), TEXTS)
def test_dated_numbers(language: str, text: str, date: str, values: list[tuple[str, str, str | None]]) -> None:
    [claim] = claims_of(text, language)
    assert claim.date is not None
    assert claim.date.edtf == date
    assert [(value.attribute, value.shown, value.unit) for value in claim.values if value.kind != "place"] == values


@pytest.mark.parametrize(
    ("language", "text", "modality"),
    [
        ("tr", "Fuar 2011 yılında yapılmadı.", "denied"),
        ("tr", "Köprü 2030 yılında açılacak.", "planned"),
        ("ru", "Ярмарка 2011 года не состоялась.", "denied"),
        ("ru", "Мост будет открыт в 2030 году.", "planned"),
        ("ru", "В 2011 году пришло не менее 20 человек.", "happened"),
        ("uk", "Ярмарок 2011 року не відбувся.", "denied"),
        ("fr", "Le pont sera ouvert en 2030.", "planned"),
        ("fr", "La foire n'a pas eu lieu en 2011.", "denied"),
        ("de", "Die Messe fand am 4. Juni 2011 nicht statt.", "denied"),
        ("de", "Am 4. Juni 2011 kamen nicht weniger als 20 Delegierte.", "happened"),
        ("es", "La feria no se celebró en 2011.", "denied"),
        ("es", "El puente será abierto en 2030.", "planned"),
    ],
)
def test_what_did_not_happen(language: str, text: str, modality: str) -> None:
    [claim] = claims_of(text, language)
    assert claim.modality == modality


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Der 3. Kongress begann am 4. Juni 1998."),
        ("fr", "Le 2e congrès se tint en 1998."),
        ("es", "El 3.er congreso tuvo lugar en 1998."),
        ("ru", "В 1998 году прошёл 5-й съезд."),
        ("tr", "3'üncü kongre 1998 yılında toplandı."),
        ("it", "Nel 1998 vennero 12 gatti."),
    ],
)
def test_what_is_no_count(language: str, text: str) -> None:
    assert [value for claim in claims_of(text, language) for value in claim.values] == []


def test_a_full_stop_inside_a_date_ends_no_sentence() -> None:
    [claim] = claims_of("Die Messe begann am 5. Mai 1996 und endete bald.", "de")
    assert claim.quote == "Die Messe begann am 5. Mai 1996 und endete bald"
