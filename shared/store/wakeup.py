"""Waking up who waits for news: within a process by a counter, between processes by PostgreSQL's LISTEN and NOTIFY.

A wake-up is a hint and may be lost; whoever waits also looks by itself every so often.
"""

import threading
from collections.abc import Callable

import psycopg
import structlog

RECONNECT_SECONDS = 1.0
LISTEN_SECONDS = 5.0

log = structlog.get_logger(__name__)


class Wakeup:
    """A counter that goes up with every piece of news."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._count = 0
        self._listeners: list[Callable[[], None]] = []

    def notify(self) -> None:
        """Say that there is news."""
        with self._condition:
            self._count += 1
            self._condition.notify_all()
            listeners = list(self._listeners)
        for listener in listeners:
            listener()

    def wait(self, seen: int, timeout: float) -> int:
        """Wait until the counter is past `seen`, or `timeout` seconds; return the counter."""
        with self._condition:
            self._condition.wait_for(lambda: self._count > seen, timeout)
            return self._count

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` (from any thread) at every piece of news; return what ends that."""
        with self._condition:
            self._listeners.append(listener)

        def unsubscribe() -> None:
            with self._condition:
                self._listeners.remove(listener)

        return unsubscribe


class PostgresListener(threading.Thread):
    """Turns the notifications of a PostgreSQL channel into a wake-up, reconnecting for ever until stopped."""

    def __init__(self, url: str, channel: str, wakeup: Wakeup) -> None:
        super().__init__(name=f"listen-{channel}", daemon=True)
        self._url = url.replace("postgresql+psycopg://", "postgresql://")
        self._channel = channel
        self._wakeup = wakeup
        self._stopping = threading.Event()

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._listen()
            except psycopg.Error as error:
                log.warning("listen.lost", channel=self._channel, error=str(error))
                self._stopping.wait(RECONNECT_SECONDS)

    def _listen(self) -> None:
        with psycopg.connect(self._url, autocommit=True, connect_timeout=10) as connection:
            connection.execute(f'LISTEN "{self._channel}"')
            self._wakeup.notify()  # what came while nobody listened
            while not self._stopping.is_set():
                for _ in connection.notifies(timeout=LISTEN_SECONDS, stop_after=1):
                    self._wakeup.notify()

    def stop(self) -> None:
        """Stop listening; returns at once, the thread ends within `LISTEN_SECONDS`."""
        self._stopping.set()
