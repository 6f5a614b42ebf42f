"""Reads a document: its dates and its claims, in canonical offsets."""

from dataclasses import dataclass, replace

from services.ingest.extraction.composer import Composer
from services.ingest.extraction.dateline import published
from services.ingest.extraction.dates.finder import DateMention, find_dates
from services.ingest.extraction.grammar.tables import load_grammar
from services.ingest.extraction.letters import base_language
from services.ingest.extraction.reading import ReadingView, reading_view
from shared.domain.claims import ClaimBody
from shared.domain.ports import ExtractionInput


@dataclass(frozen=True, slots=True)
class Analysis:
    """The dates that a document speaks of and the claims it makes. All offsets are those of the canonical text."""

    dates: list[DateMention]
    claims: tuple[ClaimBody, ...]


def analyse(document: ExtractionInput) -> Analysis:
    """Find the dates and the claims of a document. Deterministic, and linear in its length."""
    view = reading_view(document)
    language = base_language(document.language)
    mentions = find_dates(view.text, language, document.published)
    if document.published is None and (day := published(view.text, view.lower, mentions, load_grammar(language))):
        mentions = find_dates(view.text, language, day)
    claims = Composer(document, view, mentions).claims()
    return Analysis([_canonical(mention, view, document.text) for mention in mentions], claims)


def _canonical(mention: DateMention, view: ReadingView, text: str) -> DateMention:
    start, end = view.canonical(mention.start, mention.end)
    anchor = view.canonical(*mention.anchor) if mention.anchor else None
    ends = tuple(_canonical(one, view, text) for one in mention.ends)
    return replace(mention, start=start, end=end, text=text[start:end], anchor=anchor, ends=ends)
