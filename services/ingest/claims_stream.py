"""A stream of claims cut into lines, and the lines into parts that are recorded at once.

Where the cuts fall depends on the bytes of the stream alone, counted from its start: sent again after a break, the same stream is cut
the same way, and each part is recognised by its fingerprint.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from shared.domain.errors import InvalidInput
from shared.domain.ids import sha256

MAX_LINE = 1_000_000
"""How many bytes a line may have."""

PART_LINES = 1_000
"""How many lines are recorded in one transaction at most."""

PART_BYTES = 2_000_000
"""How many bytes of lines are recorded in one transaction at most; a line by itself always fits."""


@dataclass(frozen=True)
class Part:
    """Consecutive lines of a stream, the first of which has the number `first_line`, from 1. `final` is the part that ends the stream."""

    number: int
    first_line: int
    lines: list[bytes]
    final: bool

    @property
    def last_line(self) -> int:
        """The number of the last line; one less than `first_line` where there is none."""
        return self.first_line + len(self.lines) - 1

    @cached_property
    def fingerprint(self) -> str:
        """A hash of the lines, and of whether the stream ends with them."""
        return sha256(b"\n".join((b"final" if self.final else b"more", *self.lines)))


class Cutter:
    """Takes a stream as it comes and gives it back in parts, never holding more than one part and one line. Empty lines count."""

    def __init__(self, part_lines: int = PART_LINES, part_bytes: int = PART_BYTES, max_line: int = MAX_LINE) -> None:
        self._part_lines = part_lines
        self._part_bytes = part_bytes
        self._max_line = max_line
        self._number = 1
        self._first_line = 1
        self._lines: list[bytes] = []
        self._bytes = 0
        self._begun: list[bytes] = []
        self._begun_bytes = 0

    def feed(self, data: bytes) -> Iterator[Part]:
        """Take the next bytes of the stream and give the parts that they complete."""
        first, *others = data.split(b"\n")
        if others:
            yield from self._add(b"".join((*self._begun, first)))
            for line in others[:-1]:
                yield from self._add(line)
            first = others[-1]
            self._begun, self._begun_bytes = [], 0
        if first:
            self._begun.append(first)
            self._begun_bytes += len(first)
            self._check(self._begun_bytes)

    def finish(self) -> Iterator[Part]:
        """Give what is left once the stream has come to its end: always one final part, which may have no lines."""
        if self._begun:
            yield from self._add(b"".join(self._begun))
            self._begun = []
        yield self._cut(final=True)

    def _add(self, line: bytes) -> Iterator[Part]:
        self._check(len(line))
        if self._lines and (len(self._lines) >= self._part_lines or self._bytes + len(line) > self._part_bytes):
            yield self._cut(final=False)
        self._lines.append(line)
        self._bytes += len(line)

    def _check(self, size: int) -> None:
        if size > self._max_line:
            number = self._first_line + len(self._lines)
            raise InvalidInput(f"line {number} has more than {self._max_line:,} bytes: send one claim a line", line=number)

    def _cut(self, *, final: bool) -> Part:
        part = Part(self._number, self._first_line, self._lines, final)
        self._number += 1
        self._first_line += len(self._lines)
        self._lines, self._bytes = [], 0
        return part
