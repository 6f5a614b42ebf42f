"""Parts of search indexes that are kept at hand. They never change, so that nothing has to be asked again."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

OVERHEAD = 300
"""Bytes that anything takes beside its own."""


class Kept:
    """What was read, up to so many bytes; what was asked for longest ago is let go of first. Safe in any thread."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0
        self._things: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, name: Hashable) -> Any:
        """Return what is kept under a name; None where nothing is."""
        with self._lock:
            found = self._things.get(name)
            if found is None:
                return None
            self._things.move_to_end(name)
            return found[0]

    def put(self, name: Hashable, thing: Any, size: int) -> None:
        """Keep a thing of so many bytes."""
        with self._lock:
            if name in self._things:
                return
            self._things[name] = (thing, size + OVERHEAD)
            self._held += size + OVERHEAD
            while self._held > self._most:
                _, (_, freed) = self._things.popitem(last=False)
                self._held -= freed
