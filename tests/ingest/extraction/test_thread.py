"""Sentences without a date of their own, rows of chronologies, datelines and bylines."""

import pytest

from services.ingest.extraction.rules import RulesExtractor
from shared.domain.ports import ExtractionInput
from tests.ingest.extraction.helpers import claims_of, dated_of, values_of

FOLLOWING = [
    ("en", "The dam broke on 4 May 1932. Forty houses were swept away and 12 bridges fell.", "1932-05-04"),
    ("en", "The school opened in 1901. It was a cold winter. The teachers welcomed 60 pupils.", "1901"),
    ("en", "A fire broke out in the port on 4 May 1932.\n\nAt least 30 people were injured, the doctors said.", "1932-05-04"),
    ("en", "The council met on 4 May 1932. At the ceremony 14 medals were given.", "1932-05-04"),
    ("az", "Bənd 4 may 1932-ci ildə uçdu. Su 40 evi apardı.", "1932-05-04"),
    ("az", "Limanda yanğın 4 may 1932-ci ildə başladı.\n\nHəkimlərin dediyinə görə, 30 nəfər xəsarət aldı.", "1932-05-04"),
    ("az", "Yarmarka 2011-ci il iyunun 2-də açılıb. Builki yarmarkaya 15 ölkə qatılıb.", "2011-06-02"),
]


@pytest.mark.parametrize(("language", "text", "date"), FOLLOWING)
def test_what_is_counted_after_a_dated_happening_takes_its_date(language: str, text: str, date: str) -> None:
    claims = claims_of(text, language)
    assert [claim.date and claim.date.edtf for claim in claims] == [date, date]
    assert claims[1].continues == "0"


NOT_FOLLOWING = [
    ("en", "The school opened in 1901. It now has 900 pupils."),
    ("en", "The school opened in 1901.\n\nThe village lost 60 houses to the river."),
    ("en", "The school opened in 1901. Every year 40 pupils left it."),
    ("en", "The school opened in 1901. The concert drew 300 visitors."),
    ("en", "The school opened in 1901. A few years later 300 pupils left it."),
    ("en", "The school opened on 3 June 1901. It cost 9,000 roubles."),
    ("en", "The school opened on 3 June 1901. Some 200 pupils sat in its rooms at the height of the war."),
    ("az", "Məktəb 3 iyun 1901-ci ildə açıldı. Binanın dəyəri 9 min rubl olmuşdur."),
    ("az", "Məktəb 1901-ci ildə açıldı. Hazırda burada 900 şagird oxuyur."),
    ("az", "Məktəb 1901-ci ildə açıldı. Hər il 40 şagird buranı bitirirdi."),
]


@pytest.mark.parametrize(("language", "text"), NOT_FOLLOWING)
def test_what_is_of_another_time_takes_no_date(language: str, text: str) -> None:
    claims = claims_of(text, language)
    assert len(claims) == 2
    assert claims[1].date is None


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            "en",
            "An earthquake struck on 4 May 1932. The dam stood there since the earthquake of 1859. A baker gave 90 roubles to the victims.",
        ),
        ("az", "Zəlzələ 4 may 1932-ci ildə oldu. 1859-cu il zəlzələsindən sonra bənd tikildi. Hadisədə 90 nəfər həlak oldu."),
    ],
)
def test_victims_are_not_those_of_what_was_only_mentioned(language: str, text: str) -> None:
    assert [claim.date and claim.date.edtf for claim in claims_of(text, language)][::2] == ["1932-05-04", "1932-05-04"]


def test_the_ceremony_is_what_was_told_last() -> None:
    text = (
        "Qurultay 4 may 1932-ci ildə Gəncədə keçirildi. Bəndin təməli 7 iyun 1933-cü ildə qoyuldu. Mərasimdə Aydın Rüstəmov iştirak etdi."
    )
    claims = claims_of(text, "az")
    assert [claim.date and claim.date.edtf for claim in claims] == ["1932-05-04", "1933-06-07", "1933-06-07"]
    assert claims[2].continues == "1"


def test_what_is_expected_at_a_happening_is_planned_for_its_day() -> None:
    text = "The founder died on 2 May 1990. The jubilee will be celebrated on 4 June 2031. Some 40 guests are expected at the ceremony."
    assert [date for date, _ in dated_of(text)] == ["1990-05-02", "2031-06-04", "2031-06-04"]


ROWS = [
    (
        "en",
        "The dam: a chronology\n\n1901 – foundation of the mill\n1918, 4 May – flood\n1941–1945 – 300 workers at the front\n"
        "5 June 1960: the new dam opens",
        ["1901", "1918-05-04", "1941/1945", "1960-06-05"],
    ),
    (
        "az",
        "Bəndin tarixi\n\n1901 – dəyirmanın tikilməsi\n1918, 4 may – daşqın\n1920, aprelin 7 – təmir\n1941–1945: 300 fəhlə cəbhədə",
        ["1901", "1918-05-04", "1920-04-07", "1941/1945"],
    ),
]


@pytest.mark.parametrize(("language", "text", "dates"), ROWS)
def test_every_row_of_a_chronology_is_a_claim(language: str, text: str, dates: list[str]) -> None:
    assert [date for date, _ in dated_of(text, language)] == dates


