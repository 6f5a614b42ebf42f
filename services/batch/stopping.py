"""Ctrl-C, twice: the first ends what goes on in good order, the second at once."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType


@dataclass(slots=True)
class Stop:
    """Whether somebody wants it to end."""

    wanted: bool = False


@contextmanager
def stopping(interrupt: Callable[[], None]) -> Iterator[Stop]:
    """Take note of the first Ctrl-C instead of raising it; `interrupt` ends, from another thread, what would be waited for."""
    stop = Stop()

    def asked(number: int, frame: FrameType | None) -> None:
        stop.wanted = True
        signal.signal(signal.SIGINT, before)
        threading.Thread(target=interrupt, name="interrupt", daemon=True).start()

    before = signal.signal(signal.SIGINT, asked)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)
