"""A real server on a port of its own, for tests that speak HTTP."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

import uvicorn
from fastapi import FastAPI

from services.query.app import install_query
from services.query.server import Server
from shared.settings import Settings
from shared.store.engine import Database
from shared.store.tokens import TokenStore
from shared.store.wakeup import Wakeup
from shared.web.problems import install_problems

LIMIT = 30.0
"""Seconds that anything in a test may wait."""


def query_app(database: Database, settings: Settings, wakeup: Wakeup) -> FastAPI:
    """The query service on a database that the test looks after."""
    app = FastAPI(docs_url=None, redoc_url=None)
    app.state.settings = settings
    app.state.tokens = TokenStore(database, settings.bootstrap_token)
    install_problems(app)
    install_query(app, database, settings, wakeup)
    return app


class Running:
    """A server in a thread, listening on `port`. `send_buffer` is how many bytes the system holds for a client that does not read."""

    def __init__(self, app: FastAPI, send_buffer: int | None = None, port: int = 0) -> None:
        self.app = app
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if send_buffer:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
        self._socket.bind(("127.0.0.1", port))
        self._socket.listen(128)
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(app, log_config=None, access_log=False)
        self.server = Server(config, before_stop=app.state.query.streams.close)
        self.thread = threading.Thread(target=self.server.run, args=([self._socket],), daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> float:
        """Stop in order; return how many seconds that took."""
        begin = monotonic()
        self.server.should_exit = True
        self.thread.join(LIMIT)
        if self.thread.is_alive():
            raise TimeoutError("the server did not stop")
        return monotonic() - begin


@contextmanager
def serving(app: FastAPI, send_buffer: int | None = None) -> Iterator[Running]:
    """Serve an app while the block runs."""
    running = Running(app, send_buffer)
    try:
        yield running
    finally:
        if running.thread.is_alive():
            running.stop()
