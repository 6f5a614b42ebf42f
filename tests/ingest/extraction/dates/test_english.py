"""English date expressions, one construction at a time."""

import pytest

from services.ingest.extraction.dates.finder import find_dates


def found(text: str, published: str | None = None) -> list[tuple[str, str | None]]:
    return [(mention.text, mention.edtf) for mention in find_dates(text, "en", published)]


@pytest.mark.parametrize(
    ("text", "words", "edtf"),
    [
        ("They met on March 4, 1921 in the old hall.", "March 4, 1921", "1921-03-04"),
        ("They met on 4 March 1921 in the old hall.", "4 March 1921", "1921-03-04"),
        ("The bridge opened on the 3rd of June, 1884.", "the 3rd of June, 1884", "1884-06-03"),
        ("A letter of Sept. 9, 1950 survives.", "Sept. 9, 1950", "1950-09-09"),
        ("Signed on Monday, 7 May 1973.", "Monday, 7 May 1973", "1973-05-07"),
        ("The file is dated 2004-11-30.", "2004-11-30", "2004-11-30"),
        ("The file is dated 30.11.2004.", "30.11.2004", "2004-11-30"),
        ("Rain fell in October 1888 for weeks.", "October 1888", "1888-10"),
        ("Rain fell in October of 1888.", "October of 1888", "1888-10"),
        ("It ended in early October 1888.", "early October 1888", "1888-10"),
        ("It ended at the end of October 1888.", "the end of October 1888", "1888-10"),
        ("They sailed in mid-July 1936.", "mid-July 1936", "1936-07"),
        ("They sailed in the summer of 1936.", "the summer of 1936", "1936-22"),
        ("It snowed throughout the winter of 1962–63.", "the winter of 1962–63", "1962-24"),
        ("The mill closed in 1907.", "1907", "1907"),
        ("The mill closed by late 1907.", "late 1907", "1907"),
        ("The village grew until 1348, when plague came.", "1348", "1348"),
        ("Founded around 1200, the abbey decayed.", "1200", "1200~"),
        ("Built c. 490 BC by settlers.", "c. 490 BC", "-0489~"),
        ("The fleet sank in 31 BC near the cape.", "31 BC", "-0030"),
        ("The eruption of AD 79 buried it.", "AD 79", "0079"),
        ("The walls date from the 5th century BC.", "the 5th century BC", "-04XX"),
        ("It flourished in the nineteenth century.", "the nineteenth century", "18XX"),
        ("It belongs to the twenty-first century.", "the twenty-first century", "20XX"),
        ("Prices rose in the late 1980s.", "the late 1980s", "198X"),
        ("Travellers of the 1700s described it.", "the 1700s", "17XX"),
        ("Coins of the 470s BC were found.", "the 470s BC", "-047X"),
        ("They will return by Christmas 2007.", "Christmas 2007", "2007-12-25"),
        ("It was quiet on New Year's Eve 1909.", "New Year's Eve 1909", "1909-12-31"),
        ("A mill was built about 1750 on the hill.", "about 1750", "1750~"),
        ("It was known in about 1410.", "about 1410", "1410~"),
        ("A wall of around the year 1200 stands.", "around the year 1200", "1200~"),
        ("A wall of about AD 1200 stands.", "about AD 1200", "1200~"),
        ("It was used in the XVIIIth century.", "the XVIIIth century", "17XX"),
        ("Stamped 16-12-1991 by a clerk.", "16-12-1991", "1991-12-16"),
        ("Printed 1991/12/16 on the box.", "1991/12/16", "1991-12-16"),
        ("Wages rose in the second half of 1997.", "the second half of 1997", "1997"),
        ("It fell in the winter of 415/414 BC.", "the winter of 415/414 BC", "-0414-24"),
        ("It stood prior to 1453 there.", "prior to 1453", "../1453"),
        ("It stood before the year 1453.", "before the year 1453", "../1453"),
        ("It was built no later than 1460.", "1460", "../1460"),
        ("Signed on 15 (28) May 1918 in Ganja.", "15 (28) May 1918", "1918-05-28"),
        ("Signed on May 28 (15), 1918.", "May 28 (15), 1918", "1918-05-28"),
        ("Signed on 24 February (9 March) 1917.", "24 February (9 March) 1917", "1917-03-09"),
        ("Signed on 15 (3) June 1790.", "15 (3) June 1790", "1790-06-15"),
        ("Easter Monday, 1916 was wet.", "1916", "1916"),
        ("It froze in January, 1918.", "January, 1918", "1918-01"),
        ("It was lost on the second of May 1905.", "the second of May 1905", "1905-05-02"),
        ("It opened on the twenty-first of June, 1911.", "the twenty-first of June, 1911", "1911-06-21"),
        ("It opened on Friday, the thirty-first of March 1911.", "Friday, the thirty-first of March 1911", "1911-03-31"),
        ("It was signed on July the fourth, 1788.", "July the fourth, 1788", "1788-07-04"),
        ("They came on the first day of September 1930.", "the first day of September 1930", "1930-09-01"),
        ("The third May festival was in 1950.", "1950", "1950"),
    ],
)
def test_an_expression_that_says_it_all(text: str, words: str, edtf: str) -> None:
    assert found(text) == [(words, edtf)]
    assert find_dates(text, "en")[0].derivation == "explicit"


