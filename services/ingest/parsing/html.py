"""HTML: the main content without menus, and what the page says of its source."""

import re
from typing import Any

from lxml import etree
from lxml import html as lxml_html
from trafilatura import bare_extraction

from services.ingest.parsing.blocks import blocks
from services.ingest.parsing.encoding import decode
from services.ingest.parsing.html_metadata import page_details
from services.ingest.parsing.limits import ParseLimits
from services.ingest.parsing.parsed import Parsed
from shared.domain.errors import UnreadableDocument

HTML = "text/html"
MAX_DEPTH = 250
"""Elements within one another; browsers stop at 512, and no page that a person reads comes near."""

_PRESCAN = 4096
_XML_ENCODING = re.compile(rb"^\s*<\?xml[^>]{0,200}?\bencoding\s*=\s*[\"']([A-Za-z0-9._:-]{2,40})")
_META_ENCODING = re.compile(rb"<meta\b[^>]{0,1000}?\bcharset\s*=\s*[\"']?\s*([A-Za-z0-9._:-]{2,40})", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,500}>")
_SUBSET = re.compile(r"<!DOCTYPE\b[^>\[]{0,1000}\[", re.IGNORECASE)
_SUBSET_END = re.compile(r"\]\s*>")


def parse_html(data: bytes, charset: str | None, limits: ParseLimits) -> Parsed:
    """Extract the main content of a page: paragraphs, list items and table rows, a blank line between them; tabs between cells.

    A `charset` that came with the page outranks the one that the page names.
    """
    markup, encoding, notes = decode(data, [charset, declared_charset(data)])
    tree = tree_of(markup)
    details = page_details(tree)
    text = _main_text(tree)
    if not text:
        # Main text is not to be told from the rest where there is little of it.
        text = blocks(tree).text
    if not text.strip():
        raise UnreadableDocument("the page has no text: if it is built by scripts, save the text it shows and send that")
    return Parsed(text=text, media_type=HTML, parser="trafilatura", encoding=encoding, notes=notes, details=details)


def declared_charset(data: bytes) -> str | None:
    """Return the encoding that a page names in its first bytes."""
    start = data[:_PRESCAN]
    found = _META_ENCODING.search(start) or _XML_ENCODING.match(start)
    if found is None:
        return None
    label = found.group(1).decode("ascii")
    # Whoever reads that the page is UTF-16 reads it byte by byte: it is not.
    return "utf-8" if label.lower().startswith("utf-16") else label


def tree_of(markup: str) -> Any:
    """Parse a page; raise `UnreadableDocument` where its elements nest too deeply."""
    parser = lxml_html.HTMLParser(remove_comments=True, remove_pis=True, huge_tree=True)
    bare = _without_subset(_XML_DECLARATION.sub("", markup.removeprefix("\ufeff"), count=1))
    try:
        tree = lxml_html.document_fromstring(bare, parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise UnreadableDocument(f"the page cannot be parsed as HTML: {error}") from error
    depth = 0
    for event, _ in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_DEPTH:
            raise UnreadableDocument(f"the elements of the page nest more than {MAX_DEPTH} deep: save the text it shows and send that")
    return tree


def _without_subset(markup: str) -> str:
    """Take the declarations out of a document type: read as HTML they would be words. Refuse a page that defines entities with them."""
    begins = _SUBSET.search(markup, 0, _PRESCAN)
    ends = _SUBSET_END.search(markup, begins.end()) if begins else None
    if begins is None or ends is None:
        return markup
    if "<!entity" in markup[begins.end() : ends.start()].lower():
        raise UnreadableDocument(
            "the page defines entities of its own, as files do that are made to swell or to fetch others: "
            "save the text it shows and send that"
        )
    return markup[: begins.start()] + markup[ends.end() :]


def _main_text(tree: Any) -> str:
    found = bare_extraction(tree, include_comments=False, include_tables=True, with_metadata=False)
    if found is None or isinstance(found, dict) or found.body is None:
        return ""
    return blocks(found.body).text
