"""The HTTP server: uvicorn, told to end open streams when it stops.

uvicorn waits for responses to end before it says that it is stopping, and a stream does not end by itself: left alone, a server
with one listener would never stop.
"""

import socket
import sys
from collections.abc import Callable

import uvicorn

from shared.domain.errors import SalnameError


class AddressTaken(SalnameError):
    """Another program listens on the address, or it is none of this machine's."""

    title = "The address cannot be listened on"


GRACE_SECONDS = 10
"""How long requests under way may take to end when the server stops; a client that does not read its stream is cut off then."""


class Server(uvicorn.Server):
    """A server that calls `before_stop` on its event loop as soon as it begins to stop."""

    def __init__(self, config: uvicorn.Config, before_stop: Callable[[], None]) -> None:
        super().__init__(config)
        self._before_stop = before_stop
        if config.timeout_graceful_shutdown is None:
            config.timeout_graceful_shutdown = GRACE_SECONDS

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        raise_file_limit()
        await super().startup(sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._before_stop()
        await super().shutdown(sockets)


def listening(host: str, port: int) -> list[socket.socket]:
    """Take the addresses of a host, before anything is done that would be in vain if they cannot be had. Raises `AddressTaken`."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise AddressTaken(f"there is no address {host}: {error.strerror}") from error
    taken: list[socket.socket] = []
    for family, _, _, _, address in dict.fromkeys(found if port else found[:1]):
        made = socket.socket(family, socket.SOCK_STREAM)
        taken.append(made)
        if sys.platform != "win32":
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        try:
            made.bind(address)
            made.listen()  # else another server on the same address would only notice when this one takes its first connection
        except OSError as error:
            for each in taken:
                each.close()
            raise AddressTaken(
                f"{host}, port {port}: {error.strerror}; stop what listens there, or choose another port with --port"
            ) from error
    return taken


def raise_file_limit() -> None:
    """Allow this process as many open files as the system lets it: a stream takes one, and the usual limit is 1,024."""
    if sys.platform == "win32":
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
