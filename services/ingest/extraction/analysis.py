"""Reads a document: its dates and its claims, in canonical offsets."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.ingest.extraction.composer import Composer
from services.ingest.extraction.dateline import published
from services.ingest.extraction.dates.finder import DateMention, find_dates
from services.ingest.extraction.grammar.tables import load_grammar
from services.ingest.extraction.letters import base_language
from services.ingest.extraction.passages import foreign, only, without
from services.ingest.extraction.reading import ReadingView, reading_view
from shared.domain.claims import ClaimBody
from shared.domain.ports import ExtractionInput


@dataclass(frozen=True, slots=True)
class Analysis:
    """The dates that a document speaks of and the claims it makes. All offsets are those of the canonical text."""

    dates: list[DateMention]
    claims: tuple[ClaimBody, ...]


def analyse(document: ExtractionInput) -> Analysis:
    """Find the dates and the claims of a document, each passage of it read in its own language. Deterministic, and linear in its length."""
    passages = foreign(document)
    if not passages:
        return _analyse(document)
    parts = [_analyse(without(document, [span for spans in passages.values() for span in spans]))]
    parts += [_analyse(only(document, language, spans)) for language, spans in passages.items()]
    dates = sorted((mention for part in parts for mention in part.dates), key=lambda mention: mention.start)
    return Analysis(dates, _in_text_order([part.claims for part in parts]))


def _in_text_order(parts: Sequence[Sequence[ClaimBody]]) -> tuple[ClaimBody, ...]:
    """Put the claims of several parts in one order, in which each still continues the one that it did."""
    order = sorted((claim.start, claim.end, part, at) for part, claims in enumerate(parts) for at, claim in enumerate(claims))
    place = {(part, at): number for number, (_, _, part, at) in enumerate(order)}
    return tuple(
        claim if claim.continues is None else claim.model_copy(update={"continues": str(place[part, int(claim.continues)])})
        for _, _, part, at in order
        for claim in (parts[part][at],)
    )


def _analyse(document: ExtractionInput) -> Analysis:
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
