"""Telling those who follow a chronology of a switch of generations: soon, even if nothing else is recorded in it."""

import threading
from collections.abc import Callable

import structlog

from shared.domain.errors import SalnameError

log = structlog.get_logger(__name__)


class AnnouncingThread(threading.Thread):
    """Looks every `poll` seconds, until it is stopped, for switches that subscribers are to hear of. `announce` records them."""

    def __init__(self, announce: Callable[[], int], poll: float) -> None:
        super().__init__(name="announcing", daemon=True)
        self._announce = announce
        self._poll = poll
        self._stopping = threading.Event()
        self._failure: str | None = None

    def failure(self) -> str | None:
        """What keeps switches from being told of, for a health check; None when nothing does."""
        return self._failure

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._announce()
                self._failure = None
            except SalnameError as error:
                log.warning("announcing.busy", reason=error.detail)
            except Exception as error:
                self._failure = f"{type(error).__name__}; the server's log says more"
                log.exception("announcing.failed", exc_info=error)
            self._stopping.wait(self._poll)

    def stop(self, timeout: float = 10.0) -> None:
        """Stop after what is under way; wait for it at most `timeout` seconds."""
        self._stopping.set()
        self.join(timeout)
