"""What every parser returns."""

from dataclasses import dataclass, field

from shared.domain.provenance import SourceDetails, Span


@dataclass(frozen=True, slots=True)
class Parsed:
    """The canonical text of a document and what its file says of itself.

    `skip` are spans of the text that are no part of the document's prose (front matter). `encoding` is None where the format fixes it.
    """

    text: str
    media_type: str
    parser: str
    encoding: str | None = None
    skip: tuple[Span, ...] = ()
    details: SourceDetails = field(default_factory=SourceDetails)
