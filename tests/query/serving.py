"""A real server on a port of its own, for tests that speak HTTP."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

import uvicorn
from fastapi import FastAPI

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
    from services.query.app import install_query

    app = FastAPI()
    app.state.settings = settings
    app.state.tokens = TokenStore(database, settings.bootstrap_token)
    install_problems(app)
    install_query(app, database, settings, wakeup)
    return app


class Running:
    """A server in a thread. `port` is the one that it got."""

    def __init__(self, app: FastAPI) -> None:
        config = uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, access_log=False)
        self.app = app
        self.server = Server(config, before_stop=app.state.query.streams.close)
        self.started = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()
        if not self.started.wait(LIMIT):
            raise TimeoutError("the server did not start")
        self.port: int = self.server.servers[0].sockets[0].getsockname()[1]

    def _run(self) -> None:
        startup = self.server.startup

        async def tell(sockets: object = None) -> None:
            await startup(None)
            self.started.set()

        self.server.startup = tell  # type: ignore[method-assign]  # uvicorn has no way to be told that it listens
        self.server.run()

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
def serving(app: FastAPI) -> Iterator[Running]:
    """Serve an app while the block runs."""
    running = Running(app)
    try:
        yield running
    finally:
        if running.thread.is_alive():
            running.stop()
