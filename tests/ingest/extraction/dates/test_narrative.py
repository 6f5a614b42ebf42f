"""What histories and news use: dates that lean on the narrative, on a dateline, or on nothing sure."""

import pytest

from services.ingest.extraction.dates.finder import find_dates
from services.ingest.extraction.dates.mention import DateMention


def mention(text: str, words: str, language: str = "en", published: str | None = None) -> DateMention:
    return next(one for one in find_dates(text, language, published) if one.text == words)


HISTORY = "The league was founded on 3 March 1921 in Hull. It grew fast. "


@pytest.mark.parametrize(
    ("text", "words", "edtf"),
    [
        ("In April it had 900 members.", "April", "1921-04"),
        ("By early October it had 900 members.", "early October", "1921-10"),
        ("The following year it split.", "The following year", "1922"),
        ("Three days later it elected a board.", "Three days later", "1921-03-06"),
        ("That summer it bought a ship.", "That summer", "1921-22"),
        ("That winter it sold the ship.", "That winter", "1921-24"),
        ("The same year it bought a ship.", "The same year", "1921"),
        ("On the 14th it elected a board.", "the 14th", "1921-03-14"),
        ("Between 1914 and 1918 there had been none.", "Between 1914 and 1918", "1914/1918"),
        ("It met on 9–10 November and voted.", "9–10 November", "1921-11-09/1921-11-10"),
        ("It was forgotten by the late 1980s.", "the late 1980s", "198X"),
        ("It lost its ship in mid-July 1936.", "mid-July 1936", "1936-07"),
        ("Its seal was made around 1200.", "1200", "1200~"),
        ("The house stood before 1453 in the same street.", "before 1453", "../1453"),
        ("A wall of c. 490 BC was found.", "c. 490 BC", "-0489~"),
        ("A wall of the 5th century BC was found.", "the 5th century BC", "-04XX"),
        ("In the spring of 1923 it met again.", "the spring of 1923", "1923-21"),
        ("In autumn it met again.", "autumn", "1921-23"),
        ("It has been celebrated since 1991 in Hull.", "1991", "1991"),
        ("From October to March it met weekly.", "October to March", "1921-10/1922-03"),
        ("Ten years later it closed.", "Ten years later", "1931"),
        ("Later that month it met again.", "Later that month", "1921-03"),
        ("The next day it met again.", "The next day", "1921-03-04"),
        ("It met again in May of the following year.", "May of the following year", "1922-05"),
    ],
)
def test_a_history_goes_on_from_what_it_has_reached(text: str, words: str, edtf: str) -> None:
    assert mention(HISTORY + text, words, published="2015-06-17").edtf == edtf


AZERBAIJANI = "Cəmiyyət 1921-ci il martın 3-də yaradıldı. O, tez böyüdü. "


@pytest.mark.parametrize(
    ("text", "words", "edtf"),
    [
        ("On gündən sonra idarə heyəti seçildi.", "On gündən sonra", "1921-03-13"),
        ("Həmin ilin noyabrında qurultay oldu.", "Həmin ilin noyabrında", "1921-11"),
        ("Əvvəlki ildə belə deyildi.", "Əvvəlki ildə", "1920"),
        ("Əvvəlki ilin may ayında belə deyildi.", "Əvvəlki ilin may ayında", "1920-05"),
        ("Əvvəlki il mayın 5-də belə deyildi.", "Əvvəlki il mayın 5-də", "1920-05-05"),
        ("Növbəti ilin may ayında qurultay oldu.", "Növbəti ilin may ayında", "1922-05"),
        ("XX əsrin əvvəllərində belə idi.", "XX əsrin", "19XX"),
        ("16.12.1991 tarixində bağlandı.", "16.12.1991", "1991-12-16"),
        ("V əsrə aid divar tapıldı.", "V əsrə", "04XX"),
        ("e.ə. V əsrə aid divar tapıldı.", "e.ə. V əsrə", "-04XX"),
        ("1920–1930-cu illərdə unudulmuşdu.", "1920–1930-cu illərdə", "1920/193X"),
        ("1933–1938-ci illərdə unudulmuşdu.", "1933–1938-ci illərdə", "1933/1938"),
        ("Ertəsi gün idarə heyəti seçildi.", "Ertəsi gün", "1921-03-04"),
        ("İyunda qurultay oldu.", "İyunda", "1921-06"),
        ("Noyabrın 9–10-da qurultay oldu.", "Noyabrın 9–10-da", "1921-11-09/1921-11-10"),
        ("1453-cü ildən əvvəl burada ev var idi.", "1453-cü ildən əvvəl", "../1453"),
        ("On beşinci əsrdə burada ev var idi.", "On beşinci əsrdə", "14XX"),
    ],
)
def test_so_does_one_in_azerbaijani(text: str, words: str, edtf: str) -> None:
    assert mention(AZERBAIJANI + text, words, "az", "2015-06-17").edtf == edtf


