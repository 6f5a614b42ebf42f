"""A web server for tests that says exactly the bytes it is told to, on a port of its own."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from os import urandom

from services.ingest.fetching.fetch import Fetcher
from services.ingest.fetching.fetched import FetchLimits
from services.ingest.fetching.wire import Resolver, system_resolver
from shared.domain.ids import IdSource

Talk = Callable[[socket.socket, bytes], None]
"""What the server does on a connection after it has read a request."""


def answer(body: bytes | str, status: str = "200 OK", **headers: str) -> bytes:
    """A whole HTTP response."""
    data = body.encode() if isinstance(body, str) else body
    named = {"content_type": "text/html; charset=utf-8", "content_length": str(len(data)), **headers}
    lines = [f"HTTP/1.1 {status}", *(f"{name.replace('_', '-').title()}: {value}" for name, value in named.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + data


class Site:
    """A server with a page for each path. A page is the bytes of a response, or a function that talks on the connection."""

    def __init__(self, host: str = "127.0.0.1", context: ssl.SSLContext | None = None) -> None:
        self.pages: dict[str, bytes | Talk] = {}
        self.requests: list[bytes] = []
        self.stopped = threading.Event()
        """Set when the test is over: a page that waits waits for this."""
        self._context = context
        self._listener = socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        self.port: int = self._listener.getsockname()[1]
        self.place = f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"
        self.url = f"http{'s' if context else ''}://{self.place}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        try:
            if self._context is not None:
                connection = self._context.wrap_socket(connection, server_side=True)
            with connection:
                request = b""
                while b"\r\n\r\n" not in request:
                    piece = connection.recv(65_536)
                    if not piece:
                        return
                    request += piece
                self.requests.append(request)
                path = request.split(b" ", 2)[1].decode()
                page = self.pages.get(path, answer("nothing here", "404 Not Found"))
                if callable(page):
                    page(connection, request)
                else:
                    connection.sendall(page)
        except OSError:
            return  # the client went away, which is what many tests are about

    def close(self) -> None:
        self.stopped.set()
        self._listener.close()


@contextmanager
def serving(host: str = "127.0.0.1", context: ssl.SSLContext | None = None) -> Iterator[Site]:
    site = Site(host, context)
    try:
        yield site
    finally:
        site.close()


def ids() -> IdSource:
    return IdSource(lambda: datetime.now(UTC), urandom)


def fetcher(
    *places: str,
    seconds: float = 10,
    max_bytes: int = 1_000_000,
    redirects: int = 5,
    resolver: Resolver = system_resolver,
    context: ssl.SSLContext | None = None,
) -> Fetcher:
    """A fetcher for tests: `places` may be private."""
    limits = FetchLimits(seconds=seconds, max_bytes=max_bytes, redirects=redirects, allow_private=frozenset(places))
    made = context or ssl.create_default_context()
    return Fetcher(limits, ids(), resolver, lambda: made)
