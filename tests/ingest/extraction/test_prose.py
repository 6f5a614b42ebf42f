"""What running prose does around its dates: datelines, brackets, dates named twice, days that go on with a story."""

import pytest

from services.ingest.extraction.analysis import analyse
from shared.domain.ports import ExtractionInput
from tests.ingest.extraction.helpers import claims_of, dated_of, values_of

REPORTS = [
    "LINZ, May 17, 2011. The fair of honey makers closed here on Monday.",
    "LINZ, May 17, 2011 – The fair of honey makers closed here on Monday.",
    "17 May 2011. The fair of honey makers closed here on Monday.",
    "Honey makers at home again\n\n17 May 2011. The fair of honey makers closed here on Monday.",
]


@pytest.mark.parametrize("text", REPORTS)
def test_a_dateline_dates_a_report_and_is_no_part_of_what_it_tells(text: str) -> None:
    assert dated_of(text) == [("2011-05-16", "The fair of honey makers closed here on Monday")]


def test_dates_that_head_many_paragraphs_are_those_of_what_they_head() -> None:
    text = "12 March 1905. The school was founded.\n\n3 May 1907. A hall was added."
    assert dated_of(text) == [("1905-03-12", "12 March 1905. The school was founded"), ("1907-05-03", "3 May 1907. A hall was added")]


BRACKETS = [
    ("Orlin, who was born in 1842 (some say 1837) and died on 28 May 1907, wrote it.", ["1842", "1907-05-28"]),
    ("The bridge was finished in 2004 (it was planned for 2002).", ["2004", "2002"]),
]


@pytest.mark.parametrize(("text", "dates"), BRACKETS)
def test_no_claim_begins_or_ends_in_the_midst_of_brackets(text: str, dates: list[str]) -> None:
    found = dated_of(text)
    assert [date for date, _ in found] == dates
    assert all(statement.count("(") == statement.count(")") for _, statement in found)


ONE_DATE = [
    ("az", "I yarmarka 2006-cı ildə oldu. II yarmarka isə iki il sonra, 2008-ci il sentyabrın 13–14-də açıldı.", "2008-09-13/2008-09-14"),
    ("en", "The first fair was in 2006. The second opened two years later, on 13-14 September 2008.", "2008-09-13/2008-09-14"),
    ("en", "The first fair was in 2006.\n\n2008, October: the second one opens.", "2008-10"),
]


@pytest.mark.parametrize(("language", "text", "date"), ONE_DATE)
def test_a_date_that_is_named_twice_dates_one_claim(language: str, text: str, date: str) -> None:
    assert [found for found, _ in dated_of(text, language)] == ["2006", date]


SOON_AFTER = [
    ("az", "Jurnal 1931-ci ilə qədər çıxdı. Redaktor 28 noyabr 1907-ci ildə öldü. Dəfn noyabrın 30-da oldu. 2010-cu ildə abidə açıldı."),
    ("en", "The journal closed in 1931. Its editor died on 28 November 1907. He was buried on 30 November. In 2010 a statue was unveiled."),
]


@pytest.mark.parametrize(("language", "text"), SOON_AFTER)
def test_a_day_soon_after_another_is_of_its_year(language: str, text: str) -> None:
    assert [date for date, _ in dated_of(text, language)] == ["1931", "1907-11-28", "1907-11-30", "2010"]


def test_news_comes_back_from_a_story_to_its_own_days() -> None:
    text = "The fair was held on 13 and 14 September 2008. The mayor gave a dinner on the evening of May 15."
    dates = analyse(ExtractionInput(text="The fair opened on May 14. " + text, language="en", published="2011-05-17")).dates
    assert [date.edtf for date in dates] == ["2011-05-14", "2008-09-13", "2008-09-14", "2011-05-15"]


NAMES = [
    ("az", "Şuranın 2011-ci il 7 iyul tarixli qərarı ilə “Bal 2012–2015-ci illərdə” proqramı təsdiq edildi.", ["2011-07-07"]),
    ("en", 'By the decision of 7 July 2011 the programme "Honey in 2012-2015" was approved.', ["2011-07-07"]),
    ("en", 'In 2011 the mayor wrote: "The fair began in 1905."', ["2011", "1905"]),
]


@pytest.mark.parametrize(("language", "text", "dates"), NAMES)
def test_a_date_in_a_name_dates_nothing(language: str, text: str, dates: list[str]) -> None:
    assert [date for date, _ in dated_of(text, language)] == dates


