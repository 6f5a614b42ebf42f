"""RSS and Atom, from bytes to links."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.feeds.parsed import Feed, parse_feed
from shared.domain.errors import UnreadableDocument
from shared.domain.provenance import SourceDetails

HERE = "http://news.example/feeds/all.xml"

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Alder News</title><link>http://news.example/</link>
<item><title>Bridge &amp; storm: &lt;b&gt;45&lt;/b&gt; families</title><link>http://news.example/storm?x=1&amp;y=2#more</link>
<author>lale@news.example (Lale Sample)</author><pubDate>Thu, 12 Jun 2003 23:30:00 -0800</pubDate><guid isPermaLink="false">7</guid></item>
<item><title>Relative</title><link>/2004/fair</link></item>
<item><title>Only a permanent guid</title><guid>http://news.example/guid</guid></item>
<item><title>No link at all</title></item>
<item><title>A link that is not fetched</title><link>ftp://news.example/file</link></item>
<item><title>The same again</title><link>http://news.example/storm?x=1&amp;y=2</link></item>
</channel></rss>"""

ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://news.example/atom/"><title type="html">Alder &lt;i&gt;Atom&lt;/i&gt;</title>
<entry><title>Körpü açıldı</title><link rel="alternate" href="bridge"/><link rel="self" href="http://news.example/self"/>
<author><name>Nigar Specimen</name></author><published>1998-05-04T10:00:00+05:00</published><updated>2001-01-01T00:00:00Z</updated></entry>
<entry><title>Only updated</title><link href="http://news.example/updated"/><updated>2001-01-02T03:04:05Z</updated></entry>
</feed>"""


def parsed(text: str | bytes, media_type: str | None = "application/rss+xml") -> Feed:
    return parse_feed(text.encode() if isinstance(text, str) else text, media_type, HERE)


def test_rss() -> None:
    feed = parsed(RSS)
    assert feed.title == "Alder News"
    assert [entry.link for entry in feed.entries] == [
        "http://news.example/storm?x=1&y=2",
        "http://news.example/2004/fair",
        "http://news.example/guid",
    ]
    assert feed.entries[0].details == SourceDetails(title="Bridge & storm: 45 families", author="Lale Sample", published="2003-06-12")
    assert feed.notes == ("2 of its entries lead to no page that could be captured",)


def test_atom() -> None:
    feed = parsed(ATOM, "application/atom+xml")
    assert feed.title == "Alder Atom"
    assert [entry.link for entry in feed.entries] == ["http://news.example/atom/bridge", "http://news.example/updated"]
    assert feed.entries[0].details == SourceDetails(title="Körpü açıldı", author="Nigar Specimen", published="1998-05-04")
    assert feed.entries[1].details.published == "2001-01-02"


@pytest.mark.parametrize("charset", ["utf-8", "windows-1251", "utf-16"])
def test_a_feed_in_another_charset(charset: str) -> None:
    text = RSS.replace("Alder News", "Новости").replace('encoding="utf-8"', f'encoding="{charset}"')
    assert parsed(text.encode(charset), "text/xml").title == "Новости"
    assert not [note for note in parsed(text.encode(charset), f"application/xml; charset={charset}").notes if "well-formed" in note]


@pytest.mark.parametrize("cut", [RSS.index("<item><title>Only"), RSS.index("No link") - 3])
def test_of_a_broken_feed_what_can_be_read_is_taken_and_that_is_said(cut: int) -> None:
    feed = parsed(RSS[:cut] + "<oops & <<")
    assert feed.entries[0].link == "http://news.example/storm?x=1&y=2"
    assert any("not well-formed" in note for note in feed.notes)


@pytest.mark.parametrize(
    "text",
    ["", "words and nothing else", "<html><body>Hello</body></html>", '{"items": []}', "<rss", "\x00\x01\x02", "<?xml version='1.0'?><a/>"],
)
def test_what_is_no_feed_is_refused(text: str) -> None:
    with pytest.raises(UnreadableDocument, match="not an RSS or Atom feed"):
        parsed(text)


def test_a_page_that_names_its_feed_is_refused_with_the_feeds_address() -> None:
    page = '<html><head><link rel="alternate" type="application/rss+xml" href="/rss.xml"></head><body>Hello</body></html>'
    with pytest.raises(UnreadableDocument, match=r"names these feeds: http://news\.example/rss\.xml"):
        parsed(page, "text/html")


def test_a_feed_without_entries_is_a_feed() -> None:
    assert parsed("<rss version='2.0'><channel><title>Quiet</title></channel></rss>") == Feed("Quiet", ())


def test_entities_that_multiply_do_not() -> None:
    lol = "".join(f'<!ENTITY l{at} "{f"&l{at - 1};" * 10}">' for at in range(1, 9))
    text = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "lol">{lol}]>' + RSS.split("?>", 1)[1].replace("Alder News", "&l8;")
    feed = parsed(text)
    assert len(feed.title or "") <= 1000


def test_an_entity_from_elsewhere_is_not_read() -> None:
    text = '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + RSS.split("?>", 1)[1].replace(
        "Alder News", "&x;"
    )
    assert "root:" not in str(parsed(text))


@given(st.data())
def test_damaged_feeds_are_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    raw = bytearray((data.draw(st.sampled_from([RSS, ATOM]))).encode())
    odd = st.sampled_from(
        [b"<![CDATA[", b"]]>", b"<!--", b"&#0;", b"&#xD800;", b"&#1114112;", b"&lt;b\x00", b"xml:base='http://['", b"<?x"]
    )
    for at, what in data.draw(st.lists(st.tuples(st.integers(0, len(raw)), odd | st.binary(max_size=8)), min_size=1, max_size=8)):
        raw[at : at + data.draw(st.integers(0, 40))] = what
    kind = data.draw(st.sampled_from([None, "text/xml", "application/rss+xml; charset=none-such", "text/html; charset=utf-16"]))
    try:
        feed = parse_feed(bytes(raw), kind, HERE)
    except UnreadableDocument:
        return
    assert all(entry.link.startswith(("http://", "https://")) for entry in feed.entries)


def test_dates_that_are_none_are_left_out() -> None:
    feed = parsed(RSS.replace("Thu, 12 Jun 2003 23:30:00 -0800", "the day before yesterday"))
    assert feed.entries[0].details.published is None
