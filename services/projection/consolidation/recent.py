"""What was needed lately, at hand; the rest is made anew when it is asked for."""

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

T = TypeVar("T")


class Recent(Generic[T]):
    """Things by name. At least `held` and at most twice as many are kept, those that were asked for last among them.

    `make` makes those of some names, in their order; it is asked for all that are missing at once.
    """

    def __init__(self, make: Callable[[list[str]], Iterable[T]], held: int) -> None:
        self._make = make
        self._held = held
        self._young: dict[str, T] = {}
        self._old: dict[str, T] = {}

    def __getitem__(self, name: str) -> T:
        known = self._young.get(name)
        return self.bring([name])[name] if known is None else known

    def __setitem__(self, name: str, thing: T) -> None:
        if len(self._young) >= self._held:
            self._old, self._young = self._young, {}
        self._young[name] = thing
        self._old.pop(name, None)

    def peek(self, name: str) -> T | None:
        """Return a thing that is at hand, and make none."""
        known = self._young.get(name)
        return self._old.get(name) if known is None else known

    def bring(self, names: Iterable[str]) -> dict[str, T]:
        """Return the things of some names, by these."""
        found: dict[str, T] = {}
        missing: list[str] = []
        for name in names:
            known = self._young.get(name)
            if known is None and (known := self._old.get(name)) is not None:
                self[name] = known
            if known is None:
                missing.append(name)
            else:
                found[name] = known
        for name, made in zip(missing, self._make(missing) if missing else (), strict=True):
            self[name] = found[name] = made
        return found

    def clear(self) -> None:
        """Keep nothing at hand."""
        self._young.clear()
        self._old.clear()