def test_what_was_called_off_has_no_guests() -> None:
    text = (
        "The third fair opened in Linz on 14 May 2011. The fair had been planned for October 2010, but was postponed because of the rain. "
        "Delegates from 24 countries took part."
    )
    claims = claims_of(text)
    assert [claim.date and claim.date.edtf for claim in claims] == ["2011-05-14", "2010-10", "2011-05-14"]
    assert [claim.modality for claim in claims] == ["happened", "denied", "happened"]


PLANS = [
    "The resolution, adopted on the last day, calls on all members to hold the next fair in 2013.",
    "The council decided on Monday to hold the fair in 2013.",
    "The bridge had been promised for the spring of 2013.",
]


@pytest.mark.parametrize("text", PLANS)
def test_what_is_called_for_is_a_plan(text: str) -> None:
    assert claims_of(text)[-1].modality == "planned"


REPORTED = "Yarmarka 14–16 may 2011-ci il tarixlərində keçirilib. Bəzi mənbələrdə qonaqların sayının 220 nəfər olduğu göstərilir."


def test_who_tells_of_the_past_in_the_present_talks_on_about_it() -> None:
    assert [claim.date and claim.date.edtf for claim in claims_of(REPORTED, "az")] == ["2011-05-14/2011-05-16"] * 2


SUFFERED = [
    ("en", "Some 31,500 people had been moved to safety.", [("evacuated", "~31500")]),
    ("en", "The mayor put the number of the evacuated at 24,000.", [("evacuated", "24000")]),
    ("en", "Police said 40 people were detained and 12 went missing.", [("arrested", "40")]),
    ("az", "Daşqın zamanı 4 nəfər itkin düşdü, 31 min 500 nəfər təxliyə edildi.", [("missing", "4"), ("evacuated", "31500")]),
    ("az", "On beş nəfərdən ibarət şura seçildi.", [("members", "15")]),
]


@pytest.mark.parametrize(("language", "text", "expected"), SUFFERED)
def test_what_became_of_people_names_their_number(language: str, text: str, expected: list[tuple[str, str]]) -> None:
    assert [value[:2] for value in values_of(text, language)] == expected


def test_figures_that_change_from_one_year_to_another_are_those_of_their_years() -> None:
    claims = claims_of("Its budget rose from 40 thousand euros in 2007 to 185 thousand euros in 2010.")
    assert [(claim.date and claim.date.edtf, [value.value for value in claim.values]) for claim in claims] == [
        ("2007", ["40000"]),
        ("2010", ["185000"]),
    ]


def test_how_many_of_them_is_told_apart_from_the_whole() -> None:
    claims = claims_of("The town allotted 300 million manats, of which 96 million were spent by September 1990.")
    assert [(claim.date and claim.date.edtf, [value.value for value in claim.values]) for claim in claims] == [
        (None, ["300000000"]),
        ("1990-09", ["96000000"]),
    ]


def test_what_a_level_rises_to_is_no_bound() -> None:
    assert values_of("В 1969 году уровень воды поднялся до 8,9 метра.", "ru")[0][1] == "8.9"


def test_a_name_with_a_hyphen_is_one_name() -> None:
    assert [value[1] for value in values_of("The dam near the village of Mughan-ganjali broke in 1990.")] == ["Mughan-ganjali"]


BY_DECREE = [
    (
        "az",
        "Arıçıların II qurultayı Prezident Orxan Səlimovun 8 fevral 2006-cı il tarixli sərəncamı ilə 2006-cı il martın 16-da keçirildi. "
        "Qurultayda 49 ölkədən 593 nümayəndə iştirak edib.",
        ["2006-03-16", "2006-02-08", "2006-03-16"],
    ),
    (
        "az",
        "Arıçıların ilk qurultayı Orxan Səlimovun “Arıçıların I qurultayı haqqında” 23 may 2001-ci il tarixli sərəncamına əsasən "
        "2001-ci il noyabrın 9-10-da keçirilib. Qurultayda 406 nümayəndə iştirak edib.",
        ["2001-11-09/2001-11-10", "2001-05-23", "2001-11-09/2001-11-10"],
    ),
    ("az", "Onun 2002-ci il 5 iyul tarixli fərmanı ilə komitə yaradıldı, 2008-ci ildə komitə bağlandı.", ["2002-07-05", "2008"]),
    (
        "en",
        "The Third Congress, convened by the order of 26 May 2011, took place on 5-6 July. It was attended by 40 people.",
        ["2011-07-05/2011-07-06", "2011-05-26", "2011-07-05/2011-07-06"],
    ),
]


