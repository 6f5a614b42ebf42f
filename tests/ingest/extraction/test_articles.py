"""What articles about organisations, their congresses and people's lives do that plainer prose does not."""

import pytest

from tests.ingest.extraction.helpers import claims_of, dated_of, values_of

FACT = "The fact that fairs were held on March 16, 1906, July 5-6, 1911, and June 3-4, 1916, shows that they are popular"

WHOLE = [
    # Dates in a row are of one clause, wherever its verb stands.
    (
        "en",
        f"{FACT}.",
        [(date, FACT) for date in ("1906-03-16", "1911-07-05/1911-07-06", "1916-06-03/1916-06-04")],
    ),
    ("en", "The mill opened in 1905, and 1907 saw it burn.", [("1905", "The mill opened in 1905"), ("1907", "1907 saw it burn")]),
    # "Between" waits for its "and".
    (
        "en",
        "In 1813 the valley was divided between Orlin and Tarn by the pact of 12 October 1813.",
        [(date, "In 1813 the valley was divided between Orlin and Tarn by the pact of 12 October 1813") for date in ("1813", "1813-10-12")],
    ),
    # "May" is a month and no verb that would close a clause.
    (
        "en",
        "On May 23, 1901, Adam Orlin signed an order on holding the first fair of the millers of Belland, taking into account the need to "
        "bring together those who live in different valleys of the land, to ensure that their guilds work as one, and to strengthen the "
        "ties between their schools, their clubs and their old home in the north of the country.",
        [
            (
                "1901-05-23",
                "On May 23, 1901, Adam Orlin signed an order on holding the first fair of the millers of Belland",
            )
        ],
    ),
    # What is said of somebody between commas is no subject of the verb behind it.
    (
        "en",
        "A reading circle founded at Tarn in 1769 by Adam Orlin, the mayor of the town, became in 1816 the Academy of Belland.",
        [
            ("1769", "A reading circle founded at Tarn in 1769 by Adam Orlin, the mayor of the town"),
            ("1816", "A reading circle became in 1816 the Academy of Belland"),
        ],
    ),
    (
        "en",
        "The first member was Adam Orlin, miller and poet, who was elected in 1742.",
        [("1742", "Adam Orlin who was elected in 1742")],
    ),
    # A participle before a clause with a subject of its own has that one.
    (
        "en",
        "Signed by Adam Orlin, the call slated the fair for 15 August 1920 — although the day was soon moved to 1 September.",
        [
            ("1920-08-15", "Signed by Adam Orlin, the call slated the fair for 15 August 1920"),
            ("1920-09-01", "although the day was soon moved to 1 September"),
        ],
    ),
    (
        "en",
        "Tarn announced its plan on 30 April 2018, and formally applied for membership on September 12, 2019.",
        [
            ("2018-04-30", "Tarn announced its plan on 30 April 2018"),
            ("2019-09-12", "Tarn formally applied for membership on September 12, 2019"),
        ],
    ),
    ("en", "In 1992 Anna Berg became a judge in 1992.", [("1992", "In 1992 Anna Berg became a judge in 1992")]),
    # "Not only … but" closes no clause.
    (
        "az",
        "1991-ci ildə dəyirmanın açılması təkcə kənddə yaşayan insanların həyatında deyil, bütün vadinin həyatında da yeni bir mərhələnin "
        "başlanmasına səbəb oldu, çünki o vaxta qədər vadidə yaşayan bütün ailələr buğdanı uzaq şəhərdəki köhnə və bahalı dəyirmanlarda "
        "üyütməyə məcbur idilər.",
        None,
    ),
]


@pytest.mark.parametrize(("language", "text", "expected"), WHOLE)
def test_a_clause_is_told_whole(language: str, text: str, expected: list[tuple[str, str]] | None) -> None:
    found = dated_of(text, language)
    if expected is None:
        assert all(not statement.endswith("deyil") for _, statement in found)
    else:
        assert found == expected


