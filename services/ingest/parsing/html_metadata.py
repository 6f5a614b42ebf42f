"""What a page says of its own source: OpenGraph, JSON-LD, Dublin Core, citation tags, `<time>`, `<html lang>`; not its text."""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import date
from email.utils import parsedate_to_datetime
from typing import Any

from services.ingest.parsing.details import combine, sound_details
from shared.domain.provenance import SourceDetails

MAX_JSON = 1_000_000
"""Characters of a JSON-LD script that are looked at."""

_ISO_DAY = re.compile(r"(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})(?!\d)")
_ISO_MONTH = re.compile(r"(\d{4})(?:-(\d{2}))?")
_TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]+)*")
_WORK = re.compile(r"(?:Article|BlogPosting|Report|WebPage|CreativeWork|Book|Chapter|Thesis)$")
_PUBLISHED = re.compile(r"publish|pubdate|posted|entry-date|post-date|article-date", re.IGNORECASE)
_TITLE_PARTS = re.compile(r"\s+[-–—|·•»:]\s+")

# Names of meta elements, the surest first. What stands in `name`, `property` and `itemprop` is looked at alike.
_NAMES = {
    "title": ("og:title", "citation_title", "dc.title", "dcterms.title", "twitter:title", "headline"),
    "author": ("author", "citation_author", "dc.creator", "dcterms.creator", "article:author", "parsely-author", "sailthru.author", "byl"),
    "publisher": ("og:site_name", "citation_journal_title", "dc.publisher", "dcterms.publisher", "application-name"),
    "published": (
        "article:published_time",
        "citation_publication_date",
        "citation_date",
        "datepublished",
        "dc.date.issued",
        "dcterms.issued",
        "dc.date",
        "dcterms.date",
        "dcterms.created",
        "og:published_time",
        "parsely-pub-date",
        "sailthru.date",
        "publishdate",
        "publish-date",
        "pubdate",
        "date",
    ),
    "url": ("og:url",),
    "language": ("content-language", "dc.language", "dcterms.language", "og:locale"),
}


def page_details(tree: Any) -> SourceDetails:
    """Return the title, the author, the publisher, the date, the address and the language that a page states."""
    metas = _metas(tree)
    works = list(_works(tree))
    site = _first("publisher", [*_said(metas, "publisher"), *(name for work in works for name in _names(work.get("publisher")))])
    return combine(
        site,
        _first("title", _titles(tree, [*_said(metas, "title"), *_headlines(works)], site.publisher)),
        _first("author", [_joined(_said_by(metas)), *(_joined(_names(work.get("author"))) for work in works)]),
        _first("published", map(_day, [*_said(metas, "published"), *_published(works), *_times(tree)])),
        _first("url", [*_canonical(tree), *_said(metas, "url")]),
        _first("language", map(_language, [*_languages(tree), *_said(metas, "language"), *_languages_of(works)])),
    )


def _first(field: str, values: Iterable[str | None]) -> SourceDetails:
    """Return the first value that is valid for a field."""
    for value in values:
        cleaned = " ".join(value.split()) if value else ""
        if cleaned:
            found = sound_details({field: cleaned})
            if found != SourceDetails():
                return found
    return SourceDetails()


