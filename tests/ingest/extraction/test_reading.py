"""The reading view: lines joined, hyphens mended, furniture and markup left out, and always a way back."""

import pytest

from services.ingest.extraction.reading import ReadingView, reading_view
from shared.domain.ports import ExtractionInput
from shared.domain.provenance import Span


def view_of(text: str, language: str = "en", media_type: str = "text/plain", skip: tuple[Span, ...] = ()) -> ReadingView:
    return reading_view(ExtractionInput(text=text, language=language, media_type=media_type, skip=skip))


@pytest.mark.parametrize(
    ("text", "language", "read"),
    [
        ("The libra-\nrians met\nin the old town.", "en", "The librarians met in the old town."),
        ("The meet\u00ading ended.", "en", "The meeting ended."),
        ("Kitab-\nxananın binası\ntəmir edildi.", "az", "Kitabxananın binası təmir edildi."),
        ("Körpü 1932-\nci ildə tikilib.", "az", "Körpü 1932-ci ildə tikilib."),
        ("Sərgiyə 300-\ndən çox adam gəldi.", "az", "Sərgiyə 300-dən çox adam gəldi."),
        ("Şərq-\nQərb yolu açıldı.", "az", "Şərq-Qərb yolu açıldı."),
        ("AzTV-\nnin binası köhnədir.", "az", "AzTV-nin binası köhnədir."),
        ("A long-term plan. This is a long-\nterm matter.", "en", "A long-term plan. This is a long-term matter."),
        ("Elmi-kütləvi jurnal çıxdı. Bu, elmi-\nkütləvi jurnaldır.", "az", "Elmi-kütləvi jurnal çıxdı. Bu, elmi-kütləvi jurnaldır."),
        ("two  \t spaces\u00a0here", "en", "two spaces here"),
    ],
)
def test_lines_and_hyphens_are_mended(text: str, language: str, read: str) -> None:
    assert view_of(text, language).text == read


def test_a_hyphen_stays_between_two_words_that_the_text_knows_apart() -> None:
    text = "Mədəni həyat canlandı. İqtisadi sahə böyüdü.\nBu, mədəni-\niqtisadi əlaqədir."
    assert "mədəni-iqtisadi" in view_of(text, "az").text


def test_a_line_break_after_a_full_line_is_no_paragraph() -> None:
    text = "The harbour was deepened in the spring of the year and\nBaku grew around it until the oil ran out and the ships\nleft."
    assert "\n" not in view_of(text).text


def test_blank_lines_part_paragraphs() -> None:
    assert view_of("A heading\n\nA sentence stands here.\n\nAnother one.").text.split("\n\n") == [
        "A heading",
        "A sentence stands here.",
        "Another one.",
    ]


def test_double_spaced_text_is_joined_into_paragraphs() -> None:
    lines = [
        "The first railway of the valley was laid by a company of eleven",
        "merchants who had made their fortune in wool, and it reached the",
        "river after nine years of work in which four bridges were built",
        "and lost.",
        "The second railway came from the north, and its builders took no",
        "more than three years over it, because they had learned from the",
        "failures of the first. It carried grain, salt, timber and people",
        "until the road came.",
        "The third was never finished, although its stations stand in the",
        "fields to this day, with their clocks and their empty platforms.",
    ]
    paragraphs = view_of(" \n\n".join(lines)).text.split("\n\n")
    assert [paragraph[:10] for paragraph in paragraphs] == ["The first ", "The second", "The third "]


def test_page_headers_and_numbers_do_not_interrupt_a_sentence() -> None:
    page = "T H E   C O U N T Y   R E C O R D S\nVolume nine\n{}\n"
    text = (
        "The council met in the old hall and after a debate of two days\n"
        + page.format(4)
        + "decided to sell the mill to the town for a small sum, which the\n"
        + page.format(5)
        + "miller never forgave."
    )
    assert view_of(text).text == (
        "The council met in the old hall and after a debate of two days decided to sell the mill to the town "
        "for a small sum, which the miller never forgave."
    )


def test_a_lone_page_number_between_two_halves_of_a_sentence_goes() -> None:
    assert view_of("It was decided that the\n\n17\n\nmarket would move.").text == "It was decided that the market would move."


def test_markdown_marks_are_left_out() -> None:
    text = "# The *old* mill\n\n- It was **sold** in [1901](http://x.test/a).\n\n```\ncode 1902\n```\n> Said `he`.\n"
    assert view_of(text, media_type="text/markdown").text.split("\n\n") == ["The old mill", "It was sold in 1901.", "Said he."]


ANNALS = [
    f"The {name} bridge of the valley was opened\n"
    f"on {day} {month} {1900 + number} before {20 + number} guests, and the\n"
    "newspaper told of it."
    for number, (name, day, month) in enumerate(
        (name, day, month) for name in ("stone", "iron", "wooden") for day in (3, 14) for month in ("March", "June", "May")
    )
]


@pytest.mark.parametrize("media_type", ["text/plain", "application/pdf"])
def test_what_annals_say_again_of_each_year_is_no_page_header(media_type: str) -> None:
    """Its lines come back, and stand between the halves of sentences, as headers do; but the same stands around them."""
    read = view_of("\n".join(ANNALS), media_type=media_type).text
    assert read.split("\n\n") == [line.replace("\n", " ") for line in ANNALS]


def test_a_text_given_twice_is_no_page_header() -> None:
    lines = [
        "The old harbour of the town lay",
        "south of the mill and could hold",
        "no more than nine ships at a time",
        "which the masters of the guild did",
        "not like to hear said aloud when",
        "they met the merchants of the town",
        "in the long hall by the salt gate",
        "at the end of every summer.",
    ]
    text = "\n".join(lines) + "\n\n"
    assert view_of(text * 4).text.count("nine ships") == 4


def test_skipped_spans_are_left_out() -> None:
    text = "He came. > On Monday she wrote: went. He stayed."
    view = view_of(text, skip=(Span(start=9, end=37),))
    assert view.text == "He came. He stayed."


def test_a_span_over_a_mended_hyphen_maps_to_the_words_as_they_stand() -> None:
    text = "The libra-\nrians met."
    view = view_of(text)
    start = view.text.index("librarians")
    first, last = view.canonical(start, start + len("librarians"))
    assert text[first:last] == "libra-\nrians"


def test_a_sentence_runs_on_over_a_page_break_whatever_it_goes_on_with() -> None:
    text = (
        "In May the fair of the weavers was held, as every year, in the old market of\n"
        "Annals of Ganja   17\n"
        "Ganja, and 40 guests came to see it.\n"
    )
    header = text.index("Annals")
    skip = (Span(start=header, end=text.index("Ganja, and")),)
    view = reading_view(ExtractionInput(text=text, language="en", skip=skip))
    assert "in the old market of Ganja, and 40 guests" in view.text
    start = view.text.index("Ganja, and")
    assert view.canonical(start, start + 5) == (text.index("Ganja, and"), text.index("Ganja, and") + 5)
