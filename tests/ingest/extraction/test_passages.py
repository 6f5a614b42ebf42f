"""What passages of articles, encyclopaedias and reference books do that plainer prose does not."""

import pytest

from tests.ingest.extraction.helpers import claims_of, dated_of, values_of

BEFORE_OUR_ERA = [
    ("en", "Fought B.C. 283, when the army of Orlin met with a defeat.", ["-0282"]),
    ("en", "The league stood from B.C. 431 to 404.", ["-0430/-0403"]),
    ("en", "The mill moved to Tarn, B.C. In 2010 it burnt down.", ["2010"]),
    ("en", "The mill moved to Tarn, B.C. 2010 men worked there.", [None]),
    ("az", "İlk təkan eramızdan 1830 il əvvələ aiddir və qalanı dağıdıb.", ["-1829"]),
]


@pytest.mark.parametrize(("language", "text", "dates"), BEFORE_OUR_ERA)
def test_the_words_for_before_our_era_may_stand_before_the_year(language: str, text: str, dates: list[str]) -> None:
    assert [date for date, _ in dated_of(text, language)] == dates


COUNTED_FROM = [
    ("Zavod 1905-ci ildə açıldı. Müharibə başlamazdan 13 il əvvəl körpü salındı.", ["1905"]),
    ("Zavod 1905-ci ildə açıldı. Bundan 13 il əvvəl körpü salınmışdı.", ["1905", "1892"]),
    ("Zavod 1905-ci ildə açıldı. Bu tarixdən 22 il sonra o yandı.", ["1905", "1927"]),
    ("Zavod 1905-ci ildə açıldı. Üç il sonra o yandı.", ["1905", "1908"]),
]


@pytest.mark.parametrize(("text", "dates"), COUNTED_FROM)
def test_what_is_counted_from_a_named_happening_is_not_counted_from_what_was_told(text: str, dates: list[str]) -> None:
    assert [date for date, _ in dated_of(text, "az")] == dates


ENDS = [
    ("O, 1990-cı ildən 1992-ci ilin sonunadək idarənin müdiri işləyib.", ["1990/1992"]),
    ("Hökumətin (03.04.1921-19.05.1921) iclasında bəyannamə qəbul edildi.", ["1921-04-03/1921-05-19"]),
    ("Nizamnamə 1919-cu ildə hazırlandı. Qərarı şura sentyabrın birində qəbul etdi.", ["1919", "1919-09-01"]),
    ("Qərarı şura 1919-cu il mayın iyirmi ikisində qəbul etdi.", ["1919-05-22"]),
]


@pytest.mark.parametrize(("text", "dates"), ENDS)
def test_ends_of_periods_and_days_in_words(text: str, dates: list[str]) -> None:
    assert [date for date, _ in dated_of(text, "az")] == dates


KEPT = [
    ("en", "The mill opened on 3 May 1873. The 10th of March is celebrated as the Day of the Mill.", ["1873-05-03"]),
    ("az", "Teatr 1873-cü il martın 3-də açıldı. 10 mart ölkədə Teatr günü kimi qeyd edilir.", ["1873-03-03"]),
    ("az", "Teatr 1873-cü il martın 3-də açıldı. 10 martda yubiley qeyd edildi.", ["1873-03-03", "1873-03-10"]),
]


@pytest.mark.parametrize(("language", "text", "dates"), KEPT)
def test_a_day_that_comes_round_is_of_no_year(language: str, text: str, dates: list[str]) -> None:
    assert [date for date, _ in dated_of(text, language)] == dates


NOTES = "Tarn mill was built in 1830.[2] Its owner, Orlin, sold it in 1838.[3][4]\n[5] It burnt down in 1850, and 40 people[6] were hurt."


def test_numbers_of_notes_part_no_words_and_join_no_sentences() -> None:
    assert dated_of(NOTES) == [
        ("1830", "Tarn mill was built in 1830"),
        ("1838", "Its owner, Orlin, sold it in 1838"),
        ("1850", "It burnt down in 1850, and 40 people were hurt"),
    ]
    assert claims_of(NOTES)[2].quote == "It burnt down in 1850, and 40 people[6] were hurt"


LOOKALIKES = "Muzey 1897-ci ildә nazirin göstәrişi ilә yaradılıb. 1902-сi ildə bina yanıb."


def test_letters_of_another_script_are_read_as_what_they_stand_for() -> None:
    assert dated_of(LOOKALIKES, "az") == [
        ("1897", "Muzey 1897-ci ildə nazirin göstərişi ilə yaradılıb"),
        ("1902", "1902-ci ildə bina yanıb"),
    ]
    assert claims_of(LOOKALIKES, "az")[0].quote == "Muzey 1897-ci ildә nazirin göstәrişi ilә yaradılıb"