def _metas(tree: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        value = element.get("content")
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            name = element.get(attribute)
            if name and value:
                found.setdefault(name.strip().lower(), []).append(value)
    for element in tree.iter():
        if element.get("itemprop", "").lower() == "datepublished" and element.tag != "meta":
            found.setdefault("datepublished", []).append(element.get("datetime") or element.get("content") or "")
    return found


def _said(metas: dict[str, list[str]], field: str) -> list[str]:
    return [value for name in _NAMES[field] for value in metas.get(name, ())]


def _said_by(metas: dict[str, list[str]]) -> list[str]:
    """Return the authors of the first kind of element that names any; the address of a profile is no name."""
    for name in _NAMES["author"]:
        names = [value for value in metas.get(name, ()) if not value.strip().lower().startswith(("http:", "https:", "/", "@"))]
        if names:
            return names
    return []


def _joined(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(" ".join(name.split()) for name in names if name.strip()))


def _works(tree: Any) -> Iterator[dict[str, Any]]:
    """Yield what JSON-LD on the page says of articles and the like."""
    for script in tree.iter("script"):
        if "ld+json" not in script.get("type", "").lower():
            continue
        try:
            said = json.loads((script.text or "")[:MAX_JSON])
        except (ValueError, RecursionError):
            continue
        waiting = [said]
        while waiting:
            item = waiting.pop(0)
            if isinstance(item, list):
                waiting += item[:100]
            elif isinstance(item, dict):
                waiting += [item[key] for key in ("@graph", "mainEntity") if key in item]
                kinds = item.get("@type")
                if any(_WORK.search(str(kind)) for kind in (kinds if isinstance(kinds, list) else [kinds])):
                    yield item


def _headlines(works: list[dict[str, Any]]) -> list[str]:
    return [str(work[key]) for work in works for key in ("headline", "name") if isinstance(work.get(key), str)]


def _published(works: list[dict[str, Any]]) -> list[str]:
    return [str(work["datePublished"]) for work in works if isinstance(work.get("datePublished"), str)]


def _languages_of(works: list[dict[str, Any]]) -> list[str]:
    return [str(work["inLanguage"]) for work in works if isinstance(work.get("inLanguage"), str)]


def _names(said: Any) -> list[str]:
    items = said if isinstance(said, list) else [said]
    names = [item.get("name") if isinstance(item, dict) else item for item in items]
    return [name for name in names if isinstance(name, str) and not name.startswith(("http:", "https:"))]


def _titles(tree: Any, said: list[str], site: str | None) -> Iterator[str]:
    """Yield titles, the surest first: of metadata, of the window, the first heading; without the name of the site behind them."""
    headings = [words for heading in tree.iter("h1") if (words := " ".join("".join(heading.itertext()).split()))]
    for title in [*said, *("".join(element.itertext()) for element in tree.iter("title"))]:
        yield _without_site(" ".join(title.split()), headings, site)
    yield from headings[:1]


def _without_site(title: str, headings: list[str], site: str | None) -> str:
    for part in reversed(list(_TITLE_PARTS.finditer(title))):
        before, after = title[: part.start()], title[part.end() :]
        if before in headings or (site and after.casefold() == site.casefold()):
            return before
    return title


def _times(tree: Any) -> list[str]:
    """Return the times of the page that are told to be its publication, or its only time."""
    times = [(element, str(element.get("datetime"))) for element in tree.iter("time") if element.get("datetime")]
    marked = [when for element, when in times if element.get("pubdate") is not None or _PUBLISHED.search(element.get("class") or "")]
    return marked or ([times[0][1]] if len({when for _, when in times}) == 1 else [])


def _canonical(tree: Any) -> list[str]:
    return [link.get("href") or "" for link in tree.iter("link") if "canonical" in (link.get("rel") or "").lower().split()]


def _languages(tree: Any) -> list[str]:
    root = tree.getroottree().getroot()
    return [root.get(name) or "" for name in ("lang", "xml:lang", "{http://www.w3.org/XML/1998/namespace}lang")]


def _language(said: str | None) -> str | None:
    found = _TAG.fullmatch((said or "").split(",")[0].strip())
    return found.group(1).lower() if found else None


def _day(said: str | None) -> str | None:
    """Return the day, the month or the year that a machine-readable date names; None for anything else."""
    text = (said or "").strip()
    if match := _ISO_DAY.match(text):
        year, month, day = map(int, match.groups())
    elif match := _ISO_MONTH.fullmatch(text):
        return text
    else:
        try:
            sent = parsedate_to_datetime(text)
        except (ValueError, TypeError, OverflowError, IndexError):
            return None
        year, month, day = sent.year, sent.month, sent.day
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
