"""Cutting a stream: the same bytes give the same parts, however they come in."""

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.claims_stream import Cutter, Part
from shared.domain.errors import InvalidInput

STREAMS = st.lists(st.sampled_from([b"", b" ", b"{}", b"12345", b"x" * 11, b"\r"]), max_size=40)


def cut(chunks: Iterable[bytes]) -> list[Part]:
    cutter = Cutter(part_lines=4, part_bytes=20, max_line=12)
    parts = [part for chunk in chunks for part in cutter.feed(chunk)]
    return [*parts, *cutter.finish()]


def told(parts: Iterable[Part]) -> list[tuple[int, int, list[bytes], bool, str]]:
    return [(part.number, part.first_line, part.lines, part.final, part.fingerprint) for part in parts]


@given(STREAMS, st.lists(st.integers(1, 9), min_size=1, max_size=5), st.booleans())
def test_cuts_depend_on_the_bytes_alone(lines: list[bytes], steps: list[int], ended: bool) -> None:
    stream = b"\n".join(lines) + (b"\n" if ended and lines else b"")
    chunks, at = [], 0
    while at < len(stream):
        step = steps[len(chunks) % len(steps)]
        chunks.append(stream[at : at + step])
        at += step
    parts = cut(chunks)
    assert told(parts) == told(cut([stream]))
    whole = [line for part in parts for line in part.lines]
    assert whole == (stream.removesuffix(b"\n").split(b"\n") if stream else [])
    assert [part.number for part in parts] == list(range(1, len(parts) + 1))
    assert [part.final for part in parts] == [False] * (len(parts) - 1) + [True]
    for part, after in pairwise(parts):
        assert after.first_line == part.last_line + 1
    for part in parts:
        assert len(part.lines) <= 4
        assert sum(map(len, part.lines)) <= 20 or len(part.lines) == 1


@given(STREAMS.filter(bool))
def test_the_beginning_of_a_stream_is_cut_like_the_whole(lines: list[bytes]) -> None:
    whole = cut([b"\n".join(lines)])
    beginning = cut([b"\n".join(lines[: len(lines) // 2])])
    assert told(beginning[:-1]) == told(whole[: len(beginning) - 1])


@pytest.mark.parametrize("size", [1, 5, 100])
def test_a_line_that_is_too_long_is_refused_by_its_number_before_it_has_come_in(size: int) -> None:
    cutter = Cutter(part_lines=4, part_bytes=20, max_line=12)
    stream = b"a\n" * 6 + b"x" * 100
    parts: list[Part] = []

    def feed() -> None:
        for at in range(0, len(stream), size):
            parts.extend(cutter.feed(stream[at : at + size]))

    with pytest.raises(InvalidInput, match="line 7 has more than 12 bytes") as caught:
        feed()
    assert caught.value.extra == {"line": 7}
    assert [part.lines for part in parts] == [[b"a"] * 4]


def test_a_stream_that_ends_is_another_than_one_that_goes_on() -> None:
    goes_on, ends = cut([b"a\na\na\na\na"])[0], cut([b"a\na\na\na"])[0]
    assert goes_on.lines == ends.lines
    assert goes_on.fingerprint != ends.fingerprint
