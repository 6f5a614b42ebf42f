"""Claims of whole sentences and texts: clauses, carried dates, modality, attribution, places and actors."""

import pytest

from tests.ingest.extraction.helpers import claims_of, dated_of

CLAUSES = [
    ("en", "The bridge was opened on 4 May 1932.", [("1932-05-04", "The bridge was opened on 4 May 1932")]),
    (
        "en",
        "The mill was built in 1901, and the dam was finished in 1909.",
        [("1901", "The mill was built in 1901"), ("1909", "the dam was finished in 1909")],
    ),
    (
        "en",
        "In 1920 the school moved to Ganja; in 1931 it burned down.",
        [("1920", "In 1920 the school moved to Ganja"), ("1931", "in 1931 it burned down")],
    ),
    (
        "en",
        "The bridge was opened in 1932 and in 1945 it was destroyed.",
        [("1932", "The bridge was opened in 1932"), ("1945", "in 1945 it was destroyed")],
    ),
    (
        "en",
        "On 5 May 1932, 4 years after the flood of 1928, the bridge was opened.",
        [
            ("1932-05-05", "On 5 May 1932, 4 years after the flood of 1928, the bridge was opened"),
            ("1928", "On 5 May 1932, 4 years after the flood of 1928, the bridge was opened"),
        ],
    ),
    ("en", "The 1998 fair lasted from 4 May to 6 May 1998.", [("1998-05-04/1998-05-06", "The 1998 fair lasted from 4 May to 6 May 1998")]),
    ("en", "However, the fair closed in 1950.", [("1950", "the fair closed in 1950")]),
    ("az", "Körpü 4 may 1932-ci ildə açıldı.", [("1932-05-04", "Körpü 4 may 1932-ci ildə açıldı")]),
    (
        "az",
        "Dəyirman 1901-ci ildə tikildi, bənd isə 1909-cu ildə başa çatdırıldı.",
        [("1901", "Dəyirman 1901-ci ildə tikildi"), ("1909", "bənd isə 1909-cu ildə başa çatdırıldı")],
    ),
    (
        "az",
        "1995-ci il martın 3-də teatrın yaranması, 1997-ci il iyunun 8-də muzeyin açılması, 1999-cu ildə kitabın nəşri şəhəri dəyişdi.",
        [
            ("1995-03-03", "1995-ci il martın 3-də teatrın yaranması"),
            ("1997-06-08", "1997-ci il iyunun 8-də muzeyin açılması"),
            ("1999", "1999-cu ildə kitabın nəşri şəhəri dəyişdi"),
        ],
    ),
]


VALUES_BY_DATE = [
    ("en", "The price fell to 11 dollars in October 1923 from 13 dollars in August 1923.", [("1923-10", ["11"]), ("1923-08", ["13"])]),
    ("en", "The mill sold 900 tons in 1913, 8 per cent more than in 1912.", [("1913", ["900", "8"])]),
    ("en", "In 1913 the mill sold 900 tons; in 1914 it sold 700 tons.", [("1913", ["900"]), ("1914", ["700"])]),
    ("en", "The owners offered $35; the workers had asked for $60 in May 1913.", [(None, ["35"]), ("1913-05", ["60"])]),
    ("az", "Dəyirman 1913-cü ildə 900 ton, 1914-cü ildə isə 700 ton un satdı.", [("1913", ["900"]), ("1914", ["700"])]),
    ("az", "Dəyirman 1913-cü ildə 1912-ci ilə nisbətən 8 faiz çox un satdı.", [("1913", ["8"])]),
]


@pytest.mark.parametrize(("language", "text", "expected"), VALUES_BY_DATE)
def test_each_value_goes_to_its_date(language: str, text: str, expected: list[tuple[str | None, list[str]]]) -> None:
    claims = claims_of(text, language)
    assert [(claim.date and claim.date.edtf, [value.shown for value in claim.values]) for claim in claims] == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        (
            "en",
            "After the flood of 11 June 1859, in which 30 people died, the town was renamed on 6 December 1859.",
            [("1859-06-11", ["30"]), ("1859-12-06", [])],
        ),
        (
            "en",
            "The dam broke in 1667, when 80 people are said to have drowned, and again in 1859, when 12 people drowned.",
            [("1667", ["80"]), ("1859", ["12"])],
        ),
        (
            "ru",
            "Плотина рухнула в 1867 году, когда погибли 80 человек, и была построена снова в 1871 году.",
            [("1867", ["80"]), ("1871", [])],
        ),
    ],
)
def test_what_follows_a_date_with_when_is_of_that_date(language: str, text: str, expected: list[tuple[str, list[str]]]) -> None:
    claims = claims_of(text, language)
    assert [(claim.date.edtf, [value.value for value in claim.values]) for claim in claims if claim.date] == expected


