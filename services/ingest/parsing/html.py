"""HTML: the main content without menus, and what the page says of its source."""

import re

from lxml.etree import ParserError
from trafilatura import bare_extraction

from services.ingest.parsing.details import sound_details
from services.ingest.parsing.parsed import Parsed
from shared.domain.errors import UnreadableDocument

_LANGUAGE = re.compile(r"<html[^>]*\blang\s*=\s*[\"']?([A-Za-z]{2,3})\b", re.IGNORECASE)


def parse_html(markup: str, encoding: str) -> Parsed:
    """Extract the main content of a page. The canonical text is the extracted one: paragraphs separated by line breaks."""
    try:
        found = bare_extraction(markup, include_comments=False, include_tables=True, with_metadata=True)
    except (ParserError, ValueError) as error:
        raise UnreadableDocument(f"the page cannot be parsed as HTML: {error}") from error
    text = "" if found is None or isinstance(found, dict) else (found.text or "")
    if found is None or isinstance(found, dict) or not text.strip():
        raise UnreadableDocument("the page has no main text: if it is built by scripts, save the text it shows and send that")
    language = _LANGUAGE.search(markup)
    details = sound_details(
        {
            "title": found.title,
            "author": found.author,
            "publisher": found.sitename,
            "published": found.date,
            "url": found.url,
            "language": found.language or (language.group(1).lower() if language else None),
        }
    )
    return Parsed(text=text, media_type="text/html", parser="trafilatura", encoding=encoding, details=details)
