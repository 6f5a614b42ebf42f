"""Extractors, found by the entry point group `salname.extractors`."""

from functools import lru_cache
from importlib.metadata import entry_points

from shared.domain.errors import InvalidInput
from shared.domain.ports import ClaimExtractor

GROUP = "salname.extractors"


@lru_cache(maxsize=1)
def installed() -> frozenset[str]:
    """Return the names of the extractors there are."""
    return frozenset(point.name for point in entry_points(group=GROUP))


@lru_cache(maxsize=8)
def load_extractor(name: str) -> ClaimExtractor:
    """Return the extractor of a name; raise `InvalidInput` that lists those there are."""
    found = {point.name: point for point in entry_points(group=GROUP)}
    if name not in found:
        raise InvalidInput(f"there is no extractor called {name!r}; installed are: {', '.join(sorted(found)) or 'none'}")
    extractor: ClaimExtractor = found[name].load()()
    return extractor