@pytest.mark.parametrize(("language", "text", "dates"), BY_DECREE)
def test_what_a_decree_orders_is_not_of_the_day_of_the_decree(language: str, text: str, dates: list[str]) -> None:
    assert [date for date, _ in dated_of(text, language)] == dates


def test_what_stands_between_a_subject_and_its_verb_keeps_them_together() -> None:
    claims = claims_of("The bridge, built in 1905 by 40 masons, burnt down in 1920.")
    assert [(claim.date and claim.date.edtf, claim.statement, len(claim.values)) for claim in claims] == [
        ("1920", "The bridge burnt down in 1920", 0),
        ("1905", "The bridge, built in 1905 by 40 masons", 1),
    ]


NIGHTS = [
    ("az", "1990-cı il yanvarın 19-dan 20-nə keçən gecə şəhər yandı. Nəticədə 131 nəfər həlak oldu.", "1990-01-19/1990-01-20"),
    ("az", "1992-ci il fevralın 28-dən martın 1-nə keçən gecə körpü uçdu. 5 nəfər həlak oldu.", "1992-02-28/1992-03-01"),
]


@pytest.mark.parametrize(("language", "text", "night"), NIGHTS)
def test_a_night_is_of_two_days_and_counts_nothing(language: str, text: str, night: str) -> None:
    claims = claims_of(text, language)
    assert [(claim.date and claim.date.edtf, len(claim.values)) for claim in claims] == [(night, 0), (night, 1)]


DAYS_MADE = [
    ("en", "In February 1994 the council declared 26 February the Day of the Harbour.", ["1994-02"]),
    ("az", "Şura 1994-cü il fevralın 24-də 26 fevral gününü “Liman günü” elan etdi.", ["1994-02-24"]),
]


@pytest.mark.parametrize(("language", "text", "dates"), DAYS_MADE)
def test_a_day_that_is_declared_is_not_when_it_was_declared(language: str, text: str, dates: list[str]) -> None:
    assert [date for date, _ in dated_of(text, language)] == dates


CALLED_SO = [
    ("en", "On 4 May 1932 soldiers entered the town.\n\nDuring the massacre 14 people were killed.", "1932-05-04"),
    ("az", "4 may 1932-ci ildə qoşun şəhərə girdi. Qırğın nəticəsində 14 nəfər, o cümlədən 3 uşaq qətlə yetirildi.", "1932-05-04"),
]


@pytest.mark.parametrize(("language", "text", "date"), CALLED_SO)
def test_what_was_told_may_be_called_by_another_name_later(language: str, text: str, date: str) -> None:
    claims = claims_of(text, language)
    assert claims[1].date is not None
    assert claims[1].date.edtf == date
    assert claims[1].values[0].attribute == "deaths"


def test_two_verbs_make_two_claims_though_the_second_date_leans_on_the_first() -> None:
    text = "1989-cu ilin dekabrında hasar söküldü və dekabrın 31-də insanlar görüşdü."
    assert [date for date, _ in dated_of(text, "az")] == ["1989-12", "1989-12-31"]


def test_people_may_be_counted_by_what_they_were() -> None:
    assert [value[:2] for value in values_of("Of those who came, 579 were delegates and 211 were guests.")] == [
        ("representatives", "579"),
        ("guests", "211"),
    ]


def test_the_subject_keeps_its_verb_past_who_chaired_it() -> None:
    text = (
        "On 16 December 1991 the upper house of the northern province, chaired by the oldest of its members, resolved to build a harbour, "
        "a railway station with nine tracks, two schools and a hospital for the sick of all the villages along the river and in the hills."
    )
    assert "resolved to build a harbour" in dated_of(text)[0][1]


def test_an_agency_in_brackets_belongs_to_the_dateline() -> None:
    assert dated_of("LINZ, 17 August 2007 (Flussbote) - A fair was opened here on Friday.") == [
        ("2007-08-17", "A fair was opened here on Friday")
    ]


def test_a_year_that_tells_which_thing_is_meant_dates_nothing() -> None:
    text = "A stone for the victims of the 1987 fire at the mill was set up on 17 August 2007."
    assert [date for date, _ in dated_of(text)] == ["2007-08-17"]


