"""Numbers with what they count, how exactly they count it, and what is no count at all."""

import pytest

from services.ingest.extraction.numbers import parse_decimal
from tests.ingest.extraction.helpers import claims_of, values_of

ENGLISH = [
    ("Two or three hundred villages burned.", [("villages", "200–300", "Two or three hundred villages")]),
    ("Between five and seven ships sank.", [("ships", "5–7", "Between five and seven ships")]),
    ("Over a thousand guests came.", [("guests", ">1000", "Over a thousand guests")]),
    ("200+ guests came.", [("guests", "≥200", "200+ guests")]),
    ("The League of Five Towns had 9 members.", [("members", "9", "9 members")]),
    ("One in ten households had no roof.", []),
    ("They were told to hand over 11 forts.", [("forts", "11", "11 forts")]),
    ("She wrote about 12 women.", [("women", "12", "12 women")]),
    ("Some 300 of his soldiers fell.", [("soldiers", "~300", "Some 300")]),
    ("At least 160 were hurt.", [("injured", "≥160", "At least 160 were hurt")]),
    ("Twelve sawmills burned.", [("sawmills", "12", "Twelve sawmills")]),
    ("There were two ways to go.", []),
    ("The flood hit the town, killing at least 17.", [("deaths", "≥17", "at least 17")]),
    ("12 people were killed and 30 people were injured.", [("deaths", "12", "12 people"), ("injured", "30", "30 people")]),
    ("Some 70 of the 120 deputies voted for it.", [("deputies", "~70", "Some 70"), ("deputies", "120", "120 deputies")]),
    ("The number of refugees in the town reached 45,000.", [("refugees", "45000", "45,000")]),
    ("The death toll rose to 1,204.", [("deaths", "1204", "1,204")]),
    ("The town had a population of 3,412.", [("inhabitants", "3412", "3,412")]),
    ("A quake of magnitude 6.1 was felt.", [("magnitude", "6.1", "6.1")]),
    ("He paid 40 silver roubles.", [("amount", "40", "40 silver roubles")]),
    ("The fair drew 412 delegates and 57 guests.", [("representatives", "412", "412 delegates"), ("guests", "57", "57 guests")]),
    ("More than 90 small companies took part.", [("companies", ">90", "More than 90 small companies")]),
    ("It was read in 14 foreign countries.", [("countries", "14", "14 foreign countries")]),
    ("Some two dozen villages burned.", [("villages", "~24", "Some two dozen villages")]),
    ("Two hundred and fifty soldiers fell.", [("soldiers", "250", "Two hundred and fifty soldiers")]),
    ("Forty-five ships sank.", [("ships", "45", "Forty-five ships")]),
    ("At least 12 people died.", [("deaths", "≥12", "At least 12 people")]),
    ("Up to 30 trees fell.", [("trees", "≤30", "Up to 30 trees")]),
    ("Fewer than 8 members voted.", [("members", "<8", "Fewer than 8 members")]),
    ("Nearly 1.5 million voters came.", [("voters", "~1500000", "Nearly 1.5 million voters")]),
    ("Between 300 and 400 houses stood.", [("houses", "300–400", "Between 300 and 400 houses")]),
    ("The hall holds 300–400 people.", [("people", "300–400", "300–400 people")]),
    ("They paid $2.5 million for it.", [("amount", "2500000", "$2.5 million")]),
    ("They paid 1,200 euros for it.", [("amount", "1200", "1,200 euros")]),
    ("Turnout was 61.4 percent.", [("share", "61.4", "61.4 percent")]),
    ("Turnout rose by 7% there.", [("share", "7", "7%")]),
    ("Order No. 88 was read out to 9 officers.", [("order number", "88", "Order No. 88"), ("officers", "9", "9 officers")]),
    ("He bought 12 gizmos there.", [("gizmos", "12", "12 gizmos")]),
    ("There are 30 young people in it.", [("young people", "30", "30 young people")]),
    (
        "Some 70,000 were evacuated, 12 were killed.",
        [("evacuated", "~70000", "Some 70,000 were evacuated"), ("deaths", "12", "12 were killed")],
    ),
    ("Nearly half a million men came.", [("men", "~500000", "Nearly half a million men")]),
    ("It has 20 or more rooms.", [("rooms", "≥20", "20 or more rooms")]),
]

