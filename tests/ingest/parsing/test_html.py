"""Pages: main content, what they say of themselves, encodings, and what strangers make of them."""

import json

import pytest

from shared.domain.errors import UnreadableDocument
from shared.domain.provenance import SourceDetails
from tests.ingest.parsing.making import read

STORY = (
    "<p>The first Honey Fair was held in Quba on 4 May 1998, when the road over the pass had just been cleared of snow.</p>"
    "<p>There were 120 stalls from 14 villages, and the mayor weighed the first jar himself before a crowd of traders.</p>"
)


def page(head: str = "", body: str = STORY, attributes: str = "") -> bytes:
    return f"<!DOCTYPE html><html {attributes}><head>{head}</head><body><article>{body}</article></body></html>".encode()


def details(head: str, body: str = STORY, attributes: str = "") -> SourceDetails:
    return read(page(head, body, attributes)).details


def test_the_main_content_without_menus() -> None:
    data = (
        "<html><body><nav><ul><li><a href='/'>Home</a></li><li><a href='/a'>About us</a></li></ul></nav>"
        f"<main><article><h1>The Honey Fair</h1>{STORY}<ul><li>honey</li><li>wax</li></ul><ol><li>opening</li><li>weighing</li></ol>"
        "<table><tr><th>Year</th><th>Stalls</th></tr><tr><td>1998</td><td>120 &amp;<br>more</td></tr></table></article></main>"
        "<footer>All rights kept</footer></body></html>"
    ).encode()
    paragraphs = read(data).text.split("\n\n")
    assert paragraphs[0] == "The Honey Fair"
    assert paragraphs[1].startswith("The first Honey Fair was held in Quba on 4 May 1998,")
    assert paragraphs[3:] == ["- honey", "- wax", "1. opening", "2. weighing", "Year\tStalls", "1998\t120 & more"]


def test_declarations_of_a_document_type_are_no_words_and_entities_of_its_own_are_refused() -> None:
    story = page()
    assert read(story.replace(b"<!DOCTYPE html>", b'<!DOCTYPE html [<!ATTLIST a b CDATA "c">]>')).text == read(story).text
    for entity in ('a "ha"', 'a SYSTEM "file:///etc/passwd"'):
        with pytest.raises(UnreadableDocument, match="defines entities of its own"):
            read(story.replace(b"<!DOCTYPE html>", f"<!DOCTYPE html [<!ENTITY {entity}>]>".encode()))


def test_the_box_of_an_encyclopedia_is_kept() -> None:
    box = "<table class='infobox'><tr><th>Date</th><td>4 May 1998</td></tr><tr><th>Place</th><td>Quba</td></tr></table>"
    text = read(page(body=f"{box}{STORY.replace('1998,', '1998,<sup>[1]</sup>')}")).text
    assert "Date\t4 May 1998\n\nPlace\tQuba" in text
    assert "4 May 1998,[1] when" in text


def test_what_a_page_says_in_open_graph() -> None:
    head = (
        "<title>Honey! - Valley Gazette</title><meta property='og:title' content='The honey fair'>"
        "<meta property='og:site_name' content='Valley Gazette'><meta name='author' content='Nigar Specimen'>"
        "<meta property='article:published_time' content='1998-05-06T23:30:00+04:00'><link rel='canonical' href='https://gazette.example/fair'>"
    )
    assert details(head, attributes="lang='en-GB'") == SourceDetails(
        title="The honey fair",
        author="Nigar Specimen",
        publisher="Valley Gazette",
        published="1998-05-06",
        url="https://gazette.example/fair",
        language="en",
    )


def test_what_a_page_says_in_json_ld() -> None:
    said = {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "BreadcrumbList", "name": "Crumbs"},
            {
                "@type": ["NewsArticle"],
                "headline": "Bal yarmarkası",
                "author": [{"@type": "Person", "name": "Nigar Specimen"}, {"@type": "Person", "name": "Kamran Specimen"}],
                "publisher": {"@type": "Organization", "name": "Dərə xəbərləri"},
                "datePublished": "1998-05-06",
                "inLanguage": "az",
            },
        ],
    }
    found = details(f"<script type='application/ld+json'>{json.dumps(said)}</script>")
    assert (found.title, found.author, found.publisher) == ("Bal yarmarkası", "Nigar Specimen, Kamran Specimen", "Dərə xəbərləri")
    assert (found.published, found.language) == ("1998-05-06", "az")


