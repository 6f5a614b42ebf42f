"""What every parser returns."""

from dataclasses import dataclass, field

from shared.domain.provenance import SourceDetails, Span


@dataclass(frozen=True, slots=True)
class Parsed:
    """The canonical text of a document and what its file says of itself.

    `skip` are spans of the text that are no part of the document's own prose, in order and apart: front matter, headers and footers that
    repeat, what a message quotes. Where one is of whole lines with their breaks, the text before it may run on after it. `pages` are the
    offsets at which pages begin, the first 0, never falling; empty where the format has none. `notes` are what a reader has to be told, a
    sentence each: that pages hold pictures and no text. `encoding` is None where the format fixes it.
    """

    text: str
    media_type: str
    parser: str
    encoding: str | None = None
    skip: tuple[Span, ...] = ()
    pages: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    details: SourceDetails = field(default_factory=SourceDetails)