SUMS = [
    ("Last year the firm earned 2.6 million manats, after a profit of 0.8 million in 2011.", ["2600000", "800000"]),
    ("The town gave 300 million manats, of which 96 million were spent by 1990.", ["300000000", "96000000"]),
    ("The book was printed in 1985 in 1,200 copies.", ["1200"]),
    ("The fire cost 14 lives in 1985.", ["14"]),
]


@pytest.mark.parametrize(("text", "expected"), SUMS)
def test_figures_whose_nouns_stand_apart(text: str, expected: list[str]) -> None:
    assert [value.value for claim in claims_of(text) for value in claim.values] == expected


def test_a_clause_ends_before_the_word_that_would_join_another() -> None:
    text = "The results were shown in Linz in August 1964 and, more fully, in a book published in 1985."
    assert next(statement for _, statement in dated_of(text)) == "The results were shown in Linz in August 1964"


def test_a_clause_of_a_pronoun_is_one_of_its_own() -> None:
    text = "In 2002 a team from five countries, headed by a baker, resumed the work; it went on until 2009."
    assert [statement for _, statement in dated_of(text)] == [
        "In 2002 a team from five countries, headed by a baker, resumed the work",
        "it went on until 2009",
    ]


MEANT = [
    ("az", "Seçkilərdə fəallıq 2004-cü ildə 25 faizdən çox olmayıb.", "happened"),
    ("az", "Dörd şəhərdə nəticələr ləğv edilib, təkrar seçkilər 2000-ci il martın 26-da baş tutub.", "happened"),
    ("az", "2000-ci il martın 26-da keçirilməli olan seçkilər ləğv edilib.", "denied"),
    ("en", "The money goes into a second mill, to be completed in 2015.", "planned"),
]


@pytest.mark.parametrize(("language", "text", "modality"), MEANT)
def test_how_prose_means_what_it_tells(language: str, text: str, modality: str) -> None:
    assert [claim.modality for claim in claims_of(text, language)] == [modality]


def test_what_was_done_in_so_many_years_is_of_no_one_date() -> None:
    text = "On 1 August 1968 they found a jaw. In eight seasons the team collected over 20,000 stone tools."
    assert [date for date, _ in dated_of(text)] == ["1968-08-01", None]


def test_the_hour_of_a_day_counts_nothing() -> None:
    assert values_of("1987-ci il avqustun 17-də səhər saat 4 radələrində yanğın başladı.", "az") == []


SUBJECTS = [
    ("en", "The club was founded in 1955 as a choir and took its present name in 1968.", "The club took its present name in 1968"),
    ("en", "The mill was built in 1951, and a harbour was added in 1960.", "a harbour was added in 1960"),
    ("en", "In 1951 the mill was built and was sold in 1960.", "the mill was sold in 1960"),
    ("az", "Orxan Səlimov 1922-ci ildə anadan olmuş, 1994-cü ildə vəfat etmişdir.", "Orxan Səlimov 1994-cü ildə vəfat etmişdir"),
    ("az", "Səlimovun əmri ilə 1922-ci ildə məktəb açıldı, 1994-cü ildə bağlandı.", "1994-cü ildə bağlandı"),
]


@pytest.mark.parametrize(("language", "text", "statement"), SUBJECTS)
def test_a_clause_without_a_subject_goes_on_about_the_last_one(language: str, text: str, statement: str) -> None:
    assert dated_of(text, language)[-1][1] == statement


def test_what_was_put_off_is_no_aside_of_what_came_then() -> None:
    text = "The opening match, scheduled for 1 September 2013, was put off by two weeks: on 15 September the team won."
    assert [(claim.date and claim.date.edtf, claim.modality) for claim in claims_of(text)] == [
        ("2013-09-01", "denied"),
        ("2013-09-15", "happened"),
    ]


RELATIVES = [
    (
        "The fair was held by 40 clubs in the city of Orlin, which was freed on 8 November 2020.",
        [(None, "The fair was held by 40 clubs in the city of Orlin"), ("2020-11-08", "Orlin which was freed on 8 November 2020")],
    ),
    (
        "Four people died, among them a baker, who drowned on 14 May 2010.",
        [(None, "Four people died, among them a baker"), ("2010-05-14", "baker who drowned on 14 May 2010")],
    ),
    (
        "Some 220 delegates attended the meeting, which began on 14 May 2011.",
        [("2011-05-14", "Some 220 delegates attended the meeting, which began on 14 May 2011")],
    ),
]


