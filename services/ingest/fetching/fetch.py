"""Fetching one page through the guard: follow its redirects, take its bytes, keep the exchange."""

import re
import ssl
from collections.abc import Callable
from functools import cached_property
from importlib.metadata import version

import httpcore
import httpx

from services.ingest.fetching.decoding import ACCEPTED, decoded
from services.ingest.fetching.errors import AddressRefused, FetchFailed
from services.ingest.fetching.fetched import Fetched, FetchLimits, NotModified, Validators
from services.ingest.fetching.urls import checked_url, filename_of, place_of
from services.ingest.fetching.warc import write_warc
from services.ingest.fetching.wire import Deadline, GuardedBackend, GuardedTransport, Resolver, system_resolver
from shared.domain.errors import TooLarge
from shared.domain.ids import IdSource
from shared.domain.provenance import Retrieval

SOFTWARE = f"Salname/{version('salname')}"
HEADERS = {
    "User-Agent": f"{SOFTWARE} (captures pages that people cite)",
    "Accept": "text/html, application/xhtml+xml, application/pdf, text/plain;q=0.9, */*;q=0.5",
    "Accept-Encoding": ACCEPTED,
    "Connection": "close",
}
FEEDS = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"

OVERHEAD = 262_144
"""Bytes that a response may have beside its body: its header, and what its transfer encoding adds."""

_PERMANENT, _TEMPORARY = frozenset({301, 308}), frozenset({302, 303, 307})
_NO_TEXT = ("image/", "audio/", "video/", "font/")
_HEADER_VALUE = re.compile(r"[\x20-\x7e]{1,200}")


class Fetcher:
    """Fetches pages through the guard. Safe in any thread. `new_id` gives the time and names the records of what is kept."""

    def __init__(
        self,
        limits: FetchLimits,
        new_id: IdSource,
        resolver: Resolver = system_resolver,
        make_ssl_context: Callable[[], ssl.SSLContext] = httpx.create_ssl_context,
    ) -> None:
        self.limits = limits
        self._new_id = new_id
        self._resolver = resolver
        self._make_ssl_context = make_ssl_context

    @cached_property
    def _ssl_context(self) -> ssl.SSLContext:
        return self._make_ssl_context()

    def fetch(self, url: str, validators: Validators = Validators(), accept: str | None = None) -> Fetched | NotModified:  # noqa: B008
        """Fetch a page; `NotModified` when it is asked for by validators and the server says that it has not changed.

        Raises `AddressRefused` for an address that is not fetched, wherever a redirect leads to it, and `FetchFailed` or `TooLarge` when
        no document comes of it.
        """
        limits = self.limits
        deadline = Deadline(limits.seconds)
        backend = GuardedBackend(self._resolver, limits.allow_private, deadline, 2 * limits.max_bytes + OVERHEAD, self._new_id.now)
        headers = HEADERS | _conditions(validators) | ({"Accept": accept} if accept else {})
        transport = GuardedTransport(backend, self._ssl_context)
        with httpx.Client(transport=transport, headers=headers, trust_env=False, timeout=limits.seconds) as client:
            return _Visit(client, backend, limits, self._new_id).follow(checked_url(url))


def _conditions(validators: Validators) -> dict[str, str]:
    named = {"If-None-Match": validators.etag, "If-Modified-Since": validators.modified}
    return {name: value for name, value in named.items() if value and _HEADER_VALUE.fullmatch(value)}


