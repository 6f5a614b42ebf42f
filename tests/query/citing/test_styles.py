"""Citations as the manuals have them.

Expected strings are written by hand from the rules for web pages and reports of the Publication Manual of the APA (7th edition), The
Chicago Manual of Style (18th, notes and bibliography) and the MLA Handbook (9th). The publications are made up.
"""

from typing import Any

import pytest

from services.query.citing.rendering import LANGUAGES, Style, write

ACCESSED = {"date-parts": [[2026, 11, 24]]}
URL = "https://lantern.example/kites?a=1&b=2"
HILL, REED, BROWN = ({"family": family, "given": given} for family, given in (("Hill", "Nora Jane"), ("Reed", "Tom"), ("Brown", "Al")))
PAGE: dict[str, Any] = {
    "id": "page",
    "type": "webpage",
    "title": "A festival of kites: the first day",
    "container-title": "The Lantern",
    "author": [HILL],
    "issued": {"date-parts": [[1988, 9, 5]]},
    "accessed": ACCESSED,
    "URL": URL,
    "language": "en",
}
REPORT: dict[str, Any] = {
    "id": "report",
    "type": "document",
    "title": "Report on piers",
    "author": [{"literal": "Ministry of Quays"}],
    "publisher": "Ministry of Quays",
    "issued": {"date-parts": [[1936]]},
    "language": "en",
}


def without(item: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name not in names}


WHOLE = {
    Style.apa: f"Hill, N. J. (1988, September 5). A festival of kites: the first day. The Lantern. Retrieved November 24, 2026, from {URL}",
    Style.chicago: "Hill, Nora Jane. “A Festival of Kites: The First Day.” The Lantern, September 5, 1988. Accessed November 24, 2026. "
    f"{URL}.",
    Style.mla: f"Hill, Nora Jane. “A Festival of Kites: The First Day.” The Lantern, 5 Sept. 1988, {URL}. Accessed 24 Nov. 2026.",
}
NO_AUTHOR = {
    Style.apa: f"A festival of kites: the first day. (1988, September 5). The Lantern. Retrieved November 24, 2026, from {URL}",
    Style.chicago: f"The Lantern. “A Festival of Kites: The First Day.” September 5, 1988. Accessed November 24, 2026. {URL}.",
    Style.mla: f"“A Festival of Kites: The First Day.” The Lantern, 5 Sept. 1988, {URL}. Accessed 24 Nov. 2026.",
}
NO_DATE = {
    Style.apa: f"Hill, N. J. (n.d.). A festival of kites: the first day. The Lantern. Retrieved November 24, 2026, from {URL}",
    Style.chicago: f"Hill, Nora Jane. “A Festival of Kites: The First Day.” The Lantern. Accessed November 24, 2026. {URL}.",
    Style.mla: f"Hill, Nora Jane. “A Festival of Kites: The First Day.” The Lantern, {URL}. Accessed 24 Nov. 2026.",
}
AN_INSTITUTION = {
    Style.apa: "Ministry of Quays. (1936). Report on piers.",
    Style.chicago: "Ministry of Quays. Report on Piers. Ministry of Quays, 1936.",
    Style.mla: "Report on Piers. Ministry of Quays, 1936.",
}


@pytest.mark.parametrize("style", Style)
def test_a_page_of_a_site(style: Style) -> None:
    assert write(PAGE, style).bibliography == WHOLE[style]


@pytest.mark.parametrize("style", Style)
def test_without_an_author(style: Style) -> None:
    assert write(without(PAGE, "author"), style).bibliography == NO_AUTHOR[style]


@pytest.mark.parametrize("style", Style)
def test_without_a_date(style: Style) -> None:
    assert write(without(PAGE, "issued"), style).bibliography == NO_DATE[style]


@pytest.mark.parametrize("style", Style)
def test_an_institution_that_publishes_its_own_words(style: Style) -> None:
    assert write(REPORT, style).bibliography == AN_INSTITUTION[style]


