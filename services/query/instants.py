"""What `at` may say: a revision, or a moment by the third clock, that of recording.

Three clocks run through a chronology and are never mixed up: when something *happened* (an EDTF date, `from`, `to`, `before`, `after`),
when a source was *published* (`published`), and when we *recorded* it (`at`, `recorded`). This module knows the third one only.
"""

import re
from datetime import UTC, date, datetime, time, timedelta

from shared.domain.errors import InvalidInput

Instant = int | datetime
"""A revision, or a moment in UTC."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LARGEST = 2**53
"""The largest number that JSON and every database hold exactly."""

_REVISION = re.compile(r"\d{1,16}", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# RFC 3339. A `+` that was not escaped in an address arrives as a space.
_TIME = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})[Tt ](?P<time>\d{2}:\d{2}:\d{2})(?:\.(?P<fraction>\d{1,9}))?(?P<zone>[Zz]|[+ -]\d{2}:\d{2})", re.ASCII
)


def parse_at(text: str) -> Instant:
    """Return the revision or the moment that `at` names; a date stands for the end of that day in UTC.

    Raises `InvalidInput` for anything else.
    """
    asked = text.strip()
    if _REVISION.fullmatch(asked) and int(asked) <= LARGEST:
        return int(asked)
    try:
        if _DATE.fullmatch(asked):
            return datetime.combine(date.fromisoformat(asked), time.max, UTC)
        if match := _TIME.fullmatch(asked):
            return _moment(match)
    except (ValueError, OverflowError):
        pass  # a day or an hour that no calendar has
    raise InvalidInput(
        f"{text!r} names no revision and no time: write a revision (42), a day in UTC (2026-11-24, its end) "
        "or a time with its offset (2026-11-24T09:30:00Z)"
    )


def _moment(match: re.Match[str]) -> datetime:
    zone = match["zone"].replace(" ", "+").upper()
    micro = (match["fraction"] or "")[:6].ljust(6, "0")
    clock, leap = match["time"], match["time"].endswith(":60")
    seconds = clock[:-2] + "59" if leap else clock
    moment = datetime.fromisoformat(f"{match['date']}T{seconds}.{micro}{'+00:00' if zone == 'Z' else zone}").astimezone(UTC)
    # A leap second is the last moment of the one before it: no clock of ours counts it.
    return moment.replace(microsecond=999_999) if leap else moment


def microseconds(moment: datetime) -> int:
    """Return a moment in whole microseconds since 1970."""
    return (moment - EPOCH) // timedelta(microseconds=1)