IN_BRACKETS = [
    (
        "The Pact of Orlin (1919) and the Pact of Tarn (1920) redrew the border of Belland.",
        [
            ("1919", "The Pact of Orlin (1919) and the Pact of Tarn (1920) redrew the border of Belland"),
            ("1920", "The Pact of Orlin (1919) and the Pact of Tarn (1920) redrew the border of Belland"),
        ],
    ),
    (
        "The Pact of Orlin (1919) was replaced in 1923.",
        [("1919", "The Pact of Orlin (1919)"), ("1923", "The Pact of Orlin was replaced in 1923")],
    ),
    (
        "She resigned on 30 November 2004 (effective 1 January 2005).",
        [("2004-11-30", "She resigned on 30 November 2004 (effective 1 January 2005)")],
    ),
    (
        "Anna Berg (born 14 May 1905 in Tarn) was elected mayor in 1950.",
        [("1950", "Anna Berg was elected mayor in 1950"), ("1905-05-14", "Anna Berg born 14 May 1905 in Tarn")],
    ),
    (
        "The school took in many children that year, 1946 (see 22 June 1944).",
        [("1946", "The school took in many children that year, 1946 (see 22 June 1944)")],
    ),
]


@pytest.mark.parametrize(("text", "expected"), IN_BRACKETS)
def test_a_date_in_brackets_dates_no_clause_around_them(text: str, expected: list[tuple[str, str]]) -> None:
    assert dated_of(text) == expected


def test_brackets_do_not_cut_what_goes_on_behind_them() -> None:
    text = "O, 1967-ci ildə Lenin (indiki Tarn) şəhərindəki məktəbə qəbul olmuş və 1971-ci ildə təhsilini başa vurmuşdur."
    assert dated_of(text, "az") == [
        ("1967", "O, 1967-ci ildə Lenin (indiki Tarn) şəhərindəki məktəbə qəbul olmuş"),
        ("1971", "O 1971-ci ildə təhsilini başa vurmuşdur"),
    ]


PAPERS = [
    (
        "en",
        "The first Fair of Millers was held on 9–10 October 2003 under the Decree No. 31 of the mayor dated May 20, 2003.",
        [
            ("2003-10-09/2003-10-10", "The first Fair of Millers was held on 9–10 October 2003"),
            ("2003-05-20", "the Decree No. 31 of the mayor dated May 20, 2003"),
        ],
    ),
    (
        "az",
        "Birinci yarmarka 23 may 2001-ci il tarixli, 724 nömrəli Sərəncama əsasən 2001-ci il noyabrın 9-da keçirilmişdir.",
        [
            ("2001-11-09", "Birinci yarmarka 2001-ci il noyabrın 9-da keçirilmişdir"),
            ("2001-05-23", "23 may 2001-ci il tarixli, 724 nömrəli Sərəncama əsasən"),
        ],
    ),
]


@pytest.mark.parametrize(("language", "text", "expected"), PAPERS)
def test_a_paper_is_told_besides_what_was_done_by_it(language: str, text: str, expected: list[tuple[str, str]]) -> None:
    assert dated_of(text, language) == expected


MEANT = [
    ("en", "No student was taken until 1750.", "happened"),
    ("en", "No student was hurt in 1750.", "denied"),
    ("az", "Mənbələrdə ilk yanğının 512-ci ildə baş verdiyi deyilir.", "happened"),
    ("az", "1905-ci ildə körpü hazır deyildi.", "denied"),
]


@pytest.mark.parametrize(("language", "text", "modality"), MEANT)
def test_what_is_only_worded_like_a_denial_happened(language: str, text: str, modality: str) -> None:
    assert [claim.modality for claim in claims_of(text, language)] == [modality]


TOLD_BY = [
    ("en", "The shock of 1931 left 70 people dead, according to the U.S. Geological Survey.", "U.S. Geological Survey"),
    ("en", "According to the 1960 census, there were 31,000 millers in Belland.", None),
    ("en", "The town was besieged in 1189, and the millers are said to have lost 1,200 men.", None),
    ("az", "Köhnə salnamələrin verdiyi məlumata görə ilk təkan 512-ci ildə olub.", "Köhnə salnamələr"),
]


