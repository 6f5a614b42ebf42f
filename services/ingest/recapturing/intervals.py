"""How often something is done, as people write it: `15m`, `1h`, `1d`, `2w`."""

import re

from shared.domain.errors import InvalidInput

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_WRITTEN = re.compile(r"([0-9]{1,9})\s*([smhdw]?)")
LONGEST = 10 * 365 * 86_400


def seconds_of(written: str) -> int:
    """Return the seconds of an interval; a number without a unit is seconds."""
    found = _WRITTEN.fullmatch(written.strip().lower())
    seconds = int(found[1]) * _UNITS[found[2] or "s"] if found else 0
    if not 0 < seconds <= LONGEST:
        raise InvalidInput(f"{written[:40]!r} is not an interval: write 15m, 1h, 1d or 2w")
    return seconds


def shown(seconds: int) -> str:
    """Write an interval in the largest unit that it is a whole number of."""
    for unit in ("w", "d", "h", "m"):
        if seconds % _UNITS[unit] == 0:
            return f"{seconds // _UNITS[unit]}{unit}"
    return f"{seconds}s"
