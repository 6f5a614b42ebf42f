"""What city histories, biographies, and reports of sport, disasters and the economy do that plainer prose does not."""

import pytest

from tests.ingest.extraction.helpers import claims_of, dated_of, values_of

DATES = [
    # The year of a name before a verb that counts is no number of killed.
    ("en", "The Great Flood of 1921 killed 312 people at Tarn.", ["1921"]),
    # These may be the decades of either century.
    ("en", "The mill opened in 1892. The club won two cups way back in the '70s.", ["1892"]),
    ("en", "The prize was founded in 1911. It is given in Tarn at an annual ceremony on 3 May.", ["1911"]),
    ("en", "The prize was founded in 1911. The annual ceremony was held on 3 May.", ["1911", "1911-05-03"]),
    ("en", "The duke went on with it after his brother's death (6 June 1744).", []),
    ("en", "The governor died at Tarn (6 June 1744).", ["1744-06-06"]),
    ("az", "Anna Berg ölümündən (1797) sonra tanındı.", []),
    # When a union was is no date of what was made of it.
    ("az", "Tarn klubu 1962-ci ildə Millər İttifaqının (MİT, 1931-1962) əsasında qurulmuşdur.", ["1962"]),
    # Since when somebody has lived there is not when they made peace.
    ("az", "Adam Orlin 1720-ci ildən qəsəbədə yaşayan bəylə barışdı.", []),
    ("az", "1720-ci ildən etibarən Adam bəy qəsəbədə yaşadı.", ["1720"]),
    # "0,8 faiz çox" compares with nothing that is named.
    (
        "az",
        "2013-cü ilin yanvar-mart aylarında bilet 3 manat olub. 2013-cü ilin yanvar-iyun aylarında 4,5 faiz çox bilet satılıb.",
        ["2013-01/2013-03", "2013-01/2013-06"],
    ),
    ("az", "Tarnda 1711, 1815 və 1904 il yanğınları bazarı külə döndərib.", ["1711", "1815", "1904"]),
    ("az", "1500 və 1800 il əvvəl Tarnda 12 qala tikilib.", [None]),
    ("az", "Bizim eranın 512 ilində qala tikilmişdir.", ["0512"]),
    ("az", "1987/88-də “Tarn” kuboku götürdü.", ["1987/1988"]),
    ("az", "Tarn balı çox satılır\n- 4 mart, 2022\n- 10:15\nBu ilin yanvar ayında Tarn 15 ton bal satıb.", ["2022-01"]),
    # What somebody was, and when they were born, is not when they died.
    ("az", "Limanın sabiq rəisi (1971-1975), dəyirmançı Adam Orlin 2015-ci ildə vəfat edib.", ["2015"]),
    ("az", "1958-ci il təvəllüdlü Anna Bergova 1999-cu il mayın 7-də muzeyə müdir təyin edilib.", ["1999-05-07"]),
    ("en", "A former director of the mill (1984-87), Anna Berg is a founder of the party.", []),
    ("en", "In the Battle of Tarn (1919), the army lost 12 men.", ["1919"]),
    (
        "en",
        "She was clerk from 1928 to 1932. But 1931 was a year of floods. The dam broke on 4 May.",
        ["1928/1932", "1931", "1931-05-04"],
    ),
    ("en", "In 1990 it rained. The mayor and 1800 other guests had walked to Tarn.", ["1990", "1990"]),
    ("en", "The choir came to Tarn on 8 June 1921, almost a week earlier, and sang.", ["1921-06-08"]),
    # What a museum holds it holds today.
    ("az", "Arxiv 1952-ci ildə açılıb. Arxivin fondunda 900-dən çox xəritə toplanıb.", ["1952", None]),
    # "The same period of last year" is only compared with.
    ("az", "Tarn, 4 mart 2022. Bu, 2020-ci ilin eyni dövrü ilə müqayisədə 12 min ton çoxdur.", [None]),
    # After 1909 these may be the decades of either century.
    (
        "az",
        "Dəyirman 1909-cu ildə qurulub. Orada ötən əsrin 50-ci illərində məktəb, 70-ci illərdə klub olub, 80-ci illərdə yanğın baş verib.",
        ["1909"],
    ),
    ("az", "Məktəb 1978-ci ildə tikilib. 80-ci illərdə orada 300 şagird oxuyub.", ["1978", "198X"]),
    # A list of earthquakes is not drawn up at the date of one.
    ("az", "Bernosda zəlzələ 1671-ci ildə baş verib. Cəmiyyət 15 güclü zəlzələnin xəritəsini çəkib.", ["1671", None]),
]


