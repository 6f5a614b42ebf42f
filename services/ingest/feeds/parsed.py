"""RSS and Atom, from bytes to links: what a worker process does with a feed. Pure; nothing here fetches anything."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from io import BytesIO
from typing import Any
from urllib.parse import urljoin

from services.ingest.fetching.errors import AddressRefused
from services.ingest.fetching.urls import checked_url
from services.ingest.parsing.details import sound_details
from shared.domain.errors import UnreadableDocument
from shared.domain.provenance import SourceDetails

FEED_TYPES = ("application/rss+xml", "application/atom+xml")
_ADDRESS = re.compile(r"[^\s()<>]+@[^\s()<>]+")

MAX_ENTRIES = 5_000
"""Entries of a feed that are looked at, the first ones: feeds list what is newest first."""


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """An entry that leads to a page, and what the feed says of it."""

    link: str
    details: SourceDetails


@dataclass(frozen=True, slots=True)
class Feed:
    """The entries of a feed in its order, each link once. `notes` are what a reader has to be told, a sentence each."""

    title: str | None
    entries: tuple[FeedEntry, ...]
    notes: tuple[str, ...] = ()


def parse_feed(data: bytes, media_type: str | None, url: str) -> Feed:
    """Read a feed that was fetched from `url`; raise `UnreadableDocument` for what is none."""
    import feedparser  # loading it takes a while, and most processes never read a feed

    # Without a charset, the XML says itself which it is in (RFC 7303); feedparser still takes some types for ASCII then.
    kind = media_type if media_type and "charset" in media_type.lower() else "application/xml"
    try:
        found = feedparser.parse(BytesIO(data), response_headers={"content-type": kind, "content-location": url})
    except (ValueError, LookupError, RecursionError) as error:  # bytes and characters that no feed has
        raise UnreadableDocument(_no_feed(data, url)) from error
    broken = bool(found.get("bozo")) and _matters(found.get("bozo_exception"))
    if (not found.get("version") and not found["entries"]) or (broken and not found["entries"]):
        raise UnreadableDocument(_no_feed(data, url))
    notes = []
    if broken:
        notes.append("the feed is not well-formed: what could be read of it was taken, and entries may be missing")
    if len(found["entries"]) > MAX_ENTRIES:
        notes.append(f"the feed has {len(found['entries']):,} entries: the first {MAX_ENTRIES:,} were looked at")
    entries: dict[str, FeedEntry] = {}
    without = 0
    for raw in map(dict, found["entries"][:MAX_ENTRIES]):  # feedparser's own mapping answers for keys that are not there
        link = _link(raw, url)
        if link is None:
            without += 1
        else:
            entries.setdefault(link, FeedEntry(link, _details(raw)))
    if without:
        notes.append(f"{without} of its entries lead to no page that could be captured")
    return Feed(_plain(dict(found["feed"]), "title"), tuple(entries.values()), tuple(notes))


def _matters(problem: object) -> bool:
    """Whether what feedparser complains of may have cost entries: another charset or media type than declared has not."""
    from feedparser.exceptions import ThingsNobodyCaresAboutButMe

    return not isinstance(problem, ThingsNobodyCaresAboutButMe)


def _link(raw: Mapping[str, Any], url: str) -> str | None:
    link = raw.get("link")
    if not isinstance(link, str) or not link.strip():
        return None
    try:
        return str(checked_url(urljoin(url, link.strip())))
    except (AddressRefused, ValueError):
        return None


def _details(raw: Mapping[str, Any]) -> SourceDetails:
    author = _ADDRESS.sub("", str(raw.get("author") or "")).strip(" ()<>\"'")  # the name beside an address, in whichever order
    return sound_details({"title": _plain(raw, "title"), "author": author or None, "published": _day(raw)})


def _plain(raw: Mapping[str, Any], name: str) -> str | None:
    """A text of a feed without its markup."""
    text = raw.get(name)
    if not isinstance(text, str) or not text.strip():
        return None
    if "html" in str(raw.get(f"{name}_detail", {}).get("type", "")) and "<" in text:
        from lxml.etree import ParserError
        from lxml.html import fragment_fromstring

        try:
            text = fragment_fromstring(text, create_parent="div").text_content()
        except (ParserError, ValueError):  # characters that are none in XML
            return None
    return " ".join(text.split())[:1000] or None


def _day(raw: Mapping[str, Any]) -> str | None:
    """The day of publication where the publisher is: a time of the evening there must not become the next day."""
    for name in ("published", "updated"):
        text = raw.get(name)
        if isinstance(text, str):
            for parse in (parsedate_to_datetime, datetime.fromisoformat):
                try:
                    return parse(text.strip()).date().isoformat()
                except (ValueError, TypeError, IndexError, OverflowError):
                    continue
        if parsed := raw.get(f"{name}_parsed"):
            return f"{parsed[0]:04}-{parsed[1]:02}-{parsed[2]:02}"
    return None


def _no_feed(data: bytes, url: str) -> str:
    links = _linked_feeds(data, url)
    if links:
        return f"this is a page, not a feed; it names these feeds: {', '.join(links)}"
    return "this is not an RSS or Atom feed, or too broken to be read: give the address of the feed itself"


def _linked_feeds(data: bytes, url: str) -> list[str]:
    """The feeds that a page names in its head."""
    from lxml.etree import ParserError
    from lxml.html import document_fromstring

    try:
        page = document_fromstring(data[:200_000])
    except (ParserError, ValueError):
        return []
    found = [link.get("href") for link in page.iter("link") if (link.get("type") or "").lower() in FEED_TYPES]
    return [urljoin(url, href) for href in found if href][:5]