def test_a_range_of_bare_days_leans_on_the_narrative() -> None:
    assert mention(HISTORY + "It met between 3 and 7 June in Hull.", "between 3 and 7 June").edtf == "1921-06-03/1921-06-07"
    assert mention(HISTORY + "It met from 3 to 7 June in Hull.", "3 to 7 June").edtf == "1921-06-03/1921-06-07"
    assert mention(AZERBAIJANI + "Qurultay 3 ilə 7 iyun arasında oldu.", "3 ilə 7 iyun", "az").edtf == "1921-06-03/1921-06-07"
    assert mention(AZERBAIJANI + "Qurultay 3-dən 7 iyuna qədər oldu.", "3-dən 7 iyuna", "az").edtf == "1921-06-03/1921-06-07"


@pytest.mark.parametrize(
    ("text", "relative", "day", "edtf"),
    [
        ("Two weeks earlier, on 17 February, it had met.", "Two weeks earlier", "17 February", "1921-02-17"),
        ("Two weeks earlier, on February 16, it had met.", "Two weeks earlier", "February 16", "1921-02-16"),
        ("Ten weeks earlier, on 23 December, it had met.", "Ten weeks earlier", "23 December", "1920-12-23"),
        ("A week later (10 March) it met.", "A week later", "10 March", "1921-03-10"),
    ],
)
def test_a_day_beside_a_count_is_what_was_counted_to(text: str, relative: str, day: str, edtf: str) -> None:
    counted, named = mention(HISTORY + text, relative), mention(HISTORY + text, day)
    assert (counted.edtf, named.edtf) == (edtf, edtf)
    assert counted.derivation == 'relative to "3 March 1921"'


@pytest.mark.parametrize(
    ("text", "words", "edtf"),
    [
        # 17 June 2015 was a Wednesday; 17 August 2013 was a Saturday, and so was that of 2019.
        ("A ferry sank on Tuesday. In 2013 another sank. Sailings resume on Saturday, Aug. 15.", "Saturday, Aug. 15", "2015-08-15"),
        ("In May 2015 a ferry sank. It had been built in 2012. On Saturday, 17 August it was sold.", "Saturday, 17 August", "2013-08-17"),
        ("On 3 June 2015 a ferry sank. On Monday the 15th it was raised.", "Monday the 15th", "2015-06-15"),
    ],
)
def test_a_day_of_the_week_settles_the_year(text: str, words: str, edtf: str) -> None:
    assert mention(text, words, published="2015-06-17").edtf == edtf


def test_a_day_of_the_week_that_no_year_near_has_leaves_the_day_open() -> None:
    assert mention("In 1921 it opened. On Sunday, 16 August it closed.", "Sunday, 16 August").edtf is None
    assert mention("On 3 June 1921 it opened. On Sunday the 15th it closed.", "Sunday the 15th").edtf is None


@pytest.mark.parametrize(
    ("text", "words", "edtf"),
    [
        ("Signed on Dec. 21, 2007, the truce collapsed in late January.", "late January", "2008-01"),
        (
            "A plan of 1929 was dropped. The first part came out in May 1927, the second in November. In 1933 she left.",
            "November",
            "1927-11",
        ),
        (
            "In 1938 it closed. Its fair of 14–18 March 1937 was its best. On 16 March it sold out. In 1938 it closed.",
            "16 March",
            "1937-03-16",
        ),
        ("The winter of 1788–89 was quiet. In the spring they met. In 1790 they left.", "the spring", "1789-21"),
        ("In the autumn of 1788 they met. In January they left.", "January", "1789-01"),
        ("In February 1945 they landed. From October to March it had rained.", "October to March", "1944-10/1945-03"),
    ],
)
def test_a_date_takes_its_year_from_the_sentence_or_the_month_beside_it(text: str, words: str, edtf: str) -> None:
    assert mention(text, words).edtf == edtf