@pytest.mark.parametrize(("language", "text", "source"), TOLD_BY)
def test_a_source_is_named_by_all_of_its_words_or_not_at_all(language: str, text: str, source: str | None) -> None:
    assert [claim.attribution and claim.attribution.name for claim in claims_of(text, language)] == [source]


TODAY = [
    ("az", "1925-ci ildə iki fakültə ilə açılmış institutda bu gün 14 fakültə, 20-dən artıq laboratoriya var."),
    ("en", "Founded in 1925 with two faculties, the institute has 14 faculties today and 20 laboratories."),
]


@pytest.mark.parametrize(("language", "text"), TODAY)
def test_what_there_is_today_is_not_of_the_date_before(language: str, text: str) -> None:
    assert [value[:2] for value in values_of(text, language)] == [("faculties", "2")]


def test_what_became_of_people_of_another_paragraph_is_not_theirs() -> None:
    text = (
        "The siege of Orlin began on 17 March 1799. An assault on 28 March failed.\n\n"
        "Fought 20 April 1809 near Tarn between the Bellanders and the Tarnese. The Tarnese lost 7,000, the Bellanders about 3,000 killed."
    )
    assert dated_of(text)[-1] == ("1809-04-20", "The Tarnese lost 7,000, the Bellanders about 3,000 killed")


NO_CLAIMS = ["12 Aprel 2020 - 13:53\n\nŞəhər qədimdir.", "Page last modified 21 November 2023\n\nThe town is old."]


@pytest.mark.parametrize("text", NO_CLAIMS)
def test_when_a_page_was_made_is_no_happening(text: str) -> None:
    assert dated_of(text, "az" if "Şəhər" in text else "en") == []


def test_what_happened_over_centuries_is_of_no_one_date() -> None:
    text = "İlk zəlzələ 1667-ci ildə olub. Son 500 il ərzində zəlzələlərdə 4,5 milyon insan həlak olub."
    assert [date for date, _ in dated_of(text, "az")] == ["1667", None]


COUNTED = [
    (
        "Yarmarkada 120-dən çox təşkilatı təmsil edərək,315 nümayəndə iştirak etdi.",
        [("organizations", ">120"), ("representatives", "315")],
    ),
    ("Yarmarkada 250 nəfərə yaxın kənd nümayəndəsi iştirak etdi.", [("representatives", "~250")]),
    ("Sərgiyə 300 nəfərdən çox adam gəldi.", [("people", ">300")]),
    ("Daşqında 2.000 nəfərdən artıq sakin həlak olub.", [("deaths", ">2000")]),
    ("O, 17 elmi-metodik vəsait və 6 elmlər doktoru hazırlayıb.", [("elmi-metodik vəsait", "17"), ("elmlər doktoru", "6")]),
    ("Yanğında 30 köhnə daş dəyirmanı dağıldı.", [("köhnə daş dəyirmanı", "30")]),
    ("Alim 23 ixtiranın müəllifidir.", [("ixtiranın", "23")]),
    ("Kənddəki 5.500 evdən 4.100-nü tamamilə sel aparıb.", [("houses", "4100")]),
    ("Tələbələrin 502-si aspirant, 21-i doktorant idi.", [("aspirant", "502"), ("doktorant", "21")]),
    ("Dəstə 8 batalyon və 5 eskadrondan ibarət idi.", [("battalions", "8"), ("eskadron", "5")]),
]


@pytest.mark.parametrize(("text", "values"), COUNTED)
def test_a_number_counts_the_whole_of_its_noun_phrase(text: str, values: list[tuple[str, str]]) -> None:
    assert [value[:2] for value in values_of(text, "az")] == values


CALLED = [
    ("az", "Tofiq Əli oğlu Nəbiyev 1910-cu ildə doğuldu.", ["Tofiq Əli oğlu Nəbiyev"], []),
    ("az", "Nəcəf bəy Zərdabi 1873-cü ildə öldü.", ["Nəcəf bəy Zərdabi"], []),
    ("az", "Cavad xan 1804-cü ildə Gəncədə öldü.", ["Cavad xan"], ["Ganja"]),
    ("az", "Bal Şurası 1912-ci ildə Tiflisdən Gəncəyə köçdü.", ["Bal Şurası"], ["Tbilisi", "Ganja"]),
    ("az", "İclasda Anna Əmin Nəbizadə 1918-ci ildə seçildi.", ["Anna Əmin Nəbizadə"], []),
    ("az", "2001-ci ildə Anna Nəbiyeva Şuranın sədri seçildi.", ["Anna Nəbiyeva", "Şura"], []),
    ("az", "2002-ci ildə Anna Nəbiyeva Fondu yaradıldı.", ["Anna Nəbiyeva Fondu"], []),
    ("az", "2011-ci ildə Dünya Bal Forumu açıldı.", ["Dünya Bal Forumu"], []),
    ("az", "1918-ci ildə Dağlı Demokratik Respublikası yaradıldı.", ["Dağlı Demokratik Respublikası"], []),
    (
        "az",
        "O, Naxçıvan Muxtar Respublikasının Şərur rayonunda 1938-ci ildə doğulub.",
        ["Naxçıvan Muxtar Respublikasının Şərur"],
        ["Sharur"],
    ),
    ("tr", "10 Kasım 1938’de ev Makbule Baysan’a geçmiştir.", ["Makbule Baysan"], []),
    ("tr", "1972 yılında bina İzmir Bal Müzesi’ne verilmiştir.", ["İzmir Bal Müzesi"], []),
]


