"""What a fetch gives, and what it may cost."""

from dataclasses import dataclass

from shared.domain.provenance import Retrieval


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """The most that fetching one page may ask for. Each is a setting of the name given here.

    `seconds` over all, redirects included (SALNAME_FETCH_SECONDS). `max_bytes` of the page, as it is sent and unpacked
    (SALNAME_MAX_DOCUMENT_BYTES). `redirects` that are followed (SALNAME_FETCH_REDIRECTS). `allow_private` are places, `host:port`, that need
    not have a public address (SALNAME_FETCH_ALLOW_PRIVATE).
    """

    seconds: float = 30.0
    max_bytes: int = 50_000_000
    redirects: int = 10
    allow_private: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave to ask by whether a page has changed: its ETag and its Last-Modified."""

    etag: str | None = None
    modified: str | None = None

    def __bool__(self) -> bool:
        return self.etag is not None or self.modified is not None


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page as it was fetched.

    `data` are the bytes of the document, unpacked. `media_type` is the Content-Type as the server gave it, charset included. `url` is the
    address that stands for the page from now on: after permanent redirects, before temporary ones. `warc` is a WARC file (gzip) of all
    requests and responses. `filename` is the last part of the final address.
    """

    data: bytes
    media_type: str | None
    filename: str | None
    url: str
    retrieval: Retrieval
    validators: Validators
    warc: bytes


@dataclass(frozen=True, slots=True)
class NotModified:
    """The server says that the page has not changed since the response that the validators are from."""

    retrieval: Retrieval