def test_a_day_right_before_publication_may_be_of_either_year() -> None:
    text = "Repairs cost less in 2018. The ministry rejected the findings on 28 January."
    assert mention(text, "28 January", published="2020-02-01").edtf is None
    assert mention(text, "28 January", published="2020-09-01").edtf == "2018-01-28"
    assert mention(text, "28 January").edtf == "2018-01-28"


def test_a_day_that_is_far_from_what_was_counted_to_says_that_the_count_is_from_another() -> None:
    assert mention(HISTORY + "Two weeks earlier, on 9 July, it met.", "Two weeks earlier").edtf is None


def test_a_bound_keeps_its_year_as_its_end() -> None:
    found = mention("Before 1453 the house was theirs.", "Before 1453")
    assert [(end.text, end.edtf) for end in found.ends] == [("1453", "1453")]
    assert find_dates("Two years before 1453 it was theirs.", "en")[-1].edtf == "1453"


@pytest.mark.parametrize(
    ("published", "text", "words", "edtf"),
    [
        # 17 June 2015 was a Wednesday.
        ("2015-06-17", "Voters turned out on Sunday.", "Sunday", "2015-06-14"),
        ("2015-06-17", "Voters turned out Sunday, officials said.", "Sunday", "2015-06-14"),
        ("2015-06-17", "Officials said Wednesday that it was over.", "Wednesday", "2015-06-17"),
        ("2015-06-17", "Polls will open on Sunday.", "Sunday", "2015-06-21"),
        ("2015-06-17", "A vote is planned for Sunday.", "Sunday", "2015-06-21"),
        ("2015-06-17", "Roads stay closed until Sunday.", "Sunday", "2015-06-21"),
        ("2015-06-17", "Votes were counted yesterday.", "yesterday", "2015-06-16"),
        ("2015-06-17", "Votes were counted on 2 May.", "2 May", "2015-05-02"),
        ("2015-06-17", "The talks broke off on Nov. 30.", "Nov. 30", "2014-11-30"),
        ("2015-06-17", "The talks will go on on Nov. 30.", "Nov. 30", "2015-11-30"),
        ("2015-01-05", "The talks began on Dec. 12.", "Dec. 12", "2014-12-12"),
        ("2015-12-20", "The talks will go on on Jan. 12.", "Jan. 12", "2016-01-12"),
        ("2015-06-17", "They came today. They had asked for talks in December.", "December", "2014-12"),
        ("2015-06-17", "They came today. They should be done in December.", "December", "2015-12"),
        ("2015-06-17", "They came today. By the end of the year they will be gone.", "the end of the year", "2015"),
        ("2015-06-17", "They came today, as they did last summer.", "last summer", "2014-22"),
        ("2015-06-17", "They came today. Prices fell late last month.", "late last month", "2015-05"),
        ("2015-06-17", "They came today. In 1998 they had left. They will meet on 3 July.", "3 July", "2015-07-03"),
        ("2015-06-17", "They came today. In 2009 they had left. In April they returned.", "April", "2015-04"),
        ("2015-06-17", "Sales rose in May 2015. In 2009 they had fallen. In April they were flat.", "April", "2015-04"),
        ("2015-06-17", "On 12 June 2015 a mill closed. In 2009 it was sold. In April it stood idle.", "April", "2015-04"),
        ("2015-06-17", "The previous year they had left.", "The previous year", "2014"),
        ("2015-06-17", "He was tried on Tuesday. He had left in May 2002. Sentencing is set for Dec. 12.", "Dec. 12", "2015-12-12"),
        ("2015-06-17", "A mill closed on Tuesday. The firm, which was sold in late 1995, reports on Aug. 4.", "Aug. 4", "2015-08-04"),
        ("2015-06-17", "Schools will stay closed through Friday.", "Friday", "2015-06-19"),
        ("2015-06-17", "Police will not say who was hurt on Friday.", "Friday", "2015-06-12"),
        ("2015-06-17", "He has been ill since Nov. 30.", "Nov. 30", "2014-11-30"),
        (
            "2015-06-17",
            "They fled on Tuesday. In 2008 they had left. He faces prison when he is sentenced on Aug. 2.",
            "Aug. 2",
            "2015-08-02",
        ),
        ("2015-06-17", "They fled on Tuesday. In 2008 they had left. A vote set for July 11 is off.", "July 11", "2015-07-11"),
        ("2015-01-28", "It fell on Tuesday. In 2008 it failed. One was tried last May. Another, held in April, waits.", "April", "2014-04"),
    ],
)
def test_news_goes_by_its_dateline_and_by_the_verb(published: str, text: str, words: str, edtf: str) -> None:
    assert mention(text, words, published=published).edtf == edtf