@pytest.mark.parametrize(
    ("text", "words", "edtf", "ends"),
    [
        ("The fair of June 9-10, 1995 was wet.", "June 9-10, 1995", "1995-06-09/1995-06-10", ("June 9", "10, 1995")),
        ("The fair of 9–10 June 1995 was wet.", "9–10 June 1995", "1995-06-09/1995-06-10", ("9", "10 June 1995")),
        ("The siege (17 May – 2 June 1809) failed.", "17 May – 2 June 1809", "1809-05-17/1809-06-02", ("17 May", "2 June 1809")),
        (
            "Sales from Jan. 1 through June 30, 1995 fell.",
            "Jan. 1 through June 30, 1995",
            "1995-01-01/1995-06-30",
            ("Jan. 1", "June 30, 1995"),
        ),
        ("He reigned from 1512 to 1520.", "1512 to 1520", "1512/1520", ("1512", "1520")),
        ("He reigned between 1512 and 1520.", "between 1512 and 1520", "1512/1520", ("1512", "1520")),
        ("The war (1618–48) emptied the land.", "1618–48", "1618/1648", ("1618", "48")),
        ("The war (431-404 BC) emptied the city.", "431-404 BC", "-0430/-0403", ("431", "404 BC")),
        ("Talks of August–October 1977 failed.", "August–October 1977", "1977-08/1977-10", ("August", "October 1977")),
        ("Talks of November 1977 - March 1978 failed.", "November 1977 - March 1978", "1977-11/1978-03", ("November 1977", "March 1978")),
        ("Talks of November to February 1978 failed.", "November to February 1978", "1977-11/1978-02", ("November", "February 1978")),
        ("From the 12th to the 14th centuries it grew.", "the 12th to the 14th centuries", "11XX/13XX", ("the 12th", "the 14th centuries")),
    ],
)
def test_a_range_has_an_interval_and_two_ends(text: str, words: str, edtf: str, ends: tuple[str, str]) -> None:
    [mention] = find_dates(text, "en")
    assert (mention.text, mention.edtf) == (words, edtf)
    assert tuple(end.text for end in mention.ends) == ends
    assert [end.edtf for end in mention.ends] == edtf.split("/")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Meetings on May 4 and 5, 1990.", [("May 4", "1990-05-04"), ("5, 1990", "1990-05-05")]),
        ("Floods in August and September 1953.", [("August", "1953-08"), ("September 1953", "1953-09")]),
        (
            "In May 1905 they met. On the 9th and 10th they sat.",
            [("May 1905", "1905-05"), ("the 9th", "1905-05-09"), ("10th", "1905-05-10")],
        ),
        ("In 1812 August and September saw fighting.", [("1812", "1812"), ("August", "1812-08"), ("September", "1812-09")]),
        ("Elections in 1992 and 1996.", [("1992", "1992"), ("1996", "1996")]),
        ("Through most of 388 and 387 BC they waited.", [("388", "-0387"), ("387 BC", "-0386")]),
    ],
)
def test_a_list_is_several_dates(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "words", "edtf", "derivation"),
    [
        ("The act of 3 May 1901 was repealed in June of the same year.", "June of the same year", "1901-06", 'same year as "3 May 1901"'),
        (
            "The act of 3 May 1901. It met on June 9-10 of that year.",
            "June 9-10 of that year",
            "1901-06-09/1901-06-10",
            'same year as "3 May 1901"',
        ),
        (
            "Built in 1859. It burned on 25 December 1917 (7 January).",
            "7 January",
            "1918-01-07",
            'same year as "25 December 1917"',
        ),
        ("Passed in 1901. It was repealed the following year.", "the following year", "1902", 'relative to "1901"'),
        ("Passed in 1901. It was repealed in May of the following year.", "May of the following year", "1902-05", 'relative to "1901"'),
        ("Passed in 1901. It replaced a law of the previous year.", "the previous year", "1900", 'relative to "1901"'),
        ("On 30 May 1901 they landed. Three days later they left.", "Three days later", "1901-06-02", 'relative to "30 May 1901"'),
        ("On 30 May 1901 they landed. The next day they left.", "The next day", "1901-05-31", 'relative to "30 May 1901"'),
        ("On 30 May 1901 they landed, and left the same day.", "the same day", "1901-05-30", 'relative to "30 May 1901"'),
        ("On 3 May 1901 they landed and left by the end of the month.", "the end of the month", "1901-05", 'relative to "3 May 1901"'),
        ("On 3 May 1901 they landed. They left on the 14th.", "the 14th", "1901-05-14", 'month from narrative "3 May 1901"'),
        ("They landed in May 1901. By early October they left.", "early October", "1901-10", 'year from narrative "May 1901"'),
        ("They landed in May 1901, and that summer they left.", "that summer", "1901-22", 'same year as "May 1901"'),
        ("They landed in May 1901. The following spring they left.", "The following spring", "1902-21", 'relative to "May 1901"'),
        ("Passed in 1901. It was repealed the year after.", "the year after", "1902", 'relative to "1901"'),
        ("Passed in 1901. It was dropped by year's end.", "year's end", "1901", 'same year as "1901"'),
        ("Passed in 1781. By the end of the century it was dropped.", "the end of the century", "17XX", 'relative to "1781"'),
        ("Prices rose in 1981. In the late eighties they fell.", "the late eighties", "198X", 'century from narrative "1981"'),
        ("On 30 May 1901 they landed. Two weeks later they left.", "Two weeks later", "1901-06-13~", 'relative to "30 May 1901"'),
        ("Passed in 1901. A century later it was repealed.", "A century later", "2001~", 'relative to "1901"'),
        ("Passed in 1951. Its fame grew in the following decade.", "the following decade", "196X", 'relative to "1951"'),
        ("Built in 1951. In June 1952 their summer offensive failed.", "summer", "1952-22", 'same year as "June 1952"'),
        ("The league of 480 BC grew, and in 477 it was renewed.", "477", "-0476", 'same year as "480 BC"'),
        ("Two years later (218 BC) the war began.", "Two years later", "-0217", 'same date as "218 BC"'),
    ],
)
def test_an_expression_that_leans_on_another(text: str, words: str, edtf: str, derivation: str) -> None:
    mention = next(mention for mention in find_dates(text, "en") if mention.text == words)
    assert (mention.edtf, mention.derivation) == (edtf, derivation)
    assert mention.anchor is not None
    quoted = text[slice(*mention.anchor)]
    assert f'"{quoted}"' in derivation


