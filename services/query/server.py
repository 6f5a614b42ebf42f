"""The HTTP server: uvicorn, told to end open streams when it stops.

uvicorn waits for responses to end before it says that it is stopping, and a stream does not end by itself: left alone, a server
with one listener would never stop.
"""

import socket
import sys
from collections.abc import Callable

import uvicorn

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


def raise_file_limit() -> None:
    """Allow this process as many open files as the system lets it: a stream takes one, and the usual limit is 1,024."""
    if sys.platform == "win32":
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
