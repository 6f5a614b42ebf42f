"""What a citation of a captured document is made of, as CSL-JSON has it."""

import re
from datetime import datetime
from typing import Any

from services.query.citing.names import authors
from services.query.exports.words import Words
from services.query.reader import Captured
from shared.domain.dates import Edtf

Item = dict[str, Any]

_PLAIN = re.compile(r"(?P<year>\d{4})(?:-(?P<month>0[1-9]|1[0-2])(?:-(?P<day>\d\d))?)?(?P<marks>[?~%]?)", re.ASCII)

PAGES = ("text/html", "application/xhtml+xml", "text/plain", "text/markdown")
"""What is cited as a page of a site, where it has an address; a PDF file is a document wherever it lies."""


def item_of(captured: Captured, words: Words) -> Item:
    """Return the CSL-JSON item of a document; what is not known of its source is left out.

    The day of access is that of the capture: what was at the address then is what was kept, and what is quoted.
    """
    document, source = captured.document, captured.source
    retrieved = document.retrieved
    url = source.url or (retrieved.final_url if retrieved else None)
    paged = bool(url) and document.media_type in PAGES
    known = {
        "id": captured.id,
        "type": "webpage" if paged else "document",
        "title": source.title,
        "genre": None if source.title else " ".join(filter(None, (words("untitled"), document.filename))),
        "author": authors(source.author) if source.author else None,
        "container-title" if paged else "publisher": source.publisher,
        "issued": _issued(source.published, words) if source.published else None,
        "accessed": _day(retrieved.time if retrieved else captured.time) if url else None,
        "URL": url,
        "language": source.language or document.language,
        "note": f"SHA-256: {document.sha256}",
    }
    return {name: value for name, value in known.items() if value}


def _issued(published: str, words: Words) -> Item:
    plain = _PLAIN.fullmatch(published)
    if not plain or int(plain["year"]) == 0:
        return {"literal": words.date(Edtf.parse(published).text)}
    parts = [int(part) for part in (plain["year"], plain["month"], plain["day"]) if part]
    return {"date-parts": [parts], **({"circa": True} if plain["marks"] else {})}


def _day(moment: datetime) -> Item:
    return {"date-parts": [[moment.year, moment.month, moment.day]]}
