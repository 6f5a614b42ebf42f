"""SQLite's write-ahead log, kept from growing for ever.

SQLite begins it anew only at a moment when no reader uses it. Where readers overlap all day long, that moment never comes by itself.
"""

import os
import sqlite3
import time
from typing import Any

LONG = 64 * 2**20
"""Bytes of a write-ahead log that is to be begun anew."""

PATIENCE_MS = 500
"""How long readers may keep a writer from beginning it anew."""

SECONDS_BETWEEN = 10.0


class Journal:
    """The write-ahead log of one database file. Used by one writer at a time, which has the process's turn."""

    def __init__(self, path: str | None) -> None:
        self._path = f"{path}-wal" if path and path != ":memory:" else None
        self._not_before = 0.0

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
