"""The sources behind an entry, as citations in a style."""

from collections.abc import Iterator
from html import escape

import orjson

from services.query import reader
from services.query.citing.items import item_of
from services.query.citing.rendering import Style, write
from services.query.citing.schemas import ErasedSource, SourceCitation, SourceCitations
from services.query.exports.words import Words, languages
from services.query.reader import Captured, HeldClaim
from services.query.snapshot import Snapshot
from shared.domain.chronology import Entry
from shared.lexicon.folding import fold

CSL_JSON = "application/vnd.citationstyles.csl+json"


def source_citations(snapshot: Snapshot, entry: Entry, style: Style, language: str) -> SourceCitations:
    """Cite every document that stands behind an entry, those that support nothing any more and those that were erased included."""
    held = reader.claims(snapshot, tuple(dict.fromkeys((*entry.claims, *entry.withdrawn))))
    erased = {lost.document_id for lost in entry.erased}
    documents = reader.documents(snapshot, {claim.claim.document_id for claim in held.values()} | erased)
    cited = [_cited(captured, entry, held, style, language) for captured in documents.values()]
    return SourceCitations(
        revision=snapshot.revision,
        entry_id=entry.id,
        style=style,
        language=language,
        citations=tuple(sorted(cited, key=lambda citation: (fold(citation.bibliography), citation.document_id))),
    )


def _cited(captured: Captured, entry: Entry, held: dict[str, HeldClaim], style: Style, language: str) -> SourceCitation:
    claims = [held[claim_id].claim for claim_id in held if held[claim_id].claim.document_id == captured.id]
    lost = next((lost for lost in entry.erased if lost.document_id == captured.id), None)
    pages = tuple(sorted({claim.page for claim in claims if claim.page}))
    item = item_of(captured, _words(language))
    written = write(item, style, language, pages)
    return SourceCitation(
        document_id=captured.id,
        bibliography=written.bibliography,
        html=written.html,
        in_text=written.in_text,
        pages=pages,
        claims=lost.claims if lost else tuple(claim.id for claim in claims),
        standing=any(claim.id not in entry.withdrawn for claim in claims),
        erased=ErasedSource(at=lost.erased_at, reason=lost.reason) if lost else None,
        item=item,
    )


def _words(language: str) -> Words:
    return Words(language if language in languages() else "en")


def as_text(found: SourceCitations) -> str:
    """Return the citations as a list of sources, one a line."""
    return "".join(f"{citation.bibliography}{remark(citation, found.language)}\n" for citation in found.citations)


def as_html(found: SourceCitations) -> str:
    """Return the citations as an HTML list."""
    items = "".join(f"<li>{citation.html}{escape(remark(citation, found.language))}</li>\n" for citation in found.citations)
    return f'<ul class="citations" lang="{found.language}">\n{items}</ul>\n'


def as_csl_json(found: SourceCitations) -> bytes:
    """Return the citations as CSL-JSON, for programs that manage references."""
    return orjson.dumps([citation.item for citation in found.citations])


def remark(citation: SourceCitation, language: str) -> str:
    """What a reader of a list has to be told of one of its sources."""
    return "".join(f" [{said}]" for said in _remarks(citation, _words(language)))


def _remarks(citation: SourceCitation, words: Words) -> Iterator[str]:
    if citation.erased:
        yield words("source_erased", moment=words.moment(citation.erased.at), reason=citation.erased.reason)
    elif not citation.standing:
        yield words("withdrawn")