WITHOUT_A_PUBLISHER = {
    Style.apa: "Hill, N. J. (1936). Report on piers.",
    Style.chicago: "Hill, Nora Jane. Report on Piers. 1936.",
    Style.mla: "Hill, Nora Jane. Report on Piers. 1936.",
}


@pytest.mark.parametrize("style", Style)
def test_without_a_publisher(style: Style) -> None:
    assert write({**without(REPORT, "publisher"), "author": [HILL]}, style).bibliography == WITHOUT_A_PUBLISHER[style]


IN_TEXT = [
    (PAGE, (), "(Hill, 1988)", "(Hill)"),
    (PAGE, (4,), "(Hill, 1988, p. 4)", "(Hill 4)"),
    (PAGE, (4, 7), "(Hill, 1988, pp. 4, 7)", "(Hill 4, 7)"),
    (without(PAGE, "author"), (4,), "(A festival of kites: the first day, 1988, p. 4)", "(“A Festival of Kites: The First Day” 4)"),
    (without(PAGE, "issued"), (), "(Hill, n.d.)", "(Hill)"),
    ({**PAGE, "author": [HILL, REED]}, (), "(Hill & Reed, 1988)", "(Hill and Reed)"),
    ({**PAGE, "author": [HILL, REED, BROWN]}, (2,), "(Hill et al., 1988, p. 2)", "(Hill et al. 2)"),
    (REPORT, (12,), "(Ministry of Quays, 1936, p. 12)", "(Report on Piers 12)"),
]


@pytest.mark.parametrize(("item", "pages", "apa", "mla"), IN_TEXT)
def test_in_the_text(item: dict[str, Any], pages: tuple[int, ...], apa: str, mla: str) -> None:
    assert (write(item, Style.apa, pages=pages).in_text, write(item, Style.mla, pages=pages).in_text) == (apa, mla)


def test_a_note() -> None:
    note = f"Nora Jane Hill, “A Festival of Kites: The First Day,” The Lantern, September 5, 1988, 4, accessed November 24, 2026, {URL}."
    assert write(PAGE, Style.chicago, pages=(4,)).in_text == note
    assert write({**REPORT, "author": [HILL, REED]}, Style.chicago).in_text == (
        "Nora Jane Hill and Tom Reed, Report on Piers, Ministry of Quays, 1936."
    )


@pytest.mark.parametrize(
    ("authors", "apa", "chicago", "mla"),
    [
        ([HILL, REED], "Hill, N. J., & Reed, T. (1936).", "Hill, Nora Jane, and Tom Reed. Report", "Hill, Nora Jane, and Tom Reed. Report"),
        (
            [HILL, REED, BROWN],
            "Hill, N. J., Reed, T., & Brown, A. (1936).",
            "Hill, Nora Jane, Tom Reed, and Al Brown. Report",
            "Hill, Nora Jane, et al. Report",
        ),
        ([{**BROWN, "suffix": "Jr."}], "Brown, A., Jr. (1936).", "Brown, Al, Jr. Report", "Brown, Al, Jr. Report"),
        (
            [{"family": "van der Meer", "given": "Jan"}],
            "van der Meer, J. (1936).",
            "van der Meer, Jan. Report",
            "van der Meer, Jan. Report",
        ),
    ],
)
def test_several_authors(authors: list[dict[str, str]], apa: str, chicago: str, mla: str) -> None:
    item = {**REPORT, "author": authors, "publisher": "Quay Press"}
    for style, begins in ((Style.apa, apa), (Style.chicago, chicago), (Style.mla, mla)):
        assert write(item, style).bibliography.startswith(begins)


@pytest.mark.parametrize(
    ("issued", "apa", "mla"),
    [
        ({"date-parts": [[1936, 5]]}, "(1936, May)", "May 1936"),
        ({"date-parts": [[1936]], "circa": True}, "(ca. 1936)", "circa 1936"),
        ({"literal": "the 1930s"}, "(the 1930s)", "the 1930s"),
    ],
)
def test_dates_that_are_less_than_a_day(issued: dict[str, Any], apa: str, mla: str) -> None:
    item = {**without(REPORT, "author"), "issued": issued}
    assert apa in write(item, Style.apa).bibliography
    assert write(item, Style.mla).bibliography == f"Report on Piers. Ministry of Quays, {mla}."


