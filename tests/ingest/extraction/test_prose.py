"""What running prose does around its dates: datelines, brackets, dates named twice, days that go on with a story."""

import pytest

from services.ingest.extraction.analysis import analyse
from shared.domain.ports import ExtractionInput
from tests.ingest.extraction.helpers import dated_of

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
