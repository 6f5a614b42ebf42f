"""What the tests let workers do: each the way of a bad file with its reader."""

import ctypes
import os
import resource
import signal
import sys
import time
from pathlib import Path
from typing import NoReturn

from shared.domain.errors import TooLarge


def double(data: bytes) -> bytes:
    return data * 2


def environment(name: str) -> str | None:
    return os.environ.get(name)


def process() -> int:
    return os.getpid()


def hang() -> NoReturn:
    while True:
        pass


def hang_in_native_code() -> None:
    ctypes.PyDLL(None).pause()  # holds the interpreter's lock: no thread of this process runs


def sleep_with_pid(file: Path) -> None:
    file.write_text(str(os.getpid()), encoding="utf-8")
    time.sleep(600)


def abort() -> None:
    os.abort()


def segfault() -> None:
    ctypes.string_at(0)


def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def leave() -> None:
    sys.exit(3)


def unforeseen() -> None:
    raise KeyError("a word of the document")


def refuse_data(data: bytes) -> None:
    raise TooLarge(f"it has {len(data)} bytes")


def refuse() -> None:
    raise TooLarge("it has 7 pages", pages=7)


def swell() -> int:
    return len(bytearray(3_000_000_000))


def swell_bit_by_bit() -> int:
    kept = []
    while True:
        kept.append(bytearray(10_000_000))


def nest(depth: int) -> int:
    return 1 + nest(depth + 1)


def not_to_be_sent() -> object:
    return lambda: None


def print_much() -> str:
    sys.stdout.write("noise " * 100_000)
    sys.stderr.write("noise " * 100_000)
    os.write(1, b"noise of native code")
    return "quiet"


def write_far(file: Path, offset: int) -> None:
    with file.open("wb") as out:
        out.seek(offset)
        out.write(b"x")


def processor_seconds() -> int:
    """How much processor time this process may use."""
    return resource.getrlimit(resource.RLIMIT_CPU)[0]