class _Visit:
    """One fetch from its first address to its last."""

    def __init__(self, client: httpx.Client, backend: GuardedBackend, limits: FetchLimits, new_id: IdSource) -> None:
        self._client = client
        self._backend = backend
        self._limits = limits
        self._new_id = new_id

    def follow(self, url: httpx.URL) -> Fetched | NotModified:
        asked = lasting = url
        permanent = True
        for _ in range(self._limits.redirects + 1):
            self._backend.expect(str(url), place_of(url))
            try:
                response = self._client.send(self._client.build_request("GET", url), stream=True, follow_redirects=False)
                try:
                    if response.status_code in _PERMANENT | _TEMPORARY:
                        url = _target(url, response)
                        permanent = permanent and response.status_code in _PERMANENT
                        lasting = url if permanent else lasting
                        continue
                    return self._taken(response, asked, lasting, url)
                finally:
                    response.close()
            except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
                raise _failed(url, error, self._limits) from error
            # The one thing that the client itself looks at is where a redirect leads. A name that nobody can have is a UnicodeError there.
            except (httpx.ProtocolError, httpx.InvalidURL, UnicodeError) as error:
                raise FetchFailed(f"the server redirects {url} to what is not an address") from error
        raise FetchFailed(f"the page is redirected more than {self._limits.redirects} times (SALNAME_FETCH_REDIRECTS), the last to {url}")

    def _taken(self, response: httpx.Response, asked: httpx.URL, lasting: httpx.URL, final: httpx.URL) -> Fetched | NotModified:
        media_type = _sound(response.headers.get("content-type"))
        retrieval = Retrieval(
            url=str(asked),
            final_url=str(final),
            time=self._backend.exchanges[-1].time,
            status=response.status_code,
            media_type=media_type,
            warc=response.status_code == 200,
        )
        if response.status_code == 304 and {"if-none-match", "if-modified-since"} & set(response.request.headers):
            return NotModified(retrieval)
        if response.status_code != 200:
            raise _refusal(response)
        if (media_type or "").lower().startswith(_NO_TEXT):
            raise FetchFailed(f"the address holds {media_type}, which has no text to cite")
        data = decoded(self._body(response), response.headers.get("content-encoding", ""), self._limits.max_bytes, self._too_large)
        return Fetched(
            data=data,
            media_type=media_type,
            filename=filename_of(final),
            url=str(lasting),
            retrieval=retrieval,
            validators=Validators(_sound(response.headers.get("etag")), _sound(response.headers.get("last-modified"))),
            warc=write_warc(self._backend.exchanges, SOFTWARE, self._new_id),
        )

    def _body(self, response: httpx.Response) -> bytes:
        length = response.headers.get("content-length", "")
        if length.isascii() and length.isdigit() and int(length[:20]) > self._limits.max_bytes:
            raise self._too_large()
        body = bytearray()
        for piece in response.iter_raw():
            body += piece
            if len(body) > self._limits.max_bytes:
                raise self._too_large()
        return bytes(body)

    def _too_large(self) -> TooLarge:
        return TooLarge(f"the page has more than the {self._limits.max_bytes:,} bytes allowed (SALNAME_MAX_DOCUMENT_BYTES)")


def _sound(value: str | None) -> str | None:
    return value if value and _HEADER_VALUE.fullmatch(value) else None


def _target(url: httpx.URL, response: httpx.Response) -> httpx.URL:
    location = response.headers.get("location", "").strip()
    if not location:
        raise FetchFailed(f"the server redirects {url} and does not say where to")
    try:
        return checked_url(str(url.join(location)))
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise FetchFailed(f"the server redirects {url} to what is not an address") from error
    except AddressRefused as error:
        raise AddressRefused(f"{url} is redirected to an address that is not fetched: {error.detail}") from error


def _refusal(response: httpx.Response) -> FetchFailed:
    """Say what a status other than 200 means for whoever wants the page."""
    status, later = response.status_code, _sound(response.headers.get("retry-after"))
    if status in (401, 402, 403, 407, 451):
        what = "the server does not give the page to everyone, or not to programs: open it in a browser, save it and ingest the file"
    elif status in (404, 410):
        what = "there is no page at this address (any more): check it, or look for a copy in a web archive"
    elif status in (408, 425, 429) or status >= 500:
        what = f"the server has trouble or asks to wait: try again {_when(later)}"
    elif status == 304:
        what = "the server says that the page has not changed, though it was not asked that: try again later"
    else:
        what = "only a page that is answered with 200 is captured"
    return FetchFailed(f"{response.request.url} answers with status {status}: {what}", upstream_status=status)


def _when(later: str | None) -> str:
    if later is None:
        return "later"
    return f"in {later} seconds" if later.isdigit() else f"after {later}"


def _failed(url: httpx.URL, error: Exception, limits: FetchLimits) -> FetchFailed:
    host = url.host
    if isinstance(error, httpcore.TimeoutException):
        return Deadline(limits.seconds).over()
    if isinstance(error, httpcore.ConnectError):
        cause = error.__cause__ or error.__context__ or error
        if isinstance(cause, ssl.SSLError):
            reason = getattr(cause, "verify_message", "") or cause.reason or "the handshake failed"
            return FetchFailed(f"{host} cannot be reached securely: {reason}. The certificate of its server has to be valid")
        return FetchFailed(f"{host} does not accept the connection: check the address, or try again later")
    if isinstance(error, httpcore.ProtocolError):
        return FetchFailed(f"{host} does not answer as a web server does, or broke off: {error}"[:300])
    return FetchFailed(f"the connection to {host} broke off: try again later")
