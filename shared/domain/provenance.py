"""Where something stands: spans, quotes and the sources behind them.

Offsets count Unicode code points in a document's canonical text, end exclusive (W3C TextPositionSelector); a quote with the words
around it survives outside the document (W3C TextQuoteSelector).
"""

from typing import Annotated, Self

from pydantic import AnyHttpUrl, AwareDatetime, Field, StringConstraints, TypeAdapter, field_validator, model_validator

from shared.domain.dates import Edtf
from shared.domain.errors import InvalidInput
from shared.domain.model import Frozen

CONTEXT = 32
"""Code points of context that a quote carries on either side."""

_url = TypeAdapter(AnyHttpUrl)
Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000, pattern=r"^[^\x00]*$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
"""A BCP 47 tag."""


class Span(Frozen):
    """A stretch of a canonical text, in code points, end exclusive."""

    start: int = Field(ge=0)
    end: int = Field(gt=0)

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if self.end <= self.start:
            raise ValueError(f"a span ends after it starts, but {self.end} is not after {self.start}")
        return self


class Passage(Span):
    """A span with the words that stand there, verbatim."""

    quote: str = Field(min_length=1)

    def check(self, text: str) -> None:
        """Refuse a passage whose quote does not stand at its span of `text`."""
        if text[self.start : self.end] != self.quote:
            raise InvalidInput(
                f"the quote {self.quote[:80]!r} does not stand at {self.start}–{self.end} of the document; "
                f"there stands {text[self.start : self.end][:80]!r}"
            )


def passage(text: str, start: int, end: int) -> Passage:
    """Cite `text[start:end]`."""
    return Passage(start=start, end=end, quote=text[start:end])


def context(text: str, start: int, end: int) -> tuple[str, str]:
    """Return the words before and after a span, `CONTEXT` code points each."""
    return text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]


class Retrieval(Frozen):
    """How a document was fetched: the address asked for, the one that answered after redirects, when, and with which HTTP status.

    `media_type` is what the server called it. `warc` says whether the response itself is kept.
    """

    url: str
    final_url: str
    time: AwareDatetime
    status: int
    media_type: str | None = None
    warc: bool = False


class SourceDetails(Frozen):
    """Who stands behind a document, as far as it is known. `published` is an EDTF date, `language` a BCP 47 tag."""

    title: Short | None = None
    author: Short | None = None
    publisher: Short | None = None
    url: str | None = None
    language: Language | None = None
    published: str | None = None

    @field_validator("url")
    @classmethod
    def _http(cls, url: str | None) -> str | None:
        return None if url is None else str(_url.validate_python(url))

    @field_validator("published")
    @classmethod
    def _edtf(cls, published: str | None) -> str | None:
        return None if published is None else str(Edtf.parse(published))