@pytest.mark.parametrize(("language", "text", "dates"), DATES)
def test_a_date_is_that_of_what_happened_then(language: str, text: str, dates: list[str | None]) -> None:
    assert [date for date, _ in dated_of(text, language)] == dates


def test_each_part_of_a_digest_has_the_day_that_heads_it() -> None:
    text = "3 May 1998Belland\n\nA fire killed 7 people, officials said today.\n\n5 May 1998. Aid has begun to reach 12 towns today."
    assert {date for date, _ in dated_of(text)} == {None}


CLAUSES = [
    (
        "In 1722, Adam Orlin, the newly elected master of the millers, fortified Tarn and closed its gates on March 3, 1723.",
        [
            ("1722", "In 1722, Adam Orlin, the newly elected master of the millers, fortified Tarn"),
            ("1723-03-03", "Adam Orlin closed its gates on March 3, 1723"),
        ],
    ),
    (
        "In the year 1611, the long strike of the millers began, which lasted until 1612.",
        [("1611", "In the year 1611, the long strike of the millers began"), ("1612", "which lasted until 1612")],
    ),
    (
        "The mill burnt down in 1920. [3] In 1958 it became a school. [4]",
        [("1920", "The mill burnt down in 1920"), ("1958", "In 1958 it became a school")],
    ),
]


@pytest.mark.parametrize(("text", "expected"), CLAUSES)
def test_a_clause_is_quoted_with_its_verb(text: str, expected: list[tuple[str, str]]) -> None:
    assert dated_of(text) == expected


VALUES = [
    ("az", "Sel 1911-ci ildə kənddəki 300 evdən 120-sini apardı.", [("houses", "120")]),
    ("az", "1911-ci ildə 12 nəfərdən 3-ü öldü.", [("people", "3")]),
    ("az", "Meşənin sahəsi 1948-ci ildə 310 km2 idi.", [("square kilometres", "310")]),
    ("az", "1991-ci ildə sədr üçdə iki səs çoxluğu ilə seçildi.", []),
    ("az", "1991-ci ilin 9 ayında 12 konsert oldu.", [("concerts", "12")]),
    ("az", "1991-ci ildə 26 komanda iki qrupda yarışdı.", [("teams", "26"), ("groups", "2")]),
    ("az", "Muzey 2015-ci ildə Millər prospekti, 49 ünvanına köçürülmüşdür.", []),
    ("en", "In 1991 the club won two titles.", [("titles", "2")]),
]


@pytest.mark.parametrize(("language", "text", "values"), VALUES)
def test_a_number_counts_what_it_stands_for(language: str, text: str, values: list[tuple[str, str]]) -> None:
    assert [value[:2] for value in values_of(text, language)] == values


LEFT_OUT = [
    (
        "Orlin went to Tarn in 1949, was promoted to clerk in 1951, to judge in 1954, and to mayor in 1955.",
        ["Orlin went to Tarn in 1949", "Orlin was promoted to clerk in 1951", "Orlin was promoted to judge in 1954"],
    ),
    ("Berg completed her degree in 1955 at Tarn, and her doctorate in 1962.", ["", "Berg completed her doctorate in 1962"]),
    (
        "She had held the Orlin Chair (Tarn Society, 1951) and the Linz Chair (Berg Society, 1958).",
        ["", "She had held the Linz Chair (Berg Society, 1958)"],
    ),
    (
        "Fairs have been held in Tarn (1903), Big Orlin (1907), and the Linz Valley (1911).",
        ["", "Fairs have been held in Big Orlin (1907)", "Fairs have been held in the Linz Valley (1911)"],
    ),
    # Who did it may as well be another.
    ("Two sisters have led the choir: Anna Berg (1921), and Berta Linz (1934).", ["", "Berta Linz (1934)"]),
    ("The mill opened in 1905, the school in 1907.", ["", "the school in 1907"]),
]