@pytest.mark.parametrize(("language", "text", "actors", "places"), CALLED)
def test_names_hold_all_of_their_words_and_no_other(language: str, text: str, actors: list[str], places: list[str]) -> None:
    [claim] = claims_of(text, language)
    assert ([actor.name for actor in claim.actors], [place.name for place in claim.places]) == (actors, places)


SUBJECTS = [
    (
        "The club was founded in 1955 and moved to Linz in 1968.",
        [("1955", "The club was founded in 1955"), ("1968", "The club moved to Linz in 1968")],
    ),
    (
        "Opened in 1877, the mill was used by the club until 1905.",
        [("1877", "the mill, opened in 1877"), ("1905", "the mill was used by the club until 1905")],
    ),
    (
        "Born in 1905 in Tarn, Anna Berg was elected mayor in 1950.",
        [("1905", "Anna Berg, born in 1905 in Tarn"), ("1950", "Anna Berg was elected mayor in 1950")],
    ),
    (
        "Tarn surrendered in 1905, followed by Linz in 1906.",
        [("1905", "Tarn surrendered in 1905"), ("1906", "followed by Linz in 1906")],
    ),
    (
        "The millers began a school in 1740, which never quite opened, then Berg proposed an academy in 1749.",
        [("1740", "The millers began a school in 1740, which never quite opened"), ("1749", "then Berg proposed an academy in 1749")],
    ),
]


@pytest.mark.parametrize(("text", "expected"), SUBJECTS)
def test_a_statement_names_whom_it_tells_of(text: str, expected: list[tuple[str, str]]) -> None:
    assert dated_of(text) == expected


NAMED_BY_A_YEAR = [
    ("The Battle of Tarn, won by Anna Berg during the War of 1812, was fought on 8 January 1815.", ["1815-01-08"]),
    ("Several candidates in the 2003 presidential elections formed a bloc in 2005.", ["2005"]),
    ("The elections were the third since the country's independence from Belland in 1991.", []),
    ("The mill burnt down in 1905. It was the flood of 1928 that took the bridge.", ["1905", "1928"]),
]


@pytest.mark.parametrize(("text", "dates"), NAMED_BY_A_YEAR)
def test_a_year_that_only_tells_which_thing_is_meant_dates_nothing(text: str, dates: list[str]) -> None:
    assert [date for date, _ in dated_of(text)] == dates


SET = [
    ("2005-ci il iyulun 4-də prezident seçkilərin noyabrın 6-na təyin olunması barədə sərəncam imzaladı.", ["happened", "planned"]),
    ("2009-cu ildə Tarnın 2018-ci il üçün paytaxt elan olunmasına dair qərar qəbul edildi.", ["happened", "planned"]),
    ("O, 1922-ci ildə nazir təyin edildi.", ["happened"]),
]


@pytest.mark.parametrize(("text", "modalities"), SET)
def test_what_is_set_for_a_date_is_planned(text: str, modalities: list[str]) -> None:
    assert [claim.modality for claim in claims_of(text, "az")] == modalities


SUFFERED = [
    ("az", "1992-ci ildə 12 qoca qətlə yetirilib, 93 nəfər bədən xəsarətləri alıb.", [("qoca", "12"), ("injured", "93")]),
    ("az", "1944-cü ildə 4120 nəfər deportasiya olunub.", [("deported", "4120")]),
    ("en", "In 1905 some 2,000 residents were killed.", [("deaths", "~2000")]),
    ("en", "In 1905 the town had 2,000 residents.", [("inhabitants", "2000")]),
]


@pytest.mark.parametrize(("language", "text", "values"), SUFFERED)
def test_people_are_counted_by_what_became_of_them(language: str, text: str, values: list[tuple[str, str]]) -> None:
    assert [value[:2] for value in values_of(text, language)] == values