@pytest.mark.parametrize(
    ("title", "chicago", "apa"),
    [
        ("Who flew it?", "“Who Flew It?” The", "Who flew it? The"),
        ("Stop!", "“Stop!” The", "Stop! The"),
        ("The kites of Kite Co.", "“The Kites of Kite Co.” The", "The kites of Kite Co. The"),
        ("“Up” and away", "“‘Up’ and Away.” The", "“Up” and away. The"),
    ],
)
def test_titles_that_end_or_quote(title: str, chicago: str, apa: str) -> None:
    item = {**without(PAGE, "issued"), "title": title}
    assert chicago in write(item, Style.chicago).bibliography
    assert apa in write(item, Style.apa).bibliography.replace("(n.d.). ", "")


def test_titles_in_other_languages_keep_their_letters() -> None:
    item = {**PAGE, "title": "Çərpələng bayramı və ilk gün", "language": "az"}
    assert "“Çərpələng bayramı və ilk gün.”" in write(item, Style.mla).bibliography


def test_a_document_without_a_title_is_described() -> None:
    item = {**without(REPORT, "title"), "genre": "Untitled document scan.pdf"}
    assert write(item, Style.apa).bibliography == "Ministry of Quays. (1936). [Untitled document scan.pdf]."
    assert write(item, Style.mla).bibliography == "[Untitled document scan.pdf]. Ministry of Quays, 1936."


@pytest.mark.parametrize("style", Style)
def test_italics_and_links_are_all_the_markup_there_is(style: Style) -> None:
    hostile = {
        **PAGE,
        "title": "<script>alert(1)</script> & “<b>”\ue000x\ue001",
        "author": [{"literal": "<img src=x>"}],
        "container-title": "<i>S",
    }
    written = write(hostile, style).html
    assert "<script" not in written
    assert "<img" not in written
    assert "<b>" not in written
    italics = 0 if style is Style.chicago else 1  # of a page, Chicago has the title in quotation marks and nothing in italics
    assert written.count("<i>") == written.count("</i>") == italics
    assert '<a href="https://lantern.example/kites?a=1&amp;b=2">https://lantern.example/kites?a=1&amp;b=2</a>' in written
    assert "\ue000" not in write(hostile, style).bibliography


IN_AZERBAIJANI = {
    Style.apa: f"Hill, N. J. (1988, 5 sentyabr). Bayram. The Lantern. Alınıb: 24 noyabr 2026, ünvan: {URL}",
    Style.chicago: f"Hill, Nora Jane. “Bayram”. The Lantern, 5 sentyabr 1988. Müraciət tarixi: 24 noyabr 2026. {URL}.",
    Style.mla: f"Hill, Nora Jane. “Bayram”. The Lantern, 5 sen. 1988, {URL}. Müraciət tarixi: 24 noy. 2026.",
}


@pytest.mark.parametrize("style", Style)
def test_in_azerbaijani(style: Style) -> None:
    item = {**PAGE, "title": "Bayram", "language": "az"}
    assert write(item, style, "az").bibliography == IN_AZERBAIJANI[style]
    assert "t.y." in write(without(item, "issued", "accessed"), Style.apa, "az").bibliography


def test_in_german() -> None:
    item = {**PAGE, "title": "Das Fest", "language": "de"}
    assert write(item, Style.apa, "de", (4,)).in_text == "(Hill, 1988, S. 4)"
    assert write(item, Style.chicago, "de").bibliography == (
        f"Hill, Nora Jane. „Das Fest“. The Lantern, 5. September 1988. Zugegriffen am 24. November 2026. {URL}."
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("style", Style)
def test_every_language_writes_every_style(style: Style, language: str) -> None:
    item = {**PAGE, "author": [HILL, REED], "issued": {"date-parts": [[1988]], "circa": True}}
    written = write(item, style, language, (4, 7))
    assert "1988" in written.bibliography
    assert "2026" in written.bibliography
    assert "None" not in written.bibliography + written.in_text
