"""Citations written out in a style by a CSL processor (citeproc-py).

The styles in `styles/` are ours and cover what Salname captures, pages and documents, as the manuals have them. The common styles that
others keep for every kind of publication are for a later version of CSL than the processor knows: with it they print titles twice, shorten
first names that the manuals spell out, and fail where there is a page number. `locales/` adds to the locales that come with the processor.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from html import escape
from importlib import resources
from pathlib import Path
from threading import Lock
from types import SimpleNamespace

from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, Locator  # type: ignore[import-untyped]
from citeproc.frontend import CitationStylesXML  # type: ignore[import-untyped]
from citeproc.source.json import CiteProcJSON  # type: ignore[import-untyped]

from services.query.citing.items import Item

_HERE = Path(str(resources.files(__package__)))

LANGUAGES = tuple(sorted(path.stem for path in (_HERE / "locales").glob("*.xml")))
"""The languages that citations can be had in."""


class Style(StrEnum):
    """The styles: the manuals of the APA (7th edition) and of Chicago (18th, notes and bibliography), the MLA Handbook (9th)."""

    apa = "apa"
    chicago = "chicago"
    mla = "mla"


@dataclass(frozen=True, slots=True)
class Written:
    """A citation: as it stands in a bibliography, and as it stands in the text or in a note. `html` has the first with its italics."""

    bibliography: str
    in_text: str
    html: str


_OPEN, _CLOSE = "\ue000", "\ue001"
_STRAY = str.maketrans("", "", _OPEN + _CLOSE)


def _italic(text: str) -> str:
    return f"{_OPEN}{text}{_CLOSE}"


_PLAIN = dict.fromkeys(("Bold", "Light", "Underline", "Superscript", "Subscript", "SmallCaps"), str)
_MARKED = SimpleNamespace(preformat=lambda text: text, Italic=_italic, Oblique=_italic, **_PLAIN)
"""Marks italics with characters of no meaning, which nothing that is cited can hold; so that what is cited is escaped at the very end."""

_TWICE = re.compile(rf"([.?!][{_CLOSE}”’»“]+|[?!])\.")
"""A full stop after what ends a sentence already."""

_NAMED_ONCE = {Style.apa: "publisher", Style.mla: "author"}
"""What is left out where an institution publishes its own words. Chicago names it as both."""

_lock = Lock()
"""The processor keeps what it works on in the style."""


@lru_cache
def _style(style: Style, language: str) -> CitationStylesStyle:
    loaded = CitationStylesStyle(str(_HERE / "styles" / f"{style}.csl"), locale=language, validate=False)
    ours = CitationStylesXML(str(_HERE / "locales" / f"{language}.xml"), validate=False).root
    ours.style = loaded.root
    loaded.root.locales.insert(0, ours)
    return loaded


def write(item: Item, style: Style, language: str = "en", pages: tuple[int, ...] = ()) -> Written:
    """Write a citation of an item; `pages` are those that the citation in the text points at. `language` is one of `LANGUAGES`."""
    cited = CitationItem(item["id"], **({"locator": Locator("page", ", ".join(map(str, pages)))} if pages else {}))
    with _lock:
        source = CiteProcJSON([_prepared(item, style, language)])
        processor = CitationStylesBibliography(_style(style, language), source, _MARKED)
        citation = Citation([cited])
        processor.register(citation)
        in_text = str(processor.cite(citation, lambda _: None))
        listed = str(processor.bibliography()[0])
    bibliography = _punctuated(listed, language)
    return Written(
        bibliography=bibliography.translate(_STRAY),
        in_text=_punctuated(in_text, language).translate(_STRAY),
        html=_html(bibliography, item.get("URL")),
    )


def _prepared(item: Item, style: Style, language: str) -> Item:
    """Make an item into what the styles take: no name twice, and a date that is no plain one in words."""
    made: Item = {name: value.translate(_STRAY) if isinstance(value, str) else value for name, value in item.items() if name != "note"}
    made["author"] = [{part: text.translate(_STRAY) for part, text in name.items()} for name in item.get("author", ())]
    publisher = "container-title" if item["type"] == "webpage" else "publisher"
    twice = publisher in made and [name.get("literal") for name in made["author"]] == [made[publisher]]
    if twice and style in _NAMED_ONCE:
        made.pop("author" if _NAMED_ONCE[style] == "author" else publisher)
    if "literal" in made.get("issued", {}):
        made["status"] = made.pop("issued")["literal"]
    if "title" in made and language == "en" and style is not Style.apa:
        made["title"] = re.sub(r"[“\"]([^“”\"]*)[”\"]", r"‘\1’", made["title"])  # quotation marks within such
    return {name: value for name, value in made.items() if value}


def _punctuated(text: str, language: str) -> str:
    text = _TWICE.sub(r"\1", text)
    # The manuals are American: what ends a sentence stands within the quotation marks. Other languages have it after them.
    return re.sub("”([.,])", r"\1”", text) if language == "en" else text


def _html(marked: str, url: str | None) -> str:
    text = escape(marked).replace(_OPEN, "<i>").replace(_CLOSE, "</i>")
    if url:
        text = text.replace(escape(url), f'<a href="{escape(url)}">{escape(url)}</a>')
    return text