@pytest.mark.parametrize(("text", "statements"), LEFT_OUT)
def test_a_statement_has_the_verb_that_its_clause_leaves_out(text: str, statements: list[str]) -> None:
    found = [statement for _, statement in dated_of(text)][: len(statements)]
    assert [after or before for before, after in zip(found, statements, strict=True)] == found


BRACKETS = [
    (
        "en",
        "The hall was paid for by the widow of Alfred Berg (who drowned in 1871), and is open to all.",
        [("1871", "Alfred Berg who drowned in 1871")],
    ),
    ("en", "The bridge (built in 1905) collapsed in 1920.", [("1920", "The bridge collapsed in 1920"), ("1905", "bridge built in 1905")]),
    (
        "az",
        "“Tarn” gəmisinin (1954-cü ildə suya salınıb, 80 sərnişin daşıyır) adı dəyişəcək.",
        [("1954", "1954-cü ildə suya salınıb, 80 sərnişin daşıyır")],
    ),
]


@pytest.mark.parametrize(("language", "text", "expected"), BRACKETS)
def test_what_brackets_tell_with_a_verb_has_its_own_date(language: str, text: str, expected: list[tuple[str, str]]) -> None:
    assert dated_of(text, language) == expected


def test_who_is_told_of_by_the_way_may_be_the_one_who_goes_on() -> None:
    text = "The quarrel began in June 1611 after Anton Orlin, who had been made miller in 1609, sold the pond in 1612."
    assert dated_of(text)[-1] == ("1612", "sold the pond in 1612")


def test_a_long_sentence_is_quoted_up_to_the_verb_that_closes_it() -> None:
    text = (
        "1931-ci ildə üç otaqda işə başlamış Tarn Muzeyində bu gün 9 zal, 40 vitrin, 2 bərpa emalatxanası, 12-dən artıq sərgi guşəsi, "
        "70 min nüsxəyə yaxın əlyazması və fotosu olan arxiv, uşaqlar üçün dərs otağı və geniş mühazirə salonu bütün ziyarətçilər üçün "
        "həftənin hər günü açıqdır."
    )
    assert dated_of(text, "az") == [("1931", text.rstrip("."))]


NAMES = [
    # "At the Games" names where, and not who.
    ("az", "2016-cı ildə Həmrəylik Oyunlarında Millər Təşkilatı iştirak etdi.", ["Millər Təşkilatı"]),
    ("az", "2016-cı ildə Qara Dəniz Oyunlarında Anna Bergova qızıl aldı.", ["Anna Bergova"]),
    ("az", "2016-cı ildə Azərbaycanın Olimpiya yığması qalib gəldi.", []),
    ("az", "2016-cı ildə Azərbaycanın Milli Məclisi 12 qanun qəbul edib.", ["Azərbaycanın Milli Məclisi"]),
    ("az", "1796-cı ildə Adam Kərim xana qalib gəldi.", ["Adam Kərim xan"]),
    ("en", "In 1880 the Tarn & Orlin Railroad reached Bern.", ["Tarn & Orlin Railroad"]),
    ("en", "He was elected to the National Academy of Mills in 1969.", ["National Academy of Mills"]),
]


@pytest.mark.parametrize(("language", "text", "names"), NAMES)
def test_a_name_is_whole_and_holds_nothing_else(language: str, text: str, names: list[str]) -> None:
    [claim] = claims_of(text, language)
    assert [actor.name for actor in claim.actors] == names


@pytest.mark.parametrize(
    "text", ["Çıxışı zamanı alim söyləyib ki, 2021-ci ildə 12 məktəb açılıb.", "Tarnda alim bildirib ki, 2021-ci ildə 12 məktəb açılıb."]
)
def test_where_or_when_something_is_said_is_not_who_says_it(text: str) -> None:
    [claim] = claims_of(text, "az")
    assert claim.attribution is None or "Çıxış" not in claim.attribution.name
    assert claim.attribution is None or "Tarn" not in claim.attribution.name


