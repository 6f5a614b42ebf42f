"""What `at` may say."""

from datetime import UTC, datetime

import pytest

from services.query.instants import parse_at
from shared.domain.errors import InvalidInput


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("0", 0),
        ("42", 42),
        (" 42 ", 42),
        ("2026", 2026),
        ("2026-11-24", utc(2026, 11, 24, 23, 59, 59, 999_999)),
        ("2026-11-24T09:30:00Z", utc(2026, 11, 24, 9, 30)),
        ("2026-11-24t09:30:00.5z", utc(2026, 11, 24, 9, 30, 0, 500_000)),
        ("2026-11-24 09:30:00.123456789Z", utc(2026, 11, 24, 9, 30, 0, 123_456)),
        ("2026-11-24T09:30:00+04:00", utc(2026, 11, 24, 5, 30)),
        ("2026-11-24T09:30:00 04:00", utc(2026, 11, 24, 5, 30)),
        ("2026-11-24T09:30:00-00:30", utc(2026, 11, 24, 10, 0)),
        ("2016-12-31T23:59:60Z", utc(2016, 12, 31, 23, 59, 59, 999_999)),
    ],
)
def test_a_revision_a_day_or_a_time(text: str, instant: int | datetime) -> None:
    assert parse_at(text) == instant


@pytest.mark.parametrize(
    "text",
    [
        "", "-1", "4.2", "yesterday", "2026-11", "2026-02-30", "2026-13-01", "0000-01-01", "2026-11-24T09:30", "2026-11-24T09:30:00",
        "2026-11-24T25:00:00Z", "9" * 17, "9007199254740993", "0001-01-01T00:00:00+23:59", "٤٢", "2026-11-24T09:30:00+99:99",
    ],
)  # fmt: skip
def test_anything_else_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(InvalidInput, match="2026-11-24T09:30:00Z"):
        parse_at(text)
