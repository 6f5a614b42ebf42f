"""What the API answers about citations of sources."""

from typing import Any

from pydantic import AwareDatetime, Field

from services.query.citing.rendering import Style
from shared.domain.model import Frozen


class ErasedSource(Frozen):
    """When a document was erased, and why."""

    at: AwareDatetime
    reason: str


class SourceCitation(Frozen):
    """One captured document, ready to be cited."""

    document_id: str
    bibliography: str = Field(description="as it stands in a list of sources, plain text")
    html: str = Field(description="the same with its italics and its link; everything else is escaped")
    in_text: str = Field(description="as it stands in the text (APA, MLA) or in a note (Chicago), with the pages")
    pages: tuple[int, ...] = Field(description="the pages that its claims stand on, where the document has pages")
    claims: tuple[str, ...] = Field(description="its claims in this entry")
    standing: bool = Field(description="whether any of them still supports something; withdrawn and superseded ones do not")
    erased: ErasedSource | None = Field(default=None, description="null unless the document was erased")
    item: dict[str, Any] = Field(description="the CSL-JSON item that the citation was made of")


class SourceCitations(Frozen):
    """A citation of each document that stands behind an entry, in the order of a list of sources."""

    revision: int
    entry_id: str
    style: Style
    language: str
    citations: tuple[SourceCitation, ...]