@pytest.mark.parametrize(
    ("language", "text", "date"),
    [
        ("en", "The mill burned down on 31 January 1902 (13 February, new style).", "1902-02-13"),
        ("en", "The mill burned down on 13 February 1902 (31 January).", "1902-02-13"),
        ("ru", "Мельница сгорела 31 января (13 февраля) 1902 года.", "1902-02-13"),
        ("uk", "Млин згорів 15 (28) травня 1918 року.", "1918-05-28"),
        ("tr", "Değirmen 15 (28) Mayıs 1918 yılında yandı.", "1918-05-28"),
    ],
)
def test_one_day_in_two_calendars_is_one_claim(language: str, text: str, date: str) -> None:
    assert [claim.date and claim.date.edtf for claim in claims_of(text, language)] == [date]


def test_a_ceremony_of_the_past_is_none_that_is_only_planned() -> None:
    text = "2013-cü il mayın 3-də dəyirman açılıb. 2014-cü ildə yeni tədbirin keçirilməsi planlaşdırılır. Mərasimə 150 qonaq gəlib."
    opened, planned, guests = claims_of(text, "az")
    assert (opened.modality, planned.modality) == ("happened", "planned")
    assert guests.continues == "0"


@pytest.mark.parametrize(("language", "text", "expected"), CLAUSES)
def test_each_date_goes_to_its_clause(language: str, text: str, expected: list[tuple[str, str]]) -> None:
    assert dated_of(text, language) == expected


def test_an_order_is_given_and_what_it_orders_is_planned_in_azerbaijani() -> None:
    ordered, planned = claims_of(
        "Nazir sentyabrın 14–15-də rəssamların sərgisinin keçirilməsi üçün 1998-ci il aprelin 2-də əmr imzaladı.", "az"
    )
    assert (planned.modality, planned.date and planned.date.edtf) == ("planned", "1998-09-14/1998-09-15")
    assert (ordered.modality, ordered.date and ordered.date.edtf) == ("happened", "1998-04-02")
    assert ordered.start <= planned.start
    assert planned.end <= ordered.end


def test_an_order_is_given_and_what_it_orders_is_planned_in_english() -> None:
    ordered, planned = claims_of(
        "On 2 April 1998 the minister signed an order on an exhibition to be held in Ganja on 14-15 September 1998."
    )
    assert (ordered.modality, ordered.date and ordered.date.edtf) == ("happened", "1998-04-02")
    assert (planned.modality, planned.date and planned.date.edtf) == ("planned", "1998-09-14/1998-09-15")
    assert [value.value for value in planned.values] == ["Ganja"]


PERIODS = [
    ("en", "The inn was open from May 1994 until 3 June 1999.", ["1994-05/1999-06-03"]),
    ("en", "He came in May 1994 and stayed until June 1995.", ["1994-05", "1995-06"]),
    ("az", "Bağ 1994-cü ilin mayından 1999-cu ilin iyununa qədər açıq olub.", ["1994-05/1999-06"]),
    (
        "az",
        "Nazirin 2010-cu il 3 may tarixli çıxışından sonra, iyunun 9-dək 40 müraciət göndərildi.",
        ["2010-05-03", "2010-05-03/2010-06-09"],
    ),
]


@pytest.mark.parametrize(("language", "text", "dates"), PERIODS)
def test_the_ends_of_a_period_are_joined(language: str, text: str, dates: list[str]) -> None:
    assert [claim.date and claim.date.edtf for claim in claims_of(text, language)] == dates


