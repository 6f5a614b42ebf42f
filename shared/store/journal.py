"""SQLite's write-ahead log: carried over into the file beside the writers, and kept from growing for ever.

SQLite begins it anew only at a moment when no reader uses it. Where readers overlap all day long, that moment never comes by itself.
"""

import os
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from shared.domain.errors import Busy

LONG = 64 * 2**20
"""Bytes of a write-ahead log that is to be begun anew."""

PATIENCE_MS = 500
"""How long readers may keep a writer from beginning it anew."""

SECONDS_BETWEEN = 10.0

STEP = 8 * 2**20
"""Bytes written after which the log is carried over into the file.

A writer whose commit makes the log longer than `engine.CHECKPOINT_PAGES` does that itself, and waits for it. Done before, by another
thread while the writer makes its next rows ready, it costs the writer nothing.
"""

ROUNDS = 5
"""How often the thread begins again when somebody wrote meanwhile: only what is carried over whole can be begun anew."""

Borrow = Callable[[], AbstractContextManager[Any]]
"""A connection of the driver that may write, for as long as the block lasts."""


class Journal:
    """The write-ahead log of one database file. `borrow` gives a connection to those who have none."""

    def __init__(self, path: str | None, borrow: Borrow) -> None:
        self._path = f"{path}-wal" if path and path != ":memory:" else None
        self._borrow = borrow
        self._not_before = 0.0
        self._written = 0
        self._carrier: threading.Thread | None = None
        self._counting = threading.Lock()
        self._carrying = threading.Lock()  # SQLite refuses a second one that carries over: it does not wait for the first

    def wrote(self, size: int) -> None:
        """Take note that about so many bytes were committed; from time to time, have them carried over."""
        with self._counting:
            self._written += size
            if self._path is None or self._written < STEP or (self._carrier is not None and self._carrier.is_alive()):
                return
            self._written = 0
            self._carrier = threading.Thread(target=self._carry_over, name="salname-journal")
            self._carrier.start()

    def close(self) -> None:
        """Wait until nothing is carried over any more."""
        if self._carrier is not None:
            self._carrier.join()

    def _carry_over(self) -> None:
        try:
            with self._carrying, self._borrow() as raw:
                for _ in range(ROUNDS):
                    busy, length, carried = raw.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
                    if busy or length == carried:
                        return
        except (Busy, sqlite3.OperationalError):
            return  # no connection is free, or the disk is full; writers do it themselves then, and are told what is wrong

    def shorten(self, raw: Any) -> None:
        """Begin the log anew if it is long: waits a moment for those who read, and tries again later if they do not finish."""
        if self._path is None or time.monotonic() < self._not_before or self._size() < LONG:
            return
        self._not_before = time.monotonic() + SECONDS_BETWEEN
        self.cut(raw)

    def cut(self, raw: Any) -> None:
        """Begin the log anew, whatever its length."""
        (patience,) = raw.execute("PRAGMA busy_timeout").fetchone()
        raw.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
        try:
            with self._carrying:
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.OperationalError:
            return  # somebody else writes or reads just now; there will be another time
        finally:
            raw.execute(f"PRAGMA busy_timeout = {patience}")

    def _size(self) -> int:
        assert self._path is not None
        try:
            return os.stat(self._path).st_size
        except FileNotFoundError:
            return 0