DATELINES = [
    ("en", "QUBA, Azerbaijan, July 5, 2014 — The fair that opened here on 2 July drew 300 visitors.", ["2014-07-02"]),
    ("az", "Quba, 5 iyul 2014 – İyulun 2-də burada yarmarka açılıb.", ["2014-07-02"]),
    ("en", "The fair\n\nBy Aygun Rza. Published: 5 July 2014\n\nThe fair was opened on 2 July.", ["2014-07-02"]),
    ("az", "Yarmarka\n\n05.07.2014, Quba\n\nYarmarka dünən açılıb.", ["2014-07-04"]),
]


@pytest.mark.parametrize(("language", "text", "dates"), DATELINES)
def test_datelines_and_bylines_date_the_document_and_make_no_claim(language: str, text: str, dates: list[str]) -> None:
    assert [date for date, _ in dated_of(text, language)] == dates


PUBLISHED = [
    ("az", "Bu il iyunun 3-də muzey açılıb. Gələn ilin yayında sərgi keçiriləcək.", ["2019-06-03", "2020-22"]),
    ("en", "The museum was founded in 1934. In 1987 it burned down.\n\nThis year it bought 40 paintings.", ["1934", "1987", "2019"]),
    (
        "az",
        "Zəlzələ 1990-cı il noyabrın 25-də baş verdi. Noyabrın 27-də komissiya quruldu. Bu il onun binası söküldü.",
        ["1990-11-25", "1990-11-27", "2019"],
    ),
]


@pytest.mark.parametrize(("language", "text", "dates"), PUBLISHED)
def test_the_day_of_publication_settles_what_is_counted_from_it(language: str, text: str, dates: list[str]) -> None:
    claims = RulesExtractor().extract(ExtractionInput(text=text, language=language, published="2019-06-20"))
    assert [claim.date.edtf for claim in claims if claim.date] == dates


COUNTS = [
    ("en", "In 1932 12 people were hurt, and 40 were taken to hospital.", ("people", "40")),
    ("az", "1932-ci ildə 40 nəfər xəstəxanalara göndərildi.", ("people", "40")),
    ("en", "In 1932 the mill hired 300 militiamen.", ("militiamen", "300")),
    ("az", "1932-ci ildə 6 gümüş medal verildi.", ("medals", "6")),
]


@pytest.mark.parametrize(("language", "text", "expected"), COUNTS)
def test_those_who_underwent_something_are_counted(language: str, text: str, expected: tuple[str, str]) -> None:
    assert expected in [(attribute, shown) for attribute, shown, _ in values_of(text, language)]


ELLIPTIC = [
    (
        "en",
        "The first congress was held in Tarn in 2004. The second one met in Linz on 20 May 2006; the third was held in Orlin in 2009.",
        ["The second one [congress] met in Linz on 20 May 2006", "the third [congress] was held in Orlin in 2009"],
    ),
    (
        "en",
        "The second festival took place in July 2011. The third was held in June 2012 and the fourth in July 2013.",
        ["The third [festival] was held in June 2012", "the fourth [festival] in July 2013"],
    ),
    (
        "az",
        "Birinci qurultay 2004-cü ildə Tarnda keçirilib. İkincisi 2006-cı ildə Lində olub.",
        ["İkincisi [qurultay] 2006-cı ildə Lində olub"],
    ),
    ("en", "The first congress was held in 2004. The second of the speakers died in 2006.", ["The second of the speakers died in 2006"]),
    ("en", "The first congress was held in 2004. The second edition appeared in 2006.", ["The second edition appeared in 2006"]),
    ("en", "The mill was built in 2004. The second was built in 2006.", ["The second was built in 2006"]),
]


@pytest.mark.parametrize(("language", "text", "statements"), ELLIPTIC)
def test_an_ordinal_alone_is_told_with_what_it_numbers(language: str, text: str, statements: list[str]) -> None:
    assert [claim.statement for claim in claims_of(text, language)][1:] == statements


def test_what_follows_an_ordinal_alone_is_of_what_it_numbers() -> None:
    text = "The first congress was held in 2004. The second was held in 2006.\n\nThe second congress was attended by 40 delegates."
    *_, second, delegates = claims_of(text, "en")
    assert delegates.date is not None
    assert delegates.date.edtf == "2006"
    assert second.statement.startswith("The second [congress]")


COUNTED = [
    (
        "en",
        "The founding congress was held on 14 March 2004. The second met in 2005. Two years after the founding congress we went on.",
        "2006",
    ),
    ("en", "The great fire of 1974 took the mill. Five years before the fire it had opened.", "1969"),
    ("az", "Təsis qurultayı 2004-cü ildə keçirildi. Təsis qurultayından iki il sonra köçdük.", "2006"),
    ("az", "Yanğın 1974-cü ildə oldu. Yanğından beş il sonra köçdük.", "1979"),
]


@pytest.mark.parametrize(("language", "text", "year"), COUNTED)
def test_years_are_counted_from_what_the_text_has_told_of(language: str, text: str, year: str) -> None:
    last = claims_of(text, language)[-1]
    assert last.date is not None
    assert (last.date.edtf, last.date.derivation.startswith("relative to")) == (year, True)


UNCOUNTED = [
    ("en", "The first congress met in 2004, the second congress in 2006. Two years after the congress we went on.", 2),
    ("en", "The mill was built in 1974. Two years after the fire we went on.", 1),
    ("az", "Dəyirman 1974-cü ildə tikilib. Yanğından beş il sonra köçdük.", 1),
]


@pytest.mark.parametrize(("language", "text", "claims"), UNCOUNTED)
def test_years_are_not_counted_from_what_may_be_another(language: str, text: str, claims: int) -> None:
    assert len(claims_of(text, language)) == claims
