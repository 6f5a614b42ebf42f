"""A layer over a dictionary: what is put, changed or taken out there leaves the dictionary below as it is."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Layer(dict[K, V]):
    """What the dictionary `below` has, until it is changed here.

    `copied` makes a value of one below that may be changed in place, `missing` one for a name that neither has, where that is no error.
    A layer is looked into, and not walked over: it does not know all its names.
    """

    def __init__(
        self, below: Mapping[K, V], copied: Callable[[V], V] = lambda value: value, missing: Callable[[], V] | None = None
    ) -> None:
        super().__init__()
        self._below = below
        self._copied = copied
        self._new = missing
        self._gone: set[K] = set()

    def __missing__(self, name: K) -> V:
        if name in self._below and name not in self._gone:
            value = self._copied(self._below[name])
        elif self._new is not None:
            value = self._new()
        else:
            raise KeyError(name)
        self[name] = value
        return value

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or (name in self._below and name not in self._gone)

    def get(self, name: K, default: Any = None) -> Any:
        if name not in self:
            return default
        return self[name]

    def setdefault(self, name: K, default: Any = None) -> Any:
        if name not in self:
            self[name] = default
        return self[name]

    def __delitem__(self, name: K) -> None:
        if name not in self:
            raise KeyError(name)
        super().pop(name, None)
        self._gone.add(name)

    def pop(self, name: K, *default: Any) -> Any:
        if name not in self and default:
            return default[0]
        value = self[name]
        del self[name]
        return value

    def __bool__(self) -> bool:
        return super().__len__() > 0 or bool(self._below)

    def __iter__(self) -> Iterator[K]:
        raise TypeError("a layer does not know all its names")

    def __len__(self) -> int:
        raise TypeError("a layer does not know all its names")