AZERBAIJANI = [
    ("Kənddə on iki çörəkxana açıldı.", [("çörəkxana", "12", "on iki çörəkxana")]),
    ("Kənddə iki yeni dükan açıldı.", [("shops", "2", "iki yeni dükan")]),
    ("Kənddə iki yeni qapı açıldı.", []),
    ("Sərgidə 412 nümayəndə və 57 qonaq iştirak etdi.", [("representatives", "412", "412 nümayəndə"), ("guests", "57", "57 qonaq")]),
    ("Foruma 90-dan çox kiçik şirkət qatıldı.", [("companies", ">90", "90-dan çox kiçik şirkət")]),
    ("Sərgiyə 40-a yaxın ölkədən rəssamlar gəldi.", [("countries", "~40", "40-a yaxın ölkədən")]),
    ("Kənddə 50-dək ev tikildi.", [("houses", "~50", "50-dək ev")]),
    ("İclasda 25 ictimai təşkilatın üzvləri çıxış etdi.", [("organizations", "25", "25 ictimai təşkilatın")]),
    ("Burada 70-dən çox elmi və mədəni müəssisənin nümayəndəsi var.", [("institutions", ">70", "70-dən çox elmi və mədəni müəssisənin")]),
    ("Layihəyə 12.500 manat, 3,5 milyon avro ayrıldı.", [("amount", "12500", "12.500 manat"), ("amount", "3500000", "3,5 milyon avro")]),
    ("Ona 700 ABŞ dolları verildi.", [("amount", "700", "700 ABŞ dolları")]),
    ("Ərazinin 30 faizi meşədir.", [("share", "30", "30 faizi")]),
    ("2003-cü ildə Nazirlər Kabinetinin 34 nömrəli qərarı qüvvəyə mindi.", [("decision number", "34", "34 nömrəli qərarı")]),
    ("Kitab 9 dildə nəşr edildi.", [("languages", "9", "9 dildə")]),
    ("Bir milyon ağac əkildi.", [("trees", "1000000", "Bir milyon ağac")]),
    ("İki yüz əlli nəfər qonaq gəldi.", [("guests", "250", "İki yüz əlli nəfər qonaq")]),
    ("Mərasimə 300 nəfərdən çox adam gəldi.", [("people", ">300", "300 nəfərdən çox")]),
    ("Şəhərdə 2 milyon 38 min 750 nəfər yaşayır.", [("people", "2038750", "2 milyon 38 min 750 nəfər")]),
    ("Komandada 12 gənc var.", [("young people", "12", "12 gənc")]),
    ("Üç-dörd min nəfər gəldi.", [("people", "3000–4000", "Üç-dörd min nəfər")]),
    ("On-on iki kənd yandı.", [("villages", "10–12", "On-on iki kənd")]),
    ("24 nəfər xəsarət alıb, 3 nəfər həlak olub.", [("injured", "24", "24 nəfər"), ("deaths", "3", "3 nəfər")]),
    ("Nümayəndələrin sayı 601 olmuşdur.", [("representatives", "601", "601")]),
    ("Əhalinin sayı 45.000-ə çatdı.", [("inhabitants", "45000", "45.000-ə")]),
    ("Şəhərin əhalisi 300 min nəfər idi.", [("inhabitants", "300000", "300 min nəfər")]),
    ("Zəlzələ 5,6 bal gücündə idi.", [("magnitude", "5.6", "5,6 bal")]),
    ("Artım 5 faizdən az idi.", [("share", "<5", "5 faizdən az")]),
    ("Ona 100 manata yaxın pul verildi.", [("amount", "~100", "100 manata yaxın")]),
    ("Salonda 50 nəfərədək adam saxlanıldı.", [("people", "~50", "50 nəfərədək")]),
    ("Bu işdə 500 nəfər xidmət edirdi.", [("people", "500", "500 nəfər")]),
    ("Yarım milyon ağac əkildi.", [("trees", "500000", "Yarım milyon ağac")]),
    ("Jurnalın 200-ə yaxın nömrəsi çıxdı.", [("issues", "~200", "200-ə yaxın nömrəsi")]),
    ("20 ölkənin 81 şəhərində tədbir keçirildi.", [("countries", "20", "20 ölkənin"), ("cities", "81", "81 şəhərində")]),
]


@pytest.mark.parametrize(("text", "expected"), ENGLISH)
def test_english_values(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert values_of(text) == expected


@pytest.mark.parametrize(("text", "expected"), AZERBAIJANI)
def test_azerbaijani_values(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert values_of(text, "az") == expected


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The 3rd edition of the 12th volume came out.", "en"),
        ("A 44-day war broke out.", "en"),
        ("It lasted for 30 years and 4 months.", "en"),
        ("One of the main streets was closed.", "en"),
        ("Version 2.0.1 runs at 14:30 on T-72.", "en"),
        ("It was 5+5 again.", "en"),
        ("A six kilometre gap opened.", "en"),
        ("Hundreds of people came.", "en"),
        ("The two sides met.", "en"),
        ("Hall 5 was opened.", "en"),
        ("Some 1 in 5 people were poor.", "en"),
        ("It grew by 1.5 houses.", "en"),
        ("10 mərtəbəli bina tikildi.", "az"),
        ("50 manatlıq əskinas buraxıldı.", "az"),
        ("Ordu 26 minlik qoşunla qalaya çatdı.", "az"),
        ("Ayın 12-dək Gəncə boş qaldı.", "az"),
        ("Bu, 3-cü nəşrin 12-ci cildidir.", "az"),
        ("44 günlük müharibə oldu.", "az"),
        ("30 il və 4 ay davam etdi.", "az"),
        ("Minlərlə məktub göndərildi.", "az"),
        ("Onların işi bitdi, hər iki tərəf razılaşdı.", "az"),
        ("Bir sıra ölkələr razılaşdı.", "az"),
    ],
)
def test_what_is_no_count(text: str, language: str) -> None:
    assert values_of(text, language) == []


def test_money_has_its_currency() -> None:
    [claim] = claims_of("The town paid £300 and 20 manats.")
    assert [(value.kind, value.unit) for value in claim.values] == [("money", "GBP"), ("money", "AZN")]


@pytest.mark.parametrize(
    ("text", "group", "decimal", "number"),
    [
        ("1,234", ",", ".", "1234"),
        ("1.234", ",", ".", "1.234"),
        ("1.234", ".", ",", "1234"),
        ("12,5", ".", ",", "12.5"),
        ("1.234.567", ".", ",", "1234567"),
        ("1,234.5", ",", ".", "1234.5"),
        ("12,5", ",", ".", "12.5"),
        ("1.2.3", ",", ".", None),
        ("12,34,5", ",", ".", None),
    ],
)
def test_separators(text: str, group: str, decimal: str, number: str | None) -> None:
    found = parse_decimal(text, group, decimal)
    assert (None if found is None else str(found)) == number