def test_lines_that_break_anywhere_are_read_as_one_paragraph() -> None:
    text = (
        "Dörd il\ndavam edən quraqlıqdan sonra\nTarn gölü\nçəkilməyə başladı.\nBalıqçılar tədricən\nkəndi tərk edib böyük şəhərə, dənizin "
        "sahilinə\nköçdülər.\n1888-ci ildə isə\nOrlin qardaşları\nburada duz mədəni açdılar.\nİki il sonra,\n1890-cı ildə həmin mədəndə\n"
        "Böyük adlı\nquyu qazılarkən\nişçilər su tapdı."
    )
    assert [date for date, _ in dated_of(text, "az")] == ["1888", "1890"]


def test_short_lines_between_wrapped_ones_stay_headings() -> None:
    text = (
        "The mill was built by the monks of Tarn on the river below the town and was\n"
        "sold in 1905 to a baker from the north of the country.\n"
        "The Second Mill\n"
        "In 1920 the bakers of the town built another one on the other side of the river,\nwhich burnt down."
    )
    assert dated_of(text)[1][1].startswith("In 1920")


RESTRICTIVE = [
    (
        "The mill that the monks built in 1905 burnt down in 1920.",
        [("1920", "The mill burnt down in 1920"), ("1905", "mill that the monks built in 1905")],
    ),
    ("The mill which the monks had sold in 1905 was closed.", [("1905", "mill which the monks had sold in 1905")]),
    ("The fair that opened on 2 July 1905 drew 300 visitors.", [("1905-07-02", "The fair that opened on 2 July 1905 drew 300 visitors")]),
    ("Those who died in 1905 included 12 children.", [("1905", "Those who died in 1905 included 12 children")]),
    ("It was said that the mill in 1905 burnt down.", [("1905", "It was said that the mill in 1905 burnt down")]),
]


@pytest.mark.parametrize(("text", "expected"), RESTRICTIVE)
def test_a_relative_clause_before_the_verb_keeps_its_date(text: str, expected: list[tuple[str, str]]) -> None:
    assert dated_of(text) == expected


def test_those_of_a_gathering_who_came_to_harm_are_not_how_many_there_were() -> None:
    text = "Gunmen attacked the congress on 4 May 1905, killing two delegates; 12 guests were injured, and 403 delegates went home."
    assert [value[:2] for value in values_of(text)] == [("deaths", "2"), ("injured", "12"), ("representatives", "403")]


def test_not_just_denies_nothing() -> None:
    [claim] = claims_of("The reforms of 1950 were not just a turning point.")
    assert claim.modality == "happened"


PAGED = [
    # A full line that closes no sentence goes on, however the next one begins.
    (
        "en",
        "The mill of Tarn is old and stands on the river below the town,\nwhere the road from the north comes down to the water and\n"
        "where boats are kept. In 1905 the monks of Tarn sold it all for\n\n12\n\n"
        "THE MILLS OF BELLAND\n\n850 crowns to a baker. It is old.",
    ),
    # Once, before the rest of a sentence that begins small.
    (
        "en",
        "In 1905 the monks, who had built it themselves, sold the\n\nTHE MILLS OF BELLAND\n\n12\n\nmill to a baker. It is old.",
    ),
    (
        "az",
        "1905-ci ildə Tarn rahibləri tikdikləri dəyirmanı\n\n7\n\nDƏYİRMANLAR JURNALI\n\nşimaldan gələn çörəkçiyə satdılar.",
    ),
]


@pytest.mark.parametrize(("language", "text"), PAGED)
def test_a_header_beside_a_page_number_interrupts_no_sentence(language: str, text: str) -> None:
    [(date, statement)] = dated_of(text, language)
    assert date == "1905"
    assert "BELLAND" not in statement
    assert "JURNALI" not in statement
    assert statement.endswith(("baker", "satdılar"))