CLOSED_LATER = [
    (
        "1999-cu ildə partiya sədrinin müavini, 2001-ci ildə birinci müavin, 2005-ci ildə isə sədr seçilib.",
        [
            ("1999", "1999-cu ildə partiya sədrinin müavini seçilib"),
            ("2001", "2001-ci ildə birinci müavin seçilib"),
            ("2005", "2005-ci ildə isə sədr seçilib"),
        ],
    ),
    # The whole list before the verb belongs to it, and a name that ends as a verb does is none.
    (
        "1961–1977-ci illərdə Tarnur məktəbində müəllim, kitabxanaçı, 1977–1994-cü illərdə Orlin Universitetində müəllim, dosent olub.",
        [
            ("1961/1977", "1961–1977-ci illərdə Tarnur məktəbində müəllim, kitabxanaçı olub"),
            ("1977/1994", "1977–1994-cü illərdə Orlin Universitetində müəllim, dosent olub"),
        ],
    ),
    (
        "Nizamnamə 1901-ci ildə Tarnda, proqram isə 1903-cü ildə Orlində qəbul edildi.",
        [("1901", "Nizamnamə 1901-ci ildə Tarnda qəbul edildi"), ("1903", "proqram isə 1903-cü ildə Orlində qəbul edildi")],
    ),
    # What became of titles is told behind the last of them.
    (
        "Yazıçının “Su dəyirmanı” (1989), “Köhnə körpü” (1995) romanları işıq üzü görüb.",
        [
            ("1989", "Yazıçının “Su dəyirmanı” (1989) romanları işıq üzü görüb"),
            ("1995", "“Köhnə körpü” (1995) romanları işıq üzü görüb"),
        ],
    ),
    # Two words that are one verb.
    (
        "1878-ci ildə Orlin Universitetinə, 1881-ci ildə isə Tarn məktəbinə daxil olub.",
        [("1878", "1878-ci ildə Orlin Universitetinə daxil olub"), ("1881", "1881-ci ildə isə Tarn məktəbinə daxil olub")],
    ),
    # Whose it is asks for what it is.
    (
        "2007-ci ildə Tarnın Orlində, 2009-cu ildə isə Orlinin Tarnda elçiliyi açılıb.",
        [("2007", "2007-ci ildə Tarnın Orlində elçiliyi açılıb"), ("2009", "2009-cu ildə isə Orlinin Tarnda elçiliyi açılıb")],
    ),
    # In a row of who held an office, all of them held it, each as often as said.
    (
        "Anna Bergova (1947-1950, 1958-1961), Adam Orlin (1950-1958) Akademiyanın prezidenti olmuşlar.",
        [
            ("1947/1950", "Anna Bergova (1947-1950, 1958-1961) Akademiyanın prezidenti olmuşlar"),
            ("1958/1961", "Anna Bergova (1947-1950, 1958-1961) Akademiyanın prezidenti olmuşlar"),
            ("1950/1958", "Adam Orlin (1950-1958) Akademiyanın prezidenti olmuşlar"),
        ],
    ),
    # When something else was is no clause without its verb.
    (
        "27 may 1987-ci il qərarından sonra, 1987-ci il dekabrın 28-də yarmarka keçirildi.",
        [("1987-05-27", "27 may 1987-ci il qərarından sonra"), ...],
    ),
    # A noun made of a verb tells by itself what happened.
    ("1990-cı ildə məktəbin tikilməsi, 1995-ci ildə klub kəndi dəyişdi.", [("1990", "1990-cı ildə məktəbin tikilməsi"), ...]),
]


@pytest.mark.parametrize(("text", "expected"), CLOSED_LATER)
def test_a_clause_that_leaves_out_its_verb_has_that_which_closes_the_row(text: str, expected: list[object]) -> None:
    found = dated_of(text, "az")
    assert found[: len(expected)] == [one if given is ... else given for one, given in zip(found, expected, strict=True)]


MEANT = [
    # What was promised was planned; the promise was made on the date before it.
    ("en", "At the fair in 1910 the guilds agreed to found a union.", "happened"),
    ("en", "The guilds agreed to hold a fair in 1912.", "planned"),
    ("en", "The guild slated the fair for 15 August 1920.", "planned"),
    ("en", "From 1992 the guild showed a common political will.", "happened"),
    # A comma in a list of who comes parts no clauses.
    ("az", "2030-cu il mayın 9-da keçirilən yarmarkada Tarn, Orlin, habelə Bernos kəndləri iştirak edəcək.", "planned"),
    # Nor does one in a title, and what is not possible is not denied.
    ("az", "1910-cu ildə oynanılmış «O gəlməsin, bu gəlsin» tamaşası qarşısında susmaq mümkün deyil.", "happened"),
    ("az", "2020-ci il mayın 9-da yarmarka keçirildi, növbəti yarmarkada isə Orlin də iştirak edəcək.", "happened"),
]