def test_a_year_in_brackets_is_not_the_one_that_a_text_goes_on_with() -> None:
    text = "Partiya 2005-ci ildə öncəki nəticəni (2000-ci ildə 124 yer almışdı) saxladı. Sədr mart ayında çıxış etdi."
    assert dated_of(text, "az")[-1] == ("2005-03", "Sədr mart ayında çıxış etdi")


def test_a_count_that_leads_elsewhere_than_the_day_beside_it_is_from_another_date() -> None:
    text = "Sərəncam 2005-ci il iyulun 4-də imzalandı, seçki noyabrın 6-da oldu. İki gün öncə, iyulun 2-də qanun çıxmışdı."
    assert [date for date, _ in dated_of(text, "az")] == ["2005-07-04", "2005-11-06", "2005-07-02"]


def test_the_end_of_one_century_and_the_beginning_of_the_next_are_one_time() -> None:
    [(date, statement)] = dated_of("XIX əsrin sonu, XX əsrin əvvəllərində şəhər böyüdü.", "az")
    assert (date, statement) == ("18XX/19XX", "XIX əsrin sonu, XX əsrin əvvəllərində şəhər böyüdü")


def test_the_agency_of_a_report_is_no_part_of_what_it_tells() -> None:
    text = "TARN, La. (Belland Press) – Nine people died in a flood in May 1990, officials said."
    assert dated_of(text) == [("1990-05", "Nine people died in a flood in May 1990, officials said")]


def test_who_says_a_part_is_not_who_says_the_part_before() -> None:
    text = "Bəzi mənbələr qalanın 1539-cu ildə, digər mənbələr isə 1600-cü ildə tikildiyini bildirir."
    assert [claim.attribution and claim.attribution.name for claim in claims_of(text, "az")][-1] == "digər mənbələr"


def test_where_somebody_was_asked_says_nothing() -> None:
    [claim] = claims_of("A 1969 poll taken in Belland revealed that 56 percent knew it.")
    assert claim.attribution is not None
    assert claim.attribution.name != "Belland"


def test_a_long_sentence_is_quoted_with_what_it_counts() -> None:
    text = (
        "In 1404 Tarn, the ancient seat of the millers of all of Belland, which no army of any neighbour had ever taken by storm or by "
        "hunger, opened its gates when the governor of Orlin fled over the mountains to his brother in the north, and with him went by "
        "the old salt road, which was deep in snow at that time of the year, 13,000 men of the guard."
    )
    [claim] = claims_of(text)
    assert [value.shown for value in claim.values] == ["13000"]
    assert claim.values[0].end <= claim.end


def test_people_without_a_home_are_counted_as_such() -> None:
    assert values_of("1902-ci ildə 7.000 nəfərədək əhali evsiz-eşiksiz qalıb.", "az")[0][:2] == ("homeless", "~7000")


LIVES = [
    ("en", "Anna Berg (1838–1924) founded the school at Tarn.", []),
    ("en", "He was secretary of the Millers Party (1921-22).", ["1921/1922"]),
    ("en", "The Millers' War (1618–1648) ended it.", ["1618/1648"]),
    ("az", "Neftin inkişafında Anna Nəbiyevin (1838-1924) böyük xidmətləri olub.", []),
]


@pytest.mark.parametrize(("language", "text", "dates"), LIVES)
def test_when_somebody_lived_does_not_date_what_is_told_of_them(language: str, text: str, dates: list[str]) -> None:
    assert [date for date, _ in dated_of(text, language)] == dates


def test_what_is_compared_with_is_no_figure_of_the_date_and_reaches_into_no_other_sentence() -> None:
    text = "In 2011 almost 50% went on to study, compared to just 7% in 1950. On 25 May 2000 the school of Tarn closed."
    assert [date for date, _ in dated_of(text)] == ["2011", "2000-05-25"]
    assert [value[:2] for value in values_of(text)] == [("share", "~50")]


def test_a_unit_of_one_letter_is_no_noun() -> None:
    assert values_of("Quyu 1905-ci ildə 240 - 300 m dərinliyində qazıldı.", "az") == []


def test_names_in_a_row_with_their_centuries_are_no_happenings() -> None:
    text = "Əhməd Tarni (IX əsrin ortaları), Marko Bergi (XIV əsr) və Adam Orlin (1636-cı il) bu yerləri gəzmişlər."
    assert all("Tarni" not in statement or "gəzmişlər" in statement for _, statement in dated_of(text, "az"))