@pytest.mark.parametrize(
    ("text", "words", "edtf"),
    [
        ("Səsvermə bazar günü keçirilib.", "bazar günü", "2015-06-14"),
        ("Səsvermə bazar günü keçiriləcək.", "bazar günü", "2015-06-21"),
        ("Görüş çərşənbə axşamı olub.", "çərşənbə axşamı", "2015-06-16"),
        ("Görüş ötən cümə günü olub.", "ötən cümə günü", "2015-06-12"),
        ("Görüş bu gün baş tutub.", "bu gün", "2015-06-17"),
        ("Görüş dünən olub, danışıqlar noyabrın 30-da kəsilib.", "noyabrın 30-da", "2014-11-30"),
        ("Görüş dünən olub. Danışıqlar ötən ay başlanıb.", "ötən ay", "2015-05"),
        ("Görüş dünən olub. Növbəti görüş ayın 25-də keçiriləcək.", "ayın 25-də", "2015-06-25"),
        ("Görüş dünən olub. Fond üç il əvvəl yaradılıb.", "üç il əvvəl", "2012"),
        ("Ötən il 50 stend olub.", "Ötən il", "2014"),
        ("Keçən ilin mayında 50 stend olub.", "Keçən ilin mayında", "2014-05"),
        ("Əvvəlki ildə 50 stend olub.", "Əvvəlki ildə", "2014"),
        ("Görüş dünən olub. 2012-ci ildə 60, əvvəlki ildə 50 stend olub.", "əvvəlki ildə", "2011"),
        ("Görüş dünən olub. Baş məşqçi noyabrda təyin olunub.", "noyabrda", "2014-11"),
        ("Görüş dünən olub. İlin sonunadək məsələ həll olunacaq.", "İlin sonunadək", "2015"),
    ],
)
def test_so_does_news_in_azerbaijani(text: str, words: str, edtf: str) -> None:
    assert mention(text, words, "az", "2015-06-17").edtf == edtf


def test_news_that_tells_of_an_earlier_year_goes_on_in_it() -> None:
    text = "The general was tried on Tuesday. On 19 July 1992 his men took Olm. The next day they burnt it. In August they left."
    assert mention(text, "August", published="1998-02-26").edtf == "1992-08"


def test_a_history_that_begins_with_a_day_long_before_its_publication_goes_on_in_its_years() -> None:
    assert (
        mention("On 12 January 2015 a mill closed. In 2009 it was sold. In April it stood idle.", "April", published="2015-06-17").edtf
        == "2009-04"
    )


def test_a_history_that_names_its_years_is_no_news() -> None:
    text = "The league was founded in 1988. In April it met. Its first fair was held in 1991 and its last in 1996."
    assert mention(text, "April", published="1998-02-26").edtf == "1988-04"


@pytest.mark.parametrize(
    "text",
    [
        "In 1950 it rained. On Sunday it stopped.",
        "In 1906 it rained. In the seventies there was a school.",
        "They meet every Sunday.",
        "It happened on a Monday.",
        "It was known as Black Friday.",
        "The September 11 attacks changed it.",
        "The March 8 strike was long.",
        "The March 8 Committee met.",
        "They marked the anniversary of the March 8 fire.",
        "It was new at the turn of the century.",
        "That summer it rained.",
        "In 1950 it rained. A second report is due in November.",
    ],
)
def test_what_would_have_to_be_guessed_stays_open(text: str) -> None:
    assert [one.edtf for one in find_dates(text, "en") if one.edtf not in ("1950", "1906")] in ([], [None])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1950-ci ildə 20 Yanvar faciəsi yada salındı.", "20 Yanvar faciəsi"),
        ("1950-ci ildə hər bazar ertəsi toplanırdılar.", "hər bazar ertəsi"),
    ],
)
def test_what_goes_by_its_day_is_no_date_of_the_sentence(text: str, words: str) -> None:
    assert mention(text, words, "az").edtf is None


@pytest.mark.parametrize(
    ("text", "edtf"),
    [
        ("Built in 1905. In 1911 it burnt. The fifties were quiet, and 1961 was not.", "195X"),
        ("Built in 1956. In the eighties it burnt.", "198X"),
        ("Built in 2005 on what stood there in the 80s.", "198X"),
    ],
)
def test_a_decade_is_the_nearest_and_rather_ahead(text: str, edtf: str) -> None:
    assert edtf in [one.edtf for one in find_dates(text, "en")]
