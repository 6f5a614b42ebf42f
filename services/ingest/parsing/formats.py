"""Which parser reads a file: by its media type where one is given, else by its name, else by its first bytes."""

from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

from services.ingest.parsing.encoding import decode
from services.ingest.parsing.frontmatter import front_matter
from services.ingest.parsing.parsed import Parsed
from shared.domain.errors import TooLarge, UnreadableDocument

PLAIN, MARKDOWN, HTML = "text/plain", "text/markdown", "text/html"

_BY_SUFFIX: Mapping[str, str] = {
    ".txt": PLAIN,
    ".text": PLAIN,
    ".md": MARKDOWN,
    ".markdown": MARKDOWN,
    ".html": HTML,
    ".htm": HTML,
    ".xhtml": HTML,
}
SUFFIXES = frozenset(_BY_SUFFIX)
"""The file name endings that are read."""

_UNSPECIFIC = ("", "application/octet-stream", "binary/octet-stream")
_ALIASES: Mapping[str, str] = {"text/x-markdown": MARKDOWN, "application/xhtml+xml": HTML}


def _text(media_type: str, parser: str) -> Callable[[str, str], Parsed]:
    def parse(text: str, encoding: str) -> Parsed:
        details, skip = front_matter(text)
        return Parsed(text=text, media_type=media_type, parser=parser, encoding=encoding, skip=skip, details=details)

    return parse


def _html(text: str, encoding: str) -> Parsed:
    # Loading the HTML extractor takes most of a second: only who reads HTML waits for it.
    from services.ingest.parsing.html import parse_html

    return parse_html(text, encoding)


PARSERS: Mapping[str, Callable[[str, str], Parsed]] = {
    PLAIN: _text(PLAIN, "text"),
    MARKDOWN: _text(MARKDOWN, "markdown"),
    HTML: _html,
}


def parse(data: bytes, filename: str | None, media_type: str | None, max_bytes: int) -> Parsed:
    """Read a document; raise `UnreadableDocument` that says what is wrong with it and what would do."""
    if len(data) > max_bytes:
        raise TooLarge(f"the file has {len(data):,} bytes, more than the {max_bytes:,} allowed (SALNAME_MAX_DOCUMENT_BYTES)")
    text, encoding = decode(data)
    return PARSERS[_media_type(text, filename, media_type)](text, encoding)


def _media_type(text: str, filename: str | None, given: str | None) -> str:
    bare = (given or "").partition(";")[0].strip().lower()
    bare = _ALIASES.get(bare, bare)
    by_name = _BY_SUFFIX.get(PurePosixPath(filename).suffix.lower()) if filename else None
    # Clients call a Markdown file plain text: its name knows better.
    if bare in PARSERS and not (bare == PLAIN and by_name):
        return bare
    if by_name:
        return by_name
    if bare not in (*_UNSPECIFIC, PLAIN):
        raise UnreadableDocument(f"{bare} is not a format that this release reads; it reads plain text, Markdown and HTML")
    start = text.lstrip("\ufeff \t\r\n")[:200].lower()
    return HTML if start.startswith(("<!doctype html", "<html")) else PLAIN