CARRIED = [
    (
        "en",
        "Sheki hosted the Congress of Beekeepers in June 1996. It was attended by 120 delegates. They came from 9 districts.",
        [("1996-06", None), ("1996-06", "0"), ("1996-06", "0")],
    ),
    (
        "az",
        "Arıçıların qurultayı 1996-cı ilin iyununda keçirildi. Qurultaya 9 rayondan 120 nümayəndə gəldi. Onlara 30 qonaq qoşuldu.",
        [("1996-06", None), ("1996-06", "0"), ("1996-06", "0")],
    ),
    (
        "en",
        "The Second Congress of Beekeepers was held in Sheki on 7 June 1996. The hall was cold. 120 delegates came to the congress.",
        [("1996-06-07", None), ("1996-06-07", "0")],
    ),
    (
        "en",
        "The Congress of Beekeepers was held in June 1996. A council was elected at the congress.",
        [("1996-06", None), ("1996-06", "0")],
    ),
    (
        "en",
        "The First Congress met in 1990. The Second Congress met in 1996. 80 guests came to the First Congress.",
        [("1990", None), ("1996", None), ("1990", "0")],
    ),
    (
        "az",
        "Arıçıların II qurultayı 1996-cı il iyunun 7-də Şəkidə keçirildi. Bu qurultayda 120 nümayəndə iştirak etdi.",
        [("1996-06-07", None), ("1996-06-07", "0")],
    ),
    (
        "az",
        "Konfrans 2011-ci ilin mayında keçirildi. Konfransda yeni nizamnamə qəbul edildi.",
        [("2011-05", None), ("2011-05", "0")],
    ),
    (
        "az",
        "Sərgi 2015-ci il mayın 3-də Gəncədə açıldı. Tədbirdə 40 rəssam iştirak etdi.",
        [("2015-05-03", None), ("2015-05-03", "0")],
    ),
]


@pytest.mark.parametrize(("language", "text", "expected"), CARRIED)
def test_a_date_carries_to_what_is_said_on_of_the_same_happening(language: str, text: str, expected: list[tuple[str, str | None]]) -> None:
    claims = claims_of(text, language)
    assert [(claim.date and claim.date.edtf, claim.continues) for claim in claims] == expected
    for claim in claims:
        if claim.continues:
            earlier = claims[int(claim.continues)].date
            assert claim.date is not None
            assert earlier is not None
            assert (claim.date.start, claim.date.end) == (earlier.start, earlier.end)
            assert claim.date.derivation == f'carried from "{earlier.quote}"'


@pytest.mark.parametrize(
    ("language", "text", "claims"),
    [
        ("en", "The Congress of Beekeepers was held in June 1996. This congress became a turning point for the whole trade.", 1),
        ("en", "The conference was held in June 1996. 40 people came to the concert.", 2),
        ("az", "Arıçıların qurultayı 1996-cı ildə keçirildi. Bu qurultay böyük əhəmiyyət kəsb etdi.", 1),
    ],
)
def test_a_date_does_not_carry_to_reflections_or_to_other_happenings(language: str, text: str, claims: int) -> None:
    found = claims_of(text, language)
    assert len(found) == claims
    assert [claim.continues for claim in found] == [None] * claims
    assert [claim.date for claim in found[1:]] == [None] * (claims - 1)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Who opened the bridge in 1932?"),
        ("en", "A short history of the mill, 1901"),
        ("en", "Updated 3 June 2016 | 4 min read"),
        ("en", "By Our Correspondent, posted 3 June 2016"),
        ("en", "The town has always loved its bees."),
        ("en", "It is celebrated every year on 31 December."),
        ("en", "It was their first win since 2011."),
        ("az", "Körpünü 1932-ci ildə kim açdı?"),
        ("az", "Şəhər öz arılarını həmişə sevib."),
        ("az", "Qış nağılı"),
    ],
)
def test_what_makes_no_claim(language: str, text: str) -> None:
    assert claims_of(text, language) == []