@pytest.mark.parametrize(("text", "expected"), RELATIVES)
def test_a_relative_clause_dates_what_it_says_more_of(text: str, expected: list[tuple[str | None, str]]) -> None:
    assert dated_of(text) == expected


FULFILLED = [
    ("az", "III yarmarkanın 2010-cu ildə keçirilməsi planlaşdırılsa da, o, 2011-ci il iyulun 5-də baş tutdu. Yarmarkaya 40 nəfər gəldi."),
    ("en", "The third fair had been planned for 2010, but it took place on 5 July 2011. The fair was attended by 40 people."),
]


@pytest.mark.parametrize(("language", "text"), FULFILLED)
def test_guests_come_to_what_took_place_and_not_to_the_plan(language: str, text: str) -> None:
    claims = claims_of(text, language)
    assert [(claim.date and claim.date.edtf, claim.modality) for claim in claims] == [
        ("2010", "planned"),
        ("2011-07-05", "happened"),
        ("2011-07-05", "happened"),
    ]


ROWS = [
    ("en", "There were some 200 clubs in 2001, 407 in 2008 and 462 in 2015.", ["200", "407", "462"]),
    ("az", "2008-ci ildə 407, 2015-ci ildə isə 462 təşkilat var idi.", ["407", "462"]),
]


@pytest.mark.parametrize(("language", "text", "expected"), ROWS)
def test_a_noun_that_is_named_once_is_counted_in_every_year(language: str, text: str, expected: list[str]) -> None:
    claims = claims_of(text, language)
    assert [value.value for claim in claims for value in claim.values] == expected
    assert len({value.attribute for claim in claims for value in claim.values}) == 1


def test_one_of_several_is_not_what_was_told_last() -> None:
    text = "The third fair opened on 5 July 2011. The first was attended by 406 delegates."
    assert [date for date, _ in dated_of(text)] == ["2011-07-05", None]


def test_a_count_of_days_is_no_date_beside_the_date_it_leads_to() -> None:
    text = "The strike began on 27 September 1920. It ended 44 days later with an agreement signed on the night of 9 to 10 November."
    assert [date for date, _ in dated_of(text)] == ["1920-09-27", "1920-11-09/1920-11-10"]


def test_a_dateline_with_a_place_in_small_letters() -> None:
    text = "Linz, 22 April 2022. The fair was held today in the city of Orlin, which was freed on 8 November 2020."
    assert [date for date, _ in dated_of(text)] == ["2022-04-22", "2020-11-08"]


def test_a_scale_with_an_ending_counts_nothing_by_itself() -> None:
    assert values_of("Onların 30 milyonu İranda, 3 milyonu Türkiyədə yaşayır.", "az") == []


TURKISH = [
    ("Birinci fuar 3-5 Haziran 2006 tarihlerinde Sivas'ta yapıldı. Fuara 14 ülkeden 96 delege katıldı.", "2006-06-03/2006-06-05"),
    ("Deprem 4 Mayıs 1932 tarihinde oldu. Depremde 40 kişi hayatını kaybetti.", "1932-05-04"),
]


@pytest.mark.parametrize(("text", "date"), TURKISH)
def test_turkish_sentences_talk_on(text: str, date: str) -> None:
    assert [claim.date and claim.date.edtf for claim in claims_of(text, "tr")] == [date, date]


def test_what_comes_back_every_year_has_no_date_in_turkish() -> None:
    text = "Kasabada okul 1901 yılında açıldı. Her yıl 40 öğrenci mezun oldu."
    assert [claim.date and claim.date.edtf for claim in claims_of(text, "tr")] == ["1901", None]


def test_the_number_of_a_plural_is_that_of_its_noun() -> None:
    assert values_of("In 2002 the number of Azerbaijani clubs abroad rose to 216.")[0][0] == "clubs"


TWO_VERBS = [
    ("Ana Orlin was born in Tarn on 2 March 1951 and died on 19 May 2013.", "Ana Orlin died on 19 May 2013"),
    ("The founder, Ana Orlin, was born in 1951 and died in 2013.", "The founder, Ana Orlin, died in 2013"),
    ("Ana Orlin was elected in 1905 and 1907 and died in 1909.", "Ana Orlin died in 1909"),
    ("Tarn took the cup in 1905 and Linz in 1906.", "Tarn took the cup in 1905 and Linz in 1906"),
]


@pytest.mark.parametrize(("text", "last"), TWO_VERBS)
def test_a_verb_and_its_date_are_a_clause(text: str, last: str) -> None:
    assert claims_of(text)[-1].statement == last
