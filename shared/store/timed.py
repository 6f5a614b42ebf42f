"""SQLite connections whose statements are broken off when they take too long, as PostgreSQL does by itself."""

import math
import sqlite3
from time import monotonic
from typing import Any

STEPS = 500_000
"""After how many of its virtual machine's instructions SQLite asks whether to go on: some ten milliseconds of work."""


class TimedConnection(sqlite3.Connection):
    """A connection that interrupts a statement that runs longer than `limit` seconds: `sqlite3.OperationalError: interrupted`.

    Each statement sets the clock, through the connection or a cursor; a statement for many rows has one limit for all of them.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.limit = math.inf
        self._writing: bool | None = None
        self.until = until = [math.inf]  # a list, so that the handler holds it and not the connection, which could then not be freed
        self.set_progress_handler(lambda: monotonic() > until[0], STEPS)

    def allow(self, writing: bool) -> None:
        """Let statements write from now on, or only read."""
        if writing is not self._writing:
            self.execute(f"PRAGMA query_only = {'OFF' if writing else 'ON'}")
            self._writing = writing

    def cursor(self, _factory: object = None) -> "TimedCursor":  # type: ignore[override]
        """Return a cursor with the limit."""
        return super().cursor(TimedCursor)

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        """Run a statement."""
        self.until[0] = monotonic() + self.limit
        return sqlite3.Connection.execute(self, *arguments)

    def executemany(self, *arguments: Any) -> sqlite3.Cursor:
        """Run a statement for many rows."""
        self.until[0] = monotonic() + self.limit
        return sqlite3.Connection.executemany(self, *arguments)


class TimedCursor(sqlite3.Cursor):
    """A cursor that sets its connection's clock before each statement."""

    connection: TimedConnection

    def execute(self, *arguments: Any) -> sqlite3.Cursor:  # type: ignore[override]
        """Run a statement."""
        self.connection.until[0] = monotonic() + self.connection.limit
        return sqlite3.Cursor.execute(self, *arguments)

    def executemany(self, *arguments: Any) -> sqlite3.Cursor:  # type: ignore[override]
        """Run a statement for many rows."""
        self.connection.until[0] = monotonic() + self.connection.limit
        return sqlite3.Cursor.executemany(self, *arguments)