@pytest.mark.parametrize(("language", "text", "modality"), MEANT)
def test_a_clause_is_meant_as_its_own_verb_says(language: str, text: str, modality: str) -> None:
    assert [claim.modality for claim in claims_of(text, language)] == [modality]


VALUES = [
    ("en", "In 1987 the millers won nine of the seventeen seats.", [("seats", "9")]),
    ("en", "A 2019 United Nations report of 1 May 2020 counts 12 mills.", [("mills", "12")]),
    ("en", "In 1999 the college had 12 faculties and 59 departments.", [("faculties", "12"), ("departments", "59")]),
    ("en", "In 1999 the fair had six sections in two parts of the town.", [("sections", "6"), ("parts", "2")]),
    ("az", "1999-cu ildə yarmarkaya iyirmidən çox qonaq gəldi.", [("guests", ">20")]),
    ("en", "In 1907 the membership grew to 34,200.", [("members", "34200")]),
    ("az", "1999-cu ildə universitetdə 16 fakültə, 121 kafedra vardı.", [("faculties", "16"), ("departments", "121")]),
    ("az", "Konfrans 1999-cu ildə 6 bölmədə keçirildi.", [("sections", "6")]),
    ("az", "1999-cu ildə tələbələrin 300-dən çoxu hazırda olduğu kimi kənddə yaşayırdı.", [("students", ">300")]),
    ("az", "1999-cu ildə 300 iştirakçı vardı, onlardan 120-si xaricdən gəlmişdi.", [("participants", "300")]),
    ("az", "1999-cu ildə 100 tezis kitab şəklində çap edildi.", [("tezis", "100")]),
]


@pytest.mark.parametrize(("language", "text", "values"), VALUES)
def test_a_number_counts_what_it_stands_for(language: str, text: str, values: list[tuple[str, str]]) -> None:
    assert [value[:2] for value in values_of(text, language)] == values


DATES = [
    ("az", "14-03-2022, 07:08\n\nBu gündən Tarnda yarmarka başlayır. Dünəndən qonaqlar gəlir.", ["2022-03-14", "2022-03-13"]),
    (
        "en",
        "On 9 May 1901 the Congress adopted the “Appeal of the Millers of the United Valleys to the "
        "guilds of all nations on the flood in the Tarn valley on September 11, 1900, and its victims”.",
        ["1901-05-09"],
    ),
    (
        "en",
        "In 1901 he said: “The Millers of the United Valleys came on September 11, 1900, and are here, all of them, to stay”.",
        ["1901", "1900-09-11"],
    ),
    (
        "en",
        "1920 :\n\nThe mill was built by the monks.\n\n1924\n\nThe mill burnt down.\n\n4th December 1937 :\n\nA school was founded. "
        "It had 12 pupils.",
        ["1920", "1924", "1937-12-04", "1937-12-04"],
    ),
    (
        "az",
        "1920-ci il\n\nTarnda dəyirman tikildi.\n\n4 dekabr 1937:\n\nDəyirman yandı.\n\n1938-ci il\n\nBazar açıldı.",
        ["1920", "1937-12-04", "1938"],
    ),
    ("en", "The mill was old.\n\n1998\n\nIt burnt down.", []),
    ("az", "Səfər (8-9 iyun, 2006-cı il) 3 gün çəkdi. 2007-ci ildə məktəb açıldı.", ["2006-06-08/2006-06-09", "2007"]),
    ("az", "Yayınlanma tarixi: 26.10.2022 11:05:59\n\nBu gün Tarnda yarmarka keçirilir.", ["2022-10-26"]),
    ("az", "23.11.2018 19:21\n\nTarnda bu il iyulun 17-19-da yarmarka olub.", ["2018-07-17/2018-07-19"]),
    ("az", "23.11.2018 19:21\n\nTarnda bu il 17-19 iyul tarixlərində yarmarka olub.", ["2018-07-17/2018-07-19"]),
    # What there is now is not of when it was founded.
    ("en", "The Congress of Millers was founded in 1917. The Congress now has six branches.", ["1917", None]),
    ("az", "Millərlər Konqresi 1917-ci ildə yaradılıb. Konqresin hazırda 6 filialı var.", ["1917", None]),
    # Nor is what is so "today", in a report of that day.
    (
        "az",
        "Bakı, 5 iyul 2019\n\nBu gün 70 ölkədə 500-dən çox klub fəaliyyət göstərir. Bu gün Bakıda yarmarka başlayır.",
        [None, "2019-07-05"],
    ),
    (
        "en",
        "TARN, July 5, 2019 — Today the guild has 12 branches. Today the mayor has opened 3 mills. Today, 40 millers met.",
        [None, "2019-07-05", "2019-07-05"],
    ),
    # A day is no more of its century.
    ("az", "XIX əsrdə dəyirmanı tanıdan usta Adam Orlin 1857-ci ildə doğulub.", ["1857"]),
    ("az", "XIX əsrdə kənd böyüdü, 1857-ci ildə isə məktəb açıldı.", ["18XX", "1857"]),
    # No text tells of decades to come as of the past.
    ("en", "In the 30s, 40s and 50s the mill stood still. It burnt down in 1991.", ["193X", "1991"]),
    ("en", "Just like in 1919, the fair of 4 May 1931 drew a crowd.", ["1931-05-04"]),
]


