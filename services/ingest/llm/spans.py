"""Things that stand in a text, found by where they stand."""

from bisect import bisect_left
from collections.abc import Iterable
from typing import Generic, Protocol, TypeVar


class _Placed(Protocol):
    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


Item = TypeVar("Item", bound=_Placed)


class Spans(Generic[Item]):
    """Things that stand in a text, to be found by where they stand."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._items = sorted(items, key=lambda item: (item.start, item.end))
        self._starts = [item.start for item in self._items]
        self._longest = max((item.end - item.start for item in self._items), default=0)

    def touching(self, low: int, high: int) -> list[Item]:
        """Return what shares a character with a stretch, in text order."""
        first, last = bisect_left(self._starts, low - self._longest), bisect_left(self._starts, high)
        return [item for item in self._items[first:last] if item.end > low]