def test_the_narrative_turns_the_year() -> None:
    text = "The army marched in November 1805. In December it fought. In February it rested. Peace came in 1806."
    assert [edtf for _, edtf in found(text)] == ["1805-11", "1805-12", "1806-02", "1806"]


def test_a_year_only_mentioned_does_not_become_the_year_of_the_narrative() -> None:
    text = "War broke out in June 1855. A plaque of 1970 recalls it. In August the town fell. Peace came in December 1855."
    assert ("August", "1855-08") in found(text)


@pytest.mark.parametrize(
    ("text", "words", "edtf"),
    [
        ("The minister resigned on Tuesday.", "Tuesday", "2024-05-14"),
        ("The minister resigned last Friday.", "last Friday", "2024-05-10"),
        ("The vote is due next Monday.", "next Monday", "2024-05-20"),
        ("The minister resigned yesterday.", "yesterday", "2024-05-15"),
        ("Prices rose last month.", "last month", "2024-04"),
        ("Prices rose last year.", "last year", "2023"),
        ("The town was founded three years ago.", "three years ago", "2021"),
        ("The minister resigned on 3 May.", "3 May", "2024-05-03"),
        ("The minister fell ill on 29 December.", "29 December", "2023-12-29"),
    ],
)
def test_news_count_from_their_day(text: str, words: str, edtf: str) -> None:
    [mention] = find_dates(text, "en", "2024-05-16")
    assert (mention.text, mention.edtf, mention.derivation) == (words, edtf, "relative to publication")
    [undated] = find_dates(text, "en")
    assert (undated.edtf, undated.derivation) == (None, "unresolved")


