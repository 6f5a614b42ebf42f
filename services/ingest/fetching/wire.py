"""The connection itself: to a checked address only, with one deadline over all, every byte counted and kept as it came.

This is the network backend under httpx's own HTTP implementation, so whatever is asked of a client that is built on it, nothing is
connected to or read except through here.
"""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpcore
import httpx

from services.ingest.fetching.addresses import why_not_public
from services.ingest.fetching.errors import AddressRefused, FetchFailed

Resolver = Callable[[str, int], Sequence[str]]
"""From host and port to IP addresses; raises `OSError` where the name is not known."""


def system_resolver(host: str, port: int) -> list[str]:
    """Look a name up as the system does."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Deadline:
    """The moment after which nothing is waited for any more."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._at = time.monotonic() + seconds

    def remaining(self) -> float:
        """Return how many seconds are left; raise `FetchFailed` when none are."""
        left = self._at - time.monotonic()
        if left <= 0:
            raise self.over()
        return left

    def over(self) -> FetchFailed:
        """What is told when the time is over."""
        return FetchFailed(f"the server took longer than the {self._seconds:g} seconds allowed (SALNAME_FETCH_SECONDS): try again later")


@dataclass(slots=True)
class Exchange:
    """One request and its response as bytes, and the IP address that it was exchanged with."""

    url: str
    time: datetime
    ip: str
    sent: bytearray = field(default_factory=bytearray)
    received: bytearray = field(default_factory=bytearray)


class _Stream(httpcore.NetworkStream):
    """A connection under the deadline that keeps what goes through it."""

    def __init__(self, stream: httpcore.NetworkStream, exchange: Exchange, deadline: Deadline, max_bytes: int) -> None:
        self._stream = stream
        self._exchange = exchange
        self._deadline = deadline
        self._max_bytes = max_bytes

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = self._stream.read(max_bytes, self._deadline.remaining())
        self._exchange.received += data
        if len(self._exchange.received) > self._max_bytes:
            raise FetchFailed("the response does not end within the size allowed (SALNAME_MAX_DOCUMENT_BYTES)")
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._exchange.sent += buffer
        self._stream.write(buffer, self._deadline.remaining())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._deadline.remaining())
        return _Stream(secured, self._exchange, self._deadline, self._max_bytes)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class GuardedBackend(httpcore.NetworkBackend):
    """Connects to public addresses only, and to the very address that was checked: a name is looked up once, here.

    `expect` says which URL comes next; `allowed` are places, `host:port`, that may lead anywhere. `exchanges` holds what was said so far.
    """

    def __init__(
        self, resolver: Resolver, allowed: frozenset[str], deadline: Deadline, max_bytes: int, now: Callable[[], datetime]
    ) -> None:
        self._resolver = resolver
        self._allowed = allowed
        self._deadline = deadline
        self._max_bytes = max_bytes
        self._now = now
        self._next = ("", "")
        self._under = httpcore.SyncBackend()
        self.exchanges: list[Exchange] = []

    def expect(self, url: str, place: str) -> None:
        """Say what is fetched next, and from which place."""
        self._next = (url, place)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        url, place = self._next
        failure: Exception = FetchFailed(f"there is no address for the name {host}: check its spelling")
        for ip in self._checked(host, port, place):
            try:
                stream = self._under.connect_tcp(ip, port, self._deadline.remaining(), local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
                continue
            exchange = Exchange(url, self._now(), ip)
            self.exchanges.append(exchange)
            return _Stream(stream, exchange, self._deadline, self._max_bytes)
        raise failure

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None
    ) -> httpcore.NetworkStream:
        raise AddressRefused("nothing is fetched from a socket of this machine")

    def _checked(self, host: str, port: int, place: str) -> Sequence[str]:
        """Look a name up and refuse it if any of its addresses is not public: which of them is taken is up to others."""
        found = self._looked_up(host, port)
        if place not in self._allowed:
            for ip in found:
                if what := why_not_public(ip):
                    raise AddressRefused(
                        f"{host} leads to an address that is not public ({what}): only public addresses are fetched. To capture a page of "
                        "an intranet, save it and ingest the file, or have its host and port named in SALNAME_FETCH_ALLOW_PRIVATE"
                    )
        return found

    def _looked_up(self, host: str, port: int) -> Sequence[str]:
        # Looking up cannot be interrupted: it is left behind in a thread of its own when it takes too long.
        answers: list[Sequence[str]] = []
        failures: list[Exception] = []

        def look_up() -> None:
            try:
                answers.append(self._resolver(host, port))
            except (OSError, UnicodeError) as error:
                failures.append(error)

        thread = threading.Thread(target=look_up, name="salname-resolver", daemon=True)
        thread.start()
        thread.join(self._deadline.remaining())
        if failures:
            raise FetchFailed(f"the name {host} cannot be looked up: check its spelling, and that this machine is online") from failures[0]
        if not answers:
            raise self._deadline.over()
        return answers[0]


class _Body(httpx.SyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Any:
        yield from self._response.iter_stream()

    def close(self) -> None:
        self._response.close()


class GuardedTransport(httpx.BaseTransport):
    """What an httpx client sends its requests through: one connection each, by a guarded backend, without any proxy."""

    def __init__(self, backend: GuardedBackend, ssl_context: ssl.SSLContext) -> None:
        self._pool = httpcore.ConnectionPool(ssl_context=ssl_context, max_keepalive_connections=0, network_backend=backend)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request. Raises what httpcore raises."""
        url = httpcore.URL(scheme=request.url.raw_scheme, host=request.url.raw_host, port=request.url.port, target=request.url.raw_path)
        sent = httpcore.Request(request.method, url, headers=request.headers.raw, content=request.stream, extensions=request.extensions)
        response = self._pool.handle_request(sent)
        return httpx.Response(response.status, headers=response.headers, stream=_Body(response), extensions=response.extensions)

    def close(self) -> None:
        """Close what is still open."""
        self._pool.close()
