"""Identifiers: UUIDv7 for what happens, hashes over canonical JSON for what is content.

Time and randomness come in as arguments, so that deciding stays pure; `IdSource` is what a process wires once.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from uuid import UUID


def uuid7(time: datetime, randomness: bytes) -> str:
    """Return a version 7 UUID (RFC 9562, 5.7) for a time with a zone and at least ten random bytes."""
    milliseconds = int(time.timestamp() * 1000)
    value = (milliseconds << 80) | int.from_bytes(randomness[:10], "big")
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return str(UUID(int=value))


class IdSource:
    """Makes ids that sort in the order of their making within one process, as log keys want.

    `now` gives the time with a zone; `entropy(n)` gives n random bytes.
    """

    def __init__(self, now: Callable[[], datetime], entropy: Callable[[int], bytes]) -> None:
        self.now = now
        self._entropy = entropy
        self._last = 0

    def __call__(self) -> str:
        # Ids of one millisecond take the sub-millisecond part and a counter into the random bits (RFC 9562, 6.2, method 3).
        microseconds = int(self.now().timestamp() * 1_000_000)
        self._last = max(self._last + 1, microseconds)
        milliseconds, fraction = divmod(self._last, 1000)
        rand_a = fraction * 4096 // 1000
        tail = int.from_bytes(self._entropy(8), "big")
        low = (self._last & 0x3FF) << 52 | (tail & ((1 << 52) - 1))
        value = milliseconds << 80 | 0x7 << 76 | rand_a << 64 | 0x2 << 62 | low
        return str(UUID(int=value))


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
