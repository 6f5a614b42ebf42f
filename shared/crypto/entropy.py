"""Random bytes, fetched from the system many at a time.

Each call of `os.urandom` is a system call that lets go of the interpreter's lock. With many threads at work, getting that back costs more
than all else that an append computes.
"""

import os
import threading
from datetime import UTC, datetime

from shared.domain.ids import IdSource

BLOCK = 16_384


class Entropy:
    """Gives out the system's random bytes, none of them twice: not in another thread, and not in a forked process either."""

    def __init__(self) -> None:
        self._start_over()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._start_over)

    def _start_over(self) -> None:
        self._lock = threading.Lock()
        self._block = b""
        self._at = 0

    def take(self, count: int) -> bytes:
        """Return so many random bytes."""
        if count > BLOCK // 4:
            return os.urandom(count)
        with self._lock:
            if self._at + count > len(self._block):
                self._block, self._at = os.urandom(BLOCK), 0
            self._at += count
            return self._block[self._at - count : self._at]


take = Entropy().take
"""Random bytes from one pool for the whole process."""


def system_ids() -> IdSource:
    """Ids from the system's clock and randomness."""
    return IdSource(lambda: datetime.now(UTC), take)
