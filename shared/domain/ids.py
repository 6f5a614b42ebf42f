"""Identifiers: UUIDv7 for what happens, hashes over canonical JSON for what is content.

Time and randomness come in as arguments, so that deciding stays pure; `IdSource` is what a process wires once.
"""

import hashlib
import json
import threading
from collections.abc import Callable
from datetime import datetime

RANDOM_BYTES = 6
"""Random bytes in an id."""

COUNTED = 1 << 14
"""Ids that may be made in one microsecond: they have fourteen bits to count in."""


class IdSource:
    """Makes UUIDs of version 7 (RFC 9562, 5.7) that sort in the order of their making within one process, as log keys want.

    `now` gives the time with a zone; `entropy(n)` gives n random bytes.
    """

    def __init__(self, now: Callable[[], datetime], entropy: Callable[[int], bytes]) -> None:
        self.now = now
        self._entropy = entropy
        self._last = 0
        self._lock = threading.Lock()

    def __call__(self) -> str:
        return f"{_time_part(self._reserve(1))}-8000-{self._entropy(RANDOM_BYTES).hex()}"

    def several(self, count: int) -> list[str]:
        """Return so many ids at once, in order."""
        first = self._reserve(count)
        entropy = self._entropy(RANDOM_BYTES * count).hex()
        made: list[str] = []
        for at in range(0, count, COUNTED):
            before, digits = _time_part(first + at // COUNTED), entropy[12 * at :]
            made += [f"{before}-{0x8000 + n:x}-{digits[12 * n : 12 * n + 12]}" for n in range(min(COUNTED, count - at))]
        return made

    def _reserve(self, count: int) -> int:
        """Return the first of the microseconds that so many ids take, which nobody else gets."""
        with self._lock:
            first = max(self._last + 1, int(self.now().timestamp() * 1_000_000))
            self._last = first + max(count - 1, 0) // COUNTED
            return first


def _time_part(microseconds: int) -> str:
    """Return the first half of an id.

    The sub-millisecond part stands in the twelve bits after the version (RFC 9562, 6.2, method 3). What is made in one microsecond counts
    in the fourteen bits after the variant (method 1), so that of many ids only the digits that differ are put together for each.
    """
    milliseconds, fraction = divmod(microseconds, 1000)
    return f"{milliseconds >> 16:08x}-{milliseconds & 0xFFFF:04x}-7{fraction * 4096 // 1000:03x}"


def canonical_json(value: object) -> bytes:
    """Serialise to RFC 8785 canonical JSON, given only str, int, bool, None, lists and dicts with ASCII keys.

    Floats are refused: the two number formats differ there, and nothing in the log needs one.
    """
    _refuse_floats(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        raise TypeError("canonical JSON holds no floats: write the number as a string")
    if isinstance(value, dict):
        for item in value.values():
            _refuse_floats(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_floats(item)


def content_hash(value: object) -> str:
    """Return the SHA-256 of a value's canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


def sha256(data: bytes) -> str:
    """Return the SHA-256 of bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