@pytest.mark.parametrize(("language", "text", "dates"), DATES)
def test_a_date_dates_what_it_heads_and_no_title(language: str, text: str, dates: list[str | None]) -> None:
    assert [date for date, _ in dated_of(text, language)] == dates


NAMES = [
    ("en", "In 1959 the Liberal Party and the Green Party met.", ["Liberal Party", "Green Party"]),
    ("en", "In 1959 the World Bee Congress and World Bee Organization met.", ["World Bee Congress", "World Bee Organization"]),
    ("en", "In 1959 the Orlin Bank and Trust Company failed.", ["Orlin Bank and Trust Company"]),
    ("en", "In 1959 the Ministry of Culture and Tourism met.", ["Ministry of Culture and Tourism"]),
    ("en", "In 1897 they called the World Bee Congress in Basel.", ["World Bee Congress"]),
    ("en", "In 1998 the Congress of Azerbaijanis in Russia met.", ["Congress of Azerbaijanis in Russia"]),
    ("en", "In Spain the Royal Academy of Mills began in 1774.", ["Royal Academy of Mills"]),
    ("en", "In 1959 they heard Anna Berg in the Orlin Parliament.", ["Anna Berg", "Orlin Parliament"]),
    ("en", "In 1867 Secretary of State William Orlin bought the valley.", ["William Orlin"]),
    ("en", "In 1959 she led the Department of Foreign Mills.", ["Department of Foreign Mills"]),
    ("en", "In 1959 the American Mill Society met.", ["American Mill Society"]),
    ("en", "In 1959 the American Anna Berg founded a school.", ["Anna Berg"]),
    ("az", "2025-ci ildə Bəstəkarlar İttifaqı və Tarn Şəhər Şurası konsert verdi.", ["Bəstəkarlar İttifaqı", "Tarn Şəhər Şurası"]),
    ("az", "2025-ci ildə Elm və Təhsil Nazirliyi konsert verdi.", ["Elm və Təhsil Nazirliyi"]),
    ("az", "2025-ci ildə Anna Bergova Bakı Dövlət Universitetini bitirdi.", ["Anna Bergova", "Bakı Dövlət Universiteti"]),
    ("az", "2025-ci ildə Anna Bergova Fondunun binası yandı.", ["Anna Bergova Fondu"]),
    ("az", "2025-ci ildə Bal Forumunun sədri seçildi.", ["Bal Forumu"]),
    ("az", "2025-ci ildə Tarn Rəyasət Heyətinin sədri seçildi.", ["Tarn Rəyasət Heyəti"]),
    ("az", "2025-ci ildən Milli Bal Komitəsinin Prezidentidir.", ["Milli Bal Komitəsi"]),
    ("az", "2025-ci ildə Azərbaycan Prezidentinin sərəncamı ilə məktəb açıldı.", ["Azərbaycan Prezidenti"]),
    ("az", "2025-ci ildə Beynəlxalq Bal Konfransında Anna Bergova danışdı.", ["Anna Bergova"]),
    # What stands in quotation marks before an organisation is its name; by itself it is a title.
    ("az", "1987-ci ildə «Vətən» Cəmiyyətinin sədri seçildi.", ["«Vətən» Cəmiyyəti"]),
    ("az", "1987-ci ildə “Odlar yurdu” Mədəniyyət Mərkəzi açıldı.", ["“Odlar yurdu” Mədəniyyət Mərkəzi"]),
    ("en", "In 1987 the “Birlik” Association of Millers met.", ["“Birlik” Association of Millers"]),
    ("az", "1987-ci ildə «Hacı Qara» tamaşaya qoyuldu.", []),
    ("en", "In 1987 they played “Hamlet Orlin” in Tarn.", []),
    ("az", "2013-cü ildən muzeyin müdiri Anna Əlizadədir.", ["Anna Əlizadə"]),
    ("az", "2013-cü ildə Tarn Xarici İşlər Nazirliyi yaradıldı.", ["Tarn Xarici İşlər Nazirliyi"]),
    ("az", "1990-cı ildə Sovet qoşunları şəhərə girdi.", []),
    ("az", "1990-cı ildə BHO-nun Milli Bakı Muzeyi açıldı.", ["BHO-nun Milli Bakı Muzeyi"]),
    ("az", "2025-ci ildə bal Dünya İrsi Siyahısına salındı.", []),
    (
        "az",
        "2025-ci ildə Tarn Respublikası Ekologiya və Təbii Sərvətlər Nazirliyinin Meşələrin İnkişafı Departamenti ləğv edildi.",
        ["Tarn Respublikası Ekologiya və Təbii Sərvətlər Nazirliyi", "Meşələrin İnkişafı Departamenti"],
    ),
]