@pytest.mark.parametrize(
    ("head", "body", "published"),
    [
        ("<meta name='DC.date.issued' content='1998-05'>", STORY, "1998-05"),
        ("<meta name='citation_publication_date' content='1998/05/06'>", STORY, "1998-05-06"),
        ("<meta name='date' content='Wed, 06 May 1998 10:00:00 GMT'>", STORY, "1998-05-06"),
        ("", f"<time datetime='1998-05-06'>6 May</time>{STORY}", "1998-05-06"),
        (
            "",
            f"<time datetime='1990-01-01'>then</time><time class='entry-date' datetime='1998-05-06T10:00Z'>6 May</time>{STORY}",
            "1998-05-06",
        ),
        ("", f"<span itemprop='datePublished' datetime='1998-05-06'>6 May</span>{STORY}", "1998-05-06"),
        ("", f"<time datetime='1990-01-01'>then</time><time datetime='1998-05-06'>6 May</time>{STORY}", None),
        ("<meta name='date' content='1998-02-31'>", STORY, None),
        ("<meta name='date' content='last Tuesday'>", STORY, None),
        ("", STORY, None),
    ],
)
def test_the_day_of_publication_is_stated_or_unknown(head: str, body: str, published: str | None) -> None:
    assert details(head, body).published == published


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ("<title>The honey fair | Valley Gazette</title>", f"<h1>The honey fair</h1>{STORY}", "The honey fair"),
        ("<title>The honey fair | Valley Gazette</title><meta property='og:site_name' content='Valley Gazette'>", STORY, "The honey fair"),
        ("<title>The honey fair – a story</title>", STORY, "The honey fair – a story"),
        ("<meta property='og:title' content='The fair - a story - The Wiki'>", f"<h1>The fair - a story</h1>{STORY}", "The fair - a story"),
        ("<title>Theodore's fair</title>", f"<h1>The</h1>{STORY}", "Theodore's fair"),
        ("", f"<h1>The <i>honey</i> fair</h1>{STORY}", "The honey fair"),
        ("<meta name='DC.title' content='Honey'><title>Other</title>", STORY, "Honey"),
    ],
)
def test_the_title(head: str, body: str, title: str) -> None:
    assert details(head, body).title == title


@pytest.mark.parametrize("broken", ["{", "[" * 100_000, '{"@type": "Article", "author": {"name": 7}, "datePublished": 1998}', "null"])
def test_broken_json_ld_is_passed_over(broken: str) -> None:
    found = details(f"<script type='application/ld+json'>{broken}</script><title>Honey</title>")
    assert found == SourceDetails(title="Honey")


RUSSIAN = "<p>Ярмарка мёда открылась в Кубе 4 мая 1998 года, и на ней было 120 прилавков из четырнадцати сёл долины.</p>" * 2


@pytest.mark.parametrize(
    ("markup", "encoding", "media_type", "said"),
    [
        ('<meta charset="windows-1251">', "windows-1251", None, "windows-1251"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">', "koi8-r", "text/html", "koi8-r"),
        ("", "iso8859-5", "text/html; charset=ISO-8859-5", "iso-8859-5"),
        ('<meta charset="windows-1251">', "koi8-r", "text/html; charset=koi8-r", "koi8-r"),
        ("", "utf-16", None, "utf-16"),
        ('<meta charset="utf-16">', "utf-8", None, "utf-8"),
        ("", "windows-1251", None, "windows-1251"),
    ],
)
def test_encodings_of_pages(markup: str, encoding: str, media_type: str | None, said: str) -> None:
    parsed = read(f"<html><head>{markup}</head><body>{RUSSIAN}</body></html>".encode(encoding), "page.html", media_type)
    assert parsed.text.startswith("Ярмарка мёда открылась в Кубе 4 мая 1998 года")
    assert (parsed.encoding, parsed.notes) == (said, ())


def test_a_charset_that_does_not_fit_is_told() -> None:
    parsed = read(f"<html><head><meta charset=utf-8></head><body>{RUSSIAN}</body></html>".encode("windows-1251"))
    assert parsed.text.startswith("Ярмарка")
    assert parsed.notes == ("The file says that its encoding is utf-8, which does not fit its bytes: it was read as windows-1251.",)


def test_an_xhtml_page_with_a_declaration() -> None:
    declaration = '<?xml version="1.0" encoding="windows-1251"?>'
    data = f'{declaration}<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="ru"><body>{RUSSIAN}</body></html>'
    parsed = read(data.encode("windows-1251"), "page.xhtml")
    assert parsed.text.startswith("Ярмарка")
    assert parsed.details.language == "ru"


def test_a_short_page_is_read_whole() -> None:
    assert (
        read(b"<html><head><title>Note</title><script>x()</script></head><body>Opened on 4 May.</body></html>").text == "Opened on 4 May."
    )


@pytest.mark.parametrize("depth", [300, 100_000])
def test_deep_nesting_is_refused(depth: int) -> None:
    with pytest.raises(UnreadableDocument, match="nest more than 250 deep"):
        read(page(body="<div>" * depth + STORY + "</div>" * depth))


def test_pages_without_text_are_refused() -> None:
    with pytest.raises(UnreadableDocument, match="built by scripts"):
        read(page(body="<script>document.write('words')</script><div id='app'></div>"))


def test_long_and_broken_markup_is_read() -> None:
    text = read(
        page(body=f"<p>{'The fair was held. ' * 200_000}<p><b>Unclosed <i>tags</b> &nosuch; <table><tr><td>cell</html></html>")
    ).text
    assert text.startswith("The fair was held. The fair")
    assert "Unclosed tags" in text
