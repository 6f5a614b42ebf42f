"""Identifiers: UUIDv7 for what happens, hashes over canonical JSON for what is content.

Time and randomness come in as arguments, so that deciding stays pure; `IdSource` is what a process wires once.
"""

import hashlib
import json
import threading
from collections.abc import Callable
from datetime import datetime


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
        return self.several(1)[0]

    def several(self, count: int) -> list[str]:
        """Return so many ids at once, in order."""
        with self._lock:
            first = max(self._last + 1, int(self.now().timestamp() * 1_000_000))
            self._last = first + count - 1
        entropy = self._entropy(8 * count)
        return [_uuid7(first + at, entropy[8 * at : 8 * at + 8]) for at in range(count)]


def _uuid7(microseconds: int, entropy: bytes) -> str:
    # Ids of one millisecond take the sub-millisecond part and a counter into the random bits (RFC 9562, 6.2, method 3).
    milliseconds, fraction = divmod(microseconds, 1000)
    high = f"{milliseconds << 16 | 0x7000 | fraction * 4096 // 1000:016x}"
    low = f"{1 << 63 | (microseconds & 0x3FF) << 52 | int.from_bytes(entropy, 'big') >> 12:016x}"
    return f"{high[:8]}-{high[8:12]}-{high[12:]}-{low[:4]}-{low[4:]}"


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