def test_a_history_does_not_count_from_its_publication() -> None:
    assert ("last year", None) in found("In 1811 the crops failed, as they had last year.", "2009-12-19")


def test_a_history_that_has_come_to_its_publication_counts_from_it() -> None:
    text = "It opened in 1911, grew in 1922, moved in 1933, burnt in 1944, and was rebuilt in 2009. This year it has more visitors."
    assert found(text, "2009-12-19")[-1] == ("This year", "2009")


@pytest.mark.parametrize(
    "text",
    [
        "The March 12 massacre is remembered.",
        "They mark June 5 as the Day of Gardens.",
        "It is held every June 5 in the park.",
        "The camp will be held in July.",
        "Some weeks later they came, and less than a year later they left.",
    ],
)
def test_what_is_not_known_stays_open(text: str) -> None:
    mentions = find_dates("In 1950 it rained. " + text, "en")[1:]
    assert mentions
    assert all((mention.edtf, mention.derivation) == (None, "unresolved") for mention in mentions)


@pytest.mark.parametrize(
    "text",
    [
        "Law No. 1939 was passed.",
        "See page 1987 of the report.",
        "About 1 000 people came.",
        "It was attended by 2001 delegates.",
        "ISO 9001:2015 applies.",
        "It cost $1999 then.",
        "A crowd of 1500 marched.",
        "He walked 1945 metres.",
        "Between 1500 and 1800 men fell.",
        "Phone 2015-1234 for help.",
        "Version 2.0.1999 is out.",
        "The case AZ-1991-12-16-77 is closed.",
        "By 1700 hours all was quiet.",
        "In about 1500 cases nothing was found.",
        "Shares closed at 1850.",
        "Resolution 1973 was adopted.",
        "They may go and march with the men.",
        "He fell in the fall of the city.",
        "Volume 3, 1,812 pages.",
        "In 480 of the cases nothing was found.",
        "They sang White Christmas.",
        "It opened a year later than planned.",
        "It opened two weeks earlier than the other one.",
    ],
)
def test_numbers_that_are_no_dates(text: str) -> None:
    assert found("In 1950 it rained. " + text) == [("1950", "1950")]


def test_a_day_that_the_calendar_lacks_is_unresolved() -> None:
    assert found("On 30 February 2001 nothing happened.") == [("30 February 2001", None)]


@pytest.mark.parametrize("space", [" ", "\n", "  "])
def test_white_space_of_any_kind(space: str) -> None:
    text = "They met on 4 March 1921.".replace(" ", space)
    [mention] = find_dates(text, "en")
    assert mention.edtf == "1921-03-04"


def test_a_month_in_a_name_is_no_date() -> None:
    assert found("Black January is remembered as the end of an age.") == [("Black January", None)]


def test_this_july_is_that_of_the_publication_whatever_was_told_of() -> None:
    assert ("This July", "2013-07") in found("In 2012 a choir won. This July the water came down.", "2013-07-20")


def test_a_count_that_closes_its_clause_is_another_name_of_the_date_before_it() -> None:
    text = "I came in 1970. The fire broke out in 1974, four years later. The next year we moved."
    assert [edtf for _, edtf in found(text)] == ["1970", "1974", "1974", "1975"]


def test_what_follows_a_count_from_something_else_is_counted_from_nothing_known() -> None:
    text = "The mill was built in 1970. Two years after the flood it was sold. The year before, it had burnt."
    assert [edtf for _, edtf in found(text)] == ["1970", None, None]


def test_may_in_a_dateline_speaks_of_nothing_to_come() -> None:
    text = "BAKU, May 13 — The river Kura burst its banks on Tuesday, flooding 18,000 houses."
    assert found(text, "2010-05-13") == [("May 13", "2010-05-13"), ("Tuesday", "2010-05-11")]