@pytest.mark.parametrize(
    ("language", "text", "modality"),
    [
        ("en", "The bridge was opened in 1932.", "happened"),
        ("en", "The fair opened in May 1932.", "happened"),
        ("en", "The bridge will be opened in 2032.", "planned"),
        ("en", "The race was scheduled for 3 May 2011.", "planned"),
        ("en", "The race did not take place in 2011.", "denied"),
        ("en", "The mayor denied that a meeting took place on 5 June 2012.", "denied"),
        ("en", "The loss was not felt until 1918.", "happened"),
        ("en", "On 3 May 1998 the army took the hill, but did not hold it.", "happened"),
        ("en", "The fair, scheduled for 1998, was cancelled.", "denied"),
        ("en", "The order called a fair for 9 May 1998.", "planned"),
        ("en", "It was resolved to hold the fair on 9 May 1998.", "planned"),
        ("en", "On 9 May 1998 it was resolved to hold a fair.", "happened"),
        ("en", "In May 1950, had the dam held, the mill would have stood.", "hypothetical"),
        ("en", "If the court agrees, a vote could be held in May 2032.", "hypothetical"),
        ("en", "In May 2032, if it rains, they may leave.", "hypothetical"),
        ("en", "In May 1950, the dam had held, and all was well.", "happened"),
        ("en", "No losses were reported in 1950.", "denied"),
        ("en", "No fewer than 200 sheep drowned in 1950.", "happened"),
        ("en", "Neither side attacked in 1950.", "denied"),
        ("az", "Sərgi 2011-ci ilin mayında keçirilməli idi.", "planned"),
        ("az", "Qurultay 1998-ci ilin mayında yarmarka keçirilməsini qərara aldı.", "planned"),
        ("az", "1998-ci ilin mayında qurultay yarmarka keçirilməsini qərara aldı.", "happened"),
        ("az", "Körpü 2032-ci ildə açıla bilər.", "hypothetical"),
        ("en", "If the dam had broken in 1950, the town might have drowned.", "hypothetical"),
        ("en", "In June 1955 the minister announced that the vote would not be held.", "happened"),
        ("az", "Körpü 1932-ci ildə açıldı.", "happened"),
        ("az", "Körpü 2032-ci ildə açılacaq.", "planned"),
        ("az", "Sərgi 2011-ci il mayın 3-də keçirilsin.", "planned"),
        ("az", "Yarış 2011-ci ildə baş tutmadı.", "denied"),
        ("az", "Bina 2011-ci ildə təmir edildi.", "happened"),
        ("az", "Nazirlik 2012-ci il iyunun 5-də görüş keçirildiyini təkzib edib.", "denied"),
    ],
)
def test_modality(language: str, text: str, modality: str) -> None:
    [claim] = claims_of(text, language)
    assert claim.modality == modality


@pytest.mark.parametrize(
    ("language", "text", "source"),
    [
        ("en", "According to the State Statistics Committee, 300 people came in 2015.", "State Statistics Committee"),
        ("en", "Leyla Orucova said that 300 people came in 2015.", "Leyla Orucova"),
        ("en", "The commission found that 14 bridges were unsafe in 2015.", "commission"),
        ("en", "Many historians think that 300 people came in 2015.", "historians"),
        ("az", "Komissiya müəyyən edib ki, 2015-ci ildə 14 körpü təhlükəli olub.", "Komissiya"),
        ("en", "According to the decree, the council met in 2015.", None),
        ("en", "300 people came in 2015.", None),
        ("az", "Dövlət Statistika Komitəsinin məlumatına görə, 2015-ci ildə 300 nəfər gəlib.", "Dövlət Statistika Komitəsi"),
        ("az", "Leyla Orucova bildirib ki, 2015-ci ildə 300 nəfər gəlib.", "Leyla Orucova"),
        ("az", "Rayon rəhbəri körpünün 2012-ci ildə təmir olunduğunu bildirib.", "Rayon rəhbəri"),
        ("az", "2015-ci ildə 300 nəfər gəlib.", None),
    ],
)
def test_attribution(language: str, text: str, source: str | None) -> None:
    [claim] = claims_of(text, language)
    assert (claim.attribution and claim.attribution.name) == source


@pytest.mark.parametrize(
    ("language", "text", "places"),
    [
        ("en", "The fair was held in Ganja in 1996.", [("Ganja", "held in Ganja")]),
        ("en", "Ganja hosted the fair in 1996.", [("Ganja", "Ganja hosted")]),
        ("en", "In Tbilisi, the fair opened in 1996.", [("Tbilisi", "In Tbilisi")]),
        ("en", "The fair took place in May 1996 in the city of Sheki.", [("Sheki", "in the city of Sheki")]),
        ("en", "She was born in Ostmarle in 1996.", [("Ostmarle", "born in Ostmarle")]),
        ("en", "He died on 4 May 1996 in Saint Orr.", [("Saint Orr", "in Saint Orr")]),
        ("en", "A fair was held in the village of Old Marle in 1996.", [("Old Marle", "held in the village of Old Marle")]),
        ("en", "In 1996 he was born in Parliament Street.", []),
        ("en", "It was read in Parliament in 1996.", []),
        ("az", "O, 1996-cı ildə Qızılca kəndində doğulub.", [("Qızılca", "Qızılca kəndində")]),
        ("az", "1996-cı ildə Qızılca Respublikası quruldu.", []),
        ("en", "People living in Turkey sent letters in 1996.", []),
        ("en", "The New York Times wrote about it in 1996.", []),
        ("az", "Sərgi 1996-cı ildə Gəncədə açıldı.", [("Ganja", "Gəncədə")]),
        ("az", "Sərgi 1996-cı ildə Bakı şəhərində açıldı.", [("Baku", "Bakı şəhərində")]),
        ("az", "Cəmiyyət 1996-cı ildə ABŞ-da yaradıldı.", [("United States", "ABŞ-da")]),
        ("az", "1996-cı ildə Türkiyədə yaşayan rəssamlar məktub göndərdi.", []),
    ],
)
def test_where_it_happened_is_a_value(language: str, text: str, places: list[tuple[str, str]]) -> None:
    [claim] = claims_of(text, language)
    assert [(value.value, value.quote) for value in claim.values if value.attribute == "place"] == places