@pytest.mark.parametrize(("language", "text", "names"), NAMES)
def test_a_name_is_whole_and_holds_nothing_else(language: str, text: str, names: list[str]) -> None:
    [claim] = claims_of(text, language)
    assert [actor.name for actor in claim.actors] == names


def test_a_paper_is_told_besides_what_was_done_with_it() -> None:
    text = "The first Fair of Millers was held on 9–10 October 2003 with the decree dated May 20, 2003."
    assert dated_of(text) == [
        ("2003-10-09/2003-10-10", "The first Fair of Millers was held on 9–10 October 2003"),
        ("2003-05-20", "the decree dated May 20, 2003"),
    ]
    owned = "The first Fair of Millers was held on 9–10 October 2003 with the decree dated May 20, 2003, of the mayor."
    assert dated_of(owned)[1] == ("2003-05-20", "the decree dated May 20, 2003, of the mayor")


def test_what_is_said_of_who_speaks_is_not_who_speaks() -> None:
    [claim] = claims_of("Anna Berg, head of the Department of Foreign Mills, highlighted that it opened in 1905.")
    assert claim.attribution is not None
    assert claim.attribution.name == "Anna Berg"


def test_whom_a_town_was_taken_from_is_no_town() -> None:
    [claim] = claims_of("1504-cü ildə Adam Orlindən şəhəri aldı.", "az")
    assert claim.places == ()


def test_who_comes_behind_a_preposition_is_said_nothing_more_of_what_stands_before() -> None:
    text = "They failed with the next agent, Adam Orlin, until Anna Berg, who was elected in 1908, came."
    assert dated_of(text)[0][1].startswith("Anna Berg who was elected in 1908")
    text = "It was shared by Orlin and Belland, except the small district of Tarn, which was free until 1835."
    assert dated_of(text) == [("1835", "Tarn which was free until 1835")]


def test_a_row_of_years_and_places_has_the_verb_of_the_first() -> None:
    text = "Fairs have taken place in 1919 in Tarn; 1921 in Linz and Orlin; and 2014 in Bern."
    assert [statement for _, statement in dated_of(text)] == [
        "Fairs have taken place in 1919 in Tarn",
        "Fairs have taken place in 1921 in Linz and Orlin",
        "Fairs have taken place in 2014 in Bern",
    ]
    text = "The mill opened in 1905 in Tarn; 1907 in the valley was wet."
    assert dated_of(text)[1] == ("1907", "1907 in the valley was wet")


def test_who_highlights_something_tells_it() -> None:
    [claim] = claims_of("The mayor highlighted that the mill was built in 1905.")
    assert claim.attribution is not None
    assert claim.attribution.name == "mayor"