@pytest.mark.parametrize(
    ("language", "text", "actors"),
    [
        ("en", "In 1996 President Leyla Orucova met Ahmad Karimov.", ["Leyla Orucova", "Ahmad Karimov"]),
        ("en", "The Council of Beekeepers met in 1996.", ["Council of Beekeepers"]),
        ("az", "1996-cı ildə Leyla Orucovanın kitabı çıxdı.", ["Leyla Orucova"]),
        ("az", "1996-cı ildə Arıçılar Komitəsinin binası tikildi.", ["Arıçılar Komitəsi"]),
    ],
)
def test_actors_have_their_base_names(language: str, text: str, actors: list[str]) -> None:
    [claim] = claims_of(text, language)
    assert [actor.name for actor in claim.actors] == actors


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Turnout was lower by 7.5 percent than in 2008."),
        ("en", "Repairs cost 4 million crowns, compared with 3.9 million in 2008."),
        ("az", "Bu, 2008-ci ildən 7,5 faiz azdır."),
        ("az", "Bu, 2008-ci ildən bəri ən çox 40 nəfərdir."),
    ],
)
def test_what_is_only_compared_with_gives_no_date(language: str, text: str) -> None:
    [claim] = claims_of(text, language)
    assert claim.date is None


def test_more_than_so_many_in_a_year_is_dated() -> None:
    [claim] = claims_of("More than 300 in 2008 were women.")
    assert claim.date is not None


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("az", "Qurultay 1906-cı ildə açıldı. Qurultayda 15 nümayəndə iştirak etdi, lakin heç bir qərar qəbul olunmadı."),
        ("en", "The congress opened in 1906. At the congress 15 delegates voted, but nothing was decided."),
    ],
)
def test_what_is_counted_is_not_denied_with_what_follows(language: str, text: str) -> None:
    claim = claims_of(text, language)[1]
    assert claim.date is not None
    assert (claim.date.edtf, claim.modality, [value.value for value in claim.values]) == ("1906", "happened", ["15"])


def test_a_place_is_no_actor() -> None:
    [claim] = claims_of("A fair was held in the village of Old Marle in 1996.")
    assert ([place.name for place in claim.places], claim.actors) == (["Old Marle"], ())


def test_a_claim_carries_its_context_and_a_readable_statement() -> None:
    text = "It rained. The libra-\nrians met on 3 May 1999 in the\ntown. It rained."
    [claim] = claims_of(text)
    assert claim.quote == "The libra-\nrians met on 3 May 1999 in the\ntown"
    assert claim.statement == "The librarians met on 3 May 1999 in the town"
    assert (claim.prefix, claim.suffix) == ("It rained. ", ". It rained.")


def test_confidence_falls_with_what_had_to_be_inferred() -> None:
    texts = (
        "The fair was held in June 1996. In August of the same year the mill burned. "
        + "It rained. " * 8
        + "At the fair, 90 people were counted."
    )
    assert [claim.confidence for claim in claims_of(texts)] == ["high", "medium", "low"]


def test_a_value_beyond_a_row_of_dated_things_is_not_dated_by_them() -> None:
    claims = claims_of("1990-cı il daşqın, 1992-ci il yanğın, torpaqların 20 faizinin itirilməsi kəndi boşaltdı.", "az")
    assert [(claim.date and claim.date.edtf, [value.shown for value in claim.values]) for claim in claims] == [
        ("1990", []),
        ("1992", []),
        (None, ["20"]),
    ]
